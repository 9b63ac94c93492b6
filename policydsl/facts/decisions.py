"""Owns the sheet of human decisions (裁量, decisions): what was decided on which row, by whom, when and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve

from policydsl.core.facts import Bad, Cell, Known, Missing, Record
from policydsl.core.program import Field, Program
from policydsl.facts.cell import Column, Reading
from policydsl.facts.findings import Findings, Problem, cut, listing
from policydsl.facts.grid import Grid, fold, is_blank, shown
from policydsl.facts.heading import HEADER_ROWS
from policydsl.facts.naming import Names, near
from policydsl.facts.quantity import Units
from policydsl.facts.unite import Keys, joined

COLUMNS = {
    "对象": "entity",
    "主键": "key",
    "事项": "item",
    "结论": "decision",
    "理由": "reason",
    "决定人": "by",
    "日期": "date",
}
_NEEDED = ("主键", "事项", "结论")
_GROUNDS = ("理由", "决定人", "日期")

Tables = Mapping[str, tuple[Record, ...]]


def apply(
    grid: Grid, tables: Tables, program: Program, units: Units, findings: Findings
) -> dict[str, tuple[Record, ...]]:
    """The tables with the decisions of the grid put into their cells."""
    header, places = _heading(grid)
    if all(is_blank(raw) for row in grid.rows for raw in row):
        return dict(tables)
    absent = [name for name in _NEEDED if name not in places]
    if absent:
        findings.add("facts-decision-column", grid.whole, name=grid.name, column="、".join(absent))
        return dict(tables)
    patches: dict[tuple[str, str], dict[str, list[Cell]]] = {}
    keys = {name: Keys([record.key for record in records]) for name, records in tables.items()}
    for row in range(header + 1, len(grid.rows)):
        said = {name: grid.cell(row, column) for name, column in places.items()}
        if is_blank(said["结论"]):
            continue
        found = _field(said, grid, row, places, program, findings)
        if found is None:
            continue
        entity, field = found
        key = _row(said, entity, program, keys, grid, row, places, findings)
        if key is None:
            continue
        cell = _cell(said, field, grid, row, places, program, units, findings)
        patches.setdefault((entity, key), {}).setdefault(field.name, []).append(cell)
    return _patched(tables, patches, program, findings)


def _heading(grid: Grid) -> tuple[int, dict[str, int]]:
    names = Names([*((zh, zh) for zh in COLUMNS), *((en, zh) for zh, en in COLUMNS.items())])
    best: tuple[int, dict[str, int]] = (0, {})
    for number, row in enumerate(grid.rows[: 1 if grid.listed else HEADER_ROWS]):
        places: dict[str, int] = {}
        for column, raw in enumerate(row):
            name = names.find(shown(raw))
            if name:
                places.setdefault(name, column)
        if len(places) > len(best[1]):
            best = number, places
    return best


def _field(
    said: Mapping[str, object], grid: Grid, row: int, places: Mapping[str, int], program: Program, findings: Findings
) -> tuple[str, Field] | None:
    """The decision field that a row is about. The entity need not be named where only one has such a decision."""
    asked = shown(said.get("对象"))
    item = shown(said["事项"])
    entities = [
        entity
        for entity in program.entities.values()
        if not asked or fold(asked) in {fold(entity.name), fold(entity.alias or entity.name)}
    ]
    known = [(entity.name, field) for entity in entities for field in entity.fields if field.decision is not None]
    hits = [pair for pair in known if fold(item) in {fold(pair[1].name), fold(pair[1].alias or pair[1].name)}]
    if len(hits) == 1:
        return hits[0]
    names = [field.name for _, field in known]
    where = grid.place(row, places["事项"])
    findings.add("facts-decision-unknown", where, near(item, names), raw=cut(item), known=listing(names))
    return None


def _row(
    said: Mapping[str, object],
    entity: str,
    program: Program,
    keys: Mapping[str, Keys],
    grid: Grid,
    row: int,
    places: Mapping[str, int],
    findings: Findings,
) -> str | None:
    if program.entities[entity].singleton:
        return ""
    text = shown(said["主键"])
    known = keys.get(entity, Keys(()))
    found = known.find(text)
    if found is None:
        where = grid.place(row, places["主键"])
        guess = near(text, known.order)
        findings.add("facts-decision-row", where, guess, raw=cut(text), entity=entity, known=listing(known.order))
    return found


def _cell(
    said: Mapping[str, object],
    field: Field,
    grid: Grid,
    row: int,
    places: Mapping[str, int],
    program: Program,
    units: Units,
    findings: Findings,
) -> Cell:
    where = grid.place(row, places["结论"])
    raw = shown(said["结论"])
    value = Reading(Column(field), program, units).one(said["结论"])
    if value is None:
        return Missing(where)
    if isinstance(value, Problem):
        findings.problem(value, where)
        return Bad(value.text(findings.language), where, raw)
    grounds = ";".join(f"{name}:{shown(said[name])}" for name in _GROUNDS if not is_blank(said.get(name)))
    return Known(value, where, f"{raw}〔{grounds}〕" if grounds else raw)


def _patched(
    tables: Tables,
    patches: Mapping[tuple[str, str], Mapping[str, Sequence[Cell]]],
    program: Program,
    findings: Findings,
) -> dict[str, tuple[Record, ...]]:
    result = dict(tables)
    for name in {entity for entity, _ in patches}:
        records = result.get(name, ())
        if program.entities[name].singleton and not records:
            records = (Record("", {}),)
        result[name] = tuple(_decided(record, patches.get((name, record.key), {}), findings) for record in records)
    return result


def _decided(record: Record, cells: Mapping[str, Sequence[Cell]], findings: Findings) -> Record:
    if not cells:
        return record
    own = dict(record.cells)
    for name, decided in cells.items():
        before = own.get(name)
        claims = [*([before] if before is not None and not isinstance(before, Missing) else []), *decided]
        cell = joined(claims, name, findings)
        if isinstance(claims[0], Known) and not isinstance(cell, Known) and cell.origin:
            first = claims[0].origin
            findings.add("facts-decision-twice", cell.origin, key=record.key, field=name, first=str(first))
        own[name] = cell
    return evolve(record, cells=own)
