"""Owns which kinds of core nodes random programs are made of, and which they never are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import get_args

from policydsl.core import program as core
from policydsl.core.operators import OPERATIONS
from policydsl.core.program import Program
from policydsl.core.types import Type, strip
from policydsl.core.walk import everything

VARIANTS: dict[type, tuple[tuple[str, ...], ...]] = {
    core.Apply: (tuple(OPERATIONS),),
    core.Compare: (get_args(core.Comparator),),
    core.Aggregate: (get_args(core.Fold),),
    core.Choose: (("first", "unique", "agree"),),
    core.Bands: (("lower", "upper"),),
    core.Increment: (("max", "min", "sum"),),
    core.Pick: (("max", "min"),),
    core.Round: (("half-up", "up", "down", "half-even"),),
    core.Running: (("so far", "before"),),
    core.Rank: (("same", "dense", "pending"),),
    core.Share: (("split", "scale"), ("largest", "first", "last", "exact")),
}
"""Of nodes that come in several kinds, the kinds; each list of them is counted by itself."""

TYPES = ("Number", "Bool", "Text", "Member", "Date", "ListOf", "Optional")
"""The types that rules give. (A moment or a reference is read and compared, and no rule of the generator gives one.)"""


def kinds(node: core.Expr) -> Iterator[str]:
    """The kinds of a node: its class, with what it does where it can do several things."""
    name = type(node).__name__
    match node:
        case core.Apply(op=what) | core.Compare(op=what) | core.Aggregate(fold=what) | core.Choose(hit=what):
            yield f"{name} {what}"
        case core.Bands(side=what) | core.Increment(join=what) | core.Pick(kind=what) | core.Round(mode=what):
            yield f"{name} {what}"
        case core.Running(inclusive=inclusive):
            yield f"{name} {'so far' if inclusive else 'before'}"
        case core.Rank(ties=what):
            yield f"{name} {what}"
        case core.Share(kind=what, place=place, remainder=remainder):
            yield f"{name} {what}"
            yield f"{name} {'exact' if place is None else remainder}"
        case _:
            yield name
    match node:
        case core.FieldRead(row=row) | core.RuleRead(row=row):
            yield f"row {type(row).__name__}"
        case core.Running(among=among) | core.Previous(among=among) | core.Rank(among=among) | core.Share(among=among):
            yield f"siblings {'of one owner' if among.owned else 'all'}"
            if among.where is not None:
                yield "siblings filtered"
            if among.group:
                yield "siblings in groups"
            if len(among.group) > 1:
                yield "siblings in groups of several keys"
        case core.Aggregate(rows=rows) | core.Within(rows=rows):
            yield f"rows {type(rows).__name__}"


def all_kinds() -> frozenset[str]:
    """Every kind there is."""
    found = {
        *(f"row {one.__name__}" for one in get_args(core.RowRef)),
        *(f"rows {one.__name__}" for one in get_args(core.Rows)),
        *(f"siblings {one}" for one in ("of one owner", "all", "filtered", "in groups", "in groups of several keys")),
        *(f"rule of {one}" for one in TYPES),
    }
    for node in get_args(core.Expr):
        lists = VARIANTS.get(node)
        found |= {f"{node.__name__} {one}" for kinds in lists for one in kinds} if lists else {node.__name__}
    return frozenset(found)


def counted(program: Program) -> Counter[str]:
    """How many nodes of each kind the rules and tables of a program hold, and rules by what they give."""
    count: Counter[str] = Counter()
    cells = [cell for table in program.tables.values() for row in table.rows for cell in row.cells.values()]
    for body in [*(rule.body for rule in program.rules), *cells]:
        for node in everything(body):
            count.update(kinds(node))
    count.update(f"rule of {_named(rule.type)}" for rule in program.rules)
    return count


def _named(type_: Type) -> str:
    return type(type_).__name__ if type(type_).__name__ == "Optional" else type(strip(type_)).__name__
