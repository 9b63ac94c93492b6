"""Owns numbers as people write them, with their units: text → an exact number of base units. Knows nothing of fields' bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from attrs import frozen

from policydsl.core.program import Program
from policydsl.core.types import ListOf, Number, Optional, Type
from policydsl.core.units import PARTS, PLAIN, POINT, SCALES, Measure, Unit, base
from policydsl.core.values import Exact, exact
from policydsl.facts.grid import narrow

_NUMBER = re.compile(
    r"([+-]?)\s*(¥?)\s*(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?(?:\s*/\s*(\d+))?\s*([^\d\s.,:+\-/].*)?",
    re.ASCII | re.DOTALL,
)
_LITERAL = re.compile(r"(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?", re.ASCII)
MOST_DIGITS = 60
_SCALES = sorted(SCALES, key=len, reverse=True)


@frozen
class Written:
    """A number as written: its value, and the unit text after it (`""` where bare)."""

    number: Exact
    unit: str


def written(text: str) -> Written | None:
    """Take apart `1,050家`, `-3.5`, `13/12`, `85%`; None where the text is no number. Full-width forms count as plain."""
    found = _NUMBER.fullmatch(narrow(text)[: MOST_DIGITS * 4])
    if not found or len(text) > MOST_DIGITS * 3:
        return None
    sign, currency, whole, places, below, unit = found.groups()
    digits = whole.replace(",", "")
    if len(digits) + len(places or "") > MOST_DIGITS or len(below or "") > MOST_DIGITS:
        return None
    number: Exact = int(digits + places) if places else int(digits)
    if places:
        number = exact(Fraction(number, 10 ** len(places)))
    if below:
        if not int(below):
            return None
        number = exact(Fraction(number) / int(below))
    unit = (unit or "").strip()
    if currency and not unit:
        unit = "¥"
    return Written(-number if sign == "-" else number, unit)


def literal(text: str) -> Exact | None:
    """The exact value of a JSON number or of the shortest text of a float; None where it is longer than anyone counts."""
    found = _LITERAL.fullmatch(text)
    if not found:
        return None
    sign, whole, places, power = found.groups()
    places = places or ""
    shift = int(power or 0) - len(places)
    if len(whole) + len(places) > MOST_DIGITS or abs(shift) > 400:
        return None
    digits = int(whole + places)
    if abs(shift) > MOST_DIGITS and digits:
        return None
    number = digits * 10**shift if shift >= 0 else exact(Fraction(digits, 10**-shift))
    return -number if sign else number


def of_float(number: float) -> Exact | None:
    """The shortest decimal that a float stands for, exactly: 0.1 is one tenth. None for infinities, NaN and monsters."""
    if number.is_integer() and abs(number) < 1e15:
        return int(number)
    return literal(repr(float(number)).replace("e+", "e"))


class Units:
    """The unit words of a program: what `万元`, `元/家`, `%` mean."""

    def __init__(self, program: Program) -> None:
        bases = {name for type_ in _number_types(program) for name, _ in type_.unit.powers}
        bases |= {program.header.currency, POINT}
        words = {name: name for name in bases}
        for name, other in program.units.items():
            # The table pairs a unit with another spelling of it; the spelling that types use is the base.
            meant = other if other in bases and name not in bases else name
            words.setdefault(name, meant)
            if other:
                words.setdefault(other, meant)
        self._words = words
        self._currency = program.header.currency
        self._memo: dict[str, Measure | None] = {}
        self._counts = set(program.units) | set(program.units.values())

    def measure(self, text: str) -> Measure | None:
        """The unit and scale that `text` names; None where it names none. A bare scale (`万`) has the unit PLAIN."""
        if text not in self._memo:
            self._memo[text] = self._parse(text)
        return self._memo[text]

    def size(self, text: str, unit: Unit, usual: Measure | None) -> Fraction | None:
        """How many base units of `unit` one of `text` is; None where the text does not fit the unit.

        A bare number takes the field's usual measure; a bare scale is of base units: 35万 of 元 is 350,000 元.
        """
        if not text:
            return usual.size if usual else Fraction(1)
        if usual and text == usual.text:
            return usual.size
        meant = self.measure(text)
        if meant is None:
            return None
        if meant.unit == unit:
            return meant.size
        return meant.size if text in SCALES else None

    def is_count(self, type_: Number) -> bool:
        """Whether numbers of this type count things: whole and never negative unless the field says otherwise."""
        if type_.whole:
            return True
        powers = type_.unit.powers
        if len(powers) != 1 or powers[0][1] != 1:
            return False
        name = powers[0][0]
        return name not in {self._currency, POINT} and name in self._counts

    def _parse(self, text: str) -> Measure | None:
        text = narrow(text).replace(" ", "")
        if text == "¥":
            return Measure(base(self._currency), text)
        if text in PARTS:
            return Measure(PLAIN, text, PARTS[text])
        unit = self._product(text)
        if unit is not None:
            return Measure(unit, text)
        for scale in _SCALES:
            if text.startswith(scale):
                rest = text[len(scale) :]
                unit = self._product(rest) if rest else PLAIN
                if unit is not None:
                    return Measure(unit, text, SCALES[scale])
        return None

    def _product(self, text: str) -> Unit | None:
        above, *below = text.split("/")
        if len(below) > 3 or len(text) > 60:
            return None
        unit = PLAIN
        for names, sign in ((above, 1), *((part, -1) for part in below)):
            for name in names.replace("*", "·").split("·"):
                if name == "1" and sign == 1:
                    continue
                word = self._words.get(name)
                if word is None:
                    return None
                unit = unit * base(word) if sign == 1 else unit / base(word)
        return unit


def _number_types(program: Program) -> Iterator[Number]:
    for entity in program.entities.values():
        for item in entity.fields:
            found = number_in(item.type)
            if found:
                yield found


def number_in(type_: Type) -> Number | None:
    """The number type inside an optional or a list, if there is one."""
    while isinstance(type_, Optional | ListOf):
        type_ = type_.of
    return type_ if isinstance(type_, Number) else None
