"""Owns how code reaches rows, facts and other rules: places of packed rows, found from the scopes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, assert_never

from policydsl.compiled.layout import OWNER
from policydsl.compiled.numbers import Val
from policydsl.compiled.writer import Code, Unfit, at, call, literal, name
from policydsl.core import program as core
from policydsl.core.scales import Quotient
from policydsl.core.types import Member, Number, strip

if TYPE_CHECKING:
    from policydsl.compiled.expressions import Env, Expressions

ALL, BY_KEY, SOLE = 0, 1, 2
"""What stands at an entity's three places of the table of tables."""


def table(made: Expressions, entity: str, which: int) -> Code:
    """One of an entity's places in the table of tables."""
    made.beyond = True
    return at(name("world"), made.layout.tables[entity] + which)


def row(made: Expressions, ref: core.RowRef, env: Env) -> Code:
    """The packed row that a reference leads to."""
    match ref:
        case core.Here(depth=depth):
            found = env[depth]
            assert isinstance(found, ast.Name)
            if found.id in made.by_column:
                raise Unfit
            return found
        case core.Owner(of=of, entity=entity):
            if _may_be_absent(of):
                raise Unfit
            if made.program.entities[entity].singleton:
                return table(made, entity, SOLE)
            made.beyond = True
            return at(row(made, of, env), OWNER)
        case core.Sole(entity=entity):
            return table(made, entity, SOLE)
        case core.Keyed(entity=entity, key=key):
            val = made.expr(key, env)
            text = val.code if val.form is None and _is_text(key) else call("keyed", made.plain(val))
            if val.known and isinstance(val.const, str):
                text = literal(val.const)
            get = ast.Attribute(table(made, entity, BY_KEY), "get", ast.Load())
            return ast.Call(get, [text, name("HOLE")], [])
        case core.OnlyChild(of=of, entity=entity):
            return call("only", children(made, of, entity, env))
        case _:
            assert_never(ref)


def _is_text(key: core.Expr) -> bool:
    from policydsl.core.types import Reference, Text

    return isinstance(key.type, Text | Member | Reference)


def _may_be_absent(ref: core.RowRef) -> bool:
    match ref:
        case core.OnlyChild():
            return True
        case core.Owner(of=of):
            return _may_be_absent(of)
        case core.Here() | core.Sole() | core.Keyed():
            return False
        case _:
            assert_never(ref)


def children(made: Expressions, of: core.RowRef, entity: str, env: Env) -> Code:
    """The rows of an entity that belong to a row."""
    if _may_be_absent(of):
        raise Unfit
    owner = made.program.entities[entity].owner
    assert owner is not None
    place = made.layout.children[owner, entity]
    if isinstance(of, core.Here) and env[of.depth] is made.row:
        return made.own(place)
    return at(row(made, of, env), place)


def column_rows(made: Expressions, found: core.Rows, env: Env) -> bool:
    """Whether an aggregate runs over rows that come as columns: those that belong to the row of the rule."""
    if found.entity not in made.columns or not isinstance(found, core.Children) or not isinstance(found.of, core.Here):
        return False
    return env[found.of.depth] is made.row


def rows(made: Expressions, found: core.Rows, env: Env) -> Code:
    """The rows that an aggregate runs over."""
    declared = made.program.entities[found.entity]
    match found:
        case core.AllRows():
            return table(made, found.entity, ALL)
        case core.Children(of=of):
            if isinstance(of, core.Sole) and declared.owner is None:
                return table(made, found.entity, ALL)
            if declared.owner is None:
                raise Unfit
            if made.program.entities[declared.owner].singleton:
                return table(made, found.entity, ALL)
            return children(made, of, found.entity, env)
        case _:
            assert_never(found)


def field_read(made: Expressions, node: core.FieldRead, env: Env) -> Val:
    """A fact."""
    place, form = made.layout.fields[node.entity, node.name]
    if isinstance(node.row, core.Here) and env[node.row.depth] is made.row:
        return Val(made.own(place), form)
    if isinstance(node.row, core.Here):
        columns = made.by_column.get(getattr(env[node.row.depth], "id", ""))
        if columns is not None:
            return Val(made.of_column(columns[1], place), form)
    where = row(made, node.row, env)
    if made.told(node):
        where = made.writer.atom(where)
        made.note(node, row=where)
    return Val(at(where, place), form)


def rule_read(made: Expressions, node: core.RuleRead, env: Env) -> Val:
    """What another rule gave."""
    rule = (node.entity, node.name)
    known = made.known.get(rule)
    if known is not None and _surely_there(made, node.row):
        if made.told(node) and not isinstance(node.row, core.Here):
            made.note(node, row=made.writer.atom(row(made, node.row, env)))
        return made.constant(known.const)
    if isinstance(node.row, core.Here) and env[node.row.depth] is made.row:
        here = made.values.get(rule)
        if here is not None:
            return here
    if rule not in made.forms:
        raise Unfit
    form, place = made.forms[rule], made.layout.rules[rule]
    columns = made.by_column.get(getattr(env[node.row.depth], "id", "")) if isinstance(node.row, core.Here) else None
    if columns is not None and place in made.columns[columns[0]]:
        return Val(made.of_column(columns[1], place), form)
    where = row(made, node.row, env)
    if made.told(node) and not isinstance(node.row, core.Here):
        where = made.writer.atom(where)
        made.note(node, row=where)
    if not isinstance(form, Quotient):
        return Val(at(where, place), form)
    where = made.writer.atom(where)
    return Val(at(where, place), form, at(where, place + 1))


def _surely_there(made: Expressions, ref: core.RowRef) -> bool:
    """Whether a reference leads to a row whatever the facts are."""
    match ref:
        case core.Here() | core.Sole():
            return True
        case core.Owner(of=of, entity=entity):
            return made.program.entities[entity].singleton and _surely_there(made, of)
        case core.Keyed() | core.OnlyChild():
            return False
        case _:
            assert_never(ref)


def order_key(made: Expressions, key: core.OrderKey, env: Env) -> Code:
    """What rows are ordered by: a value itself, a member's place in its 名录; the opposite where the highest comes first."""
    code = _ascending(made, key.value, env)
    return call("opposite", code) if key.descending else code


def _ascending(made: Expressions, node: core.Expr, env: Env) -> Code:
    val = made.sure(made.expr(node, env))
    type_ = strip(node.type)
    if isinstance(type_, Member):
        members = made.program.rolls[type_.roll].members
        known = made.writer.keep({member: index for index, member in enumerate(members)})
        get = ast.Attribute(known, "get", ast.Load())
        return ast.Call(get, [val.code, literal(len(members))], [])
    if isinstance(type_, Number) and val.form is not None:
        return made.numbers.rational(val)
    return val.code
