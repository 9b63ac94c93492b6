"""Bands written as a table with a column for each category: the cell that changed is told, or the table before and after."""

from __future__ import annotations

import pytest

from policydsl.compare.differences import differences
from policydsl.source import Source
from policydsl.syntax.format import format_file
from policydsl.syntax.parse import parse
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


CROSSED = """政策 “例”:
    编号 例-2
    主体 区
名录 类别: 甲、乙
对象 区:
    名称: 文本 主键
    类别: 类别
    人数: 数
表 额度 按 类别 × 人数: 依据 一
    | 低于 20 | 20 以上 | 类别 |
    | 3元     | 4元     | 甲   |
    | 5元     | 6元     | 乙   |
规则 额 = 额度  依据 一
"""


def test_the_keys_of_a_cross_table_may_stand_in_any_column() -> None:
    file, findings = parse(Source("example.pol", CROSSED))
    assert not findings
    again, findings = parse(Source("again.pol", format_file(file)))
    assert not findings
    assert [name.text for name in again.body[3].grid.head] == ["低于 20", "20 以上", "类别"]  # type: ignore[union-attr]
    assert differences(file, again).changes == ()
    (change,) = told(CROSSED, CROSSED.replace("4元", "7元")).substance
    assert "20 以上" in change.points[0][0]
    assert "4元 → 7元" in change.points[0][0]


@pytest.mark.parametrize(("old", "new"), [("20 以上", "不低于 20"), ("低于 20", "低于20")])
def test_what_stands_at_the_head_may_be_said_in_other_words(old: str, new: str) -> None:
    assert not told(CROSSED, CROSSED.replace(old, new)).substance
    inside = "修订 例-2:\n    增加:\n" + "".join(f"        {line}\n" for line in CROSSED.split("\n")[8:12])
    one, two = (
        parse(Source("one.pol", "政策 “改”:\n    编号 例-3\n" + text)) for text in (inside, inside.replace(old, new))
    )
    assert not one[1]
    assert not two[1]
    assert differences(one[0], two[0]).changes == ()
