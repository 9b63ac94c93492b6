"""Owns how a node shows itself to a developer. One function for all trees: attrs would compile one for each class at every start."""

from __future__ import annotations


def shown(node: object) -> str:
    """`Class(field=value, …)` without the places."""
    names = [name for name in getattr(node, "__match_args__", ()) if name != "span"]
    fields = [f"{name}={getattr(node, name)!r}" for name in names]
    kind = getattr(node, "type", None)
    if kind is not None and "type" not in names:
        fields.append(f"type={kind!r}")
    return f"{type(node).__name__}({', '.join(fields)})"
