"""Owns what is written across: a 交叉 table becomes one by all its keys, the columns of a 分档 or 累进 become choices by category."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from policydsl.syntax import tree
from policydsl.syntax.keywords import BY_ID

if TYPE_CHECKING:
    from policydsl.check.infer import Checker


def unfolded(node: tree.Table) -> tree.Table:
    """A table by keys alone: one row for each cell of a table whose last key stands across its head. The value has the name of
    the table. Any other table is given back as it is."""
    if node.across is None:
        return node
    head = [name.text for name in node.grid.head]
    down = [head.index(key.text) for key in node.keys if key.text in head]
    over = [at for at, name in enumerate(head) if name not in {key.text for key in node.keys}]
    rows: list[tuple[tree.Cell, ...]] = []
    spans = []
    for row in node.grid.rows:
        for at, cell in zip(over, node.heads, strict=False):
            rows.append((*(row[key] for key in down), cell, row[at]))
            spans.append(row[at].span)
    names = (*(node.grid.head[key] for key in down), node.across, node.name)
    grid = evolve(node.grid, head=names, rows=tuple(rows), row_spans=tuple(spans))
    return evolve(node, keys=(*node.keys, node.across), grid=grid)


def in_columns(checker: Checker, node: tree.Block) -> tree.Block:
    """A 分档 or 累进 whose rows in cells have become rows with a value that is a choice by the category of the column. A table of
    which nothing can be used stays as it is."""
    found: list[tree.Row] = []
    for row in node.rows:
        made = _band_rows(checker, node, row) if isinstance(row, tree.GridRow) else [row]
        found += made or [row]
    return evolve(node, rows=tuple(found))


def _band_rows(checker: Checker, node: tree.Block, row: tree.GridRow) -> list[tree.Row]:
    printed = {BY_ID[word].spelling(checker.scope.language): word for word in ("QUICK", "SO_FAR")}
    names = row.grid.head[1:]
    values = [at for at, name in enumerate(names) if name.text not in printed]
    if not values or (node.by is None and len(values) > 1):
        checker.report("columns-by", node.span if not values else names[values[1]].span)
        return []
    found: list[tree.Row] = []
    for number, cells in enumerate(row.grid.rows):
        where = row.grid.row_spans[number]
        first = cells[0]
        if first.kind not in ("edges", "else"):
            checker.report("band-cell", first.span, found=first.raw)
            continue
        value = _value(checker, node, row, values, cells)
        if value is None:
            continue
        figures: dict[str, tree.Quantity | None] = {"QUICK": None, "SO_FAR": None}
        for at, name in enumerate(names):
            if name.text in printed:
                one = cells[at + 1].values
                if len(one) == 1 and isinstance(one[0], tree.Quantity):
                    figures[printed[name.text]] = one[0]
                else:
                    checker.report("cell-one-value", cells[at + 1].span, found=cells[at + 1].raw)
        found.append(
            tree.BandRow(first.edges, False, value, None, False, figures["QUICK"], figures["SO_FAR"], span=where)
        )
    return found


def _value(
    checker: Checker, node: tree.Block, row: tree.GridRow, values: list[int], cells: tuple[tree.Cell, ...]
) -> tree.Expr | None:
    """What a row gives: the one cell, or the cell of the category."""
    options: list[tree.Row] = []
    for at in values:
        cell = cells[at + 1]
        if cell.kind != "values" or len(cell.values) != 1:
            if cell.raw:
                checker.report("cell-one-value", cell.span, found=cell.raw)
            return None
        head = row.heads[at]
        if node.by is None:
            return cell.values[0]
        if head.kind == "else":
            options.append(tree.BandRow((), False, cell.values[0], span=cell.span))
            continue
        labels: list[tree.Label] = []
        for value in head.values:
            if isinstance(value, tree.Quantity | tree.Constant):
                labels.append(value)
            elif isinstance(value, tree.Reference) and len(value.path) == 1 and value.keys is None:
                labels.append(value.path[0])
        if not labels or len(labels) != len(head.values):
            checker.report("cell-one-value", head.span, found=head.raw)
            return None
        options.append(tree.ChoiceRow(tuple(labels), cell.values[0], span=cell.span))
    return tree.Block("BY", node.by, None, tuple(options), span=node.span)
