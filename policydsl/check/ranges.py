"""Owns the rows of bands: each as an interval, and its value; their order, gaps and overlaps."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import frozen

from policydsl.check.frames import Frames
from policydsl.core import program as core
from policydsl.core.types import NEVER, Never, Type, strip
from policydsl.source import Span
from policydsl.syntax import tree
from policydsl.syntax.keywords import BY_ID, RELATIONS

if TYPE_CHECKING:
    from policydsl.check.infer import Checker


@frozen
class End:
    """One end of a row: its bound, and whether the bound itself belongs to the row."""

    bound: core.Expr
    closed: bool
    span: Span

    @property
    def value(self) -> object:
        """The bound where it is a literal, else None."""
        return self.bound.value if isinstance(self.bound, core.Const) else None


@frozen
class Range:
    """A row as the interval it says; None where it has no such end."""

    low: End | None
    high: End | None
    row: tree.BandRow
    open_end: bool = False


def ranges_of(
    checker: Checker, node: tree.Block, measure: core.Expr, frames: Frames
) -> tuple[list[Range], tree.BandRow | None]:
    """The rows of a band or bracket block as intervals, and the 否则 row."""
    ranges: list[Range] = []
    otherwise: tree.BandRow | None = None
    for row in node.rows:
        if isinstance(row, tree.GridRow):
            continue
        if not isinstance(row, tree.BandRow):
            checker.report("line-out-of-place", row.span, line=row.span.text)
            continue
        if not row.edges:
            if otherwise is not None:
                checker.report("band-else-twice", row.span)
            otherwise = row
            continue
        if otherwise is not None:
            checker.report("band-else-last", row.span)
        ranges.append(_range(checker, row, measure, frames))
    return (ranges[::-1] if _descends(ranges) else ranges), otherwise


def _descends(ranges: list[Range]) -> bool:
    """Whether rows are written from the highest to the lowest, each below the one before: they mean what they mean upwards."""
    found: list[tuple[int | Fraction, int]] = []
    for item in ranges:
        end = item.low or item.high
        value = end.value if end is not None else None
        if not isinstance(value, int | Fraction) or isinstance(value, bool):
            return False
        found.append((value, 1 if item.low is not None else 0))
    return len(found) > 1 and all(before > after for before, after in zip(found, found[1:], strict=False))


def _range(checker: Checker, row: tree.BandRow, measure: core.Expr, frames: Frames) -> Range:
    low: End | None = None
    high: End | None = None
    unstated = False
    first_relation = ""
    for edge in row.edges:
        bound = checker.expr(edge.bound, frames)
        checker.agree(measure, bound, edge.bound.span, _spelling(checker, edge.word))
        if edge.word == "TO":
            relation = "le"
            closed = edge.inclusive if edge.inclusive is not None else True
            unstated = edge.inclusive is None and first_relation != "gt"
        elif edge.word == "START":
            closed = edge.inclusive is not False
            relation = "ge" if closed else "gt"
        elif edge.word.startswith("POST"):
            relation = "ge" if edge.word == "POST_GE" else "le"
            closed = edge.inclusive if edge.inclusive is not None else True
        else:
            relation = RELATIONS[edge.word]
            closed = relation in ("ge", "le", "eq")
            if edge.inclusive is not None and edge.inclusive != closed and relation in ("ge", "le", "gt", "lt"):
                mark = BY_ID["INCLUSIVE" if edge.inclusive else "EXCLUSIVE"].spelling(checker.scope.language)
                checker.report("inclusive-contradiction", row.span, word=_spelling(checker, edge.word), mark=mark)
        end = End(bound, closed, edge.bound.span)
        if relation == "ne":
            checker.report("line-out-of-place", row.span, line=row.span.text)
        if relation in ("ge", "gt", "eq"):
            low = end
        if relation in ("le", "lt", "eq"):
            high = end
        first_relation = first_relation or relation
    a, b = (low.value if low else None), (high.value if high else None)
    if isinstance(a, int | Fraction) and isinstance(b, int | Fraction):
        closed_point = low is not None and high is not None and low.closed and high.closed
        if a > b or (a == b and not closed_point):
            checker.report("band-unreachable", row.span, bound=row.span.text)
    return Range(low, high, row, unstated)


def _spelling(checker: Checker, word: str) -> str:
    return BY_ID[word].spelling(checker.scope.language) if word in BY_ID else word


def ascends(checker: Checker, ends: list[End]) -> None:
    """Literal bounds must ascend strictly; a repeated one makes a row that can never apply."""
    for previous, this in zip(ends, ends[1:], strict=False):
        a, b = previous.value, this.value
        if a is None or b is None or type(a) is bool:
            continue
        # a number and a day under a measure of which nothing is known: that is told there
        if type(a) is not type(b) and not (isinstance(a, int | Fraction) and isinstance(b, int | Fraction)):
            continue
        if a == b and previous.closed == this.closed:
            checker.report("band-repeated", this.span, bound=this.span.text)
        elif a > b:  # type: ignore[operator]
            checker.report("band-order", this.span, previous=previous.span.text, this=this.span.text)


def adjoin(checker: Checker, ranges: list[Range], whole: bool, gap_is_else: bool) -> None:
    """Rows with both ends must follow one another without gap or overlap."""
    for before, after in zip(ranges, ranges[1:], strict=False):
        high, low = before.high, after.low
        if high is None or low is None:
            checker.report("band-sides-mixed", after.row.span)
            continue
        if not isinstance(high.value, int | Fraction) or not isinstance(low.value, int | Fraction):
            continue
        closed_high = high.closed
        if before.open_end and high.value == low.value:
            if after.row.edges[0].word in ("≥",) and len(after.row.edges) > 1 and after.open_end:
                checker.report("band-ends", after.row.span, bound=low.span.text)
                continue
            closed_high = not low.closed
        if whole and high.closed and low.closed and low.value == high.value + 1:
            continue
        if high.value > low.value or (high.value == low.value and closed_high and low.closed):
            checker.report("band-overlap", after.row.span, low=low.span.text, high=high.span.text)
        elif (high.value < low.value or (not closed_high and not low.closed)) and not gap_is_else:
            checker.report("band-gap", after.row.span, low=high.span.text, high=low.span.text)


def row_value(
    checker: Checker,
    row: tree.BandRow | tree.ChoiceRow,
    frames: Frames,
    expected: Type | None,
    found: list[tuple[core.Expr, Span]],
) -> core.Expr:
    """What a row gives, as one of those `found` so far; `expected` is a hint for the first."""
    first = next((strip(value.type) for value, _ in found if not isinstance(value.type, Never)), expected)
    value = checker.expr(row.value, frames, first)
    found.append((value, row.value.span))
    if row.cite:
        checker.scope.citations.append(row.cite)
    return value


def without_rows(checker: Checker, node: tree.Block) -> core.Expr:
    """A block that has none, unless what is wrong with its cells has been said."""
    if any(isinstance(row, tree.GridRow) for row in node.rows):
        # what is wrong with its cells has been said
        return core.Pending("", type=NEVER, span=node.span)
    return checker.report("block-without-rows", node.span)


def touch(before: Range, after: Range) -> bool:
    """Whether nothing lies between one row and the next, as far as literals tell."""
    assert before.high is not None and after.low is not None
    a, b = before.high.value, after.low.value
    if not isinstance(a, int | Fraction) or not isinstance(b, int | Fraction):
        return True
    return a >= b or (
        isinstance(a, int) and isinstance(b, int) and b - a == 1 and before.high.closed and after.low.closed
    )
