"""Owns what an expression hangs on: named values around it, entities it runs over, and its text without the places."""

from __future__ import annotations

from typing import Any

from policydsl.core import program as core
from policydsl.core.program import Expr, Program
from policydsl.core.walk import everything, order_parts, parts


def named_outside(node: Expr, depth: int) -> bool:
    """Whether an expression uses a named value from outside it; what that hangs on is not looked into."""
    match node:
        case core.Local(depth=at):
            return at >= depth
        case core.Let(value=value, body=body):
            return named_outside(value, depth) or named_outside(body, depth + 1)
        case core.Aggregate() | core.Within():
            seen = (
                (node.where, node.body, *order_parts(node.order))
                if isinstance(node, core.Aggregate)
                else (node.where, node.column)
            )
            within = [one for one in seen if one is not None]
            rest = [one for one in parts(node) if not any(one is other for other in within)]
            return any(named_outside(one, depth + 1) for one in within) or any(
                named_outside(one, depth) for one in rest
            )
        case core.Running() | core.Previous() | core.Rank() | core.Share():
            return any(isinstance(one, core.Local) for one in everything(node))
    return any(named_outside(one, depth) for one in parts(node))


def entity_over(node: Expr) -> str:
    """The entity over whose rows a node runs, empty where it runs over none."""
    if isinstance(node, core.Aggregate | core.Within):
        return node.rows.entity
    return node.among.entity if isinstance(node, core.Running | core.Previous | core.Rank | core.Share) else ""


def below(program: Program, entity: str, above: str) -> bool:
    """Whether rows of an entity are those of another, or belong to them."""
    at: str | None = entity
    while at is not None and at != above:
        at = program.entities[at].owner
    return at == above


def structure(node: Any) -> str:
    """An expression as text by its parts, without the places where they were written."""
    if isinstance(node, tuple):
        return "(" + ",".join(structure(item) for item in node) + ")"
    if isinstance(node, core.Pick):
        # the names of alternatives are for the reader
        return f"Pick({node.kind},{','.join(structure(option.value) for option in node.options)})"
    if hasattr(node, "__attrs_attrs__") and type(node).__module__ == core.__name__:
        fields = [item.name for item in node.__attrs_attrs__ if item.eq and item.name != "type"]
        inner = ",".join(f"{name}={structure(getattr(node, name))}" for name in fields)
        return f"{type(node).__name__}({inner})"
    return repr(node)
