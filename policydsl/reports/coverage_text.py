"""Owns coverage on a terminal: what is to be done first, right at 80 columns with Chinese."""

from __future__ import annotations

from rich import box
from rich.cells import cell_len
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from policydsl.reports.coverage_told import Block, CoverageTold
from policydsl.reports.terminal import rendered
from policydsl.reports.wrap import Wrapped, clean, wrap

SHARE = (0.14, 0.30, 0.12)
"""Of the width, what the columns but the last may take at most."""


def coverage_text(told: CoverageTold, *, width: int = 80, colour: bool = False, encoding: str = "utf-8") -> str:
    """Coverage as text. Tables that are only for looking up are left to the other formats."""
    parts: list[RenderableType] = [Wrapped(told.title, "bold")]
    parts.extend(Wrapped(f"{label} {words}", "dim", 4) for label, words in told.about)
    for block in told.blocks:
        if block.long:
            continue
        parts += ["", Wrapped(block.title, "bold underline")]
        parts.append(_table(block, width) if block.lines else Wrapped(block.nothing, "green"))
    return rendered(parts, width, colour, encoding)


def _table(block: Block, width: int) -> RenderableType:
    frame = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    sizes: list[int] = []
    for index, head in enumerate(block.heads[:-1]):
        longest = max(cell_len(clean(words)) for words in (head, *(line.cells[index] for line in block.lines)))
        share = SHARE[index] if len(block.heads) == 4 else (0.14, 0.46)[index]
        sizes.append(max(6, min(longest, int(width * share))))
    sizes.append(max(10, width - sum(sizes) - 2 * len(sizes)))
    for head, size in zip(block.heads, sizes, strict=True):
        frame.add_column(head, width=size, no_wrap=True)
    for line in block.lines:
        cells = [Text("\n".join(wrap(words, size))) for words, size in zip(line.cells, sizes, strict=True)]
        frame.add_row(*cells, style="yellow" if line.bad else "")
    return frame
