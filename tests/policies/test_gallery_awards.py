"""Work injury, specialised small firms and prizes for first machines: the gallery's amounts against plain arithmetic."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import policydsl
from policydsl.core.values import NotApplicable, Outcome
from policydsl.interpret.trace import Trace

GALLERY = Path(__file__).parents[2] / "policies" / "gallery"


def loaded(name: str) -> policydsl.Evaluator:
    return policydsl.Evaluator(policydsl.load(GALLERY / f"{name}.pol"))


def run(evaluator: policydsl.Evaluator, tables: dict[str, Any]) -> Trace:
    read = policydsl.facts_of(evaluator.program, tables)
    known = ("facts-sheet-absent", "facts-sheet-empty", "facts-column-absent")
    assert not [item.code for item in read.findings if item.code not in known]
    return evaluator.run(read.facts)


def absent(outcome: Outcome) -> bool:
    return isinstance(outcome, NotApplicable)


# ---------------------------------------------------------------- work injury

INJURY = loaded("工伤保险待遇")
LEVELS = "一二三四五六七八九十"
MONTHS = dict(zip(LEVELS, (27, 25, 23, 21, 18, 16, 13, 11, 9, 7), strict=True))
RATES = dict(zip(LEVELS, (90, 85, 80, 75, 70, 60), strict=False))
CARE = {"完全不能自理": 50, "大部分不能自理": 40, "部分不能自理": 30, "能自理": 0}
AVERAGE, LEAST = 8000, 2900
AREA = {"职工月平均工资": AVERAGE, "最低工资标准": LEAST, "全国城镇居民人均可支配收入": 54188}
wages = st.lists(st.sampled_from([1000, 4799, 4800, 4801, 9000, 23999, 24000, 24001, 60000]), min_size=1, max_size=12)


def own_wage(paid: list[int]) -> Fraction:
    """Article 64: the average of the year before, between 60 % and 300 % of what workers there earn."""
    return min(max(Fraction(sum(paid), len(paid)), Fraction(AVERAGE * 60, 100)), Fraction(AVERAGE * 3))


@settings(max_examples=60, deadline=None)
@given(
    wages,
    st.sampled_from(LEVELS),
    st.sampled_from(sorted(CARE)),
    st.booleans(),
    st.none() | st.integers(0, 30000),
)
def test_a_worker_who_is_injured(paid: list[int], level: str, care: str, placed: bool, pension: int | None) -> None:
    row = {
        "姓名": "甲",
        "月缴费工资": paid,
        "因工死亡": False,
        "等级": f"{level}级",
        "自理": care,
        "能安排工作": placed,
    }
    trace = run(INJURY, {"统筹地区": AREA, "职工": [{**row, "养老金": "无" if pension is None else pension}]})

    def of(rule: str) -> Outcome:
        return trace.outcome("职工", "甲", rule)

    wage = own_wage(paid)
    assert of("一次性伤残补助金") == wage * MONTHS[level]
    assert of("生活护理费") == Fraction(AVERAGE * CARE[care], 100)
    monthly = None
    if level in "一二三四" or (level in "五六" and not placed):
        monthly = max(wage * RATES[level] / 100, Fraction(LEAST))
    assert absent(of("伤残津贴")) if monthly is None else of("伤残津贴") == monthly
    if level in "一二三四":
        assert monthly is not None
        assert of("养老金补差") == (0 if pension is None else max(Fraction(0), monthly - pension))
    else:
        assert absent(of("养老金补差"))
    assert absent(of("丧葬补助金"))


@settings(max_examples=40, deadline=None)
@given(wages, st.lists(st.tuples(st.booleans(), st.booleans()), max_size=5))
def test_those_whom_a_worker_leaves(paid: list[int], left: list[tuple[bool, bool]]) -> None:
    rows = [
        {"职工": "甲", "关系": "配偶" if spouse else "其他亲属", "孤寡老人或者孤儿": alone} for spouse, alone in left
    ]
    trace = run(
        INJURY, {"统筹地区": AREA, "职工": [{"姓名": "甲", "月缴费工资": paid, "因工死亡": True}], "供养亲属": rows}
    )
    wage = own_wage(paid)
    due = [wage * ((40 if spouse else 30) + (10 if alone else 0)) / 100 for spouse, alone in left]
    whole = sum(due, Fraction(0))
    paid_out = due if whole <= wage else [part * wage / whole for part in due]
    assert [trace.outcome("供养亲属", str(at + 1), "抚恤金") for at in range(len(left))] == paid_out
    assert trace.outcome("职工", "甲", "抚恤金合计") == min(whole, wage)
    assert trace.outcome("职工", "甲", "丧葬补助金") == 6 * AVERAGE
    assert trace.outcome("职工", "甲", "一次性工亡补助金") == 20 * 54188
    assert absent(trace.outcome("职工", "甲", "伤残津贴"))


# ---------------------------------------------------------------- specialised small firms

FIRMS = loaded("专精特新中小企业认定")
FIELDS = {"补短板填空白取得实效": 5, "六基或者老字号": 3, "其他领域": 0}
DIGITAL = {"三级以上": 5, "二级": 3, "一级": 0}
PATENTS = {"Ⅰ类高价值": 10, "自主研发Ⅰ类": 8, "Ⅰ类": 6, "Ⅱ类": 2, "无产权": 0}
LABS = {"国家级": 10, "省级": 8, "市级": 4, "市级以下": 2, "未建": 0}
QUALITY = ("省级以上质量奖", "质量管理体系认证", "自主品牌", "参与制修订标准")
INSTEAD = ("国家级科技奖励", "研发投入千万", "股权融资六千万", "创客大赛五百强")


def points(measure: Fraction, steps: list[tuple[Fraction, int]]) -> int:
    """What the highest step reached gives, else nothing."""
    return max((score for least, score in steps if measure >= least), default=0)


def percent(*steps: tuple[int, int]) -> list[tuple[Fraction, int]]:
    return [(Fraction(least, 100), score) for least, score in steps]


@settings(max_examples=80, deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "细分市场年限": st.integers(0, 13),
            "研发费用": st.sampled_from([0, 29, 30, 99, 100, 199, 200, 300, 400, 499, 500]),
            "营业收入": st.sampled_from([500, 999, 1000, 2000, 10000]),
            "新增股权融资": st.sampled_from([0, 1999, 2000]),
            "负债": st.sampled_from([0, 500, 501, 600, 601, 699, 700, 2000]),
            "地方特色得分": st.integers(0, 15),
            "研发人员": st.sampled_from([0, 4, 5, 9, 10, 19, 20, 100]),
            "领域": st.sampled_from(sorted(FIELDS)),
            "数字化水平": st.sampled_from(sorted(DIGITAL)),
            "知识产权情况": st.sampled_from(sorted(PATENTS)),
            "研发机构": st.sampled_from(sorted(LABS)),
            **{name: st.booleans() for name in (*QUALITY, *INSTEAD, "创新型中小企业", "严重违法失信")},
        }
    ),
    st.sampled_from([0, 59, 60, 69, 70, 79, 80, 100]),
    st.sampled_from([-5, 0, 39, 40, 60, 79, 80, 99, 100]),
    st.sampled_from([-1, 1, 2, 4, 6, 8, 9, 10]),
)
def test_the_score_of_a_firm(firm: dict[str, Any], main: int, growth: int, margin: int) -> None:
    sales = firm["营业收入"]
    own, profit = Fraction(sales * main, 100), Fraction(sales * margin, 100)
    row = firm | {"名称": "甲", "资产": 1000, "全部职工": 100, "主营收入": str(own), "净利润": str(profit)}
    trace = run(FIRMS, {"企业": [row | {"主营收入平均增长率": str(Fraction(growth, 1000))}]})
    spent = Fraction(firm["研发费用"])
    debt = firm["负债"]
    score = (
        points(own / sales, percent((60, 1), (70, 3), (80, 5)))
        + points(Fraction(growth, 1000), percent((0, 2), (4, 4), (6, 6), (8, 8), (10, 10)))
        + min(5, firm["细分市场年限"] // 2)
        + FIELDS[firm["领域"]]
        + DIGITAL[firm["数字化水平"]]
        + min(5, 3 * sum(firm[name] for name in QUALITY))
        + points(profit / sales, percent((2, 2), (4, 4), (6, 6), (8, 8), (10, 10)))
        + (5 if debt <= 500 else 3 if debt <= 600 else 1 if debt < 700 else 0)
        + firm["地方特色得分"]
        + PATENTS[firm["知识产权情况"]]
        + max(
            points(
                spent,
                [(Fraction(least), score) for least, score in ((100, 2), (200, 4), (300, 6), (400, 8), (500, 10))],
            ),
            points(spent / sales, percent((3, 2), (4, 4), (6, 6), (8, 8), (10, 10))),
        )
        + points(Fraction(firm["研发人员"], 100), percent((5, 1), (10, 3), (20, 5)))
        + LABS[firm["研发机构"]]
    )
    assert trace.outcome("企业", "甲", "总分") == score
    asked = {
        "年限": firm["细分市场年限"] >= 2,
        "研发": spent >= 100 and spent / sales >= Fraction(3, 100),
        "规模": sales >= 1000 or firm["新增股权融资"] >= 2000,
        "创新型中小企业": firm["创新型中小企业"],
        "无失信": not firm["严重违法失信"],
    }
    good = score >= 60 or any(firm[name] for name in INSTEAD)
    assert trace.outcome("企业", "甲", "认定条件") == (good and all(asked.values()))
    unmet = trace.outcome("企业", "甲", "未满足项")
    assert isinstance(unmet, tuple)
    assert {name for name in unmet if name in asked} == {name for name, met in asked.items() if not met}


# ---------------------------------------------------------------- first machines

MACHINES = loaded("首台套装备奖励")
GRADES = {"国际首台套": (30, 500), "国内首台套": (20, 300), "省内首台套": (10, 100)}
_works = st.tuples(
    st.sampled_from(sorted(GRADES)),
    st.integers(0, 6000),
    st.sampled_from([Fraction(119, 2), Fraction(60), Fraction(80), Fraction(90)]),
    st.integers(1, 3),
)
_firms = st.tuples(
    st.sampled_from(["东区", "西区", "山区"]),
    st.booleans(),
    st.sampled_from([0, 20, 1200]),
    st.lists(_works, max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_firms, min_size=1, max_size=4), st.integers(0, 2500), st.integers(1, 6))
def test_prizes_by_rank_within_a_budget(firms: list[Any], budget: int, places: int) -> None:
    million = 10_000
    works = [(owner, at, *work) for owner, (_, _, _, own) in enumerate(firms) for at, work in enumerate(own)]
    tables = {
        "全市": {"年度预算": budget * million, "名额": places},
        "企业": [
            {"名称": str(at), "所在区": area, "有失信": struck, "已获市级资助": had * million}
            for at, (area, struck, had, _) in enumerate(firms)
        ],
        "项目": [
            {
                "企业": str(owner),
                "编号": f"{owner}-{at}",
                "级别": grade,
                "单台售价": price * million,
                "专家评分": str(score),
                "销售收入": sold * million,
            }
            for owner, at, grade, price, score, sold in works
        ],
    }
    trace = run(MACHINES, tables)
    taking_part = [work for work in works if work[4] >= 60 and not firms[work[0]][1]]
    prizes = [Fraction(0)] * len(firms)
    for owner, at, grade, price, score, sold in works:
        ahead = sum((other[4], other[5]) > (score, sold) for other in taking_part)
        chosen = score >= 60 and not firms[owner][1] and ahead < places
        share, most = GRADES[grade]
        prize = min(Fraction(price * million * share, 100), Fraction(most * million)) if chosen else Fraction(0)
        assert trace.outcome("项目", f"{owner}-{at}", "单项奖励") == prize
        prizes[owner] += prize
    due = [
        max(Fraction(0), min(prize - firms[at][2] * million, Fraction(1000 * million)))
        for at, prize in enumerate(prizes)
    ]
    got = [trace.outcome("企业", str(at), "核定奖励") for at in range(len(firms))]
    assert [trace.outcome("企业", str(at), "企业奖励") for at in range(len(firms))] == due
    whole, fund = sum(due), budget * million
    if whole <= fund:
        assert got == due
    else:
        cut = [Fraction(part * fund / whole // 100 * 100) for part in due]
        # the remainder goes in one piece to one of those to whom most is due
        rest = fund - sum(cut)
        assert sum(part for part in got if isinstance(part, int | Fraction)) == fund
        gained = [at for at in range(len(firms)) if got[at] != cut[at]]
        assert (not rest and not gained) or (len(gained) == 1 and due[gained[0]] == max(due))
    for at, (area, _, _, _) in enumerate(firms):
        city = trace.outcome("企业", str(at), "市级承担")
        assert city == got[at] * (Fraction(4, 5) if area == "山区" else Fraction(3, 5))  # type: ignore[operator]
