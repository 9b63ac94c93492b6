"""Owns one parquet file made of several with the same columns: their row groups as they are, one after another, under one footer.

The footer of a parquet file is a structure in Thrift's compact protocol; it says where in the file the pages of each column begin. Pages
are copied unread, and what the footer says of places is moved along with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

MAGIC = b"PAR1"
_TRUE, _FALSE, _BYTE, _SHORT, _INT, _LONG, _DOUBLE, _BYTES, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
_ROWS, _GROUPS = 3, 4  # of a file
_CHUNKS, _GROUP_OFFSET, _ORDINAL = 1, 5, 7  # of a row group
_CHUNK_OFFSET, _ABOUT = 2, 3  # of the pages of one column
_INDEXES = (4, 5, 6, 7)
"""Where a column's indexes of pages stand; they hold places themselves, may be left out, and are."""
_PLACES = (9, 10, 11, 14)
"""Of what is said about the pages of a column: the first of data, of an index, of a dictionary; the filter."""

Struct = dict[int, tuple[int, Any]]
"""A structure: by the number of a field its type and value."""


class Unlike(ValueError):
    """A file that is no parquet file, or has other columns than the first."""


def stitched(parts: Sequence[Path], target: Path) -> None:
    """Write the rows of all parts to one file, in their order. Raises Unlike, OSError."""
    whole: Struct | None = None
    groups: list[Any] = []
    rows = 0
    with open(target, "wb") as out:
        out.write(MAGIC)
        for part in parts:
            with open(part, "rb") as source:
                footer, end = _footer(source, part)
                if whole is None:
                    whole = footer
                elif whole[2] != footer[2]:
                    raise Unlike(f"{part}: other columns than {parts[0]}")
                by = out.tell() - len(MAGIC)
                for group in footer[_GROUPS][1][1]:
                    groups.append(_moved(group, by))
                rows += footer[_ROWS][1]
                source.seek(len(MAGIC))
                _copied(source, out, end - len(MAGIC))
        if whole is None:
            raise Unlike("no parts")
        whole[_ROWS] = (_LONG, rows)
        whole[_GROUPS] = (_LIST, (_STRUCT, groups))
        said = bytearray()
        _put_struct(said, whole)
        out.write(said)
        out.write(len(said).to_bytes(4, "little"))
        out.write(MAGIC)


def _copied(source: BinaryIO, out: BinaryIO, size: int) -> None:
    while size:
        block = source.read(min(size, 1 << 22))
        if not block:
            raise Unlike(f"{source.name}: cut short")
        out.write(block)
        size -= len(block)


def _footer(source: BinaryIO, path: Path) -> tuple[Struct, int]:
    """What a file says of itself, and where that begins."""
    end = source.seek(0, 2)
    source.seek(max(0, end - 8))
    tail = source.read(8)
    size = int.from_bytes(tail[:4], "little")
    if end < 12 or tail[4:] != MAGIC or size > end - 12:
        raise Unlike(f"{path}: no parquet file")
    source.seek(end - 8 - size)
    read = _Reader(source.read(size))
    return read.struct(), end - 8 - size


def _moved(group: Struct, by: int) -> Struct:
    """A row group whose pages stand so many bytes further on."""
    _move(group, (_GROUP_OFFSET,), by)
    # its number among the others; may be left out, and counts to 2^15 only
    group.pop(_ORDINAL, None)
    for chunk in group[_CHUNKS][1][1]:
        for index in _INDEXES:
            chunk.pop(index, None)
        _move(chunk, (_CHUNK_OFFSET,), by)
        if _ABOUT in chunk:
            _move(chunk[_ABOUT][1], _PLACES, by)
    return group


def _move(struct: Struct, places: Sequence[int], by: int) -> None:
    for place in places:
        # 0 says that there is none
        if place in struct and struct[place][1]:
            struct[place] = (struct[place][0], struct[place][1] + by)


# ---------------------------------------------------------------- the compact protocol


class _Reader:
    """Takes a structure apart."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def bytes(self, size: int) -> bytes:
        self.at += size
        if self.at > len(self.data):
            raise Unlike("a footer that is cut short")
        return self.data[self.at - size : self.at]

    def number(self) -> int:
        """A number of as many bytes as it needs."""
        found = shift = 0
        while True:
            byte = self.byte()
            found |= (byte & 0x7F) << shift
            if byte < 0x80:
                return found
            shift += 7

    def signed(self) -> int:
        found = self.number()
        return found >> 1 if found % 2 == 0 else -(found >> 1) - 1

    def struct(self) -> Struct:
        found: Struct = {}
        last = 0
        while (head := self.byte()) != 0:
            last = last + (head >> 4) if head >> 4 else self.signed()
            kind = head & 0x0F
            found[last] = (kind, self.value(kind))
        return found

    def value(self, kind: int, listed: bool = False) -> Any:
        if kind in (_TRUE, _FALSE):
            return self.byte() if listed else kind
        if kind == _BYTE:
            return self.byte()
        if kind in (_SHORT, _INT, _LONG):
            return self.signed()
        if kind == _DOUBLE:
            return self.bytes(8)
        if kind == _BYTES:
            return self.bytes(self.number())
        if kind in (_LIST, _SET):
            head = self.byte()
            size = head >> 4 if head >> 4 != 15 else self.number()
            return head & 0x0F, [self.value(head & 0x0F, True) for _ in range(size)]
        if kind == _MAP:
            size = self.number()
            kinds = self.byte() if size else 0
            return kinds, [(self.value(kinds >> 4, True), self.value(kinds & 0x0F, True)) for _ in range(size)]
        if kind == _STRUCT:
            return self.struct()
        raise Unlike(f"a footer with a value of kind {kind}")


def _put_number(out: bytearray, number: int) -> None:
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


def _put_signed(out: bytearray, number: int) -> None:
    _put_number(out, number << 1 if number >= 0 else (-number << 1) - 1)


def _put_struct(out: bytearray, struct: Struct) -> None:
    last = 0
    for number in sorted(struct):
        kind, value = struct[number]
        if 0 < number - last < 16:
            out.append((number - last) << 4 | kind)
        else:
            out.append(kind)
            _put_signed(out, number)
        last = number
        _put(out, kind, value)
    out.append(0)


def _put(out: bytearray, kind: int, value: Any, listed: bool = False) -> None:
    if kind in (_TRUE, _FALSE):
        if listed:
            out.append(value)
    elif kind == _BYTE:
        out.append(value)
    elif kind in (_SHORT, _INT, _LONG):
        _put_signed(out, value)
    elif kind == _DOUBLE:
        out += value
    elif kind == _BYTES:
        _put_number(out, len(value))
        out += value
    elif kind in (_LIST, _SET):
        of, items = value
        out.append((len(items) if len(items) < 15 else 15) << 4 | of)
        if len(items) >= 15:
            _put_number(out, len(items))
        for item in items:
            _put(out, of, item, True)
    elif kind == _MAP:
        kinds, pairs = value
        _put_number(out, len(pairs))
        if pairs:
            out.append(kinds)
        for key, item in pairs:
            _put(out, kinds >> 4, key, True)
            _put(out, kinds & 0x0F, item, True)
    else:
        _put_struct(out, value)
