"""Owns how one result stands in a cell of a workbook: a number as far as a sheet can hold it, else text that is no formula."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from attrs import define, field

from policydsl.core.values import Exact
from policydsl.diagnostics.model import Language
from policydsl.explain.figures import decimal
from policydsl.explain.results import Cell
from policydsl.reports.results_csv import flat

MOST_DIGITS = 15
"""Digits that a spreadsheet keeps of a number; what has more stands as text, so that none is lost."""

MOST_TEXT = 32_000
"""Characters that a cell holds."""

EXACT: dict[Language, str] = {"zh": "精确值", "en": "exactly"}


@define
class Formats:
    """The formats of a workbook, each made once."""

    book: Any
    made: dict[tuple[tuple[str, Any], ...], Any] = field(factory=dict)

    def of(self, **properties: Any) -> Any:
        """The format with these properties of xlsxwriter."""
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(properties)
        return self.made[key]


def write_cell(
    page: Any,
    row: int,
    column: int,
    cell: Cell,
    lang: Language,
    formats: Formats,
    *,
    share: bool = False,
    remark: bool = True,
    look: Mapping[str, Any] | None = None,
) -> None:
    """One result. `share`: a ratio, shown as a percentage; `remark`: why there is no value stands beside it; `look`: more format."""
    base = {"valign": "top", **(look or {})}
    if cell.number is not None:
        number, places, faithful = stored(cell.number, share)
        if number is None:
            page.write_string(row, column, str(cell.value), formats.of(**base))
            return
        page.write_number(row, column, number, formats.of(**base, num_format=picture(places, share)))
        if not faithful:
            page.write_comment(row, column, f"{EXACT[lang]} {cell.value}")
        return
    if cell.status != "value" or cell.inapplicable:
        held = {"italic": True, "align": "right", "font_color": "#8A3B12", **base}
        page.write_string(row, column, cell.shown, formats.of(**held))
        if cell.reasons and remark:
            page.write_comment(row, column, "\n".join(cell.reasons)[:2000], {"x_scale": 2.5})
        return
    page.write_string(row, column, flat(cell.value, lang)[:MOST_TEXT], formats.of(**base))


def picture(places: int, share: bool = False) -> str:
    """The number format with so many places."""
    return "#,##0" + ("." + "0" * places if places else "") + ("%" if share else "")


def stored(value: Exact, share: bool = False) -> tuple[float | None, int, bool]:
    """The number a sheet can hold, how many places to show, and whether that is the exact value; None for too long a one."""
    number = Fraction(value)
    if abs(number) >= 10**MOST_DIGITS:
        return None, 0, False
    if share:
        # as many places as keep 99.996 % from being shown as a round 100 %
        text, rounded = decimal(number * 100)
        return float(number), len(text.partition(".")[2]), not rounded
    for places in range(7):
        if (number * 10**places).denominator == 1:
            digits = len(str(abs(int(number * 10**places))))
            return float(number), places, digits <= MOST_DIGITS
    return float(number), 6, False
