"""One cell: what people write, and what it must come to."""

from __future__ import annotations

from datetime import date, datetime, time
from fractions import Fraction

import pytest
from facts_world import HOME, WAN, YUAN, world

from policydsl.core.program import Field
from policydsl.core.types import BOOL, DATE, MOMENT, RATIO, TEXT, ListOf, Member, Number, Optional, Type
from policydsl.core.units import PLAIN, POINT, Measure, base
from policydsl.core.values import NONE
from policydsl.facts.cell import Column, Reading
from policydsl.facts.findings import Problem
from policydsl.facts.grid import Fault, Numeral, Percent, Verbatim
from policydsl.facts.quantity import Units

COUNT, MONEY, PERCENT = Number(HOME, whole=True), Number(YUAN), Measure(PLAIN, "%", Fraction(1, 100))


def value(raw: object, type_: Type, *, measure: Measure | None = None, unit: str = "", **more: object) -> object:
    """What a raw cell comes to; the code of its problem where it has one."""
    program = world()
    reading = Reading(Column(Field("数", type_, measure=measure, **more), unit), program, Units(program))  # type: ignore[arg-type]
    one = reading.one(raw)
    assert reading.all([raw, raw]) == [one, one]
    if isinstance(one, Problem):
        assert one.text("zh") and one.text("en")
        return one.code
    return one


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("1050", 1050),
        ("1,050", 1050),
        ("1\uff0c050\u5bb6", 1050),
        ("1,050家", 1050),
        (" 1,050 家\u3000", 1050),
        ("\uff11\uff12\u5bb6", 12),
        ("3万家", 30000),
        ("1.2万", 12000),
        (12.0, 12),
        (12, 12),
        (0.0, 0),
        (Numeral("1e2"), 100),
        ("", None),
        ("\u3000\u00a0 ", None),
        (None, None),
        (12.5, "facts-not-whole"),
        ("12.5家", "facts-not-whole"),
        (Numeral("12.5"), "facts-not-whole"),
        ("1/3", "facts-not-whole"),
        (-1.0, "facts-negative"),
        ("-1", "facts-negative"),
        ("5人次", "facts-unit"),
        ("5万元", "facts-unit"),
        (Percent(0.85), "facts-unit"),
        ("约5家", "facts-not-number"),
        ("三十", "facts-not-number"),
        ("1,05", "facts-not-number"),
        ("1 050", "facts-not-number"),
        ("2025-8-31", "facts-not-number"),
        (True, "facts-not-number"),
        (date(2025, 8, 31), "facts-not-number"),
        ("1.2E+17", "facts-precision"),
        (1.2e17, "facts-precision"),
        (float("nan"), "facts-precision"),
        (float("inf"), "facts-precision"),
        ("9" * 70, "facts-precision"),
        ("#DIV/0!", "facts-error-cell"),
        ("\uff03DIV/0!", "facts-error-cell"),
        (Fault("facts-formula", "=1"), "facts-formula"),
        ("无", "facts-not-number"),
        ([1], "facts-nested"),
        ({"值": 1}, "facts-nested"),
    ],
)
def test_counts(raw: object, wanted: object) -> None:
    assert value(raw, COUNT) == wanted


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("35", 350_000),
        (35.0, 350_000),
        (0.1, 1000),
        (0.185, 1850),
        (Fraction(1, 3), Fraction(10000, 3)),
        ("35万", 350_000),
        ("35万元", 350_000),
        ("350,000元", 350_000),
        ("\uffe5350,000", 350_000),
        ("0.5亿元", 50_000_000),
        ("-2", -20_000),
        ("13/12", Fraction(130000, 12)),
        (Numeral("0.1"), 1000),
        ("35万家", "facts-unit"),
        ("35%", "facts-unit"),
        ("1/0", "facts-not-number"),
    ],
)
def test_money_in_wan(raw: object, wanted: object) -> None:
    assert value(raw, MONEY, measure=WAN) == wanted


def test_header_unit_rules_bare_numbers_only() -> None:
    assert value("35", MONEY, unit="万元") == 350_000
    assert value("35", MONEY, measure=WAN, unit="元") == 35
    assert value("35万元", MONEY, unit="元") == 350_000
    assert value(12.0, COUNT, unit="家") == 12


def test_rates_per_unit() -> None:
    rate = Number(YUAN / HOME)
    assert value("300元/家", rate) == 300
    assert value("0.03万元/家", rate) == 300
    assert value("300元", rate) == "facts-unit"


@pytest.mark.parametrize(
    ("raw", "measure", "wanted"),
    [
        ("85%", None, Fraction(17, 20)),
        ("\uff18\uff15\uff05", None, Fraction(17, 20)),
        ("0.85", None, Fraction(17, 20)),
        (0.85, None, Fraction(17, 20)),
        (Percent(0.85), None, Fraction(17, 20)),
        (Percent(0.85), PERCENT, Fraction(17, 20)),
        ("85", PERCENT, Fraction(17, 20)),
        (85.0, PERCENT, Fraction(17, 20)),
        ("850‰", None, Fraction(17, 20)),
        ("5个百分点", None, "facts-unit"),
    ],
)
def test_ratios(raw: object, measure: Measure | None, wanted: object) -> None:
    assert value(raw, RATIO, measure=measure) == wanted


def test_percentage_points_are_no_percent() -> None:
    points = Number(base(POINT))
    assert value("5个百分点", points) == Fraction(1, 20)
    assert value("5%", points) == "facts-unit"


def test_units_mean_what_they_mean_in_a_policy() -> None:
    assert value("12firm", COUNT) == 12
    assert value("12个家", COUNT) == 12
    assert value("3角", MONEY) == Fraction(3, 10)
    assert value("3年", Number(base("月"), whole=True)) == 36
    assert value("2周", Number(base("天"), whole=True)) == 14
    assert value("2天", Number(base("工作日"), whole=True)) == "facts-unit"


def test_fractional_field_takes_fractions_and_losses() -> None:
    assert value("12.5家", COUNT, fractional=True) == Fraction(25, 2)
    assert value("-3", COUNT, fractional=True) == -3


def test_floats_are_their_shortest_decimal() -> None:
    assert value(0.1, RATIO) == Fraction(1, 10)
    assert value(1e-7, RATIO) == Fraction(1, 10**7)
    assert value(0.1 + 0.2, RATIO) == Fraction("0.30000000000000004")


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("2025-08-31", date(2025, 8, 31)),
        ("2025-8-31", date(2025, 8, 31)),
        ("2025/8/31", date(2025, 8, 31)),
        ("2025.8.31", date(2025, 8, 31)),
        ("2025年8月31日", date(2025, 8, 31)),
        ("\uff12\uff10\uff12\uff15年8月31日", date(2025, 8, 31)),
        ("20250831", date(2025, 8, 31)),
        (20250831.0, date(2025, 8, 31)),
        (date(2025, 8, 31), date(2025, 8, 31)),
        (datetime(2025, 8, 31), date(2025, 8, 31)),
        ("2025-08-31 00:00:00", date(2025, 8, 31)),
        (datetime(2025, 8, 31, 18), "facts-not-date"),
        ("2025-02-30", "facts-not-date"),
        ("2025年8月", "facts-not-date"),
        ("8月31日", "facts-not-date"),
        (2025.8, "facts-not-date"),
        (45900.0, "facts-not-date"),
        (time(18), "facts-not-date"),
        (True, "facts-not-date"),
        ("3/4/2025", "facts-ambiguous-date"),
        ("31.8.2025", "facts-ambiguous-date"),
        ("25-8-31", "facts-ambiguous-date"),
    ],
)
def test_dates(raw: object, wanted: object) -> None:
    assert value(raw, DATE) == wanted


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("2025-08-31 18:00", datetime(2025, 8, 31, 18)),
        ("2025-08-31T18:00:01", datetime(2025, 8, 31, 18, 0, 1)),
        ("2025年8月31日18时", datetime(2025, 8, 31, 18)),
        ("2025年8月31日 18时30分", datetime(2025, 8, 31, 18, 30)),
        ("2025-08-31 24:00", datetime(2025, 9, 1)),
        (datetime(2025, 8, 31, 18), datetime(2025, 8, 31, 18)),
        ("2025-08-31", "facts-not-moment"),
        (date(2025, 8, 31), "facts-not-moment"),
        ("2025-08-31 25:00", "facts-not-moment"),
        ("2025-08-31T18:00:00Z", "facts-not-moment"),
        ("9999-12-31 24:00", "facts-not-moment"),
        ("3/4/2025 18:00", "facts-ambiguous-date"),
    ],
)
def test_moments(raw: object, wanted: object) -> None:
    assert value(raw, MOMENT) == wanted


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        *((text, True) for text in ("是", " 是 ", "√", "TRUE", "true", "yes", "真", "\uff39\uff25\uff33", True)),
        *((text, False) for text in ("否", "×", "FALSE", "no", "假", False)),
        *((text, "facts-not-bool") for text in ("1", 1.0, 0.0, "是的", "通过")),
    ],
)
def test_bools(raw: object, wanted: object) -> None:
    assert value(raw, BOOL) is wanted or value(raw, BOOL) == wanted == "facts-not-bool"


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        (" 甲\u3000", "甲"),
        ("007", "007"),
        (7.0, "7"),
        (123456789012345.0, "123456789012345"),
        (1.2345e17, "facts-code-mangled"),
        (float("nan"), "facts-code-mangled"),
        ("1.2345E+17", "facts-code-mangled"),
        ("1E5", "1E5"),
        (Verbatim("1.2345E+17"), "1.2345E+17"),
        (Verbatim(""), None),
        (Numeral("123456789012345678"), "123456789012345678"),
        (Numeral("1.5"), "facts-not-text"),
        (2025.1, "facts-not-text"),
        (date(2025, 3, 4), "facts-not-text"),
        (True, "facts-not-text"),
        (Percent(0.5), "facts-not-text"),
        ("#N/A", "facts-error-cell"),
        ("x" * 100_001, "facts-too-long"),
    ],
)
def test_texts(raw: object, wanted: object) -> None:
    assert value(raw, TEXT) == wanted


def test_members_by_name_alias_and_spacing() -> None:
    member = Member("行政区")
    assert value("黄埔区", member) == "黄埔区"
    assert value("黄\u3000埔\u3000区", member) == "黄埔区"
    assert value("Huangpu", member) == "黄埔区"
    program = world()
    problem = Reading(Column(Field("区", member)), program, Units(program)).one("黄浦区")
    assert isinstance(problem, Problem)
    assert (problem.code, problem.mend) == ("facts-not-member", "黄埔区")


def test_optional_takes_none() -> None:
    for text in ("无", "none", "None", "-", "—", "\uff0d"):
        assert value(text, Optional(COUNT)) is NONE
    assert value("5", Optional(COUNT)) == 5
    assert value("", Optional(COUNT)) is None


def test_lists() -> None:
    amounts = ListOf(MONEY)
    assert value("1、2万元、3", amounts, measure=WAN) == (10_000, 20_000, 30_000)
    assert value("1,000\uff1b2", amounts) == (1000, 2)
    assert value([Numeral("1"), "2"], amounts) == (1, 2)
    assert value(5.0, amounts) == (5,)
    assert value("1、x", amounts) == "facts-not-number"
    assert value([[1]], amounts) == "facts-nested"
    assert value("", amounts) is None
