"""Owns results as a workbook: a sheet for each entity with units in the header, and one for what is still lacking."""

from __future__ import annotations

import re
from fractions import Fraction
from io import BytesIO
from typing import Any

import xlsxwriter

from policydsl.core.values import Exact
from policydsl.diagnostics.model import Language
from policydsl.explain import Results
from policydsl.explain.results import Cell, Column, Sheet
from policydsl.reports.results_csv import flat

WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "key": "主键",
        "problems": "未决事项",
        "reason": "缘由与办法",
        "where": "影响的结果",
        "none": "没有未决事项",
        "about": "说明",
        "title": "政策",
        "id": "编号",
        "issuer": "发布",
        "reading": "读法",
        "exact": "精确值",
    },
    "en": {
        "key": "key",
        "problems": "open",
        "reason": "why, and what to do",
        "where": "results held up",
        "none": "nothing is open",
        "about": "about",
        "title": "policy",
        "id": "number",
        "issuer": "issued by",
        "reading": "reading",
        "exact": "exactly",
    },
}
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
MOST_DIGITS = 15
"""Digits that a spreadsheet keeps of a number; what has more stands as text, so that none is lost."""


def results_xlsx(table: Results) -> bytes:
    """The workbook. Numbers are numbers, everything else is text that cannot be a formula; what is not exact says so."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(
        stream,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    formats = {
        "head": book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "vcenter",
                "bottom": 1,
                "bg_color": "#F2F0EA",
                "align": "center",
            }
        ),
        "text": book.add_format({"valign": "top"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "status": book.add_format({"italic": True, "align": "right", "valign": "top", "font_color": "#8A3B12"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
    }
    for places in range(7):
        picture = "#,##0" + ("." + "0" * places if places else "")
        formats[f"number{places}"] = book.add_format({"num_format": picture, "valign": "top"})
    names: set[str] = set()
    for sheet in table.sheets:
        _sheet(book, sheet, table.lang, formats, names)
    _problems(book, table, formats, names)
    _about(book, table, formats, names)
    book.close()
    return stream.getvalue()


def sheet_name(name: str, taken: set[str]) -> str:
    """A name that a workbook allows and that no other sheet of it has."""
    clean = _FORBIDDEN.sub("_", name).strip("'")[:31] or "_"
    found, number = clean, 2
    while found.lower() in taken or found.lower() == "history":
        suffix = f"({number})"
        found, number = clean[: 31 - len(suffix)] + suffix, number + 1
    taken.add(found.lower())
    return found


def _sheet(book: Any, sheet: Sheet, lang: Language, formats: dict[str, Any], names: set[str]) -> None:
    page = book.add_worksheet(sheet_name(sheet.entity, names))
    page.freeze_panes(1, 1)
    page.write_string(0, 0, WORDS[lang]["key"] if any(key for key, _ in sheet.rows) else "", formats["head"])
    page.set_column(0, 0, 14)
    page.set_row(0, 45)
    for index, column in enumerate(sheet.columns, 1):
        page.write_string(0, index, _heading(column, lang), formats["head"])
        page.set_column(index, index, min(24, max(12, 2 * len(column.name) + 2)))
    for row, (key, cells) in enumerate(sheet.rows, 1):
        page.write_string(row, 0, key, formats["text"])
        for index, cell in enumerate(cells, 1):
            _write(page, row, index, cell, lang, formats)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _heading(column: Column, lang: Language) -> str:
    unit = ""
    if column.unit:
        unit = f"\n\uff08{column.unit}\uff09" if lang == "zh" else f"\n({column.unit})"
    clause = f"\n〔{column.clause}〕" if column.clause else ""
    name = column.alias if lang == "en" and column.alias else column.name
    return name + unit + clause


def _write(page: Any, row: int, column: int, cell: Cell, lang: Language, formats: dict[str, Any]) -> None:
    if cell.number is not None:
        number, places, faithful = _stored(cell.number)
        if number is None:
            page.write_string(row, column, str(cell.value), formats["text"])
            return
        page.write_number(row, column, number, formats[f"number{places}"])
        if not faithful:
            page.write_comment(row, column, f"{WORDS[lang]['exact']} {cell.value}")
        return
    if cell.status != "value" or cell.inapplicable:
        page.write_string(row, column, cell.shown, formats["status"])
        if cell.reasons:
            page.write_comment(row, column, "\n".join(cell.reasons)[:2000], {"x_scale": 2.5})
        return
    page.write_string(row, column, flat(cell.value, lang)[:32000], formats["text"])


def _stored(value: Exact) -> tuple[float | None, int, bool]:
    """The number a sheet can hold, how many places to show, and whether that is the exact value; None for too long a one."""
    number = Fraction(value)
    if abs(number) >= 10**MOST_DIGITS:
        return None, 0, False
    for places in range(7):
        if (number * 10**places).denominator == 1:
            digits = len(str(abs(int(number * 10**places))))
            return float(number), places, digits <= MOST_DIGITS
    return float(number), 6, False


def _problems(book: Any, table: Results, formats: dict[str, Any], names: set[str]) -> None:
    words = WORDS[table.lang]
    page = book.add_worksheet(sheet_name(words["problems"], names))
    page.set_column(0, 0, 70)
    page.set_column(1, 1, 60)
    page.freeze_panes(1, 0)
    page.write_string(0, 0, words["reason"], formats["head"])
    page.write_string(0, 1, words["where"], formats["head"])
    if not table.problems:
        page.write_string(1, 0, words["none"], formats["text"])
    for row, (reason, where) in enumerate(table.problems, 1):
        page.write_string(row, 0, reason[:32000], formats["wrap"])
        page.write_string(row, 1, "\n".join(where)[:32000], formats["wrap"])


def _about(book: Any, table: Results, formats: dict[str, Any], names: set[str]) -> None:
    words, header = WORDS[table.lang], table.header
    page = book.add_worksheet(sheet_name(words["about"], names))
    page.set_column(0, 0, 16)
    page.set_column(1, 1, 70)
    lines = [(words["title"], header.title), (words["id"], header.id), (words["issuer"], header.issuer)]
    lines.extend((f"{words['reading']} {name}", option) for name, option in table.readings)
    for row, (label, text) in enumerate(line for line in lines if line[1]):
        page.write_string(row, 0, label, formats["text"])
        page.write_string(row, 1, text[:32000], formats["wrap"])
