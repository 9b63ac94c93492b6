"""Owns wrong literals: the values a little above and below the right one, and how each is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction

from attrs import evolve

from policydsl.core import program as core
from policydsl.core.types import Number, Type, strip
from policydsl.core.units import base
from policydsl.core.values import Value, decimal_text, exact
from policydsl.testing.written import Pen, Unwritable


def moves(program: core.Program, pen: Pen, node: core.Const) -> Iterator[tuple[core.Const, str]]:
    """A literal a little greater, and a little less."""
    written = node.text or text_of(node)
    for other, word in moved(program, pen, node.value, node.type, written, text_of(node)):
        yield evolve(node, value=other, text=word), word


def moved(
    program: core.Program, pen: Pen, value: Value, type_: Type, written: str = "", shown: str = ""
) -> Iterator[tuple[Value, str]]:
    """A value a little greater, and a little less, each with how it is written.

    `written` is the literal as the drafter wrote it, `shown` the text where it stands.
    """
    values: list[Value] = []
    if isinstance(value, bool | str | tuple):
        return
    if isinstance(value, datetime):
        values = [value + timedelta(minutes=1), value - timedelta(minutes=1)]
    elif isinstance(value, date):
        values = [value + timedelta(days=1), value - timedelta(days=1)]
    elif isinstance(value, int | Fraction):
        step = _grain(program, value, type_, written)
        values = [exact(value + step)]
        if value >= step:
            values.append(exact(value - step))
    for other in values:
        yield other, word_for(pen, other, type_, percent="%" in shown or "‰" in shown)


def word_for(pen: Pen, value: Value, type_: Type, percent: bool = False) -> str:
    """A value as it is written; a plain number with % or without as the right one is."""
    unit = strip(type_)
    if percent and isinstance(unit, Number) and unit.unit.plain:
        type_ = Number(unit.unit)
    try:
        if not percent and isinstance(value, Fraction) and isinstance(unit, Number) and unit.unit.plain:
            return decimal_text(value)
        return pen.value(value, type_)
    except Unwritable:
        return str(value)


def text_of(node: object) -> str:
    """An expression as it was written, on one line."""
    span = getattr(node, "span", None)
    return " ".join(span.text.split()) if span is not None else ""


def _grain(program: core.Program, value: int | Fraction, type_: Type, written: str) -> Fraction:
    """By how much a slip of the pen would change a number: one of its unit, of a ratio a hundredth, of much money one in the leading digits."""
    inner = strip(type_)
    assert isinstance(inner, Number)
    if inner.unit.plain and not (isinstance(value, int) and "%" not in written):
        return Fraction(1, 100)
    if inner.unit == base(program.header.currency) and value >= 10_000:
        # one in the leading digits as it is written
        size = 1
        while value >= size * 100:
            size *= 10
        return Fraction(size)
    return Fraction(1)
