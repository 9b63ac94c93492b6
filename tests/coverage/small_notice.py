"""A notice of our own, invented from beginning to end, and a policy that answers to all of it."""

from __future__ import annotations

from functools import cache

from policydsl.core.program import Program
from policydsl.coverage import Coverage, cover
from policydsl.pipeline import check_source
from policydsl.source import Source

NOTICE = """示例市关于支持果园修剪的通知
各镇、各果园:
为了让果树长得好,现就2031年的修剪补助通知如下。
一、补助对象
全市4个镇分为两个组。
(一)甲组(2个镇):东镇和西镇,补助12万元/果园。
(二)乙组(2个镇):南镇和北镇,补助8万元/果园。
二、补助办法
1. 修剪面积达到50亩的,给予30元/亩;达到80亩的,给予百分之五的上浮。
2. 每个果园应举办不低于3场培训,在2031年6月30日前完成。
3. 材料包括以下各项:
(1)申请表;
(2)照片。
办理中有不明白的,可以打电话。
三、其他
本通知由示例局解释。
示例局
2031年1月2日
"""

POLICY = """政策 “示例”:
    编号  SL-1
    主体  果园

名录 镇名: 东镇、西镇、南镇、北镇
单位 亩、场、家

条款 题: 不作规则 “标题”
条款 主送: 不作规则 “送达对象”
条款 序¶1: 不作规则 “缘由”
条款 一¶1 “四个镇两个组”
条款 一(一) “甲组”
条款 一(二) “乙组”
条款 二1a “面积的补助”
条款 二1b “上浮”
条款 二2 “培训”
条款 二3 “材料”
条款 二¶末: 不作规则 “咨询”
条款 三: 不作规则 “解释权”
条款 落款: 不作规则 “署名和日期”

对象 果园:
    名称: 文本 主键
    镇: 镇名
    修剪面积: 亩  依据 二1a
    培训数: 场  依据 二2

部分 补助: 依据 二

    表 组别 按 镇: 依据 一¶1、一(一)、一(二)
        | 组别 | 镇         | 额度   |
        | 甲组 | 东镇、西镇 | 12万元 |
        | 乙组 | 南镇、北镇 | 8万元  |

    任务 培训: 培训数 不低于 3场
        佐证 照片  依据 二3
        期限 2031年6月30日 前(含当日)  依据 二2

    规则 单价 = 分档 修剪面积:
        达到 50亩(含)  30元/亩
        达到 80亩(含)  30元/亩 × 上浮  依据 二1b
        否则           0元/亩

    标准 上浮 = 105%

    规则 面积补助 = 单价 × 修剪面积  依据 二1 “修剪面积达到”

    规则 定额补助 = 组别.额度  依据 一

    材料 申请材料:
        申请表  依据 二3(1)
        照片    依据 二3(2)
"""


@cache
def program(text: str = POLICY) -> Program:
    """The policy, which must be without an error."""
    result = check_source(Source("示例.pol", text))
    assert result.program is not None, [str(finding) for finding in result.errors]
    return result.program


def held(old: str = "", new: str = "", notice: str | None = NOTICE) -> Coverage:
    """The coverage with one stretch of the policy changed, against a notice."""
    assert old in POLICY
    return cover(program(POLICY.replace(old, new, 1) if old else POLICY), notice)
