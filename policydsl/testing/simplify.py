"""Owns facts made simpler: with as little in them as still shows what they are to show."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve

from policydsl.core import program as core
from policydsl.core.facts import Facts, Known, Missing, Record
from policydsl.core.types import Text


def simpler(program: core.Program, facts: Facts, differs: Callable[[Facts], bool]) -> Facts:
    """Facts with as little in them as still differs: tables, rows and cells left out one after the other."""
    tables = dict(facts.tables)
    for name in list(tables):
        if name != program.header.main and not program.entities[name].singleton:
            fewer = {other: rows for other, rows in tables.items() if other != name}
            if differs(Facts(fewer)):
                tables = fewer
    for name, rows in list(tables.items()):
        for row in reversed(rows[:60]):
            kept = tuple(item for item in tables[name] if item is not row)
            if len(tables[name]) > 1 and differs(Facts({**tables, name: kept})):
                tables[name] = kept
    for name in list(tables):
        key = program.entities[name].key_field
        for column in program.entities[name].fields:
            if key is not None and column.name == key.name:
                continue
            fewer_rows = tuple(_without(row, column.name) for row in tables[name])
            if fewer_rows != tables[name] and differs(Facts({**tables, name: fewer_rows})):
                tables[name] = fewer_rows
    return Facts(tables)


def renumbered(program: core.Program, facts: Facts) -> Facts:
    """The same facts with rows that are merely numbered numbered from 1, as an example numbers rows that it gives no key."""
    tables: dict[str, tuple[Record, ...]] = {}
    names: dict[str, dict[str, str]] = {}
    for name, rows in facts.tables.items():
        key = program.entities[name].key_field
        counted = all(row.key.isdigit() for row in rows) and (key is None or isinstance(key.type, Text))
        names[name] = {row.key: str(at) if counted else row.key for at, row in enumerate(rows, 1)}
    for name, rows in facts.tables.items():
        key, owner = program.entities[name].key_field, program.entities[name].owner
        changed = []
        for row in rows:
            new = names[name][row.key]
            cells = {**row.cells, key.name: Known(new)} if key is not None and new != row.key else row.cells
            parent = names.get(owner or "", {}).get(row.parent or "", row.parent)
            changed.append(evolve(row, key=new, cells=cells, parent=parent))
        tables[name] = tuple(changed)
    return Facts(tables)


def _without(row: Record, name: str) -> Record:
    cell = row.cells.get(name)
    return evolve(row, cells={**row.cells, name: Missing()}) if isinstance(cell, Known) and not cell.by_default else row
