"""Owns 性质 checked by search: on the facts of the file's examples, on cases at the thresholds of what a property speaks of.

It refutes, it does not prove. A counterexample is made as small as it stays one, evaluated again, and written as examples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fractions import Fraction

from attrs import evolve, field, frozen

from policydsl.core.facts import Facts, Known
from policydsl.core.program import Field, Program, Property, Rule
from policydsl.core.types import Number, strip
from policydsl.core.values import Exact, Outcome, exact
from policydsl.interpret.budget import ResourceError
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.outcomes import Outcomes
from policydsl.testing.build import Workshop, workshop
from policydsl.testing.case import Case
from policydsl.testing.domain import First, Seeded
from policydsl.testing.simplify import simpler

STEPS = (1, 2, 3, 5, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1_000)
"""By how many units a fact is moved away from an example."""
NEAR = (1, 2, 5)
"""By how many units a fact is moved away from a generated case."""
CASES = 240
"""Generated cases that a property is tried on, where nothing else is said."""


@frozen
class Counterexample:
    """Where a property does not hold: the example it came from (empty for a generated case), the row, and for a fact that moved
    its two values and what came of them. `written` is one 算例, or two, that pass and show it; `cases` the same as cases."""

    example: str
    key: str
    before: tuple[Exact, Exact] | None = None
    after: tuple[Exact, Exact] | None = None
    written: tuple[str, ...] = ()
    cases: tuple[Case, ...] = field(default=(), eq=False, repr=False)


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


def check_properties(program: Program, budget: int = CASES) -> tuple[PropertyResult, ...]:
    """Every property of a policy, looked for counterexamples; `budget` generated cases for each."""
    return tuple(check_property(program, item, budget) for item in program.properties)


def check_property(
    program: Program,
    item: Property,
    budget: int = CASES,
    ready: Ready | None = None,
    cases: Iterable[Looked] | None = None,
) -> PropertyResult:
    """One property, looked for a counterexample on the facts of the examples first, then on generated cases.

    `ready` gives what evaluates under readings and a day, where that is not the policy itself but a change of it; `cases` what to
    look at, where that was made before.
    """
    search = Search(program, item, ready)
    count = 0
    for case, steps in looked_at(program, item, budget) if cases is None else cases:
        for found in search.on(case, steps):
            count += 1
            if found is not None:
                return PropertyResult(item, count, search.told(found))
    return PropertyResult(item, count, None)


def refuted(program: Program, item: Property, ready: Ready, cases: Iterable[Looked]) -> bool:
    """Whether some of the cases, or facts near them, refute a property of what `ready` gives to evaluate."""
    search = Search(program, item, ready)
    return any(found is not None for case, steps in cases for found in search.on(case, steps))


def held(program: Program, item: Property) -> Rule:
    """The rule that a property speaks of."""
    return program.rule_index[(item.entity, item.name) if item.form == "always" else item.result]


def looked_at(program: Program, item: Property, budget: int) -> Iterator[Looked]:
    """The facts of the examples, then generated cases, each with the steps by which a fact is moved there."""
    for example in program.examples:
        yield Case(program, example.facts, dict(example.readings), example.on, example.name), STEPS
    name = item.name if item.form == "always" else item.result[1]
    entity = item.entity if item.form == "always" else item.result[0]
    shop: Workshop = workshop(program, [f"{entity}.{name}"])
    made = 0
    attempt = 0
    while made < budget and shop.goals:
        for number, goal in enumerate(shop.goals):
            if made >= budget:
                return
            choose = First() if attempt == 0 else Seeded(f"{item.name} {attempt} {number}")
            draft = shop.draft(choose, goals=[goal])
            yield Case(program, draft.facts(), dict(draft.readings), draft.on), NEAR
            made += 1
        attempt += 1


Ready = Callable[[dict[str, str], date | None], Evaluator]
"""What evaluates a policy under given readings, on a day."""


Looked = tuple[Case, tuple[int, ...]]


@frozen
class Found:
    """A counterexample as it was met."""

    case: Case
    key: str
    low: Exact | None = None
    high: Exact | None = None


class Search:
    """Looks for counterexamples of one property on given facts."""

    def __init__(self, program: Program, item: Property, ready: Ready | None = None) -> None:
        self._program = program
        self._item = item
        self._ready: Ready = ready or (lambda readings, on: Evaluator(program, readings, on))
        self._evaluators: dict[tuple[tuple[tuple[str, str], ...], date | None], Evaluator] = {}
        fields = program.entities[item.entity].fields
        self._field: Field | None = next((one for one in fields if one.name == item.fact), None)

    def on(self, case: Case, steps: tuple[int, ...]) -> Iterator[Found | None]:
        """One by one what was looked at: None where the property holds there."""
        if self._item.form == "always":
            yield from self._always(case)
        else:
            yield from self._moves(case, steps)

    def _outcomes(self, case: Case, facts: Facts) -> Outcomes | None:
        setting = (tuple(sorted(case.readings.items())), case.on)
        if setting not in self._evaluators:
            self._evaluators[setting] = self._ready(dict(case.readings), case.on)
        try:
            return self._evaluators[setting].outcomes(facts)
        except ResourceError:
            return None

    # ------------------------------------------------------------ conditions

    def _always(self, case: Case) -> Iterator[Found | None]:
        found = self._outcomes(case, case.facts)
        if found is None:
            return
        for key, outcome in found.column(self._item.entity, self._item.name).items():
            if isinstance(outcome, bool):
                yield None if outcome else Found(case, key)

    # ------------------------------------------------------------ moves

    @property
    def unit(self) -> Fraction:
        """By what a fact is moved at least: one of its unit, a percentage point of a ratio."""
        assert self._field is not None
        size = self._field.measure.size if self._field.measure is not None else Fraction(1)
        return size / 100 if isinstance(strip(self._field.type), Number) and self._field.measure is None else size

    def _moves(self, case: Case, steps: tuple[int, ...]) -> Iterator[Found | None]:
        item = self._item
        for record in case.facts.tables.get(item.entity, ()):
            cell = record.cells.get(item.fact)
            if (
                not isinstance(cell, Known)
                or isinstance(cell.value, bool)
                or not isinstance(cell.value, int | Fraction)
            ):
                continue
            values = [exact(cell.value + step * self.unit) for step in (0, *steps)]
            points = [(value, self._value(case, case.facts, record.key, value)) for value in values]
            for (low, one), (high, two) in zip(points, points[1:], strict=False):
                if one is not None and two is not None:
                    yield Found(case, record.key, low, high) if self._broken(one, two) else None

    def _broken(self, low: Exact, high: Exact) -> bool:
        """Whether the outcomes at a lower and a higher fact go against the property."""
        item = self._item
        before, after = (low, high) if item.rises else (high, low)
        return after < before if item.forbidden == "falls" else after > before

    def _value(self, case: Case, facts: Facts, key: str, value: Exact) -> Exact | None:
        found = self._outcomes(case, _with(facts, self._item, key, value))
        if found is None:
            return None
        entity, name = self._item.result
        column = found.column(entity, name)
        outcome: Outcome | None = column.get(key if entity == self._item.entity else "")
        return outcome if isinstance(outcome, int | Fraction) and not isinstance(outcome, bool) else None

    # ------------------------------------------------------------ made small

    def told(self, found: Found) -> Counterexample:
        """A counterexample made small, evaluated again and written."""
        if self._item.form == "always":
            return self._told_always(found)
        return self._told_moved(found)

    def _told_always(self, found: Found) -> Counterexample:
        item, case = self._item, found.case

        def still(facts: Facts) -> bool:
            got = self._outcomes(case, facts)
            return got is not None and got.column(item.entity, item.name).get(found.key) is False

        small = case.with_facts(simpler(self._program, case.facts, still))
        rule = self._program.rule_index[item.entity, item.name]
        reads = _rules_read(self._program, rule.body)
        small.asked = {
            (entity, found.key if entity == item.entity else "", name): None
            for entity, name in reads
            if (entity, found.key if entity == item.entity else "", name) in small.trace.steps
        }
        written = (small.example(self._title("")),) if small.asked else ()
        return Counterexample(case.name, found.key, None, None, written, (small,))

    def _told_moved(self, found: Found) -> Counterexample:
        item, case, key = self._item, found.case, found.key
        low, high = found.low, found.high
        assert low is not None and high is not None
        low, high = self._closest(case, key, low, high)

        def still(facts: Facts) -> bool:
            one, two = self._value(case, facts, key, low), self._value(case, facts, key, high)
            return one is not None and two is not None and self._broken(one, two)

        facts = simpler(self._program, case.facts, still)
        one, two = self._value(case, facts, key, low), self._value(case, facts, key, high)
        assert one is not None and two is not None
        points = ((low, one), (high, two)) if item.rises else ((high, two), (low, one))
        entity, name = item.result
        cases, written = [], []
        for at, (value, _) in enumerate(points):
            small = case.with_facts(_with(facts, item, key, value))
            small.asked = {(entity, key if entity == item.entity else "", name): None}
            cases.append(small)
            written.append(small.example(self._title("之前" if at == 0 else "之后")))
        return Counterexample(case.name, key, points[0], points[1], tuple(written), tuple(cases))

    def _closest(self, case: Case, key: str, low: Exact, high: Exact) -> tuple[Exact, Exact]:
        """The same fall between values one unit apart, where there are values between."""
        while high - low > self.unit:
            middle = exact(low + (high - low) / self.unit // 2 * self.unit)
            one, at, two = (self._value(case, case.facts, key, value) for value in (low, middle, high))
            if one is None or at is None or two is None:
                return low, high
            if self._broken(one, at):
                high = middle
            else:
                low = middle
        return low, high

    def _title(self, which: str) -> str:
        if self._program.language == "zh":
            return f"反例:{self._item.name}{which}"
        return f"counterexample: {self._item.name}" + {"": "", "之前": " before", "之后": " after"}[which]


def _with(facts: Facts, item: Property, key: str, value: Exact) -> Facts:
    records = tuple(
        evolve(record, cells={**dict(record.cells), item.fact: Known(value)}) if record.key == key else record
        for record in facts.tables[item.entity]
    )
    return evolve(facts, tables={**facts.tables, item.entity: records})


def _rules_read(program: Program, body: object) -> list[tuple[str, str]]:
    from policydsl.core import program as core
    from policydsl.core.walk import everything

    found: dict[tuple[str, str], None] = {}
    for node in everything(body):  # type: ignore[arg-type]
        if isinstance(node, core.RuleRead) and program.rule_index[node.entity, node.name].kind != "reading":
            found[node.entity, node.name] = None
    return list(found)
