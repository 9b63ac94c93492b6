"""Owns facts changed in one respect, with what that respect takes along: a cell, what a row is called, the rows that there are."""

from __future__ import annotations

from typing import Literal

from attrs import evolve

from policydsl.core.facts import Facts, Known, Record
from policydsl.core.program import Program
from policydsl.core.types import Reference, strip
from policydsl.core.values import Value
from policydsl.interpret.reads import key_text

Way = Literal["none", "one", "half"]
"""How rows are dealt out to two parts: all to the second, the first row to the first, every other row to the first."""


def rows_of(program: Program, facts: Facts, entity: str) -> list[str]:
    """The keys of the rows of an entity."""
    if program.entities[entity].singleton:
        return [""]
    return [row.key for row in facts.tables.get(entity, ())]


def with_cell(facts: Facts, entity: str, key: str, name: str, value: Value) -> Facts:
    """The facts with one cell of one row holding another value."""
    rows = tuple(
        evolve(row, cells={**dict(row.cells), name: Known(value)}) if row.key == key else row
        for row in facts.tables.get(entity, ())
    )
    return evolve(facts, tables={**facts.tables, entity: rows})


def renamed(program: Program, facts: Facts, entity: str, key: str, name: str, value: Value) -> Facts:
    """The facts with a row called something else, by itself, its children and all cells that refer to it."""
    new = key_text(value)
    tables: dict[str, tuple[Record, ...]] = {}
    for table, rows in facts.tables.items():
        item = program.entities[table]
        refers = [
            one.name
            for one in item.fields
            if isinstance(strip(one.type), Reference) and strip(one.type).entity == entity  # type: ignore[union-attr]
        ]
        changed = []
        for row in rows:
            cells = dict(row.cells)
            for one in refers:
                cell = cells.get(one)
                if isinstance(cell, Known) and cell.value == key:
                    cells[one] = Known(new)
            if table == entity and row.key == key:
                row = evolve(row, key=new, cells={**cells, name: Known(value)})
            elif item.owner == entity and row.parent == key:
                row = evolve(row, parent=new, cells=cells)
            else:
                row = evolve(row, cells=cells) if refers else row
            changed.append(row)
        tables[table] = tuple(changed)
    return evolve(facts, tables=tables)


def without_orphans(program: Program, facts: Facts, entity: str) -> Facts:
    """The facts without rows whose owner among the rows of `entity` is not there any more."""
    keys = {row.key for row in facts.tables.get(entity, ())}
    for name, item in program.entities.items():
        if item.owner == entity and name in facts.tables:
            kept = tuple(row for row in facts.tables[name] if row.parent in keys)
            if len(kept) < len(facts.tables[name]):
                facts = without_orphans(program, Facts({**facts.tables, name: kept}), name)
    return facts


def dealt(program: Program, facts: Facts, entity: str, owner: str, key: str, way: Way, part: int) -> Facts:
    """Of the rows of `entity` that belong to a row of `owner`, those of one part (0 or 1), with what belongs to them."""
    kept, turn = [], 0
    owned = program.entities[entity].owner == owner and not program.entities[owner].singleton
    for row in facts.tables.get(entity, ()):
        if owned and row.parent != key:
            kept.append(row)
            continue
        first = {"none": False, "one": turn == 0, "half": turn % 2 == 0}[way]
        if first == (part == 0):
            kept.append(row)
        turn += 1
    return without_orphans(program, Facts({**facts.tables, entity: tuple(kept)}), entity)
