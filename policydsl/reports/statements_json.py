"""Owns statements as plain data: one match, one shape for each kind of step."""

from __future__ import annotations

from typing import Any, assert_never

from policydsl.core.values import decimal_text, exact
from policydsl.explain.statements import (
    Adopting,
    Banding,
    BandRow,
    Bounding,
    BoundRow,
    Calculation,
    CaseRow,
    Choosing,
    Deferring,
    Excluding,
    Folding,
    FoldRow,
    LocalNamed,
    Looking,
    Overruling,
    Picking,
    PickRow,
    Placing,
    Rounding,
    RouteRow,
    Searching,
    SliceRow,
    Slicing,
    Statement,
    Stepping,
    Substituting,
    Unfinished,
)
from policydsl.reports.shown_json import Data, optional, shown, term


def statement(item: Statement) -> Data:
    """A step with its kind, what it started from, the rows it chose from, and its result."""
    match item:
        case Calculation():
            return {"kind": "calculation", "term": term(item.term)}
        case LocalNamed():
            return {"kind": "local", "name": item.name, "term": term(item.term)}
        case Banding():
            rows = [_band(row) for row in item.rows]
            more = {"side": item.side, "measure": term(item.measure), "rows": rows, "taken": item.taken}
            return {"kind": "bands", **more, "result": shown(item.shown)}
        case Choosing():
            cases = [_case(row) for row in item.cases]
            choice = {"form": item.form, "subject": term(item.subject), "rows": cases, "taken": item.taken}
            return {"kind": "choice", **choice, "result": shown(item.shown)}
        case Slicing():
            slices = [_slice(row) for row in item.rows]
            return {"kind": "brackets", "measure": term(item.measure), "rows": slices, "result": shown(item.shown)}
        case Stepping():
            return _stepping(item)
        case Bounding():
            bounds = [_bound(row) for row in item.bounds]
            before = shown(item.before)
            return {
                "kind": "bounds",
                "before": before,
                "rows": bounds,
                "taken": item.decided,
                "result": shown(item.shown),
            }
        case Rounding():
            how = {"mode": item.mode, "place": decimal_text(exact(item.place)), "before": term(item.before)}
            return {"kind": "rounding", **how, "result": shown(item.shown)}
        case Picking():
            options = [_option(row) for row in item.options]
            return {"kind": "pick", "op": item.kind, "rows": options, "tie": item.tie, "result": shown(item.shown)}
        case Looking():
            return _looking(item)
        case Folding():
            return _folding(item)
        case Placing():
            return _placing(item)
        case Searching():
            where = {"item": term(item.item), "entity": item.entity.text, "column": term(item.column)}
            return {"kind": "search", **where, "total": item.total, "result": shown(item.shown)}
        case Adopting():
            return _adopting(item)
        case Deferring():
            return {"kind": "pending", "reason": item.reason}
        case Excluding():
            return {"kind": "inapplicable", "reason": item.reason}
        case Substituting():
            return {"kind": "instead", "term": term(item.body), "instead": term(item.instead)}
        case Unfinished():
            return {"kind": "unfinished", "total": item.total, "result": shown(item.shown)}
        case Overruling():
            names = [name.text for name in item.names]
            return {"kind": "overruled", "constraints": names, "computed": shown(item.computed)}
        case _:
            assert_never(item)


def _band(row: BandRow) -> Data:
    return {
        "bound": term(row.bound),
        "inclusive": row.inclusive,
        "value": term(row.value),
        "fate": row.fate,
        "gap": optional(row.gap),
        "clause": row.clause,
    }


def _case(row: CaseRow) -> Data:
    return {"when": term(row.when), "label": row.label, "fate": row.fate, "clause": row.clause}


def _slice(row: SliceRow) -> Data:
    ends = {"start": term(row.start), "end": term(row.end)}
    return {**ends, "rate": term(row.rate), "part": shown(row.part), "amount": shown(row.amount), "clause": row.clause}


def _stepping(item: Stepping) -> Data:
    return {
        "kind": "increment",
        "measure": term(item.measure),
        "start": term(item.start),
        "excess": shown(item.excess),
        "rows": [_route(row) for row in item.routes],
        "join": item.join,
        "begun": item.started,
        "tie": item.tie,
        "at_start": term(item.at_start),
        "most_steps": term(item.most_steps),
        "result": shown(item.shown),
    }


def _route(row: RouteRow) -> Data:
    made = {"size": term(row.size), "award": term(row.award), "steps": row.steps}
    return {"label": row.label, **made, "amount": shown(row.amount), "taken": row.taken}


def _bound(row: BoundRow) -> Data:
    return {
        "op": row.kind,
        "limit": term(row.limit),
        "when": term(row.when),
        "applied": row.applied,
        "bound": row.bound,
        "before": shown(row.before),
        "after": shown(row.after),
        "clause": row.clause,
    }


def _option(row: PickRow) -> Data:
    return {"label": row.label, "value": term(row.value), "taken": row.taken}


def _looking(item: Looking) -> Data:
    return {
        "kind": "lookup",
        "table": item.table.text,
        "keys": [term(key) for key in item.keys],
        "column": item.column,
        "row": item.row if item.found else None,
        "others": list(item.others),
        "clause": item.clause,
        "result": shown(item.value.shown),
    }


def _folding(item: Folding) -> Data:
    return {
        "kind": "aggregate",
        "op": item.fold,
        "entity": item.entity.text,
        "where": term(item.where),
        "body": term(item.body),
        "supplied": item.supplied,
        "total": item.total,
        "taken": [_row(row) for row in item.taken],
        "short": [_row(row) for row in item.short],
        "unsure": [_row(row) for row in item.unsure],
        "states": {
            "pending": item.pending,
            "unknown": item.unknown,
            "invalid": item.invalid,
            "inapplicable": item.inapplicable,
        },
        "partial": optional(item.partial),
        "result": shown(item.shown),
    }


def _row(row: FoldRow) -> Data:
    found: dict[str, Any] = {"key": row.key, "id": str(row.at) if row.at is not None else None}
    return {**found, "value": optional(row.shown), "read": [term(item) for item in row.read]}


def _adopting(item: Adopting) -> Data:
    return {
        "kind": "reading",
        "reading": item.reading.text,
        "alternative": item.option.name,
        "reason": item.option.reason,
        "others": [{"name": other.name, "reason": other.reason} for other in item.others],
        "adopted": item.declared,
        "clause": item.clause,
        "value": term(item.value),
    }


def _placing(item: Placing) -> Data:
    portion = None
    if item.portion is not None:
        portion = {
            "weight": shown(item.portion.weight),
            "weights": shown(item.portion.weights),
            "part": shown(item.portion.part),
            "rounded": shown(item.portion.rounded),
            "remainder": shown(item.portion.remainder),
            "fits": item.portion.fits,
        }
    return {
        "kind": "place",
        "op": item.kind,
        "entity": item.entity.text,
        "what": [term(one) for one in item.what],
        "count": item.count,
        "rows": [_row(one) for one in item.rows],
        "first": term(item.first),
        "own": [shown(one) for one in item.own],
        "ties": item.ties,
        "tied": list(item.tied),
        "open": item.open,
        "total": term(item.total),
        "portion": portion,
        "nobody": item.nobody,
        "result": shown(item.shown),
    }
