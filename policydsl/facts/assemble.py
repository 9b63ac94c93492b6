"""Owns what the raw tables of all files come to: grids → `Facts`, with everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policydsl.core.facts import Facts, Record, Roster
from policydsl.core.program import Program
from policydsl.core.types import Member, strip
from policydsl.diagnostics.model import Place
from policydsl.facts import decisions
from policydsl.facts.findings import Findings, listing
from policydsl.facts.grid import Grid, fold, is_blank
from policydsl.facts.naming import GUIDE, Tables, known_names, near
from policydsl.facts.quantity import Units
from policydsl.facts.rosters import register_of, roster
from policydsl.facts.table import Table, read_table
from policydsl.facts.unite import unite


def assemble(program: Program, files: Sequence[tuple[str, Sequence[Grid]]], findings: Findings) -> Facts:
    """The facts that the tables of some files hold. Tables of one entity are united over all files."""
    units = Units(program)
    tables: dict[str, list[Table]] = {}
    decided: list[Grid] = []
    rosters: list[Roster] = []
    for file, grids in files:
        decided += _place(grids, file, program, units, tables, rosters, findings)
    records = unite(tables, program, findings)
    for grid in decided:
        records = decisions.apply(grid, records, program, units, findings)
    _say_what_is_missing(records, program, findings)
    return Facts(records, tuple(file for file, _ in files), tuple(rosters))


def _place(
    grids: Sequence[Grid],
    file: str,
    program: Program,
    units: Units,
    tables: dict[str, list[Table]],
    rosters: list[Roster],
    findings: Findings,
) -> list[Grid]:
    """Read the grids of one file into tables of entities and rosters of registers; the sheets of decisions are handed back."""
    resolved = Tables.of([grid.name for grid in grids], program)
    known = 0
    for grid in grids:
        entity = resolved.entities[grid.name]
        if grid.name in resolved.decisions:
            known += 1
        if entity is None:
            register = register_of(grid, program, resolved.entities)
            if register is not None:
                known += 1
                listed = roster(grid, register, program, findings)
                rosters += [listed] if listed else []
            elif grid.name not in resolved.decisions:
                _say_unknown(grid, program, findings)
            continue
        known += 1
        if grid.hidden:
            findings.add("facts-sheet-hidden", grid.whole, name=grid.name)
        asked = program.entities[entity]
        if grid.single and not asked.singleton:
            found, found_en = f"「{grid.name}」应当是列表", f"“{grid.name}” is to be a list"
            findings.add("facts-shape", grid.whole, found=found, found_en=found_en)
            continue
        table = read_table(grid, asked, program, units, findings)
        if table is not None:
            tables.setdefault(entity, []).append(table)
    if not known:
        findings.add("facts-nothing", Place(file), file=file, known=listing(known_names(program)))
    return [grid for grid in grids if grid.name in resolved.decisions]


# ---------------------------------------------------------------- what is said of tables


def _say_unknown(grid: Grid, program: Program, findings: Findings) -> None:
    """A sheet that is no entity is only worth a word if it holds something, more so if its name is nearly right."""
    if fold(grid.name) in {fold(name) for name in GUIDE} or all(is_blank(raw) for row in grid.rows for raw in row):
        return
    names = [name for entity in program.entities.values() for name in (entity.name, entity.alias) if name]
    guess = near(grid.name, names)
    if guess:
        findings.add("facts-sheet-close", grid.whole, guess, name=grid.name, near=guess)
    else:
        findings.add("facts-sheet-unknown", grid.whole, name=grid.name)


def _say_what_is_missing(records: Mapping[str, tuple[Record, ...]], program: Program, findings: Findings) -> None:
    empty = []
    for entity in program.entities.values():
        rows = records.get(entity.name)
        if rows is None:
            if entity.fields:
                findings.add("facts-sheet-absent", None, entity=entity.name)
            continue
        key = entity.key_field
        type_ = strip(key.type) if key else None
        if key and key.complete and isinstance(type_, Member):
            present = {row.key for row in rows}
            absent = [name for name in program.rolls[type_.roll].members if name not in present]
            if absent:
                findings.add("facts-incomplete", None, entity=entity.name, keys=listing(absent))
        elif not rows and not entity.singleton:
            empty.append(entity.name)
    if empty:
        findings.add("facts-sheet-empty", None, names=listing(empty))
