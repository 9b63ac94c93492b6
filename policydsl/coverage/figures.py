"""Owns figures in running text: numbers with their units, parts, dates and years, found and brought to base units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from fractions import Fraction

from attrs import frozen

from policydsl.core.units import PARTS, POINT, SCALES
from policydsl.core.values import decimal_text, exact
from policydsl.coverage.plain import plain

Period = tuple[int, ...]
"""A year, or a year and a month."""


@frozen
class Figure:
    """A figure as it stands in a text. `value` is in base units (35万元 is 350000 of 元); `unit` is what it is of, as written
    but for multiples (万), with / where it is of each; `raw` its own words; `start` where it begins in the text."""

    value: Fraction | date | datetime | Period
    unit: str
    raw: str
    start: int

    @property
    def shown(self) -> str:
        """The normal form, for reports: 350000元/区, 7/10, 2025-08-31."""
        match self.value:
            case Fraction():
                return decimal_text(exact(self.value)) + self.unit
            case datetime():
                return self.value.strftime("%Y-%m-%d %H:%M")
            case date():
                return self.value.isoformat()
            case _:
                return "-".join(f"{part:02d}" for part in self.value)


CLASSIFIERS = ("个", "项", "类", "种", "条", "款", "批", "档", "级", "次", "方面", "部分")
"""Words that count things of any kind: a list of so many answers to them."""
COUNTED = (
    *("家", "户", "场", "件", "份", "篇", "人次", "人", "名", "岁", "周岁", "倍", "期", "轮"),
    *("台", "套", "座", "处", "所", "辆", "间"),
)
IDLE = (*CLASSIFIERS, "时", "日", "天", "期")
"""With a bare 一 these are a turn of speech (一个, 一批), not a figure."""
TIMES = ("个工作日", "工作日", "个自然日", "自然日", "个月", "年度", "年", "月", "日", "天", "周", "小时", "分钟", "时")

_DIGITS = "零一二三四五六七八九"
_CHINESE = "零一二两三四五六七八九十百千万亿"
_SCALE = "|".join(sorted(SCALES, key=len, reverse=True))
_DAY = re.compile(r"(\d{4})年(?:(\d{1,2})月)?(?:(\d{1,2})日)?(?:(\d{1,2})[时:](?:(\d{1,2})分?)?)?")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?!\d)")
_NUMBER = r"(?<![\w.,])(?<!第)\d[\d,]*(?:\.\d+)?|(?<![A-Za-z0-9.,_])(?<!第)\d[\d,]*(?:\.\d+)?"
_OF = re.compile(rf"([{_CHINESE}]+)分之([{_CHINESE}]+)")
_LINKS = re.compile(r"\s*(?:至|到|-|~|、|和|或|,|/)\s*")
_ASCII_AFTER = re.compile(r"[A-Za-z_]")


class Reader:
    """Finds figures, given the units that a policy declares beside those that everybody knows."""

    def __init__(self, units: Iterable[str] = (), currency: str = "元") -> None:
        known = sorted({*units, currency, "角", "分", *CLASSIFIERS, *COUNTED, *TIMES}, key=len, reverse=True)
        one = "|".join(re.escape(unit) for unit in known if unit)
        unit = rf"(?P<scale>{_SCALE})?(?P<unit>{re.escape(POINT)}|百分点|[%‰]|{one})?"
        self._arabic = re.compile(rf"(?P<number>{_NUMBER})\s*{unit}")
        self._chinese = re.compile(
            rf"(?<!第)(?<![{_CHINESE}])(?P<number>[{_CHINESE}]+)(?P<unit>{one}|成)(?![{_CHINESE}]*分之)"
        )
        self._below = re.compile(r"\s*/\s*(?P<below>[^\W\d_]{1,4})")
        self._bounds = one

    def find(self, text: str) -> tuple[Figure, ...]:
        """The figures of a text in order. Numbers of order (第二), numbers within a word (A12) and a bare 一个 are none."""
        clear = plain(text)
        taken = [False] * len(clear)
        found: list[Figure] = []

        def take(figure: Figure | None, start: int, end: int) -> None:
            if figure is not None and not any(taken[start:end]):
                found.append(figure)
                taken[start:end] = [True] * (end - start)

        for match in _ISO.finditer(clear):
            take(_iso(match), match.start(), match.end())
        for match in _DAY.finditer(clear):
            take(_dated(match, clear), match.start(), match.end())
        for match in _OF.finditer(clear):
            take(_part(match), match.start(), match.end())
        for figure, end in self._plain(clear):
            take(figure, figure.start, end)
        for match in self._chinese.finditer(clear):
            take(_counted(match), match.start(), match.end())
        return tuple(sorted(found, key=lambda figure: figure.start))

    def _plain(self, clear: str) -> Iterator[tuple[Figure, int]]:
        """Arabic numbers; one without a unit that stands in a row with one that has it shares it (300、500元)."""
        rows: list[tuple[Fraction, str, str, int, int]] = []
        for match in self._arabic.finditer(clear):
            end = match.end()
            if match["unit"] is None and match["scale"] is None and _ASCII_AFTER.match(clear, end):
                continue
            number = Fraction(match["number"].rstrip(",").replace(",", ""))
            unit = match["unit"] or ""
            number *= SCALES.get(match["scale"] or "", Fraction(1)) * PARTS.get(unit, Fraction(1))
            if unit in ("百分点", POINT):
                number, unit = number / 100, POINT
            below = self._below.match(clear, end) if unit and unit not in PARTS else None
            if below is not None:
                word = re.match(rf"(?:{self._bounds})", below["below"])
                short = word.group() if word else below["below"]
                unit += "/" + short
                end = below.start("below") + len(short)
            rows.append((number, unit, clear[match.start() : end], match.start(), end))
        for at, (number, unit, raw, start, end) in enumerate(rows):
            after = at
            while not unit and after + 1 < len(rows) and _LINKS.fullmatch(clear[rows[after][4] : rows[after + 1][3]]):
                after += 1
                if rows[after][1]:
                    unit = rows[after][1]
                    number *= PARTS.get(unit, Fraction(1))
            yield Figure(number, "" if unit in PARTS else unit, raw, start), end


def _iso(match: re.Match[str]) -> Figure | None:
    try:
        return Figure(date(int(match[1]), int(match[2]), int(match[3])), "", match.group(), match.start())
    except ValueError:
        return None


def _dated(match: re.Match[str], clear: str) -> Figure | None:
    year, month, day, hour, minute = (int(part) if part else None for part in match.groups())
    assert year is not None
    try:
        value: date | datetime | Period
        if month is None:
            return Figure((year,), "", clear[match.start() : match.start() + 5], match.start())
        if day is None:
            value = (year, date(year, month, 1).month)
        elif hour is None:
            value = date(year, month, day)
        else:
            value = datetime(year, month, day, hour, minute or 0)
        return Figure(value, "", match.group(), match.start())
    except ValueError:
        return None


def _part(match: re.Match[str]) -> Figure | None:
    below = {"百": 100, "千": 1000, "万": 10000}.get(match[1]) or chinese_number(match[1])
    above = chinese_number(match[2])
    return Figure(Fraction(above, below), "", match.group(), match.start()) if below else None


def _counted(match: re.Match[str]) -> Figure | None:
    words, unit = match["number"], match["unit"]
    if (words == "一" and unit in IDLE) or set(words) <= set("百千万亿"):
        return None
    number = Fraction(chinese_number(words))
    if unit == "成":
        return Figure(number / 10, "", match.group(), match.start())
    return Figure(number, unit, match.group(), match.start())


def chinese_number(words: str) -> int:
    """二百三十 as 230; digits one by one (二零二五) likewise."""
    words = words.replace("两", "二")
    if all(sign in _DIGITS for sign in words):
        return int("".join(str(_DIGITS.index(sign)) for sign in words))
    total = section = digit = 0
    for sign in words:
        if sign in _DIGITS:
            digit = _DIGITS.index(sign)
        elif sign in "十百千":
            section += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[sign]
            digit = 0
        else:
            total = (total + section + digit or 1) * (10_000 if sign == "万" else 100_000_000)
            section = digit = 0
    return total + section + digit
