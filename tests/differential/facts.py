"""Owns random facts for any program, and facts with fewer rows and cells for showing a difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from attrs import evolve

from policydsl.core.facts import Cell, Facts, Known, Missing, Record
from policydsl.core.program import Const, Entity, Field, Program, TableRow
from policydsl.core.types import Bool, Date, ListOf, Member, Moment, Number, Optional, Reference
from policydsl.core.values import NONE, Exact, exact
from policydsl.core.walk import everything

DAYS = (
    date(2024, 2, 29),
    date(2025, 2, 28),
    date(2025, 8, 30),
    date(2025, 8, 31),
    date(2025, 9, 1),
    date(2025, 12, 31),
)


def edges(program: Program) -> list[Exact]:
    """The small numbers that a program is written with: facts near them tell its branches apart."""
    found: set[Exact] = {0, 1, 2, 3}
    cells = [cell for table in program.tables.values() for row in table.rows for cell in row.cells.values()]
    for expr in [*(rule.body for rule in program.rules), *cells]:
        for node in everything(expr):
            if isinstance(node, Const) and isinstance(node.value, int | Fraction) and not isinstance(node.value, bool):
                found.add(node.value)
    for table in program.tables.values():
        for row in table.rows:
            found |= set(keys_of(row))
    return sorted(found)


def keys_of(row: TableRow) -> Iterator[Exact]:
    """The plain numbers among the keys of a row."""
    for column in row.keys:
        for key in column or ():
            if isinstance(key, int | Fraction) and not isinstance(key, bool):
                yield key


class Drawer:
    """Draws facts for one program; `blanks` is the share of cells left out, `most` how many rows an entity has at most."""

    def __init__(self, program: Program, chance: Random, most: int = 4) -> None:
        self.program, self.chance, self.most = program, chance, most
        self.edges = edges(program)

    def facts(self, base: Facts | None = None) -> Facts:
        """New facts; or those of an example with some cells drawn anew."""
        blanks = self.chance.choice((0.0, 0.0, 0.1, 0.3))
        tables: dict[str, tuple[Record, ...]] = {}
        for entity in self.program.entities.values():
            if base is not None and entity.name in base.tables:
                tables[entity.name] = tuple(self.redrawn(row, entity, blanks) for row in base.tables[entity.name])
            elif base is None and (entity.singleton or self.chance.random() >= blanks / 3):
                tables[entity.name] = self.rows(entity, tables, blanks)
        return Facts(tables)

    def rows(self, entity: Entity, tables: dict[str, tuple[Record, ...]], blanks: float) -> tuple[Record, ...]:
        if entity.singleton:
            return (Record("", self.cells(entity, "", blanks)),)
        owners = [row.key for row in tables.get(entity.owner, ())] if entity.owner else []
        if entity.owner and entity.owner in tables and not owners:
            return ()
        keys = self.keys(entity)
        rows = []
        taken: set[str] = set()
        for key in keys:
            parent = self.chance.choice(owners) if owners else None
            if entity.at_most_one and (parent is None or parent in taken):
                continue
            if entity.owner and parent is None:
                continue
            if parent and self.chance.random() < blanks / 10:
                parent = None
            taken.add(parent or "")
            rows.append(Record(key, self.cells(entity, key, blanks), parent))
        return tuple(rows)

    def keys(self, entity: Entity) -> list[str]:
        field = entity.key_field
        if field is not None and isinstance(field.type, Member):
            members = list(self.program.rolls[field.type.roll].members)
            return self.chance.sample(members, self.chance.randint(1, min(4, len(members))))
        if field is not None and isinstance(field.type, Date):
            # a day or a moment is its own key
            return [
                day.isoformat() for day in self.chance.sample(DAYS, self.chance.randint(0 if entity.owner else 1, 4))
            ]
        if field is not None and isinstance(field.type, Moment):
            return [datetime(2025, 8, 31, hour).isoformat() for hour in self.chance.sample(range(24), 3)]
        return [str(number) for number in range(1, self.chance.randint(0 if entity.owner else 1, self.most) + 1)]

    def cells(self, entity: Entity, key: str, blanks: float) -> dict[str, Cell]:
        cells: dict[str, Cell] = {}
        for field in entity.fields:
            if field.key:
                cells[field.name] = Known(self.key(field, key))
            elif self.chance.random() < blanks:
                if self.chance.random() < 0.5:
                    cells[field.name] = Missing()
            else:
                cells[field.name] = Known(self.value(field.type, field))
        return cells

    def key(self, field: Field, text: str) -> Any:
        """The value of a key field from the text that stands for it."""
        match field.type:
            case Number():
                return int(text)
            case Date():
                return date.fromisoformat(text)
            case Moment():
                return datetime.fromisoformat(text)
        return text

    def redrawn(self, row: Record, entity: Entity, blanks: float) -> Record:
        cells = dict(row.cells)
        for field in entity.fields:
            if field.key:
                continue
            kind = self.chance.random()
            if kind < blanks:
                cells.pop(field.name, None)
            elif kind < 0.3 + blanks and field.name in cells:
                cells[field.name] = Known(self.near(cells[field.name], field))
        return evolve(row, cells=cells)

    def near(self, cell: Cell, field: Field) -> Any:
        """A value a step or two from the one that is there."""
        value = cell.value if isinstance(cell, Known) else None
        if isinstance(value, bool) or value is None or not isinstance(value, int | Fraction):
            return self.value(field.type, field)
        size = field.measure.size if field.measure is not None else Fraction(1, 100)
        return exact(value + self.chance.choice((-15, -2, -1, 1, 1, 2, 12, 15)) * size)

    def value(self, type_: Any, field: Field) -> Any:
        chance = self.chance
        match type_:
            case Bool():
                return chance.random() < 0.5
            case Number(whole=whole):
                value = chance.choice(self.edges) if chance.random() < 0.7 else Fraction(chance.randint(-4, 12))
                value = exact(Fraction(value) + chance.choice((0, 0, 1, -1)))
                return int(value) if whole and field.measure is None else value
            case Member(roll=roll):
                return chance.choice(self.program.rolls[roll].members)
            case Date():
                return chance.choice(DAYS)
            case Moment():
                return datetime(2025, 8, 31) + timedelta(hours=chance.choice((0, 17, 18, 23, 24)))
            case Reference(entity=entity):
                return chance.choice(self.keys(self.program.entities[entity]) or ["1"])
            case Optional(of=inner):
                return NONE if chance.random() < 0.3 else self.value(inner, field)
            case ListOf(of=inner):
                return tuple([self.value(inner, field) for _ in range(chance.randint(0, 3))])
        return chance.choice(("甲", "乙", ""))


def smallest(facts: Facts, differs: Callable[[Facts], bool]) -> Facts:
    """The facts with as few tables, rows and cells as still differ."""
    changed = True
    while changed:
        changed = False
        for smaller in _smaller(facts):
            if differs(smaller):
                facts, changed = smaller, True
                break
    return facts


def _smaller(facts: Facts) -> Iterator[Facts]:
    for entity, rows in facts.tables.items():
        yield Facts({name: table for name, table in facts.tables.items() if name != entity})
        for at, row in enumerate(rows):
            yield Facts({**facts.tables, entity: (*rows[:at], *rows[at + 1 :])})
            for name, cell in row.cells.items():
                fewer = {other: one for other, one in row.cells.items() if other != name}
                yield Facts({**facts.tables, entity: (*rows[:at], evolve(row, cells=fewer), *rows[at + 1 :])})
                if (
                    isinstance(cell, Known)
                    and cell.value not in (0, "", NONE)
                    and not isinstance(cell.value, date | tuple | str)
                ):
                    zero = False if isinstance(cell.value, bool) else 0
                    plainer = {**row.cells, name: Known(zero)}
                    yield Facts({**facts.tables, entity: (*rows[:at], evolve(row, cells=plainer), *rows[at + 1 :])})


def told(facts: Facts) -> str:
    """Facts as text: a line for each row, blanks left out."""
    lines = []
    for entity, rows in facts.tables.items():
        if not rows:
            lines.append(f"  {entity}: no rows")
        for row in rows:
            cells = ", ".join(f"{name} = {cell.value!r}" for name, cell in row.cells.items() if isinstance(cell, Known))
            lines.append(f"  {entity} {row.key!r} of {row.parent!r}: {cells}")
    return "\n".join(lines) or "  no facts"
