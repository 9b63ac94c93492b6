"""Owns the question which scopes an expression looks at, so that what does not change from row to row is computed once."""

from __future__ import annotations

from collections.abc import Generator
from typing import assert_never

from policydsl.core.program import (
    Aggregate,
    AllRows,
    Apply,
    Bands,
    Brackets,
    Children,
    Choose,
    Compare,
    Const,
    Every,
    Expr,
    FieldRead,
    Has,
    Here,
    IfInapplicable,
    Inapplicable,
    Increment,
    Keyed,
    Let,
    Limit,
    Local,
    Lookup,
    Not,
    OnDay,
    OneOf,
    OnlyChild,
    Owner,
    Pending,
    Pick,
    Previous,
    Rank,
    Round,
    RowRef,
    Rows,
    RuleRead,
    Running,
    Share,
    Sole,
    Some,
    Switch,
    UnmetTasks,
    Within,
)
from policydsl.core.walk import order_parts
from policydsl.interpret.climb import climb

Walk = Generator[Expr, frozenset[int], frozenset[int]]


class Scopes:
    """Remembers, for each expression met, the depths of the scopes it reads, counted from where it stands.

    Without `owners`, looking at the owner of a row does not count as looking at the row: siblings have the same.
    """

    def __init__(self, owners: bool = True) -> None:
        self._owners = owners
        # Keyed by identity, and the node kept, so that an id is never that of another node.
        self._known: dict[int, tuple[Expr, frozenset[int]]] = {}

    def reach(self, expr: Expr) -> frozenset[int]:
        """The depths, outwards from the place of `expr`, of the scopes that it reads."""
        return climb(self._enter, expr)

    def _enter(self, expr: Expr) -> Walk:
        known = self._known.get(id(expr))
        if known is None:
            scopes, parts, inside = _anatomy(expr, self._owners)
            found = set(scopes)
            for part in parts:
                if part is not None:
                    found |= yield part
            for part in inside:
                if part is not None:
                    found |= {depth - 1 for depth in (yield part) if depth}
            known = (expr, frozenset(found))
            self._known[id(expr)] = known
        return known[1]


Parts = tuple[Expr | None, ...]


def _anatomy(expr: Expr, owners: bool) -> tuple[tuple[int, ...], Parts, Parts]:
    """The scopes that an expression reads itself, its parts, and its parts within a scope that it opens."""
    match expr:
        case Const() | OnDay() | Pending() | Inapplicable():
            return (), (), ()
        case Local(depth=depth):
            return (depth,), (), ()
        case FieldRead(row=row) | RuleRead(row=row):
            return (*_row(row, owners), ())
        case Let(value=value, body=body):
            return (), (value,), (body,)
        case Apply(args=parts) | Every(parts=parts) | Some(parts=parts) | Lookup(keys=parts):
            return (), parts, ()
        case Compare(left=left, right=right):
            return (), (left, right), ()
        case Not(part=part) | Has(body=part) | Round(body=part):
            return (), (part,), ()
        case Within(item=item, rows=rows, column=column, where=where):
            scopes, keys = _rows(rows, owners)
            return scopes, (item, *keys), (column, where)
        case OneOf(item=item, options=choices):
            return (), (item, *choices), ()
        case Choose(cases=cases, otherwise=otherwise):
            return (), (otherwise, *(part for case in cases for part in (case.when, case.value))), ()
        case Bands(measure=measure, rows=bands, otherwise=otherwise):
            return (), (measure, otherwise, *(part for row in bands for part in (row.bound, row.value))), ()
        case Brackets(measure=measure, slices=slices):
            return (), (measure, *(part for item in slices for part in (item.start, item.end, item.rate))), ()
        case Increment(measure=measure, start=start, steps=steps, at_start=at_start, most_steps=most):
            sizes = (part for step in steps for part in (step.size, step.award))
            return (), (measure, start, at_start, most, *sizes), ()
        case Limit(body=body, bounds=bounds):
            return (), (body, *(part for bound in bounds for part in (bound.when, bound.limit))), ()
        case Pick(options=options) | Switch(options=options) | UnmetTasks(parts=options):
            return (), tuple([option.value for option in options]), ()
        case Aggregate(rows=rows, where=where, body=inner, empty=empty, order=order):
            scopes, keys = _rows(rows, owners)
            return scopes, (empty, *keys), (where, inner, *order_parts(order))
        case Running() | Rank():
            # Siblings are those of the rule's row, whatever stands between; their expressions see nothing else.
            return (), (), ()
        case Previous(first=part) | Share(total=part):
            return (), (part,), ()
        case IfInapplicable(body=body, instead=instead):
            return (), (body, instead), ()
        case _:
            assert_never(expr)


def _row(row: RowRef, owners: bool) -> tuple[tuple[int, ...], Parts]:
    match row:
        case Here(depth=depth):
            return (depth,), ()
        case Owner() if not owners:
            return (), ()
        case Owner(of=of) | OnlyChild(of=of):
            return _row(of, owners)
        case Sole():
            return (), ()
        case Keyed(key=key):
            return (), (key,)
        case _:
            assert_never(row)


def _rows(rows: Rows, owners: bool) -> tuple[tuple[int, ...], Parts]:
    match rows:
        case Children(of=of):
            return _row(of, owners)
        case AllRows():
            return (), ()
        case _:
            assert_never(rows)
