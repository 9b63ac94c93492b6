"""Owns what is fuzzed: the parser and checker, the formatter, the readers of facts, the command line."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from attrs import frozen

from policydsl.cli.main import main
from policydsl.diagnostics.render import render
from policydsl.facts.read import read
from policydsl.facts.template import workbook
from policydsl.interpret.evaluate import evaluate
from policydsl.pipeline import check_path, check_source
from policydsl.source import Source
from tests.fuzz import damage

ROOT = Path(__file__).resolve().parents[2]


@frozen
class Failure:
    """What ended in something else than findings: the target, the seed of the one input, the error, the input where it is text."""

    target: str
    seed: int
    error: str
    given: str = ""

    def __str__(self) -> str:
        return f"{self.target}, input {self.seed}: {self.error}\n{self.given[:2000]}"


@cache
def texts() -> tuple[str, ...]:
    """Policies to damage."""
    paths = sorted((ROOT / "policies" / "gallery").glob("*.pol"))
    return tuple(path.read_text("utf-8") for path in paths)


@cache
def policy_path() -> Path:
    """The policy for which facts are read."""
    return ROOT / "policies" / "gallery" / "共享预算的竞赛奖励.pol"


def check(chance: Random) -> None:
    """A damaged policy is checked and its findings are rendered."""
    given = damage.text(chance, chance.choice(texts()), chance.choice(texts()))
    result = check_source(Source("fuzz.pol", given))
    for form in ("human", "json"):
        render(result.findings, format=form, color=False, width=80)
    if result.program is not None:
        for example in result.program.examples[:2]:
            evaluate(result.program, example.facts)


def policy_file(chance: Random) -> None:
    """A damaged file is checked, whatever its bytes."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fuzz.pol"
        path.write_bytes(
            damage.raw(chance, chance.choice(texts()).encode(chance.choice(("utf-8", "gb18030", "utf-16")), "replace"))
        )
        check_path(path)


def facts(chance: Random) -> None:
    """Damaged facts of every kind are read, and what was read is evaluated."""
    program = _program()
    with TemporaryDirectory() as folder:
        ending, given = chance.choice(_facts())
        path = Path(folder) / f"facts{ending}"
        path.write_bytes(damage.raw(chance, given))
        found, findings = read(program, [path])
        render(findings, format="human", color=False, width=80)
        evaluate(program, found)


def command(chance: Random) -> None:
    """A call of the command with damaged arguments ends with an exit code."""
    words = [
        "check",
        "fmt",
        "test",
        "run",
        "explain",
        "readings",
        "todo",
        "coverage",
        "prove",
        "--format",
        "json",
        "--on",
        "--of",
    ]
    words += [
        "2025-08-31",
        "2025-13-45",
        "-",
        "",
        "--reading",
        "甲=乙",
        "no-such.pol",
        "\x00",
        "甲" * 300,
        "--lang",
        "en",
        str(policy_path()),
    ]
    arguments = [chance.choice(words) for _ in range(chance.randint(0, 5))]
    if "-o" in arguments or "fmt" in arguments:
        arguments = [word for word in arguments if word not in ("fmt", str(policy_path()))]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        code = main(arguments)
    assert code in (0, 1, 2, 130), code


TARGETS: dict[str, Callable[[Random], None]] = {
    "check": check,
    "policy file": policy_file,
    "facts": facts,
    "command": command,
}


def attempt(target: str, seed: int) -> Failure | None:
    """One input; None where it ended as it should."""
    try:
        TARGETS[target](Random(seed))
    except Exception as error:  # the very thing that is looked for
        return Failure(target, seed, f"{type(error).__name__}: {error}")
    return None


@cache
def _program():  # type: ignore[no-untyped-def]
    program = check_path(policy_path()).program
    assert program is not None
    return program


@cache
def _facts() -> tuple[tuple[str, bytes], ...]:
    """Facts of the policy in every form, as an example of it has them."""
    rows = '{"项目": [{"编号": "A", "得分": 90}, {"编号": "B", "得分": "八十"}], "全市": [{"预算": "100万元"}]}'
    lines = "编号,得分,所在组\nA,90,初创组\nB,,成长组\n“C”,八十分,初创组\n"
    found = [(".json", rows.encode()), (".csv", lines.encode()), (".csv", lines.encode("gb18030"))]
    found.append((".yaml", "项目:\n  - 编号: A\n    得分: 90\n  - 编号: B\n".encode()))
    found.append((".xlsx", workbook(_program())))
    return tuple(found)
