"""What the page of sentences promises: each example says the same with English keywords, comes back unchanged, and is explained."""

from __future__ import annotations

import re

import pytest
from attrs import evolve

from policydsl.explain import explain
from policydsl.reports.text import explanation_text
from policydsl.source import Source
from policydsl.syntax.format import format_file
from policydsl.syntax.parse import parse
from tests.differential.engines import columnar, compiled, differences, reference, second
from tests.language.pages import NAME, Case, checked, examined, failures, pages, shown

(PAGE,) = (page for page in pages() if page.name == "what-it-can-say")
CASES = [case for case in PAGE.cases if not case.bad and not case.english]
LINK = re.compile(r"\[([a-z-]+)\]\(\1\.md\)")


def written(text: str, language: str) -> str:
    """The file with the keywords of one language."""
    file, findings = parse(Source(NAME, text))
    assert not findings
    return format_file(file, to="en" if language == "en" else "zh")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_english_keywords_say_the_same_and_come_back(case: Case) -> None:
    english = written(case.policy.text, "en")
    assert written(english, "zh") == case.policy.text
    # what a file builds on has to be in its own language
    files = {name: written(text, "en") for name, text in case.files.items()}
    abroad = evolve(case, policy=evolve(case.policy, text=english), files=files)
    result = checked(abroad)
    assert result.program is not None, shown(result.findings)
    assert result.program.language == "en"
    assert all(item.ok for item in examined(abroad, result.program)), failures(examined(abroad, result.program))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_every_result_is_explained_in_both_languages(case: Case) -> None:
    result = checked(case)
    assert result.program is not None
    for item in examined(case, result.program):
        assert item.trace is not None
        for rule in result.program.rules:
            if not rule.output:
                continue
            for language in ("zh", "en"):
                account = explain(item.trace, rules=[rule.name], lang="en" if language == "en" else "zh")
                text = explanation_text(account, width=100)
                lines = [line for line in text.splitlines() if rule.name in line or (rule.alias and rule.alias in line)]
                assert lines, (rule.name, text)
                assert len(text.splitlines()) > 3, "a result without how it came about"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_every_engine_gives_the_same(case: Case) -> None:
    program = checked(case).program
    assert program is not None
    for example in program.examples:
        wanted = reference(program, example.facts, example.readings, example.on)
        for engine in (compiled, columnar, second):
            got = engine(program, example.facts, example.readings, example.on)
            assert differences(program, wanted, got) == [], engine.__name__


def test_every_sentence_names_its_page() -> None:
    rows = [line for line in PAGE.text.splitlines() if line.startswith("| ") and "通知说" not in line]
    said = [row for row in rows if LINK.search(row)]
    assert len(said) > 60
    sections = PAGE.text.split("\n## ")[1:]
    assert len(sections) == 17
    assert all(LINK.search(section) and "```pol" in section for section in sections)
