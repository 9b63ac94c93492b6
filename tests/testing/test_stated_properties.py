"""性质 are searched for counterexamples on and around the facts of the examples."""

from __future__ import annotations

import policydsl
from policydsl.testing.properties import check_properties

TEXT = """政策 “例”:
    编号 例-1
    主体 区
单位 家
对象 区:
    名称: 文本 主键
    数: 家
    目标: 家 大于 0家
规则 率 = 数 ÷ 目标  依据 一
规则 补 = 数 × 分档 率: 依据 一
    达到 70%  300元/家
    达到 85%  {rate}元/家
    否则      0元/家
性质 非负: 恒有 补 ≥ 0元
性质 不吃亏: 数 增加 时 补 不减
性质 目标越高越少: 目标 增加 时 补 不增
算例 一:
    设 数 = 80家, 目标 = 100家
    应 补 = 24000元
"""


def test_properties_that_hold_are_not_refuted() -> None:
    results = check_properties(policydsl.loads(TEXT.format(rate=500)))
    assert [(result.item.name, result.ok) for result in results] == [
        ("非负", True),
        ("不吃亏", True),
        ("目标越高越少", True),
    ]
    assert all(result.cases > 0 for result in results)


def test_an_inverted_band_is_found_with_the_two_cases() -> None:
    results = {result.item.name: result for result in check_properties(policydsl.loads(TEXT.format(rate=200)))}
    assert results["非负"].ok
    found = results["不吃亏"].counterexample
    assert found is not None
    assert (found.before, found.after) == ((83, 24900), (85, 17000))
