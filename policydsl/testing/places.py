"""Owns the places of a policy at which something is decided: every threshold, branch, table row and condition, with the way to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import field, frozen

from policydsl.core import program as core
from policydsl.core.types import Date, Moment, Number, strip
from policydsl.core.values import Value
from policydsl.core.walk import order_parts, parts, row_parts, sibling_parts

Turn = tuple[core.Expr, str, int]
"""One turn on the way from a rule's body to a place: the expression left, by which of its parts, and that part's number."""

Kind = Literal["edge", "step", "choice", "row", "truth", "reading", "place"]


@frozen(eq=False, repr=False)
class Spotted:
    """An expression of a rule, and the turns that lead to it."""

    rule: core.Rule
    node: core.Expr
    turns: tuple[Turn, ...] = ()


@frozen(eq=False, repr=False)
class Goal:
    """One thing that a case can be made for.

    `kind` edge: two expressions equal (`side` 0) or just not (-1 below, 1 above); step: likewise, of the `index`-th step of a
    route; choice: the case `index` of a choice or band (-1 otherwise); row: the row `index` of a table; truth: a condition, of
    which the part `index` alone differs (-1: none does); reading: the alternative `index`; place: the expression itself is
    computed. `key`: of a row, by which of its keys.
    """

    kind: Kind
    place: Spotted = field(repr=False)
    index: int = 0
    side: int = 0
    left: core.Expr | None = field(default=None, repr=False)
    right: core.Expr | None = field(default=None, repr=False)
    key: Value | None = None

    def __repr__(self) -> str:
        return f"<{self.kind} {self.index} {self.side} of {self.rule.name}>"

    @property
    def rule(self) -> core.Rule:
        """The rule in which it lies."""
        return self.place.rule


def spotted(program: core.Program, rule: core.Rule) -> Iterator[Spotted]:
    """Every expression of a rule, cells of tables that it looks up included, outermost first."""
    stack: list[tuple[core.Expr, tuple[Turn, ...]]] = [(rule.body, ())]
    while stack:
        node, turns = stack.pop()
        yield Spotted(rule, node, turns)
        inside = [(part, (*turns, (node, slot, at))) for part, slot, at in _slots(program, node)]
        stack.extend(reversed(inside))


def _slots(program: core.Program, node: core.Expr) -> Iterator[tuple[core.Expr, str, int]]:
    """The parts of an expression, each with what has to be so for it to count."""
    match node:
        case core.Let(value=value, body=body):
            yield value, "", 0
            yield body, "let", 0
        case core.Choose(cases=cases, otherwise=otherwise):
            for at, case in enumerate(cases):
                yield case.when, "when", at
                yield case.value, "case", at
            if otherwise is not None:
                yield otherwise, "case", -1
        case core.Bands(measure=measure, rows=rows, otherwise=otherwise):
            yield measure, "", 0
            for at, band in enumerate(rows):
                yield band.bound, "", 0
                yield band.value, "band", at
            yield otherwise, "band", -1
        case core.Every(parts=some) | core.Some(parts=some):
            for at, part in enumerate(some):
                yield part, "among", at
        case core.Switch(options=options):
            for at, option in enumerate(options):
                yield option.value, "switch", at
        case core.Lookup(keys=keys, table=table, column=column):
            for key in keys:
                yield key, "", 0
            for at, row in enumerate(program.tables[table].rows):
                yield row.cells[column], "cell", at
        case core.Aggregate(rows=among, where=where, body=body, empty=empty, order=order):
            if isinstance(among, core.Children):
                for part in row_parts(among.of):
                    yield part, "", 0
            for inner in (*((where,) if where is not None else ()), *order_parts(order)):
                yield inner, "rows", 0
            if body is not None:
                yield body, "rows", 1
            if empty is not None:
                yield empty, "", 0
        case core.Within(item=item, column=column, where=where):
            yield item, "", 0
            yield column, "rows", 0
            if where is not None:
                yield where, "rows", 0
        case core.Limit(body=body, bounds=bounds):
            yield body, "", 0
            for bound in bounds:
                if bound.when is not None:
                    yield bound.when, "", 0
                yield bound.limit, "", 0
        case core.Running() | core.Previous() | core.Rank() | core.Share():
            # these see the sibling; this row is one
            for part in _of_siblings(node):
                yield part, "sibling", 0
            if isinstance(node, core.Previous):
                yield node.first, "", 0
            elif isinstance(node, core.Share):
                yield node.total, "", 0
        case _:
            for part in parts(node):
                yield part, "", 0


def _of_siblings(node: core.Running | core.Previous | core.Rank | core.Share) -> Iterator[core.Expr]:
    """The parts that are computed of each sibling."""
    if isinstance(node, core.Rank):
        yield from order_parts(node.keys)
    elif isinstance(node, core.Share):
        yield node.weight
    else:
        yield node.body
        yield from order_parts(node.order)
    yield from sibling_parts(node.among)


def goals(program: core.Program, rule: core.Rule) -> Iterator[Goal]:
    """All that can be aimed at in a rule."""
    for place in spotted(program, rule):
        yield from goals_at(program, place)


def goals_at(program: core.Program, place: Spotted) -> Iterator[Goal]:
    """What can be aimed at in one expression."""
    node = place.node
    match node:
        case core.Compare(left=left, right=right):
            if isinstance(strip(left.type), Number | Date | Moment) and not _both_fixed(left, right):
                yield from _edges(place, left, right)
            else:
                yield Goal("truth", place, -1, 1)
                yield Goal("truth", place, -1, 0)
        case core.Bands(measure=measure, rows=rows):
            for at, band in enumerate(rows):
                yield from _edges(place, measure, band.bound, at)
            for at in (*range(len(rows)), -1):
                yield Goal("choice", place, at)
        case core.Brackets(measure=measure, slices=slices):
            for at, piece in enumerate(slices):
                yield from _edges(place, measure, piece.start, at)
                if piece.end is not None:
                    yield from _edges(place, measure, piece.end, at)
        case core.Increment(measure=measure, start=start, steps=steps):
            yield from _edges(place, measure, start)
            for at in range(len(steps)):
                for count in (1, 2, 3):
                    for side in (-1, 0, 1):
                        yield Goal("step", place, at * 10 + count, side)
        case core.Limit(body=body, bounds=bounds):
            for at, bound in enumerate(bounds):
                yield from _edges(place, body, bound.limit, at)
        case core.Pick(options=options):
            for at, (one, two) in enumerate(zip(options, options[1:], strict=False)):
                yield from _edges(place, one.value, two.value, at)
        case core.Apply(op="excess" | "shortfall", args=args):
            yield from _edges(place, args[0], args[1])
        case core.Choose(cases=cases, otherwise=otherwise):
            for at in range(len(cases)):
                yield Goal("choice", place, at)
            if otherwise is not None:
                yield Goal("choice", place, -1)
        case core.Lookup(table=table):
            for at in range(len(program.tables[table].rows)):
                yield Goal("row", place, at)
        case core.Every(parts=some) | core.Some(parts=some):
            yield Goal("truth", place, -1, 1)
            yield Goal("truth", place, -1, 0)
            for at in range(len(some)):
                yield Goal("truth", place, at)
        case core.OneOf() | core.Has() | core.Within() | core.Aggregate(fold="any" | "all"):
            yield Goal("truth", place, -1, 1)
            yield Goal("truth", place, -1, 0)
        case core.FieldRead(type=type_) if _is_bool(type_):
            yield Goal("truth", place, -1, 1)
            yield Goal("truth", place, -1, 0)
        case core.Switch(options=options):
            for at in range(len(options)):
                yield Goal("reading", place, at)
        case _:
            return


def _is_bool(type_: object) -> bool:
    from policydsl.core.types import BOOL

    return type_ == BOOL


def _both_fixed(left: core.Expr, right: core.Expr) -> bool:
    return isinstance(left, core.Const) and isinstance(right, core.Const)


def _edges(place: Spotted, left: core.Expr, right: core.Expr, at: int = 0) -> Iterator[Goal]:
    if isinstance(left, core.Const) and isinstance(right, core.Const):
        return
    for side in (0, -1, 1):
        yield Goal("edge", place, at, side, left, right)


@frozen(eq=False, repr=False)
class Needs:
    """What rules rest on: the rules themselves, those that they read, and every field read on the way."""

    rules: tuple[core.Rule, ...]
    fields: frozenset[tuple[str, str]]
    entities: frozenset[str]

    def reads(self, entity: str, name: str) -> bool:
        """Whether a fact is read."""
        return (entity, name) in self.fields


def needs(program: core.Program, rules: Iterator[core.Rule] | tuple[core.Rule, ...]) -> Needs:
    """What the given rules rest on."""
    waiting = list(rules)
    met: dict[tuple[str, str], core.Rule] = {}
    fields: set[tuple[str, str]] = set()
    entities: set[str] = set()
    while waiting:
        rule = waiting.pop()
        if rule.id in met:
            continue
        met[rule.id] = rule
        entities.add(rule.entity)
        for place in read_by(program, rule):
            if isinstance(place, core.FieldRead):
                fields.add((place.entity, place.name))
                entities.add(place.entity)
            elif isinstance(place, core.RuleRead):
                waiting.append(program.rule_index[place.entity, place.name])
            elif isinstance(place, core.Aggregate | core.Within):
                entities.add(place.rows.entity)
            elif isinstance(place, core.Running | core.Previous | core.Rank | core.Share):
                entities.add(place.among.entity)
    for name in list(entities):
        owner = program.entities[name].owner
        while owner is not None:
            entities.add(owner)
            owner = program.entities[owner].owner
    ordered = tuple(rule for rule in program.rules if rule.id in met)
    return Needs(ordered, frozenset(fields), frozenset(entities))


def read_by(program: core.Program, rule: core.Rule) -> Iterator[core.Expr]:
    """Every expression of a rule, those of siblings and of tables included."""
    stack: list[core.Expr] = [rule.body]
    tables: set[tuple[str, str]] = set()
    while stack:
        node = stack.pop()
        yield node
        stack.extend(parts(node))
        if isinstance(node, core.Lookup) and (node.table, node.column) not in tables:
            tables.add((node.table, node.column))
            stack.extend(row.cells[node.column] for row in program.tables[node.table].rows)
