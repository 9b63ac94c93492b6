"""Owns the sheet of computation in a workbook, laid out as bureaus print it: titles, grouped heads, a total of formulas, signatures.

The layout follows from the policy alone: parts are the grouped heads, citations the row of clauses, units the line above.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import groupby
from typing import Any

from attrs import define, frozen
from rich.cells import cell_len

from policydsl.core.program import Header
from policydsl.core.values import exact
from policydsl.diagnostics.model import Language
from policydsl.explain.computation import Computation, Head
from policydsl.reports.cells_xlsx import MOST_TEXT, Formats, picture, stored, write_cell
from policydsl.reports.wrap import wrap

WORDS: Mapping[Language, Mapping[str, str]] = {
    "zh": {
        "sheet": "测算表",
        "title": "{title} 资金测算表",
        "unit": "单位\uff1a{unit}",
        "number": "序号",
        "clause": "条款依据",
        "remark": "备注",
        "open": "未决 {count} 项",
        "total": "合计",
        "partial": "已算出的合计",
        "left_out": "未计入合计的行",
        "pending": "待裁量",
        "unknown": "未知",
        "invalid": "无效",
        "mark": "、",
        "sign": "编制\uff1a                    复核\uff1a                    审定\uff1a                    日期\uff1a",
        "note": "合计只加已有数额的行\uff1b写着「待裁量」「未知」「无效」的行不计入\uff0c行数列在合计之下。\n斜体是还没有数额的\uff0c原因在批注和「{problems}」里。",
    },
    "en": {
        "sheet": "computation",
        "title": "{title}: computation",
        "unit": "unit: {unit}",
        "number": "no.",
        "clause": "clause",
        "remark": "remarks",
        "open": "{count} open",
        "total": "total",
        "partial": "total so far",
        "left_out": "rows not in the total",
        "pending": "pending",
        "unknown": "unknown",
        "invalid": "invalid",
        "mark": ", ",
        "sign": "prepared:                    checked:                    approved:                    date:",
        "note": "Totals add only rows that have an amount; rows that are pending, unknown or invalid are counted below.\n"
        "What has no amount is in italics; why stands in its comment and in “{problems}”.",
    },
}
STATUSES = ("pending", "unknown", "invalid")
PAGE_PIXELS = 1040
"""Pixels across A4 landscape with the margins set below, at 100 percent."""

SCALES = range(85, 58, -1)
"""Percent at which the sheet may be printed: the fewest pages come first, then the largest print."""

GRID = {"border": 1, "border_color": "#8C8C8C"}
SHORT = 12
"""Cells of a text that stands in the middle of its column, apart from the figures beside it."""

KEY_WIDTH, REMARK_WIDTH = 12, 11
LEAD = 2
"""Columns before those of the policy: number and key."""


@frozen
class Placed:
    """Where the sheet holds what: its name, the cell of a result by (key, column), the cell of a row's key."""

    sheet: str
    cells: Mapping[tuple[str, str], str]


@define
class _Page:
    page: Any
    formats: Formats
    sheet: Computation
    words: Mapping[str, str]
    depth: int

    @property
    def head(self) -> int:
        """The row of the names of columns."""
        return 2 + self.depth

    @property
    def first(self) -> int:
        """The first row of results."""
        return self.head + 2

    def format(self, **look: Any) -> Any:
        return self.formats.of(**{"font_size": 10, "valign": "vcenter", **look})


def computation_sheet(
    book: Any,
    name: str,
    sheet: Computation,
    header: Header,
    formats: Formats,
    links: Mapping[str, str],
    problems: str,
) -> Placed:
    """Write the sheet. `links`: per key the place of its explanation; `problems`: the name of the sheet of problems."""
    page = book.add_worksheet(name)
    depth = max((len(head.groups) for head in sheet.heads), default=0)
    at = _Page(page, formats, sheet, WORDS[sheet.lang], depth)
    _titles(at, header)
    widths = [_width(head, index, sheet) for index, head in enumerate(sheet.heads)]
    scale, breaks = _pages(sheet.heads, widths)
    _heads(at, widths, breaks)
    _lines(at, links, problems)
    last = _totals(at, problems)
    _print(at, scale, breaks, last)
    places = {
        (line.key, head.name): f"{letters(LEAD + column)}{at.first + row + 1}"
        for row, line in enumerate(sheet.lines)
        for column, head in enumerate(sheet.heads)
    }
    return Placed(name, places)


def letters(column: int) -> str:
    """The letters of a column, counted from 0."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def _remark(at: _Page) -> int:
    return LEAD + len(at.sheet.heads)


def _titles(at: _Page, header: Header) -> None:
    page = at.page
    title = at.words["title"].format(title=header.title.strip("“”"))
    page.set_row(0, 30)
    page.write_string(0, LEAD, title, at.format(bold=True, font_size=16))
    about = "  ".join(part for part in (header.issuer, header.id) if part)
    page.write_string(1, LEAD, about, at.format(font_color="#555555"))


def _heads(at: _Page, widths: list[float], breaks: list[int]) -> None:
    """The rows of heads. A part that goes on on another page has its name there too."""
    page, sheet, words = at.page, at.sheet, at.words
    bold = at.format(bold=True, text_wrap=True, align="center", bg_color="#F2F0EA", **GRID)
    small = at.format(text_wrap=True, align="center", font_size=8, font_color="#555555", bg_color="#FAF9F6", **GRID)
    for column, text in ((0, words["number"]), (1, sheet.row_name), (_remark(at), words["remark"])):
        _merged(page, 2, column, at.head, column, text, bold)
        page.write_string(at.head + 1, column, words["clause"] if column == 1 else "", small)
    for level in range(at.depth):
        for column, text, count in _groups(sheet.heads, level, breaks):
            _merged(page, 2 + level, LEAD + column, 2 + level, LEAD + column + count - 1, text, bold)
    for index, head in enumerate(sheet.heads):
        top = 2 + len(head.groups)
        _merged(page, top, LEAD + index, at.head, LEAD + index, _name(head, sheet), bold)
        page.write_string(at.head + 1, LEAD + index, head.clause, small)
        page.set_column(LEAD + index, LEAD + index, widths[index])
    page.set_column(0, 0, 5)
    page.set_column(1, 1, KEY_WIDTH)
    page.set_column(_remark(at), _remark(at), REMARK_WIDTH)
    page.set_row(at.head, 44)
    page.set_row(at.head + 1, 36)
    page.freeze_panes(at.first, LEAD)


def _groups(heads: tuple[Head, ...], level: int, breaks: list[int]) -> Iterator[tuple[int, str, int]]:
    """Runs of columns that stand in the same part at a level and on the same page: where they begin, the part, how many."""
    column = 0
    paged = ((head.groups[: level + 1], bisect(breaks, LEAD + index)) for index, head in enumerate(heads))
    for (path, _), run in groupby(paged):
        count = len(list(run))
        if len(path) > level:
            yield column, path[level], count
        column += count


def _merged(page: Any, top: int, left: int, bottom: int, right: int, text: str, look: Any) -> None:
    if (top, left) == (bottom, right):
        page.write_string(top, left, text, look)
    else:
        page.merge_range(top, left, bottom, right, "", look)
        page.write_string(top, left, text, look)


def _name(head: Head, sheet: Computation) -> str:
    name = head.alias if sheet.lang == "en" and head.alias else head.name
    shown = head.unit if head.numeric and not head.share and not (head.money and sheet.unit) else ""
    return f"{name}\n\uff08{shown}\uff09" if shown and sheet.lang == "zh" else f"{name}\n({shown})" if shown else name


def _width(head: Head, index: int, sheet: Computation) -> float:
    longest = max((cell_len(line.cells[index].shown) for line in sheet.lines), default=0)
    total = 3 if head.summed else 0
    # a name may take three lines, a text as many as it needs, a code stays on one
    widest = 22 if head.kind == "about" else 16
    return float(min(max(longest + 1 + total, -(-cell_len(head.name) // 3) + 2, 7), widest))


def _lines(at: _Page, links: Mapping[str, str], problems: str) -> None:
    page, sheet = at.page, at.sheet
    for row, line in enumerate(sheet.lines):
        place = at.first + row
        page.set_row(place, 14.0 * len(wrap(line.key, KEY_WIDTH - 1)) + 6)
        page.write_number(place, 0, row + 1, at.format(align="center", **GRID))
        link = links.get(line.key)
        if link is not None:
            page.write_url(
                place, 1, link, at.format(font_color="#1F4E79", underline=1, text_wrap=True, **GRID), line.key, ""
            )
        else:
            page.write_string(place, 1, line.key, at.format(text_wrap=True, **GRID))
        for column, (head, cell) in enumerate(zip(sheet.heads, line.cells, strict=True)):
            look: dict[str, Any] = {"font_size": 10, "valign": "vcenter", **GRID}
            if not head.numeric:
                look |= {"text_wrap": True, "align": "center" if cell_len(cell.shown) <= SHORT else "left"}
            if head.money:
                look |= {"bold": head.kind == "rule" and len(head.groups) <= 1}
            if head.kind != "rule":
                look |= {"font_color": "#333333" if cell.status == "value" else "#8A3B12"}
            write_cell(page, place, LEAD + column, cell, sheet.lang, at.formats, share=head.share, look=look)
        text = at.words["open"].format(count=len(line.open)) if line.open else ""
        look_ = at.format(text_wrap=True, font_color="#8A3B12", **GRID)
        if text:
            page.write_url(place, _remark(at), f"internal:'{_quoted(problems)}'!A1", look_, text, "")
        else:
            page.write_blank(place, _remark(at), None, look_)


def _quoted(name: str) -> str:
    return name.replace("'", "''")


def _totals(at: _Page, problems: str) -> int:
    """The total, what is not in it, the note and the line of signatures; the last row used."""
    page, sheet, words = at.page, at.sheet, at.words
    row, last = at.first + len(sheet.lines), at.first + len(sheet.lines) - 1
    held = any(
        cell.status != "value"
        for line in sheet.lines
        for cell, head in zip(line.cells, sheet.heads, strict=True)
        if head.summed
    )
    bold = {"bold": True, "top": 2, **GRID, "bg_color": "#F2F0EA"}
    small = {"font_size": 8, "text_wrap": True, "align": "right", "font_color": "#8A3B12", **GRID}
    for column in (0, _remark(at)):
        page.write_blank(row, column, None, at.format(**bold))
        page.write_blank(row + 1, column, None, at.format(**small))
    page.write_string(row, 1, words["partial" if held else "total"], at.format(text_wrap=True, **bold))
    page.write_string(row + 1, 1, words["left_out"], at.format(**{**small, "align": "left"}))
    for index, head in enumerate(sheet.heads):
        column = LEAD + index
        if not head.summed or not sheet.lines:
            page.write_blank(row, column, None, at.format(**bold))
            page.write_blank(row + 1, column, None, at.format(**small))
            continue
        cells = [line.cells[index] for line in sheet.lines]
        total = sum((Fraction(cell.number) for cell in cells if cell.number is not None), Fraction(0))
        number, places, _ = stored(exact(total))
        span = f"{letters(column)}{at.first + 1}:{letters(column)}{last + 1}"
        look = at.format(num_format=picture(places), **bold)
        page.write_formula(row, column, f"=SUM({span})", look, number if number is not None else 0)
        counts = {status: sum(cell.status == status for cell in cells) for status in STATUSES}
        # a formula, so that it stays true when somebody fills in what was open
        texts = "&".join(
            f'IF(COUNTIF({span},"{words[status]}")=0,"","{words[status]} "&COUNTIF({span},"{words[status]}")&" ")'
            for status in STATUSES
        )
        shown = "".join(f"{words[status]} {count} " for status, count in counts.items() if count)
        page.write_formula(row + 1, column, f"=TRIM({texts})", at.format(**small), shown.strip())
    page.set_row(row, 30)
    page.set_row(row + 1, 24)
    for line, text in enumerate(words["note"].format(problems=problems).split("\n")):
        page.write_string(row + 2 + line, 0, text[:MOST_TEXT], at.format(font_size=9, font_color="#555555"))
    page.set_row(row + 4, 24)
    page.write_string(row + 4, LEAD, words["sign"], at.format())
    return row + 4


def _print(at: _Page, scale: int, breaks: list[int], last: int) -> None:
    """A4 landscape; pages break between groups, and every page repeats heads, number and key."""
    page = at.page
    page.set_landscape()
    page.set_paper(9)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.repeat_rows(0, at.head + 1)
    page.repeat_columns(0, LEAD - 1)
    page.print_area(0, 0, last, _remark(at))
    page.set_footer("&C&P / &N")
    page.set_print_scale(scale)
    page.set_v_pagebreaks(breaks)
    for column in (*(item - 1 for item in breaks), _remark(at)):
        if at.sheet.unit:
            text = at.words["unit"].format(unit=at.sheet.unit)
            page.write_string(1, column, text, at.format(align="right"))


def _pages(heads: tuple[Head, ...], widths: list[float]) -> tuple[int, list[int]]:
    """The scale of printing and the columns before which pages break: groups stay whole where a page can hold them."""
    best: tuple[int, list[int]] = (SCALES[0], _breaks(heads, widths, SCALES[0]))
    for scale in SCALES:
        breaks = _breaks(heads, widths, scale)
        if len(breaks) < len(best[1]):
            best = (scale, breaks)
    return best


def _breaks(heads: tuple[Head, ...], widths: list[float], scale: int) -> list[int]:
    room = PAGE_PIXELS * 100 / scale
    lead = _pixels(5) + _pixels(KEY_WIDTH)
    used, breaks = lead, list[int]()
    for _, run in groupby(enumerate(heads), key=lambda item: item[1].groups):
        columns = [index for index, _ in run]
        size = sum(_pixels(widths[index]) for index in columns)
        if columns[-1] == len(heads) - 1:
            size += _pixels(REMARK_WIDTH)
        if used > lead and used + size > room:
            breaks.append(LEAD + columns[0])
            used = lead
        for index in columns:
            # a group wider than a page breaks within
            if used + _pixels(widths[index]) > room and used > lead:
                breaks.append(LEAD + index)
                used = lead
            used += _pixels(widths[index])
    return breaks


def _pixels(width: float) -> float:
    """Pixels of a column so many characters wide, at 100 percent, in the widest of the fonts that stand in for 宋体."""
    return 9.5 * (width + 0.71)
