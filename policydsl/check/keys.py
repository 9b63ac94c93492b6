"""Owns the keys by which rows are taken together (分组) and stand in order (依, 名次): one or several, each once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from policydsl.check.frames import Frames
from policydsl.core import program as core
from policydsl.core.types import Date, Member, Moment, Never, Number, Optional
from policydsl.source import Span
from policydsl.syntax import tree
from policydsl.syntax.keywords import BY_ID

if TYPE_CHECKING:
    from policydsl.check.infer import Checker


def in_common(checker: Checker, written: tuple[tree.Expr, ...], inner: Frames) -> tuple[core.Expr, ...]:
    """What rows of one group have in common, seen from one of them."""
    keys = tuple(checker.expr(node, inner) for node in written)
    _each_once(checker, keys, [node.span for node in written], "GROUPED")
    return keys


def in_order(checker: Checker, written: tuple[tree.Key, ...], inner: Frames) -> tuple[core.OrderKey, ...]:
    """What rows stand in order by, seen from one of them: kinds of things that have an order and are always there."""
    keys: list[core.OrderKey] = []
    for node, direction in written:
        value = checker.there(node, checker.expr(node, inner), inner)
        if isinstance(value.type, Optional):
            value = checker.may_be_none(node, value.type)
        if not isinstance(value.type, Number | Date | Moment | Never | Member):
            word = BY_ID[direction or "BY_ORDER"].spelling(checker.scope.language)
            checker.report("key-kinds", node.span, type=checker.say(value.type), word=word)
        keys.append(core.OrderKey(value, direction == "HIGH_FIRST"))
    _each_once(checker, [key.value for key in keys], [node.span for node, _ in written], "BY_ORDER")
    return tuple(keys)


def _each_once(checker: Checker, keys: Sequence[core.Expr], spans: Sequence[Span], word: str) -> None:
    """A finding for a key that stands there before: the second time it decides nothing."""
    for at, key in enumerate(keys):
        if not isinstance(key.type, Never) and any(key == other for other in keys[:at]):
            said = BY_ID[word].spelling(checker.scope.language)
            checker.report("same-key-again", spans[at], key=spans[at].text, word=said)
