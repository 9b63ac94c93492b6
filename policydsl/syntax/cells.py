"""Owns the rows `| … |` of a table as text: cells in either language, columns aligned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from policydsl.source import display_width
from policydsl.syntax import tree
from policydsl.syntax.phrases import Phrases
from policydsl.syntax.quoting import Pieces, freed, run_of
from policydsl.syntax.sheet import Row
from policydsl.syntax.spelling import Spelling


def grid_rows(spell: Spelling, grid: tree.Grid, heads: Mapping[int, tree.Cell] | None = None) -> list[Row]:
    """The lines of a table, its columns aligned. `heads`: by column, the cells that stand at the head in place of a name."""
    above = heads or {}
    lines = [[_cell(spell, above[at]) if at in above else _head(spell, name) for at, name in enumerate(grid.head)]]
    lines += [[_cell(spell, cell) for cell in row] for row in grid.rows]
    widths = [max(display_width(line[at]) for line in lines) for at in range(len(grid.head))]
    first = grid.head[0].span.to(grid.head[-1].span) if grid.head else grid.span
    spans = [first, *grid.row_spans]
    rows = []
    for at, line in enumerate(lines):
        cells = (f" {text}{' ' * (width - display_width(text))} " for text, width in zip(line, widths, strict=True))
        rows.append(Row(spans[at] if at < len(spans) else spans[-1], "", [[(0, f"|{'|'.join(cells)}|")]]))
    return rows


def _head(spell: Spelling, name: tree.Name) -> str:
    # the head of a table is no expression: nothing in it is a keyword
    return name.text if not name.text or "「" in name.text or "」" in name.text else spell.heading(name)


def _cell(spell: Spelling, cell: tree.Cell) -> str:
    phrases = Phrases(spell)
    match cell.kind:
        case "any":
            return spell.word("ANY")
        case "else":
            return spell.word("ELSE")
        case "QUICK" | "SO_FAR" | "UNKNOWN":
            return spell.word(cell.kind)
        case "values":
            pieces: Pieces = [(0, spell.comma.join(phrases.flat(value) for value in cell.values))]
        case "edges":
            pieces = phrases.edges(cell.edges)
        case _:
            assert_never(cell.kind)
    return run_of(freed(pieces, "cell", spell.language))
