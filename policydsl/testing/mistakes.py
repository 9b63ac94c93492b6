"""Owns the mistakes that a drafter could make in one expression: each a changed expression, with the words for the change.

One mechanism: a kind of node has its mistakes in `MISTAKES`. Most are one of three slips: a part left out, another word for the
right one (`_other`), the expression replaced by a part of itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, TypeVar

from attrs import evolve, field, frozen

from policydsl.core import program as core
from policydsl.core.types import BOOL, Number, strip
from policydsl.source import Span
from policydsl.testing.literals import moves, text_of
from policydsl.testing.places import Spotted
from policydsl.testing.written import Pen

T = TypeVar("T", bound=core.Expr)


@frozen(eq=False)
class Change:
    """A mistake: what kind it is, the expression as it would be, the words for it, and where, if not at the whole expression."""

    kind: str
    new: core.Expr = field(repr=False)
    zh: str
    en: str
    span: Span | None = field(default=None, repr=False)


@frozen(eq=False)
class Bench:
    """What a mistake is made with: the policy, the pen for its literals, and the expression around the one that is changed."""

    program: core.Program
    pen: Pen
    around: core.Expr | None


Mistake = Callable[[Bench, Any], Iterator[Change]]


def changes(program: core.Program, pen: Pen, place: Spotted) -> Iterator[Change]:
    """The mistakes that could be made in an expression."""
    bench = Bench(program, pen, place.turns[-1][0] if place.turns else None)
    for mistake in MISTAKES.get(type(place.node), ()):
        yield from mistake(bench, place.node)


# ---------------------------------------------------------------- the slips


def _short(node: object) -> str:
    text = text_of(node)
    return text if len(text) <= 24 else text[:23] + "…"


def _other(kind: str, node: T, zh: str, en: str, /, *, span: Span | None = None, **values: Any) -> Change:
    """The same expression but for some of what it says."""
    return Change(kind, evolve(node, **values), zh, en, span)


def _left_out(
    kind: str, node: T, name: str, zh: str, en: str, label: Callable[[Any], str], span: Callable[[Any], Span | None]
) -> Iterator[Change]:
    """The same expression without one of the parts `name`, of which at least one has to stay; `{}` is the label of what is left out."""
    parts = getattr(node, name)
    for at, part in enumerate(parts if len(parts) > 1 else ()):
        said = label(part)
        fewer = {name: parts[:at] + parts[at + 1 :]}
        yield Change(kind, evolve(node, **fewer), zh.format(said), en.format(said), span(part))


def _at(name: str, value: object) -> dict[str, Any]:
    return {name: value}


def _instead(items: tuple[Any, ...], at: int, item: Any) -> tuple[Any, ...]:
    return (*items[:at], item, *items[at + 1 :])


def _swapped(kind: str, name: str, words: Mapping[str, str], zh: str, en: str) -> Mistake:
    """Any other of the words that `name` may be: `words` are those, and how each is said in Chinese. `{}`: text, right, wrong."""

    def mistake(_: Bench, node: Any) -> Iterator[Change]:
        right = getattr(node, name)
        for wrong, said in words.items():
            if wrong != right and right in words:
                yield _other(
                    kind,
                    node,
                    zh.format(_short(node), words[right], said),
                    en.format(_short(node), right, wrong),
                    **_at(name, wrong),
                )

    return mistake


def _opposite(kind: str, name: str, zh: Mapping[bool, str], en: Mapping[bool, str]) -> Mistake:
    """Yes for no: `zh` and `en` by what it is wrongly."""

    def mistake(_: Bench, node: Any) -> Iterator[Change]:
        wrong = not getattr(node, name)
        yield _other(kind, node, zh[wrong].format(_short(node)), en[wrong].format(_short(node)), **_at(name, wrong))

    return mistake


def _forgotten(kind: str, name: str, zh: str, en: str) -> Mistake:
    """Without something that need not be there; `{}` is what is left out."""

    def mistake(_: Bench, node: Any) -> Iterator[Change]:
        gone = getattr(node, name)
        if gone is not None:
            yield _other(
                kind, node, zh.format(_short(gone)), en.format(_short(gone)), span=gone.span, **_at(name, None)
            )

    return mistake


# ---------------------------------------------------------------- literals and conditions


def _literal(bench: Bench, node: core.Const) -> Iterator[Change]:
    around = bench.around
    if isinstance(around, core.Brackets) and any(node is item.start or node is item.end for item in around.slices):
        return
    if isinstance(node.value, bool):
        if not isinstance(around, core.Compare):
            zh, en = f"「{node.text}」写成相反的", f"the opposite of 「{node.text}」"
            yield _other("condition", node, zh, en, value=not node.value)
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
    yield _other(kind, node, zh, en, op=_FLIPPED[node.op])


def _every(_: Bench, node: core.Every) -> Iterator[Change]:
    either = core.Some(node.parts, type=BOOL, span=node.span)
    yield Change("condition", either, f"「{_short(node)}」的「且」写成「或」", f"「{_short(node)}」: or for and")


def _some(_: Bench, node: core.Some) -> Iterator[Change]:
    least = node.at_least
    if least == 1 and len(node.parts) > 1:
        both = core.Every(node.parts, type=BOOL, span=node.span)
        yield Change("condition", both, f"「{_short(node)}」的「或」写成「且」", f"「{_short(node)}」: and for or")
    for other in (least - 1, least + 1):
        if 1 <= other <= len(node.parts) and (least > 1 or len(node.parts) > 2):
            zh, en = f"「至少 {least} 项」写成「至少 {other} 项」", f"at least {other} for at least {least}"
            yield _other("condition", node, zh, en, at_least=other)


def _condition_left_out(_: Bench, node: core.Every | core.Some) -> Iterator[Change]:
    yield from _left_out("condition", node, "parts", "漏了条件「{}」", "without the condition 「{}」", _said, _place)


def _said(node: core.Expr) -> str:
    return _short(node) or (node.name if isinstance(node, core.FieldRead | core.RuleRead) else type(node).__name__)


def _place(node: Any) -> Span | None:
    found: Span | None = node.span
    return found


def _one_of(_: Bench, node: core.OneOf) -> Iterator[Change]:
    text = _short(node).replace("{", "{{").replace("}", "}}")
    yield from _left_out(
        "condition", node, "options", f"「{text}」漏了「{{}}」", f"「{text}」 without 「{{}}」", text_of, _place
    )


def _not(_: Bench, node: core.Not) -> Iterator[Change]:
    yield Change("condition", node.part, f"漏了「非」:「{_short(node)}」", f"without not: 「{_short(node)}」")


def _denied(bench: Bench, node: core.Has | core.Within) -> Iterator[Change]:
    if isinstance(bench.around, core.Not):
        return
    opposite = core.Not(node, type=BOOL, span=node.span)
    yield Change("condition", opposite, f"「{_short(node)}」反过来", f"「{_short(node)}」 the other way round")


# ---------------------------------------------------------------- choices and bands


def _branch(_: Bench, node: core.Choose) -> Iterator[Change]:
    """A branch that never holds; one that always does, where there is another to take its place."""
    if node.form == "dated":
        return
    for at, case in enumerate(node.cases):
        label, where = case.label or _short(case.when), case.span or case.when.span
        always = node.form in ("if", "applies", "exceptions") and node.otherwise is not None
        for holds, zh, en in ((False, "从不成立", "never holds"), (True, "总是成立", "always holds"))[: 1 + always]:
            other = evolve(case, when=core.Const(holds, type=BOOL, span=case.when.span))
            yield _other(
                "condition",
                node,
                f"「{label}」这一支{zh}",
                f"the branch 「{label}」 {en}",
                span=where,
                cases=_instead(node.cases, at, other),
            )


def _band(_: Bench, node: core.Bands) -> Iterator[Change]:
    for at, band in enumerate(node.rows):
        word, other = ("含", "不含") if band.inclusive else ("不含", "含")
        bound = text_of(band.bound)
        yield _other(
            "inclusive",
            node,
            f"「{bound}({word})」写成「{bound}({other})」",
            f"「{bound}」 {'exclusive' if band.inclusive else 'inclusive'}",
            span=band.bound.span,
            rows=_instead(node.rows, at, evolve(band, inclusive=not band.inclusive)),
        )


def _band_left_out(_: Bench, node: core.Bands) -> Iterator[Change]:
    def label(band: core.Band) -> str:
        return _short(band) or text_of(band.bound)

    def where(band: core.Band) -> Span | None:
        return band.span or band.bound.span

    yield from _left_out("band", node, "rows", "漏了一档「{}」", "without the band 「{}」", label, where)


def _slice(bench: Bench, node: core.Brackets) -> Iterator[Change]:
    """The point where one slice ends and the next begins."""
    for at, (one, two) in enumerate(zip(node.slices, node.slices[1:], strict=False)):
        if not isinstance(two.start, core.Const):
            continue
        for moved, word in moves(bench.program, bench.pen, two.start):
            pair = (evolve(one, end=moved), evolve(two, start=moved))
            yield _other(
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

    yield from _left_out("join", node, "steps", "漏了一种算法「{}」", "without the route 「{}」", label, _place)


def _routes_joined(_: Bench, node: core.Increment) -> Iterator[Change]:
    for other, zh, en in (("max", "就高", "the higher"), ("sum", "累加", "added up"), ("min", "就低", "the lower")):
        if other != node.join and len(node.steps) > 1:
            yield _other("join", node, f"几种算法改为{zh}", f"the routes {en}", join=other)


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
            yield _other(
                "cap",
                node,
                f"{what}「{text_of(limit.limit)}」漏了「{_short(limit.when)}」时才适用",
                f"the {limit.kind} 「{text_of(limit.limit)}」 without 「{_short(limit.when)}」",
                span=limit.when.span,
                bounds=_instead(node.bounds, at, evolve(limit, when=None)),
            )


def _picked(_: Bench, node: core.Pick) -> Iterator[Change]:
    higher = node.kind == "max"
    yield _other(
        "join",
        node,
        f"「{_short(node)}」{'取高写成取低' if higher else '取低写成取高'}",
        f"「{_short(node)}」: the {'lower' if higher else 'higher'}",
        kind="min" if higher else "max",
    )
    total: core.Expr = node.options[0].value
    for another in node.options[1:]:
        total = core.Apply("add", (total, another.value), type=node.type, span=node.span)
    yield Change("join", total, f"「{_short(node)}」改为累加", f"「{_short(node)}」 added up")


def _coarser(_: Bench, node: core.Round | core.Share) -> Iterator[Change]:
    if node.place is not None:
        zh, en = f"「{_short(node)}」取整的位数多一位", f"「{_short(node)}」 to ten times the place"
        yield _other("rounding", node, zh, en, place=node.place * 10)


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
    text = _short(node)
    other, zh, en = _OPERATIONS.get(node.op, ("", "", ""))
    if other and (node.op not in ("add", "sub") or isinstance(strip(node.args[-1].type), Number)):
        # working days are counted by a calendar, which days do without
        args = node.args[:2] if "workdays" in node.op else node.args
        yield _other("operation", node, f"「{text}」{zh}", f"「{text}」: {en}", op=other, args=args)
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
        yield _other(
            "join", node, f"「{_short(node)}」取法相反", f"「{_short(node)}」: {other} for {node.fold}", fold=other
        )
    where = node.where
    if where is not None and not isinstance(where, core.Every):
        zh, en = f"漏了「其中 {_short(where)}」", f"without where 「{_short(where)}」"
        yield _other("condition", node, zh, en, span=where.span, where=None)


def _among(_: Bench, node: core.Running | core.Previous | core.Rank | core.Share) -> Iterator[Change]:
    """All siblings for those that a filter leaves, those that have fewer keys in common for those of a group."""
    among = node.among
    left = [(among.where, "其中", "where", evolve(among, where=None))] if among.where is not None else []
    for at, key in enumerate(among.group):
        left.append((key, "同", "by", evolve(among, group=among.group[:at] + among.group[at + 1 :])))
    for gone, zh, en, others in left:
        yield _other(
            "siblings",
            node,
            f"「{_short(node)}」漏了「{zh} {_short(gone)}」",
            f"「{_short(node)}」 without {en} 「{_short(gone)}」",
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
            yield _other(
                "siblings",
                node,
                f"{zh}「{_short(key.value)}」写成{wrong}",
                f"{en} 「{_short(key.value)}」 {'ascending' if key.descending else 'descending'}",
                span=key.value.span,
                **_at(name, _instead(keys, at, evolve(key, descending=not key.descending))),
            )
        for at, key in enumerate(keys if len(keys) > 1 else ()):
            yield _other(
                "siblings",
                node,
                f"{zh}漏了再按「{_short(key.value)}」",
                f"{en} others without 「{_short(key.value)}」",
                span=key.value.span,
                **_at(name, keys[:at] + keys[at + 1 :]),
            )

    return mistake


_MODES = {"half-up": "四舍五入", "up": "向上", "down": "向下"}
_TIES = {"same": "同名次后空出", "dense": "同名次后不空", "pending": "同名次待裁量"}
_REST = {"largest": "给最大的", "first": "给第一个", "last": "给最后一个"}
_KINDS = {"split": "分摊", "scale": "压减"}


def _mode(bench: Bench, node: core.Round) -> Iterator[Change]:
    words = {**_MODES, node.mode: "五成双"} if node.mode == "half-even" else _MODES
    yield from _swapped("rounding", "mode", words, "「{0}」{1}写成{2}", "「{0}」: {2} for {1}")(bench, node)


def _remainder(bench: Bench, node: core.Share) -> Iterator[Change]:
    if node.place is not None:
        zh, en = "「{0}」余数{1}写成{2}", "「{0}」: what is left to the {2} for the {1}"
        yield from _swapped("rounding", "remainder", _REST, zh, en)(bench, node)


MISTAKES: Mapping[type[core.Expr], tuple[Mistake, ...]] = {
    core.Const: (_literal,),
    core.Compare: (_comparison,),
    core.Every: (_every, _condition_left_out),
    core.Some: (_some, _condition_left_out),
    core.Not: (_not,),
    core.OneOf: (_one_of,),
    core.Has: (_denied,),
    core.Within: (_denied, _forgotten("condition", "where", "漏了「其中 {}」", "without where 「{}」")),
    core.Choose: (_branch,),
    core.Bands: (_band, _band_left_out),
    core.Brackets: (_slice,),
    core.Increment: (
        _routes_joined,
        _route_left_out,
        _opposite(
            "rounding",
            "started",
            {True: "不足一档的,改为按一档计", False: "不足一档的,改为不计"},
            {True: "a step begun counts", False: "a step begun does not count"},
        ),
        _forgotten("cap", "most_steps", "漏了最多几档的限制", "without the limit on steps"),
        _forgotten("rate", "at_start", "漏了起步的一笔", "without the amount at the start"),
    ),
    core.Limit: (_limit_left_out,),
    core.Pick: (_picked,),
    core.Round: (_mode, _coarser),
    core.Aggregate: (_fold, _keys("order", "先后", "in order of")),
    core.Apply: (_operation,),
    core.Running: (
        _opposite(
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
        _swapped("siblings", "ties", _TIES, "「{0}」{1}写成{2}", "「{0}」: ties {2} for {1}"),
        _among,
    ),
    core.Share: (
        _swapped("join", "kind", _KINDS, "「{0}」{1}写成{2}", "「{0}」: {2} for {1}"),
        _coarser,
        _remainder,
        _among,
    ),
}
"""The mistakes that could be made in each kind of expression."""
