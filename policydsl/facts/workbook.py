"""Owns reading spreadsheets (.xlsx, .xls, .ods): bytes → one grid per sheet. The only user of calamine."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any, Protocol

from policydsl.facts import biff, opendocument, sheetxml
from policydsl.facts.archive import Archive
from policydsl.facts.findings import Rejected
from policydsl.facts.grid import MAX_AREA, MAX_COLUMNS, MAX_ROWS, Fault, Grid, Percent

_MOST_SHEETS = 1_000


class Scan(Protocol):
    """What a scan of a sheet gives, whatever its format."""

    @property
    def faults(self) -> tuple[tuple[int, int, Fault], ...]: ...
    @property
    def percents(self) -> tuple[tuple[int, int], ...]: ...
    @property
    def last_row(self) -> int: ...
    @property
    def last_column(self) -> int: ...


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
        found = opendocument.scan(archive.read("content.xml"))
        return _grids(file, data, ".ods", found, {name: scan.merged for name, scan in found.items()})
    if "xl/workbook.xml" not in archive.names:
        raise Rejected("facts-file-kind", file=file, found="不是电子表格", found_en="it is no spreadsheet")
    book = sheetxml.workbook(archive)
    scans = {name: sheetxml.scan(archive.read(part), book) for name, part in book.parts.items()}
    return _grids(file, data, ".xlsx", scans)


def _grids(
    file: str,
    data: bytes,
    kind: str,
    scans: dict[Any, Any],
    merged: dict[str, tuple[tuple[int, int, int, int], ...]] | None = None,
) -> list[Grid]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    for scan in scans.values():
        _bounded(file, scan)
    try:
        with CalamineWorkbook.from_filelike(BytesIO(data)) as book:
            described = book.sheets_metadata[:_MOST_SHEETS]
            found = []
            for number, about in enumerate(described):
                if about.typ is not SheetTypeEnum.WorkSheet:
                    continue
                sheet = book.get_sheet_by_index(number)
                rows = sheet.to_python(skip_empty_area=False)
                scan = scans.get(about.name, scans.get(number))
                if scan:
                    _mark(rows, scan)
                found.append(
                    Grid(
                        file,
                        about.name,
                        rows,
                        about.name,
                        hidden=about.visible is not SheetVisibleEnum.Visible,
                        merged=(merged or {}).get(about.name, ()) if merged else _flat(sheet.merged_cell_ranges),
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


def _bounded(file: str, scan: Scan) -> None:
    rows, columns = scan.last_row + 1, scan.last_column + 1
    for what, what_en, size, limit in (
        ("行数", "rows", rows, MAX_ROWS),
        ("列数", "columns", columns, MAX_COLUMNS),
        ("表格面积(行数乘列数)", "rows times columns", rows * columns, MAX_AREA),
    ):
        if size > limit:
            raise Rejected("facts-too-large", file=file, what=what, what_en=what_en, size=size, limit=limit)


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
