"""Owns canonical forms and their digests: of plain data, of a policy, of a file's bytes.

Plain data is canonical as JSON in UTF-8 with keys in order, no blanks, and nothing but objects, lists, texts, whole numbers, true, false
and null in it; any language can make the same bytes of the same data. A policy is canonical as the formatter writes it, in Chinese
keywords, without remarks and blank lines.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from attrs import evolve, frozen

from policydsl.source import Source
from policydsl.syntax.format import format_file
from policydsl.syntax.parse import parse

Plain = str | int | bool | None | list["Plain"] | dict[str, "Plain"]
"""What a receipt is made of; no number with a decimal point is ever written as one."""


@frozen
class Digest:
    """SHA-256 and SM3 of the same bytes, in hexadecimal; `sm3` None where this machine's library lacks it (SM3 不可用)."""

    sha256: str
    sm3: str | None

    def plain(self) -> dict[str, Plain]:
        """As it stands in a receipt."""
        return {"sha256": self.sha256, "sm3": self.sm3}

    def agrees(self, other: Digest) -> bool:
        """Whether both can be of the same bytes: each algorithm that both have gives the same."""
        return self.sha256 == other.sha256 and (self.sm3 is None or other.sm3 is None or self.sm3 == other.sm3)


def digest(data: bytes) -> Digest:
    """The digests of some bytes."""
    return Digest(hashlib.sha256(data).hexdigest(), _sm3(data))


def has_sm3() -> bool:
    """Whether SM3 is to be had on this machine."""
    return _sm3(b"") is not None


def _sm3(data: bytes) -> str | None:
    try:
        return hashlib.new("sm3", data).hexdigest()
    except ValueError:
        return None


def canonical_json(data: Mapping[str, Plain] | list[Plain]) -> bytes:
    """The canonical bytes of plain data."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "surrogatepass")


def canonical_policy(source: Source) -> str:
    """The canonical text of a policy, whatever keywords, widths, remarks and layout it is written with."""
    file, _ = parse(source)
    text = format_file(evolve(file, comments=()), to="zh")
    return "".join(f"{line}\n" for line in text.splitlines() if line.strip())


@cache
def engine_digest() -> str:
    """SHA-256 over the program itself: names and bytes of its files, in order. Says exactly which engine computed."""
    home = Path(__file__).parents[1]
    total = hashlib.sha256()
    for path in sorted(home.rglob("*"), key=lambda item: item.relative_to(home).as_posix()):
        if path.suffix in (".py", ".lark", ".json") and "__pycache__" not in path.parts:
            total.update(path.relative_to(home).as_posix().encode())
            total.update(b"\0")
            # line ends are the checkout's, not the program's
            total.update(path.read_bytes().replace(b"\r\n", b"\n"))
            total.update(b"\0")
    return total.hexdigest()
