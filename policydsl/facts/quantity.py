"""Owns numbers as people write them, with their units: text → an exact number of base units. Knows nothing of fields' bounds."""

from __future__ import annotations

import re
from fractions import Fraction

from attrs import frozen

from policydsl.core.program import Program
from policydsl.core.types import ListOf, Number, Optional, Type
from policydsl.core.units import CURRENCY_WORDS, PARTS, PLAIN, POINT, SCALES, Measure, Unit, base, currency_of
from policydsl.core.values import Exact, exact
from policydsl.facts.grid import narrow

_NUMBER = re.compile(
    r"([+-]?)\s*([¥£€$]?)\s*(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?(?:\s*/\s*(\d+))?\s*([^\d\s.,:+\-/].*)?",
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
        unit = currency
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


TIME: dict[str, tuple[str, Fraction]] = {
    "年": ("月", Fraction(12)),
    "月": ("月", Fraction(1)),
    "天": ("天", Fraction(1)),
    "日": ("天", Fraction(1)),
    "周": ("天", Fraction(7)),
    "自然日": ("天", Fraction(1)),
    "工作日": ("工作日", Fraction(1)),
    "小时": ("小时", Fraction(1)),
}
"""Words of time and the base unit each is counted in; they need no declaration, just as in a policy."""

COINS = {"角": Fraction(1, 10), "分": Fraction(1, 100)}
"""Parts of 元."""


class Units:
    """The unit words of a program: what `万元`, `元/家`, `%` mean. They mean in facts what they mean in the policy."""

    def __init__(self, program: Program) -> None:
        currency = program.header.currency
        self._words = {name: (base(name), Fraction(1)) for name in _bases(program)}
        self._words |= {name: (base(unit), size) for name, (unit, size) in TIME.items()}
        self._words |= {"¥": (base(currency), Fraction(1)), currency: (base(currency), Fraction(1))}
        meant = {word: currency_of(word, currency) for word in CURRENCY_WORDS}
        self._words |= {
            word: (base(currency), found[1]) for word, found in meant.items() if found and found[0] == currency
        }
        if currency == "元":
            self._words |= {name: (base(currency), size) for name, size in COINS.items()}
        self._words |= {name: (base(meant or name), Fraction(1)) for name, meant in program.units.items()}
        self._words |= {name: (base(POINT), Fraction(1, 100)) for name in (POINT, "百分点")}
        self._memo: dict[str, Measure | None] = {}

    def measure(self, text: str) -> Measure | None:
        """The unit and scale that `text` names; None where it names none. A bare scale (`万`) has the unit PLAIN."""
        if text not in self._memo:
            self._memo[text] = self._parse(narrow(text).replace(" ", ""))
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

    def _parse(self, text: str) -> Measure | None:
        above, *below = text[:60].split("/")
        found = self._single(above)
        for part in below:
            under = self._single(part)
            if found is None or under is None or under[0].plain:
                return None
            found = found[0] / under[0], found[1] / under[1]
        return Measure(found[0], text, found[1]) if found else None

    def _single(self, text: str) -> tuple[Unit, Fraction] | None:
        if text in PARTS:
            return PLAIN, PARTS[text]
        if text in self._words:
            return self._words[text]
        for scale in _SCALES:
            if text.startswith(scale):
                rest = text[len(scale) :]
                if not rest:
                    return PLAIN, SCALES[scale]
                if rest in self._words:
                    unit, size = self._words[rest]
                    return unit, size * SCALES[scale]
        return self._single(text[1:]) if text.startswith("个") and len(text) > 1 else None


def _bases(program: Program) -> set[str]:
    """The units that the program's fields are in."""
    types = (number_in(item.type) for entity in program.entities.values() for item in entity.fields)
    return {name for type_ in types if type_ for name, _ in type_.unit.powers}


def number_in(type_: Type) -> Number | None:
    """The number type inside an optional or a list, if there is one."""
    while isinstance(type_, Optional | ListOf):
        type_ = type_.of
    return type_ if isinstance(type_, Number) else None
