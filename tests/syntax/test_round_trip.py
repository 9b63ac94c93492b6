"""What is formatted is read back the same, in both languages, for every policy and every example of the reference and the guides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policydsl.diagnostics.model import Diagnostic
from policydsl.source import Source
from policydsl.syntax import tree
from policydsl.syntax.format import format_file
from policydsl.syntax.parse import parse
from policydsl.syntax.tables import TABLES, fingerprint
from tests.language.pages import FOLDER, pages

ROOT = Path(__file__).parents[2]
TEXTS = [(path.stem, path.read_text(encoding="utf-8")) for path in sorted((ROOT / "policies").rglob("*.pol"))] + [
    (case.title, case.policy.text)
    for folder in (FOLDER, FOLDER.parent / "guides")
    for page in pages(folder)
    for case in page.cases
    if not case.bad
]


def read(text: str) -> tuple[tree.File, list[Diagnostic]]:
    return parse(Source("text", text))


@pytest.mark.parametrize("text", [text for _, text in TEXTS], ids=[name for name, _ in TEXTS])
def test_it_is_read_back(text: str) -> None:
    file, findings = read(text)
    assert not findings
    once = format_file(file)
    again, findings = read(once)
    assert not findings
    assert again == file
    assert format_file(again) == once
    other = "en" if file.language == "zh" else "zh"
    there = format_file(file, to=other)
    abroad, findings = read(there)
    assert not findings
    assert abroad.language == other
    assert format_file(abroad, to=file.language) == once
    assert [item.text for item in abroad.comments] == [item.text for item in file.comments]


@pytest.mark.parametrize("line", ["性质 丙: 本.甲 与 本.数 无关", "性质 丙: 本.数、本.另 拆分 时 本.甲 合计不变"])
def test_properties_may_speak_of_this_row(line: str) -> None:
    file, findings = read(f"政策 “例”:\n    编号 例-1\n    主体 区\n{line}\n")
    assert not findings
    (again,) = read(format_file(file))[0].body[1:]
    assert again == file.body[1]
    (plain,) = read(format_file(file).replace("本.", ""))[0].body[1:]
    assert plain != again and type(plain) is type(again)


def test_the_tables_are_those_of_the_grammar() -> None:
    assert json.loads(TABLES.read_text(encoding="utf-8"))["grammar"] == fingerprint(), (
        "python -m policydsl.syntax.tables"
    )
