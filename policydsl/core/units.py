"""Owns units: a free abelian group over the currencies, count units and time units that a policy declares.

A unit has no size; sizes (万, %, 角) are scales of a literal or of a report, applied where it is read or shown.
"""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen


@frozen
class Unit:
    """A product of powers of base units: sorted (name, exponent) pairs, no exponent 0. `()` is a plain number."""

    powers: tuple[tuple[str, int], ...] = ()

    def __mul__(self, other: Unit) -> Unit:
        powers = dict(self.powers)
        for name, exponent in other.powers:
            powers[name] = powers.get(name, 0) + exponent
        return Unit(tuple(sorted((name, exponent) for name, exponent in powers.items() if exponent)))

    def __truediv__(self, other: Unit) -> Unit:
        return self * Unit(tuple((name, -exponent) for name, exponent in other.powers))

    @property
    def plain(self) -> bool:
        """Whether this is no unit at all."""
        return not self.powers

    def __str__(self) -> str:
        above = "·".join(_power(name, exponent) for name, exponent in self.powers if exponent > 0)
        below = "·".join(_power(name, -exponent) for name, exponent in self.powers if exponent < 0)
        return f"{above or '1'}/{below}" if below else above


def _power(name: str, exponent: int) -> str:
    return name if exponent == 1 else f"{name}^{exponent}"


_ENGLISH = {"月": "month", "天": "day", "工作日": "workday", "小时": "hour"}


def english(unit: Unit) -> str:
    """A unit with the units of time, which the language knows by itself, in English."""
    return str(Unit(tuple((_ENGLISH.get(name, name), exponent) for name, exponent in unit.powers)))


def nothing(unit: Unit, language: str) -> str:
    """Zero of a unit as it is written in a policy: `0家`, `0元/家`, `0 USD`, `0`. Of a unit without a literal, `0…`."""
    if unit.plain:
        return "0"
    if sorted(power for _, power in unit.powers) not in ([1], [-1, 1]):
        return "0…"
    text = str(unit) if language == "zh" else english(unit)
    return f"0{text}" if text[0] > "\x7f" else f"0 {text}"


def base(name: str) -> Unit:
    """The unit `name` to the power of one."""
    return Unit(((name, 1),))


PLAIN = Unit()
POINT = "个百分点"
"""The base unit of differences between percentages; a ratio plus so many of them is a ratio."""

SCALES: dict[str, Fraction] = {
    "十": Fraction(10),
    "百": Fraction(100),
    "千": Fraction(1000),
    "万": Fraction(10**4),
    "十万": Fraction(10**5),
    "百万": Fraction(10**6),
    "千万": Fraction(10**7),
    "亿": Fraction(10**8),
    "十亿": Fraction(10**9),
    "百亿": Fraction(10**10),
    "千亿": Fraction(10**11),
    "万亿": Fraction(10**12),
}
"""Chinese multipliers that may stand between a number and its unit."""

PARTS: dict[str, Fraction] = {"%": Fraction(1, 100), "‰": Fraction(1, 1000), "倍": Fraction(1)}
"""What stands behind a literal and makes it a part, or a multiple, of one."""


_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "HKD", "SGD", "美元", "加元", "澳元", "新西兰元", "港元", "新加坡元"})
CURRENCY_WORDS: dict[str, tuple[str, tuple[str, ...], Fraction]] = {
    "£": ("GBP", ("GBP", "英镑"), Fraction(1)),
    "pound": ("GBP", ("GBP", "英镑"), Fraction(1)),
    "pounds": ("GBP", ("GBP", "英镑"), Fraction(1)),
    "penny": ("GBP", ("GBP", "英镑"), Fraction(1, 100)),
    "pence": ("GBP", ("GBP", "英镑"), Fraction(1, 100)),
    "€": ("EUR", ("EUR", "欧元"), Fraction(1)),
    "euro": ("EUR", ("EUR", "欧元"), Fraction(1)),
    "euros": ("EUR", ("EUR", "欧元"), Fraction(1)),
    "$": ("USD", tuple(sorted(_DOLLARS)), Fraction(1)),
    "dollar": ("USD", tuple(sorted(_DOLLARS)), Fraction(1)),
    "dollars": ("USD", tuple(sorted(_DOLLARS)), Fraction(1)),
    "cent": ("", ("EUR", "欧元", *sorted(_DOLLARS)), Fraction(1, 100)),
    "cents": ("", ("EUR", "欧元", *sorted(_DOLLARS)), Fraction(1, 100)),
}
"""Signs and words for money: the currency meant where the policy pays in none of the second, and how many of it one is."""


def currency_of(word: str, currency: str) -> tuple[str, Fraction] | None:
    """The currency that a sign or word means in a policy that pays in `currency`, and how many of it one is; None for no such word."""
    found = CURRENCY_WORDS.get(word)
    if found is None:
        return None
    usual, several, size = found
    meant = currency if currency in several else usual
    return (meant, size) if meant else None


@frozen
class Measure:
    """How a number is shown: a unit, and how many of it one of `text` is (万元: unit 元, size 10000)."""

    unit: Unit
    text: str
    size: Fraction = Fraction(1)

    def of(self, number: Fraction) -> Fraction:
        """So many of it, in the unit."""
        return number if self.size == 1 else number * self.size


def plain_measure(unit: Unit) -> Measure:
    """The measure that shows `unit` as it is."""
    return Measure(unit, str(unit))
