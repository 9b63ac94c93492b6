"""Bands written as a table with a column for each category: the cell that changed is told, or the table before and after."""

from __future__ import annotations

import pytest

from tests.compare.policies import told

TEXT = """政策 “电”:
    编号 电-1
    主体 户
单位 度
名录 用电季节: 夏季、冬季
对象 户:
    户号: 文本 主键
    季节: 用电季节
    用电: 度
规则 电费 = 累进 用电 按 季节: 依据 二
    | 用电量              | 夏季      | 冬季      |
    | 不超过 230度        | 0.5元/度  | 0.6元/度  |
    | 超过 230度 至 400度 | 0.55元/度 | 0.65元/度 |
    | 超过 400度          | 0.8元/度  | 0.9元/度  |
"""


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("0.65元/度", "0.66元/度", "超过 230度 至 400度\uff1a冬季 0.65元/度 → 0.66元/度"),
        ("400度", "420度", "420度"),
    ],
)
def test_a_cell_or_the_whole(old: str, new: str, sentence: str) -> None:
    (change,) = told(TEXT, TEXT.replace(old, new)).substance
    assert change.name == "电费"
    assert sentence in change.points[0][0]
