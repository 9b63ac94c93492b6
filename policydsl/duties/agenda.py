"""Owns the agenda of one row on a day: per task what is done and lacking, when it is due, what proves it, what more is worth.

Read off a trace; nothing is evaluated here but a row's own comparison with a bound that the trace already holds. Nothing is worded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, Literal, assert_never

from attrs import frozen

from policydsl.core.program import Comparator, Evidence, Header, Rule
from policydsl.core.types import Number, strip
from policydsl.core.values import Blocked, Lack, Value, exact
from policydsl.explain.account import NextStep, Reason
from policydsl.explain.book import Book
from policydsl.explain.desk import role_of
from policydsl.explain.distance import Rerun, next_steps
from policydsl.explain.ledger import account, reasons_of
from policydsl.explain.statements import Calculation, Folding, FoldRow
from policydsl.explain.terms import Address, ComparisonTerm, FactTerm, JoinTerm, Name, NotTerm, RuleTerm, Shown, Term
from policydsl.interpret.trace import RuleStep, Trace

State = Literal["done", "left", "open"]
"""Done; left to do; not decided, because facts or a human judgement are lacking."""


@frozen
class Due:
    """When a task is due: the last day (or moment) on which it can be done; `left` days from the day asked about."""

    last: date | datetime
    left: int
    text: str
    clause: str


@frozen
class Fault:
    """Why a row does not count: a comparison that fails, by `gap` where it is of numbers; or a fact that is false."""

    name: Name
    value: Shown
    bound: Shown | None = None
    op: Comparator | None = None
    gap: Shown | None = None


@frozen
class Short:
    """A row that does not count towards a task, and why. No fault: what was read says so, but not one comparison alone."""

    key: str
    faults: tuple[Fault, ...]
    read: tuple[FactTerm | RuleTerm, ...]


@frozen
class Tally:
    """Rows counted towards a task: how many there are, how many count, which fall short, which are not decided."""

    entity: Name
    counted_in: str
    rows: int
    counted: int
    short: tuple[Short, ...]
    undecided: tuple[str, ...]
    supplied: bool


@frozen
class Measure:
    """A comparison that a task asks for: what there is, what is needed, and how much is lacking."""

    op: Comparator
    word: str
    have: Shown
    need: Shown
    lacking: Shown | None


@frozen
class Duty:
    """One task of one row."""

    at: Address
    name: Name
    rule: Rule
    state: State
    shown: Shown
    clause: str
    measures: tuple[Measure, ...]
    tallies: tuple[Tally, ...]
    evidence: tuple[Evidence, ...]
    responsible: str
    due: Due | None
    reasons: tuple[Reason, ...]


@frozen
class Gain:
    """The next threshold of a rule and what reaching it is worth."""

    name: Name
    clause: str
    step: NextStep


@frozen
class Agenda:
    """What a row has done, has to do and could gain. `wanting`: facts to supply; `awaited`: decisions of others.

    Duties that are not done come first, the one due first before the others.
    """

    header: Header
    sources: tuple[str, ...]
    entity: Name
    key: str
    on: date
    duties: tuple[Duty, ...]
    gains: tuple[Gain, ...]
    amounts: tuple[tuple[Name, Shown], ...]
    wanting: tuple[Reason, ...]
    awaited: tuple[Reason, ...]


def agenda(trace: Trace, entity: str, key: str, on: date, rerun: Rerun | None = None) -> Agenda:
    """The agenda of a row of an entity, with the tasks of rows that belong to it. `rerun` says what crossings are worth."""
    book = Book(trace)
    duties = [_duty(book, step, on) for step in _tasks(trace, entity, key)]
    duties.sort(key=_urgency)
    own = [
        step
        for at, step in trace.steps.items()
        if at[:2] == (entity, key) and step.rule.output and not book.shared(step.rule.id)
    ]
    reasons = dict[object, Reason]()
    for step in own:
        for item in reasons_of(step.outcome, book):
            reasons.setdefault(item.cause, item)
    leading = _leading(book, entity)
    return Agenda(
        trace.program.header,
        trace.facts.sources,
        book.entity_name(entity),
        key,
        on,
        tuple(duties),
        tuple(_gains(book, entity, key, rerun, leading)),
        tuple(
            (Name(rule.name, rule.alias), _shown(trace.steps[entity, key, rule.name]))
            for rule in leading[:1]
            if (entity, key, rule.name) in trace.steps
        ),
        tuple(item for item in reasons.values() if item.lack is not Lack.DECISION),
        tuple(item for item in reasons.values() if item.lack is Lack.DECISION),
    )


def _tasks(trace: Trace, entity: str, key: str) -> Iterator[RuleStep]:
    program = trace.program
    for rule in program.written_order:
        if rule.kind != "task":
            continue
        if rule.entity == entity:
            keys = [key]
        elif program.entities[rule.entity].owner == entity:
            keys = [record.key for record in trace.facts.tables.get(rule.entity, ()) if record.parent == key]
        else:
            continue
        for each in keys:
            step = trace.steps.get((rule.entity, each, rule.name))
            if step is not None:
                yield step


def _urgency(duty: Duty) -> tuple[bool, bool, str]:
    """Not done before done, dated before undated, early before late."""
    return duty.state == "done", duty.due is None, duty.due.last.isoformat() if duty.due is not None else ""


def _shown(step: RuleStep) -> Shown:
    return Shown(step.outcome, step.rule.type, step.rule.measure, role_of(step.rule))


# ---------------------------------------------------------------- one task


def _duty(book: Book, step: RuleStep, on: date) -> Duty:
    rule, told = step.rule, account(book, step)
    state: State = "done" if step.outcome is True else "left" if step.outcome is False else "open"
    task = rule.task
    return Duty(
        told.at,
        told.name,
        rule,
        state,
        told.shown,
        rule.clause,
        tuple(_measures(term) for item in told.statements if isinstance(item, Calculation) for term in _compared(item)),
        tuple(_tally(item, book) for item in told.statements if isinstance(item, Folding)),
        task.evidence if task is not None else (),
        task.responsible if task is not None else "",
        _due(rule, on),
        told.reasons,
    )


def _due(rule: Rule, on: date) -> Due | None:
    task = rule.task
    if task is None or not isinstance(task.due, date):
        return None
    last = task.due
    if not task.due_included and not isinstance(last, datetime):
        last = last - timedelta(days=1)
    day = last.date() if isinstance(last, datetime) else last
    return Due(last, (day - on).days, task.due_text, task.due_clause)


def _compared(item: Calculation) -> Iterator[ComparisonTerm]:
    terms = item.term.parts if isinstance(item.term, JoinTerm) else (item.term,)
    return (term for term in terms if isinstance(term, ComparisonTerm))


def _measures(term: ComparisonTerm) -> Measure:
    return Measure(term.op, term.word, term.left.shown, term.right.shown, term.gap)


def _tally(item: Folding, book: Book) -> Tally:
    return Tally(
        item.entity,
        item.counted_in,
        item.total,
        len(item.taken),
        tuple(_short(row, item.where, book) for row in item.short),
        tuple(row.key for row in item.unsure),
        item.supplied,
    )


def _short(row: FoldRow, where: Term | None, book: Book) -> Short:
    parts = where.parts if isinstance(where, JoinTerm) and where.kind == "every" else (where,) if where else ()
    read = {term.at.name: term for term in row.read}
    faults = [fault for part in parts if (fault := _fault(part, read)) is not None]
    return Short(row.key, tuple(faults), row.read)


def _fault(part: Term, read: Mapping[str, FactTerm | RuleTerm]) -> Fault | None:
    match part:
        case FactTerm() | RuleTerm() if part.at.name in read and read[part.at.name].shown.outcome is False:
            own = read[part.at.name]
            return Fault(own.name, own.shown)
        case NotTerm(part=(FactTerm() | RuleTerm()) as denied) if (
            denied.at.name in read and read[denied.at.name].shown.outcome is True
        ):
            own = read[denied.at.name]
            return Fault(own.name, own.shown)
        case ComparisonTerm(left=(FactTerm() | RuleTerm()) as left) if left.at.name in read:
            return _comparison_fault(read[left.at.name], part)
        case _:
            return None


def _comparison_fault(own: FactTerm | RuleTerm, term: ComparisonTerm) -> Fault | None:
    value, bound = own.shown.outcome, term.right.shown.outcome
    if value is None or bound is None or isinstance(value, Blocked) or isinstance(bound, Blocked):
        return None
    if _holds(term.op, value, bound):
        return None
    gap = None
    if isinstance(value, int | Fraction) and isinstance(bound, int | Fraction) and not isinstance(value, bool):
        gap = Shown(exact(abs(Fraction(bound) - Fraction(value))), own.shown.type, own.shown.measure)
    return Fault(own.name, own.shown, term.right.shown, term.op, gap)


def _holds(op: Comparator, value: Value, bound: Value) -> bool:
    """A comparison of two values of one type, as the checker has seen to."""
    one: Any = value
    two: Any = bound
    match op:
        case "ge":
            return bool(one >= two)
        case "gt":
            return bool(one > two)
        case "le":
            return bool(one <= two)
        case "lt":
            return bool(one < two)
        case "eq":
            return bool(one == two)
        case "ne":
            return bool(one != two)
        case _:
            assert_never(op)


# ---------------------------------------------------------------- what more is worth


def _money(book: Book, entity: str) -> list[Rule]:
    program = book.trace.program
    return [
        rule
        for rule in program.rules_of(entity)
        if isinstance(kind := strip(rule.type), Number) and str(kind.unit) == program.header.currency
    ]


def _leading(book: Book, entity: str) -> list[Rule]:
    """Amounts of an entity, what rests on most first; last those that rest on the sums of all rows."""
    return sorted(_money(book, entity), key=lambda rule: (book.shared(rule.id), -book.reach[rule.id]))


def _gains(book: Book, entity: str, key: str, rerun: Rerun | None, leading: list[Rule]) -> Iterator[Gain]:
    """Bands and increments not yet at their end; each with the amounts that rest on it, the nearest and the last."""
    for rule in book.trace.program.rules_of(entity):
        if rule.kind != "rule":
            continue
        above = [other for other in leading if rule.id in book.below(other.id)]
        watch = tuple(dict.fromkeys(other.name for other in (*above[-1:], *above[:1])))
        for step in next_steps(book, entity, key, rule.name, rerun, watch):
            if step.kind != "condition" and step.fact is not None:
                yield Gain(Name(rule.name, rule.alias), rule.clause, step)
