"""Owns outcomes of the compiled engine: worked out where they are looked at, with a trace where somebody asks why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from policydsl.compiled.passes import Pass
from policydsl.compiled.world import Row
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

    __slots__ = ("_compiled", "_facts", "_first", "_last", "violations")

    def __init__(
        self, compiled: Compiled, facts: Facts | None, first: Pass, last: Pass, found: tuple[Violation, ...]
    ) -> None:
        self._compiled = compiled
        self._first = first
        self._last = last
        self._facts = facts
        self.violations = found

    @property
    def facts(self) -> Facts:
        """The facts of the case."""
        if self._facts is None:
            self._facts = Facts(self._first.world.facts)
        return self._facts

    @property
    def main_key(self) -> str:
        """The key of the first row of the main entity. Raises StopIteration where there is none."""
        return next(iter(self._last.world.index[self._compiled.program.header.main]))

    def _place(self, at: Address) -> tuple[Pass, int, Row]:
        entity, key, name = at
        slot = self._compiled.slots[entity, name]
        done = self._first if self._compiled.places[slot].constraint else self._last
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
        return Trace(self._compiled.program, self.facts, self._compiled.readings, steps, self.violations, keys)

    def trace(self, keys: Mapping[str, Collection[str]] | None = None) -> Trace:
        """The whole trace of the reference, of all rows or of some (see `policydsl.evaluate`)."""
        return self._compiled.reference.run(self.facts, keys)
