"""What a drafter gets wrong: every mistake of a file is said in one run, each with its mend."""

from __future__ import annotations

import pytest

from policydsl.diagnostics.model import Diagnostic
from policydsl.source import Source, Span
from policydsl.syntax import tree
from policydsl.syntax.parse import parse


def findings(text: str) -> list[Diagnostic]:
    return parse(Source("case", text))[1]


def codes(text: str) -> list[str]:
    return [finding.code for finding in findings(text)]


def place(finding: Diagnostic) -> str:
    assert isinstance(finding.where, Span)
    return finding.where.text


MANY = """政策 “示例”:
    编号 示例-1
    主体

单位 家

对像 区:
    名称: 文本

规则 甲 = 参与企业数不低于10场
规则 乙 = 分档 完成率:
    达到 70% 300元/家
    超多 85% 500元/家
    否则
规则 丙 = (1 + 2
任务 丁: 日期 不晚于 2025-8-1
    左证 会议记录
表 戊 按 名称:
    | 名称 | 额度 |
    | 甲区 |
    | 乙区 |      |
规则 己 = 1
"""


def test_all_mistakes_of_a_file_are_said_in_one_run() -> None:
    file, found = parse(Source("case", MANY))
    assert [finding.where.line for finding in found if isinstance(finding.where, Span)] == [
        3,
        7,
        10,
        13,
        14,
        15,
        16,
        17,
        20,
        21,
    ]
    assert [finding.code for finding in found] == [
        "line-ends-early",
        "unknown-declaration",
        "glued-words",
        "unexpected",
        "line-ends-early",
        "open-bracket",
        "date-form",
        "unexpected",
        "row-length",
        "empty-cell",
    ]
    rules = [node.name.text for node in file.body if isinstance(node, tree.Rule)]
    assert rules == ["乙", "己"], "what can be read is read"


@pytest.mark.parametrize(
    ("line", "found", "mend"),
    [
        ("规则 甲 = 参与企业数不低于10场", "参与企业数不低于", "参与企业数 不低于"),
        ("规则 甲 = 若 a且 b 则 1 否则 2", "a且", "a 且"),
        ("规则 甲 = 计数(宣讲活动其中 a) 不低于 3", "宣讲活动其中", "宣讲活动 其中"),
        ("规则甲 = 1", "规则甲", "规则 甲"),
    ],
)
def test_glued_words_are_taken_apart(line: str, found: str, mend: str) -> None:
    first = findings(line)[0]
    assert (first.code, first.mend) == ("glued-words", mend)
    assert place(first) == found


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("规则 甲 = 日期 不晚于 2025-8-1", "2025年8月1日"),
        ("规则 甲 = 日期 不晚于 2025.8.31", "2025年8月31日"),
        ("规则 甲 = 日期 不晚于 2025/08/31", "2025年8月31日"),
        ("rule a = day not after 2025-8-1", "2025-08-01"),
    ],
)
def test_other_forms_of_dates_are_refused_with_their_mend(text: str, mend: str) -> None:
    (finding,) = findings(text)
    assert (finding.code, finding.mend) == ("date-form", mend)


@pytest.mark.parametrize("day", ["2025年2月29日", "2025-13-01", "2025年8月31日25时"])
def test_days_that_are_not(day: str) -> None:
    assert codes(f"规则 甲 = 日期 不晚于 {day}") == ["no-such-day"]


@pytest.mark.parametrize("word", ["若", "无", "分档", "依次"])
def test_reserved_words_need_brackets_as_names(word: str) -> None:
    (finding,) = findings(f"规则 {word} = 1")
    assert (finding.code, finding.mend) == ("reserved-word", f"「{word}」")
    assert codes(f"规则 「{word}」 = 1") == []


@pytest.mark.parametrize("word", ["日期", "说明", "来源", "期限", "表", "材料", "前", "到", "计数"])
def test_everyday_words_are_names(word: str) -> None:
    file, found = parse(Source("case", f"对象 区:\n    {word}: 文本\n规则 甲 = {word}\n规则 {word} = 1"))
    assert not found
    rule = file.body[1]
    assert isinstance(rule, tree.Rule) and isinstance(rule.value, tree.Reference)
    assert rule.value.path[0].text == word


def test_a_sign_of_equality_compares_within_an_expression() -> None:
    file, found = parse(Source("case", "规则 甲 = 若 乙 = 丙.丁 则 1 否则 2\n约束 戊: 乙 = 1家\n约束 己: 5 元/家 = 乙"))
    assert not found
    assert isinstance(file.body[0], tree.Rule) and isinstance(file.body[0].value, tree.If)
    for condition in (
        file.body[0].value.condition,
        *(node.condition for node in file.body[1:] if isinstance(node, tree.Constraint)),
    ):
        assert isinstance(condition, tree.Comparison) and condition.word == "="


def test_the_keywords_say_what_language_a_file_is_in() -> None:
    assert parse(Source("case", "# a comment\n\npolicy “x”:\n    id a"))[0].language == "en"
    assert parse(Source("case", "# a comment\n\n政策 “x”:\n    编号 a"))[0].language == "zh"
    assert parse(Source("case", "# only a comment"))[0].language == "zh"
