"""Owns 在 in a query: whether a value is among those of a column of rows, as a join on the values that there are."""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING

from attrs import evolve
from sqlglot import exp

from policydsl.columnar import arithmetic, folds, logic, sql
from policydsl.columnar.scopes import RowScope
from policydsl.columnar.siblings import Open, opened, together
from policydsl.columnar.sql import Sql
from policydsl.columnar.stages import HERE, OWNER
from policydsl.columnar.terms import Beyond, Grade, Term
from policydsl.core import program as core
from policydsl.core.types import BOOL
from policydsl.core.values import Lack

if TYPE_CHECKING:
    from policydsl.columnar.encode import Encoder


def within(to: Encoder, node: core.Within) -> Term:
    """Whether a value is among those of the rows of a row, or of all rows."""
    entity = node.rows.entity
    if entity not in to.world.supplied:
        return to.world.why.blocked("bool", (Lack.MISSING, entity, entity, ""))
    item = to.again(to.term(node.item))
    if not folds.grouped(to, node.rows):
        return _anywhere(to, node, item)
    column = node.column
    if isinstance(column, core.FieldRead) and column.row == core.Here() and item.sure and node.where is None:
        stored = to.world.stages[entity].fields[column.name]
        if stored.lack is None and stored.absent is None and isinstance(stored.den, int) and stored.den == item.den:
            return _among_own(to, node, item)
    return _below(to, node, item)


def _below(to: Encoder, node: core.Within, item: Term) -> Term:
    """Whether any of the rows below surely has the value, or may have it."""
    any_ = core.Aggregate("any", node.rows, node.where, node.column, type=BOOL)

    def body(inside: Encoder) -> Term:
        column = inside.term(node.column)
        same = logic.compared_terms(inside, "eq", item, column)
        if column.absent is None:
            return same
        # none of them is what is none or does not apply
        there = sql.blank(column.absent)
        return evolve(
            same,
            value=sql.case([(there, same.value)], sql.NULL),
            lack=None if same.lack is None else sql.case([(there.copy(), same.lack)], sql.whole(0)),
            why=None if same.why is None else sql.case([(there.copy(), same.why)], sql.numbers([])),
        )

    return folds.aggregate(to, any_, body)


def _among_own(to: Encoder, node: core.Within, item: Term) -> Term:
    """The values of the rows below, each once for an owner, joined to it."""
    here, searched = to.home.stage, to.world.stages[node.rows.entity]
    assert isinstance(node.column, core.FieldRead)
    # facts alone, which no constraint has corrected
    value = searched.fields[node.column.name].at("s").value
    select = exp.Select(
        expressions=[exp.alias_(value, "v", copy=False), sql.column("s", OWNER)], distinct=exp.Distinct()
    )
    select.set("from_", exp.From(this=exp.alias_(exp.to_table(searched.facts), "s", table=True)))
    step, name = here.query.step("list", select), here.fresh("i")
    same = sql.binary(exp.EQ, sql.column("o", "v"), item.value)
    on = sql.every(same, sql.binary(exp.EQ, sql.column("o", OWNER), sql.column(HERE, "k")))
    here.gather(step, on, [(name, sql.column("o", "v"))])
    return Term("bool", sql.there(sql.column(HERE, name)))


def _anywhere(to: Encoder, node: core.Within, item: Term) -> Term:
    """Whether any row has the value: the values that there are, each once, and what the rows lack together."""
    if item.span is not None and item.lack is not None:
        raise Beyond("「在」一列中的未定的计数", "a membership of an open count")
    item = to.again(to.fit(item))
    entity, here = node.rows.entity, to.home.stage
    stage = to.world.stages[entity]
    table, alias = stage.facts, "s"
    if to.world.whole:
        table, alias = "", folds.CHILD
    else:
        # what is computed of rows is there for one piece of them only
        stage = evolve(stage, rules={}, joined={})
    inside = to.below(RowScope(stage, alias), False)
    where = inside.condition_or_absent(node.where) if node.where is not None else None
    if where is not None and where.lack is not None:
        raise Beyond("条件可能未定的「在」", "a membership with a filter that may be open")
    column = inside.term(node.column)
    if not isinstance(column.den, int) or not isinstance(item.den, int):
        raise Beyond("「在」一列分数中", "a membership among fractions")
    over = lcm(column.den, item.den)
    here.flush()
    table = table or stage.flush()
    held = sql.TRUE if where is None else sql.coalesce(where.value, sql.FALSE)
    values = exp.Select(
        expressions=[exp.alias_(arithmetic.times(column.value, over // column.den), "v", copy=False)],
        distinct=exp.Distinct(),
        where=exp.Where(this=held),
    )
    values.set("from_", exp.From(this=exp.alias_(exp.to_table(table), alias, table=True)))
    name = here.fresh("i")
    same = sql.binary(
        exp.EQ, sql.column("o", "v"), arithmetic.times(item.value, over // item.den, item.known, to.world.width)
    )
    here.gather(here.query.step("list", values), same, [(f"{name}v", sql.column("o", "v"))])
    found = sql.there(sql.column(HERE, f"{name}v"))
    causes = _causes(to, node, name, (table, alias), where, column, item.lack is not None)
    rows: list[tuple[Sql, Term]] = [(found, Term("bool", sql.TRUE))]
    if item.lack is not None:
        mine = opened(item)
        asked = sql.every(
            sql.binary(exp.GT, item.lack.copy(), sql.whole(0)),
            sql.binary(exp.GT, sql.coalesce(sql.column(HERE, f"{name}c"), sql.whole(0)), sql.whole(0)),
        )
        both = together([mine, causes])
        assert both is not None
        rows.append((asked, both.blocked(Term("bool", sql.NULL))))
    if causes is not None:
        rows.append((causes.there, causes.blocked(Term("bool", sql.NULL))))
    return arithmetic.chosen(rows, Term("bool", sql.FALSE), "bool", to.world.width)


def _causes(
    to: Encoder,
    node: core.Within,
    name: str,
    source: tuple[str, str],
    where: Term | None,
    column: Term,
    counted: bool,
) -> Open | None:
    """What the rows that are searched lack together; how many they are stands beside, if `counted`."""
    here, entity = to.home.stage, node.rows.entity
    held = sql.TRUE if where is None else sql.coalesce(where.value, sql.FALSE)
    made: dict[str, Sql] = {}
    found: list[Open | None] = []
    if column.lack is not None:
        lacking = sql.every(held.copy(), sql.binary(exp.GT, column.lack, sql.whole(0)))
        listed = sql.function("list", exp.Distinct(expressions=[column.why or sql.numbers([])]))
        made[f"{name}l"] = sql.coalesce(sql.filtered(sql.function("max", column.lack.copy()), lacking), sql.whole(0))
        made[f"{name}w"] = sql.function("list_distinct", sql.function("flatten", sql.filtered(listed, lacking.copy())))
        found.append(
            Open(
                sql.coalesce(sql.column(HERE, f"{name}l"), sql.whole(0)),
                sql.coalesce(sql.column(HERE, f"{name}w"), sql.numbers([])),
            )
        )
    if counted:
        searched = held.copy() if column.absent is None else sql.every(held.copy(), sql.blank(column.absent))
        made[f"{name}c"] = sql.filtered(exp.Count(this=exp.Star()), searched)
    if made:
        select = exp.Select(expressions=[exp.alias_(value, key, copy=False) for key, value in made.items()])
        select.set("from_", exp.From(this=exp.alias_(exp.to_table(source[0]), source[1], table=True)))
        here.gather(here.query.step("lack", select), None, [(key, sql.column("o", key)) for key in made])
    if to.world.absent.get(entity):
        field = to.world.program.entities[entity].key_field
        number = to.world.why.number((Lack.MISSING, entity, field.name if field else entity, ""))
        found.append(Open(sql.whole(Grade.UNKNOWN), sql.numbers([number])))
    return together(found)
