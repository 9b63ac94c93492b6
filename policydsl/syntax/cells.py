"""Owns the rows `| … |` of a table as text: cells in either language, columns aligned."""

from __future__ import annotations

from typing import assert_never

from policydsl.source import display_width
from policydsl.syntax import tree
from policydsl.syntax.phrases import Phrases
from policydsl.syntax.quoting import Pieces, freed, run_of
from policydsl.syntax.sheet import Row
from policydsl.syntax.spelling import Spelling


def grid_rows(spell: Spelling, grid: tree.Grid, heads: tuple[tree.Cell, ...] = ()) -> list[Row]:
    """The lines of a table, its columns aligned. `heads` are the cells at the head of those columns, the last ones, that are keys."""
    plain = len(grid.head) - len(heads)
    lines = [[_head(spell, name) for name in grid.head[:plain]] + [_cell(spell, cell) for cell in heads]]
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
        case "QUICK" | "SO_FAR":
            return spell.word(cell.kind)
        case "values":
            pieces: Pieces = [(0, spell.comma.join(phrases.flat(value) for value in cell.values))]
        case "edges":
            pieces = phrases.edges(cell.edges)
        case _:
            assert_never(cell.kind)
    return run_of(freed(pieces, "cell", spell.language))
