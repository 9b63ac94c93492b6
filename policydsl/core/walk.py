"""Owns the one way to look at what is inside a core expression."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from policydsl.core import program as core


def parts(node: core.Expr) -> Iterator[core.Expr]:
    """The expressions directly inside `node`, in the order in which they are written."""
    match node:
        case core.Const() | core.Local() | core.OnDay() | core.Pending() | core.Inapplicable():
            return
        case core.FieldRead(row=row) | core.RuleRead(row=row):
            yield from row_parts(row)
        case core.Let(value=value, body=body):
            yield value
            yield body
        case core.Apply(args=args):
            yield from args
        case core.Compare(left=left, right=right):
            yield left
            yield right
        case core.Every(parts=inner) | core.Some(parts=inner):
            yield from inner
        case core.Not(part=part):
            yield part
        case core.Within(item=item, rows=rows, column=column, where=where):
            yield item
            yield from rows_parts(rows)
            yield column
            if where is not None:
                yield where
        case core.OneOf(item=item, options=options):
            yield item
            yield from options
        case core.Choose(cases=cases, otherwise=otherwise):
            for case in cases:
                yield case.when
                yield case.value
            if otherwise is not None:
                yield otherwise
        case core.Bands(measure=measure, rows=bands, otherwise=rest):
            yield measure
            for band in bands:
                yield band.bound
                yield band.value
            yield rest
        case core.Brackets(measure=measure, slices=slices):
            yield measure
            for piece in slices:
                yield piece.start
                if piece.end is not None:
                    yield piece.end
                yield piece.rate
        case core.Increment():
            yield node.measure
            yield node.start
            for step in node.steps:
                yield step.size
                yield step.award
            if node.at_start is not None:
                yield node.at_start
            if node.most_steps is not None:
                yield node.most_steps
        case core.Limit(body=body, bounds=bounds):
            yield body
            for bound in bounds:
                if bound.when is not None:
                    yield bound.when
                yield bound.limit
        case core.Pick(options=choices) | core.Switch(options=choices) | core.UnmetTasks(parts=choices):
            for option in choices:
                yield option.value
        case core.Round(body=body) | core.Has(body=body):
            yield body
        case core.Lookup(keys=keys):
            yield from keys
        case core.Running(among=among, body=body, order=order):
            yield from sibling_parts(among)
            yield body
            yield from order_parts(order)
        case core.Previous(among=among, body=body, order=order, first=first):
            yield from sibling_parts(among)
            yield body
            yield from order_parts(order)
            yield first
        case core.Rank(among=among, keys=rank_keys):
            yield from sibling_parts(among)
            yield from order_parts(rank_keys)
        case core.Share(among=among, total=total, weight=weight):
            yield from sibling_parts(among)
            yield total
            yield weight
        case core.Aggregate(rows=rows, where=where, body=fold_body, empty=empty, order=order):
            yield from rows_parts(rows)
            yield from order_parts(order)
            if where is not None:
                yield where
            if fold_body is not None:
                yield fold_body
            if empty is not None:
                yield empty
        case core.IfInapplicable(body=body, instead=instead):
            yield body
            yield instead
        case _:
            assert_never(node)


def row_parts(row: core.RowRef) -> Iterator[core.Expr]:
    """The expressions inside a row reference."""
    match row:
        case core.Here() | core.Sole():
            return
        case core.Owner(of=of) | core.OnlyChild(of=of):
            yield from row_parts(of)
        case core.Keyed(key=key):
            yield key
        case _:
            assert_never(row)


def sibling_parts(among: core.Siblings) -> Iterator[core.Expr]:
    """The expressions that choose a row's siblings."""
    if among.where is not None:
        yield among.where
    yield from among.group


def order_parts(order: tuple[core.OrderKey, ...]) -> Iterator[core.Expr]:
    """The values that rows stand in order by."""
    for key in order:
        yield key.value


def rows_parts(rows: core.Rows) -> Iterator[core.Expr]:
    """The expressions inside a set of rows."""
    if isinstance(rows, core.Children):
        yield from row_parts(rows.of)


def everything(node: core.Expr) -> Iterator[core.Expr]:
    """`node` and all expressions inside it."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(parts(current))
