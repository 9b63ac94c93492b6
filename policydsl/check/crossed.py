"""Owns what is written across: a 交叉 table becomes one by all its keys, the columns of a 分档 or 累进 become choices by category."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from policydsl.syntax import tree

if TYPE_CHECKING:
    from policydsl.check.infer import Checker


def unfolded(node: tree.Table) -> tree.Table:
    """A table by keys alone: one row for each cell of a table whose last key stands across its head. The value has the name of
    the table. Any other table is given back as it is."""
    if node.across is None:
        return node
    head = [name.text for name in node.grid.head]
    down = [head.index(key.text) for key in node.keys if key.text in head]
    rows: list[tuple[tree.Cell, ...]] = []
    spans = []
    for row in node.grid.rows:
        for at, cell in zip(node.crossed, node.heads, strict=False):
            rows.append((*(row[key] for key in down), cell, row[at]))
            spans.append(row[at].span)
    names = (*(node.grid.head[key] for key in down), node.across, node.name)
    grid = evolve(node.grid, head=names, rows=tuple(rows), row_spans=tuple(spans))
    return evolve(node, keys=(*node.keys, node.across), grid=grid)


def with_the_rest(node: tree.Table, before: tree.Table) -> tree.Table:
    """A version of a table that says 其余照旧, with the rows before it that it does not say; members that it says leave their row."""
    names = [name.text for name in node.grid.head]
    if {name.text for name in before.grid.head} != set(names):
        return node
    places = [[name.text for name in before.grid.head].index(name) for name in names]
    keys = [names.index(key.text) for key in node.keys if key.text in names]
    kept: list[tuple[tree.Cell, ...]] = []
    spans = []
    for number, row in enumerate(before.grid.rows):
        cells = tuple(row[at] for at in places)
        for mine in node.grid.rows:
            cells = _less(cells, mine, keys)
        if cells:
            kept.append(cells)
            spans.append(before.grid.row_spans[number])
    last = [at for at, row in enumerate(node.grid.rows) if keys and row[keys[0]].kind == "else"]
    end = last[0] if last else len(node.grid.rows)
    rows = (*node.grid.rows[:end], *kept, *node.grid.rows[end:])
    row_spans = (*node.grid.row_spans[:end], *spans, *node.grid.row_spans[end:])
    return evolve(node, grid=evolve(node.grid, rows=rows, row_spans=row_spans))


def _less(cells: tuple[tree.Cell, ...], mine: tuple[tree.Cell, ...], keys: list[int]) -> tuple[tree.Cell, ...]:
    """A row without the keys that another says: nothing is left of one whose keys are all said."""
    if not cells:
        return ()
    rest = {}
    for at in keys:
        said, had = mine[at], cells[at]
        if said == had:
            continue
        if said.kind != "values" or had.kind != "values" or not set(said.values) & set(had.values):
            return cells
        rest[at] = tuple(value for value in had.values if value not in said.values)
    left = [at for at, values in rest.items() if values]
    if not left:
        return ()
    if len(keys) > 1:
        # what is left of several keys would be several rows; the drafter says such a row anew
        return cells
    return tuple(evolve(cell, values=rest[at]) if at in left else cell for at, cell in enumerate(cells))


def in_columns(checker: Checker, node: tree.Block) -> tree.Block:
    """A 分档 or 累进 whose rows in cells have become rows with a value that is a choice by the category of the column. A table of
    which nothing can be used stays as it is."""
    found: list[tree.Row] = []
    for row in node.rows:
        made = _band_rows(checker, node, row) if isinstance(row, tree.GridRow) else [row]
        found += made or [row]
    return evolve(node, rows=tuple(found))


def _band_rows(checker: Checker, node: tree.Block, row: tree.GridRow) -> list[tree.Row]:
    names = row.grid.head[1:]
    values = [at for at, head in enumerate(row.heads) if head.kind not in ("QUICK", "SO_FAR")]
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
        for at, head in enumerate(row.heads):
            if head.kind in figures:
                one = cells[at + 1].values
                if len(one) == 1 and isinstance(one[0], tree.Quantity):
                    figures[head.kind] = one[0]
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
