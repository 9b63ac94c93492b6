"""What a drafter would call changed is told in his words; what he would not is no change."""

from __future__ import annotations

import pytest

from policydsl.compare.differences import differences
from policydsl.compare.told import DifferencesTold, tell
from policydsl.diagnostics.model import Language
from policydsl.source import Source
from policydsl.syntax.parse import parse
from tests.compare.policies import BASE, between, changed, told

SENTENCES = [
    (("达到 85%(含)", "达到 80%(含)"), "规则", "单价", "达到 85%(含) → 达到 80%(含)\uff08这一档 500元/家\uff09"),
    (("500元/家\n    否则", "550元/家\n    否则"), "规则", "单价", "达到 85%(含) 的一档\uff1a500元/家 → 550元/家"),
    (
        ("    否则           0元/家", "    达到 100%(含)  600元/家\n    否则  0元/家"),
        "规则",
        "单价",
        "增加一行\uff1a达到 100%(含) 600元/家",
    ),
    (("    达到 70%(含)   300元/家\n", ""), "规则", "单价", "去掉一行\uff1a达到 70%(含) 300元/家"),
    (("| 35万元 |", "| 40万元 |"), "表", "梯队", "一\uff1a额度 35万元 → 40万元"),
    (("= 100万元", "= 120万元"), "标准", "上限", "100万元 → 120万元"),
    (("不低于 10场", "不低于 8场"), "任务", "宣讲", "不低于 10场 → 不低于 8场"),
    (("不低于 20家)", "不低于 15家)"), "任务", "宣讲", "不低于 20家 → 不低于 15家"),
    (("通知、照片", "通知、照片、签到表"), "任务", "宣讲", "增加佐证 签到表"),
    (("通知、照片", "照片"), "任务", "宣讲", "去掉佐证 通知"),
    (
        ("2025年8月31日 前", "2025年9月30日 前"),
        "任务",
        "宣讲",
        "期限 2025年8月31日 前(含当日) → 2025年9月30日 前(含当日)",
    ),
    (("负责 各区", "负责 市局"), "任务", "宣讲", "负责 各区 → 市局"),
    (
        ("    采用 宽  = 1\n    备选 严  = 2", "    备选 宽  = 1\n    采用 严  = 2"),
        "读法",
        "口径",
        "采用「宽」 → 采用「严」\uff0c理由\uff1a更稳",
    ),
    (("备选 严  = 2", "备选 严  = 3"), "读法", "口径", "「严」\uff1a2 → 3"),
    (("    封顶 上限\n", "    封顶 上限\n    四舍五入 到 元\n"), "规则", "奖励", "增加一行\uff1a四舍五入 到 元"),
    (("完成数 × 单价 × 口径", "完成数 × 单价 × 2"), "规则", "奖励", "× 口径 → × 2"),
    (("若 宣讲 则", "若 宣讲 且 通过 则"), "规则", "基础", "宣讲 → 宣讲 且 通过"),
    (("    通过: 布尔", "    人数: 家\n    通过: 布尔"), "对象", "区", "要多报一项\uff1a人数\uff08家\uff09"),
    (("大于 0家", "不低于 1家"), "对象", "区", None),
    (("不低于 0家\n算例", "不低于 1家\n算例"), "约束", "有数", "不低于 0家 → 不低于 1家"),
    (("主体  区", "主体  区\n    施行 自 2025年1月1日 起"), "政策", "", None),
]


@pytest.mark.parametrize(("edit", "kind", "name", "sentence"), SENTENCES, ids=[edit[1][:20] for edit, *_ in SENTENCES])
def test_a_change_is_told_where_it_is(edit: tuple[str, str], kind: str, name: str, sentence: str | None) -> None:
    found = told(BASE, changed(edit))
    (change,) = found.substance
    assert (change.kind, change.name, change.fate) == (kind, name, "修改")
    if sentence is not None:
        assert [text for text, _ in change.points] == [sentence]
    assert change.points
    assert not found.wording and not found.examples
    (back,) = told(changed(edit), BASE).substance
    assert back.name == name
    (english,) = told(BASE, changed(edit), "en").substance
    assert len(english.points) == len(change.points)


@pytest.mark.parametrize(
    "edits",
    [
        (("(rate)", "(completion)"),),
        (("(rate)", ""), ("(award)", "(reward)")),
        (("35万元", "350000元"), ("= 100万元", "= 1000000元"), ("85%(含)", "0.85(含)")),
        (("达到 85%(含)", "≥ 85%"), ("不低于 10场", ">= 10场")),
        (("完成数 × 单价 × 口径", "(完成数 × 单价) × 口径"),),
        (("甲区、乙区 | 35万元", "乙区、甲区 | 35万元"),),
        (
            (
                "    | 一   | 甲区、乙区 | 35万元 |\n    | 二   | 丙区       | 30万元 |\n",
                "    | 二 | 丙区 | 30万元 |\n    | 一 | 甲区、乙区 | 35万元 |\n",
            ),
        ),
        (
            (
                "| 梯队 | 名称       | 额度   |\n    | 一   | 甲区、乙区 | 35万元 |\n    | 二   | 丙区       | 30万元 |",
                "| 梯队 | 额度 | 名称 |\n    | 一 | 35万元 | 甲区、乙区 |\n    | 二 | 30万元 | 丙区 |",
            ),
        ),
        (("    采用 宽  = 1\n    备选 严  = 2  理由 “更稳”\n", "    备选 严 = 2 理由 “更稳”\n    采用 宽 = 1\n"),),
        (("通知、照片", "照片、通知"),),
        (("标准 上限 = 100万元  依据 三\n", ""), ("约束 有数", "标准 上限 = 100万元  依据 三\n约束 有数")),
        (("单位 家、场", "# 先说单位\n单位 场、家"),),
        (
            (
                "    完成数: 家\n    目标: 家 大于 0家 来源 “统计”\n",
                "    目标: 家 来源 “统计” 大于 0家\n    完成数: 家\n",
            ),
        ),
    ],
    ids=lambda edits: edits[0][1][:16] or edits[0][0][:16],
)
def test_form_is_no_change(edits: tuple[tuple[str, str], ...]) -> None:
    assert between(BASE, changed(*edits)).changes == ()


def test_a_name_with_the_same_alias_is_a_renaming_everywhere() -> None:
    new = BASE.replace("奖励", "激励")
    found = told(BASE, new)
    assert not found.substance and not found.examples
    (change,) = found.wording
    assert (change.fate, change.points[0][0]) == ("改名", "「奖励」改名为「激励」")


def test_a_name_with_the_same_content_is_a_renaming_too() -> None:
    found = told(BASE, BASE.replace("单价", "每家标准"))
    assert not found.substance
    assert [change.fate for change in found.wording] == ["改名"]


def test_districts_move_between_the_rows_of_a_table() -> None:
    found = told(BASE, changed(("甲区、乙区 |", "甲区 |"), ("| 丙区       |", "| 乙区、丙区 |")))
    (change,) = found.substance
    assert [text for text, _ in change.points] == ["乙区\uff1a一 → 二"]


def test_a_new_district_needs_a_row() -> None:
    found = told(BASE, changed(("丙区\n对象", "丙区、丁区\n对象"), ("| 丙区       |", "| 丙区、丁区 |")))
    assert [(change.name, change.points[0][0]) for change in found.substance] == [
        ("行政区", "增加 丁区"),
        ("梯队", "二\uff1a增加 丁区"),
    ]


def test_what_is_new_and_what_is_gone() -> None:
    found = told(BASE, changed(("约束 有数: 完成数 不低于 0家\n", "任务 走访: 计数(活动) 不低于 3场  依据 五\n")))
    assert [(change.fate, change.kind, change.name) for change in found.substance] == [
        ("新增", "任务", "走访"),
        ("删除", "约束", "有数"),
    ] or [(change.fate, change.kind, change.name) for change in found.substance] == [
        ("删除", "约束", "有数"),
        ("新增", "任务", "走访"),
    ]
    assert found.summary.startswith("2 处实质改动")


def test_a_rule_becomes_a_reading() -> None:
    new = changed(
        (
            "规则 基础 = 若 宣讲 则 梯队.额度 否则 0元  依据 二",
            "读法 基础: 依据 二\n    采用 给 = 梯队.额度\n    备选 不给 = 0元",
        )
    )
    (change,) = told(BASE, new).substance
    assert change.points == (("由规则改为读法", True),)


def test_citations_sources_and_reasons_are_wording() -> None:
    found = told(
        BASE,
        changed(("来源 “统计”", "来源 “统计年鉴”"), ("“更稳”", "“稳妥”"), ("= 100万元  依据 三", "= 100万元  依据 四")),
    )
    assert not found.substance
    assert {change.name for change in found.wording} == {"区", "口径", "上限"}
    assert found.summary == "没有实质改动\uff1b另有文字、依据、名称 3 处"


def test_examples_are_counted_apart() -> None:
    found = told(BASE, changed(("应 单价 = 500元/家", "应 奖励 = 5万元")))
    assert not found.substance and not found.wording
    assert [change.name for change in found.examples] == ["一"]


def test_the_order_of_caps_and_rounding_is_a_change() -> None:
    one = changed(("    封顶 上限\n", "    封顶 上限\n    向上 到 百元\n"))
    two = changed(("    封顶 上限\n", "    向上 到 百元\n    封顶 上限\n"))
    (change,) = told(one, two).substance
    assert change.name == "奖励" and change.points


AMENDED = """政策 “改”:
    编号  例-2
修订 例-1 自 2025年4月1日 至 2025年9月30日:  依据 一
    改为 上限 = 120万元
"""


@pytest.mark.parametrize(
    ("edit", "chinese", "english"),
    [
        (("4月1日", "5月1日"), "起始日 2025年4月1日 → 2025年5月1日", "first day 2025-04-01 → 2025-05-01"),
        (("9月30日", "9月29日"), "截止日 2025年9月30日 → 2025年9月29日", "last day 2025-09-30 → 2025-09-29"),
        (("至 2025年9月30日", "起"), "截止日 2025年9月30日 → 无", "last day 2025-09-30 → none"),
    ],
    ids=["since", "until", "open"],
)
def test_the_days_of_an_amendment_are_told(edit: tuple[str, str], chinese: str, english: str) -> None:
    told_in: tuple[tuple[Language, str], ...] = (("zh", chinese), ("en", english))
    for lang, sentence in told_in:
        (change,) = _amendments(AMENDED, changed(edit, text=AMENDED), lang).substance
        assert (change.fate, change.points) == (_FATES[lang], ((sentence, True),))
    (back,) = _amendments(changed(edit, text=AMENDED), AMENDED, "zh").substance
    assert len(back.points) == 1


_FATES = {"zh": "修改", "en": "changed"}


def _amendments(old: str, new: str, lang: Language) -> DifferencesTold:
    """Between two notices that amend one that is not at hand: only as they are written."""
    (one, found), (two, again) = (parse(Source("改.pol", text)) for text in (old, new))
    assert not found and not again
    return tell(differences(one, two), lang)


def test_an_erratum_read_otherwise_is_wording() -> None:
    text = BASE + "勘误 一 “百分之五” 应为 “百分之十” 理由 “附表”\n"
    for edit, sentence in (
        (("“百分之十”", "“百分之八”"), "应为 “百分之十” → “百分之八”"),
        (("“附表”", "“表一”"), "理由 “附表” → “表一”"),
    ):
        (change,) = told(text, changed(edit, text=text)).wording
        assert change.points == ((sentence, False),)


def test_a_later_version_of_a_table_that_keeps_the_rest() -> None:
    text = (
        BASE
        + "表 梯队 按 名称 自 2026年1月1日 起 其余照旧: 依据 二\n    | 名称 | 额度 |\n    | 甲区、乙区、丙区 | 45万元 |\n"
    )
    whole = changed((" 其余照旧:", ":"), text=text)
    (one, found), (two, again) = (parse(Source("表.pol", each)) for each in (text, whole))
    assert not found and not again
    (change,) = tell(differences(one, two), "zh").substance
    assert change.points == (("没写到的行 其余照旧 → 无", True),)
