"""Owns holding a change of a policy against the policy: whether what is changed can ever give something else, and a case where it does."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Literal

import z3
from attrs import field, frozen

from policydsl.core import program as core
from policydsl.core.program import Program, Rule
from policydsl.core.types import Member
from policydsl.core.walk import everything
from policydsl.interpret.evaluate import Evaluator
from policydsl.prove.ask import Prover, apart
from policydsl.prove.encode import Encoder
from policydsl.prove.numbers import Floors
from policydsl.prove.solve import Search, relevant
from policydsl.prove.symbols import Path, Symbols
from policydsl.prove.verdict import Counterexample, Why

SECONDS = 0.5
"""The longest that one question to the solver may take."""
BUDGET = 20.0
"""The longest that all questions about all that changes rest on may take together. Those of the form alone do not count."""
MOST_SETTINGS = 12
"""Sets of readings under which a change is looked at; where there are more, each alternative once."""

Id = tuple[str, str]
Ready = Callable[[Mapping[str, str]], tuple[Evaluator, Evaluator]]
"""What evaluates the policy and the changed policy under given readings."""


@frozen
class Answer:
    """Whether a change can tell. `answer` "same": no, for all facts supplied and within the constraints and all readings, with the
    `reason`: "form", the changed expressions always come to the same whatever the rules that they read give; "facts", they do for
    what those rules can give. "differs": the `case`, confirmed by the interpreter, under its `readings`. "undecided": `why`, and
    what it turns on that formulas do not carry (`beyond`)."""

    answer: Literal["same", "differs", "undecided"]
    reason: Literal["", "form", "facts"] = ""
    case: Counterexample | None = None
    readings: Mapping[str, str] = field(factory=dict)
    why: Why = ""
    beyond: tuple[str, ...] = ()


class Against:
    """A policy, ready to have changes of it held against it."""

    def __init__(self, program: Program, seconds: float = SECONDS, budget: float = BUDGET) -> None:
        self.program = program
        self.seconds = seconds
        self.left = budget

    # ------------------------------------------------------------ the form alone

    def same_form(self, changed: Program, ids: Collection[Id], stated: Callable[[Rule], bool]) -> bool:
        """Whether rules, changed, always give the same whatever the rules that they read give.

        Where a changed rule is not one that can be asked (`stated`), it is enough that those that read it give the same.
        """
        for id_ in ids:
            rule = self.program.rule_index[id_]
            if self._same_form(changed, rule, frozenset(ids)):
                continue
            readers = [] if stated(rule) else [self.program.rule_index[reader] for reader in self._readers(id_)]
            if not readers or not all(self._same_form(changed, one, frozenset((*ids, one.id))) for one in readers):
                return False
        return True

    def _same_form(self, changed: Program, rule: Rule, ids: frozenset[Id]) -> bool:
        shut = {
            other.id
            for other in self.program.rules
            if other.id not in ids and not (other.kind == "reading" and isinstance(other.type, Member))
        }
        symbols, floors, path = Symbols(), Floors(), _path(self.program, rule.entity)
        old, new = (Encoder(each, symbols, {}, floors, shut=shut) for each in (self.program, changed))
        one = old.rule(rule, path)
        other = new.rule(changed.rule_index[rule.id], path)
        wrong = [apart(one, other)]
        known = [*_held(old, rule.entity, ids), *floors.facts, *symbols.limits]
        return Search([*wrong, *relevant(wrong, known)], self.seconds).look() == "none"

    # ------------------------------------------------------------ all that it rests on

    def ask(self, changed: Program, ids: Sequence[Id], stated: Callable[[Rule], bool], ready: Ready) -> Answer:
        """Whether a change of rules can tell, with what they read and what reads them.

        `stated` says of which rules the outcome can be asked; where that of a changed rule cannot, those that read it are. Of a
        constraint the case is one of which it says something else.
        """
        start = time.monotonic()
        try:
            return self._ask(changed, ids, stated, ready, start + min(self.left, 8 * self.seconds))
        finally:
            self.left -= time.monotonic() - start

    def _ask(
        self, changed: Program, ids: Sequence[Id], stated: Callable[[Rule], bool], ready: Ready, until: float
    ) -> Answer:
        settings, all_of_them = self._settings(ids)
        why: Why = "" if all_of_them else "readings"
        beyond: tuple[str, ...] = ()
        for readings in settings:
            if time.monotonic() > until:
                return Answer("undecided", why="timeout", beyond=beyond)
            one, two = ready(readings)
            provers = Prover(self.program, readings, self.seconds, one), Prover(changed, readings, self.seconds, two)
            for verdict in self._verdicts(provers, ids, stated):
                if verdict.case is not None:
                    return Answer("differs", case=verdict.case, readings=readings)
                if verdict.answer == "undecided":
                    why, beyond = verdict.why, beyond or verdict.beyond
        if why:
            return Answer("undecided", why=why, beyond=beyond)
        return Answer("same", "facts")

    def _verdicts(
        self, provers: tuple[Prover, Prover], ids: Sequence[Id], stated: Callable[[Rule], bool]
    ) -> Iterator[Any]:
        """Whether the changed rules differ, and where one does that cannot be asked, those that read it."""
        waiting, met = list(ids), set(ids)
        while waiting:
            rule = self.program.rule_index[waiting.pop(0)]
            path = provers[0].path(rule.entity)
            symbols, floors = Symbols(), Floors()
            # what the rule does not rest on says nothing about it, but in constraints, and there as much as its symbols do
            open_ = self._rests_on(rule.id)
            shut = {
                other.id
                for other in self.program.rules
                if other.id not in open_ and not (other.kind == "reading" and isinstance(other.type, Member))
            }
            encoders = [Encoder(each.program, symbols, each.evaluator.readings, floors, shut=shut) for each in provers]
            premises = _held(encoders[0], rule.entity, frozenset(ids) | {rule.id})
            verdict = provers[0].same_rule(provers[1], encoders, rule, path, premises)
            if verdict.answer == "proved" or stated(rule) or rule.kind == "constraint":
                yield verdict
                continue
            for reader in self._readers(rule.id):
                if reader not in met:
                    met.add(reader)
                    waiting.append(reader)

    def _readers(self, id_: Id) -> list[Id]:
        return [
            rule.id
            for rule in self.program.rules
            if rule.kind != "property" and any(_reads(node, id_) for node in read_in(self.program, rule))
        ]

    # ------------------------------------------------------------ readings

    def _settings(self, ids: Sequence[Id]) -> tuple[list[dict[str, str]], bool]:
        """The sets of readings to look under, the adopted first, and whether they are all that could have a say."""
        names = {node for id_ in ids for node in self._readings(id_)}
        readings = [reading for name, reading in self.program.readings.items() if name in names]
        count = 1
        for reading in readings:
            count *= len(reading.options)
        if count <= MOST_SETTINGS:
            every = [
                sorted([option.name for option in reading.options], key=lambda name, of=reading: name != of.adopted)  # type: ignore[misc]
                for reading in readings
            ]
            return [
                {reading.name: name for reading, name in zip(readings, chosen, strict=True)}
                for chosen in product(*every)
            ], True
        flips = [
            {reading.name: option.name} for reading in readings for option in reading.options if not option.adopted
        ]
        return [{}, *flips], False

    def _readings(self, id_: Id) -> frozenset[str]:
        """The readings that could have a say in what a rule gives."""
        rules = [self.program.rule_index[one] for one in self._rests_on(id_)]
        return frozenset(
            node.reading for rule in rules for node in read_in(self.program, rule) if isinstance(node, core.Switch)
        )

    def _rests_on(self, id_: Id) -> frozenset[Id]:
        """A rule and all the rules that it reads, and those that they read."""
        waiting, met = [id_], {id_}
        while waiting:
            for node in read_in(self.program, self.program.rule_index[waiting.pop()]):
                if isinstance(node, core.RuleRead) and (node.entity, node.name) not in met:
                    met.add((node.entity, node.name))
                    waiting.append((node.entity, node.name))
        return frozenset(met)


def read_in(program: Program, rule: Rule) -> Iterator[core.Expr]:
    """Every expression of a rule, those of the columns that it looks up included."""
    stack: list[core.Expr] = [rule.body]
    tables: set[tuple[str, str]] = set()
    while stack:
        for node in everything(stack.pop()):
            yield node
            if isinstance(node, core.Lookup) and (node.table, node.column) not in tables:
                tables.add((node.table, node.column))
                stack += [row.cells[node.column] for row in program.tables[node.table].rows]


def _path(program: Program, entity: str) -> Path:
    return Path(entity, ("*",)) if program.entities[entity].singleton else Path(entity)


def _reads(node: core.Expr, id_: Id) -> bool:
    return isinstance(node, core.RuleRead) and (node.entity, node.name) == id_


def _held(encoder: Encoder, entity: str, but: Collection[Id]) -> list[Any]:
    """That no constraint of the row, or of what there is one of, is false, but for those that are asked about."""
    held: list[Any] = []
    for rule in encoder.program.rules:
        near = rule.entity == entity or encoder.program.entities[rule.entity].singleton
        if near and rule.kind == "constraint" and rule.id not in but:
            said = encoder.rule(rule, _path(encoder.program, rule.entity))
            held.append(z3.Or(z3.Not(said.fit), said.term))
    return held
