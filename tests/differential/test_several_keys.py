"""Groups and orders by several keys: plain Python says the same, a missing key never lies, and every engine agrees. Invented data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import policydsl
from policydsl.columnar.engine import Engine as Columns
from policydsl.core.facts import Facts, Known, Missing, Record
from policydsl.core.program import Program
from policydsl.core.values import Blocked, Outcome
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.trace import Line, Portioning, Standing
from tests.differential.engines import ENGINES, differences, reference

POLICY = """政策 “测试”:
    编号 T-1
    主体 申请

名录 区域: 西、东
单位 分

对象 申请:
    编号:   文本 主键
    区域:   区域
    年度:   数
    受理日: 日期
    得分:   分
    签号:   数
    额:     元  不低于 0元
    合格:   布尔

对象 全市 单例:
    预算: 元

规则 累计 = 至今合计(额 分组 区域、年度 依 受理日、得分 从高、签号)
规则 此前 = 此前合计(额 其中 合格 依 区域 从高、受理日、签号)
规则 上一 = 上一条(额 分组 年度 依 受理日 从高、签号 首条 −1元)
规则 上一合格 = 上一条(额 其中 合格 分组 年度 依 得分、签号 从低 首条 −1元)
规则 发放 = 依次 额 限额 预算 其中 合格 分组 区域、年度 依 得分 从高、受理日
规则 同位 = 名次(得分 从高 其中 合格 分组 区域、年度 并列 同名次)
规则 分得 = 分摊(预算 按 额 分组 区域、年度 到 元 尾差归 最大者)
规则 压得 = 压减(额 至 预算 其中 合格 分组 区域、年度 到 元 尾差归 首位)

针对 全市:
    规则 首 = 第一条(申请.额 其中 合格 依 受理日、得分 从高、签号 无则 −1元)
    规则 末 = 最后一条(申请.额 依 区域、签号 无则 −1元)
    规则 次 = 第几条(申请.额 依 区域 从高、签号 第 2 无则 −1元)
    规则 首一 = 第一条(申请.额 其中 合格 依 签号 从高 无则 −1元)
    规则 末一 = 最后一条(申请.额 依 区域 从高 无则 −1元)
    规则 次一 = 第几条(申请.额 依 签号 从高 第 2 无则 −1元)
"""
PROGRAM: Program = policydsl.loads(POLICY)
Row = dict[str, Any]
relaxed = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def rows(blanks: float = 0, least: int = 1, most: int = 6) -> st.SearchStrategy[list[Row]]:
    """Claims of few different values, so that levels and groups of several rows are common."""

    def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.one_of(values, values, values, st.none()) if blanks else values

    days = [date(2025, 1, day) for day in (1, 2)]
    return st.lists(
        st.fixed_dictionaries(
            {
                "区域": maybe(st.sampled_from(["东", "西"])),
                "年度": maybe(st.sampled_from([2024, 2025])),
                "受理日": maybe(st.sampled_from(days)),
                "得分": maybe(st.integers(0, 2)),
                "签号": maybe(st.integers(0, 3)),
                "额": maybe(st.integers(0, 9)),
                "合格": maybe(st.sampled_from([True, True, False])),
            }
        ),
        min_size=least,
        max_size=most,
    )


def facts(claims: Sequence[Row], budget: int | None = 10) -> Facts:
    """The claims as facts; None is a blank."""

    def record(key: str, cells: Row) -> Record:
        return Record(key, {name: Missing() if value is None else Known(value) for name, value in cells.items()})

    table = tuple(record(str(at), {"编号": str(at), **row}) for at, row in enumerate(claims))
    return Facts({"申请": table, "全市": (record("", {"预算": budget}),)})


def of(claims: Sequence[Row], rule: str, budget: int | None = 10) -> list[Outcome]:
    """What a rule gives for each claim."""
    found = reference(PROGRAM, facts(claims, budget), {}, None)
    return [found["申请", str(at), rule] for at in range(len(claims))]


Mark = Callable[[Row], tuple[Any, ...]]


def line(claims: list[Row], at: int, alike: Sequence[str], mark: Mark, where: bool = False) -> list[Row] | None:
    """The claims of the same group before one, in order; None where another one stands where it does."""
    row = claims[at]
    among = [
        other
        for place, other in enumerate(claims)
        if place != at and all(other[name] == row[name] for name in alike) and (other["合格"] or not where)
    ]
    if any(mark(other) == mark(row) for other in among):
        return None
    return sorted((other for other in among if mark(other) < mark(row)), key=mark)


def backwards(day: Any) -> int:
    """What orders days from the latest on."""
    return -int(day.toordinal())


@relaxed
@given(rows())
def test_plain_python_says_the_same(claims: list[Row]) -> None:
    marks: dict[str, tuple[list[str], Mark, bool]] = {
        "累计": (["区域", "年度"], lambda row: (row["受理日"], -row["得分"], row["签号"]), False),
        "此前": ([], lambda row: (row["区域"] == "西", row["受理日"], row["签号"]), True),
        "上一": (["年度"], lambda row: (backwards(row["受理日"]), row["签号"]), False),
        "发放": (["区域", "年度"], lambda row: (-row["得分"], row["受理日"]), True),
    }
    # 名录 区域: 西、东, so that 从高 has 东 first
    found = {name: of(claims, name) for name in [*marks, "同位"]}
    for at, row in enumerate(claims):
        for name, (alike, mark, where) in marks.items():
            got, before = found[name][at], line(claims, at, alike, mark, where)
            if name == "发放" and not row["合格"]:
                assert got == 0
            elif before is None:
                assert isinstance(got, Blocked)
                assert got.status == "invalid"
            elif name == "上一":
                tied = len(before) > 1 and mark(before[-1]) == mark(before[-2])
                assert isinstance(got, Blocked) if tied else got == (before[-1]["额"] if before else -1)
            else:
                total = sum(other["额"] for other in before)
                want = {"累计": total + row["额"], "此前": total, "发放": min(row["额"], max(0, 10 - total))}
                assert got == want[name]
        rivals = [o for o in claims if o["合格"] and (o["区域"], o["年度"]) == (row["区域"], row["年度"])]
        if row["合格"]:
            assert found["同位"][at] == 1 + sum(other["得分"] > row["得分"] for other in rivals)


@st.composite
def filled(draw: st.DrawFn) -> tuple[list[Row], list[Row], int | None, int]:
    """Claims with blanks, and the same with every blank filled."""
    claims = draw(rows(blanks=True))
    whole = draw(rows(least=len(claims), most=len(claims)))
    done = [
        {name: full[name] if value is None else value for name, value in row.items()}
        for row, full in zip(claims, whole, strict=True)
    ]
    budget = draw(st.one_of(st.none(), st.integers(0, 40), st.integers(0, 40)))
    return claims, done, budget, draw(st.integers(0, 40)) if budget is None else budget


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(filled())
def test_filling_in_a_missing_fact_turns_no_value_into_another(
    given_: tuple[list[Row], list[Row], int | None, int],
) -> None:
    claims, done, budget, whole = given_
    before = reference(PROGRAM, facts(claims, budget), {}, None)
    after = reference(PROGRAM, facts(done, whole), {}, None)
    for at, outcome in before.items():
        if not isinstance(outcome, Blocked):
            assert after[at] == outcome, at


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(rows(blanks=True), st.one_of(st.none(), st.integers(0, 40)))
def test_the_second_evaluator_and_compiled_code_say_the_same(claims: list[Row], budget: int | None) -> None:
    said = facts(claims, budget)
    want = reference(PROGRAM, said, {}, None)
    for name in ("second", "compiled"):
        wrong = differences(PROGRAM, want, ENGINES[name](PROGRAM, said, {}, None))
        assert not wrong, [str(one) for one in wrong]


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(rows(), rows(blanks=True)), st.integers(0, 40))
def test_columns_say_the_same(claims: list[Row], budget: int) -> None:
    said = facts(claims, budget)
    wrong = differences(PROGRAM, reference(PROGRAM, said, {}, None), ENGINES["columnar"](PROGRAM, said, {}, None))
    assert not wrong, [str(one) for one in wrong]


def test_what_is_certain_stands_in_columns_as_windows() -> None:
    claims = [
        {
            "区域": "东西"[at % 2],
            "年度": 2024 + at % 3,
            "受理日": date(2025, 1, 1 + at),
            "得分": at % 3,
            "签号": at,
            "额": at,
            "合格": at % 4 > 0,
        }
        for at in range(12)
    ]
    results = Columns(PROGRAM, duckdb.connect(), {}, None).facts(facts(claims))
    left = {item.rule.name for item in results.plan.verdicts if item.where == "reference"}
    # the rows at an end and the nth have columns by one key only
    assert left == {"首", "末", "次"}
    assert not differences(
        PROGRAM, reference(PROGRAM, facts(claims), {}, None), ENGINES["columnar"](PROGRAM, facts(claims), {}, None)
    )


# ---------------------------------------------------------------- what is needed


def claim(**cells: Any) -> Row:
    """A claim like any other but for some cells."""
    usual = {"区域": "东", "年度": 2025, "受理日": date(2025, 1, 1), "得分": 1, "签号": 1, "额": 5, "合格": True}
    return {**usual, **cells}


def test_a_further_key_is_needed_of_rows_that_are_level_only() -> None:
    later = date(2025, 1, 2)
    claims = [claim(得分=None), claim(受理日=later, 得分=2, 签号=None), claim(受理日=later, 得分=1, 签号=None)]
    assert of(claims, "累计") == [5, 10, 15]
    level = [claim(签号=None), claim(签号=1), claim(受理日=later)]
    first, second, third = of(level, "累计")
    assert isinstance(first, Blocked)
    assert isinstance(second, Blocked)
    assert [(cause.key, cause.name) for cause in second.causes] == [("0", "签号")]
    assert third == 15
    # which of two level rows comes just before a third is open as well
    open_ = of([claim(签号=None), claim(签号=1), claim(得分=2)], "上一合格")[2]
    assert isinstance(open_, Blocked)
    assert [(cause.key, cause.name) for cause in open_.causes] == [("0", "签号")]


def test_the_first_key_is_needed_of_every_row() -> None:
    assert all(isinstance(outcome, Blocked) for outcome in of([claim(受理日=None), claim(签号=2)], "累计"))


def test_the_row_at_an_end_is_known_where_all_that_may_be_it_have_one_value() -> None:
    claims = [claim(签号=None, 额=3), claim(签号=1, 额=3), claim(受理日=date(2025, 1, 2), 额=9)]
    assert reference(PROGRAM, facts(claims), {}, None)["全市", "", "首"] == 3
    claims[1]["额"] = 4
    found = reference(PROGRAM, facts(claims), {}, None)["全市", "", "首"]
    assert isinstance(found, Blocked)
    assert [(cause.key, cause.name) for cause in found.causes] == [("0", "签号")]


def test_a_row_without_a_key_may_be_of_the_groups_that_agree_with_the_others() -> None:
    claims = [claim(年度=2024), claim(年度=2025), claim(区域="西", 年度=2025), claim(年度=None)]
    open_, also, known, own = of(claims, "同位")
    assert isinstance(open_, Blocked)
    assert isinstance(also, Blocked)
    assert isinstance(own, Blocked)
    assert known == 1
    assert [(cause.key, cause.name) for cause in open_.causes] == [("3", "年度")]


def test_words_of_a_list_go_by_their_place_in_the_list() -> None:
    found = reference(PROGRAM, facts([claim(区域="东", 额=1), claim(区域="西", 额=2)]), {}, None)
    # 名录 区域: 西、东, from the last word on
    assert found["全市", "", "次"] == 2
    assert found["全市", "", "末"] == 1


@pytest.mark.parametrize(("rule", "note"), [("累计", Line), ("上一", Line), ("同位", Standing), ("分得", Portioning)])
def test_the_trace_says_which_group_a_row_stands_in(rule: str, note: type) -> None:
    trace = Evaluator(PROGRAM, {}, None).run(facts([claim()]))
    found = trace.step("申请", "0", rule).body.note
    assert isinstance(found, note)
    assert found.group == ((2025,) if rule == "上一" else ("东", 2025))  # type: ignore[attr-defined]
