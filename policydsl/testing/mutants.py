"""Owns the small wrong changes that a policy is tried with: each a mistake that a drafter could make, said in a drafter's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import attrs
from attrs import evolve, field, frozen

from policydsl.core import program as core
from policydsl.core.types import BOOL, Number, strip
from policydsl.core.units import base
from policydsl.core.values import Value, exact
from policydsl.core.walk import everything
from policydsl.source import Span
from policydsl.testing.places import Spotted, spotted
from policydsl.testing.written import Pen, Unwritable

LOOSER: dict[core.Comparator, core.Comparator] = {"ge": "gt", "gt": "ge", "le": "lt", "lt": "le", "eq": "ne", "ne": "eq"}


@frozen(eq=False)
class Mutant:
    """One wrong change: the expressions that it replaces, what it says, and where.

    `kind` is what is changed (threshold, inclusive, rate, condition, join, cap, date, table, rounding, operation, band).
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

    def said(self, language: str) -> str:
        """The change in words."""
        return self.zh if language == "zh" else self.en

    def apply(self, program: core.Program) -> tuple[core.Rule, ...]:
        """The rules of the program as changed (those that do differ)."""
        swap = {id(old): new for old, new in self.change}
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
            cell = any(slot == "cell" for _, slot, _ in place.turns)
            if cell:
                continue
            node = place.node
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
    for kind, new, zh, en, where in _changes(program, pen, places[0]):
        # every place holds an equal node; the change is made on each
        change = []
        for place in places:
            change.append((place.node, new if place.node is first else _same_change(program, pen, place, zh)))
        yield Mutant(kind, rules, tuple(place.node for place in places), tuple(change), zh, en, where or first.span)


def _same_change(program: core.Program, pen: Pen, place: Spotted, zh: str) -> core.Expr:
    return next(new for _, new, said, _, _ in _changes(program, pen, place) if said == zh)


Change = tuple[str, core.Expr, str, str, Span | None]


def _text(node: object) -> str:
    span = getattr(node, "span", None)
    return " ".join(span.text.split()) if span is not None else ""


def _short(node: object) -> str:
    text = _text(node)
    return text if len(text) <= 24 else text[:23] + "…"


def _changes(program: core.Program, pen: Pen, place: Spotted) -> Iterator[Change]:
    node = place.node
    match node:
        case core.Const():
            yield from _literals(program, pen, node, place.turns[-1][0] if place.turns else None)
        case core.Compare(op=op):
            ordered = op in ("ge", "gt", "le", "lt")
            if not (isinstance(node.left, core.Const) and isinstance(node.right, core.Const)):
                new = evolve(node, op=LOOSER[op])
                if ordered:
                    yield "inclusive", new, f"「{_text(node)}」刚好相等时的结论反过来", f"「{_text(node)}」: the bound itself on the other side", None
                else:
                    yield "condition", new, f"「{_text(node)}」反过来", f"「{_text(node)}」 the other way round", None
        case core.Every(parts=parts):
            yield "condition", core.Some(parts, type=BOOL, span=node.span), f"「{_short(node)}」的「且」写成「或」", f"「{_short(node)}」: or for and", None
            if len(parts) > 1:
                for at, part in enumerate(parts):
                    rest = parts[:at] + parts[at + 1 :]
                    yield "condition", evolve(node, parts=rest), f"漏了条件「{_short(part) or _name(part)}」", f"without the condition 「{_short(part) or _name(part)}」", part.span
        case core.Some(parts=parts, at_least=least):
            if least == 1 and len(parts) > 1:
                yield "condition", core.Every(parts, type=BOOL, span=node.span), f"「{_short(node)}」的「或」写成「且」", f"「{_short(node)}」: and for or", None
            if least > 1:
                yield "condition", evolve(node, at_least=least - 1), f"「至少 {least} 项」写成「至少 {least - 1} 项」", f"at least {least - 1} for at least {least}", None
            if len(parts) > least:
                yield "condition", evolve(node, at_least=least + 1), f"「至少 {least} 项」写成「至少 {least + 1} 项」", f"at least {least + 1} for at least {least}", None
            if len(parts) > 1:
                for at, part in enumerate(parts):
                    rest = parts[:at] + parts[at + 1 :]
                    yield "condition", evolve(node, parts=rest), f"漏了条件「{_short(part) or _name(part)}」", f"without the condition 「{_short(part) or _name(part)}」", part.span
        case core.Not(part=part):
            yield "condition", part, f"漏了「非」:「{_short(node)}」", f"without not: 「{_short(node)}」", None
        case core.OneOf(options=options) if len(options) > 1:
            for at, option in enumerate(options):
                rest = options[:at] + options[at + 1 :]
                yield "condition", evolve(node, options=rest), f"「{_short(node)}」漏了「{_text(option)}」", f"「{_short(node)}」 without 「{_text(option)}」", option.span
        case core.Choose(cases=cases) if node.form not in ("dated",):
            for at, case in enumerate(cases):
                never = evolve(case, when=core.Const(False, type=BOOL, span=case.when.span))
                label = case.label or _short(case.when)
                yield "condition", evolve(node, cases=(*cases[:at], never, *cases[at + 1 :])), f"「{label}」这一支从不成立", f"the branch 「{label}」 never holds", case.span or case.when.span
                if node.form in ("if", "applies", "exceptions") and node.otherwise is not None:
                    always = evolve(case, when=core.Const(True, type=BOOL, span=case.when.span))
                    yield "condition", evolve(node, cases=(*cases[:at], always, *cases[at + 1 :])), f"「{label}」这一支总是成立", f"the branch 「{label}」 always holds", case.span or case.when.span
        case core.Bands(rows=rows):
            for at, band in enumerate(rows):
                flipped = evolve(band, inclusive=not band.inclusive)
                word, other = ("含", "不含") if band.inclusive else ("不含", "含")
                bound = _text(band.bound)
                yield "inclusive", evolve(node, rows=(*rows[:at], flipped, *rows[at + 1 :])), f"「{bound}({word})」写成「{bound}({other})」", f"「{bound}」 {'exclusive' if band.inclusive else 'inclusive'}", band.bound.span
                rest = rows[:at] + rows[at + 1 :]
                if rest:
                    yield "band", evolve(node, rows=rest), f"漏了一档「{_short(band) or bound}」", f"without the band 「{_short(band) or bound}」", band.span or band.bound.span
        case core.Brackets(slices=slices):
            for at, (one, two) in enumerate(zip(slices, slices[1:], strict=False)):
                if isinstance(two.start, core.Const):
                    for moved, word in _moves(program, pen, two.start):
                        pair = (evolve(one, end=moved), evolve(two, start=moved))
                        yield "threshold", evolve(node, slices=(*slices[:at], *pair, *slices[at + 2 :])), f"分段点「{_text(two.start)}」写成「{word}」", f"{word} for 「{_text(two.start)}」", two.start.span
        case core.Increment(join=join, steps=steps):
            if len(steps) > 1:
                for other, zh, en in (("max", "就高", "the higher"), ("sum", "累加", "added up"), ("min", "就低", "the lower")):
                    if other != join:
                        yield "join", evolve(node, join=other), f"几种算法改为{zh}", f"the routes {en}", None
                for at, step in enumerate(steps):
                    label = step.label or _text(step.size)
                    yield "join", evolve(node, steps=steps[:at] + steps[at + 1 :]), f"漏了一种算法「{label}」", f"without the route 「{label}」", step.span
            yield "rounding", evolve(node, started=not node.started), "不足一档的,改为按一档计" if not node.started else "不足一档的,改为不计", "a step begun counts" if not node.started else "a step begun does not count", None
            if node.most_steps is not None:
                yield "cap", evolve(node, most_steps=None), "漏了最多几档的限制", "without the limit on steps", node.most_steps.span
            if node.at_start is not None:
                yield "rate", evolve(node, at_start=None), "漏了起步的一笔", "without the amount at the start", node.at_start.span
        case core.Limit(bounds=bounds):
            for at, bound in enumerate(bounds):
                kept = bounds[:at] + bounds[at + 1 :]
                what = "封顶" if bound.kind == "cap" else "保底"
                yield "cap", evolve(node, bounds=kept) if kept else node.body, f"漏了{what}「{_text(bound.limit)}」", f"without the {bound.kind} 「{_text(bound.limit)}」", bound.span or bound.limit.span
        case core.Pick(kind=kind, options=options):
            yield "join", evolve(node, kind="min" if kind == "max" else "max"), f"「{_short(node)}」{'取高写成取低' if kind == 'max' else '取低写成取高'}", f"「{_short(node)}」: the {'lower' if kind == 'max' else 'higher'}", None
            total: core.Expr = options[0].value
            for option in options[1:]:
                total = core.Apply("add", (total, option.value), type=node.type, span=node.span)
            yield "join", total, f"「{_short(node)}」改为累加", f"「{_short(node)}」 added up", None
        case core.Round(mode=mode, place=place_):
            names = {"half-up": "四舍五入", "up": "向上", "down": "向下", "half-even": "五成双"}
            for other in ("half-up", "up", "down"):
                if other != mode:
                    yield "rounding", evolve(node, mode=other), f"「{_short(node)}」{names[mode]}写成{names[other]}", f"「{_short(node)}」: {other} for {mode}", None
            yield "rounding", evolve(node, place=place_ * 10), f"「{_short(node)}」取整的位数多一位", f"「{_short(node)}」 to ten times the place", None
        case core.Aggregate(fold=fold, where=where):
            swaps = {"max": "min", "min": "max", "any": "all", "all": "any", "first": "last", "last": "first"}
            if fold in swaps:
                yield "join", evolve(node, fold=swaps[fold]), f"「{_short(node)}」取法相反", f"「{_short(node)}」: {swaps[fold]} for {fold}", None
            if where is not None and not isinstance(where, core.Every):
                yield "condition", evolve(node, where=None), f"漏了「其中 {_short(where)}」", f"without where 「{_short(where)}」", where.span
        case core.Apply(op="add" | "sub" as op, args=args) if len(args) == 2 and isinstance(strip(args[1].type), Number):
            yield "operation", evolve(node, op="sub" if op == "add" else "add"), f"「{_short(node)}」{'加写成减' if op == 'add' else '减写成加'}", f"「{_short(node)}」: {'minus for plus' if op == 'add' else 'plus for minus'}", None
        case core.Apply(op="excess", args=args):
            yield "operation", args[0], f"「{_short(node)}」漏了「超过…部分」", f"「{_short(node)}」: the whole for the part over", None
        case _:
            return


def _name(node: core.Expr) -> str:
    return node.name if isinstance(node, core.FieldRead | core.RuleRead) else type(node).__name__


def _literals(program: core.Program, pen: Pen, node: core.Const, parent: core.Expr | None) -> Iterator[Change]:
    if isinstance(parent, core.Brackets) and any(node is item.start or node is item.end for item in parent.slices):
        return
    if isinstance(node.value, bool) and (parent is None or not isinstance(parent, core.Compare)):
        new = evolve(node, value=not node.value)
        yield "condition", new, f"「{node.text}」写成相反的", f"the opposite of 「{node.text}」", None
        return
    kind = "date" if isinstance(node.value, date) else "rate"
    if isinstance(parent, core.Compare | core.Bands | core.Increment | core.Limit):
        kind = "date" if kind == "date" else "threshold"
    shown = _text(node) or node.text
    for moved, word in _moves(program, pen, node):
        yield kind, moved, f"「{shown}」写成「{word}」", f"{word} for 「{shown}」", None


def _moves(program: core.Program, pen: Pen, node: core.Const) -> Iterator[tuple[core.Const, str]]:
    """A literal a little greater, and a little less."""
    value = node.value
    values: list[object] = []
    if isinstance(value, bool | str | tuple):
        return
    if isinstance(value, datetime):
        values = [value + timedelta(minutes=1), value - timedelta(minutes=1)]
    elif isinstance(value, date):
        values = [value + timedelta(days=1), value - timedelta(days=1)]
    elif isinstance(value, int | Fraction):
        step = _grain(program, node, value)
        values = [exact(value + step)] + ([exact(value - step)] if value >= step else [])
    for other in values:
        try:
            word = pen.value(other, node.type)  # type: ignore[arg-type]
        except Unwritable:
            word = str(other)
        yield evolve(node, value=other, text=word), word


def _grain(program: core.Program, node: core.Const, value: int | Fraction) -> Fraction:
    type_ = strip(node.type)
    assert isinstance(type_, Number)
    if type_.unit.plain and not (isinstance(value, int) and "%" not in (node.text or _text(node))):
        return Fraction(1, 100)
    money = any(name == program.header.currency and power == 1 for name, power in type_.unit.powers)
    if money and type_.unit == base(program.header.currency) and abs(value) >= 10_000:
        # one in the leading digits as it is written
        size = 1
        while abs(value) >= size * 100:
            size *= 10
        return Fraction(size)
    return Fraction(1)


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
            for moved, word in _moves(program, pen, cell):
                other = evolve(table, rows=(*table.rows[:at], evolve(row, cells={**row.cells, column: moved}), *table.rows[at + 1 :]))
                place = f"表「{table.name}」第{at + 1}行「{column}」"
                yield Mutant("table", tuple(dict.fromkeys(rule for rule, _ in looking[column])), (cell,), (), f"{place}「{_text(cell)}」写成「{word}」", f"table 「{table.name}」 row {at + 1} 「{column}」: {word} for 「{_text(cell)}」", cell.span, other, at)
        yield from _keys_moved(table, at, users, lookups)


def _size(rule: core.Rule) -> int:
    return sum(1 for _ in everything(rule.body))


def _keys_moved(table: core.Table, at: int, users: tuple[core.Rule, ...], lookups: tuple[core.Expr, ...]) -> Iterator[Mutant]:
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
            yield Mutant("table", users, lookups, (), f"表「{table.name}」把「{key}」放到第{to + 1}行", f"table 「{table.name}」: 「{key}」 in row {to + 1}", row.span, evolve(table, rows=tuple(rows)), at, key)


def program_with(program: core.Program, mutant: Mutant) -> core.Program:
    """The whole program with the change made."""
    if mutant.table is not None:
        return evolve(program, tables={**program.tables, mutant.table.name: mutant.table})
    rules = {rule.id: rule for rule in mutant.apply(program)}
    return evolve(program, rules=tuple(rules.get(rule.id, rule) for rule in program.rules))


def kinds(found: Iterable[Mutant]) -> dict[str, int]:
    """How many mutants there are of each kind."""
    counts: dict[str, int] = {}
    for mutant in found:
        counts[mutant.kind] = counts.get(mutant.kind, 0) + 1
    return counts
