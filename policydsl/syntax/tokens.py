"""Owns how a line becomes tokens: words are keywords only where the parser can take them as such (a contextual lexer).

Lark's own contextual lexer compiles one regular expression for each set of terminals that some state accepts, which costs more at
start-up than checking a policy; this one asks the parser's table instead (docs/decisions/0002-lexer.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from lark.common import LexerConf
from lark.lexer import Lexer, LexerState, Token
from lark.parsers.lalr_analysis import Shift
from lark.parsers.lalr_parser_state import ParserState

from policydsl.diagnostics.model import Language
from policydsl.syntax.keywords import KEYWORDS, Keyword

_BLANK = r"[ \t\r\n\u3000\u00a0]*"
_LITERALS = ("MOMENT", "DATE", "QUANTITY", "TEXT", "QUOTED_NAME", "NAME")
_SIGNS = {
    ":": ("_COLON",),
    ",": ("_COMMA",),
    "+": ("PLUS",),
    "×": ("TIMES",),
    "*": ("TIMES",),
    "÷": ("DIVIDE",),
    "=": ("EQUALS", "COMPARATOR"),
}
_ANONYMOUS = {"(": "LPAR", ")": "RPAR", ".": "DOT", "、": "LIST_MARK", "/": "SLASH"}


class WordLexer(Lexer):
    """Tokens of one logical line, by what the parser accepts next. Subclasses fix the language."""

    __future_interface__ = 2
    language: ClassVar[Language]

    def __init__(self, conf: LexerConf) -> None:
        patterns = {terminal.name: terminal.pattern.to_regexp() for terminal in conf.terminals}
        literals = "|".join(f"(?P<{name}>{patterns[name]})" for name in _LITERALS)
        self._literal = re.compile(f"{literals}|(?P<SIGN>≥|>=|⩾|≤|<=|⩽|≠|!=|<>|[<>=])", re.MULTILINE)
        self._blank = re.compile(_BLANK)
        self._raw = re.compile(patterns["RAW"])
        self._clause = re.compile(patterns["CLAUSE_ID"], re.MULTILINE)
        self._bracketed = {
            keyword.spelling(self.language)[1:-1]: keyword.terminal
            for keyword in KEYWORDS
            if keyword.spelling(self.language).endswith(")")
        }
        inner = "|".join(sorted((word.replace(" ", r"[ \t]+") for word in self._bracketed), key=len, reverse=True))
        self._mark = re.compile(rf"\([ \t]*({inner})[ \t]*\)")
        # words by their first part; longest spelling first, so that "at most one" wins over "at most"
        self._words: dict[str, list[tuple[re.Pattern[str] | None, Keyword]]] = {}
        for keyword in sorted(KEYWORDS, key=lambda item: -len(item.spelling(self.language))):
            spelling = keyword.spelling(self.language)
            if spelling.endswith(")"):
                continue
            first, *rest = spelling.split(" ")
            follow = re.compile(r"[ \t\r\n]+" + r"[ \t\r\n]+".join(rest) + r"(?!\w)") if rest else None
            self._words.setdefault(first, []).append((follow, keyword))
            if rest and self.language == "zh":
                # in Chinese the parts of one word may stand together
                self._words.setdefault(spelling.replace(" ", ""), []).append((None, keyword))

    def lex(self, lexer_state: LexerState, parser_state: ParserState[Any]) -> Iterator[Token]:
        """Yield the tokens of the slice in `lexer_state`; what fits nothing becomes a token that the parser will refuse."""
        slice_ = lexer_state.text
        text, at, end = slice_.text, slice_.start, slice_.end
        states = parser_state.parse_conf.states
        stack = parser_state.state_stack
        literal, blank, words = self._literal.match, self._blank.match, self._words
        while True:
            space = blank(text, at, end)
            at = space.end() if space else at
            if at >= end:
                return
            accepts = states[stack[-1]]
            if "RAW" in accepts:
                match = self._raw.match(text, at, end)
                if match:
                    yield Token("RAW", match.group().rstrip(), at, None, None, None, None, match.end())
                    at = match.end()
                    continue
            if "CLAUSE_ID" in accepts:
                match = self._clause.match(text, at, end)
                if match:
                    yield Token("CLAUSE_ID", match.group().rstrip(), at, None, None, None, None, match.end())
                    at = match.end()
                    continue
            char = text[at]
            match = literal(text, at, end)
            if match is None:
                if char == "(":
                    marked = self._mark.match(text, at, end)
                    terminal = self._bracketed.get(" ".join(marked.group(1).split())) if marked else None
                    if marked and terminal and _takes(states, stack, terminal):
                        yield Token(terminal, marked.group(), at, None, None, None, None, marked.end())
                        at = marked.end()
                        continue
                yield self._sign(char, at, text, accepts)
                at += 1
                continue
            name, stop, value = match.lastgroup or "", match.end(), match.group()
            if name == "NAME":
                chosen = None
                for follow, keyword in words.get(value, ()):
                    if not _takes(states, stack, keyword.terminal):
                        continue
                    rest = follow.match(text, stop, end) if follow else None
                    if follow is not None and rest is None:
                        continue
                    if keyword.kind == "call" and not self._opens(text, stop, end):
                        continue
                    chosen = keyword
                    if rest is not None:
                        stop = rest.end()
                        value = text[at:stop]
                    break
                if chosen is not None:
                    yield Token(chosen.terminal, chosen.id, at, None, None, None, None, stop)
                else:
                    yield Token("NAME", value, at, None, None, None, None, stop)
            elif name == "SIGN":
                kind = "EQUALS" if value == "=" and _takes(states, stack, "EQUALS") else "COMPARATOR"
                yield Token(kind, value, at, None, None, None, None, stop)
            else:
                yield Token(name, value, at, None, None, None, None, stop)
            at = stop

    def _opens(self, text: str, at: int, end: int) -> bool:
        space = self._blank.match(text, at, end)
        return space is not None and text[space.end() : space.end() + 1] == "("

    @staticmethod
    def _sign(char: str, at: int, text: str, accepts: dict[str, Any]) -> Token:
        after, before = text[at + 1 : at + 2], text[at - 1 : at]
        if char in "−-":
            kind = "MINUS" if after.isspace() or "NEGATIVE" not in accepts else "NEGATIVE"
        elif char == "/" and before.isspace() and after.isspace():
            kind = "DIVIDE"
        elif char in _SIGNS:
            kind = _SIGNS[char][0]
        else:
            kind = _ANONYMOUS.get(char, "STRANGE")
        return Token(kind, char, at, None, None, None, None, at + 1)


def _takes(states: dict[Any, dict[str, Any]], stack: list[Any], terminal: str) -> bool:
    """Whether the parser would come to take `terminal` here; that its state has an entry for it says only that it may somewhere."""
    entry = states[stack[-1]].get(terminal)
    if entry is None or entry[0] is Shift:
        return entry is not None
    reached = list(stack)
    while True:
        action, argument = states[reached[-1]].get(terminal, (None, None))
        if action is None or action is Shift:
            return action is Shift
        if argument.expansion:
            del reached[-len(argument.expansion) :]
        reached.append(states[reached[-1]][argument.origin.name][1])


class ChineseLexer(WordLexer):
    """Tokens of a file with Chinese keywords."""

    language = "zh"


class EnglishLexer(WordLexer):
    """Tokens of a file with English keywords."""

    language = "en"
