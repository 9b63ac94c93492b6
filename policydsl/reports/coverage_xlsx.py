"""Owns coverage as a workbook: a sheet for each table, to be filtered and ticked off."""

from __future__ import annotations

from io import BytesIO

import xlsxwriter

from policydsl.reports.coverage_told import CoverageTold
from policydsl.reports.results_xlsx import sheet_name

MOST = 32_000
"""Characters that a cell holds."""


def coverage_xlsx(told: CoverageTold) -> bytes:
    """The workbook. Every cell is text that cannot be a formula."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(
        stream,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#F2F0EA", "valign": "vcenter"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bad = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#8A3B12", "italic": True})
    names: set[str] = set()
    for block in told.blocks:
        page = book.add_worksheet(sheet_name(block.title, names))
        page.freeze_panes(1, 1)
        for column, words in enumerate(block.heads):
            page.write_string(0, column, words, head)
            longest = max((len(line.cells[column]) for line in block.lines), default=0)
            page.set_column(column, column, min(60, max(10, 2 * longest + 2)))
        for row, line in enumerate(block.lines, 1):
            for column, words in enumerate(line.cells):
                page.write_string(row, column, words[:MOST], bad if line.bad else wrap)
        if block.lines:
            page.autofilter(0, 0, len(block.lines), len(block.heads) - 1)
        else:
            page.write_string(1, 0, block.nothing, wrap)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
    page = book.add_worksheet(sheet_name("说明" if told.lang == "zh" else "about", names))
    page.set_column(0, 0, 16)
    page.set_column(1, 1, 80)
    page.write_string(0, 0, told.title, book.add_format({"bold": True, "font_size": 14}))
    for row, (label, words) in enumerate(told.about, 1):
        page.write_string(row, 0, label, wrap)
        page.write_string(row, 1, words[:MOST], wrap)
    book.close()
    return stream.getvalue()
