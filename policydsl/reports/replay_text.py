"""Owns a repetition from a receipt as text on a terminal: the verdict, then what was checked."""

from __future__ import annotations

from rich.console import RenderableType

from policydsl.receipts.told import ReplayTold
from policydsl.reports.terminal import rendered
from policydsl.reports.wrap import Wrapped

_MARK = {"good": "✓", "bad": "✗", "note": "·"}
_STYLE = {"good": "green", "bad": "red", "note": ""}


def replay_text(told: ReplayTold, *, width: int = 80, colour: bool = False, encoding: str = "utf-8") -> str:
    """The repetition as text of at most `width` cells."""
    parts: list[RenderableType] = [Wrapped(told.title, "bold")]
    parts.extend(Wrapped(f"{label}  {text}", "dim", 4) for label, text in told.about)
    parts.append(Wrapped(told.verdict, "bold green" if told.identical else "bold red"))
    for line in told.lines:
        parts.append(Wrapped(f"{_MARK[line.tone]} {line.text}", _STYLE[line.tone], 2, 2))
        parts.extend(Wrapped(text, "", 2, 6) for text in line.closer)
    return rendered(parts, width, colour, encoding)
