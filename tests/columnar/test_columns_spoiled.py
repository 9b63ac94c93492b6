"""What a false constraint spoils is invalid wherever it is read: in totals over all rows, from another table, in running sums."""

from __future__ import annotations

import pytest

import policydsl
from tests.columnar.agreement import differences

POLICY = """政策 “例(编造)”:
    主体 申请

单位 家

对象 全市 单例:
    预算: 金额 不低于 0元

对象 名单:
    代码: 文本 主键
    年:   家 不低于 1家

对象 申请:
    编号: 文本 主键
    额:   金额 不低于 0元
    上:   金额

规则 比例 = 若 额 高于 预算 则 1元 否则 0元  依据 一
规则 先 = 至今合计(额)  依据 一
规则 在册 = 编号 在 名单.代码  依据 一
规则 在年 = 若 上 高于 合计(全体 名单.年) × 1元/家 则 1元 否则 0元  依据 一

针对 全市:
    规则 总 = 合计(申请.额)  依据 一
    规则 总上 = 合计(申请.上)  依据 一
"""


@pytest.mark.parametrize(
    ("budget", "amount", "year", "whole"), [(10, -2, 1, True), (-5, 3, 1, True), (10, 3, 0, True), (10, 3, 1, False)]
)
def test_it_is_invalid_wherever_it_is_read(budget: int, amount: int, year: int, whole: bool) -> None:
    program = policydsl.loads(POLICY)
    tables = {
        "全市": [{"预算": budget}],
        "名单": [{"代码": "1", "年": year}],
        "申请": [{"编号": "1", "额": amount, "上": 1}, {"编号": "2", "额": 5, "上": 2}],
    }
    compared, wrong, results = differences(program, policydsl.facts_of(program, tables).facts)
    assert compared
    assert not wrong
    assert results.whole is whole
