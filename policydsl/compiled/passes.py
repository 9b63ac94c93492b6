"""Owns one pass over facts: packed rows, what the stages left in them, and the reference beside for what they could not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from policydsl.compiled.gaps import HOLE, Gap
from policydsl.compiled.layout import KEY, RECORD
from policydsl.compiled.stages import Ready
from policydsl.compiled.world import Row, World, outcome, packed
from policydsl.core.facts import Record
from policydsl.core.scales import Form, Rational
from policydsl.core.values import Blocked, Outcome
from policydsl.interpret.rows import Run
from policydsl.interpret.trace import RuleStep

if TYPE_CHECKING:
    from policydsl.compiled.engine import Compiled


class Column(dict[str, Any]):
    """What a rule has given so far, for the reference: what it computed itself, else what the quick way left."""

    def __init__(self, rows: Mapping[str, Row], place: int, form: Form | None, constant: Outcome | None) -> None:
        super().__init__()
        self._rows = rows
        self._place = place
        self._form = form
        self._constant = constant

    def get(self, key: str, default: Any = None) -> Any:
        """The outcome for a row, or `default` where there is none yet."""
        if dict.__contains__(self, key):
            return dict.__getitem__(self, key)
        row = self._rows.get(key)
        if row is None:
            return default
        if self._constant is not None:
            return self._constant
        value = row[self._place]
        return default if type(value) is Gap else outcome(self._form, value, row[self._place + 1])

    def __missing__(self, key: str) -> Any:
        found = self.get(key, self)
        if found is self:
            raise KeyError(key)
        return found

    def __contains__(self, key: object) -> bool:
        return self.get(key, Gap) is not Gap  # type: ignore[arg-type]


class Columns(dict[int, Column]):
    """What the rules have given, by their numbers, each put together when the reference first looks at it."""

    def __init__(self, done: Pass) -> None:
        super().__init__()
        self._pass = done

    def __missing__(self, slot: int) -> Column:
        made = self[slot] = self._pass.column(slot)
        return made


class Pass:
    """One pass over facts: packed rows, what the stages left in them, and the reference beside for what they could not."""

    __slots__ = ("_compiled", "_run", "broken", "holes", "world")

    def __init__(self, compiled: Compiled, world: World) -> None:
        self._compiled = compiled
        self.world = world
        self.holes: list[tuple[int, Row]] = []
        self.broken: list[tuple[int, Row]] = []
        self._run: Run | None = None

    @classmethod
    def over(cls, compiled: Compiled, tables: Mapping[str, tuple[Record, ...]]) -> Pass:
        """A pass over facts that are not packed yet. Raises DuplicateRow."""
        return cls(compiled, World.of(compiled.plan.layout, tables))

    @property
    def run(self) -> Run:
        """The reference on the same facts, which sees what the stages gave."""
        if self._run is None:
            compiled, world = self._compiled, self.world
            run = compiled.reference._start(world.looked_up)
            memo: Any = Columns(self)
            run.memo = memo
            self._run = run
        return self._run

    def column(self, slot: int) -> Column:
        """What the stages gave of one rule, as the reference looks at it."""
        where = self._compiled.places[slot]
        return Column(self.world.index[where.entity], where.place, where.form, where.constant)

    def compute(self, stages: Sequence[Ready] | None = None) -> None:
        """Compute every stage, or some, for every row."""
        world = self.world
        for ready in stages if stages is not None else self._compiled.plan.stages:
            rows = world.rows[ready.stage.entity]
            if ready.step is not None:
                ready.step(rows, world.tables, self.holes, self.broken)
                continue
            rule = ready.stage.rules[0]
            slot, place = self._compiled.slots[rule.id], world.layout.rules[rule.id]
            form = self._compiled.plan.forms[rule.id]
            for row in rows:
                found = self.demand(slot, row)
                if form is not None:
                    row[place] = packed(Rational(), found)
                else:
                    row[place] = _kept(found)
                if type(row[place]) is Gap:
                    self.holes.append((slot, row))
                elif found is False and rule.kind == "constraint":
                    self.broken.append((slot, row))

    def demand(self, slot: int, row: Row) -> Outcome:
        """What the reference says of a rule of a row."""
        run = self.run
        run.demand(slot, self.record(slot, row))
        return run.memo[slot][row[KEY]]  # type: ignore[no-any-return]

    def record(self, slot: int, row: Row) -> Record:
        """The row as facts have it."""
        entity = self._compiled.program.entities[self._compiled.program.rules[slot].entity]
        if entity.singleton:
            return self.run.sole(entity.name)
        record = row[RECORD]
        return record if type(record) is Record else self.run.index(entity.name)[row[KEY]]

    def step(self, slot: int, row: Row) -> RuleStep:
        """How the reference comes to the outcome of a rule of a row."""
        return self.run.step(slot, self.record(slot, row))

    def value(self, slot: int, row: Row) -> tuple[Outcome] | None:
        """What the stages left for a rule of a row; None where they left a gap."""
        where = self._compiled.places[slot]
        value = row[where.place]
        return None if type(value) is Gap else (outcome(where.form, value, row[where.place + 1]),)

    def outcome(self, slot: int, row: Row) -> Outcome:
        """The outcome of a rule of a row."""
        where = self._compiled.places[slot]
        if where.constant is not None:
            return where.constant
        value = row[where.place]
        return self.demand(slot, row) if type(value) is Gap else outcome(where.form, value, row[where.place + 1])


def _kept(found: Outcome) -> Any:
    return HOLE if isinstance(found, Blocked) else packed(None, found)
