"""Owns one case given as plain Python values, packed at once: a function for each entity, made when the program is compiled.

It packs what is as it should be. Whatever is not (an alias instead of a name, a value that the class of its field does not hold, two rows
with one key) ends it by `Odd`, and the case goes by way of facts, which say what is wrong or take it as it is.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

from policydsl.compiled.cases import CaseError, nested_in, value_of
from policydsl.compiled.gaps import HOLE, VOID
from policydsl.compiled.layout import KEY, OWNER, RECORD, Layout
from policydsl.compiled.world import LateTables, Row, World, packed
from policydsl.compiled.writer import (
    LOAD,
    STORE,
    Code,
    Writer,
    at,
    binary,
    call,
    function,
    literal,
    name,
    negated,
    relation,
)
from policydsl.core import program as core
from policydsl.core.scales import FACT_BITS, MONEY, Form, Rational, Scaled
from policydsl.core.types import Bool, Date, Member, Moment, Number, Reference, Text, strip
from policydsl.interpret.reads import key_text
from policydsl.interpret.rows import roll_of

MOST: Final = (1 << (FACT_BITS - MONEY.bit_length())) - 1
"""The greatest whole number that every class of a fact holds."""

ABSENT: Final = object()
"""What a mapping gives for a name that it does not have."""

Packer = Callable[[Mapping[str, Any], Any, list[Any]], None]
"""Packs a row given as plain values: (values, packed row of its owner, lists of packed rows by entity)."""


Found = Sequence[Any]
"""Lists of packed rows by the number of their entity; None where none were supplied."""


class Odd(Exception):
    """A case that is not packed directly."""


class Packing:
    """How cases of a program are packed."""

    def __init__(self, layout: Layout) -> None:
        program = layout.program
        self._layout = layout
        self._entities = tuple(program.entities.values())
        self._numbers = {entity.name: index for index, entity in enumerate(self._entities)}
        self.main = self._numbers.get(program.header.main, -1)
        # whose the main row is, a case does not say, and the reference makes something of that
        self._owned = self.main < 0 or self._entities[self.main].owner is not None
        owned = [entity for entity in self._entities if entity.owner not in (None, program.header.main)]
        # entities besides the main one that hold one row, or rows with keys of their own; entities below others than the main one
        self._kept_apart = [
            (index, entity.singleton)
            for index, entity in enumerate(self._entities)
            if entity.name != program.header.main and (entity.singleton or entity.key_field is not None)
        ]
        self._deep = [
            (
                self._numbers[entity.name],
                self._numbers[entity.owner or ""],
                layout.children[entity.owner or "", entity.name],
            )
            for entity in owned
        ]
        self._parts = [
            (entity.name, layout.tables[entity.name], entity.singleton, roll_of(program, entity))
            for entity in self._entities
        ]
        self._none: dict[str, list[Row]] = {entity.name: [] for entity in self._entities}
        self._nothing: dict[str, dict[str, Row]] = {entity.name: {} for entity in self._entities}
        self._tables: list[Any] = [HOLE] * (3 * len(self._entities))
        for entity in self._entities:
            self._tables[layout.tables[entity.name] + 1] = self._nothing[entity.name]

    @cached_property
    def packers(self) -> Sequence[Packer]:
        """A packer for each entity."""
        made: list[Packer] = []
        for entity in self._entities:
            made.append(_packer(self._layout, entity, self._numbers, made))
        return made

    def number(self, entity: str) -> int:
        """The number of an entity."""
        return self._numbers[entity]

    @property
    def count(self) -> int:
        """How many entities there are."""
        return len(self._entities)

    def several(self, entity: core.Entity) -> Callable[[Any, Any, list[Any]], list[Row]]:
        """What packs the rows of an entity that stand below one row: (values, packed owner, lists of packed rows by entity)."""
        return _several(self._layout, entity, self._numbers, self.packers, entity.key_field is not None)

    def rows(self, values: Mapping[str, Any]) -> Found | None:
        """The packed rows of a case by the number of their entity, or None where it has to go by way of facts."""
        if self._owned:
            return None
        found: list[Any] = [None] * len(self._entities)
        try:
            self.packers[self.main](values, HOLE, found)
        except (Odd, CaseError, TypeError, AttributeError, RecursionError):
            return None
        for number, singleton in self._kept_apart:
            rows = found[number]
            if rows is not None and len(rows) > 1 and (singleton or len({row[KEY] for row in rows}) != len(rows)):
                return None
        for number, owner, place in self._deep:
            if found[number] is not None:
                for above in found[owner]:
                    if above[place] is HOLE:
                        above[place] = []
        return found

    def owned(self, found: Found) -> None:
        """Tell rows whose they are, where that is still open."""
        for mine in found:
            if mine and mine[0][OWNER] is None:
                for row in mine:
                    row[OWNER] = found[self.main][0]

    def tables(self, found: Found) -> LateTables:
        """The packed rows of a case as facts have them."""
        rows = {name: found[number] for name, number in self._numbers.items() if found[number] is not None}
        return LateTables(self._layout, rows, lambda: self.owned(found))

    def world(self, found: Found) -> World:
        """The packed rows as a world, for what looks at more than the rows of one entity."""
        self.owned(found)
        rows, index, tables = self._none.copy(), self._nothing.copy(), self._tables.copy()
        tables.append({})
        supplied: list[str] = []
        for (entity, place, singleton, roll), mine in zip(self._parts, found, strict=True):
            if mine is not None:
                supplied.append(entity)
            elif singleton:
                mine = [self._layout.blank(entity)]
            else:
                continue
            rows[entity] = mine
            tables[place + 1] = index[entity] = by_key = {row[KEY]: row for row in mine}
            if singleton:
                tables[place + 2] = mine[0]
            if not roll or all(member in by_key for member in roll):
                tables[place] = mine
        return World(self._layout, None, rows, index, tables, supplied)


KINDS: Final[dict[type, type]] = {
    Bool: bool, Text: str, Reference: str, Member: str, Moment: datetime, Date: date, Number: int,
}  # fmt: skip


NAMES: Final = {kind.__name__: kind for kind in KINDS.values()}
"""What the names of types in code stand for."""


def _packer(layout: Layout, entity: core.Entity, numbers: Mapping[str, int], made: Sequence[Packer]) -> Packer:
    """The code that packs a row of an entity. `made` will hold the packers of all entities when it runs."""
    writer = Writer()
    program = layout.program
    number = numbers[entity.name]
    nested = nested_in(program, entity)
    row, mine, given = name("r"), name("mine"), name("v")
    writer.assign("r", ast.Subscript(writer.keep(layout.blank(entity.name)), ast.Slice(), LOAD))
    writer.store(row, OWNER, name("above"))
    writer.assign("mine", at(name("found"), number))
    first: list[ast.stmt] = [
        ast.Assign([name_("mine"), ast.Subscript(name("found"), literal(number), STORE)], ast.List([], LOAD))
    ]
    writer.test(relation("is", mine, literal(None)), first)
    writer.assign("get", ast.Attribute(name("values"), "get", LOAD))
    writer.assign("n", literal(len(entity.fields) + len(nested)))
    writer.assign("d", literal(0))
    for index, field in enumerate(entity.fields):
        place, form = layout.fields[entity.name, field.name]
        pack_field(writer, entity, field, index, form, given)
        writer.store(row, place, given)
    if any(field.default is not None for field in entity.fields):
        writer.store(row, RECORD, name("d"))
    if not entity.singleton:
        key = entity.key_field
        counted = call("str", binary("+", call("len", mine), literal(1)))
        if key is None:
            writer.store(row, KEY, counted)
        else:
            place, form = layout.fields[entity.name, key.name]
            writer.assign("v", at(row, place))
            textual = relation("is", call("type", given), name("str"))
            kept: Code = writer.keep(key_reader(form))
            with writer.inside() as other:
                writer.store(row, KEY, ast.Call(kept, [given, mine], []))
            with writer.inside() as usual:
                writer.store(row, KEY, given)
            writer.test(textual, usual, other)
    writer.do(ast.Call(ast.Attribute(mine, "append", LOAD), [row], []))
    for other_entity in nested:
        owned = other_entity.owner == entity.name
        several = writer.keep(_several(layout, other_entity, numbers, made))
        writer.assign("v", ast.Call(name("get"), [literal(other_entity.name), name("ABSENT")], []))
        with writer.inside() as block:
            rows = ast.Call(several, [given, row if owned else name("HOLE"), name("found")], [])
            if owned:
                writer.store(row, layout.children[entity.name, other_entity.name], rows)
            else:
                writer.do(rows)
        writer.test(relation("is", given, name("ABSENT")), [_less()], block)
    unlike = ast.Compare(call("len", name("values")), [ast.NotEq()], [name("n")])
    writer.test(unlike, [ast.Raise(name("Odd"), None)])
    constants = {"ABSENT": ABSENT, "HOLE": HOLE, "Odd": Odd, "len": len, "type": type, "str": str}
    names = {**constants, **NAMES, **writer.constants}
    return function(["values", "above", "found"], writer.block, names)  # type: ignore[no-any-return]


def name_(target: str) -> ast.Name:
    """A name that is written."""
    return ast.Name(target, STORE)


def _less() -> ast.stmt:
    """One name fewer is expected among the values."""
    return ast.AugAssign(name_("n"), ast.Sub(), literal(1))


def pack_field(
    writer: Writer, entity: core.Entity, field: core.Field, index: int, form: Form | None, target: ast.Name
) -> None:
    """Write how a field is packed under a name: what is usual at once, what is not by a function. `n` counts the names that are
    expected, the bits of `d` say which facts are put in by default."""
    writer.assign(target.id, ast.Call(name("get"), [literal(field.name), name("ABSENT")], []))
    with writer.inside() as missing:
        writer.put(_less())
        if field.default is None:
            writer.assign(target.id, name("HOLE"))
        else:
            default = packed(form, field.default)
            if default is HOLE:
                writer.put(ast.Raise(name("Odd"), None))
            writer.assign(target.id, writer.keep(default))
            writer.put(ast.AugAssign(name_("d"), ast.Add(), literal(1 << index)))
    usual, code = fitting(field, form, target)
    with writer.inside() as block:
        if code is not target:
            writer.assign(target.id, code)
    with writer.inside() as unusual:
        writer.assign(target.id, ast.Call(writer.keep(reader(entity, field, form)), [target], []))
    other: list[ast.stmt] = [ast.If(relation("is", target, name("ABSENT")), missing, unusual)]
    if block:
        writer.test(usual, block, other)
    else:
        writer.test(negated(usual), other)


def fitting(field: core.Field, form: Form | None, given: Code) -> tuple[Code, Code]:
    """The test by which a value is as usual, and what it is packed to."""
    kind = KINDS.get(type(strip(field.type)))
    if kind is None:
        return literal(False), given
    test: Code = relation("is", call("type", given), name(kind.__name__))
    if form is None:
        return test, given
    within = ast.Compare(literal(-MOST), [ast.LtE(), ast.LtE()], [given, literal(MOST)])
    scale = form.scale if isinstance(form, Scaled) else 1
    return ast.BoolOp(ast.And(), [test, within]), binary("*", given, literal(scale))


def reader(entity: core.Entity, field: core.Field, form: Form | None) -> Callable[[Any], Any]:
    """Packs a value that is not as usual. Raises Odd where the class of the field does not hold it, CaseError where it does not fit."""

    def read(value: Any) -> Any:
        if value is None:
            return HOLE
        found = packed(form, value_of(entity, field, value))
        if found is HOLE:
            raise Odd
        return found

    return read


def key_reader(form: Form | None) -> Callable[[Any, Sequence[Row]], str]:
    """The key of a row from what is packed of its key field."""

    def read(value: Any, rows: Sequence[Row]) -> str:
        if value is HOLE:
            return str(len(rows) + 1)
        if isinstance(form, Scaled) and form.scale != 1:
            raise Odd
        if isinstance(form, Rational) or value is VOID:
            raise Odd
        return key_text(value)

    return read


def _several(
    layout: Layout, entity: core.Entity, numbers: Mapping[str, int], made: Sequence[Packer], alone: bool = False
) -> Callable[[Any, Any, list[Any]], list[Row]]:
    """Packs the rows of an entity that stand below another; with `alone` no two of them may have one key."""
    number = numbers[entity.name]
    usual = _usual_rows(layout, entity)

    def pack(given: Any, above: Any, found: list[Any]) -> list[Row]:
        kind = type(given)
        if kind is not list and kind is not tuple:
            if not isinstance(given, Mapping):
                raise Odd
            given = (given,)
        rows: list[Row] | None = found[number]
        if rows is None:
            rows = found[number] = []
        start, packer = len(rows), made[number]
        if usual is not None:
            usual(given, above, found, rows, packer)
        else:
            for each in given:
                packer(each, above, found)
        if alone and len({row[KEY] for row in rows}) != len(rows):
            raise Odd
        return rows[start:] if start else rows.copy()

    return pack


COUNTED: Final = tuple([str(index + 1) for index in range(1_000)])
"""Keys of rows that have none of their own."""


def _usual_rows(layout: Layout, entity: core.Entity) -> Callable[..., None] | None:
    """Packs rows that are as usual, with every fact there, in one loop, and hands any other row to the packer; None where no row of the
    entity is packed so."""
    key = entity.key_field
    if nested_in(layout.program, entity) or entity.singleton or not entity.fields:
        return None
    if key is not None and KINDS.get(type(strip(key.type))) is not str:
        return None
    writer, each, mine = Writer(), name("each"), name("mine")
    keys: Code = name("COUNTED") if key is None else name("key")
    blank = layout.blank(entity.name)
    places: list[Code] = [name("HOLE") if item is HOLE else writer.keep(item) for item in blank]
    places[RECORD], places[OWNER] = literal(0), name("above")
    alike = ast.Compare(call("len", each), [ast.Eq()], [literal(len(entity.fields))])
    tests: list[Code] = [alike]
    for index, field in enumerate(entity.fields):
        place, form = layout.fields[entity.name, field.name]
        given = writer.assign(f"f{index}", ast.Subscript(each, literal(field.name), LOAD))
        test, code = fitting(field, form, given)
        if isinstance(test, ast.Constant):
            return None
        tests.append(test)
        places[place] = code
        if field is key:
            keys = given
    places[KEY] = keys if key is not None else ast.Subscript(keys, call("len", mine), LOAD)
    taken: list[ast.stmt] = [
        ast.Expr(ast.Call(ast.Attribute(mine, "append", LOAD), [ast.List(places, LOAD)], [])),
        ast.Continue(),
    ]
    writer.test(ast.BoolOp(ast.And(), tests), taken)
    attempt = ast.Try(writer.block, [ast.ExceptHandler(name("LookupError"), None, [ast.Pass()])], [], [])
    # another mapping may do something else than look up
    plain = ast.If(relation("is", call("type", each), name("dict")), [attempt], [])
    other = ast.Expr(ast.Call(name("packer"), [each, name("above"), name("found")], []))
    loop = ast.For(ast.Name("each", STORE), name("given"), [plain, other], [])
    constants = {"HOLE": HOLE, "COUNTED": COUNTED, "LookupError": LookupError, "len": len, "type": type, "dict": dict}
    parameters = ["given", "above", "found", "mine", "packer"]
    return function(parameters, [loop], {**constants, **NAMES, **writer.constants})  # type: ignore[no-any-return]
