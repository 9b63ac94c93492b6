"""Owns undoing one operation: what an operand must be for a result, and values next to a value."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction

from policydsl.core import calendar
from policydsl.core import program as core
from policydsl.core.values import Blocked, Outcome, Value, exact


def numeric(value: object) -> bool:
    """Whether an outcome is a number."""
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def inverse(op: str, at: int, args: list[Outcome], value: Value) -> Value | None:
    """What the operand `at` must be for the operation to give `value`, the others as they are; None where that is not known."""
    try:
        if op in ("add_days", "add_months") and at == 0 and isinstance(value, date):
            amount = args[1]
            if not isinstance(amount, int):
                return None
            return calendar.add_days(value, -amount) if op == "add_days" else calendar.add_months(value, -amount)
        other = args[1 - at] if len(args) == 2 else None
        if op in ("days_between", "months_between", "years_between") and isinstance(value, int):
            shift = calendar.add_days if op == "days_between" else calendar.add_months
            return shift(other, value if at == 1 else -value) if isinstance(other, date) else None
        if not numeric(value) or isinstance(value, bool) or not isinstance(value, int | Fraction):
            return None
        if op == "neg":
            return -value
        if not isinstance(other, int | Fraction) or isinstance(other, bool):
            return None
        match op:
            case "add":
                return exact(value - other)
            case "sub":
                return exact(value + other) if at == 0 else exact(other - value)
            case "mul":
                return exact(Fraction(value) / other) if other else None
            case "div":
                if at == 0:
                    return exact(value * other)
                return exact(Fraction(other) / value) if value else None
            case "excess":
                return exact(value + other) if at == 0 else exact(other - value)
            case "shortfall":
                return exact(other - value) if at == 0 else exact(value + other)
            case _:
                return None
    except (OverflowError, ValueError):
        return None


def moved(value: Value, step: int, grain: Fraction) -> Value | None:
    """The next value of its kind, upwards or downwards; None for what has none."""
    match value:
        case bool():
            return None
        case int() | Fraction():
            return exact(value + step * grain)
        case datetime():
            return value + timedelta(minutes=step)
        case date():
            return value + timedelta(days=step)
        case _:
            return None


def matches(item: Value | core.Interval, value: Outcome) -> bool:
    """Whether a key or a range of a table matches a value."""
    if not isinstance(item, core.Interval):
        return bool(item == value)
    if isinstance(value, Blocked):
        return False
    try:
        low = item.low is None or (value >= item.low if item.low_closed else value > item.low)  # type: ignore[operator]
        high = item.high is None or (value <= item.high if item.high_closed else value < item.high)  # type: ignore[operator]
    except TypeError:
        return False
    return bool(low and high)


def inside_of(item: Value | core.Interval) -> Value:
    """A value that a key of a table matches."""
    if not isinstance(item, core.Interval):
        return item
    low, high = item.low, item.high
    if low is not None and item.low_closed:
        return low
    if high is not None and item.high_closed:
        return high
    if isinstance(low, int | Fraction) and isinstance(high, int | Fraction):
        return exact(Fraction(low + high) / 2)
    if isinstance(low, int | Fraction):
        return exact(low + 1)
    if isinstance(high, int | Fraction):
        return exact(high - 1)
    return low if low is not None else high if high is not None else 0
