"""Owns what is known of numbers before any run: which are whole multiples of a fixed fraction, which are one quotient of such.

Three classes, from the cheapest: `Scaled` (S), a whole number over a scale that the policy alone decides, as fen are of yuan;
`Quotient` (Q), one whole number over another that the facts decide, as a rate is; `Rational` (R), everything else. An engine
that computes S and Q in integers is exact. Each class bounds its binary digits too, so that the engine knows where the budget
of a run (`interpret.budget`) cannot be left. What is said of facts is a promise that whoever hands them over has to keep:
`fits_field` says whether a value does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import reduce
from math import gcd, lcm
from typing import Final, assert_never

from attrs import frozen

from policydsl.core import program as core
from policydsl.core.types import Number, strip
from policydsl.core.units import base

FACT_BITS: Final = 128
"""Binary digits of a fact (of its numerator and denominator) up to which the classes hold."""

MOST_SCALED: Final = 2_000
"""Binary digits beyond which whole numbers are no longer carried along unreduced."""

MOST: Final = 10_000
"""Binary digits that a run may use; a `Rational` of so many has to be looked at when it is made."""

ROWS: Final = 40
"""Binary digits of the number of rows that a sum may have."""

MONEY: Final = 100
"""Facts in the policy's currency are taken to be whole hundredths of it."""


@frozen
class Scaled:
    """S: an integer of at most `bits` binary digits, divided by `scale`."""

    scale: int = 1
    bits: int = FACT_BITS


@frozen
class Quotient:
    """Q: an integer divided by an integer above zero, of at most `bits` and `below` binary digits, not reduced."""

    bits: int
    below: int


@frozen
class Rational:
    """R: an exact fraction in lowest terms, of at most `bits` over `below` binary digits; `MOST` where no bound is known."""

    bits: int = MOST
    below: int = MOST


Form = Scaled | Quotient | Rational


def const(value: int | Fraction) -> Form:
    """The class of a literal."""
    return settled(Scaled(value.denominator, value.numerator.bit_length()))


def below(form: Form) -> int:
    """Binary digits of the denominator."""
    return form.scale.bit_length() if isinstance(form, Scaled) else form.below


def settled(form: Form) -> Form:
    """The form, or R where its integers grow too long to be carried along."""
    match form:
        case Rational(bits=bits, below=under):
            return form if bits < MOST and under < MOST else Rational()
        case Scaled(bits=bits) | Quotient(bits=bits):
            return form if max(bits, below(form)) <= MOST_SCALED else settled(Rational(bits, below(form)))
        case _:
            assert_never(form)


def add(left: Form, right: Form) -> Form:
    """The class of a sum or difference."""
    if isinstance(left, Scaled) and isinstance(right, Scaled):
        scale = lcm(left.scale, right.scale)
        grown = (item.bits + (scale // item.scale).bit_length() for item in (left, right))
        return settled(Scaled(scale, max(grown) + 1))
    bits = max(left.bits + below(right), right.bits + below(left)) + 1
    return _wider(left, right, bits, below(left) + below(right))


def mul(left: Form, right: Form) -> Form:
    """The class of a product."""
    if isinstance(left, Scaled) and isinstance(right, Scaled):
        return settled(Scaled(left.scale * right.scale, left.bits + right.bits))
    return _wider(left, right, left.bits + right.bits, below(left) + below(right))


def times(form: Form, factor: Fraction | int) -> Form:
    """The class of a product with a literal, the scale reduced by what the literal cancels."""
    if isinstance(form, Scaled):
        shared = gcd(factor.numerator, form.scale) or 1
        bits = form.bits + (factor.numerator // shared).bit_length()
        return settled(Scaled(form.scale // shared * factor.denominator, bits))
    return mul(form, const(factor))


def div(left: Form, right: Form) -> Form:
    """The class of a quotient of two numbers neither of which is a literal."""
    kind = Rational if Rational in (type(left), type(right)) else Quotient
    return settled(kind(left.bits + below(right), right.bits + below(left)))


def join(forms: Iterable[Form]) -> Form:
    """The class of a value that is one of several."""
    return reduce(_either, forms)


def _either(left: Form, right: Form) -> Form:
    if isinstance(left, Scaled) and isinstance(right, Scaled):
        scale = lcm(left.scale, right.scale)
        return settled(Scaled(scale, max(item.bits + (scale // item.scale).bit_length() for item in (left, right))))
    return _wider(left, right, max(left.bits, right.bits), max(below(left), below(right)))


def _wider(left: Form, right: Form, bits: int, under: int) -> Form:
    kind = Rational if Rational in (type(left), type(right)) else Quotient
    return settled(kind(bits, under))


def total(form: Form) -> Form:
    """The class of a sum over rows."""
    if isinstance(form, Scaled):
        return settled(Scaled(form.scale, form.bits + ROWS))
    return Rational()


def rounded(form: Form, place: Fraction) -> Form:
    """The class of a multiple of `place` that a number is rounded to."""
    return settled(
        Scaled(place.denominator, form.bits + place.denominator.bit_length() + place.numerator.bit_length() + 2)
    )


def steps(measure: Form, start: Form, size: Form) -> Scaled:
    """The class of how many whole steps of `size` lie between two numbers."""
    over = add(measure, start)
    return Scaled(1, over.bits + below(size) + 1)


def field_form(program: core.Program, field: core.Field) -> Form | None:
    """The class of a fact; None where it is no number."""
    type_ = strip(field.type)
    if not isinstance(type_, Number):
        return None
    if type_.whole and not field.fractional:
        return Scaled(1, FACT_BITS)
    if type_.unit == base(program.header.currency):
        return Scaled(MONEY, FACT_BITS)
    return Rational(FACT_BITS, FACT_BITS)


def fits_field(form: Form, value: int | Fraction) -> bool:
    """Whether a fact keeps the promise of its class."""
    most = 1 << (FACT_BITS - MONEY.bit_length())
    if not -most < value.numerator < most or value.denominator >= most:
        return False
    return not isinstance(form, Scaled) or form.scale % value.denominator == 0


Env = tuple[Form | None, ...]
"""The classes of what is in scope, innermost first; None for a row or for a value that is no number."""


class Scales:
    """The class of every rule of a program under given readings, and of any expression."""

    def __init__(self, program: core.Program, readings: Mapping[str, str] | None = None) -> None:
        self._program = program
        self._readings = {name: reading.adopted for name, reading in program.readings.items()} | dict(readings or {})
        self.fields = {
            (entity.name, field.name): field_form(program, field)
            for entity in program.entities.values()
            for field in entity.fields
        }
        self.rules: dict[tuple[str, str], Form | None] = {}
        for rule in program.rules:
            try:
                self.rules[rule.id] = self.of(rule.body, (None,))
            except RecursionError:
                self.rules[rule.id] = Rational() if isinstance(strip(rule.type), Number) else None

    def of(self, node: core.Expr, env: Env) -> Form | None:
        """The class of an expression in a scope; None where it is no number. R where nothing better can be proved."""
        return self._of(node, env) if isinstance(strip(node.type), Number) else None

    def _all(self, nodes: Iterable[core.Expr | None], env: Env) -> list[Form]:
        found = [self.of(node, env) for node in nodes if node is not None]
        return [form for form in found if form is not None]

    def _of(self, node: core.Expr, env: Env) -> Form | None:
        match node:
            case core.Const(value=value):
                return const(value) if type(value) in (int, Fraction) else None  # type: ignore[arg-type]
            case core.FieldRead(entity=entity, name=name):
                return self.fields.get((entity, name))
            case core.RuleRead(entity=entity, name=name):
                return self.rules.get((entity, name), Rational())
            case core.Local(depth=depth):
                return env[depth]
            case core.Let(value=value, body=body):
                return self.of(body, (self.of(value, env), *env))
            case core.Apply(op=op, args=args):
                return self._apply(op, args, env)
            case core.Choose(cases=cases, otherwise=otherwise):
                return self._join([*(case.value for case in cases), otherwise], env)
            case core.Bands(rows=rows, otherwise=otherwise):
                return self._join([*(row.value for row in rows), otherwise], env)
            case core.Switch(reading=reading, options=options):
                label = self._readings[reading]
                chosen = [option.value for option in options if option.label == label]
                return self._join(chosen, env)
            case core.IfInapplicable(body=body, instead=instead):
                return self._join([body, instead], env)
            case core.Limit(body=body, bounds=bounds):
                return self._join([body, *(bound.limit for bound in bounds)], env)
            case core.Pick(options=options):
                return self._join([option.value for option in options], env)
            case core.Brackets(measure=measure, slices=slices):
                parts = self._all([measure, *(edge for item in slices for edge in (item.start, item.end))], env)
                reach = reduce(add, parts)
                return reduce(add, [mul(reach, rate) for rate in self._all([item.rate for item in slices], env)])
            case core.Increment():
                return self._increment(node, env)
            case core.Round(place=place, body=body):
                return rounded(self.of(body, env) or Rational(), place)
            case core.Lookup(table=table, column=column):
                return self._join([row.cells[column] for row in self._program.tables[table].rows], (None,))
            case core.Aggregate(fold=fold, body=body, empty=empty):
                if fold in ("count", "distinct"):
                    return Scaled(1, ROWS)
                inner = self.of(body, (None, *env)) if body is not None else None
                if fold == "sum":
                    return total(inner or Rational())
                if fold == "mean":
                    below_ = Scaled(1, ROWS)
                    forms = [div(total(inner or Rational()), below_), *self._all([empty], env)]
                    return join(forms)
                return join([inner or Rational(), *self._all([empty], env)])
            case core.Running(body=body):
                return total(self.of(body, (None,)) or Rational())
            case core.Rank():
                return Scaled(1, ROWS)
            case _:
                return Rational()

    def _join(self, nodes: Iterable[core.Expr | None], env: Env) -> Form | None:
        forms = self._all(nodes, env)
        return join(forms) if forms else None

    def _apply(self, op: str, args: tuple[core.Expr, ...], env: Env) -> Form | None:
        numbers = self._all(args, env)
        match op:
            case "add" | "sub" | "excess" | "shortfall" if len(numbers) == 2:
                return add(*numbers)
            case "mul" if len(numbers) == 2:
                for factor, other in ((args[0], numbers[1]), (args[1], numbers[0])):
                    if isinstance(factor, core.Const):
                        return times(other, factor.value)  # type: ignore[arg-type]
                return mul(*numbers)
            case "div" if len(numbers) == 2:
                by = args[1]
                if isinstance(by, core.Const) and by.value != 0:
                    return times(numbers[0], 1 / Fraction(by.value))  # type: ignore[arg-type]
                return div(*numbers)
            case "neg" | "abs":
                return numbers[0]
            case "year_of" | "month_of" | "day_of" | "days_between" | "months_between" | "years_between":
                return Scaled(1, 32)
            case "overlap_days" | "covered_days" | "workdays_between" | "list_count":
                return Scaled(1, 32)
            case _:
                return Rational()

    def _increment(self, node: core.Increment, env: Env) -> Form:
        measure, start = (self.of(part, env) or Rational() for part in (node.measure, node.start))
        amounts = [
            mul(steps(measure, start, self.of(step.size, env) or Rational()), self.of(step.award, env) or Rational())
            for step in node.steps
        ]
        given = reduce(add, amounts) if node.join == "sum" else join(amounts)
        return add(given, self.of(node.at_start, env) or Rational()) if node.at_start is not None else given
