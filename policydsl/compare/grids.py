"""Owns where two tables differ: rows by what they are looked up by or called, cells, and which keys moved from row to row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from policydsl.compare.expressions import Pair
from policydsl.compare.model import Detail
from policydsl.compare.pairing import paired
from policydsl.compare.same import Forms
from policydsl.syntax import tree

GridRow = tuple[tree.Cell, ...]


def grid_details(pair: Pair, old: tree.Table, new: tree.Table) -> Iterator[Detail]:
    """Columns, then rows, then cells."""
    heads = paired(range(len(old.grid.head)), range(len(new.grid.head)), [_head(pair.old, old)], [_head(pair.new, new)])
    both = [(one, two) for one, two in heads if one is not None and two is not None]
    for one, two in heads:
        if two is None and one is not None:
            yield Detail("column-removed", {"name": old.grid.head[one]})
        elif one is None and two is not None:
            yield Detail("column-added", {"name": new.grid.head[two]})
    if any(len(row) != len(table.grid.head) for table in (old, new) for row in table.grid.rows):
        # a table with rows that are too long or too short has no cells to tell
        if not pair.same(old.grid.rows, new.grid.rows):
            yield Detail("whole", {"before": old, "after": new})
        return
    keys = {pair.new.of(name) for name in new.keys}
    key_columns = [(one, two) for one, two in both if pair.new.of(new.grid.head[two]) in keys]
    label = _label(pair, old, new, both, key_columns)
    rows = _rows(pair, old, new, key_columns, label)
    names = [_row_name(new, row, key_columns, label, 1) for row in new.grid.rows]
    olds = [_row_name(old, row, key_columns, label, 0) for row in old.grid.rows]
    moved = _moved(pair, rows, key_columns, olds, names, old, new)
    yield from moved.values()
    for one, two in rows:
        if two is None and one is not None:
            yield Detail("table-row-removed", {"row": olds[one], "cells": old.grid.rows[one], "head": old.grid.head})
        elif one is None and two is not None:
            yield Detail("table-row-added", {"row": names[two], "cells": new.grid.rows[two], "head": new.grid.head})
        elif one is not None and two is not None:
            yield from _cells(pair, old, new, (one, two), both, key_columns, names[two], set(moved))
    shared = [one for one, two in rows if one is not None and two is not None]
    if new.hit == "HIT_FIRST" and shared != sorted(shared):
        yield Detail("row-order", {})


Mark = Callable[[int], object]


def _head(forms: Forms, table: tree.Table) -> Mark:
    """What a column is known by: its name; above the cells of a cross table, what stands there."""
    above = dict(zip(table.crossed, table.heads, strict=False))
    return lambda at: forms.of(above[at] if at in above else table.grid.head[at])


def _label(
    pair: Pair, old: tree.Table, new: tree.Table, both: Sequence[tuple[int, int]], keys: Sequence[tuple[int, int]]
) -> tuple[int, int] | None:
    """A column that names each row of both tables and is no key: the tier beside its districts."""
    for one, two in both:
        if (one, two) in keys:
            continue
        sides = [(pair.old, old, one), (pair.new, new, two)]
        cells = [[row[at] for row in table.grid.rows] for _, table, at in sides]
        names = all(
            cell.kind == "values" and len(cell.values) == 1 and isinstance(cell.values[0], tree.Reference | tree.Words)
            for column in cells
            for cell in column
        )
        if names and all(
            len({form.of(cell) for cell in column}) == len(column)
            for (form, _, _), column in zip(sides, cells, strict=True)
        ):
            return one, two
    return None


def _rows(
    pair: Pair, old: tree.Table, new: tree.Table, keys: Sequence[tuple[int, int]], label: tuple[int, int] | None
) -> list[tuple[int | None, int | None]]:
    def key(forms: Forms, table: tree.Table, side: int) -> Mark:
        return lambda at: tuple(forms.of(table.grid.rows[at][column[side]]) for column in keys)

    def named(forms: Forms, table: tree.Table, side: int) -> Mark:
        return lambda at: forms.of(table.grid.rows[at][label[side]]) if label is not None else None

    def rest(forms: Forms, table: tree.Table, side: int) -> Mark:
        mine = {column[side] for column in keys}
        return lambda at: tuple(forms.of(cell) for index, cell in enumerate(table.grid.rows[at]) if index not in mine)

    # a name says which row it is before its keys do: keys may move from row to row
    marks = [named, key, rest]
    return paired(
        range(len(old.grid.rows)),
        range(len(new.grid.rows)),
        [mark(pair.old, old, 0) for mark in marks],
        [mark(pair.new, new, 1) for mark in marks],
    )


def _row_name(
    table: tree.Table, row: GridRow, keys: Sequence[tuple[int, int]], label: tuple[int, int] | None, side: int
) -> tuple[tree.Cell, ...]:
    """The cells that say which row it is."""
    if label is not None:
        return (row[label[side]],)
    return tuple(row[column[side]] for column in keys) or row[:1]


def _members(forms: Forms, cell: tree.Cell) -> Mapping[object, tree.Expr]:
    return {forms.of(value): value for value in cell.values} if cell.kind == "values" else {}


def _moved(
    pair: Pair,
    rows: Sequence[tuple[int | None, int | None]],
    keys: Sequence[tuple[int, int]],
    olds: Sequence[tuple[tree.Cell, ...]],
    names: Sequence[tuple[tree.Cell, ...]],
    old: tree.Table,
    new: tree.Table,
) -> Mapping[object, Detail]:
    """Members that stand in another row than before: (old row → new row), for tables looked up by one column."""
    if len(keys) != 1:
        return {}
    one, two = keys[0]
    before = {member: at for at, row in enumerate(old.grid.rows) for member in _members(pair.old, row[one])}
    partner = {at: there for at, there in rows if at is not None}
    found: dict[object, Detail] = {}
    for there, row in enumerate(new.grid.rows):
        for member, value in _members(pair.new, row[two]).items():
            at = before.get(member)
            if at is not None and partner.get(at) != there:
                found[member] = Detail("moved", {"member": value, "before": olds[at], "after": names[there]})
    return found


def _cells(
    pair: Pair,
    old: tree.Table,
    new: tree.Table,
    at: tuple[int, int],
    both: Sequence[tuple[int, int]],
    keys: Sequence[tuple[int, int]],
    name: tuple[tree.Cell, ...],
    moved: set[object],
) -> Iterator[Detail]:
    for column in both:
        one, two = old.grid.rows[at[0]][column[0]], new.grid.rows[at[1]][column[1]]
        if pair.same(one, two):
            continue
        head = new.grid.head[column[1]]
        before, after = _members(pair.old, one), _members(pair.new, two)
        if column in keys and before and after:
            for member, value in before.items():
                if member not in after and member not in moved:
                    yield Detail("key-removed", {"row": name, "member": value})
            for member, value in after.items():
                if member not in before and member not in moved:
                    yield Detail("key-added", {"row": name, "member": value})
        else:
            yield Detail("cell", {"row": name, "column": head, "before": one, "after": two})
