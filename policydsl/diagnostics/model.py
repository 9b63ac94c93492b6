"""Owns what a finding is: coded data and a place. Wording lives in `wording`, layout in `render`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Literal

from attrs import field, frozen

from policydsl.source import Span

Language = Literal["zh", "en"]


class Weight(Enum):
    """How grave a finding is; errors stop what needs the text to be right."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@frozen
class Place:
    """Where a finding is when it is not in a text: a cell of a sheet of a facts file."""

    file: str
    sheet: str = ""
    cell: str = ""

    def __str__(self) -> str:
        inner = "!".join(part for part in (self.sheet, self.cell) if part)
        return f"{self.file}[{inner}]" if inner else self.file


@frozen
class Label:
    """A second place that helps to understand a finding, with a few words of its own."""

    where: Span | Place
    text: str


@frozen
class Diagnostic:
    """One finding.

    `code` is a key of `codes.CODES`; `data` fills the code's message and help templates; `where` is the place to mend.
    `language` is the language of the file that the finding is about. `mend` is the text to put at `where`, if one is known.
    """

    code: str
    where: Span | Place | None
    data: Mapping[str, object] = field(factory=dict)
    labels: tuple[Label, ...] = ()
    language: Language = "zh"
    mend: str | None = None


def weigh(findings: list[Diagnostic], weights: Mapping[str, Weight]) -> bool:
    """Whether any of the findings is an error."""
    return any(weights[finding.code] is Weight.ERROR for finding in findings)
