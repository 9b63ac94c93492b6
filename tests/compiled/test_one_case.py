"""One case of plain values: packed as facts are, the same outcomes from a rule made a function, the same trace on demand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from agreement import LAW, POLICIES, changed, every_page, loaded, the_whole_gallery, told, whole
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from pages import Case, checked
from plain_cases import plain_cases
from random_programs import SEEDS, histories, policy

import policydsl
from policydsl.compiled.cases import CaseError, facts_of_case
from policydsl.compiled.engine import compile_program
from policydsl.compiled.single import UnknownRule
from policydsl.core.facts import Facts
from policydsl.core.program import Program
from policydsl.core.values import Blocked
from policydsl.interpret.budget import ResourceError
from policydsl.interpret.tables import DuplicateRow


def one_by_one(
    program: Program, facts: Facts, readings: Mapping[str, str] | None = None, on: date | None = None, every: int = 1
) -> int:
    """Hold each case of the facts against the reference: its packed facts, every outcome, every trace, and every `every`-th rule
    of the main entity as a function. How many cases were packed directly."""
    compiled = compile_program(program, readings, on)
    main, direct = program.header.main, 0
    names = [rule.name for rule in program.rules if rule.entity == main and rule.kind != "constraint"][::every]
    for values in plain_cases(program, facts):
        same = facts_of_case(program, values)
        try:
            trace = compiled.reference.run(same)
        except (ResourceError, DuplicateRow) as error:
            with pytest.raises(type(error)):
                dict(compiled.case(values))
            continue
        rows = compiled.packing.rows(values)
        if rows is not None:
            direct += 1
            assert compiled.packing.world(rows).facts == same.tables
        outcomes = compiled.case(values)
        assert {at: told(outcome) for at, outcome in outcomes.items()} == {
            at: told(step.outcome) for at, step in trace.steps.items()
        }
        assert compiled.case(values).lazily() == trace
        key = same.tables[main][0].key
        for name in names:
            assert told(compiled.function(name)(values)) == told(trace.outcome(main, key, name)), name
        if names:
            found = compiled.function(*names)(values)
            expected = tuple(trace.outcome(main, key, name) for name in names)
            assert found == (expected if len(names) > 1 else expected[0])
    return direct


@every_page
def test_the_pages_of_the_reference(case: Case) -> None:
    program = checked(case).program
    assert program is not None
    for example in program.examples:
        one_by_one(program, example.facts, example.readings, example.on)


@the_whole_gallery
def test_the_gallery(path: Path) -> None:
    for example in loaded(path).examples:
        one_by_one(loaded(path), example.facts, example.readings, example.on)


def test_the_2025_notice() -> None:
    program = loaded(POLICIES / "2025.pol")
    direct = 0
    for example in program.examples[::12]:
        direct += one_by_one(program, example.facts, example.readings, example.on, every=9)
    assert direct > 5


def of_districts(program: Program) -> Program:
    """The same program with districts as its main entity."""
    return evolve(program, header=evolve(program.header, main="区"))


@LAW
@given(SEEDS)
def test_random_programs(seed: int) -> None:
    for number in range(seed, seed + 2):
        for facts in histories(number):
            one_by_one(of_districts(policy(number)), facts)
            one_by_one(of_districts(whole(policy(number))), changed(facts, lambda value: value // 1))


@LAW
@given(SEEDS, st.sampled_from((2**31, 2**63 + 1, 10**30, 3**80)))
def test_great_numbers(seed: int, factor: int) -> None:
    facts = histories(seed)[1]
    one_by_one(of_districts(policy(seed)), changed(facts, lambda value: value * factor))
    one_by_one(of_districts(whole(policy(seed))), changed(facts, lambda value: value // 1 * factor + 1))


POLICY = """政策 “编造的奖补”:
    编号 T
    主体 区

单位 家
单位 人

对象 区:
    名称:  文本  主键
    家数:  家
    目标:  家  大于 0家
    投入:  元
    人数:  人  未填按 3人 依据 二

对象 活动 属于 区:
    编号: 文本 主键
    到场: 家  不低于 0家

规则 奖励 = 家数 × 分档 家数 ÷ 目标:
    达到 85%(含)  500元/家
    否则          0元/家
规则 够数 = 计数(活动 其中 到场 不低于 40家)
规则 合计数 = 奖励 + 投入 × 10% + 够数 × 1元
规则 人头 = 人数 × 2
"""
CASE: dict[str, Any] = {
    "名称": "东区", "家数": 85, "目标": 100, "投入": 7,
    "活动": [{"编号": "一", "到场": 40}, {"编号": "二", "到场": 39}],
}  # fmt: skip


def test_a_rule_as_a_function_takes_what_it_needs() -> None:
    compiled = policydsl.compile(policydsl.loads(POLICY))
    paid = compiled.function("奖励")
    assert paid is compiled.function("奖励")
    assert paid({"家数": 85, "目标": 100}) == paid(CASE) == 42_500
    assert compiled.function("奖励", "够数")(CASE) == (42_500, 1)
    assert compiled.function("人头")({}) == compiled.case({})["区", "1", "人头"] == 6


@pytest.mark.parametrize(
    "wrong",
    (
        {"目标": 0},
        {"目标": None},
        {"目标": 100.0},
        {"投入": "7"},
        {"没有": 1},
        {"活动": [{"编号": "一", "到场": -1}]},
        {"活动": [{"编号": "一", "到场": 1}, {"编号": "一", "到场": 1}]},
        {"活动": [{"编号": "一", "到场": True}]},
        {"活动": 3},
        {"家数": 10**60},
    ),
)
def test_what_is_not_as_usual_is_said_as_it_is_of_whole_cases(wrong: dict[str, Any]) -> None:
    compiled = policydsl.compile(policydsl.loads(POLICY))
    case = CASE | wrong
    try:
        facts = facts_of_case(compiled.program, case)
        expected = policydsl.evaluate(compiled.program, facts).outcome("区", "东区", "合计数")
    except (CaseError, DuplicateRow) as error:
        for call in (compiled.function("合计数"), compiled.case):
            if "没有" in wrong and call != compiled.case:
                assert call(case) == call(CASE)
                continue
            with pytest.raises(type(error)) as caught:
                call(case)
            assert str(caught.value) == str(error)
        return
    assert told(compiled.function("合计数")(case)) == told(expected)
    assert told(compiled.case(case)["区", "东区", "合计数"]) == told(expected)


def test_the_case_may_be_changed_after_it_was_taken() -> None:
    compiled = policydsl.compile(policydsl.loads(POLICY))
    case = {**CASE, "活动": [dict(row) for row in CASE["活动"]]}
    outcomes = compiled.case(case)
    expected = policydsl.evaluate(compiled.program, facts_of_case(compiled.program, CASE))
    case["家数"] = 1
    case["活动"][0]["到场"] = 1
    assert outcomes.trace() == expected
    assert outcomes.facts == expected.facts


def test_a_rule_that_is_not_there_is_said_in_words() -> None:
    compiled = policydsl.compile(policydsl.loads(POLICY))
    with pytest.raises(UnknownRule, match="没有规则「奖金」"):
        compiled.function("奖金")


def test_the_code_names_nothing_of_the_policy_but_the_facts_it_takes() -> None:
    code: Any = policydsl.compile(policydsl.loads(POLICY)).function("合计数")
    assert all(name.isascii() for name in (*code.__code__.co_names, *code.__code__.co_varnames))
    assert isinstance(code({"目标": 1}), Blocked)
