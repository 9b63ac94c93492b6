"""Owns one cell: a raw cell and the field it is in → a value in base units, nothing, or the problem with it. Guesses nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, assert_never

from attrs import frozen

from policydsl.core.program import Field, Program
from policydsl.core.types import (
    Bool,
    Date,
    ListOf,
    Member,
    Moment,
    Never,
    Number,
    Optional,
    Reference,
    Text,
    Type,
)
from policydsl.core.units import PLAIN
from policydsl.core.values import NONE, Exact, Value, decimal_text, exact
from policydsl.facts import moment as clock
from policydsl.facts.findings import Problem, cut, listing
from policydsl.facts.grid import MAX_TEXT, Fault, Numeral, Percent, Verbatim, fold, is_blank, narrow, shown
from policydsl.facts.naming import Names, near
from policydsl.facts.quantity import MOST_DIGITS, Units, literal, of_float, written

Convert = Callable[[object], "Value | Problem | None"]
"""None: the cell is blank."""

_YES = {"是", "真", "√", "✓", "✔", "true", "yes", "y", "☑"}
_NO = {"否", "假", "×", "✗", "✘", "false", "no", "n", "☐"}
_NOTHING = {"无", "none", "-", "—", "——", "–"}
_ERRORS = {
    "#div/0!",
    "#n/a",
    "#ref!",
    "#value!",
    "#name?",
    "#num!",
    "#null!",
    "#spill!",
    "#calc!",
    "err:502",
    "err:508",
}
_MANGLED = re.compile(r"\d(?:\.\d+)?E\+\d{2,3}", re.ASCII)
"""How a spreadsheet shows a code that it took for a number."""
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d+)?E\+?\d+", re.IGNORECASE | re.ASCII)
_MOST_GUESSES = 50
"""Near misses looked for per column: they are slow to find, and a column with more of them is the wrong column."""
_SEPARATORS = re.compile(r"[、;\n]")


@frozen
class Column:
    """What a column says of its cells beyond the field: the unit written in its header, if any."""

    field: Field
    unit: str = ""


class Reading:
    """What turns the raw cells of one column into values, remembering what it has met: columns repeat themselves."""

    def __init__(self, column: Column, program: Program, units: Units) -> None:
        self._one = _guarded(_of_type(column.field.type, column, program, units))
        self._memo = _Memo(self._one)
        self._text = isinstance(column.field.type, Text)

    def one(self, raw: object) -> Value | Problem | None:
        """The value of a raw cell."""
        return self._one(raw)

    def all(self, raws: Sequence[object]) -> list[Value | Problem | None]:
        """The values of a column's raw cells."""
        one, memo = self._one, self._memo
        if self._text:
            # Letters and digits alone are text as they stand: no padding, no error, no mangled code.
            return [raw if type(raw) is str and raw.isalnum() and len(raw) < 1_000 else one(raw) for raw in raws]
        return [memo[raw] if type(raw) in _REMEMBERED else one(raw) for raw in raws]


_REMEMBERED = frozenset({str, float, date})
"""Types whose equal values are one and the same cell; true and 1 are not, nor 1 and 1.0."""


class _Memo(dict[Any, "Value | Problem | None"]):
    def __init__(self, one: Convert) -> None:
        super().__init__()
        self._one = one

    def __missing__(self, raw: object) -> Value | Problem | None:
        answer = self[raw] = self._one(raw)
        return answer


def key_text(value: Value) -> str:
    """The text that stands for a key: members and text as they are, numbers exact, days in ISO form."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | Fraction():
            return decimal_text(value)
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _guarded(convert: Convert) -> Convert:
    def guarded(raw: object) -> Value | Problem | None:
        if type(raw) is str:
            return _text_cell(raw, convert)
        if raw is None or (type(raw) is Verbatim and is_blank(raw)):
            return None
        if type(raw) is Fault:
            return Problem(raw.code, {"raw": cut(raw.text)})
        return convert(raw)

    return guarded


def _text_cell(raw: str, convert: Convert) -> Value | Problem | None:
    if is_blank(raw):
        return None
    if len(raw) > MAX_TEXT:
        return Problem("facts-too-long", {"count": len(raw), "limit": MAX_TEXT})
    if len(raw) < 12 and raw.lstrip()[:1] in "#\uff03eE" and fold(raw) in _ERRORS:
        return Problem("facts-error-cell", {"raw": raw.strip()})
    return convert(raw)


def _of_type(type_: Type, column: Column, program: Program, units: Units) -> Convert:
    match type_:
        case Number():
            return _number(type_, column, units)
        case Bool():
            return _bool(column.field)
        case Text() | Reference():
            return _text(column.field)
        case Member():
            return _member(type_, column.field, program)
        case Date():
            return _date(column.field)
        case Moment():
            return _moment(column.field)
        case Optional():
            return _optional(_of_type(type_.of, column, program, units))
        case ListOf():
            return _list(_of_type(type_.of, column, program, units), column.field)
        case Never():
            return lambda _: Problem("facts-no-file-field", {"field": column.field.name})
        case _:
            assert_never(type_)


def _optional(inner: Convert) -> Convert:
    def convert(raw: object) -> Value | Problem | None:
        if isinstance(raw, str) and narrow(raw).casefold() in _NOTHING:
            return NONE
        return inner(raw)

    return convert


def _list(inner: Convert, field: Field) -> Convert:
    def convert(raw: object) -> Value | Problem | None:
        parts: Sequence[object]
        if isinstance(raw, list):
            parts = raw
        elif isinstance(raw, str):
            parts = [part for part in _SEPARATORS.split(raw.replace("\uff1b", ";")) if not is_blank(part)]
        else:
            parts = [raw]
        values: list[Value] = []
        for part in parts:
            if isinstance(part, list | Mapping) or is_blank(part):
                return Problem("facts-nested", {"field": field.name})
            value = inner(part)
            if value is None or isinstance(value, Problem):
                return value
            values.append(value)
        return tuple(values)

    return convert


# ---------------------------------------------------------------- numbers


def _number(type_: Number, column: Column, units: Units) -> Convert:
    field = column.field
    unit = type_.unit
    usual = units.size(column.unit, unit, field.measure)
    size = exact(usual) if usual is not None else 1
    count = type_.whole and not field.fractional
    wanted = field.measure.text if field.measure else str(unit) if not unit.plain else ""
    named = wanted or "1"

    def finish(number: Exact, raw: object) -> Value | Problem:
        if count:
            if type(number) is not int:
                return Problem("facts-not-whole", {"field": field.name, "unit": named, "raw": cut(shown(raw))})
            if number < 0:
                return Problem("facts-negative", {"field": field.name, "unit": named, "raw": cut(shown(raw))})
        return number

    def scaled(number: Exact, raw: object) -> Value | Problem:
        return finish(number if size == 1 else exact(Fraction(number) * size), raw)

    def misfit(text: str, raw: object) -> Problem:
        return Problem(
            "facts-unit", {"field": field.name, "unit": cut(text, 20), "wanted": named, "raw": cut(shown(raw))}
        )

    def not_number(raw: object) -> Problem:
        return Problem("facts-not-number", {"field": field.name, "raw": cut(shown(raw)), "unit": wanted})

    def from_text(raw: str) -> Value | Problem:
        if _SCIENTIFIC.fullmatch(narrow(raw)):
            return Problem("facts-precision", {"raw": cut(raw)})
        found = written(raw)
        if found is None:
            digits = sum(char.isdigit() for char in raw)
            return Problem("facts-precision", {"raw": cut(raw)}) if digits > MOST_DIGITS else not_number(raw)
        if not found.unit:
            return scaled(found.number, raw)
        factor = units.size(found.unit, unit, field.measure)
        if factor is None:
            # A tail that names no unit at all is no unit that fails to fit.
            return misfit(found.unit, raw) if units.measure(found.unit) or _like_unit(found.unit) else not_number(raw)
        return finish(exact(Fraction(found.number) * factor), raw)

    def convert(raw: object) -> Value | Problem | None:
        if type(raw) is float:
            if raw.is_integer() and -1e15 < raw < 1e15:
                number = int(raw)
                if size == 1 and (number >= 0 or not count):
                    return number
                return scaled(number, raw)
            short = of_float(raw)
            if short is None or abs(raw) >= 1e15:
                return Problem("facts-precision", {"raw": shown(raw)})
            return scaled(short, raw)
        if isinstance(raw, Numeral):
            value = literal(raw)
            return Problem("facts-precision", {"raw": cut(raw)}) if value is None else scaled(value, raw)
        if isinstance(raw, str):
            return from_text(raw)
        if type(raw) is int:
            return scaled(raw, raw) if abs(raw) < 10**MOST_DIGITS else Problem("facts-precision", {"raw": "…"})
        if type(raw) is Percent:
            ratio = of_float(raw)
            if unit != PLAIN:
                return misfit("%", raw)
            return not_number(raw) if ratio is None else finish(ratio, raw)
        if isinstance(raw, list | Mapping):
            return Problem("facts-nested", {"field": field.name})
        if type(raw) is Fraction or (type(raw) is Decimal and raw.is_finite() and abs(raw.adjusted()) < 400):
            return scaled(exact(Fraction(raw)), raw)
        return not_number(raw)

    return convert


def _like_unit(text: str) -> bool:
    return len(text) <= 6 and all(char.isalpha() or char in "/%‰·" for char in text)


# ---------------------------------------------------------------- everything else


def _bool(field: Field) -> Convert:
    def convert(raw: object) -> Value | Problem | None:
        if type(raw) is bool:
            return raw
        if isinstance(raw, list | Mapping):
            return Problem("facts-nested", {"field": field.name})
        word = fold(raw) if isinstance(raw, str) else ""
        if word in _YES:
            return True
        if word in _NO:
            return False
        return Problem("facts-not-bool", {"field": field.name, "raw": cut(shown(raw))})

    return convert


def _text(field: Field) -> Convert:
    def wrong(kind: str, kind_en: str, raw: object) -> Problem:
        return Problem(
            "facts-not-text", {"field": field.name, "raw": cut(shown(raw)), "kind": kind, "kind_en": kind_en}
        )

    def convert(raw: object) -> Value | Problem | None:
        match raw:
            case Numeral():
                return str(raw) if raw.isdigit() else wrong("数字", "number", raw)
            case Verbatim():
                return shown(raw)
            case str():
                text = shown(raw)
                mangled = "+" in text and _MANGLED.fullmatch(narrow(text))
                return Problem("facts-code-mangled", {"raw": cut(text)}) if mangled else text
            case bool():
                return wrong("真假值", "truth value", raw)
            case Percent():
                return wrong("百分数", "percentage", raw)
            case float() | int():
                if not abs(raw) < 10**15:
                    return Problem("facts-code-mangled", {"raw": shown(raw)})
                return str(int(raw)) if raw == int(raw) else wrong("小数", "decimal", raw)
            case datetime() | date() | time() | timedelta():
                return wrong("日期", "date", raw)
            case _:
                return Problem("facts-nested", {"field": field.name})

    return convert


def _member(type_: Member, field: Field, program: Program) -> Convert:
    roll = program.rolls[type_.roll]
    exactly = set(roll.members)
    known = Names(
        [*((name, name) for name in roll.members), *((alias, name) for name, alias in _spellings(program, roll.name))]
    )
    guesses = [_MOST_GUESSES]

    def convert(raw: object) -> Value | Problem | None:
        if isinstance(raw, list | Mapping):
            return Problem("facts-nested", {"field": field.name})
        text = shown(raw)
        if text in exactly:
            return text
        found = known.find(text)
        if found is not None:
            return found
        guesses[0] -= 1
        guess = near(text, roll.members) if guesses[0] >= 0 else None
        data = {"field": field.name, "raw": cut(text), "roll": roll.name, "known": listing(roll.members)}
        return Problem("facts-not-member", data, guess)

    return convert


def _spellings(program: Program, roll: str) -> list[tuple[str, str]]:
    """(member, alias) of a roll, whichever way round its table of aliases is."""
    members = set(program.rolls[roll].members)
    pairs = program.rolls[roll].aliases.items()
    return [(left, right) if left in members else (right, left) for left, right in pairs]


def _date(field: Field) -> Convert:
    def convert(raw: object) -> Value | Problem | None:
        match raw:
            case datetime():
                found: date | clock.Misread = raw.date() if raw.time() == time() else "none"
            case date():
                found = raw
            case float() if raw.is_integer() and 19000101 <= raw <= 21991231:
                found = clock.day(str(int(raw)))
            case list() | Mapping():
                return Problem("facts-nested", {"field": field.name})
            case str() | int():
                found = clock.day(str(raw)) if not isinstance(raw, bool) else "none"
            case _:
                found = "none"
        if isinstance(found, date):
            return found
        return _misread(found, "facts-not-date", field, raw)

    return convert


def _moment(field: Field) -> Convert:
    def convert(raw: object) -> Value | Problem | None:
        match raw:
            case datetime():
                return (
                    raw.replace(microsecond=0)
                    if raw.tzinfo is None
                    else _misread("none", "facts-not-moment", field, raw)
                )
            case list() | Mapping():
                return Problem("facts-nested", {"field": field.name})
            case str():
                found = clock.moment(raw)
                return found if isinstance(found, datetime) else _misread(found, "facts-not-moment", field, raw)
            case _:
                return _misread("none", "facts-not-moment", field, raw)

    return convert


def _misread(how: clock.Misread, code: str, field: Field, raw: object) -> Problem:
    return Problem(
        "facts-ambiguous-date" if how == "ambiguous" else code, {"field": field.name, "raw": cut(shown(raw))}
    )
