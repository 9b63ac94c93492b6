"""Owns reading registers of firms (名册): which grid is which register, its columns by their heads, its rows as plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policydsl.core.facts import Roster
from policydsl.core.program import Field, Program, Register
from policydsl.core.types import TEXT
from policydsl.facts.cell import Column, Reading
from policydsl.facts.findings import Findings, Problem, cut, listing
from policydsl.facts.grid import Grid, is_blank, narrow, shown
from policydsl.facts.heading import HEADER_ROWS
from policydsl.facts.naming import Names, take_apart, without_number
from policydsl.facts.quantity import Units
from policydsl.facts.table import without_totals

MOST_SAID = 20
"""Bad cells of one register that are said one by one; the list of rows that name no firm has them all."""


def register_of(grid: Grid, program: Program, taken: Mapping[str, str | None]) -> Register | None:
    """The register that a grid is, by its name, with or without a number in front. `taken`: grids that are entities."""
    if not program.registers or taken.get(grid.name):
        return None
    names = Names(
        (spelling, item.name) for item in program.registers.values() for spelling in (item.name, item.alias) if spelling
    )
    found = names.find(grid.name) or names.find(without_number(grid.name))
    return program.registers[found] if found else None


def roster(grid: Grid, register: Register, program: Program, findings: Findings) -> Roster | None:
    """The rows of a grid as a register; None where it has neither a column of codes nor one of names, which is then said."""
    asked = {"code": register.codes, "name": register.names, "former": register.formers, "place": register.places}
    names = Names((head, part) for part, heads in asked.items() for head in heads)
    header = 0 if grid.listed and grid.rows else _header(grid, names)
    columns = {} if header is None else _columns(grid.rows[header], names)
    if header is None or not columns.keys() & {"code", "name"}:
        known = listing(head for heads in asked.values() for head in heads)
        findings.add("register-heads", grid.whole, name=grid.name, heads=known)
        return None
    rows = list(range(header + 1, len(grid.rows)))
    if not grid.listed:
        rows = without_totals(grid, rows, findings)
    rows = [row for row in rows if any(not is_blank(grid.cell(row, column)) for column in columns.values())]
    said = 0
    read: dict[str, Sequence[str]] = {}
    for part, column in columns.items():
        values = Reading(Column(Field(asked[part][0], TEXT)), program, Units(program)).all(
            [cells[column] if column < len(cells) else None for cells in map(grid.rows.__getitem__, rows)]
        )
        texts: list[str] = []
        for row, value in zip(rows, values, strict=True):
            if isinstance(value, Problem):
                said += 1
                if said <= MOST_SAID:
                    findings.problem(value, grid.place(row, column))
            texts.append(narrow(value) if isinstance(value, str) else "")
        read[part] = texts
    blank = [""] * len(rows)
    return Roster(
        register.name,
        grid.whole,
        [row if grid.listed else row + 1 for row in rows],
        read.get("code", blank),
        read.get("name", blank),
        read.get("former", blank),
        read.get("place", blank),
        listed=grid.listed,
    )


def _header(grid: Grid, names: Names) -> int | None:
    best, most = None, 0
    for number, row in enumerate(grid.rows[:HEADER_ROWS]):
        hits = len(_columns(row, names))
        if hits > most:
            best, most = number, hits
    return best


def _columns(row: Sequence[object], names: Names) -> dict[str, int]:
    """The first column of each part that the heads of a row name."""
    found: dict[str, int] = {}
    for column, raw in enumerate(row):
        text = cut(shown(raw), 200) if isinstance(raw, str) else ""
        part = names.find(text) or names.find(take_apart(text).name) if text else None
        if part:
            found.setdefault(part, column)
    return found
