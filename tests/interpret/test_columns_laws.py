"""What is written across means what is written down: laws of cross tables, columns by category, covered days, nth rows, overlays."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

import policydsl
from policydsl.core.values import Outcome
from policydsl.pipeline import check_source
from policydsl.source import Source

SIDES, LEVELS = ("甲", "乙", "丙"), ("高", "低")


def _program(text: str, others: dict[str, str] | None = None) -> policydsl.Evaluator:
    known = others or {}
    result = check_source(Source("a.pol", text), lambda _, name: Source(name, known[name]) if name in known else None)
    assert result.program is not None, [finding.code for finding in result.findings]
    return policydsl.Evaluator(result.program)


def _outcome(evaluator: policydsl.Evaluator, rule: str, tables: dict[str, list[dict[str, object]]]) -> Outcome:
    read = policydsl.facts_of(evaluator.program, tables)
    main = evaluator.program.header.main
    return evaluator.run(read.facts).outcome(main, read.facts.tables[main][0].key, rule)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 99), min_size=6, max_size=6), st.sampled_from(SIDES), st.sampled_from(LEVELS))
def test_a_cross_table_is_the_table_by_both_keys(amounts: list[int], side: str, level: str) -> None:
    cell = dict(zip([(a, b) for a in SIDES for b in LEVELS], amounts, strict=True))
    across = "\n".join(f"    | {a} | {cell[a, '高']}元 | {cell[a, '低']}元 |" for a in SIDES)
    down = "\n".join(f"    | {a} | {b} | {amount}元 |" for (a, b), amount in cell.items())
    evaluator = _program(
        f"""政策 “例”:
    主体 人
名录 类: 甲、乙、丙
名录 级: 高、低
对象 人:
    名: 文本 主键
    类别: 类
    级别: 级
表 交叉 按 类别 × 级别: 依据 一
    | 类别 | 高 | 低 |
{across}
表 直写 按 类别、级别: 依据 一
    | 类别 | 级别 | 额 |
{down}
规则 一 = 交叉      依据 一
规则 二 = 直写.额  依据 一
"""
    )
    tables: dict[str, list[dict[str, object]]] = {"人": [{"名": "a", "类别": side, "级别": level}]}
    assert _outcome(evaluator, "一", tables) == _outcome(evaluator, "二", tables) == cell[side, level]


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.integers(1, 500), min_size=2, max_size=2, unique=True).map(sorted),
    st.lists(st.integers(0, 99), min_size=6, max_size=6),
    st.integers(0, 800),
    st.sampled_from(LEVELS),
)
def test_columns_are_brackets_of_each_category(bounds: list[int], rates: list[int], used: int, level: str) -> None:
    low, high = bounds
    evaluator = _program(
        f"""政策 “例”:
    主体 户
名录 级: 高、低
单位 度
对象 户:
    名: 文本 主键
    级别: 级
    用量: 度
规则 费 = 累进 用量 按 级别: 依据 一
    | 用量 | 高 | 低 |
    | 不超过 {low}度 | {rates[0]}元/度 | {rates[1]}元/度 |
    | 超过 {low}度 至 {high}度 | {rates[2]}元/度 | {rates[3]}元/度 |
    | 超过 {high}度 | {rates[4]}元/度 | {rates[5]}元/度 |
规则 价 = 分档 用量 按 级别: 依据 一
    | 用量 | 高 | 低 |
    | 不超过 {low}度 | {rates[0]}元 | {rates[1]}元 |
    | 不超过 {high}度 | {rates[2]}元 | {rates[3]}元 |
    | 否则 | {rates[4]}元 | {rates[5]}元 |
"""
    )
    mine = rates[LEVELS.index(level) :: 2]
    slices = (min(used, low), max(0, min(used, high) - low), max(0, used - high))
    tables: dict[str, list[dict[str, object]]] = {"户": [{"名": "a", "级别": level, "用量": used}]}
    assert _outcome(evaluator, "费", tables) == sum(a * b for a, b in zip(slices, mine, strict=True))
    assert _outcome(evaluator, "价", tables) == mine[0 if used <= low else 1 if used <= high else 2]


PERIODS = _program(
    """政策 “例”:
    主体 人
对象 人:
    名: 文本 主键
对象 经历 属于 人:
    起: 日期
    止: 日期
    序: 整数
规则 合并 = 覆盖天数(经历: 起, 止)                依据 一
规则 第三 = 第几条(经历.起 依 序 第 3 无则 2000年1月1日)  依据 一
"""
)
DAY = date(2025, 1, 1)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(-3, 30)), max_size=8), st.randoms(use_true_random=False))
def test_covered_days_are_the_days_of_the_union(periods: list[tuple[int, int]], random: object) -> None:
    places = list(range(len(periods)))
    random.shuffle(places)  # type: ignore[attr-defined]
    rows: list[dict[str, object]] = [
        {
            "人": "a",
            "起": (DAY + timedelta(days=start)).isoformat(),
            "止": (DAY + timedelta(days=start + length)).isoformat(),
            "序": place,
        }
        for (start, length), place in zip(periods, places, strict=True)
    ]
    tables: dict[str, list[dict[str, object]]] = {"人": [{"名": "a"}], "经历": rows}
    covered = {start + day for start, length in periods for day in range(length + 1)}
    assert _outcome(PERIODS, "合并", tables) == len(covered)
    third = [start for (start, _), place in zip(periods, places, strict=True) if place == 2]
    expected = DAY + timedelta(days=third[0]) if third else date(2000, 1, 1)
    assert _outcome(PERIODS, "第三", tables) == expected


BASE = """政策 “省”:
    编号 P
    主体 企业
名录 市: 甲市、乙市
对象 企业:
    名称: 文本 主键
    所在: 市
    投资: 元
规则 补贴 = 投资 × 10%   依据 省一
规则 上浮 = 补贴 × 120%  依据 省二
"""
NEW = "规则 补贴 = 投资 × 25%:  依据 市一\n    封顶 1000元\n"
PARTLY = _program(f"政策 “市”:\n    编号 C\n    沿用 “省.pol” 适用于 所在 为 甲市\n{NEW}", {"省.pol": BASE})
WHOLLY = _program(f"政策 “市”:\n    编号 C\n    沿用 “省.pol”\n{NEW}", {"省.pol": BASE})
ALONE = _program(BASE)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["甲市", "乙市"]), st.integers(0, 20_000))
def test_a_partial_overlay_is_the_overlay_for_its_rows_and_the_base_for_the_others(town: str, paid: int) -> None:
    tables: dict[str, list[dict[str, object]]] = {"企业": [{"名称": "a", "所在": town, "投资": paid}]}
    for rule in ("补贴", "上浮"):
        whole = WHOLLY if town == "甲市" else ALONE
        assert _outcome(PARTLY, rule, tables) == _outcome(whole, rule, tables)
    assert isinstance(_outcome(PARTLY, "补贴", tables), int | Fraction)
