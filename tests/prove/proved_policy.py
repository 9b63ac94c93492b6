"""One small invented policy for the prover, and what the tests change in it."""

from __future__ import annotations

import policydsl
from policydsl.core.program import Program
from policydsl.prove.ask import Prover
from policydsl.prove.verdict import Verdict

TEXT = """政策 “小文件(虚构)”:
    主体 区

单位 家、场

对象 区:
    名称:   文本 主键
    认定数: 家  不低于 0家
    目标数: 家  大于 0家
    试点:   布尔

对象 活动(场) 属于 区:
    到会数: 家  不低于 0家

规则 完成率 = 认定数 ÷ 目标数  依据 一

规则 补助 = 认定数 × 分档 完成率: 依据 一
    达到 70%   300元/家
    达到 85%   500元/家
    达到 100%  600元/家
    否则       0元/家

规则 增量 = 递增 认定数 自 目标数: 依据 二
    每 目标数 的 5%  给予 5万元
    每 15家          给予 5万元
    就高
    不封顶

规则 合计补助 = 补助 + 增量  依据 三

任务 宣讲: 计数(活动 其中 到会数 不低于 60家) 不低于 2场  依据 四

规则 基础 = 若 宣讲 则 30万元 否则 0元  依据 四

性质 多认定不吃亏: 认定数 增加 时 合计补助 不减
性质 补助非负:     恒有 合计补助 ≥ 0元
"""


def prover(old: str = "", new: str = "", more: str = "") -> Prover:
    """The prover of the small policy, one phrase changed, something added."""
    assert old in TEXT
    return Prover(program(old, new, more), seconds=20)


def program(old: str = "", new: str = "", more: str = "") -> Program:
    """The small policy, likewise."""
    return policydsl.loads(TEXT.replace(old, new, 1) + more if old else TEXT + more)


def answers(verdicts: list[Verdict]) -> dict[str, str]:
    """The answer by the name of the question."""
    return {verdict.name: verdict.answer for verdict in verdicts}
