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
from policydsl.core.values import NotApplicable, Outcome
from policydsl.explain import explain
from policydsl.pipeline import check_path
from policydsl.reports.text import explanation_text
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


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_one_case_of_each_is_explained(path: Path) -> None:
    program = policydsl.load(path)
    example = program.examples[0]
    trace = policydsl.Evaluator(program, example.readings, example.on).run(example.facts)
    for lang in ("zh", "en"):
        told = explanation_text(explain(trace, lang=lang), width=80)
        assert program.header.title in told
        assert all(rule.name in told or rule.alias in told for rule in program.rules_of(program.header.main)[:1])


def test_there_are_enough_and_some_are_english() -> None:
    english = [path for path in FILES if path.read_text(encoding="utf-8").lstrip("# ").find("\npolicy ") >= 0]
    assert len(FILES) >= 20
    assert len(english) >= 6


def loaded(name: str) -> policydsl.Evaluator:
    return policydsl.Evaluator(policydsl.load(GALLERY / f"{name}.pol"))


def value(evaluator: policydsl.Evaluator, rule: str, tables: dict[str, list[dict[str, object]]]) -> Outcome:
    """The outcome of a rule of the main entity's only row."""
    program: Program = evaluator.program
    read = policydsl.facts_of(program, tables)
    assert not [
        finding.code for finding in read.findings if finding.code not in ("facts-sheet-absent", "facts-sheet-empty")
    ]
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


PENSION = loaded("企业职工基本养老金")
MONTHS = {40: 233, 45: 216, 50: 195, 55: 170, 60: 139, 65: 101}


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(sorted(MONTHS)),
    st.integers(0, 500),
    st.integers(0, 200),
    st.integers(0, 300),
    st.integers(0, 10**6),
)
def test_pension(age: int, paid: int, credited: int, index: int, account: int) -> None:
    row = {
        "姓名": "甲",
        "出生日": "1960-03-01",
        "退休日": f"{1960 + age}-03-01",
        "缴费月数": paid,
        "视同缴费月数": credited,
        "平均缴费指数": f"{index / 100:.2f}",
        "个人账户储存额": account,
        "当地上年月平均工资": 6000,
    }
    outcome = value(PENSION, "养老金", {"参保人": [row]})
    if paid + credited < 180:
        assert isinstance(outcome, NotApplicable)
        return
    wage = Fraction(6000 * index, 100)
    base = (6000 + wage) / 2 * Fraction(paid + credited, 12) / 100
    whole = base + Fraction(account, MONTHS[age]) + wage * Fraction(credited, 12) * Fraction(12, 1000)
    assert outcome == Fraction(int(whole * 100 + Fraction(1, 2)), 100)


TOBACCO = loaded("卷烟消费税")


@settings(max_examples=30, deadline=None)
@given(st.booleans(), st.booleans(), st.integers(0, 10_000), st.integers(0, 20_000))
def test_tobacco_tax(wholesale: bool, cigar: bool, cartons: int, cents: int) -> None:
    if cigar:
        rate, each = (0, 0) if wholesale else (36, 0)
    elif wholesale:
        rate, each = 11, 5
    else:
        rate, each = (56 if cents >= 7000 else 36), 3
    row = {
        "单号": "1",
        "所在环节": "批发" if wholesale else "生产",
        "是雪茄": cigar,
        "条数": cartons,
        "每条价": f"{cents / 100:.2f}",
    }
    tax = Fraction(cartons * cents * rate, 10_000) + Fraction(cartons * 200 * each, 1000)
    assert value(TOBACCO, "应纳税额", {"销售": [row]}) == Fraction(int(tax * 100 + Fraction(1, 2)), 100)


BUSINESS = loaded("经营所得个人所得税")


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 6_000_000),
    st.sampled_from([2022, 2023, 2024]),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 12), st.sampled_from([50, 100])), max_size=3),
)
def test_tax_on_business_income(profit: int, year: int, parents: bool, children: list[tuple[int, int]]) -> None:
    late = year >= 2023
    deducted = 60_000 + (36_000 if late else 24_000) * parents // 2 + 12 * 1000
    taxable = Fraction(profit - deducted) - sum(
        Fraction(months * (2000 if late else 1000) * share, 100) for months, share in children
    )
    taxable = max(Fraction(0), taxable)

    def tax(income: Fraction) -> Fraction:
        owed, low = Fraction(0), 0
        for high, rate in ((30_000, 5), (90_000, 10), (300_000, 20), (500_000, 30), (10**12, 35)):
            owed += max(Fraction(0), min(income, Fraction(high)) - low) * rate / 100
            low = high
        return owed

    due = tax(taxable) - (tax(min(taxable, Fraction(2_000_000))) / 2 if late else 0)
    tables: dict[str, list[dict[str, object]]] = {
        "纳税人": [
            {
                "姓名": "甲",
                "年度末": f"{year}-12-31",
                "收入总额": profit,
                "成本费用": 0,
                "以前年度亏损": 0,
                "有综合所得": False,
                "专项扣除": 0,
                "赡养老人": parents,
                "独生子女": False,
                "赡养分摊": "50%",
                "租房月数": 0,
                "房贷月数": 12,
                "工作城市": "其他城市",
            }
        ],
        "子女": [{"纳税人": "甲", "受教育月数": months, "扣除比例": f"{share}%"} for months, share in children],
    }
    assert value(BUSINESS, "应纳税额", tables) == Fraction(int(due * 100 + Fraction(1, 2)), 100)


WATER = loaded("阶梯水价")


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["一户一表", "合表居民", "非居民"]), st.integers(0, 1000))
def test_water(kind: str, tenths: int) -> None:
    prices = {"一户一表": (198, 297, 396), "合表居民": (198,) * 3, "非居民": (346,) * 3}[kind]
    used = Fraction(tenths, 10)
    cents = min(used, Fraction(26)) * prices[0]
    cents += max(Fraction(0), min(used, Fraction(34)) - 26) * prices[1] + max(Fraction(0), used - 34) * prices[2]
    row = {"户号": "1", "类别": kind, "月用水量": f"{tenths / 10:.1f}"}
    assert value(WATER, "水费", {"用户": [row]}) == Fraction(int(cents + Fraction(1, 2)), 100)


PARENTS = loaded("de-elterngeld")


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 4000), st.integers(0, 3000), st.booleans(), st.integers(0, 2), st.booleans())
def test_parental_allowance(before: int, now: int, siblings: bool, multiples: int, plus: bool) -> None:
    tenths = 670
    if before < 1000:
        tenths = min(1000, 670 + (1000 - before) // 2)
    elif before > 1200:
        tenths = max(650, 670 - (before - 1200) // 2)
    lost = Fraction(max(0, min(before, 2770) - now) * tenths, 1000)
    monthly = min(Fraction(1800), max(Fraction(300), lost))
    if plus:  # at most half of what there would be without any income of now
        idle = min(Fraction(1800), max(Fraction(300), Fraction(min(before, 2770) * tenths, 1000)))
        monthly = min(idle / 2, max(Fraction(150), lost))
    extra = max(monthly / 10, Fraction(75, 2) if plus else Fraction(75)) if siblings else Fraction(0)
    whole = monthly + extra + multiples * (150 if plus else 300)
    row = {
        "number": "1",
        "net_before": before,
        "net_now": now,
        "siblings": siblings,
        "other_multiples": multiples,
        "plus": plus,
    }
    assert value(PARENTS, "allowance", {"Claim": [row]}) == Fraction(int(whole * 100 + Fraction(1, 2)), 100)


RETIRED = loaded("us-social-security")


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 160_000), min_size=1, max_size=40, unique=True), st.integers(0, 60))
def test_primary_insurance_amount(years: list[int], early: int) -> None:
    average = sum(sorted(years)[-35:]) // 420
    tenths = min(average, 1174) * 90 + max(0, min(average, 7078) - 1174) * 32 + max(0, average - 7078) * 15
    amount = Fraction(tenths // 10, 10)
    reduction = Fraction(5 * min(early, 36), 900) + Fraction(5 * max(0, early - 36), 1200)
    month = 2030 * 12 + 6 - early - 1
    tables: dict[str, list[dict[str, object]]] = {
        "Worker": [{"number": "1", "born": "1963-06-15", "claims_on": f"{month // 12}-{month % 12 + 1:02}-15"}],
        "Earning": [{"Worker": "1", "fiscal": 1980 + at, "indexed": paid} for at, paid in enumerate(years)],
    }
    assert value(RETIRED, "benefit", tables) == int(amount * (1 - reduction))


@pytest.mark.parametrize(
    ("born", "months"),
    [("1938-01-01", 780), ("1938-01-02", 782), ("1942-12-31", 790), ("1943-01-02", 792), ("1954-12-31", 792)]
    + [(f"{1955 + years}-06-01", 794 + 2 * years) for years in range(5)]
    + [("1960-01-01", 802), ("1960-01-02", 804)],
)
def test_full_retirement_age(born: str, months: int) -> None:
    tables: dict[str, list[dict[str, object]]] = {
        "Worker": [{"number": "1", "born": born, "claims_on": "2040-01-01"}],
        "Earning": [],
    }
    assert value(RETIRED, "full_age", tables) == months


CREDIT = loaded("uk-universal-credit")


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 4), st.booleans(), st.integers(0, 1000), st.integers(0, 3000), st.integers(0, 20_000))
def test_universal_credit(children: int, unwell: bool, rent: int, earned: int, capital: int) -> None:
    outcome = value(
        CREDIT,
        "award",
        {
            "Claim": [
                {
                    "reference": "a",
                    "household_kind": "joint_under_25",
                    "children": children,
                    "first_before_2017": True,
                    "limited_capability": unwell,
                    "housing_costs": rent,
                    "earnings": earned,
                    "other_income": 10,
                    "capital": capital,
                }
            ]
        },
    )
    if capital > 16_000:
        assert isinstance(outcome, NotApplicable)
        return
    pence = 48_923 + (33_333 + 28_792 * (children > 1) if children else 0) + 41_619 * unwell + rent * 100
    free = 0 if not children and not unwell else 404 if rent else 673
    pence -= max(0, earned - free) * 55 + 1000 + -(-max(0, capital - 6000) // 250) * 435
    assert outcome == Fraction(max(0, pence), 100)
