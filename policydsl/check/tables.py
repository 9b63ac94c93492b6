"""Owns tables: keys typed by the facts they match, every member covered exactly once, cells as literals of one type a column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policydsl.check import refer
from policydsl.core import program as core
from policydsl.core.types import TEXT, Member, Never, Type, strip
from policydsl.core.values import Value
from policydsl.source import Span
from policydsl.syntax import tree

if TYPE_CHECKING:
    from policydsl.check.infer import Checker


def check_table(checker: Checker, node: tree.Table, clause: str) -> None:
    """Type a table and add it to the checker's."""
    name = node.name.text
    head = [column.text for column in node.grid.head]
    for at, column in enumerate(node.grid.head):
        if column.text in head[:at]:
            checker.report("duplicate-name", column.span, name=column.text)
    keys = [key.text for key in node.keys]
    for key in node.keys:
        if key.text not in head:
            checker.report("table-key-unknown", key.span, name=key.text)
    types: dict[str, Type] = {}
    columns: dict[str, list[core.Expr]] = {}
    for at, column in enumerate(head):
        cells = [row[at] for row in node.grid.rows]
        if column in keys:
            types[column] = _key_type(checker, column, cells)
        else:
            columns[column], types[column] = _column(checker, cells)
    rows: list[core.TableRow] = []
    for number, written in enumerate(node.grid.rows):
        span = node.grid.row_spans[number] if number < len(node.grid.row_spans) else node.span
        matched = tuple(_key(checker, written[head.index(key)], types[key]) for key in keys if key in head)
        rows.append(core.TableRow(matched, {column: columns[column][number] for column in columns}, span=span))
    _cover(checker, node, keys, types, rows)
    label = next((column for column in columns if column not in keys and isinstance(types[column], type(TEXT))), "")
    alias = node.alias.text if node.alias else ""
    checker.table_types[name] = types
    checker.tables[name] = core.Table(
        name, tuple(keys), tuple(columns), tuple(rows), alias, clause, label, span=node.name.span
    )
    if node.cite:
        checker.scope.citations.append(node.cite)


def _key_type(checker: Checker, column: str, cells: list[tree.Cell]) -> Type:
    """A key column has the type of the field of that name; else of the roll that its members come from."""
    found = [
        strip(item.fields[column].type)
        for item in checker.scope.entities.values()
        if column in item.fields and not isinstance(strip(item.fields[column].type), Never)
    ]
    if found:
        return found[0]
    names = [
        value.path[0].text
        for cell in cells
        for value in cell.values
        if isinstance(value, tree.Reference) and len(value.path) == 1
    ]
    for roll in checker.scope.rolls:
        if names and all(checker.scope.member(roll, name) is not None for name in names):
            return Member(roll)
    for cell in cells:
        for value in cell.values:
            if not isinstance(value, tree.Reference):
                return strip(checker.expr(value, ()).type)
    return TEXT


def _column(checker: Checker, cells: list[tree.Cell]) -> tuple[list[core.Expr], Type]:
    """The cells of a value column and their common type. Bare words that are no member are text: the row's label."""
    words = [
        cell.values[0].path[0].text
        if len(cell.values) == 1
        and isinstance(cell.values[0], tree.Reference)
        and len(cell.values[0].path) == 1
        and cell.values[0].keys is None
        else None
        for cell in cells
    ]
    if words and all(word is not None and not checker.scope.rolls_with(word) for word in words):
        return [
            core.Const(word, word, type=TEXT, span=c.span) for word, c in zip(words, cells, strict=True) if word
        ], TEXT
    found: list[tuple[core.Expr, Span]] = []
    for cell in cells:
        if cell.kind != "values" or len(cell.values) != 1:
            found.append((checker.report("cell-one-value", cell.span, found=cell.raw), cell.span))
            continue
        value = checker.expr(cell.values[0], ())
        if not isinstance(value, core.Const | core.Pending | core.Inapplicable):
            value = checker.report("constant-needed", cell.span, found=cell.raw)
        found.append((value, cell.span))
    type_ = checker.common(tuple(found))
    return [value for value, _ in found], type_


def _key(checker: Checker, cell: tree.Cell, type_: Type) -> tuple[Value, ...] | None:
    """The keys that a cell matches; None: any."""
    if cell.kind == "any":
        return None
    if cell.kind != "values":
        checker.report("cell-one-value", cell.span, found=cell.raw)
        return ()
    found: list[Value] = []
    for value in cell.values:
        if type_ == TEXT and isinstance(value, tree.Reference) and len(value.path) == 1:
            found.append(value.path[0].text)
            continue
        checked = checker.expr(value, (), type_)
        if checker.same(checked.type, type_) is None:
            checker.agree(core.Const(0, "", type=type_), checked, value.span, "=")
            continue
        literal = refer.constant(checker, checked, value.span)
        if literal is not None:
            found.append(literal)
    return tuple(found)


def _cover(
    checker: Checker, node: tree.Table, keys: list[str], types: dict[str, Type], rows: list[core.TableRow]
) -> None:
    """No two rows may match the same keys; a table by members of a roll must have a row for each of them."""
    if any(key not in types for key in keys) or not keys:
        return
    spaces: list[tuple[Value, ...]] = []
    for at, key in enumerate(keys):
        type_ = types[key]
        if isinstance(type_, Member):
            spaces.append(checker.scope.rolls[type_.roll].members)
        else:
            named = dict.fromkeys(value for row in rows for value in row.keys[at] or ())
            spaces.append(tuple(named))
    size = 1
    for space in spaces:
        size *= max(1, len(space))
    if size > 100_000:
        return
    taken: dict[tuple[Value, ...], int] = {}
    for number, row in enumerate(rows):
        for combination in _product(
            [key if key is not None else space for key, space in zip(row.keys, spaces, strict=True)]
        ):
            if combination in taken:
                member = "、".join(str(part) for part in combination)
                first = taken[combination] + 1
                checker.report(
                    "table-member-twice", node.grid.row_spans[number], member=member, rows=f"{first}、{number + 1}"
                )
                break
            taken[combination] = number
    if all(isinstance(types[key], Member) for key in keys):
        absent = [combination for combination in _product(list(spaces)) if combination not in taken]
        if absent:
            shown = checker.scope.words("、", ", ").join("·".join(str(part) for part in one) for one in absent[:12])
            checker.report(
                "table-member-missing", node.name.span, members=shown, table=node.name.text, count=len(absent)
            )


def _product(spaces: list[tuple[Value, ...]]) -> list[tuple[Value, ...]]:
    found: list[tuple[Value, ...]] = [()]
    for space in spaces:
        found = [(*head, value) for head in found for value in space]
    return found
