"""Owns explanations in a workbook: per row of the main entity one line for each rule, as an auditor's working paper has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policydsl.diagnostics.model import Language
from policydsl.explain.telling import Entry, RowTelling, Telling
from policydsl.reports.cells_xlsx import MOST_TEXT, Formats
from policydsl.reports.wrap import clean

WORDS: Mapping[Language, Mapping[str, str]] = {
    "zh": {
        "index": "索引号",
        "rule": "规则",
        "value": "结果",
        "how": "怎样算、为什么",
        "facts": "所用事实\uff08数值\uff0c出处\uff09",
        "clause": "条款",
        "back": "← 回{sheet}",
        "see": "{name} {value}\uff08见 {index}\uff09",
        "sign": "编制\uff1a            日期\uff1a            复核\uff1a            日期\uff1a",
    },
    "en": {
        "index": "index",
        "rule": "rule",
        "value": "result",
        "how": "how, and why",
        "facts": "facts (value, place)",
        "clause": "clause",
        "back": "← back to {sheet}",
        "see": "{name} {value} (see {index})",
        "sign": "prepared:            date:            checked:            date:",
    },
}
MOST_ALTERNATIVES = 16
"""Rows of a band, a choice or an aggregate that are listed in a cell; the working paper is to be read, not searched."""

WIDTHS = (13, 24, 24, 62, 44, 20)
TINTS = {
    "value": "#1A1A1A",
    "pending": "#8A3B12",
    "unknown": "#7A1F6B",
    "invalid": "#B00020",
    "inapplicable": "#555555",
}


def explanation_sheet(book: Any, name: str, telling: Telling, row: RowTelling, formats: Formats, back: str) -> None:
    """Write the explanation of one row. `back`: the sheet that its first line leads back to."""
    page, words = book.add_worksheet(name), WORDS[telling.lang]
    base = {"font_size": 10, "valign": "top", "text_wrap": True}
    page.write_string(0, 0, f"{row.title}  {telling.title}", formats.of(bold=True, font_size=14))
    page.write_url(
        1,
        0,
        f"internal:'{back.replace(chr(39), chr(39) * 2)}'!A1",
        formats.of(font_color="#1F4E79", underline=1),
        words["back"].format(sheet=back),
        "",
    )
    head = formats.of(bold=True, bottom=1, bg_color="#F2F0EA", **base)
    for column, (key, width) in enumerate(
        zip(("index", "rule", "value", "how", "facts", "clause"), WIDTHS, strict=True)
    ):
        page.set_column(column, column, width)
        page.write_string(2, column, words[key], head)
    at, told = 3, list(_numbered(row.entries))
    index = {entry.id: number for number, _, entry in told}
    for entry in row.violations:
        at = _entry(page, at, f"!{at - 2}", entry, 0, index, words, formats)
    for number, depth, entry in told:
        at = _entry(page, at, number, entry, depth, index, words, formats)
    page.write_string(at + 1, 0, words["sign"], formats.of(font_size=10))
    page.freeze_panes(3, 2)
    page.set_landscape()
    page.set_paper(9)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.fit_to_pages(1, 0)
    page.repeat_rows(2)
    page.set_footer("&C&A  &P / &N")


def _numbered(entries: tuple[Entry, ...], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, int, Entry]]:
    """Entries with index numbers (1, 1.2, 1.2.1), each where it is told."""
    for number, entry in enumerate((item for item in entries if not item.again), 1):
        index = f"{prefix}{number}"
        yield index, depth, entry
        yield from _numbered(entry.children, f"{index}.", depth + 1)


def _entry(
    page: Any,
    at: int,
    number: str,
    entry: Entry,
    depth: int,
    index: Mapping[str, str],
    words: Mapping[str, str],
    formats: Formats,
) -> int:
    base = {"font_size": 10, "valign": "top", "text_wrap": True, "bottom": 4, "bottom_color": "#B0B0B0"}
    how = "\n".join(_how(entry))
    facts = "\n".join(
        [
            *(
                words["see"].format(name=child.name, value=child.value, index=index[child.id])
                for child in entry.children
                if child.again and child.id in index
            ),
            *(
                f"{item.name} {item.value}"
                + (f"\uff0c{item.place}" if item.place else "")
                + (f"\uff08{item.note}\uff09" if item.note else "")
                for item in entry.inputs
            ),
        ]
    )
    page.write_string(at, 0, number, formats.of(**{**base, "text_wrap": False, "font_color": "#555555"}))
    page.write_string(at, 1, clean(entry.name), formats.of(bold=depth == 0, indent=min(depth, 8), **base))
    page.write_string(at, 2, clean(entry.value), formats.of(bold=True, font_color=TINTS[entry.status], **base))
    for column, text in ((3, how), (4, facts), (5, clean(entry.clause))):
        page.write_string(at, column, text[:MOST_TEXT], formats.of(**base))
    page.set_row(at, _height(entry, how, facts, depth))
    return at + 1


def _how(entry: Entry) -> Iterator[str]:
    for passage in entry.passages:
        yield clean(passage.text)
        if passage.group is not None:
            items = passage.group.items
            for item in items[:MOST_ALTERNATIVES]:
                words = "  ".join(part for part in (item.label, item.value) if part)
                mark = "▸" if item.taken else "·"
                yield clean(f"  {mark} {words} — {item.fate}" if item.fate else f"  {mark} {words}")
            if passage.group.more or len(items) > MOST_ALTERNATIVES:
                yield f"  … {clean(passage.group.more)}"
    yield from (clean(text) for text in entry.notes)
    yield from (f"! {clean(text)}" for text in entry.reasons)
    yield from (f"→ {clean(text)}" for text in entry.nexts)


def _height(entry: Entry, how: str, facts: str, depth: int) -> float:
    """Points: sheets with merged or wrapped text do not fit their rows by themselves everywhere."""
    from policydsl.reports.wrap import wrap

    columns = (
        (how, WIDTHS[3]),
        (facts, WIDTHS[4]),
        (entry.clause, WIDTHS[5]),
        (entry.value, WIDTHS[2]),
        (entry.name, WIDTHS[1] - min(depth, 8)),
    )
    lines = max(sum(len(wrap(line, width - 2)) for line in text.split("\n")) for text, width in columns)
    return min(14.0 * lines + 3, 400.0)
