"""Owns the strict operations of `Apply` on plain values: what each computes, and how it is written.

Which types an operation takes is decided in `check/`; here operands are already known to fit.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction

from attrs import frozen

from policydsl.core.values import Exact, Value, exact


class Undefined(ArithmeticError):
    """The operation has no value for these operands; the message says why, in Chinese and English."""


@frozen
class Operation:
    """One operation: its sign for the reader and its function on exact values."""

    name: str
    sign: str
    apply: Callable[..., Value]


def _divide(left: Exact, right: Exact) -> Exact:
    if right == 0:
        raise Undefined("除数为零 / division by zero")
    return exact(Fraction(left) / right if type(right) is not Fraction else left / right)


def _plus(left: Exact, right: Exact) -> Exact:
    return exact(left + right)


def _minus(left: Exact, right: Exact) -> Exact:
    return exact(left - right)


def _times(left: Exact, right: Exact) -> Exact:
    return exact(left * right)


OPERATIONS: dict[str, Operation] = {
    item.name: item
    for item in (
        Operation("add", "+", _plus),
        Operation("sub", "−", _minus),
        Operation("mul", "×", _times),
        Operation("div", "÷", _divide),
        Operation("neg", "−", operator.neg),
        Operation("abs", "绝对值", operator.abs),
    )
}
