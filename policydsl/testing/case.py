"""Owns a generated case: facts with the readings and the day they are meant for, asked for outcomes, written as an 算例."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from attrs import define, evolve, field

from policydsl.core import program as core
from policydsl.core.facts import Facts, Known, Missing
from policydsl.core.values import Blocked, Outcome, Value, exact, status_of
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.trace import Trace
from policydsl.testing.places import Needs, needs
from policydsl.testing.workshops import rule_named
from policydsl.testing.written import Asked, Pen, Unwritable

MOST_ASKED = 6
"""Expectations that an example made of a case states, where nobody says which."""


class NoValue(ValueError):
    """A rule has no value in a case; the message says why."""


@define(eq=False, repr=False)
class Case:
    """Facts of one case of a policy.

    `case["补助"]` is the outcome of a rule of the first row of its entity (a value in base units, or `Blocked`); `case.value`
    the value. Shown, a case is the 算例 that states it, with the outcomes that were asked for.
    """

    program: core.Program
    facts: Facts
    readings: dict[str, str] = field(factory=dict)
    on: date | None = None
    name: str = ""
    about: tuple[core.Rule, ...] = ()
    asked: dict[tuple[str, str, str], None] = field(factory=dict)
    _trace: Trace | None = None

    @property
    def trace(self) -> Trace:
        """The whole evaluation."""
        if self._trace is None:
            self._trace = Evaluator(self.program, self.readings, self.on).run(self.facts)
        return self._trace

    def outcome(self, rule: str, key: str | None = None) -> Outcome:
        """The outcome of a rule (a name or alias, alone or as 对象.规则) of a row, the first where `key` is None. Raises KeyError."""
        found = rule_named(self.program, rule)
        if key is None:
            rows = self.facts.tables.get(found.entity, ())
            key = "" if self.program.entities[found.entity].singleton or not rows else rows[0].key
        self.asked[found.entity, key, found.name] = None
        return self.trace.outcome(found.entity, key, found.name)

    def __getitem__(self, rule: str) -> Outcome:
        return self.outcome(rule)

    def value(self, rule: str, key: str | None = None) -> Value:
        """The value of a rule. A case without one is passed over where hypothesis runs; elsewhere NoValue is raised."""
        found = self.outcome(rule, key)
        if not isinstance(found, Blocked):
            return found
        if "hypothesis" in sys.modules:
            from hypothesis import currently_in_test_context, reject

            if currently_in_test_context():
                reject()
        cause = found.causes[0]
        raise NoValue(f"{rule}: {found.status} ({cause.entity} {cause.key} {cause.name} {cause.detail})")

    # ------------------------------------------------------------ other facts

    def fact(self, name: str, key: str | None = None) -> Value | None:
        """A fact of a row, None where it is missing. `name` is a field of the main entity, or 对象.字段. Raises KeyError."""
        entity, item = self._field(name)
        for record in self.facts.tables.get(entity.name, ()):
            if key is None or record.key == key:
                cell = record.cells.get(item.name)
                return cell.value if isinstance(cell, Known) else None
        return None

    def moved(self, name: str, by: int | Fraction, key: str | None = None) -> Case:
        """The same case with one number fact greater by so many of its units (a household, a yuan; 1/100 of a ratio)."""
        _, item = self._field(name)
        size = item.measure.size if item.measure is not None else Fraction(1, 100)
        now = self.fact(name, key)
        if not isinstance(now, int | Fraction) or isinstance(now, bool):
            raise NoValue(name)
        return self.with_fact(name, exact(now + by * size), key)

    def with_fact(self, name: str, value: Value | None, key: str | None = None) -> Case:
        """The same case with one fact changed, in base units; None takes it away."""
        entity, item = self._field(name)
        cell = Missing() if value is None else Known(value)
        records, done = [], False
        for record in self.facts.tables.get(entity.name, ()):
            if not done and (key is None or record.key == key):
                record, done = evolve(record, cells={**record.cells, item.name: cell}), True
            records.append(record)
        return self.with_facts(Facts({**self.facts.tables, entity.name: tuple(records)}))

    def with_facts(self, facts: Facts) -> Case:
        """The same case on other facts."""
        return Case(self.program, facts, dict(self.readings), self.on, self.name, self.about, self.asked)

    def under(self, program: core.Program) -> Case:
        """The same facts under another policy."""
        return Case(program, self.facts, dict(self.readings), self.on, self.name, self.about)

    def _field(self, name: str) -> tuple[core.Entity, core.Field]:
        entity, _, last = name.rpartition(".")
        for item in sorted(self.program.entities.values(), key=lambda one: one.name != self.program.header.main):
            if entity in ("", item.name, item.alias):
                for found in item.fields:
                    if last in (found.name, found.alias):
                        return item, found
        raise KeyError(name)

    # ------------------------------------------------------------ written

    def example(self, name: str = "", rules: Sequence[str] = (), also: Sequence[core.Rule] = ()) -> str:
        """The case as an 算例 that passes: the facts that these rules rest on (and those that `also` do), and what comes of them.

        Without `rules`, the outcomes asked of the case so far; where none were, those it was made for.
        """
        for rule in rules:
            self.outcome(rule)
        wanted = [(found.entity, found.name) for found in (rule_named(self.program, rule) for rule in rules)]
        asked = [at for at in self.asked if not wanted or (at[0], at[2]) in wanted] or self._usual()
        pen = Pen(self.program)
        said: list[Asked] = []
        for entity, key, rule in asked:
            item = Asked(entity, key, rule, self.trace.outcome(entity, key, rule))
            try:
                pen.expected(self.facts, item)
            except Unwritable:
                continue
            said.append(item)
        rests = tuple(self.program.rule_index[item.entity, item.rule] for item in said)
        needed = needs(self.program, (*rests, *also))
        reads: frozenset[tuple[str, str]] | None = needed.fields
        entities: frozenset[str] | None = needed.entities | {self.program.header.main}
        if self.trace.violations and not self._same(said, needed):
            # what makes a fact invalid may lie in others that no rule reads
            reads = entities = None
        return pen.example(
            name or self.name or ("反例" if self.program.language == "zh" else "counterexample"),
            self.facts,
            said,
            readings=self.readings,
            on=self.on,
            reads=reads,
            entities=entities,
        )

    def _same(self, said: Sequence[Asked], needed: Needs) -> bool:
        """Whether the facts that rules rest on are enough for the same outcomes."""
        tables = {}
        for name, rows in self.facts.tables.items():
            if name in needed.entities or name == self.program.header.main:
                keys = {item.name for item in self.program.entities[name].fields if item.key}
                tables[name] = tuple(
                    evolve(
                        row,
                        cells={at: cell for at, cell in row.cells.items() if at in keys or needed.reads(name, at)},
                    )
                    for row in rows
                )
        trace = Evaluator(self.program, self.readings, self.on).run(Facts(tables))
        return all(
            status_of(trace.outcome(item.entity, item.key, item.rule)) == status_of(item.outcome) for item in said
        )

    def _usual(self) -> list[tuple[str, str, str]]:
        ids = [rule.id for rule in self.about] or [rule.id for rule in self.program.rules if rule.output]
        found = [at for at in self.trace.steps if (at[0], at[2]) in ids]
        return sorted(found, key=lambda at: at[0] != self.program.header.main)[:MOST_ASKED]

    def __repr__(self) -> str:
        return "\n" + self.example()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """How hypothesis shows the case: as it is written, not field by field."""
        printer.text(repr(self))
