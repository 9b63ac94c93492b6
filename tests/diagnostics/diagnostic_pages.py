"""Reads the pages of docs/diagnostics, and runs their examples. As a program it writes the messages of all pages anew."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import evolve, frozen

from policydsl.amend.consolidate import corpus_findings
from policydsl.amend.corpus import corpus_of
from policydsl.core.facts import Bad, Facts
from policydsl.core.program import Program
from policydsl.core.types import NEVER
from policydsl.diagnostics.codes import CODES
from policydsl.diagnostics.model import Diagnostic, Place, Weight
from policydsl.diagnostics.render import render
from policydsl.explain.unshared import unshared
from policydsl.facts import read
from policydsl.facts.findings import Findings, Problem, Rejected
from policydsl.interpret.evaluate import Evaluator
from policydsl.kinds import misfilled
from policydsl.pipeline import check_path, check_source
from policydsl.registers.fill import counted
from policydsl.source import Source

FOLDER = Path(__file__).parents[2] / "docs" / "diagnostics"
NAME = "policy.pol"
WIDTH = 80

_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TIMES = re.compile(r" times=(\d+)")


@frozen
class Page:
    """One page: its code, and its fenced blocks as (info, text) in order."""

    path: Path
    text: str

    @property
    def code(self) -> str:
        """The code that the page is about."""
        return self.path.stem

    @property
    def blocks(self) -> tuple[tuple[str, str], ...]:
        """Fenced blocks: what stands behind the fence, and what is inside."""
        return tuple((match[1].strip(), match[2]) for match in _FENCE.finditer(self.text))

    def policy(self, which: str) -> str | None:
        """The policy of the bad or the good example: a block ```pol bad, or ```pol where both share it."""
        found = [unfold(info, text) for info, text in self.blocks if re.match(rf"pol( {which})?( times=|$)", info)]
        assert len(found) < 2, f"{self.path.name}: {len(found)} policies"
        return found[0] if found else None

    def with_policy(self, which: str, text: str) -> Page:
        """The page with another policy in the place of the one of an example."""
        old = next(match for match in _FENCE.finditer(self.text) if re.match(rf"pol( {which})?( times=|$)", match[1]))
        return evolve(self, text=f"{self.text[: old.start()]}```pol {which}\n{text}```{self.text[old.end() :]}")

    def files(self, which: str) -> dict[str, str]:
        """The facts files of an example by name: blocks ```csv bad 区.csv."""
        split = [(info.split(), info, text) for info, text in self.blocks]
        return {
            words[2]: unfold(info, text)
            for words, info, text in split
            if len(words) > 2 and words[0] != "pol" and words[1] == which
        }

    @property
    def message(self) -> str:
        """What the page says the bad example gives."""
        (text,) = (text for info, text in self.blocks if info == "")
        return text


def unfold(info: str, text: str) -> str:
    """The text of a block; `times=N` stands for its last line written N times in a row."""
    times = _TIMES.search(info)
    if times is None:
        return text
    *lines, last = text.splitlines()
    return "\n".join([*lines, last * int(times[1])]) + "\n"


def pages() -> tuple[Page, ...]:
    """Every page of a code."""
    return tuple(
        Page(path, path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.md")) if path.stem != "README"
    )


# ---------------------------------------------------------------- examples


def run(page: Page, which: str) -> list[Diagnostic]:
    """What the bad or the good example of a page gives."""
    policy = page.policy(which)
    files = page.files(which)
    made = _MADE.get(page.code) if which == "bad" else None
    if policy is None:
        # what is wrong is the file itself: no text on a page can show it, and any policy mends it
        if made is None:
            return []
        with _folder():
            return list(check_path(made()).findings)
    others = {name: text for name, text in files.items() if name.endswith(".pol")} | {NAME: policy}
    files = {name: text for name, text in files.items() if name not in others}
    if page.code.startswith(("amend-", "corpus-")):
        return list(corpus_findings(corpus_of(Source(name, text) for name, text in others.items())))
    result = check_source(Source(NAME, policy), lambda _, name: Source(name, others[name]) if name in others else None)
    if not files and made is None:
        return list(result.findings)
    program = result.program
    assert program is not None, f"{page.path.name}: {shown(list(result.findings))}"
    with _folder():
        return _facts(page, program, files, made)[1]


def _facts(
    page: Page, program: Program, files: dict[str, str], made: Callable[[], str] | None
) -> tuple[Facts, list[Diagnostic]]:
    for name, text in files.items():
        write(Path(name), text)
    names = list(dict.fromkeys(name.split("/")[0] for name in files))
    if made is not None:
        names.append(made())
    if page.code == "facts-no-file-field":
        # no policy text can declare such a field; the reader has to stand it all the same
        entity = program.entities["区"]
        fields = tuple(evolve(item, type=NEVER) if item.name == "家数" else item for item in entity.fields)
        program = evolve(program, entities={"区": evolve(entity, fields=fields)})
    if page.code == "facts-file-twice":
        names *= 2
    if page.code in _OF_COLUMNS and made is not None:
        return Facts({}), _by_columns(program, names)
    facts, findings = read(program, names)
    filled, more = counted(program, facts)
    return filled, [*findings, *more, *misfilled(program, filled), *unshared(Evaluator(program).run(filled))]


def write(path: Path, text: str) -> None:
    """Write a facts file from what a page shows of it; a workbook is shown as its sheets, each as comma-separated rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix != ".xlsx":
        path.write_text(text, encoding="utf-8")
        return
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for line in text.splitlines():
        if line.startswith("["):
            name, _, state = line[1:].partition("]")
            sheet = book.create_sheet(name)
            sheet.sheet_state = "hidden" if state.strip() == "hidden" else "visible"
        elif line.startswith("merge "):
            sheet.merge_cells(line.split()[1])
        else:
            sheet.append([_number(cell) for cell in line.split(",")] if line else [])
    book.save(path)


def _number(cell: str) -> object:
    try:
        return float(cell) if not cell.startswith("'") else cell[1:]
    except ValueError:
        return cell.removeprefix("'") or None


def _bytes(name: str, data: bytes) -> str:
    Path(name).write_bytes(data)
    return name


def _folder_named(name: str) -> str:
    Path(name).mkdir()
    return name


def _pipe(name: str) -> str:
    os.mkfifo(name)
    return name


def _locked(name: str) -> str:
    from zipfile import ZipFile

    with ZipFile(name, "w") as packed:
        packed.writestr("xl/workbook.xml", "")
    data = bytearray(Path(name).read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return _bytes(name, bytes(data))


def _by_columns(program: Program, names: list[str]) -> list[Diagnostic]:
    import duckdb

    from policydsl.columnar.engine import Engine

    try:
        return list(Engine(program, duckdb.connect()).files(names).findings)
    except Rejected as rejected:
        findings = Findings(program.language)
        findings.problem(Problem(rejected.code, rejected.data), Place(str(rejected.data["file"])))
        return findings.list


def _arrow(name: str, columns: dict[str, list[object]]) -> str:
    import pyarrow as pa

    rows = pa.table(columns)
    if name.endswith(".parquet"):
        import pyarrow.parquet as pq

        pq.write_table(rows, name)
        return name
    with pa.ipc.new_file(name, rows.schema) as writer:
        writer.write_table(rows)
    return name


_OF_COLUMNS = frozenset({"facts-column-type", "facts-too-long-number"})
"""Codes that only the column engine gives."""
_MADE: dict[str, Callable[[], str]] = {
    "policy-not-found": lambda: "2025.pol",
    "policy-is-folder": lambda: _folder_named("policies"),
    "policy-not-text": lambda: _bytes("2025.pol", b"PK\x03\x04\x00\x00"),
    "policy-unreadable": lambda: "2025\0.pol",
    "facts-file-missing": lambda: "区.xlsx",
    "facts-file-kind": lambda: _bytes("区.pdf", b"%PDF-1.7"),
    "facts-folder": lambda: _folder_named("数据"),
    "facts-file-unreadable": lambda: _pipe("区.csv"),
    "facts-file-broken": lambda: _bytes("区.xlsx", b"PK\x03\x04\x14\x00"),
    "facts-file-password": lambda: _locked("区.xlsx"),
    "facts-column-type": lambda: _arrow("区.arrow", {"名称": ["甲区"], "家数": [b"10"]}),
    "facts-too-long-number": lambda: _arrow("区.parquet", {"名称": ["甲区", "乙区"], "投入": [0.5, 1e-60]}),
    "facts-encoding": lambda: _bytes("区.csv", b"\xff\xff\xff\xff"),
}
"""What no text on a page can be: the file that the page speaks of, made in an empty folder. Gives its name."""


@contextmanager
def _folder() -> Iterator[None]:
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def reasons(page: Page) -> str:
    """The reasons that the bad cells of an example carry, one to a line."""
    program = check_source(Source(NAME, page.policy("bad") or "")).program
    assert program is not None
    with _folder():
        facts, _ = _facts(page, program, page.files("bad"), None)
        cells = [cell for rows in facts.tables.values() for row in rows for cell in row.cells.values()]
    return "".join(f"{cell.origin} {cell.problem}\n" for cell in cells if isinstance(cell, Bad))


CARRIED = frozenset({"facts-conflict"})
"""Codes that word the reason of a cell and are no findings of their own."""


def given(page: Page) -> str:
    """What the bad example of a page gives, as the page shows it."""
    return reasons(page) if page.code in CARRIED else shown(run(page, "bad"))


def shown(findings: list[Diagnostic]) -> str:
    """Findings as a page shows them: without the summary."""
    return "\n\n".join(render(findings, format="human", color=False, width=WIDTH).split("\n\n")[:-1]) + "\n"


def rewrite(page: Page) -> None:
    """Write the message of a page anew."""
    fresh = given(page)
    text = _FENCE.sub(lambda match: f"```\n{fresh}```" if match[1].strip() == "" else match[0], page.text)
    page.path.write_text(text, encoding="utf-8")


def index() -> str:
    """The list of all codes as the folder's README shows it."""
    lines = [
        f"| [`{code.code}`]({code.code}.md) | {_WEIGHTS[code.weight]} | {code.title_zh} | {code.title_en} |"
        for code in sorted(CODES.values(), key=lambda code: code.code)
    ]
    return "\n".join(["| 代码 | | 意思 | Meaning |", "|---|---|---|---|", *lines])


def with_index(text: str) -> str:
    """The README with the list of codes as it is now."""
    head, mark, _ = text.partition(MARK)
    return f"{head}{mark}\n\n{index()}\n"


MARK = "<!-- codes -->"
_WEIGHTS = {Weight.ERROR: "错误", Weight.WARNING: "提醒", Weight.NOTE: "说明"}


if __name__ == "__main__":
    only = set(sys.argv[1:])
    for each in pages():
        if not only or each.code in only:
            rewrite(each)
    readme = FOLDER / "README.md"
    readme.write_text(with_index(readme.read_text(encoding="utf-8")), encoding="utf-8")
