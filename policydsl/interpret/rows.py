"""Owns the rows of one run: facts found by key and by owner, what each rule gave for each row, and the steps made on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from attrs import frozen

from policydsl.core.facts import Missing, Record
from policydsl.core.program import Entity, Program, Rule
from policydsl.core.types import Member
from policydsl.core.values import Blocked, Cause, Lack, Outcome
from policydsl.interpret.across import FEWEST
from policydsl.interpret.budget import too_deep
from policydsl.interpret.lack import Frame
from policydsl.interpret.staged import new
from policydsl.interpret.tables import Group, Tables
from policydsl.interpret.trace import RuleStep, Step

UNKNOWN: Final = object()
"""What a memo holds of a rule that has not been computed for a row."""

BLANK: Final = Missing()
"""The cell of a column that a row does not carry."""


@frozen
class ReadyRule:
    """A rule made ready: what computes its step for a frame, and what computes only its outcome.

    `column`: of a constraint, its outcomes for all the rows of a group at once (see `across`), where that can be said so.
    """

    rule: Rule
    step: Callable[[Frame], Step]
    outcome: Callable[[Frame], Outcome]
    column: Callable[[Group, Frame], Any] | None = None


class Postponed(Exception):
    """A rule of a row lies too deep under others to be computed in place; args are its slot and the row."""


class Later(NamedTuple):
    """A step not worked out yet: the run that gave the outcome, the rule's slot and the row."""

    run: Run
    slot: int
    row: Record


class LaterColumn(NamedTuple):
    """Steps of a rule for many rows, none of them worked out yet."""

    run: Run
    slot: int
    rows: Sequence[Record]


Made = dict[Any, "RuleStep | Later | LaterColumn"]
"""Steps by (entity, key, rule), those of a column by the number of its rule."""


def spread(made: Made) -> dict[tuple[str, str, str], RuleStep | Later]:
    """The same with a step for each row of a column, in its place."""
    found: dict[tuple[str, str, str], RuleStep | Later] = {}
    for at, step in made.items():
        if type(step) is LaterColumn:
            run, slot, rows = step
            rule = run.rules[slot].rule
            found |= {(rule.entity, row.key, rule.name): Later(run, slot, row) for row in rows}
        else:
            found[at] = step  # type: ignore[assignment]
    return found


class Steps(Mapping[tuple[str, str, str], RuleStep]):
    """Steps by entity, key and rule; those not worked out yet are when they are asked for."""

    __slots__ = ("_made", "_spread")

    def __init__(self, made: Made) -> None:
        self._made: Any = made
        self._spread = False

    def _all(self) -> dict[tuple[str, str, str], Any]:
        if not self._spread:
            self._made, self._spread = spread(self._made), True
        return self._made  # type: ignore[no-any-return]

    def __getitem__(self, at: tuple[str, str, str]) -> RuleStep:
        made = self._made if at in self._made else self._all()
        found = made[at]
        if type(found) is Later:
            found = made[at] = found.run.step(found.slot, found.row)
        return found  # type: ignore[no-any-return]

    def __contains__(self, at: object) -> bool:
        return at in self._all()

    def __iter__(self) -> Iterator[tuple[str, str, str]]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return repr(dict(self))


class Run:
    """One evaluation of a program on facts.

    `steps` has the step of each rule of each row, in the order in which they were computed, or what makes it where only
    the outcome was wanted so far. `traced` is false for a run of which nobody will ask for steps: it keeps none.
    """

    __slots__ = ("_sole", "boxes", "lineups", "memo", "program", "rules", "steps", "tables", "traced")

    def __init__(
        self, program: Program, rules: Sequence[ReadyRule], boxes: int, tables: Tables, traced: bool = True
    ) -> None:
        self.program = program
        self.rules = rules
        self.tables = tables
        self.traced = traced
        self.memo: list[dict[str, Any]] = [{} for _ in rules]
        # Places for what an aggregate computes once for all its rows. Safe because no rule is computed inside itself, but by
        # way of the previous row, which puts them aside.
        self.boxes: list[Any] = [None] * boxes
        # What is made once of all rows with one owner, for each node that looks at them.
        self.lineups: dict[Any, Any] = {}
        self.steps: Made = {}
        self._sole: dict[str, Record] = {}

    # ------------------------------------------------------------ rows

    def rows(self, entity: str) -> Sequence[Record]:
        """The rows of an entity that rules are computed for: those supplied, and always one of a singleton."""
        if self.program.entities[entity].singleton:
            return (self.sole(entity),)
        return self.tables.rows.get(entity, ())

    def sole(self, entity: str) -> Record:
        """The row of a singleton, empty where nobody supplied one."""
        row = self._sole.get(entity)
        if row is None:
            supplied = self.tables.rows.get(entity, ())
            row = supplied[0] if supplied else Record("", {})
            if row.key:
                row = Record("", row.cells, row.parent, row.origin)
            self._sole[entity] = row
        return row

    def index(self, entity: str) -> Mapping[str, Record]:
        """The rows of an entity by key. Raises DuplicateRow."""
        if self.program.entities[entity].singleton:
            return {"": self.sole(entity)}
        return self.tables.index(entity)

    # ------------------------------------------------------------ rules

    def force(self, slot: int, row: Record) -> Outcome:
        """The outcome of a rule for a row, computed here and remembered. Raises Postponed where the stack does not suffice."""
        ready = self.rules[slot]
        rule = ready.rule
        key = row.key
        try:
            if self.traced and (rule.kind != "constraint" or self.tables.watched):
                body = ready.step((row, self))
                outcome = body[1]
                self.steps[rule.entity, key, rule.name] = new(RuleStep, (rule, key, body, outcome))
            else:
                outcome = ready.outcome((row, self))
                if self.traced:
                    # there is one for every row of the facts, and most hold: how is worked out when somebody asks
                    self.steps[rule.entity, key, rule.name] = Later(self, slot, row)
        except RecursionError:
            raise Postponed(slot, row) from None
        self.memo[slot][key] = outcome
        return outcome

    def judge(self, slot: int, entity: str) -> bool:
        """Compute a constraint for all rows of an entity at once, where that can be done and none is computed yet."""
        column = self.rules[slot].column
        if column is None or self.memo[slot] or self.tables.watched:
            return False
        group = self.tables.all(entity)
        if len(group.rows) < FEWEST:
            return False
        outcomes = column(group, (None, self))
        if outcomes is None:
            return False
        self.memo[slot].update(zip(group.keys, outcomes, strict=True))
        if self.traced:
            self.steps[slot] = LaterColumn(self, slot, group.rows)
        return True

    def step(self, slot: int, row: Record) -> RuleStep:
        """The step of a rule for a row that has been computed, worked out anew from what it read."""
        ready = self.rules[slot]
        body = ready.step((row, self))
        return new(RuleStep, (ready.rule, row.key, body, body[1]))

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
