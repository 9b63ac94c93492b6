"""Owns results as a workbook: the sheet of computation, what is still open with links to it, a sheet for each entity, explanations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import xlsxwriter

from policydsl.diagnostics.model import Language
from policydsl.explain import Results, Telling
from policydsl.explain.computation import Computation
from policydsl.explain.results import Column, Sheet
from policydsl.explain.terms import Address
from policydsl.reports.cells_xlsx import MOST_TEXT, Formats, picture, stored, write_cell
from policydsl.reports.computation_xlsx import WORDS as COMPUTATION_WORDS
from policydsl.reports.computation_xlsx import computation_sheet, letters
from policydsl.reports.explanation_xlsx import explanation_sheet
from policydsl.reports.wrap import wrap
from policydsl.source import display_width

WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "problems": "未决事项",
        "number": "序号",
        "reason": "缘由与办法",
        "where": "影响的结果",
        "place": "定位",
        "mark": "、",
        "partial": "已算出的小计\uff08不是合计\uff09",
        "of_rows": "算到哪里",
        "none": "没有未决事项",
        "about": "说明",
        "title": "政策",
        "id": "编号",
        "issuer": "发布",
        "sources": "事实文件",
        "reading": "读法",
        "explained": "说明·{key}",
        "unexplained": "逐行说明只列前 {most} 行\uff1b其余的行请用 policydsl explain 看。",
    },
    "en": {
        "problems": "open",
        "number": "no.",
        "reason": "why, and what to do",
        "where": "results held up",
        "place": "go to",
        "mark": ", ",
        "partial": "so far (no total)",
        "of_rows": "of which rows",
        "none": "nothing is open",
        "about": "about",
        "title": "policy",
        "id": "number",
        "issuer": "issued by",
        "sources": "facts from",
        "reading": "reading",
        "explained": "why·{key}",
        "unexplained": "only the first {most} rows are explained here; see policydsl explain for the others.",
    },
}
FONT = "宋体"
"""The font of official tables, which every office program in use there has or replaces by one as wide."""

MOST_EXPLAINED = 60
"""Rows with a sheet of explanations of their own; a workbook with hundreds of sheets is of no use."""

MOST_ACROSS = 12
"""Columns that are fitted to one page; more would be too small to read, and go on beside it."""

MOST_MEASURED = 1_000
"""Keys by which the width of their column is chosen."""

MOST_PLACES = 3
"""Links to cells beside one problem; its text names all that it holds up."""

_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


def results_xlsx(
    table: Results,
    sheet: Computation | None = None,
    telling: Telling | None = None,
    sources: tuple[str, ...] = (),
    unexplained: bool = False,
) -> bytes:
    """The workbook. Numbers are numbers, everything else is text that cannot be a formula; what is not exact says so.

    `sheet`: the computation of the main entity; `telling`: explanations of at most `MOST_EXPLAINED` of its rows (`unexplained`:
    there are more); without them only the results stand.
    """
    stream = BytesIO()
    book = xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": {"font_name": FONT, "font_size": 11},
        },
    )
    formats, names, words = Formats(book), set[str](), WORDS[table.lang]
    rows = telling.rows if telling is not None and sheet is not None else ()
    # names first: sheets link to one another in both directions
    main = sheet_name(COMPUTATION_WORDS[table.lang]["sheet"], names) if sheet is not None else ""
    problems = sheet_name(words["problems"], names)
    of_entity = {item.entity: sheet_name(item.entity, names) for item in table.sheets}
    explained = {row.id: sheet_name(words["explained"].format(key=row.title), names) for row in rows}
    about = sheet_name(words["about"], names)
    places: dict[str, str] = {}
    for item in table.sheets:
        places |= _places(item, of_entity[item.entity])
    if sheet is not None:
        told = {f"{sheet.entity}[{line.key}]": line.key for line in sheet.lines}
        links = {told[row.id]: f"internal:'{_quoted(explained[row.id])}'!A1" for row in rows if row.id in told}
        placed = computation_sheet(book, main, sheet, table.header, formats, links, problems)
        for (key, name), cell in placed.cells.items():
            places[str(Address(sheet.entity, key, name))] = f"'{_quoted(main)}'!{cell}"
        _problems(book, problems, table, formats, places)
    for item in table.sheets:
        _sheet(book, of_entity[item.entity], item, table.lang, formats)
    if sheet is None:
        _problems(book, problems, table, formats, places)
    for row in rows:
        assert telling is not None
        explanation_sheet(book, explained[row.id], telling, row, formats, main)
    _about(book, about, table, formats, sources, unexplained)
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


def _quoted(name: str) -> str:
    return name.replace("'", "''")


def _places(sheet: Sheet, name: str) -> dict[str, str]:
    """The cell of every result of an entity, by its address."""
    return {
        str(Address(sheet.entity, key, column.name)): f"'{_quoted(name)}'!{letters(index)}{row}"
        for row, (key, _) in enumerate(sheet.rows, 2)
        for index, column in enumerate(sheet.columns, 1)
    }


def _head(formats: Formats) -> Any:
    return formats.of(bold=True, text_wrap=True, valign="vcenter", bottom=1, bg_color="#F2F0EA", align="center")


def _sheet(book: Any, name: str, sheet: Sheet, lang: Language, formats: Formats) -> None:
    page = book.add_worksheet(name)
    head, text = _head(formats), formats.of(valign="top")
    page.freeze_panes(1, 1)
    keys = [key for key, _ in sheet.rows if key]
    page.write_string(0, 0, sheet.entity if keys else "", head)
    page.set_column(0, 0, min(30, 2 + max(map(display_width, (sheet.entity, *keys[:MOST_MEASURED])), default=12)))
    lines = 2
    for index, column in enumerate(sheet.columns, 1):
        heading, width = _heading(column, lang), min(24, max(12, 2 * len(column.name) + 2))
        page.write_string(0, index, heading, head)
        page.set_column(index, index, width)
        lines = max(lines, sum(len(wrap(line, width - 1)) for line in heading.split("\n")))
    page.set_row(0, min(15.0 * lines + 6, 400.0))
    for row, (key, cells) in enumerate(sheet.rows, 1):
        page.write_string(row, 0, key, text)
        for index, (column, cell) in enumerate(zip(sheet.columns, cells, strict=True), 1):
            write_cell(page, row, index, cell, lang, formats, share=column.share)
    _extents(page, sheet, lang, formats)
    page.set_landscape()
    page.set_paper(9)
    if len(sheet.columns) <= MOST_ACROSS:
        page.fit_to_pages(1, 0)
    else:
        page.set_print_scale(70)
    page.repeat_rows(0)
    page.repeat_columns(0)


def _extents(page: Any, sheet: Sheet, lang: Language, formats: Formats) -> None:
    """Under the results, how far totals without a value have come: the sum so far, and of how many rows it is."""
    words, small = WORDS[lang], formats.of(valign="top", font_size=9, text_wrap=True, font_color="#555555")
    open_ = [
        (index, cell.extent)
        for _, cells in sheet.rows[:1]
        for index, cell in enumerate(cells, 1)
        if cell.extent is not None and cell.status != "value"
    ]
    if not open_ or len(sheet.rows) != 1:
        return
    page.write_string(2, 0, words["partial"], small)
    page.write_string(3, 0, words["of_rows"], small)
    page.set_row(3, 60)
    for index, extent in open_:
        if extent.partial is not None and extent.computed:
            number, places, _ = stored(extent.partial)
            look = formats.of(valign="top", italic=True, num_format=picture(places), font_color="#555555")
            if number is not None:
                page.write_number(2, index, number, look)
        page.write_string(3, index, extent.text, small)


def _heading(column: Column, lang: Language) -> str:
    unit = ""
    if column.unit:
        unit = f"\n\uff08{column.unit}\uff09" if lang == "zh" else f"\n({column.unit})"
    clause = f"\n〔{column.clause}〕" if column.clause else ""
    name = column.alias if lang == "en" and column.alias else column.name
    return name + unit + clause


def _problems(book: Any, name: str, table: Results, formats: Formats, places: Mapping[str, str]) -> None:
    """What is open, each with links to the cells that it holds up."""
    words = WORDS[table.lang]
    page = book.add_worksheet(name)
    wrapped, link = (
        formats.of(text_wrap=True, valign="top"),
        formats.of(font_color="#1F4E79", underline=1, valign="top"),
    )
    widths = (70, 50, *(26 for _ in range(MOST_PLACES)))
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    page.freeze_panes(1, 0)
    heads = (words["reason"], words["where"], *(words["place"] for _ in range(MOST_PLACES)))
    for column, text in enumerate(heads):
        page.write_string(0, column, text, _head(formats))
    problems = [*((text, (where,)) for where, text in table.violations), *table.problems]
    if not problems:
        page.write_string(1, 0, words["none"], formats.of(valign="top"))
    for row, (reason, where) in enumerate(problems, 1):
        page.write_string(row, 0, reason[:MOST_TEXT], wrapped)
        held = words["mark"].join(where)[:MOST_TEXT]
        page.write_string(row, 1, held, wrapped)
        lines = max(len(wrap(text, width - 2)) for text, width in zip((reason, held), widths, strict=False))
        page.set_row(row, min(15.0 * max(lines, 2) + 3, 400.0))
        for column, address in enumerate([item for item in where if item in places][:MOST_PLACES], 2):
            page.write_url(row, column, f"internal:{places[address]}", link, address[:200], "")
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _about(book: Any, name: str, table: Results, formats: Formats, sources: tuple[str, ...], cut: bool) -> None:
    words, header = WORDS[table.lang], table.header
    page = book.add_worksheet(name)
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 70)
    lines = [(words["title"], header.title), (words["id"], header.id), (words["issuer"], header.issuer)]
    lines.extend((words["sources"], source) for source in sources)
    lines.extend((f"{words['reading']} {reading}", option) for reading, option in table.readings)
    if cut:
        lines.append((words["about"], words["unexplained"].format(most=MOST_EXPLAINED)))
    for row, (label, text) in enumerate(line for line in lines if line[1]):
        page.write_string(row, 0, label, formats.of(valign="top"))
        page.write_string(row, 1, text[:MOST_TEXT], formats.of(text_wrap=True, valign="top"))
    page.set_paper(9)
