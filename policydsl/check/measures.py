"""Owns the units a policy may use: its own, the currency, time, and the multiples of each that can be written."""

from __future__ import annotations

from difflib import get_close_matches
from fractions import Fraction

from attrs import define, field

from policydsl.core.units import PARTS, PLAIN, POINT, SCALES, Measure, Unit, base, currency_of

TIME: dict[str, tuple[str, Fraction]] = {
    "年": ("月", Fraction(12)),
    "月": ("月", Fraction(1)),
    "个月": ("月", Fraction(1)),
    "天": ("天", Fraction(1)),
    "日": ("天", Fraction(1)),
    "周": ("天", Fraction(7)),
    "工作日": ("工作日", Fraction(1)),
    "个工作日": ("工作日", Fraction(1)),
    "自然日": ("天", Fraction(1)),
    "个自然日": ("天", Fraction(1)),
    "小时": ("小时", Fraction(1)),
    "个小时": ("小时", Fraction(1)),
    "年份": ("年份", Fraction(1)),
    "years": ("月", Fraction(12)),
    "year": ("月", Fraction(12)),
    "months": ("月", Fraction(1)),
    "month": ("月", Fraction(1)),
    "days": ("天", Fraction(1)),
    "workdays": ("工作日", Fraction(1)),
    "workday": ("工作日", Fraction(1)),
    "day": ("天", Fraction(1)),
    "weeks": ("天", Fraction(7)),
    "week": ("天", Fraction(7)),
    "hours": ("小时", Fraction(1)),
    "hour": ("小时", Fraction(1)),
}
"""Units of time that need no declaration. Months, days, working days and hours do not convert into one another."""

COINS: dict[str, tuple[str, Fraction]] = {"角": ("元", Fraction(1, 10)), "分": ("元", Fraction(1, 100))}

FRACTIONAL = frozenset(
    [
        "平方米",
        "㎡",
        "m2",
        "sqm",
        "立方米",
        "m3",
        "米",
        "千米",
        "公里",
        "厘米",
        "毫米",
        "m",
        "km",
        "cm",
        "mm",
        "吨",
        "千克",
        "公斤",
        "克",
        "毫克",
        "t",
        "kg",
        "g",
        "升",
        "毫升",
        "L",
        "l",
        "ml",
        "度",
        "千瓦时",
        "kWh",
        "MWh",
        "千瓦",
        "kW",
        "MW",
        "亩",
        "公顷",
        "ha",
        "马力",
        "分贝",
        "小时",
        "克拉",
        "盎司",
        "加仑",
        "英里",
        "英尺",
        "sqft",
        "acre",
        "acres",
        "lb",
        "lbs",
        "oz",
        "mile",
        "miles",
        "吨标准煤",
        "标准煤吨",
        "分",
    ]
)
"""Units that measure rather than count: facts in them may have decimals."""

COUNT_WORDS = ("个",)


@define
class Measures:
    """The units of one policy. `parse` reads what stands behind a number or as the type of a field."""

    currency: str = "元"
    declared: dict[str, str] = field(factory=dict)  # name or alias -> canonical name
    _known: dict[str, Measure | None] = field(factory=dict, init=False)

    def declare(self, name: str, alias: str | None = None) -> bool:
        """Add a unit; False where it is there already."""
        self._known.clear()
        fresh = name not in self.declared
        self.declared[name] = name
        if alias:
            self.declared[alias] = name
        return fresh

    def built_in(self, name: str) -> bool:
        """Whether `name` is money or time already, of another size than the unit would have that is declared so (万元, 年, 日)."""
        if name in self.declared or name in COINS:
            return False
        rest = next((name[len(scale) :] for scale in SCALES if name.startswith(scale)), name)
        return (name in TIME and TIME[name] != (name, Fraction(1))) or (rest == self.currency and rest != name)

    def pay_in(self, currency: str) -> None:
        """Make another currency that of the policy."""
        self._known.clear()
        self.currency = currency

    def parse(self, text: str) -> Measure | None:
        """The unit and size that `text` names; None if it names none. Empty text is a plain number."""
        try:
            return self._known[text]
        except KeyError:
            found = self._known[text] = self._read(text)
            return found

    def _read(self, text: str) -> Measure | None:
        if not text:
            return Measure(PLAIN, "")
        above, slash, below = text.partition("/")
        upper = self._single(above) if above else (PLAIN, Fraction(1))
        if upper is None:
            return None
        if not slash:
            return Measure(upper[0], text, upper[1])
        lower = self._single(below)
        if lower is None or lower[0].plain:
            return None
        return Measure(upper[0] / lower[0], text, upper[1] / lower[1])

    def _single(self, text: str) -> tuple[Unit, Fraction] | None:
        if text in PARTS:
            return PLAIN, PARTS[text]
        if text in (POINT, "百分点", "pp"):
            return base(POINT), Fraction(1, 100)
        known = self._base(text)
        if known is not None:
            return known
        for prefix in sorted(SCALES, key=len, reverse=True):
            if text.startswith(prefix):
                rest = text[len(prefix) :]
                if not rest:
                    return PLAIN, SCALES[prefix]
                inner = self._base(rest)
                if inner is not None:
                    return inner[0], inner[1] * SCALES[prefix]
        if text.startswith("个") and len(text) > 1:
            return self._single(text[1:])
        return None

    def _base(self, text: str) -> tuple[Unit, Fraction] | None:
        if text in self.declared:
            return base(self.declared[text]), Fraction(1)
        if text == self.currency:
            return base(text), Fraction(1)
        if text in COINS and COINS[text][0] == self.currency:
            name, size = COINS[text]
            return base(name), size
        if text in TIME:
            name, size = TIME[text]
            return base(name), size
        paid = currency_of(text, self.currency)
        if paid is not None and (paid[0] == self.currency or paid[0] in self.declared):
            return base(self.declared.get(paid[0], paid[0])), paid[1]
        return None

    def counts(self, unit: Unit) -> bool:
        """Whether facts in this unit are whole and not negative unless the policy says otherwise."""
        if len(unit.powers) != 1 or unit.powers[0][1] != 1:
            return False
        name = unit.powers[0][0]
        return name != self.currency and name not in FRACTIONAL and name not in (POINT, "年份")

    def close(self, text: str) -> str:
        """A declared unit much like `text`, or nothing."""
        if text.casefold() in ("percent", "percentage", "pct"):
            return "%"
        above, slash, below = text.partition("/")
        if slash and "/" not in below:
            # 元/人人: the half that is wrong, where it is much like a unit
            halves = [half if self.parse(half) is not None else self.close(half) for half in (above, below)]
            if all(halves):
                return "/".join(halves)
        known = [*self.declared, self.currency, *TIME]
        found = get_close_matches(text, known, 1, 0.5)
        return found[0] if found else ""
