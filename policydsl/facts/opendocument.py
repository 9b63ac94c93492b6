"""Owns what a spreadsheet reader does not tell of an .ods file: error cells, formulas never calculated, percentages, merged cells."""

from __future__ import annotations

import re
from html import unescape

from policydsl.facts.grid import Fault
from policydsl.facts.scan import Scan

_TAG = re.compile(
    rb"<(?:(/)?table:(table|table-row)(?=[\s/>])([^<>]*)|table:(table-cell|covered-table-cell)(?=[\s/>])([^<>]*))>",
    re.DOTALL,
)
_ERROR = re.compile(r"#(?:DIV/0!|N/A|REF!|VALUE!|NAME\?|NUM!|NULL!)|(?:Err|错误):\s?\d{3}")
_SHOWN = re.compile(rb"<text:p[^<>]*>(?:<[^<>]*>)*([^<]{0,60})<")
_ATTRIBUTE = re.compile(rb"""([\w:-]{1,60})=(?:"([^"]*)"|'([^']*)')""")


def scan(xml: bytes) -> dict[str, Scan]:
    """Search the content of an .ods file, sheet by sheet."""
    found: dict[str, Scan] = {}
    name = ""
    sheet = _Sheet()
    for tag in _TAG.finditer(xml):
        closing, element, attributes, cell, of_cell = tag.groups()
        if cell:
            sheet.cell(xml, tag, _attributes(of_cell))
        elif element == b"table" and not closing:
            name, sheet = _attributes(attributes).get("table:name", ""), _Sheet()
        elif element == b"table":
            found.setdefault(name, sheet.done())
        elif closing:
            sheet.end_row()
        else:
            sheet.row(_attributes(attributes))
            if attributes.endswith(b"/"):
                sheet.end_row()
    return found


class _Sheet:
    """One sheet as its tags go by."""

    def __init__(self) -> None:
        self.faults: list[tuple[int, int, Fault]] = []
        self.percents: list[tuple[int, int]] = []
        self.merged: list[tuple[int, int, int, int]] = []
        self.at_row, self.at_column = 0, 0
        self.repeat, self.holds = 1, False
        self.last_row, self.last_column = -1, -1

    def row(self, attributes: dict[str, str]) -> None:
        self.at_column = 0
        self.repeat = _times(attributes.get("table:number-rows-repeated"))
        self.holds = False

    def end_row(self) -> None:
        self.at_row += self.repeat
        if self.holds:
            self.last_row = self.at_row - 1

    def cell(self, xml: bytes, tag: re.Match[bytes], attributes: dict[str, str]) -> None:
        row, column = self.at_row, self.at_column
        times = _times(attributes.get("table:number-columns-repeated"))
        self.at_column += times
        kind = attributes.get("office:value-type")
        if kind is None and tag[5].endswith(b"/") and "table:formula" not in attributes:
            return
        self.holds = True
        self.last_column = max(self.last_column, column + times - 1)
        down, right = (_times(attributes.get(f"table:number-{way}-spanned")) for way in ("rows", "columns"))
        if down * right > 1:
            self.merged.append((row, column, row + down - 1, column + right - 1))
        fault = _fault(xml, tag, attributes, kind)
        # A run of equal cells is said at its first few; nobody reads a thousand findings of one copied formula.
        for each in range(column, column + min(times, 100)):
            if fault:
                self.faults.append((row, each, fault))
            elif kind == "percentage":
                self.percents.append((row, each))
        if kind == "percentage":
            for below in range(row + 1, row + min(self.repeat, 100_000)):
                self.percents.append((below, column))

    def done(self) -> Scan:
        return Scan(tuple(self.faults), tuple(self.percents), tuple(self.merged), self.last_row, self.last_column)


def _fault(xml: bytes, tag: re.Match[bytes], attributes: dict[str, str], kind: str | None) -> Fault | None:
    formula = attributes.get("table:formula")
    if attributes.get("calcext:value-type") == "error" or formula is not None:
        text = _SHOWN.match(xml, tag.end())
        said = unescape(text[1].decode("utf-8", "replace")) if text else ""
        if attributes.get("calcext:value-type") == "error" or _ERROR.fullmatch(said):
            return Fault("facts-error-cell", said or "#")
        if kind is None:
            return Fault("facts-formula", f"{formula}"[:60])
    return None


def _times(text: str | None) -> int:
    return min(int(text), 10**8) if text and text.isdigit() and len(text) < 12 else 1


def _attributes(text: bytes) -> dict[str, str]:
    return {
        name.decode("utf-8", "replace"): unescape((double or single).decode("utf-8", "replace"))
        for name, double, single in _ATTRIBUTE.findall(text)
    }
