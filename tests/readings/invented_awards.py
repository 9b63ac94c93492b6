"""An invented notice with readings of every kind, and invented facts: what comparing readings and duties is tested on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policydsl.api import facts_of, loads
from policydsl.core.facts import Facts
from policydsl.core.program import Program
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.trace import Trace

NOTICE = """\
政策 “培育补助(虚构)”:
    编号    XG-2031
    主体    街道
    时区    “Asia/Shanghai”

单位 家、场

对象 街道:
    名称:     文本  主键
    企业数:   家
    目标:     家  大于 0家
    起算数:   家
    通过审核: 布尔  人工判断 由 区科技局

对象 讲座(场) 属于 街道:
    编号:     文本  主键
    日期:     日期
    到场企业: 家
    佐证齐全: 布尔

对象 全区 单例:
    预算: 金额

部分 讲座工作: 依据 二(一)
    任务 办讲座: 计数(讲座 其中 到场企业 不低于 20家 且 佐证齐全 且 日期 不晚于 截止日) 不低于 3场
        佐证 签到表、照片  依据 二(二)
        期限 2031年8月31日 前(含当日)  依据 二(一)
        负责 街道办
    任务 交总结: 通过审核
        期限 2031年12月31日
    读法 截止日 (R1):
        采用 含当日    = 2031年8月31日  理由 “月末”
        备选 不含当日  = 2031年8月30日  理由 “‘前’字”
    规则 基础 = 若 全部任务完成 则 10万元 否则 未完成时
    读法 未完成时 (R2):
        采用 裁量      = 待裁量 “没有写怎样扣减”
        备选 不予      = 0元      理由 “共同条件”
        备选 一半      = 5万元

部分 奖励: 依据 三
    规则 完成率 = 企业数 ÷ 目标
    规则 奖金 = 计补数 × 分档 完成率:
        达到 80%(含)   100元/家
        达到 100%(含)  200元/家
        否则           0元/家
    读法 计补数 (R3): 依据 三
        采用 实际数    = 企业数
        备选 目标为限  = 最小(企业数, 目标)
    规则 增量 = 若 企业数 大于 目标 则 (企业数 − 增量起点) × 10元/家 否则 0元
    读法 增量起点 (R4): 依据 三
        采用 目标数  = 目标
        备选 起算    = 起算数
    规则 测算 = 基础 + 奖金 + 增量
    裁量 核准: 金额 由 区科技局 不低于 0元 不超过 测算 依据 四

针对 全区:
    规则 总额 = 合计(街道.测算)  依据 四
"""

Row = Mapping[str, Any]


def program() -> Program:
    """The notice."""
    return loads(NOTICE, "awards.pol")


def talks(street: str, attendance: list[int], day: str = "2031-08-31") -> list[dict[str, Any]]:
    """Talks of a street, one per figure of attendance, all evidenced."""
    return [
        {"编号": f"{street}-{number}", "街道": street, "日期": day, "到场企业": str(firms), "佐证齐全": True}
        for number, firms in enumerate(attendance, 1)
    ]


def facts(**changes: Any) -> Facts:
    """甲街 has done everything, 乙街 lacks a talk, 丙街 has not said how many firms it has."""
    tables: dict[str, Any] = {
        "街道": [
            {"名称": "甲街", "企业数": "120", "目标": "100", "起算数": "100", "通过审核": True},
            {"名称": "乙街", "企业数": "80", "目标": "100", "起算数": "70", "通过审核": True},
            {"名称": "丙街", "企业数": "", "目标": "100", "起算数": "100", "通过审核": True},
        ],
        "讲座": [*talks("甲街", [20, 30, 25]), *talks("乙街", [20, 19, 40, 12]), *talks("丙街", [20, 20, 20])],
        "全区": [{"预算": "100万元"}],
    }
    return facts_of(program(), {**tables, **changes}).facts


def trace(given: Facts | None = None, **readings: str) -> Trace:
    """The notice on the facts."""
    return Evaluator(program(), readings).run(given if given is not None else facts())


def flip(base: Trace) -> Any:
    """What runs the facts under another alternative."""

    def flipped(reading: str, option: str, changed: Facts) -> Trace:
        return Evaluator(base.program, {**base.readings, reading: option}).run(changed)

    return flipped
