"""What people write out of habit is refused with the mend that reads: put in place, the file has no such mistake any more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policydsl.pipeline import check_source
from policydsl.source import Source

ROOT = Path(__file__).parents[2]
ZH = """政策 “例”:
    编号 例-1
    主体 区

单位 家

对象 区:
    名称: 文本 主键
    家数: 家
    户数: 家
    申报日: 日期

对象 企业 属于 区:
    厂名: 文本 主键
    产值: 万元

"""
EN = """policy "Example":
    id EX-1
    main district
    currency CNY

units firm

entity district:
    name: text key
    firms: firm
    shops: firm
    filed: date

entity shop belongs to district:
    title: text key
    sales: money

"""
LISTED = "名录 类: 甲类、乙类\n对象 人 属于 区:\n    号: 文本 主键\n    类: 类\n针对 人:\n    规则 甲 = 按 类 选:\n"
CHINESE = (
    *(
        (f"规则 甲 = 至今合计(1元 分组 {written} 依 申报日)", "家数、户数")
        for written in ("家数 和 户数", "家数 且 户数", "家数 户数", "家数 以及 户数")
    ),
    *(
        (f"规则 甲 = 至今合计(1元 依 {written})", "申报日、家数)")
        for written in ("申报日 再依 家数", "申报日,再按 家数", "申报日 和 家数", "申报日 家数", "申报日,其次再按 家数")
    ),
    *(
        (f"规则 甲 = 至今合计(1元 依 申报日、家数 {written})", "从高)")
        for written in ("倒序", "降序", "从高到低", "由高到低", "从大到小", "从大")
    ),
    ("规则 甲 = 至今合计(1元 按 家数、户数 分组 依 申报日)", "分组 家数、户数"),
    ("规则 甲 = 至今合计(1元 依 申报日 从早到晚)", "从低)"),
    ("规则 甲 = 依次 1元 限额 9元 分组 家数、依 申报日", "家数 依"),
    ("规则 甲 = 依次 1元 限额 9元 依 家数 从高到低、申报日", "从高、申报日"),
    ("规则 甲 = 如果 家数 大于 3家 那么 1元 否则 0元", "若 家数 大于 3家 则"),
    ("规则 甲 = 若 家数 >= 3家 则 1元,否则 0元", "1元 否则"),
    ("规则 甲 = 家数 × 1元/家 四舍五入 到 元", "四舍五入(家数 × 1元/家, 元)"),
    ("规则 甲 = 家数 × 1元/家 向下取整", "向下(家数 × 1元/家, 1)"),
    ("规则 甲 = 家数 × 1元/家 封顶 100元  依据 一", "最小(家数 × 1元/家, 100元)"),
    ("规则 甲 = 家数 × 1元/家,最高不超过 100元", "最小(家数 × 1元/家, 100元)"),
    ("规则 甲 = 家数 × 1元/家,最低 100元", "最大(家数 × 1元/家, 100元)"),
    ("规则 甲: 家数 × 1元/家", "甲 ="),
    ("规则 甲 = 合计 企业.产值", "合计(企业.产值)"),
    ("规则 甲 = 企业.产值 之和", "合计(企业.产值)"),
    ("规则 甲 = 企业.产值 的总和", "合计(企业.产值)"),
    ("规则 甲 = 计数(企业 产值 大于 3万元) × 1元", "其中 产值"),
    ("规则 甲 = 家数 乘以 1元/家", "×"),
    ("规则 甲 = 家数 x 1元/家 + 3元", "×"),
    ("规则 甲 = 若 家数 大于 3家 并且 家数 小于等于 9家 则 1元 否则 0元", "且 家数 不超过"),
    ("规则 甲 = 分档 家数:\n    家数 ≥ 10家: 2元\n    否则 0元", "≥ 10家"),
    ("规则 甲 = 分档 家数:\n    达到 10家 2元\n    其他 0元", "否则"),
    ("规则 甲 = 递增 家数 自 10家:\n    每增加 5家,奖励 1万元\n    不封顶", "每 5家 给予"),
    ("规则 甲 = 家数 × 1元/家\n算例 一:\n    家数 = 3家\n    应 甲 = 3元", "设 家数"),
    ("规则 甲 = 家数 × 1元/家\n算例 一:\n    设 家数 = 3家\n    得到 甲 = 3元", "应"),
    ("规则 甲 = 家数 × 1元/家\n算例 一:\n    家数 3家\n    应 甲 = 3元", "设 家数 ="),
    (LISTED + "        甲类: 1元\n        乙类 2元", "乙类:"),
    ("规则 甲 = 家数 × 300元每家", "300元/家"),
    ("规则 甲 = 家数 × 1元/家:\n    最高不超过 家数 × 2元/家", "不超过"),
    ("规则 甲 = 家数 × 1元/家:\n    不得超过 家数 × 2元/家", "不超过"),
    ("规则 甲 = 家数 × 1元/家:\n    每年最高200万元", "封顶 200万元"),
    ("规则 甲 = 家数 × 1元/家:\n    最高补助 200万元", "封顶"),
    ("规则 甲 = 家数 × 1元/家:\n    最低补贴100元", "保底 100元"),
    ("规则 甲 = 家数 × 1元/家:\n    保留两位小数", "四舍五入 到 2位小数"),
    ("规则 甲 = 家数 × 1元/家:\n    四舍五入到元", "四舍五入 到 元"),
    ("规则 甲 = 家数 × 1元/家:\n    向下取整到百元", "向下 到 百元"),
    ("规则 甲 = 家数 × 1元/家:\n    精确到分", "四舍五入 到 分"),
    ("规则 甲 = 家数 × 1元/家:\n    不适用 当 家数 低于 3家", "适用 当 非 (家数 低于 3家)"),
    ("规则 甲 = 家数 × (1元/家/天) × 3天", "(1元/家 ÷ 1天)"),
    ("规则 甲 = 家数 × 1元/家·月 × 3月", "1元/家 ÷ 1月"),
    ("规则 甲 = 100元 ÷ 2元/家/天 ÷ 3天", "(2元/家 ÷ 1天)"),
    ("规则 甲 = 分档 家数:\n    第1家 2元\n    否则 0元", "等于 1家"),
    ("规则 甲 = 分档 家数:\n    3家  2元\n    否则 0元", "等于 3家"),
    ("规则 甲 = 分档 家数:\n    第2家至第3家 2元\n    否则 0元", "2家 至 3家"),
    ("规则 甲 = 分档 家数:\n    第4家起 2元\n    否则 0元", "4家 以上"),
    ("规则 甲 = 家数 超出 10家 部分 × 1元/家", "(家数 超过 10家 部分)"),
    ("规则 甲 = (家数 超出 10家 的部分) × 1元/家", "超过 10家 部分)"),
    ("规则 甲 = 家数中超过10家的部分 × 1元/家", "(家数 超过 10家 部分)"),
    ("规则 甲 = 家数 减去 10家 的差额 × 1元/家", "(家数 − 10家)"),
    ("规则 甲 = 家数 扣除 1家 后的余额 × 1元/家", "(家数 − 1家)"),
    ("规则 甲 = 给予 10元", "10元"),
    ("规则 甲 = 一次性奖励10元", "10元"),
    ("规则 甲 = 家数 × 1元/家 的 50%给予补贴", "50%"),
    ("规则 甲 = 家数 × 1元/家, 每年不超过 100元", "最小(家数 × 1元/家, 100元)"),
    ("规则 甲 = 若 家数 达到 10家 的,则 1元 否则 0元", "则"),
    ("规则 甲 = 若 家数 完成 10家 则 1元 否则 0元", "达到"),
    ("规则 甲 = 计数(企业 产值 5元以上) × 1元", "其中 产值 不低于 5元)"),
    ("规则 甲 = 家数 × 1元/家 减半", "× 50%"),
    ("规则 甲 = 家数 × 1元/家:\n    以10元为上限", "封顶 10元"),
    ("规则 甲 = 家数 × 1元/家:\n    最高限额 10元", "封顶"),
    ("规则 甲 = 家数 × 1元/家:\n    不足1元的,按1元计", "保底 1元"),
    ("规则 甲 = 家数 × 1元/家:\n    角分不计", "向下 到 元"),
    ("规则 甲 = 累进 家数 × 1元/家:\n    不超过 10元 部分 1%\n    超过 10元 2%", "的部分"),
    ("规则 甲 = 累进 家数 × 1元/家:\n    10元以下部分 1%\n    超过 10元 2%", "10元以下 的部分"),
    ("规则 甲 = 就高(家数 × 1元/家, 10元)", "最大(家数"),
    ("条件 资格: 同时符合下列条件\n    够大: 家数 不低于 3家\n规则 甲 = 资格", "须全部"),
    ("条件 资格: 满足下列条件之一\n    够大: 家数 不低于 3家\n规则 甲 = 资格", "任一"),
    ("条件 资格: 至少两项\n    够大: 家数 不低于 3家\n    够小: 家数 不超过 9家\n规则 甲 = 资格", "至少 2项"),
    ("规则 甲 = 若 家数 大于等于 3家 则 1元 否则 0元", "不低于"),
    ("规则 甲 = 家数 除以 2", "÷"),
    ("规则 甲 = 家数 加上 2家", "+"),
    ("规则 甲 = 家数 × ¥1/家", "1元/家"),
    ("规则 甲 = 企业 的个数 × 1元", "计数(企业)"),
    ("规则 甲 = 家数 × 1元/家:\n    保留三位小数", "四舍五入 到 3位小数"),
    ("规则 甲 = (家数 少于 10家 的部分) × 1元/家", "不足 10家 部分)"),
    ("条件 资格: 至少满足一项\n    够大: 家数 不低于 3家\n规则 甲 = 资格", "至少 1项"),
    ("规则 甲 = 按 家数 分档:\n    10家以上 1元\n    否则 0元", "分档 家数:"),
    ("规则 甲 = 分档 家数:\n    10家以上的 1元\n    否则 0元", "10家以上 给予"),
    ("规则 甲 = 分档 家数:\n    达到10家的,给予1元\n    否则 0元", "达到10家 给予 1元"),
    ("规则 甲 = 分档 家数:\n    达到 10家 奖励 1元\n    否则 0元", "给予"),
    ("规则 甲 = 分档 家数:\n    达到 10家 => 1元\n    否则 0元", "给予"),
    ("规则 甲 = 分档 家数:\n    达到 10家 1元\n    其余不予奖励", "否则 0元"),
    ("规则 甲 = 分档 家数:\n    10家 < 家数 ≤ 20家 1元\n    否则 0元", "> 10家 ≤ 20家 给予"),
    ("规则 甲 = 分档 家数:\n    大于10家且小于20家 1元\n    否则 0元", "大于 10家 小于 20家 给予"),
    ("规则 甲 = 递增 家数 自 10家:\n    每满5家 1元\n    不封顶", "每 5家 给予"),
    ("规则 甲 = 递增 家数 自 10家 起:\n    每 5家 给予 1元\n    不封顶", "10家:"),
    ("规则 甲 = 递增 家数 自 10家:\n    每 5家 给予 1元\n    上不封顶", "不封顶"),
    ("规则 甲 = 家数 大于 3家 ? 1元 : 0元", "若 家数 大于 3家 则 1元 否则"),
    ("规则 甲 = 1元 若 家数 大于 3家 否则 0元", "若 家数 大于 3家 则 1元"),
    ("规则 甲 = 家数 × 1元/家(不超过10元)", "最小(家数 × 1元/家, 10元)"),
    ("规则 甲 = 家数 × 1元/家,但不超过 10元,且不低于 1元", "最大(最小(家数 × 1元/家, 10元), 1元)"),
    ("规则 甲 家数 × 1元/家", "= 家数"),
    ("规则:甲 = 家数 × 1元/家", "规则 甲"),
    ("规则 甲 = 家数 × 1元/家 【依据 七】", "依据 七"),
    ("规则 甲 = 计数(企业 当 产值 大于 5万元) × 1元", "其中"),
    ("规则 甲 = 企业.合计(产值)", "合计(企业.产值)"),
    ("名录 档: (一)甲、(二)乙\n规则 甲 = 家数", "甲、乙"),
    ("名录 档 包括 甲、乙\n规则 甲 = 家数", "档:"),
    ("规则 甲 = 家数\n约束 家数 大于 0家", "条件一: 家数"),
    ("任务 报送: 家数 大于 0家\n    责任单位 市局", "负责"),
    ("规则 甲 = 家数\n算例 一:\n    设 家数 = 3家\n    则 甲 = 3家", "应"),
    ("规则 甲 = 家数\n算例 一:\n    设 家数 3家\n    应 甲 = 3家", "= 3家"),
    ("规则 甲 = 家数\n性质 正: 甲 始终 不低于 0家", "恒有 甲"),
    ("规则 甲 = 分档 家数:\n    2-4家 2元\n    否则 0元", "2家(含) 至 4家(不含)"),
    ("规则 甲 = 分档 家数:\n    2\u22124家: 2元\n    否则 0元", "2家(含) 至 4家(不含)"),
    ("规则 甲 = 分档 家数:\n    2家\u20134家 2元\n    否则 0元", "2家(含) 至 4家(不含)"),
    ("规则 甲 = 分档 家数:\n    2家 - 4家 给予 2元\n    否则 0元", "2家(含) 至 4家(不含)"),
    ("规则 甲 = 分档 家数:\n    2到4家: 2元\n    否则 0元", "2家 至 4家"),
    ("规则 甲 = 分档 名次(家数 从高 并列 同名次):\n    前10名 2元\n    否则 0元", "不超过 10 给予"),
    ("规则 甲 = 分档 名次(家数 从高 并列 同名次):\n    第1名 2元\n    否则 0元", "等于 1 给予"),
    ("规则 甲 = 分档 名次(家数 从高 并列 同名次):\n    第2-3名 2元\n    否则 0元", "2 至 3 给予"),
    ("规则 甲 = 递增 家数 自 4家:\n    起步 20万元\n    每 1家 给予 1万元\n    不封顶", "给予 20万元"),
    ("规则 甲 = 排名(家数 从高到低 并列 同名次)", "名次(家数 从高"),
    ("规则 甲 = 企业数 × 300元", "计数(企业)"),
    ("规则 甲 = 家数 × 1元/家,但不超过 100元", "最小(家数 × 1元/家, 100元)"),
    ("规则 甲 = 家数 × 1元/家\uff0c但最高不超过 100元  依据 一", "最小(家数 × 1元/家, 100元)"),
    ("规则 甲 = 家数 × 1元/家但是不得超过 100元", "最小(家数 × 1元/家, 100元)"),
    ("规则 甲 = 家数 × 1元/家,但最低不低于 100元", "最大(家数 × 1元/家, 100元)"),
    ("条件 资格: 须全部\n    (一) 够大: 家数 不低于 3家\n规则 甲 = 资格", "够大:"),
    ("条件 资格: 须全部\n    \uff08一\uff09够大: 家数 不低于 3家\n规则 甲 = 资格", "够大:"),
    ("条件 资格: 须全部\n    1. 够大: 家数 不低于 3家\n规则 甲 = 资格", "够大:"),
    ("条件 资格: 须全部\n    1、够大: 家数 不低于 3家\n规则 甲 = 资格", "够大:"),
    ("条件 资格: 须全部\n    够大: (一) 家数 不低于 3家\n规则 甲 = 资格", "家数"),
    ("条件 资格: 须全部\n    (一)家数 不低于 3家\n规则 甲 = 资格", "「(一)」: 家数"),
    ("条件 资格: 须全部\n    2、家数 不低于 3家\n规则 甲 = 资格", "「2」: 家数"),
    ("任务 甲: (一)家数 不低于 3家", "家数"),
    ("任务 甲: 1. 家数 不低于 3家", "家数"),
    (
        "表 率 自 2025年1月1日 起 按 名称: 依据 一\n    | 名称 | 额 |\n    | 任意 | 3元 |\n规则 甲 = 率.额",
        "按 名称 自 2025年1月1日 起:",
    ),
)
ENGLISH = (
    ("rule r = running_sum(1CNY within firms and shops in order of filed)", "firms,"),
    ("rule r = running_sum(1CNY grouped by firms, shops in order of filed)", "within"),
    ("rule r = running_sum(1CNY in order of filed then firms)", "filed,"),
    ("rule r = running_sum(1CNY in order of filed and then by firms)", "filed,"),
    ("rule r = running_sum(1CNY in order of filed, firms descending)", "high first)"),
    ("rule r = running_sum(1CNY sorted by filed latest first)", "in order of filed high"),
    ("rule a: firms × 1CNY/firm", "a ="),
    ("rule a = firms × 1CNY/firm, capped at 100CNY", "min(firms × 1CNY/firm, 100CNY)"),
    ("rule a = firms × 1CNY/firm up to 100CNY per 2", "min(firms × 1CNY/firm, 100CNY)"),
    ("rule a = firms × 1CNY/firm rounded to 1CNY", "round_half_up(firms × 1CNY/firm, 1CNY)"),
    ("rule a = firms × 1CNY/firm rounded down to the nearest 1CNY", "round_down(firms × 1CNY/firm, 1CNY)"),
    ("rule a = if firms >= 3firm, then 1CNY, else 0CNY", "3firm then 1CNY"),
    ("rule a = if firms >= 3firm then 1CNY otherwise 0CNY", "else"),
    ("rule a = firms times 1CNY/firm", "×"),
    ("rule a = count(shop sales over 3CNY) × 1CNY", "where sales"),
    ("rule a = if firms over 3firm && firms below 9firm then 1CNY else 0CNY", "and"),
    ("rule a = bands firms:\n    firms at least 10firm: 1CNY\n    else 0CNY", "at least 10firm"),
    ("rule a = bands firms:\n    at least 10firm 1CNY\n    otherwise 0CNY", "else"),
    ("rule a = increment firms from 10firm:\n    each additional 5firm, add 1CNY\n    uncapped", "every 5firm gives"),
    ("rule a = firms × CNY 1/firm", "1CNY/firm"),
    ("rule a = (firms in excess of 5firm) × 1CNY/firm", "over 5firm portion)"),
    ("rule a = the lesser of firms and 5firm", "min(firms, 5firm)"),
    ("rule a = greater of (firms, 5firm)", "max(firms,"),
    ("rule a = firms × 1CNY/firm, not exceeding 10CNY", "min(firms × 1CNY/firm, 10CNY)"),
    ("rule a = firms × 1CNY/firm (maximum 10CNY)", "min(firms × 1CNY/firm,"),
    ("rule a = one half of firms", "50%"),
    ("rule a = firms increased by 10%", "× (1 + 10%)"),
    ("rule a = 1CNY if firms over 3firm else 0CNY", "if firms over 3firm then 1CNY"),
    ("rule a = if firms is at least 10firm then 1CNY else 0CNY", "at"),
    ("rule a = if firms is equal to 10firm then 1CNY else 0CNY", "is"),
    ("rule a = if firms is between 10firm and 20firm then 1CNY else 0CNY", "not below 10firm and firms not over"),
    ("rule a = count of shops where sales over 3CNY", "count(shop where sales over 3CNY)"),
    ("rule a = total sales of shops", "sum(shop.sales)"),
    ("rule a = bands firms:\n    10firm or more 1CNY\n    else 0CNY", "not below 10firm"),
    ("rule a = bands firms:\n    at least 10firm => 1CNY\n    else 0CNY", "10firm"),
    ("rule a = bands firms:\n    over 10firm but not over 20firm 1CNY\n    else 0CNY", "not over 20firm"),
    ("rule a = bands firms:\n    at least 10firm 1CNY\n    all others 0CNY", "else"),
    ("rule a = firms × 1CNY/firm:\n    up to 5CNY", "cap"),
    ("rule a = increment firms from 10firm:\n    1CNY for every 5firm\n    uncapped", "every 5firm gives 1CNY"),
    ("rule a = increment firms from 10firm:\n    every 5firm gives 1CNY\n    no cap", "uncapped"),
    ("conditions ok: all of the following\n    large: firms at least 3firm\nrule a = ok", "these"),
    ("rule a = firms (per 7)", "per 7"),
    ("rule a firms", "= firms"),
    ("rule a = firms\nconstraint firms over 0firm", "first: firms"),
    ("rule a = firms\nproperty ok: a at least 0firm", "always a"),
    ("rule a = firms\nexample one:\n    given firms 3firm\n    then a = 3firm", "= 3firm"),
    ("rule a = IF firms over 3firm THEN 1CNY ELSE 0CNY", "if firms over 3firm then 1CNY else"),
    ("rule a = if firms over 3firm AND firms below 9firm then 1CNY else 0CNY", "and"),
    ("rule a = 50% of the firms", "firms"),
    ("rule a = firms divided by 2", "÷"),
    ("rule a = bands firms:\n    2firm - 4firm: 1CNY\n    else 0CNY", "2firm(inclusive) to 4firm(exclusive)"),
    ("rule a = bands firms:\n    2\u20134firm 1CNY\n    else 0CNY", "2firm(inclusive) to 4firm(exclusive)"),
    ("rule a = firms × 1CNY/firm\nexample one:\n    firms = 3firm\n    then a = 3CNY", "given firms"),
    ("rule a = firms × 1CNY/firm\nexample one:\n    firms 3firm\n    then a = 3CNY", "given firms ="),
    ("rule a = number_of_shops × 1CNY", "count(shop)"),
    ("rule a = firms × 1CNY/firm, but not over 100CNY", "min(firms × 1CNY/firm, 100CNY)"),
    ("conditions ok: all of these\n    (a) large: firms at least 3firm\nrule a = ok", "large:"),
    ("conditions ok: all of these\n    2. firms at least 3firm\nrule a = ok", "「2」:"),
    ("task a: (1) firms at least 3firm", "firms"),
    (
        "table rate from 2025-01-01 onward by name: per 1\n    | name | pay |\n    | any | 3CNY |\nrule a = rate.pay",
        "by name from 2025-01-01 onward:",
    ),
)


@pytest.mark.parametrize(
    ("rules", "mend"), [(ZH + rules, mend) for rules, mend in CHINESE] + [(EN + r, m) for r, m in ENGLISH]
)
def test_a_habit_has_a_mend_that_reads(rules: str, mend: str) -> None:
    found = check_source(Source("例.pol", rules + "\n")).errors
    assert [finding.mend for finding in found] == [mend], [finding.code for finding in found]
    where = found[0].where
    mended = rules[: where.start] + mend + rules[where.end :]
    assert not check_source(Source("例.pol", mended + "\n")).errors


@pytest.mark.parametrize(
    ("old", "new", "mend"),
    (
        ("名称: 文本 主键", "主键 名称: 文本", "名称: 文本 主键"),
        ("家数: 家", "家数(家)", "家数: 家"),
        ("家数: 家", "家数 家", "家数:"),
        ("编号 例-1", "文号 例-1", "编号"),
        ("主体 区", "主对象 区", "主体"),
    ),
)
def test_heads_and_fields(old: str, new: str, mend: str) -> None:
    text = ZH.replace(old, new, 1) + "规则 甲 = 家数 × 1元/家\n"
    found = check_source(Source("例.pol", text)).errors
    assert [finding.mend for finding in found] == [mend], [finding.code for finding in found]


def test_nothing_is_guessed_where_no_wording_reads() -> None:
    for line in ("规则 甲 = 家数 × × 3", "规则 甲 = 如果 那么", "规则 甲 = ,最高", "规则 甲 = (((", "规则 甲 = 之和"):
        (found,) = check_source(Source("例.pol", ZH + line + "\n")).errors
        assert found.code != "another-wording"


def test_a_file_full_of_habits_does_not_take_long() -> None:
    lines = "\n".join(f"规则 甲{'乙' * (at % 7)} = 如果 家数 大于 {at}家 那么 {at}元 否则 " for at in range(1_000))
    found = check_source(Source("例.pol", ZH + lines + "\n")).errors
    assert len(found) >= 100


def test_what_is_written_right_is_never_another_wording() -> None:
    for path in (ROOT / "policies").rglob("*.pol"):
        assert not re.search(
            "another-wording",
            str([one.code for one in check_source(Source(path.name, path.read_text("utf-8"))).findings]),
        )
