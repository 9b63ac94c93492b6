"""Lists, the previous row, filtered membership, aggregates of aggregates and calendar arithmetic have column forms that agree with
the reference on random facts, and the plan says that they have."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from attrs import evolve

import policydsl
from policydsl.columnar.results import plan_text
from policydsl.core import program as core
from policydsl.core.program import Program
from tests.columnar.agreement import differences
from tests.differential.facts import Drawer

POLICY = """政策 “例(编造)”:
    编号 FORMS-1
    主体 户

单位 家、项

名录 类别: 甲类、乙类

对象 名册:
    代码: 文本  主键
    类:   类别

对象 户:
    编号:   文本  主键
    代码:   文本
    起:     日期
    止:     日期
    月数:   月
    额:     金额

对象 季 属于 户:
    类:   类别
    人数: 家

对象 单 属于 季:
    票:   文本
    数:   家

规则 名单 = 列出(季.类 其中 人数 不低于 2家)  依据 一
规则 比上条 = 额 - 上一条(额 首条 0元)  依据 一
规则 累计 = 至今合计(额 其中 额 高于 3元)  依据 一
规则 在册 = 代码 在 名册.代码  依据 一
规则 季合 = 最大(季.人数 其中 合计(单.数) 高于 1家 无则 0家)
规则 满季 = 计数(季 其中 计数(单 其中 数 高于 1家) 不低于 1)  依据 二
规则 到期 = 起 + 月数  依据 三
规则 回溯 = 起 - 月数  依据 三
规则 次日 = 起 + 1天  依据 三
规则 月末日 = 月末(起)  依据 三
规则 隔月 = 整月数(起, 止)  依据 三
规则 隔年 = 周年数(起, 止)  依据 三
规则 同期 = 重叠天数(起, 止, 2025年1月1日, 2025年12月31日)  依据 三
规则 那天 = 某日(年份(起), 2, 日号(止))  依据 三
"""


def program_of() -> Program:
    """The policy, its membership filtered: the core says it, the language has no words for it."""
    program = policydsl.loads(POLICY)
    rules = []
    for rule in program.rules:
        if rule.name == "在册":
            assert isinstance(rule.body, core.Within)
            kind = program.entities["名册"].fields[1].type
            read = core.FieldRead(core.Here(0), "名册", "类", type=kind)
            where = core.Compare("eq", read, core.Const("甲类", type=kind), type=rule.type)
            rule = evolve(rule, body=evolve(rule.body, where=where))
        rules.append(rule)
    return evolve(program, rules=tuple(rules))


@pytest.mark.parametrize("seed", range(6))
def test_on_random_facts(seed: int) -> None:
    program = program_of()
    compared, wrong, _ = differences(program, Drawer(program, Random(seed)).facts())
    assert compared
    assert not wrong


def whole() -> dict[str, list[dict[str, object]]]:
    """Facts with nothing blank and the ends of months."""
    days = [date(2024, 1, 31), date(2024, 2, 29), date(2025, 2, 28), date(2025, 3, 31), date(2025, 12, 31)]
    keys = [f"H{n}" for n in range(25)]
    return {
        "名册": [{"代码": f"C{n}", "类": "甲类" if n % 2 else "乙类"} for n in range(6)],
        "户": [
            {
                "编号": key,
                "代码": f"C{n % 8}",
                "起": days[n % 5],
                "止": days[n // 5],
                "月数": n - 3 if n > 3 else n,
                "额": n % 7,
            }
            for n, key in enumerate(keys)
        ],
        "季": [{"户": keys[n % 20], "类": "甲类" if n % 3 else "乙类", "人数": n % 4} for n in range(60)],
    }


def test_nothing_of_it_goes_to_the_reference_where_nothing_is_blank() -> None:
    program = program_of()
    compared, wrong, results = differences(program, policydsl.facts_of(program, whole()).facts, piece=7)
    assert compared
    assert not wrong
    assert not results.whole
    assert plan_text(results)[0].startswith(f"列引擎 {len(program.rules)} 条规则")


MONTHS = """政策 “例(编造)”:
    编号 KEYS-1
    主体 户

单位 家

对象 户:
    编号: 数  主键

对象 月 属于 户:
    月份: 日期  主键
    家数: 家

规则 上月 = 合计(月.家数 其中 月份 早于 2025年9月1日)  依据 一

针对 月:
    规则 比上月 = 家数 - 上一条(家数 依 月份 首条 0家)  依据 一
    规则 后一日 = 月份 + 1天  依据 一
"""


@pytest.mark.parametrize("kind", ["日期", "时刻"])
@pytest.mark.parametrize("seed", range(4))
def test_keys_that_are_days_or_moments(kind: str, seed: int) -> None:
    text = MONTHS.replace("月份: 日期", f"月份: {kind}")
    if kind == "时刻":
        text = text.replace("2025年9月1日", "2025年9月1日12时").replace("    规则 后一日 = 月份 + 1天  依据 一\n", "")
    program = policydsl.loads(text)
    facts = Drawer(program, Random(seed)).facts()
    compared, wrong, _ = differences(program, facts)
    assert compared
    assert not wrong
