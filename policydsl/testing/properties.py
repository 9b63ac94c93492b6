"""Owns 性质 checked by search: on the facts of the file's own examples, and on facts near them. It refutes, it does not prove."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import evolve, frozen

from policydsl.core.facts import Facts, Known
from policydsl.core.program import Example, Program, Property
from policydsl.core.types import Number, strip
from policydsl.core.values import Exact, exact
from policydsl.interpret.evaluate import Evaluator

STEPS = (1, 2, 3, 5, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1_000)
"""By how many units a fact is moved away from an example."""


@frozen
class Counterexample:
    """Where a property does not hold: the example, the row, and for a fact that moved its two values and what came of them."""

    example: str
    key: str
    before: tuple[Exact, Exact] | None = None
    after: tuple[Exact, Exact] | None = None


@frozen
class PropertyResult:
    """One property: how many cases were looked at, and the first that refutes it."""

    item: Property
    cases: int
    counterexample: Counterexample | None

    @property
    def ok(self) -> bool:
        """Whether nothing refutes it."""
        return self.counterexample is None


def check_properties(program: Program, budget: int = 0) -> tuple[PropertyResult, ...]:
    """Every property of a policy, looked for counterexamples on and around the facts of its examples."""
    return tuple(_check(program, item) for item in program.properties)


def _check(program: Program, item: Property) -> PropertyResult:
    cases = 0
    for example in program.examples:
        evaluator = Evaluator(program, example.readings, example.on)
        search = _always if item.form == "always" else _moves
        for found in search(evaluator, example, item):
            cases += 1
            if found is not None:
                return PropertyResult(item, cases, found)
    return PropertyResult(item, cases, None)


def _always(evaluator: Evaluator, example: Example, item: Property) -> Iterator[Counterexample | None]:
    trace = evaluator.run(example.facts)
    for (entity, key, rule), step in trace.steps.items():
        if (entity, rule) == (item.entity, item.name) and isinstance(step.outcome, bool):
            yield None if step.outcome else Counterexample(example.name, key)


def _moves(evaluator: Evaluator, example: Example, item: Property) -> Iterator[Counterexample | None]:
    field = next(one for one in evaluator.program.entities[item.entity].fields if one.name == item.fact)
    unit = field.measure.size if field.measure is not None else Fraction(1)
    if isinstance(strip(field.type), Number) and field.measure is None:
        unit = unit / 100
    for record in example.facts.tables.get(item.entity, ()):
        cell = record.cells.get(item.fact)
        if not isinstance(cell, Known) or isinstance(cell.value, bool) or not isinstance(cell.value, int | Fraction):
            continue
        values = [exact(cell.value + step * unit) for step in (0, *STEPS)]
        points = [
            (value, _value(evaluator, _with(example.facts, item, record.key, value), item, record.key))
            for value in values
        ]
        for one, two in zip(points, points[1:], strict=False):
            before, after = (one, two) if item.rises else (two, one)
            if before[1] is None or after[1] is None:
                continue
            broken = after[1] < before[1] if item.forbidden == "falls" else after[1] > before[1]
            yield (
                Counterexample(example.name, record.key, (before[0], before[1]), (after[0], after[1]))
                if broken
                else None
            )


def _with(facts: Facts, item: Property, key: str, value: Exact) -> Facts:
    records = tuple(
        evolve(record, cells={**dict(record.cells), item.fact: Known(value)}) if record.key == key else record
        for record in facts.tables[item.entity]
    )
    return evolve(facts, tables={**facts.tables, item.entity: records})


def _value(evaluator: Evaluator, facts: Facts, item: Property, key: str) -> Exact | None:
    entity, name = item.result
    trace = evaluator.run(facts)
    step = trace.steps.get((entity, key if entity == item.entity else "", name))
    found = step.outcome if step is not None else None
    return found if isinstance(found, int | Fraction) and not isinstance(found, bool) else None
