"""Owns calendar arithmetic in a query: days and months later, whole months and years between, overlaps, days made of numbers.

Days alone, not moments; what lies beyond the calendar or is no day is undefined, as in the reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from policydsl.columnar import arithmetic, sql
from policydsl.columnar.sql import Sql
from policydsl.columnar.terms import Beyond, Grade, Term
from policydsl.core import program as core
from policydsl.core.values import Lack

if TYPE_CHECKING:
    from policydsl.columnar.encode import Encoder

OPERATIONS = frozenset(
    (
        "add_months",
        "sub_months",
        "add_days",
        "sub_days",
        "months_between",
        "years_between",
        "month_end",
        "date_of",
        "overlap_days",
    )
)
DAY = 86_400
"""Seconds of a day."""
MOST_MONTHS, MOST_DAYS = 120_000, 4_000_000
"""No shift is longer than the calendar."""


def applied(to: Encoder, node: core.Apply, terms: Sequence[Term]) -> Term:
    """An operation on days. Raises Beyond where one is a moment, or a count is no whole number."""
    width = to.world.width
    parts = [to.again(term) for term in terms]
    if any(term.kind not in ("date", "number") for term in parts) or any(term.den != 1 for term in parts):
        raise Beyond("时刻的运算", "operations on moments")
    values = [term.value for term in parts]
    match node.op:
        case "month_end":
            return arithmetic.united("date", _last(values[0]), parts)
        case "months_between":
            return arithmetic.united("number", to.world.width.cast(_months(values[0], values[1])), parts)
        case "years_between":
            months = to.again(arithmetic.united("number", width.cast(_months(values[0], values[1])), parts)).value
            years = arithmetic.whole_parts(exp.Abs(this=months), sql.whole(12))
            signed = sql.case([(_less(months, sql.whole(0)), exp.Neg(this=sql.nested(years)))], years.copy())
            return arithmetic.united("number", arithmetic.times(signed, 12), parts)
        case "overlap_days":
            start, end, first, last = values
            shared = sql.binary(exp.Sub, sql.among("min", [end, last]), sql.among("max", [start, first]))
            days = sql.binary(exp.Add, width.cast(shared), sql.whole(1))
            every = sql.every(*[sql.there(value.copy()) for value in values])
            counted = sql.case([(every, sql.among("max", [days, width.whole(0)]))], sql.NULL)
            return arithmetic.united("number", counted, parts, natural=True)
        case "date_of":
            return _made(to, parts)
        case _:
            return _shifted(to, node.op, parts)


def between(to: Encoder, terms: Sequence[Term]) -> Term:
    """Days from one to another; whole days that have passed between two moments, days where one of them is a day."""
    width = to.world.width
    kinds = {term.kind for term in terms}
    if kinds == {"moment"}:
        passed = to.again(Term("number", width.cast(_seconds(terms[0].value, terms[1].value)))).value
        whole = arithmetic.whole_parts(exp.Abs(this=passed.copy()), sql.whole(DAY))
        rest = sql.binary(exp.NEQ, sql.binary(exp.Mod, passed.copy(), sql.whole(DAY)), sql.whole(0))
        # a day begun backwards counts
        back = exp.Neg(this=exp.Paren(this=sql.case([(rest, sql.binary(exp.Add, whole, sql.whole(1)))], whole.copy())))
        return arithmetic.united("number", sql.case([(_less(passed, sql.whole(0)), back)], whole.copy()), terms)
    if not kinds <= {"date", "moment"}:
        raise Beyond("时刻之间的天数", "days between moments")
    start, end = (exp.cast(term.value, "date") if term.kind == "moment" else term.value for term in terms)
    return arithmetic.united("number", width.cast(sql.binary(exp.Sub, end, start)), terms)


def hours(to: Encoder, terms: Sequence[Term]) -> Term:
    """Hours from one moment to another. Raises Beyond where one is a day."""
    if {term.kind for term in terms} != {"moment"}:
        raise Beyond("日期与时刻之间的小时", "hours between a day and a moment")
    seconds = to.world.width.cast(_seconds(terms[0].value, terms[1].value))
    return arithmetic.united("number", seconds, terms, den=3_600)


def _seconds(start: Sql, end: Sql) -> Sql:
    return exp.TimestampDiff(this=end.copy(), expression=start.copy(), unit=exp.var("SECOND"))


def _less(left: Sql, right: Sql) -> Sql:
    return sql.binary(exp.LT, left, right)


def _part(name: str, day: Sql) -> Sql:
    return sql.function(name, day.copy())


def _last(day: Sql) -> Sql:
    """The last day of the month; what is none stays none."""
    return exp.cast(sql.function("last_day", day.copy()), "date")


def _months(start: Sql, end: Sql) -> Sql:
    """Whole months, negative where the end is earlier."""

    def forward(one: Sql, other: Sql) -> Sql:
        years = sql.binary(exp.Sub, _part("year", other), _part("year", one))
        months = sql.binary(exp.Sub, _part("month", other), _part("month", one))
        apart = sql.binary(exp.Add, sql.binary(exp.Mul, years, sql.whole(12)), months)
        # the same day of the month, or the last where there is none
        reached = sql.some(
            sql.binary(exp.LTE, _part("day", one), _part("day", other)),
            sql.binary(exp.EQ, other.copy(), _last(other)),
        )
        return sql.case([(reached, apart)], sql.binary(exp.Sub, apart.copy(), sql.whole(1)))

    there = sql.every(sql.there(start.copy()), sql.there(end.copy()))
    back = exp.Neg(this=exp.Paren(this=forward(end, start)))
    return sql.case([(sql.negated(there), sql.NULL), (_less(end.copy(), start.copy()), back)], forward(start, end))


def _undefined(to: Encoder, value: Sql, fine: Sql, parts: Sequence[Term]) -> Term:
    """A day that is there only where a condition holds; else it is undefined, unless a part lacks."""
    term = arithmetic.united("date", sql.case([(fine, value)], sql.NULL), parts)
    wrong = sql.negated(fine.copy())
    lack = sql.case([(wrong, sql.whole(Grade.INVALID))], term.lack or sql.whole(0))
    why = sql.case([(wrong, sql.numbers([to.reason(Lack.UNDEFINED)]))], term.why or sql.numbers([]))
    return Term("date", term.value, lack=lack, why=why)


def _made(to: Encoder, parts: Sequence[Term]) -> Term:
    year, month, day = (term.value for term in parts)

    def within(value: Sql, least: int, most: Sql) -> Sql:
        low = sql.binary(exp.GTE, value.copy(), sql.whole(least))
        return sql.every(low, sql.binary(exp.LTE, value.copy(), most))

    def made(of_day: Sql) -> Sql:
        small = [exp.cast(part.copy(), "INT") for part in (year, month)]
        return exp.DateFromParts(year=small[0], month=small[1], day=exp.cast(of_day.copy(), "INT"))

    months = sql.every(within(year, 1, sql.whole(9999)), within(month, 1, sql.whole(12)))
    last = _part("day", _last(made(sql.whole(1))))
    fine = sql.case([(months, within(day, 1, last)), (sql.negated(months.copy()), sql.FALSE)], sql.NULL)
    known = to.again(Term("bool", fine)).value
    return _undefined(to, made(day), known, parts)


def _shifted(to: Encoder, op: str, parts: Sequence[Term]) -> Term:
    """So many days or months later or earlier; months end on the last day where there is no such day."""
    start, count = parts[0].value, parts[1].value
    months = op.endswith("months")
    signed = exp.Neg(this=sql.nested(count.copy())) if op.startswith("sub") else count.copy()
    most = sql.whole(MOST_MONTHS if months else MOST_DAYS)
    near = sql.binary(exp.LTE, exp.Abs(this=count.copy()), most)
    shift = exp.DateAdd(
        this=start.copy(),
        expression=exp.Paren(this=exp.cast(signed, "INT")),
        unit=exp.var("MONTH" if months else "DAY"),
    )
    moved = to.again(Term("date", sql.case([(near, exp.cast(shift, "date"))], sql.NULL))).value
    year = _part("year", moved)
    inside = sql.every(sql.binary(exp.GTE, year, sql.whole(1)), sql.binary(exp.LTE, year.copy(), sql.whole(9999)))
    fine = sql.case([(near.copy(), inside), (sql.negated(near.copy()), sql.FALSE)], sql.NULL)
    return _undefined(to, moved, fine, parts)
