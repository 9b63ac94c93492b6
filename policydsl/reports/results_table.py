"""Owns results as tables on a terminal: a row for each row of an entity, split or turned where they are too wide."""

from __future__ import annotations

from rich import box
from rich.cells import cell_len
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from policydsl.diagnostics.model import Language
from policydsl.explain import Results
from policydsl.explain.results import Cell, Column, Sheet
from policydsl.reports.terminal import rendered
from policydsl.reports.wrap import Wrapped, clean, wrap

STYLES = {"value": "", "pending": "yellow", "unknown": "magenta", "invalid": "red"}
WIDEST = 26
"""Cells of the widest column; longer names and texts are broken into lines inside theirs."""

NARROWEST_HEAD = 12
MOST_ROWS = 40
"""Rows of an entity other than the main one that a terminal lists; of more it says how many there are, and where they stand."""

WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "rule": "规则",
        "open": "未决事项",
        "broken": "事实违反约束",
        "more": "另有 {count} 处",
        "none": "没有可列的结果",
        "colon": "\uff1a",
        "many": "{entity}\uff1a{count} 行\uff0c逐行的结果见工作簿\uff08-o 结果.xlsx\uff09或 JSON\uff08--format json\uff09",
    },
    "en": {
        "rule": "rule",
        "open": "Open",
        "broken": "Constraints that the facts break",
        "more": "{count} more",
        "none": "there are no results to list",
        "colon": ": ",
        "many": "{entity}: {count} rows; row by row in a workbook (-o results.xlsx) or JSON (--format json)",
    },
}


def results_table(table: Results, *, width: int = 80, colour: bool = False, encoding: str | None = "utf-8") -> str:
    """The results as text of at most `width` cells; nothing is cut. Below stands what is still lacking."""
    parts: list[RenderableType] = [Wrapped(table.header.title, "bold")]
    for sheet in table.sheets:
        parts.append("")
        if sheet.entity != table.header.main and len(sheet.rows) > MOST_ROWS:
            parts.append(Wrapped(WORDS[table.lang]["many"].format(entity=sheet.entity, count=len(sheet.rows))))
            continue
        parts.extend(_sheet(sheet, table.lang, width))
        parts.extend(_extents(sheet, table.lang))
    if not table.sheets:
        parts.append(Wrapped(WORDS[table.lang]["none"]))
    if table.violations:
        parts.extend(("", Wrapped(WORDS[table.lang]["broken"], "bold")))
        shown = table.violations[:MOST_ROWS]
        parts.extend(Wrapped(f"! {text}", "red", 2) for _, text in shown)
        if len(table.violations) > len(shown):
            parts.append(Wrapped(WORDS[table.lang]["more"].format(count=len(table.violations) - len(shown))))
    if table.problems:
        parts.extend(("", Wrapped(WORDS[table.lang]["open"], "bold")))
        parts.extend(Wrapped(f"! {reason}", "yellow", 2) for reason in table.summary)
    return rendered(parts, width, colour, encoding)


def _extents(sheet: Sheet, lang: Language) -> list[RenderableType]:
    """How far totals without a value have come, a line for each."""
    lines = [
        f"{f'{key} ' if key else ''}{_head(column, lang)}{WORDS[lang]['colon']}{cell.extent.text}"
        for key, cells in sheet.rows
        for column, cell in zip(sheet.columns, cells, strict=True)
        if cell.extent is not None and cell.status != "value"
    ]
    return [Wrapped(line, "dim", 2) for line in lines]


def _sheet(sheet: Sheet, lang: Language, width: int) -> list[RenderableType]:
    """One entity: upright where it fits, turned where it has few rows, else in several tables side after side."""
    heads = [_head(column, lang) for column in sheet.columns]
    keyed = any(key for key, _ in sheet.rows)
    widths = [_width(heads[index], [cells[index] for _, cells in sheet.rows]) for index in range(len(heads))]
    first = max((cell_len(clean(key)) for key, _ in sheet.rows), default=0)
    first = min(max(first, cell_len(clean(sheet.entity))), WIDEST)
    if _total([first, *widths]) <= width and len(sheet.rows) > 1:
        return [_upright(sheet, heads, widths, list(range(len(heads))), first)]
    turned = [min(max(_cells(row[1]), cell_len(clean(row[0]))), WIDEST) for row in sheet.rows]
    names = min(max((cell_len(clean(head)) for head in heads), default=0), 2 * WIDEST)
    if not keyed or (len(sheet.rows) <= 3 and _total([names, *turned]) <= width):
        return [_turned(sheet, heads, lang, turned, names, width)]
    blocks: list[list[int]] = [[]]
    for index, size in enumerate(widths):
        if blocks[-1] and _total([first, *(widths[at] for at in blocks[-1]), size]) > width:
            blocks.append([])
        blocks[-1].append(index)
    tables: list[RenderableType] = []
    for block in blocks:
        if tables:
            tables.append("")
        tables.append(_upright(sheet, heads, widths, block, first))
    return tables


def _total(widths: list[int]) -> int:
    return sum(widths) + 2 * (len(widths) - 1)


def _head(column: Column, lang: Language) -> str:
    return column.alias if lang == "en" and column.alias else column.name


def _width(head: str, cells: list[Cell]) -> int:
    """A heading may take several lines, a value may not, unless it is longer than any column."""
    return min(max(_cells(tuple(cells)), min(cell_len(clean(head)), NARROWEST_HEAD)), WIDEST)


def _cells(cells: tuple[Cell, ...]) -> int:
    return max((cell_len(clean(cell.shown)) for cell in cells), default=0)


def _frame() -> Table:
    return Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))


def _lines(text: str, width: int, style: str = "", justify: str = "left") -> Text:
    return Text("\n".join(wrap(text, width)), style=style, justify="right" if justify == "right" else "left")


def _upright(sheet: Sheet, heads: list[str], widths: list[int], block: list[int], first: int) -> RenderableType:
    frame = _frame()
    frame.add_column(_lines(sheet.entity, first), width=first, no_wrap=True)
    for index in block:
        justify = "right" if sheet.columns[index].numeric else "left"
        frame.add_column(
            _lines(heads[index], widths[index], justify=justify),
            justify="right" if justify == "right" else "left",
            width=widths[index],
            no_wrap=True,
            vertical="bottom",
        )
    for key, cells in sheet.rows:
        frame.add_row(_lines(key, first), *(_value(cells[index], widths[index]) for index in block))
    return frame


def _turned(
    sheet: Sheet, heads: list[str], lang: Language, widths: list[int], names: int, width: int
) -> RenderableType:
    frame = _frame()
    room = max(width - 2 * len(widths) - sum(widths), 10)
    names = min(names, room)
    frame.add_column(_lines(WORDS[lang]["rule"], names), width=names, no_wrap=True)
    for (key, _), size in zip(sheet.rows, widths, strict=True):
        frame.add_column(_lines(key or sheet.entity, size, justify="right"), justify="right", width=size, no_wrap=True)
    for index, head in enumerate(heads):
        row = [_value(cells[index], size) for (_, cells), size in zip(sheet.rows, widths, strict=True)]
        frame.add_row(_lines(head, names), *row)
    return frame


def _value(cell: Cell, width: int) -> Text:
    return Text("\n".join(wrap(cell.shown, width)), style=STYLES[cell.status])
