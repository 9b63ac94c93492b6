"""Owns the question which parts of a file could not be read, so that what follows from one mistake is not said as another."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from policydsl.diagnostics.model import Diagnostic
from policydsl.source import Source, Span
from policydsl.syntax.lines import width_of

_BLOCKS_OF_DECLARATIONS = ("部分", "针对", "part ", "for ")


@frozen
class Broken:
    """The stretches of a file around lines that could not be read: each with the declaration it belongs to and its block."""

    source: Source
    stretches: tuple[tuple[int, int], ...]

    @property
    def text(self) -> str:
        """What could not be read."""
        return "\n".join(self.source.text[start:end] for start, end in self.stretches)

    def unread(self, finding: Diagnostic) -> bool:
        """Whether a finding says that a name is never used which such a stretch mentions."""
        return finding.code.startswith("unused-") and bool(self.stretches) and str(finding.data["name"]) in self.text

    def echoes(self, finding: Diagnostic) -> bool:
        """Whether a finding about meaning may only follow from what could not be read.

        It does if it stands in such a stretch, or is about a name that such a stretch mentions.
        """
        if not self.stretches:
            return False
        where = finding.where
        if isinstance(where, Span) and any(start <= where.start <= end for start, end in self.stretches):
            return True
        names = [str(finding.data[key]) for key in ("name", "close", "members", "path") if finding.data.get(key)]
        if finding.code == "unknown-unit":
            names = [part for part in names[0].split("/") if part in self.text] or names
        if finding.code in ("header-missing", "main-missing", "main-unknown", "rule-outside-entity", "tasks-missing"):
            return True
        return (
            bool(names)
            and finding.code.startswith(("un", "not-", "name-", "example-", "table-"))
            and names[0] in self.text
        )


def broken_parts(source: Source, findings: Sequence[Diagnostic]) -> Broken:
    """The stretches around the findings of the parser."""
    places = [finding.where for finding in findings if isinstance(finding.where, Span)]
    if not places:
        return Broken(source, ())
    count = len(source.line_starts)
    widths = [_width(source.line(number)) for number in range(1, count + 1)]
    stretches = []
    for place in places:
        at = place.line - 1
        first = at
        while first > 0 and (widths[first] is None or widths[first] or 0) > 0:
            above = first - 1
            while above > 0 and (widths[above] is None or (widths[above] or 0) >= (widths[first] or 0)):
                above -= 1
            if source.line(above + 1).strip().startswith(_BLOCKS_OF_DECLARATIONS):
                break
            first = above
        last = at
        while last + 1 < count and (widths[last + 1] is None or (widths[last + 1] or 0) > (widths[first] or 0)):
            last += 1
        end = source.line_starts[last + 1] if last + 1 < count else len(source.text)
        stretches.append((source.line_starts[first], end))
    return Broken(source, tuple(stretches))


def _width(line: str) -> int | None:
    body = line.lstrip()
    return width_of(line[: len(line) - len(body)]) if body and not body.startswith("#") else None
