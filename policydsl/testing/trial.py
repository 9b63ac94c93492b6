"""Owns a policy made ready to be changed: what runs the policy and its changes, and which examples and properties a change can reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from attrs import field, frozen

from policydsl.core import program as core
from policydsl.interpret.budget import ResourceError
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.tables import DuplicateRow
from policydsl.testing.examples import meets, row_of, rows_of, run_example
from policydsl.testing.mutants import Mutant
from policydsl.testing.places import needs
from policydsl.testing.properties import Looked, held, looked_at, refuted
from policydsl.testing.reach import Reached, reached_by_example

Setting = tuple[tuple[tuple[str, str], ...], date | None]
Ids = frozenset[tuple[str, str]]

PROPERTY_CASES = 60
"""Generated cases that a property is tried on for each mutant, besides the facts of the examples."""


@frozen(eq=False)
class ReadyExample:
    """An example: what its expectations reach, the rows that they ask about, and the rules that have to be computed for them."""

    example: core.Example
    reached: Reached
    keys: tuple[str | None, ...]
    asked: Mapping[str, tuple[str, ...]]
    about: Ids


@frozen(eq=False)
class ReadyProperty:
    """A property: the rules that it rests on, those that have to be computed for it, and the cases that it is tried on."""

    item: core.Property
    beneath: Ids
    about: Ids
    cases: list[Looked] = field(repr=False)


class Changed:
    """A policy with one change, made ready under as many readings and days as it is asked for."""

    def __init__(self, trial: Trial, mutant: Mutant) -> None:
        self._trial = trial
        self._rules = mutant.apply(trial.program)
        self._tables = () if mutant.table is None else (mutant.table, *mutant.also)
        self._ready: dict[Setting, Evaluator] = {}

    def evaluator(self, readings: Mapping[str, str], on: date | None) -> Evaluator:
        """The changed policy under readings and a day."""
        setting = (tuple(sorted(readings.items())), on)
        if setting not in self._ready:
            self._ready[setting] = self._trial.evaluator(readings, on).with_rules(self._rules, self._tables)
        return self._ready[setting]


class Trial:
    """The examples and properties of a policy made ready to be run against one mutant after the other."""

    def __init__(self, program: core.Program) -> None:
        self.program = program
        self._base = Evaluator(program)
        self._evaluators: dict[Setting, Evaluator] = {}
        self._about: dict[Ids, Ids] = {}
        self._constraints = [
            (rule.id, needs(program, (rule,)).fields) for rule in program.rules if rule.kind == "constraint"
        ]
        self.examples: list[ReadyExample] = [self._example(item) for item in program.examples]
        # those that rest on the fewest rules are run first: they take the least
        self.examples.sort(key=lambda item: len(item.reached.rules))
        self._properties = [self._property(item) for item in program.properties]

    def evaluator(self, readings: Mapping[str, str], on: date | None) -> Evaluator:
        """The policy under readings and a day."""
        setting = (tuple(sorted(readings.items())), on)
        if setting not in self._evaluators:
            self._evaluators[setting] = self._base.under(readings, on)
        return self._evaluators[setting]

    # ------------------------------------------------------------ made ready

    def about(self, wanted: Iterable[tuple[str, str]]) -> Ids:
        """What has to be computed for rules: these, and the constraints that could speak against a fact that they rest on."""
        ids = frozenset(wanted)
        if ids not in self._about:
            self._about[ids] = ids | self._constraints_on(ids)
        return self._about[ids]

    def _constraints_on(self, ids: Ids) -> Ids:
        fields = needs(self.program, tuple(self.program.rule_index[id_] for id_ in ids)).fields
        return frozenset(id_ for id_, read in self._constraints if read & fields)

    def _example(self, example: core.Example) -> ReadyExample:
        result = run_example(self.evaluator(example.readings, example.on), example)
        rows = rows_of(example)
        keys = tuple(row_of(self.program, rows, expectation) for expectation in example.expects)
        asked: dict[str, dict[str, None]] = {}
        for expectation, key in zip(example.expects, keys, strict=True):
            if key is not None:
                asked.setdefault(expectation.entity, {})[key] = None
        return ReadyExample(
            example,
            reached_by_example(result),
            keys,
            {entity: tuple(some) for entity, some in asked.items()},
            self.about((expectation.entity, expectation.rule) for expectation in example.expects),
        )

    def _property(self, item: core.Property) -> ReadyProperty:
        rule = held(self.program, item)
        beneath = frozenset(one.id for one in needs(self.program, (rule,)).rules)
        return ReadyProperty(item, beneath, self.about((rule.id,)), list(looked_at(self.program, item, PROPERTY_CASES)))

    # ------------------------------------------------------------ run

    def noticed(self, mutant: Mutant) -> str:
        """The name of an example that fails on the mutant, empty where none does."""
        changed = Changed(self, mutant)
        touched = {id(node) for node in mutant.nodes}
        for ready in self.examples:
            if touched & ready.reached.nodes and not self._passes(changed, ready):
                return ready.example.name
        return ""

    def _passes(self, changed: Changed, ready: ReadyExample) -> bool:
        example = ready.example
        evaluator = changed.evaluator(example.readings, example.on).about(ready.about)
        try:
            got = evaluator.outcomes(example.facts, ready.asked)
        except (ResourceError, DuplicateRow):
            return False
        return all(
            key is not None and meets(got[expectation.entity, key, expectation.rule], expectation)
            for expectation, key in zip(example.expects, ready.keys, strict=True)
        )

    def refuted(self, mutant: Mutant) -> str:
        """The name of a property that holds of the policy and not of the mutant, empty where there is none."""
        changed = Changed(self, mutant)
        touched = {rule.id for rule in mutant.rules}
        for ready in self._properties:

            def evaluator(readings: dict[str, str], on: date | None, about: Ids = ready.about) -> Evaluator:
                return changed.evaluator(readings, on).about(about)

            if touched & ready.beneath and refuted(self.program, ready.item, evaluator, ready.cases):
                return ready.item.name
        return ""
