"""Every example in the reference holds: files run, refusals read as printed, explanations read as printed, no word is left out."""

from __future__ import annotations

import re

import pytest

from policydsl.syntax.keywords import KEYWORDS, TYPE_WORDS
from policydsl.testing.properties import check_properties
from tests.language.pages import FOLDER, Block, Case, Page, checked, examined, failures, output, pages, shown

ALL = pages()
CASES = [case for page in ALL for case in page.cases]
OUTPUTS = [
    (case, block) for case in CASES for block in case.outputs if case.bad or block.kind in ("trace", "law", "refuted")
]
WITHOUT_EXAMPLES = frozenset({"keywords"})
"""Pages that are tables of words."""


@pytest.mark.parametrize("case", [case for case in CASES if not case.bad], ids=lambda case: case.title)
def test_example_holds(case: Case) -> None:
    result = checked(case)
    assert result.program is not None, shown(result.findings)
    assert result.program.language == ("en" if case.english else "zh")
    results = examined(case, result.program)
    assert results, "a policy on a page proves itself by an example"
    assert all(result.ok for result in results), failures(results)
    refuted = {" ".join(block.info[1:]) for block in case.outputs if block.kind == "refuted"}
    assert {result.item.name for result in check_properties(result.program) if not result.ok} == refuted


@pytest.mark.parametrize("case", [case for case in CASES if case.bad], ids=lambda case: case.title)
def test_bad_example_is_refused(case: Case) -> None:
    assert checked(case).errors
    assert [block.kind for block in case.outputs] == ["text"], "what is refused says how"


@pytest.mark.parametrize(
    ("case", "block"), OUTPUTS, ids=lambda value: f"{value.title}" if isinstance(value, Case) else value.kind
)
def test_output_is_as_printed(case: Case, block: Block) -> None:
    assert output(case, block) == block.text, "python -m tests.language.update, and look at what changed"


@pytest.mark.parametrize(
    "page", [page for page in ALL if page.name not in WITHOUT_EXAMPLES], ids=lambda page: page.name
)
def test_page_shows_both_languages(page: Page) -> None:
    assert any(not case.bad and not case.english for case in page.cases)
    assert any(case.english for case in page.cases)


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.name)
def test_page_has_known_blocks_and_living_links(page: Page) -> None:
    assert {block.kind for block in page.blocks} <= {"pol", "text", "trace", "law", "refuted", "sh", "json"}
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.text):
        assert (FOLDER / target).exists(), target


def test_the_index_leads_to_every_page() -> None:
    (index,) = (page for page in ALL if page.name == "index")
    assert {page.path.name for page in ALL} - {"index.md"} <= set(re.findall(r"\]\(([a-z-]+\.md)\)", index.text))


@pytest.mark.parametrize("english", [False, True])
def test_every_word_is_shown_at_work(english: bool) -> None:
    said = "\n".join(case.policy.text for case in CASES if not case.bad and case.english == english)
    words = {keyword.en if english else keyword.zh for keyword in KEYWORDS}
    words |= {pair[english] for pair in TYPE_WORDS}
    assert {word for word in words if not _occurs(word, said)} == set()


def _occurs(word: str, text: str) -> bool:
    before, after = (r"(?<![^\W\d])" if word[0].isalpha() else ""), (r"(?![^\W\d])" if word[-1].isalpha() else "")
    return re.search(before + re.escape(word) + after, text) is not None
