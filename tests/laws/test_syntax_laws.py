"""Laws of the written language: what is formatted is read back the same, in both languages; no text makes the parser raise or linger."""

from __future__ import annotations

import re
import time
from typing import get_args

import pytest
from attrs import evolve
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from policydsl.diagnostics.codes import CODES
from policydsl.diagnostics.model import Diagnostic, Language
from policydsl.source import Source
from policydsl.syntax import tree
from policydsl.syntax.format import format_file
from policydsl.syntax.keywords import KEYWORDS
from policydsl.syntax.parse import parse
from policydsl.syntax.walk import mapped
from tests.syntax.written_files import KINDS, files

LANGUAGES: tuple[Language, Language] = ("zh", "en")
LAW = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def read(text: str) -> tuple[tree.File, list[Diagnostic]]:
    return parse(Source("law", text))


def settled(file: tree.File) -> tree.File:
    """A file in which the columns of a table written across have no names: what stands at their head is a cell, kept beside."""

    def change(node: object) -> object:
        if not isinstance(node, tree.Table) or node.across is None:
            return node
        over = node.crossed
        head = tuple(evolve(name, text="" if at in over else name.text) for at, name in enumerate(node.grid.head))
        return evolve(node, grid=evolve(node.grid, head=head))

    return mapped(file, change)


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
    assert settled(again) == settled(file), text
    assert format_file(again) == text
    there = format_file(file, to=other(file.language))
    abroad, findings = read(there)
    assert not findings, (there, findings)
    assert abroad.language == other(file.language)
    assert format_file(abroad) == there
    home = format_file(abroad, to=file.language)
    assert home == text
    assert settled(read(home)[0]) == settled(file)


# ---------------------------------------------------------------- both widths, comments

# what keeps its width as it is written: 编号 and 发布, which are the rest of their line
AS_WRITTEN = (tree.Policy,)
QUOTED = re.compile(r"“[^“”\n]*”|\"[^\"\n]*\"")
WIDE = {sign: chr(ord(sign) + 0xFEE0) for sign in ":(),;%=+/.|<>0123456789abcxyz"} | {" ": "\u3000", "#": "\uff03"}


def widened(text: str, signs: set[str]) -> str:
    """`text` with signs full-width wherever they are not in quotes; blanks at the start of a line stay."""
    done, at = [], 0
    for quoted in [*QUOTED.finditer(text), None]:
        plain = text[at : quoted.start() if quoted else len(text)]
        done.append("".join(WIDE[sign] if sign in signs else sign for sign in plain))
        if quoted:
            done.append(quoted.group())
            at = quoted.end()
    return "".join(done)


@LAW
@given(st.data(), st.sampled_from([kind for kind in KINDS if kind not in AS_WRITTEN]), st.sampled_from(LANGUAGES))
def test_full_width_signs_give_the_same_tree(data: st.DataObject, kind: type, language: Language) -> None:
    node = data.draw(KINDS[kind](language))
    assume(not any(isinstance(item, AS_WRITTEN) for item in getattr(node, "body", ())))
    text = format_file(tree.File(node.span.source, language, (node,)))
    # a quotation mark in a name: where texts begin and end is then not to be seen by their marks alone
    assume(not re.search(r"「[^」\n]*[“”\"]", text))
    signs = data.draw(st.sets(st.sampled_from(sorted(WIDE))))
    if language == "en":
        # the words of the language are letters
        signs -= set("abcxyz ")
    lines = [line[: len(line) - len(line.lstrip())] + widened(line.lstrip(), signs) for line in text.split("\n")]
    again, findings = read("\n".join(lines))
    assert not findings, ("\n".join(lines), findings)
    assert narrowed(settled(again)).body == settled(tree.File(node.span.source, language, (node,))).body


def narrowed(file: tree.File) -> tree.File:
    """The same with ids of amended notices in half-width signs: they too keep their width, for they are held against 编号."""
    narrow = str.maketrans({wide: sign for sign, wide in WIDE.items()})

    def change(node: object) -> object:
        if isinstance(node, tree.Amendment):
            return evolve(node, id=node.id.translate(narrow))
        if isinstance(node, tree.Prevailing):
            return evolve(node, notices=tuple(id_.translate(narrow) for id_ in node.notices))
        return node

    return mapped(file, change)


REMARK = re.compile(r"# (\d+\.\d+ “ 「 \( 若|\d+ 后面|末尾)$")


@LAW
@given(st.data(), st.sampled_from(LANGUAGES))
def test_comments_are_kept_in_their_order(data: st.DataObject, language: Language) -> None:
    file = data.draw(files(language))
    lines = format_file(file).rstrip("\n").split("\n")
    written: list[str] = []
    for number, line in enumerate(lines):
        for _ in range(data.draw(st.sampled_from([0, 0, 0, 1, 2]))):
            written.append(" " * data.draw(st.integers(0, 9)) + f"# {number}.{len(written)} “ 「 ( 若")
            if data.draw(st.booleans()):
                written.append("")
        trailing = bool(line) and data.draw(st.booleans())
        written.append(f"{line} # {number} 后面" if trailing else line)
    written.append(data.draw(st.sampled_from(["", "# 末尾", "    # 末尾"])))
    text = "\n".join(written)
    commented, findings = read(text)
    assert not findings, (text, findings)
    assert settled(commented) == settled(file)
    wanted = [found.group() for line in written if (found := REMARK.search(line))]
    assert [comment.text for comment in commented.comments] == wanted
    once = format_file(commented)
    again, findings = read(once)
    assert not findings, (once, findings)
    assert settled(again) == settled(file)
    assert [comment.text for comment in again.comments] == wanted
    assert format_file(again) == once


# ---------------------------------------------------------------- any text

SCRAPS = st.one_of(
    st.sampled_from([f"{word} " for keyword in KEYWORDS for word in (keyword.zh, keyword.en)]),
    st.sampled_from(
        [
            "\n",
            "\n    ",
            "\n        ",
            "(",
            ")",
            ":",
            "“",
            "”",
            "「",
            "」",
            "|",
            "、",
            ", ",
            " = ",
            "35万元",
            "70%",
            "a",
        ]
    ),
    st.text(max_size=3),
)


@LAW
@given(st.lists(SCRAPS, max_size=60).map("".join))
def test_any_text_is_answered_soon(text: str) -> None:
    began = time.process_time()
    file, findings = read(text)
    assert time.process_time() - began < 30
    assert all(finding.code in CODES for finding in findings)
    if not findings:
        assert settled(read(format_file(file))[0]) == settled(file)
