"""Owns reading .csv: bytes → text (UTF-8 or GB 18030) → one grid. Every cell is text."""

from __future__ import annotations

import csv
import re
from io import StringIO

from policydsl.facts.findings import Rejected
from policydsl.facts.grid import MAX_COLUMNS, MAX_ROWS, Grid

_PROTECTED = re.compile(r'="([^"]*)"')
"""How codes are kept from being taken for numbers: ="0123"."""


def decoded(file: str, data: bytes) -> str:
    """The text of a file in UTF-8, with or without BOM, in UTF-16 with BOM, or in GB 18030. Raises Rejected."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise Rejected("facts-encoding", file=file, byte=error.start + 1) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as first:
        # Whole UTF-8 characters before a half one at the end: a UTF-8 file cut short, not GB 18030.
        if first.reason == "unexpected end of data" and not data[: first.start].isascii():
            raise Rejected("facts-file-broken", file=file, kind="UTF-8", reason=f"{len(data)} bytes") from None
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as error:
            raise Rejected("facts-encoding", file=file, byte=error.start + 1) from None
    if "\0" in text:
        raise Rejected("facts-file-kind", file=file, found="不是文本文件", found_en="it is no text")
    return text


def grid(file: str, name: str, data: bytes) -> Grid:
    """The table of a .csv file. Commas, or tabs or semicolons where the first line has more of them. Raises Rejected."""
    text = decoded(file, data)
    first = next((line for line in text[:100_000].splitlines() if line.strip()), "")
    delimiter = max(",\t;", key=first.count)
    rows: list[list[str]] = []
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if len(row) > MAX_COLUMNS:
                if any(row[MAX_COLUMNS:]):
                    raise _too_large(file, "列数", "columns", len(row), MAX_COLUMNS)
                row = row[:MAX_COLUMNS]
            rows.append(row)
            if len(rows) > MAX_ROWS:
                raise _too_large(file, "行数", "rows", len(rows), MAX_ROWS)
    except csv.Error as error:
        raise Rejected("facts-syntax", file=file, line=reader.line_num, reason=_reason(str(error))) from None
    if '="' in text:
        rows = [[_PROTECTED.sub(r"\1", cell) if cell.startswith('="') else cell for cell in row] for row in rows]
    return Grid(file, name, rows)


def _too_large(file: str, what: str, what_en: str, size: int, limit: int) -> Rejected:
    return Rejected("facts-too-large", file=file, what=what, what_en=what_en, size=size, limit=limit)


def _reason(text: str) -> str:
    if "field larger" in text:
        return "一格的内容过长 / a cell is too long"
    if "unexpected end" in text:
        return "引号没有配对,文件可能不完整 / a quote is never closed"
    return "引号没有配对 / quotes do not match"
