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
