"""Owns 分档 and 累进: intervals with values, as bands with lower or upper bounds and as slices."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from policydsl.check.frames import Frames
from policydsl.check.ranges import End, Range, adjoin, ascends, ranges_of, row_value, touch, without_rows
from policydsl.core import program as core
from policydsl.core.types import NEVER, Date, Moment, Never, Number, Type
from policydsl.core.values import decimal_text, exact
from policydsl.source import Span
from policydsl.syntax import tree

if TYPE_CHECKING:
    from policydsl.check.infer import Checker


def bands(checker: Checker, node: tree.Block, frames: Frames, expected: Type | None) -> core.Expr:
    """分档: one value for each interval of the measure."""
    assert node.subject is not None
    measure = checker.expr(node.subject, frames)
    if not isinstance(measure.type, Number | Date | Moment | Never):
        return checker.report("number-expected", node.subject.span, found=checker.say(measure.type))
    ranges, otherwise = ranges_of(checker, node, measure, frames)
    if not ranges:
        return without_rows(checker, node)
    found: list[tuple[core.Expr, Span]] = []
    values = [row_value(checker, item.row, frames, expected, found) for item in ranges]
    rest = row_value(checker, otherwise, frames, expected, found) if otherwise is not None else None
    type_ = checker.common(tuple(found))
    whole = isinstance(measure.type, Number) and measure.type.whole
    clause = [item.row.cite.text if item.row.cite else "" for item in ranges]
    lower = all(item.low is not None and item.high is None for item in ranges)
    upper = all(item.high is not None and item.low is None for item in ranges)
    if lower or upper:
        ends = [item.low if lower else item.high for item in ranges]
        ascends(checker, [end for end in ends if end is not None])
        if rest is None:
            return checker.report("band-else-missing", node.span, instead=checker.usual(type_))
        rows = tuple(
            core.Band(end.bound, end.closed, value, cited, span=item.row.span)
            for end, value, cited, item in zip(ends, values, clause, ranges, strict=True)
            if end is not None
        )
        side: Literal["lower", "upper"] = "lower" if lower else "upper"
        return core.Bands(measure, side, rows, rest, type=type_, span=node.span)
    adjoin(checker, ranges, whole, rest is not None)
    return _as_lower(checker, node, measure, ranges, values, rest, type_, clause)


def _as_lower(
    checker: Checker,
    node: tree.Block,
    measure: core.Expr,
    ranges: list[Range],
    values: list[core.Expr],
    rest: core.Expr | None,
    type_: Type,
    clause: list[str],
) -> core.Expr:
    """Intervals that follow one another, as lower bounds: below the first comes 否则 or the first row, above the last 否则."""
    below = rest
    rows: list[core.Band] = []
    for at, (item, value, cited) in enumerate(zip(ranges, values, clause, strict=True)):
        if item.low is None:
            if at == 0:
                below = value
                # said as the complement: what is above the bound belongs to the rows that follow
            continue
        if at > 0 and rest is not None:
            before = ranges[at - 1].high
            if before is not None and not touch(ranges[at - 1], item):
                rows.append(core.Band(before.bound, not before.closed, rest, span=item.row.span))
        rows.append(core.Band(item.low.bound, item.low.closed, value, cited, span=item.row.span))
    last = ranges[-1].high
    if last is not None:
        if rest is None:
            return checker.report("band-else-missing", node.span, instead=checker.usual(type_))
        rows.append(core.Band(last.bound, not last.closed, rest, span=ranges[-1].row.span))
    if below is None:
        return checker.report("band-else-missing", node.span, instead=checker.usual(type_))
    return core.Bands(measure, "lower", tuple(rows), below, type=type_, span=node.span)


def brackets(checker: Checker, node: tree.Block, frames: Frames) -> core.Expr:
    """累进: a rate for each slice of the measure."""
    assert node.subject is not None
    measure = checker.number(node.subject, frames)
    if not isinstance(measure.type, Number):
        return measure
    ranges, otherwise = ranges_of(checker, node, measure, frames)
    found: list[tuple[core.Expr, Span]] = []
    rates = [row_value(checker, item.row, frames, None, found) for item in ranges]
    rest = row_value(checker, otherwise, frames, None, found) if otherwise is not None else None
    type_ = checker.common(tuple(found))
    if not ranges:
        return without_rows(checker, node)
    zero = core.Const(0, "0", type=Number(measure.type.unit, True), span=node.span)
    slices: list[core.Slice] = []
    if all(item.low is not None and item.high is None for item in ranges):
        lows = [item.low for item in ranges if item.low is not None]
        ascends(checker, lows)
        if rest is not None:
            slices.append(core.Slice(zero, lows[0].bound, rest, span=otherwise.span if otherwise else None))
        for at, (low, rate, item) in enumerate(zip(lows, rates, ranges, strict=True)):
            end = lows[at + 1].bound if at + 1 < len(lows) else None
            slices.append(core.Slice(low.bound, end, rate, _cited(item.row), span=item.row.span))
    else:
        previous: End | None = None
        for item, rate in zip(ranges, rates, strict=True):
            start = item.low.bound if item.low is not None else previous.bound if previous is not None else zero
            if item.low is not None and previous is not None and isinstance(previous.value, int | Fraction):
                begins = item.low.value
                if isinstance(begins, int | Fraction) and begins != previous.value:
                    code = "band-gap" if begins > previous.value else "band-overlap"
                    checker.report(code, item.row.span, low=previous.span.text, high=item.low.span.text)
            if item.low is None and previous is not None and isinstance(item.high, End):
                ascends(checker, [previous, item.high])
            if slices and slices[-1].end is None:
                checker.report("band-sides-mixed", item.row.span)
            end = item.high.bound if item.high is not None else None
            slices.append(core.Slice(start, end, rate, _cited(item.row), span=item.row.span))
            previous = item.high
        if slices[-1].end is not None:
            if rest is None:
                return checker.report("band-else-missing", node.span, instead=checker.usual(type_))
            slices.append(core.Slice(slices[-1].end, None, rest, span=otherwise.span if otherwise else None))
    if not isinstance(type_, Number):
        return core.Pending("", type=NEVER, span=node.span)
    _quick(checker, [item.row for item in ranges], slices, Number(measure.type.unit * type_.unit))
    return core.Brackets(measure, tuple(slices), type=Number(measure.type.unit * type_.unit), span=node.span)


def _quick(checker: Checker, rows: list[tree.BandRow], slices: list[core.Slice], type_: Number) -> None:
    """A printed quick deduction (速算扣除) or total of the slices before (前段累计) must be what the slices below make it; it takes
    no part in the computation."""
    printed = {row.span: row.quick for row in rows}
    totals = {row.span: row.so_far for row in rows}
    below = Fraction(0)
    for piece in slices:
        literals = [
            part.value if isinstance(part, core.Const) else None for part in (piece.start, piece.rate, piece.end)
        ]
        start, rate, end = (Fraction(value) if isinstance(value, int | Fraction) else None for value in literals)
        if start is None or rate is None:
            return
        quick = printed.get(piece.span) if piece.span is not None else None
        measure = checker.scope.measures.parse(quick.unit) if quick is not None else None
        if quick is not None and (measure is None or measure.unit != type_.unit):
            checker.report("unit-needed", quick.span, number=quick.digits, unit=checker.say(type_))
        elif quick is not None and measure is not None and quick.number * measure.size != rate * start - below:
            due = f"{decimal_text(exact((rate * start - below) / measure.size))}{quick.unit}"
            checker.report("quick-deduction", quick.span, due, found=quick.span.text, expected=due)
        total = totals.get(piece.span) if piece.span is not None else None
        measure = checker.scope.measures.parse(total.unit) if total is not None else None
        if total is not None and (measure is None or measure.unit != type_.unit):
            checker.report("unit-needed", total.span, number=total.digits, unit=checker.say(type_))
        elif total is not None and measure is not None and total.number * measure.size != below:
            due = f"{decimal_text(exact(below / measure.size))}{total.unit}"
            checker.report("cumulative-figure", total.span, due, found=total.span.text, expected=due)
        if end is None:
            return
        below += rate * (end - start)


def _cited(row: tree.BandRow) -> str:
    return row.cite.text if row.cite else ""
