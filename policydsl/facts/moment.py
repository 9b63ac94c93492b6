"""Owns days and times of day as people write them. Only forms with one reading: the year first, in four digits."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Literal

from policydsl.facts.grid import narrow

_DAY = r"(\d{4})\s*(?:年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]|-\s*(\d{1,2})\s*-\s*(\d{1,2})|/\s*(\d{1,2})\s*/\s*(\d{1,2})|\.\s*(\d{1,2})\s*\.\s*(\d{1,2})|(\d{2})(\d{2}))"
_CLOCK = r"(\d{1,2})(?::(\d{2})(?::(\d{2})(?:\.0+)?)?|[时点](?:(\d{1,2})分(?:(\d{1,2})秒)?)?)"
_DATE = re.compile(rf"{_DAY}(?:[T\s]\s*0?0:00(?::00(?:\.0+)?)?)?", re.ASCII)
_MOMENT = re.compile(rf"{_DAY}\s*[T\s]?\s*{_CLOCK}", re.ASCII)
_AMBIGUOUS = re.compile(r"\d{1,4}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{1,4}(?:\s.*)?", re.ASCII | re.DOTALL)

Misread = Literal["ambiguous", "none"]


def day(text: str) -> date | Misread:
    """The day that `text` names: `2025-8-31`, `2025/8/31`, `2025.8.31`, `2025年8月31日`, `20250831`."""
    text = narrow(text)[:60]
    found = _DATE.fullmatch(text)
    if found:
        return _day([part for part in found.groups() if part is not None])
    return "ambiguous" if _AMBIGUOUS.fullmatch(text) and not re.match(r"\d{4}", text) else "none"


def moment(text: str) -> datetime | Misread:
    """The second that `text` names: a day as in `day`, then `18:00`, `18:00:00`, `18时`, `18时30分`; 24:00 ends the day."""
    text = narrow(text)[:60]
    found = _MOMENT.fullmatch(text)
    if not found:
        return "ambiguous" if _AMBIGUOUS.fullmatch(text) and not re.match(r"\d{4}", text) else "none"
    parts = [part for part in found.groups()[:11] if part is not None]
    on = _day(parts)
    if not isinstance(on, date):
        return on
    hour, minute, second, minute_zh, second_zh = found.groups()[11:]
    clock = int(hour), int(minute or minute_zh or 0), int(second or second_zh or 0)
    if clock == (24, 0, 0):
        try:
            return datetime(on.year, on.month, on.day) + timedelta(days=1)
        except OverflowError:
            return "none"
    try:
        return datetime(on.year, on.month, on.day, *clock)
    except ValueError:
        return "none"


def _day(parts: list[str]) -> date | Misread:
    try:
        return date(*map(int, parts))
    except ValueError:
        return "none"
