"""Owns reading spreadsheets (.xlsx, .xls, .ods): bytes → one grid per sheet. The only user of calamine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

from policydsl.facts import biff, opendocument, sheetxml
from policydsl.facts.archive import Archive
from policydsl.facts.findings import Rejected
from policydsl.facts.grid import MAX_COLUMNS, Grid, Percent
from policydsl.facts.scan import Scan

_MOST_SHEETS = 1_000


def grids(file: str, data: bytes) -> list[Grid]:
    """The sheets of a workbook. Raises Rejected where it cannot be read."""
    if data.startswith(b"PK"):
        return _zipped(file, data)
    if data.startswith(biff.MAGIC):
        scans = biff.scan(file, data)
        return _grids(file, data, ".xls", dict(enumerate(scans)))
    head = data[:2000].lstrip().lower()
    if head.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"\xef\xbb\xbf<")):
        raise Rejected(
            "facts-file-kind", file=file, found="其实是网页或 XML", found_en="it is a web page or XML inside"
        )
    raise Rejected("facts-file-broken", file=file, kind="xlsx/xls/ods", reason=f"{len(data)} bytes")


def _zipped(file: str, data: bytes) -> list[Grid]:
    archive = Archive(file, data)
    archive.check()
    if "content.xml" in archive.names:
        found = opendocument.scan(archive.well_formed("content.xml"))
        return _grids(file, data, ".ods", found)
    if "xl/workbook.xml" not in archive.names:
        raise Rejected("facts-file-kind", file=file, found="不是电子表格", found_en="it is no spreadsheet")
    book = sheetxml.workbook(archive)
    scans = {name: sheetxml.scan(archive.read(part), book) for name, part in book.parts.items()}
    for part in archive.names - set(book.parts.values()):
        # The reader may find its way to a sheet that we did not.
        content = archive.read(part) if part.endswith(".xml") else b""
        if b"sheetData" in content:
            sheetxml.scan(content, book).check(file, ".xlsx")
    return _grids(file, data, ".xlsx", scans)


def _grids(
    file: str,
    data: bytes,
    kind: str,
    scans: Mapping[Any, Scan],
) -> list[Grid]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    for scan in scans.values():
        scan.check(file, kind)
    try:
        with CalamineWorkbook.from_filelike(BytesIO(data)) as book:
            described = book.sheets_metadata[:_MOST_SHEETS]
            found = []
            for number, about in enumerate(described):
                if about.typ is not SheetTypeEnum.WorkSheet:
                    continue
                sheet = book.get_sheet_by_index(number)
                rows = sheet.to_python(skip_empty_area=False)
                seen = scans[about.name] if about.name in scans else scans.get(number, Scan())
                _mark(rows, seen)
                found.append(
                    Grid(
                        file,
                        about.name,
                        rows,
                        about.name,
                        hidden=about.visible is not SheetVisibleEnum.Visible,
                        merged=seen.merged or _flat(sheet.merged_cell_ranges),
                    )
                )
            return found
    except (KeyboardInterrupt, SystemExit, MemoryError, Rejected):
        raise
    except BaseException as error:  # the library's own panics are no Exceptions
        if type(error).__name__ == "PasswordError":
            raise Rejected("facts-file-password", file=file) from None
        reason = " ".join(str(error).split())[:80] or type(error).__name__
        raise Rejected("facts-file-broken", file=file, kind=kind, reason=reason) from None


def _mark(rows: list[list[Any]], scan: Scan) -> None:
    """Put faults and percentages where the reader left a blank or a bare number."""
    for row, column in scan.percents:
        if row < len(rows) and column < len(rows[row]) and type(rows[row][column]) in (float, int):
            rows[row][column] = Percent(rows[row][column])
    for row, column, fault in scan.faults:
        # A fault may lie beyond the last cell that the reader saw anything in, though not beyond the sheet's own extent.
        if row > scan.last_row or column >= MAX_COLUMNS:
            continue
        if row >= len(rows):
            rows.extend([] for _ in range(row + 1 - len(rows)))
        cells = rows[row]
        cells.extend([""] * (column + 1 - len(cells)))
        cells[column] = fault


def _flat(ranges: Iterable[Any] | None) -> tuple[tuple[int, int, int, int], ...]:
    return tuple((top, left, bottom, right) for (top, left), (bottom, right) in ranges or ())
