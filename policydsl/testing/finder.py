"""Owns the search for a case in which a changed policy and the policy differ: what would notice the change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from attrs import field, frozen

from policydsl.core import program as core
from policydsl.core.facts import Facts
from policydsl.core.values import Blocked, NotApplicable, Outcome
from policydsl.core.walk import everything
from policydsl.interpret.budget import ResourceError
from policydsl.interpret.outcomes import Outcomes
from policydsl.interpret.tables import DuplicateRow
from policydsl.testing.build import Workshop
from policydsl.testing.case import Case
from policydsl.testing.domain import First, Seeded
from policydsl.testing.mutants import Mutant, rebuilt
from policydsl.testing.places import Goal, Spotted, goals, goals_at, needs, read_by, spotted
from policydsl.testing.simplify import renumbered, simpler
from policydsl.testing.trial import Changed, ReadyExample, Trial
from policydsl.testing.workshops import workshop

TRIES = 4
"""Cases made for each goal when a case is looked for that tells a mutant from the policy."""
MOST_CASES = 80
"""Cases made from nothing that are looked at for one mutant."""
MOST_EXAMPLES = 6
"""Examples that a change is looked for near."""
MOST_NEAR = 90
"""Cases near examples that are looked at for one mutant."""
MOST_KNOWN = 40
"""Cases found for other mutants that are looked at first."""

Id = tuple[str, str]
Address = tuple[str, str, str]


@frozen
class Apart:
    """A case in which a mutant and the policy differ, as small as it stays one, and the example that it makes."""

    case: Case
    example: str = field(repr=False)


class Finder:
    """Looks for cases in which a mutant and the policy differ. `on`: the day of cases that state none."""

    def __init__(self, program: core.Program, trial: Trial, on: date | None = None) -> None:
        self._program = program
        self._trial = trial
        self._on = on
        self._known: list[Case] = []
        self._readers = _readers(program)
        self._shops: dict[tuple[Id, ...], Workshop] = {}
        self._everything: Workshop | None = None

    # ------------------------------------------------------------ what can tell

    def affected(self, mutant: Mutant) -> list[Id]:
        """The rules that rest on what is changed and that an example can state, nearest first.

        A constraint shows in itself and in what rests on the facts that it makes invalid.
        """
        waiting = [rule.id for rule in mutant.rules]
        found: dict[Id, None] = {}
        while waiting:
            id_ = waiting.pop(0)
            if id_ not in found:
                found[id_] = None
                waiting += self._readers.get(id_, ())
        judged = tuple(
            self._program.rule_index[id_] for id_ in found if self._program.rule_index[id_].kind == "constraint"
        )
        if judged:
            fields = needs(self._program, judged).fields
            for rule in self._program.rules:
                if rule.output and rule.id not in found and needs(self._program, (rule,)).fields & fields:
                    found[rule.id] = None
        return [id_ for id_ in found if stated(self._program.rule_index[id_])]

    # ------------------------------------------------------------ the search

    def find(self, mutant: Mutant) -> tuple[Apart | None, int]:
        """A case that tells the mutant from the policy, and how many cases were looked at."""
        asked = self.affected(mutant)
        changed = Changed(self._trial, mutant)
        looked = 0
        for case in self._cases(mutant, asked):
            looked += 1
            at = self._difference(changed, case.facts, case.readings, case.on, asked)
            if at is not None:
                return self._apart(mutant, changed, case, at), looked
        return None, looked

    def confirmed(self, mutant: Mutant, case: Case) -> Apart | None:
        """A case from elsewhere, if it does tell the mutant from the policy."""
        changed = Changed(self._trial, mutant)
        at = self._difference(changed, case.facts, case.readings, case.on, self.affected(mutant))
        return None if at is None else self._apart(mutant, changed, case, at)

    def _cases(self, mutant: Mutant, asked: Sequence[Id]) -> Iterator[Case]:
        yield from self._known[::-1][:MOST_KNOWN]
        ways = self._ways(mutant, asked)
        for count, case in enumerate(self._near(mutant, ways)):
            if count >= MOST_NEAR:
                break
            yield case
        for count, case in enumerate(self._made(mutant, asked, ways)):
            if count >= MOST_CASES:
                break
            yield case

    def _near(self, mutant: Mutant, ways: Sequence[tuple[Goal, ...]]) -> Iterator[Case]:
        """The facts of examples that reach the change, brought to the places around it."""
        if self._everything is None:
            self._everything = workshop(self._program, readings=True)
        shop = self._everything
        for ready in self._reaching(mutant):
            start = ready.example
            for way in ways[: MOST_NEAR // 4]:
                draft = shop.draft_from(start.facts, start.readings, start.on)
                for goal in way:
                    shop.reach(draft, First(), goal)
                draft.number()
                yield Case(self._program, draft.facts(), dict(draft.readings), draft.on or self._on)

    def _reaching(self, mutant: Mutant) -> list[ReadyExample]:
        """The smallest of the examples that reach the change; where none does, of those that reach its rule."""
        touched = {id(node) for node in mutant.nodes}
        ids = {rule.id for rule in mutant.rules}
        found = [ready for ready in self._trial.examples if touched & ready.reached.nodes]
        found = found or [ready for ready in self._trial.examples if ids & ready.reached.rules]
        found.sort(key=lambda ready: sum(map(len, ready.example.facts.tables.values())))
        # of each set of readings first one, then more
        first = {tuple(sorted(ready.example.readings.items())): ready for ready in reversed(found)}
        order = list(dict.fromkeys([*reversed(first.values()), *found]))
        return order[:MOST_EXAMPLES]

    def _made(self, mutant: Mutant, asked: Sequence[Id], ways: Sequence[tuple[Goal, ...]]) -> Iterator[Case]:
        """Facts made from nothing for the places around the change."""
        rules = mutant.rules
        id_ = tuple(sorted(rule.id for rule in rules))
        if id_ not in self._shops:
            extra = [self._program.rule_index[at] for at in asked[:1]]
            names = [f"{rule.entity}.{rule.name}" for rule in (*rules, *extra)]
            self._shops[id_] = workshop(self._program, names, readings=True)
        shop = self._shops[id_]
        # what breaks a constraint has to be among what a wrong constraint is tried with
        broken = any(rule.kind == "constraint" for rule in rules)
        for attempt in range(TRIES):
            for number, way in enumerate(ways):
                choose = First() if attempt == 0 else Seeded(f"{attempt} {number}")
                draft = shop.draft(choose, goals=way, mend=not broken or attempt % 2 == 1)
                if attempt == TRIES - 1:
                    shop.leave_out(draft, choose, 2)
                yield Case(self._program, draft.facts(), dict(draft.readings), draft.on or self._on)

    # ------------------------------------------------------------ where to look

    def _ways(self, mutant: Mutant, asked: Sequence[Id]) -> list[tuple[Goal, ...]]:
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
        close: list[Goal] = []
        rest: list[Goal] = []
        for goal in (goal for rule in mutant.rules for goal in goals(self._program, rule)):
            inside = id(goal.place.node) in touched or any(id(turn[0]) in touched for turn in goal.place.turns)
            around = any(_holds(goal.place.node, node) for node in mutant.nodes)
            (close if inside or around else rest).append(goal)
        # the innermost place that holds the change first
        close.sort(key=lambda goal: -len(goal.place.turns))
        near = {rule.id for rule in mutant.rules}
        readers = [self._program.rule_index[at] for at in asked if at not in near][:3]
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

    # ------------------------------------------------------------ the difference

    def _difference(
        self, changed: Changed, facts: Facts, readings: dict[str, str], on: date | None, asked: Sequence[Id]
    ) -> Address | None:
        """Where the mutant and the policy differ on facts: the nearest rule and its row."""
        about = self._trial.about(asked)
        try:
            one = self._trial.evaluator(readings, on).about(about).outcomes(facts)
            two = changed.evaluator(readings, on).about(about).outcomes(facts)
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

    def _apart(self, mutant: Mutant, changed: Changed, case: Case, at: Address) -> Apart:
        """The case made as small as it stays one, and written."""
        asked = [(at[0], at[2])]
        evaluator = self._trial.evaluator(case.readings, case.on)
        about = evaluator.about(self._trial.about(asked))
        stated = isinstance(about.outcomes(case.facts)[at], Blocked)

        def differs(other: Facts) -> bool:
            if self._difference(changed, other, case.readings, case.on, asked) != at:
                return False
            return stated or not isinstance(about.outcomes(other)[at], Blocked)

        facts = simpler(self._program, case.facts, differs)
        plain = renumbered(self._program, facts)
        again = self._difference(changed, plain, case.readings, case.on, asked)
        if again is not None:
            facts, at = plain, again
        small = Case(self._program, facts, dict(case.readings), case.on)
        small.asked[at] = None
        for reading in list(small.readings):
            fewer = {name: option for name, option in small.readings.items() if name != reading}
            if self._difference(changed, facts, fewer, case.on, asked) == at:
                small.readings = fewer
        self._known.append(small)
        title = mutant.said(self._program.language)
        for sign in '\u201c\u201d"「」':
            title = title.replace(sign, "")
        guard = "防错:" if self._program.language == "zh" else "guards: "
        return Apart(small, small.example(guard + title[:40], also=mutant.rules))


def stated(rule: core.Rule) -> bool:
    """Whether an example can state what a rule gives: a bound of a fact has no name to call it by."""
    return rule.kind in ("rule", "task", "condition") or (rule.kind == "constraint" and not rule.blames)


def _told(outcomes: Outcomes, at: Address) -> object:
    """An outcome as far as an example can state it."""
    outcome: Outcome = outcomes[at]
    if isinstance(outcome, Blocked):
        return ("status", outcome.status)
    if isinstance(outcome, NotApplicable):
        return ("inapplicable",)
    return ("value", isinstance(outcome, bool), outcome)


def _holds(outer: core.Expr, inner: core.Expr) -> bool:
    return any(node is inner for node in everything(outer))


def _readers(program: core.Program) -> dict[Id, list[Id]]:
    readers: dict[Id, list[Id]] = {}
    for rule in program.rules:
        if rule.kind == "property":
            continue
        for node in read_by(program, rule):
            if isinstance(node, core.RuleRead):
                some = readers.setdefault((node.entity, node.name), [])
                if rule.id not in some:
                    some.append(rule.id)
    return readers
