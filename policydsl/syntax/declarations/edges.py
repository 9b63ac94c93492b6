"""Owns the ends of a band, whichever way they are written."""

from __future__ import annotations

from collections.abc import Sequence

from policydsl.syntax import tree
from policydsl.syntax.declarations.twigs import is_a
from policydsl.syntax.expressions import Builder, sign_of
from policydsl.syntax.twig import Token, Tree, Twig


def edges(builder: Builder, kids: Sequence[Twig]) -> tuple[tree.Edge, ...]:
    """The ends of a band, whichever way they are written; stops before the value."""
    found: list[tree.Edge] = []
    at = 0
    while at < len(kids) and len(found) < 2:
        kid = kids[at]
        if kid is None:
            at += 1
            continue
        if isinstance(kid, Tree) and str(kid.data) in ("to_bound", "second_bound"):
            word, bound, *rest = kid.children
            name = "TO" if str(kid.data) == "to_bound" else sign_of(word)
            found.append(tree.Edge(name, builder.expr(bound), builder.inclusion(rest[0] if rest else None)))
            break
        if isinstance(kid, Token) and kid.type in ("COMPARATOR", "TO"):
            mark = kids[at + 2] if at + 2 < len(kids) else None
            found.append(
                tree.Edge(
                    "TO" if kid.type == "TO" else sign_of(kid),
                    builder.expr(kids[at + 1]),
                    builder.inclusion(mark) if is_a(mark, "inclusion") else None,
                )
            )
            at += 3 if is_a(mark, "inclusion") else 2
            continue
        follow = kids[at + 1] if at + 1 < len(kids) else None
        before = None
        if is_a(follow, "inclusion"):
            before = builder.inclusion(follow)
            at += 1
            follow = kids[at + 1] if at + 1 < len(kids) else None
        if isinstance(follow, Token) and follow.type == "POST":
            mark = kids[at + 2] if at + 2 < len(kids) else None
            behind = builder.inclusion(mark) if is_a(mark, "inclusion") else None
            found.append(tree.Edge(str(follow), builder.expr(kid), before if behind is None else behind))
            at += 3 if is_a(mark, "inclusion") else 2
            continue
        if isinstance(follow, Token) and follow.type == "TO":
            found.append(tree.Edge("≥" if before is None else "START", builder.expr(kid), before))
            at += 1
            continue
        break
    return tuple(found)
