"""Owns where text comes from: a source file and a stretch of it. Knows nothing of what the text means."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple
from unicodedata import east_asian_width

from attrs import field, frozen


@frozen(slots=False)
class Source:
    """A text with the name it is known by. `name` is the path as the user gave it."""

    name: str
    text: str = field(repr=False)

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """Offsets at which lines begin (\\n, \\r\\n and \\r all end a line)."""
        starts = [0]
        text = self.text
        i = text.find("\n")
        if "\r" not in text:
            while i >= 0:
                starts.append(i + 1)
                i = text.find("\n", i + 1)
            return tuple(starts)
        for i, char in enumerate(text):
            if char == "\n" or (char == "\r" and text[i + 1 : i + 2] != "\n"):
                starts.append(i + 1)
        return tuple(starts)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of a character offset."""
        line = bisect_right(self.line_starts, offset) - 1
        return line + 1, offset - self.line_starts[line] + 1

    def line(self, number: int) -> str:
        """The text of line `number` (from 1), without its line end; empty beyond the last line."""
        if not 1 <= number <= len(self.line_starts):
            return ""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] if number < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def __hash__(self) -> int:
        return hash(self.name)


class Span(NamedTuple):
    """A half-open stretch of a source, in character offsets. (A tuple is made twice as fast as another frozen class, and there
    is one for every node.)"""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        """Line of the first character, from 1."""
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        """Column of the first character, from 1, in characters."""
        return self.source.position(self.start)[1]

    @property
    def text(self) -> str:
        """What is written there."""
        return self.source.text[self.start : self.end]

    def to(self, other: Span) -> Span:
        """The span from the beginning of this one to the end of `other`."""
        return Span(self.source, self.start, max(self.end, other.end))

    def __repr__(self) -> str:
        return f"Span(start={self.start}, end={self.end})"

    def __str__(self) -> str:
        line, column = self.source.position(self.start)
        return f"{self.source.name}:{line}:{column}"


def display_width(text: str) -> int:
    """Columns a terminal or a text editor with a Chinese fixed-width font needs for `text`."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def decoded(raw: bytes) -> str | None:
    """UTF-8 with or without a mark, else GB 18030 as Notepad on a Chinese machine saves it; None for anything else."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    if b"\x00" in raw and encodings[0] != "utf-16":
        return None
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
