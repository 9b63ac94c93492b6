"""Owns the mistakes that a drafter could make in one expression: each a changed expression, with the words for the change.

One mechanism: a kind of node has its mistakes in `MISTAKES`. Most are one of three slips: a part left out, another word for the
right one (`changed`), the expression replaced by a part of itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from attrs import evolve

from policydsl.core import program as core
from policydsl.core.types import BOOL, Number, strip
from policydsl.source import Span
from policydsl.testing.literals import moves, text_of
from policydsl.testing.places import Spotted
from policydsl.testing.slips import (
    Bench,
    Change,
    Mistake,
    changed,
    forgotten,
    left_out,
    opposite,
    replaced,
    short_text,
    swapped,
)
from policydsl.testing.written import Pen


def changes(program: core.Program, pen: Pen, place: Spotted) -> Iterator[Change]:
    """The mistakes that could be made in an expression."""
    bench = Bench(program, pen, place.turns[-1][0] if place.turns else None)
    for mistake in MISTAKES.get(type(place.node), ()):
        yield from mistake(bench, place.node)


# ---------------------------------------------------------------- literals and conditions


def _literal(bench: Bench, node: core.Const) -> Iterator[Change]:
    around = bench.around
    if isinstance(around, core.Brackets) and any(node is item.start or node is item.end for item in around.slices):
        return
    if isinstance(node.value, bool):
        if not isinstance(around, core.Compare):
            zh, en = f"「{node.text}」写成相反的", f"the opposite of 「{node.text}」"
            yield changed("condition", node, zh, en, value=not node.value)
        return
    kind = "rate"
    if isinstance(node.value, date):
        kind = "date"
    elif isinstance(around, core.Compare | core.Bands | core.Increment | core.Limit):
        kind = "threshold"
    shown = text_of(node) or node.text
    for moved, word in moves(bench.program, bench.pen, node):
        yield Change(kind, moved, f"「{shown}」写成「{word}」", f"{word} for 「{shown}」")


_FLIPPED: Mapping[core.Comparator, core.Comparator] = {
    "ge": "gt",
    "gt": "ge",
    "le": "lt",
    "lt": "le",
    "eq": "ne",
    "ne": "eq",
}


def _comparison(_: Bench, node: core.Compare) -> Iterator[Change]:
    if isinstance(node.left, core.Const) and isinstance(node.right, core.Const):
        return
    text = text_of(node)
    if node.op in ("eq", "ne"):
        kind, zh, en = "condition", f"「{text}」反过来", f"「{text}」 the other way round"
    else:
        kind, zh, en = (
            "inclusive",
            f"「{text}」刚好相等时的结论反过来",
            f"「{text}」: the bound itself on the other side",
        )
    yield changed(kind, node, zh, en, op=_FLIPPED[node.op])


def _every(_: Bench, node: core.Every) -> Iterator[Change]:
    either = core.Some(node.parts, type=BOOL, span=node.span)
    yield Change(
        "condition", either, f"「{short_text(node)}」的「且」写成「或」", f"「{short_text(node)}」: or for and"
    )


def _some(_: Bench, node: core.Some) -> Iterator[Change]:
    least = node.at_least
    if least == 1 and len(node.parts) > 1:
        both = core.Every(node.parts, type=BOOL, span=node.span)
        yield Change(
            "condition", both, f"「{short_text(node)}」的「或」写成「且」", f"「{short_text(node)}」: and for or"
        )
    for other in (least - 1, least + 1):
        if 1 <= other <= len(node.parts) and (least > 1 or len(node.parts) > 2):
            zh, en = f"「至少 {least} 项」写成「至少 {other} 项」", f"at least {other} for at least {least}"
            yield changed("condition", node, zh, en, at_least=other)


def _condition_left_out(_: Bench, node: core.Every | core.Some) -> Iterator[Change]:
    yield from left_out("condition", node, "parts", "漏了条件「{}」", "without the condition 「{}」", _said, _place)


def _said(node: core.Expr) -> str:
    return short_text(node) or (node.name if isinstance(node, core.FieldRead | core.RuleRead) else type(node).__name__)


def _place(node: Any) -> Span | None:
    found: Span | None = node.span
    return found


def _one_of(_: Bench, node: core.OneOf) -> Iterator[Change]:
    text = short_text(node).replace("{", "{{").replace("}", "}}")
    yield from left_out(
        "condition", node, "options", f"「{text}」漏了「{{}}」", f"「{text}」 without 「{{}}」", text_of, _place
    )


def _not(_: Bench, node: core.Not) -> Iterator[Change]:
    yield Change("condition", node.part, f"漏了「非」:「{short_text(node)}」", f"without not: 「{short_text(node)}」")


def _denied(bench: Bench, node: core.Has | core.Within) -> Iterator[Change]:
    if isinstance(bench.around, core.Not):
        return
    opposite = core.Not(node, type=BOOL, span=node.span)
    yield Change("condition", opposite, f"「{short_text(node)}」反过来", f"「{short_text(node)}」 the other way round")


# ---------------------------------------------------------------- choices and bands


def _branch(_: Bench, node: core.Choose) -> Iterator[Change]:
    """A branch that never holds; one that always does, where there is another to take its place."""
    if node.form == "dated":
        return
    for at, case in enumerate(node.cases):
        label, where = case.label or short_text(case.when), case.span or case.when.span
        always = node.form in ("if", "applies", "exceptions") and node.otherwise is not None
        for holds, zh, en in ((False, "从不成立", "never holds"), (True, "总是成立", "always holds"))[: 1 + always]:
            other = evolve(case, when=core.Const(holds, type=BOOL, span=case.when.span))
            yield changed(
                "condition",
                node,
                f"「{label}」这一支{zh}",
                f"the branch 「{label}」 {en}",
                span=where,
                cases=replaced(node.cases, at, other),
            )


def _band(_: Bench, node: core.Bands) -> Iterator[Change]:
    for at, band in enumerate(node.rows):
        word, other = ("含", "不含") if band.inclusive else ("不含", "含")
        bound = text_of(band.bound)
        yield changed(
            "inclusive",
            node,
            f"「{bound}({word})」写成「{bound}({other})」",
            f"「{bound}」 {'exclusive' if band.inclusive else 'inclusive'}",
            span=band.bound.span,
            rows=replaced(node.rows, at, evolve(band, inclusive=not band.inclusive)),
        )


def _band_left_out(_: Bench, node: core.Bands) -> Iterator[Change]:
    def label(band: core.Band) -> str:
        return short_text(band) or text_of(band.bound)

    def where(band: core.Band) -> Span | None:
        return band.span or band.bound.span

    yield from left_out("band", node, "rows", "漏了一档「{}」", "without the band 「{}」", label, where)


def _slice(bench: Bench, node: core.Brackets) -> Iterator[Change]:
    """The point where one slice ends and the next begins."""
    for at, (one, two) in enumerate(zip(node.slices, node.slices[1:], strict=False)):
        if not isinstance(two.start, core.Const):
            continue
        for moved, word in moves(bench.program, bench.pen, two.start):
            pair = (evolve(one, end=moved), evolve(two, start=moved))
            yield changed(
                "threshold",
                node,
                f"分段点「{text_of(two.start)}」写成「{word}」",
                f"{word} for 「{text_of(two.start)}」",
                span=two.start.span,
                slices=(*node.slices[:at], *pair, *node.slices[at + 2 :]),
            )


# ---------------------------------------------------------------- amounts


def _route_left_out(_: Bench, node: core.Increment) -> Iterator[Change]:
    def label(step: core.Step) -> str:
        return step.label or text_of(step.size)

    yield from left_out("join", node, "steps", "漏了一种算法「{}」", "without the route 「{}」", label, _place)


def _routes_joined(_: Bench, node: core.Increment) -> Iterator[Change]:
    for other, zh, en in (("max", "就高", "the higher"), ("sum", "累加", "added up"), ("min", "就低", "the lower")):
        if other != node.join and len(node.steps) > 1:
            yield changed("join", node, f"几种算法改为{zh}", f"the routes {en}", join=other)


def _limit_left_out(_: Bench, node: core.Limit) -> Iterator[Change]:
    for at, limit in enumerate(node.bounds):
        kept = node.bounds[:at] + node.bounds[at + 1 :]
        what = "封顶" if limit.kind == "cap" else "保底"
        yield Change(
            "cap",
            evolve(node, bounds=kept) if kept else node.body,
            f"漏了{what}「{text_of(limit.limit)}」",
            f"without the {limit.kind} 「{text_of(limit.limit)}」",
            limit.span or limit.limit.span,
        )
        if limit.when is not None:
            yield changed(
                "cap",
                node,
                f"{what}「{text_of(limit.limit)}」漏了「{short_text(limit.when)}」时才适用",
                f"the {limit.kind} 「{text_of(limit.limit)}」 without 「{short_text(limit.when)}」",
                span=limit.when.span,
                bounds=replaced(node.bounds, at, evolve(limit, when=None)),
            )


def _picked(_: Bench, node: core.Pick) -> Iterator[Change]:
    higher = node.kind == "max"
    yield changed(
        "join",
        node,
        f"「{short_text(node)}」{'取高写成取低' if higher else '取低写成取高'}",
        f"「{short_text(node)}」: the {'lower' if higher else 'higher'}",
        kind="min" if higher else "max",
    )
    total: core.Expr = node.options[0].value
    for another in node.options[1:]:
        total = core.Apply("add", (total, another.value), type=node.type, span=node.span)
    yield Change("join", total, f"「{short_text(node)}」改为累加", f"「{short_text(node)}」 added up")


def _coarser(_: Bench, node: core.Round | core.Share) -> Iterator[Change]:
    if node.place is not None:
        zh, en = f"「{short_text(node)}」取整的位数多一位", f"「{short_text(node)}」 to ten times the place"
        yield changed("rounding", node, zh, en, place=node.place * 10)


# ---------------------------------------------------------------- operations

_OPERATIONS: Mapping[str, tuple[str, str, str]] = {
    "add": ("sub", "加写成减", "minus for plus"),
    "sub": ("add", "减写成加", "plus for minus"),
    "add_days": ("sub_days", "之后写成之前", "before for after"),
    "sub_days": ("add_days", "之前写成之后", "after for before"),
    "add_months": ("sub_months", "之后写成之前", "before for after"),
    "sub_months": ("add_months", "之前写成之后", "after for before"),
    "add_workdays": ("add_days", "工作日写成自然日", "days for working days"),
    "sub_workdays": ("sub_days", "工作日写成自然日", "days for working days"),
    "workdays_between": ("days_between", "工作日写成自然日", "days for working days"),
    "list_max": ("list_min", "最大写成最小", "the least for the greatest"),
    "list_min": ("list_max", "最小写成最大", "the greatest for the least"),
}


def _operation(_: Bench, node: core.Apply) -> Iterator[Change]:
    text = short_text(node)
    other, zh, en = _OPERATIONS.get(node.op, ("", "", ""))
    if other and (node.op not in ("add", "sub") or isinstance(strip(node.args[-1].type), Number)):
        # working days are counted by a calendar, which days do without
        args = node.args[:2] if "workdays" in node.op else node.args
        yield changed("operation", node, f"「{text}」{zh}", f"「{text}」: {en}", op=other, args=args)
    if node.op == "excess":
        yield Change(
            "operation", node.args[0], f"「{text}」漏了「超过…部分」", f"「{text}」: the whole for the part over"
        )
    elif node.op == "shortfall":
        yield Change(
            "operation", node.args[1], f"「{text}」漏了「不足…部分」", f"「{text}」: the whole for the part short"
        )
    elif node.op == "month_end":
        yield Change(
            "date", node.args[0], f"「{text}」漏了「月末」", f"「{text}」: the day itself for the end of its month"
        )


# ---------------------------------------------------------------- rows

_FOLDS: Mapping[core.Fold, core.Fold] = {
    "max": "min",
    "min": "max",
    "any": "all",
    "all": "any",
    "first": "last",
    "last": "first",
}


def _fold(_: Bench, node: core.Aggregate) -> Iterator[Change]:
    other = _FOLDS.get(node.fold)
    if other is not None:
        yield changed(
            "join",
            node,
            f"「{short_text(node)}」取法相反",
            f"「{short_text(node)}」: {other} for {node.fold}",
            fold=other,
        )
    where = node.where
    if where is not None and not isinstance(where, core.Every):
        zh, en = f"漏了「其中 {short_text(where)}」", f"without where 「{short_text(where)}」"
        yield changed("condition", node, zh, en, span=where.span, where=None)


def _among(_: Bench, node: core.Running | core.Previous | core.Rank | core.Share) -> Iterator[Change]:
    """All siblings for those that a filter leaves, those that have fewer keys in common for those of a group."""
    among = node.among
    left = [(among.where, "其中", "where", evolve(among, where=None))] if among.where is not None else []
    for at, key in enumerate(among.group):
        left.append((key, "同", "by", evolve(among, group=among.group[:at] + among.group[at + 1 :])))
    for gone, zh, en, others in left:
        yield changed(
            "siblings",
            node,
            f"「{short_text(node)}」漏了「{zh} {short_text(gone)}」",
            f"「{short_text(node)}」 without {en} 「{short_text(gone)}」",
            span=gone.span,
            among=others,
        )


def _keys(name: str, zh: str, en: str) -> Mistake:
    """A key that decides the other way round, or is forgotten where there are others; said as `zh` or `en` 「…」."""

    def mistake(_: Bench, node: Any) -> Iterator[Change]:
        keys: tuple[core.OrderKey, ...] = getattr(node, name)
        # the first row of one order is the last of its opposite, which is a change of its own
        turned = () if isinstance(node, core.Aggregate) and len(keys) == 1 else keys
        for at, key in enumerate(turned):
            wrong = "从低到高" if key.descending else "从高到低"
            yield changed(
                "siblings",
                node,
                f"{zh}「{short_text(key.value)}」写成{wrong}",
                f"{en} 「{short_text(key.value)}」 {'ascending' if key.descending else 'descending'}",
                span=key.value.span,
                **{name: replaced(keys, at, evolve(key, descending=not key.descending))},
            )
        for at, key in enumerate(keys if len(keys) > 1 else ()):
            yield changed(
                "siblings",
                node,
                f"{zh}漏了再按「{short_text(key.value)}」",
                f"{en} others without 「{short_text(key.value)}」",
                span=key.value.span,
                **{name: keys[:at] + keys[at + 1 :]},
            )

    return mistake


_MODES = {"half-up": "四舍五入", "up": "向上", "down": "向下"}
_TIES = {"same": "同名次后空出", "dense": "同名次后不空", "pending": "同名次待裁量"}
_REST = {"largest": "给最大的", "first": "给第一个", "last": "给最后一个"}
_KINDS = {"split": "分摊", "scale": "压减"}


def _mode(bench: Bench, node: core.Round) -> Iterator[Change]:
    words = {**_MODES, node.mode: "五成双"} if node.mode == "half-even" else _MODES
    yield from swapped("rounding", "mode", words, "「{0}」{1}写成{2}", "「{0}」: {2} for {1}")(bench, node)


def _remainder(bench: Bench, node: core.Share) -> Iterator[Change]:
    if node.place is not None:
        zh, en = "「{0}」余数{1}写成{2}", "「{0}」: what is left to the {2} for the {1}"
        yield from swapped("rounding", "remainder", _REST, zh, en)(bench, node)


MISTAKES: Mapping[type[core.Expr], tuple[Mistake, ...]] = {
    core.Const: (_literal,),
    core.Compare: (_comparison,),
    core.Every: (_every, _condition_left_out),
    core.Some: (_some, _condition_left_out),
    core.Not: (_not,),
    core.OneOf: (_one_of,),
    core.Has: (_denied,),
    core.Within: (_denied, forgotten("condition", "where", "漏了「其中 {}」", "without where 「{}」")),
    core.Choose: (_branch,),
    core.Bands: (_band, _band_left_out),
    core.Brackets: (_slice,),
    core.Increment: (
        _routes_joined,
        _route_left_out,
        opposite(
            "rounding",
            "started",
            {True: "不足一档的,改为按一档计", False: "不足一档的,改为不计"},
            {True: "a step begun counts", False: "a step begun does not count"},
        ),
        forgotten("cap", "most_steps", "漏了最多几档的限制", "without the limit on steps"),
        forgotten("rate", "at_start", "漏了起步的一笔", "without the amount at the start"),
    ),
    core.Limit: (_limit_left_out,),
    core.Pick: (_picked,),
    core.Round: (_mode, _coarser),
    core.Aggregate: (_fold, _keys("order", "先后", "in order of")),
    core.Apply: (_operation,),
    core.Running: (
        opposite(
            "siblings",
            "inclusive",
            {True: "「{}」此前写成至今", False: "「{}」至今写成此前"},
            {True: "「{}」: with this row", False: "「{}」: without this row"},
        ),
        _keys("order", "先后", "in order of"),
        _among,
    ),
    core.Previous: (_keys("order", "先后", "in order of"), _among),
    core.Rank: (
        _keys("keys", "名次", "ranked by"),
        swapped("siblings", "ties", _TIES, "「{0}」{1}写成{2}", "「{0}」: ties {2} for {1}"),
        _among,
    ),
    core.Share: (
        swapped("join", "kind", _KINDS, "「{0}」{1}写成{2}", "「{0}」: {2} for {1}"),
        _coarser,
        _remainder,
        _among,
    ),
}
"""The mistakes that could be made in each kind of expression."""
