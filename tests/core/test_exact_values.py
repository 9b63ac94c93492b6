"""Units, exact numbers, reasons and operations on plain values: laws, and each edge that a case could stand on."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policydsl.core.operators import OPERATIONS, Undefined
from policydsl.core.units import PLAIN, Measure, Unit, base, currency_of, english, plain_measure
from policydsl.core.values import (
    Blocked,
    Cause,
    Lack,
    NotApplicable,
    decimal_text,
    exact,
    status_of,
    unite,
)

NAMES = ("元", "家", "月", "天")
UNITS = st.dictionaries(st.sampled_from(NAMES), st.sampled_from([-2, -1, 1, 2])).map(
    lambda powers: Unit(tuple(sorted(powers.items())))
)

# ---------------------------------------------------------------- units


@given(UNITS, UNITS, UNITS)
def test_units_are_a_group(one: Unit, two: Unit, three: Unit) -> None:
    assert one * two == two * one
    assert (one * two) * three == one * (two * three)
    assert one * PLAIN == one / PLAIN == one
    assert (one * two) / two == one
    assert (one / one).plain and (one / one) == PLAIN
    assert one.plain is (one == PLAIN)


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        (PLAIN, ""),
        (base("元"), "元"),
        (base("元") / base("家"), "元/家"),
        (PLAIN / base("家"), "1/家"),
        (base("元") * base("元"), "元^2"),
        (base("元") / base("家") / base("家") / base("月"), "元/家^2·月"),
        (base("元") * base("家"), "元·家"),
    ],
)
def test_a_unit_is_said(unit: Unit, said: str) -> None:
    assert str(unit) == said
    assert plain_measure(unit) == Measure(unit, said, Fraction(1))


def test_units_of_time_in_english() -> None:
    assert english(base("元") / base("月")) == "元/month"
    assert [english(base(name)) for name in ("天", "工作日", "小时", "firm")] == ["day", "workday", "hour", "firm"]
    assert english(base("月") * base("月")) == "month^2"


@pytest.mark.parametrize(
    ("word", "pays", "meant"),
    [
        ("£", "人民币元", ("GBP", 1)),
        ("£", "英镑", ("英镑", 1)),
        ("pence", "GBP", ("GBP", Fraction(1, 100))),
        ("penny", "EUR", ("GBP", Fraction(1, 100))),
        ("$", "元", ("USD", 1)),
        ("$", "CAD", ("CAD", 1)),
        ("dollars", "港元", ("港元", 1)),
        ("€", "USD", ("EUR", 1)),
        ("euros", "欧元", ("欧元", 1)),
        # a cent is of the euro or a dollar that the policy pays in, and of nothing where it pays in neither
        ("cents", "EUR", ("EUR", Fraction(1, 100))),
        ("cent", "USD", ("USD", Fraction(1, 100))),
        ("cents", "元", None),
        ("quid", "GBP", None),
    ],
)
def test_a_word_for_money(word: str, pays: str, meant: tuple[str, Fraction] | None) -> None:
    assert currency_of(word, pays) == meant


def test_so_many_of_a_measure() -> None:
    assert Measure(base("元"), "万元", Fraction(10_000)).of(Fraction(3, 2)) == 15_000
    assert plain_measure(base("元")).of(Fraction(3, 2)) == Fraction(3, 2)


# ---------------------------------------------------------------- exact numbers


@given(st.fractions())
def test_a_number_as_text_is_that_number(number: Fraction) -> None:
    text = decimal_text(exact(number))
    assert Fraction(text) == number
    finite = number.denominator == 2 ** _power_in(number.denominator, 2) * 5 ** _power_in(number.denominator, 5)
    assert ("/" in text) is not finite
    assert not text.endswith("0") or "." not in text


def _power_in(number: int, prime: int) -> int:
    count = 0
    while number % prime == 0:
        number, count = number // prime, count + 1
    return count


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (-12, "-12"),
        (Fraction(5, 4), "1.25"),
        (Fraction(-1, 200), "-0.005"),
        (Fraction(1, 8), "0.125"),
        (Fraction(3, 50), "0.06"),
        (Fraction(13, 12), "13/12"),
        (Fraction(-1, 3), "-1/3"),
        # beyond what a float holds
        (Fraction(1, 2 * 5**30), f"0.{str(2**29).rjust(30, '0')}"),
        (Fraction(1, 2**70), f"0.{str(5**70).rjust(70, '0')}"),
        # a fraction that is whole, should one come
        (Fraction(30), "30"),
        (Fraction(0), "0"),
    ],
)
def test_the_text_of_a_number(number: Fraction | int, text: str) -> None:
    assert decimal_text(number) == text


@given(st.fractions() | st.integers())
def test_a_number_has_one_form(number: Fraction | int) -> None:
    form = exact(number)
    assert form == number
    assert (type(form) is int) is (Fraction(number).denominator == 1)


# ---------------------------------------------------------------- reasons


def cause(lack: Lack, name: str = "数") -> Cause:
    return Cause(lack, "区", "甲", name)


def test_the_gravest_of_several_reasons_is_shown() -> None:
    known = {lack: Blocked((cause(lack),)).status for lack in Lack}
    assert [lack for lack, status in known.items() if status == "pending"] == [Lack.DECISION]
    assert [lack for lack, status in known.items() if status == "unknown"] == [Lack.MISSING]
    assert list(known.values()).count("invalid") == len(Lack) - 2
    for causes in ((Lack.MISSING, Lack.DECISION), (Lack.DECISION, Lack.MISSING)):
        assert Blocked(tuple(map(cause, causes))).status == "unknown"
    for causes in ((Lack.MISSING, Lack.VIOLATED), (Lack.CONFLICT, Lack.DECISION)):
        assert Blocked(tuple(map(cause, causes))).status == "invalid"
    assert status_of(Blocked((cause(Lack.MISSING),))) == "unknown"
    assert [status_of(value) for value in (0, False, "", NotApplicable())] == ["value"] * 4


def test_reasons_are_united_in_the_order_they_were_met_and_each_once() -> None:
    one, two, three = (cause(Lack.MISSING, name) for name in "子丑寅")
    assert unite(Blocked((two, one)), Blocked((one, three)), Blocked((two,))).causes == (two, one, three)
    alone = Blocked((one,))
    assert unite(alone) is alone


# ---------------------------------------------------------------- operations


def of(name: str, *operands: object) -> object:
    return OPERATIONS[name].apply(*operands)


DAY = date(2024, 2, 29)
UP = ((False, ()),)
"""One key, the lowest first, of no list of words."""
WEEK = (date(2025, 9, 1), date(2025, 9, 30), (date(2025, 9, 10),), (date(2025, 9, 13),))


@pytest.mark.parametrize(
    ("name", "operands", "wanted"),
    [
        ("add", (Fraction(1, 2), Fraction(3, 2)), 2),
        ("sub", (Fraction(5, 2), Fraction(1, 2)), 2),
        ("mul", (Fraction(3, 2), 4), 6),
        ("div", (6, 3), 2),
        ("div", (1, 3), Fraction(1, 3)),
        ("div", (Fraction(1, 2), Fraction(1, 4)), 2),
        ("div", (3, Fraction(3, 2)), 2),
        ("excess", (5, 3), 2),
        ("excess", (3, 5), 0),
        ("shortfall", (3, 5), 2),
        ("shortfall", (5, 3), 0),
        ("neg", (3,), -3),
        ("abs", (Fraction(-1, 2),), Fraction(1, 2)),
        ("add_months", (DAY, 12), date(2025, 2, 28)),
        ("sub_months", (DAY, 12), date(2023, 2, 28)),
        ("add_days", (DAY, 1), date(2024, 3, 1)),
        ("sub_days", (DAY, 29), date(2024, 1, 31)),
        ("years_between", (DAY, date(2025, 2, 28)), 12),
        ("years_between", (DAY, date(2025, 2, 27)), 0),
        ("years_between", (date(2025, 2, 27), DAY), 0),
        ("years_between", (date(2026, 3, 1), DAY), -24),
        ("years_between", (date(2025, 1, 31), date(2024, 2, 1)), 0),
        ("hours_between", (datetime(2025, 8, 31, 18), datetime(2025, 9, 1)), 6),
        ("hours_between", (datetime(2025, 8, 31, 18), datetime(2025, 8, 31, 18, 30)), Fraction(1, 2)),
        ("date_of", (2024, 2, 29), DAY),
        ("days_between", (DAY, date(2024, 3, 1)), 1),
        ("days_between", (date(2024, 3, 1), DAY), -1),
        ("days_between", (datetime(2024, 2, 29, 23), date(2024, 3, 1)), 1),
        ("days_between", (date(2024, 2, 29), datetime(2024, 3, 1, 1)), 1),
        ("month_end", (date(2024, 2, 1),), DAY),
        ("month_end", (date(2025, 12, 31),), date(2025, 12, 31)),
        ("month_end", (date(2025, 4, 30),), date(2025, 4, 30)),
        # of one day, of days that touch, of one within another
        ("covered_days", ((DAY,), (DAY,)), 1),
        ("covered_days", ((DAY, date(2024, 3, 1)), (DAY, date(2024, 3, 1))), 2),
        ("covered_days", ((DAY, DAY), (date(2024, 3, 3), date(2024, 3, 1))), 4),
        ("year_of", (DAY,), 2024),
        ("month_of", (DAY,), 2),
        ("day_of", (DAY,), 29),
        ("workdays_between", (date(2025, 9, 8), date(2025, 9, 15), WEEK), 5),
        # a Saturday and a Sunday, and a Saturday that is worked
        ("workdays_between", (date(2025, 9, 5), date(2025, 9, 7), WEEK), 0),
        ("workdays_between", (date(2025, 9, 12), date(2025, 9, 14), WEEK), 1),
        ("add_workdays", (date(2025, 9, 9), 1, WEEK), date(2025, 9, 11)),
        ("add_workdays", (date(2025, 9, 9), 0, WEEK), date(2025, 9, 9)),
        ("sub_workdays", (date(2025, 9, 11), 1, WEEK), date(2025, 9, 9)),
        ("list_sum", ((1, Fraction(1, 2), Fraction(1, 2)),), 2),
        ("list_sum", ((),), 0),
        ("list_mean", ((1, 2),), Fraction(3, 2)),
        ("list_mean", ((1, 3),), 2),
        ("list_max", ((1, 3, 2),), 3),
        ("list_min", ((3, 1, 2),), 1),
        ("list_count", (("甲", "甲"),), 2),
        ("list_nth", (("甲", "乙", "丙"), (3, 1, 2), 1, UP), "乙"),
        ("list_nth", (("甲", "乙", "丙"), (3, 1, 2), 3, UP), "甲"),
        ("list_nth", (("甲", "乙", "丙"), (3, 1, 2), 1, ((True, ()),)), "甲"),
        ("list_nth", (("甲", "乙"), ("好", "差"), 1, ((False, ("差", "好")),)), "乙"),
        ("list_nth", (("甲", "乙", "丙"), (1, 1, 0), (5, 4, 9), 2, (*UP, *UP)), "乙"),
        # rows of the same place that hold the same are as good as one
        ("list_nth", (("甲", "甲", "丙"), (1, 1, 2), 2, UP), "甲"),
        ("list_at", (("甲", "乙"), 2), "乙"),
        ("list_at", (("甲", "乙"), 1), "甲"),
    ],
)
def test_what_an_operation_gives(name: str, operands: tuple[object, ...], wanted: object) -> None:
    found = of(name, *operands)
    assert (found, type(found)) == (wanted, type(wanted))


@pytest.mark.parametrize(
    ("name", "operands", "said"),
    [
        ("div", (1, 0), "除数为零 / division by zero"),
        ("add_months", (DAY, Fraction(1, 2)), "只能加减整月、整天 / only whole months and days can be added"),
        ("add_days", (DAY, Fraction(1, 2)), "只能加减整月、整天 / only whole months and days can be added"),
        ("add_days", (DAY, 10**7), "年份超出日历 / beyond the calendar"),
        ("sub_months", (DAY, 10**6), "年份超出日历 / beyond the calendar"),
        ("date_of", (2025, 2, 29), "日历上没有这一天 / the calendar has no such day"),
        ("date_of", (10**10, 1, 1), "日历上没有这一天 / the calendar has no such day"),
        ("list_max", ((),), "清单是空的 / the list is empty"),
        ("list_min", ((),), "清单是空的 / the list is empty"),
        ("list_mean", ((),), "清单是空的 / the list is empty"),
        ("list_nth", (("甲",), (1,), 2, UP), "没有这么多行 / there are not so many rows"),
        ("list_at", (("甲",), 2), "没有这么多行 / there are not so many rows"),
        ("list_nth", (("甲",), (1,), 0, UP), "第几要从一数起 / places are counted from one"),
        ("list_at", (("甲",), Fraction(1, 2)), "第几要从一数起 / places are counted from one"),
        (
            "list_nth",
            (("甲", "乙"), (1, 1), 1, UP),
            "次序相同的行不止一行,不知道哪一行在前 / rows of the same place in the order",
        ),
        (
            "workdays_between",
            (date(2025, 9, 29), date(2025, 10, 1), WEEK),
            "日历没有覆盖2025年10月1日 / the calendar does not cover 2025-10-01",
        ),
        (
            "add_workdays",
            (date(2025, 9, 29), 2, WEEK),
            "日历没有覆盖2025年10月1日 / the calendar does not cover 2025-10-01",
        ),
        (
            "add_workdays",
            (date(2025, 9, 29), Fraction(1, 2), WEEK),
            "只能加减整月、整天 / only whole months and days can be added",
        ),
    ],
)
def test_why_an_operation_gives_nothing(name: str, operands: tuple[object, ...], said: str) -> None:
    with pytest.raises(Undefined) as raised:
        of(name, *operands)
    assert str(raised.value) == said


def test_a_shift_of_working_days_beyond_the_last_day_there_is() -> None:
    every = (date(1, 1, 1), date.max, (), ())
    for operation, day in (("add_workdays", date(9999, 12, 30)), ("sub_workdays", date(1, 1, 2))):
        with pytest.raises(Undefined) as raised:
            of(operation, day, 5, every)
        assert str(raised.value) == "年份超出日历 / beyond the calendar"
