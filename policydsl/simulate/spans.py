"""Owns ranges of values: what can be computed, compared and chosen when a value is only known to lie between two others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from attrs import frozen

from policydsl.core.program import Comparator
from policydsl.core.values import Exact, exact


@frozen
class Span:
    """Values from `low` to `high`, both included; None for an end that is not known. `some`: whether there can be a value to
    compute with; `absent`: whether there can be none, or a value that does not apply. That there is no value for other reasons
    is always possible."""

    low: Any
    high: Any
    some: bool = True
    absent: bool = False

    @property
    def one(self) -> bool:
        """Whether only one value is possible."""
        return self.some and self.low is not None and bool(self.low == self.high)


ANY = Span(None, None, absent=True)
"""Nothing is known."""
NEVER = Span(None, None, some=False)
"""There is no value, whatever the fact is."""


def point(value: Any) -> Span:
    """One value."""
    return Span(value, value)


def both(hold: bool, fail: bool) -> Span:
    """A condition that can hold, fail, or either."""
    return Span(not fail, hold) if hold or fail else NEVER


def can_hold(condition: Span) -> bool:
    """Whether a condition can be true."""
    return condition.some and condition.high is not False


def can_fail(condition: Span) -> bool:
    """Whether a condition can be false."""
    return condition.some and condition.low is not True


def hull(parts: Sequence[Span]) -> Span:
    """The least range that holds all that any of the parts can be."""
    absent = any(part.absent for part in parts)
    there = [part for part in parts if part.some]
    if not there:
        return Span(None, None, some=False, absent=absent)
    try:
        low = None if any(part.low is None for part in there) else min(part.low for part in there)
        high = None if any(part.high is None for part in there) else max(part.high for part in there)
    except TypeError:  # lists of things that have no order
        return Span(None, None, absent=absent)
    return Span(low, high, absent=absent)


def overlap(span: Span, low: Any, high: Any) -> bool:
    """Whether a range meets another; None for an open end."""
    try:
        below = span.high is not None and low is not None and span.high < low
        above = span.low is not None and high is not None and span.low > high
    except TypeError:
        return True
    return not (below or above)


def compared(op: Comparator, left: Span, right: Span) -> Span:
    """Whether two values can and need stand in a relation."""
    if not left.some or not right.some:
        return NEVER
    if op in ("eq", "ne"):
        same, other = overlap(left, right.low, right.high), not (left.one and right.one and left.low == right.low)
        return both(same, other) if op == "eq" else both(other, same)
    if op in ("le", "lt"):
        return compared("ge" if op == "le" else "gt", right, left)
    try:
        # at most, and at least, the left is this much of the right
        reaches = left.high is None or right.low is None or left.high >= right.low
        beyond = left.high is None or right.low is None or left.high > right.low
        short = left.low is None or right.high is None or left.low < right.high
        under = left.low is None or right.high is None or left.low <= right.high
    except TypeError:
        return both(True, True)
    return both(reaches, short) if op == "ge" else both(beyond, under)


def at_least(parts: Sequence[Span], wanted: int) -> Span:
    """Whether so many conditions can hold, and can fail to."""
    return both(sum(map(can_hold, parts)) >= wanted, sum(map(can_fail, parts)) > len(parts) - wanted)


def best(kind: str, parts: Sequence[Span]) -> Span:
    """The greatest ("max") or least ("min") of the parts, all of which are needed."""
    if not all(part.some for part in parts):
        return NEVER
    lows, highs = [part.low for part in parts], [part.high for part in parts]
    known_lows, known_highs = [low for low in lows if low is not None], [high for high in highs if high is not None]
    if kind == "max":
        return Span(max(known_lows, default=None), None if len(known_highs) < len(highs) else max(known_highs))
    return Span(None if len(known_lows) < len(lows) else min(known_lows), min(known_highs, default=None))


def rising(part: Span, function: Callable[[Any], Any]) -> Span:
    """What a function that never falls makes of a range."""
    if not part.some:
        return NEVER
    return Span(
        None if part.low is None else function(part.low),
        None if part.high is None else function(part.high),
    )


def _sum(left: Any, right: Any) -> Exact | None:
    return None if left is None or right is None else exact(left + right)


def _minus(part: Span) -> Span:
    return Span(None if part.high is None else -part.high, None if part.low is None else -part.low, part.some)


def _add(left: Span, right: Span) -> Span:
    if not left.some or not right.some:
        return NEVER
    return Span(_sum(left.low, right.low), _sum(left.high, right.high))


def _mul(left: Span, right: Span) -> Span:
    if not left.some or not right.some:
        return NEVER
    for one, other in ((left, right), (right, left)):
        if one.one and one.low == 0:
            return point(0)
        if one.low is not None and one.low >= 0 and other.low is not None and other.low >= 0:
            # of amounts and counts, none of which is below zero, an end may be open
            high = None if left.high is None or right.high is None else exact(left.high * right.high)
            return Span(exact(left.low * right.low), high)
    if None in (left.low, left.high, right.low, right.high):
        return Span(None, None)
    corners = [exact(one * other) for one in (left.low, left.high) for other in (right.low, right.high)]
    return Span(min(corners), max(corners))


def _div(left: Span, right: Span) -> Span:
    if right.one and right.low == 0:
        return NEVER
    if right.low is None or right.high is None or right.low <= 0 <= right.high:
        # across zero there is no bound; from zero up the quotient is as large as one likes
        if right.low is not None and right.low >= 0 and left.low is not None and left.low >= 0:
            return Span(0 if right.high is None else exact(Fraction(left.low) / right.high), None)
        return Span(None, None)
    return _mul(left, Span(exact(1 / Fraction(right.high)), exact(1 / Fraction(right.low))))


def _over(measure: Span, limit: Span) -> Span:
    return best("max", [_add(measure, _minus(limit)), point(0)])


ARITHMETIC: dict[str, Callable[..., Span]] = {
    "add": _add,
    "sub": lambda left, right: _add(left, _minus(right)),
    "mul": _mul,
    "div": _div,
    "neg": _minus,
    "abs": lambda part: best("max", [part, _minus(part)]) if None not in (part.low, part.high) else Span(0, None),
    "excess": _over,
    "shortfall": lambda measure, limit: _over(limit, measure),
}
"""What the operations of `operators.OPERATIONS` on numbers make of ranges."""
