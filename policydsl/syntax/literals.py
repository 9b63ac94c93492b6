"""Owns the reading of literal tokens: quantities, dates, times, texts, citations."""

from __future__ import annotations

import re
from datetime import date, datetime
from fractions import Fraction

_QUANTITY = re.compile(r"(?P<sign>[£€$]?)(?P<number>[\d,]+(?:\.\d+)?(?:/\d+)?)(?P<unit>.*)", re.DOTALL)
_DATE = re.compile(r"(\d{4})(?:年(\d{1,2})月(\d{1,2})日|-(\d{2})-(\d{2}))")
_ENGLISH = re.compile(r"(?:(\d{1,2}) ([A-Z][a-z]+)|([A-Z][a-z]+) (\d{1,2}),) (\d{4})")
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_TIME = re.compile(r"(?:T|日)?(\d{1,2})(?:时(?:(\d{1,2})分)?|:(\d{2})(?::(\d{2}))?)$")
_CITED = re.compile(r"\s*([^“”\"]*?)\s*(?:[“\"]([^“”\"]*)[”\"])?\s*")
_GLUED = re.compile(r"(?<![A-Za-z0-9.,]) (?![A-Za-z])|(?<![A-Za-z0-9.,)]) | (?![A-Za-z0-9])")
SIGNS = "£€$"
"""Signs of currencies that stand before the digits."""
MAX_DIGITS = 60
"""Digits a number in a policy may have."""


def read_quantity(text: str) -> tuple[Fraction, str, str]:
    """Number, unit text and digits as written. Raises ValueError for a fraction over zero or more digits than a policy may have."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(text)
    digits = match["number"]
    if len(digits) > MAX_DIGITS:
        raise ValueError(text)
    plain = digits.replace(",", "")
    if plain.endswith("/0") or re.search(r"/0+$", plain):
        raise ValueError(text)
    number = Fraction(int(plain) if plain.isdecimal() else plain)
    return number, match["sign"] + match["unit"].replace(" ", ""), digits


def read_date(text: str) -> date:
    """A day. Raises ValueError where the calendar has no such day."""
    english = _ENGLISH.match(text)
    if english is not None:
        name = english[2] or english[3]
        return date(int(english[5]), _MONTHS.index(name) + 1, int(english[1] or english[4]))
    match = _DATE.match(text)
    if match is None:
        raise ValueError(text)
    year, month, day = match[1], match[2] or match[4], match[3] or match[5]
    return date(int(year), int(month), int(day))


def read_time(text: str) -> datetime:
    """A second of a day; 24时 is refused. Raises ValueError likewise."""
    match = _DATE.match(text)
    if match is None:
        raise ValueError(text)
    day = read_date(text)
    clock = _TIME.match(text, match.end() - (1 if text[match.end() - 1] == "日" else 0))
    if clock is None:
        raise ValueError(text)
    hour, minute, second = int(clock[1]), int(clock[2] or clock[3] or 0), int(clock[4] or 0)
    return datetime(day.year, day.month, day.day, hour, minute, second)


def read_citation(text: str) -> tuple[tuple[str, str], ...]:
    """Clause ids and the phrases quoted from them: `八(一)1、七(二)2 “自达到”`."""
    parts: list[str] = []
    depth = begin = 0
    quoted = False
    for at, char in enumerate(text):
        if char in '“”"':
            quoted = char == "“" or (char == '"' and not quoted)
        elif quoted:
            continue
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
        elif char in "、,;" and depth <= 0:
            parts.append(text[begin:at])
            begin = at + 1
    parts.append(text[begin:])
    found = []
    for part in parts:
        match = _CITED.fullmatch(part)
        if match is None:
            found.append((part.strip(), ""))
        elif match[1]:
            found.append((clause_id(match[1]), match[2] or ""))
    return tuple(found)


def clause_id(text: str) -> str:
    """A clause as it is cited, however it was spaced: blanks stay between words of letters and figures (`section 9 and 10`), and go elsewhere."""
    return _GLUED.sub("", " ".join(text.split()))
