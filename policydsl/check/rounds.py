"""Owns circles by way of the row before: whether rules that read each other through 上一条 come to an end.

They do where each round goes down one line: every step of the circle stays on the row, or goes to a sibling before it (or, for
a running sum, up to it) in one and the same order among the same siblings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from attrs import frozen

from policydsl.core import program as core
from policydsl.core.walk import order_parts, parts, row_parts

Id = tuple[str, str]
Line = tuple[core.Siblings, tuple[core.OrderKey, ...]]


@frozen
class Need:
    """A rule that another needs: of the same row, of a sibling in a line, or elsewhere."""

    of: Id
    where: Literal["row", "line", "elsewhere"]
    line: Line | None = None


@frozen
class _Spot:
    """An expression, how many scopes stand around it on the way to its row, and the line that the row is reached by."""

    node: core.Expr
    depth: int
    where: Literal["row", "line", "elsewhere"]
    line: Line | None = None


def _needs(body: core.Expr) -> Iterator[Need]:
    stack = [_Spot(body, 0, "row")]
    while stack:
        spot = stack.pop()
        node = spot.node
        match node:
            case core.RuleRead(row=row, entity=entity, name=name):
                here = row == core.Here(spot.depth) and spot.where != "elsewhere"
                yield Need((entity, name), spot.where if here else "elsewhere", spot.line if here else None)
                stack += [_Spot(part, spot.depth, spot.where, spot.line) for part in row_parts(row)]
            case core.Let(value=value, body=inner):
                stack.append(_Spot(value, spot.depth, spot.where, spot.line))
                stack.append(_Spot(inner, spot.depth + 1, spot.where, spot.line))
            case (
                core.Running(among=among, body=inner, order=order) | core.Previous(among=among, body=inner, order=order)
            ):
                whole = spot.where == "row"
                stack.append(_Spot(inner, 0, "line" if whole else "elsewhere", (among, order) if whole else None))
                rest = [part for part in parts(node) if part is not inner]
                if isinstance(node, core.Previous):
                    rest = [part for part in rest if part is not node.first]
                    stack.append(_Spot(node.first, spot.depth, spot.where, spot.line))
                stack += [_Spot(part, 0, "elsewhere") for part in rest]
            case core.Aggregate(where=where, body=inner, order=order):
                inside = [part for part in (where, inner, *order_parts(order)) if part is not None]
                stack += _within(spot, inside)
            case core.Within(where=where, column=inner):
                stack += _within(spot, [part for part in (where, inner) if part is not None])
            case core.Rank() | core.Share():
                stack += [_Spot(part, 0, "elsewhere") for part in parts(node)]
            case _:
                stack += [_Spot(part, spot.depth, spot.where, spot.line) for part in parts(node)]


def _within(spot: _Spot, inside: list[core.Expr]) -> Iterator[_Spot]:
    """The parts of a fold; those in `inside` stand one scope deeper."""
    for part in parts(spot.node):
        deeper = any(part is one for one in inside)
        yield _Spot(part, spot.depth + deeper, spot.where, spot.line)


def endless(rules: Mapping[Id, core.Rule]) -> list[tuple[Id, ...]]:
    """Circles of rules through the row before that do not come to an end."""
    needs = {id_: tuple(need for need in _needs(rule.body) if need.of in rules) for id_, rule in rules.items()}
    found = []
    for knot in _knots({id_: [need.of for need in needs[id_]] for id_ in rules}):
        inside = [(id_, need) for id_ in knot for need in needs[id_] if need.of in knot]
        lines = [need.line for _, need in inside if need.line is not None]
        for id_, need in inside:
            if need.where == "elsewhere" or (need.line is not None and need.line != lines[0]):
                found.append(_back(id_, need.of, {other: [item.of for item in needs[other]] for other in knot}))
                break
    return found


def _back(start: Id, first: Id, reads: Mapping[Id, list[Id]]) -> tuple[Id, ...]:
    """The shortest circle from a rule by way of `first`, which it needs, back to it."""
    came: dict[Id, Id] = {first: start}
    waiting = [first]
    for current in waiting:
        for other in reads[current]:
            if other in reads and other not in came:
                came[other] = current
                waiting.append(other)
    path, at = list[Id](), start
    while at != start or not path:
        at = came[at]
        path.append(at)
    return (start, *reversed(path[:-1]))


def _knots(reads: Mapping[Id, list[Id]]) -> Iterator[list[Id]]:
    """The sets of rules that each need all the others of the set, after Tarjan, without recursion."""
    index: dict[Id, int] = {}
    low: dict[Id, int] = {}
    path: list[Id] = []
    on_path: set[Id] = set()
    for root in reads:
        if root in index:
            continue
        stack = [(root, iter(reads[root]))]
        index[root] = low[root] = len(index)
        path.append(root)
        on_path.add(root)
        while stack:
            current, waiting = stack[-1]
            other = next(waiting, None)
            if other is None:
                stack.pop()
                if stack:
                    above = stack[-1][0]
                    low[above] = min(low[above], low[current])
                if low[current] == index[current]:
                    place = path.index(current)
                    knot, path = path[place:], path[:place]
                    on_path.difference_update(knot)
                    if len(knot) > 1 or current in reads[current]:
                        yield knot
            elif other not in index:
                index[other] = low[other] = len(index)
                path.append(other)
                on_path.add(other)
                stack.append((other, iter(reads[other])))
            elif other in on_path:
                low[current] = min(low[current], index[other])
