"""Owns the questions that are put to a policy, and how each is answered: encoded, solved, made small, replayed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import z3
from attrs import evolve

from policydsl.core import program as core
from policydsl.core.facts import Facts, Known
from policydsl.core.program import Program
from policydsl.core.values import Blocked, Lack, NotApplicable, Outcome
from policydsl.interpret.evaluate import Evaluator
from policydsl.prove.case import facts_of
from policydsl.prove.encode import Encoder
from policydsl.prove.numbers import Floors, Num
from policydsl.prove.outcomes import Hazard, Sym, equal
from policydsl.prove.solve import Search, cells_in, relevant, symbols_in, term_of
from policydsl.prove.stated import ask
from policydsl.prove.symbols import Path, Symbols
from policydsl.prove.verdict import Counterexample, Kind, Verdict

SECONDS = 5.0
"""The longest that one question may take."""


class Prover:
    """A policy under given readings, ready to be asked."""

    def __init__(
        self,
        program: Program,
        readings: Mapping[str, str] | None = None,
        seconds: float = SECONDS,
        evaluator: Evaluator | None = None,
    ) -> None:
        self.program = program
        self.evaluator = evaluator or Evaluator(program, readings or {})
        self.seconds = seconds
        self._plain: dict[str, Encoder] = {}

    # ------------------------------------------------------------ what is asked

    def properties(self) -> Iterator[Verdict]:
        """Every 性质 that the file states."""
        for item in self.program.properties:
            yield self._timed(lambda item=item: ask(self, item))  # type: ignore[misc]

    def soundness(self) -> Iterator[Verdict]:
        """What is asked of every policy: nothing without an answer, nothing that clashes, no division by zero, nothing dead."""
        groups: dict[Any, list[Hazard]] = {}
        dead: dict[Any, list[Any]] = {}
        for entity in self.program.entities:
            encoder = self.encoder(entity)
            for hazard in encoder.hazards:
                place = hazard.node.span
                groups.setdefault((hazard.kind, hazard.rule.id, place and (place.start, place.end)), []).append(hazard)
            for branch in encoder.branches:
                if branch.span is not None and not branch.spare:
                    dead.setdefault((branch.kind, branch.span.source.name, branch.span.start, branch.at), []).append(
                        branch
                    )
        for (kind, _, _), hazards in groups.items():
            yield self._timed(lambda kind=kind, hazards=hazards: self._hazard(kind, hazards))  # type: ignore[misc]
        for branches in dead.values():
            if all(z3.is_false(z3.simplify(branch.when)) for branch in branches):
                continue  # a reading that is not adopted, not the facts
            yield self._timed(lambda branches=branches: self._dead(branches))  # type: ignore[misc]

    def _timed(self, ask: Callable[[], Verdict]) -> Verdict:
        start = time.monotonic()
        return evolve(ask(), seconds=time.monotonic() - start)

    # ------------------------------------------------------------ soundness

    def _hazard(self, kind: Kind, hazards: Sequence[Hazard]) -> Verdict:
        rule, node = hazards[0].rule, hazards[0].node
        encoder = self.encoder(rule.entity)
        said = encoder.rule(rule, self.path(rule.entity))
        wrong = [said.broken, z3.Or([hazard.when for hazard in hazards])]
        lack = Lack.UNDEFINED if kind in ("zero", "step") else Lack.CONFLICT

        def confirm(facts: Facts, key: str, _model: Any) -> Counterexample | None:
            outcome = self.outcome(facts, rule.entity, key, rule.name)
            met = isinstance(outcome, Blocked) and any(
                cause.lack is lack and (cause.entity, cause.name) == rule.id for cause in outcome.causes
            )
            return Counterexample(facts, key, rule.id, outcome) if met else None

        return self.decide(kind, rule.name, node.span or rule.span, encoder, rule.entity, wrong, confirm)

    def _dead(self, branches: Sequence[Any]) -> Verdict:
        """Whether a row, band or case ever counts; to be reachable in one place is enough."""
        first = branches[0]
        rule = first.rule
        reached = z3.simplify(z3.Or([branch.when for branch in branches]))
        name = rule.name
        encoder = self.encoder(rule.entity)
        premises = [*encoder.floors.facts, *encoder.symbols.limits, *self.constraints(encoder, rule.entity)]
        near = [premise for premise in premises if len(symbols_in([premise])) == 1]
        for known in (relevant([reached], near), relevant([reached], premises, near=True)):
            found = Search([reached, *known], self.seconds / 2).look()
            if found == "none":
                return Verdict("dead", name, "refuted", first.span)
        return Verdict(
            "dead", name, "proved" if found == "some" else "undecided", first.span, "" if found == "some" else "timeout"
        )

    # ------------------------------------------------------------ another policy

    def same_rule(
        self, other: Prover, encoders: Sequence[Encoder], rule: core.Rule, path: Path, premises: Sequence[Any]
    ) -> Verdict:
        """Whether a rule always gives the same here and in another policy; `encoders` of both, over the same symbols."""
        first = encoders[0].rule(self.program.rule_index[rule.id], path)
        second = encoders[1].rule(other.program.rule_index[rule.id], path)

        def confirm(facts: Facts, key: str, _model: Any) -> Counterexample | None:
            got = [_fitting(each, facts, rule, key) for each in (self, other)]
            return Counterexample(facts, key, rule.id, got[0], facts, got[1]) if _differ(*got) else None

        wrong = [apart(first, second)]
        return self.decide("same", rule.name, rule.span, encoders[0], rule.entity, wrong, confirm, premises=premises)

    # ------------------------------------------------------------ deciding

    def encoder(self, entity: str) -> Encoder:
        """All rules of an entity, encoded once."""
        if entity not in self._plain:
            encoder = Encoder(self.program, Symbols(), self.evaluator.readings, Floors())
            self._plain[entity] = encoder
            for rule in self.program.rules:
                if rule.entity == entity and rule.kind != "constraint":
                    encoder.rule(rule, self.path(entity))
            self.constraints(encoder, entity)
        return self._plain[entity]

    def path(self, entity: str) -> Path:
        """The row of an entity that questions are about."""
        return Path(entity, ("*",)) if self.program.entities[entity].singleton else Path(entity)

    def constraints(self, encoder: Encoder, entity: str) -> list[Any]:
        """That no constraint of the row is false."""
        held: list[Any] = []
        kept = len(encoder.hazards), len(encoder.branches)
        for rule in self.program.rules:
            if rule.entity == entity and rule.kind == "constraint":
                said = encoder.rule(rule, self.path(entity))
                held.append(z3.Or(z3.Not(said.fit), said.term))
        del encoder.hazards[kept[0] :], encoder.branches[kept[1] :]
        return held

    def decide(
        self,
        kind: Kind,
        name: str,
        span: Any,
        encoder: Encoder,
        entity: str,
        wrong: Sequence[Any],
        confirm: Callable[[Facts, str, Any], Counterexample | None],
        premises: Sequence[Any] | None = None,
        terms: Sequence[Any] = (),
        at_stake: set[str] | None = None,
    ) -> Verdict:
        """The answer to whether `wrong` can hold. Of a case, `terms` are made small first, then the facts `at_stake`, then others."""
        held = self.constraints(encoder, entity) if premises is None else list(premises)
        held += [*encoder.floors.facts, *encoder.symbols.limits]
        # what speaks of one fact alone first: most questions need no more, and the case found is smaller
        near = [premise for premise in held if len(symbols_in([premise])) == 1] + encoder.floors.facts
        verdict = Verdict(kind, name, "undecided", span)
        # at last with every fact that the rules read: one that makes no difference has to be there all the same
        for known, whole in ((near, False), (held, False), (held, True)):
            formulas = [*wrong, *(known if whole else relevant(wrong, known))]
            search = Search(formulas, self.seconds)
            found = search.look()
            if found == "none":
                return Verdict(kind, name, "proved", span)
            beyond = self._beyond(encoder, wrong) or self._beyond(encoder, formulas)
            if found == "unknown":
                verdict = Verdict(kind, name, "undecided", span, "timeout", beyond)
                continue
            cells = list(encoder.symbols.cells.values()) if whole else cells_in(encoder.symbols, formulas)
            found_terms = [term_of(cell) for cell in cells]
            stake = [term for term in found_terms if at_stake is None or term.decl().name() in at_stake]
            search.smallest([*terms, *stake], [term for term in found_terms if not any(term.eq(one) for one in stake)])
            facts, key = facts_of(encoder, search.model, self.path(entity), cells, self.seconds)
            # two rows that the question tells apart may have been given one key: no facts that anybody could hand in
            apart = all(len({row.key for row in rows}) == len(rows) for rows in facts.tables.values())
            case = confirm(facts, key, search.model) if apart else None
            if case is not None:
                return Verdict(kind, name, "refuted", span, case=self._least(case, facts, entity, key, search, confirm))
            verdict = Verdict(kind, name, "undecided", span, "beyond" if beyond else "unconfirmed", beyond)
        return verdict

    def _least(
        self,
        case: Counterexample,
        facts: Facts,
        entity: str,
        key: str,
        search: Search,
        confirm: Callable[[Facts, str, Any], Counterexample | None],
    ) -> Counterexample:
        """The case without the facts that it does not need."""
        for fewer in _fewer(facts, entity, key):
            without = confirm(fewer(facts), key, search.model)
            if without is not None:
                facts, case = fewer(facts), without
        return case

    def _beyond(self, encoder: Encoder, formulas: Sequence[Any]) -> tuple[str, ...]:
        """What formulas do not carry and a question turns on, as the drafter wrote it."""
        names = symbols_in(formulas)
        said = []
        for free in encoder.symbols.frees.values():
            term = free.term.top if isinstance(free.term, Num) else free.term
            if free.written not in said and (term.decl().name() in names or free.open.decl().name() in names):
                said.append(free.written)
        return tuple(said[:5])

    def outcome(self, facts: Facts, entity: str, key: str, rule: str) -> Outcome:
        return self.evaluator.run(facts, {entity: [key]}).outcome(entity, key, rule)


# ---------------------------------------------------------------- two policies


def same(old: Program, new: Program, readings: Mapping[str, str], seconds: float = SECONDS) -> Iterator[Verdict]:
    """For each rule that results list, whether both policies always give the same; then the rules that only one of them has."""
    ours = {name: one for name, one in readings.items() if name in new.readings}
    one = Prover(old, {name: item for name, item in readings.items() if name in old.readings}, seconds)
    two = Prover(new, ours, seconds)
    for entity in old.entities:
        if entity not in new.entities:
            continue
        symbols, floors, path = Symbols(), Floors(), one.path(entity)
        encoders = [Encoder(each.program, symbols, each.evaluator.readings, floors) for each in (one, two)]
        for rule in old.written_order:
            if (
                rule.entity != entity
                or rule.id not in new.rule_index
                or rule.kind in ("constraint", "property", "local")
            ):
                continue
            start = time.monotonic()
            premises = [*one.constraints(encoders[0], entity), *two.constraints(encoders[1], entity)]
            verdict = one.same_rule(two, encoders, rule, path, premises)
            yield evolve(verdict, seconds=time.monotonic() - start)
    for program, other in ((old, new), (new, old)):
        for rule in program.written_order:
            if rule.id not in other.rule_index and rule.output and rule.kind not in ("constraint", "property"):
                yield Verdict("same", rule.name, "refuted", rule.span)


def apart(first: Sym, second: Sym) -> Any:
    """That two outcomes differ, in value or in kind."""
    values = z3.And(first.fit, second.fit, z3.Not(equal(first, second)))
    kinds = [z3.Xor(getattr(first, name), getattr(second, name)) for name in ("none", "waits", "broken")]
    return z3.simplify(z3.Or(values, *kinds))


def _fitting(prover: Prover, facts: Facts, rule: core.Rule, key: str) -> Outcome:
    """What a policy gives on facts, less what it does not ask for."""
    tables = {}
    for entity, rows in facts.tables.items():
        if entity in prover.program.entities:
            names = {field.name for field in prover.program.entities[entity].fields}
            tables[entity] = tuple(
                evolve(row, cells={name: cell for name, cell in row.cells.items() if name in names}) for row in rows
            )
    return prover.outcome(Facts(tables), rule.entity, key, rule.name)


def _differ(one: Outcome, other: Outcome) -> bool:
    if isinstance(one, Blocked) or isinstance(other, Blocked):
        return not (isinstance(one, Blocked) and isinstance(other, Blocked) and one.status == other.status)
    if isinstance(one, NotApplicable) and isinstance(other, NotApplicable):
        return False
    return (type(one) is not type(other) and {type(one), type(other)} != {int}) or one != other


def _fewer(facts: Facts, entity: str, key: str) -> Iterator[Callable[[Facts], Facts]]:
    """Ways to leave out one fact, or one table; the row asked about and the owners of others stay."""
    for name, rows in facts.tables.items():
        if name != entity:
            yield lambda given, name=name: Facts({one: table for one, table in given.tables.items() if one != name})  # type: ignore[misc]
        for at, row in enumerate(rows[:20]):
            for cell in row.cells:
                if cell != "" and (name != entity or row.cells[cell] != Known(key)):
                    yield lambda given, name=name, at=at, cell=cell: _without(given, name, at, cell)  # type: ignore[misc]


def _without(facts: Facts, entity: str, at: int, name: str) -> Facts:
    rows = facts.tables.get(entity, ())
    if at >= len(rows):
        return facts
    cells = {one: cell for one, cell in rows[at].cells.items() if one != name}
    return Facts({**facts.tables, entity: (*rows[:at], evolve(rows[at], cells=cells), *rows[at + 1 :])})
