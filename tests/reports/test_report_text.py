"""Explanations and results on a terminal: right at 80 columns with Chinese, plain in a pipe, sayable in GBK."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_notice import GOOD, PROGRAM, district, events, facts, run
from one_rule import bodies, trace_of
from rich.cells import cell_len

from policydsl.core.program import Expr
from policydsl.explain import explain
from policydsl.explain.results import results
from policydsl.interpret.evaluate import Evaluator
from policydsl.reports.results_table import results_table
from policydsl.reports.text import explanation_text
from policydsl.reports.wrap import wrap

TRACE, RERUN = run(GOOD)
TEXT = explanation_text(explain(TRACE, rerun=RERUN))


def widest(text: str) -> int:
    return max(cell_len(line) for line in text.split("\n"))


def test_the_tree_as_it_is_read() -> None:
    text = explanation_text(explain(TRACE, keys=["乙区"], rules=["高企认定补助"], rerun=RERUN))
    assert text.split("乙区\n", 1)[1] == (
        "└── 高企认定补助 = 254,700元\uff0825.47万元\uff09〔七(二)2(1)〕\n"
        "    高企完成率 = 高企认定数 849家 ÷ 高企年度目标 1,000家 = 84.9%\uff0c达到 70%\uff08含\uff09\n"
        "    档\uff1a849家 × 300元/家 = 254,700元\n"
        "      ▸ 达到 70%\uff08含\uff09  300元/家 — 采用\n"
        "      · 达到 85%\uff08含\uff09  500元/家 — 未达到\uff0c差 0.1个百分点\n"
        "      · 达到 100%\uff08含\uff09  600元/家 — 未达到\uff0c差 15.1个百分点\n"
        "      · 否则  0元/家 — 只在各档都不适用时\n"
        "    ← 高企认定数 849家  事实.xlsx·区·B3\n"
        "    → 下一档「达到 85%\uff08含\uff09」\uff1a「高企认定数」再增 1家\uff08849家 → 850家\uff09即可\uff0c届\n"
        "      时 254,700元 → 425,000元\uff08多 170,300元\uff09\n"
        "    └── 高企完成率 = 84.9%〔七(二)2(1)〕\n"
        "        高企认定数 849家 ÷ 高企年度目标 1,000家 = 84.9%\n"
        "        ← 高企认定数 849家  事实.xlsx·区·B3\n"
        "        ← 高企年度目标 1,000家  事实.xlsx·区·C3\n"
    )


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_line_is_wider_than_asked(width: int, lang: str) -> None:
    explanation = explain(TRACE, lang=lang, rerun=RERUN)  # type: ignore[arg-type]
    assert widest(explanation_text(explanation, width=width)) <= width
    assert widest(results_table(results(TRACE, lang), width=width)) <= width  # type: ignore[arg-type]


@given(bodies())
@settings(max_examples=25, deadline=None)
def test_any_rule_fits_80_columns(body: Expr) -> None:
    assert widest(explanation_text(explain(trace_of(body)))) <= 80


def test_nothing_but_text_unless_colour_is_asked_for() -> None:
    assert "\x1b" not in TEXT
    assert "\x1b[" in explanation_text(explain(TRACE), colour=True)
    assert "\x1b" not in results_table(results(TRACE))


def test_a_gbk_stream_can_say_it_all() -> None:
    for encoding in ("gbk", "gb18030", "ascii", "no-such-encoding"):
        text = explanation_text(explain(TRACE, rerun=RERUN), encoding=encoding)
        assert text.encode("gbk" if encoding == "gbk" else "utf-8").decode("gbk" if encoding == "gbk" else "utf-8")
    gbk = explanation_text(explain(TRACE, keys=["甲区"], rules=["高企认定补助"]), encoding="gbk")
    assert "?" not in gbk
    assert "`-- 高企认定补助" in gbk


def test_names_that_look_like_markup_or_escape_codes_are_shown_as_they_are() -> None:
    header = evolve(PROGRAM.header, title="[bold]标题[/bold]\x1b[31m红\r\n二行")
    trace = Evaluator(evolve(PROGRAM, header=header)).run(GOOD)
    text = explanation_text(explain(trace))
    assert text.startswith("[bold]标题[/bold][31m红  二行\n")
    assert results_table(results(trace)).startswith("[bold]标题[/bold][31m红  二行\n")


def test_few_rows_are_turned_and_many_split() -> None:
    turned = results_table(results(TRACE))
    assert "规则               甲区       乙区" in turned
    assert "高企认定补助  312,000元  254,700元" in turned
    many = results_table(results(run(facts(*[district(f"{n}区", 520, 480) for n in "甲乙丙丁戊己"]))[0]))
    heads = [line for line in many.split("\n") if line.startswith("区 ")]
    assert len(heads) == 2
    assert "…" not in many
    assert many.count("312,000元") == 6


def test_statuses_are_words_and_what_is_open_stands_below() -> None:
    text = results_table(results(TRACE))
    assert "待裁量" in text
    assert text.split("未决事项\n")[1].split("\n")[0] == (
        "! 区「甲区」的「通过考核」待裁量\uff0c由市科技局决定〔七(二)3〕"
    )


def test_reasons_alike_are_one_line() -> None:
    table = results(run(facts(*[district(f"{n}区", 520, 480) for n in "甲乙丙丁"]))[0])
    assert "区「甲区」等 4 行的「基础补助」待裁量\uff1a未达基础工作量〔七(二)1〕" in table.summary
    assert len(table.problems) > len(table.summary)


def test_no_results_at_all() -> None:
    trace = Evaluator(evolve(PROGRAM, rules=())).run(GOOD)
    assert "没有可列的结果" in results_table(results(trace))


@given(st.text(max_size=60), st.integers(2, 30))
def test_wrapping_loses_nothing_but_spaces_and_control(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    seen = "".join("".join(lines).split())
    assert all(char in text for char in seen)
    letters = [char for char in text if char.isalnum()]
    assert [char for char in seen if char.isalnum()] == letters


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("高企认定数不低于", 8, ["高企认定", "数不低于"]),
        ("甲乙丙、丁", 6, ["甲乙", "丙、丁"]),
        ("甲乙「丙丁」", 6, ["甲乙", "「丙丁」"[:2] + "", "丁」"]),
        ("共 312,000元", 10, ["共", "312,000元"]),
        ("八(一)1", 6, ["八", "(一)1"]),
    ],
)
def test_lines_break_where_chinese_may(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


def test_events_are_only_counted_once() -> None:
    text = explanation_text(explain(run(facts(district("甲区", 1, 1), held=events("甲区", *[1] * 40)))[0]))
    assert "另有 28 行" in text
