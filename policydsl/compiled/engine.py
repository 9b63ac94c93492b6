"""Owns the compiled engine: a program made into code once, run on facts many times; the reference says what the code cannot.

The quick way gives values only. Wherever it meets something that has no value, the rule of that row is left to the reference,
which finds there what the quick way has already computed. So outcomes and their reasons are those of the reference.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any

from policydsl.compiled.gaps import HOLE, Gap
from policydsl.compiled.layout import KEY, RECORD
from policydsl.compiled.stages import Plan, plan
from policydsl.compiled.world import Row, World, outcome, packed
from policydsl.core.facts import Facts, Record
from policydsl.core.program import Program
from policydsl.core.scales import Form, Rational
from policydsl.core.values import Blocked, Outcome
from policydsl.interpret.constraints import spoil, violations
from policydsl.interpret.evaluate import Evaluator, _adopt
from policydsl.interpret.rows import Run
from policydsl.interpret.tables import Tables
from policydsl.interpret.trace import Trace, Violation

Address = tuple[str, str, str]


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


class Pass:
    """One pass over facts: packed rows, what the stages left in them, and the reference beside for what they could not."""

    def __init__(self, compiled: Compiled, tables: Mapping[str, tuple[Record, ...]]) -> None:
        self._compiled = compiled
        self.world = World(compiled.plan.layout, tables)
        self.holes: list[tuple[int, Row]] = []
        self.broken: list[tuple[int, Row]] = []
        self._run: Run | None = None

    @property
    def run(self) -> Run:
        """The reference on the same facts, which sees what the stages gave."""
        if self._run is None:
            compiled, world = self._compiled, self.world
            run = compiled.reference._start(Tables(world.facts))
            plan = compiled.plan
            for slot, rule in enumerate(compiled.program.rules):
                run.memo[slot] = Column(
                    world.index[rule.entity],
                    plan.layout.rules[rule.id],
                    plan.forms[rule.id],
                    plan.constants.get(rule.id),
                )
            self._run = run
        return self._run

    def compute(self) -> None:
        """Compute every stage for every row."""
        world = self.world
        for ready in self._compiled.plan.stages:
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
        rule = self._compiled.program.rules[slot]
        record = run.sole(rule.entity) if self._compiled.program.entities[rule.entity].singleton else row[RECORD]
        run.demand(slot, record)
        return run.memo[slot][row[KEY]]  # type: ignore[no-any-return]


def _kept(found: Outcome) -> Any:
    return HOLE if isinstance(found, Blocked) else packed(None, found)


class Outcomes(Mapping[Address, Outcome]):
    """The outcome of every rule of every row by (entity, key, rule), worked out on demand where there is no value."""

    def __init__(self, compiled: Compiled, facts: Facts, first: Pass, last: Pass, found: tuple[Violation, ...]) -> None:
        self._compiled = compiled
        self._first = first
        self._last = last
        self.facts = facts
        self.violations = found

    def __getitem__(self, at: Address) -> Outcome:
        entity, key, name = at
        compiled = self._compiled
        slot = compiled.slots[entity, name]
        done = self._first if compiled.program.rules[slot].kind == "constraint" else self._last
        row = done.world.index[entity][key]
        constant = compiled.plan.constants.get((entity, name))
        if constant is not None:
            return constant  # type: ignore[no-any-return]
        place = done.world.layout.rules[entity, name]
        value = row[place]
        if type(value) is Gap:
            return done.demand(slot, row)
        return outcome(compiled.plan.forms[entity, name], value, row[place + 1])

    def outcome(self, entity: str, key: str, rule: str) -> Outcome:
        """The outcome of a rule of a row. Raises KeyError where there is no such row or rule."""
        return self[entity, key, rule]

    def __iter__(self) -> Iterator[Address]:
        for rule in self._compiled.program.rules:
            for key in self._last.world.index[rule.entity]:
                yield rule.entity, key, rule.name

    def __len__(self) -> int:
        index = self._last.world.index
        return sum(len(index[rule.entity]) for rule in self._compiled.program.rules)

    def trace(self, keys: Mapping[str, Collection[str]] | None = None) -> Trace:
        """The whole trace of the reference, of all rows or of some (see `policydsl.evaluate`)."""
        return self._compiled.reference.run(self.facts, keys)


class Compiled:
    """A program under given readings as Python code objects: quick, exact, without a trace.

    `readings` and `on` are as for `policydsl.evaluate`. Raises UnknownReading. May be pickled: what is sent is the program.
    """

    def __init__(self, program: Program, readings: Mapping[str, str] | None = None, on: date | None = None) -> None:
        self.program = program
        self.readings = _adopt(program, readings or {})
        self.on = on
        self.plan: Plan = plan(program, self.readings, on)
        self.slots = {rule.id: slot for slot, rule in enumerate(program.rules)}

    def __reduce__(self) -> tuple[Any, ...]:
        return compile_program, (self.program, self.readings, self.on)

    @cached_property
    def reference(self) -> Evaluator:
        """The interpreter of the same program, which explains."""
        return Evaluator(self.program, self.readings, self.on)

    def run(self, facts: Facts) -> Outcomes:
        """Every rule of every row.

        Raises ResourceError where a number leaves the budget of a run, DuplicateRow where facts hold one key twice.
        """
        first = Pass(self, facts.tables)
        first.compute()
        found = self._violations(first)
        if not found:
            return Outcomes(self, facts, first, first, ())
        last = Pass(self, spoil(facts.tables, found))
        for slot, rule in enumerate(self.program.rules):
            if rule.kind == "constraint":
                last.run.memo[slot] = first.run.memo[slot]
        last.compute()
        return Outcomes(self, facts, first, last, tuple(found))

    def _violations(self, done: Pass) -> list[Violation]:
        """The constraints that are false, and the facts that each one read."""
        rules = self.program.rules
        broken = {(slot, row[KEY]) for slot, row in done.broken}
        broken |= {
            (slot, row[KEY])
            for slot, row in done.holes
            if rules[slot].kind == "constraint" and done.demand(slot, row) is False
        }
        if not broken:
            return []
        run, steps = done.run, []
        for slot, rule in enumerate(rules):
            if rule.kind != "constraint":
                continue
            for key, record in run.index(rule.entity).items():
                if (slot, key) in broken:
                    steps.append((slot, run.step(slot, record)))
        return violations(steps, run.tables.rows, self.reference._start)


_CACHE: OrderedDict[tuple[Any, ...], Compiled] = OrderedDict()
MOST_KEPT = 32


def compile_program(program: Program, readings: Mapping[str, str] | None = None, on: date | None = None) -> Compiled:
    """The program as code. What was compiled of the same text under the same readings is used again."""
    adopted = _adopt(program, readings or {})
    written = [rule.span for rule in program.rules] + [entity.span for entity in program.entities.values()]
    spans = [span for span in written if span is not None]
    texts = tuple(dict.fromkeys((span.source.name, span.source.text) for span in spans))
    at = (texts, tuple(adopted.items()), on)
    known = _CACHE.get(at)
    if known is not None and known.program is program:
        _CACHE.move_to_end(at)
        return known
    if known is not None and _same(known.program, program):
        return known
    made = Compiled(program, adopted, on)
    _CACHE[at] = made
    if len(_CACHE) > MOST_KEPT:
        _CACHE.popitem(last=False)
    return made


def _same(one: Program, other: Program) -> bool:
    try:
        return one == other
    except RecursionError:
        return False
