"""The gallery's additional deduction for research against plain arithmetic, and what it asks of the year 2022 only."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import policydsl
from policydsl.core.values import NotApplicable
from policydsl.interpret.trace import Trace
from policydsl.kinds import CODE

PROGRAM = policydsl.load(Path(__file__).parents[2] / "policies" / "gallery" / "研发费用加计扣除.pol")
EVALUATOR = policydsl.Evaluator(PROGRAM)
OWN = ("人员人工", "直接投入", "折旧", "无形资产摊销", "新产品设计试验")
OTHER, HOME, ABROAD = "其他相关费用", "委托境内", "委托境外"
OUT = ("烟草制造业", "住宿和餐饮业", "批发和零售业", "房地产业", "租赁和商务服务业", "娱乐业")
YEAR_2022 = {"四季度可加计数": 70, "十月后经营月数": 3, "全年经营月数": 12}


def run(firm: dict[str, Any], projects: list[dict[str, int]]) -> Trace:
    rows = [{"企业": "甲", "编号": str(at), **project} for at, project in enumerate(projects)]
    read = policydsl.facts_of(PROGRAM, {"企业": [{"名称": "甲", **firm}], "项目": rows})
    known = ("facts-sheet-empty", "facts-column-absent")
    assert not [item.code for item in read.findings if item.code not in known]
    return EVALUATOR.run(read.facts)


def rate(year: int, maker: bool, small: bool, chips: bool) -> Fraction:
    """What is deducted on top, as the rates followed one another."""
    if year <= 2016:
        return Fraction(1, 2)
    if chips and 2023 <= year <= 2027:
        return Fraction(6, 5)
    if year >= 2023 or (maker and year >= 2021) or (small and year >= 2022):
        return Fraction(1)
    if year >= 2018 or small:
        return Fraction(3, 4)
    return Fraction(1, 2)


def base(year: int, projects: list[dict[str, int]]) -> Fraction:
    """The expenses that count: a tenth of the whole at most for others, four fifths of what others did, of that abroad two thirds."""
    own = sum(project[name] for project in projects for name in OWN)
    others = [(project[OTHER], Fraction(sum(project[name] for name in OWN), 9)) for project in projects]
    if year >= 2021:
        other = min(Fraction(sum(spent for spent, _ in others)), Fraction(own, 9))
    else:
        other = sum((min(Fraction(spent), most) for spent, most in others), Fraction(0))
    home = own + other + Fraction(4, 5) * sum(project[HOME] for project in projects)
    abroad = Fraction(4, 5) * sum(project[ABROAD] for project in projects)
    return home + (min(abroad, home * 2 / 3) if year >= 2018 else 0)


amounts = st.sampled_from([0, 1, 7, 90, 100, 999, 10_000])
projects = st.lists(st.fixed_dictionaries(dict.fromkeys((*OWN, OTHER, HOME, ABROAD), amounts)), max_size=3)


@settings(max_examples=120, deadline=None)
@given(
    st.integers(2016, 2030),
    st.sampled_from(["制造业", "其他行业", *OUT]),
    st.sampled_from([0, 499, 500, 501, 1000]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    projects,
    st.sampled_from([0, 50, 10_000]),
    st.sampled_from([(0, 12), (3, 12), (2, 5), (3, 3)]),
)
def test_what_is_deducted(
    year: int,
    trade: str,
    main: int,
    books: bool,
    small: bool,
    chips: bool,
    spent: list[dict[str, int]],
    quarter: int,
    months: tuple[int, int],
) -> None:
    firm: dict[str, Any] = {
        "年度末": f"{year}-12-31",
        "查账征收": books,
        "行业": trade,
        "主营业务收入": main,
        "收入总额": 1000,
        "科技型中小企业": small,
        "集成电路工业母机": chips,
    }
    if year == 2022:
        firm |= {"四季度可加计数": quarter, "十月后经营月数": months[0], "全年经营月数": months[1]}
    outcome = run(firm, spent).outcome("企业", "甲", "加计扣除额")
    if not books or (trade in OUT and main > 500):
        assert isinstance(outcome, NotApplicable)
        return
    counted = base(year, spent)
    share = rate(year, trade == "制造业" and main >= 500, small, chips)
    due = counted * share
    if year == 2022:
        due += max(Fraction(quarter), counted * months[0] / months[1]) * (1 - share)
    cents = int(due * 100 + Fraction(1, 2))
    assert outcome == Fraction(cents, 100)


def test_figures_of_the_last_quarter_of_2022_are_asked_of_that_year_only() -> None:
    firm = {
        "名称": "甲",
        "年度末": "2023-12-31",
        "查账征收": True,
        "行业": "其他行业",
        "主营业务收入": 1,
        "收入总额": 1,
        "科技型中小企业": False,
        "集成电路工业母机": False,
    }
    read = policydsl.facts_of(PROGRAM, {"企业": [{**firm, **YEAR_2022}], "项目": []})
    told = [item.data["field"] for item in read.findings if item.code == CODE]
    assert sorted(map(str, told)) == sorted(YEAR_2022)
    read = policydsl.facts_of(PROGRAM, {"企业": [{**firm, **YEAR_2022, "年度末": "2022-12-31"}], "项目": []})
    assert not [item for item in read.findings if item.code == CODE]
