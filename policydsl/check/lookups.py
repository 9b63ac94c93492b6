"""Owns looking up a table: its keys from the row at hand or as written, its column, its version of the day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from policydsl.check import refer
from policydsl.check.called import close_names
from policydsl.check.frames import Frames, RowFrame
from policydsl.core import program as core
from policydsl.core.types import BOOL, DATE, NEVER, Never, Optional, Type
from policydsl.source import Span
from policydsl.syntax import tree

if TYPE_CHECKING:
    from policydsl.check.infer import Checker


def lookup(
    checker: Checker, node: tree.Reference, table: str, keys: tuple[tree.Expr, ...] | None, frames: Frames
) -> core.Expr:
    """The cell of a table, by keys as written or, without `keys`, by those of the row at hand."""
    scope = checker.scope
    checker.used.add(("", table))
    written, _ = scope.tables[table]
    types = checker.table_types.get(table)
    first = node.path[0]
    if types is None:
        return core.Pending("", type=NEVER, span=node.span)
    crossed = written.across is not None
    if len(node.path) != (1 if crossed else 2):
        code = "no-parts" if crossed else "table-needs-column"
        return checker.report(code, first.span, name=first.text)
    column = written.name if crossed else node.path[1]
    if column.text not in types:
        close = next(iter(close_names(column.text, list(types))), "")
        return checker.report("unknown-column", column.span, close or None, name=column.text, table=table, close=close)
    found: list[core.Expr] = []
    if keys is None:
        for name in written.keys:
            own = _key_by_name(checker, name, first.span, frames, types.get(name.text))
            written_key = tree.Reference((tree.Name(name.text, span=first.span),), span=first.span)
            found.append(_key_there(checker, written_key, name.text, own, frames, table))
    else:
        if len(keys) != len(written.keys):
            return checker.report("lookup-keys", node.span, expected=len(written.keys), found=len(keys), name=table)
        for name, key in zip(written.keys, keys, strict=True):
            value = checker.expr(key, frames, types.get(name.text))
            wanted = types.get(name.text, NEVER)
            if checker.same(value.type, wanted) is None:
                checker.report("type-mismatch", key.span, found=checker.say(value.type), expected=checker.say(wanted))
            found.append(_key_there(checker, key, key.span.text, value, frames, table))
    versions = scope.versions.get(table, [])
    if versions and versions[0].since is not None:
        return _by_date(checker, node, table, versions, tuple(found), column.text, frames)
    return core.Lookup(table, tuple(found), column.text, type=types[column.text], span=node.span)


def _key_there(
    checker: Checker, written: tree.Expr, said: str, key: core.Expr, frames: Frames, table: str
) -> core.Expr:
    """A key of a look-up that has been asked before whether it is there; no row of a table is that of 无."""
    key = checker.there(written, key, frames)
    if isinstance(key.type, Optional) and not isinstance(key.type.of, Never):
        return checker.report("key-may-be-none", written.span, found=said, table=table)
    return key


def _by_date(
    checker: Checker,
    node: tree.Reference,
    table: str,
    versions: list[tree.Table],
    keys: tuple[core.Expr, ...],
    column: str,
    frames: Frames,
) -> core.Expr:
    """A look-up in the version of a table that is in force on the day that counts."""
    from policydsl.check.rules import day_that_counts

    type_ = checker.table_types[table][column]
    basis = day_that_counts(checker, node.span, frames)
    cases = []
    for version in sorted(versions, key=lambda item: item.since or date.min, reverse=True):
        if version.since is None:
            continue
        own = f"{table}@{version.since.isoformat()}"
        checker.used.add(("", own))
        day = core.Const(version.since, version.since.isoformat(), type=DATE, span=version.name.span)
        when = core.Compare("ge", basis, day, "≥", type=BOOL, span=node.span)
        value = core.Lookup(own, keys, column, type=type_, span=node.span)
        cases.append(core.Case(when, value, own, version.cite.text if version.cite else "", span=version.name.span))
    return core.Choose("first", tuple(cases), None, "dated", type=type_, span=node.span)


def _key_by_name(checker: Checker, name: tree.Name, where: Span, frames: Frames, wanted: Type | None) -> core.Expr:
    """The value of a table's key column in the row at hand: the nearest row in scope that carries that name."""
    scope = checker.scope
    for depth, frame in enumerate(frames):
        if not isinstance(frame, RowFrame):
            continue
        row: core.RowRef = core.Here(depth)
        if scope.entities[frame.entity].owns(name.text):
            value = refer.read(checker, row, scope.entities[frame.entity], tree.Name(name.text, span=where))
            if wanted is None or checker.same(value.type, wanted) is not None:
                return value
        for owner in scope.ancestors(frame.entity):
            row = core.Owner(row, owner)
            if scope.entities[owner].owns(name.text):
                # the row that the fold runs for, where it is that: what it gives is the same for every row
                known = refer.row_of(checker, owner, frames)
                row = known[0] if known is not None else row
                value = refer.read(checker, row, scope.entities[owner], tree.Name(name.text, span=where))
                if wanted is None or checker.same(value.type, wanted) is not None:
                    return value
    for single in scope.singletons():
        if scope.entities[single].owns(name.text):
            return refer.read(checker, core.Sole(single), scope.entities[single], tree.Name(name.text, span=where))
    return checker.report("table-key-unknown", where, name=name.text)
