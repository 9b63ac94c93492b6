"""Owns numbers as formulas: an exact fraction of integer terms with a positive denominator, so that thresholds are cross-multiplied.

完成率 ≥ 70 % of 甲 ÷ 乙 becomes 10 × 甲 ≥ 7 × 乙, which is linear. A product with a choice among constants is pushed into the choice.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from typing import Any

import z3
from attrs import frozen

Term = Any
"""A z3 term."""


@frozen(eq=False)
class Num:
    """`top` ÷ `bottom`; `bottom` is a positive int, or a term that is positive wherever the number has a value."""

    top: Term
    bottom: Term = 1


def constant(value: int | Fraction) -> Num:
    """A written number."""
    share = Fraction(value)
    return Num(z3.IntVal(share.numerator), share.denominator)


def known(term: Term) -> int | Fraction | None:
    """The value of a term that is a literal."""
    if isinstance(term, int):
        return term
    if z3.is_int_value(term):
        return int(term.as_long())
    if z3.is_rational_value(term):
        return Fraction(term.numerator_as_long(), term.denominator_as_long())
    return None


def times(left: Term, right: Term) -> Term:
    """The product of two terms, pushed into choices among constants."""
    if isinstance(left, int) and isinstance(right, int):
        return left * right
    for one, other in ((left, right), (right, left)):
        value = known(one)
        if value == 0:
            return z3.IntVal(0)
        if value == 1:
            return other
        if value is not None:
            return scaled(other, value)
    for one, other in ((left, right), (right, left)):
        if constant_leaves(one):
            return z3.If(one.arg(0), times(one.arg(1), other), times(one.arg(2), other))
    return left * right


def scaled(term: Term, value: int | Fraction) -> Term:
    """A term times a literal."""
    if known(term) is not None:
        return z3.IntVal(known(term) * value) if isinstance(value, int) else z3.RealVal(known(term) * value)  # type: ignore[operator]
    if constant_leaves(term):
        return z3.If(term.arg(0), scaled(term.arg(1), value), scaled(term.arg(2), value))
    return term * value


def constant_leaves(term: Term) -> bool:
    """Whether a term is a choice among literals."""
    if isinstance(term, int) or not z3.is_app_of(term, z3.Z3_OP_ITE):
        return False
    return all(known(term.arg(at)) is not None or constant_leaves(term.arg(at)) for at in (1, 2))


def together(left: Num, right: Num) -> tuple[Term, Term, Term]:
    """The tops of two numbers over one bottom, and that bottom."""
    if isinstance(left.bottom, int) and isinstance(right.bottom, int):
        common = left.bottom * right.bottom // gcd(left.bottom, right.bottom)
        return times(left.top, common // left.bottom), times(right.top, common // right.bottom), common
    if not isinstance(left.bottom, int) and not isinstance(right.bottom, int) and left.bottom.eq(right.bottom):
        return left.top, right.top, left.bottom
    return times(left.top, right.bottom), times(right.top, left.bottom), times(left.bottom, right.bottom)


def plus(left: Num, right: Num) -> Num:
    """The sum."""
    one, other, bottom = together(left, right)
    return Num(one + other, bottom)


def minus(left: Num, right: Num) -> Num:
    """The difference."""
    one, other, bottom = together(left, right)
    return Num(one - other, bottom)


def product(left: Num, right: Num) -> Num:
    """The product."""
    return Num(times(left.top, right.top), _int(times(left.bottom, right.bottom)))


def quotient(left: Num, right: Num) -> Num:
    """The quotient, for a divisor that is not zero."""
    sign = known(right.top)
    top, bottom = times(left.top, right.bottom), times(left.bottom, right.top)
    if sign is not None:
        return Num(top, _int(bottom)) if sign > 0 else Num(-top, _int(scaled(_term(bottom), -1)))
    up = right.top > 0
    return Num(z3.If(up, top, -top), z3.If(up, bottom, -bottom))


def _int(term: Term) -> Term:
    value = known(term)
    return value if isinstance(value, int) else term


def _term(value: Term) -> Term:
    return z3.IntVal(value) if isinstance(value, int) else value


def compared(op: str, left: Num, right: Num) -> Any:
    """The comparison, cross-multiplied."""
    one, other, _ = together(left, right)
    return {
        "ge": lambda: one >= other,
        "gt": lambda: one > other,
        "le": lambda: one <= other,
        "lt": lambda: one < other,
        "eq": lambda: one == other,
        "ne": lambda: one != other,
    }[op]()


def chosen(condition: Any, left: Num, right: Num) -> Num:
    """One of two numbers."""
    if isinstance(left.bottom, int) and isinstance(right.bottom, int):
        one, other, bottom = together(left, right)
        return Num(z3.If(condition, one, other), bottom)
    return Num(z3.If(condition, left.top, right.top), z3.If(condition, _term(left.bottom), _term(right.bottom)))


def real(number: Num) -> Any:
    """The number as one real term."""
    return z3.ToReal(number.top) / _real(number.bottom) if z3.is_int(number.top) else number.top / _real(number.bottom)


def _real(term: Term) -> Any:
    return z3.RealVal(term) if isinstance(term, int) else z3.ToReal(term) if z3.is_int(term) else term


class Floors:
    """Whole parts of quotients: native integer division, with what holds between two of the same divisor told to the solver."""

    def __init__(self) -> None:
        self.facts: list[Any] = []
        self._met: dict[Any, tuple[Any, list[tuple[Any, Any]]]] = {}

    def floor(self, number: Num) -> Any:
        """The greatest integer not above; the denominator is positive wherever this matters."""
        top, bottom = number.top, _term(number.bottom)
        if not z3.is_int(top) or not z3.is_int(bottom):
            return z3.ToInt(real(number))
        if known(bottom) == 1:
            return top
        whole = top / bottom
        key = bottom.get_id()
        _, others = self._met.setdefault(key, (bottom, []))
        if not any(one.eq(top) for one, _ in others):
            if known(bottom) is None:
                for other, part in others:
                    self.facts.append(z3.Implies(z3.And(bottom > 0, other <= top), part <= whole))
                    self.facts.append(z3.Implies(z3.And(bottom > 0, top <= other), whole <= part))
                self.facts.append(z3.Implies(z3.And(bottom > 0, top >= 0), whole >= 0))
                self.facts.append(z3.Implies(z3.And(bottom > 0, top < 0), whole < 0))
            others.append((top, whole))
        return whole
