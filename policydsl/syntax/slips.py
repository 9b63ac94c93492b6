"""Owns the turns of notices that the language does not read, each with what to write instead: what a line that does not parse may be."""

from __future__ import annotations

import re

from attrs import frozen

from policydsl.diagnostics.model import Language
from policydsl.syntax.keywords import BY_ID


@frozen
class Slip:
    """A stretch of a line, the code of the finding on it, and what would mend it (None: the finding's own words say)."""

    code: str
    start: int
    end: int
    found: str
    mend: str | None = None


_RANGE = re.compile(
    r"(?<![^\s|])(?P<low>\d[\d.,]*)(?P<unit>[%‰]?[^\W\d]*)[ \t]*(?P<in>\([^()]*\))?[ \t]*[-~\u2014\u2013\u2212]{1,2}[ \t]*"
    r"(?P<high>\d[\d.,]*)(?P<last>[%‰]|[^\W\d]+)?(?:[ \t]*(?P<out>\([^()]*\)))?(?::(?=\s))?(?=[\s|]|$)"
)
_CAPS = {
    "zh": (
        ("CAP", re.compile(r"(?:最高|最多|上限|不得超过|不得高于)(?:不超过|为)?[ \t]*(?=\d)")),
        ("FLOOR", re.compile(r"(?:最低|最少|下限|不得低于|不得少于)(?:不低于|为)?[ \t]*(?=\d)")),
    ),
    "en": (
        ("CAP", re.compile(r"(?:maximum|up to|no more than)[ \t]+(?=\d)")),
        ("FLOOR", re.compile(r"(?:minimum|no less than)[ \t]+(?=\d)")),
    ),
}


def slip_at(text: str, at: int, start: int, end: int, symbol: str, language: Language) -> Slip | None:
    """The turn of a notice that stopped a line at `at`, if it is one that is known."""
    for look in (_dash, _cap, _choice):
        found = look(text, at, start, end, symbol, language)
        if found is not None:
            return found
    return None


def _dash(text: str, at: int, start: int, end: int, symbol: str, language: Language) -> Slip | None:
    """8%-10% as the bounds of a row: which end it includes is not said."""
    if symbol not in ("rule_line", "cell"):
        return None
    # a row that begins with one may have been read as a difference, and stopped the line behind it
    found = next(
        (
            one
            for one in _RANGE.finditer(text, start, end)
            if one.start() <= at <= one.end() or (one.start() == start and text[one.end() : at].isspace())
        ),
        None,
    )
    if found is None:
        return None
    unit, last = found["unit"], found["last"] or ""
    inclusive, exclusive = (BY_ID[word].spelling(language) for word in ("INCLUSIVE", "EXCLUSIVE"))
    low = f"{found['low']}{unit or last}{found['in'] or inclusive}"
    high = f"{found['high']}{last or unit}{found['out'] or exclusive}"
    mend = f"{low} {BY_ID['TO'].spelling(language)} {high}"
    return Slip("range-ends", found.start(), found.end(), found.group(), mend)


def _cap(text: str, at: int, start: int, end: int, symbol: str, language: Language) -> Slip | None:
    """最高 5万元 below a rule."""
    for word, pattern in _CAPS[language] if symbol == "rule_line" else ():
        found = pattern.match(text, start, end)
        if found is not None and at <= found.end():
            said = text[start:end].rstrip()
            return Slip(
                "cap-keyword",
                start,
                start + len(said),
                said,
                f"{BY_ID[word].spelling(language)} {text[found.end() : end].rstrip()}",
            )
    return None


def _choice(text: str, at: int, start: int, end: int, symbol: str, language: Language) -> Slip | None:
    """定额 × 若 … 则 … 否则 …: where the value of the last branch ends is not said."""
    word = re.escape(BY_ID["IF"].spelling(language))
    for found in re.compile(rf"(?<=[×÷+*\u2212\-])[ \t]*({word})[ \t]").finditer(text, start, end):
        if found.start(1) <= at <= found.end() + 1:
            return Slip("if-needs-brackets", found.start(1), found.end(1), found[1])
    return None
