"""Owns outcomes of the compiled engine: worked out where they are looked at, with a trace where somebody asks why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from policydsl.compiled.layout import KEY
from policydsl.compiled.packing import Found
from policydsl.compiled.passes import Pass
from policydsl.compiled.views import LOST, Views
from policydsl.compiled.world import Row, outcome
from policydsl.core.facts import Facts
from policydsl.core.program import Rule
from policydsl.core.values import Outcome
from policydsl.interpret.trace import RuleStep, Step, Trace, Violation

if TYPE_CHECKING:
    from policydsl.compiled.engine import Compiled

Address = tuple[str, str, str]


class LaterStep:
    """The step of a rule whose outcome is known, its body told, or worked out by the reference, when it is looked at."""

    __slots__ = ("_found", "_make", "key", "outcome", "rule")

    def __init__(self, make: Callable[[], Step], rule: Rule, key: str, outcome: Outcome) -> None:
        self._make = make
        self._found: Step | None = None
        self.rule, self.key, self.outcome = rule, key, outcome

    @property
    def body(self) -> Step:
        """The step of the rule's expression."""
        if self._found is None:
            self._found = self._make()
        return self._found

    def __eq__(self, other: object) -> bool:
        """Whether it says the same as another step of a rule, of this or of the reference."""
        if not isinstance(other, LaterStep | RuleStep):
            return NotImplemented
        return (self.rule, self.key, self.outcome, self.body) == (other.rule, other.key, other.outcome, other.body)

    __hash__ = None  # type: ignore[assignment]


class LaterSteps(Mapping[Address, Any]):
    """Steps by entity, key and rule, each made when it is looked at."""

    def __init__(self, outcomes: Outcomes) -> None:
        self._outcomes = outcomes
        self._made: dict[Address, LaterStep] = {}

    def __getitem__(self, at: Address) -> LaterStep:
        if at not in self._made:
            self._made[at] = self._outcomes.step(at)
        return self._made[at]

    def __iter__(self) -> Iterator[Address]:
        return iter(self._outcomes)

    def __len__(self) -> int:
        return len(self._outcomes)


class UsualSteps(Mapping[Address, Any]):
    """Steps told from what a case kept, all at once when one is looked at first."""

    __slots__ = ("_made", "_outcomes")

    def __init__(self, outcomes: Outcomes) -> None:
        self._outcomes = outcomes
        self._made: Mapping[Address, Any] | None = None

    def _all(self) -> Mapping[Address, Any]:
        if self._made is None:
            steps = self._outcomes.usual_steps()
            self._made = LaterSteps(self._outcomes) if steps is None else steps
        return self._made

    def __getitem__(self, at: Address) -> Any:
        return self._all()[at]

    def __iter__(self) -> Iterator[Address]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


class Outcomes(Mapping[Address, Outcome]):
    """The outcome of every rule of every row by (entity, key, rule), worked out on demand where there is no value."""

    __slots__ = ("_compiled", "_facts", "_passes", "_rows", "_seen", "_views", "violations")

    def __init__(
        self,
        compiled: Compiled,
        facts: Facts | None = None,
        passes: tuple[Pass, Pass] | None = None,
        rows: Found | None = None,
        violations: tuple[Violation, ...] = (),
        views: Views | None = None,
    ) -> None:
        """Either `passes` over facts (the first, by which constraints are judged, and the last), or the packed `rows` of a case
        in which every rule has a value and no constraint is false. `views` tell the steps that were kept in the rows."""
        self._compiled = compiled
        self._facts = facts
        self._passes = passes
        self._rows = rows
        self._views = views or compiled.views
        self._seen: dict[Any, Any] = {}
        self.violations = violations

    @property
    def _both(self) -> tuple[Pass, Pass]:
        if self._passes is None:
            assert self._rows is not None
            done = Pass(self._compiled, self._compiled.packing.world(self._rows))
            self._passes = done, done
        return self._passes

    @property
    def _last(self) -> Pass:
        return self._both[1]

    @property
    def facts(self) -> Facts:
        """The facts of the case."""
        if self._facts is None:
            usual = self._passes is None and self._rows is not None
            tables = self._compiled.packing.tables(self._rows) if usual else self._both[0].world.facts  # type: ignore[arg-type]
            self._facts = Facts(tables)
        return self._facts

    def of(self, rule: str) -> Outcome:
        """The outcome of a rule for the (first) row of the main entity. Raises KeyError where there is no such rule or row."""
        compiled = self._compiled
        if self._rows is not None:
            _, place, form, constant, _ = compiled.of_main[rule]
            row = self._rows[compiled.packing.main][0]
            return outcome(form, row[place], row[place + 1]) if constant is None else constant
        main = compiled.program.header.main
        slot = compiled.slots[main, rule]
        done = self._both[0 if compiled.places[slot].constraint else 1]
        rows = done.world.rows[main]
        if not rows:
            raise KeyError(rule)
        return done.outcome(slot, rows[0])

    def _place(self, at: Address) -> tuple[Pass, int, Row]:
        entity, key, name = at
        slot = self._compiled.slots[entity, name]
        done = self._both[0 if self._compiled.places[slot].constraint else 1]
        return done, slot, done.world.index[entity][key]

    def __getitem__(self, at: Address) -> Outcome:
        done, slot, row = self._place(at)
        return done.outcome(slot, row)

    def step(self, at: Address) -> LaterStep:
        """The step of a rule of a row."""
        done, slot, row = self._place(at)
        rule = self._compiled.program.rules[slot]
        return LaterStep(lambda: self._told(done, slot, row), rule, at[1], done.outcome(slot, row))

    def _told(self, done: Pass, slot: int, row: Row) -> Step:
        """The step of a rule's expression: from what was kept in the row, or by the reference."""
        view = self._views.of(self._compiled.program.rules[slot])
        if view is not None:
            try:
                done.world.facts  # noqa: B018 - a row packed from plain values gets its record
                return view(row, self._seen)
            except LOST:
                pass
        return done.step(slot, row).body

    def usual_steps(self) -> dict[Address, RuleStep] | None:
        """Every step of a case in which everything is as usual; None where one is the reference's to make."""
        compiled, rows, tables = self._compiled, self._rows, self.facts.tables
        assert rows is not None
        steps: dict[Address, Any] = {}
        if len(compiled.ruled) > 1:
            for rule in compiled.program.rules:
                for row in rows[compiled.packing.number(rule.entity)] or ():
                    steps[rule.entity, row[KEY], rule.name] = None
        for entity, number in compiled.ruled:
            mine, whole = rows[number] or (), self._views.all_of(entity)
            if whole is None or (mine and not tables[entity]):  # the rows get their records
                return None
            try:
                for row in mine:
                    whole(row, self._seen, steps)
            except LOST:
                return None
        return steps

    def _keys(self) -> dict[str, tuple[str, ...]]:
        """The keys of the rows that rules were computed for."""
        compiled, rows = self._compiled, self._rows
        if self._passes is None and rows is not None:
            return {entity: tuple([row[KEY] for row in rows[number] or ()]) for entity, number in compiled.ruled}
        index = self._last.world.index
        return {entity: tuple(index[entity]) for entity, _ in compiled.ruled}

    def _trace(self, steps: Mapping[Address, Any]) -> Trace:
        compiled = self._compiled
        return Trace(compiled.program, self.facts, compiled.readings, steps, list(self.violations), self._keys())

    def _all_told(self) -> dict[Address, RuleStep]:
        """Every step of every row, in the order of the rules."""
        program, last = self._compiled.program, self._last
        steps: dict[Address, Any] = dict.fromkeys(self)
        last.world.facts  # noqa: B018 - rows packed from plain values get their records
        for entity in dict.fromkeys(rule.entity for rule in program.rules):
            whole = None if self.violations else self._views.all_of(entity)
            for key, row in last.world.index[entity].items():
                if whole is not None:
                    try:
                        whole(row, self._seen, steps)
                        continue
                    except LOST:
                        pass
                for rule in program.rules:
                    if rule.entity == entity:
                        found = self.step((entity, key, rule.name))
                        steps[entity, key, rule.name] = RuleStep(rule, key, found.body, found.outcome)
        return steps

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

    def lazily(self) -> Trace:
        """A trace whose steps are worked out as they are looked at."""
        usual = self._compiled.recorded and self._passes is None
        return self._trace(UsualSteps(self) if usual else LaterSteps(self))

    def trace(self, keys: Mapping[str, Collection[str]] | None = None) -> Trace:
        """The whole trace, as the reference makes it, of all rows or of some (see `policydsl.evaluate`)."""
        compiled = self._compiled
        if keys is not None or not compiled.recorded:
            return compiled.reference.run(self.facts, keys)
        steps = self.usual_steps() if self._passes is None else None
        return self._trace(self._all_told() if steps is None else steps)
