"""Owns operations and comparisons on outcomes: exact on values, reasons united on the rest."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Final

from policydsl.core.operators import OPERATIONS, Undefined
from policydsl.core.program import Comparator
from policydsl.core.values import Exact, Lack, Outcome
from policydsl.interpret.budget import LIMIT, ResourceError, fits, too_large
from policydsl.interpret.lack import FIT, Asker, CountRange, Frame

Binary = Callable[[Frame, Outcome, Outcome], Outcome]

_WHOLE: Final[dict[str, Callable[[int, int], Exact]]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": lambda left, right: Fraction(left, right) if left % right else left // right,
}
"""What two whole numbers give; a divisor of zero is left to the operation itself."""

RELATIONS: Final[dict[Comparator, Callable[[Any, Any], bool]]] = {
    "ge": operator.ge,
    "gt": operator.gt,
    "le": operator.le,
    "lt": operator.lt,
    "eq": operator.eq,
    "ne": operator.ne,
}
"""What each comparator asks of two values to compute with."""


def budget(asker: Asker, frame: Frame) -> ResourceError:
    """The error for a number beyond the budget, met by the rule that asks."""
    return too_large(asker.rule.name, frame[-2].key)


def operation(asker: Asker, op: str) -> Callable[[Frame, Sequence[Outcome]], Outcome]:
    """The strict operation `op` on any number of outcomes."""
    apply = OPERATIONS[op].apply

    def compute(frame: Frame, outcomes: Sequence[Outcome]) -> Outcome:
        blocked = asker.strict(frame, outcomes)
        if blocked is not None:
            return blocked
        try:
            value = apply(*outcomes)
        except Undefined as why:
            zh, _, en = str(why).partition(" / ")
            return asker.lack(frame, Lack.UNDEFINED, asker.say(zh, en or zh))
        if not fits(value):
            raise budget(asker, frame)
        return value

    return compute


def _product(left: Outcome, right: Outcome) -> int | None:
    """The product of a fraction and a whole number where it is whole, as a share of a count mostly is."""
    if type(left) is int:
        left, right = right, left
    if type(left) is Fraction and type(right) is int:
        share, rest = divmod(right, left.denominator)
        if not rest:
            return share * left.numerator
    return None


def binary(asker: Asker, op: str) -> Binary:
    """The strict operation `op` on two outcomes, quick where both are whole numbers."""
    slow = operation(asker, op)
    whole = _WHOLE.get(op)
    if whole is None:
        return lambda frame, left, right: slow(frame, (left, right))
    divides, multiplies = op == "div", op == "mul"

    def compute(frame: Frame, left: Outcome, right: Outcome) -> Outcome:
        if type(left) is int and type(right) is int and (right or not divides):
            value = whole(left, right)
            if type(value) is Fraction or -LIMIT < value < LIMIT:
                return value
        elif multiplies:
            product = _product(left, right)
            if product is not None and -LIMIT < product < LIMIT:
                return product
        return slow(frame, (left, right))

    return compute


def comparison(asker: Asker, op: Comparator) -> Binary:
    """Whether two outcomes stand in the relation `op`; an open count may be certain of it already."""
    relation = RELATIONS[op]

    def compare(frame: Frame, left: Outcome, right: Outcome) -> Outcome:
        if type(left) in FIT and type(right) in FIT:
            return relation(left, right)
        if isinstance(left, CountRange) or isinstance(right, CountRange):
            certain = _between(op, left, right)
            if certain is not None:
                return certain
        return asker.strict(frame, (left, right)) or relation(left, right)

    return compare


def _between(op: Comparator, left: Outcome, right: Outcome) -> bool | None:
    """What is certain of two numbers of which at least one is only known to lie in a range."""
    (low, high), (least, most) = _range(left), _range(right)
    if low is None or least is None:
        return None
    above, below = low > most, high < least
    if op in ("eq", "ne"):
        return (op == "ne") if above or below else None
    if op == "ge":
        return True if low >= most else False if below else None
    if op == "gt":
        return True if above else False if high <= least else None
    if op == "le":
        return True if high <= least else False if above else None
    return True if below else False if low >= most else None


def _range(outcome: Outcome) -> tuple[Any, Any]:
    if isinstance(outcome, CountRange):
        return outcome.low, outcome.high
    if isinstance(outcome, int | Fraction):
        return outcome, outcome
    return None, None
