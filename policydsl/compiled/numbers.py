"""Owns arithmetic in code: every number with its class, so that what can be computed in whole numbers is."""

from __future__ import annotations

import ast
from fractions import Fraction
from math import gcd, lcm
from typing import Any, Final, NamedTuple

from policydsl.compiled.writer import Code, Writer, binary, call, chosen, literal, relation
from policydsl.core import scales
from policydsl.core.scales import MOST, Form, Quotient, Rational, Scaled

NOTHING: Final = object()


class Val(NamedTuple):
    """What an expression came to: code for it and, of a number, its class.

    `below`: code of the denominator of a `Quotient`. `solid`: surely a value, no gap. `const`: the value, where it is known.
    """

    code: Code
    form: Form | None = None
    below: Code | None = None
    solid: bool = False
    const: Any = NOTHING

    @property
    def known(self) -> bool:
        """Whether the value is known before the run."""
        return self.const is not NOTHING


def number(value: int | Fraction) -> Val:
    """A literal number."""
    return Val(literal(value.numerator), scales.const(value), None, True, value)


_FLIPPED: dict[str, str] = {"ge": "le", "gt": "lt", "le": "ge", "lt": "gt", "eq": "eq", "ne": "ne"}


class Numbers:
    """Writes arithmetic."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    # ------------------------------------------------------------ from class to class

    def atom(self, val: Val) -> Val:
        """The same, so that it may be used more than once."""
        code = self._writer.atom(val.code)
        return val._replace(code=code, below=None if val.below is None else self._writer.atom(val.below))

    def scaled(self, val: Val, scale: int) -> Code:
        """The integer of an S at a multiple of its scale."""
        assert isinstance(val.form, Scaled)
        if val.known:
            return literal(int(val.const * scale))
        return binary("*", val.code, literal(scale // val.form.scale))

    def below(self, val: Val) -> Code:
        """The denominator of an S or Q."""
        return literal(val.form.scale) if isinstance(val.form, Scaled) else val.below  # type: ignore[return-value]

    def rational(self, val: Val) -> Code:
        """The number as int or Fraction."""
        match val.form:
            case Rational():
                return val.code
            case Scaled(scale=1):
                return val.code
            case _:
                if val.known:
                    return self._writer.keep(val.const)
                return call("over", val.code, self.below(val))

    def plain(self, val: Val) -> Code:
        """The number as it is in an outcome: an int where it is whole."""
        return call("exact", val.code) if isinstance(val.form, Rational) else self.rational(val)

    def as_rational(self, val: Val) -> Val:
        """The same as an R."""
        if isinstance(val.form, Rational) or val.form is None:
            return val
        form = Rational(val.form.bits, scales.below(val.form))
        return Val(self.rational(val), form, None, val.solid, val.const)

    def cast(self, val: Val, form: Form | None) -> Val:
        """The same in a class that holds it. What is none, or has no value at all, is no number and stays."""
        if form is None or val.form is None:
            return val if form is None or not isinstance(form, Quotient) else val._replace(below=literal(1))
        match form:
            case Scaled(scale=scale):
                return val._replace(code=self.scaled(val, scale), form=form)
            case Quotient():
                return val._replace(form=form, below=self.below(val))
            case Rational():
                return val._replace(code=self.rational(val), form=form, below=None)

    # ------------------------------------------------------------ operations

    def _rational(self, code: Code, form: Form) -> Val:
        if isinstance(form, Rational) and form.bits >= MOST:
            code = call("within", code)
        return Val(code, form, None, True)

    def _made(self, code: Code, below: Code | None, form: Form) -> Val:
        """A number whose integers are made; an R where they would grow too long."""
        if isinstance(form, Rational):
            return self._rational(call("over", code, below) if below is not None else code, form)
        return Val(code, form, below if isinstance(form, Quotient) else None, True)

    def add(self, sign: str, left: Val, right: Val) -> Val:
        """A sum or difference."""
        assert left.form is not None and right.form is not None
        form = scales.add(left.form, right.form)
        if isinstance(left.form, Scaled) and isinstance(right.form, Scaled):
            scale = lcm(left.form.scale, right.form.scale)
            code = binary(sign, self.scaled(left, scale), self.scaled(right, scale))
            return self._made(code, literal(scale) if isinstance(form, Rational) else None, form)
        if Rational in (type(left.form), type(right.form)):
            return self._rational(binary(sign, self.rational(left), self.rational(right)), form)
        left, right = self.atom(left), self.atom(right)
        top = binary(sign, binary("*", left.code, self.below(right)), binary("*", right.code, self.below(left)))
        return self._made(top, binary("*", self.below(left), self.below(right)), form)

    @staticmethod
    def _asked(val: Val, code: Code) -> Code:
        """What was made of a number, such that a gap in its place ends the quick way, even where nothing had to be done."""
        return code if val.solid or code is not val.code else ast.BinOp(code, ast.Mult(), literal(1))

    def mul(self, left: Val, right: Val) -> Val:
        """A product."""
        assert left.form is not None and right.form is not None
        for factor, other in ((left, right), (right, left)):
            if factor.known:
                return self.times(other, factor.const)
        form = scales.mul(left.form, right.form)
        if Rational in (type(left.form), type(right.form)):
            return self._rational(binary("*", self.rational(left), self.rational(right)), form)
        top = binary("*", left.code, right.code)
        return self._made(top, binary("*", self.below(left), self.below(right)), form)

    def times(self, val: Val, factor: int | Fraction) -> Val:
        """A product with a literal."""
        assert val.form is not None
        form = scales.times(val.form, factor)
        match val.form:
            case Scaled(scale=scale):
                shared = gcd(factor.numerator, scale) or 1
                top = self._asked(val, binary("*", val.code, literal(factor.numerator // shared)))
                return self._made(top, literal(scale // shared * factor.denominator), form)
            case Quotient():
                top = self._asked(val, binary("*", val.code, literal(factor.numerator)))
                return self._made(top, binary("*", self.below(val), literal(factor.denominator)), form)
            case Rational():
                by = literal(factor) if type(factor) is int else self._writer.keep(factor)
                return self._rational(ast.BinOp(val.code, ast.Mult(), by), form)

    def div(self, left: Val, right: Val) -> Val:
        """A quotient; zero as divisor ends the quick way."""
        assert left.form is not None and right.form is not None
        if right.known:
            if right.const == 0:
                self._writer.stop()
                return left
            return self.times(left, 1 / Fraction(right.const))
        form = scales.div(left.form, right.form)
        if Rational in (type(left.form), type(right.form)):
            return self._rational(call("divided", self.rational(left), self.rational(right)), form)
        over, under = self.below(left), self.below(right)
        if isinstance(over, ast.Constant) and isinstance(under, ast.Constant):
            one, other = over.value, under.value
            assert isinstance(one, int) and isinstance(other, int)
            over, under = literal(one // gcd(one, other)), literal(other // gcd(one, other))
        if left.known:
            left = left._replace(code=literal(left.const.numerator))
        top = self._writer.assign(self._writer.fresh(), self._asked(left, binary("*", left.code, under)))
        bottom = self._writer.assign(self._writer.fresh(), binary("*", right.code, over))
        pair = ast.Tuple([ast.Name(top.id, ast.Store()), ast.Name(bottom.id, ast.Store())], ast.Store())
        self._writer.test(relation("le", bottom, literal(0)), [ast.Assign([pair], call("upright", top, bottom))])
        return self._made(top, bottom, form)

    def neg(self, val: Val) -> Val:
        """The opposite."""
        return val._replace(code=ast.UnaryOp(ast.USub(), val.code), solid=True, const=NOTHING)

    def absolute(self, val: Val) -> Val:
        """The distance from zero."""
        return val._replace(code=call("abs", val.code), solid=True, const=NOTHING)

    def positive(self, val: Val) -> Val:
        """The number, or zero where it is below."""
        val = self.atom(val)
        return val._replace(code=chosen(relation("gt", val.code, literal(0)), val.code, literal(0)), solid=True)

    def compare(self, op: str, left: Val, right: Val) -> Code:
        """A comparison, in whole numbers where both are S or Q."""
        one, other = left.form, right.form
        if one is None or other is None:
            return relation(op, left.code, right.code)
        if isinstance(one, Scaled) and isinstance(other, Scaled):
            scale = lcm(one.scale, other.scale)
            return relation(op, self.scaled(left, scale), self.scaled(right, scale))
        if Rational in (type(one), type(other)):
            return relation(op, self.rational(left), self.rational(right))
        return relation(op, binary("*", left.code, self.below(right)), binary("*", right.code, self.below(left)))

    def rounded(self, val: Val, place: Fraction, mode: str) -> Val:
        """A multiple of `place`."""
        assert val.form is not None
        form = scales.rounded(val.form, place)
        if isinstance(val.form, Rational) or isinstance(form, Rational):
            code = call("rounded", self.rational(val), self._writer.keep(place), literal(mode))
            return self._rational(code, Rational(val.form.bits + 64, scales.below(val.form) + 64))
        top = binary("*", val.code, literal(place.denominator))
        bottom = binary("*", self.below(val), literal(place.numerator))
        nearest = binary("*", call("nearest", top, bottom, literal(mode)), literal(place.numerator))
        return Val(nearest, Scaled(place.denominator, form.bits), None, True)
