"""Owns counts from registers on a terminal: a table for each fact, then how long each list is."""

from __future__ import annotations

from rich import box
from rich.console import RenderableType
from rich.table import Table

from policydsl.registers.tally import Count, Tally
from policydsl.reports.registers_told import RegistersTold
from policydsl.reports.terminal import rendered
from policydsl.reports.wrap import Wrapped, clean


def registers_text(told: RegistersTold, *, width: int = 80, colour: bool = False, encoding: str = "utf-8") -> str:
    """The counts as text of at most `width` cells."""
    parts: list[RenderableType] = [Wrapped(told.program.header.title, "bold")]
    if not told.facts:
        parts.append(Wrapped(told.nothing, "yellow"))
    for name, registers, tally in told.facts:
        parts += ["", Wrapped(f"{name} = {registers}", "bold"), _counts(tally, told)]
    if told.facts:
        parts += ["", Wrapped(told.words.lists, "bold")]
        parts += [
            Wrapped(f"{item.title} {told.words.rows.format(count=f'{len(item.rows):,}')}", "", 2) for item in told.lists
        ]
        parts.append("")
        parts += [Wrapped(f"· {note}", "dim", 2, 2) for note in told.notes]
    return rendered(parts, width, colour, encoding)


def _counts(tally: Tally, told: RegistersTold) -> Table:
    words = told.words
    frame = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    frame.add_column(clean(tally.entity))
    for head in (words.sure, words.by_name, words.all):
        frame.add_column(head, justify="right")
    for key, count in tally.counts.items():
        frame.add_row(clean(key or tally.entity), *_figures(count))
    if len(tally.counts) > 1:
        frame.add_row(words.total, *_figures(tally.total), style="bold")
    return frame


def _figures(count: Count) -> tuple[str, str, str]:
    return f"{count.sure:,}", f"{count.by_name:,}" if count.by_name else "", f"{count.all:,}"
