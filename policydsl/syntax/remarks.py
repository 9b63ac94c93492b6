"""Owns the comments and blank lines of a written file: each comment keeps its place among the lines, at most one blank is kept."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import define, field

from policydsl.source import Source
from policydsl.syntax.lines import Comment
from policydsl.syntax.sheet import Blank, Written


@define
class _Place:
    """A line with its remarks: those before it, and the one at its end."""

    line: Written
    start: int
    end: int
    before: list[Comment] = field(factory=list)
    inside: list[Comment] = field(factory=list)
    after: Comment | None = None


def page(source: Source, comments: Iterable[Comment], lines: Iterable[Written]) -> str:
    """The text of a file. `comments` are in the order they stand in `source`, as are the lines."""
    places: list[_Place] = []
    start = 0
    for line in lines:
        # a line that came from another file stands where the one before it does
        start = max(start, line.span.start) if line.span.source is source else start
        end = line.span.end if line.span.source is source else start
        places.append(_Place(line, start, max(start, end)))
    rest = _settle(places, comments)
    out: list[str] = []
    for place in places:
        _write(out, source, place)
    for comment in rest:
        if out and _blank_above(source, comment.span.start):
            out.append("")
        out.append(comment.text)
    return "".join(f"{line}\n" for line in out)


def _settle(places: list[_Place], comments: Iterable[Comment]) -> list[Comment]:
    """Give each comment to its line; the comments after the last line are left."""
    at = -1
    rest: list[Comment] = []
    for comment in comments:
        where = comment.span.start
        while at + 1 < len(places) and places[at + 1].start <= where:
            at += 1
        here = places[at] if at >= 0 else None
        if here is not None and where < here.end:
            # between the lines that one line was broken into: it cannot stay there
            here.inside.append(comment)
        elif here is not None and not comment.alone:
            if here.after is not None:
                here.inside.append(here.after)
            here.after = comment
        elif at + 1 < len(places):
            places[at + 1].before.append(comment)
        else:
            rest.append(comment)
    return rest


def _write(out: list[str], source: Source, place: _Place) -> None:
    indent = " " * place.line.indent
    remarks: list[tuple[str, bool]] = [
        (f"{indent}{comment.text}", _blank_above(source, comment.span.start)) for comment in place.before
    ]
    blank = _blank_above(source, place.start)
    for comment in place.inside:
        remarks.append((f"{indent}{comment.text}", blank))
        blank = False
    first, *others = place.line.lines
    last = f"  {place.after.text}" if place.after else ""
    remarks.append((first if others else first + last, blank))
    ask: Blank = place.line.blank
    if ask == "always" and not any(blank for _, blank in remarks):
        remarks[0] = (remarks[0][0], True)
    for number, (text, above) in enumerate(remarks):
        if above and out and not (ask == "never" and number == 0):
            out.append("")
        out.append(text)
    for other in others[:-1]:
        out.append(other)
    if others:
        out.append(others[-1] + last)


def _blank_above(source: Source, offset: int) -> bool:
    """Whether the physical line above the one at `offset` is blank."""
    line, _ = source.position(offset)
    return line > 1 and not source.line(line - 1).strip()
