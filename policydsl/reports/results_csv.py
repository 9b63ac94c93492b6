"""Owns results as CSV: a row for each result, so that one file holds all entities; safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from io import StringIO

from policydsl.diagnostics.model import Language
from policydsl.explain import Results
from policydsl.explain.results import Cell, Plain

HEADINGS: dict[Language, tuple[str, ...]] = {
    "zh": ("对象", "主键", "规则", "状态", "数值", "单位", "缘由", "条款"),
    "en": ("entity", "key", "rule", "status", "value", "unit", "reasons", "clause"),
}
STATUS: dict[Language, dict[str, str]] = {
    "zh": {"value": "有值", "pending": "待裁量", "unknown": "未知", "invalid": "无效", "inapplicable": "不适用"},
    "en": {name: name for name in ("value", "pending", "unknown", "invalid", "inapplicable")},
}


def results_csv(table: Results, *, bom: bool = True) -> bytes:
    """One line per result, in UTF-8; `bom` marks it so that Excel and WPS read it as such."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(HEADINGS[table.lang])
    for sheet in table.sheets:
        for key, cells in sheet.rows:
            for column, cell in zip(sheet.columns, cells, strict=True):
                line = (
                    sheet.entity,
                    key,
                    column.name,
                    STATUS[table.lang]["inapplicable" if cell.inapplicable else cell.status],
                    _value(cell, table.lang),
                    cell.unit,
                    "\uff1b".join(cell.reasons) if table.lang == "zh" else "; ".join(cell.reasons),
                    column.clause,
                )
                writer.writerow([inert(part) if not _number(part) else part for part in line])
    return stream.getvalue().encode("utf-8-sig" if bom else "utf-8", "replace")


def _value(cell: Cell, lang: Language) -> str:
    return flat(cell.value, lang)


def flat(value: Plain, lang: Language) -> str:
    """A value as one text: yes and no in words, lists with marks between, nothing as nothing."""
    match value:
        case None:
            return ""
        case bool():
            return {"zh": ("是", "否"), "en": ("yes", "no")}[lang][0 if value else 1]
        case str():
            return value
        case list():
            return ("、" if lang == "zh" else ", ").join(flat(item, lang) for item in value)


def _number(text: str) -> bool:
    """Whether a text is an exact number as results write it: then its sign is no formula."""
    body = text.removeprefix("-")
    return body.replace(".", "", 1).isascii() and body.replace(".", "", 1).isdigit()


def inert(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return (
        f"'{text}"
        if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
        else text
    )
