"""Owns what a receipt is, and the reading of one that a stranger may have made: every part checked, each fault said with its place."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Literal, cast

from attrs import field, frozen

from policydsl.receipts.canonical import Digest, Plain, canonical_json, digest

VERSION = 1
MOST_BYTES = 256 << 20
"""Bytes that a receipt may have."""

Role = Literal["policy", "stands-on", "facts"]
SIGNED = "ed25519"


class BadReceipt(ValueError):
    """A file that is no receipt, or one that is not whole; the message says what is wrong where, in Chinese and English."""


@frozen
class FileRecord:
    """A file that the run read: its name beside the receipt, its size and digests, the digest of its canonical form, and of a policy
    the text itself."""

    role: Role
    name: str
    size: int
    digest: Digest
    canonical: Digest
    text: str | None = field(default=None, repr=False)

    def plain(self) -> dict[str, Plain]:
        """As it stands in a receipt."""
        data: dict[str, Plain] = {
            "role": self.role,
            "name": self.name,
            "bytes": self.size,
            **self.digest.plain(),
            "canonical": self.canonical.plain(),
        }
        return data if self.text is None else {**data, "text": self.text}


@frozen
class Receipt:
    """Everything needed to repeat a run: which engine, which files, which facts, which readings, which days, and what came out.

    `of`: of a corpus, the 编号 of the notice, and `law` the day whose law it was; empty and None for a single file.
    `readings`: alternative by reading, and whether the call asked for it. `signature`: (public key, signature) in hexadecimal.
    `body`: the plain data that `stated` is the digest of and that a signature signs.
    """

    made: str
    engine: str
    engine_digest: str
    language: Literal["zh", "en"]
    title: str
    on: date | None
    known: date | None
    of: str
    law: date | None
    readings: Mapping[str, tuple[str, bool]]
    files: tuple[FileRecord, ...]
    facts: dict[str, Plain] = field(repr=False)
    results: dict[str, Plain] = field(repr=False)
    violations: list[Plain] = field(repr=False)
    body: dict[str, Plain] = field(repr=False)
    stated: Digest
    signature: tuple[str, str] | None = None

    @property
    def signed_bytes(self) -> bytes:
        """The canonical bytes of everything but the digest and the signature."""
        return canonical_json(self.body)

    @property
    def whole(self) -> bool:
        """Whether the digest that it states is that of what it says."""
        return self.stated.agrees(digest(self.signed_bytes))

    @property
    def asked(self) -> dict[str, str]:
        """All readings in force, by name."""
        return {name: alternative for name, (alternative, _) in self.readings.items()}


def read_receipt(path: str | os.PathLike[str]) -> Receipt:
    """A receipt from a file. Raises BadReceipt."""
    place = Path(path)
    try:
        if place.is_dir():
            raise BadReceipt(f"{path} 是文件夹,不是留痕文件。 It is a folder.")
        if place.stat().st_size > MOST_BYTES:
            raise BadReceipt(f"{path} 超过 {MOST_BYTES >> 20} MB,不像留痕文件。 Too large for a receipt.")
        raw = place.read_bytes()
    except BadReceipt:
        raise
    except FileNotFoundError:
        raise BadReceipt(f"没有找到 {path}。 There is no such file.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise BadReceipt(f"读不了 {path}:{reason}。 It cannot be read.") from None
    return receipt_of(raw)


def receipt_of(raw: bytes) -> Receipt:
    """A receipt from its bytes. Raises BadReceipt."""
    try:
        data = json.loads(raw.decode("utf-8-sig"), parse_float=_no_float, parse_constant=_no_float)
    except UnicodeDecodeError:
        raise BadReceipt("这个文件不是 UTF-8 文本,不是留痕文件。 It is no UTF-8 text.") from None
    except json.JSONDecodeError as error:
        where = f"第 {error.lineno} 行第 {error.colno} 列"
        raise BadReceipt(
            f"这个文件不是完整的 JSON({where}):可能没有写完或被截断。请用原来的那一份。"
            f" It is no whole JSON (line {error.lineno}): it may have been cut off."
        ) from None
    except (RecursionError, ValueError):
        raise BadReceipt("这个文件不是留痕文件:有小数、过大的数或嵌套过深。 It holds what no receipt has.") from None
    if not isinstance(data, dict) or data.get("receipt") is None:
        raise BadReceipt("这个 JSON 不是留痕文件(没有「receipt」一项)。 This JSON is no receipt.")
    if type(data["receipt"]) is not int or data["receipt"] != VERSION:
        raise BadReceipt(
            f"留痕的版本是 {str(data['receipt'])[:20]},这个程序读的是 {VERSION}。请用写下它的那一版程序。"
            f" The receipt is of another version."
        )
    return _Reader(data).receipt()


def _no_float(text: str) -> object:
    raise ValueError(text)


@frozen
class _Reader:
    data: dict[str, Plain]

    def receipt(self) -> Receipt:
        body = {name: value for name, value in self.data.items() if name not in ("digest", "signature")}
        engine, run, policy = (self._object(self.data, name, "") for name in ("engine", "run", "policy"))
        readings = self._object(run, "readings", "run.")
        files = self._list(self.data, "files", "")
        language = self._text(policy, "language", "policy.")
        if language not in ("zh", "en"):
            raise _bad("policy.language")
        found = tuple(self._file(item, at) for at, item in enumerate(files))
        if not any(item.role == "policy" for item in found):
            raise _bad("files")
        return Receipt(
            self._text(self.data, "made", ""),
            self._text(engine, "version", "engine."),
            self._text(engine, "sha256", "engine."),
            cast('Literal["zh", "en"]', language),
            self._text(policy, "title", "policy."),
            self._day(run, "on"),
            self._day(run, "known"),
            self._text(run, "of", "run."),
            self._day(run, "law"),
            {name: self._reading(value, name) for name, value in readings.items()},
            found,
            self._object(self.data, "facts", ""),
            self._results(),
            self._list(self.data, "violations", ""),
            body,
            self._digest(self._object(self.data, "digest", ""), "digest."),
            self._signature(),
        )

    def _results(self) -> dict[str, Plain]:
        results = self._object(self.data, "results", "")
        for entity, rows in results.items():
            if not isinstance(rows, dict):
                raise _bad(f"results.{entity}")
            for key, rules in rows.items():
                if not isinstance(rules, dict) or not all(isinstance(cell, dict) for cell in rules.values()):
                    raise _bad(f"results.{entity}.{key}")
        return results

    def _file(self, item: Plain, at: int) -> FileRecord:
        where = f"files[{at}]."
        if not isinstance(item, dict):
            raise _bad(f"files[{at}]")
        role, size, text = self._text(item, "role", where), item.get("bytes"), item.get("text")
        if role not in ("policy", "stands-on", "facts"):
            raise _bad(f"{where}role")
        if not isinstance(size, int) or isinstance(size, bool) or size < 0:
            raise _bad(f"{where}bytes")
        if (text is not None and not isinstance(text, str)) or (text is None) != (role == "facts"):
            raise _bad(f"{where}text")
        return FileRecord(
            cast(Role, role),
            self._text(item, "name", where),
            size,
            self._digest(item, where),
            self._digest(self._object(item, "canonical", where), f"{where}canonical."),
            text,
        )

    def _digest(self, item: Mapping[str, Plain], where: str) -> Digest:
        if "sm3" not in item:
            raise _bad(f"{where}sm3")
        sha256, sm3 = self._text(item, "sha256", where), item["sm3"]
        for name, value in (("sha256", sha256), ("sm3", sm3)):
            if value is not None and not (isinstance(value, str) and len(value) == 64 and _is_hex(value)):
                raise _bad(f"{where}{name}")
        return Digest(sha256, cast("str | None", sm3))

    def _signature(self) -> tuple[str, str] | None:
        item = self.data.get("signature")
        if item is None:
            return None
        if not isinstance(item, dict) or item.get("algorithm") != SIGNED:
            raise _bad("signature")
        key, value = self._text(item, "public_key", "signature."), self._text(item, "value", "signature.")
        if not (_is_hex(key) and _is_hex(value)):
            raise _bad("signature.value")
        return key, value

    def _reading(self, value: Plain, name: str) -> tuple[str, bool]:
        match value:
            case {"alternative": str() as alternative, "asked": bool() as asked}:
                return alternative, asked
            case _:
                raise _bad(f"run.readings.{name}")

    def _day(self, item: Mapping[str, Plain], name: str) -> date | None:
        value = item.get(name)
        if value is None:
            return None
        try:
            return date.fromisoformat(cast(str, value))
        except (ValueError, TypeError):
            raise _bad(f"run.{name}") from None

    def _text(self, item: Mapping[str, Plain], name: str, where: str) -> str:
        value = item.get(name)
        if not isinstance(value, str):
            raise _bad(where + name)
        return value

    def _object(self, item: Mapping[str, Plain], name: str, where: str) -> dict[str, Plain]:
        value = item.get(name)
        if not isinstance(value, dict):
            raise _bad(where + name)
        return value

    def _list(self, item: Mapping[str, Plain], name: str, where: str) -> list[Plain]:
        value = item.get(name)
        if not isinstance(value, list):
            raise _bad(where + name)
        return value


def _bad(where: str) -> BadReceipt:
    return BadReceipt(
        f"留痕不完整:「{where[:80]}」没有或者写得不对。请用原来的那一份。 Not a whole receipt: “{where[:80]}” is missing or wrong."
    )


def _is_hex(text: str) -> bool:
    return bool(text) and all(char in "0123456789abcdef" for char in text)
