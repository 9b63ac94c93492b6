"""Owns one table: a grid and its entity → typed columns. Finds the heading, the columns, their units and the rows of data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from types import NoneType
from typing import Any

import attrs
from attrs import frozen

from policydsl.core.facts import Bad, Cell, Known, Missing
from policydsl.core.program import Entity, Field, Program
from policydsl.core.types import ListOf, Optional, Reference, Text
from policydsl.core.units import Measure
from policydsl.core.values import Value
from policydsl.diagnostics.model import Language, Place
from policydsl.facts.cell import Column, Reading
from policydsl.facts.findings import Findings, Problem, cut, listing
from policydsl.facts.grid import Grid, Numeral, area, fold, is_blank, letters, narrow, shown
from policydsl.facts.heading import HEADER_ROWS, OWNER, columns_of, header_row, known_headers, one_column_each
from policydsl.facts.quantity import Units, number_in

_TOTALS = {"合计", "总计", "小计", "total", "sum", "totals"}
_UNIT_LINE = re.compile(r"单位\s*:\s*([^\s()]+)")


@frozen(eq=False)
class Filled:
    """A field's column: where it stands (None: not supplied) and its value per row of data."""

    field: Field
    column: int | None
    values: list[Value | Problem | None] = attrs.field(repr=False)


@frozen(eq=False)
class Table:
    """A grid read as rows of an entity. `rows` are the grid's rows that hold data, in order; columns run alongside."""

    entity: Entity
    grid: Grid
    language: Language
    rows: Sequence[int] = attrs.field(repr=False)
    columns: Mapping[str, Filled] = attrs.field(repr=False)
    owner: Filled | None

    def place(self, row: int, filled: Filled | None = None) -> Place:
        """The place of the `row`-th row of data, or of its cell in a column."""
        return self.grid.place(self.rows[row], filled.column if filled else None)

    def raw(self, row: int, filled: Filled) -> str:
        """What is written in a cell."""
        return "" if filled.column is None else shown(self.grid.cell(self.rows[row], filled.column))

    def cell(self, row: int, name: str) -> Cell:
        """The typed cell of a field. Raises KeyError where the entity has no such field."""
        filled = self.columns[name]
        value = filled.values[row] if filled.column is not None else None
        if value is None:
            where = self.place(row, filled) if filled.column is not None else self.grid.whole
            default = filled.field.default
            if default is None:
                return Missing(where)
            return Known(default, where, "", filled.field.default_clause or "未填按")
        if isinstance(value, Problem):
            return Bad(value.text(self.language), self.place(row, filled), self.raw(row, filled))
        return Known(value, self.place(row, filled), self.raw(row, filled))


class RowCells(Mapping[str, Cell]):
    """The cells of one row, made when first asked for: most cells of a large file are never looked at."""

    __slots__ = ("_made", "_row", "_table")

    def __init__(self, table: Table, row: int) -> None:
        self._table = table
        self._row = row
        self._made: dict[str, Cell] = {}

    def __getitem__(self, name: str) -> Cell:
        found = self._made.get(name)
        if found is None:
            found = self._made[name] = self._table.cell(self._row, name)
        return found

    def get(self, name: str, default: Any = None) -> Any:
        """The cell of a field, or `default` where the entity has no such field."""
        found = self._made.get(name)
        if found is not None:
            return found
        return self[name] if name in self._table.columns else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._table.columns)

    def __len__(self) -> int:
        return len(self._table.columns)

    def __contains__(self, name: object) -> bool:
        return name in self._table.columns

    def __repr__(self) -> str:
        return repr(dict(self))


def read_table(grid: Grid, entity: Entity, program: Program, units: Units, findings: Findings) -> Table | None:
    """Read a grid as a table of the entity; None where it has no heading, which is then said."""
    if not any(not is_blank(raw) for row in grid.rows for raw in row):
        if grid.listed:
            return _table(grid, entity, program, units, [], {}, findings)
        findings.add("facts-sheet-blank", grid.whole, name=grid.name)
        return None
    names = known_headers(entity, program)
    if grid.listed:
        grid = one_column_each(grid, names)
    header = 0 if grid.listed else header_row(grid, names)
    if header is None:
        known = listing(item.name for item in entity.fields)
        findings.add(
            "facts-header-missing", grid.whole, name=grid.name, entity=entity.name, rows=HEADER_ROWS, known=known
        )
        return None
    columns = columns_of(grid, header, names, entity, program, findings)
    start = header + 1
    rows = list(range(start, len(grid.rows)))
    if not grid.listed:
        rows = without_totals(grid, rows, findings)
        _merged(grid, header, findings)
        _unheaded(grid, header, rows, entity, findings)
    return _table(grid, entity, program, units, rows, columns, findings, header)


# ---------------------------------------------------------------- rows


def without_totals(grid: Grid, rows: list[int], findings: Findings) -> list[int]:
    """The rows of data, without a total in the first or the last ones that hold anything."""
    while rows and all(map(is_blank, grid.rows[rows[-1]])):
        rows.pop()
    for position in (-1, -1, 0):
        filled = rows[position] if rows else None
        if position == 0:
            filled = next((row for row in rows[:HEADER_ROWS] if not all(map(is_blank, grid.rows[row]))), None)
        if filled is None:
            continue
        first = next((raw for raw in grid.rows[filled] if not is_blank(raw)), None)
        if isinstance(first, str) and fold(first) in _TOTALS:
            findings.add("facts-total-row", grid.place(filled), row=filled + 1, word=shown(first))
            rows.remove(filled)
            while rows and all(map(is_blank, grid.rows[rows[-1]])):
                rows.pop()
    return rows


def _merged(grid: Grid, header: int, findings: Findings) -> None:
    for cells in grid.merged:
        top, left, bottom, right = cells
        if bottom > header or (top == header and right > left):
            findings.add("facts-merged", grid.place(top, left), range=area(cells))


def _unheaded(grid: Grid, header: int, rows: Sequence[int], entity: Entity, findings: Findings) -> None:
    """Say which columns hold something below no heading at all."""
    heading = grid.rows[header]
    width = max((len(grid.rows[row]) for row in rows), default=0)
    for column in range(width):
        if column < len(heading) and not is_blank(heading[column]):
            continue
        if any(not is_blank(grid.cell(row, column)) for row in rows):
            findings.add(
                "facts-column-unknown",
                grid.place(header, column),
                name=letters(column),
                entity=entity.name,
                known=listing(item.name for item in entity.fields),
            )


# ---------------------------------------------------------------- columns


def _table(
    grid: Grid,
    entity: Entity,
    program: Program,
    units: Units,
    rows: list[int],
    claims: Mapping[str, list[tuple[int, str]]],
    findings: Findings,
    header: int = 0,
) -> Table:
    above = _unit_line(grid, header, units)
    cells = [grid.rows[row] for row in rows]
    width = 1 + max((column for claim in claims.values() for column, _ in claim), default=-1)
    cells = [row if len(row) >= width else [*row, *(None,) * (width - len(row))] for row in cells]
    said: list[str] = []
    values: dict[str, list[Value | Problem | None]] = {}
    owner = program.entities.get(entity.owner or "")
    asked = {item.name: item for item in entity.fields}
    if owner is not None and OWNER in claims:
        asked[OWNER] = owner.key_field or Field(owner.name, Text())
    for name, item in asked.items():
        taken: list[list[Value | Problem | None]] = []
        for column, bracket in claims.get(name, ()):
            unit = _unit_of(item, bracket, above, units, said)
            raws = [row[column] for row in cells]
            wrong = _wrong_unit(grid, header, column, item, bracket, units, findings)
            if wrong:
                taken.append([None if is_blank(raw) else wrong for raw in raws])
            else:
                taken.append(Reading(Column(item, unit), program, units).all(raws))
        if taken:
            values[name] = taken[0] if len(taken) == 1 else _agreed(taken, grid, header, claims[name])
    if said and above:
        findings.add("facts-unit-line", grid.whole, unit=above[0].text, columns=listing(said))
    alive = _alive(list(values.values()))
    if len(alive) < len(rows):
        rows = [rows[i] for i in alive]
        values = {name: [column[i] for i in alive] for name, column in values.items()}
    filled = {
        name: Filled(item, claims[name][0][0] if name in values else None, values.get(name, []))
        for name, item in asked.items()
    }
    by_owner = filled.pop(OWNER, None)
    table = Table(entity, grid, findings.language, rows, filled, by_owner)
    _report(table, findings)
    return table


def _unit_line(grid: Grid, header: int, units: Units) -> list[Measure]:
    """The units of a line `单位:万元` above the heading."""
    for row in grid.rows[:header]:
        for raw in row:
            found = _UNIT_LINE.search(narrow(raw)) if isinstance(raw, str) else None
            if found:
                measures = [units.measure(part) for part in re.split("[、,;]", found[1])]
                return [measure for measure in measures if measure is not None and not measure.unit.plain]
    return []


def _unit_of(item: Field, bracket: str, above: Sequence[Measure], units: Units, said: list[str]) -> str:
    """The unit that bare numbers of a column are in: its header's, else the one above the table, else the field's own."""
    number = number_in(item.type)
    if number is None or bracket:
        return bracket
    for measure in above:
        if measure.unit == number.unit:
            if measure.size != (item.measure.size if item.measure else 1):
                said.append(item.name)
            return measure.text
    return ""


def _wrong_unit(
    grid: Grid, header: int, column: int, item: Field, bracket: str, units: Units, findings: Findings
) -> Problem | None:
    """The problem that every cell of a column has whose header names a unit that does not fit its field."""
    number = number_in(item.type)
    if number is None or not bracket or units.size(bracket, number.unit, item.measure) is not None:
        return None
    wanted = item.measure.text if item.measure else str(number.unit)
    data = {"name": cut(shown(grid.cell(header, column))), "unit": bracket, "field": item.name, "wanted": wanted}
    findings.problem(Problem("facts-header-unit", data), grid.place(header, column))
    return Problem("facts-header-unit", data)


def _agreed(
    taken: Sequence[Sequence[Value | Problem | None]], grid: Grid, header: int, claims: Sequence[tuple[int, str]]
) -> list[Value | Problem | None]:
    """Two columns of one field: a cell has a value where both say the same."""
    name = cut(shown(grid.cell(header, claims[1][0])))
    twice = Problem("facts-column-twice", {"name": name, "first": letters(claims[0][0])})
    return [row[0] if all(item == row[0] for item in row) else twice for row in zip(*taken, strict=True)]


def _alive(columns: Sequence[Sequence[Value | Problem | None]]) -> list[int]:
    """The rows that hold anything in a known column."""
    blank = (None,) * len(columns)
    return [i for i, row in enumerate(zip(*columns, strict=True)) if row != blank]


# ---------------------------------------------------------------- what is said of cells


_SILENT = {"facts-header-unit", "facts-column-twice"}
"""Said once, at the heading."""


def _report(table: Table, findings: Findings) -> None:
    """Say every bad cell, row by row, and once per column what deserves a warning."""
    bad: list[tuple[int, int, Problem]] = []
    for filled in (*table.columns.values(), *((table.owner,) if table.owner else ())):
        if filled.column is None:
            continue
        kinds = set(map(type, filled.values))
        if Problem in kinds:
            for row, value in enumerate(filled.values):
                if type(value) is Problem and value.code not in _SILENT:
                    bad.append((table.rows[row], filled.column, value))
        if kinds & {str, Fraction}:
            _warn(table, filled, findings)
    bad.sort(key=lambda item: item[:2])
    for row, column, problem in bad:
        findings.problem(problem, table.grid.place(row, column))


def _warn(table: Table, filled: Filled, findings: Findings) -> None:
    type_ = filled.field.type
    while isinstance(type_, Optional | ListOf):
        type_ = type_.of
    doubtful: Callable[[object, object], bool]
    if isinstance(type_, Text | Reference):
        code, doubtful = "facts-number-as-text", _was_number
    elif number_in(type_):
        code, doubtful = "facts-long-decimal", _is_overlong
    else:
        return
    grid, column = table.grid, filled.column or 0
    raws = [cells[column] if column < len(cells) else None for cells in map(grid.rows.__getitem__, table.rows)]
    if not set(map(type, raws)) - {str, NoneType}:
        return
    hits = [
        row
        for row, raw, value in zip(table.rows, raws, filled.values, strict=True)
        if type(value) in (str, Fraction) and doubtful(raw, value)
    ]
    if hits:
        raw = shown(grid.cell(hits[0], column))
        findings.add(code, grid.place(hits[0], column), name=filled.field.name, count=len(hits), raw=raw)


def _was_number(raw: object, value: object) -> bool:
    return isinstance(raw, Numeral) or not isinstance(raw, str | list)


def _is_overlong(raw: object, value: object) -> bool:
    return isinstance(raw, float) and len(repr(raw).replace(".", "").lstrip("-0")) > 15
