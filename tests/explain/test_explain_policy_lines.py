"""Sentences for what a policy file lowers to: versions by date, ranges in tables, working days, lists, rows among others."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

import policydsl
from policydsl.explain.ledger import explain
from policydsl.explain.words import tell
from policydsl.interpret.trace import Trace

POLICY = """政策 “测试”:
    编号 T-1
    主体 企业

名录 级别: 甲级、乙级
单位 家、点

日历 日程:
    覆盖 2025年1月1日 至 2025年12月31日
    放假 2025年10月1日

标准 每人定额 = 300元

公式 折算(额: 元, 率: 比例) = 额 × 率

表 标准表 按 收入档:
    | 收入档 | 补助 |
    | 不低于 100元 | 10元 |
    | 50元 至 100元(不含) | 5元 |
    | 否则 | 1元 |

对象 企业:
    名称:   文本  主键
    得分:   点
    收入:   元
    参评:   布尔
    月份:   数
    占比:   比例
    受理:   日期
    月收入: 元 清单

对象 全市 单例:
    预算: 元

针对 企业:
    规则 累计 = 至今合计(收入 依 月份)
    规则 期初 = 上一条(期末 依 月份 首条 0元)
    规则 期末 = 期初 + 收入
    规则 位次 = 名次(得分 从高、收入 从低 其中 参评 并列 待裁量)
    规则 分得 = 分摊(全市.预算 按 收入 其中 参评 到 元 尾差归 首位)
    规则 应办 = 受理 + 3工作日
    规则 满期 = 受理 + 3月
    规则 用时 = 工作日数(受理, 2025年10月9日)
    规则 总收入 = 合计(月收入)
    规则 超额 = 收入 超过 50元 部分
    规则 定额 = 每人定额 × 2
    规则 折 = 折算(收入, 30%)
    规则 查 = 标准表(收入).补助
    规则 限时 = 收入 × 2
        适用 当 参评 否则 不适用 “未参评”
    规则 月 = 月份
    规则 比 = 占比
    规则 变:
        自 2025年3月1日 起 = 收入 × 3
        此前 = 收入
"""
ROWS = [
    {
        "名称": "甲",
        "得分": 90,
        "收入": 60,
        "参评": True,
        "月份": 2,
        "占比": "50%",
        "受理": "2025-09-30",
        "月收入": "1、2",
    },
    {"名称": "乙", "得分": 90, "收入": 60, "参评": True, "月份": 1, "占比": 1, "受理": "2025-09-30", "月收入": "5"},
    {"名称": "丙", "得分": 80, "收入": 120, "参评": False, "月份": 3, "占比": 1, "受理": "2025-09-30", "月收入": "5"},
    {"名称": "丁", "得分": 70, "收入": 10, "参评": True, "月份": 4, "占比": 1, "受理": "2025-09-30", "月收入": "5"},
]


@cache
def trace(day: date = date(2025, 6, 1)) -> Trace:
    program = policydsl.loads(POLICY)
    read = policydsl.facts_of(program, {"企业": ROWS, "全市": {"预算": 200}})
    return policydsl.evaluate(program, read.facts, on=day)


def sentences(key: str, rule: str, lang: str = "zh", day: date = date(2025, 6, 1)) -> list[str]:
    """The sentences on a rule of a firm, with the brackets and commas of prose narrowed."""
    told = tell(explain(trace(day), entity="企业", keys=[key], rules=[rule], lang=lang))  # type: ignore[arg-type]
    narrow = str.maketrans({chr(ord(sign) + 0xFEE0): sign for sign in ",:;()"})
    return [passage.text.translate(narrow) for passage in told.rows[0].entries[0].passages]


@pytest.mark.parametrize(
    ("key", "rule", "zh", "en"),
    [
        (
            "甲",
            "累计",
            "企业按先后到本行为止共 2 个,「收入」累计 120元",
            "「收入」 of the 2 rows of 「企业」 up to this one adds up to 120 yuan",
        ),
        ("甲", "期初", "企业的上一行(乙),「期末」为 60元", "「期末」 of the row of 「企业」 before (乙) is 60 yuan"),
        (
            "甲",
            "位次",
            "在 3 个企业中按「得分」、「收入」(本行 90点、60元)排名,名次待裁量,与 1 个并列(乙)",
            "among 3 rows of 「企业」 by 「得分」, 「收入」 (here 90 点, 60 yuan) the rank is pending, tied with 1 (乙)",
        ),
        ("丙", "位次", "不适用:不参加排名", "not applicable: 不参加排名"),
        (
            "甲",
            "分得",
            "预算 200元 按「收入」在 3 个企业中分摊:200元 × 60元 ÷ 130元 = 92.31元(精确值 1200/13元)",
            "「预算」 200 yuan is shared among 3 rows of 「企业」 by 「收入」: 200 yuan × 60 yuan ÷ 130 yuan",
        ),
        (
            "丙",
            "分得",
            "本行不在按「收入」分配的企业之中,得 0元",
            "this row is not among the rows of 「企业」 that share by 「收入」: 0 yuan",
        ),
        (
            "甲",
            "应办",
            "受理 2025年9月30日 + 3工作日(日历「日程」) = 2025年10月6日",
            "「受理」 2025-09-30 + 3 working days (calendar 「日程」) = 2025-10-06",
        ),
        ("甲", "满期", "受理 2025年9月30日 + 3月 = 2025年12月30日", "「受理」 2025-09-30 + 3 months = 2025-12-30"),
        (
            "甲",
            "用时",
            "受理 2025年9月30日 之后至 2025年10月9日 的工作日数(日历「日程」) = 6工作日",
            "working days after 「受理」 2025-09-30 up to 2025-10-09 (calendar 「日程」) = 6 working days",
        ),
        ("甲", "总收入", "月收入 1元、2元 的合计 = 3元", "sum of 「月收入」 1 yuan, 2 yuan = 3 yuan"),
        ("甲", "超额", "收入 60元 超过 50元 的部分 = 10元", "(「收入」 60 yuan above 50 yuan) = 10 yuan"),
        ("甲", "定额", "每人定额 300元 × 2 = 600元", "每人定额 300 yuan × 2 = 600 yuan"),
        (
            "甲",
            "查",
            "查表「标准表」:收入 60元 在「不低于 50元 且 低于 100元」一行,补助 5元",
            "table 「标准表」: 「收入」 60 yuan is in row “≥ 50 yuan and < 100 yuan”, 补助 5 yuan",
        ),
        (
            "丙",
            "查",
            "查表「标准表」:收入 120元 在「不低于 100元」一行,补助 10元",
            "table 「标准表」: 「收入」 120 yuan is in row “≥ 100 yuan”, 补助 10 yuan",
        ),
        (
            "丁",
            "查",
            "查表「标准表」:收入 10元 在「否则」一行,补助 1元",
            "table 「标准表」: 「收入」 10 yuan is in row “otherwise”, 补助 1 yuan",
        ),
        ("丙", "限时", "不适用:未参评", "not applicable: 未参评"),
        ("甲", "月", "月份 2", "「月份」 2"),
        ("甲", "比", "占比 50%", "「占比」 50%"),
        (
            "甲",
            "变",
            "运行日期 2025年6月1日,适用自 2025年3月1日 起的规定",
            "day of the run 2025-06-01: the rule from 2025-03-01 on applies",
        ),
    ],
)
def test_sentences(key: str, rule: str, zh: str, en: str) -> None:
    chinese = sentences(key, rule)
    assert any(text.startswith(zh) for text in chinese), chinese
    english = sentences(key, rule, "en")
    assert any(text.startswith(en) for text in english), english


def test_a_version_before_the_first_day() -> None:
    day = date(2025, 2, 1)
    assert sentences("甲", "变", day=day) == ["运行日期 2025年2月1日,早于 2025年3月1日,适用此前的规定,取 收入 60元"]
    assert sentences("甲", "变", "en", day) == [
        "day of the run 2025-02-01, before 2025-03-01: the rule until then applies, giving 「收入」 60 yuan"
    ]


def test_a_formula_names_its_parameters() -> None:
    assert sentences("甲", "折") == ["记「额」= 收入 60元", "记「率」= 30%", "额 60元 × 率 30% = 18元"]


def test_the_remainder_is_told() -> None:
    # 92.3…, 92.3… and 15.3…: one is left, and goes to the first row
    assert sentences("甲", "分得")[0].endswith(",舍去尾数为 92元,补得余数 1元,共 93元")
    assert sentences("乙", "分得")[0].endswith(",舍去尾数为 92元")
