"""The gallery: every file checks, its examples pass, and its amounts agree with plain Python written apart from the engine."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import policydsl
from policydsl.core.program import Program
from policydsl.core.values import Outcome
from policydsl.pipeline import check_path
from policydsl.testing.examples import run_examples
from policydsl.testing.properties import check_properties

GALLERY = Path(__file__).parents[2] / "policies" / "gallery"
FILES = sorted(GALLERY.glob("*.pol"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_checks_and_its_examples_pass(path: Path) -> None:
    result = check_path(path)
    assert result.program is not None, [finding.code for finding in result.findings]
    assert result.findings == ()
    outcomes = run_examples(result.program)
    assert outcomes
    assert [outcome.example.name for outcome in outcomes if not outcome.ok] == []
    assert all(found.ok for found in check_properties(result.program))


def test_there_are_enough_and_some_are_english() -> None:
    english = [path for path in FILES if path.read_text(encoding="utf-8").lstrip("# ").find("\npolicy ") >= 0]
    assert len(FILES) >= 12
    assert len(english) >= 3


def loaded(name: str) -> policydsl.Evaluator:
    return policydsl.Evaluator(policydsl.load(GALLERY / f"{name}.pol"))


def value(evaluator: policydsl.Evaluator, rule: str, tables: dict[str, list[dict[str, object]]]) -> Outcome:
    """The outcome of a rule of the main entity's only row."""
    program: Program = evaluator.program
    read = policydsl.facts_of(program, tables)
    assert not [finding.code for finding in read.findings if finding.code not in ("facts-sheet-absent",)]
    main = program.header.main
    return evaluator.run(read.facts).outcome(main, read.facts.tables[main][0].key, rule)


LVAT = loaded("土地增值税")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 10**8), st.booleans())
def test_land_value_tax_by_quick_deduction(income: int, deducted: int, ordinary: bool) -> None:
    gain = max(0, income - deducted)
    if gain * 2 <= deducted:
        tax = Fraction(gain * 30, 100)
    elif gain <= deducted:
        tax = Fraction(gain * 40 - deducted * 5, 100)
    elif gain <= 2 * deducted:
        tax = Fraction(gain * 50 - deducted * 15, 100)
    else:
        tax = Fraction(gain * 60 - deducted * 35, 100)
    if ordinary and gain * 5 <= deducted:
        tax = Fraction(0)
    row = {"名称": "甲", "转让收入": income, "扣除项目金额": deducted, "普通标准住宅": ordinary}
    assert value(LVAT, "应纳税额", {"项目": [row]}) == tax


POWER = loaded("居民阶梯电价")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1200), st.integers(1, 12), st.booleans())
def test_electricity_by_month(used: int, month: int, poor: bool) -> None:
    charged = max(0, used - 15) if poor else used
    first, second = (260, 600) if 5 <= month <= 10 else (200, 400)
    millionths = min(charged, first) * 58886
    millionths += max(0, min(charged, second) - first) * 63886
    millionths += max(0, charged - second) * 88886
    cents, rest = divmod(millionths, 1000)
    cents += rest >= 500
    tables: dict[str, list[dict[str, object]]] = {
        "用户": [{"户号": "1", "低保户": poor}],
        "账单": [{"用户": "1", "账单号": "a", "年月首日": f"2025-{month:02}-01", "用电量": used}],
    }
    assert value(POWER, "电费", tables) == Fraction(cents, 100)


SDLT = loaded("uk-sdlt")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2_000_000), st.integers(0, 400), st.booleans(), st.booleans())
def test_stamp_duty(price: int, days: int, first_time: bool, additional: bool) -> None:
    day = date(2024, 10, 1) + timedelta(days=days)
    late = day >= date(2025, 4, 1)
    bands = (
        [(125_000, 0), (250_000, 2), (925_000, 5), (1_500_000, 10)]
        if late
        else [(250_000, 0), (925_000, 5), (1_500_000, 10)]
    )
    if first_time and not additional and price <= (500_000 if late else 625_000):
        hundredths = max(0, price - (300_000 if late else 425_000)) * 5
    else:
        hundredths, low = 0, 0
        for high, rate in [*bands, (10**12, 12)]:
            hundredths += max(0, min(price, high) - low) * rate
            low = high
    if additional and price >= 40_000:
        hundredths += price * (5 if day >= date(2024, 10, 31) else 3)
    row = {
        "reference": "a",
        "price": price,
        "effective_date": day.isoformat(),
        "first_time_buyer": first_time,
        "additional_home": additional,
    }
    assert value(SDLT, "duty", {"Purchase": [row]}) == hundredths // 100


EITC = loaded("us-eitc")
AMOUNTS = {
    "none_at_home": (765, 8260, 765, 10330, 17250),
    "one": (3400, 12390, 1598, 22720, 29640),
    "two": (4000, 17400, 2106, 22720, 29640),
    "three_or_more": (4500, 17400, 2106, 22720, 29640),
}


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(AMOUNTS)), st.booleans(), st.integers(0, 70_000), st.integers(0, 70_000))
def test_earned_income_credit(children: str, joint: bool, earned: int, gross: int) -> None:
    rate, amount, out, single, married = AMOUNTS[children]
    credit = min(earned, amount) * rate - max(0, max(earned, gross) - (married if joint else single)) * out
    credit = max(0, credit)
    row = {
        "number": "1",
        "qualifying_children": children,
        "filing_status": "joint" if joint else "single",
        "earned_income": earned,
        "adjusted_gross_income": gross,
        "investment_income": 0,
    }
    assert value(EITC, "credit", {"Return": [row]}) == (credit + 5000) // 10000


SMALL = loaded("小微企业所得税")


@settings(max_examples=60, deadline=None)
@given(st.integers(-100, 5_000_000), st.sampled_from([2020, 2021, 2022, 2023, 2024]))
def test_small_company_tax(profit: int, year: int) -> None:
    low = {2020: 250, 2021: 125, 2022: 125}.get(year, 250)
    high = 500 if year < 2022 else 250
    if profit <= 0:
        expected = Fraction(0)
    elif profit <= 3_000_000:
        expected = Fraction(min(profit, 10**6) * low + max(0, profit - 10**6) * high, 5000)
        expected = Fraction(int(expected * 100 + Fraction(1, 2)), 100)
    else:
        expected = Fraction(profit, 4)
    row = {
        "名称": "甲",
        "年度末": f"{year}-12-31",
        "应纳税所得额": profit,
        "从业人数": 10,
        "资产总额": 1000,
        "国家限制或禁止行业": False,
    }
    assert value(SMALL, "应纳税额", {"企业": [row]}) == expected


CONTEST = loaded("共享预算的竞赛奖励")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 100), st.booleans()), min_size=1, max_size=12), st.integers(0, 3_000_000))
def test_a_shared_budget_is_never_exceeded_and_never_left_where_it_is_short(
    rows: list[tuple[int, bool]], budget: int
) -> None:
    tables: dict[str, list[dict[str, object]]] = {
        "全市": [{"奖励预算": budget}],
        "项目": [
            {
                "名称": f"示例{number}",
                "所在组": "初创组" if group else "成长组",
                "得分": score,
                "申报日": (date(2025, 1, 1) + timedelta(days=number)).isoformat(),
                "取消资格": False,
            }
            for number, (score, group) in enumerate(rows)
        ],
    }
    read = policydsl.facts_of(CONTEST.program, tables)
    trace = CONTEST.run(read.facts)
    claimed, granted = trace.outcome("全市", "", "应得合计"), trace.outcome("全市", "", "核定合计")
    assert isinstance(claimed, int)
    assert granted == min(claimed, budget)
