"""The page of all words is what the table of words gives, and no two words of one place are spelled alike."""

from __future__ import annotations

from policydsl.syntax.keywords import KEYWORDS
from policydsl.syntax.reference import page
from tests.language.pages import FOLDER


def test_the_page_is_what_the_table_gives() -> None:
    assert (FOLDER / "keywords.md").read_text(encoding="utf-8") == page(), "python -m policydsl.syntax.reference"


def test_ids_are_unique_and_spellings_are_there() -> None:
    assert len({keyword.id for keyword in KEYWORDS}) == len(KEYWORDS)
    assert all(keyword.zh and keyword.en and keyword.en.isascii() for keyword in KEYWORDS)


def test_within_a_group_each_spelling_stands_once() -> None:
    for group in {keyword.group for keyword in KEYWORDS}:
        words = [keyword for keyword in KEYWORDS if keyword.group == group]
        assert len({keyword.zh for keyword in words}) == len(words), group
        assert len({keyword.en for keyword in words}) == len(words), group
