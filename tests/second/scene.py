"""Owns the facts as the second evaluator sees them, and the reasons it gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from attrs import frozen

from policydsl.core.facts import Bad, Facts, Known, Record
from policydsl.core.program import Program, Rule
from policydsl.core.types import Member
from policydsl.core.values import NONE, Blocked, Cause, Lack, NotApplicable, Outcome

Address = tuple[str, str, str]
"""Entity, key, name of a cell."""


@frozen
class Open(Blocked):
    """A count without a value yet that lies between `low` and `high` (None: without end) whatever is filled in."""

    low: int = 0
    high: int | None = None


def plain(outcome: Outcome) -> bool:
    """Whether one can compute with it."""
    return not isinstance(outcome, Blocked | NotApplicable) and outcome is not NONE


def empty(outcome: Outcome) -> bool:
    """Whether it is none or not applicable."""
    return outcome is NONE or isinstance(outcome, NotApplicable)


def together(outcomes: Iterable[Outcome]) -> Blocked:
    """The reasons of those that are blocked, each once."""
    causes = [cause for outcome in outcomes if isinstance(outcome, Blocked) for cause in outcome.causes]
    return Blocked(tuple(dict.fromkeys(causes)))


def same(left: Any, right: Any) -> bool:
    """Equality of values; 真 is not 1, a day equals a moment of that day."""
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    if isinstance(left, date) and isinstance(right, date):
        left, right = days(left, right)
    return bool(left == right)


def days(left: date, right: date) -> tuple[date, date]:
    """Both as days where one of them is no moment."""
    if isinstance(left, datetime) == isinstance(right, datetime):
        return left, right
    return date(left.year, left.month, left.day), date(right.year, right.month, right.day)


class Scene:
    """The rows of one evaluation; cells in `spoiled` belong to false constraints."""

    def __init__(self, program: Program, facts: Facts, spoiled: Mapping[Address, None] | None = None) -> None:
        self.program = program
        self.tables = facts.tables
        self.spoiled = spoiled or {}
        self.by_key = {(name, row.key): row for name, rows in facts.tables.items() for row in rows}
        self.by_owner: dict[tuple[str, str | None], list[Record]] = {}
        for name, rows in facts.tables.items():
            for row in rows:
                self.by_owner.setdefault((name, row.parent), []).append(row)

    def rows(self, entity: str) -> tuple[Record, ...]:
        """The rows of an entity; always one of a singleton."""
        if self.program.entities[entity].singleton:
            return (self.sole(entity),)
        return tuple(self.tables.get(entity, ()))

    def sole(self, entity: str) -> Record:
        """The row of a singleton, without cells where nobody supplied one."""
        supplied = self.tables.get(entity, ())
        return supplied[0] if supplied else Record("", {})

    def row(self, entity: str, key: str) -> Record | None:
        """The row with this key."""
        return self.by_key.get((entity, key))

    def owned(self, entity: str, owner: str | None) -> list[Record]:
        """The rows that belong to the row with the key `owner`; with None those of which nobody knows the owner."""
        return self.by_owner.get((entity, owner), [])

    def absent_members(self, entity: str) -> tuple[str, ...]:
        """The members of a complete key (齐全) without a row."""
        field = self.program.entities[entity].key_field
        if field is None or not field.complete or not isinstance(field.type, Member):
            return ()
        there = {row.key for row in self.tables.get(entity, ())}
        return tuple(member for member in self.program.rolls[field.type.roll].members if member not in there)

    def no_row(self, entity: str, key: str) -> Blocked:
        """Blocked by a row that should be there."""
        field = self.program.entities[entity].key_field
        return Blocked((Cause(Lack.MISSING, entity, key, field.name if field else entity),))

    def no_owner(self, entity: str, key: str) -> Blocked:
        """Blocked by a row that does not say whose it is."""
        return Blocked((Cause(Lack.MISSING, entity, key, self.program.entities[entity].owner or entity),))

    def no_child(self, entity: str, owner: str) -> Blocked:
        """Blocked by a table that nobody supplied, of which the rows of an owner are asked."""
        return Blocked((Cause(Lack.MISSING, entity, owner, entity),))

    def holds(self, at: Address) -> bool:
        """Whether there is something in a cell."""
        row = self.sole(at[0]) if self.program.entities[at[0]].singleton else self.row(at[0], at[1])
        return row is not None and isinstance(row.cells.get(at[2]), Known | Bad)

    def cell(self, row: Record, entity: str, name: str) -> Outcome:
        """What a cell gives."""
        if (entity, row.key, name) in self.spoiled:
            return Blocked((Cause(Lack.VIOLATED, entity, row.key, name),))
        cell = row.cells.get(name)
        if isinstance(cell, Known):
            return cell.value
        if isinstance(cell, Bad):
            return Blocked((Cause(Lack.UNREADABLE, entity, row.key, name),))
        field = next(item for item in self.program.entities[entity].fields if item.name == name)
        return Blocked((Cause(Lack.DECISION if field.decision else Lack.MISSING, entity, row.key, name),))


@frozen
class Asker:
    """The rule and the row on whose behalf something is computed."""

    rule: Rule
    row: Record

    def says(self, lack: Lack, detail: str = "") -> Blocked:
        """Blocked for a reason that lies in the rule itself."""
        return Blocked((Cause(lack, self.rule.entity, self.row.key, self.rule.name, detail),))


def rounded(mode: str, place: Fraction, value: int | Fraction) -> Fraction:
    """A number rounded to a multiple of `place`."""
    size = abs(Fraction(value)) / place
    whole = size.numerator // size.denominator
    rest = size - whole
    if mode == "up":
        whole += rest > 0
    elif mode == "half-up":
        whole += rest >= Fraction(1, 2)
    elif mode == "half-even":
        whole += rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1)
    return whole * place * (-1 if value < 0 else 1)
