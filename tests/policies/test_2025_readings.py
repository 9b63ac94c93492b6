"""The ambiguities of the notice that money or a verdict hangs on, each worked out under every alternative.

What a line of the policy file's own 算例 cannot say (several districts, several files) stands here; the rest is in the file.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from notice_2025 import TIERS, WORKBOOK, base_work, district, evaluator, outcome, program

from policydsl.api import facts_of
from policydsl.core.facts import Facts
from policydsl.core.values import Blocked, Outcome
from policydsl.duties.agenda import agenda
from policydsl.explain.computation import computation
from policydsl.explain.results import results
from policydsl.facts.read import read
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.trace import Trace
from policydsl.readings.flips import Alternative, Comparison, compare
from policydsl.readings.told import tell

DONE: dict[str, Any] = {"分派任务已落实": True, "总结报告合格": True}
HUADU: dict[str, Any] = {
    **DONE,
    "高企认定数": 490,
    "高企年度目标": 450,
    "上年高企认定数": 405,
    "规上高企数": 150,
    "上年规上高企数": 142,
    "基数口径": "当年交集",
    "规上科服数": 55,
    "上年规上科服数": 52,
    "专利高企数": 40,
    "上年专利高企数": 35,
}


def rounded(value: Outcome) -> str:
    """An amount in 万元 with two decimals, half up, as the notes on the notice give it."""
    assert isinstance(value, int | Fraction), value
    cents = (Fraction(value) / 100 + Fraction(1, 2)).__floor__()
    return f"{cents // 100}.{cents % 100:02d}"


def huadu(passed: bool, lack: int = 0) -> Facts:
    return district({**HUADU, "通过绩效考核": passed}, base_work("花都区", {"技术需求": lack}), "花都区")


# A12: one need short of 55 in the first tier
@pytest.mark.parametrize(
    ("alternative", "amount"), [("全部不予", "0.00"), ("按项折算", "30.00"), ("按量折算", "34.91"), ("人工裁量", None)]
)
def test_a_base_task_missed(alternative: str, amount: str | None) -> None:
    facts = district(DONE, base_work("黄埔区", {"技术需求": 1}))
    found = outcome(facts, "基础补助", 未完成时=alternative)
    if amount is None:
        assert isinstance(found, Blocked) and found.status == "pending"
    else:
        assert rounded(found) == amount


# A13: the gate failed, the base lost, all well
@pytest.mark.parametrize(
    ("scope", "failed", "lost"),
    [("全部经费", "0.00", "44.25"), ("只管绩效", "30.00", "44.25"), ("基础也是前提", "0.00", "0.00")],
)
def test_how_far_the_gate_reaches(scope: str, failed: str, lost: str) -> None:
    assert rounded(outcome(huadu(True), "应补金额", 考核范围=scope)) == "74.25"
    assert rounded(outcome(huadu(False), "应补金额", 考核范围=scope)) == failed
    assert rounded(outcome(huadu(True, 1), "应补金额", 考核范围=scope, 未完成时="全部不予")) == lost


# A16: one event as both kinds
def test_one_event_for_both_kinds() -> None:
    event = {"区": "黄埔区", "活动编号": "H1", "日期": "2025-06-03", "参与企业数": 60, "佐证齐全": True}
    read = facts_of(program(), {"区": [{"名称": "黄埔区"}], "宣讲活动": [event], "对接活动": [event]})
    assert [item.rule.name for item in Evaluator(program()).run(read.facts).violations] == ["不作两用"]
    assert Evaluator(program(), {"一场两用": "可以"}).run(read.facts).violations == []


# A17: 15, 15, 12 and 15 firms in the four quarters, 17 in all; the first tier asks for 15
@pytest.mark.parametrize(("alternative", "met"), [("每季都够", False), ("全年合计", True), ("按份数", True)])
def test_reporting_quarter_by_quarter(alternative: str, met: bool) -> None:
    quarters = {"第一季度": range(15), "第二季度": range(15), "第三季度": range(12), "第四季度": range(2, 17)}
    firms = [{"区": "黄埔区", "统一社会信用代码": f"虚构{n}", "营收靠前": True, "定期报送": True} for n in range(17)]
    reports = [{"重点企业": f"虚构{n}", "报送季度": quarter} for quarter, own in quarters.items() for n in own]
    read = facts_of(program(), {"区": [{"名称": "黄埔区"}], "重点企业": firms, "企业报送": reports})
    found = Evaluator(program(), {"报送算法": alternative}).run(read.facts)
    assert found.outcome("区", "黄埔区", "重点企业报送") is met
    assert Evaluator(program()).run(read.facts).outcome("区", "黄埔区", "重点企业报送") is True


# A20: two recommended
@pytest.mark.parametrize(("alternative", "broken"), [("可以不足", []), ("应满三家", ["推荐满三家"])])
def test_fewer_than_three_recommended(alternative: str, broken: list[str]) -> None:
    firms = [
        {"区": "黄埔区", "统一社会信用代码": f"虚构{n}", "推荐名次": n, "推荐时间": "2025-04-16 10:00", "入选": n == 1}
        for n in (1, 2)
    ]
    read = facts_of(program(), {"区": [{"名称": "黄埔区"}], "申报机构": firms})
    trace = Evaluator(program(), {"推荐家数": alternative}).run(read.facts)
    assert [item.rule.name for item in trace.violations] == broken


# A23: 794.639万元 computed over the eleven districts, a budget of 700万元
@pytest.mark.parametrize(("alternative", "amount"), [("同比压减", "65.41"), ("先保基础", "65.33"), ("人工裁量", None)])
def test_a_budget_that_does_not_suffice(alternative: str, amount: str | None) -> None:
    trace = Evaluator(program(), {"超出预算时": alternative}).run(_whole(7_000_000))
    assert trace.outcome("全市", "", "应补总额") == 7_946_390
    found = trace.outcome("区", "花都区", "预算内金额")
    if amount is None:
        assert isinstance(found, Blocked) and found.status == "pending"
    else:
        assert rounded(found) == amount
        shares = [trace.outcome("区", name, "预算内金额") for name in TIERS]
        assert sum(Fraction(item) for item in shares if isinstance(item, int | Fraction)) == 7_000_000


def test_a_budget_that_suffices_leaves_what_is_due() -> None:
    trace = Evaluator(program()).run(_whole(8_000_000))
    assert trace.outcome("区", "花都区", "预算内金额") == 742_500


def _whole(budget: int) -> Facts:
    """All districts with their base work done, 花都区 as in its own example; the others together earn the rest of the total."""
    tables: dict[str, list[dict[str, Any]]] = {"区": [], "全市": [{"预算额度": budget}]}
    # 469.639万元 of performance less that of 花都区, in recognised firms of one district: 600元 each at 100 % of the target,
    # and what is left in patent firms at 70元
    rest = 4_696_390 - 442_500
    patents = next(count for count in range(2_000) if (rest - 70 * count) % 600 == 0)
    firms = (rest - 70 * patents) // 600
    number = 0
    for name in TIERS:
        own: dict[str, Any] = {**dict.fromkeys(HUADU, 0), "高企年度目标": 1, "基数口径": "当年交集"}
        own |= dict.fromkeys(("上年规上高企数", "上年规上科服数", "上年专利高企数"), 1)
        if name == "花都区":
            own = dict(HUADU)
        elif name == "黄埔区":
            own |= {"高企认定数": firms, "高企年度目标": firms, "专利高企数": patents}
        tables["区"].append({**own, **DONE, "名称": name, "通过绩效考核": True})
        for entity, rows in base_work(name).items():
            key = next(field.name for field in program().entities[entity].fields if field.key)
            for row in rows:
                number += 1
                cells = {
                    field: value.isoformat() if hasattr(value, "isoformat") else value for field, value in row.items()
                }
                tables.setdefault(entity, []).append({**cells, "区": name, key: f"虚构{number}"})
    return facts_of(program(), tables).facts


# every reading is given with its reason and the letter by which the notes on the notice know it
def test_every_reading_has_its_mark_and_its_reasons() -> None:
    marks = {reading.alias for reading in program().readings.values()}
    assert marks >= {
        f"A{number:02d}"
        for number in (1, 2, 3, 4, 5, 6, 8, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 23, 25, 26, 28, 35, 37)
    }
    assert all(option.reason for reading in program().readings.values() for option in reading.options)


# ---------------------------------------------------------------- what is told of them


def compared(facts: Facts) -> Comparison:
    def flip(reading: str, option: str, given: Facts) -> Trace:
        return evaluator(((reading, option),)).run(given)

    return compare(evaluator().run(facts), flip)


def alternative(comparison: Comparison, reading: str, option: str) -> Alternative:
    effects = next(item for item in comparison.readings if item.reading.name == reading)
    return next(item for item in effects.alternatives if item.option.name == option)


def test_the_amount_compared_is_that_of_the_row_and_not_its_share_of_a_budget() -> None:
    trace = evaluator().run(read(program(), [WORKBOOK])[0])
    comparison = compare(trace, lambda reading, option, given: evaluator(((reading, option),)).run(given))
    assert comparison.leading is not None and comparison.leading.name == "应补金额"
    found = agenda(trace, "区", "从化区", date(2025, 8, 1))
    assert [name.text for name, _ in found.amounts] == ["应补金额"]
    # what is open in other districts is not for this one to supply
    assert not [item for item in found.wanting if item.cause.key == "海珠区"]
    # applicants who came at 18:00 sharp stand below their district
    late = alternative(comparison, "截止时刻", "不含整点")
    assert {item.name.text for row in late.rows for item in row.below} >= {"按时提交", "可受理"}
    assert not late.idle and all(not row.money for row in late.rows)


def test_an_alternative_that_needs_facts_nobody_gave_says_which() -> None:
    comparison = compared(district({**HUADU, "通过绩效考核": True}, base_work("花都区"), "花都区"))
    announced = alternative(comparison, "认定家数", "备案公告")
    assert announced.idle and announced.size == (0, 0, 0, 0)
    assert [cause.name for cause in announced.wanting] == ["高企公告数"]
    told = next(item for item in tell(comparison).idle if item.name.startswith("认定家数"))
    summary = told.alternatives[0].summary
    assert "比较不了" in summary and "高企公告数" in summary


def test_the_sheet_of_computation_has_what_the_bureau_prints() -> None:
    trace = evaluator().run(read(program(), [WORKBOOK])[0])
    sheet = computation(trace)
    assert sheet is not None
    names = [head.name for head in sheet.heads]
    wanted = (
        *(
            "统一社会信用代码",
            "机构名称",
            "梯队名称",
            "基础补助",
            "高企认定数",
            "高企年度目标",
            "高企完成率",
            "高企单价",
        ),
        *(
            "高企认定补助",
            "比例增量",
            "数量增量",
            "高企增量补助",
            "规上高企补助",
            "规上科服补助",
            "专利高企补助",
            "绩效补助",
        ),
        *("测算合计", "预算内金额", "核准补助", "拨付补助"),
    )
    places = [names.index(name) for name in wanted]
    assert places == sorted(places)
    first = next(line for line in sheet.lines if line.key == "花都区")
    assert first.cells[names.index("机构名称")].value == "示例机构051"
    # what hangs on every district is told after what is open in one
    problems = results(trace).problems
    assert all("预算内金额" not in place for line, where in problems if "番禺区" in line for place in where)
