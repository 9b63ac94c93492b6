"""Owns running a policy's examples and properties against its mutants: which are noticed, and what would notice the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from attrs import field, frozen

from policydsl.core import program as core
from policydsl.core.facts import Facts
from policydsl.core.values import Blocked, NotApplicable, Outcome
from policydsl.core.walk import everything
from policydsl.interpret.budget import ResourceError
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.outcomes import Outcomes
from policydsl.interpret.tables import DuplicateRow
from policydsl.testing.build import Workshop, workshop
from policydsl.testing.case import Case
from policydsl.testing.domain import First, Seeded
from policydsl.testing.examples import run_example
from policydsl.testing.mutants import Mutant, mutants, program_with, rebuilt
from policydsl.testing.places import Goal, Spotted, goals, goals_at, needs, read_by, spotted
from policydsl.testing.properties import check_property, held, looked_at
from policydsl.testing.reach import Reached, reached_by_example
from policydsl.testing.simplify import renumbered, simpler

TRIES = 4
"""Cases made for each goal when a case is looked for that tells a mutant from the policy."""
MOST_CASES = 80
"""Cases looked at for one mutant."""

Setting = tuple[tuple[tuple[str, str], ...], date | None]


@frozen
class Survivor:
    """A mutant that nothing in the file notices: an example that would, or None where no case tells the two apart.

    `tried`: cases on which the two gave the same; `unread`: no outcome rests on what is changed, so that no example can tell.
    """

    mutant: Mutant
    example: str | None
    case: Case | None = field(default=None, repr=False)
    tried: int = 0
    unread: bool = False

    @property
    def equivalent(self) -> bool:
        """Whether no case was found that tells it from the policy."""
        return self.example is None


@frozen
class Mutation:
    """What became of all mutants: how many there were, how many were noticed by examples and by properties, and the rest."""

    total: int
    by_examples: int
    by_properties: int
    survivors: tuple[Survivor, ...]

    @property
    def noticed(self) -> int:
        """How many were noticed."""
        return self.by_examples + self.by_properties

    @property
    def equivalent(self) -> int:
        """How many no case could tell from the policy."""
        return sum(item.equivalent for item in self.survivors)

    @property
    def share(self) -> float:
        """The part noticed, of those that some case tells from the policy."""
        real = self.total - self.equivalent
        return self.noticed / real if real else 1.0


class Trial:
    """The examples of a policy made ready to be run against one mutant after the other."""

    def __init__(self, program: core.Program) -> None:
        self.program = program
        self._evaluators: dict[Setting, Evaluator] = {}
        self._examples: list[tuple[core.Example, Reached, int]] = []
        self._properties = [
            (
                item,
                frozenset(rule.id for rule in needs(program, (held(program, item),)).rules),
                list(looked_at(program, item, 60)),
            )
            for item in program.properties
        ]
        for example in program.examples:
            result = run_example(self.evaluator(example.readings, example.on), example)
            reached = reached_by_example(result)
            self._examples.append((example, reached, len(reached.rules)))
        self._examples.sort(key=lambda item: item[2])

    def evaluator(self, readings: object, on: date | None) -> Evaluator:
        """The policy under readings and a day."""
        assert isinstance(readings, dict)
        setting = (tuple(sorted(readings.items())), on)
        if setting not in self._evaluators:
            self._evaluators[setting] = Evaluator(self.program, readings, on)
        return self._evaluators[setting]

    def changed(self, mutant: Mutant, cache: dict[Setting, Evaluator], readings: object, on: date | None) -> Evaluator:
        """The mutant under readings and a day."""
        assert isinstance(readings, dict)
        setting = (tuple(sorted(readings.items())), on)
        if setting not in cache:
            if mutant.table is not None:
                cache[setting] = Evaluator(program_with(self.program, mutant), readings, on)
            else:
                cache[setting] = self.evaluator(readings, on).with_rules(mutant.apply(self.program))
        return cache[setting]

    def noticed(self, mutant: Mutant) -> str:
        """The name of an example that fails on the mutant, empty where none does."""
        cache: dict[Setting, Evaluator] = {}
        touched = {id(node) for node in mutant.nodes}
        for example, reached, _ in self._examples:
            if (
                touched & reached.nodes
                and not run_example(self.changed(mutant, cache, example.readings, example.on), example).ok
            ):
                return example.name
        return ""

    def refuted(self, mutant: Mutant) -> bool:
        """Whether a property that holds of the policy does not hold of the mutant."""
        cache: dict[Setting, Evaluator] = {}
        touched = {rule.id for rule in mutant.rules}
        return any(
            (mutant.table is not None or touched & beneath)
            and not check_property(
                self.program, item, ready=lambda readings, on: self.changed(mutant, cache, readings, on), cases=cases
            ).ok
            for item, beneath, cases in self._properties
        )


def mutate(
    program: core.Program, progress: Callable[[int, int], None] | None = None, *, search: bool = True
) -> Mutation:
    """Try a policy's examples and properties on all its mutants. `progress` is told how many of how many are done.

    Without `search` nothing is looked for that would notice the survivors: all of them count as indistinguishable.
    """
    trial = Trial(program)
    tried = mutants(program)
    by_examples = by_properties = 0
    left: list[Mutant] = []
    for done, mutant in enumerate(tried):
        if progress is not None:
            progress(done, len(tried))
        if trial.noticed(mutant):
            by_examples += 1
        elif trial.refuted(mutant):
            by_properties += 1
        else:
            left.append(mutant)
    survivors = (
        tuple(_search(program, trial, left, progress)) if search else tuple(Survivor(item, None) for item in left)
    )
    if progress is not None:
        progress(len(tried), len(tried))
    return Mutation(len(tried), by_examples, by_properties, survivors)


# ---------------------------------------------------------------- what would notice it


def _search(
    program: core.Program, trial: Trial, left: Sequence[Mutant], progress: Callable[[int, int], None] | None
) -> Iterator[Survivor]:
    shop = workshop(program, readings=True)
    finder = Finder(program, trial, shop)
    for done, mutant in enumerate(left):
        if progress is not None:
            progress(done, len(left))
        yield finder.find(mutant)


class Finder:
    """Looks for cases in which a mutant and the policy differ."""

    def __init__(self, program: core.Program, trial: Trial, shop: Workshop) -> None:
        self._program = program
        self._trial = trial
        self._shop = shop
        self._found: list[Case] = []
        self._readers = _readers(program)
        self._shops: dict[tuple[tuple[str, str], ...], Workshop] = {}

    def find(self, mutant: Mutant) -> Survivor:
        """A case that tells the mutant from the policy, as the example that it makes."""
        cache: dict[Setting, Evaluator] = {}
        asked = self._affected(mutant)
        if not asked:
            return Survivor(mutant, None, unread=True)
        for case in self._found:
            at = self._difference(mutant, cache, case.facts, case.readings, case.on, asked)
            if at is not None:
                return self._survivor(mutant, cache, case, at, 0)
        tried = 0
        for case in self._candidates(mutant):
            tried += 1
            at = self._difference(mutant, cache, case.facts, case.readings, case.on, asked)
            if at is not None:
                self._found.append(case)
                return self._survivor(mutant, cache, case, at, tried)
            if tried >= MOST_CASES:
                break
        return Survivor(mutant, None, None, tried)

    def _affected(self, mutant: Mutant) -> list[tuple[str, str]]:
        """The rules that rest on what is changed, nearest first; constraints show in what they make invalid."""
        waiting = [rule.id for rule in mutant.rules]
        found: dict[tuple[str, str], None] = {}
        while waiting:
            id_ = waiting.pop(0)
            if id_ not in found:
                found[id_] = None
                waiting += self._readers.get(id_, ())
        if any(rule.kind == "constraint" for rule in mutant.rules):
            fields = needs(self._program, mutant.rules).fields
            for rule in self._program.rules:
                if rule.output and rule.id not in found and needs(self._program, (rule,)).fields & fields:
                    found[rule.id] = None
        return [id_ for id_ in found if self._program.rule_index[id_].kind in ("rule", "task", "condition")]

    def _candidates(self, mutant: Mutant) -> Iterator[Case]:
        rules = mutant.rules
        affected = self._affected(mutant)
        id_ = tuple(sorted(rule.id for rule in rules))
        if id_ not in self._shops:
            extra = [self._program.rule_index[at] for at in affected[:1]]
            names = [f"{rule.entity}.{rule.name}" for rule in (*rules, *extra)]
            self._shops[id_] = workshop(self._program, names, readings=True)
        shop = self._shops[id_]
        # what breaks a constraint has to be among what a wrong constraint is tried with
        broken = any(rule.kind == "constraint" for rule in rules)
        ways = self._ways(shop, mutant, affected)
        for attempt in range(TRIES):
            for number, way in enumerate(ways):
                choose = First() if attempt == 0 else Seeded(f"{attempt} {number}")
                draft = shop.draft(choose, goals=way, mend=not broken or attempt % 2 == 1)
                if attempt == TRIES - 1:
                    shop.leave_out(draft, choose, 2)
                yield Case(self._program, draft.facts(), dict(draft.readings), draft.on)

    def _ways(self, shop: Workshop, mutant: Mutant, affected: Sequence[tuple[str, str]]) -> list[tuple[Goal, ...]]:
        """Goals to reach one after the other: places around the change first, then what else its rules and readers decide by."""
        touched = {id(node) for node in mutant.nodes}
        places = [place for rule in mutant.rules for place in spotted(self._program, rule)]
        first: tuple[Goal, ...] = ()
        if mutant.table is not None:
            looked = [
                place
                for place in places
                if isinstance(place.node, core.Lookup) and place.node.table == mutant.table.name
            ]
            first = tuple(Goal("row", place, mutant.row, key=mutant.key) for place in looked[:1])
        elif mutant.nodes:
            first = tuple(Goal("place", place) for place in places if id(place.node) in touched)[:1]
        own = [goal for rule in mutant.rules for goal in goals(self._program, rule)]
        close: list[Goal] = []
        rest: list[Goal] = []
        for goal in own:
            inside = id(goal.place.node) in touched or any(id(turn[0]) in touched for turn in goal.place.turns)
            around = any(_holds(goal.place.node, node) for node in mutant.nodes)
            (close if inside or around else rest).append(goal)
        # the innermost place that holds the change first
        close.sort(key=lambda goal: -len(goal.place.turns))
        near = {rule.id for rule in mutant.rules}
        readers = [self._program.rule_index[at] for at in affected if at not in near][:3]
        after = [
            goal for rule in readers for goal in goals(self._program, rule) if goal.kind in ("edge", "choice", "step")
        ]
        moved = [] if mutant.table is not None else self._moved(mutant)
        lone = [(goal,) for goal in (*close, *moved, *rest)]
        return [first, *lone[:12], *((*first, goal) for goal in (*rest, *after)[:30] if first), *lone[12:]]

    def _moved(self, mutant: Mutant) -> list[Goal]:
        """The edges that the change moves, where they are now."""
        found: list[Goal] = []
        swap = {id(old): new for old, new in mutant.change}
        for rule in mutant.rules[:1]:
            changed = rebuilt(rule, swap)
            for old, new in zip(spotted(self._program, rule), spotted(self._program, changed), strict=False):
                if type(old.node) is type(new.node) and old.node is not new.node:
                    for goal in goals_at(self._program, Spotted(rule, new.node, old.turns)):
                        if goal.kind == "edge" and goal.left is not None and not isinstance(goal.left, core.Const):
                            found.append(goal)
        return found

    def _difference(
        self,
        mutant: Mutant,
        cache: dict[Setting, Evaluator],
        facts: Facts,
        readings: dict[str, str],
        on: date | None,
        asked: Sequence[tuple[str, str]],
    ) -> tuple[str, str, str] | None:
        """Where the mutant and the policy differ on facts: the nearest rule and its row."""
        try:
            one = self._trial.evaluator(readings, on).outcomes(facts)
            two = self._trial.changed(mutant, cache, readings, on).outcomes(facts)
        except (ResourceError, DuplicateRow):
            return None
        told = None
        for entity, name in asked:
            for key in one.keys_of.get(entity, ()):
                at = entity, key, name
                if _told(one, at) != _told(two, at):
                    # a value says more than that there is none
                    if not isinstance(one[at], Blocked):
                        return at
                    told = told or at
        return told

    def _survivor(
        self, mutant: Mutant, cache: dict[Setting, Evaluator], case: Case, at: tuple[str, str, str], tried: int
    ) -> Survivor:
        asked = [(at[0], at[2])]
        facts = case.facts

        before = self._trial.evaluator(dict(case.readings), case.on).run(facts).steps[at].outcome

        def differs(other: Facts) -> bool:
            if self._difference(mutant, cache, other, case.readings, case.on, asked) != at:
                return False
            if isinstance(before, Blocked):
                return True
            return not isinstance(
                self._trial.evaluator(dict(case.readings), case.on).run(other).steps[at].outcome, Blocked
            )

        facts = simpler(self._program, facts, differs)
        plain = renumbered(self._program, facts)
        again = self._difference(mutant, cache, plain, case.readings, case.on, asked)
        if again is not None:
            facts, at = plain, again
        small = Case(self._program, facts, dict(case.readings), case.on)
        small.asked[at] = None
        for reading in list(small.readings):
            fewer = {name: option for name, option in small.readings.items() if name != reading}
            if self._difference(mutant, cache, facts, fewer, case.on, asked) == at:
                small.readings = fewer
        title = mutant.said(self._program.language)
        for sign in '“”"「」':
            title = title.replace(sign, "")
        guard = "防错:" if self._program.language == "zh" else "guards: "
        return Survivor(mutant, small.example(guard + title[:40], also=mutant.rules), small, tried)


def _told(outcomes: Outcomes, at: tuple[str, str, str]) -> object:
    """An outcome as far as an example can state it."""
    outcome: Outcome = outcomes[at]
    if isinstance(outcome, Blocked):
        return ("status", outcome.status)
    if isinstance(outcome, NotApplicable):
        return ("inapplicable",)
    return ("value", isinstance(outcome, bool), outcome)


def _holds(outer: core.Expr, inner: core.Expr) -> bool:
    return any(node is inner for node in everything(outer))


def _readers(program: core.Program) -> dict[tuple[str, str], list[tuple[str, str]]]:
    readers: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for rule in program.rules:
        for node in read_by(program, rule):
            if isinstance(node, core.RuleRead):
                some = readers.setdefault((node.entity, node.name), [])
                if rule.id not in some:
                    some.append(rule.id)
    return readers
