"""Traces told from what the code kept while it computed: step for step those of the reference, without it."""

from __future__ import annotations

import pickle
from math import floor
from typing import Any

import pytest
from agreement import (
    LAW,
    POLICIES,
    changed,
    differ,
    every_page,
    from_record,
    loaded,
    recorded,
    same_trace,
    the_whole_gallery,
    whole,
)
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from pages import Case, checked
from plain_cases import plain_cases
from random_programs import SEEDS, histories, policy

import policydsl
from policydsl.compiled.cases import facts_of_case
from policydsl.compiled.engine import compile_program
from policydsl.core.facts import Facts
from policydsl.core.program import Program
from policydsl.interpret.budget import ResourceError
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.rows import Run
from policydsl.interpret.tables import DuplicateRow


def of_cases(program: Program, facts: Facts, **how: Any) -> None:
    """Assert the same of each case of the facts by itself, given as plain values."""
    compiled = compile_program(program, recorded=True, **how)
    for values in plain_cases(program, facts):
        try:
            expected = compiled.reference.run(facts_of_case(program, values))
        except (ResourceError, DuplicateRow):
            continue
        same_trace(compiled.case(values).trace(), expected)
        same_trace(compiled.case(values).lazily(), expected)


@every_page
def test_the_pages_of_the_reference(case: Case) -> None:
    program = checked(case).program
    assert program is not None
    for example in program.examples:
        recorded(program, example.facts, example.readings, example.on)
        of_cases(program, example.facts, readings=example.readings, on=example.on)


@the_whole_gallery
def test_the_gallery(path: Any) -> None:
    for example in loaded(path).examples:
        recorded(loaded(path), example.facts, example.readings, example.on)
        of_cases(loaded(path), example.facts, readings=example.readings, on=example.on)


def test_the_2025_notice_and_how_much_of_it_is_told_from_what_was_kept() -> None:
    program = loaded(POLICIES / "2025.pol")
    kept = valued = 0
    for example in program.examples[::8]:
        told_so, of = recorded(program, example.facts, example.readings, example.on)
        kept, valued = kept + told_so, valued + of
    for example in program.examples[::40]:
        of_cases(program, example.facts, readings=example.readings, on=example.on)
    assert valued > 400
    assert (valued - kept) * 12 < valued


@LAW
@given(SEEDS)
def test_random_programs(seed: int) -> None:
    for number in range(seed, seed + 4):
        for facts in histories(number):
            recorded(policy(number), facts)
            recorded(whole(policy(number)), changed(facts, floor))


@LAW
@given(SEEDS)
def test_random_programs_one_case_at_a_time(seed: int) -> None:
    districts = evolve(policy(seed), header=evolve(policy(seed).header, main="区"))
    for facts in histories(seed):
        of_cases(districts, facts)
        of_cases(whole(districts), changed(facts, floor))


@LAW
@given(SEEDS, st.sampled_from((2**31, 2**63 + 1, 10**30, 3**80)))
def test_great_numbers(seed: int, factor: int) -> None:
    facts = histories(seed)[1]
    recorded(policy(seed), changed(facts, lambda value: value * factor))
    recorded(whole(policy(seed)), changed(facts, lambda value: floor(value) * factor + 1))


POLICY = """政策 “编造的奖补”:
    编号 T
    主体 区

单位 家、场、人

名录 类别: 甲类、乙类

对象 区:
    名称:  文本  主键
    家数:  家
    目标:  家  大于 0家
    投入:  元
    类别:  类别
    补正:  家 或无

对象 活动(场) 属于 区:
    到会: 人  不低于 0人
    花费: 元

表 标准 按 类别:
    | 类别 | 额        |
    | 甲类 | 500元/家  |
    | 乙类 | 300元/家  |

规则 完成率 = 家数 ÷ 目标
规则 一半   = (投入 + 10元) × 50%
规则 单价 = 分档 完成率:
    达到 85%(含)   标准.额
    达到 100%(含)  600元/家
    否则           0元/家
规则 奖励 = 家数 × 单价
    不超过 5万元
规则 增量 = 递增 家数 自 目标:
    每 目标 的 5%  给予 5万元
    每 15家  给予 5万元
    就高
    不封顶
规则 场数 = 计数(活动 其中 到会 不低于 40人)
规则 花费合计 = 合计(活动.花费)
规则 最多 = 最大(活动.到会 无则 0人)
规则 末场 = 最后一条(活动.花费 无则 0元)
规则 有大场 = 任一(活动 满足 到会 不低于 100人)
规则 可得 = (目标 大于 5家 且 家数 ÷ 目标 不低于 50%) 或 有(补正)
规则 较高 = 就高:
    一半: 一半
    花费: 花费合计
规则 补助 = 若 场数 不低于 1场 则 奖励 + 增量 否则 较高
规则 阶梯 = 累进 投入:
    不超过 100元  10%
    否则          20%
"""
CASE: dict[str, Any] = {
    "名称": "东区", "家数": 85, "目标": 100, "投入": 7_001, "类别": "乙类", "补正": policydsl.NONE,
    "活动": [{"到会": 40, "花费": 1}, {"到会": 39, "花费": 2}, {"到会": 140, "花费": 3}],
}  # fmt: skip


def made() -> Any:
    return policydsl.compile(policydsl.loads(POLICY), recorded=True)


def expected(values: dict[str, Any]) -> policydsl.Trace:
    return policydsl.evaluate(made().program, facts_of_case(made().program, values))


@pytest.mark.parametrize(
    "change",
    ({}, {"家数": 130}, {"家数": 20}, {"活动": []}, {"目标": 3, "家数": 2}, {"投入": 50, "补正": 3}, {"类别": "甲类"}),
    ids=str,
)
def test_every_step_is_told_without_the_reference(change: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASE | change
    wanted = expected(case)
    dict(wanted.steps)  # how constraints held is worked out now
    outcomes = made().case(case)
    assert outcomes.facts == facts_of_case(made().program, case)
    told_so = [at for at in wanted.steps if from_record(outcomes, at)]
    assert set(told_so) == set(wanted.steps)

    def refused(*_: object) -> None:
        raise AssertionError("the reference was asked")

    monkeypatch.setattr(Evaluator, "run", refused)
    monkeypatch.setattr(Run, "step", refused)
    monkeypatch.setattr(Run, "force", refused)
    same_trace(made().case(case).trace(), wanted)
    same_trace(made().case(case).lazily(), wanted)


@pytest.mark.parametrize(
    "wrong",
    ({"目标": 0}, {"家数": None}, {"活动": [{"到会": -1, "花费": 1}]}, {"活动": [{"花费": 1}]}, {"投入": 10**60}),
    ids=str,
)
def test_what_is_not_as_usual_is_told_by_the_reference(wrong: dict[str, Any]) -> None:
    outcomes = made().case(CASE | wrong)
    same_trace(outcomes.trace(), expected(CASE | wrong))
    same_trace(outcomes.lazily(), expected(CASE | wrong))


def test_the_case_may_be_changed_after_it_was_taken() -> None:
    case = {**CASE, "活动": [dict(row) for row in CASE["活动"]]}
    outcomes = made().case(case)
    case["家数"] = 1
    case["活动"][0]["到会"] = 1
    same_trace(outcomes.trace(), expected(CASE))


def test_it_is_pickled_with_the_wish_to_keep_steps() -> None:
    again = pickle.loads(pickle.dumps(made()))
    assert again.recorded
    assert (
        differ(again.case(CASE).trace().step("区", "东区", "补助"), expected(CASE).step("区", "东区", "补助")) is None
    )


def test_rows_that_were_asked_for() -> None:
    outcomes = made().case(CASE)
    assert outcomes.trace({"区": ["东区"]}) == policydsl.evaluate(made().program, outcomes.facts, keys={"区": ["东区"]})
