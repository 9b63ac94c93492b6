"""Owns the rows of one run: facts found by key and by owner, what each rule gave for each row, and the steps made on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from attrs import frozen

from policydsl.core.facts import Missing, Record
from policydsl.core.program import Entity, Program, Rule
from policydsl.core.types import Member
from policydsl.core.values import Blocked, Cause, Lack, Outcome
from policydsl.interpret.budget import too_deep
from policydsl.interpret.lack import Frame
from policydsl.interpret.staged import new
from policydsl.interpret.trace import RuleStep, Step

UNKNOWN: Final = object()
"""What a memo holds of a rule that has not been computed for a row."""

BLANK: Final = Missing()
"""The cell of a column that a row does not carry."""


class DuplicateRow(ValueError):
    """Two rows of one entity have one key; reading facts reports that, so this is a fault of whoever made them."""


@frozen
class ReadyRule:
    """A rule made ready: what computes its step for a frame."""

    rule: Rule
    step: Callable[[Frame], Step]


class Postponed(Exception):
    """A rule of a row lies too deep under others to be computed in place; args are its slot and the row."""


class Run:
    """One evaluation of a program on facts."""

    __slots__ = ("_children", "_index", "_sole", "boxes", "lineups", "memo", "program", "rules", "steps", "tables")

    def __init__(
        self, program: Program, rules: Sequence[ReadyRule], boxes: int, tables: Mapping[str, tuple[Record, ...]]
    ) -> None:
        self.program = program
        self.rules = rules
        self.tables = tables
        self.memo: list[dict[str, Any]] = [{} for _ in rules]
        # Places for what an aggregate computes once for all its rows. Safe because no rule is computed inside itself, but by
        # way of the previous row, which puts them aside.
        self.boxes: list[Any] = [None] * boxes
        # What is made once of all rows with one owner, for each node that looks at them.
        self.lineups: dict[Any, Any] = {}
        self.steps: dict[tuple[str, str, str], RuleStep] = {}
        self._index: dict[str, dict[str, Record]] = {}
        self._children: dict[str, dict[str | None, list[Record]]] = {}
        self._sole: dict[str, Record] = {}

    # ------------------------------------------------------------ rows

    def rows(self, entity: str) -> Sequence[Record]:
        """The rows of an entity that rules are computed for: those supplied, and always one of a singleton."""
        if self.program.entities[entity].singleton:
            return (self.sole(entity),)
        return self.tables.get(entity, ())

    def sole(self, entity: str) -> Record:
        """The row of a singleton, empty where nobody supplied one."""
        row = self._sole.get(entity)
        if row is None:
            supplied = self.tables.get(entity, ())
            row = supplied[0] if supplied else Record("", {})
            if row.key:
                row = Record("", row.cells, row.parent, row.origin)
            self._sole[entity] = row
        return row

    def index(self, entity: str) -> dict[str, Record]:
        """The rows of an entity by key. Raises DuplicateRow."""
        index = self._index.get(entity)
        if index is None:
            rows = self.rows(entity)
            index = {row.key: row for row in rows}
            if len(index) != len(rows):
                seen: set[str] = set()
                twice = next(row.key for row in rows if row.key in seen or seen.add(row.key))  # type: ignore[func-returns-value]
                raise DuplicateRow(
                    f"「{entity}」有两行的主键都是「{twice}」 / two rows of 「{entity}」 have the key 「{twice}」"
                )
            self._index[entity] = index
        return index

    def children(self, entity: str, owner: str) -> Sequence[Record]:
        """The rows of an entity that belong to the row with the key `owner`."""
        groups = self._children.get(entity)
        if groups is None:
            groups = {}
            for row in self.tables.get(entity, ()):
                group = groups.get(row.parent)
                if group is None:
                    groups[row.parent] = [row]
                else:
                    group.append(row)
            self._children[entity] = groups
        return groups.get(owner, ())

    # ------------------------------------------------------------ rules

    def force(self, slot: int, row: Record) -> Outcome:
        """The outcome of a rule for a row, computed here and remembered. Raises Postponed where the stack does not suffice."""
        ready = self.rules[slot]
        rule = ready.rule
        try:
            body: Step = ready.step((row, self))
        except RecursionError:
            raise Postponed(slot, row) from None
        outcome = body[1]
        key = row.key
        self.memo[slot][key] = outcome
        self.steps[rule.entity, key, rule.name] = new(RuleStep, (rule, key, body, outcome))
        return outcome

    def demand(self, slot: int, row: Record) -> None:
        """See to it that a rule is computed for a row, however long the chain of rules below it. Raises ResourceError."""
        waiting = [(slot, row)]
        met = {(slot, row.key)}
        while waiting:
            top, its_row = waiting[-1]
            if its_row.key in self.memo[top]:
                waiting.pop()
                continue
            try:
                self.force(top, its_row)
                waiting.pop()
            except Postponed as below:
                wanted: tuple[int, Record] = below.args
                at = wanted[0], wanted[1].key
                if at in met:
                    raise too_deep(self.rules[top].rule.name) from None
                met.add(at)
                waiting.append(wanted)


def roll_of(program: Program, entity: Entity) -> tuple[str, ...]:
    """The members that must each have a row, where the key of an entity is said to be complete (齐全)."""
    key = entity.key_field
    if key is None or not key.complete or not isinstance(key.type, Member):
        return ()
    return program.rolls[key.type.roll].members


def missing_row(program: Program, entity: str, key: str) -> Blocked:
    """Blocked because a row is not there: its entity, its key, the name of its key field (or of the entity)."""
    field = program.entities[entity].key_field
    return Blocked((Cause(Lack.MISSING, entity, key, field.name if field else entity),))
