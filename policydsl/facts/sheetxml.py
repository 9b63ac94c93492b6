"""Owns what a spreadsheet reader does not tell of an .xlsx sheet: error cells, formulas never calculated, percent formats, extent.

The sheet's XML is searched, not parsed: in files of a million cells these are few, and searching costs a tenth of parsing.
Every pattern stops at the next tag, so that time stays in proportion to length whatever a stranger wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import groupby
from operator import le
from posixpath import normpath

from attrs import field, frozen

from policydsl.facts.archive import Archive
from policydsl.facts.grid import Fault, column_number
from policydsl.facts.scan import Scan

_C = rb"<(?:\w{1,20}:)?c"
_ERROR = re.compile(_C + rb"""\s(?=[^<>]*\bt=["']e["'])([^<>]*)>""")
_SHOWN = re.compile(rb"<(?:\w{1,20}:)?v>([^<]{0,60})<")
_F = rb"<(?:\w{1,20}:)?f(?:\s[^<>]*)?(?:/>|>([^<]*)</(?:\w{1,20}:)?f>)"
_BLANK_V = rb"(?:<(?:\w{1,20}:)?v\s{0,9}/>|<(?:\w{1,20}:)?v>\s{0,9}</(?:\w{1,20}:)?v>)?"
_ZERO_V = rb"(?:<(?:\w{1,20}:)?v\s{0,9}/>|<(?:\w{1,20}:)?v>\s{0,9}0?\s{0,9}</(?:\w{1,20}:)?v>)?"
_END = rb"\s{0,99}</(?:\w{1,20}:)?c>"
_UNCALCULATED = re.compile(_C + rb"(\s[^<>]*)?>\s{0,99}" + _F + rb"\s{0,99}" + _BLANK_V + _END)
_UNTRUSTED = re.compile(_C + rb"(\s[^<>]*)?>\s{0,99}" + _F + rb"\s{0,99}" + _ZERO_V + _END)
_REF = re.compile(rb"""\br=["']([A-Z]{1,9})(\d{1,9})["']""")
_ODD = re.compile(rb'<c[\s>/](?!r="[A-Z]{1,9}[1-9][0-9]{0,8}")|<\w{1,20}:c[\s>/]')
"""A cell written otherwise than every common program writes it."""
_NUMBERS = re.compile(rb'<c r="[A-Z]+(\d+)')
_LETTERS = re.compile(rb'<c r="([A-Z]{2,9})')
"""Rows of cells, and their columns of two letters and more. They start with plain characters: ten times as fast a search."""
_EACH = re.compile(rb"<(?:\w{1,20}:)?(row|c)(?=[\s/>])([^<>]*)")
_ROW = re.compile(rb"<(?:\w{1,20}:)?row[\s>/]([^<>]*)")
_ATTRIBUTE = re.compile(rb"""([\w:]{1,40})\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)')""")


@frozen
class Workbook:
    """The parts of a workbook that scanning needs: sheet parts by name, percent styles, whether its formulas await calculation."""

    parts: dict[str, str]
    percents: frozenset[int] = field(factory=frozenset)
    uncalculated: bool = False


def workbook(archive: Archive) -> Workbook:
    """Find the sheets' parts, the percent styles and the calculation flag of an .xlsx file."""
    book = archive.read("xl/workbook.xml")
    targets = {}
    for tag in re.finditer(rb"<(?:\w{1,20}:)?Relationship\s([^<>]*)>", archive.read("xl/_rels/workbook.xml.rels")):
        values = _attributes(tag[1])
        target = values.get("Target", "")
        targets[values.get("Id", "")] = normpath(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
    parts: dict[str, str] = {}
    for tag in re.finditer(rb"<(?:\w{1,20}:)?sheet\s([^<>]*)>", book):
        values = _attributes(tag[1])
        part = next((targets.get(value) for name, value in values.items() if name.split(":")[-1] == "id"), None)
        if part:
            parts.setdefault(values.get("name", ""), part)
    flag = re.search(rb"<(?:\w{1,20}:)?calcPr\s([^<>]*)>", book)
    recalculate = _attributes(flag[1]).get("fullCalcOnLoad", "") if flag else ""
    return Workbook(parts, _percent_styles(archive.read("xl/styles.xml")), recalculate in {"1", "true"})


def scan(xml: bytes, book: Workbook) -> Scan:
    """Search one sheet."""
    faults: list[tuple[int, int, Fault]] = []
    if b't="e"' in xml or b"t='e'" in xml:
        for tag in _ERROR.finditer(xml):
            value = _SHOWN.search(xml, tag.end(), tag.end() + 10_000)
            faults.append((*_position(xml, tag), Fault("facts-error-cell", _text(value[1]) if value else "#")))
    if b"<f" in xml or b":f" in xml:
        pattern = _UNTRUSTED if book.uncalculated else _UNCALCULATED
        for tag in pattern.finditer(xml):
            if _attributes(tag[1] or b"").get("t") not in {"str", "e"}:
                faults.append((*_position(xml, tag), Fault("facts-formula", "=" + _text(tag[2] or b"")[:60])))
    last_row, last_column, ordered = _extent(xml)
    return Scan(tuple(faults), tuple(_percents(xml, book.percents)), (), last_row, last_column, ordered)


def _percents(xml: bytes, styles: frozenset[int]) -> Iterator[tuple[int, int]]:
    if not styles:
        return
    ids = b"|".join(str(style).encode() for style in sorted(styles))
    for tag in re.finditer(_C + rb"""\s(?=[^<>]*\bs=["'](?:""" + ids + rb""")["'])([^<>]*[^<>/])>""", xml):
        yield _position(xml, tag)


def _extent(xml: bytes) -> tuple[int, int, bool]:
    """The farthest row and column, and whether rows ascend."""
    if _ODD.search(xml):
        return _extent_of_odd(xml)
    rows = [int(number) for number, _ in groupby(_NUMBERS.findall(xml))]
    columns = {column_number(found.decode()) for found in set(_LETTERS.findall(xml))}
    return max(rows, default=0) - 1, max(columns, default=25 if rows else -1), all(map(le, rows, rows[1:]))


def _extent_of_odd(xml: bytes) -> tuple[int, int, bool]:
    """The same for cells with prefixes, other orders of attributes, or no reference at all: those stand next to the last."""
    row, column, farthest, widest, ordered = 0, 0, 0, -1, True
    for tag in _EACH.finditer(xml):
        values = _attributes(tag[2])
        reference = _PLACE.fullmatch(values.get("r", ""))
        before = row
        if tag[1] == b"row":
            row, column = int(reference[2]) if reference else row + 1, 0
        else:
            row = int(reference[2]) if reference else row
            column = column_number(reference[1].upper()) + 1 if reference and reference[1] else column + 1
            farthest, widest = max(farthest, row), max(widest, column - 1)
        ordered = ordered and row >= before
    return farthest - 1, widest, ordered


_PLACE = re.compile(r"([A-Za-z]{0,9})([0-9]{1,9})", re.ASCII)


def _position(xml: bytes, tag: re.Match[bytes]) -> tuple[int, int]:
    """Row and column of a cell: written on it, or counted where the writer left that out."""
    reference = _REF.search(tag[1] or b"")
    if reference:
        return int(reference[2]) - 1, column_number(reference[1].decode())
    rows = list(_ROW.finditer(xml, 0, tag.start()))
    if not rows:
        return 0, 0
    number = _attributes(rows[-1][1]).get("r", "")
    row = int(number) - 1 if number.isdigit() and len(number) < 9 else len(rows) - 1
    return row, len(re.findall(_C + rb"[\s>/]", xml[rows[-1].end() : tag.start()]))


def _percent_styles(xml: bytes) -> frozenset[int]:
    formats = {9, 10}
    for tag in re.finditer(rb"<(?:\w{1,20}:)?numFmt\s([^<>]*)>", xml):
        values = _attributes(tag[1])
        number = values.get("numFmtId", "")
        code = re.sub(r'"[^"]*"|\\.', "", values.get("formatCode", ""))
        if "%" in code and number.isdigit():
            formats.add(int(number[:9]))
    cells = re.search(rb"<(?:\w{1,20}:)?cellXfs\b", xml)
    if not cells:
        return frozenset()
    end = re.search(rb"</(?:\w{1,20}:)?cellXfs>", xml[cells.end() :])
    styles = xml[cells.end() : cells.end() + end.start()] if end else b""
    found = set()
    for position, tag in enumerate(re.finditer(rb"<(?:\w{1,20}:)?xf[\s>/]([^<>]*)", styles)):
        chosen = _attributes(tag[1]).get("numFmtId", "0")
        if chosen.isdigit() and int(chosen[:9]) in formats:
            found.add(position)
    return frozenset(found)


def _attributes(text: bytes) -> dict[str, str]:
    return {_text(name): _text(double or single) for name, double, single in _ATTRIBUTE.findall(text)}


def _text(data: bytes) -> str:
    return unescape(data.decode("utf-8", "replace"))
