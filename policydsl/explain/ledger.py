"""Owns the way from a trace to an explanation: which rules of which rows, an account of each, what it rests on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from attrs import evolve, frozen

from policydsl.amend.rulings import Rulings
from policydsl.core import program as core
from policydsl.core.facts import Bad, Cell, Known, Missing
from policydsl.core.types import TEXT
from policydsl.core.values import Blocked, Outcome
from policydsl.core.walk import everything
from policydsl.diagnostics.model import Language
from policydsl.explain.account import (
    Account,
    Explanation,
    Input,
    InputState,
    NextStep,
    ReadingUse,
    RowAccount,
    ViolationTold,
)
from policydsl.explain.book import Book, role_of
from policydsl.explain.book import entities_of as entities_of
from policydsl.explain.book import keys_of as keys_of
from policydsl.explain.build import statements_of
from policydsl.explain.distance import Rerun, next_steps
from policydsl.explain.names import Address, Name, Shown
from policydsl.explain.reasons import reasons_of as reasons_of
from policydsl.explain.scenarios import Flip, scenarios_of
from policydsl.explain.statements import AlternativeReading, Banding, Overruling, Statement
from policydsl.explain.versions import Comparison
from policydsl.interpret.trace import RuleStep, Step, Trace, Violation

At = tuple[str, str, str]


@frozen
class NotInTrace(LookupError):
    """A name asked for that the trace has not: `kind` entity, key or rule; `known` what there is instead."""

    kind: str
    name: str
    known: tuple[str, ...]

    def __str__(self) -> str:
        words = {"entity": "对象", "key": "行", "rule": "规则"}
        return f"没有名为「{self.name}」的{words[self.kind]} / no {self.kind} named {self.name}"


def explain(
    trace: Trace,
    *,
    entity: str | None = None,
    keys: Sequence[str] | None = None,
    rules: Sequence[str] | None = None,
    lang: Language = "zh",
    rerun: Rerun | None = None,
    flip: Flip | None = None,
    law: Rulings | None = None,
    compared: Mapping[str, Comparison] | None = None,
) -> Explanation:
    """How the rules asked for came to their outcomes.

    `entity`, `keys` and `rules` narrow it (names or aliases); by default all listed rules of all rows are told, each
    once, under the rule that rests on it. `rerun` re-evaluates changed facts, to say what crossing a threshold is
    worth; without it only the distance is told. `flip` re-evaluates under another reading, to say what one that awaits a
    decision would give; without it that is not told. `law` says how the rules came to be what they are, where the policy is one of several notices;
    `compared`, by key of a main row, what they were chosen by. Raises NotInTrace for a name that the trace has not.
    """
    book = Book(trace)
    program = trace.program
    entities = [_entity(program, entity)] if entity is not None else entities_of(trace)
    wanted_rules = [_rule(trace, entities, name) for name in rules] if rules is not None else None
    if keys is not None:
        known = tuple(dict.fromkeys(at[1] for at in trace.steps if at[0] in entities))
        for key in keys:
            if key not in known:
                raise NotInTrace("key", key, known)
    rows: list[tuple[str, str, tuple[str, ...]]] = []
    for name in entities:
        for key in keys_of(trace, name):
            if keys is None or key in keys:
                rows.append((name, key, _roots(book, name, key, wanted_rules)))
    accounts = _accounts(book, rows, rerun, flip, law)
    told = []
    for name, key, roots in rows:
        violations = tuple(
            _violation(item, book) for item in trace.violations if (item.rule.entity, item.key) == (name, key)
        )
        if roots or violations:
            own = tuple(accounts[name, key, root] for root in roots)
            comparison = (compared or {}).get(key) if name == program.header.main else None
            told.append(RowAccount(book.entity_name(name), key, own, book.named(name), violations, comparison))
    return Explanation(
        program.header,
        lang,
        tuple(program.units.items()),
        tuple(trace.facts.sources),
        tuple(_readings(trace, None if rules is None else _used(book, rows))),
        tuple(told),
        program.language,
        law,
    )


def _entity(program: core.Program, name: str) -> str:
    for entity in program.entities.values():
        if name in (entity.name, entity.alias):
            return entity.name
    raise NotInTrace("entity", name, tuple(program.entities))


def _rule(trace: Trace, entities: list[str], name: str) -> str:
    known = [rule for rule in trace.program.rules if rule.entity in entities]
    for rule in known:
        if name in (rule.name, rule.alias):
            return rule.name
    raise NotInTrace("rule", name, tuple(rule.name for rule in known))


def _roots(book: Book, entity: str, key: str, wanted: list[str] | None) -> tuple[str, ...]:
    """The rules to begin with: those wanted, else every listed rule that no other one of the row rests on.

    The one that can rest on most comes first, the same in every row: it is what the others are for.
    """
    trace = book.trace
    if wanted is not None:
        return tuple(name for name in wanted if (entity, key, name) in trace.steps)
    listed = [rule.name for rule in trace.program.rules_of(entity) if (entity, key, rule.name) in trace.steps]
    below = {name: _below(trace, (entity, key, name)) for name in listed}
    covered: set[At] = set().union(*below.values())
    roots = [name for name in listed if (entity, key, name) not in covered]
    return tuple(sorted(roots, key=lambda name: -book.reach[entity, name]))


def _reads(step: Step) -> Iterator[At]:
    """The rules that a step read, in order, each as often as it is read; rows of aggregates are not among them."""
    stack = [step]
    while stack:
        item = stack.pop()
        if isinstance(item.node, core.RuleRead) and isinstance(item.note, tuple):
            yield (item.note[0], item.note[1], item.node.name)
        stack.extend(reversed(item.operands))


def _below(trace: Trace, root: At) -> set[At]:
    """The rules that a rule rests on, itself excluded."""
    found: set[At] = set()
    stack = [root]
    while stack:
        step = trace.steps.get(stack.pop())
        for at in _reads(step.body) if step is not None else ():
            if at not in found:
                found.add(at)
                stack.append(at)
    return found


def _accounts(
    book: Book,
    rows: list[tuple[str, str, tuple[str, ...]]],
    rerun: Rerun | None,
    flip: Flip | None,
    law: Rulings | None,
) -> dict[At, Account]:
    """An account of every rule needed, each after those that it rests on."""
    trace = book.trace
    needed: dict[At, str] = {}
    for entity, key, roots in rows:
        for root in roots:
            needed.setdefault((entity, key, root), "")
            for at in _below(trace, (entity, key, root)):
                # roots come with the one that most rests on first: that is the one whose change is worth telling
                needed.setdefault(at, root if at[:2] == (entity, key) else "")
    order = _in_order(trace, needed)
    readers: dict[At, list[str]] = {}
    for at in order:
        for child in dict.fromkeys(_reads(trace.steps[at].body)):
            if child[:2] == at[:2] and needed.get(child) in (needed[at], at[2]):
                readers.setdefault(child, []).append(at[2])
    done: dict[At, Account] = {}
    for at in order:
        step = trace.steps[at]
        read = dict.fromkeys(_reads(step.body))
        children = tuple(done[child] for child in read if child in done and not _mere_label(trace.steps[child]))
        watch = tuple(name for name in dict.fromkeys((*readers.get(at, ()), needed[at])) if name)
        own = account(book, step, children, next_steps(book, *at, rerun, watch))
        scenarios = scenarios_of(book, step, flip, watch)
        rulings = law.behind(at[0], at[2]) if law is not None else ()
        done[at] = evolve(own, scenarios=scenarios, rulings=rulings) if scenarios or rulings else own
    return done


def _mere_label(step: RuleStep) -> bool:
    """Whether a 读法 says no more than the name of its alternative, which stands at the head of the explanation."""
    return step.rule.kind == "reading" and step.body.outcome == step.body.note


def _in_order(trace: Trace, wanted: Collection[At]) -> list[At]:
    """Rules so that each stands after those that it reads; without recursion, for chains may be long."""
    order: dict[At, None] = {}
    for root in wanted:
        stack = [(root, False)]
        while stack:
            at, opened = stack.pop()
            if opened:
                order.setdefault(at)
            elif at not in order and at in trace.steps:
                stack.append((at, True))
                stack.extend((child, False) for child in _reads(trace.steps[at].body) if child not in order)
    return [at for at in order if at in wanted]


def account(
    book: Book, step: RuleStep, children: tuple[Account, ...] = (), steps: tuple[NextStep, ...] = ()
) -> Account:
    """The account of one rule of one row."""
    rule = step.rule
    statements = statements_of(step, book)
    if step.outcome != step.body.outcome and isinstance(step.outcome, Blocked):
        names = tuple(
            book.rule_name(cause.entity, cause.name) for cause in step.outcome.causes if cause.name != rule.name
        )
        statements = (*statements, Overruling(names, Shown(step.body.outcome, rule.type, rule.measure)))
    return Account(
        Address(rule.entity, step.key, rule.name),
        rule,
        Name(rule.name, rule.alias),
        _shown(rule, step.outcome),
        (rule.clause,) if rule.clause else (),
        statements,
        inputs_of(step.body, book),
        reasons_of(step.outcome, book),
        children,
        steps,
        _top(statements),
    )


def _shown(rule: core.Rule, outcome: Outcome) -> Shown:
    return Shown(outcome, rule.type, rule.measure, role_of(rule))


def _top(statements: tuple[Statement, ...]) -> bool:
    """Whether the rule has bands and stands in the highest."""
    for item in statements:
        if isinstance(item, Banding) and item.side == "lower" and item.taken is not None:
            return item.taken == len(item.rows) - 2
    return False


def inputs_of(step: Step, book: Book) -> tuple[Input, ...]:
    """The facts that a step reads itself, each once, in order."""
    found: dict[At, Input] = {}
    stack = [step]
    while stack:
        item = stack.pop()
        if isinstance(item.node, core.FieldRead) and isinstance(item.note, tuple):
            entity, key, cell = item.note
            at = (entity, key or "", item.node.name)
            found.setdefault(at, input_of(book, *at, cell, item.outcome))
        stack.extend(reversed(item.operands))
    return tuple(found.values())


def _violation(item: Violation, book: Book) -> ViolationTold:
    rule = item.rule
    inputs = []
    for entity, key, name in item.cells:
        cell = book.cell(entity, key, name)
        value = book.cell_outcome(entity, key, name)
        if value is not None:
            inputs.append(input_of(book, entity, key, name, cell, value))
    step = RuleStep(rule, item.key, item.body, item.body.outcome)
    return ViolationTold(
        Address(rule.entity, item.key, rule.name),
        Name(rule.name, rule.alias),
        rule.message,
        rule.clause,
        tuple(inputs),
        statements_of(step, book),
    )


def _used(book: Book, rows: Sequence[tuple[str, str, tuple[str, ...]]]) -> set[str]:
    """The readings that some rules can hang on, whatever the facts are, those of rows that they count among them."""
    program = book.trace.program
    roots = {(entity, name) for entity, _, names in rows for name in names}
    reached = roots.union(*(book.below(at) for at in roots))
    return {
        node.reading
        for at in reached
        if at in program.rule_index
        for node in everything(program.rule_index[at].body)
        if isinstance(node, core.Switch)
    }


def _readings(trace: Trace, used: set[str] | None) -> Iterator[ReadingUse]:
    """The readings of the run; with `used`, only those."""
    for reading in trace.program.readings.values():
        if used is not None and reading.name not in used:
            continue
        chosen = trace.readings.get(reading.name, reading.adopted)
        option = next((item for item in reading.options if item.name == chosen), None)
        others = tuple(AlternativeReading(item.name, item.reason) for item in reading.options if item.name != chosen)
        yield ReadingUse(
            Name(reading.name, reading.alias),
            chosen,
            chosen == reading.adopted,
            (option.clause if option else "") or reading.clause,
            option.reason if option else "",
            others,
        )


def input_of(book: Book, entity: str, key: str, name: str, cell: Cell | None, outcome: Outcome) -> Input:
    """The fact as an account lists it: where it is from and what is wrong with it."""
    declared = book.fields.get((entity, name))
    decision = declared.decision if declared else None
    state: InputState
    place, raw, problem, clause = None, "", "", declared.clause if declared else ""
    match cell:
        case Known():
            state, place, raw = ("default" if cell.by_default else "known"), cell.origin, cell.raw
            clause = cell.by_default or clause
        case Missing():
            state, place = ("decision" if decision else "missing"), cell.origin
        case Bad():
            state, place, raw, problem = "bad", cell.origin, cell.raw, cell.problem
        case None:
            state = "no-row" if not isinstance(outcome, Blocked) else "decision" if decision else "missing"
    return Input(
        Address(entity, key, name),
        book.fact_name(entity, name),
        Shown(outcome, declared.type, declared.measure) if declared else Shown(outcome, TEXT),
        state,
        place,
        raw,
        problem,
        clause,
        declared.source if declared else "",
        decision.office if decision else "",
        cell.counted if isinstance(cell, Known) else "",
    )
