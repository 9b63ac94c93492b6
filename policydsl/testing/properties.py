"""Owns 性质 checked by search: on the facts of the file's examples, on cases at the thresholds of what a property speaks of.

It refutes, it does not prove. A counterexample is made as small as it stays one, evaluated again, and written as examples.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from datetime import date

from attrs import field, frozen

from policydsl.core import program as core
from policydsl.core.facts import Facts
from policydsl.core.program import Program, Property, Rule
from policydsl.core.values import Outcome
from policydsl.core.walk import everything
from policydsl.interpret.against import broken
from policydsl.interpret.budget import ResourceError
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.tables import DuplicateRow
from policydsl.testing.build import Workshop
from policydsl.testing.case import Case
from policydsl.testing.domain import First, Seeded
from policydsl.testing.pared import pared
from policydsl.testing.places import Goal, needs, read_by
from policydsl.testing.simplify import simpler
from policydsl.testing.variants import Change, World, form_of
from policydsl.testing.workshops import workshop

STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
"""By how many units a fact is moved away from an example."""
NEAR = (1, 2, 5)
"""By how many units a fact is moved away from a generated case."""
CASES = 240
"""Generated cases that a property is tried on, where nothing else is said."""
ALL = 900
"""Generated cases for all rules of a file of which something is stated, so that a file full of properties is still searched in seconds;
what is to be known of all facts is asked of `prove`."""
FEWEST = 60
"""Generated cases that each such rule has even then."""
PLAIN = 40
"""Generated cases for a rule that has no threshold, branch or table row."""


@frozen
class Counterexample:
    """Where a property does not hold: the example it came from (empty for a generated case), the row, what came of it.

    `outcomes` are those of `worlds`, by title, in the order in which a form holds them against each other: one of a condition,
    before and after of a fact that moved, the whole and its parts. `before` and `after` are, of a fact with two values, each
    value and what came of it. `keys`: what the row is called in each world. `written` is one 算例 for each world, which passes and shows it; `cases` the same as cases.
    """

    example: str
    key: str
    before: tuple[Outcome, Outcome] | None = None
    after: tuple[Outcome, Outcome] | None = None
    written: tuple[str, ...] = ()
    cases: tuple[Case, ...] = field(default=(), eq=False, repr=False)
    worlds: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    keys: tuple[str, ...] = ()


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


Ready = Callable[[dict[str, str], date | None], Evaluator]
"""What evaluates a policy under given readings, on a day."""

Looked = tuple[Case, tuple[int, ...]]
"""A case to look at, and by how many units a fact is moved there."""


def check_properties(program: Program, budget: int = CASES) -> tuple[PropertyResult, ...]:
    """Every property of a policy, looked for counterexamples; at most `budget` generated cases for each, `ALL` in all."""
    subjects = len({(item.subject, crowd_of(program, item)) for item in program.properties})
    budget = min(budget, max(FEWEST, ALL // max(subjects, 1)))
    made: dict[Hashable, list[Looked]] = {}
    benches: dict[tuple[str, str], Bench] = {}
    found = []
    for item in program.properties:
        # properties of one rule are tried on the same cases
        like = (item.subject, crowd_of(program, item))
        if like not in made:
            made[like] = list(looked_at(program, item, budget))
        if item.subject not in benches:
            benches[item.subject] = Bench(program, held(program, item))
        search = Search(program, item, benches[item.subject])
        found.append(search.through(made[like]))
    return tuple(found)


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
    search = Search(program, item, Bench(program, held(program, item), ready))
    return search.through(looked_at(program, item, budget) if cases is None else cases)


def refuted(program: Program, item: Property, ready: Ready, cases: Iterable[Looked]) -> bool:
    """Whether some of the cases, or facts near them, refute a property of what `ready` gives to evaluate."""
    search = Search(program, item, Bench(program, held(program, item), ready))
    return any(found is not None for case, steps in cases for found in search.on(case, steps))


def held(program: Program, item: Property) -> Rule:
    """The rule that a property speaks of."""
    return program.rule_index[item.subject]


def crowd_of(program: Program, item: Property) -> str:
    """The entity of which a property needs several rows in a case, where it needs them of one."""
    if item.form == "order":
        return item.about[0][0]
    if item.form == "parts":
        rows = (node.rows.entity for node in everything(held(program, item).body) if isinstance(node, core.Aggregate))
        return next(rows, "")
    others = next((entity for entity, name in item.about if not name or entity != item.entity), "")
    return others or next(_siblings(program, held(program, item)), "")


def _siblings(program: Program, rule: Rule) -> Iterator[str]:
    """The entities of which a rule looks at one row among the others."""
    for one in needs(program, (rule,)).rules:
        for node in read_by(program, one):
            if isinstance(node, core.Running | core.Previous | core.Rank | core.Share):
                yield node.among.entity
            elif isinstance(node, core.Aggregate) and isinstance(node.rows, core.AllRows):
                yield node.rows.entity


def looked_at(program: Program, item: Property, budget: int) -> Iterator[Looked]:
    """The facts of the examples, each kind once, then generated cases, each with the steps by which a fact is moved there."""
    part = pared(program, held(program, item))
    met: set[Hashable] = set()
    for example in program.examples:
        token = (part.token(example.facts), tuple(sorted(part.adopted(example.readings).items())), example.on)
        if token not in met:
            met.add(token)
            yield Case(program, example.facts, dict(example.readings), example.on, example.name), STEPS
    entity, name = item.subject
    crowd = crowd_of(program, item)
    shop: Workshop = workshop(program, [f"{entity}.{name}"])
    # where nothing is decided there is little to aim at
    ways: list[tuple[Goal, ...]] = [(goal,) for goal in shop.goals] or [()]
    budget = budget if shop.goals else min(budget, PLAIN)
    made = 0
    attempt = 0
    while made < budget:
        for number, way in enumerate(ways):
            if made >= budget:
                return
            choose = First() if attempt == 0 else Seeded(f"{name} {attempt} {number}")
            draft = shop.draft(choose, goals=way, crowd=crowd)
            yield Case(program, draft.facts(), dict(draft.readings), draft.on), NEAR
            made += 1
        attempt += 1


@frozen
class Found:
    """A counterexample as it was met."""

    case: Case
    change: Change


class Bench:
    """What gives the outcomes of one rule on many facts: the part of the policy that the rule rests on, or what `ready` gives."""

    def __init__(self, program: Program, rule: Rule, ready: Ready | None = None) -> None:
        self._rule = rule.id
        self._pared = pared(program, rule) if ready is None else None
        part = program if self._pared is None else self._pared.program
        self._ready: Ready = ready or Evaluator(part).under
        self._evaluators: dict[tuple[tuple[tuple[str, str], ...], date | None], Evaluator] = {}

    def facts(self, case: Case) -> Facts:
        """Of the facts of a case those that may have a say."""
        return case.facts if self._pared is None else self._pared.facts(case.facts)

    def column(self, case: Case, facts: Facts) -> Mapping[str, Outcome] | None:
        """The outcomes of the rule by row, on facts under the readings and the day of a case; None where they are too many."""
        readings = case.readings if self._pared is None else self._pared.adopted(case.readings)
        on = case.on if self._pared is None or self._pared.dated else None
        setting = (tuple(sorted(readings.items())), on)
        if setting not in self._evaluators:
            self._evaluators[setting] = self._ready(dict(readings), on)
        try:
            return self._evaluators[setting].outcomes(facts).column(*self._rule)
        except (ResourceError, DuplicateRow):
            return None


class Search:
    """Looks for counterexamples of one property on given facts."""

    def __init__(self, program: Program, item: Property, bench: Bench) -> None:
        self._program = program
        self._item = item
        self._form = form_of(program, item)
        self._bench = bench

    def through(self, cases: Iterable[Looked]) -> PropertyResult:
        """What comes of the cases: how much was looked at, and the first counterexample."""
        count = 0
        for case, steps in cases:
            for found in self.on(case, steps):
                count += 1
                if found is not None:
                    return PropertyResult(self._item, count, self.told(found))
        return PropertyResult(self._item, count, None)

    def on(self, case: Case, steps: tuple[int, ...]) -> Iterator[Found | None]:
        """One by one what was looked at: None where the property holds there."""
        facts = self._bench.facts(case)
        kept: dict[Hashable, Mapping[str, Outcome] | None] = {}
        for change in self._form.changes(facts, steps):
            against = broken(self._item, [self._outcome(case, facts, world, kept) for world in change.worlds])
            if against is not None:
                yield Found(case, change) if against else None

    def _outcome(
        self,
        case: Case,
        facts: Facts,
        world: World,
        kept: dict[Hashable, Mapping[str, Outcome] | None] | None = None,
    ) -> Outcome | None:
        """What the rule gives in a world; None where the row is not there, or nothing could be evaluated."""
        if kept is None:
            kept = {}
        if world.token not in kept:
            kept[world.token] = self._bench.column(case, world.make(facts))
        found = kept[world.token]
        return None if found is None else found.get(world.key)

    # ------------------------------------------------------------ made small

    def told(self, found: Found) -> Counterexample:
        """A counterexample made small, evaluated again and written."""
        case = found.case
        change = self._nearest(case, found.change)
        facts = simpler(self._program, case.facts, lambda facts: self._broken(case, facts, change))
        titles = self._form.titles[self._program.language]
        cases, written, outcomes = [], [], []
        for title, world in zip(titles, change.worlds, strict=True):
            small = case.with_facts(world.make(facts))
            small.asked = self._asked(small, world.key)
            cases.append(small)
            outcomes.append(small.trace.outcome(self._item.subject[0], world.key, self._item.subject[1]))
            if small.asked:
                written.append(small.example(self._title(title)))
        before = after = None
        if change.values is not None:
            before, after = ((value, outcome) for value, outcome in zip(change.values, outcomes, strict=True))
        return Counterexample(
            case.name,
            change.key,
            before,
            after,
            tuple(written),
            tuple(cases),
            titles,
            tuple(outcomes),
            tuple(world.key for world in change.worlds),
        )

    def _broken(self, case: Case, facts: Facts, change: Change) -> bool:
        return broken(self._item, [self._outcome(case, facts, world) for world in change.worlds]) is True

    def _nearest(self, case: Case, change: Change) -> Change:
        """The smallest change of the kind that still goes against the property."""
        while True:
            nearer = next((one for one in change.nearer() if self._broken(case, case.facts, one)), None)
            if nearer is None:
                return change
            change = nearer

    def _asked(self, case: Case, key: str) -> dict[tuple[str, str, str], None]:
        """What an example of a world states: the rule, or of a condition the rules that it reads."""
        entity, name = self._item.subject
        if not self._item.stated:
            return {(entity, key, name): None}
        found: dict[tuple[str, str, str], None] = {}
        for node in everything(self._program.rule_index[entity, name].body):
            if isinstance(node, core.RuleRead) and self._program.rule_index[node.entity, node.name].kind != "reading":
                keys = [key] if node.entity == entity else [row for of, row, _ in case.trace.steps if of == node.entity]
                found |= {
                    (node.entity, row, node.name): None
                    for row in dict.fromkeys(keys)
                    if (node.entity, row, node.name) in case.trace.steps
                }
        return found

    def _title(self, which: str) -> str:
        if self._program.language == "zh":
            return f"反例:{self._item.name}{which}"
        return f"counterexample: {self._item.name}{which}"
