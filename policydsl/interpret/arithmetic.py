"""Owns the exact arithmetic of bands, brackets, increments and rounding, on plain values. Knows no steps and no lacks."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Literal

from policydsl.core.values import Exact, Value, exact


def ordered(side: Literal["lower", "upper"], bounds: Sequence[Any], inclusive: Sequence[bool]) -> bool:
    """Whether the rows of 分档 ascend strictly.

    Equal bounds are in order only where they split the bound itself off: 达到 100 before 超过 100, 低于 100 before 不超过 100.
    """
    for i in range(len(bounds) - 1):
        low, high = bounds[i], bounds[i + 1]
        if low < high:
            continue
        split = inclusive[i] and not inclusive[i + 1] if side == "lower" else not inclusive[i] and inclusive[i + 1]
        if low > high or not split:
            return False
    return True


def band(side: Literal["lower", "upper"], measure: Any, bounds: Sequence[Any], inclusive: Sequence[bool]) -> int:
    """The index of the band that `measure` falls into, -1 where it reaches none (lower) or exceeds all (upper)."""
    if side == "lower":
        for i in range(len(bounds) - 1, -1, -1):
            if measure >= bounds[i] if inclusive[i] else measure > bounds[i]:
                return i
        return -1
    for i, bound in enumerate(bounds):
        if measure <= bound if inclusive[i] else measure < bound:
            return i
    return -1


def brackets(measure: Exact, slices: Sequence[tuple[Exact, Exact | None, Exact]]) -> tuple[tuple[Exact, Exact], ...]:
    """(part, amount) of each slice (start, end, rate) that `measure` reaches beyond its start; the slices ascend."""
    reached = []
    for start, end, rate in slices:
        if measure <= start:
            break
        part = exact((measure if end is None or measure < end else end) - start)
        reached.append((part, exact(part * rate)))
    return tuple(reached)


def whole_steps(measure: Exact, start: Exact, size: Exact, started: bool) -> int:
    """max(0, floor((measure − start) ÷ size)), or the ceiling where a step begun counts. `size` is above zero."""
    over = measure - start
    # Both sides multiplied by both denominators: a division of whole numbers is much cheaper than one of fractions.
    part, whole = over.numerator * size.denominator, size.numerator * over.denominator
    return max(0, -(-part // whole) if started else part // whole)


def round_to(value: Exact, place: Fraction, mode: Literal["half-up", "up", "down", "half-even"]) -> Exact:
    """The multiple of `place` that `value` is rounded to, symmetric about zero: up is away from zero, down towards it."""
    scaled = Fraction(value) / place
    below, rest = divmod(abs(scaled.numerator), scaled.denominator)
    twice = 2 * rest - scaled.denominator
    if (
        (mode == "up" and rest)
        or (mode == "half-up" and twice >= 0)
        or (mode == "half-even" and (twice > 0 or (twice == 0 and below % 2)))
    ):
        below += 1
    return exact((-below if value < 0 else below) * place)


def decide(kind: Literal["max", "min"], values: Sequence[Any]) -> int:
    """The index of the greatest or least of the values; a tie takes the first."""
    best = 0
    for i in range(1, len(values)):
        if (values[i] > values[best]) if kind == "max" else (values[i] < values[best]):
            best = i
    return best


def total(values: Sequence[Value]) -> Exact:
    """The exact sum of numbers."""
    result: Any = 0
    for value in values:
        result += value
    return exact(result)
