"""Coverage on a small notice of our own: whole as it is, and each fault found where it is made."""

from __future__ import annotations

import pytest
from small_notice import NOTICE, POLICY, held, program

from policydsl.coverage import Coverage, cover


def states(found: Coverage) -> dict[str, str]:
    return {clause.id: clause.state for clause in found.clauses}


def test_everything_is_answered_for() -> None:
    found = held()
    assert found.text is not None
    assert [(item.at, item.figure.raw, item.by) for item in found.text.unexplained] == [("二1", "百分之五", ())]
    assert (found.text.places, found.text.phrases, found.text.unlisted, found.uncited) == ((), (), (), ())
    assert set(states(found).values()) == {"covered", "no-rules"}
    assert not found.complete


def test_a_figure_is_explained_by_what_cites_its_place() -> None:
    """The 5 % of the text is written 105 % in the rule: said in a reason, it is explained."""
    found = held("条款 二1b “上浮”", "条款 二1b “上浮”\n条款 二1c: 不作规则 “上浮百分之五,规则里写作105%”")
    assert found.complete
    assert found.text is not None
    fates = {(item.at, item.figure.raw): (item.explained, item.by) for item in found.text.figures}
    assert fates["二1", "百分之五"] == ("no-rules", ("二1c",))
    assert fates["二1", "30元/亩"] == ("used", ("单价",))
    assert fates["一(一)", "12万元/果园"] == ("used", ("组别", "定额补助"))
    assert fates["一¶1", "4个"] == ("used", ("组别",))
    assert fates["一¶1", "两个"] == ("used", ("组别",))
    assert fates["二2", "2031年6月30日"] == ("used", ("培训",))
    assert fates["序¶1", "2031年"] == ("no-rules", ("序¶1",))
    assert fates["落款", "2031年1月2日"] == ("no-rules", ("落款",))


@pytest.mark.parametrize(
    ("old", "new", "at", "raw", "elsewhere"),
    [
        ("不低于 3场", "不低于 4场", "二2", "3场", ()),
        ("| 12万元 |", "| 11万元 |", "一(一)", "12万元/果园", ()),
        ("2031年6月30日 前", "2031年6月29日 前", "二2", "2031年6月30日", ()),
        ("达到 50亩(含)", "达到 51亩(含)", "二1", "50亩", ()),
        ("表 组别 按 镇: 依据 一¶1、一(一)、", "表 组别 按 镇: 依据 一(一)、", "一¶1", "4个", ("组别",)),
    ],
)
def test_a_figure_that_nothing_uses(old: str, new: str, at: str, raw: str, elsewhere: tuple[str, ...]) -> None:
    text = held(old, new).text
    assert text is not None
    got = {(item.at, item.figure.raw): item.by for item in text.unexplained}
    assert got[at, raw] == elsewhere
    assert (at, raw) not in {(item.at, item.figure.raw) for item in (held().text or text).unexplained}


def test_a_clause_cited_by_none() -> None:
    found = held("条款 三: 不作规则 “解释权”", "条款 三 “解释权”")
    assert states(found)["三"] == "uncovered"
    assert not found.complete


def test_covered_by_a_longer_and_by_a_shorter_citation() -> None:
    clauses = {clause.id: clause for clause in held().clauses}
    assert {(one.citer.name, one.how) for one in clauses["二1a"].cited} >= {
        ("修剪面积", "exact"),
        ("面积补助", "whole"),
    }
    assert ("申请表", "inner") in {(one.citer.name, one.how) for one in clauses["二3"].cited}
    assert all(one.citer.kind != "part" for clause in clauses.values() for one in clause.cited)


def test_a_part_covers_where_nothing_else_does() -> None:
    text = POLICY.split("部分 补助")[0] + "部分 其他: 依据 三\n\n    规则 面积 = 修剪面积  依据 二1a\n"
    clauses = {clause.id: clause for clause in cover(program(text.replace("条款 三: 不作规则", "条款 三"))).clauses}
    assert [(one.citer.kind, one.citer.name) for one in clauses["三"].cited] == [("part", "其他")]


def test_no_rules_and_yet_cited() -> None:
    found = held("规则 定额补助 = 组别.额度  依据 一", "规则 定额补助 = 组别.额度  依据 三")
    assert states(found)["三"] == "contradicted"


def test_a_citation_that_the_inventory_lacks() -> None:
    found = held("条款 二2 “培训”\n", "")
    assert states(found)["二2"] == "unlisted"
    assert found.text is not None
    assert [(id_, line) for id_, line, _ in found.text.unlisted] == [("二2", 10)]


def test_a_rule_that_cites_nothing() -> None:
    found = held("部分 补助: 依据 二\n", "部分 补助:\n")
    assert [(citer.kind, citer.name) for citer in found.uncited] == [("condition", "申请材料")]


def test_a_citation_that_leads_nowhere() -> None:
    found = held("依据 一¶1、一(一)、一(二)", "依据 一¶1、一(一)、一(二)、一(三)")
    assert found.text is not None
    assert [(item.clause, item.by, item.near) for item in found.text.places] == [("一(三)", "组别", "一")]


@pytest.mark.parametrize(
    ("quoted", "elsewhere"),
    [("修剪面积 达到", None), ("每个果园应举办", ("二2",)), ("每棵树", ()), ("甲组\uff082个镇\uff09", ("一(一)",))],
)
def test_a_phrase_that_does_not_stand_there(quoted: str, elsewhere: tuple[str, ...] | None) -> None:
    found = held("“修剪面积达到”", f"“{quoted}”")
    assert found.text is not None
    assert [item.elsewhere for item in found.text.phrases] == ([] if elsewhere is None else [elsewhere])


def test_without_a_text_only_the_two_ways() -> None:
    found = held(notice=None)
    assert found.text is None
    assert found.complete


def test_a_policy_without_an_inventory() -> None:
    text = "\n".join(line for line in POLICY.splitlines() if not line.startswith("条款"))
    found = cover(program(text), NOTICE)
    assert "二1b" in states(found) and set(states(found).values()) == {"unlisted"}
    assert found.text is not None
    assert len(found.text.unlisted) == found.text.paragraphs


def test_an_empty_text_and_a_text_of_nothing_known() -> None:
    for notice in ("", "\n\n \u3000\n", "%%%%", "a" * 100_000, "(" * 5_000, "\x00\x01"):
        found = held(notice=notice)
        assert found.text is not None
        assert found.text.places
