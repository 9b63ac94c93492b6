"""性质 of every form on drawn policies: one that is true by construction is never refuted, one that is not always is.

The rule is a rate, a fixed sum and a bonus from a threshold on; what each form says of it can be worked out by hand.
"""

from __future__ import annotations

from functools import cache

from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

import policydsl
from policydsl.core.facts import Known
from policydsl.core.program import Program
from policydsl.testing.examples import run_examples
from policydsl.testing.properties import PropertyResult, check_properties

TEXT = """政策 “抽出来的(虚构)”:
    主体 区

单位 家、场

对象 区:
    名称:   文本  主键
    认定数: 家    不低于 0家
    别的数: 家    不低于 0家

对象 活动(场) 属于 区:
    到会数: 家  不低于 0家

对象 全市 单例:
    预算: 元  不低于 0元

规则 基本 = 认定数 × {rate}元/家 + {fixed}元 + (若 认定数 不低于 {edge}家 则 {bonus}元 否则 0元) + 别的数 × {other}元/家  依据 一
规则 会务 = 合计(活动.到会数) × {rate}元/家 + {fixed}元  依据 二
规则 首场 = 第一条(活动.到会数 无则 0家) × {rate}元/家  依据 二
规则 分得 = 分摊(全体 全市.预算 按 认定数 + 1家 到 1元 尾差归 最大者)  依据 三
规则 少得 = 分得 × {share}%  依据 三
"""


@frozen
class Figures:
    """The figures of a drawn policy."""

    rate: int
    fixed: int
    edge: int
    bonus: int
    other: int
    share: int
    step: int

    @property
    def jump(self) -> int:
        """The most that one step changes 基本 by: the step that takes in the threshold."""
        return self.rate * self.step + self.bonus


FIGURES = st.builds(
    Figures,
    rate=st.integers(1, 500),
    fixed=st.sampled_from([0, 0, 1, 7000]),
    edge=st.integers(1, 300),
    bonus=st.sampled_from([0, 1, 90, 40_000]),
    other=st.sampled_from([0, 0, 1, 30]),
    share=st.sampled_from([100, 99, 50]),
    step=st.sampled_from([1, 1, 2, 10]),
)


def stated(one: Figures) -> dict[str, tuple[str, bool]]:
    """By name: a property and whether it holds, worked out by hand."""
    whole = one.fixed == 0 and one.bonus == 0 and one.other == 0
    at_edge = one.rate * one.edge + one.fixed + one.bonus
    return {
        "有坎": (f"认定数 每增 {one.step}家 时 基本 变动 不超过 {one.jump}元", True),
        "坎小": (f"认定数 每增 {one.step}家 时 基本 变动 不超过 {one.jump - 1}元", False),
        "到了": (f"凡 认定数 不低于 {one.edge}家 则 基本 不低于 {at_edge}元", True),
        "到多": (f"凡 认定数 不低于 {one.edge}家 则 基本 不低于 {at_edge + 1}元", False),
        "别数": ("基本 与 别的数 无关", one.other == 0),
        "本数": ("基本 与 认定数 无关", False),
        "会数": ("会务 与 活动.到会数 无关", False),
        "会序": ("会务 与 活动 行序 无关", True),
        "首序": ("首场 与 活动 行序 无关", False),
        "拆数": ("认定数、别的数 拆分 时 基本 合计不变", one.fixed == 0 and one.bonus == 0),
        "拆一": ("认定数 拆分 时 基本 合计不变", whole),
        "拆会": ("活动 拆分 时 会务 合计不变", one.fixed == 0),
    }


CITY = {"分完": ("区.分得 之和 等于 预算", True), "少分": ("区.少得 之和 等于 预算", False)}


@cache
def policy(one: Figures) -> tuple[str, Program]:
    lines = "".join(f"性质 {name}: {said}\n" for name, (said, _) in stated(one).items())
    city = "针对 全市:\n" + "".join(f"    性质 {name}: {said}\n" for name, (said, _) in CITY.items())
    figures = {name: getattr(one, name) for name in ("rate", "fixed", "edge", "bonus", "other", "share")}
    text = TEXT.format(**figures) + "\n" + lines + city
    return text, policydsl.loads(text)


def verdicts(one: Figures) -> dict[str, PropertyResult]:
    return {result.item.name: result for result in check_properties(policy(one)[1])}


def expected(one: Figures) -> dict[str, bool]:
    return {name: holds for name, (_, holds) in stated(one).items()} | {"分完": True, "少分": one.share == 100}


@settings(max_examples=6, deadline=None)
@given(FIGURES)
def test_the_search_refutes_what_is_false_and_nothing_else(one: Figures) -> None:
    found = verdicts(one)
    assert {name: result.ok for name, result in found.items()} == expected(one)
    assert all(result.cases for result in found.values())


@settings(max_examples=4, deadline=None)
@given(FIGURES)
def test_what_refutes_is_an_example_that_passes(one: Figures) -> None:
    written = [
        example
        for result in verdicts(one).values()
        if result.counterexample is not None
        for example in result.counterexample.written
    ]
    results = run_examples(policydsl.loads(policy(one)[0] + "\n" + "\n".join(written)))
    assert len(results) == len(written)
    assert [item.example.name for item in results if not item.ok] == []


@settings(max_examples=8, deadline=None)
@given(FIGURES)
def test_the_prover_decides_what_formulas_reach_and_is_never_wrong(one: Figures) -> None:
    from policydsl.prove.ask import Prover

    found = {verdict.name: verdict for verdict in Prover(policy(one)[1], seconds=20).properties()}
    wanted = expected(one)
    reached = {name: verdict for name, verdict in found.items() if verdict.answer != "undecided"}
    assert {name: verdict.answer == "proved" for name, verdict in reached.items()} == {
        name: wanted[name] for name in reached
    }
    assert {"有坎", "坎小", "到了", "到多", "别数", "本数", "会序", "拆数", "拆一", "分完"} <= set(reached)
    # the smallest case: the first step that takes in the threshold, unless each step alone is too much
    case = found["坎小"].case
    assert case is not None and case.after is not None
    low = case.facts.tables["区"][0].cells["认定数"]
    first = 0 if one.bonus == 0 else max(0, one.edge - one.step)
    assert low == Known(first)
    case = found["到多"].case
    assert case is not None
    assert case.facts.tables["区"][0].cells["认定数"] == Known(one.edge)
