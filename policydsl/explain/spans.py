"""Owns which steps about time are told in years: what 周年数 gives is kept in months, as every span is, and read in years."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from policydsl.core import program as core
from policydsl.core.types import Number, strip
from policydsl.core.units import Measure, base

YEARS = Measure(base("月"), "年", Fraction(12))
_WORDS = ("年", "year", "years")
_SAME = {"max", "min", "abs", "neg"}


def years_of(node: core.Expr) -> Measure | None:
    """The measure of years, for what is a number of them, worked out or written, or one of several; None for anything else."""
    if isinstance(node, core.Const):
        type_ = strip(node.type)
        spans = isinstance(type_, Number) and type_.unit == YEARS.unit
        return YEARS if spans and node.text.endswith(_WORDS) and _written(node) else None
    return YEARS if _told(node) else None


def _told(node: core.Expr) -> bool:
    match node:
        case core.Apply(op="years_between"):
            return True
        case core.Apply(op=op, args=args) if op in _SAME:
            return _each(args)
        case core.Pick(options=options):
            return _each([option.value for option in options])
        case core.Let(body=body):
            return _told(body)
        case core.Choose(cases=cases, otherwise=otherwise):
            values = [case.value for case in cases]
            return _each([*values, otherwise] if otherwise is not None else values)
        case _:
            return False


def _each(parts: Sequence[core.Expr]) -> bool:
    """Whether each is a number of years that is worked out or, beside such a one, written."""
    return any(_told(part) for part in parts) and all(_told(part) or _written(part) for part in parts)


def _written(part: core.Expr) -> bool:
    return isinstance(part, core.Const) and isinstance(part.value, int | Fraction) and part.value % 12 == 0
