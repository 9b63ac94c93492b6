"""Rules that read each other by way of the row before: which come to an end, and that the others are refused."""

from __future__ import annotations

import pytest
from sibling_policies import HEAD, outcomes

import policydsl

ROWS = [{"收入": 1, "月份": 1, "倒序": 3}, {"收入": 2, "月份": 2, "倒序": 2}, {"收入": 4, "月份": 3, "倒序": 1}]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        # by the row before, and a sum up to it in the same order
        ("规则 甲额 = 上一条(乙额 依 月份 首条 0元)\n规则 乙额 = 至今合计(甲额 依 月份) + 收入", [0, 1, 3]),
        # two of them, both down one line
        (
            "规则 甲额 = 上一条(乙额 依 月份 首条 0元) + 收入\n规则 乙额 = 甲额 + 上一条(甲额 依 月份 首条 0元)",
            [1, 3, 8],
        ),
        # its own row, asked for from inside a fold
        (
            "规则 甲额 = 上一条(乙额 依 月份 首条 9元)\n规则 乙额 = 最小(全体 企业.收入 其中 收入 小于 本.甲额 无则 0元)",
            [9, 1, 0],
        ),
        # other orders do not matter where nothing comes back
        ("规则 甲额 = 上一条(甲额 依 月份 首条 0元) + 上一条(收入 依 倒序 首条 0元)", [2, 6, 6]),
    ],
)
def test_rules_that_come_to_an_end(rules: str, expected: list[int]) -> None:
    assert outcomes(rules, ROWS, "甲额") == expected


@pytest.mark.parametrize(
    "rules",
    [
        "规则 甲额 = 上一条(乙额 依 月份 首条 0元)\n    规则 乙额 = 上一条(甲额 依 倒序 首条 0元)",
        "规则 甲额 = 上一条(乙额 依 月份 首条 0元)\n    规则 乙额 = 合计(全体 企业.甲额)",
        "规则 甲额 = 上一条(乙额 依 月份 首条 0元)\n    规则 乙额 = 至今合计(甲额 依 倒序)",
        "规则 甲额 = 上一条(乙额 依 月份 首条 0元)\n    规则 乙额 = 分摊(100元 按 甲额)",
        "规则 甲额 = 上一条(甲额 依 月份 首条 0元) + 上一条(甲额 分组 组 依 月份 首条 0元)",
        "规则 甲额 = 上一条(收入 依 甲额 首条 0元)",
        "规则 甲额 = 上一条(收入 依 月份 首条 甲额)",
    ],
)
def test_rules_that_would_wait_for_each_other_for_ever(rules: str) -> None:
    with pytest.raises(policydsl.PolicyError) as caught:
        policydsl.loads(f"{HEAD}针对 企业:\n    {rules}\n")
    assert [finding.code for finding in caught.value.findings] == ["cycle"]
