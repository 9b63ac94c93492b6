"""Owns how another row is read: the owner's, the only one, the one with a key, the one child; each as a join on what is unique."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, assert_never

from attrs import evolve
from sqlglot import exp

from policydsl.columnar import arithmetic, sql
from policydsl.columnar.scopes import Outer, RowScope
from policydsl.columnar.sql import Sql
from policydsl.columnar.stages import HERE, KEY, OWNER, ROW, Stage, owned
from policydsl.columnar.terms import Beyond, Grade, Stored, Term, guarded, keep
from policydsl.core import program as core
from policydsl.core.values import Lack

if TYPE_CHECKING:
    from policydsl.columnar.encode import Encoder


def read(to: Encoder, ref: core.RowRef, pick: Callable[[Stage], Stored]) -> Term:
    """A column of a row."""
    _, alias, stored = _reach(to, ref, pick)
    return stored.at(alias)


def keyed(ref: core.RowRef) -> bool:
    """Whether a row is found by a key."""
    while isinstance(ref, core.Owner | core.OnlyChild):
        ref = ref.of
    return isinstance(ref, core.Keyed)


def _reach(to: Encoder, ref: core.RowRef, pick: Callable[[Stage], Stored]) -> tuple[Stage, str, Stored]:
    """Bring a column of another row to a table in scope."""
    match ref:
        case core.Here():
            scope = to.at(ref)
            if isinstance(scope, Outer) and isinstance(scope.scope, RowScope):
                # the row that owns the one that is at home here, or the only one
                return to.home.stage, to.home.alias, brought(to, to.home.stage, scope.stage, pick(scope.stage))
            scope = to.row(ref)
            return scope.stage, scope.alias, pick(scope.stage)
        case core.Sole(entity=entity):
            return _bring(to, to.nearest, to.world.stages[entity], pick)
        case core.Owner(of=of, entity=entity):
            owner = to.world.stages[entity]
            if owner.sole:
                return _bring(to, to.nearest, owner, pick)
            return _reach(to, of, lambda stage: brought(to, stage, owner, pick(owner)))
        case core.Keyed(entity=entity, key=key):
            return _keyed(to, entity, key, pick)
        case core.OnlyChild(of=of, entity=entity):
            return _reach(to, of, lambda stage: _only(to, stage, entity, pick))
        case _:
            assert_never(ref)


def _bring(to: Encoder, scope: RowScope, owner: Stage, pick: Callable[[Stage], Stored]) -> tuple[Stage, str, Stored]:
    return scope.stage, scope.alias, brought(to, scope.stage, owner, pick(owner))


def _keyed(to: Encoder, entity: str, key: core.Expr, pick: Callable[[Stage], Stored]) -> tuple[Stage, str, Stored]:
    """A column of the row that has a given key."""
    here, other = to.home, to.world.stages[entity]
    item = to.again(to.fit(to.term(key)))
    if item.kind not in ("text", "date", "number") or item.den != 1:
        raise Beyond("按分数或时刻找到的行", "a row found by a fraction or a moment")
    stored = pick(other)
    base = other.flush()
    field = to.world.program.entities[entity].key_field
    missing = to.world.why.number((Lack.MISSING, entity, field.name if field else entity, ""))
    term = guarded(stored.at("o"), sql.blank(sql.column("o", KEY)), Grade.UNKNOWN, missing)
    if item.lack is not None:
        blocked = Term(term.kind, sql.NULL, lack=item.lack, why=item.why)
        term = arithmetic.chosen(
            [(sql.binary(exp.GT, item.lack, sql.whole(0)), blocked)], term, term.kind, to.world.width
        )
    text = exp.cast(item.value, "VARCHAR")
    return (
        here.stage,
        here.alias,
        _gathered(to, here.stage, base, sql.binary(exp.EQ, sql.column("o", KEY), text), term),
    )


def _only(to: Encoder, stage: Stage, entity: str, pick: Callable[[Stage], Stored]) -> Stored:
    """A column of the one child that may be absent; more than one are a conflict."""
    child = to.world.stages[entity]
    stored = pick(child)
    if entity not in to.world.supplied:
        field = to.world.program.entities[entity].key_field
        missing = to.world.why.number((Lack.MISSING, entity, field.name if field else entity, ""))
        return Stored(stored.kind, sql.NULL, lack=sql.whole(Grade.UNKNOWN), why=sql.numbers([missing]))
    if not to.world.ordered:
        raise Beyond("表里行的次序", "the order of the rows of a table")
    base = child.flush()
    counted = exp.Select(
        expressions=[
            exp.alias_(sql.column("c", OWNER), "owner", copy=False),
            exp.alias_(exp.Min(this=sql.column("c", ROW)), "first", copy=False),
            exp.alias_(exp.Count(this=exp.Star()), "many", copy=False),
        ]
    )
    counted.set("from_", exp.From(this=exp.alias_(exp.to_table(base), "c", table=True)))
    counted.set("group", exp.Group(expressions=[sql.column("c", OWNER)]))
    firsts = stage.query.step("only", counted)
    one = exp.Select(
        expressions=[exp.Column(this=exp.Star(), table=exp.to_identifier("c")), exp.column("many", table="f")]
    )
    one.set("from_", exp.From(this=exp.alias_(exp.to_table(base), "c", table=True)))
    same = sql.binary(exp.EQ, sql.column("f", "first"), sql.column("c", ROW))
    one.set("joins", [exp.Join(this=exp.alias_(exp.to_table(firsts), "f", table=True), on=same)])
    step = stage.query.step("only", one)
    conflict = to.world.why.number((Lack.CONFLICT, entity, entity, ""))
    term = stored.at("o")
    nobody = sql.blank(sql.column("o", KEY))
    none = Term(term.kind, sql.NULL, absent=sql.text("-"))
    if term.known is not None or sql.written(term.value):
        term = evolve(term, value=sql.case([(sql.negated(nobody), term.value)], sql.NULL), known=None)
    term = arithmetic.chosen([(nobody, none)], term, term.kind, to.world.width)
    term = guarded(
        term,
        sql.coalesce(sql.binary(exp.GT, sql.column("o", "many"), sql.whole(1)), sql.FALSE),
        Grade.INVALID,
        conflict,
    )
    return _gathered(to, stage, step, sql.binary(exp.EQ, sql.column("o", OWNER), sql.column(HERE, KEY)), term)


def _gathered(to: Encoder, stage: Stage, step: str, on: Sql, term: Term) -> Stored:
    columns: list[tuple[str, Sql]] = []
    kept = keep(term, stage.fresh("j"), lambda name, value: columns.append((name, value)))
    stage.gather(step, on, columns)
    return kept


def brought(to: Encoder, stage: Stage, owner: Stage, stored: Stored) -> Stored:
    """Columns of the owner's (or the only) row as columns of this table; found again when asked for again."""
    if stage is owner:
        return stored
    memo = (owner.entity, stored.columns or stored)
    if memo in stage.joined:
        return stage.joined[memo]
    base = owner.flush()
    columns: list[tuple[str, Sql]] = []
    term = stored.at("o")
    if not owner.sole and not stage.full:
        field = to.world.program.entities[owner.entity].key_field
        number = to.world.why.number((Lack.MISSING, owner.entity, field.name if field else owner.entity, ""))
        term = guarded(term, sql.blank(sql.column("o", KEY)), Grade.UNKNOWN, number)
    kept = keep(term, stage.fresh("j"), lambda name, value: columns.append((name, value)))
    if columns:
        stage.gather(base, None if owner.sole else owned(), columns)
    stage.joined[memo] = kept
    return kept
