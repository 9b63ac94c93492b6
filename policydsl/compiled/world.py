"""Owns facts packed for compiled code: a list for each row, linked to its owner and to the rows that belong to it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from policydsl.compiled.gaps import HOLE, VOID, Void
from policydsl.compiled.layout import KEY, OWNER, RECORD, Layout
from policydsl.core import program as core
from policydsl.core.facts import Cell, Known, Missing, Record
from policydsl.core.scales import Form, Quotient, Scaled, fits_field
from policydsl.core.values import Absent, NotApplicable, Outcome, exact
from policydsl.interpret.rows import roll_of
from policydsl.interpret.tables import DuplicateRow, Tables

Row = list[Any]


def packed(form: Form | None, value: Any) -> Any:
    """A fact as compiled code has it; a gap where it does not keep the promise of its class."""
    if isinstance(value, Absent):
        return VOID
    if isinstance(value, NotApplicable):
        return Void(value)
    if form is None:
        return value
    if type(value) not in (int, Fraction) or not fits_field(form, value):
        return HOLE
    if isinstance(form, Scaled) and form.scale != 1:
        return int(value * form.scale)
    return value


def outcome(form: Form | None, value: Any, below: Any) -> Outcome:
    """A value of compiled code as an outcome. A gap is the caller's to explain."""
    if type(value) is Void:
        return value.value
    if form is None:
        return value  # type: ignore[no-any-return]
    if isinstance(form, Scaled):
        return value if form.scale == 1 else exact(Fraction(value, form.scale))
    return exact(Fraction(value, below)) if isinstance(form, Quotient) else exact(value)


class World:
    """The packed rows of one run. `tables` is the table of tables (see `Layout`) and, last, what was made of columns of facts; `rows`
    the rows of each entity that are there.

    `facts`: what was packed; None where rows were packed from plain values, of which the records are made when asked for.
    `supplied`: the entities of which facts were supplied, if only to say that there is no row.
    """

    __slots__ = ("_facts", "_looked_up", "index", "layout", "rows", "supplied", "tables")

    def __init__(
        self,
        layout: Layout,
        facts: Mapping[str, tuple[Record, ...]] | None,
        rows: dict[str, list[Row]],
        index: dict[str, dict[str, Row]],
        tables: list[Any],
        supplied: Collection[str],
    ) -> None:
        self.layout = layout
        self.rows = rows
        self.index = index
        self.tables = tables
        self.supplied = supplied
        self._facts = facts
        self._looked_up: Tables | None = None

    @property
    def facts(self) -> Mapping[str, tuple[Record, ...]]:
        """The rows as facts have them."""
        if self._facts is None:
            self._facts = {
                name: tuple([record_of(self.layout, name, row) for row in self.rows[name]]) for name in self.supplied
            }
        return self._facts

    @property
    def looked_up(self) -> Tables:
        """The same as the reference looks at them."""
        if self._looked_up is None:
            self._looked_up = Tables(self.facts)
        return self._looked_up

    @classmethod
    def of(cls, layout: Layout, facts: Mapping[str, tuple[Record, ...]]) -> World:
        """Facts, packed. Raises DuplicateRow."""
        program = layout.program
        tables: list[Any] = [HOLE] * (3 * len(program.entities)) + [{}]
        world = cls(layout, facts, {}, {}, tables, facts)
        ruled = {rule.entity for rule in program.rules}
        for name, entity in program.entities.items():
            rows = world._pack(entity, facts.get(name, ()))
            index = {row[KEY]: row for row in rows}
            alone = len(index) == len(rows)
            if not alone and name in ruled:
                _twice(name, [row[KEY] for row in rows])
            world.rows[name], world.index[name] = rows, index
            at = layout.tables[name]
            supplied = name in facts or entity.singleton
            complete = all(member in index for member in roll_of(program, entity))
            tables[at] = rows if supplied and complete else HOLE
            tables[at + 1] = index if alone else HOLE
            tables[at + 2] = rows[0] if entity.singleton else HOLE
        for name, entity in program.entities.items():
            if entity.owner is not None:
                world._link(name, entity.owner)
        return world

    def _pack(self, entity: core.Entity, records: Sequence[Record]) -> list[Row]:
        name, layout = entity.name, self.layout
        pattern = layout.blank(name)
        if entity.singleton:
            record = records[0] if records else Record("", {})
            records = (Record("", record.cells, record.parent, record.origin) if record.key else record,)
        readers = [(field.name, *layout.fields[name, field.name]) for field in entity.fields]
        rows = []
        for record in records:
            row: Row = pattern.copy()
            row[KEY], row[RECORD] = record.key, record
            cells = record.cells
            for field, place, form in readers:
                cell = cells.get(field)
                if type(cell) is Known:
                    row[place] = packed(form, cell.value)
            rows.append(row)
        return rows

    def _link(self, name: str, owner: str) -> None:
        place = self.layout.children[owner, name]
        owners = self.index[owner]
        alone = self.tables[self.layout.tables[owner] + 1] is not HOLE
        singleton = self.layout.program.entities[owner].singleton
        # a row of unknown owner may be anybody's: then nobody's rows are certain
        certain = singleton or all(row[RECORD].parent is not None for row in self.rows[name])
        if name in self.supplied and certain:
            for row in self.rows[owner]:
                row[place] = []
        for row in self.rows[name]:
            parent = row[RECORD].parent
            above = owners.get(parent) if parent is not None and alone else None
            if above is not None:
                row[OWNER] = above
                if name in self.supplied and certain:
                    above[place].append(row)

    def value(self, rule: tuple[str, str], key: str) -> tuple[Any, Any]:
        """What compiled code left in the place of a rule of a row, and the denominator behind it."""
        place = self.layout.rules[rule]
        row = self.index[rule[0]][key]
        return row[place], row[place + 1]


class LateTables(Mapping[str, tuple[Record, ...]]):
    """The rows of a case as facts have them, those of an entity made when somebody looks at them. `owned` tells rows whose they are."""

    __slots__ = ("_layout", "_made", "_owned", "_rows")

    def __init__(self, layout: Layout, rows: Mapping[str, Sequence[Row]], owned: Callable[[], None]) -> None:
        self._layout = layout
        self._rows = rows
        self._owned = owned
        self._made: dict[str, tuple[Record, ...]] = {}

    def __getitem__(self, entity: str) -> tuple[Record, ...]:
        made = self._made.get(entity)
        if made is None:
            if entity != self._layout.program.header.main:
                self._owned()
            made = self._made[entity] = tuple([record_of(self._layout, entity, row) for row in self._rows[entity]])
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return repr(dict(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)


def record_of(layout: Layout, entity: str, row: Row) -> Record:
    """The record of a row packed from plain values, from now on in its place; bits said there which facts are put in by default."""
    found = row[RECORD]
    if type(found) is Record:
        return found
    cells: dict[str, Cell] = {}
    bit = 1
    for name, place, form, by_default in layout.cells[entity]:
        value = row[place]
        if value is HOLE:
            cells[name] = Missing()
        else:
            told: Any = value if form is None and type(value) is not Void else outcome(form, value, 1)
            cells[name] = Known(told, None, "", by_default) if found & bit else Known(told)
        bit <<= 1
    made = row[RECORD] = Record(row[KEY], cells, None if row[OWNER] is HOLE else row[OWNER][KEY])
    return made


def _twice(entity: str, keys: Sequence[str]) -> None:
    seen: set[str] = set()
    twice = next(key for key in keys if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    raise DuplicateRow(f"「{entity}」有两行的主键都是「{twice}」 / two rows of 「{entity}」 have the key 「{twice}」")
