"""Owns what a spreadsheet reader does not tell of an .xls file: error cells, formulas never calculated, percent formats, extent.

An .xls file is a small file system (compound file) with one stream of records, each a type, a length and a body. The layouts
are those of [MS-CFB] and [MS-XLS].
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import error as StructError
from struct import unpack_from

from policydsl.facts.findings import Rejected
from policydsl.facts.grid import MAX_AREA, Fault
from policydsl.facts.scan import Scan

MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_FORMULA, _BOOLERR, _NUMBER, _RK, _MULRK = 0x06, 0x205, 0x203, 0x27E, 0xBD
_OTHERS = {0xFD, 0x204, 0x201, 0xBE, 0xD6}
"""Cells of text and blank cells: only their place matters."""
_DIMENSIONS = 0x200
_STRING = 0x207
_BESIDE = {_STRING, 0x4BC, 0x221, 0x236}
"""What may stand between a formula and its text: shared formulas, arrays, tables."""
_LAST_REGULAR = 0xFFFFFFFA


def scan(file: str, data: bytes) -> list[Scan]:
    """Search the sheets of an .xls file, in their order. Raises Rejected where it is none, is cut short or has a password."""
    try:
        streams = _streams(data)
        if "EncryptedPackage" in streams:
            raise Rejected("facts-file-password", file=file)
        stream = streams.get("Workbook") or streams.get("Book")
        if stream is None:
            raise _broken(file)
        return _sheets(file, stream)
    except (StructError, IndexError):
        raise _broken(file) from None


def _broken(file: str) -> Rejected:
    return Rejected("facts-file-broken", file=file, kind=".xls", reason="compound file")


# ---------------------------------------------------------------- the file system


def _streams(data: bytes) -> dict[str, bytes]:
    shift, mini_shift = unpack_from("<HH", data, 30)
    if shift not in {9, 12} or mini_shift != 6:
        raise IndexError
    size = 1 << shift
    (count,) = unpack_from("<I", data, 44)
    directory, cutoff, mini_start, _, next_list, _ = unpack_from("<I4xIIIII", data, 48)
    tables = list(unpack_from("<109I", data, 76))
    seen = 0
    while next_list < _LAST_REGULAR and seen <= len(data) // size:
        block = unpack_from(f"<{size // 4}I", data, (next_list + 1) * size)
        tables += block[:-1]
        next_list, seen = block[-1], seen + 1
    fat: list[int] = []
    for sector in tables[: min(count, len(tables))]:
        fat += unpack_from(f"<{size // 4}I", data, (sector + 1) * size)

    def chain(start: int) -> bytes:
        parts: list[bytes] = []
        while start < _LAST_REGULAR:
            if len(parts) > len(fat):
                raise IndexError
            part = data[(start + 1) * size : (start + 2) * size]
            if not part:
                raise IndexError
            parts.append(part)
            start = fat[start]
        return b"".join(parts)

    entries = chain(directory)
    small: bytes = b""
    found: dict[str, bytes] = {}
    mini_fat = chain(mini_start)
    for at in range(0, len(entries) - 127, 128):
        (length,) = unpack_from("<H", entries, at + 64)
        name = entries[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
        kind = entries[at + 66]
        start, stream_size = unpack_from("<II", entries, at + 116)
        if kind == 5:
            small = chain(start)
        elif kind == 2 and name in {"Workbook", "Book", "EncryptedPackage"}:
            whole = chain(start) if stream_size >= cutoff else _mini_chain(start, mini_fat, small)
            found.setdefault(name, whole[:stream_size])
    return found


def _mini_chain(start: int, fat: bytes, small: bytes) -> bytes:
    parts: list[bytes] = []
    while start < _LAST_REGULAR:
        if len(parts) > len(fat) // 4:
            raise IndexError
        parts.append(small[start * 64 : start * 64 + 64])
        (start,) = unpack_from("<I", fat, start * 4)
    return b"".join(parts)


# ---------------------------------------------------------------- the records


def _records(stream: bytes, at: int = 0) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(stream):
        kind, length = unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _sheets(file: str, stream: bytes) -> list[Scan]:
    offsets: list[int] = []
    formats: dict[int, bool] = {9: True, 10: True}
    styles: list[int] = []
    for kind, body in _records(stream):
        if kind == 0x2F:
            raise Rejected("facts-file-password", file=file)
        if kind == 0x85:
            offsets.append(unpack_from("<I", body)[0])
        elif kind == 0x41E and len(body) > 4:
            formats[unpack_from("<H", body)[0]] = b"%" in body[4:]
        elif kind == 0xE0:
            styles.append(unpack_from("<H", body, 2)[0])
        elif kind == 0x0A:
            break
    percents = {number for number, format_ in enumerate(styles) if formats.get(format_)}
    return [_sheet(stream, offset, percents) for offset in offsets]


def _sheet(stream: bytes, offset: int, percent_styles: set[int]) -> Scan:
    faults: list[tuple[int, int, Fault]] = []
    percents: list[tuple[int, int]] = []
    last_row, last_column, depth, ordered = -1, -1, 0, True
    told: tuple[int, int] | None = None  # a formula whose value is the text in a record still to come
    for kind, body in _records(stream, offset):
        if told is not None and kind not in _BESIDE:
            faults.append((*told, Fault("facts-formula", "=")))
            told = None
        if kind == _STRING:
            told = None
        if kind == 0x809:
            depth += 1
        elif kind == 0x0A:
            depth -= 1
            if depth <= 0:
                break
        if kind == _DIMENSIONS:
            _check_dimensions(body)
        if kind not in {_FORMULA, _BOOLERR, _NUMBER, _RK, _MULRK} and kind not in _OTHERS:
            continue
        row, column, style = unpack_from("<HHH", body)
        end = column
        if kind == _FORMULA:
            result, options = body[6:14], unpack_from("<H", body, 14)[0]
            if result[6:8] == b"\xff\xff" and result[0] == 2:
                faults.append((row, column, Fault("facts-error-cell", _ERRORS.get(result[2], "#"))))
            elif result[6:8] == b"\xff\xff" and result[0] == 0:
                told = row, column
            elif options & 2 and result == bytes(8):
                faults.append((row, column, Fault("facts-formula", "=")))
        elif kind == _BOOLERR and body[7]:
            faults.append((row, column, Fault("facts-error-cell", _ERRORS.get(body[6], "#"))))
        elif kind == _MULRK:
            end = unpack_from("<H", body, len(body) - 2)[0]
            for number in range((len(body) - 6) // 6):
                if unpack_from("<H", body, 4 + 6 * number)[0] in percent_styles:
                    percents.append((row, column + number))
        if kind in {_FORMULA, _NUMBER, _RK} and style in percent_styles:
            percents.append((row, column))
        ordered = ordered and row >= last_row
        last_row, last_column = max(last_row, row), max(last_column, end)
    return Scan(tuple(faults), tuple(percents), (), last_row, last_column, ordered)


def _check_dimensions(body: bytes) -> None:
    """The extent that a sheet claims, for which the reader makes room: first and last row and column, the last exclusive."""
    if len(body) >= 14:
        top, bottom, left, right = unpack_from("<IIHH", body)
    else:
        top, bottom, left, right = unpack_from("<HHHH", body)
    if (top, left) != (0, 0) and (bottom, right) == (0, 0):
        raise IndexError
    if bottom < top or right < left or (bottom - top) * (right - left) > MAX_AREA:
        raise IndexError
