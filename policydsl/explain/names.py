"""Owns names, addresses and outcomes as they are to be shown, before any language."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from attrs import frozen

from policydsl.core.types import Type
from policydsl.core.units import Measure
from policydsl.core.values import Exact, Outcome


@frozen
class Name:
    """A name as the drafter wrote it, with its ASCII alias if it has one."""

    text: str
    alias: str = ""


@frozen
class Address:
    """A fact, rule or decision of one row; as text it is the stable id in all outputs: `区[黄埔区].高企认定补助`."""

    entity: str
    key: str
    name: str

    def __str__(self) -> str:
        key = self.key.replace("\\", "\\\\").replace("]", "\\]")
        return f"{self.entity}[{key}].{self.name}" if self.key else f"{self.entity}.{self.name}"


Role = Literal["plain", "task", "condition"]


@frozen
class Shown:
    """An outcome and what it takes to show it. `outcome` None: not evaluated. `role` chooses the words for 真, 假."""

    outcome: Outcome | None
    type: Type
    measure: Measure | None = None
    role: Role = "plain"


def exact_of(shown: Shown | None) -> Exact | None:
    """The number that is shown, if it is one."""
    if shown is None or isinstance(shown.outcome, bool) or not isinstance(shown.outcome, int | Fraction):
        return None
    return shown.outcome
