"""Laws of rows among their siblings, on random invented tables: plain Python says the same, and a missing fact never lies."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sibling_policies import evaluated, table

from policydsl.core.values import Blocked, NotApplicable, Outcome
from policydsl.interpret.trace import Trace

Row = dict[str, Any]
relaxed = settings(deadline=None)

EVERYTHING = """规则 累计 = 至今合计(收入 其中 参评 分组 组 依 月份)
规则 此前 = 此前合计(收入 其中 参评 分组 组 依 月份)
规则 上月 = 上一条(收入 其中 参评 分组 组 依 月份 首条 0元)
规则 期初 = 上一条(期末 分组 组 依 月份 首条 0元)
规则 期末 = 期初 + 收入
规则 同位 = 名次(得分 从高、面积 从低 其中 参评 分组 组 并列 同名次)
规则 紧位 = 名次(得分 从高、面积 从低 其中 参评 分组 组 并列 紧接)
规则 待位 = 名次(得分 从高、面积 从低 其中 参评 分组 组 并列 待裁量)
规则 分得 = 分摊(全市.预算 按 收入 其中 参评 分组 组 到 元 尾差归 最大者)
规则 压得 = 压减(收入 至 全市.预算 其中 参评 分组 组 到 元 尾差归 末位)
规则 表序 = 至今合计(收入)
规则 依次得 = 依次 收入 限额 20元 依 月份"""

NAMES = (
    "累计",
    "此前",
    "上月",
    "期初",
    "期末",
    "同位",
    "紧位",
    "待位",
    "分得",
    "压得",
    "依次得",
    "表序",
)
SHARES = {"分得", "压得"}
"""What may depend on the order of the table, since the remainder is placed by it; 表序 goes by that order as it says."""


def rows(least: int = 1, most: int = 6, blanks: bool = False, distinct: bool = True) -> st.SearchStrategy[list[Row]]:
    """Firms with few different values, so that ties and equal groups are common."""

    def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.one_of(st.none(), values, values, values) if blanks else values

    row = st.fixed_dictionaries(
        {
            "组": maybe(st.sampled_from(["东", "西"])),
            "得分": maybe(st.integers(0, 3)),
            "面积": maybe(st.integers(0, 2)),
            "收入": maybe(st.integers(0, 12)),
            "参评": maybe(st.sampled_from([True, True, False])),
            "月份": maybe(st.integers(1, 40 if distinct else 4)),
        }
    )
    unique: Callable[[Row], Any] | None = (lambda item: item["月份"]) if distinct and not blanks else None
    return st.lists(row, min_size=least, max_size=most, unique_by=unique)


def of(trace: Trace, name: str) -> list[Outcome]:
    return [trace.outcome("企业", key, name) for key in trace.keys["企业"]]


def siblings(all_rows: list[Row], row: Row) -> list[Row]:
    return [other for other in all_rows if other["参评"] and other["组"] == row["组"]]


# ---------------------------------------------------------------- the same in plain Python


@relaxed
@given(rows())
def test_sums_and_the_row_before(firms: list[Row]) -> None:
    trace = evaluated(EVERYTHING, table(firms, 10))
    for at, row in enumerate(firms):
        before = sorted(
            (other for other in siblings(firms, row) if other["月份"] < row["月份"]), key=lambda item: item["月份"]
        )
        total = sum(other["收入"] for other in before)
        assert of(trace, "此前")[at] == total
        assert of(trace, "累计")[at] == total + (row["收入"] if row["参评"] else 0)
        assert of(trace, "上月")[at] == (before[-1]["收入"] if before else 0)
        earlier = [o["收入"] for o in firms if o["组"] == row["组"] and o["月份"] <= row["月份"]]
        assert of(trace, "期末")[at] == sum(earlier)
        assert of(trace, "表序")[at] == sum(other["收入"] for other in firms[: at + 1])
        used = sum(other["收入"] for other in firms if other["月份"] < row["月份"])
        assert of(trace, "依次得")[at] == min(row["收入"], max(0, 20 - used))


@relaxed
@given(rows())
def test_ranks(firms: list[Row]) -> None:
    trace = evaluated(EVERYTHING, table(firms, 10))
    for at, row in enumerate(firms):
        same, dense, pending = (of(trace, name)[at] for name in ("同位", "紧位", "待位"))
        if not row["参评"]:
            assert isinstance(same, NotApplicable)
            assert isinstance(dense, NotApplicable)
            assert isinstance(pending, NotApplicable)
            continue
        mine = (-row["得分"], row["面积"])
        others = [(-other["得分"], other["面积"]) for other in siblings(firms, row)]
        assert same == 1 + sum(other < mine for other in others)
        assert dense == 1 + len({other for other in others if other < mine})
        if others.count(mine) > 1:
            assert isinstance(pending, Blocked)
            assert pending.status == "pending"
        else:
            assert pending == same


@relaxed
@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=7),
    st.integers(0, 500),
    st.sampled_from(["分", "元", "百元"]),
    st.sampled_from(["最大者", "首位", "末位"]),
    st.sampled_from(["分摊", "压减"]),
)
def test_parts_sum_to_the_whole(weights: list[int], budget: int, place: str, remainder: str, kind: str) -> None:
    what = "全市.预算 按 申请额" if kind == "分摊" else "申请额 至 全市.预算"
    trace = evaluated(
        f"规则 得 = {kind}({what} 到 {place} 尾差归 {remainder})",
        table([{"申请额": weight} for weight in weights], budget),
    )
    parts = of(trace, "得")
    size = {"分": Fraction(1, 100), "元": 1, "百元": 100}[place]
    if kind == "压减" and sum(weights) <= budget:
        assert parts == weights
        return
    if sum(weights) == 0:
        assert all(isinstance(part, Blocked) for part in parts) if budget else parts == [0] * len(weights)
        return
    assert sum(parts) == budget  # type: ignore[arg-type]
    taker = {"首位": 0, "末位": len(weights) - 1, "最大者": weights.index(max(weights))}[remainder]
    for at, (part, weight) in enumerate(zip(parts, weights, strict=True)):
        exact = Fraction(budget * weight, sum(weights))
        if at == taker:
            assert part >= exact - exact % size  # type: ignore[operator]
        else:
            assert part == exact - exact % size


# ---------------------------------------------------------------- order of the table, missing facts


@relaxed
@given(rows(blanks=True, distinct=False), st.randoms(use_true_random=False))
def test_the_order_of_the_table_changes_nothing_else(firms: list[Row], random: Any) -> None:
    named = [{"名称": str(number), **row} for number, row in enumerate(firms)]
    one = evaluated(EVERYTHING, table(named, 10))
    random.shuffle(named)
    other = evaluated(EVERYTHING, table(named, 10))
    for name in NAMES[:-1]:
        for key in one.keys["企业"]:
            before, after = one.outcome("企业", key, name), other.outcome("企业", key, name)
            if isinstance(before, Blocked):
                assert isinstance(after, Blocked)
                assert after.status == before.status
                # a fault of a whole group names the row that stands first
                assert name in SHARES or leaves(after) == leaves(before)
            elif name not in SHARES:
                assert after == before


def leaves(blocked: Blocked) -> set[tuple[str, str, str]]:
    return {(cause.lack.value, cause.key, cause.name) for cause in blocked.causes}


@st.composite
def filled(draw: st.DrawFn) -> tuple[list[Row], list[Row], int | None, int]:
    """Firms with blanks, and the same with every blank filled."""
    firms = draw(rows(blanks=True, distinct=False))
    whole = draw(rows(least=len(firms), most=len(firms), distinct=False))
    done = [
        {name: full[name] if value is None else value for name, value in row.items()}
        for row, full in zip(firms, whole, strict=True)
    ]
    budget = draw(st.one_of(st.none(), st.integers(0, 40), st.integers(0, 40)))
    return firms, done, budget, draw(st.integers(0, 40)) if budget is None else budget


@settings(deadline=None, max_examples=300)
@given(filled())
def test_filling_in_a_missing_fact_turns_no_value_into_another(
    given_: tuple[list[Row], list[Row], int | None, int],
) -> None:
    firms, done, budget, whole = given_
    before, after = evaluated(EVERYTHING, table(firms, budget)), evaluated(EVERYTHING, table(done, whole))
    for name in NAMES:
        for one, other in zip(of(before, name), of(after, name), strict=True):
            if not isinstance(one, Blocked):
                assert other == one


@relaxed
@given(rows(blanks=True, distinct=False))
def test_a_place_is_known_where_no_fact_could_change_it(firms: list[Row]) -> None:
    """Ranks by one key: a row is blocked only by a blank that some value of would move it, or leave it out."""
    rule = "规则 位 = 名次(得分 从高 其中 参评 并列 同名次)"
    trace = evaluated(rule, table(firms))
    for at, row in enumerate(firms):
        found = of(trace, "位")[at]
        rivals = [other for place, other in enumerate(firms) if place != at and other["参评"] is not False]
        unsure = (
            row["参评"] is None
            or (row["得分"] is None and bool(rivals))
            or any(other["得分"] is None for other in rivals)
            or any(other["参评"] is None and other["得分"] > row["得分"] for other in rivals)
        )
        if row["参评"] is False:
            assert isinstance(found, NotApplicable)
        else:
            assert isinstance(found, Blocked) == unsure


def known(outcome: Outcome) -> object:
    """An outcome without the row on whose behalf a conflict is told."""
    if not isinstance(outcome, Blocked):
        return outcome
    return frozenset((cause.lack, cause.name, cause.key if cause.name != "端" else "") for cause in outcome.causes)


@pytest.mark.parametrize("fold", ["第一条", "最后一条"])
@relaxed
@given(firms=rows(blanks=True, distinct=False), whole=rows(least=6, most=6, distinct=False))
def test_the_row_at_an_end(fold: str, firms: list[Row], whole: list[Row]) -> None:
    rule = f"规则 端 = {fold}(全体 企业.收入 其中 参评 依 月份 无则 0元)"
    done = [
        {name: full[name] if value is None else value for name, value in row.items()}
        for row, full in zip(firms, whole, strict=False)
    ]
    before, after = of(evaluated(rule, table(firms)), "端"), of(evaluated(rule, table(done)), "端")
    # the same for whoever asks; a conflict is told on behalf of the row that asks
    assert len({known(outcome) for outcome in before}) == 1
    if not isinstance(before[0], Blocked):
        assert after == before
    counted = [row for row in done if row["参评"]]
    if not counted:
        assert after[0] == 0
        return
    end = (min if fold == "第一条" else max)(row["月份"] for row in counted)
    values = {row["收入"] for row in counted if row["月份"] == end}
    assert isinstance(after[0], Blocked) if len(values) > 1 else after[0] == values.pop()
