"""Owns how far a total over rows has come: how many rows are computed, pending, unknown, and what those computed sum to so far.

A total over rows that are not all computed has no value. What it has so far is told beside it and is never called a total.
"""

from __future__ import annotations

from fractions import Fraction

from attrs import evolve, frozen

from policydsl.core.program import Aggregate, FieldRead, Rule, RuleRead
from policydsl.core.values import Blocked, Exact, Outcome, Status, exact
from policydsl.explain.book import Book
from policydsl.explain.reasons import Words
from policydsl.interpret.trace import RuleStep, Sample


@frozen
class Extent:
    """How far a total has come. `rows` are all it is over; `partial` the sum so far, in the unit that the rule is shown in.

    `computed` + `pending` + `unknown` + `invalid` + `inapplicable` = `rows`, less those that a filter leaves out.
    """

    rows: int
    computed: int
    pending: int
    unknown: int
    invalid: int
    inapplicable: int
    partial: Exact | None
    text: str


def extent_of(step: RuleStep, book: Book, words: Words) -> Extent | None:
    """How far the total that a rule is has come; None for a rule that is no sum over rows."""
    node, sample = step.body.node, step.body.note
    if not isinstance(node, Aggregate) or node.fold != "sum" or not isinstance(sample, Sample):
        return None
    unsure = tuple(dict.fromkeys(sample.unsure))
    values = dict(zip(sample.taken, sample.values, strict=True)) if sample.values else {}
    whole = step.outcome.status if isinstance(step.outcome, Blocked) else "unknown"
    states = [_status(key, node, values.get(key), book, whole) for key in unsure]
    computed = len(set(sample.taken) - set(unsure))
    lost = sum(not book.has_row(sample.entity, key) for key in unsure) + book.astray(node.rows, unsure)
    partial = _partial(step, sample)
    pending, unknown, invalid = (states.count(status) for status in ("pending", "unknown", "invalid"))
    found = Extent(sample.total + lost, computed, pending, unknown, invalid, len(sample.skipped), partial, "")
    return evolve(found, text=_told(step.rule, sample.entity, found, book, words))


def _status(key: str, node: Aggregate, value: Outcome | None, book: Book, whole: Status) -> Status:
    """Why a row has no amount."""
    entity = node.rows.entity
    if isinstance(value, Blocked):
        return value.status
    if not book.has_row(entity, key):
        return "unknown"
    match node.body:
        case RuleRead(entity=of, name=name) if of == entity:
            step = book.step(entity, key, name)
            if step is not None and isinstance(step.outcome, Blocked):
                return step.outcome.status
        case FieldRead(entity=of, name=name) if of == entity:
            status = book.cell_status(entity, key, name)
            if status != "value":
                return status
        case _:
            pass
    return whole


def _partial(step: RuleStep, sample: Sample) -> Exact | None:
    so_far = sample.partial if isinstance(step.outcome, Blocked) else step.outcome
    if isinstance(so_far, bool) or not isinstance(so_far, int | Fraction):
        return None
    measure = step.rule.measure
    return exact(Fraction(so_far) / measure.size) if measure is not None else so_far


def _told(rule: Rule, entity: str, extent: Extent, book: Book, words: Words) -> str:
    catalog, figures = words.catalog, words.figures
    unit = book.counted_in(entity) or catalog.row_unit
    counts = (
        (catalog.pending_rows, extent.pending),
        (catalog.unknown_rows, extent.unknown),
        (catalog.invalid_rows, extent.invalid),
        (catalog.inapplicable_rows, extent.inapplicable),
    )
    so_far = ""
    if extent.computed and extent.partial is not None:
        size = rule.measure.size if rule.measure is not None else Fraction(1)
        value = figures.outcome(exact(Fraction(extent.partial) * size), rule.type, rule.measure, exactly=False)
        so_far = catalog.partial.format(value=value)
    return catalog.computed.format(
        total=extent.rows,
        unit=unit,
        entity=figures.name(book.entity_name(entity)),
        count=extent.computed,
        partial=so_far,
        states="".join(phrase.format(count=count, unit=unit) for phrase, count in counts if count),
    )
