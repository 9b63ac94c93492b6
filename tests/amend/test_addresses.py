"""What an amendment can name, and what comes of it: every place that a notice has, and every refusal."""

from __future__ import annotations

from datetime import date

import pytest

from policydsl.amend.consolidate import consolidate
from policydsl.amend.corpus import corpus_of
from policydsl.pipeline import check_law
from policydsl.source import Source
from policydsl.syntax.format import format_file

OLD = """政策 “旧”:
    编号 旧
    日期 2024年1月1日
    主体 区

名录 级别: 甲级、乙级、丙级
单位 家、件

对象 区:
    名称: 文本  主键
    家数: 家
    件数: 件
    等级: 级别
    备用: 家

对象 点 属于 区:
    编号: 文本  主键
    数:   家

标准 单价: 依据 一
    自 2024年1月1日 起 = 1元/家
    自 2024年7月1日 起 = 2元/家

规则 按级 = 按 等级 选: 依据 二
    甲级:        3元
    乙级、丙级:  2元

规则 增量 = 递增 家数 自 10家: 依据 三
    每 15家  给予 5元
    每 10件 的 1家  给予 1元
    就高
    不封顶

规则 基本 = 家数 × 单价: 依据 四
    封顶 100元
    除外 小的: 当 家数 低于 2家 则 0元
    四舍五入 到 元

材料 申报材料: 依据 五
    申请表
    主体资格: 任一
        证书
        执照

条件 资格: 须全部  依据 六
    够数: 家数 不低于 1家
    有件: 件数 不低于 1件

读法 含义 (A1): 依据 七
    采用 宽 = 1元  理由 “宽”
    备选 严 = 0元  理由 “严”

规则 宽严 = 含义  依据 七
裁量 核准: 金额  由 市局  不低于 0元  不超过 基本

约束 不超: 家数 不超过 1000家  依据 八

针对 点:
    规则 点数 = 数  依据 九

公式 加倍(x: 元) = x × 2

规则 双份 = 加倍(基本)  依据 十
"""
OLD = OLD.replace("    每 10件 的 1家  给予 1元\n", "    每 20家  给予 9元\n")


def amended(lines: str) -> tuple[str, list[str]]:
    """The text after amendments, and the codes of what is wrong."""
    body = "".join(f"    {line}\n" for line in lines.splitlines())
    new = f"政策 “新”:\n    编号 新\n    日期 2025年1月1日\n\n修订 旧: 依据 九\n{body}"
    made = corpus_of([Source("旧.pol", OLD), Source("新.pol", new)])
    law = consolidate(made, date(2025, 1, 1), None, "旧")
    result = check_law(made, law)
    text = format_file(law.file)
    errors = [finding.code for finding in result.errors]
    assert not errors or law.findings or law.unread or result.program is None
    return " ".join(text.split()), errors


@pytest.mark.parametrize(
    ("lines", "there", "gone"),
    [
        ("改为 单价 = 9元/家", "标准 单价 = 9元/家", "2024年7月1日"),
        ("改为 单价(2024年7月1日) = 原值 + 1元/家", "自 2024年7月1日 起 = 3元/家", "= 2元/家"),
        ("增加 单价:\n    自 2025年1月1日 起 = 5元/家", "自 2025年1月1日 起 = 5元/家", ""),
        ("改为 按级(丙级) = 7元", "乙级、丙级: 7元", "2元 "),
        ("改为 增量(15家) = 8元", "每 15家 给予 8元", "给予 5元"),
        ("改为 增量(15家):\n    每 12家  给予 4元", "每 12家 给予 4元", "每 15家"),
        ("废止 增量(20家)", "每 15家", "每 20家"),
        ("改为 基本.封顶 = 200元", "封顶 200元", "封顶 100元"),
        ("废止 基本.封顶", "四舍五入", "封顶 100元"),
        ("改为 基本.小的 = 1元", "则 1元", "则 0元"),
        ("废止 基本.小的", "封顶", "除外"),
        ("改为 基本:\n    四舍五入 到 100元", "四舍五入 到 100元", "到 元"),
        ("增加 基本:\n    保底 1元", "保底 1元", ""),
        ("增加 申报材料:\n    承诺书", "承诺书", ""),
        ("增加 申报材料.主体资格:\n    批文", "批文", ""),
        ("废止 申报材料.执照", "证书", "执照"),
        ("改为 资格.够数 = 家数 不低于 5家", "不低于 5家", "够数: 家数 不低于 1家"),
        ("改为 资格:\n    有件: 件数 不低于 3件", "件数 不低于 3件", "件数 不低于 1件"),
        ("增加 资格:\n    等级够: 等级 为 甲级", "等级够", ""),
        ("改为 含义 = 严", "采用 严", "采用 宽"),
        ("改为 含义.严 = 2元", "备选 严 = 2元", "0元 理由"),
        ("改为 不超 = 家数 不超过 5家", "不超过 5家", "1000家"),
        ("改为 点.点数 = 数 × 2", "点数 = 数 × 2", ""),
        ("改为 加倍 = x × 3", "= x × 3", "x × 2"),
        ("废止 区.备用", "件数: 件", "备用"),
        ("废止 级别.丙级\n改为:\n    规则 按级 = 3元", "甲级、乙级", "丙级"),
        ("增加:\n    名录 级别: 丁级\n改为:\n    规则 按级 = 3元", "丙级、丁级", ""),
        ("改为:\n    裁量 核准: 金额  由 省局  不低于 0元  不超过 基本", "由 省局", "由 市局"),
        (
            "增加:\n    针对 点:\n        规则 翻倍 = 数 × 2\n    部分 新部: 依据 十一\n        规则 新规 = 1元",
            "规则 新规",
            "",
        ),
        ("废止 核准、双份", "加倍", "规则 双份"),
    ],
)
def test_places(lines: str, there: str, gone: str) -> None:
    text, errors = amended(lines)
    assert not errors
    assert there in text
    assert not gone or gone not in text


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("改为 按级(丁级) = 1元", "amend-unknown-target"),
        ("改为 基本.没有 = 1元", "amend-unknown-target"),
        ("改为 含义 = 中", "amend-unknown-target"),
        ("改为 含义.中 = 1元", "amend-unknown-target"),
        ("改为 区.没有 = 1元", "amend-unknown-target"),
        ("废止 级别.丁级", "amend-unknown-target"),
        ("改为 区 = 1元", "amend-block"),
        ("改为 申报材料:\n    没有的", "amend-unknown-target"),
        ("增加 申报材料:\n    申请表", "amend-exists"),
        ("增加 按级:\n    甲级: 1元", "amend-exists"),
        ("增加 不超:\n    封顶 1元", "amend-block"),
        ("增加 基本:\n    佐证 甲", "amend-block"),
        ("增加:\n    对象 区:\n        家数: 家", "amend-exists"),
        ("改为:\n    规则 没有 = 1元", "amend-unknown-target"),
        ("增加:\n    规则 基本 = 1元", "amend-exists"),
        ("并入 没有", "amend-unknown-target"),
        ("改为 基本 = 1元\n废止 基本", "amend-conflict"),
    ],
)
def test_refusals(lines: str, code: str) -> None:
    _, errors = amended(lines)
    assert code in errors
