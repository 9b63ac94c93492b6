"""Every word of the language is taken as such in at least one place, in both languages; every word has a meaning on the page of words."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from policydsl.diagnostics.model import Language
from policydsl.source import Source
from policydsl.syntax.door import Door
from policydsl.syntax.keywords import BY_ID, KEYWORDS, TYPE_WORDS
from policydsl.syntax.meanings import GROUPS, MEANINGS, TYPES
from policydsl.syntax.twig import Token, Tree

# a line of each kind; words in braces are put in by their ids
LINES = """
declaration | {POLICY} “x”:
declaration | {ROLL} x (a): b, c
declaration | {UNITS} x, y
declaration | {CLAUSE} 1: {NO_RULES} “x”
declaration | {ENTITY} x (y) {BELONGS} z {SINGLETON} {AT_MOST_ONE}: {CITED} 1
declaration | {PART} x:
declaration | {ON} x:
declaration | {TABLE} x {BY} y {HIT_UNIQUE} {FROM} 2025-01-01 {ONWARD}:
declaration | {TABLE} x {BY} y {HIT_FIRST}:
declaration | {RULE} x = 1
declaration | {TASK} x: y
declaration | {CONSTRAINT} x: y {REMARK} “z”
declaration | {READING} x:
declaration | {DECISION} x: y {JUDGEMENT} {OFFICE} z
declaration | {EXAMPLE} x:
declaration | {PARAMETER} x = 1
declaration | {FORMULA} x(a: b) = a
declaration | {CONDITIONS} x: {ALL_OF}
declaration | {CONDITIONS} x: {ANY_OF}
declaration | {MATERIALS} x: {LEAST_OF} 2
declaration | {CALENDAR} x:
declaration | {REGISTER} x:
register_line | {COL_CODE} x
register_line | {COL_NAME} x
register_line | {COL_FORMER} x
register_line | {COL_PLACE} x
field | x: y {COUNTED} a {AND} b
declaration | {IMPORT} “x”
declaration | {PROPERTY} x: {ALWAYS} y
declaration | {PROPERTY} x: a {INCREASES} {AT_THAT} b {NOT_LESS}
declaration | {PROPERTY} x: a {DECREASES} {AT_THAT} b {NOT_MORE}
declaration | {PROPERTY} x: {WHENEVER} a {THEN} b
declaration | {PROPERTY} x: a {EACH_MORE} 1 {AT_THAT} b {NO_JUMP} 2
declaration | {PROPERTY} x: a {FREE_OF} b {NOWISE}
declaration | {PROPERTY} x: a {FREE_OF} b {ROW_ORDER}
declaration | {PROPERTY} x: a, b {SPLIT} {AT_THAT} c {SAME_SUM}
declaration | {PROPERTY} x: a.b {PARTS_SUM} c
declaration | {PROPERTY} x: a.b {PARTS_MOST} c
declaration | {AMEND} x:
amend_line | {REPEAL} x {FROM} 2025-01-01 {ONWARD}
amend_line | {KEEP} x
amend_line | {RESTORE} x
amend_line | {MERGE} x
amend_line | {SUPERSEDE}
amend_line | {AMENDED} x = 1 {WAS} 2
amend_line | {ADD} x:
amend_line | {PAST} {NEW_LAW}
amend_line | {PAST} {OLD_LAW}
amend_line | {PAST} {BETTER_LAW} {BY} x
amend_line | {PREVAILS} x
header | {H_ID} x
header | {H_ISSUER} x
header | {H_DATE} 2025-01-01
header | {H_MAIN} x
header | {H_ZONE} “x”
header | {H_CURRENCY} x
header | {H_FORCE} {FROM} 2025-01-01 {TO} 2025-12-31
header | {H_BASIS} x
header | {H_BASED} “x”
field | x: y {OR_NONE} {KEY} {COMPLETE} {FRACTIONAL} {AS_LIST} {SOURCE} “z” {DEFAULT} 0
field | {WHEN} a {EQ_IS} b:
rule_line | {EVERY_STEP} x {OF} 5% {GIVE} 1
rule_line | {JOIN_SUM}
rule_line | {JOIN_MAX}
rule_line | {JOIN_MIN}
rule_line | {UNCAPPED}
rule_line | {STARTED}
rule_line | {MOST_STEPS} 3
rule_line | {AT_START} {GIVE} 3
rule_line | {CAP} 3 {WHEN} a
rule_line | {FLOOR} 3
rule_line | {R_HALF_UP} {ROUND_TO} x
rule_line | {R_UP} {ROUND_TO} x
rule_line | {R_DOWN} {ROUND_TO} x
rule_line | {R_EVEN} {ROUND_TO} x
rule_line | {REMARK} “x”
rule_line | {EXCEPT} x: {WHEN} a {THEN} b {PREVAILS} c
rule_line | {APPLIES} {WHEN} a {ELSE} {INAPPLICABLE} “x”
rule_line | {BEFORE_THAT} = 1
rule_line | {FILTER} a = 1
rule_line | {GT_OVER} 5 {TO} 10{INCLUSIVE} {OF_PART} {GIVE} 1 {QUICK} 2
rule_line | {GT_OVER} 5 {TO} 10 {GIVE} 1 {SO_FAR} 2
header | {H_BASED} "a" {APPLIED_TO} b
declaration | {ERRATUM} 7 "a" {SHOULD_BE} "b" {REASON} "c"
declaration | {TABLE} a {BY} b {FROM} 2025-01-01 {ONWARD} {REST_SAME}:
expr | {F_NTH}(a.b {BY_ORDER} c {NTH_AT} 2 {IF_EMPTY} 0)
expr | {F_COVERED}(a: b, c)
rule_line | {GE_REACH} 5{EXCLUSIVE} 1
rule_line | 5 {POST_GE} 1
rule_line | 5 {POST_LE} 1
rule_line | 5 {POST_LE_IN} 1
task_line | {EVIDENCE} x
task_line | {DUE} 2025-01-01 {DAY_BEFORE}{WITH_DAY}
task_line | {DUE} 2025-01-01 {DAY_BEFORE}{SANS_DAY}
task_line | {CHARGE} x
calendar_line | {COVERS} 2025-01-01 {TO} 2025-12-31
calendar_line | {HOLIDAYS} 2025-01-01
calendar_line | {MAKE_UP} 2025-01-01
reading_line | {ADOPT} x = 1 {REASON} “y”
reading_line | {ALTERNATIVE} x
example_line | {SET} a = {UNKNOWN}
example_line | {SHOULD} a {PENDING}, b {INVALID}
example_line | {ON_DATE} 2025-01-01
cell | {ANY}
expr | {IF} {NOT} a {AND} b {OR} {TRUE} {THEN} {FALSE} {ELSE} {NONE}
expr | a {IN} (b, c)
expr | a {NOT_IN} (b, c)
expr | {F_SUM}({ALL_ROWS} a {FILTER} b {SATISFIES} c {BY_ORDER} d {IF_EMPTY} 0)
expr | a {IF_NA} b
expr | a {IF_NONE} b
expr | {THIS}.a {GT_OVER} b {PORTION}
expr | {BANDS} a
expr | {BRACKETS} a
expr | {INCREMENT} a {FROM} b
expr | {BY} a {CHOSEN}
expr | {ALL_TASKS}
expr | {UNMET_TASKS}
expr | {IN_TURN} a {LIMIT_TO} b
expr | {O_RUNNING}(a)
expr | {O_BEFORE}(a {GROUPED} b)
expr | {O_PREVIOUS}(a {FIRST_CASE} 0)
expr | {O_RANK}(a {HIGH_FIRST}, b {LOW_FIRST} {TIES} {SAME_PLACE})
expr | {O_RANK}(a {HIGH_FIRST} {TIES} {DENSE})
expr | {O_SHARE}(a {BY} b {ROUND_TO} x {REMAINDER} {LARGEST})
expr | {O_SCALE}(a {TO} b {ROUND_TO} x {REMAINDER} {FIRST_ROW})
expr | {O_SCALE}(a {TO} b {ROUND_TO} x {REMAINDER} {LAST_ROW})
"""


def _lines() -> Iterator[tuple[str, str]]:
    for row in LINES.strip().splitlines():
        symbol, line = row.split(" | ")
        yield symbol, line
    for keyword in KEYWORDS:
        if keyword.group == "comparator":
            yield "expr", f"a {{{keyword.id}}} b"
        if keyword.group == "function" and keyword.id.startswith("F_"):
            yield "expr", f"{{{keyword.id}}}(a)"


def _words(twig: Tree | Token | None) -> Iterator[str]:
    """The ids of the keywords in a tree; those that share a terminal are told by what they say."""
    if isinstance(twig, Tree):
        for child in twig.children:
            yield from _words(child)
    elif twig is not None:
        yield str(twig) if str(twig) in BY_ID else twig.type


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_word_is_taken_as_such(language: Language) -> None:
    taken: set[str] = set()
    for symbol, line in _lines():
        wanted = set(re.findall(r"\{(\w+)\}", line))
        text = re.sub(r"\{(\w+)\}", lambda found: BY_ID[found[1]].spelling(language), line)
        door = Door(Source("words", text), text, language)
        twig = door.parse(0, len(text), symbol)
        assert twig is not None, (text, door.findings)
        found = set(_words(twig))
        # 由 is one word in Chinese, of an office and of an old value
        assert wanted <= found | ({"WAS"} if "OFFICE" in found and language == "zh" else set()), text
        taken |= wanted
    assert {keyword.id for keyword in KEYWORDS} - taken == set()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_word_is_two_words_in_one_place(language: Language) -> None:
    spelt = [(keyword.spelling(language), keyword.terminal) for keyword in KEYWORDS if keyword.id != "WAS"]
    assert len(spelt) == len(set(spelt))


def test_every_word_has_a_meaning_and_a_heading() -> None:
    plain = {"EQ_EQUAL", "EQ_IS", "NE_EQUAL", "NE_IS"}
    assert set(MEANINGS) | plain == {keyword.id for keyword in KEYWORDS}
    assert set(GROUPS) == {keyword.group for keyword in KEYWORDS}
    assert set(TYPES) == {zh for zh, _ in TYPE_WORDS}
