"""Laws of comparing: a text differs from itself in nothing, whatever its form; no figure changes unseen; every change can be told."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from policydsl.compare.differences import differences
from policydsl.compare.told import tell
from policydsl.diagnostics.model import Language
from policydsl.source import Source
from policydsl.syntax import tree
from policydsl.syntax.format import format_file
from policydsl.syntax.parse import parse
from tests.syntax.written_files import KINDS, files

LANGUAGES: tuple[Language, Language] = ("zh", "en")
LAW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
NOTICE = (Path(__file__).parents[2] / "policies" / "2025.pol").read_text(encoding="utf-8")
WHOLE, _ = parse(Source("2025.pol", NOTICE))


@LAW
@given(st.sampled_from(LANGUAGES).flatmap(files))
def test_a_file_does_not_differ_from_itself(file: tree.File) -> None:
    assert differences(file, file).changes == ()
    again, findings = parse(Source("again", format_file(file)))
    # a tree may be nested deeper than a text may be
    assume(all(finding.code != "too-nested" for finding in findings))
    assert not findings
    assert differences(file, again).changes == ()
    assert differences(again, file).changes == ()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_whatever_differs_can_be_told(kind: type) -> None:
    @settings(LAW, max_examples=3)
    @given(KINDS[kind]("zh"), KINDS[kind]("zh"), st.sampled_from(LANGUAGES))
    def law(one: tree.Declaration, two: tree.Declaration, lang: Language) -> None:
        # under one name, so that they are taken for the same thing
        name = {"name": one.name} if hasattr(one, "name") else {"id": one.id} if hasattr(one, "id") else {}
        old = tree.File(one.span.source, "zh", (one,))
        new = tree.File(two.span.source, "zh", (evolve(two, **name),))
        told = tell(differences(old, new), lang)
        for change in (*told.substance, *told.wording, *told.examples):
            assert change.points and all(text for text, _ in change.points), change
        assert told.summary

    law()


@pytest.mark.parametrize("to", LANGUAGES)
def test_the_notice_formatted_or_with_other_keywords_is_the_same(to: Language) -> None:
    other, _ = parse(Source("other", format_file(WHOLE, to=to)))
    assert differences(WHOLE, other).changes == ()


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**32))
def test_order_is_no_change(seed: int) -> None:
    chance = random.Random(seed)

    def mixed(body: tuple[tree.Declaration, ...]) -> tuple[tree.Declaration, ...]:
        nodes = [
            evolve(node, body=mixed(node.body)) if isinstance(node, tree.Part | tree.On) else node for node in body
        ]
        chance.shuffle(nodes)
        return tuple(nodes)

    assert differences(WHOLE, evolve(WHOLE, body=mixed(WHOLE.body))).changes == ()


_PLAIN = re.sub(r"#[^\n]*|“[^”\n]*”|\([A-Za-z_0-9]+\)", lambda match: "\0" * len(match.group()), NOTICE)
DIGITS = [
    match.start()
    for line in re.finditer(r"^(?!\s*(?:条款|算例|设|应)).*$", _PLAIN, re.MULTILINE)
    for match in re.finditer(r"\d", line.group().split("依据")[0])
    for match in [re.compile(r"\d").search(_PLAIN, line.start() + match.start())]
    if match is not None
]


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(DIGITS), st.sampled_from("0123456789"))
def test_no_figure_of_the_notice_changes_unseen(at: int, digit: str) -> None:
    if NOTICE[at] == digit:
        return
    mutated, findings = parse(Source("mutated", NOTICE[:at] + digit + NOTICE[at + 1 :]))
    # a date that no calendar has, a number in a name: then the file itself is refused
    if findings:
        return
    found = differences(WHOLE, mutated)
    assert found.changes, NOTICE[NOTICE.rfind("\n", 0, at) : NOTICE.find("\n", at)]
    assert tell(found, "zh").summary
