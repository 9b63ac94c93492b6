"""The column engine gives what the reference gives, on every policy there is and on random ones."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings

import policydsl
from policydsl.columnar.engine import Engine, TooLarge
from policydsl.columnar.results import outcome_of, tallies, totals
from policydsl.core.facts import Facts
from policydsl.core.program import Program
from policydsl.core.values import Blocked
from tests.columnar.agreement import differences

sys.path.insert(0, str(Path(__file__).parents[1] / "interpret"))
from random_programs import SEEDS, histories, policy

ROOT = Path(__file__).parents[2]
POLICIES = [ROOT / "policies" / "2025.pol", *sorted((ROOT / "policies" / "gallery").glob("*.pol"))]


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_on_the_worked_examples(path: Path) -> None:
    program = policydsl.load(path)
    # of a long file a few, spread over all of it
    examples = program.examples if len(program.examples) < 20 else program.examples[:: len(program.examples) // 4]
    for example in examples:
        compared, wrong, _ = differences(program, example.facts, example.readings, example.on)
        assert not wrong
        assert compared


def test_on_the_notice_and_its_workbook_in_pieces() -> None:
    program = policydsl.load(ROOT / "policies" / "2025.pol")
    facts = policydsl.read_facts(program, ROOT / "policies" / "examples" / "2025" / "facts.xlsx").facts
    compared, wrong, results = differences(program, facts, piece=6)
    assert not wrong
    assert compared > 3_000
    assert not results.whole


@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(SEEDS)
def test_on_random_programs(seed: int) -> None:
    for facts in histories(seed):
        _, wrong, _ = differences(policy(seed), facts)
        assert not wrong


SMALL = """政策 “例”:
    编号 EX-1
    主体 区

单位 家

对象 区:
    名称:   文本  主键
    认定数: 家
    目标数: 家  大于 0家
    上年数: 家

规则 完成率 = 认定数 ÷ 目标数  依据 一

规则 补助 = 认定数 × 分档 完成率:  依据 一
    达到 70%(含)   300元/家
    达到 85%(含)   500元/家
    达到 100%(含)  600元/家
    否则           0元/家

规则 增量 = 递增 认定数 自 目标数:  依据 二
    每 目标数 的 5%  给予 5万元
    每 15家          给予 5万元
    就高
    不封顶

规则 三分 = 补助 ÷ 3  依据 一

对象 全市 单例:
    预算: 金额

针对 全市:
    规则 总额 = 合计(区.增量)  依据 二
"""


def small(*rows: tuple[int, int]) -> tuple[Program, Facts]:
    program = policydsl.loads(SMALL)
    read = policydsl.facts_of(
        program,
        {
            "区": [
                {"名称": f"区{n}", "认定数": count, "目标数": target, "上年数": 1}
                for n, (count, target) in enumerate(rows)
            ]
        },
    )
    return program, read.facts


def test_thresholds_and_steps_are_met_exactly() -> None:
    rows = [
        (count, target)
        for target in (190, 240, 300, 1000)
        for share in (70, 85, 100, 105, 110, 115)
        for d in (-1, 0, 1)
        if (count := target * share // 100 + d)
    ]
    program, facts = small(*rows)
    results = Engine(program, duckdb.connect()).facts(facts)
    for n, (count, target) in enumerate(rows):
        rate = (
            600 if count >= target else 500 if count * 100 >= target * 85 else 300 if count * 100 >= target * 70 else 0
        )
        steps = max(0, count - target) * 20 // target, max(0, count - target) // 15
        assert outcome_of(results, "区", f"区{n}", "补助") == count * rate
        assert outcome_of(results, "区", f"区{n}", "增量") == max(steps) * 50_000
        assert outcome_of(results, "区", f"区{n}", "三分") == Fraction(count * rate, 3)


@pytest.mark.parametrize("count", [2**62, 10**19, 10**30])
def test_what_outgrows_64_or_128_bits_is_exact_all_the_same(count: int) -> None:
    program, facts = small((count, 7), (5, 5))
    results = Engine(program, duckdb.connect()).facts(facts)
    assert outcome_of(results, "区", "区0", "补助") == count * 600
    assert outcome_of(results, "区", "区1", "补助") == 3_000
    assert results.plan.width == "HUGEINT" or results.whole


def test_a_false_bound_spoils_one_row_and_the_total() -> None:
    program, facts = small((10, 0), (20, 10), (30, 10))
    compared, wrong, results = differences(program, facts)
    assert not wrong
    assert compared
    assert results.routed == 1
    assert isinstance(outcome_of(results, "区", "区0", "补助"), Blocked)
    assert outcome_of(results, "区", "区1", "补助") == 12_000
    assert isinstance(totals(results)["全市", "总额"], Blocked)


def test_tallies_count_and_sum() -> None:
    program, facts = small((10, 10), (20, 10))
    found = {item.rule: item for item in tallies(Engine(program, duckdb.connect()).facts(facts), "区")}
    assert found["补助"].counts == (2, 0, 0, 0)
    assert found["补助"].total == 18_000
    assert found["完成率"].total is None


def test_a_rule_that_needs_all_rows_is_left_to_the_reference_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    program = policydsl.loads(CARRIED)
    facts = policydsl.facts_of(program, {"区": [{"名称": "东", "数": 1}, {"名称": "西", "数": 2}]}).facts
    results = Engine(program, duckdb.connect()).facts(facts)
    assert results.whole
    monkeypatch.setattr("policydsl.columnar.engine.MOST_WHOLE", 1)
    with pytest.raises(TooLarge) as caught:
        Engine(program, duckdb.connect()).facts(facts)
    assert "参考解释器" in str(caught.value)


CARRIED = """政策 “结转(编造)”:
    编号 EX-3
    主体 区

对象 区:
    名称: 文本 主键
    数:   数

规则 期末 = 上一条(全体 期末 依 数 首条 0) + 数  依据 一
"""

LISTS = """政策 “清单”:
    编号 EX-2
    主体 区

对象 区:
    名称: 文本 主键
    限:   数  不低于 0

对象 活动 属于 区:
    人数: 数
    日期: 日期

规则 各场 = 列出(活动: 人数 ÷ 3)  依据 一
规则 各日 = 列出(活动.日期)  依据 一
规则 最多 = 最大(各场)  依据 一
规则 限内 = 若 限 大于 2 则 各场 否则 列出(活动.人数)  依据 一
"""


@pytest.mark.parametrize("limits", [(5, 1), (5, -1)])
def test_lists_of_numbers_and_days(limits: tuple[int, int]) -> None:
    program = policydsl.loads(LISTS)
    rows = [{"名称": name, "限": limit} for name, limit in zip("东西", limits, strict=True)]
    held = [
        {"所属区": owner, "人数": count, "日期": day}
        for owner, count, day in (("东", 3, "2025-08-31"), ("东", 4, "2024-02-29"), ("西", 1, "2025-01-01"))
    ]
    compared, wrong, _ = differences(program, policydsl.facts_of(program, {"区": rows, "活动": held}).facts)
    assert not wrong
    assert compared >= 8
