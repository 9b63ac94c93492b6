"""The page: complete in itself, well formed, escaped, its tables real; and the same as Markdown."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_notice import GOOD, PROGRAM, district, facts, run

from policydsl.core.program import Header
from policydsl.explain import explain
from policydsl.interpret.evaluate import Evaluator
from policydsl.reports.markdown import escape, explanation_markdown
from policydsl.reports.page import explanation_page

TRACE, RERUN = run(GOOD)
PAGE = explanation_page(explain(TRACE, rerun=RERUN))
VOID = {"meta", "br", "link", "img", "hr", "input"}


class Strict(HTMLParser):
    """Refuses a page whose tags do not close in order; keeps tags, attributes and text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style",):
            self.text.append(data)


def parsed(page: str) -> Strict:
    parser = Strict()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


def test_the_page_is_well_formed_and_needs_nothing_else() -> None:
    found = parsed(PAGE)
    names = {tag for tag, _ in found.tags}
    assert not names & {"script", "link", "img", "iframe", "object"}
    assert not re.search(r"url\(|@import|https?:|//", PAGE.split("<style>")[1].split("</style>")[0])
    assert not [attrs for _, attrs in found.tags if any(name in attrs for name in ("src", "onclick", "onload"))]
    assert all(attrs["href"].startswith("#") for tag, attrs in found.tags if tag == "a" and attrs["href"])  # type: ignore[union-attr]


def test_tables_have_scoped_headings_and_details_are_open() -> None:
    found = parsed(PAGE)
    heads = [attrs.get("scope") for tag, attrs in found.tags if tag == "th"]
    assert heads and set(heads) == {"col", "row"}
    details = [attrs for tag, attrs in found.tags if tag == "details"]
    assert details and all("open" in attrs for attrs in details)
    ids = [attrs["id"] for _, attrs in found.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [attrs["href"] for tag, attrs in found.tags if tag == "a"]
    assert {link[1:] for link in links if link} <= set(ids)


def test_it_says_what_the_explanation_says() -> None:
    words = " ".join(parsed(PAGE).text)
    assert "达到 100%\uff08含\uff09档\uff1a520家 × 600元/家 = 312,000元" in words
    assert "事实.xlsx·区·B2" in words
    assert "待裁量" in words
    assert 'data-id="区[甲区].高企认定补助"' in PAGE


def test_it_prints_on_a4() -> None:
    assert "@page { size: A4" in PAGE
    assert "@media print" in PAGE


@given(st.text(max_size=40))
@settings(max_examples=40, deadline=None)
def test_whatever_names_hold_is_shown_and_never_obeyed(name: str) -> None:
    hostile = f"<script>alert(1)</script>&\"'{name}"
    program = evolve(PROGRAM, header=Header(hostile, id=hostile, main="区"))
    page = explanation_page(explain(Evaluator(program).run(facts(district("甲区", 520, 480)))))
    found = parsed(page)
    assert "script" not in {tag for tag, _ in found.tags}
    assert any("<script>alert(1)</script>&\"'" in text for text in found.text)


def test_the_language_is_declared() -> None:
    assert '<html lang="zh-CN">' in PAGE
    assert '<html lang="en">' in explanation_page(explain(TRACE, lang="en"))


def test_markdown_has_a_table_and_nested_lists() -> None:
    text = explanation_markdown(explain(TRACE, keys=["甲区"], rules=["高企认定补助"], rerun=RERUN))
    assert text.startswith("# 企业培育服务征集(虚构)\n")
    assert (
        "| 规则 | 数值 | 条款 |\n|:---|---:|:---|\n| 高企认定补助 | 312,000元\uff0831.2万元\uff09 | 七(二)2(1) |"
        in text
    )
    assert "- **高企认定补助 = 312,000元\uff0831.2万元\uff09** 〔七(二)2(1)〕\n  - 高企完成率 = " in text
    assert "    - **达到 100%\uff08含\uff09 600元/家** — 采用\n" in text
    assert "  - ← 高企认定数 520家 *(事实.xlsx·区·B2)*\n" in text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a*b_c`d", r"a\*b\_c\`d"),
        ("<script>|[x](y)", r"\<script\>\|\[x\](y)"),
        ("- 项", r"\- 项"),
        ("1. 项", r"1\. 项"),
        ("一\n二", "一 二"),
    ],
)
def test_markdown_is_escaped(text: str, escaped: str) -> None:
    assert escape(text) == escaped
