"""Owns the JSON of a comparison of policies: changes with their points, rows with exact amounts."""

from __future__ import annotations

from typing import Any

from policydsl.compare.apart import Alone
from policydsl.compare.effects import Effects, Moved, RowEffect
from policydsl.compare.report import ComparisonTold
from policydsl.compare.told import ChangeTold
from policydsl.core.values import Blocked, decimal_text, status_of
from policydsl.explain.names import Shown


def difference_json(told: ComparisonTold, effects: Effects | None, alone: tuple[Alone, ...] = ()) -> dict[str, Any]:
    """The comparison as plain data. Amounts are exact strings in base units; null where there is none."""
    found = told.differences
    return {
        "version": 1,
        "old": found.old,
        "new": found.new,
        "same": not (found.substance or found.wording or found.examples),
        "summary": found.summary,
        "changes": [_change(change) for change in (*found.substance, *found.wording, *found.examples)],
        "effects": _effects(effects) if effects is not None else None,
        "alone": [
            {
                "name": item.change.name,
                "gain": decimal_text(item.gain) if item.gain is not None else None,
                "open": item.open,
            }
            for item in alone
        ],
    }


def _change(change: ChangeTold) -> dict[str, Any]:
    return {
        "number": change.number or None,
        "weight": change.change.weight,
        "fate": change.change.fate,
        "kind": change.change.kind,
        "entity": change.change.owner,
        "name": change.change.name,
        "was": change.change.was or None,
        "clause": change.clause,
        "points": [{"what": detail.what, "weight": detail.weight} for detail in change.change.details],
        "text": [words for words, _ in change.points],
        "before": change.before or None,
        "after": change.after or None,
    }


def _effects(effects: Effects) -> dict[str, Any]:
    return {
        "entity": effects.leading[1].entity,
        "amount": effects.leading[1].name,
        "before": {
            "sum": decimal_text(effects.before.value),
            "computed": effects.before.computed,
            "rows": effects.before.rows,
        },
        "after": {
            "sum": decimal_text(effects.after.value),
            "computed": effects.after.computed,
            "rows": effects.after.rows,
        },
        "gain": decimal_text(effects.gain),
        "open": list(effects.open_rows),
        "rows": {row.key: _row(row) for row in effects.rows},
    }


def _row(row: RowEffect) -> dict[str, Any]:
    parts = (*row.money, *row.verdicts)
    return {
        "amount": _moved(row.leading),
        "gain": decimal_text(row.gain) if row.gain is not None else None,
        "by": row.counted.name.text if row.counted is not None else None,
        "results": {part.moved.name.text: _moved(part.moved) for part in parts},
        "from": sorted({change.name for part in parts for source in part.sources for change in source.changes}),
    }


def _moved(moved: Moved) -> dict[str, Any]:
    return {
        "before": _outcome(moved.before),
        "after": _outcome(moved.after),
        "difference": decimal_text(moved.difference) if moved.difference is not None else None,
    }


def _outcome(shown: Shown | None) -> dict[str, Any] | None:
    if shown is None or shown.outcome is None:
        return None
    value = shown.outcome
    plain = None if isinstance(value, Blocked) else value if isinstance(value, bool) else _plain(value)
    return {"status": status_of(value), "value": plain}


def _plain(value: object) -> str:
    from fractions import Fraction

    return decimal_text(value) if isinstance(value, int | Fraction) else str(value)
