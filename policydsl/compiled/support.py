"""Owns the functions that compiled code calls: exact, and refusing by `Open` where the reference has to decide."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from typing import Any, Final

from policydsl.compiled.gaps import HOLE, VOID_ROW, Gap, Open, Void, only, present, sure
from policydsl.core.operators import opposite
from policydsl.core.scales import MOST
from policydsl.core.values import Exact, exact
from policydsl.interpret.arithmetic import round_to, whole_steps
from policydsl.interpret.reads import key_text

_LIMIT: Final = 1 << (MOST - 1)


def over(top: Any, bottom: int) -> Exact:
    """The fraction in its canonical form."""
    return Fraction(top, bottom) if top % bottom else top // bottom


def divided(left: Any, right: Any) -> Any:
    """The exact quotient. Raises ZeroDivisionError."""
    if right == 0:
        raise Open
    return left / right if type(left) is Fraction else Fraction(sure(left)) / right


def upright(top: int, bottom: int) -> tuple[int, int]:
    """The same fraction with a denominator above zero."""
    if not bottom:
        raise Open
    return -top, -bottom


def within(value: Any) -> Any:
    """The number. Raises Open near the budget of a run, where the reference says whether it is left."""
    if -_LIMIT < value.numerator < _LIMIT and value.denominator < _LIMIT:
        return value
    raise Open


def plus(total: Any, value: Any) -> Any:
    """One more of a sum of fractions."""
    return within(total + value)


def summed(values: list[Any]) -> Any:
    """The sum of fractions, each sum looked at."""
    return reduce(plus, values, 0)


def some(values: list[Any]) -> list[Any]:
    """The values that are there. Raises Open where one is not known."""
    kinds = set(map(type, values))
    if Gap in kinds:
        raise Open
    return [value for value in values if type(value) is not Void] if Void in kinds else values


def nearest(top: int, bottom: int, mode: str) -> int:
    """The whole number that a fraction is rounded to, symmetric about zero; `bottom` is above zero."""
    below, rest = divmod(abs(top), bottom)
    twice = 2 * rest - bottom
    if (
        (mode == "up" and rest)
        or (mode == "half-up" and twice >= 0)
        or (mode == "half-even" and (twice > 0 or (twice == 0 and below % 2)))
    ):
        below += 1
    return -below if top < 0 else below


def rounded(value: Any, place: Fraction, mode: Any) -> Exact:
    """The multiple of `place` that an exact number is rounded to."""
    return round_to(sure(value), place, mode)


def steps(measure: Any, start: Any, size: Any, started: bool) -> int:
    """How many whole steps lie beyond the start. Raises Open where there is no step to make."""
    if size <= 0:
        raise Open
    return whole_steps(sure(measure), sure(start), size, started)


def at_most(count: int, most: Any) -> int:
    """No more steps than are allowed."""
    return min(count, max(0, int(most // 1)))


def keyed(value: Any) -> str:
    """The text that a value has as the key of a row."""
    return key_text(exact(value) if type(sure(value)) is Fraction else value)


def extreme(rows: list[tuple[Any, ...]], last: bool) -> Any:
    """The row at one end of an order; each stands behind its keys. Raises Open where two rows stand there."""
    keys = [tuple([sure(key) for key in row[:-1]]) for row in rows]
    end = max(keys) if last else min(keys)
    if keys.count(end) > 1:
        raise Open
    return rows[keys.index(end)][-1]


def members(world: list[Any], table: int, place: int) -> set[Any]:
    """The facts in a column of a table, kept with the packed rows (see `World`). Raises Open where one has no value."""
    kept = world[-1]
    found: set[Any] | None = kept.get((table, place))
    if found is None:
        found = {row[place] for row in world[table] if type(row[place]) is not Void}
        kept[table, place] = found
    return found


SUPPORT: Final[dict[str, Callable[..., Any] | Any]] = {
    function.__name__: function
    for function in (
        over, exact, divided, upright, within, plus, nearest, rounded, steps, at_most, keyed, extreme, opposite, sure,
        present, members, only, summed, some, len, abs, set, tuple, type, sum, max, min, zip, Gap, Void, Open,
    )
} | {"HOLE": HOLE, "VOID_ROW": VOID_ROW, "Trouble": (Open, ArithmeticError, RecursionError)}  # fmt: skip
"""What the names of compiled code stand for, but for its own constants."""
