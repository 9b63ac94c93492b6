"""Laws of the written language: what is formatted is read back the same, in both languages; no text makes the parser raise or linger."""

from __future__ import annotations

import time
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policydsl.diagnostics.model import Diagnostic, Language
from policydsl.source import Source
from policydsl.syntax import tree
from policydsl.syntax.format import format_file
from policydsl.syntax.parse import parse
from tests.syntax.written_files import KINDS, declarations, files

LANGUAGES: tuple[Language, Language] = ("zh", "en")
LAW = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def read(text: str) -> tuple[tree.File, list[Diagnostic]]:
    return parse(Source("law", text))


def other(language: Language) -> Language:
    return "en" if language == "zh" else "zh"


def test_every_kind_of_declaration_is_made() -> None:
    assert set(KINDS) == set(get_args(tree.Declaration))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_formatted_is_read_back(kind: type, language: Language) -> None:
    @settings(LAW, max_examples=25)
    @given(KINDS[kind](language))
    def law(node: tree.Declaration) -> None:
        _back(tree.File(node.span.source, language, (node,)))

    law()


@LAW
@given(st.sampled_from(LANGUAGES).flatmap(files))
def test_a_whole_file_is_read_back(file: tree.File) -> None:
    _back(file)


def _back(file: tree.File) -> None:
    text = format_file(file)
    again, findings = read(text)
    assert not findings, (text, findings)
    assert again == file, text
    assert format_file(again) == text
    there = format_file(file, to=other(file.language))
    abroad, findings = read(there)
    assert not findings, (there, findings)
    assert abroad.language == other(file.language)
    assert format_file(abroad) == there
    home = format_file(abroad, to=file.language)
    assert home == text
    assert read(home)[0] == file
