"""Owns where the files of a receipt are today, and whether they are what they were."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from attrs import frozen

from policydsl.receipts.canonical import canonical_policy, digest
from policydsl.receipts.model import FileRecord
from policydsl.source import Source, decoded

State = Literal["same", "form", "changed", "gone", "unreadable"]
"""same: byte for byte; form: other bytes that say the same; changed; gone: nowhere to be found; unreadable: there, but no such file."""

MOST_BYTES = 512 << 20
MOST_FILES = 20_000
"""Files of a folder that are looked at."""


@frozen
class Located:
    """A recorded file and what is there today: `path` where it was found, `source` its text if it is a policy."""

    record: FileRecord
    state: State
    path: Path | None = None
    source: Source | None = None


@frozen
class Places:
    """Where to look: beside the receipt, in a folder of policies, and among facts files named by the call."""

    folder: Path
    corpus: Path | None
    facts: tuple[Path, ...]

    def locate(self, record: FileRecord) -> Located:
        """What became of a recorded file. Of several candidates one with the same bytes is taken, else the first."""
        found: Located | None = None
        for path in self._candidates(record):
            here = _looked_at(record, path)
            if here.state == "same":
                return here
            found = found or here
        return found or Located(record, "gone")

    def _candidates(self, record: FileRecord) -> Iterator[Path]:
        name = record.name.rpartition("/")[2]
        if record.role == "facts":
            if self.facts:
                named = [path for path in self.facts if path.name == name]
                yield from named or (self.facts if len(self.facts) == 1 else ())
                return
        elif self.corpus is not None:
            yield from (path for path in files_in(self.corpus) if path.name == name)
            yield from (path for path in files_in(self.corpus) if _same_size(path, record.size) and path.name != name)
            return
        path = Path(os.path.normpath(self.folder / record.name))
        if path.is_file():
            yield path


def files_in(folder: Path) -> Sequence[Path]:
    """The .pol files of a folder, or the one file that it is."""
    if folder.is_file():
        return [folder]
    return sorted(path for path in folder.rglob("*.pol") if path.is_file())[:MOST_FILES]


def _same_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


def _looked_at(record: FileRecord, path: Path) -> Located:
    try:
        if path.stat().st_size > MOST_BYTES:
            return Located(record, "unreadable", path)
        raw = path.read_bytes()
    except OSError:
        return Located(record, "unreadable", path)
    same = digest(raw).agrees(record.digest)
    if record.role == "facts":
        return Located(record, "same" if same else "changed", path)
    text = decoded(raw)
    if text is None:
        return Located(record, "unreadable", path)
    source = Source(str(path), text)
    if same:
        return Located(record, "same", path, source)
    alike = digest(canonical_policy(source).encode("utf-8", "surrogatepass")).agrees(record.canonical)
    return Located(record, "form" if alike else "changed", path, source)
