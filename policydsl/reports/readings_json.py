"""Owns the comparison of readings as plain data for JSON."""

from __future__ import annotations

from typing import Any

from policydsl.core.values import Blocked, status_of
from policydsl.explain.figures import plain_unit
from policydsl.explain.names import Shown
from policydsl.explain.results import plain_value
from policydsl.readings.flips import Alternative, Change, Comparison, Effects, RowEffect, Subtotal

VERSION = 1


def readings_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison: readings with the greatest effect first, per alternative the rows that change.

    Amounts are exact strings in `unit`, as in the results; `difference` is null where a row has no amount before or after.
    """
    header, leading = comparison.program.header, comparison.leading
    return {
        "version": VERSION,
        "policy": {"title": header.title, "id": header.id},
        "rows": list(comparison.keys),
        "amount": leading.name if leading is not None else None,
        "now": _subtotal(comparison.now),
        "not_computed": list(comparison.blocked),
        "readings": [_reading(item) for item in comparison.readings],
    }


def _reading(item: Effects) -> dict[str, Any]:
    return {
        "reading": item.reading.name,
        "alias": item.reading.alias,
        "clause": item.reading.clause,
        "in_force": item.in_force.name,
        "reason": item.in_force.reason,
        "changes_nothing": item.idle,
        "alternatives": [_alternative(other) for other in item.alternatives],
    }


def _alternative(item: Alternative) -> dict[str, Any]:
    return {
        "alternative": item.option.name,
        "reason": item.option.reason,
        "changes_nothing": item.idle,
        "after": _subtotal(item.after),
        "rows": [_row(row) for row in item.rows],
        "totals": [_row(row) for row in item.totals],
        "missing_facts": [{"entity": cause.entity, "key": cause.key, "name": cause.name} for cause in item.wanting],
        "overturned_decisions": [str(at) for at in item.overturned],
    }


def _subtotal(item: Subtotal | None) -> dict[str, Any] | None:
    if item is None:
        return None
    return {**_shown(item.value), "computed": item.computed, "rows": item.rows}


def _row(row: RowEffect) -> dict[str, Any]:
    return {
        "entity": row.entity.text,
        "key": row.key,
        "money": [_change(change) for change in row.money],
        "verdicts": [_change(change) for change in row.verdicts],
        "below": [
            {
                "entity": item.entity.text,
                "rule": item.name.text,
                "before": _shown(item.before),
                "after": _shown(item.after),
                "rows": item.rows,
            }
            for item in row.below
        ],
        "other_results": [name.text for name in row.others],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "rule": change.name.text,
        "before": _shown(change.before),
        "after": _shown(change.after),
        "difference": _shown(change.difference)["value"] if change.difference is not None else None,
        "arises_here": change.leaf,
    }


def _shown(shown: Shown) -> dict[str, Any]:
    outcome = shown.outcome
    assert outcome is not None
    return {
        "status": status_of(outcome),
        "value": None if isinstance(outcome, Blocked) else plain_value(outcome, shown.measure),
        "unit": plain_unit(shown.type, shown.measure),
    }
