"""Small policies to hold against one another, all invented."""

from __future__ import annotations

from policydsl.compare.differences import differences
from policydsl.compare.model import Differences
from policydsl.compare.told import DifferencesTold, tell
from policydsl.diagnostics.model import Language
from policydsl.pipeline import Result, check_source
from policydsl.source import Source
from policydsl.syntax import tree

BASE = """政策 “例”:
    编号  例-1
    主体  区
单位 家、场
名录 行政区: 甲区、乙区、丙区
对象 区 (district):
    名称 (name): 行政区 主键
    完成数: 家
    目标: 家 大于 0家 来源 “统计”
    通过: 布尔 人工判断 由 市局
对象 活动 (场, event) 属于 区:
    参与: 家
表 梯队 (tier) 按 名称: 依据 二
    | 梯队 | 名称       | 额度   |
    | 一   | 甲区、乙区 | 35万元 |
    | 二   | 丙区       | 30万元 |
标准 上限 = 100万元  依据 三
规则 完成率 (rate) = 完成数 ÷ 目标  依据 一
规则 单价 = 分档 完成率: 依据 一
    达到 70%(含)   300元/家
    达到 85%(含)   500元/家
    否则           0元/家
任务 宣讲: 计数(活动 其中 参与 不低于 20家) 不低于 10场  依据 四
    佐证 通知、照片
    期限 2025年8月31日 前(含当日)
    负责 各区
读法 口径: 依据 一
    采用 宽  = 1
    备选 严  = 2  理由 “更稳”
规则 奖励 (award), 万元 = 完成数 × 单价 × 口径:  依据 一
    封顶 上限
规则 基础 = 若 宣讲 则 梯队.额度 否则 0元  依据 二
规则 合计 (total), 万元 = 奖励 + 基础  依据 一
约束 有数: 完成数 不低于 0家
算例 一:
    设 名称 = 甲区, 完成数 = 100家, 目标 = 100家
    应 单价 = 500元/家
"""


def read(text: str) -> tree.File:
    """The whole tree of a policy that must be free of errors."""
    result = checked(text)
    assert result.whole is not None
    return result.whole


def checked(text: str, name: str = "例.pol") -> Result:
    """A policy that must be free of errors."""
    result = check_source(Source(name, text))
    assert not result.errors, result.errors
    return result


def changed(*edits: tuple[str, str], text: str = BASE) -> str:
    """The text with each edit made where its old text stands, which must be once."""
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def between(old: str, new: str) -> Differences:
    """What differs between two texts."""
    return differences(read(old), read(new))


def told(old: str, new: str, lang: Language = "zh") -> DifferencesTold:
    """The same in words."""
    return tell(between(old, new), lang)
