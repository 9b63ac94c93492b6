"""Owns the mistakes that a drafter could make in one expression: each a changed expression, with the words for the change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Literal

from attrs import evolve

from policydsl.core import program as core
from policydsl.core.types import BOOL, Number, strip
from policydsl.core.units import base
from policydsl.core.values import Value, decimal_text, exact
from policydsl.source import Span
from policydsl.testing.places import Spotted
from policydsl.testing.written import Pen, Unwritable

LOOSER: dict[core.Comparator, core.Comparator] = {
    "ge": "gt",
    "gt": "ge",
    "le": "lt",
    "lt": "le",
    "eq": "ne",
    "ne": "eq",
}


ROUNDINGS: tuple[Literal["half-up", "up", "down"], ...] = ("half-up", "up", "down")
JOINS: tuple[tuple[Literal["max", "sum", "min"], str, str], ...] = (
    ("max", "就高", "the higher"),
    ("sum", "累加", "added up"),
    ("min", "就低", "the lower"),
)
Change = tuple[str, core.Expr, str, str, Span | None]


def text_of(node: object) -> str:
    span = getattr(node, "span", None)
    return " ".join(span.text.split()) if span is not None else ""


def _short(node: object) -> str:
    text = text_of(node)
    return text if len(text) <= 24 else text[:23] + "…"


def changes(program: core.Program, pen: Pen, place: Spotted) -> Iterator[Change]:
    node = place.node
    match node:
        case core.Const():
            yield from _literals(program, pen, node, place.turns[-1][0] if place.turns else None)
        case core.Compare(op=op):
            ordered = op in ("ge", "gt", "le", "lt")
            if not (isinstance(node.left, core.Const) and isinstance(node.right, core.Const)):
                new = evolve(node, op=LOOSER[op])
                if ordered:
                    yield (
                        "inclusive",
                        new,
                        f"「{text_of(node)}」刚好相等时的结论反过来",
                        f"「{text_of(node)}」: the bound itself on the other side",
                        None,
                    )
                else:
                    yield (
                        "condition",
                        new,
                        f"「{text_of(node)}」反过来",
                        f"「{text_of(node)}」 the other way round",
                        None,
                    )
        case core.Every(parts=parts):
            yield (
                "condition",
                core.Some(parts, type=BOOL, span=node.span),
                f"「{_short(node)}」的「且」写成「或」",
                f"「{_short(node)}」: or for and",
                None,
            )
            if len(parts) > 1:
                for at, part in enumerate(parts):
                    rest = parts[:at] + parts[at + 1 :]
                    yield (
                        "condition",
                        evolve(node, parts=rest),
                        f"漏了条件「{_short(part) or _name(part)}」",
                        f"without the condition 「{_short(part) or _name(part)}」",
                        part.span,
                    )
        case core.Some(parts=parts, at_least=least):
            if least == 1 and len(parts) > 1:
                yield (
                    "condition",
                    core.Every(parts, type=BOOL, span=node.span),
                    f"「{_short(node)}」的「或」写成「且」",
                    f"「{_short(node)}」: and for or",
                    None,
                )
            if least > 1:
                yield (
                    "condition",
                    evolve(node, at_least=least - 1),
                    f"「至少 {least} 项」写成「至少 {least - 1} 项」",
                    f"at least {least - 1} for at least {least}",
                    None,
                )
            if len(parts) > least:
                yield (
                    "condition",
                    evolve(node, at_least=least + 1),
                    f"「至少 {least} 项」写成「至少 {least + 1} 项」",
                    f"at least {least + 1} for at least {least}",
                    None,
                )
            if len(parts) > 1:
                for at, part in enumerate(parts):
                    rest = parts[:at] + parts[at + 1 :]
                    yield (
                        "condition",
                        evolve(node, parts=rest),
                        f"漏了条件「{_short(part) or _name(part)}」",
                        f"without the condition 「{_short(part) or _name(part)}」",
                        part.span,
                    )
        case core.Not(part=part):
            yield "condition", part, f"漏了「非」:「{_short(node)}」", f"without not: 「{_short(node)}」", None
        case core.OneOf(options=options) if len(options) > 1:
            for at, option in enumerate(options):
                rest = options[:at] + options[at + 1 :]
                yield (
                    "condition",
                    evolve(node, options=rest),
                    f"「{_short(node)}」漏了「{text_of(option)}」",
                    f"「{_short(node)}」 without 「{text_of(option)}」",
                    option.span,
                )
        case core.Choose(cases=cases) if node.form not in ("dated",):
            for at, case in enumerate(cases):
                never = evolve(case, when=core.Const(False, type=BOOL, span=case.when.span))
                label = case.label or _short(case.when)
                yield (
                    "condition",
                    evolve(node, cases=(*cases[:at], never, *cases[at + 1 :])),
                    f"「{label}」这一支从不成立",
                    f"the branch 「{label}」 never holds",
                    case.span or case.when.span,
                )
                if node.form in ("if", "applies", "exceptions") and node.otherwise is not None:
                    always = evolve(case, when=core.Const(True, type=BOOL, span=case.when.span))
                    yield (
                        "condition",
                        evolve(node, cases=(*cases[:at], always, *cases[at + 1 :])),
                        f"「{label}」这一支总是成立",
                        f"the branch 「{label}」 always holds",
                        case.span or case.when.span,
                    )
        case core.Bands(rows=rows):
            for at, band in enumerate(rows):
                flipped = evolve(band, inclusive=not band.inclusive)
                word, other = ("含", "不含") if band.inclusive else ("不含", "含")
                bound = text_of(band.bound)
                yield (
                    "inclusive",
                    evolve(node, rows=(*rows[:at], flipped, *rows[at + 1 :])),
                    f"「{bound}({word})」写成「{bound}({other})」",
                    f"「{bound}」 {'exclusive' if band.inclusive else 'inclusive'}",
                    band.bound.span,
                )
                fewer = rows[:at] + rows[at + 1 :]
                if fewer:
                    yield (
                        "band",
                        evolve(node, rows=fewer),
                        f"漏了一档「{_short(band) or bound}」",
                        f"without the band 「{_short(band) or bound}」",
                        band.span or band.bound.span,
                    )
        case core.Brackets(slices=slices):
            for at, (one, two) in enumerate(zip(slices, slices[1:], strict=False)):
                if isinstance(two.start, core.Const):
                    for moved, word in moves(program, pen, two.start):
                        pair = (evolve(one, end=moved), evolve(two, start=moved))
                        yield (
                            "threshold",
                            evolve(node, slices=(*slices[:at], *pair, *slices[at + 2 :])),
                            f"分段点「{text_of(two.start)}」写成「{word}」",
                            f"{word} for 「{text_of(two.start)}」",
                            two.start.span,
                        )
        case core.Increment(join=join, steps=steps):
            if len(steps) > 1:
                for other, zh, en in JOINS:
                    if other != join:
                        yield "join", evolve(node, join=other), f"几种算法改为{zh}", f"the routes {en}", None
                for at, step in enumerate(steps):
                    label = step.label or text_of(step.size)
                    yield (
                        "join",
                        evolve(node, steps=steps[:at] + steps[at + 1 :]),
                        f"漏了一种算法「{label}」",
                        f"without the route 「{label}」",
                        step.span,
                    )
            yield (
                "rounding",
                evolve(node, started=not node.started),
                "不足一档的,改为按一档计" if not node.started else "不足一档的,改为不计",
                "a step begun counts" if not node.started else "a step begun does not count",
                None,
            )
            if node.most_steps is not None:
                yield (
                    "cap",
                    evolve(node, most_steps=None),
                    "漏了最多几档的限制",
                    "without the limit on steps",
                    node.most_steps.span,
                )
            if node.at_start is not None:
                yield (
                    "rate",
                    evolve(node, at_start=None),
                    "漏了起步的一笔",
                    "without the amount at the start",
                    node.at_start.span,
                )
        case core.Limit(bounds=bounds):
            for at, limit in enumerate(bounds):
                kept = bounds[:at] + bounds[at + 1 :]
                what = "封顶" if limit.kind == "cap" else "保底"
                yield (
                    "cap",
                    evolve(node, bounds=kept) if kept else node.body,
                    f"漏了{what}「{text_of(limit.limit)}」",
                    f"without the {limit.kind} 「{text_of(limit.limit)}」",
                    limit.span or limit.limit.span,
                )
        case core.Pick(kind=kind, options=options):
            yield (
                "join",
                evolve(node, kind="min" if kind == "max" else "max"),
                f"「{_short(node)}」{'取高写成取低' if kind == 'max' else '取低写成取高'}",
                f"「{_short(node)}」: the {'lower' if kind == 'max' else 'higher'}",
                None,
            )
            total: core.Expr = options[0].value
            for another in options[1:]:
                total = core.Apply("add", (total, another.value), type=node.type, span=node.span)
            yield "join", total, f"「{_short(node)}」改为累加", f"「{_short(node)}」 added up", None
        case core.Round(mode=mode, place=place_):
            names: dict[str, str] = {"half-up": "四舍五入", "up": "向上", "down": "向下", "half-even": "五成双"}
            for other in ROUNDINGS:
                if other != mode:
                    yield (
                        "rounding",
                        evolve(node, mode=other),
                        f"「{_short(node)}」{names[mode]}写成{names[other]}",
                        f"「{_short(node)}」: {other} for {mode}",
                        None,
                    )
            yield (
                "rounding",
                evolve(node, place=place_ * 10),
                f"「{_short(node)}」取整的位数多一位",
                f"「{_short(node)}」 to ten times the place",
                None,
            )
        case core.Aggregate(fold=fold, where=where):
            swaps: dict[core.Fold, core.Fold] = {
                "max": "min",
                "min": "max",
                "any": "all",
                "all": "any",
                "first": "last",
                "last": "first",
            }
            if fold in swaps:
                yield (
                    "join",
                    evolve(node, fold=swaps[fold]),
                    f"「{_short(node)}」取法相反",
                    f"「{_short(node)}」: {swaps[fold]} for {fold}",
                    None,
                )
            if where is not None and not isinstance(where, core.Every):
                yield (
                    "condition",
                    evolve(node, where=None),
                    f"漏了「其中 {_short(where)}」",
                    f"without where 「{_short(where)}」",
                    where.span,
                )
        case core.Apply(op="add" | "sub" as op, args=args) if len(args) == 2 and isinstance(
            strip(args[1].type), Number
        ):
            yield (
                "operation",
                evolve(node, op="sub" if op == "add" else "add"),
                f"「{_short(node)}」{'加写成减' if op == 'add' else '减写成加'}",
                f"「{_short(node)}」: {'minus for plus' if op == 'add' else 'plus for minus'}",
                None,
            )
        case core.Apply(op="excess", args=args):
            yield (
                "operation",
                args[0],
                f"「{_short(node)}」漏了「超过…部分」",
                f"「{_short(node)}」: the whole for the part over",
                None,
            )
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
    shown = text_of(node) or node.text
    for moved, word in moves(program, pen, node):
        yield kind, moved, f"「{shown}」写成「{word}」", f"{word} for 「{shown}」", None


def moves(program: core.Program, pen: Pen, node: core.Const) -> Iterator[tuple[core.Const, str]]:
    """A literal a little greater, and a little less."""
    value = node.value
    values: list[Value] = []
    if isinstance(value, bool | str | tuple):
        return
    if isinstance(value, datetime):
        values = [value + timedelta(minutes=1), value - timedelta(minutes=1)]
    elif isinstance(value, date):
        values = [value + timedelta(days=1), value - timedelta(days=1)]
    elif isinstance(value, int | Fraction):
        step = _grain(program, node, value)
        values = [exact(value + step)]
        if value >= step:
            values.append(exact(value - step))
    for other in values:
        try:
            plain = isinstance(other, Fraction) and "%" not in text_of(node) and "‰" not in text_of(node)
            unit = strip(node.type)
            if plain and isinstance(unit, Number) and unit.unit.plain and isinstance(other, Fraction):
                word = decimal_text(other)
            else:
                word = pen.value(other, node.type)
        except Unwritable:
            word = str(other)
        yield evolve(node, value=other, text=word), word


def _grain(program: core.Program, node: core.Const, value: int | Fraction) -> Fraction:
    type_ = strip(node.type)
    assert isinstance(type_, Number)
    if type_.unit.plain and not (isinstance(value, int) and "%" not in (node.text or text_of(node))):
        return Fraction(1, 100)
    money = any(name == program.header.currency and power == 1 for name, power in type_.unit.powers)
    if money and type_.unit == base(program.header.currency) and value >= 10_000:
        # one in the leading digits as it is written
        size = 1
        while value >= size * 100:
            size *= 10
        return Fraction(size)
    return Fraction(1)
