"""Owns the bar that shows how far a long step is: only on a terminal, on the error stream, gone when it is done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def steps() -> Iterator[Callable[[str, int, int], None] | None]:
    """What to call with a step's name, how much of it is done, and how much there is; None where nobody looks."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    tasks = {}
    with bar:

        def step(name: str, done: int, most: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=most)
            bar.update(tasks[name], completed=done)

        yield step
