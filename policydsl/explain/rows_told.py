"""Owns the wording of aggregates: how many rows satisfy, which do not, and how far a blocked total has come."""

from __future__ import annotations

from typing import assert_never

from policydsl.core.values import Blocked
from policydsl.explain.statements import Folding, FoldRow, Searching
from policydsl.explain.teller import Teller
from policydsl.explain.telling import Alternative, Group, Passage

MOST_ROWS = 12
"""Rows of an aggregate that are listed; the rest is counted."""


def folding(folding: Folding, teller: Teller) -> Passage:
    """An aggregate with its counts; a blocked one with its subtotal, which is never called a total."""
    return Passage(_text(folding, teller), _group(folding, teller))


def _text(folding: Folding, teller: Teller) -> str:
    catalog = teller.catalog
    entity = teller.quoted(folding.entity)
    if not folding.supplied:
        return catalog.not_supplied.format(entity=entity)
    body = teller.catalog.quoted.format(name=teller.plain(folding.body)) if folding.body is not None else ""
    result = _result(folding, body, teller)
    if folding.total == 0:
        return catalog.no_rows.format(entity=entity, result=result)
    where = teller.catalog.quoted.format(name=teller.plain(folding.where)) if folding.where is not None else ""
    unit, count, states = folding.counted_in or catalog.row_unit, len(folding.taken), _states(folding, teller)
    plain = teller.figures.name(folding.entity)
    facts = {"total": folding.total, "unit": unit, "entity": plain, "count": count, "states": states}
    if isinstance(folding.shown.outcome, Blocked) and not (
        where if folding.fold == "count" else folding.fold in ("any", "all")
    ):
        partial = ""
        if (
            count
            and folding.partial is not None
            and folding.fold != "count"
            and not isinstance(folding.partial.outcome, Blocked)
        ):
            partial = catalog.partial.format(value=teller.show(folding.partial))
        return catalog.computed.format(**facts, partial=partial)
    if folding.fold in ("any", "all"):
        return catalog.satisfying.format(**facts, where=body) + catalog.semicolon + result
    if folding.fold == "count":
        if where:
            return catalog.satisfying.format(**facts, where=where)
        return catalog.counted.format(entity=plain, result=teller.show(folding.shown), states=states)
    scope = (catalog.scope_where if where else catalog.scope).format(**facts, where=where)
    return scope + states + catalog.comma + result


def _result(folding: Folding, body: str, teller: Teller) -> str:
    catalog = teller.catalog
    match folding.fold:
        case "count":
            phrase = catalog.is_count
        case "sum":
            phrase = catalog.is_sum
        case "max":
            phrase = catalog.is_max
        case "min":
            phrase = catalog.is_min
        case "mean":
            phrase = catalog.is_mean
        case "any":
            phrase = catalog.is_any
        case "all":
            phrase = catalog.is_all
        case "distinct":
            phrase = catalog.is_distinct
        case "list":
            phrase = catalog.is_list
        case "first":
            phrase = catalog.is_first
        case "last":
            phrase = catalog.is_last
        case _:
            assert_never(folding.fold)
    row = folding.taken[0].key if folding.fold in ("first", "last") and folding.taken else ""
    return phrase.format(body=body, result=teller.show(folding.shown), row=row)


def _states(folding: Folding, teller: Teller) -> str:
    catalog, unit = teller.catalog, folding.counted_in or teller.catalog.row_unit
    counts = (
        (catalog.pending_rows, folding.pending),
        (catalog.unknown_rows, folding.unknown),
        (catalog.invalid_rows, folding.invalid),
        (catalog.inapplicable_rows, folding.inapplicable),
    )
    return "".join(phrase.format(count=count, unit=unit) for phrase, count in counts if count)


def _group(folding: Folding, teller: Teller) -> Group | None:
    catalog = teller.catalog
    rows = [_row(row, catalog.row_short, False, teller) for row in folding.short]
    rows.extend(_row(row, catalog.row_unsure, False, teller) for row in folding.unsure)
    if folding.body is not None and folding.fold not in ("any", "all"):
        rows = [*(_row(row, catalog.row_counted, True, teller) for row in folding.taken), *rows]
    if not rows:
        return None
    more = catalog.more_rows.format(count=len(rows) - MOST_ROWS) if len(rows) > MOST_ROWS else ""
    title = catalog.rows if any(row.taken for row in rows) else catalog.rows_left_out
    return Group(title, tuple(rows[:MOST_ROWS]), more)


def _row(row: FoldRow, fate: str, taken: bool, teller: Teller) -> Alternative:
    if row.shown is not None:
        value = teller.show(row.shown)
    else:
        value = teller.catalog.list_mark.join(teller.plain(item) for item in row.read)
    return Alternative(row.key, value, fate, taken)


def searching(searching: Searching, teller: Teller) -> Passage:
    """Whether an item is among the values of a column."""
    return Passage(
        teller.catalog.searched.format(
            item=teller.plain(searching.item) if searching.item is not None else "",
            entity=teller.quoted(searching.entity),
            total=searching.total,
            column=teller.catalog.quoted.format(name=teller.plain(searching.column)),
            result=teller.verdict(searching.shown),
        )
    )
