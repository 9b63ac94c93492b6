"""Owns distributions: what `±10%`, `80..120`, `正态(100, 15)` mean, and how a draw becomes a value of a fact.

A draw is a quantile between 0 and 1. Facts of one row of the main entity, and of the rows that belong to it, share a part of
theirs (`correlation`): each is the normal quantile of √ρ × what the row has + √(1−ρ) × its own, so that a district that does
well does well in all. The generator is Python's
`random.Random(seed)` (Mersenne Twister); quantiles are floats, the values of facts that come of them exact: whole for counts,
to the hundredth of the unit for anything else, never below zero.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from fractions import Fraction
from math import exp, sqrt
from random import Random
from statistics import NormalDist

from attrs import frozen

from policydsl.core.values import Exact, exact
from policydsl.simulate.target import Fact, Names, ask

Quantile = Callable[[float], float]
_STANDARD = NormalDist()
_CALL = re.compile(r"\s*([^\s()]+)\s*\((.*)\)\s*", re.DOTALL)
_ABOUT = re.compile(r"\s*(?:±|\+/?-)\s*(\d+(?:\.\d+)?)\s*%\s*")
FORMS = "80..120 · ±10% · 均匀(80, 120) · 三角(80, 100, 130) · 正态(100, 15) · 泊松(100) · 任选(80:1, 100:3)"


@frozen
class Varying:
    """A fact that is drawn, how it was written, its value at each quantile, in base units, and the row whose luck it shares."""

    fact: Fact
    written: str
    quantile: Quantile
    luck: tuple[str, str]

    def value(self, share: float) -> Exact:
        """The value of the fact at a quantile."""
        found = self.quantile(min(max(share, 1e-12), 1 - 1e-12))
        size = Fraction(1) if self.fact.whole else self.fact.unit / 100
        return exact(max(round(Fraction(found) / size), 0) * size)


def varying(names: Names, fact: Fact, text: str) -> Varying:
    """The distribution that a text says for a fact. Raises Ask."""
    main = names.program.header.main
    above = names.above(fact.entity, fact.key, main)
    luck = (fact.entity, fact.key) if above is None else (main, above)
    return Varying(fact, text.strip(), _quantile(names, fact, text), luck)


def _quantile(names: Names, fact: Fact, text: str) -> Quantile:
    def number(part: str) -> float:
        return float(names.number(part, fact.field))

    about = _ABOUT.fullmatch(text)
    if about:
        if fact.now is None:
            raise ask(
                f"「{fact.key}」的「{fact.field.name}」没有报来\uff0c±% 无从算起",
                f"「{fact.field.name}」 of 「{fact.key}」 is not given, so ±% has nothing to start from",
            )
        part = float(about[1]) / 100
        return _uniform(float(fact.now) * (1 - part), float(fact.now) * (1 + part), fact.whole)
    low, dots, high = text.partition("..")
    if dots:
        return _between(text, number(low), number(high), fact.whole)
    call = _CALL.fullmatch(text.replace("\uff08", "(").replace("\uff09", ")").replace("\uff0c", ","))
    parts = [part.strip() for part in call[2].split(",")] if call else []
    match (call[1].lower() if call else "", parts):
        case "均匀" | "uniform", [first, last]:
            return _between(text, number(first), number(last), fact.whole)
        case "三角" | "triangular", [first, middle, last]:
            return _triangular(*_ascending(text, number(first), number(middle), number(last)))
        case "正态" | "normal", [mean, spread] if number(spread) > 0:
            return NormalDist(number(mean), number(spread)).inv_cdf
        case "泊松" | "poisson", [mean] if 0 < number(mean) <= 100_000:
            return _poisson(number(mean))
        case "任选" | "choice", [_, *_]:
            return _choice(text, parts, number)
        case _:
            raise ask(
                f"看不懂分布「{text.strip()}」\uff0c可以写\uff1a{FORMS}", f"No such distribution; write one of: {FORMS}"
            )


def _ascending(text: str, *numbers: float) -> tuple[float, ...]:
    if any(low > high for low, high in zip(numbers, numbers[1:], strict=False)) or numbers[0] == numbers[-1]:
        raise ask(f"「{text.strip()}」里的数应从小到大", f"The numbers in 「{text.strip()}」 have to ascend")
    return numbers


def _between(text: str, low: float, high: float, whole: bool) -> Quantile:
    _ascending(text, low, high)
    return _uniform(low, high, whole)


def _uniform(low: float, high: float, whole: bool) -> Quantile:
    # each whole number of the range has the same chance, the ends too
    return (lambda share: low - 0.5 + share * (high - low + 1)) if whole else (lambda share: low + share * (high - low))


def _triangular(low: float, mode: float, high: float) -> Quantile:
    turn = (mode - low) / (high - low)

    def quantile(share: float) -> float:
        if share < turn:
            return low + sqrt(share * (high - low) * (mode - low))
        return high - sqrt((1 - share) * (high - low) * (high - mode))

    return quantile


def _poisson(mean: float) -> Quantile:
    if mean > 500:
        # the sum of so many rare events is normal to within less than one of them
        return NormalDist(mean, sqrt(mean)).inv_cdf
    sums, term, count = [exp(-mean)], exp(-mean), 0
    while sums[-1] < 1 - 1e-12 and count < 2_000:
        count += 1
        term *= mean / count
        sums.append(sums[-1] + term)
    return lambda share: float(min(bisect_left(sums, share), len(sums) - 1))


def _choice(text: str, parts: list[str], number: Callable[[str], float]) -> Quantile:
    values, sums, total = [], [], 0.0
    for part in parts:
        value, _, weight = part.partition(":")
        try:
            size = float(weight) if weight.strip() else 1.0
        except ValueError:
            size = -1.0
        if not 0 < size < 1e12:
            raise ask(f"「{text.strip()}」里「{part}」的权重应大于零", f"The weight of 「{part}」 has to be above zero")
        total += size
        values.append(number(value))
        sums.append(total)
    return lambda share: values[min(bisect_left(sums, share * total), len(values) - 1)]


class Dice:
    """Draws the quantiles of facts, those of one row correlated."""

    def __init__(self, seed: int, correlation: float) -> None:
        self._random = Random(seed)
        self._shared, self._own = sqrt(correlation), sqrt(1 - correlation)

    def throw(self, facts: list[Varying]) -> dict[tuple[str, str, str], Exact]:
        """A value for each fact."""
        rows: dict[tuple[str, str], float] = {}
        found = {}
        for item in facts:
            if item.luck not in rows:
                rows[item.luck] = self._normal()
            found[item.fact.at] = item.value(_STANDARD.cdf(self._shared * rows[item.luck] + self._own * self._normal()))
        return found

    def _normal(self) -> float:
        return _STANDARD.inv_cdf(min(max(self._random.random(), 1e-15), 1 - 1e-15))
