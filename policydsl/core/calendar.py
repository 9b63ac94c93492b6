"""Owns calendar arithmetic on days: months with the end-of-month rule, whole months and years between, overlaps."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from fractions import Fraction

from attrs import frozen


class BeyondCalendar(ValueError):
    """A day outside the days that a calendar of working days covers."""


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
    """Whole months from `start` to `end`; negative where `end` is earlier. A day and a moment are compared as days."""
    start, end = alike(start, end)
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1


def days_between(start: date, end: date) -> int:
    """Days from `start` to `end`, the first not counted."""
    start, end = alike(start, end)
    return (end - start).days


def hours_between(start: datetime, end: datetime) -> Fraction:
    """Hours from one moment to another."""
    passed = end - start
    return Fraction(passed.days * 86_400 + passed.seconds, 3_600)


def alike(*times: date) -> tuple[date, ...]:
    """The same times, as days where not all of them are moments."""
    if len({isinstance(time, datetime) for time in times}) == 1:
        return times
    return tuple([date(time.year, time.month, time.day) for time in times])


def overlap(start: date, end: date, first: date, last: date) -> int:
    """Days that the periods start…end and first…last share, both ends counted."""
    start, end, first, last = (date(time.year, time.month, time.day) for time in (start, end, first, last))
    return max(0, (min(end, last) - max(start, first)).days + 1)


def covered(starts: tuple[date, ...], ends: tuple[date, ...]) -> int:
    """Days that at least one of the periods covers, both ends counted; a period that ends before it begins covers none."""
    days = 0
    last: date | None = None
    for start, end in sorted((day_of(start), day_of(end)) for start, end in zip(starts, ends, strict=True)):
        begin = start if last is None or start > last else last + timedelta(days=1)
        if end >= begin:
            days += (end - begin).days + 1
            last = end
    return days


def day_of(time: date) -> date:
    """The day of a day or a moment."""
    return date(time.year, time.month, time.day)


def month_end(day: date) -> date:
    """The last day of the month of `day`."""
    return date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])


@frozen
class WorkingDays:
    """Which days of a covered period are working days: Monday to Friday but holidays, and make-up days."""

    first: date
    last: date
    holidays: frozenset[date]
    make_up: frozenset[date]

    def works(self, day: date) -> bool:
        """Whether `day` is a working day. Raises BeyondCalendar outside the covered days."""
        if not self.first <= day <= self.last:
            said = f"{day.year}年{day.month}月{day.day}日"
            raise BeyondCalendar(f"日历没有覆盖{said} / the calendar does not cover {day.isoformat()}")
        return day in self.make_up or (day.weekday() < 5 and day not in self.holidays)

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end` (the day of the event is not counted); negative backwards."""
        if end < start:
            return -self.between(end, start)
        days = (end - start).days
        return sum(self.works(start + timedelta(days=count)) for count in range(1, days + 1))

    def shift(self, day: date, count: int) -> date:
        """The `count`-th working day after (or, negative, before) `day`, which is not counted itself."""
        step = timedelta(days=1 if count >= 0 else -1)
        left = abs(count)
        while left:
            day += step
            left -= self.works(day)
        return day
