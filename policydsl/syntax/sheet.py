"""Owns the columns of a written block and the breaking of its long lines. Knows nothing of what the lines say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import define, field, frozen

from policydsl.source import Span, display_width
from policydsl.syntax.quoting import Pieces, run_of

INDENT = 4
WIDTH = 100
"""Columns that a line should not go beyond."""
MAX_COLUMN = 56
"""A cell wider than this does not push the cells above and below it to the right."""


@define
class Row:
    """A line to be written, with the lines of its block.

    `cells` are its columns. Rows with the same `columns` in a block are aligned with one another. `declares` is the kind of
    declaration: those are set apart by blank lines. `symbol` is what the line is to the grammar; empty for a row of a table.
    """

    span: Span
    symbol: str
    cells: list[Pieces]
    columns: str = ""
    children: list[Row] = field(factory=list)
    declares: str = ""
    least: int = 0


STEPPED = frozenset({"block", "header"})
"""Columns that are set apart by two blanks even in a single row."""

DENSE = frozenset({"", "members"})
"""Lines between which no blank is kept."""

Blank = Literal["never", "kept", "always"]


@frozen
class Written:
    """A line as it is written: its physical lines, where it was in the source, and what stands before it."""

    span: Span
    lines: tuple[str, ...]
    indent: int
    blank: Blank


def written(rows: list[Row], indent: int = 0) -> Iterator[Written]:
    """The lines of a block and of the blocks in it."""
    align(rows)
    previous: Row | None = None
    alone = False
    for row in rows:
        pieces = _run(row.cells)
        lines = tuple(" " * at + text for at, text in broken(pieces, indent, indent + 2 * INDENT))
        # whether a line had to be broken depends on the language; whether it has a block does not
        one = not row.children
        blank: Blank = "kept"
        if previous is None:
            blank = "kept" if row.declares and indent else "never"
        elif row.declares and not (one and alone and row.declares == previous.declares):
            blank = "always"
        elif row.symbol in DENSE:
            blank = "never"
        yield Written(row.span, lines, indent, blank)
        yield from written(row.children, indent + INDENT)
        previous, alone = row, one


def align(rows: list[Row]) -> None:
    """Pad the cells of rows that belong together to the same width; two blanks between columns."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row.columns:
            groups.setdefault(row.columns, []).append(row)
        else:
            _space([row])
    for group in groups.values():
        _space(group)


def _space(rows: list[Row]) -> None:
    count = max(len(row.cells) for row in rows)
    for column in range(count - 1):
        followed = [row for row in rows if any(row.cells[column + 1 :])]
        widths = [(row, _width(row.cells[column])) for row in followed]
        fitting = [width for _, width in widths if width <= MAX_COLUMN]
        widest = max(fitting, default=0)
        # what stands alone needs no column
        gap = 1 if len(followed) == 1 and column == 0 and rows[0].columns not in STEPPED else 2
        for row, width in widths:
            goal = max(widest + gap, row.least if column == 0 else 0) if widest or column == 0 else 0
            pad = " " * (goal - width if width <= MAX_COLUMN else 2)
            cell = row.cells[column]
            row.cells[column] = [*cell[:-1], (cell[-1][0], cell[-1][1] + pad)] if cell else [(0, pad)]


def _width(pieces: Pieces) -> int:
    return display_width(run_of(pieces))


def _run(cells: list[Pieces]) -> Pieces:
    """The cells, already padded, as one run of pieces."""
    run: Pieces = []
    for cell in cells:
        if not cell:
            continue
        if run:
            level, text = run[-1]
            run = [*run[:-1], (level, text + cell[0][1]), *cell[1:]]
        else:
            run = [*cell]
    return run


def broken(pieces: Pieces, indent: int, deeper: int) -> list[tuple[int, str]]:
    """`pieces` on lines of at most `WIDTH` columns where they can be broken, each with its indentation."""
    whole = run_of(pieces)
    if len(pieces) == 1 or indent + display_width(whole) <= WIDTH:
        return [(indent, whole)]
    level = min(level for level, _ in pieces[1:])
    groups: list[Pieces] = [[pieces[0]]]
    for piece in pieces[1:]:
        if piece[0] == level:
            groups.append([piece])
        else:
            groups[-1].append(piece)
    lines = broken(groups[0], indent, deeper + INDENT)
    for before, group in zip(groups, groups[1:], strict=False):
        text = run_of(group)
        start, last = lines[-1]
        # a list fills its lines; anything else has a line for each of its parts
        if before[-1][1].endswith((",", "、")) and start + display_width(f"{last} {text}") <= WIDTH:
            lines[-1] = (start, run_of([(0, last), (0, text)]))
        else:
            lines += broken(group, deeper, deeper + INDENT)
    return lines
