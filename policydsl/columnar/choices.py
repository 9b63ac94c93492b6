"""Owns how choices stand in a query: conditions in order, exceptions, tables by keys, what holds where something does not apply."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from attrs import evolve
from sqlglot import exp

from policydsl.columnar import arithmetic, sql
from policydsl.columnar.sql import Sql
from policydsl.columnar.terms import Term, grade, kind_of, reasons
from policydsl.core import program as core
from policydsl.core.types import Member
from policydsl.core.values import Lack, Value

if TYPE_CHECKING:
    from policydsl.columnar.encode import Encoder


def if_inapplicable(to: Encoder, node: core.Expr, body: core.Expr, instead: core.Expr) -> Term:
    """A value, or another where it is none or does not apply."""
    term = to.again(to.term(body))
    if term.absent is None:
        return term
    other = to.term(instead)
    return arithmetic.chosen(
        [(sql.there(term.absent), other)], evolve(term, absent=None), kind_of(node.type), to.world.width
    )


def choose(to: Encoder, node: core.Choose) -> Term:
    """Conditions in order, or exceptions."""
    kind = kind_of(node.type)
    cases: list[core.Case] = []
    whens: list[Term] = []
    for case in node.cases:
        when = to.again(to.condition(case.when))
        if isinstance(when.value, exp.Boolean) and not when.value.this:
            continue
        if node.hit == "first" and isinstance(when.value, exp.Boolean) and not cases:
            return to.term(case.value)
        cases.append(case)
        whens.append(when)
    if not cases and node.otherwise is not None:
        return to.term(node.otherwise)
    values = [to.term(case.value) for case in cases]
    if node.otherwise is not None:
        rest = to.term(node.otherwise)
    else:
        rest = to.blocked(node, Lack.NOT_IN_FORCE if node.form == "dated" else Lack.CONFLICT)
    if node.hit == "first" or len(cases) <= 1:
        rows: list[tuple[Sql, Term]] = []
        for when, value in zip(whens, values, strict=True):
            if when.lack is not None:
                rows.append((sql.blank(when.value), Term(kind, sql.NULL, lack=when.lack, why=when.why)))
            rows.append((when.value, value))
        return arithmetic.chosen(rows, rest, kind, to.world.width)
    return _several(to, node, kind, whens, values, rest)


def _several(
    to: Encoder, node: core.Choose, kind: str, whens: Sequence[Term], values: Sequence[Term], rest: Term
) -> Term:
    values = [to.again(value) for value in values]
    conflict = to.blocked(node, Lack.CONFLICT)
    rows: list[tuple[Sql, Term]] = []
    pairs = [
        (sql.every(one.value, two.value), values[i], values[j + i + 1])
        for i, one in enumerate(whens)
        for j, two in enumerate(whens[i + 1 :])
    ]
    if node.hit == "unique":
        rows.append((sql.coalesce(sql.some(*[both for both, *_ in pairs]), sql.FALSE), conflict))
    lack = grade([when.lack for when in whens])
    if lack is not None:
        open_ = sql.some(*[sql.blank(when.value) for when in whens])
        rows.append((open_, Term(kind, sql.NULL, lack=lack, why=reasons([when.why for when in whens]))))  # type: ignore[arg-type]
    if node.hit == "agree":
        for both, one, two in pairs:
            united = arithmetic.united(kind, sql.NULL, [one, two])
            if united.lack is not None:
                lacking = sql.every(both, sql.binary(exp.GT, united.lack, sql.whole(0)))
                rows.append((lacking, united))
            rows.append((sql.every(both, _differ(to, one, two)), conflict))
    rows.extend((when.value, value) for when, value in zip(whens, values, strict=True))
    return arithmetic.chosen(rows, rest, kind, to.world.width)


def _differ(to: Encoder, one: Term, two: Term) -> Sql:
    """Whether two outcomes that lack nothing are not the same: two values, or two reasons why there is none."""
    differ: Sql = sql.FALSE
    if not isinstance(one.value, exp.Null) and not isinstance(two.value, exp.Null):
        differ = sql.coalesce(arithmetic.compared("ne", one, two, to.world.width), sql.FALSE)
    if one.absent is None and two.absent is None:
        return differ
    absents = [
        sql.coalesce(term.absent.copy(), sql.text("")) if term.absent is not None else sql.text("")
        for term in (one, two)
    ]
    return sql.some(sql.binary(exp.NEQ, *absents), differ)


def lookup(to: Encoder, node: core.Lookup) -> Term:
    """A cell of a table by keys."""
    table = to.world.program.tables[node.table]
    keys = [to.again(term) for term in to.strict(node.keys)]
    inside = to.own()
    kind = kind_of(node.type)
    rows: list[tuple[Sql, Term]] = []
    lack = grade([key.lack for key in keys])
    if lack is not None:
        rows.append(
            (
                sql.binary(exp.GT, lack, sql.whole(0)),
                Term(kind, sql.NULL, lack=lack, why=reasons([key.why for key in keys])),
            )
        )
    rest = to.blocked(node, Lack.CONFLICT)
    complete = _complete(to, table, node)
    for row in table.rows:
        cell = inside.term(row.cells[node.column])
        if row.otherwise or (complete and row is table.rows[-1]):
            rest = cell
            continue
        parts = [
            _accepts(to, key, accepted) for key, accepted in zip(keys, row.keys, strict=True) if accepted is not None
        ]
        rows.append((sql.every(*parts), cell))
    return arithmetic.chosen(rows, rest, kind, to.world.width)


def _complete(to: Encoder, table: core.Table, node: core.Lookup) -> bool:
    """Whether each member of a 名录 has its row, so that whatever is in no other row is in the last."""
    if len(node.keys) != 1 or any(row.otherwise for row in table.rows):
        return False
    type_ = node.keys[0].type
    accepted = {key for row in table.rows for key in row.keys[0] or () if isinstance(key, str)}
    return isinstance(type_, Member) and accepted >= set(to.world.program.rolls[type_.roll].members)


def _accepts(to: Encoder, key: Term, accepted: Sequence[Value | core.Interval]) -> Sql:
    parts: list[Sql] = []
    plain = [item for item in accepted if not isinstance(item, core.Interval)]
    if key.kind == "text" and plain:
        parts.append(exp.In(this=key.value, expressions=[sql.text(str(item)) for item in plain]))
        plain = []
    for item in accepted:
        if isinstance(item, core.Interval):
            ends = []
            if item.low is not None:
                ends.append(_against(to, "ge" if item.low_closed else "gt", key, item.low))
            if item.high is not None:
                ends.append(_against(to, "le" if item.high_closed else "lt", key, item.high))
            parts.append(sql.every(*ends))
    parts.extend(_against(to, "eq", key, item) for item in plain)
    return sql.some(*parts)


def _against(to: Encoder, op: core.Comparator, key: Term, value: Value) -> Sql:
    other = to.constant(core.Const(value, type=to.rule.type), value)
    if isinstance(value, date):
        other = evolve(other, kind=key.kind)
    return arithmetic.compared(op, key, other, to.world.width)
