"""Owns reading facts: paths → `Facts` and everything that is wrong with them, all at once. Never raises for what a file holds."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from policydsl.core.facts import Facts
from policydsl.core.program import Program
from policydsl.diagnostics.model import Diagnostic, Place
from policydsl.facts.assemble import assemble
from policydsl.facts.findings import Findings, Problem, Rejected
from policydsl.facts.grid import MAX_FILE, Grid

Progress = Callable[[str, int, int], None]
"""Called with a file's name, its number from 1, and how many there are."""

_BOOKS = {".xlsx", ".xlsm", ".xls", ".ods"}
_LISTS = {".json", ".yaml", ".yml"}
_MOST_FILES = 1_000


def read(
    program: Program, paths: Sequence[str | Path], *, progress: Progress | None = None
) -> tuple[Facts, list[Diagnostic]]:
    """Read the facts that a program asks for from spreadsheets, .csv files or folders of them, .json and .yaml files.

    Tables of one entity are united over all files. What cannot be read becomes a `Bad` cell and a finding; the good rows
    count. An entity that no file supplies is absent from the result.
    """
    findings = Findings(program.language)
    files = list(_files(paths, findings))
    loaded: list[tuple[str, list[Grid]]] = []
    for number, (shown_as, path) in enumerate(files, 1):
        if progress:
            progress(shown_as, number, len(files))
        try:
            loaded.append((shown_as, load(shown_as, path)))
        except Rejected as rejected:
            findings.problem(Problem(rejected.code, rejected.data), Place(shown_as))
    return assemble(program, loaded, findings), findings.list


# ---------------------------------------------------------------- files


def _files(paths: Sequence[str | Path], findings: Findings) -> Iterator[tuple[str, Path]]:
    """The files to read, each once, with the names to call them by."""
    seen: set[str] = set()
    for each in paths:
        path = Path(each)
        for shown_as, file in _expanded(str(each), path, findings):
            try:
                real = os.path.realpath(file)
            except (OSError, ValueError):
                real = shown_as
            if real in seen:
                findings.add("facts-file-twice", Place(shown_as), file=shown_as)
                continue
            seen.add(real)
            yield shown_as, file


def _expanded(shown_as: str, path: Path, findings: Findings) -> list[tuple[str, Path]]:
    where = Place(shown_as)
    try:
        if not path.is_dir():
            return [(shown_as, path)]
        inside = sorted(item for item in path.iterdir() if not item.name.startswith((".", "~$")))
    except (OSError, ValueError) as error:
        findings.add("facts-file-unreadable", where, file=shown_as, reason=_reason(error))
        return []
    files = [item for item in inside if item.suffix.lower() == ".csv"]
    if not files:
        findings.add("facts-folder", where, file=shown_as)
    if len(files) > _MOST_FILES:
        data = {"file": shown_as, "what": "文件数", "what_en": "files", "size": len(files), "limit": _MOST_FILES}
        findings.problem(Problem("facts-too-large", data), where)
        return []
    for item in inside if files else ():
        if item not in files and item.suffix.lower() in _BOOKS | _LISTS:
            findings.add("facts-file-skipped", Place(str(item)), name=item.name)
    return [(str(Path(shown_as) / item.name), item) for item in files]


def load(file: str, path: Path) -> list[Grid]:
    """The raw tables of one file, by its extension. Raises Rejected."""
    suffix = path.suffix.lower()
    if suffix not in _BOOKS | _LISTS | {".csv"}:
        found = f"的扩展名是「{suffix}」" if suffix else "没有扩展名"
        found_en = f"its extension is “{suffix}”" if suffix else "it has no extension"
        if not os.path.exists(path):
            raise Rejected("facts-file-missing", file=file)
        raise Rejected("facts-file-kind", file=file, found=found, found_en=found_en)
    data = _bytes(file, path)
    if suffix == ".csv":
        from policydsl.facts import delimited

        return [delimited.grid(file, path.stem, data)]
    if not data:
        raise Rejected("facts-file-broken", file=file, kind=suffix, reason="0 bytes")
    if suffix == ".json":
        from policydsl.facts.structured import of_json

        return of_json(file, data)
    if suffix in _LISTS:
        from policydsl.facts.structured import of_yaml

        return of_yaml(file, data)
    from policydsl.facts.workbook import grids

    return grids(file, data)


def _bytes(file: str, path: Path) -> bytes:
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise Rejected("facts-file-unreadable", file=file, reason="不是普通文件 / no regular file")
        with path.open("rb") as opened:
            data = opened.read(MAX_FILE + 1)
    except FileNotFoundError:
        raise Rejected("facts-file-missing", file=file) from None
    except (OSError, ValueError) as error:
        raise Rejected("facts-file-unreadable", file=file, reason=_reason(error)) from None
    if len(data) > MAX_FILE:
        size = f"{max(about.st_size, len(data)) >> 20} MB"
        raise Rejected(
            "facts-too-large", file=file, what="大小", what_en="size", size=size, limit=f"{MAX_FILE >> 20} MB"
        )
    return data


def _reason(error: Exception) -> str:
    if isinstance(error, PermissionError):
        return "没有读取权限,或被别的程序占用 / permission denied or in use"
    return getattr(error, "strerror", None) or str(error)
