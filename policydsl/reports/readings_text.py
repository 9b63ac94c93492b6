"""Owns the comparison of readings as text on a terminal: what each alternative would change, row by row."""

from __future__ import annotations

from rich.console import RenderableType

from policydsl.readings.told import AlternativeTold, ComparisonTold, ReadingTold
from policydsl.reports.terminal import rendered
from policydsl.reports.wrap import Wrapped


def readings_text(told: ComparisonTold, *, width: int = 80, colour: bool = False, encoding: str = "utf-8") -> str:
    """The comparison as text of at most `width` cells."""
    parts: list[RenderableType] = [Wrapped(told.title, "bold")]
    parts.extend(Wrapped(line, "dim") for line in told.intro)
    for number, reading in enumerate(told.readings, 1):
        parts.append("")
        parts.extend(_reading(reading, f"{number}. "))
    if told.idle:
        parts.extend(("", Wrapped(told.idle_title, "bold")))
        for reading in told.idle:
            parts.extend(_idle(reading))
    return rendered(parts, width, colour, encoding)


def _reading(reading: ReadingTold, mark: str) -> list[RenderableType]:
    parts: list[RenderableType] = [Wrapped(mark + reading.name, "bold"), Wrapped(reading.in_force, "dim", 0, 3)]
    for item in reading.alternatives:
        parts.extend(_alternative(item))
    return parts


def _alternative(item: AlternativeTold) -> list[RenderableType]:
    parts: list[RenderableType] = [Wrapped(f"▸ {item.heading}", "", 2, 3)]
    if item.summary:
        parts.append(Wrapped(item.summary, "cyan", 0, 5))
    parts.extend(Wrapped(f"{row}  {text}", "", 2, 5) for row, text in item.rows)
    parts.extend(Wrapped(f"! {text}", "yellow", 2, 5) for text in item.remarks)
    return parts


def _idle(reading: ReadingTold) -> list[RenderableType]:
    parts: list[RenderableType] = [Wrapped(f"· {reading.name}", "", 2, 2), Wrapped(reading.in_force, "dim", 0, 4)]
    parts.extend(Wrapped(f"▸ {item.heading}: {item.summary}", "dim", 2, 4) for item in reading.alternatives)
    return parts
