"""Code, page, example and message agree: every code has a page whose bad example gives it, in these words, and whose mend does not."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path

import diagnostic_pages as pages
import pytest
from diagnostic_pages import CARRIED, FOLDER, Page

import policydsl
from policydsl.diagnostics.codes import CODES, Code
from policydsl.diagnostics.model import Diagnostic, Weight
from policydsl.diagnostics.render import render
from policydsl.pipeline import check_source
from policydsl.source import Source, Span

PACKAGE = Path(policydsl.__file__).parent
ALL = pages.pages()
GRAVITY = [Weight.NOTE, Weight.WARNING, Weight.ERROR]


@cache
def literals() -> frozenset[str]:
    """Every text in the program except where codes are declared."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        if not path.name.startswith("code"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found |= {
                node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
    return frozenset(found)


@cache
def reported() -> frozenset[str]:
    """Every code that some call reports."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("Diagnostic", "report", "_report", "refuse", "add", "Problem", "Rejected"):
                found |= {
                    part.value
                    for part in ast.walk(node.args[0])
                    if isinstance(part, ast.Constant) and re.fullmatch(r"[a-z]+(-[a-z]+)+", str(part.value))
                }
    return frozenset(found)


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert {page.code for page in ALL} == set(CODES)


def test_codes_are_declared_once_under_their_own_name() -> None:
    assert all(name == code.code for name, code in CODES.items())
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in CODES)


def test_every_code_is_reported_somewhere() -> None:
    assert set(CODES) - literals() == set()


def test_every_code_that_is_reported_is_declared() -> None:
    assert reported() - set(CODES) == set()


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_words_are_there_in_both_languages(code: Code) -> None:
    assert all((code.title_zh, code.title_en, code.zh, code.en))
    assert bool(code.help_zh) == bool(code.help_en)
    assert code.zh.endswith(("。", "?")) and code.en.endswith((".", "?"))
    fields = [set(re.findall(r"(?<!\{)\{(\w+)\}", text)) for text in (code.zh, code.en)]
    assert fields[0] == fields[1] or code.code.startswith("facts-"), "both languages say the same things"


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.code)
def test_page(page: Page) -> None:
    title = page.text.splitlines()[0]
    assert title == f"# `{page.code}` {CODES[page.code].title_zh}"
    assert pages.given(page) == page.message
    if page.code not in CARRIED:
        assert page.code in beside(pages.run(page, "bad"), page.code)
        assert beside(pages.run(page, "bad"), page.code) <= {page.code} | COMPANIONS.get(page.code, set())
    mended = pages.run(page, "good")
    assert page.code not in {finding.code for finding in mended}
    assert not any(CODES[finding.code].weight is Weight.ERROR for finding in mended), pages.shown(mended)


def beside(findings: list[Diagnostic], code: str) -> set[str]:
    """The codes among findings that weigh as much as `code`; a table that could not be read is absent as well."""
    least = GRAVITY.index(CODES[code].weight)
    return {
        finding.code
        for finding in findings
        if finding.code == code
        or (GRAVITY.index(CODES[finding.code].weight) >= least and finding.code != "facts-sheet-absent")
    }


COMPANIONS: dict[str, set[str]] = {
    "block-under-row": {"uneven-indent"},
    "empty-cell": {"cell-one-value"},
    "amend-unreadable": {"unexpected"},
}
"""Findings that cannot but come together."""


NOT_IN_PLACE = {
    "function-without-brackets": "what is to stand in the brackets only the drafter knows",
    "owner-apart": "what is written goes above the line, as the message says",
    "value-by-list": "the rows below it are written otherwise too, as the message says",
}
"""Mends that do not stand for the stretch that is marked."""


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.code)
def test_what_a_mend_writes_can_be_put_in_place(page: Page) -> None:
    """One finding after the other is mended as its message says, until none of the code is left; nothing else comes up."""
    if page.policy("bad") is None or page.code in NOT_IN_PLACE:
        return
    found, done = _own(page), -1
    while found:
        where, mend = found[0].where, found[0].mend
        if mend is None or not isinstance(where, Span) or where.source.name != pages.NAME:
            return
        text = where.source.text
        # of one line the first slip is told at a time
        assert text == page.policy("bad") and where.start > done
        done = where.start
        page = page.with_policy("bad", f"{text[:done]}{mend}{text[where.end :]}")
        found = _own(page)
    if done >= 0:
        left = pages.run(page, "bad")
        assert not any(CODES[finding.code].weight is Weight.ERROR for finding in left), pages.shown(left)


def _own(page: Page) -> list[Diagnostic]:
    return [finding for finding in pages.run(page, "bad") if finding.code == page.code]


QUESTION = re.compile(
    r"「(\(?若 .*? 则 (.*?) 否则 待裁量 “基数为零”\)?)」|`(\(?if .*? then (.*?) else pending “base is zero”\)?)`"
)


@pytest.mark.parametrize(
    ("policy", "language"),
    [
        ("规则 得 = 家数 ÷ 目标  依据 一", "zh"),
        ("规则 得 = 1 + 家数 ÷ 目标 × 2  依据 一", "zh"),
        ("规则 得 = 额 ÷ 价  依据 一", "zh"),
        ("规则 得 = 额 ÷ 年数  依据 一", "zh"),
        ("规则 得 = 额 ÷ 率  依据 一", "zh"),
        ("规则 得 = 额 ÷ 万数  依据 一", "zh"),
        ("规则 得 = 额 ÷ (目标 − 家数): 依据 一\n    封顶 3元/家", "zh"),
        ("规则 得 = 额 ÷ (价 × 率)  依据 一", "zh"),
        ("rule out = 1 + firms ÷ goal  per 1", "en"),
        ("rule out = pay ÷ years_of_it  per 1", "en"),
        ("rule out = firms ÷ pay  per 1", "en"),
    ],
)
def test_the_question_before_a_division_can_be_put_in_its_place(policy: str, language: str) -> None:
    zh = """政策 “例”:
    主体 区
单位 家
对象 区:
    名称: 文本 主键
    家数: 家
    目标: 家
    额: 金额
    价: 元/家
    年数: 年
    率: 比例
    万数: 万元
"""
    en = """policy “e”:
    main one
    currency USD
units firm
entity one:
    id: text key
    firms: firm
    goal: firm
    pay: money
    years_of_it: years
"""
    text = f"{zh if language == 'zh' else en}{policy}\n"
    (finding,) = check_source(Source("x.pol", text)).errors
    assert finding.code == "divisor-may-be-zero"
    said = QUESTION.search(render([finding], format="human", color=False, width=500))
    assert said is not None
    asked, whole = said[1] or said[3], said[2] or said[4]
    assert text.count(whole) == 1
    assert check_source(Source("x.pol", text.replace(whole, asked))).errors == ()
    field = re.search(rf"^    {re.escape(str(finding.data['divisor']))}: .*$", text, re.MULTILINE)
    if field is not None:
        bound = f"{field[0]} {'大于' if language == 'zh' else 'over'} {finding.data['zero']}"
        assert check_source(Source("x.pol", text.replace(field[0], bound))).errors == ()


def test_the_readme_lists_every_code() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert pages.with_index(text) == text


def test_the_readme_shows_both_forms_as_they_are() -> None:
    (page,) = (page for page in ALL if page.code == "unknown-name")
    findings = pages.run(page, "bad")
    blocks = Page(FOLDER / "README.md", (FOLDER / "README.md").read_text(encoding="utf-8")).blocks
    shown = dict(blocks)
    assert render(findings, format="human", color=False, width=80) == shown["text"]
    assert json.loads(render(findings, format="json", color=False, width=80)) == json.loads(shown["json"])


def test_a_page_takes_no_more_than_a_policy_and_its_message() -> None:
    for page in ALL:
        infos = [info.split()[0] for info, _ in page.blocks if info]
        assert set(infos) <= {"pol", "file", "csv", "json", "yaml", "xlsx", "sh"}, page.code
