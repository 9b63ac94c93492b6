"""Owns how values look to a reader: numbers with units, amounts, percentages, dates, yes and no, in both languages.

What is shown is exact wherever it says nothing else: a rounded figure is always followed by its exact value, and
never rounded onto a rounder number than the value is (99.996% is not shown as 100.00%).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction

from attrs import field, frozen

from policydsl.core.types import TEXT, ListOf, Number, Optional, Text, Type
from policydsl.core.units import POINT, Measure
from policydsl.core.values import Absent, Blocked, Exact, NotApplicable, Outcome, Status, Value, decimal_text
from policydsl.diagnostics.model import Language
from policydsl.explain.names import Name, Role, Shown

STATUS_WORDS: Mapping[Language, Mapping[Status, str]] = {
    "zh": {"value": "", "pending": "待裁量", "unknown": "未知", "invalid": "无效"},
    "en": {"value": "", "pending": "pending", "unknown": "unknown", "invalid": "invalid"},
}
ENGLISH_UNITS: Mapping[str, str] = {
    "元": "yuan",
    POINT: "percentage points",
    "年": "years",
    "月": "months",
    "天": "days",
    "日": "days",
    "工作日": "working days",
    "小时": "hours",
}
"""Units that the language knows by itself; others are declared by a policy, with an alias or without."""

ONE_OF: Mapping[str, str] = {
    POINT: "percentage point",
    "月": "month",
    "天": "day",
    "日": "day",
    "工作日": "working day",
    "小时": "hour",
}
"""The same of one, as behind “per”."""
_PLURALS = frozenset({"years", "months", "weeks", "days", "hours", "working days", "percentage points"})

YES_NO: Mapping[Language, Mapping[Role, tuple[str, str]]] = {
    "zh": {"plain": ("是", "否"), "task": ("完成", "未完成"), "condition": ("成立", "不成立")},
    "en": {"plain": ("yes", "no"), "task": ("met", "not met"), "condition": ("true", "false")},
}
BRACKETED = "\N{FULLWIDTH LEFT PARENTHESIS}{}\N{FULLWIDTH RIGHT PARENTHESIS}"
"""The brackets of Chinese prose, spelt so that no editor or tool can narrow them unseen."""

MOST_PLACES = 4
"""A decimal with at most so many places is shown whole; a longer one is rounded and followed by its exact value."""


@frozen
class Figures:
    """The way to show values to readers of one language; `units` are the policy's units with their aliases."""

    lang: Language
    units: Mapping[str, str] = field(factory=dict)
    currency: str = "元"

    def name(self, name: Name) -> str:
        """A name in a sentence: in English its alias, or the Chinese name in 「」."""
        if self.lang == "zh":
            return name.text
        return name.alias or (name.text if name.text.isascii() else f"「{name.text}」")

    def status(self, status: Status) -> str:
        """The word for a status."""
        return STATUS_WORDS[self.lang][status]

    def show(self, shown: Shown, exactly: bool = True) -> str:
        """An outcome as it stands in a sentence; `exactly` adds the exact value where the figure is rounded."""
        if shown.outcome is None:
            return ""
        return self.outcome(shown.outcome, shown.type, shown.measure, shown.role, exactly)

    def outcome(
        self,
        outcome: Outcome,
        type_: Type,
        measure: Measure | None = None,
        role: Role = "plain",
        exactly: bool = True,
    ) -> str:
        """The text of an outcome of a type."""
        if isinstance(outcome, Blocked):
            return self.status(outcome.status)
        return self._value(outcome, type_, measure, role, exactly)

    def _value(self, value: Value, type_: Type, measure: Measure | None, role: Role, exactly: bool) -> str:
        chinese = self.lang == "zh"
        match value:
            case bool():
                return YES_NO[self.lang][role][0 if value else 1]
            case int() | Fraction():
                return self._number(value, type_, measure, exactly)
            case str():
                inner = type_.of if isinstance(type_, Optional) else type_
                return f"“{value}”" if isinstance(inner, Text) else value
            case datetime():
                return f"{self.day(value)} {value:%H:%M:%S}"
            case date():
                return self.day(value)
            case tuple():
                of = type_.of if isinstance(type_, ListOf) else TEXT
                items = [
                    item if isinstance(item, str) else self._value(item, of, measure, role, exactly) for item in value
                ]
                return ("、" if chinese else ", ").join(items) or ("无" if chinese else "none")
            case Absent():
                return "无" if chinese else "none"
            case NotApplicable():
                return "不适用" if chinese else "not applicable"

    def day(self, day: date) -> str:
        """A day as it is written in the language."""
        return f"{day.year}年{day.month}月{day.day}日" if self.lang == "zh" else day.strftime("%Y-%m-%d")

    def _number(self, value: Exact, type_: Type, measure: Measure | None, exactly: bool) -> str:
        inner = type_.of if isinstance(type_, Optional) else type_
        unit = inner.unit if isinstance(inner, Number) else None
        if (
            measure is not None
            and measure.text
            and (self.lang == "zh" or measure.size == 1 or measure.text in ("%", "‰", "年") or measure.text.isascii())
        ):
            return self._scaled(value, measure.size, self._unit_text(measure.text), exactly)
        if unit is None or unit.plain:
            # a field declared 数 has a measure without words; a ratio has none
            if isinstance(inner, Number) and not inner.whole and value != 0 and measure is None:
                return self._scaled(value, Fraction(1, 100), "%", exactly)
            return self._scaled(value, Fraction(1), "", exactly)
        return self._scaled(value, Fraction(1), self._unit_text(str(unit)), exactly)

    def _unit_text(self, text: str) -> str:
        if self.lang == "zh" or text in ("%", "‰", ""):
            return text
        above, *below = text.split("/")
        names = ["·".join(self.units.get(part) or ENGLISH_UNITS.get(part, part) for part in above.split("·"))]
        names += [self.units.get(part) or ONE_OF.get(part, part) for part in below]
        return " " + "/".join(names)

    def _scaled(self, value: Exact, size: Fraction, unit: str, exactly: bool) -> str:
        text, rounded = decimal(Fraction(value) / size)
        if text in ("1", "−1") and unit[1:] in _PLURALS:
            unit = unit.removesuffix("s")
        if not rounded or not exactly:
            return text + unit
        scaled = decimal_text(value) if size != 1 else decimal_text(value) + unit
        return text + unit + self.bracketed(f"{'精确值' if self.lang == 'zh' else 'exactly'} {scaled}")

    def bracketed(self, text: str) -> str:
        """Text in the brackets of the language, to be put right after what it explains."""
        return BRACKETED.format(text) if self.lang == "zh" else f" ({text})"

    def points(self, shown: Shown) -> str:
        """A difference: of ratios in percentage points, of anything else in its unit."""
        value = shown.outcome
        inner = shown.type.of if isinstance(shown.type, Optional) else shown.type
        ratio = isinstance(inner, Number) and inner.unit.plain and not inner.whole
        plain = not isinstance(value, bool) and isinstance(value, int | Fraction)
        if ratio and plain and (shown.measure is None or shown.measure.text in ("", "%")):
            assert isinstance(value, int | Fraction)
            text, rounded = decimal(Fraction(value) * 100)
            text = f"{text}个百分点" if self.lang == "zh" else f"{text} percentage points"
            return f"{'约' if self.lang == 'zh' else 'about '}{text}" if rounded else text
        return self.show(shown, exactly=False)

    def amount(self, shown: Shown) -> str:
        """An outcome for a heading: money also in 万元 where that is short, or in 元 where the policy shows 万元."""
        text = self.show(shown)
        other = self._other_scale(shown)
        return text + self.bracketed(other) if other else text

    def is_money(self, type_: Type) -> bool:
        """Whether what is shown is an amount in the policy's currency."""
        inner = type_.of if isinstance(type_, Optional) else type_
        return isinstance(inner, Number) and str(inner.unit) == self.currency

    def _other_scale(self, shown: Shown) -> str:
        value = shown.outcome
        if self.lang != "zh" or isinstance(value, bool) or not isinstance(value, int | Fraction):
            return ""
        value = Fraction(value)
        if not self.is_money(shown.type):
            return ""
        if shown.measure is not None and shown.measure.size != 1:
            text, rounded = decimal(value)
            return "" if rounded else text + self.currency
        if abs(value) >= 10**4 and value * 100 % 10**4 == 0:
            return decimal(value / 10**4)[0] + "万" + self.currency
        return ""


def decimal(value: Fraction) -> tuple[str, bool]:
    """A number with thousand separators, and whether it had to be rounded (half away from zero)."""
    text = decimal_text(value if value.denominator != 1 else value.numerator)
    if "/" not in text and len(text.partition(".")[2]) <= MOST_PLACES:
        return _grouped(text), False
    for places in range(2, 30):
        scaled = abs(value) * 10**places
        whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
        # a figure that ends in 0 would pass for a rounder number than the value is, and so for a threshold reached
        if whole % 10:
            digits = str(whole).rjust(places + 1, "0")
            return _grouped(f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"), True
    return text, False


def _grouped(text: str) -> str:
    sign, digits = ("−", text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = digits.partition(".")
    return f"{sign}{int(whole):,}{point}{rest}"


def plain_unit(type_: Type, measure: Measure | None) -> str:
    """The unit that results state a value in: the measure's text, else the type's unit; empty for what is no number."""
    inner = type_.of if isinstance(type_, Optional) else type_
    inner = inner.of if isinstance(inner, ListOf) else inner
    if not isinstance(inner, Number):
        return ""
    return measure.text if measure is not None else str(inner.unit)


def is_share(type_: Type, measure: Measure | None) -> bool:
    """Whether values are bare ratios, which read as percentages; what is declared a plain number has a measure without words."""
    inner = type_.of if isinstance(type_, Optional) else type_
    return isinstance(inner, Number) and inner.unit.plain and not inner.whole and measure is None


def is_number(type_: Type) -> bool:
    """Whether values of a type are numbers (none and not-applicable aside)."""
    return isinstance(type_.of if isinstance(type_, Optional) else type_, Number)
