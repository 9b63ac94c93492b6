"""Owns 递增: routes of steps with their awards, how they are joined, and their limits."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from policydsl.check.frames import Frames
from policydsl.core import program as core
from policydsl.core.types import NEVER, Never, Number
from policydsl.core.values import exact
from policydsl.source import Span
from policydsl.syntax import tree
from policydsl.syntax.keywords import BY_ID

if TYPE_CHECKING:
    from policydsl.check.infer import Checker


def increment(checker: Checker, node: tree.Block, frames: Frames) -> core.Expr:
    """递增: so much for every step beyond a start."""
    assert node.subject is not None and node.start is not None
    measure = checker.number(node.subject, frames)
    start = checker.number(node.start, frames)
    checker.agree(measure, start, node.start.span, BY_ID["FROM"].spelling(checker.scope.language))
    steps: list[core.Step] = []
    found: list[tuple[core.Expr, Span]] = []
    join: Literal["max", "min", "sum"] | None = None
    started = False
    at_start = most = None
    for row in node.rows:
        match row:
            case tree.StepRow():
                steps.append(_step(checker, row, measure, frames, found))
            case tree.Mark(word="JOIN_MAX"):
                join = "max"
            case tree.Mark(word="JOIN_MIN"):
                join = "min"
            case tree.Mark(word="JOIN_SUM"):
                join = "sum"
            case tree.Mark(word="STARTED"):
                started = True
            case tree.Mark():
                pass
            case tree.Amount(word="AT_START"):
                at_start = checker.number(row.value, frames)
                found.append((at_start, row.value.span))
            case tree.Amount():
                most = _most(checker, row, frames)
            case _:
                checker.report("line-out-of-place", row.span, line=row.span.text)
    type_ = checker.common(tuple(found))
    if not steps:
        return checker.report("block-without-rows", node.span)
    if len(steps) > 1 and join is None:
        checker.report("increment-join-missing", node.span)
    if isinstance(measure.type, Never) or isinstance(start.type, Never):
        type_ = NEVER
    return core.Increment(
        measure, start, tuple(steps), join or "max", started, at_start, most, type=type_, span=node.span
    )


def _most(checker: Checker, row: tree.Amount, frames: Frames) -> core.Expr:
    value = row.value
    if isinstance(value, tree.Quantity) and value.unit in ("档", "steps", "step", "次"):
        return core.Const(exact(value.number), value.span.text, type=Number(whole=True), span=value.span)
    return checker.number(value, frames)


def _step(
    checker: Checker, row: tree.StepRow, measure: core.Expr, frames: Frames, found: list[tuple[core.Expr, Span]]
) -> core.Step:
    size = checker.number(row.size, frames)
    award = checker.number(row.award, frames)
    found.append((award, row.award.span))
    if row.cite:
        checker.scope.citations.append(row.cite)
    plain = isinstance(size.type, Number) and size.type.unit.plain
    if plain and isinstance(row.size, tree.Quantity) and row.size.unit in ("%", "‰"):
        if isinstance(measure.type, Number) and not measure.type.unit.plain:
            checker.report("step-percent-of", row.size.span, percent=row.size.span.text)
    elif checker.same(measure.type, size.type) is None:
        checker.report("step-unit", row.size.span, found=checker.say(size.type), expected=checker.say(measure.type))
    if isinstance(size, core.Const) and isinstance(size.value, int | Fraction) and size.value <= 0:
        checker.report("step-not-positive", row.size.span, found=row.size.span.text)
    label = f"{BY_ID['EVERY_STEP'].spelling(checker.scope.language)} {row.size.span.text}"
    return core.Step(size, award, label, span=row.span)
