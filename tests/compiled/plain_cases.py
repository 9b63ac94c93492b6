"""Facts as a program has them at hand: nested plain values of one row of the main entity."""

from __future__ import annotations

from typing import Any

from policydsl.core.facts import Facts, Known, Record
from policydsl.core.program import Program


def plain_cases(program: Program, facts: Facts) -> list[dict[str, Any]]:
    """A case for each row of the main entity, with all that belongs to it and to no other."""
    main = program.header.main
    return [_row(program, facts, main, record) for record in facts.tables.get(main, ())]


def _row(program: Program, facts: Facts, entity: str, record: Record) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: cell.value if isinstance(cell, Known) else None
        for name, cell in record.cells.items()
        if not (isinstance(cell, Known) and cell.by_default)
    }
    for other in program.entities.values():
        if other.name == program.header.main:
            continue
        alone = entity == program.header.main and other.owner is None
        if other.name in facts.tables and (alone or other.owner == entity):
            rows = [row for row in facts.tables[other.name] if alone or row.parent == record.key]
            found[other.name] = [_row(program, facts, other.name, row) for row in rows]
    return found
