"""Owns the small wrong changes that a policy is tried with: each a mistake that a drafter could make, said in a drafter's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import attrs
from attrs import evolve, field, frozen

from policydsl.core import program as core
from policydsl.core.values import Value
from policydsl.core.walk import everything
from policydsl.source import Span
from policydsl.testing.literals import moved, moves, text_of, word_for
from policydsl.testing.mistakes import changes
from policydsl.testing.places import Spotted, spotted
from policydsl.testing.written import Pen


@frozen(eq=False)
class Mutant:
    """One wrong change: the expressions that it replaces, what it says, and where.

    `kind` is what is changed (threshold, inclusive, rate, condition, join, cap, date, table, rounding, operation, band, siblings).
    `table` is a table as changed, `row` the row of it that differs; `also` are others that compute cells from the same 标准.
    """

    kind: str
    rules: tuple[core.Rule, ...]
    nodes: tuple[core.Expr, ...]
    change: tuple[tuple[core.Expr, core.Expr], ...] = field(repr=False)
    zh: str
    en: str
    span: Span | None = field(default=None, repr=False)
    table: core.Table | None = field(default=None, repr=False)
    row: int = -1
    key: Value | None = None
    also: tuple[core.Table, ...] = ()

    def said(self, language: str) -> str:
        """The change in words."""
        return self.zh if language == "zh" else self.en

    def apply(self, program: core.Program) -> tuple[core.Rule, ...]:
        """The rules of the program as changed: those that do differ, of a table those that look it up."""
        swap = {id(old): new for old, new in self.change}
        if self.table is not None:
            return tuple(rebuilt(rule, swap) for rule in self.rules)
        changed = (rebuilt(rule, swap) for rule in self.rules)
        return tuple(new for new, old in zip(changed, self.rules, strict=True) if new is not old)


def rebuilt(value: Any, swap: dict[int, core.Expr]) -> Any:
    """A tree with some of its nodes replaced; what does not change is kept as it is."""
    if id(value) in swap:
        return swap[id(value)]
    if isinstance(value, tuple):
        items = [rebuilt(item, swap) for item in value]
        return value if all(new is old for new, old in zip(items, value, strict=True)) else tuple(items)
    if isinstance(value, dict):
        cells = {key: rebuilt(item, swap) for key, item in value.items()}
        return value if all(cells[key] is value[key] for key in value) else cells
    if type(value).__module__ != core.__name__ or not attrs.has(type(value)):
        return value
    changes = {}
    for one in attrs.fields(type(value)):
        if one.name in ("span", "type"):
            continue
        old = getattr(value, one.name)
        new = rebuilt(old, swap)
        if new is not old:
            changes[one.name] = new
    return evolve(value, **changes) if changes else value


def mutants(program: core.Program) -> tuple[Mutant, ...]:
    """All mutants of a policy, in written order. What stands in several rules but is written once is changed in all of them."""
    groups: dict[object, list[Spotted]] = {}
    for rule in program.written_order:
        if rule.kind == "property":
            continue
        for place in spotted(program, rule):
            node = place.node
            # a cell that is written out is changed with its table
            if isinstance(node, core.Const) and place.turns and place.turns[-1][1] == "cell":
                continue
            at = (node.span.source.name, node.span.start, node.span.end) if node.span is not None else id(node)
            groups.setdefault((at, type(node).__name__, node), []).append(place)
    pen = Pen(program)
    found: list[Mutant] = []
    for places in groups.values():
        found += _of(program, pen, places)
    for table in program.tables.values():
        found += _of_table(program, pen, table)
    found.sort(key=lambda item: (item.span is None, item.span.start if item.span is not None else 0))
    return tuple(found)


def _of(program: core.Program, pen: Pen, places: list[Spotted]) -> Iterator[Mutant]:
    first = places[0].node
    rules = tuple(dict.fromkeys(place.rule for place in places))
    for change in changes(program, pen, places[0]):
        # every place holds an equal node; the change is made on each
        swaps = tuple(
            (place.node, change.new if place.node is first else _same(program, pen, place, change.zh))
            for place in places
        )
        tables = _recomputed(program, places, swaps)
        yield Mutant(
            change.kind,
            rules,
            tuple(place.node for place in places),
            swaps,
            change.zh,
            change.en,
            change.span or first.span,
            tables[0][0] if tables else None,
            tables[0][1] if tables else -1,
            also=tuple(table for table, _ in tables[1:]),
        )


def _recomputed(
    program: core.Program, places: list[Spotted], swaps: tuple[tuple[core.Expr, core.Expr], ...]
) -> list[tuple[core.Table, int]]:
    """The tables of which a cell is computed from what is changed, as changed, each with the first such row."""
    if not any(slot == "cell" for place in places for _, slot, _ in place.turns):
        return []
    swap = {id(old): new for old, new in swaps}
    found = []
    for table in program.tables.values():
        rows = tuple(rebuilt(row, swap) for row in table.rows)
        at = next((at for at, row in enumerate(rows) if row is not table.rows[at]), None)
        if at is not None:
            found.append((evolve(table, rows=rows), at))
    return found


def _same(program: core.Program, pen: Pen, place: Spotted, zh: str) -> core.Expr:
    return next(change.new for change in changes(program, pen, place) if change.zh == zh)


# ---------------------------------------------------------------- tables


def _of_table(program: core.Program, pen: Pen, table: core.Table) -> Iterator[Mutant]:
    looking: dict[str, list[tuple[core.Rule, core.Lookup]]] = {}
    for rule in program.rules:
        if rule.kind == "property":
            continue
        for place in spotted(program, rule):
            if isinstance(place.node, core.Lookup) and place.node.table == table.name:
                looking.setdefault(place.node.column, []).append((rule, place.node))
    if not looking:
        return
    users = tuple(sorted(dict.fromkeys(rule for some in looking.values() for rule, _ in some), key=_size))
    lookups = tuple(node for some in looking.values() for _, node in some)
    for at, row in enumerate(table.rows):
        for column, cell in row.cells.items():
            if column not in looking or not isinstance(cell, core.Const):
                continue
            for other_cell, word in moves(program, pen, cell):
                other = evolve(
                    table,
                    rows=(
                        *table.rows[:at],
                        evolve(row, cells={**row.cells, column: other_cell}),
                        *table.rows[at + 1 :],
                    ),
                )
                where = f"表「{table.name}」第{at + 1}行「{column}」"
                yield Mutant(
                    "table",
                    tuple(dict.fromkeys(rule for rule, _ in looking[column])),
                    (cell,),
                    (),
                    f"{where}「{text_of(cell)}」写成「{word}」",
                    f"table 「{table.name}」 row {at + 1} 「{column}」: {word} for 「{text_of(cell)}」",
                    cell.span,
                    other,
                    at,
                )
        yield from _keys_moved(table, at, users, lookups)
        yield from _ranges_moved(program, pen, table, at, users, lookups)


def _ranges_moved(
    program: core.Program,
    pen: Pen,
    table: core.Table,
    at: int,
    users: tuple[core.Rule, ...],
    lookups: tuple[core.Lookup, ...],
) -> Iterator[Mutant]:
    """The bounds of ranges: a little greater or less, and on the other side. Where another row adjoins, its bound moves along."""
    for column, keys in enumerate(table.rows[at].keys):
        type_ = lookups[0].keys[column].type
        for key in keys or ():
            for bound in _bounds(table, column, key):
                written = word_for(pen, bound.value, type_)
                where = f"表「{table.name}」第{at + 1}行「{written}」"
                en = f"table 「{table.name}」 row {at + 1} 「{written}」"
                word = "不含" if bound.closed else "含"
                said = [
                    (_Bound(value, bound.closed, bound.low), f"{where}写成「{one}」", f"{en}: {one}")
                    for value, one in moved(program, pen, bound.value, type_, written, written)
                ]
                other = _Bound(bound.value, not bound.closed, bound.low)
                said.append((other, f"{where}写成「{written}({word})」", f"{en}: the bound on the other side"))
                for new, zh, english in said:
                    rows = _rebound(table, column, bound, new)
                    span = table.rows[at].span
                    yield Mutant(
                        "table", users, lookups, (), zh, english, span, evolve(table, rows=rows), at, bound.value
                    )


@frozen
class _Bound:
    """An end of a range: its value, whether it is in the range, and whether it is the lower one."""

    value: Value
    closed: bool
    low: bool


def _bounds(table: core.Table, column: int, key: Value | core.Interval) -> Iterator[_Bound]:
    """The ends of a range that are its own: the upper one, and the lower one where no other range ends there."""
    if not isinstance(key, core.Interval):
        return
    if key.high is not None:
        yield _Bound(key.high, key.high_closed, False)
    ends = [
        (other.high, other.high_closed)
        for row in table.rows
        for other in row.keys[column] or ()
        if isinstance(other, core.Interval)
    ]
    if key.low is not None and (key.low, not key.low_closed) not in ends:
        yield _Bound(key.low, key.low_closed, True)


def _rebound(table: core.Table, column: int, old: _Bound, new: _Bound) -> tuple[core.TableRow, ...]:
    """The rows of a table with a bound of a column at another place."""

    def changed(key: Value | core.Interval) -> Value | core.Interval:
        if not isinstance(key, core.Interval):
            return key
        if not old.low and (key.high, key.high_closed) == (old.value, old.closed):
            key = evolve(key, high=new.value, high_closed=new.closed)
        if (key.low, key.low_closed) == (old.value, old.closed if old.low else not old.closed):
            key = evolve(key, low=new.value, low_closed=new.closed if old.low else not new.closed)
        return key

    rows = []
    for row in table.rows:
        keys = row.keys[column]
        fresh = None if keys is None else tuple(changed(key) for key in keys)
        rows.append(evolve(row, keys=(*row.keys[:column], fresh, *row.keys[column + 1 :])))
    return tuple(rows)


def _size(rule: core.Rule) -> int:
    return sum(1 for _ in everything(rule.body))


def _keys_moved(
    table: core.Table, at: int, users: tuple[core.Rule, ...], lookups: tuple[core.Lookup, ...]
) -> Iterator[Mutant]:
    row, to = table.rows[at], (at + 1) % len(table.rows)
    if len(table.rows) < 2 or row.otherwise or table.rows[to].otherwise:
        return
    for column, keys in enumerate(row.keys):
        there = table.rows[to].keys[column]
        if keys is None or there is None:
            continue
        for key in keys:
            if isinstance(key, core.Interval):
                continue
            rows = list(table.rows)
            left = tuple(item for item in keys if item != key)
            if not left:
                continue
            rows[at] = evolve(row, keys=(*row.keys[:column], left, *row.keys[column + 1 :]))
            rows[to] = evolve(rows[to], keys=(*rows[to].keys[:column], (*there, key), *rows[to].keys[column + 1 :]))
            yield Mutant(
                "table",
                users,
                lookups,
                (),
                f"表「{table.name}」把「{key}」放到第{to + 1}行",
                f"table 「{table.name}」: 「{key}」 in row {to + 1}",
                row.span,
                evolve(table, rows=tuple(rows)),
                at,
                key,
            )


def program_with(program: core.Program, mutant: Mutant) -> core.Program:
    """The whole program with the change made."""
    if mutant.table is not None:
        changed = {table.name: table for table in (mutant.table, *mutant.also)}
        program = evolve(program, tables={**program.tables, **changed})
    rules = {rule.id: rule for rule in mutant.apply(program)}
    return evolve(program, rules=tuple(rules.get(rule.id, rule) for rule in program.rules))


def kinds(found: Iterable[Mutant]) -> dict[str, int]:
    """How many mutants there are of each kind."""
    counts: dict[str, int] = {}
    for mutant in found:
        counts[mutant.kind] = counts.get(mutant.kind, 0) + 1
    return counts
