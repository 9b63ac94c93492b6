"""Files that nobody wrote by hand, or that went wrong on their way: a clear finding each, and soon."""

from __future__ import annotations

import time

import pytest

from policydsl.diagnostics.codes import CODES
from policydsl.source import Source
from policydsl.syntax import tree
from policydsl.syntax.format import format_file
from policydsl.syntax.parse import parse

SOON = 30.0
"""Seconds of the processor that the parser may take."""


def read(text: str) -> tuple[tree.File, list[str]]:
    # the tables of the grammar are read once
    parse(Source("warm", "规则 甲 = 1"))
    parse(Source("warm", "rule a = 1"))
    began = time.process_time()
    file, findings = parse(Source("case", text))
    assert time.process_time() - began < SOON
    assert all(finding.code in CODES for finding in findings)
    return file, [finding.code for finding in findings]


RULE = "规则 甲 = "


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ["empty-file"]),
        ("\n" * 5_000 + "  \t \u3000", ["empty-file"]),
        ("# 只有注释\n# 没有别的", ["empty-file"]),
        ("\ufeff", ["empty-file"]),
        ("字" * 10_000_000, ["file-too-large"]),
        (RULE + "甲" * 4_000_000, ["line-too-long", "empty-file"]),
        (RULE + "(" * 10_000 + "1" + ")" * 10_000, ["too-nested"]),
        (RULE + "(" * 10_000, ["too-nested"]),
        (RULE + ")" * 10_000, ["unexpected"]),
        (RULE + " + ".join(["a"] * 5_000), ["too-nested"]),
        (RULE + " × ".join(["a"] * 5_000), ["too-nested"]),
        (RULE + "若 a 则 1 否则 " * 5_000 + "2", ["too-nested"]),
        (RULE + "非 " * 5_000 + "a", ["too-nested"]),
        (RULE + "−" * 5_000 + "a", ["too-nested"]),
        (RULE + "分档 " * 5_000 + "a", ["too-nested"]),
        (RULE + "最大(" * 5_000, ["too-nested"]),
        (RULE + "a" + "(b" * 5_000, ["too-nested"]),
        ("规则 甲 = a\x00b", ["unexpected"]),
        ("\x00" * 1_000, ["unknown-declaration"]),
        ("\ud800", ["unknown-declaration"]),
        ("规则 甲 = 1/0", ["number-form"]),
        ("规则 甲 = " + "9" * 5_000, ["number-form"]),
        ("规则 甲 = “没有写完", ["open-quote", "unexpected"]),
    ],
    ids=[f"{at}" for at in range(23)],
)
def test_it_is_said_what_is_wrong(text: str, codes: list[str]) -> None:
    found = read(text)[1]
    assert [code for code in found if code != "empty-file" or found == ["empty-file"]] == [
        code for code in codes if code != "empty-file" or codes == ["empty-file"]
    ]


def test_blocks_nested_too_deep() -> None:
    text = "".join(f"{' ' * 4 * depth}部分 甲{'乙' * depth}:\n" for depth in range(400))
    assert set(read(text)[1]) == {"too-deep"}


def test_long_chains_of_conditions_are_no_deeper_than_short_ones() -> None:
    file, codes = read(RULE + " 且 ".join(["a"] * 3_000))
    assert not codes
    assert isinstance(file.body[0], tree.Rule) and isinstance(file.body[0].value, tree.Logic)
    assert len(file.body[0].value.parts) == 3_000


def test_the_longest_sum_that_is_read_can_be_compared_and_formatted() -> None:
    text = RULE + " + ".join(["a"] * 150) + "\n"
    file, codes = read(text)
    assert not codes
    assert read(format_file(file))[0] == file


def test_a_mark_at_the_start_and_other_line_ends_count_for_nothing() -> None:
    text = "规则 甲 = 分档 a:\n    达到 5 1\n    否则 2\n"
    plain = read(text)[0]
    for variant in (f"\ufeff{text}", text.replace("\n", "\r\n"), text.replace("\n", "\r"), text.replace("    ", "\t")):
        file, codes = read(variant)
        assert not codes
        assert file == plain
    assert format_file(read(f"\ufeff{text}")[0]) == format_file(plain)


def test_only_comments_are_kept() -> None:
    text = "# 一\n\n# 二\n"
    assert format_file(read(text)[0]) == text


def test_many_mistakes_take_no_longer_than_many_lines() -> None:
    line = "规则 甲 = 参与企业数不低于10场且宣讲活动不足3场或者\n"
    began = time.process_time()
    _, found = parse(Source("case", line * 200))
    few = time.process_time() - began
    began = time.process_time()
    parse(Source("case", line * 400))
    assert len(found) >= 200
    assert time.process_time() - began < 4 * few + 0.5


def test_time_grows_in_proportion_to_length() -> None:
    block = "规则 甲{0} = 若 a 大于 0家 则 b × 分档 c 否则 0元: 依据 七(二)2(1)\n    达到 70%(含)  300元/家\n    否则          0元/家\n"

    def seconds(count: int) -> float:
        text = "".join(block.format("甲" * (at % 7)) for at in range(count))
        began = time.process_time()
        _, findings = parse(Source("case", text))
        assert not findings
        return time.process_time() - began

    seconds(100)
    short = min(seconds(400), seconds(400))
    # four times as much, with room for a busy machine: what grows with the square takes sixteen times as long
    assert min(seconds(1600), seconds(1600)) < 12 * short


@pytest.mark.parametrize("blank", ["\n", " \n", "#\n"])
def test_the_language_of_a_file_is_found_at_once(blank: str) -> None:
    assert read(blank * 4_000 + "政")[1] == ["unknown-declaration"]
