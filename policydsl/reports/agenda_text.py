"""Owns an agenda as text on a terminal: what is left before what is done, each task with its date, proof and shortfalls."""

from __future__ import annotations

from rich.console import RenderableType

from policydsl.duties.told import AgendaTold, DutyTold
from policydsl.reports.terminal import rendered
from policydsl.reports.wrap import Wrapped

MARKS = {"done": "✓", "left": "✗", "open": "?"}
STYLES = {"done": "green", "left": "bold red", "open": "bold yellow"}


def agenda_text(told: AgendaTold, *, width: int = 80, colour: bool = False, encoding: str = "utf-8") -> str:
    """The agenda as text of at most `width` cells."""
    parts: list[RenderableType] = [Wrapped(told.policy, "dim"), Wrapped(told.title, "bold")]
    parts.extend(Wrapped(line) for line in told.summary)
    if told.duties:
        parts.extend(("", Wrapped(told.duties_title, "bold underline")))
        for duty in told.duties:
            parts.extend(_duty(duty))
    for title, lines in told.sections:
        parts.extend(("", Wrapped(title, "bold underline")))
        parts.extend(Wrapped(f"· {line}", "", 2, 2) for line in lines)
    return rendered(parts, width, colour, encoding)


def _duty(duty: DutyTold) -> list[RenderableType]:
    head = f"{MARKS[duty.state]} {duty.name} {duty.word}"
    parts: list[RenderableType] = [Wrapped(head, STYLES[duty.state], 2, 2)]
    if duty.due:
        parts.append(Wrapped(duty.due, "bold red" if duty.pressing else "", 2, 4))
    parts.extend(Wrapped(line, "", 2, 4) for line in duty.lines)
    parts.extend(Wrapped(f"- {line}", "yellow", 2, 6) for line in duty.short)
    parts.extend(Wrapped(line, "dim", 2, 4) for line in duty.notes)
    return parts
