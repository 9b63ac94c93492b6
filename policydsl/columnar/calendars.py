"""Owns working days in a query: the days of a calendar counted beforehand, as lists that a day's number points into.

Of each day that a calendar covers, and of the day before the first, the list `counts` says how many working days there are up to
and including it; `days` are the working days in order. Days are numbered from the day before the first, which is 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from attrs import frozen
from sqlglot import exp

from policydsl.columnar import arithmetic, sql
from policydsl.columnar.sql import Sql
from policydsl.columnar.terms import Beyond, Grade, Term, grade, reasons
from policydsl.core import program as core
from policydsl.core.calendar import WorkingDays
from policydsl.core.values import Lack

if TYPE_CHECKING:
    from policydsl.columnar.encode import Encoder

OPERATIONS = frozenset(("workdays_between", "add_workdays", "sub_workdays"))


@frozen
class _Counted:
    """A calendar made ready to be pointed into."""

    origin: date
    length: int
    counts: tuple[int, ...]
    days: tuple[int, ...]

    @classmethod
    def of(cls, node: core.Expr) -> _Counted:
        """The calendar that a policy writes down. Raises Beyond."""
        if not isinstance(node, core.Const) or not isinstance(node.value, tuple) or len(node.value) != 4:
            raise Beyond("算出来的日历", "a computed calendar")
        first, last, holidays, make_up = node.value
        assert isinstance(first, date) and isinstance(last, date)
        assert isinstance(holidays, tuple) and isinstance(make_up, tuple)
        calendar = WorkingDays(first, last, frozenset(holidays), frozenset(make_up))  # type: ignore[arg-type]
        length = (last - first).days + 1
        works = [calendar.works(first + timedelta(days=at)) for at in range(length)]
        days = tuple([at for at, worked in enumerate(works, start=1) if worked])
        return cls(first - timedelta(days=1), length, (0, *accumulate(map(int, works))), days)

    def number(self, day: Sql) -> Sql:
        """The number of a day; below 0 or above the length where the calendar does not know it."""
        return exp.cast(sql.nested(sql.binary(exp.Sub, day, sql.day(self.origin))), "BIGINT")

    def count(self, number: Sql) -> Sql:
        """How many working days there are up to a day; NULL for a day that the calendar does not know."""
        at = sql.binary(exp.Add, number, sql.whole(1))
        inside = sql.every(_at_least(number, 0), _at_most(number, self.length))
        return sql.case([(inside, _pointed(self.counts, at))], sql.NULL)


def _at_least(number: Sql, least: int) -> Sql:
    return sql.binary(exp.GTE, number.copy(), sql.whole(least))


def _at_most(number: Sql, most: int) -> Sql:
    return sql.binary(exp.LTE, number.copy(), sql.whole(most))


def _pointed(items: Sequence[int], at: Sql) -> Sql:
    """The item at a place counted from 1."""
    listed = sql.packed(items)
    return exp.cast(sql.function("list_extract", listed, exp.cast(at.copy(), "INT")), "BIGINT")


def applied(to: Encoder, node: core.Apply) -> Term:
    """工作日数, and so many working days later or earlier. Raises Beyond."""
    *args, table = node.args
    calendar = _Counted.of(table)
    parts = [to.again(term) for term in to.strict(args)]
    if any(term.kind not in ("date", "number", "never") for term in parts):
        raise Beyond("时刻的运算", "operations on moments")
    if node.op == "workdays_between":
        return _between(to, calendar, parts)
    return _shifted(to, calendar, node.op == "sub_workdays", parts)


def _between(to: Encoder, calendar: _Counted, parts: Sequence[Term]) -> Term:
    """Working days behind the earlier day up to the later one, negative backwards; the days between must be covered."""
    start, end = (to.again(Term("number", calendar.number(part.value))).value for part in parts)
    passed = sql.binary(exp.Sub, calendar.count(end), calendar.count(start))
    same = sql.binary(exp.EQ, start.copy(), end.copy())
    there = sql.every(sql.there(start.copy()), sql.there(end.copy()))
    days = to.again(Term("number", to.world.width.cast(sql.case([(same, sql.whole(0))], sql.nested(passed))))).value
    return _undefined(to, "number", days, sql.every(there, sql.blank(days.copy())), parts)


def _shifted(to: Encoder, calendar: _Counted, back: bool, parts: Sequence[Term]) -> Term:
    """The day that comes so many working days later or earlier; the days passed must be covered."""
    day, amount = parts
    whole, broken = amount.value, None
    if amount.den != 1:
        # only whole days can be added
        broken = sql.binary(exp.NEQ, sql.binary(exp.Mod, amount.value, amount.den_sql), sql.whole(0))
        parted = arithmetic.whole_parts(exp.Abs(this=amount.value.copy()), amount.den_sql)
        below = sql.binary(exp.LT, amount.value.copy(), sql.whole(0))
        whole = sql.case([(below, exp.Neg(this=sql.nested(parted)))], parted.copy())
    signed = exp.Neg(this=sql.nested(whole)) if back else whole
    most = len(calendar.days)
    count = to.again(Term("number", signed)).value
    at = to.again(Term("number", calendar.number(day.value))).value
    forward = sql.binary(exp.Add, calendar.count(at), count.copy())
    before = sql.binary(exp.Sub, at.copy(), sql.whole(1))
    backward = sql.binary(exp.Add, sql.binary(exp.Add, calendar.count(before), sql.whole(1)), count.copy())
    later = sql.binary(exp.GT, count.copy(), sql.whole(0))
    place = to.again(Term("number", sql.case([(later, forward)], backward))).value
    inside = sql.every(_at_least(place, 1), _at_most(place, most))
    found = sql.case([(inside, _pointed(calendar.days, place))], sql.NULL)
    moved = exp.cast(
        exp.DateAdd(
            this=sql.day(calendar.origin), expression=exp.Paren(this=exp.cast(found, "INT")), unit=exp.var("DAY")
        ),
        "date",
    )
    still = sql.binary(exp.EQ, count.copy(), sql.whole(0))
    result = sql.case([(still, day.value.copy())], moved)
    if broken is not None:
        result = sql.case([(sql.negated(broken), result)], sql.NULL)
    value = to.again(Term("date", result)).value
    there = sql.every(sql.there(at.copy()), sql.there(count.copy()))
    return _undefined(to, "date", value, sql.every(there, sql.blank(value.copy())), parts)


def _undefined(to: Encoder, kind: str, value: Sql, wrong: Sql, parts: Sequence[Term]) -> Term:
    """A value that is undefined where a condition holds, unless a part lacks."""
    lack, why = grade([part.lack for part in parts]), reasons([part.why for part in parts])
    undefined = to.reason(Lack.UNDEFINED)
    return Term(
        kind,  # type: ignore[arg-type]
        value,
        lack=sql.case([(wrong, sql.whole(Grade.INVALID))], lack or sql.whole(0)),
        why=sql.case([(wrong.copy(), sql.numbers([undefined]))], why or sql.numbers([])),
    )
