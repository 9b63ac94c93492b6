"""Owns the strict operations of `Apply` on plain values: what each computes, and how it is written.

Which types an operation takes is decided in `check/`; here operands are already known to fit.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from attrs import frozen

from policydsl.core import calendar
from policydsl.core.values import Exact, Value, exact


class Undefined(ArithmeticError):
    """The operation has no value for these operands; the message says why, in Chinese and English."""


@frozen
class Operation:
    """One operation: its sign for the reader and its function on exact values."""

    name: str
    sign: str
    apply: Callable[..., Value]


def _divide(left: Exact, right: Exact) -> Exact:
    if right == 0:
        raise Undefined("除数为零 / division by zero")
    return exact(Fraction(left) / right if type(right) is not Fraction else left / right)


def _plus(left: Exact, right: Exact) -> Exact:
    return exact(left + right)


def _minus(left: Exact, right: Exact) -> Exact:
    return exact(left - right)


def _times(left: Exact, right: Exact) -> Exact:
    return exact(left * right)


def _years(months: int) -> int:
    return months // 12 if months >= 0 else -(-months // 12)


def _whole(number: Exact) -> int:
    if not isinstance(number, int):
        raise Undefined("只能加减整月、整天 / only whole months and days can be added")
    return number


def _safely(function: Callable[..., date]) -> Callable[..., date]:
    def shifted(day: date, amount: Exact) -> date:
        try:
            return function(day, _whole(amount))
        except OverflowError:
            raise Undefined("年份超出日历 / beyond the calendar") from None

    return shifted


def _some(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if not values:
        raise Undefined("清单是空的 / the list is empty")
    return values


def _calendar(table: tuple[Any, ...]) -> calendar.WorkingDays:
    return calendar.WorkingDays(table[0], table[1], frozenset(table[2]), frozenset(table[3]))


def _workdays_between(start: date, end: date, table: tuple[Any, ...]) -> int:
    try:
        return _calendar(table).between(start, end)
    except calendar.BeyondCalendar as error:
        raise Undefined(str(error)) from None


def _shift_workdays(day: date, days: int, table: tuple[Any, ...]) -> date:
    try:
        return _calendar(table).shift(day, days)
    except calendar.BeyondCalendar as error:
        raise Undefined(str(error)) from None
    except OverflowError:
        raise Undefined("年份超出日历 / beyond the calendar") from None


def _make_date(year: Exact, month: Exact, day: Exact) -> date:
    try:
        return date(_whole(year), _whole(month), _whole(day))
    except (ValueError, OverflowError):
        raise Undefined("日历上没有这一天 / the calendar has no such day") from None


def opposite(value: Any) -> Any:
    """What stands in order the other way round: for a number, a day or a moment."""
    if isinstance(value, datetime):
        return datetime.min - value
    return -value.toordinal() if isinstance(value, date) else -value


def _nth(values: tuple[Any, ...], *rest: Any) -> Any:
    """The value at a place (1: the first) when the values stand in the order of their keys.

    `rest`: the lists of keys, the place, and for each key whether the highest comes first and the words it is one of, in order."""
    *columns, place, line = rest
    number = _whole_place(place)
    if number > len(values):
        raise Undefined("没有这么多行 / there are not so many rows")
    sorted_by = [[_in_line(value, *said) for value in column] for column, said in zip(columns, line, strict=True)]
    keys = list(zip(*sorted_by, strict=True))
    ranked = sorted(range(len(values)), key=lambda at: keys[at])
    at = ranked[number - 1]
    if any(keys[other] == keys[at] and values[other] != values[at] for other in ranked):
        raise Undefined("次序相同的行不止一行,不知道哪一行在前 / rows of the same place in the order")
    return values[at]


def _in_line(value: Any, descending: bool, members: tuple[str, ...]) -> Any:
    key = members.index(value) if members else value
    return opposite(key) if descending else key


def _whole_place(place: Exact) -> int:
    if not isinstance(place, int) or place < 1:
        raise Undefined("第几要从一数起 / places are counted from one")
    return place


def _nth_as_listed(values: tuple[Any, ...], place: Exact) -> Any:
    number = _whole_place(place)
    if number > len(values):
        raise Undefined("没有这么多行 / there are not so many rows")
    return values[number - 1]


OPERATIONS: dict[str, Operation] = {
    item.name: item
    for item in (
        Operation("add", "+", _plus),
        Operation("sub", "−", _minus),
        Operation("mul", "×", _times),
        Operation("div", "÷", _divide),
        Operation("neg", "−", operator.neg),
        Operation("abs", "绝对值", operator.abs),
        Operation("excess", "超过部分", lambda measure, limit: exact(max(measure - limit, 0))),
        Operation("shortfall", "不足部分", lambda measure, limit: exact(max(limit - measure, 0))),
        Operation("add_months", "+", _safely(calendar.add_months)),
        Operation("add_days", "+", _safely(calendar.add_days)),
        Operation("sub_months", "−", _safely(lambda day, months: calendar.add_months(day, -months))),
        Operation("sub_days", "−", _safely(lambda day, days: calendar.add_days(day, -days))),
        Operation("days_between", "天数", calendar.days_between),
        Operation("hours_between", "小时数", lambda start, end: exact(calendar.hours_between(start, end))),
        Operation("months_between", "整月数", calendar.months_between),
        Operation("years_between", "周年数", lambda start, end: _years(calendar.months_between(start, end)) * 12),
        Operation("year_of", "年份", lambda day: day.year),
        Operation("month_of", "月份", lambda day: day.month),
        Operation("day_of", "日号", lambda day: day.day),
        Operation("date_of", "某日", _make_date),
        Operation("month_end", "月末", calendar.month_end),
        Operation("workdays_between", "工作日数", _workdays_between),
        Operation("add_workdays", "+", lambda day, days, table: _shift_workdays(day, _whole(days), table)),
        Operation("sub_workdays", "−", lambda day, days, table: _shift_workdays(day, -_whole(days), table)),
        Operation("list_sum", "合计", lambda values: exact(sum(values))),
        Operation("list_max", "最大", lambda values: max(_some(values))),
        Operation("list_min", "最小", lambda values: min(_some(values))),
        Operation("list_mean", "平均", lambda values: exact(Fraction(sum(_some(values)), len(values)))),
        Operation("list_count", "计数", len),
        Operation("list_nth", "第几条", _nth),
        Operation("list_at", "第几条", _nth_as_listed),
        Operation("overlap_days", "重叠天数", calendar.overlap),
        Operation("covered_days", "覆盖天数", calendar.covered),
    )
}
