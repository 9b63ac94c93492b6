"""Owns the rows that belong to the row of a case, in the function of that case: packed, or taken out of the mapping as columns.

A rule as a function mostly counts and sums facts of such rows. Then no row is packed at all: one loop looks at every fact of every row, puts
those that are used into a list for each fact, and aggregates run over these lists. What is not as usual ends the function.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from policydsl.compiled.cases import nested_in
from policydsl.compiled.expressions import Expressions
from policydsl.compiled.folds import Loop
from policydsl.compiled.packing import KINDS, fitting, reader
from policydsl.compiled.stages import Plan, Ready
from policydsl.compiled.writer import LOAD, Code, Unfit, Writer, call, literal, name, negated, relation
from policydsl.core import program as core
from policydsl.core.types import strip

if TYPE_CHECKING:
    from policydsl.compiled.engine import Compiled


class Below:
    """Writes what the function of a case does with the rows that belong to its row."""

    def __init__(self, code: Expressions, compiled: Compiled, made: Plan) -> None:
        self._code = code
        self._layout = made.layout
        self._program = compiled.program
        self._packing = compiled.packing
        self._main = compiled.program.entities[compiled.program.header.main]

    def rows_below(self, writer: Writer, entity: core.Entity, own: ast.Name) -> None:
        """The rows of an entity that belong to the row; where none are given, there may be any. They are told whose they are when it
        matters (`Packing.world`): rows that refer to each other would be left to the garbage collector."""
        get = ast.Call(name("get"), [literal(entity.name), name("ABSENT")], [])
        writer.assign(own.id, get)
        several = writer.keep(self._packing.several(entity))
        with writer.inside() as given:
            writer.assign(own.id, ast.Call(several, [own, literal(None), name("found")], []))
        with writer.inside() as none:
            writer.put(ast.AugAssign(ast.Name("n", ast.Store()), ast.Sub(), literal(1)))
            writer.assign(own.id, name("HOLE"))
        writer.test(relation("is", own, name("ABSENT")), none, given)

    def as_columns(self) -> None:
        """Settle which rows are taken out of the mapping as columns. Raises Unfit where some cannot be."""
        for entity in self._program.entities.values():
            if entity.owner != self._main.name:
                continue
            known = all(type(strip(field.type)) in KINDS and field.default is None for field in entity.fields)
            key = entity.key_field
            textual = key is None or KINDS.get(type(strip(key.type))) is str
            if not known or not textual or not entity.fields or nested_in(self._program, entity):
                raise Unfit
            self._code.columns[entity.name] = {}

    def column_rules(self, below: Sequence[Ready]) -> None:
        """What the rules of rows that come as columns give, as columns; a constraint that is false ends the function."""
        made, writer = self._code, self._code.writer
        for ready in below:
            for rule in ready.stage.rules:
                if rule.id in made.known or ready.stage.entity not in made.columns:
                    if rule.id in made.known and rule.kind != "constraint":
                        continue
                    raise Unfit
                writer.begin()
                made.hoisted = {}
                column = name(writer.fresh("q"))
                if rule.kind != "constraint":
                    writer.assign(column.id, ast.List([], LOAD))
                with Loop(made, ready.stage.entity, (), []) as loop:
                    val = made.expr(rule.body, loop.env)
                    if rule.kind == "constraint":
                        writer.test(negated(val.code), [ast.Raise(name("Open"), None)])
                        continue
                    if val.below is not None:
                        raise Unfit
                    val = val if val.solid else made.atom(val)
                    if not val.solid:
                        gap = relation("is", call("type", val.code), name("Gap"))
                        writer.test(gap, [ast.Raise(name("Open"), None)])
                    writer.put(_append(column, val.code))
                made.columns[ready.stage.entity][self._layout.rules[rule.id]] = column

    def _column_rows(self, writer: Writer, entity: core.Entity, given: Code) -> None:
        """The facts of rows that belong to the row, as columns: every fact of every row is looked at, those used are kept."""
        made, each = self._code, name("each")
        if entity.key_field is not None:
            made.column(entity.name, self._layout.fields[entity.name, entity.key_field.name][0])
        places = {self._layout.fields[entity.name, field.name][0] for field in entity.fields}
        used = {place: column for place, column in made.columns[entity.name].items() if place in places}
        rows = writer.assign(writer.fresh("g"), given)
        listed = [relation("is", call("type", rows), name(kind)) for kind in ("list", "tuple")]
        writer.test(negated(ast.BoolOp(ast.Or(), listed)), [ast.Raise(name("Odd"), None)])
        for column in used.values():
            writer.assign(column.id, ast.List([], LOAD))
        with writer.inside() as body:
            plain = relation("is", call("type", each), name("dict"))
            alike = ast.Compare(call("len", each), [ast.Eq()], [literal(len(entity.fields))])
            writer.test(negated(ast.BoolOp(ast.And(), [plain, alike])), [ast.Raise(name("Odd"), None)])
            for field in entity.fields:
                place, form = self._layout.fields[entity.name, field.name]
                value = writer.assign("v", ast.Subscript(each, literal(field.name), LOAD))
                test, code = fitting(field, form, value)
                odd: Code = ast.Call(writer.keep(reader(entity, field, form)), [value], [])
                if place in used:
                    writer.test(test, [_append(used[place], code)], [_append(used[place], odd)])
                else:
                    writer.test(negated(test), [ast.Expr(odd)])
        writer.put(ast.For(ast.Name("each", ast.Store()), rows, body, []))
        if entity.key_field is not None:
            keys = used[self._layout.fields[entity.name, entity.key_field.name][0]]
            twice = ast.Compare(call("len", call("set", keys)), [ast.NotEq()], [call("len", keys)])
            writer.test(twice, [ast.Raise(name("Odd"), None)])

    def children(self, writer: Writer, below: Sequence[Ready]) -> None:
        """The rows that belong to the row, packed, and what their rules give."""
        made, layout, program, packing = self._code, self._layout, self._program, self._packing
        for looked_at in made.looped:
            entity = program.entities[looked_at]
            self._column_rows(writer, entity, ast.Subscript(name("values"), literal(looked_at), LOAD))
        wanted = {ready.stage.entity for ready in below}
        rows: dict[str, ast.Name] = {}
        for entity in program.entities.values():
            place = layout.children.get((self._main.name, entity.name))
            if place is None or (place not in made.taken and entity.name not in wanted):
                continue
            if entity.name in made.columns:
                if place in made.taken:
                    raise Unfit
                continue
            if not rows:
                writer.assign("found", ast.BinOp(ast.List([literal(None)], LOAD), ast.Mult(), literal(packing.count)))
            own = rows[entity.name] = made.own(place)
            given = ast.Subscript(name("values"), literal(entity.name), LOAD)
            taken = ast.Call(writer.keep(packing.several(entity)), [given, name("HOLE"), name("found")], [])
            writer.assign(own.id, taken)
        if any(other.owner in rows for other in program.entities.values()) or wanted - set(rows):
            raise Unfit
        self.stages_below(writer, rows, below)

    def stages_below(self, writer: Writer, rows: Mapping[str, ast.Name], below: Sequence[Ready]) -> None:
        """What the rules of rows that belong to the row give. Anything without a value ends the function."""
        if not below:
            return
        holes, broken = (writer.assign(told, ast.List([], LOAD)) for told in ("holes", "broken"))
        for ready in below:
            args = [rows[ready.stage.entity], literal(None), holes, broken]
            writer.do(ast.Call(writer.keep(ready.step), args, []))
        writer.test(ast.BoolOp(ast.Or(), [holes, broken]), [ast.Raise(name("Open"), None)])


def _append(column: Code, code: Code) -> ast.stmt:
    return ast.Expr(ast.Call(ast.Attribute(column, "append", LOAD), [code], []))
