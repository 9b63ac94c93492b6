"""Owns the heading of a table: which row it is, which column is which field, and what stands in the brackets."""

from __future__ import annotations

from attrs import evolve

from policydsl.core.program import Entity, Program
from policydsl.facts.findings import Findings, cut, listing
from policydsl.facts.grid import Fault, Grid, fold, is_blank, letters, shown
from policydsl.facts.naming import Names, near, take_apart

HEADER_ROWS = 20
"""Rows among which the heading must stand."""

ASIDE = frozenset({"序号", "备注", "no", "no.", "#", "remark", "remarks"})
"""Heads of columns that any table may have for its readers; where no field has the name, nothing is said of them."""

OWNER = "\x00owner"
"""Stands for the owner's column where field names are expected; no field can be called that."""


def known_headers(entity: Entity, program: Program) -> tuple[Names, Names]:
    """The names of the entity's own fields, and those that its owner's column may have."""
    own = Names(
        [*((item.name, item.name) for item in entity.fields), *((item.alias, item.name) for item in entity.fields)]
    )
    owner = program.entities.get(entity.owner or "")
    if owner is None:
        return own, Names(())
    key = owner.key_field
    spellings = [owner.name, owner.alias, *((key.name, key.alias) if key else ())]
    return own, Names((spelling, OWNER) for spelling in spellings)


def _resolve(raw: object, names: tuple[Names, Names]) -> tuple[str | None, str]:
    """The field that a header names, and the bracket after the name where the name itself has none."""
    text = shown(raw)
    if not text:
        return None, ""
    own, owners = names
    apart = take_apart(text)
    for spelling, bracket in ((text, ""), (apart.name, apart.bracket)):
        found = own.find(spelling) or owners.find(spelling)
        if found:
            return found, bracket
    return None, ""


def header_row(grid: Grid, names: tuple[Names, Names]) -> int | None:
    best, most = None, 0
    for number, row in enumerate(grid.rows[:HEADER_ROWS]):
        hits = len({found for raw in row if isinstance(raw, str) and (found := _resolve(raw, names)[0])})
        if hits > most:
            best, most = number, hits
    return best


def one_column_each(grid: Grid, names: tuple[Names, Names]) -> Grid:
    """A list whose items may call one field by its name or its alias, each as it likes, with one column for it."""
    heading = grid.rows[0]
    found = [_resolve(raw, names)[0] for raw in heading]
    firsts: dict[str | None, int] = {}
    doubles = [
        (place, first)
        for place, name in enumerate(found)
        if name and (first := firsts.setdefault(name, place)) != place
    ]
    if not doubles:
        return grid
    rows = [list(row) for row in grid.rows]
    for place, first in doubles:
        for row in rows[1:]:
            if row[first] is None:
                row[first] = row[place]
            elif row[place] is not None and row[place] != row[first]:
                row[first] = Fault("facts-field-twice", f"{heading[first]}、{heading[place]}")
    gone = {place for place, _ in doubles}
    rows = [[raw for place, raw in enumerate(row) if place not in gone] for row in rows]
    return evolve(grid, rows=rows)


def columns_of(
    grid: Grid, header: int, names: tuple[Names, Names], entity: Entity, program: Program, findings: Findings
) -> dict[str, list[tuple[int, str]]]:
    """Per field the columns that claim it, with their brackets. Unknown and repeated headers are said."""
    found: dict[str, list[tuple[int, str]]] = {}
    known = [item.name for item in entity.fields] + ([entity.owner] if entity.owner else [])
    for column, raw in enumerate(grid.rows[header]):
        if is_blank(raw):
            continue
        name, bracket = _resolve(raw, names)
        where = grid.place(header, column)
        if name is None and fold(shown(raw)) in ASIDE:
            continue
        if name is None:
            findings.add(
                "facts-column-unknown",
                where,
                near(shown(raw), known),
                name=cut(shown(raw)),
                entity=entity.name,
                known=listing(known),
            )
            continue
        claims = found.setdefault(name, [])
        if claims:
            findings.add("facts-column-twice", where, name=cut(shown(raw)), first=letters(claims[0][0]))
        claims.append((column, bracket))
    absent = [
        item.name for item in entity.fields if item.name not in found and item.decision is None and item.default is None
    ]
    if absent:
        findings.add("facts-column-absent", grid.whole, name=grid.name, columns=listing(absent))
    return found
