"""Owns counts from registers as a workbook: the counts, a sheet for each list, and a sheet that can be given as facts."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import xlsxwriter

from policydsl.registers.tally import Tally
from policydsl.reports.cells_xlsx import MOST_TEXT
from policydsl.reports.registers_told import RegistersTold
from policydsl.reports.results_xlsx import sheet_name

WIDTHS = {0: 14, 1: 12, 2: 36, 3: 22}
MOST_LISTED = 1_048_570
"""Rows that a sheet holds."""


def registers_xlsx(told: RegistersTold) -> bytes:
    """The workbook. Totals are formulas; every other text is text and no formula."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(
        stream,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#F2F0EA", "valign": "vcenter"})
    names: set[str] = set()
    _counts(book, told, head, names)
    for item in told.lists:
        page = book.add_worksheet(sheet_name(item.title, names))
        _print(page)
        for column in range(len(item.heads)):
            page.set_column(column, column, WIDTHS.get(column, 26))
        page.write_row(0, 0, item.heads, head)
        for number, row in enumerate(item.rows[:MOST_LISTED], 1):
            for column, text in enumerate(row):
                page.write_string(number, column, text[:MOST_TEXT])
        page.freeze_panes(1, 0)
        if item.rows:
            page.autofilter(0, 0, min(len(item.rows), MOST_LISTED), len(item.heads) - 1)
    _facts(book, told, head, names)
    page = book.add_worksheet(sheet_name(told.words.about, names))
    page.set_column(0, 0, 100)
    page.write_string(0, 0, told.program.header.title, book.add_format({"bold": True, "font_size": 14}))
    for number, note in enumerate(told.notes if told.facts else (told.nothing,), 1):
        page.write_string(number, 0, note, book.add_format({"text_wrap": True}))
    book.close()
    return stream.getvalue()


def _counts(book: Any, told: RegistersTold, head: Any, names: set[str]) -> None:
    page = book.add_worksheet(sheet_name(told.words.counts, names))
    _print(page)
    page.set_column(0, 0, 14)
    page.set_column(1, 3, 14)
    figure, bold = book.add_format({"num_format": "#,##0"}), book.add_format({"bold": True, "num_format": "#,##0"})
    title = book.add_format({"bold": True, "font_size": 12})
    row = 0
    for name, registers, tally in told.facts:
        page.write_string(row, 0, f"{name} = {registers}", title)
        page.write_row(row + 1, 0, (tally.entity, told.words.sure, told.words.by_name, told.words.all), head)
        first = row = row + 2
        for key, count in tally.counts.items():
            page.write_string(row, 0, key or tally.entity)
            page.write_number(row, 1, count.sure, figure)
            page.write_number(row, 2, count.by_name, figure)
            page.write_formula(row, 3, f"=B{row + 1}+C{row + 1}", figure, count.all)
            row += 1
        page.write_string(row, 0, told.words.total, bold)
        total = tally.total
        for column, value in enumerate((total.sure, total.by_name, total.all), 1):
            letter = "ABCD"[column]
            page.write_formula(row, column, f"=SUM({letter}{first + 1}:{letter}{row})", bold, value)
        row += 2


def _facts(book: Any, told: RegistersTold, head: Any, names: set[str]) -> None:
    """For each entity a sheet with its keys and counts, under the names that facts files go by."""
    tallies: dict[str, list[Tally]] = {}
    for _, _, tally in told.facts:
        tallies.setdefault(tally.entity, []).append(tally)
    for entity, group in tallies.items():
        key = told.program.entities[entity].key_field
        page = book.add_worksheet(sheet_name(entity, names))
        keyed = 1 if key is not None else 0
        page.write_row(0, 0, (*((key.name,) if key else ()), *(tally.fact for tally in group)), head)
        for number, each in enumerate(group[0].counts, 1):
            if key is not None:
                page.write_string(number, 0, each)
            for column, tally in enumerate(group, keyed):
                page.write_number(number, column, tally.counts[each].sure)


def _print(page: Any) -> None:
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
