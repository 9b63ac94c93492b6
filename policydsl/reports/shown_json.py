"""Owns values and terms as plain data: status, exact value as a string, its unit; what a term names and is made of."""

from __future__ import annotations

from typing import Any, assert_never

from policydsl.core.values import Blocked, NotApplicable, status_of
from policydsl.explain.figures import plain_unit
from policydsl.explain.names import Shown
from policydsl.explain.results import plain_value
from policydsl.explain.terms import (
    AmongTerm,
    CellTerm,
    ComparisonTerm,
    DayTerm,
    FactTerm,
    FoldTerm,
    HasTerm,
    JoinTerm,
    LiteralTerm,
    LocalTerm,
    NotTerm,
    RuleTerm,
    SumTerm,
    Term,
    ToldTerm,
)

Data = dict[str, Any]


def shown(item: Shown) -> Data:
    """Status, value and unit. In base units (`元`, never 万元), so that operands and results go together."""
    outcome, unit = item.outcome, plain_unit(item.type, None)
    if outcome is None:
        return {"status": "not-needed", "value": None, "unit": unit}
    if isinstance(outcome, Blocked):
        return {"status": status_of(outcome), "value": None, "unit": unit}
    if isinstance(outcome, NotApplicable):
        return {"status": "inapplicable", "value": None, "unit": unit}
    return {"status": "value", "value": plain_value(outcome), "unit": unit}


def optional(item: Shown | None) -> Data | None:
    """The same, or null."""
    return shown(item) if item is not None else None


def term(item: Term | None) -> Data | None:
    """A term by its kind, with its operands and value."""
    if item is None:
        return None
    return {**_body(item), **shown(item.shown)}


def _body(item: Term) -> Data:
    match item:
        case FactTerm():
            return {"kind": "fact", "id": str(item.at), "name": item.name.text}
        case RuleTerm():
            return {"kind": "rule", "id": str(item.at), "name": item.name.text}
        case LocalTerm():
            return {"kind": "local", "name": item.name}
        case LiteralTerm():
            return {"kind": "literal", "text": item.text}
        case SumTerm():
            return {"kind": "operation", "op": item.op, "operands": [term(arg) for arg in item.args]}
        case ComparisonTerm():
            operands = [term(item.left), term(item.right)]
            return {"kind": "comparison", "op": item.op, "operands": operands, "gap": optional(item.gap)}
        case JoinTerm():
            parts = [term(part) for part in item.parts]
            return {"kind": item.kind, "least": item.least, "operands": parts}
        case NotTerm():
            return {"kind": "not", "operands": [term(item.part)]}
        case AmongTerm():
            return {"kind": "among", "operands": [term(item.item), *(term(option) for option in item.options)]}
        case HasTerm():
            return {"kind": "has", "operands": [term(item.part)]}
        case FoldTerm():
            inner = {"body": term(item.body), "where": term(item.where)}
            return {"kind": "aggregate", "op": item.fold, "entity": item.entity.text, **inner}
        case CellTerm():
            return {"kind": "cell", "table": item.table.text, "column": item.column}
        case DayTerm():
            return {"kind": "day-of-run"}
        case ToldTerm():
            return {"kind": "result"}
        case _:
            assert_never(item)
