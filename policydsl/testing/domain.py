"""Owns what a fact may hold: readable values of every type, the simplest first, and the choices by which a case is made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Protocol, TypeVar

from policydsl.core import program as core
from policydsl.core.types import Bool, Date, ListOf, Member, Moment, Number, Optional, Reference, Text, Type, strip
from policydsl.core.units import base
from policydsl.core.values import NONE, Value, exact
from policydsl.core.walk import everything

T = TypeVar("T")


class Chooser(Protocol):
    """Who makes the choices: hypothesis, which can shrink them, or a seed. The first choice is the simplest."""

    def pick(self, options: Sequence[T]) -> T:
        """One of the options (at least one)."""
        ...

    def upto(self, most: int) -> int:
        """A whole number from 0 to `most`."""
        ...


class Seeded:
    """Choices from a seed."""

    def __init__(self, seed: int | str) -> None:
        self._chance = Random(seed)

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[self._chance.randrange(len(options))]

    def upto(self, most: int) -> int:
        """A whole number from 0 to `most`."""
        return self._chance.randint(0, most)


class First:
    """The simplest choice always."""

    def pick(self, options: Sequence[T]) -> T:
        """The first option."""
        return options[0]

    def upto(self, most: int) -> int:
        """Nothing."""
        return 0


COUNTS = (100, 20, 200, 10, 1000, 50, 1, 300, 240, 5, 15, 33, 101, 7, 0)
AMOUNTS = (100_000, 10_000, 1_000, 500_000, 1_000_000, 100, 1, 123_456, 0)
RATIOS = (Fraction(1, 2), Fraction(4, 5), 1, Fraction(1, 10), Fraction(6, 5), Fraction(1, 3), 0)
TEXTS = ("甲", "乙", "丙", "丁")
ENGLISH_TEXTS = ("A", "B", "C", "D")


class Domain:
    """The readable values of the fields of one program."""

    def __init__(self, program: core.Program) -> None:
        self.program = program
        self.days = _days(program)
        self._known: dict[tuple[str, str], tuple[Value, ...]] = {}

    def values(self, entity: core.Entity, field: core.Field) -> tuple[Value, ...]:
        """What a field may hold, the simplest first; references and keys are chosen elsewhere."""
        at = (entity.name, field.name)
        if at not in self._known:
            self._known[at] = self._of(field.type, field)
        return self._known[at]

    def _of(self, type_: Type, field: core.Field) -> tuple[Value, ...]:
        match type_:
            case Optional(of=of):
                return (*self._of(of, field), NONE)
            case ListOf(of=of):
                some = self._of(of, field)
                return ((some[0],), (), tuple(some[:2]), tuple(some[:3]))
            case Bool():
                return (True, False)
            case Text() | Reference():
                return TEXTS if self.program.language == "zh" else ENGLISH_TEXTS
            case Member(roll=roll):
                return self.program.rolls[roll].members
            case Date():
                return self.days
            case Moment():
                return tuple(datetime(day.year, day.month, day.day, 12) for day in self.days)
            case Number():
                return self._numbers(type_, field)
            case _:
                return ()

    def _numbers(self, type_: Number, field: core.Field) -> tuple[Value, ...]:
        if type_.unit == base(self.program.header.currency):
            return AMOUNTS
        if field.measure is None and not type_.whole:
            return tuple(exact(number) for number in RATIOS)
        size = field.measure.size if field.measure is not None else Fraction(1)
        return tuple(exact(number * size) for number in COUNTS)

    def admits(self, field: core.Field, value: Value) -> bool:
        """Whether a cell of the field may hold the value (bounds aside: those are constraints)."""
        type_ = strip(field.type)
        if value is NONE:
            return isinstance(field.type, Optional)
        match type_:
            case Bool():
                return isinstance(value, bool)
            case Number():
                if isinstance(value, bool) or not isinstance(value, int | Fraction):
                    return False
                if value < 0 and type_.whole and not field.fractional:
                    return False
                return (value / self.grain(field)).denominator == 1
            case Member(roll=roll):
                return value in self.program.rolls[roll].members
            case Moment():
                return isinstance(value, datetime)
            case Date():
                return isinstance(value, date) and not isinstance(value, datetime)
            case Text() | Reference():
                return isinstance(value, str)
            case ListOf():
                return isinstance(value, tuple)
            case _:
                return False

    def grain(self, field: core.Field) -> Fraction:
        """The smallest difference between two values of a number field that a person would write."""
        type_ = strip(field.type)
        if not isinstance(type_, Number):
            return Fraction(1)
        if type_.unit == base(self.program.header.currency):
            return Fraction(1, 100)
        if field.measure is None and not type_.whole:
            return Fraction(1, 10_000)
        if field.fractional or not type_.whole:
            return Fraction(1, 100)
        return Fraction(1)


def _days(program: core.Program) -> tuple[date, ...]:
    """Days around those that the policy names, a usual one first."""
    named: set[date] = set()
    for rule in program.rules:
        for node in everything(rule.body):
            if isinstance(node, core.Const) and isinstance(node.value, date):
                named.add(date(node.value.year, node.value.month, node.value.day))
    near = sorted(named) or [program.header.published or date(2025, 6, 30)]
    middle = near[len(near) // 2]
    leap = date(2024, 2, 29)
    shifted = [near[-1] - timedelta(30), *near, *(day + timedelta(1) for day in near), leap, middle - timedelta(400)]
    return tuple(dict.fromkeys(shifted))
