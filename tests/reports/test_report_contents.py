"""The contents at the head of a page: amounts by kind of row, long lists folded, every row reached."""

from __future__ import annotations

import re

import policydsl
from policydsl.core.facts import Facts, Known, Record
from policydsl.explain import explain
from policydsl.interpret.evaluate import Evaluator
from policydsl.reports.page import explanation_page

POLICY = """政策 “目录(示例)”:
    编号 MULU-1
    主体 区

单位 家

对象 区:
    名称: 文本 主键
    家数: 家

对象 活动 属于 区:
    到会数: 家

对象 全市 单例:
    预算: 金额

规则 人数奖励 = 家数 × 10元/家  依据 一

规则 起步补助 = 100元  依据 一

规则 应补金额 = 起步补助 + 人数奖励  依据 二

针对 活动:
    规则 满员 = 到会数 不低于 3家  依据 三

针对 全市:
    规则 总额 = 合计(区.应补金额)  依据 四
"""
PROGRAM = policydsl.loads(POLICY)

READING = """
读法 单价: 依据 一
    采用 高价 = 10元/家  理由 “原文没有写清”
    备选 低价 = 5元/家
"""


def page(events: int) -> str:
    districts = (Record("甲区", {"名称": Known("甲区"), "家数": Known(5)}), Record("乙区", {"名称": Known("乙区")}))
    rows = tuple(Record(f"H{n}", {"到会数": Known(n)}, parent="甲区") for n in range(events))
    facts = Facts({"区": districts, "活动": rows, "全市": (Record("", {"预算": Known(1000)}),)})
    return explanation_page(explain(Evaluator(PROGRAM).run(facts)))


def contents(text: str) -> str:
    return text.split("<nav")[1].split("</nav>")[0]


def test_amounts_stand_by_kind_of_row_and_totals_after_the_first() -> None:
    head = contents(page(2))
    assert re.findall(r"<h2>(\w+)", head) == ["区", "全市", "活动"]
    columns = re.findall(r'<th scope="col"[^>]*>(\w+)</th>', head)
    assert columns == ["区", "应补金额", "起步补助", "人数奖励", "全市", "总额"]
    first, second = re.findall(r"<tr><th scope=\"row\">.*?</tr>", head)[:2]
    assert re.findall(r">([^<>]+)<", first) == ["甲区", "150元", "100元", "50元"]
    assert re.findall(r">([^<>]+)<", second) == ["乙区", "未知", "100元", "未知"]


def test_many_rows_are_folded_and_each_is_reached() -> None:
    few, many = page(24), page(25)
    assert "<details" not in contents(few)
    assert "<details><summary>活动 <small>25</small></summary>" in contents(many)
    links = re.findall(r'href="#(r\d+)"', contents(many))
    assert sorted(links) == sorted(re.findall(r'<h2 id="(r\d+)"', many))
    assert len(links) == 28


def test_readings_stand_after_the_amounts() -> None:
    text = policydsl.loads(POLICY.replace("家数 × 10元/家  依据 一", "家数 × 单价  依据 一") + READING)
    districts = (Record("甲区", {"名称": Known("甲区"), "家数": Known(5)}), Record("乙区", {"名称": Known("乙区")}))
    shown = explanation_page(explain(Evaluator(text).run(Facts({"区": districts}))))
    assert 0 < shown.index("</nav>") < shown.index('<h2 id="readings">') < shown.index('<h2 id="r0"')
