"""Owns which names need 「」: those that no bare name can be spelt like, and those that would be read as a keyword where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from policydsl.diagnostics.model import Language
from policydsl.source import Source
from policydsl.syntax.door import Door
from policydsl.syntax.keywords import BY_ID, KEYWORDS
from policydsl.syntax.twig import Token, Tree

Pieces = list[tuple[int, str]]
"""Text in pieces between which a line may be broken, each with its level: the lower, the sooner the line is broken before it."""

_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[^\W\d]+")
_JOINING = ("AND", "OR", "THEN", "ELSE")
_QUOTED = re.compile(r"「([^「」\n]+)」")
_TEXT = re.compile(r"“[^“”\n]*”|\"[^\"\n]*\"")


def run_of(pieces: Pieces) -> str:
    """The pieces on one line: one blank between them, none after 、."""
    out = ""
    for _, text in pieces:
        out += text if not out or out.endswith("、") else f" {text}"
    return out


def never_bare(text: str, language: Language) -> bool:
    """Whether a name has to be in 「」 wherever it stands."""
    return _BARE.fullmatch(text) is None or text in _reserved(language)


def doubtful(text: str, language: Language) -> bool:
    """Whether a bare name might be read as a keyword in some places."""
    return text in _openings(language)


@cache
def _reserved(language: Language) -> frozenset[str]:
    # a deeper line that begins with a joining word would be taken to go on from the line above
    words = {keyword.spelling(language) for keyword in KEYWORDS if keyword.kind == "hard"}
    return frozenset(words | {BY_ID[id_].spelling(language) for id_ in _JOINING})


@cache
def _openings(language: Language) -> frozenset[str]:
    # the later words of `at most steps` count as well: a name may come to stand behind the first ones
    return frozenset(word for keyword in KEYWORDS for word in keyword.spelling(language).strip("()").split(" "))


def freed(pieces: Pieces, symbol: str, language: Language) -> Pieces:
    """`pieces` of a line of grammar symbol `symbol`, with 「」 taken from the doubtful names that are names there without them."""
    places = [
        (at, match.start(), match.end())
        for at, (_, text) in enumerate(pieces)
        for match in _outside_texts(text)
        if doubtful(match[1], language) and not never_bare(match[1], language)
    ]
    if not places:
        return pieces
    meant = _shape(pieces, symbol, language)
    for at, start, end in reversed(places):
        level, text = pieces[at]
        tried = [*pieces]
        tried[at] = (level, text[:start] + text[start + 1 : end - 1] + text[end:])
        if meant is not None and _shape(tried, symbol, language) == meant:
            pieces = tried
    return pieces


def _outside_texts(text: str) -> Iterator[re.Match[str]]:
    quoted = [match.span() for match in _TEXT.finditer(text)]
    for match in _QUOTED.finditer(text):
        if not any(start <= match.start() < end for start, end in quoted):
            yield match


def _shape(pieces: Pieces, symbol: str, language: Language) -> object:
    line = run_of(pieces)
    twig = Door(Source("", line), line, language).parse(0, len(line), symbol)
    return None if twig is None else _plain(twig)


def _plain(twig: Tree | Token | None) -> object:
    if isinstance(twig, Tree):
        return (str(twig.data), *(_plain(child) for child in twig.children))
    if twig is None:
        return None
    return ("NAME", twig[1:-1].strip()) if twig.type == "QUOTED_NAME" else (twig.type, str(twig))
