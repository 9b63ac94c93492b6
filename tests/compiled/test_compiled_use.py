"""The compiled engine in use: cases from plain values, other processes, code that names nothing of the policy, traces on demand."""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

import policydsl
from policydsl.compiled.cases import CaseError, facts_of_case
from policydsl.compiled.engine import Compiled
from policydsl.core.values import Blocked

POLICY = """政策 “编造的奖补”:
    编号 T
    主体 区

单位 家

对象 区:
    名称:  文本  主键
    家数:  家
    目标:  家  大于 0家
    投入:  元

对象 活动 属于 区:
    人数: 家

规则 完成率 = 家数 ÷ 目标
规则 奖励 = 家数 × 分档 完成率:
    达到 85%(含)  500元/家
    否则          0元/家
规则 合计数 = 奖励 + 投入 × 10%
规则 够数 = 计数(活动 其中 人数 不低于 40家)
"""
CASE = {"名称": "东区", "家数": 85, "目标": 100, "投入": Decimal("1.25"), "活动": [{"人数": 40}, {"人数": 39}]}


def made() -> Compiled:
    return policydsl.compile(policydsl.loads(POLICY))


def outcomes(compiled: Compiled, case: dict[str, Any]) -> dict[Any, Any]:
    return dict(compiled.case(case))


def test_a_case_of_plain_values_is_exact() -> None:
    found = made().case(CASE)
    assert found["区", "东区", "奖励"] == 42_500
    assert found["区", "东区", "合计数"] == 42_500 + Fraction(1, 8)
    assert found["区", "东区", "完成率"] == Fraction(17, 20)
    assert found["区", "东区", "够数"] == 1
    assert dict(found) == {at: step.outcome for at, step in found.trace().steps.items()}


def test_what_is_missing_is_said_as_the_reference_says_it() -> None:
    compiled = made()
    found = compiled.case({"名称": "东区", "家数": 85})
    expected = policydsl.evaluate(compiled.program, facts_of_case(compiled.program, {"名称": "东区", "家数": 85}))
    assert isinstance(found["区", "东区", "奖励"], Blocked)
    assert dict(found) == {at: step.outcome for at, step in expected.steps.items()}
    assert found.lazily().step("区", "东区", "奖励").body == expected.step("区", "东区", "奖励").body


@pytest.mark.parametrize(
    ("case", "said"),
    (
        ({"名称": "东区", "家数": 8.5}, "家数"),
        ({"名称": "东区", "家数": "8"}, "家数"),
        ({"名称": "东区", "没有": 1}, "没有"),
        ({"名称": "东区", "活动": [3]}, "活动"),
    ),
)
def test_a_case_that_does_not_fit_is_refused_in_words(case: dict[str, Any], said: str) -> None:
    with pytest.raises(CaseError, match=said):
        made().case(case)


def test_it_is_pickled_and_used_in_another_process() -> None:
    compiled = made()
    assert outcomes(pickle.loads(pickle.dumps(compiled)), CASE) == outcomes(compiled, CASE)
    with ProcessPoolExecutor(1) as pool:
        assert pool.submit(outcomes, compiled, CASE).result() == outcomes(compiled, CASE)


def test_the_same_text_is_compiled_once() -> None:
    assert made() is made()
    other = policydsl.compile(policydsl.loads(POLICY.replace("500元", "600元")))
    assert other.case(CASE)["区", "东区", "奖励"] == 51_000


def test_names_in_the_code_say_nothing_of_the_policy() -> None:
    for ready in made().plan.stages:
        assert ready.step is not None
        code = ready.step.__code__  # type: ignore[attr-defined]
        assert all(name.isascii() for name in (*code.co_names, *code.co_varnames))
