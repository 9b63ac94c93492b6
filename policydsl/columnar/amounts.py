"""Owns how operations, bands, brackets, increments and limits stand in a query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve
from sqlglot import exp

from policydsl.columnar import arithmetic, calendars, days, lists, sql
from policydsl.columnar.sql import Sql
from policydsl.columnar.terms import Beyond, Grade, Term, grade, kind_of, reasons
from policydsl.core import program as core
from policydsl.core.values import Lack
from policydsl.interpret.arithmetic import ordered

if TYPE_CHECKING:
    from policydsl.columnar.encode import Encoder

_DAY_PARTS = {"year_of": "year", "month_of": "month", "day_of": "day"}


def applied(to: Encoder, node: core.Apply) -> Term:
    """A strict operation."""
    width = to.world.width
    if node.op in calendars.OPERATIONS:
        return calendars.applied(to, node)
    if node.op in lists.OPERATIONS:
        return lists.applied(to, node)
    terms = to.strict(node.args)
    match node.op:
        case "add" | "sub":
            return arithmetic.add(to.again(terms[0]), to.again(terms[1]), width, node.op == "sub")
        case "mul":
            return arithmetic.multiply(to.again(terms[0]), to.again(terms[1]), width)
        case "div":
            left, right = to.again(terms[0]), to.again(terms[1])
            return to.again(arithmetic.divide(left, right, width, to.reason(Lack.UNDEFINED, "除数为零")))
        case "neg":
            return arithmetic.negative(terms[0])
        case "abs":
            return evolve(terms[0], value=exp.Abs(this=terms[0].value), known=None, natural=True)
        case "excess" | "shortfall":
            first, second = (terms[0], terms[1]) if node.op == "excess" else (terms[1], terms[0])
            over = to.again(arithmetic.add(to.again(first), to.again(second), width, minus=True))
            positive = sql.binary(exp.GT, over.value, sql.whole(0))
            floor = sql.case([(positive, over.value), (sql.there(over.value), width.whole(0))], sql.NULL)
            return evolve(over, value=floor, natural=True)
        case "days_between":
            return days.between(to, terms)
        case "hours_between":
            return days.hours(to, terms)
        case "year_of" | "month_of" | "day_of":
            part = sql.function(_DAY_PARTS[node.op], terms[0].value)
            return arithmetic.united("number", width.cast(part), terms, natural=True)
        case op if op in days.OPERATIONS:
            return days.applied(to, node, terms)
        case _:
            raise Beyond(f"运算「{node.op}」", f"the operation 「{node.op}」")


def bands(to: Encoder, node: core.Bands) -> Term:
    """分档: the one band reached."""
    width, kind = to.world.width, kind_of(node.type)
    measure = to.again(to.fit(to.term(node.measure)))
    bounds = [to.again(bound) for bound in to.strict([row.bound for row in node.rows])]
    rows: list[tuple[Sql, Term]] = []
    open_ = grade([measure.lack, *[bound.lack for bound in bounds]])
    if open_ is not None:
        whys = reasons([measure.why, *[bound.why for bound in bounds]])
        rows.append((sql.binary(exp.GT, open_, sql.whole(0)), Term(kind, sql.NULL, lack=open_, why=whys)))
    written = [row.bound.value for row in node.rows if isinstance(row.bound, core.Const)]
    in_order = len(written) == len(node.rows) and ordered(node.side, written, [row.inclusive for row in node.rows])
    if not in_order:
        unordered = [
            sql.negated(_ordered(to, node.side, low, high, first.inclusive, second.inclusive))
            for low, high, first, second in zip(bounds, bounds[1:], node.rows, node.rows[1:], strict=False)
        ]
        if unordered:
            rows.append((sql.some(*unordered), to.blocked(node, Lack.CONFLICT)))
    found = []
    for row, bound in zip(node.rows, bounds, strict=True):
        if node.side == "lower":
            reached = arithmetic.compared("ge" if row.inclusive else "gt", measure, bound, width)
        else:
            reached = arithmetic.compared("le" if row.inclusive else "lt", measure, bound, width)
        found.append((reached, to.term(row.value)))
    rows.extend(reversed(found) if node.side == "lower" else found)
    return arithmetic.chosen(rows, to.term(node.otherwise), kind, width)


def _ordered(to: Encoder, side: str, low: Term, high: Term, first: bool, second: bool) -> Sql:
    split = (first and not second) if side == "lower" else (not first and second)
    return arithmetic.compared("le" if split else "lt", low, high, to.world.width)


def brackets(to: Encoder, node: core.Brackets) -> Term:
    """累进: each slice of the measure at its own rate, summed."""
    width = to.world.width
    measure = to.again(to.fit(to.term(node.measure)))
    used = [measure]
    edges: list[Term] = []
    total = width.number(0)
    for piece in node.slices:
        start, rate = (to.again(term) for term in to.strict([piece.start, piece.rate]))
        used += [start, rate]
        edges.append(start)
        top = measure
        if piece.end is not None:
            end = to.again(to.fit(to.term(piece.end)))
            used.append(end)
            edges.append(end)
            top = to.again(arithmetic.extreme("min", measure, end, width))
        part = to.again(arithmetic.multiply(to.again(arithmetic.add(top, start, width, minus=True)), rate, width))
        reached = arithmetic.compared("gt", measure, start, width)
        bare = evolve(part, lack=None, why=None)
        total = to.again(
            arithmetic.add(total, arithmetic.chosen([(reached, bare)], width.number(0), "number", width), width)
        )
    lack, why = grade([term.lack for term in used]), reasons([term.why for term in used])
    rows: list[tuple[Sql, Term]] = []
    if lack is not None:
        rows.append((sql.binary(exp.GT, lack, sql.whole(0)), Term("number", sql.NULL, lack=lack, why=why)))
    falling = [
        arithmetic.compared("gt", low, high, width)
        for low, high in zip(edges, edges[1:], strict=False)
        if not _rise(low, high)
    ]
    if falling:
        rows.append((sql.some(*falling), to.blocked(node, Lack.CONFLICT)))
    return arithmetic.chosen(rows, total, "number", width)


def _rise(low: Term, high: Term) -> bool:
    """Whether two written edges are known to ascend."""
    if low.known is None or high.known is None or not isinstance(low.den, int) or not isinstance(high.den, int):
        return False
    return low.known * high.den <= high.known * low.den


def increment(to: Encoder, node: core.Increment) -> Term:
    """递增: whole steps beyond the start, each with its award."""
    width = to.world.width
    measure, start = (to.again(term) for term in to.strict([node.measure, node.start]))
    used = [measure, start]
    over = to.again(arithmetic.add(measure, start, width, minus=True))
    over = evolve(over, lack=None, why=None)
    most: Sql | None = None
    wrong: list[Sql] = []
    if node.most_steps is not None:
        cap = to.again(to.fit(to.term(node.most_steps)))
        used.append(cap)
        whole = arithmetic.whole_parts(cap.value, cap.den_sql)
        most = sql.case([(sql.binary(exp.LTE, cap.value, sql.whole(0)), width.whole(0))], whole)
    guard = sql.binary(exp.GT, over.value, sql.whole(0))
    counts: list[Sql] = []
    awards: list[Term] = []
    for step in node.steps:
        size, award = (to.again(term) for term in to.strict([step.size, step.award]))
        used += [size, award]
        if not size.positive:
            wrong.append(sql.binary(exp.LTE, size.value, sql.whole(0)))
        part = arithmetic.times(over.value, size.den)
        unit = arithmetic.times(size.value, over.den, size.known, width)
        if node.started:
            part = sql.binary(exp.Add, part, sql.binary(exp.Sub, unit, sql.whole(1)))
            # the ceiling of fractions over one denominator is that of their numerators
        count = arithmetic.whole_parts(part, unit if size.positive else _positive(unit))
        counts.append(count if most is None else sql.among("min", [count, most.copy()]))
        awards.append(evolve(award, lack=None, why=None))
    given = _steps(to, node.join, guard, counts, awards)
    if node.at_start is not None:
        extra = to.again(to.fit(to.term(node.at_start)))
        used.append(extra)
        reached = arithmetic.compared("ge", measure, start, width)
        bare = evolve(extra, lack=None, why=None)
        given = arithmetic.chosen([(reached, arithmetic.add(given, bare, width))], given, "number", width)
    rows: list[tuple[Sql, Term]] = []
    lack = grade([term.lack for term in used])
    if lack is not None:
        open_ = sql.binary(exp.GT, lack, sql.whole(0))
        rows.append((open_, Term("number", sql.NULL, lack=lack, why=reasons([term.why for term in used]))))
    if wrong:
        rows.append((sql.some(*wrong), to.blocked(node, Lack.UNDEFINED)))
    return arithmetic.chosen(rows, given, "number", width)


def _steps(to: Encoder, join: str, guard: Sql, counts: list[Sql], awards: list[Term]) -> Term:
    """What the steps give together: nothing before the start, then counts times awards, summed or the better of them."""
    width = to.world.width
    nothing = width.number(0)
    if join != "sum" and awards[0].natural and all(award == awards[0] for award in awards):
        # the better of products with one factor that is not below 0
        counts, awards = [sql.among(join, counts)], awards[:1]
    if not all(isinstance(award.den, int) for award in awards):
        guarded = [
            to.again(Term("number", sql.case([(guard.copy(), count)], width.whole(0)), natural=True))
            for count in counts
        ]
        routes = [
            to.again(arithmetic.multiply(count, award, width)) for count, award in zip(guarded, awards, strict=True)
        ]
        given = routes[0]
        for route in routes[1:]:
            both = (
                arithmetic.add(given, route, width) if join == "sum" else arithmetic.extreme(join, given, route, width)
            )
            given = to.again(both)
        return given
    routes = [
        arithmetic.multiply(Term("number", count, natural=True), award, width)
        for count, award in zip(counts, awards, strict=True)
    ]
    values, den = arithmetic.aligned(routes, width)
    assert den is not None
    value = sql.joined(exp.Add, values, sql.whole(0)) if join == "sum" else sql.among(join, values)
    term = Term("number", value, den, natural=all(route.natural for route in routes))
    return to.again(arithmetic.chosen([(guard, term)], nothing, "number", width))


def _positive(size: Sql) -> Sql:
    """A size to divide by: where it is not above 0, the case is refused beside."""
    if not size.find(exp.Column):
        return size
    return sql.case([(sql.binary(exp.GT, size, sql.whole(0)), size)], sql.NULL)


def limited(to: Encoder, node: core.Limit) -> Term:
    """Caps and floors in written order."""
    width = to.world.width
    value = to.again(to.fit(to.term(node.body)))
    lacks: list[tuple[Sql | None, Sql | None]] = [(value.lack, value.why)]
    value = evolve(value, lack=None, why=None)
    for bound in node.bounds:
        limit = to.again(to.fit(to.term(bound.limit)))
        bare = evolve(limit, lack=None, why=None)
        over = arithmetic.compared("gt" if bound.kind == "cap" else "lt", value, bare, width)
        if bound.when is None:
            lacks.append((limit.lack, limit.why))
        else:
            when = to.again(to.condition(bound.when))
            over = sql.every(when.value, over)
            if limit.lack is not None:
                lacks.append(
                    (_only(when.value, limit.lack, sql.whole(0)), _only(when.value, limit.why, sql.numbers([])))
                )
            lacks.append((when.lack, when.why))
        value = to.again(arithmetic.chosen([(over, bare)], value, value.kind, width))
    lack, why = grade([lack for lack, _ in lacks]), reasons([why for _, why in lacks])
    if lack is None:
        return value
    blocked = Term(value.kind, sql.NULL, lack=lack, why=why)
    return arithmetic.chosen([(sql.binary(exp.GT, lack, sql.whole(Grade.VALUE)), blocked)], value, value.kind, width)


def _only(when: Sql, part: Sql | None, instead: Sql) -> Sql:
    return sql.case([(when, part if part is not None else instead)], instead)
