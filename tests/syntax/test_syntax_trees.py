"""The trees of lines are those that lark makes with the same grammar: parts, places, and where a wrong line stops."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import lark
import pytest
from lark.common import LexerConf
from lark.exceptions import UnexpectedToken
from lark.lexer import Lexer, LexerState
from lark.utils import TextSlice

from policydsl.diagnostics.model import Language
from policydsl.source import Source
from policydsl.syntax.automaton import Refused
from policydsl.syntax.keywords import BY_ID
from policydsl.syntax.lines import Line, lay_out
from policydsl.syntax.parse import language_of
from policydsl.syntax.tables import TABLES, automaton, build, numbered, serialise, words_of
from policydsl.syntax.twig import Token, Tree, Twig
from tests.syntax.test_syntax_words import LINES

ROOT = Path(__file__).parents[2]
POLICIES = sorted((ROOT / "policies").rglob("*.pol"))
BELOW = ("rule_line", "field", "task_line", "item_line", "reading_line", "example_line", "header", "members", "expr")


class OurStates(list[int]):
    """The states that lark's parser has come to, by our numbers."""

    def __init__(self, states: list[int]) -> None:
        super().__init__()
        self.states = states

    def __getitem__(self, at: Any) -> Any:
        return numbers()[self.states[at]]

    def __iter__(self) -> Iterator[int]:
        return map(numbers().__getitem__, self.states)


class OurWords(Lexer):
    """Our tokens for lark's parser."""

    __future_interface__ = 2
    language: Language = "zh"

    def __init__(self, conf: LexerConf) -> None:
        pass

    def lex(self, lexer_state: LexerState, parser_state: Any) -> Iterator[lark.Token]:
        part = lexer_state.text
        for token in words_of(self.language).tokens(
            part.text, part.start, part.end, OurStates(parser_state.state_stack)
        ):
            yield lark.Token(token.type, str(token), token.start_pos, 1, 1, 1, 1, token.end_pos)


@cache
def larks() -> lark.Lark:
    return build(OurWords)


@cache
def numbers() -> dict[int, int]:
    parser: Any = larks().parser
    return numbered(parser.parser.parser.parse_table)


def shown(twig: Any) -> Any:
    """A tree of either kind as plain tuples."""
    if isinstance(twig, Token | lark.Token):
        return (twig.type, str(twig), twig.start_pos, twig.end_pos)
    if isinstance(twig, Tree):
        return (twig.data, (twig.start_pos, twig.end_pos), [shown(kid) for kid in twig.children])
    if isinstance(twig, lark.Tree):
        place = (-1, -1) if twig.meta.empty else (twig.meta.start_pos, twig.meta.end_pos)
        return (str(twig.data), place, [shown(kid) for kid in twig.children])
    assert twig is None
    return None


def ours(text: str, start: int, end: int, symbol: str, language: Language) -> Any:
    stack: list[int] = []
    try:
        tokens = words_of(language).tokens(text, start, end, stack)
        twig: Twig = automaton().run(symbol, tokens, stack, end)
    except Refused as error:
        at = end if error.token.type == "$END" else error.token.start_pos
        return ("refused", error.token.type, at, sorted(automaton().accepts(error.stack)))
    return shown(twig)


def theirs(text: str, start: int, end: int, symbol: str, language: Language) -> Any:
    OurWords.language = language
    try:
        return shown(larks().parse(TextSlice(text, start, end), start=symbol))
    except UnexpectedToken as error:
        at = end if error.token.type == "$END" else error.token.start_pos
        return ("refused", error.token.type, at, sorted(error.interactive_parser.accepts()))


def lines_of(lines: tuple[Line, ...] | list[Line]) -> Iterator[Line]:
    for line in lines:
        if not line.row:
            yield line
        yield from lines_of(line.children)


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_trees_are_larks(path: Path) -> None:
    source = Source(path.name, path.read_text(encoding="utf-8"))
    language = language_of(source.text)
    layout, _ = lay_out(source, language)
    found = 0
    # the longest file alone would take most of the time of this test
    for number, line in enumerate(list(lines_of(layout.lines))[:400]):
        for symbol in ("declaration", BELOW[number % len(BELOW)]):
            # every fifth line is cut short: most of those are wrong
            end = line.end if number % 5 else (line.start + line.end) // 2 + 1
            given = (layout.text, line.start, end, symbol, language)
            made = ours(*given)
            assert made == theirs(*given), layout.text[line.start : end]
            found += made[0] != "refused"
    assert found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_trees_of_every_construct_are_larks(language: Language) -> None:
    for line in LINES.strip().splitlines():
        symbol, text = (part.strip() for part in line.split("|", 1))
        text = re.sub(r"\{(\w+)\}", lambda found: BY_ID[found[1]].spelling(language), text)
        assert ours(text, 0, len(text), symbol, language) == theirs(text, 0, len(text), symbol, language), text


def test_the_table_is_what_the_grammar_makes() -> None:
    assert TABLES.read_text(encoding="utf-8") == serialise(build())
