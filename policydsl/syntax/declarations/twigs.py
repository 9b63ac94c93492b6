"""Owns the small questions to the trees of a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policydsl.syntax import tree
from policydsl.syntax.expressions import Builder
from policydsl.syntax.twig import Token, Tree, Twig


def is_a(twig: Twig, name: str) -> bool:
    return isinstance(twig, Tree) and str(twig.data) == name


def find(twigs: Iterable[Twig], name: str) -> Tree | None:
    return next((twig for twig in twigs if isinstance(twig, Tree) and str(twig.data) == name), None)


def after_equals(builder: Builder, twigs: Sequence[Twig]) -> tree.Expr | None:
    for at, twig in enumerate(twigs):
        if isinstance(twig, Token) and twig.type == "EQUALS":
            return builder.expr(twigs[at + 1])
    return None


def who(builder: Builder, twig: Twig) -> str:
    return builder.text(twig) if isinstance(twig, Token) else builder.name(twig).text
