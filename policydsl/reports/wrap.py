"""Owns line breaking by terminal cells: Chinese breaks between any two characters, words and figures stay whole."""

from __future__ import annotations

import re
from unicodedata import category

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style

_PIECE = re.compile(r"\s+|[!-~\u00a0-\u024f\u2212]+|.", re.DOTALL)
_NO_START = set("。、」』】〕》〉”’…·") | {chr(ord(c) + 0xFEE0) for c in ",.:;!?)]}%"} | set(",.:;!?)]}%")
_NO_END = set("「『【〔《〈“‘") | {chr(ord(c) + 0xFEE0) for c in "([{"} | set("([{")


def clean(text: str) -> str:
    """Text without characters that would steer a terminal; line ends become spaces."""
    return "".join(" " if char in "\r\n\t\u2028\u2029" else char for char in text if _harmless(char))


def _harmless(char: str) -> bool:
    return char in "\r\n\t\u2028\u2029" or category(char) not in ("Cc", "Cf", "Cs", "Co")


def pieces(text: str) -> list[str]:
    """What may not be broken: words, figures, single Chinese characters with the punctuation that clings to them."""
    found: list[str] = []
    for match in _PIECE.finditer(text):
        piece = match.group()
        # a unit stays with its figure
        unit = bool(found) and found[-1][-1] in "0123456789%" and piece.isalpha() and not piece.isascii()
        clings = unit or piece[0] in _NO_START or (bool(found) and found[-1][-1] in _NO_END and not piece.isspace())
        if found and clings and not found[-1].isspace():
            found[-1] += piece
        else:
            found.append(piece)
    return found


def wrap(text: str, width: int, hang: int = 0) -> list[str]:
    """Lines of at most `width` cells, those after the first narrower by `hang`. What is wider than a line is cut."""
    width = max(width, 2)
    later = max(width - hang, 2)
    lines, line, used = list[str](), "", 0
    for piece in pieces(clean(text)):
        size = cell_len(piece)
        if used + size > width and line:
            lines.append(line.rstrip())
            line, used, width = "", 0, later
        if not line and piece.isspace():
            continue
        while size > width:
            head = _fit(piece, width)
            lines.append(head)
            piece, width = piece[len(head) :], later
            size = cell_len(piece)
        line, used = line + piece, used + size
    if line.rstrip() or not lines:
        lines.append(line.rstrip())
    return lines


def _fit(piece: str, width: int) -> str:
    used = 0
    for index, char in enumerate(piece):
        used += cell_len(char)
        if used > width:
            return piece[: max(index, 1)]
    return piece


class Wrapped:
    """A paragraph for rich, broken by `wrap`, `indent` cells in; lines after the first are `hang` cells further in."""

    def __init__(self, text: str, style: str = "", hang: int = 0, indent: int = 0) -> None:
        self.text, self.style, self.hang, self.indent = text, style, hang, indent

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        style = console.get_style(self.style) if self.style else Style.null()
        room = options.max_width
        indent, hang = (self.indent, self.hang) if room > self.indent + self.hang + 10 else (0, 0)
        for index, line in enumerate(wrap(self.text, room - indent, hang)):
            yield Segment(" " * (indent + (hang if index else 0)))
            yield Segment(line, style)
            yield Segment.line()

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        wanted = cell_len(clean(self.text)) + self.indent
        return Measurement(min(4, options.max_width), min(wanted, options.max_width))
