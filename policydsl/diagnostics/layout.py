"""Owns how a stretch of a text is shown: its line within a width, and marks below it in display columns."""

from __future__ import annotations

from unicodedata import category, east_asian_width

from attrs import frozen

from policydsl.diagnostics.wording import bare
from policydsl.source import Span

TAB = 4
ELLIPSIS = "…"


@frozen
class Excerpt:
    """One line of a source as shown, with the marks that stand below it."""

    number: int
    text: str
    marks: str


def columns_of(char: str) -> int:
    """Display columns of one character; a tab is expanded before it gets here."""
    if east_asian_width(char) in "WF":
        return 2
    return 0 if category(char) in ("Mn", "Me", "Cf") else 1


def columns(text: str) -> int:
    """Display columns of a text."""
    return sum(columns_of(char) for char in text)


def excerpt(span: Span, width: int, mark: str = "^") -> Excerpt:
    """The line on which `span` begins, cut to `width` columns around it; the marks cover the span as far as it is shown."""
    source = span.source
    start = min(max(span.start, 0), len(source.text))
    number, column = source.position(start)
    line = source.line(number)
    first = min(column - 1, len(line))
    last = max(first, min(len(line), first + max(span.end - start, 0)))
    begin, stop = _window(line, first, last, max(width, 20))
    head, tail = ELLIPSIS if begin else "", ELLIPSIS if stop < len(line) else ""
    before, covered, after = line[begin:first], line[first : min(last, stop)], line[min(last, stop) : stop]
    shown = _expand(before, columns(head))
    under = _expand(covered, columns(head) + columns(shown))
    rest = _expand(after, columns(head) + columns(shown) + columns(under))
    blank = " " * (columns(head) + columns(shown))
    return Excerpt(number, f"{head}{shown}{under}{rest}{tail}".rstrip(), blank + mark * max(columns(under), 1))


def _window(line: str, first: int, last: int, width: int) -> tuple[int, int]:
    """The part of a line to show: all of it where it fits, else a stretch that begins a little before the span."""
    if len(line) <= 4 * width and columns(_expand(line, 0)) <= width:
        return 0, len(line)
    room = width - 2
    begin = first
    lead = 0
    while begin > 0 and lead + columns_of(line[begin - 1]) <= room // 3:
        begin -= 1
        lead += columns_of(line[begin])
    if columns(_expand(line[: min(last, first + width)], 0)) <= room:
        begin = 0
    used, stop = 0, begin
    while stop < len(line):
        step = TAB if line[stop] == "\t" else columns_of(line[stop])
        if used + step > room:
            break
        used += step
        stop += 1
    return begin, stop


def _expand(text: str, at: int) -> str:
    """`text` with tabs as blanks up to the next stop and controls made visible; `at` is the column that it begins at."""
    if "\t" not in text:
        return bare(text)
    found: list[str] = []
    for char in text:
        if char == "\t":
            gap = TAB - at % TAB
            found.append(" " * gap)
            at += gap
        else:
            found.append(bare(char))
            at += columns_of(char)
    return "".join(found)
