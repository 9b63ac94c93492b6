"""Owns 分摊 and 压减 in a query: a whole shared out by weight, claims scaled to a budget. The parts always sum to the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve
from sqlglot import exp

from policydsl.columnar import arithmetic, sql
from policydsl.columnar.siblings import Among, opened, together
from policydsl.columnar.sql import Sql
from policydsl.columnar.stages import HERE, ROW
from policydsl.columnar.terms import Beyond, Term
from policydsl.core import program as core
from policydsl.core.values import Lack

if TYPE_CHECKING:
    from policydsl.columnar.encode import Encoder


def share(to: Encoder, node: core.Share) -> Term:
    """分摊, 压减: what this row gets."""
    among = Among(to, node.among)
    width = to.world.width
    weight, total = among.amount(node.weight), to.again(to.fit(to.term(node.total)))
    if not isinstance(weight.den, int) or not isinstance(total.den, int):
        raise Beyond("按分数分的分配", "shares of or by fractions")
    lacking = together([among.open, opened(total), opened(weight)])
    open_ = None if lacking is None else among.gathered(among.groups, lacking, among.taking_part)
    weight, total = (evolve(term, lack=None, why=None, span=None) for term in (weight, total))
    parted = _parted(to, node, among, weight, total)
    if open_ is not None:
        parted = arithmetic.chosen([(open_.there, open_.blocked(parted))], parted, "number", width)
    return among.standing(parted, width.number(0))


def _parted(to: Encoder, node: core.Share, among: Among, weight: Term, total: Term) -> Term:
    """The part of a row that takes part, where nothing is open."""
    width = to.world.width
    apart = [] if among.held is None else [among.held]

    def fold(name: str, value: Sql) -> Sql:
        return among.over(sql.function(name, value.copy()), more=apart)

    assert isinstance(weight.den, int) and isinstance(total.den, int)
    zero = sql.whole(0)
    rows: list[tuple[Sql, Term]] = []
    if not sql.written(total.value):
        differ = sql.binary(exp.NEQ, fold("min", total.value), fold("max", total.value))
        rows.append((sql.coalesce(differ, sql.FALSE), to.blocked(node, Lack.CONFLICT)))
    undefined = to.blocked(node, Lack.UNDEFINED)
    if not weight.natural:
        below = sql.binary(exp.LT, fold("min", weight.value), zero)
        rows.append((sql.coalesce(below, sql.FALSE), undefined))
    if node.kind == "scale" and not total.natural:
        below = sql.binary(exp.LT, total.value.copy(), zero)
        rows.append((sql.coalesce(below, sql.FALSE), undefined))
    whole = width.cast(among.over(exp.Sum(this=weight.value.copy()), more=apart))
    if node.kind == "scale":
        # while the claims sum to no more than the whole, each is met as it stands
        claims = arithmetic.times(whole, total.den)
        enough = sql.binary(exp.LTE, claims, arithmetic.times(total.value.copy(), weight.den))
        rows.append((sql.coalesce(enough, sql.FALSE), weight))
    nobody = sql.binary(exp.LTE, whole.copy(), zero)
    some = sql.binary(exp.NEQ, total.value.copy(), zero)
    rows.append((sql.coalesce(sql.every(nobody, some), sql.FALSE), undefined))
    rows.append((sql.coalesce(nobody.copy(), sql.FALSE), width.number(0)))
    # part = total × weight ÷ whole; weight and whole have the same denominator
    size = sql.case([(sql.binary(exp.GT, whole.copy(), zero), whole.copy())], sql.whole(1))
    exact = to.again(
        Term(
            "number",
            sql.binary(exp.Mul, total.value.copy(), weight.value.copy()),
            arithmetic.times(size, total.den),
            natural=total.natural and weight.natural,
        )
    )
    if node.place is None:
        return arithmetic.chosen(rows, exact, "number", width)
    if not to.world.ordered:
        raise Beyond("表里行的次序", "the order of the rows of a table")
    down = to.again(arithmetic.rounded(exact, node.place, "down", width))
    summed = width.cast(among.over(exp.Sum(this=down.value), more=apart))
    rest = arithmetic.add(total, evolve(down, value=summed), width, minus=True)
    order = [exp.Ordered(this=sql.column(HERE, ROW), desc=node.remainder == "last")]
    if node.remainder == "largest":
        order.insert(0, exp.Ordered(this=weight.value.copy(), desc=True, nulls_first=False))
    taker = sql.binary(exp.EQ, among.over(sql.function("row_number"), order, more=apart), sql.whole(1))
    taken = to.again(arithmetic.add(down, rest, width))
    return arithmetic.chosen([*rows, (taker, taken)], down, "number", width)
