"""Owns the command that tries a policy's examples on wrong changes: mutate. Shows a bar on a terminal."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from policydsl.cli.console import grave, show
from policydsl.cli.main import FINDINGS, FINE
from policydsl.cli.policies import amended, named, only_amends
from policydsl.core.program import Program
from policydsl.pipeline import check_path

if TYPE_CHECKING:
    from policydsl.testing.examples import ExampleResult
    from policydsl.testing.mutation import Mutation


def mutate(options: argparse.Namespace) -> int:
    """`policydsl mutate`: 1 where a change that a case can tell goes unnoticed.

    A file's own rules are changed as they stand; what its 修订 say is changed in the texts that come of them.
    """
    from policydsl.testing.examples import run_examples
    from policydsl.testing.mutation import mutate as run
    from policydsl.testing.mutation import mutate_amendment

    names, findings = named(options.policies)
    told = _Told(options.format)
    for name in names:
        result = check_path(name)
        findings += result.errors
        program = result.program
        if program is None or only_amends(result):
            continue
        if told.passing(name, run_examples(program), program):
            with bar(name, options.format) as progress:
                told.add(name, run(program, progress, seconds=options.seconds), program)
    texts = amended(names, findings, bare=True)
    for (name, target), group in groupby(texts, lambda text: (text.notice.file, text.target)):
        days = list(group)
        findings += [finding for text in days for finding in text.findings if finding not in findings]
        last = next((text.program for text in days if text.program is not None), None)
        if last is None or any(text.program is None for text in days):
            continue
        if told.passing(name, [result for text in days for result in text.results], last):
            with bar(name, options.format) as progress:
                found = mutate_amendment(days, progress, seconds=options.seconds)
            told.add(name, found, last, target, [text.on for text in days])
    show(findings, stream=sys.stderr)
    if options.format == "json":
        print(json.dumps({"version": 1, "policies": told.data}, ensure_ascii=False))
    return FINDINGS if told.unnoticed or told.failing or grave(findings) else FINE


class _Told:
    """What is printed of the policies one by one, or kept as data for the end."""

    def __init__(self, form: str) -> None:
        self.form = form
        self.data: list[dict[str, object]] = []
        self.unnoticed = self.failing = 0

    def passing(self, name: str, results: Iterable[ExampleResult], program: Program) -> bool:
        """Whether all examples pass; says which do not."""
        bad = [item.example.name for item in results if not item.ok]
        if bad:
            self.failing += 1
            zh = program.language == "zh"
            said = "、".join(bad[:3])
            sys.stderr.write(
                f"{name}: {'先让算例都通过' if zh else 'first make all examples pass'}\uff1a{said} (policydsl test)\n"
            )
        return not bad

    def add(self, name: str, found: Mutation, program: Program, target: str = "", days: Sequence[date] = ()) -> None:
        """What came of a policy, or of the 修订 by which it amends `target`."""
        from policydsl.testing.told import amending, mutation_data, mutation_lines

        self.unnoticed += found.count("told") + found.count("open")
        if self.form == "json":
            more = {"amends": target, "on": [day.isoformat() for day in days]} if target else {}
            self.data.append(mutation_data(name, found, program) | more)
            return
        if target:
            print(amending(target, days, program))
        print("\n".join(mutation_lines(name, found, program)))


@contextmanager
def bar(name: str, form: str) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar on the error stream where that is a terminal."""
    if not sys.stderr.isatty() or form == "json":
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(name, total=None)

        def tell(done: int, of: int) -> None:
            progress.update(task, completed=done, total=of)

        yield tell
