"""Owns how a layout becomes text for a terminal or a pipe: its width, colour only where wanted, characters it can say."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO

from rich.console import Console, RenderableType

SUBSTITUTES = {
    "\N{MINUS SIGN}": "-",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "÷": "/",
    "×": "x",
    "→": "->",
    "←": "<-",
    "▸": ">",
    "·": "-",
    "…": "...",
    "—": "-",
    "“": '"',
    "”": '"',
    "「": "[",
    "」": "]",
    "〔": "[",
    "〕": "]",
}
"""What stands in for a sign that the stream's encoding lacks; anything else becomes a question mark."""


class _Sink(StringIO):
    """A text stream that says which encoding the words in it will have, so that rich draws lines that it can say."""

    encoding: str = "utf-8"

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self.encoding = encoding


def rendered(parts: Iterable[RenderableType], width: int, colour: bool, encoding: str | None) -> str:
    """The parts as text of at most `width` cells, in characters that `encoding` has. Escape codes only with `colour`."""
    encoding = encoding or "utf-8"
    sink = _Sink(encoding)
    console = Console(
        file=sink,
        width=max(width, 20),
        height=100,
        force_terminal=colour,
        force_interactive=False,
        color_system="standard" if colour else None,
        no_color=not colour,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        _environ={},
    )
    for part in parts:
        console.print(part, overflow="fold")
    text = "\n".join(line.rstrip() for line in sink.getvalue().split("\n"))
    return sayable(text, encoding)


def sayable(text: str, encoding: str) -> str:
    """The text with what `encoding` cannot say replaced."""
    if encoding.lower().replace("-", "").startswith("utf"):
        return text
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(char if _has(char, encoding) else SUBSTITUTES.get(char, "?") for char in text)
    except LookupError:
        return sayable(text, "ascii")
    return text


def _has(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
