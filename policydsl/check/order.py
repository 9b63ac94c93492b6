"""Owns the order of rules: what a rule reads stands before it; a circle is shown rule by rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from policydsl.check.scope import Draft, Scope
from policydsl.core import program as core
from policydsl.core.walk import parts
from policydsl.syntax import tree


def likely_order(scope: Scope, drafts: Iterable[Draft]) -> list[Draft]:
    """Drafts so that what one names comes before it, as far as names alone tell. Circles are broken anywhere."""
    by_name: dict[str, list[Draft]] = {}
    for item in scope.entities.values():
        for draft in item.drafts.values():
            by_name.setdefault(draft.name, []).append(draft)
            if draft.alias:
                by_name.setdefault(draft.alias, []).append(draft)
    order: list[Draft] = []
    done: set[tuple[str, str]] = set()
    for root in drafts:
        stack: list[tuple[Draft, Iterator[str]]] = []
        if root.id not in done:
            done.add(root.id)
            stack.append((root, iter(_names(root.node))))
        while stack:
            draft, names = stack[-1]
            for name in names:
                found = [other for other in by_name.get(name, ()) if other.id not in done]
                if found:
                    done.add(found[0].id)
                    stack.append((found[0], iter(_names(found[0].node))))
                    break
            else:
                stack.pop()
                order.append(draft)
    return order


def _attributes(node: object) -> tuple[str, ...]:
    return tuple(getattr(node, "__match_args__", ()))


def _names(node: object) -> list[str]:
    """Every name that a written declaration mentions."""
    found: list[str] = []
    stack: list[object] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, tree.Reference):
            found += [name.text for name in current.path]
            stack += current.keys or ()
        elif isinstance(current, tree.Constant) and current.word in ("ALL_TASKS", "UNMET_TASKS"):
            continue
        elif isinstance(current, tuple):
            stack += current
        elif type(current).__module__ == tree.__name__:
            stack += [getattr(current, name) for name in _attributes(current)]
    return found


def _needed(body: core.Expr) -> Iterator[core.Expr]:
    """Everything that a rule needs of its own row; what 上一条 reads of the row before makes no circle."""
    stack = [body]
    while stack:
        current = stack.pop()
        yield current
        stack += [part for part in parts(current) if not (isinstance(current, core.Previous) and part is current.body)]


def in_order(rules: Mapping[tuple[str, str], core.Rule]) -> tuple[list[core.Rule], list[tuple[tuple[str, str], ...]]]:
    """Rules in dependency order, otherwise as written, and the circles that remain."""
    reads = {
        id_: list(
            dict.fromkeys(
                (node.entity, node.name)
                for node in _needed(rule.body)
                if isinstance(node, core.RuleRead) and (node.entity, node.name) in rules
            )
        )
        for id_, rule in rules.items()
    }
    order: list[core.Rule] = []
    state: dict[tuple[str, str], int] = {}
    circles: list[tuple[tuple[str, str], ...]] = []
    for root in rules:
        if root in state:
            continue
        state[root] = 1
        stack = [(root, iter(reads[root]))]
        while stack:
            current, waiting = stack[-1]
            for other in waiting:
                if state.get(other) == 1:
                    path = [id_ for id_, _ in stack]
                    circles.append(tuple(path[path.index(other) :]))
                elif other not in state:
                    state[other] = 1
                    stack.append((other, iter(reads[other])))
                    break
            else:
                state[current] = 2
                stack.pop()
                order.append(rules[current])
    return order, circles
