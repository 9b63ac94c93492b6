"""Owns the facts under an expression, and the cells of a new row."""

from __future__ import annotations

from policydsl.core import program as core
from policydsl.core.facts import Cell, Known
from policydsl.core.types import Text
from policydsl.core.walk import parts
from policydsl.testing.domain import Chooser, Domain
from policydsl.testing.draft import Draft, Named, Row, Spot


def leaves_of(
    draft: Draft, spot: Spot, node: core.Expr, seen: set[tuple[int, str]], depth: int
) -> list[tuple[Row, core.Field]]:
    """The facts that an expression reads, of rows that are there, each once: (row, field). Folds are left out."""
    found: list[tuple[Row, core.Field]] = []
    if depth > 12:
        return found
    match node:
        case core.FieldRead(row=ref, name=name):
            row = draft.row_of(spot, ref)
            if row is not None and (id(row), name) not in seen:
                seen.add((id(row), name))
                found.append((row, next(item for item in row.entity.fields if item.name == name)))
        case core.RuleRead(row=ref, entity=entity, name=name):
            row = draft.row_of(spot, ref)
            if row is not None:
                rule = draft.program.rule_index[entity, name]
                found += leaves_of(draft, Spot(rule, (row,)), rule.body, seen, depth + 1)
        case core.Let(value=value, body=body):
            found += leaves_of(draft, spot.inside(Named(node, spot.scopes)), body, seen, depth + 1)
            found += leaves_of(draft, spot, value, seen, depth + 1)
        case core.Local(depth=outwards):
            scope = spot.scopes[outwards]
            if isinstance(scope, Named):
                found += leaves_of(draft, Spot(spot.rule, scope.outer), scope.let.value, seen, depth + 1)
        case core.Switch(reading=reading, options=options):
            adopted = draft.ground.adopted[reading]
            for option in options:
                if option.label == adopted:
                    found += leaves_of(draft, spot, option.value, seen, depth + 1)
        case core.Aggregate() | core.Within() | core.Running() | core.Previous() | core.Rank() | core.Share():
            pass
        case _:
            for part in parts(node):
                found += leaves_of(draft, spot, part, seen, depth + 1)
    return found


def filled(domain: Domain, entity: core.Entity, choose: Chooser | None = None) -> dict[str, Cell]:
    """Cells for a new row: the simplest values, or those that are chosen. Keys of text are left to the draft."""
    cells: dict[str, Cell] = {}
    for field in entity.fields:
        if field.key and isinstance(field.type, Text):
            continue
        values = domain.values(entity, field)
        if values:
            cells[field.name] = Known(values[0] if choose is None else choose.pick(values))
    return cells


def key_name(entity: core.Entity) -> str:
    return entity.key_field.name if entity.key_field is not None else ""
