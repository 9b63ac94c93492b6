"""Owns outcomes of the compiled engine: worked out where they are looked at, with a trace where somebody asks why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from policydsl.compiled.packing import Found
from policydsl.compiled.passes import Pass
from policydsl.compiled.world import Row, outcome
from policydsl.core.facts import Facts
from policydsl.core.program import Rule
from policydsl.core.values import Outcome
from policydsl.interpret.trace import RuleStep, Step, Trace, Violation

if TYPE_CHECKING:
    from policydsl.compiled.engine import Compiled

Address = tuple[str, str, str]


class LaterStep:
    """The step of a rule whose outcome is known, its body worked out by the reference when it is looked at."""

    __slots__ = ("_found", "_pass", "_row", "_slot", "key", "outcome", "rule")

    def __init__(self, done: Pass, slot: int, row: Row, rule: Rule, key: str, outcome: Outcome) -> None:
        self._pass, self._slot, self._row = done, slot, row
        self._found: RuleStep | None = None
        self.rule, self.key, self.outcome = rule, key, outcome

    @property
    def body(self) -> Step:
        """The step of the rule's expression."""
        if self._found is None:
            self._found = self._pass.step(self._slot, self._row)
        return self._found.body

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


class Outcomes(Mapping[Address, Outcome]):
    """The outcome of every rule of every row by (entity, key, rule), worked out on demand where there is no value."""

    __slots__ = ("_compiled", "_facts", "_passes", "_rows", "violations")

    def __init__(
        self,
        compiled: Compiled,
        facts: Facts | None = None,
        passes: tuple[Pass, Pass] | None = None,
        rows: Found | None = None,
        violations: tuple[Violation, ...] = (),
    ) -> None:
        """Either `passes` over facts (the first, by which constraints are judged, and the last), or the packed `rows` of a case
        in which every rule has a value and no constraint is false."""
        self._compiled = compiled
        self._facts = facts
        self._passes = passes
        self._rows = rows
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
            self._facts = Facts(self._both[0].world.facts)
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
        return LaterStep(done, slot, row, self._compiled.program.rules[slot], at[1], done.outcome(slot, row))

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
        """A trace whose steps are worked out one by one, as they are looked at."""
        index = self._last.world.index
        keys = {rule.entity: tuple(index[rule.entity]) for rule in self._compiled.program.rules}
        steps: Any = LaterSteps(self)
        return Trace(self._compiled.program, self.facts, self._compiled.readings, steps, list(self.violations), keys)

    def trace(self, keys: Mapping[str, Collection[str]] | None = None) -> Trace:
        """The whole trace of the reference, of all rows or of some (see `policydsl.evaluate`)."""
        return self._compiled.reference.run(self.facts, keys)
