"""Owns what a name was meant to be that is none: words glued to it, a function under another name."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from policydsl.check.frames import Frames
from policydsl.core.types import Number, strip
from policydsl.core.units import nothing
from policydsl.syntax import tree
from policydsl.syntax.keywords import BY_ID, KEYWORDS

if TYPE_CHECKING:
    from policydsl.check.infer import Checker


MOST_GLUED = 60
"""Characters of what is looked through for words without blanks."""


def unglued(checker: Checker, text: str, own: str | None) -> str:
    """Known names with keywords stuck between or to them (甲不低于乙), taken apart into as few pieces as will do; else nothing."""
    if len(text) > MOST_GLUED:
        return ""
    scope = checker.scope
    names = {name for item in scope.entities.values() for name in (*item.fields, *item.drafts)} | set(scope.tables)
    words = {keyword.spelling(scope.language) for keyword in KEYWORDS}
    best: dict[int, tuple[str, ...]] = {0: ()}
    for end in range(1, len(text) + 1):
        found = [
            (*best[start], text[start:end]) for start in best if text[start:end] in names or text[start:end] in words
        ]
        if found:
            best[end] = min(found, key=len)
    pieces = best.get(len(text), ())
    return " ".join(pieces) if names & {*pieces} and words & {*pieces} else ""


def close_names(text: str, known: list[str]) -> list[str]:
    """A known name much like `text`, in a list, or none."""
    return get_close_matches(text, known, 1, 0.5)


def rounding_meant(checker: Checker, node: tree.Reference, meant: str, frames: Frames) -> str:
    """A call of a rounding function by another name (取整(家数)), with the place that it has to be told; else nothing."""
    rounding = [BY_ID[word].spelling(checker.scope.language) for word in ("F_HALF_UP", "F_UP", "F_DOWN")]
    if meant not in rounding or node.keys is None or len(node.keys) != 1 or len(node.path) != 1:
        return ""
    type_ = strip(checker.expr(node.keys[0], frames).type)
    if not isinstance(type_, Number):
        return ""
    place = nothing(type_.unit, checker.scope.language).removeprefix("0").strip() or "1"
    return "" if place == "…" else f"{meant}({node.keys[0].span.text}, {place})"


def excess_meant(checker: Checker, node: tree.Reference) -> str:
    """What is said like a function of the part of one figure above another (超出部分(认定数 − 目标)), as it is written; else nothing."""
    keys = node.keys
    if keys is None or len(node.path) != 1 or node.path[0].text.casefold() not in _EXCESSES:
        return ""
    match keys:
        case (tree.Binary(op="sub", left=one, right=two),) | (one, two):
            words = [BY_ID[word].spelling(checker.scope.language) for word in ("GT_OVER", "PORTION")]
            return f"({one.span.text} {words[0]} {two.span.text} {words[1]})"
        case _:
            return ""


_EXCESSES = ("超出部分", "超过部分", "超额部分", "超额", "超出", "超过", "excess", "over", "above")
