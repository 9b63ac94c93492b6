"""Owns putting the lines of a block of 修订 into a declaration: rows of a table, bands, caps, evidence, items of a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import evolve

from policydsl.amend.figures import same
from policydsl.amend.spots import Refusal, replaced_row, row_at, spot, with_items, with_rows
from policydsl.diagnostics.model import Language
from policydsl.syntax import tree
from policydsl.syntax.walk import inside, mapped

_IN_BLOCK = (tree.BandRow, tree.ChoiceRow, tree.StepRow, tree.Mark, tree.Amount)


def extended(node: tree.Declaration, line: tree.Extending, rest: tuple[str, ...], lang: Language) -> tree.Declaration:
    """A declaration with the lines of a block added, or in the place of those of the same kind. Raises Refusal."""
    if line.grid is not None:
        if isinstance(node, tree.Table):
            return _rows(node, line, line.grid)
        raise _unfit(node, line)
    match node:
        case tree.Rule() | tree.Parameter() | tree.Formula():
            return _of_rule(node, line, rest, lang)
        case tree.Task() if not rest:
            for item in line.lines:
                node = _task_line(node, item, line)
            return node
        case tree.Conditions():
            return _items(node, line, rest)
        case _:
            raise _unfit(node, line)


def _unfit(node: tree.Declaration, line: tree.Extending, span: Any = None) -> Refusal:
    return Refusal("amend-block", {"name": line.target.span.text}, span or node.span)


# ---------------------------------------------------------------- tables


def _rows(table: tree.Table, line: tree.Extending, grid: tree.Grid) -> tree.Table:
    heads = [name.text for name in table.grid.head]
    given = [name.text for name in grid.head]
    if sorted(heads) != sorted(given):
        raise Refusal("amend-columns", {"name": table.name.text, "columns": "、".join(heads)}, table.grid.head[0].span)
    order = [given.index(head) for head in heads]
    rows = [tuple(row[at] for at in order) for row in grid.rows]
    if line.target.keys:
        at = row_at(table, line.target.keys)
        if at is None or line.word == "ADD" or len(rows) != 1:
            raise Refusal("amend-unknown-target", {"name": line.target.span.text, "close": None}, table.span)
        return with_rows(with_rows(table, without=at), rows=tuple(rows), spans=grid.row_spans, at=at)
    for row, span in zip(rows, grid.row_spans, strict=True):
        keys = tuple(row[heads.index(key.text)] for key in table.keys if key.text in heads)
        at = next((n for n, old in enumerate(table.grid.rows) if _same_keys(table, old, keys, row)), None)
        if line.word == "AMENDED":
            if at is None:
                name = f"{table.name.text}({row[0].raw})"
                raise Refusal("amend-unknown-target", {"name": name, "close": None}, table.span)
            table = with_rows(with_rows(table, without=at), rows=(row,), spans=(span,), at=at)
        elif at is not None and any(cell.kind != "any" for cell in keys):
            raise Refusal("amend-exists", {"name": f"{table.name.text}({row[0].raw})"}, table.grid.row_spans[at])
        else:
            table = with_rows(table, rows=(row,), spans=(span,))
    return table


def _same_keys(
    table: tree.Table, old: tuple[tree.Cell, ...], keys: tuple[tree.Cell, ...], row: tuple[tree.Cell, ...]
) -> bool:
    """Whether a row is the one that another stands for: it has the same first cell, where that is no key, or the same keys."""
    heads = [name.text for name in table.grid.head]
    if heads[0] not in {key.text for key in table.keys}:
        return old[0] == row[0]
    return tuple(old[heads.index(key.text)] for key in table.keys if key.text in heads) == keys


# ---------------------------------------------------------------- rules


def _of_rule(
    node: tree.Rule | tree.Parameter | tree.Formula, line: tree.Extending, rest: tuple[str, ...], lang: Language
) -> tree.Declaration:
    lines = [_as_row(item) for item in line.lines]
    if any(item is None for item in lines):
        raise _unfit(node, line)
    rows = [item for item in lines if item is not None]
    if line.target.keys or rest:
        found = spot(node, line.target.keys, rest, lang)
        row = next(item for item in inside(node) if getattr(item, "span", None) == found.span and _is_row(item))
        if line.word == "ADD":
            raise _unfit(node, line)
        return replaced_row(node, row, tuple(rows))
    result: tree.Declaration = node
    for row in rows:
        result = _with_row(result, row, line)
    return result


def _is_row(item: object) -> bool:
    return isinstance(item, (*_IN_BLOCK, tree.CapRow, tree.RoundRow, tree.ExceptRow, tree.LetRow, tree.DatedRow))


def _as_row(item: tree.BlockLine) -> tree.Row | None:
    """A line as a row of a rule: an item with a value reads like a row of a choice."""
    if isinstance(item, tree.ItemLine):
        if item.value is None or item.alias is not None or item.mode:
            return None
        return tree.ChoiceRow((item.name,), item.value, item.cite, span=item.span)
    return None if isinstance(item, tree.EvidenceLine | tree.DueLine | tree.ChargeLine) else item


def _with_row(node: Any, row: tree.Row, line: tree.Extending) -> Any:
    like = _like(row)
    held = [item for item in inside(node) if _is_row(item) and like(item)]
    if line.word == "AMENDED":
        if len(held) != 1:
            name = f"{line.target.span.text}: {' '.join(row.span.text.split())}"
            raise Refusal("amend-unknown-target", {"name": name, "close": None}, node.span)
        return replaced_row(node, held[0], (row,))
    if held and not isinstance(row, tree.CapRow | tree.RoundRow):
        raise Refusal("amend-exists", {"name": " ".join(row.span.text.split())}, getattr(held[0], "span", None))
    if not isinstance(row, _IN_BLOCK):
        return evolve(node, after=(*node.after, row))
    blocks = [item for item in inside(node.value) if isinstance(item, tree.Block)]
    if len(blocks) != 1:
        raise _unfit(node, line)
    block = blocks[0]
    rows = list(block.rows)
    rows.insert(_place(rows, row), row)
    return mapped(node, lambda item: evolve(block, rows=tuple(rows)) if item is block else item)


def _like(row: tree.Row) -> Callable[[object], bool]:
    """What finds the row that another stands for."""
    match row:
        case tree.BandRow():
            return lambda item: isinstance(item, tree.BandRow) and item.edges == row.edges
        case tree.ChoiceRow():
            return lambda item: isinstance(item, tree.ChoiceRow) and bool(set(item.words) & set(row.words))
        case tree.StepRow():
            return lambda item: isinstance(item, tree.StepRow) and same(item.size, row.size)
        case tree.Mark() | tree.CapRow() | tree.Amount():
            return lambda item: isinstance(item, type(row)) and item.word == row.word
        case tree.ExceptRow() | tree.LetRow():
            return lambda item: isinstance(item, type(row)) and item.name == row.name
        case tree.DatedRow():
            return lambda item: isinstance(item, tree.DatedRow) and item.day == row.day
        case _:
            return lambda item: isinstance(item, type(row))


def _place(rows: list[tree.Row], row: tree.Row) -> int:
    """Where a row of a block goes: bands by their bounds, anything else before 否则 and the marks."""
    if isinstance(row, tree.BandRow) and row.edges:
        bands = [(at, item) for at, item in enumerate(rows) if isinstance(item, tree.BandRow) and item.edges]
        values = [(at, _number(item)) for at, item in bands]
        mine = _number(row)
        if mine is not None and len(values) > 1 and all(value is not None for _, value in values):
            rising = values[0][1] < values[-1][1]
            for at, value in values:
                if (value > mine) is rising:
                    return at
        return bands[-1][0] + 1 if bands else 0
    if isinstance(row, tree.Mark | tree.Amount):
        return len(rows)
    for at, item in enumerate(rows):
        if isinstance(item, tree.Mark | tree.Amount) or (isinstance(item, tree.BandRow) and not item.edges):
            return at
    return len(rows)


def _number(row: object) -> Any:
    bound = row.edges[0].bound if isinstance(row, tree.BandRow) else None
    if not isinstance(bound, tree.Quantity):
        return None
    scale = {"万": 10_000, "亿": 100_000_000, "千": 1_000}.get(bound.unit[:1], 1)
    return bound.number * scale


# ---------------------------------------------------------------- tasks, lists


def _task_line(node: tree.Task, item: tree.BlockLine, line: tree.Extending) -> tree.Task:
    if not isinstance(item, tree.EvidenceLine | tree.DueLine | tree.ChargeLine | tree.Remark):
        raise _unfit(node, line)
    held = [at for at, old in enumerate(node.lines) if type(old) is type(item)]
    if line.word == "AMENDED":
        if not held:
            name = f"{node.name.text}: {item.span.text.split()[0]}"
            raise Refusal("amend-unknown-target", {"name": name, "close": None}, node.span)
        kept = [old for at, old in enumerate(node.lines) if at not in held[1:]]
        kept[held[0]] = item
        return evolve(node, lines=tuple(kept))
    if held and isinstance(item, tree.DueLine | tree.ChargeLine):
        raise Refusal("amend-exists", {"name": item.span.text}, node.lines[held[0]].span)
    at = held[-1] + 1 if held else 0
    return evolve(node, lines=(*node.lines[:at], item, *node.lines[at:]))


def _items(node: tree.Conditions, line: tree.Extending, rest: tuple[str, ...]) -> tree.Conditions:
    items: list[tree.ItemLine] = []
    for item in line.lines:
        if isinstance(item, tree.ChoiceRow) and len(item.labels) == 1 and isinstance(item.labels[0], tree.Name):
            item = tree.ItemLine(item.labels[0], None, item.value, cite=item.cite, span=item.span)
        if not isinstance(item, tree.ItemLine):
            raise _unfit(node, line)
        items.append(item)
    result = node
    for item in items:
        held = next(
            (old for old in inside(result.items) if isinstance(old, tree.ItemLine) and old.name == item.name), None
        )
        if line.word == "AMENDED":
            if held is None:
                name = f"{node.name.text}.{item.name.text}"
                raise Refusal("amend-unknown-target", {"name": name, "close": None}, node.span)
            result = with_items(result, held, (item,))
        elif held is not None:
            raise Refusal("amend-exists", {"name": item.name.text}, held.span)
        elif rest:
            group = next(
                (old for old in inside(result.items) if isinstance(old, tree.ItemLine) and old.name.text == rest[-1]),
                None,
            )
            if group is None or not group.mode:
                raise _unfit(node, line)
            result = with_items(result, group, (evolve(group, items=(*group.items, item)),))
        else:
            result = evolve(result, items=(*result.items, item))
    return result
