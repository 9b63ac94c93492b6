"""Owns how a line becomes tokens: words are keywords only where the parser can take them as such (a contextual lexer).

Compiling one regular expression for each set of terminals that some state accepts costs more at start-up than checking a policy;
this asks the parser's table instead (docs/decisions/0002-lexer.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from policydsl.diagnostics.model import Language
from policydsl.syntax.automaton import Automaton, Row
from policydsl.syntax.keywords import KEYWORDS
from policydsl.syntax.twig import Token

_BLANKS = " \t\r\n\u3000\u00a0"
_LITERALS = ("MOMENT", "DATE", "QUANTITY", "BARE", "TEXT", "QUOTED_NAME", "NAME")
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


_PLAIN = re.compile(r"[\d.,/]+")


class Word(NamedTuple):
    """A word of the language: its keyword and terminal, whether only a bracket makes it one, what must follow its first part."""

    id: str
    terminal: str
    opens: bool
    follow: str


class Words:
    """Tokens of one logical line, by what the parser accepts next, for the keywords of one language.

    `patterns` are the regular expressions of the terminals that are no keywords, by their names in the grammar.
    """

    def __init__(self, language: Language, patterns: Mapping[str, str], automaton: Automaton) -> None:
        literals = "|".join(f"(?P<{name}>{patterns[name]})" for name in _LITERALS)
        self.language: Language = language
        self._automaton = automaton
        self._literal = re.compile(f"{literals}|(?P<SIGN>≥|>=|⩾|≤|<=|⩽|≠|!=|<>|[<>=])", re.MULTILINE)
        self._bracket = re.compile(rf"[{_BLANKS}]*\(")
        self._raw = re.compile(patterns["RAW"])
        self._clause = re.compile(patterns["CLAUSE_ID"], re.MULTILINE)
        self._bracketed = {
            keyword.spelling(self.language)[1:-1]: keyword.terminal
            for keyword in KEYWORDS
            if keyword.spelling(self.language).endswith(")")
        }
        inner = "|".join(sorted((word.replace(" ", r"[ \t]+") for word in self._bracketed), key=len, reverse=True))
        self._mark = re.compile(rf"\([ \t]*({inner})[ \t]*\)")
        behind = "|".join(keyword.spelling(language) for keyword in KEYWORDS if keyword.terminal == "POST")
        self._behind = re.compile(f"及?(?:{behind})$") if language == "zh" else None
        # words by their first part; longest spelling first, so that "at most one" wins over "at most"
        self._words: dict[str, list[Word]] = {}
        for keyword in sorted(KEYWORDS, key=lambda item: -len(item.spelling(self.language))):
            spelling = keyword.spelling(self.language)
            if spelling.endswith(")"):
                continue
            first, *rest = spelling.split(" ")
            follow = r"[ \t\r\n]+" + r"[ \t\r\n]+".join(rest) + r"(?!\w)" if rest else ""
            # of one spelling the function comes first (任一(…)), the word where no bracket follows (任一)
            here = self._words.setdefault(first, [])
            word = Word(keyword.id, keyword.terminal, keyword.kind == "call", follow)
            here.insert(0 if word.opens and not follow else len(here), word)
            if word.terminal == "POST" and self.language == "zh":
                self._words.setdefault(f"及{spelling}", []).append(word)
            if rest and self.language == "zh":
                # in Chinese the parts of one word may stand together
                self._words.setdefault(spelling.replace(" ", ""), []).append(word._replace(follow=""))

    def tokens(self, text: str, at: int, end: int, stack: list[int]) -> Iterator[Token]:
        """Yield the tokens of `text` from `at` to `end`, each when the parser has come to the states in `stack` for it.

        What fits nothing becomes a token that the parser will refuse.
        """
        states, takes = self._automaton.rows, self._automaton.takes
        literal, words = self._literal.match, self._words
        while True:
            while at < end and text[at] in _BLANKS:
                at += 1
            if at >= end:
                return
            accepts = states[stack[-1]]
            if "RAW" in accepts:
                match = self._raw.match(text, at, end)
                if match:
                    yield Token("RAW", match.group().rstrip(), at, match.end())
                    at = match.end()
                    continue
            if "CLAUSE_ID" in accepts:
                match = self._clause.match(text, at, end)
                if match:
                    yield Token("CLAUSE_ID", match.group().rstrip(), at, match.end())
                    at = match.end()
                    continue
            char = text[at]
            match = literal(text, at, end)
            if match is None:
                if char == "(":
                    marked = self._mark.match(text, at, end)
                    terminal = self._bracketed.get(" ".join(marked.group(1).split())) if marked else None
                    if marked and terminal and takes(stack, terminal):
                        yield Token(terminal, marked.group(), at, marked.end())
                        at = marked.end()
                        continue
                yield self._sign(char, at, text, accepts)
                at += 1
                continue
            name, stop, value = match.lastgroup or "", match.end(), match.group()
            if name == "QUANTITY" and self._behind is not None:
                # 500万元以上: the word behind a number is no part of its unit
                glued = self._behind.search(value)
                if glued is not None:
                    value = value[: glued.start()]
                    stop = at + len(value)
                    name = "BARE" if _PLAIN.fullmatch(value) else name
            if name == "NAME":
                for id_, terminal, opens, follow in words.get(value, ()):
                    if not takes(stack, terminal):
                        continue
                    rest = _compiled(follow).match(text, stop, end) if follow else None
                    if follow and rest is None:
                        continue
                    if opens and not self._bracket.match(text, stop, end):
                        continue
                    if rest is not None:
                        stop = rest.end()
                    name, value = terminal, id_
                    break
                yield Token(name, value, at, stop)
            elif name == "SIGN":
                kind = "EQUALS" if value == "=" and takes(stack, "EQUALS") else "COMPARATOR"
                yield Token(kind, value, at, stop)
            else:
                yield Token(name, value, at, stop)
            at = stop

    @staticmethod
    def _sign(char: str, at: int, text: str, accepts: Row) -> Token:
        after, before = text[at + 1 : at + 2], text[at - 1 : at]
        if char in "−-":
            kind = "MINUS" if after.isspace() or "NEGATIVE" not in accepts else "NEGATIVE"
        elif char == "/" and before.isspace() and after.isspace():
            kind = "DIVIDE"
        elif char in _SIGNS:
            kind = _SIGNS[char][0]
        else:
            kind = _ANONYMOUS.get(char, "STRANGE")
        return Token(kind, char, at, at + 1)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
