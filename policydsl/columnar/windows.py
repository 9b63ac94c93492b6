"""Owns how a row among its siblings stands in a query: places, running totals and shares, as windows.

Only where everything that they look at is certain to be there; what single rows could still spoil (two rows with one place in the
order, a negative weight) is a check of the run: where it holds, the reference takes over.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve
from sqlglot import exp

from policydsl.columnar import arithmetic, choices, sql
from policydsl.columnar.sql import Sql
from policydsl.columnar.stages import HERE, OWNER, ROW
from policydsl.columnar.terms import Beyond, Grade, Term, kind_of
from policydsl.core import program as core
from policydsl.core.types import Member, strip
from policydsl.core.values import Lack

if TYPE_CHECKING:
    from policydsl.columnar.encode import Encoder

_RANKS = {"same": "rank", "pending": "rank", "dense": "dense_rank"}


class _Among:
    """The siblings of a row: which rows take part, and what divides them into groups."""

    def __init__(self, to: Encoder, node: core.Siblings) -> None:
        if not to.hoists or to.world.absent.get(node.entity):
            raise Beyond("不齐全的名次和分配", "ranks and shares among rows that are not all there")
        self.to = to
        entities = to.world.program.entities
        owner = entities[node.entity].owner if node.owned else None
        self.held: Sql | None = None
        if node.where is not None:
            where = to.again(to.own().term(node.where))
            if where.lack is not None:
                raise Beyond("参加与否还不一定的名次和分配", "ranks and shares among rows of which some are open")
            self.held = sql.coalesce(where.value, sql.FALSE)
        self.groups: list[Sql] = []
        if owner is not None and not entities[owner].singleton:
            self.groups.append(sql.column(HERE, OWNER))
        if node.group is not None:
            self.groups.append(self.sure(node.group).value)
        if self.held is not None:
            self.groups.append(self.held)

    def sure(self, node: core.Expr) -> Term:
        """What the siblings are compared or weighed by. Raises Beyond where it could be lacking."""
        term = self.to.again(self.to.own().term(node))
        if not term.sure:
            raise Beyond("可能缺数的名次和分配", "ranks and shares by what may be lacking")
        return term

    def over(self, fold: Sql, order: list[Sql] | None = None, to_here: bool = False) -> Sql:
        """A fold over the row's group; in order and up to this row, if asked."""
        window = exp.Window(this=fold, partition_by=[group.copy() for group in self.groups])
        if order is not None:
            window.set("order", exp.Order(expressions=order))
        if to_here:
            spec = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
            window.set("spec", spec)
        return window

    def column(self, value: Sql) -> Sql:
        """Something as a column of the table, for windows do not nest."""
        stage = self.to.last().stage
        name = stage.fresh("w")
        stage.put(name, value)
        return sql.column(HERE, name)

    def check(self, wrong: Sql) -> None:
        """Let the reference take over where this holds for a row that takes part."""
        stage = self.to.last().stage
        self.to.world.checks.append((stage.entity, stage, self.column(wrong)))

    def line(self, key: core.Expr | None) -> list[Sql]:
        """The order in which rows stand: by a key, which no two may share, or as in their table."""
        if key is None:
            return [exp.Ordered(this=sql.column(HERE, ROW), desc=False)]
        value = self.comparable(key)
        alike = exp.Window(
            this=exp.Count(this=exp.Star()), partition_by=[*[group.copy() for group in self.groups], value.copy()]
        )
        self.check(sql.binary(exp.GT, self.column(alike), sql.whole(1)))
        return [exp.Ordered(this=value.copy(), desc=False)]

    def comparable(self, node: core.Expr) -> Sql:
        """A key to order by."""
        term = self.sure(node)
        if term.kind == "number" and isinstance(term.den, int):
            return term.value
        if term.kind in ("date", "moment", "bool"):
            return term.value
        if isinstance(strip(node.type), Member):
            members = self.to.world.program.rolls[strip(node.type).roll].members  # type: ignore[union-attr]
            rows = [(sql.binary(exp.EQ, term.value, sql.text(name)), sql.whole(at)) for at, name in enumerate(members)]
            return self.column(sql.case(rows, sql.whole(len(members))))
        raise Beyond("按文字或分数排的名次", "an order by text or by fractions")


def rank(to: Encoder, node: core.Rank) -> Term:
    """名次: 1 + how many rank before this row."""
    among = _Among(to, node.among)
    keys = [(among.comparable(key.value), key.descending) for key in node.keys]
    order: list[Sql] = [exp.Ordered(this=value.copy(), desc=down, nulls_first=False) for value, down in keys]
    place = to.world.width.cast(among.over(sql.function(_RANKS[node.ties]), order))
    term = Term("number", among.column(place), natural=True)
    if node.ties == "pending":
        tied = exp.Window(
            this=exp.Count(this=exp.Star()),
            partition_by=[*[group.copy() for group in among.groups], *[value.copy() for value, _ in keys]],
        )
        open_ = sql.binary(exp.GT, among.column(tied), sql.whole(1))
        lack = sql.case([(open_, sql.whole(Grade.PENDING))], sql.whole(0))
        why = sql.case([(open_, sql.numbers([to.reason(Lack.DECISION)]))], sql.numbers([]))
        value = sql.case([(open_, sql.NULL)], term.value)
        term = evolve(term, value=value, lack=lack, why=why)
    if among.held is None:
        return term
    detail = "不参加排名" if to.world.program.language == "zh" else "not among those ranked"
    outside = sql.negated(among.held)
    absent = sql.case([(outside, sql.text(f"={detail}"))], sql.NULL)
    lacking = sql.case([(outside, sql.whole(0))], term.lack) if term.lack is not None else None
    return evolve(term, value=sql.case([(among.held, term.value)], sql.NULL), absent=absent, lack=lacking)


def previous(to: Encoder, node: core.Previous) -> Term:
    """上一条: a value of the sibling just before this row; of the first one, what is said for it."""
    among = _Among(to, node.among)
    if among.held is not None:
        raise Beyond("只看一部分行的上一条", "the previous of some of the rows")
    order = among.line(node.order)
    body = to.again(to.own().term(node.body))
    if body.span is not None and body.lack is not None:
        raise Beyond("上一条的未定的计数", "an open count of the previous row")

    def before(part: Sql | None) -> Sql | None:
        if part is None or sql.written(part):
            return part
        return among.column(among.over(exp.Lag(this=part.copy()), [item.copy() for item in order]))

    value, lack, why, absent = (before(part) for part in (body.value, body.lack, body.why, body.absent))
    den = body.den if isinstance(body.den, int) else before(body.den)
    assert value is not None and den is not None
    earlier = Term(body.kind, value, den, lack, why, absent, natural=body.natural)
    place = among.column(among.over(sql.function("row_number"), [item.copy() for item in order]))
    first = to.term(node.first)
    return arithmetic.chosen(
        [(sql.binary(exp.EQ, place, sql.whole(1)), first)], earlier, kind_of(node.type), to.world.width
    )


def running(to: Encoder, node: core.Running) -> Term:
    """至今合计, 此前合计: the sum over the siblings up to this row."""
    among = _Among(to, node.among)
    body = among.sure(node.body)
    if not isinstance(body.den, int):
        raise Beyond("分数的累计", "a running total of fractions")
    width, own = to.world.width, body.value
    if among.held is not None:
        # a row that is left out stands in the line all the same and adds nothing
        among.groups.pop()
        own = among.column(sql.case([(among.held, body.value)], width.whole(0)))
    order = among.line(node.order)
    summed = among.column(width.cast(among.over(exp.Sum(this=own), order, to_here=True)))
    value = summed if node.inclusive else sql.binary(exp.Sub, summed, own.copy())
    return Term("number", value, body.den, natural=body.natural)


def share(to: Encoder, node: core.Share) -> Term:
    """分摊, 压减: what this row gets; the parts always sum to the whole."""
    width = to.world.width
    among = _Among(to, node.among)
    weight, total = among.sure(node.weight), to.again(to.fit(to.term(node.total)))
    if total.lack is not None or not isinstance(weight.den, int) or not isinstance(total.den, int):
        raise Beyond("总额可能缺、或按分数分的分配", "a share of what may be lacking, or by fractions")
    held = among.held if among.held is not None else sql.TRUE
    least, most = among.over(exp.Min(this=total.value)), among.over(exp.Max(this=total.value))
    among.check(sql.every(held, sql.binary(exp.NEQ, among.column(least), among.column(most))))
    if not weight.natural:
        among.check(sql.every(held, sql.binary(exp.LT, weight.value, sql.whole(0))))
    if not total.natural:
        among.check(sql.every(held, sql.binary(exp.LT, total.value, sql.whole(0))))
    whole = among.column(width.cast(among.over(exp.Sum(this=weight.value))))
    zero = sql.binary(exp.EQ, whole, sql.whole(0))
    # over one denominator: part = total × weight ÷ whole, and weight and whole have the same
    above = sql.binary(exp.Mul, total.value, weight.value)
    place = node.place
    if place is None:
        raise Beyond("不取整的分配", "a share that is not rounded")
    part, den = _floored(above, whole, total.den, place, width)
    rounded = among.column(part)
    summed = among.column(width.cast(among.over(exp.Sum(this=rounded))))
    scaled_total = arithmetic.times(total.value, den // total.den)
    rest = sql.binary(exp.Sub, scaled_total, summed)
    order: list[Sql] = [exp.Ordered(this=sql.column(HERE, ROW), desc=node.remainder == "last")]
    if node.remainder == "largest":
        order.insert(0, exp.Ordered(this=weight.value.copy(), desc=True, nulls_first=False))
    first = sql.binary(exp.EQ, among.column(among.over(sql.function("row_number"), order)), sql.whole(1))
    value = sql.case([(first, sql.binary(exp.Add, rounded, rest))], rounded)
    enough: Sql | None = None
    if node.kind == "scale":
        # while the claims sum to no more than the whole, each is met as it stands
        claims, budget = arithmetic.times(whole, total.den), arithmetic.times(total.value, weight.den)
        enough = sql.binary(exp.LTE, claims, budget)
    nobody = sql.every(held, zero, sql.binary(exp.NEQ, total.value, sql.whole(0)))
    among.check(nobody if enough is None else sql.every(nobody, sql.negated(enough)))
    shared = Term("number", sql.case([(zero, width.whole(0))], value), den, natural=True)
    rows: list[tuple[Sql, Term]] = []
    if among.held is not None:
        rows.append((sql.negated(among.held), width.number(0)))
    if enough is not None:
        rows.append((enough, evolve(weight, span=None)))
    return arithmetic.chosen(rows, shared, "number", width)


def _floored(above: Sql, whole: Sql, over: int, place: Fraction, width: arithmetic.Width) -> tuple[Sql, int]:
    """total × weight ÷ whole rounded down to a multiple of `place`, over a written denominator that the total has too."""
    size = sql.case([(sql.binary(exp.GT, whole, sql.whole(0)), whole)], sql.whole(1))
    under = arithmetic.times(size, over * place.numerator)
    count = arithmetic.whole_parts(arithmetic.times(above, place.denominator), under)
    den = place.denominator * over
    return arithmetic.times(count, place.numerator * over), den
