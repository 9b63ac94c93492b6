"""What is promised of numbers before a run holds of every number: classes of results, and no wider than they need be."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policydsl.core import scales
from policydsl.core.scales import MOST, MOST_SCALED, ROWS, Form, Quotient, Rational, Scaled

LAW = settings(deadline=None, max_examples=150)


@st.composite
def numbers(draw: st.DrawFn, bits: int = 40) -> tuple[Form, Fraction]:
    """A class, and a number of it; often one at the very edge."""
    wide = draw(st.integers(1, bits))
    top = (1 << wide) - 1
    over = draw(st.sampled_from([top, -top, 0, 1, -1]) | st.integers(-top, top))
    kind = draw(st.sampled_from(["scaled", "quotient", "rational"]))
    if kind == "scaled":
        scale = draw(st.sampled_from([1, 2, 6, 100, 1000, 7]))
        return Scaled(scale, wide), Fraction(over, scale)
    narrow = draw(st.integers(1, bits))
    under = draw(st.sampled_from([1, (1 << narrow) - 1]) | st.integers(1, (1 << narrow) - 1))
    form: Form = Quotient(wide, narrow) if kind == "quotient" else Rational(wide, narrow)
    return form, Fraction(over, under)


def holds(form: Form | None, value: Fraction | int) -> bool:
    """Whether a number is of a class."""
    assert form is not None
    number = Fraction(value)
    if isinstance(form, Scaled):
        return (number * form.scale).denominator == 1 and int(number * form.scale).bit_length() <= form.bits
    if isinstance(form, Rational) and MOST in (form.bits, form.below):
        return True
    return number.numerator.bit_length() <= form.bits and number.denominator.bit_length() <= form.below


@LAW
@given(numbers(), numbers())
def test_results_are_of_the_class_that_is_promised(left: tuple[Form, Fraction], right: tuple[Form, Fraction]) -> None:
    (one, a), (two, b) = left, right
    assert holds(one, a) and holds(two, b)
    assert holds(scales.add(one, two), a + b)
    assert holds(scales.add(one, two), a - b)
    assert holds(scales.mul(one, two), a * b)
    assert holds(scales.join([one, two]), a)
    assert holds(scales.join([one, two]), b)
    if b:
        assert holds(scales.div(one, two), a / b)


@LAW
@given(numbers(), st.fractions(max_denominator=1000) | st.integers(-(10**9), 10**9))
def test_a_product_with_a_literal(number: tuple[Form, Fraction], factor: Fraction | int) -> None:
    form, value = number
    assert holds(scales.const(factor), factor)
    assert holds(scales.times(form, factor), value * factor)


@LAW
@given(numbers(), st.sampled_from([Fraction(1), Fraction(1, 100), Fraction(100), Fraction(1, 8), Fraction(5, 4)]))
def test_what_is_rounded_is_a_multiple_of_the_place(number: tuple[Form, Fraction], place: Fraction) -> None:
    form, value = number
    down = value // place
    for steps in (down, down + 1):
        assert holds(scales.rounded(form, place), steps * place)


@LAW
@given(numbers(20), numbers(20), numbers(20))
def test_whole_steps(measure: tuple[Form, Fraction], start: tuple[Form, Fraction], size: tuple[Form, Fraction]) -> None:
    step = abs(size[1])
    if step:
        assert holds(scales.steps(measure[0], start[0], size[0]), (measure[1] - start[1]) // step)


@LAW
@given(numbers(), st.integers(1, 50))
def test_a_sum_over_rows(number: tuple[Form, Fraction], rows: int) -> None:
    form, value = number
    assert holds(scales.total(form), rows * value)
    if isinstance(form, Scaled):
        most = ((1 << ROWS) - 1) * ((1 << form.bits) - 1)
        assert holds(scales.total(form), Fraction(most, form.scale))
    else:
        assert scales.total(form) == Rational()


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        # fen and li have a scale of both, fen of fen one of their product
        (lambda: scales.add(Scaled(100, 10), Scaled(1000, 10)), Scaled(1000, 15)),
        (lambda: scales.mul(Scaled(100, 10), Scaled(100, 12)), Scaled(10_000, 22)),
        (lambda: scales.join([Scaled(4, 10), Scaled(6, 10)]), Scaled(12, 12)),
        # what a literal cancels is cancelled: a hundred fen are yuan, and 85 % of them are fen
        (lambda: scales.times(Scaled(100, 10), 100), Scaled(1, 11)),
        (lambda: scales.times(Scaled(1, 10), Fraction(85, 100)), Scaled(20, 15)),
        (lambda: scales.times(Scaled(100, 10), 0), Scaled(1, 10)),
        # of two wholes the quotient, of a fraction in lowest terms a fraction again
        (lambda: scales.div(Scaled(1, 10), Scaled(1, 12)), Quotient(11, 13)),
        (lambda: scales.div(Scaled(1, 10), Rational(3, 3)), Rational(13, 4)),
        (lambda: scales.add(Quotient(5, 5), Scaled(1, 5)), Quotient(11, 6)),
        (lambda: scales.mul(Quotient(5, 5), Rational(5, 5)), Rational(10, 10)),
        (lambda: scales.join([Quotient(5, 6), Rational(7, 5)]), Rational(7, 6)),
        (lambda: scales.add(Rational(5, 5), Quotient(5, 5)), Rational(11, 10)),
        (lambda: scales.join([Rational(7, 5), Quotient(5, 6)]), Rational(7, 6)),
        (lambda: scales.const(Fraction(-3, 4)), Scaled(4, 2)),
        (lambda: scales.rounded(Rational(8, 8), Fraction(1, 100)), Scaled(100, 18)),
        (lambda: scales.steps(Scaled(1, 10), Scaled(1, 10), Scaled(20, 5)), Scaled(1, 18)),
    ],
)
def test_a_class_is_no_wider_than_it_need_be(form: Callable[[], Form], wanted: Form) -> None:
    """Wider is not wrong but slow: numbers that fit 64 bits would be computed with long ones."""
    assert form() == wanted


def test_integers_that_grow_too_long_are_no_longer_carried_along() -> None:
    assert scales.settled(Scaled(10, MOST_SCALED)) == Scaled(10, MOST_SCALED)
    assert scales.settled(Scaled(10, MOST_SCALED + 1)) == Rational(MOST_SCALED + 1, 4)
    assert scales.settled(Quotient(5, MOST_SCALED)) == Quotient(5, MOST_SCALED)
    assert scales.settled(Quotient(5, MOST_SCALED + 1)) == Rational(5, MOST_SCALED + 1)
    # beyond what a run may use nothing is known
    assert scales.settled(Rational(MOST - 1, MOST - 1)) == Rational(MOST - 1, MOST - 1)
    assert scales.settled(Rational(MOST, 1)) == scales.settled(Rational(1, MOST)) == Rational()
    assert scales.settled(Scaled(1, MOST)) == Rational()


@pytest.mark.parametrize(
    ("form", "value", "kept"),
    [
        (Scaled(100), Fraction(1, 100), True),
        (Scaled(100), Fraction(1, 50), True),
        (Scaled(100), Fraction(1, 1000), False),
        (Scaled(1), Fraction(1, 2), False),
        (Rational(128, 128), Fraction(1, 3), True),
        (Scaled(1), (1 << 121) - 1, True),
        (Scaled(1), -(1 << 121) + 1, True),
        (Scaled(1), 1 << 121, False),
        (Scaled(1), -(1 << 121), False),
        (Rational(128, 128), Fraction(1, (1 << 121) - 1), True),
        (Rational(128, 128), Fraction(1, 1 << 121), False),
    ],
)
def test_whether_a_fact_keeps_the_promise(form: Form, value: Fraction | int, kept: bool) -> None:
    """In base units or in hundredths (seven digits more) a fact stays within 128 binary digits."""
    assert scales.fits_field(form, value) is kept
