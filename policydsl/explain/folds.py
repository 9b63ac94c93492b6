"""Owns what is said of an aggregate: the rows counted, those that fall short and what they say, those not decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from policydsl.core import program as core
from policydsl.core.types import BOOL, Type
from policydsl.core.values import Blocked, Cause, Lack, Outcome, Status
from policydsl.explain.book import role_of, step_status, supplied
from policydsl.explain.names import Address, Shown
from policydsl.explain.sketch import Stand, is_absent, reads, sketch
from policydsl.explain.statements import Folding, FoldRow, Statement
from policydsl.explain.terms import FactTerm, FoldTerm, RuleTerm, Term, ToldTerm
from policydsl.interpret.trace import Sample, Step

_LACKS = {"unknown": Lack.MISSING, "pending": Lack.DECISION, "invalid": Lack.UNREADABLE, "value": Lack.MISSING}
"""The lack that stands for the status of a cell that no step has read for the reader."""


def tell_fold(step: Step, node: core.Aggregate, stand: Stand, say: Callable[[Statement], None]) -> Term:
    """The term of an aggregate; its rows are said first."""
    book, entity = stand.book, node.rows.entity
    inner = Stand(book, stand.entity, stand.key, entity)
    where = sketch(node.where, inner) if node.where is not None else None
    body = sketch(node.body, inner) if node.body is not None else None
    shown = Shown(step.outcome, node.type, None, "condition" if node.type == BOOL else "plain")
    term = FoldTerm(node.fold, book.entity_name(entity), book.counted_in(entity), body, where, shown)
    sample = step.note if isinstance(step.note, Sample) else Sample(entity, 0, (), (), (), None)
    # any and all have their condition as body: what it says of each row is what a filter says of a count
    condition = node.body if node.fold in ("any", "all") else node.where
    fields = reads(condition, entity) if condition is not None else ()
    values = _values(sample)
    unsure = tuple(dict.fromkeys(sample.unsure))
    statuses = [_status(key, node, inner, values.get(key), step.outcome) for key in unsure]
    settled = [key for key in sample.taken if key not in set(unsure)]
    counted = [key for key in settled if not is_absent(values.get(key))]
    if node.fold in ("first", "last"):
        counted = [sample.chosen] if sample.chosen else []
    if node.fold in ("any", "all"):
        counted = [key for key in counted if values.get(key, True) is not False]
    # members of a complete roll that have no row are open, and not among the rows looked at
    lost = {
        key: Blocked((Cause(Lack.MISSING, entity, key, entity),)) for key in unsure if not book.has_row(entity, key)
    }
    open_: dict[str, Outcome] = {**values, **lost}
    kept = {*counted, *unsure, *sample.skipped}
    short = (
        []
        if node.fold in ("first", "last")
        else [key for key in _all_keys(node.rows, inner, sample.total) if key not in kept]
    )
    body_type = node.body.type if node.body is not None else BOOL
    say(
        Folding(
            node.fold,
            term.entity,
            term.counted_in,
            where,
            body,
            sample.total + len(lost) + book.astray(node.rows, unsure),
            tuple(_row(key, node, inner, _value(key, values, step, node, body_type)) for key in counted),
            tuple(_row(key, node, inner, None, fields) for key in short),
            tuple(
                _row(key, node, inner, Shown(open_[key], body_type) if key in open_ else None, fields) for key in unsure
            ),
            statuses.count("pending"),
            statuses.count("unknown"),
            statuses.count("invalid"),
            len(sample.skipped),
            Shown(sample.partial, node.type) if sample.partial is not None else None,
            shown,
            supplied(book.trace.facts, entity) or sample.total > 0,
        )
    )
    return term if isinstance(step.outcome, Blocked) or node.fold != "list" else ToldTerm(shown)


def _value(key: str, values: Mapping[str, Outcome], step: Step, node: core.Aggregate, type_: Type) -> Shown | None:
    if node.fold in ("first", "last"):
        return Shown(step.outcome, type_)
    return Shown(values[key], type_) if key in values else None


def _values(sample: Sample) -> dict[str, Outcome]:
    """What the body gave for each row taken; empty where there is no body."""
    return dict(zip(sample.taken, sample.values, strict=True)) if sample.values else {}


def _all_keys(rows: core.Rows, stand: Stand, total: int) -> tuple[str, ...]:
    """Keys of all rows that the aggregate ran over, where the facts say which they are."""
    book = stand.book
    match rows:
        case core.AllRows():
            records = book.trace.facts.tables.get(rows.entity, ())
        case core.Children():
            owner = "" if stand.book.singleton(stand.entity) else stand.key
            records = book.children.get((rows.entity, owner), ())
    return tuple(record.key for record in records) if len(records) == total else ()


def _row(key: str, node: core.Aggregate, stand: Stand, shown: Shown | None, fields: tuple[str, ...] = ()) -> FoldRow:
    book, entity = stand.book, node.rows.entity
    read = list[FactTerm | RuleTerm]()
    for name in fields:
        step = book.step(entity, key, name)
        if step is not None:
            value = Shown(step.outcome, step.rule.type, step.rule.measure, role_of(step.rule))
            read.append(RuleTerm(Address(entity, key, name), book.rule_name(entity, name), value))
            continue
        declared = book.fields.get((entity, name))
        if declared is not None:
            outcome = book.cell_outcome(entity, key, name)
            if outcome is None:
                outcome = Blocked((Cause(_LACKS[book.cell_status(entity, key, name)], entity, key, name),))
            value = Shown(outcome, declared.type, declared.measure)
            read.append(FactTerm(Address(entity, key, name), book.fact_name(entity, name), value))
    at = Address(entity, key, node.body.name) if isinstance(node.body, core.RuleRead | core.FieldRead) else None
    return FoldRow(key, shown, tuple(read), at)


def _status(key: str, node: core.Aggregate, stand: Stand, value: Outcome | None, whole: Outcome) -> Status:
    """Why a row is not decided: from its value, from what its body or filter reads, else from the whole."""
    entity = node.rows.entity
    if isinstance(value, Blocked):
        return value.status
    if not stand.book.has_row(entity, key):
        return "unknown"
    if isinstance(node.body, core.RuleRead) and node.body.entity == entity:
        found = step_status(stand.book.step(entity, key, node.body.name))
        if found != "value":
            return found
    for expr in (node.where, node.body):
        for name in reads(expr, entity) if expr is not None else ():
            own = stand.book.step(entity, key, name)
            found = step_status(own) if own is not None else stand.book.cell_status(entity, key, name)
            if found != "value":
                return found
    return whole.status if isinstance(whole, Blocked) else "unknown"
