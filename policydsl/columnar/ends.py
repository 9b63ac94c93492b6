"""Owns 第一条 and 最后一条 in a query: first where the end lies, then what stands there and what may stand before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from policydsl.columnar import arithmetic, folds, sql
from policydsl.columnar.scopes import RowScope
from policydsl.columnar.siblings import Open, beside, opened, said, sortable, together
from policydsl.columnar.sql import Sql
from policydsl.columnar.stages import HERE, KEY, OWNER, ROW
from policydsl.columnar.terms import Beyond, Grade, Term, kind_of
from policydsl.core import program as core
from policydsl.core.values import Lack
from policydsl.core.walk import order_parts

if TYPE_CHECKING:
    from policydsl.columnar.encode import Encoder

CHILD, AT = folds.CHILD, "a"


def end(to: Encoder, node: core.Aggregate) -> Term:
    """The value of the row at one end of an order."""
    entity = node.rows.entity
    here = to.home.stage
    grouped = folds.grouped(to, node.rows)
    if entity not in to.world.supplied:
        return folds.not_supplied(to, node)
    child = to.world.stages[entity]
    inside = to.below(RowScope(child, CHILD), grouped or here.sole)
    where = inside.condition_or_absent(node.where) if node.where is not None else None
    assert node.body is not None
    body = inside.term(node.body)
    if not isinstance(body.den, int) or body.kind == "list":
        raise Beyond("分数或清单的第一条", "the first of fractions or lists")
    key, unsure = _key(inside, node)
    base, from_child = here.flush(), child.flush()
    name = here.fresh("f")

    held = sql.TRUE if where is None else sql.coalesce(where.value, sql.FALSE)
    open_ = None if where is None or where.lack is None else sql.binary(exp.GT, where.lack, sql.whole(0))
    candidate = held if open_ is None else sql.some(held.copy(), open_)
    hit = held.copy() if body.absent is None else sql.every(held.copy(), sql.blank(body.absent))
    # the last of one order is the first of its opposite
    last = (node.fold == "last") != bool(node.order and node.order[0].descending)

    def step(label: str, columns: dict[str, Sql], beside_: str = "") -> str:
        select = exp.Select(expressions=[exp.alias_(value, column, copy=False) for column, value in columns.items()])
        select.set("from_", exp.From(this=exp.alias_(exp.to_table(from_child), CHILD, table=True)))
        select.set("where", exp.Where(this=candidate.copy()))
        joins = []
        if folds.sees(select, HERE):
            joined = exp.alias_(exp.to_table(base), HERE, table=True)
            mine = sql.binary(exp.EQ, sql.column(CHILD, OWNER), sql.column(HERE, KEY))
            joins.append(exp.Join(this=joined, on=mine) if grouped else exp.Join(this=joined, kind="CROSS"))
        if beside_:
            joined = exp.alias_(exp.to_table(beside_), AT, table=True)
            same = sql.binary(exp.EQ, sql.column(CHILD, OWNER), sql.column(AT, KEY))
            joins.append(exp.Join(this=joined, on=same) if grouped else exp.Join(this=joined, kind="CROSS"))
        if joins:
            select.set("joins", joins)
        if grouped:
            select.append("expressions", exp.alias_(sql.column(CHILD, OWNER), KEY, copy=False))
            select.set("group", exp.Group(expressions=[sql.column(CHILD, OWNER)]))
        return here.query.step(label, select)

    columns = {"b": sql.filtered(sql.function("max" if last else "min", key.copy()), hit.copy())}
    if unsure is not None:
        columns |= {"kl": sql.function("max", unsure.lack.copy()), "kw": _listed(unsure.why, unsure.there)}
    place = step("end", columns)
    bound = sql.column(AT, "b")
    at = sql.every(hit.copy(), sql.coalesce(sql.binary(exp.EQ, key.copy(), bound), sql.FALSE))
    found = {
        f"{name}v": sql.filtered(sql.function("min", body.value.copy()), at),
        f"{name}m": sql.filtered(exp.Count(this=exp.Distinct(expressions=[body.value.copy()])), at.copy()),
        f"{name}b": sql.function("max", sql.case([(sql.there(bound.copy()), sql.whole(1))], sql.whole(0))),
    }
    lacks: list[tuple[Sql, Sql, Sql]] = []
    if open_ is not None:
        assert where is not None and where.lack is not None
        before = sql.binary(exp.GTE if last else exp.LTE, key.copy(), bound.copy())
        near = sql.every(open_.copy(), sql.coalesce(before, sql.TRUE))
        lacks.append((near, where.lack, where.why or sql.numbers([])))
    if body.lack is not None:
        lacking = sql.every(at.copy(), sql.binary(exp.GT, body.lack, sql.whole(0)))
        lacks.append((lacking, body.lack, body.why or sql.numbers([])))
    if lacks:
        lack = sql.case([(when.copy(), grade.copy()) for when, grade, _ in lacks], sql.whole(0))
        why = sql.case([(when.copy(), whys.copy()) for when, _, whys in lacks], sql.numbers([]))
        found |= {
            f"{name}l": sql.function("max", lack),
            f"{name}w": _listed(why, sql.some(*[when for when, *_ in lacks])),
        }
    if unsure is not None:
        found |= {
            f"{name}kl": sql.function("max", sql.column(AT, "kl")),
            f"{name}kw": sql.function("max", sql.column(AT, "kw")),
        }
    whole = step("end", found, place)
    mine = sql.binary(exp.EQ, sql.column("o", KEY), sql.column(HERE, KEY)) if grouped else None
    here.gather(whole, mine, [(column, sql.column("o", column)) for column in found])
    return _read(to, node, name, found, body, () if grouped else to.world.absent.get(entity, ()))


def _key(inside: Encoder, node: core.Aggregate) -> tuple[Sql, Open | None]:
    """What rows are ordered by, and why that may be open."""
    if len(node.order) > 1:
        raise Beyond("按几个键排的第一条", "the first by several keys")
    if not node.order:
        if not inside.world.ordered:
            raise Beyond("表里行的次序", "the order of the rows of a table")
        return sql.column(CHILD, ROW), None
    (key,) = order_parts(node.order)
    term = inside.fit(inside.term(key))
    return sortable(inside.world, key, term), opened(term)


def _listed(why: Sql, when: Sql) -> Sql:
    """The reasons of the rows for which a condition holds, each once."""
    each = sql.filtered(sql.function("list", exp.Distinct(expressions=[why.copy()])), when.copy())
    return sql.function("list_distinct", sql.function("flatten", each))


def _read(
    to: Encoder, node: core.Aggregate, name: str, found: dict[str, Sql], body: Term, absent: tuple[str, ...]
) -> Term:
    """What the columns of an end say."""
    kind, width = kind_of(node.type), to.world.width

    def column(letter: str, instead: Sql) -> Sql:
        return sql.coalesce(sql.column(HERE, name + letter), instead)

    def open_of(letters: tuple[str, str]) -> Open | None:
        if name + letters[0] not in found:
            return None
        return Open(column(letters[0], sql.whole(0)), column(letters[1], sql.numbers([])))

    several = sql.binary(exp.GT, column("m", sql.whole(0)), sql.whole(1))
    open_ = open_of(("l", "w"))
    term = Term(kind, sql.column(HERE, name + "v"), body.den, natural=body.natural)
    rows: list[tuple[Sql, Term]] = []
    unsure = open_of(("kl", "kw"))
    if absent:
        entity = node.rows.entity
        field = to.world.program.entities[entity].key_field
        number = to.world.why.number((Lack.MISSING, entity, field.name if field else entity, ""))
        unsure = together([unsure, Open(sql.whole(Grade.UNKNOWN), sql.numbers([number]))])
    if unsure is not None:
        rows.append((unsure.there, unsure.blocked(term)))
    nothing = sql.binary(exp.EQ, column("b", sql.whole(0)), sql.whole(0))
    if open_ is not None:
        nothing = sql.every(nothing, sql.negated(open_.there))
    empty = to.term(node.empty) if node.empty is not None else to.blocked(node, Lack.UNDEFINED)
    rows.append((nothing, empty))
    conflict = said(several, Grade.INVALID, to.reason(Lack.CONFLICT))
    return arithmetic.chosen(rows, beside(term, open_, conflict), kind, width)
