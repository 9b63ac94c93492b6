"""Rows below the main one given as plain values, as usual and not: a rule as a function, a whole case and the reference say the same."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest
from agreement import LAW, same_trace, told
from hypothesis import given
from hypothesis import strategies as st

import policydsl
from policydsl.compiled.cases import CaseError, facts_of_case
from policydsl.compiled.engine import Compiled
from policydsl.interpret.tables import DuplicateRow

POLICY = """政策 “编造的奖补”:
    编号 T
    主体 区

单位 人、场

名录 类别: 甲类、乙类

对象 区:
    名称: 文本 主键

对象 活动(场) 属于 区:
    编号: 文本 主键
    到会: 人  不低于 0人
    花费: 元
    类别: 类别
    公开: 布尔
    另付: 元 或无

针对 活动:
    规则 够格 = 到会 不低于 40人 且 公开
    规则 认可 = 若 类别 为 甲类 则 花费 否则 花费 × 50%

规则 场数 = 计数(活动 其中 够格)
规则 花费合计 = 合计(活动.认可 其中 够格)
规则 均花费 = 平均(活动.花费 无则 0元)
规则 另付合计 = 合计(活动.另付)
规则 末场 = 最后一条(活动.花费 无则 0元)
规则 有甲类 = 任一(活动 满足 类别 为 甲类)
规则 补助 = 场数 × 100元/场 + 花费合计
"""
EVENT: dict[str, Any] = {"编号": "一", "到会": 40, "花费": 7, "类别": "乙类", "公开": True, "另付": policydsl.NONE}
RULES = ("场数", "花费合计", "均花费", "另付合计", "末场", "有甲类", "补助")


def compiled(recorded: bool = False) -> Compiled:
    return policydsl.compile(policydsl.loads(POLICY), recorded=recorded)


def outcome(call: Any) -> Any:
    """What a call gives, or how it refuses."""
    try:
        return call()
    except (CaseError, DuplicateRow) as error:
        return type(error), str(error)


def hold(rows: Any) -> None:
    """Assert that all ways say the same of these rows."""
    case = {"名称": "东区", "活动": rows}
    expected = outcome(lambda: policydsl.evaluate(compiled().program, facts_of_case(compiled().program, case)))
    if isinstance(expected, tuple):
        for made in (compiled(), compiled(True)):
            assert outcome(lambda made=made: dict(made.case(case))) == expected
            assert outcome(lambda made=made: made.function(*RULES)(case)) == expected
        return
    for made in (compiled(), compiled(True)):
        outcomes = made.case(case)
        for rule in RULES:
            wanted = told(expected.outcome("区", "东区", rule))
            assert told(made.function(rule)(case)) == wanted, rule
            assert told(outcomes.of(rule)) == wanted, rule
        assert outcomes.facts == expected.facts
        same_trace(made.case(case).trace(), expected)
        same_trace(made.case(case).lazily(), expected)


USUAL = st.builds(
    lambda number, came, spent, kind, open_, more: {
        "编号": str(number), "到会": came, "花费": spent, "类别": kind, "公开": open_, "另付": more,
    },
    st.integers(0, 4), st.integers(0, 80), st.integers(-9, 9), st.sampled_from(("甲类", "乙类")), st.booleans(),
    st.one_of(st.just(policydsl.NONE), st.integers(0, 9)),
)  # fmt: skip


@LAW
@given(st.lists(USUAL, max_size=4))
def test_rows_as_usual(rows: list[dict[str, Any]]) -> None:
    hold(rows)


def test_a_rule_of_rows_as_usual_is_computed_without_packing_them(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = [compiled().function(rule) for rule in ("场数", "补助", "有甲类")]

    def refused(*_: object) -> None:
        raise AssertionError("the whole case was computed")

    monkeypatch.setattr(Compiled, "case", refused)
    case = {"名称": "东区", "活动": [EVENT, EVENT | {"编号": "二", "类别": "甲类"}]}
    assert [call(case) for call in calls] == [2, 210 + Fraction(1, 2), True]
    assert all("found" not in call.__code__.co_varnames for call in calls)  # type: ignore[attr-defined]


ODD: tuple[Any, ...] = (
    None, True, False, 5, -1, 0.5, "40", "甲类", "丙类", Decimal("1.25"), Decimal(3), Fraction(1, 3), Fraction(4, 2),
    10**40, 1 << 200, policydsl.NONE, [], {},
)  # fmt: skip


@pytest.mark.parametrize("name", tuple(EVENT))
@pytest.mark.parametrize("value", ODD, ids=repr)
def test_one_value_is_not_as_usual(name: str, value: Any) -> None:
    hold([EVENT | {"编号": "零"}, EVENT | {name: value}])


@pytest.mark.parametrize("name", tuple(EVENT))
def test_one_fact_is_not_there(name: str) -> None:
    hold([EVENT | {"编号": "零"}, {each: value for each, value in EVENT.items() if each != name}])


@pytest.mark.parametrize(
    "rows",
    (
        [],
        (),
        (EVENT,),
        EVENT,
        [EVENT, EVENT],
        [MappingProxyType(EVENT)],
        [EVENT | {"没有": 1}],
        [EVENT, 3],
        [EVENT, None],
        [EVENT, "行"],
        "行",
        3,
        None,
        {"没有": 1},
    ),
    ids=str,
)
def test_rows_that_are_not_as_usual(rows: Any) -> None:
    hold(rows)


def test_no_rows_are_given_at_all() -> None:
    case = {"名称": "东区"}
    expected = policydsl.evaluate(compiled().program, facts_of_case(compiled().program, case))
    for made in (compiled(), compiled(True)):
        assert told(made.function("补助")(case)) == told(expected.outcome("区", "东区", "补助"))
        same_trace(made.case(case).trace(), expected)


def test_a_mapping_that_makes_what_is_not_there_is_left_as_it_was() -> None:
    event: defaultdict[str, Any] = defaultdict(int, {"编号": "一", "到会": 40})
    for made in (compiled(), compiled(True)):
        made.case({"名称": "东区", "活动": [event]})
        made.function("补助")({"名称": "东区", "活动": [event]})
    assert set(event) == {"编号", "到会"}


def test_more_rows_than_there_are_keys_at_hand() -> None:
    policy = POLICY.replace("    编号: 文本 主键\n", "")
    made = policydsl.compile(policydsl.loads(policy))
    event = {name: value for name, value in EVENT.items() if name != "编号"}
    outcomes = made.case({"名称": "东区", "活动": [event] * 1_002})
    assert outcomes.of("场数") == 1_002
    assert [row.key for row in outcomes.facts.tables["活动"]][-2:] == ["1001", "1002"]
