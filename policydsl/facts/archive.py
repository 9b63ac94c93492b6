"""Owns taking members out of a zip archive that a stranger sent, each inflated once and never beyond the bounds."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

from policydsl.facts.findings import Rejected
from policydsl.facts.grid import MAX_INFLATED

_MOST_MEMBERS = 10_000
_RATIO = 200
_RATIO_FROM = 100 * 2**20
"""Only what inflates to more than this is judged by its ratio: blank sheets pack well."""
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".emf", ".wmf", ".svg", ".bin", ".wdp")


class Archive:
    """The text members of an xlsx or ods file by name. Raises Rejected for bombs, passwords and damage."""

    def __init__(self, file: str, data: bytes) -> None:
        try:
            with zipfile.ZipFile(BytesIO(data)) as opened:
                members = opened.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, UnicodeDecodeError) as error:
            raise Rejected("facts-file-broken", file=file, kind="zip", reason=type(error).__name__) from None
        if len(members) > _MOST_MEMBERS:
            raise _too_large(file, "部分数", "parts", str(len(members)), str(_MOST_MEMBERS))
        self._file = file
        self._data = data
        self._members = {item.filename.replace("\\", "/").lstrip("/"): item for item in members}
        self.names = frozenset(self._members)
        if any(item.flag_bits & 1 for item in members):
            raise Rejected("facts-file-password", file=file)

    def check(self) -> None:
        """Inflate every part that a reader may look at, against what the archive says of its own sizes."""
        total = 0
        for name in self.names:
            if not name.lower().endswith(_PICTURES):
                total += len(self.read(name, MAX_INFLATED - total))
        if total > _RATIO_FROM and total > len(self._data) * _RATIO:
            raise _too_large(self._file, "展开倍数", "inflation", f"{total // len(self._data)}", str(_RATIO))

    def read(self, name: str, most: int = MAX_INFLATED) -> bytes:
        """The bytes of a member, `b""` where there is none."""
        item = self._members.get(name)
        if item is None:
            return b""
        head = self._data[item.header_offset : item.header_offset + 30]
        start = item.header_offset + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        packed = self._data[start : start + item.compress_size]
        if item.compress_type == zipfile.ZIP_STORED:
            content, whole = packed, len(packed) == item.compress_size
        elif item.compress_type == zipfile.ZIP_DEFLATED:
            inflate = zlib.decompressobj(-15)
            try:
                content = inflate.decompress(packed, most + 1)
            except zlib.error:
                raise self._broken() from None
            whole = inflate.eof or len(content) > most
        else:
            raise self._broken()
        if len(content) > most:
            raise _too_large(
                self._file, "展开后的大小", "inflated size", f">{most >> 20} MB", f"{MAX_INFLATED >> 20} MB"
            )
        if not whole:
            raise self._broken()
        return content

    def well_formed(self, name: str) -> bytes:
        """The bytes of a member that is XML to its end. Some readers never come back from a tag that is not closed."""
        from xml.parsers import expat

        content = self.read(name)
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._no_doctype
        try:
            parser.Parse(content, True)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise Rejected("facts-file-broken", file=self._file, kind="XML", reason=f"{name}: {error}") from None
        return content

    def _no_doctype(self, *_: object) -> None:
        raise Rejected("facts-file-broken", file=self._file, kind="XML", reason="DOCTYPE")

    def _broken(self) -> Rejected:
        return Rejected("facts-file-broken", file=self._file, kind="zip", reason="zip")


def _too_large(file: str, what: str, what_en: str, size: str, limit: str) -> Rejected:
    return Rejected("facts-too-large", file=file, what=what, what_en=what_en, size=size, limit=limit)
