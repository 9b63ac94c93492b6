"""Owns figures in written expressions: whether two say the same, and working out what is plain (原值 + 2元)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from attrs import evolve

from policydsl.syntax import tree
from policydsl.syntax.walk import mapped

_SCALES: dict[str, Fraction | int] = {
    "亿": 100_000_000,
    "万": 10_000,
    "千": 1_000,
    "%": Fraction(1, 100),
    "‰": Fraction(1, 1000),
}


def same(one: tree.Expr, other: tree.Expr) -> bool:
    """Whether two expressions say the same: scales and brackets do not count (35万元, 350000元)."""
    return bool(_bare(one) == _bare(other))


def _bare(node: Any) -> Any:
    def change(item: Any) -> Any:
        match item:
            case tree.Group():
                return item.inner
            case tree.Quantity():
                number, unit = item.number, item.unit
                while unit[:1] in _SCALES:
                    number, unit = number * _SCALES[unit[0]], unit[1:]
                return evolve(item, number=number, unit=unit)
            case _:
                return item

    return mapped(node, change)


def folded(node: tree.Expr) -> tree.Expr:
    """An expression worked out where it is the sum or difference of two figures of one unit, a figure times a number or a day moved."""
    if isinstance(node, tree.Group):
        return folded(node.inner)
    if not isinstance(node, tree.Binary):
        return node
    left, right = folded(node.left), folded(node.right)
    if isinstance(left, tree.Quantity) and isinstance(right, tree.Quantity):
        if left.unit == right.unit and node.op in ("add", "sub"):
            number = left.number + right.number if node.op == "add" else left.number - right.number
            return tree.Quantity(number, left.unit, span=node.span)
        if node.op in ("mul", "of") and right.unit in ("", "%"):
            scale = Fraction(1, 100) if right.unit else Fraction(1)
            return tree.Quantity(left.number * right.number * scale, left.unit, span=node.span)
    if isinstance(left, tree.Day) and isinstance(right, tree.Quantity) and right.number.denominator == 1:
        moved = _moved(left.value, int(right.number) * (1 if node.op == "add" else -1), right.unit)
        if moved is not None and node.op in ("add", "sub"):
            return tree.Day(moved, span=node.span)
    return evolve(node, left=left, right=right)


def _moved(day: date, number: int, unit: str) -> date | None:
    """A day moved by whole days, months or years, the last day of a month standing for those that it has not."""
    try:
        if unit in ("天", "日", "days", "day"):
            return day + timedelta(days=number)
        months = {"个月": 1, "月": 1, "months": 1, "month": 1, "年": 12, "years": 12, "year": 12}.get(unit)
        if months is None:
            return None
        count = day.year * 12 + day.month - 1 + number * months
        year, month = divmod(count, 12)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError):
        return None
