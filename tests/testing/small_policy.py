"""Invented policies for the tests of testing/: one with a band, a step, a quota, a date, a table, a constraint and a reading."""

from __future__ import annotations

SMALL = """政策 “例”:
    编号 例-1
    主体 区

名录 行政区: 东区、西区、南区

单位 家、场

对象 区:
    名称:   行政区  主键
    认定数: 家
    目标数: 家      大于 0家

对象 活动(场) 属于 区:
    编号:   文本 主键
    到会数: 家
    日期:   日期
    上传日: 日期
    齐全:   布尔  人工判断 由 统筹机构

表 档次 按 名称: 依据 一
    | 档次 | 名称       | 额度   | 门槛 |
    | 高   | 东区       | 10万元 | 60家 |
    | 低   | 西区、南区 | 5万元  | 20家 |

读法 办法: 依据 一
    采用 取高  理由 “一”
    备选 相加  理由 “二”

规则 率 = 认定数 ÷ 目标数  依据 一
规则 补 = 认定数 × 分档 率: 依据 一
    达到 70%(含)  300元/家
    达到 85%(含)  {rate}元/家
    否则          0元/家

规则 增 = 递增 认定数 自 目标数: 依据 一
    每 目标数 的 5%  给予 5万元
    每 15家          给予 5万元
    就高
    不封顶

针对 活动:
    约束 先办后传: 上传日 不早于 日期

规则 场数 = 计数(活动 其中 到会数 不低于 档次.门槛 且 齐全 且 日期 不晚于 2025年12月31日)  依据 一
规则 基 = 若 场数 不低于 3场 则 档次.额度 否则 0元  依据 一
规则 总 = 若 办法 为 取高 则 最大(补, 基) 否则 补 + 基  依据 一
{more}
算例 八成:
    设 名称 = 东区, 认定数 = 80家, 目标数 = 100家
    应 补 = 24000元, 增 = 0元
"""


def small(rate: int = 500, more: str = "") -> str:
    """The policy, with another rate of the second band or further lines."""
    return SMALL.format(rate=rate, more=more)
