"""Owns what a comparison of two policies says, before any language: changes of declarations, each with its details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import field, frozen

from policydsl.compare.inventory import Kind
from policydsl.syntax import tree

Fate = Literal["added", "removed", "changed", "renamed", "replaced"]
Weight = Literal["substance", "wording", "example"]


@frozen
class Detail:
    """One point on which two declarations differ. `what` names the phrase; `data` fills it: written nodes, names, days, texts.

    `weight` "wording": sources, reasons, remarks and citations, which change no result.
    """

    what: str
    data: Mapping[str, object]
    weight: Weight = "substance"


@frozen
class Change:
    """What became of one declaration.

    `name` is its new name (the old one where it is gone), `was` the old one where that differs; `owner` the entity whose rows it
    is about, empty for the main one; `before` and `after` the declarations themselves; `clause` what it cites.
    """

    kind: Kind
    fate: Fate
    owner: str
    name: str
    alias: str
    was: str
    clause: str
    before: tree.Declaration | None
    after: tree.Declaration | None
    details: tuple[Detail, ...] = ()

    @property
    def weight(self) -> Weight:
        """Substance where anything about it can change a result or what is asked of somebody."""
        if self.kind in ("example", "property"):
            return "example"
        if self.kind in ("clause", "units", "import", "erratum"):
            return "wording"
        if self.fate == "renamed" or (
            self.fate == "changed" and all(item.weight == "wording" for item in self.details)
        ):
            return "wording"
        return "substance"


@frozen
class Differences:
    """Everything that changed between two written policies, in the order of the new one, what is gone where it stood."""

    old: tree.File
    new: tree.File
    changes: tuple[Change, ...] = field(factory=tuple)

    def of(self, weight: Weight) -> tuple[Change, ...]:
        """The changes of one weight."""
        return tuple(change for change in self.changes if change.weight == weight)
