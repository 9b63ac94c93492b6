"""Owns tables: keys typed by the facts they match, every member covered exactly once, cells as literals of one type a column."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from policydsl.check import refer
from policydsl.core import program as core
from policydsl.core.types import NEVER, TEXT, Member, Never, Number, Type, strip
from policydsl.core.values import Value
from policydsl.core.walk import everything
from policydsl.source import Span
from policydsl.syntax import tree
from policydsl.syntax.keywords import RELATIONS
from policydsl.syntax.walk import inside

if TYPE_CHECKING:
    from policydsl.check.infer import Checker


_OF_A_ROW = (
    core.FieldRead,
    core.RuleRead,
    core.Aggregate,
    core.Within,
    core.Lookup,
    core.Running,
    core.Previous,
    core.Rank,
    core.Share,
)
"""What a cell may not hold: a table belongs to no row, so its cells are made of literals and 标准 alone."""


def same_columns(checker: Checker, name: str, versions: list[tree.Table]) -> None:
    """Versions of one table must have the same columns of the same types."""
    names = [f"{name}@{node.since.isoformat()}" for node in versions if node.since is not None]
    checker.table_types[name] = checker.table_types[names[0]]
    for node, own in zip(versions[1:], names[1:], strict=False):
        if checker.table_types[own] != checker.table_types[name]:
            checker.report("table-versions-differ", node.name.span, name=name)


def check_table(checker: Checker, name: str, node: tree.Table, clause: str) -> None:
    """Type a table, or one version of it, and add it to the checker's under `name`."""
    head = [column.text for column in node.grid.head]
    for at, written_head in enumerate(node.grid.head):
        if written_head.text in head[:at]:
            checker.report("duplicate-name", written_head.span, name=written_head.text)
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
        present = [key for key in keys if key in head]
        mine = [written[head.index(key)] for key in present]
        matched = tuple(
            _rest(checker, node, head.index(key), types[key])
            if cell.kind == "else" and any(other.kind not in ("else", "any") for other in mine)
            else _key(checker, cell, types[key])
            for cell, key in zip(mine, present, strict=True)
        )
        otherwise = bool(mine) and all(cell.kind in ("else", "any") for cell in mine) and mine[0].kind == "else"
        cells_of = {column: columns[column][number] for column in columns}
        rows.append(core.TableRow(matched, cells_of, otherwise, span=span))
    _cover(checker, node, keys, types, rows)
    label = next((column for column in columns if column not in keys and isinstance(types[column], type(TEXT))), "")
    alias = node.alias.text if node.alias else ""
    checker.table_types[name] = types
    checker.tables[name] = core.Table(
        name, tuple(keys), tuple(columns), tuple(rows), alias, clause, label, node.since, span=node.name.span
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
        for value in (*cell.values, *(edge.bound for edge in cell.edges)):
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
    named = all(word in checker.scope.parameters for word in words)
    if words and not named and all(word is not None and not checker.scope.rolls_with(word) for word in words):
        return [
            core.Const(word, word, type=TEXT, span=c.span) for word, c in zip(words, cells, strict=True) if word
        ], TEXT
    found: list[tuple[core.Expr, Span]] = []
    for cell in cells:
        if not cell.raw:
            found.append((core.Pending("", type=NEVER, span=cell.span), cell.span))
            continue
        if cell.kind != "values" or len(cell.values) != 1:
            found.append((checker.report("cell-one-value", cell.span, found=cell.raw), cell.span))
            continue
        value = _content(checker, cell)
        found.append((value, cell.span))
    type_ = checker.common(tuple(found))
    return [value for value, _ in found], type_


def _content(checker: Checker, cell: tree.Cell) -> core.Expr:
    """What a cell holds: a literal, or what literals and 标准 make. A table belongs to no row, so it reads no fact and no rule."""
    scope = checker.scope
    written = cell.values[0]
    rows = {name for item in scope.entities.values() for name in (*item.fields, *item.drafts)} - set(scope.parameters)
    names = {node.path[0].text for node in inside(written) if isinstance(node, tree.Reference)}
    if any(name in rows and not scope.rolls_with(name) for name in names):
        return checker.report("constant-needed", cell.span, found=cell.raw)
    value = checker.expr(written, ())
    parts = list(everything(value))
    if any(isinstance(part, _OF_A_ROW) for part in parts):
        return checker.report("constant-needed", cell.span, found=cell.raw)
    if scope.basis is not None and any(isinstance(part, core.OnDay) for part in parts):
        return checker.report("cell-by-day", cell.span, found=cell.raw, basis=scope.basis.text)
    return value


def _key(checker: Checker, cell: tree.Cell, type_: Type) -> tuple[Value | core.Interval, ...] | None:
    """The keys or the range that a cell matches; None: any."""
    if cell.kind in ("any", "else"):
        return None
    if cell.kind == "edges":
        return (_interval(checker, cell, type_),)
    found: list[Value | core.Interval] = []
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


def _rest(checker: Checker, node: tree.Table, at: int, type_: Type) -> tuple[Value | core.Interval, ...] | None:
    """What 否则 matches in one key column beside others: the members that no other row names in that column."""
    if not isinstance(type_, Member):
        return None
    named = {key for row in node.grid.rows if row[at].kind == "values" for key in _key(checker, row[at], type_) or ()}
    return tuple(member for member in checker.scope.rolls[type_.roll].members if member not in named)


def _interval(checker: Checker, cell: tree.Cell, type_: Type) -> core.Interval:
    ends: dict[str, tuple[Value | None, bool]] = {"low": (None, True), "high": (None, True)}
    for edge in cell.edges:
        bound = checker.expr(edge.bound, (), type_)
        checker.agree(core.Const(0, cell.raw, type=type_), bound, edge.bound.span, "=")
        value = refer.constant(checker, bound, edge.bound.span)
        relation = (
            "le"
            if edge.word in ("TO", "POST_LE", "POST_LE_IN")
            else "ge"
            if edge.word in ("POST_GE", "START")
            else RELATIONS[edge.word]
        )
        closed = relation in ("ge", "le") if edge.inclusive is None else edge.inclusive
        ends["low" if relation in ("ge", "gt") else "high"] = (value, closed)
    (low, low_closed), (high, high_closed) = ends["low"], ends["high"]
    return core.Interval(low, high, low_closed, high_closed)


def _cover(
    checker: Checker, node: tree.Table, keys: list[str], types: dict[str, Type], rows: list[core.TableRow]
) -> None:
    """No two rows may match the same keys; a table by members of a roll must have a row for each of them."""
    if any(key not in types for key in keys) or not keys or len(rows) > 3_000:
        return
    plain = [(number, row) for number, row in enumerate(rows) if not row.otherwise]
    if len(plain) <= 400 and node.hit != "HIT_FIRST":
        for at, (number, row) in enumerate(plain):
            for first, other in plain[:at]:
                shared = [_shared(a, b) for a, b in zip(row.keys, other.keys, strict=True)]
                if all(item is not None for item in shared):
                    member = "·".join(item or "" for item in shared)
                    if any(isinstance(key, core.Interval) for keys_of in row.keys for key in keys_of or ()):
                        head = [column.text for column in node.grid.head]
                        member = "·".join(node.grid.rows[number][head.index(key)].raw for key in keys)
                    where = node.grid.row_spans[number]
                    checker.report("table-member-twice", where, member=member, rows=f"{first + 1}、{number + 1}")
                    break
    if any(row.otherwise for row in rows):
        return
    if len(keys) == 1:
        _gaps(checker, node, plain, types[keys[0]])
    if not all(isinstance(types[key], Member) for key in keys):
        return
    spaces = [_members(checker, types[key]) for key in keys]
    size = 1
    for space in spaces:
        size *= max(1, len(space))
    if size > 100_000:
        return
    taken = {
        one
        for row in rows
        for one in _product([k if k is not None else s for k, s in zip(row.keys, spaces, strict=True)])
    }
    absent = [one for one in _product(list(spaces)) if one not in taken]
    if absent:
        shown = checker.scope.words("、", ", ").join("·".join(str(part) for part in one) for one in absent[:12])
        checker.report("table-member-missing", node.name.span, members=shown, table=node.name.text, count=len(absent))


def _gaps(checker: Checker, node: tree.Table, rows: list[tuple[int, core.TableRow]], type_: Type) -> None:
    """A word on what lies between two rows of ranges and is in neither: an outcome there is invalid."""
    found: list[tuple[core.Interval, int]] = []
    for number, row in rows:
        if row.keys[0] is None or not all(isinstance(key, core.Interval) for key in row.keys[0]):
            return
        found += [(key, number) for key in row.keys[0] if isinstance(key, core.Interval)]
    whole = isinstance(type_, Number) and type_.whole
    found.sort(key=lambda one: (one[0].low is not None, one[0].low if one[0].low is not None else 0))
    for (before, above), (after, below) in zip(found, found[1:], strict=False):
        high, low = before.high, after.low
        if high is None or low is None or high > low or (high == low and (before.high_closed or after.low_closed)):  # type: ignore[operator]
            continue
        if whole and before.high_closed and after.low_closed and low == high + 1:  # type: ignore[operator]
            continue
        if isinstance(high, date) and not isinstance(high, datetime) and high + timedelta(1) == low:
            continue
        one, two = (node.grid.rows[at][_at(node)].raw for at in (above, below))
        checker.report("table-gap", node.grid.row_spans[below], above=one, below=two)


def _at(node: tree.Table) -> int:
    return [column.text for column in node.grid.head].index(node.keys[0].text)


def _members(checker: Checker, type_: Type) -> tuple[Value | core.Interval, ...]:
    return checker.scope.rolls[type_.roll].members if isinstance(type_, Member) else ()


Keys = tuple[Value | core.Interval, ...] | None


def _shared(a: Keys, b: Keys) -> str | None:
    """What two cells both match, as text; None if nothing."""
    if a is None or b is None:
        other = a if a is not None else b
        return _shown(other[0]) if other else "任意"
    for one in a:
        for two in b:
            if _meet(one, two):
                return _shown(one)
    return None


def _shown(key: Value | core.Interval) -> str:
    if isinstance(key, core.Interval):
        return f"{'' if key.low is None else key.low}…{'' if key.high is None else key.high}"
    return str(key)


def _meet(one: Value | core.Interval, two: Value | core.Interval) -> bool:
    if not isinstance(one, core.Interval) and not isinstance(two, core.Interval):
        return one == two
    a = one if isinstance(one, core.Interval) else core.Interval(one, one)
    b = two if isinstance(two, core.Interval) else core.Interval(two, two)
    return _before(a, b) and _before(b, a)


def _before(a: core.Interval, b: core.Interval) -> bool:
    """Whether `a` begins no later than `b` ends."""
    if a.low is None or b.high is None:
        return True
    return a.low < b.high or (a.low == b.high and a.low_closed and b.high_closed)  # type: ignore[operator]


def _product(spaces: list[tuple[Value | core.Interval, ...]]) -> list[tuple[Value | core.Interval, ...]]:
    found: list[tuple[Value | core.Interval, ...]] = [()]
    for space in spaces:
        found = [(*head, value) for head in found for value in space]
    return found
