"""How values look: exact unless they say otherwise, and never rounded onto a rounder number than they are."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_notice import FIRMS, MONEY, RATE, wide

import policydsl
from policydsl.core.types import BOOL, DATE, RATIO, TEXT, ListOf, Number, Optional, Type
from policydsl.core.units import PLAIN, POINT, Measure, base
from policydsl.core.values import NONE, Blocked, Cause, Lack, NotApplicable, Outcome
from policydsl.diagnostics.model import Language
from policydsl.explain import explain
from policydsl.explain.figures import Figures, decimal
from policydsl.explain.names import Shown
from policydsl.reports.text import explanation_text

ZH, EN = Figures("zh", {"家": "firms"}), Figures("en", {"家": "firms"})
TEN_THOUSANDS = Measure(base("元"), "万元", Fraction(10_000))


@pytest.mark.parametrize(
    ("value", "type_", "chinese", "english"),
    [
        (520, FIRMS, "520家", "520 firms"),
        (1_234_567, MONEY, "1,234,567元", "1,234,567 yuan"),
        (-5, MONEY, "\N{MINUS SIGN}5元", "\N{MINUS SIGN}5 yuan"),
        (600, RATE, "600元/家", "600 yuan/firms"),
        (Fraction(13, 12), RATIO, "108.33%⟨精确值 13/12⟩", "108.33% (exactly 13/12)"),
        (Fraction(849, 1000), RATIO, "84.9%", "84.9%"),
        (1, RATIO, "100%", "100%"),
        (0, RATIO, "0", "0"),
        (Fraction(19999, 20000), RATIO, "99.995%", "99.995%"),
        (Fraction(2999999, 3000000), RATIO, "99.99997%⟨精确值 2999999/3000000⟩", "99.99997% (exactly 2999999/3000000)"),
        (Fraction(260, 3), MONEY, "86.67元⟨精确值 260/3元⟩", "86.67 yuan (exactly 260/3 yuan)"),
        (7, Number(PLAIN, whole=True), "7", "7"),
        (5, Number(base(POINT)), "5个百分点", "5 percentage points"),
        (True, BOOL, "是", "yes"),
        ("甲区", Optional(TEXT), "“甲区”", "“甲区”"),
        (date(2025, 8, 31), DATE, "2025年8月31日", "2025-08-31"),
        (("政策宣讲", "产业对接"), ListOf(TEXT), "政策宣讲、产业对接", "政策宣讲, 产业对接"),
        ((), ListOf(TEXT), "无", "none"),
        (NONE, Optional(FIRMS), "无", "none"),
        (NotApplicable("未开展"), Optional(MONEY), "不适用", "not applicable"),
        (Blocked((Cause(Lack.MISSING, "区", "甲区", "数"),)), FIRMS, "未知", "unknown"),
    ],
)
def test_values(value: Outcome, type_: Type, chinese: str, english: str) -> None:
    assert ZH.outcome(value, type_) == wide(chinese)
    assert EN.outcome(value, type_) == english


def test_a_measure_scales_what_is_shown() -> None:
    assert ZH.outcome(762_000, MONEY, TEN_THOUSANDS) == "76.2万元"
    assert EN.outcome(762_000, MONEY, TEN_THOUSANDS) == "762,000 yuan"


@pytest.mark.parametrize(
    ("amount", "measure", "heading"),
    [
        (312_000, None, "312,000元⟨31.2万元⟩"),
        (1_850, None, "1,850元"),
        (123_456, None, "123,456元"),
        (762_000, TEN_THOUSANDS, "76.2万元⟨762,000元⟩"),
        (0, None, "0元"),
    ],
)
def test_headings_add_the_other_scale_where_it_is_short(amount: int, measure: Measure | None, heading: str) -> None:
    assert ZH.amount(Shown(amount, MONEY, measure)) == wide(heading)


@pytest.mark.parametrize(
    ("role", "true", "false"), [("task", "完成", "未完成"), ("condition", "成立", "不成立"), ("plain", "是", "否")]
)
def test_truth_in_its_role(role: str, true: str, false: str) -> None:
    assert ZH.show(Shown(True, BOOL, None, role)) == true  # type: ignore[arg-type]
    assert ZH.show(Shown(False, BOOL, None, role)) == false  # type: ignore[arg-type]


@given(st.fractions())
def test_a_figure_is_exact_or_says_that_it_is_not(value: Fraction) -> None:
    text, rounded = decimal(value)
    if "/" not in text:
        shown = Fraction(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))
        assert (shown == value) is not rounded
        if rounded:
            assert abs(shown - value) <= Fraction(1, 200)
            assert not text.endswith("0")


YEARS = """政策 “例”:
    编号 例-1
    主体 人
对象 人:
    名称: 文本 主键
    甲日: 日期
    乙日: 日期
规则 年龄 = 周年数(甲日, 乙日)  依据 一
规则 至少 = 最大(0年, 周年数(甲日, 乙日))  依据 一
规则 够 = 周年数(甲日, 乙日) 不低于 3年  依据 一
规则 月数 = 整月数(甲日, 乙日)  依据 一
"""


def test_what_is_counted_in_years_is_told_in_years() -> None:
    program = policydsl.loads(YEARS)
    facts = policydsl.facts_of(program, {"人": [{"名称": "子", "甲日": "2020-01-01", "乙日": "2023-03-01"}]}).facts
    trace = policydsl.evaluate(program, facts)
    assert trace.outcome("人", "子", "年龄") == 36
    said: tuple[tuple[Language, str, str], ...] = (("zh", "3年", "38月"), ("en", "3 years", "38 months"))
    for lang, told, months in said:
        lines = explanation_text(explain(trace, lang=lang)).split("\n")
        assert sum(f" = {told}" in line for line in lines) >= 4
        assert not [line for line in lines if "36" in line]
        assert [line for line in lines if months in line]
