"""Owns the guides of the three journeys as they run: their tables filled into files, their commands carried out, what they show.

    python -m tests.guides.journeys district   # prints what each command of a guide gives now, in full

In a guide, a table under a line `文件 花都.xlsx,表 区:` is filled into that sheet (rows that are there are completed by their first
column, a cell `—` is cleared); under `文件 名单/四上库.csv:` it becomes that file. A block ```console holds commands after `$ ` and what
they print; a line `……` stands for any lines left out.
"""

from __future__ import annotations

import csv
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import openpyxl
from attrs import frozen

from policydsl.cli.main import main

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "docs" / "guides"
NAMES = ("district", "bureau", "auditor")
LEFT_OUT = "……"
_TARGET = re.compile(r"文件 (\S+?)(?:[,\uff0c]表 (\S+?))?[:\uff1a]$")
_ROW = re.compile(r"^\|(.*)\|$")


@frozen
class Filling:
    """A table of the guide and the file (and sheet) that it is filled into."""

    path: str
    sheet: str
    rows: tuple[tuple[str, ...], ...]


@frozen
class Command:
    """A command of the guide and the lines that it is said to print."""

    line: str
    shown: tuple[str, ...]


def steps(text: str) -> Iterator[Filling | Command]:
    """The steps of a guide in order."""
    lines = iter(text.splitlines())
    target: tuple[str, str] | None = None
    rows: list[tuple[str, ...]] = []
    for line in lines:
        found, row = _TARGET.search(line), _ROW.match(line)
        if row and target:
            rows.append(tuple(cell.strip() for cell in row[1].split("|")))
            continue
        if rows and target and line.strip():
            yield Filling(*target, (rows[0], *rows[2:]))
            target, rows = None, []
        if found:
            target = (found[1], found[2] or "")
        elif line == "```console":
            yield from _commands(lines)
    assert not rows, "a table at the end of a guide fills nothing"


def _commands(lines: Iterator[str]) -> Iterator[Command]:
    line, shown = "", list[str]()
    for each in lines:
        if each == "```":
            break
        if each.startswith("$ "):
            if line:
                yield Command(line, tuple(shown))
            line, shown = each[2:], []
        else:
            shown.append(each)
    yield Command(line, tuple(shown))


def prepare(folder: Path) -> None:
    """The files that every guide begins with."""
    shutil.copy(ROOT / "policies" / "2025.pol", folder / "2025.pol")
    shutil.copy(ROOT / "policies" / "examples" / "2025" / "facts.xlsx", folder / "facts.xlsx")


def fill(step: Filling) -> None:
    """Carry out what a table of the guide asks for, in the current folder."""
    path = Path(step.path)
    if path.suffix == ".csv":
        path.parent.mkdir(exist_ok=True)
        buffer = StringIO()
        csv.writer(buffer).writerows(step.rows)
        path.write_text(buffer.getvalue(), encoding="utf-8")
        return
    book = openpyxl.load_workbook(path)
    sheet = book[step.sheet]
    heads = [re.sub(r"\(.*\)$", "", str(cell.value)) for cell in sheet[1]]
    names, *rows = step.rows
    for row in rows:
        known = {sheet.cell(at, 1).value: at for at in range(2, sheet.max_row + 1) if sheet.cell(at, 1).value}
        keyed = names[0] == heads[0] and step.sheet == "区"
        at = (
            known.get(row[0], 2 + len(known))
            if keyed
            else 2 + sum(any(cell.value is not None for cell in line) for line in sheet.iter_rows(min_row=2))
        )
        for name, text in zip(names, row, strict=True):
            cell = sheet.cell(at, heads.index(name) + 1)
            cell.value = (
                None if text == "—" else int(text) if text.isdecimal() and len(text) < 12 else text or cell.value
            )
    book.save(path)


def carry_out(line: str) -> list[str]:
    """What a command prints, findings first, in lines of 80 columns."""
    name, *arguments = shlex.split(line)
    assert name == "policydsl", line
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        main(arguments)
    return [each.rstrip() for each in (err.getvalue() + out.getvalue()).splitlines()]


def fits(shown: Sequence[str], given: Sequence[str]) -> bool:
    """Whether lines are those shown, with any lines where `……` stands."""
    pieces: list[list[str]] = [[]]
    for line in shown:
        if line.strip() == LEFT_OUT:
            pieces.append([])
        else:
            pieces[-1].append(line.rstrip())
    at = len(pieces[0])
    if list(given[:at]) != pieces[0]:
        return False
    for piece in pieces[1:-1]:
        starts = (
            start for start in range(at, len(given) - len(piece) + 1) if given[start : start + len(piece)] == piece
        )
        start = next(starts, None)
        if start is None:
            return False
        at = start + len(piece)
    last = pieces[-1]
    return (
        at == len(given)
        if len(pieces) == 1
        else len(given) - at >= len(last) and list(given[len(given) - len(last) :]) == last
    )


def _print(name: str) -> None:
    import tempfile

    os.environ["COLUMNS"] = "80"
    text = (GUIDES / f"{name}.md").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        prepare(Path(folder))
        for step in steps(text):
            if isinstance(step, Filling):
                fill(step)
                continue
            given = carry_out(step.line)
            mark = "=" if fits(step.shown, given) else "≠"
            sys.stdout.write(f"{mark} $ {step.line}\n")
            if mark == "≠":
                sys.stdout.write("\n".join(given) + "\n")


if __name__ == "__main__":
    _print(sys.argv[1])
