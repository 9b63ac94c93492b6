"""Traps that systems like this one have fallen into, each as it would come up in a notice. All data is invented."""

from __future__ import annotations

from fractions import Fraction

import pytest

import policydsl
from policydsl.core.values import Outcome
from policydsl.interpret.trace import Trace
from tests.second import walk

HEAD = "政策 “陷阱(虚构)”:\n    主体 区\n\n单位 家\n\n"


def both(text: str, facts: dict[str, list[dict[str, object]]], entity: str, key: str, rule: str) -> Outcome:
    """The outcome, on which the interpreter and the second evaluator agree."""
    program = policydsl.loads(HEAD + text)
    read = policydsl.facts_of(program, facts)
    assert not read.findings
    trace: Trace = policydsl.evaluate(program, read.facts)
    outcome = trace.outcome(entity, key, rule)
    assert walk.evaluate(program, read.facts)[entity, key, rule] == outcome
    return outcome


@pytest.mark.parametrize(("count", "steps"), [(276, 3), (275, 2), (288, 4), (240, 0), (239, 0)])
def test_36_of_240_in_steps_of_five_percent_is_three_steps(count: int, steps: int) -> None:
    """36 ÷ 240 ÷ 5 % is 3; in binary fractions it is a little less, and a step and its money are lost."""
    text = (
        "对象 区:\n    名称: 文本 主键\n    数: 家\n    目标: 家  大于 0家\n"
        "规则 奖 = 递增 数 自 目标: 依据 一\n    每 目标 的 5%  给予 5万元\n    不封顶\n"
    )
    assert both(text, {"区": [{"名称": "甲", "数": count, "目标": 240}]}, "区", "甲", "奖") == steps * 50_000


def test_shares_of_a_third_add_up_to_the_whole() -> None:
    text = (
        "对象 区:\n    名称: 文本 主键\n    数: 家\n对象 全市 单例:\n    总额: 金额\n"
        "规则 份额 = 分摊(总额 按 数)  依据 一\n规则 到元 = 分摊(总额 按 数 到 元 尾差归 首位)  依据 一\n"
        "针对 全市:\n    规则 合起来 = 合计(区.份额)  依据 一\n    规则 到元合计 = 合计(区.到元)  依据 一\n"
    )
    facts: dict[str, list[dict[str, object]]] = {
        "区": [{"名称": name, "数": 1} for name in "甲乙丙"],
        "全市": [{"总额": 100}],
    }
    assert both(text, facts, "区", "甲", "份额") == Fraction(100, 3)
    assert both(text, facts, "全市", "", "合起来") == 100
    assert [both(text, facts, "区", name, "到元") for name in "甲乙丙"] == [34, 33, 33]
    assert both(text, facts, "全市", "", "到元合计") == 100


def test_a_large_total_keeps_its_last_unit() -> None:
    """68,212,208 is kept to the unit, through thousandths and ten-thousands and back."""
    text = (
        "对象 区:\n    名称: 文本 主键\n    额: 金额\n"
        "规则 万元数, 万元 = 额  依据 一\n规则 来回 = 额 × 1‰ × 1000  依据 一\n规则 三分 = 额 ÷ 3 × 3  依据 一\n"
    )
    for rule in ("万元数", "来回", "三分"):
        assert both(text, {"区": [{"名称": "甲", "额": 68_212_208}]}, "区", "甲", rule) == 68_212_208


def test_a_difference_of_ten_millions_is_exact() -> None:
    text = "对象 区:\n    名称: 文本 主键\n    甲额: 金额\n    乙额: 金额\n规则 差 = 甲额 − 乙额  依据 一\n"
    facts: dict[str, list[dict[str, object]]] = {"区": [{"名称": "甲", "甲额": "10000000.01", "乙额": "0.02"}]}
    assert both(text, facts, "区", "甲", "差") == Fraction(999_999_999, 100)


@pytest.mark.parametrize(
    ("day", "years", "months"),
    [
        ("2024-02-29", "2025-02-28", "2024-03-29"),
        ("2024-01-31", "2025-01-31", "2024-02-29"),
        ("2025-01-31", "2026-01-31", "2025-02-28"),
    ],
)
def test_the_29th_of_february(day: str, years: str, months: str) -> None:
    """A year after 29 February is 28 February; a month after the 31st is the last day of the month."""
    text = (
        "对象 区:\n    名称: 文本 主键\n    起: 日期\n"
        "规则 一年后 = 起 + 1年  依据 一\n规则 一月后 = 起 + 1个月  依据 一\n"
    )
    for rule, wanted in (("一年后", years), ("一月后", months)):
        assert str(both(text, {"区": [{"名称": "甲", "起": day}]}, "区", "甲", rule)) == wanted


@pytest.mark.parametrize(
    ("moment", "in_time"),
    [("2025-08-31 23:59", True), ("2025-08-31 24:00", False), ("2025-09-01 00:00", False), ("2025-08-31 00:00", True)],
)
def test_the_31st_of_august_at_24_hours(moment: str, in_time: bool) -> None:
    """24:00 is the first moment of the next day: 31 August is over."""
    text = "对象 区:\n    名称: 文本 主键\n    交: 时刻\n规则 按期 = 交 早于 2025年9月1日0时  依据 一\n"
    assert both(text, {"区": [{"名称": "甲", "交": moment}]}, "区", "甲", "按期") is in_time
