"""Owns the command that tries a policy's examples on wrong changes: mutate. Shows a bar on a terminal."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from policydsl.cli.console import grave, show
from policydsl.cli.main import FINDINGS, FINE
from policydsl.cli.policies import named
from policydsl.pipeline import check_path


def mutate(options: argparse.Namespace) -> int:
    """`policydsl mutate`: 1 where a change that a case can tell goes unnoticed."""
    from policydsl.testing.examples import run_examples
    from policydsl.testing.mutation import mutate as run
    from policydsl.testing.told import mutation_data, mutation_lines

    names, findings = named(options.policies)
    data: list[dict[str, object]] = []
    unnoticed = failing = 0
    for name in names:
        result = check_path(name)
        findings += result.errors
        program = result.program
        if program is None:
            continue
        bad = [item.example.name for item in run_examples(program) if not item.ok]
        if bad:
            failing += 1
            zh = program.language == "zh"
            said = "、".join(bad[:3])
            sys.stderr.write(
                f"{name}: {'先让算例都通过' if zh else 'first make all examples pass'}\uff1a{said} (policydsl test)\n"
            )
            continue
        with bar(name, options.format) as progress:
            found = run(program, progress, seconds=options.seconds)
        unnoticed += found.count("told") + found.count("open")
        if options.format == "json":
            data.append(mutation_data(name, found, program))
        else:
            print("\n".join(mutation_lines(name, found, program)))
    show(findings, stream=sys.stderr)
    if options.format == "json":
        print(json.dumps({"version": 1, "policies": data}, ensure_ascii=False))
    return FINDINGS if unnoticed or failing or grave(findings) else FINE


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
