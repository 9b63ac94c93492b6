"""Findings as text and as JSON: aligned by display width, windowed, sorted, folded, and never a way into the terminal."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policydsl.diagnostics.codes import CODES
from policydsl.diagnostics.layout import columns, excerpt
from policydsl.diagnostics.model import Diagnostic, Label, Place, Weight
from policydsl.diagnostics.render import MOST, MOST_OF_A_CODE, in_order, render, summary
from policydsl.diagnostics.wording import NOTHING, helps, message, weight_of
from policydsl.source import Source, Span

TWO_LINES = Source("a.pol", "规则 甲 = 1元\n规则 甲 = 高企认定 × 2\n")


def span(source: Source, part: str, nth: int = 1) -> Span:
    """The nth place of `part` in a source."""
    start = -1
    for _ in range(nth):
        start = source.text.index(part, start + 1)
    return Span(source, start, start + len(part))


def human(*findings: Diagnostic, width: int = 80, color: bool = False) -> str:
    return render(findings, format="human", color=color, width=width)


def test_human_form_in_full() -> None:
    twice = Diagnostic(
        "duplicate-name",
        span(TWO_LINES, "甲", 2),
        {"name": "甲"},
        (Label(span(TWO_LINES, "甲"), "先在这里定义"),),
    )
    unknown = Diagnostic("unknown-name", span(TWO_LINES, "高企认定"), {"name": "高企认定", "close": "高企认定数"})
    assert human(unknown, twice).splitlines() == [
        "a.pol:2:4 错误[duplicate-name] 「甲」已经定义过了,一个名称只能定义一次。",
        " 2 | 规则 甲 = 高企认定 × 2",
        "   |      ^^",
        "    a.pol:1:4 先在这里定义",
        " 1 | 规则 甲 = 1元",
        "   |      --",
        "    改: 请给其中一个换个名称,或者删去重复的。",
        "",
        "a.pol:2:8 错误[unknown-name] 这里没有叫「高企认定」的数据项、规则、表或名录成员。",
        " 2 | 规则 甲 = 高企认定 × 2",
        "   |           ^^^^^^^^",
        "    改: 是不是「高企认定数」?",
        "",
        "2 个错误",
    ]


def test_a_cell_has_its_sheet_and_no_excerpt() -> None:
    finding = Diagnostic("facts-formula", Place("facts.xlsx", "区", "C5"))
    lines = human(finding).splitlines()
    assert lines[0].startswith("facts.xlsx[区!C5] 错误[facts-formula] ")
    assert not any("|" in line for line in lines)


def test_english_findings_are_in_english() -> None:
    source = Source("a.pol", "rule a = 5")
    finding = Diagnostic(
        "unit-needed", span(source, "5"), {"number": "5", "unit": "firms"}, language="en", mend="5firms"
    )
    assert human(finding).splitlines() == [
        "a.pol:1:10 error[unit-needed] “5” needs its unit “firms” here.",
        " 1 | rule a = 5",
        "   |          ^",
        "    fix: write `5firms`",
        "",
        "1 error",
    ]


def test_a_mend_that_the_help_names_is_not_said_twice() -> None:
    finding = Diagnostic("unknown-name", None, {"name": "甲", "close": "乙"}, mend="乙")
    assert human(finding).count("乙") == 1


def test_help_that_names_what_is_not_known_is_left_out() -> None:
    assert helps(Diagnostic("unknown-unit", None, {"name": "x", "close": ""})) == ("新的单位请在「单位」一行里声明。",)
    assert len(helps(Diagnostic("unknown-unit", None, {"name": "x", "close": "y"}))) == 2


@pytest.mark.parametrize("code", sorted(CODES))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_code_raises_without_its_data(code: str, language: str) -> None:
    finding = Diagnostic(code, None, {}, language=language)  # type: ignore[arg-type]
    text = message(finding)
    assert text and "{" not in text.replace("{对象", "").replace("{数据项", "").replace("{ENTITY", "")
    assert ("{" in (CODES[code].zh if language == "zh" else CODES[code].en)) == (NOTHING in text)


def test_a_code_that_nobody_declared_is_shown_all_the_same() -> None:
    finding = Diagnostic("no-such-code", None)
    assert weight_of(finding) is Weight.ERROR
    assert "no-such-code" in human(finding)


def test_data_is_shown_as_a_drafter_writes_it() -> None:
    source = Source("a", "x")
    listed = Diagnostic("choice-missing", Span(source, 0, 1), {"members": ("甲", "乙")})
    assert "甲、乙" in message(listed)
    assert "13/12" in message(Diagnostic("number-form", None, {"found": Fraction(13, 12)}))
    assert "3" in message(Diagnostic("number-form", None, {"found": Fraction(3)}))


def test_controls_from_a_file_do_not_reach_the_terminal() -> None:
    source = Source("a\x1b[2J.pol", "规则 \x1b[31m甲\u202e = 1\x9b\n")
    finding = Diagnostic("unexpected", Span(source, 3, 8), {"found": "\x1b]0;x\x07"}, mend="\x1b[0m")
    shown = human(finding)
    assert not set(shown) & {"\x1b", "\x07", "\x9b", "\u202e", "\r"}


def test_colour_only_where_it_is_asked_for() -> None:
    finding = Diagnostic("empty-file", Span(Source("a.pol", ""), 0, 0))
    assert "\x1b" not in human(finding)
    coloured = human(finding, color=True)
    assert "\x1b[1;31m" in coloured
    assert "\x1b" not in render([finding], format="json", color=True, width=80)


def test_tabs_are_expanded_above_and_below() -> None:
    source = Source("a.pol", "\t甲\t乙 丙\n")
    lines = human(Diagnostic("unexpected", span(source, "乙"), {"found": "乙"})).splitlines()
    assert lines[1] == " 1 |     甲  乙 丙"
    assert lines[2] == "   |         ^^"


def test_long_lines_are_windowed_around_the_place() -> None:
    source = Source("a.pol", "规则 甲 = " + "长" * 5000 + "错" + "尾" * 5000 + "\n")
    part = excerpt(span(source, "错"), 60)
    assert part.text.startswith("…") and part.text.endswith("…") and columns(part.text) <= 60
    before = part.text[: part.text.index("错")]
    assert part.marks == " " * columns(before) + "^^"


def test_a_place_at_the_end_or_beyond_still_has_a_mark() -> None:
    source = Source("a.pol", "规则")
    assert excerpt(Span(source, 2, 2), 60).marks == "    ^"
    assert excerpt(Span(source, 90, 99), 60).marks == "    ^"
    assert "a.pol:1:1" in human(Diagnostic("empty-file", Span(Source("a.pol", ""), 0, 0)))


def test_a_place_over_several_lines_marks_the_first() -> None:
    source = Source("a.pol", "规则 甲\n规则 乙\n")
    assert excerpt(Span(source, 3, 9), 60).marks == "     ^^"


@given(st.text(max_size=200), st.integers(0, 220), st.integers(0, 40), st.integers(0, 120))
def test_marks_stay_below_the_line(text: str, start: int, length: int, width: int) -> None:
    part = excerpt(Span(Source("a", text), start, start + length), width)
    assert len(part.marks.split()) == 1
    assert "\t" not in part.text and "\n" not in part.text
    assert columns(part.text) <= max(width, 20)
    assert len(part.marks) <= max(width, 20) + 1


def test_findings_are_sorted_by_file_and_place() -> None:
    a, b = Source("a.pol", "甲乙丙"), Source("b.pol", "甲")
    given_ = [
        Diagnostic("empty-cell", Span(b, 0, 1)),
        Diagnostic("empty-cell", Span(a, 2, 3)),
        Diagnostic("empty-cell", Span(a, 0, 1)),
        Diagnostic("facts-formula", Place("c.xlsx", "区", "AA2")),
        Diagnostic("facts-formula", Place("c.xlsx", "区", "B10")),
        Diagnostic("facts-formula", Place("c.xlsx", "区", "B2")),
    ]
    places = [str(finding.where) for finding in in_order(given_)]
    assert places == ["a.pol:1:1", "a.pol:1:3", "b.pol:1:1", "c.xlsx[区!B2]", "c.xlsx[区!AA2]", "c.xlsx[区!B10]"]


def test_the_same_finding_is_shown_once() -> None:
    finding = Diagnostic("empty-cell", Span(Source("a", "x"), 0, 1))
    assert len(in_order([finding, finding])) == 1


def test_repeated_findings_are_folded_with_a_count() -> None:
    source = Source("a.pol", "x" * 2000)
    many = [Diagnostic("empty-cell", Span(source, at, at + 1)) for at in range(1000)]
    rare = Diagnostic("empty-table", Span(source, 1500, 1501))
    text = human(*many, rare)
    assert text.count("错误[empty-cell]") == MOST_OF_A_CODE
    assert text.count("错误[empty-table]") == 1
    assert f"还有 {1000 - MOST_OF_A_CODE} 个没有列出:empty-cell {1000 - MOST_OF_A_CODE} 个" in text
    assert text.endswith("1001 个错误\n")


def test_no_more_than_so_many_in_all() -> None:
    source = Source("a.pol", "x" * 2000)
    codes = sorted(CODES)[:20]
    many = [Diagnostic(codes[at % 20], Span(source, at, at + 1)) for at in range(800)]
    text = human(*many)
    assert text.count("a.pol:1:") == MOST
    assert f"还有 {800 - MOST} 个没有列出" in text


def test_summary_counts_by_weight() -> None:
    findings = [Diagnostic("empty-cell", None), Diagnostic("unused-table", None), Diagnostic("facts-total-row", None)]
    assert summary(findings) == "1 个错误,1 个提醒,1 个说明"
    english = [Diagnostic("empty-cell", None, language="en")] * 2
    assert summary(english) == "2 errors"


def test_nothing_found_is_nothing_shown() -> None:
    assert human() == ""
    assert json.loads(render([], format="json", color=False, width=80)) == {"version": 1, "findings": []}


def test_json_form_in_full() -> None:
    finding = Diagnostic(
        "unknown-name",
        span(TWO_LINES, "高企认定"),
        {"name": "高企认定", "close": "高企认定数"},
        (Label(Place("f.xlsx", "区", "A1"), "此处"),),
        mend="高企认定数",
    )
    assert json.loads(render([finding], format="json", color=False, width=80)) == {
        "version": 1,
        "findings": [
            {
                "code": "unknown-name",
                "weight": "error",
                "message": "这里没有叫「高企认定」的数据项、规则、表或名录成员。",
                "help": "是不是「高企认定数」?",
                "mend": "高企认定数",
                "file": "a.pol",
                "line": 2,
                "column": 8,
                "end_line": 2,
                "end_column": 12,
                "sheet": None,
                "cell": None,
                "labels": [
                    {
                        "text": "此处",
                        "file": "f.xlsx",
                        "line": None,
                        "column": None,
                        "end_line": None,
                        "end_column": None,
                        "sheet": "区",
                        "cell": "A1",
                    }
                ],
            }
        ],
    }
