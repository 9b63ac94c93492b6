"""Owns the slips that mistakes are made of: a part left out, another word for the right one, yes for no, something forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from attrs import evolve, field, frozen

from policydsl.core import program as core
from policydsl.source import Span
from policydsl.testing.literals import text_of
from policydsl.testing.written import Pen

T = TypeVar("T", bound=core.Expr)


@frozen(eq=False)
class Change:
    """A mistake: what kind it is, the expression as it would be, the words for it, and where, if not at the whole expression."""

    kind: str
    new: core.Expr = field(repr=False)
    zh: str
    en: str
    span: Span | None = field(default=None, repr=False)


@frozen(eq=False)
class Bench:
    """What a mistake is made with: the policy, the pen for its literals, and the expression around the one that is changed."""

    program: core.Program
    pen: Pen
    around: core.Expr | None


Mistake = Callable[[Bench, Any], Iterator[Change]]


def short_text(node: object) -> str:
    """What is written of a node, cut to a few words."""
    text = text_of(node)
    return text if len(text) <= 24 else text[:23] + "…"


def changed(kind: str, node: T, zh: str, en: str, /, *, span: Span | None = None, **values: Any) -> Change:
    """The same expression but for some of what it says."""
    return Change(kind, evolve(node, **values), zh, en, span)


def left_out(
    kind: str, node: T, name: str, zh: str, en: str, label: Callable[[Any], str], span: Callable[[Any], Span | None]
) -> Iterator[Change]:
    """The same expression without one of the parts `name`, of which at least one has to stay; `{}` is the label of what is left out."""
    parts = getattr(node, name)
    for at, part in enumerate(parts if len(parts) > 1 else ()):
        said = label(part)
        fewer = {name: parts[:at] + parts[at + 1 :]}
        yield Change(kind, evolve(node, **fewer), zh.format(said), en.format(said), span(part))


def _at(name: str, value: object) -> dict[str, Any]:
    return {name: value}


def replaced(items: tuple[Any, ...], at: int, item: Any) -> tuple[Any, ...]:
    """`items` with `item` for the one at `at`."""
    return (*items[:at], item, *items[at + 1 :])


def swapped(kind: str, name: str, words: Mapping[str, str], zh: str, en: str) -> Mistake:
    """Any other of the words that `name` may be: `words` are those, and how each is said in Chinese. `{}`: text, right, wrong."""

    def mistake(_: Bench, node: Any) -> Iterator[Change]:
        right = getattr(node, name)
        for wrong, said in words.items():
            if wrong != right and right in words:
                yield changed(
                    kind,
                    node,
                    zh.format(short_text(node), words[right], said),
                    en.format(short_text(node), right, wrong),
                    **_at(name, wrong),
                )

    return mistake


def opposite(kind: str, name: str, zh: Mapping[bool, str], en: Mapping[bool, str]) -> Mistake:
    """Yes for no: `zh` and `en` by what it is wrongly."""

    def mistake(_: Bench, node: Any) -> Iterator[Change]:
        wrong = not getattr(node, name)
        yield changed(
            kind, node, zh[wrong].format(short_text(node)), en[wrong].format(short_text(node)), **_at(name, wrong)
        )

    return mistake


def forgotten(kind: str, name: str, zh: str, en: str) -> Mistake:
    """Without something that need not be there; `{}` is what is left out."""

    def mistake(_: Bench, node: Any) -> Iterator[Change]:
        gone = getattr(node, name)
        if gone is not None:
            yield changed(
                kind, node, zh.format(short_text(gone)), en.format(short_text(gone)), span=gone.span, **_at(name, None)
            )

    return mistake
