"""Places, running totals and shares as windows give what the reference gives, ties, filters, groups and remainders included."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import policydsl
from tests.columnar.agreement import differences

POLICY = """政策 “评奖(编造)”:
    编号 W-1
    主体 项目

单位 分、项

名录 组别: 初创组、成长组

对象 全市 单例:
    预算: 金额

对象 项目(项):
    编号:   文本  主键
    组:     组别
    得分:   分
    申报日: 日期
    申请额: 金额
    合格:   布尔

规则 名次一 = 名次(全体 得分 从高、申报日 从低 其中 合格 分组 组 并列 同名次)  依据 一
规则 名次二 = 名次(全体 组 从低、得分 从高 并列 紧接)  依据 一
规则 名次三 = 名次(全体 得分 从低 并列 待裁量)  依据 一
规则 得奖 = 名次一 不适用 时 99 不超过 2  依据 一
规则 累计 = 至今合计(申请额 依 编号次)  依据 二
规则 先前 = 此前合计(申请额 依 编号次)  依据 二
规则 编号次 = 得分 ÷ 1分 × 1000 + 年份差  依据 二
规则 年份差 = 申报日差  依据 二
规则 申报日差 = 天数(2025年1月1日, 申报日) ÷ 1天  依据 二
规则 拨付 = 压减(全体 申请额 至 全市.预算 到 1元 尾差归 最大者)  依据 三
规则 分得 = 分摊(全体 全市.预算 按 申请额 到 100元 尾差归 首位 其中 合格)  依据 三

针对 全市:
    规则 拨付额 = 合计(项目.拨付)  依据 三
    规则 得奖数 = 计数(项目 其中 得奖)  依据 一
"""


@st.composite
def contests(draw: st.DrawFn) -> dict[str, list[dict[str, object]]]:
    rows = [
        {
            "编号": f"P{number}",
            "组": draw(st.sampled_from(["初创组", "成长组"])),
            "得分": draw(st.integers(0, 4)),
            "申报日": f"2025-01-{draw(st.integers(1, 5)):02d}",
            "申请额": draw(st.sampled_from([0, 1, 3, 100, 999])),
            "合格": draw(st.booleans()),
        }
        for number in range(draw(st.integers(1, 7)))
    ]
    return {"项目": rows, "全市": [{"预算": draw(st.sampled_from([0, 1, 100, 1000, 12345]))}]}


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(contests())
def test_windows_are_what_the_reference_says(tables: dict[str, list[dict[str, object]]]) -> None:
    program = policydsl.loads(POLICY)
    facts = policydsl.facts_of(program, tables).facts
    compared, wrong, _ = differences(program, facts)
    assert not wrong
    assert compared


def test_what_is_certain_runs_as_windows() -> None:
    program = policydsl.loads(POLICY)
    rows = [
        {"编号": f"P{n}", "组": "初创组", "得分": n, "申报日": "2025-01-01", "申请额": 7 * n + 1, "合格": n % 2 == 0}
        for n in range(40)
    ]
    facts = policydsl.facts_of(program, {"项目": rows, "全市": [{"预算": 1000}]}).facts
    _, wrong, results = differences(program, facts)
    assert not wrong
    assert not results.whole
    assert [item.rule.name for item in results.plan.verdicts if item.where == "reference"] == []
