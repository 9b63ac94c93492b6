"""The sentences of an explanation, word for word, in Chinese and in English, on invented data."""

from __future__ import annotations

import pytest
from invented_notice import GOOD, district, entry, events, facts, run, sentences, wide

from policydsl.core.facts import Bad, Known
from policydsl.diagnostics.model import Place
from policydsl.explain import NotInTrace, explain, tell

TRACE, RERUN = run(GOOD)


def test_the_band_and_its_award_in_one_sentence() -> None:
    assert sentences(TRACE, "高企认定补助") == [
        wide(
            "高企完成率 = 高企认定数 520家 ÷ 高企年度目标 480家 = 108.33%⟨精确值 13/12⟩,"
            "达到 100%⟨含⟩档:520家 × 600元/家 = 312,000元"
        )
    ]
    assert sentences(TRACE, "高企认定补助", lang="en") == [
        "completion = hte_count 520 firms ÷ hte_target 480 firms = 108.33% (exactly 13/12), "
        "band “100% or more”: 520 firms × 600 yuan/firms = 312,000 yuan"
    ]


def test_an_exact_percentage_has_no_second_form() -> None:
    assert sentences(TRACE, "高企完成率", "乙区") == ["高企认定数 849家 ÷ 高企年度目标 1,000家 = 84.9%"]


def test_why_not_the_other_bands() -> None:
    group = entry(TRACE, "高企认定补助", "乙区").passages[0].group
    assert group is not None
    assert [(item.label, item.value, item.fate, item.taken) for item in group.items] == [
        (wide("达到 70%⟨含⟩"), "300元/家", "采用", True),
        (wide("达到 85%⟨含⟩"), "500元/家", wide("未达到,差 0.1个百分点"), False),
        (wide("达到 100%⟨含⟩"), "600元/家", wide("未达到,差 15.1个百分点"), False),
        ("否则", "0元/家", "只在各档都不适用时", False),
    ]
    higher = entry(TRACE, "高企认定补助").passages[0].group
    assert higher is not None
    assert [item.fate for item in higher.items][:2] == [wide("也达到,但取最高的一档")] * 2


def test_no_band_reached() -> None:
    trace, _ = run(facts(district("甲区", 132, 190)))
    assert sentences(trace, "高企认定补助")[0].endswith(wide("各档都未达到:132家 × 0元/家 = 0元"))


def test_the_increment_says_which_route_and_why() -> None:
    told = entry(TRACE, "高企增量补助")
    assert told.passages[0].text == wide(
        "高企认定数 520家,起点 高企年度目标 480家,超出 40家;就高:每 15家 满 2 档 × 5万元 = 100,000元"
    )
    group = told.passages[0].group
    assert group is not None
    assert [(item.label, item.value, item.fate) for item in group.items] == [
        (wide("每 增量基数 的 5%⟨24家⟩"), wide("1 档,50,000元"), "较低"),
        ("每 15家", wide("2 档,100,000元"), "采用"),
    ]


def test_a_tie_of_routes_takes_the_first_and_says_so() -> None:
    trace, _ = run(facts(district("甲区", 420, 400)))
    told = entry(trace, "高企增量补助").passages[0]
    assert told.text.endswith(wide(";各口径相等,取先写的一项"))
    assert told.group is not None
    assert [item.fate for item in told.group.items] == ["采用", wide("相等,取先写的一项")]


def test_below_the_start_there_is_no_increment() -> None:
    assert sentences(TRACE, "高企增量补助", "乙区") == [
        wide("高企认定数 849家,起点 高企年度目标 1,000家,没有超出,增量为 0元")
    ]


def test_rounding_and_cap_show_before_and_after() -> None:
    assert sentences(TRACE, "拨付额") == [
        wide("四舍五入 到 百元:测算合计 76.2万元 × 3/7 = 326,571.43元⟨精确值 2286000/7元⟩ → 326,600元"),
        wide("按封顶 30万元:326,600元 → 300,000元〔九(一)〕"),
    ]
    assert sentences(TRACE, "拨付额", lang="en")[1] == "cap 300,000 yuan applies: 326,600 yuan → 300,000 yuan [九(一)]"


def test_the_row_of_a_table_is_named() -> None:
    assert sentences(TRACE, "基础补助") == [
        wide("查表「梯队」:名称 甲区 在「第一梯队」一行,基础额度 350,000元"),
        wide("政策宣讲 完成,取 基础额度 350,000元"),
    ]


def test_rows_counted_and_rows_that_fall_short() -> None:
    told = entry(TRACE, "政策宣讲")
    assert [passage.text for passage in told.passages] == [
        wide("12 场宣讲活动中 10 场满足「参与企业数 不低于 宣讲门槛 60家」"),
        wide("10场 不低于 10场:完成"),
    ]
    group = told.passages[0].group
    assert group is not None
    assert [(item.label, item.value, item.fate) for item in group.items] == [
        ("甲区-11", "参与企业数 42家", "不满足"),
        ("甲区-12", "参与企业数 59家", "不满足"),
    ]
    assert sentences(TRACE, "政策宣讲", "乙区")[1] == wide("8场 不低于 10场:未完成,差 2场")
    assert sentences(TRACE, "政策宣讲", "乙区", "en") == [
        "8 of 8 rows of 「宣讲活动」 satisfy attending ≥ 宣讲门槛 60 firms",
        "8 events ≥ 10 events: not met, short by 2 events",
    ]


def test_many_rows_are_listed_in_part_and_counted() -> None:
    trace, _ = run(facts(district("甲区", 1, 1), held=events("甲区", *[1] * 30)))
    group = entry(trace, "政策宣讲").passages[0].group
    assert group is not None
    assert len(group.items) == 12
    assert group.more == "另有 18 行"


def test_a_partial_total_is_never_called_a_total() -> None:
    told = entry(TRACE, "测算总额", "")
    assert told.value == "待裁量"
    assert told.passages[0].text == wide("2 个区中 1 个已算出,小计 762,000元⟨不是合计⟩;待裁量 1 个")
    assert sentences(TRACE, "测算总额", "", "en") == [
        "1 of 2 rows of district are computed, subtotal 762,000 yuan (not the total); 1 pending"
    ]


def test_a_whole_total_says_over_how_many() -> None:
    trace, _ = run(facts(district("甲区", 520, 480), held=events("甲区", *[60] * 10)))
    assert sentences(trace, "测算总额", "") == [wide("1 个区,「测算合计」合计 762,000元")]


def test_pending_says_who_and_why() -> None:
    told = entry(TRACE, "基础补助", "乙区")
    assert (told.value, told.status) == ("待裁量", "pending")
    assert told.reasons == (wide("区「乙区」的「基础补助」待裁量:未达基础工作量〔七(二)1〕"),)
    passed = entry(TRACE, "通过且达标")
    assert passed.reasons == (wide("区「甲区」的「通过考核」待裁量,由市科技局决定〔七(二)3〕"),)
    assert entry(TRACE, "通过且达标", lang="en").reasons == (
        "「通过考核」 of district “甲区” awaits a decision by 市科技局 [七(二)3]",
    )


def test_what_does_not_depend_on_the_missing_is_decided() -> None:
    assert sentences(TRACE, "通过且达标", "乙区") == [wide("通过考核⟨待裁量⟩ 且 政策宣讲 未完成:不成立")]


def test_a_missing_fact_is_named_with_its_cell_and_source() -> None:
    trace, _ = run(facts(district("甲区", None, 480)))
    told = entry(trace, "高企完成率")
    assert told.passages[0].text == wide("高企认定数⟨未知⟩ ÷ 高企年度目标 480家 = 未知")
    assert told.reasons == (wide("缺少区「甲区」的「高企认定数」⟨事实.xlsx·区·B2⟩:请补填⟨来源:认定名单⟩"),)
    first = told.inputs[0]
    assert (first.value, first.place, first.wanting) == ("未知", "事实.xlsx·区·B2", True)
    assert first.note == wide("未填,请补填⟨来源:认定名单⟩")


def test_an_unreadable_cell_is_shown_as_it_was_written() -> None:
    cell = Bad("不是整数", Place("事实.xlsx", "区", "B2"), "3.5")
    trace, _ = run(facts(district("甲区", 1, 480, 高企认定数=cell)))
    told = entry(trace, "高企完成率")
    assert told.value == "无效"
    assert told.inputs[0].note == wide("填写有误:不是整数;原填“3.5”")
    assert told.reasons == (wide("区「甲区」的「高企认定数」的单元格填写有误:不是整数⟨事实.xlsx·区·B2⟩:请改正"),)


def test_what_was_written_is_shown_where_it_differs_from_the_value() -> None:
    cell = Known(520, Place("事实.xlsx", "区", "B2"), "五百二十")
    trace, _ = run(facts(district("甲区", 1, 480, 高企认定数=cell)))
    assert [item.note for item in entry(trace, "高企完成率").inputs] == ["原填“五百二十”", ""]


def test_a_legal_default_stands_with_its_clause() -> None:
    cell = Known(0, None, "", by_default="三")
    trace, _ = run(facts(district("甲区", 1, 480, 高企认定数=cell)))
    assert entry(trace, "高企完成率").inputs[0].note == wide("未填,按规定取此值〔三〕")


def test_a_violated_constraint_is_told_with_the_row() -> None:
    trace, _ = run(facts(district("甲区", 5, 0)))
    row = tell(explain(trace, keys=["甲区"])).rows[0]
    violation = row.violations[0]
    assert violation.name == "目标为正"
    assert [passage.text for passage in violation.passages] == [
        "年度目标须大于零",
        wide("高企年度目标 0家 大于 0家:不成立,正好等于"),
    ]
    assert violation.inputs[0].place == "事实.xlsx·区·C2"
    assert entry(trace, "高企完成率").status == "invalid"


def test_a_reading_says_which_alternative_and_why() -> None:
    assert sentences(TRACE, "增量基数") == [
        wide(
            "读法「增量基数」采用「按年度目标」 = 高企年度目标 480家,理由:自达到年度总目标数后;"
            "备选:「按上年认定数」〔七(二)2(1)〕"
        )
    ]
    trace, _ = run(GOOD, {"增量基数": "按上年认定数"})
    assert sentences(trace, "增量基数")[0].startswith("读法「增量基数」本次改用「按上年认定数」 = 上年高企认定数 400家")
    telling = tell(explain(trace))
    assert telling.readings[0].startswith(wide("「增量基数」本次改用「按上年认定数」⟨政策原采用另一读法⟩,理由"))


def test_headings_show_money_in_both_scales() -> None:
    assert entry(TRACE, "测算合计").value == wide("76.2万元⟨762,000元⟩")
    assert entry(TRACE, "高企认定补助", "乙区").value == wide("254,700元⟨25.47万元⟩")
    assert entry(TRACE, "测算合计", lang="en").value == "762,000 yuan"


def test_every_rule_of_a_row_is_told_once() -> None:
    row = tell(explain(TRACE, keys=["甲区"])).rows[0]
    told, again = [], []

    def visit(item: object) -> None:
        (again if item.again else told).append(item.id)  # type: ignore[attr-defined]
        for child in item.children:  # type: ignore[attr-defined]
            visit(child)

    for root in row.entries:
        visit(root)
    assert len(told) == len(set(told))
    assert set(again) <= set(told)
    assert row.entries[0].name == "拨付额"


def test_names_and_aliases_choose_what_is_told() -> None:
    by_alias = explain(TRACE, entity="district", keys=["甲区"], rules=["hte_award"])
    assert [str(item.at) for item in by_alias.rows[0].accounts] == ["区[甲区].高企认定补助"]


@pytest.mark.parametrize("asked", [{"entity": "省"}, {"keys": ["丁区"]}, {"rules": ["没有的规则"]}])
def test_a_name_that_is_not_there_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(NotInTrace) as error:
        explain(TRACE, **asked)  # type: ignore[arg-type]
    assert error.value.known


def test_the_same_tree_gives_the_same_words() -> None:
    assert tell(explain(TRACE, rerun=RERUN)) == tell(explain(TRACE, rerun=RERUN))
