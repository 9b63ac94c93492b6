"""Owns calendar arithmetic on days: months with the end-of-month rule, whole months and years between, overlaps."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta


def add_months(day: date, months: int) -> date:
    """The same day `months` later; the last day of the month where there is no such day (31 January + 1 month = 28 February)."""
    at = day.year * 12 + day.month - 1 + months
    year, month = at // 12, at % 12 + 1
    if not 1 <= year <= 9999:
        raise OverflowError("年份超出日历 / beyond the calendar")
    last = calendar.monthrange(year, month)[1]
    return day.replace(year=year, month=month, day=min(day.day, last))


def add_days(day: date, days: int) -> date:
    """`days` later. Raises OverflowError beyond the calendar."""
    return day + timedelta(days=days)


def months_between(start: date, end: date) -> int:
    """Whole months from `start` to `end`; negative where `end` is earlier."""
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1


def days_between(start: date, end: date) -> int:
    """Days from `start` to `end`, the first not counted."""
    if isinstance(start, datetime) != isinstance(end, datetime):
        start, end = date(start.year, start.month, start.day), date(end.year, end.month, end.day)
    return (end - start).days


def overlap(start: date, end: date, first: date, last: date) -> int:
    """Days that the periods start…end and first…last share, both ends counted."""
    return max(0, (min(end, last) - max(start, first)).days + 1)


def month_end(day: date) -> date:
    """The last day of the month of `day`."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
