"""Owns going through a written tree without knowing its kinds: every node inside a node, the names that expressions mention."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

from attrs import evolve, fields

from policydsl.syntax import tree

T = TypeVar("T")
_SILENT = frozenset({"span", "row_spans", "source", "comments"})


_INNER: dict[type, tuple[str, ...]] = {}


def _inner(class_: type) -> tuple[str, ...]:
    """The attributes of a class of nodes that can hold other nodes."""
    found = _INNER.get(class_)
    if found is None:
        found = _INNER[class_] = tuple(item.name for item in fields(class_) if item.name not in _SILENT)
    return found


def _is_node(item: object) -> bool:
    return hasattr(type(item), "__attrs_attrs__") and not isinstance(item, type)


def parts_of(node: object) -> list[object]:
    """The nodes directly inside a node."""
    found: list[object] = []
    stack = [getattr(node, name) for name in reversed(_inner(type(node)))]
    while stack:
        item = stack.pop()
        if isinstance(item, tuple):
            stack.extend(reversed(item))
        elif _is_node(item):
            found.append(item)
    return found


def inside(node: object) -> Iterator[object]:
    """`node` and every node inside it, in the order in which they are written."""
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, tuple):
            stack.extend(reversed(item))
        elif _is_node(item):
            yield item
            stack.extend(getattr(item, name) for name in reversed(_inner(type(item))))


def names_in(node: object) -> set[str]:
    """The names that the expressions, the keys of tables and the types in a node mention."""
    found: set[str] = set()
    for item in inside(node):
        if isinstance(item, tree.Reference):
            found |= {name.text for name in item.path}
        elif isinstance(item, tree.UnitName):
            found |= {item.above.text} | ({item.below.text} if item.below else set())
        elif isinstance(item, tree.Table):
            found |= {name.text for name in item.keys}
    return found


def mapped(node: T, change: Callable[[Any], Any]) -> T:
    """The tree with every node put through `change`, the innermost first; what is not changed stays the same object."""
    if isinstance(node, tuple):
        parts = [mapped(item, change) for item in node]
        return cast(T, tuple(parts)) if any(a is not b for a, b in zip(parts, node, strict=True)) else node
    if not _is_node(node):
        return node
    changed: dict[str, Any] = {}
    for name in _inner(type(node)):
        before = getattr(node, name)
        after = mapped(before, change)
        if after is not before:
            changed[name] = after
    return cast(T, change(evolve(cast(Any, node), **changed) if changed else node))
