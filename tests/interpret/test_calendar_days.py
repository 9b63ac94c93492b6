"""Days, months and working days at their edges: a leap day, the last hour of a day, both ends of the calendar, both directions."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

import pytest

from policydsl.core.calendar import (
    BeyondCalendar,
    WorkingDays,
    add_months,
    alike,
    covered,
    hours_between,
    months_between,
    overlap,
)

LEAP = date(2024, 2, 29)


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        (LEAP, 12, date(2025, 2, 28)),
        (LEAP, 48, date(2028, 2, 29)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2025, 8, 31), -6, date(2025, 2, 28)),
        (date(2025, 12, 31), 1, date(2026, 1, 31)),
        (date(9999, 11, 30), 1, date(9999, 12, 30)),
        (date(1, 2, 1), -1, date(1, 1, 1)),
    ],
)
def test_months_are_added_up_to_the_ends_of_the_calendar(day: date, months: int, found: date) -> None:
    assert add_months(day, months) == found


@pytest.mark.parametrize(("day", "months"), [(date(9999, 12, 1), 1), (date(1, 1, 1), -1)])
def test_beyond_the_calendar_is_told(day: date, months: int) -> None:
    with pytest.raises(OverflowError, match=r"^年份超出日历 / beyond the calendar$"):
        add_months(day, months)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (LEAP, LEAP, 0),
        (LEAP, date(2025, 2, 27), 11),
        (LEAP, date(2025, 2, 28), 12),
        (date(2025, 2, 28), LEAP, -12),
        (date(2025, 7, 31), date(2025, 8, 31), 1),
        (date(2025, 8, 31), date(2025, 7, 31), -1),
        (date(2025, 8, 31), date(2025, 9, 29), 0),
        (date(2025, 8, 31), date(2025, 9, 30), 1),
    ],
)
def test_whole_months_both_ways(start: date, end: date, months: int) -> None:
    assert months_between(start, end) == months


def test_hours_and_their_fractions() -> None:
    end_of_august = datetime(2025, 9, 1)
    assert hours_between(datetime(2025, 8, 31, 18), end_of_august) == 6
    assert hours_between(datetime(2025, 8, 29, 23, 30, 1), end_of_august) == 48 + Fraction(1799, 3600)
    assert hours_between(end_of_august, datetime(2025, 8, 31, 18)) == -6


def test_a_moment_beside_a_day_is_its_day() -> None:
    late = datetime(2025, 8, 31, 23, 59)
    assert alike(late, date(2025, 8, 31)) == (date(2025, 8, 31), date(2025, 8, 31))
    assert alike(late, datetime(2025, 8, 31)) == (late, datetime(2025, 8, 31))
    assert alike(LEAP, date(2025, 1, 2)) == (LEAP, date(2025, 1, 2))


def test_periods_that_touch_and_that_do_not() -> None:
    first, last = date(2025, 8, 1), date(2025, 8, 31)
    assert overlap(last, date(2025, 9, 5), first, last) == 1
    assert overlap(date(2025, 9, 1), date(2025, 9, 5), first, last) == 0
    assert covered((first, date(2025, 8, 31)), (last, date(2025, 9, 2))) == 33
    with pytest.raises(ValueError, match="argument"):
        covered((first, last), (last,))


def test_working_days_at_the_ends_of_the_calendar_and_backwards() -> None:
    # a Monday to a Friday; the Wednesday is a holiday
    week = WorkingDays(date(2025, 9, 1), date(2025, 9, 5), frozenset((date(2025, 9, 3),)), frozenset())
    monday, friday = date(2025, 9, 1), date(2025, 9, 5)
    assert week.works(monday)
    assert week.works(friday)
    assert not week.works(date(2025, 9, 3))
    assert week.between(monday, monday) == 0
    assert week.between(monday, friday) == 3
    assert week.between(friday, monday) == -3
    assert week.shift(monday, 3) == friday
    assert week.shift(friday, -3) == monday
    assert week.shift(date(2025, 9, 3), 0) == date(2025, 9, 3)
    for beyond in (date(2025, 8, 31), date(2025, 9, 6)):
        with pytest.raises(BeyondCalendar):
            week.works(beyond)
