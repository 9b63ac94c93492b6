"""Owns functions: which word means what, and those of values: rounding, days, bounds of decisions, what is unmet. Folds over rows are in `folds`."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from policydsl.check import refer
from policydsl.check.folds import fold_rows, listed_values, of_list
from policydsl.check.frames import Frames, RowFrame
from policydsl.check.guards import wholly
from policydsl.core import program as core
from policydsl.core.types import BOOL, DATE, NEVER, TEXT, Date, ListOf, Moment, Never, Number, Optional, Type
from policydsl.core.units import PLAIN, base
from policydsl.source import Span
from policydsl.syntax import tree
from policydsl.syntax.keywords import BY_ID, RELATIONS

if TYPE_CHECKING:
    from policydsl.check.infer import Checker


RoundMode = Literal["half-up", "up", "down", "half-even"]
ROUNDINGS: dict[str, RoundMode] = {
    "F_HALF_UP": "half-up",
    "F_UP": "up",
    "F_DOWN": "down",
    "F_EVEN": "half-even",
    "R_HALF_UP": "half-up",
    "R_UP": "up",
    "R_DOWN": "down",
    "R_EVEN": "half-even",
}
_WHOLE_MONTHS, _WHOLE_DAYS, _COUNT = Number(base("月"), True), Number(base("天"), True), Number(PLAIN, True)
_ON_DATES: dict[str, tuple[str, tuple[str, ...], Type]] = {
    "F_YEARS": ("years_between", ("date", "date"), _WHOLE_MONTHS),
    "F_MONTHS": ("months_between", ("date", "date"), _WHOLE_MONTHS),
    "F_DAYS": ("days_between", ("date", "date"), _WHOLE_DAYS),
    "F_YEAR_OF": ("year_of", ("date",), _COUNT),
    "F_MONTH_OF": ("month_of", ("date",), _COUNT),
    "F_DAY_OF": ("day_of", ("date",), _COUNT),
    "F_DATE": ("date_of", ("number", "number", "number"), DATE),
    "F_MONTH_END": ("month_end", ("date",), DATE),
    "F_OVERLAP": ("overlap_days", ("date", "date", "date", "date"), _WHOLE_DAYS),
}
_PLACES = ("位小数", "位", "places", "place", "decimals")
_WHOLE = ("整数", "whole", "integer", "个位")


def function(checker: Checker, node: tree.Function, frames: Frames, expected: Type | None) -> core.Expr:
    """The core expression of a function word with its arguments."""
    word = BY_ID[node.word].spelling(checker.scope.language)
    if node.word in ROUNDINGS:
        if len(node.args) != 2:
            return checker.report("wrong-arguments", node.span, function=word, expected=2, found=len(node.args))
        body = checker.number(node.args[0], frames)
        place = _place_of(node.args[1])
        if place is None:
            return checker.report(
                "round-place", node.args[1].span, found=node.args[1].span.text, expected=checker.say(body.type)
            )
        return rounded(checker, ROUNDINGS[node.word], body, place, node.span, Fraction(1))
    if node.word == "F_ABS":
        if len(node.args) != 1:
            return checker.report("wrong-arguments", node.span, function=word, expected=1, found=len(node.args))
        body = checker.number(node.args[0], frames)
        return core.Apply("abs", (body,), type=body.type, span=node.span)
    if node.word == "F_HAS":
        if len(node.args) != 1:
            return checker.report("wrong-arguments", node.span, function=word, expected=1, found=len(node.args))
        body = checker.expr(node.args[0], wholly(frames))
        if not isinstance(body.type, Optional | Never):
            return checker.report("has-needs-none", node.args[0].span, name=node.args[0].span.text)
        return core.Has(body, type=BOOL, span=node.span)
    if node.word in _ON_DATES:
        return _on_dates(checker, node, frames, word)
    if node.word == "F_WORKDAYS":
        if len(node.args) != 2:
            return checker.report("wrong-arguments", node.span, function=word, expected=2, found=len(node.args))
        ends = tuple(checker.there(arg, checker.expr(arg, frames), frames) for arg in node.args)
        for end, arg in zip(ends, node.args, strict=True):
            if not isinstance(end.type, Date | Never):
                return checker.report("date-expected", arg.span, found=checker.say(end.type))
        return working_days(checker, "workdays_between", ends, Number(base("工作日"), True), node.span)
    if node.word in ("F_CEILING", "F_BASEMENT"):
        return _bound_of(checker, node, frames, word)
    if node.word == "F_UNMET":
        return _unmet(checker, node, frames, word)
    first = node.args[0]
    entity = checker.scope.entity(first.path[0].text) if isinstance(first, tree.Reference) and not first.this else None
    if entity is not None and len(node.args) == 1 and isinstance(first, tree.Reference) and first.keys is None:
        return fold_rows(checker, node, first, frames, word)
    if node.all_rows or node.where or node.satisfies or node.of_each:
        name = first.span.text
        return checker.report("not-rows", first.span, name=name, close=checker.scope.close_to(name.split(".")[0], None))
    if len(node.args) == 1:
        listed = checker.expr(first, frames)
        if isinstance(listed.type, ListOf):
            return of_list(checker, node, listed, word)
    return listed_values(checker, node, frames, expected, word)


def _on_dates(checker: Checker, node: tree.Function, frames: Frames, word: str) -> core.Expr:
    op, wanted, result = _ON_DATES[node.word]
    if len(node.args) != len(wanted):
        return checker.report("wrong-arguments", node.span, function=word, expected=len(wanted), found=len(node.args))
    args: list[core.Expr] = []
    for arg, kind in zip(node.args, wanted, strict=True):
        found = checker.there(arg, checker.expr(arg, frames), frames)
        if kind == "date" and not isinstance(found.type, Date | Moment | Never):
            if isinstance(found.type, Optional):
                return checker.may_be_none(arg, found.type)
            return checker.report("date-expected", arg.span, found=checker.say(found.type))
        if kind == "number" and not isinstance(found.type, Number | Never):
            return checker.report("number-expected", arg.span, found=checker.say(found.type))
        if kind == "date" and args:
            # a day and a moment of a day are never taken for one another
            checker.agree(args[0], found, arg.span, word)
        args.append(found)
    return core.Apply(op, tuple(args), type=result, span=node.span)


def working_days(checker: Checker, op: str, args: tuple[core.Expr, ...], type_: Type, where: Span) -> core.Expr:
    """An operation on working days, by the calendar that the policy gives."""
    calendars = list(checker.scope.calendars.values())
    if len(calendars) != 1:
        return checker.report("calendar-needed", where, count=len(calendars))
    node = calendars[0]
    checker.used.add(("", node.name.text))
    if node.first is None or node.last is None:
        return core.Pending("", type=NEVER, span=where)
    data = (node.first, node.last, node.holidays, node.make_up)
    calendar = core.Const(data, node.name.text, type=ListOf(DATE), span=node.name.span)
    return core.Apply(op, (*args, calendar), type=type_, span=where)


def _bound_of(checker: Checker, node: tree.Function, frames: Frames, word: str) -> core.Expr:
    """上限(裁量), 下限(裁量): the least or most that a human decision may be, computable while it is pending."""
    first = node.args[0]
    found = checker.expr(first, frames)
    if len(node.args) != 1 or not isinstance(found, core.FieldRead) or not isinstance(found.row, core.Here):
        return checker.report("bound-of-decision", first.span, function=word, name=first.span.text)
    item = checker.scope.entities[found.entity]
    wanted = "le" if node.word == "F_CEILING" else "ge"
    edges = [edge for edge in item.bounds.get(found.name, ()) if RELATIONS.get(edge.word) == wanted]
    if item.fields[found.name].decision is None or not edges:
        return checker.report("bound-of-decision", first.span, function=word, name=first.span.text)
    values = tuple(core.Option(edge.bound.span.text, checker.expr(edge.bound, frames)) for edge in edges)
    if len(values) == 1:
        return values[0].value
    return core.Pick("min" if wanted == "le" else "max", values, type=values[0].value.type, span=node.span)


def _unmet(checker: Checker, node: tree.Function, frames: Frames, word: str) -> core.Expr:
    """未满足(条件组): the names of the items that do not hold."""
    first = node.args[0]
    row = next((frame for frame in frames if isinstance(frame, RowFrame)), None)
    item = checker.scope.entities[row.entity] if row is not None else None
    name = item.owns(first.path[0].text) if item is not None and isinstance(first, tree.Reference) else None
    draft = item.drafts.get(name) if item is not None and name is not None else None
    if (
        item is None
        or draft is None
        or not isinstance(draft.node, tree.Conditions | tree.ItemLine)
        or not draft.node.items
    ):
        return checker.report("unmet-of-conditions", first.span, function=word, name=first.span.text)
    depth = frames.index(row) if row is not None else 0
    options = tuple(
        core.Option(
            part.name.text, refer.read(checker, core.Here(depth), item, tree.Name(part.name.text, span=first.span))
        )
        for part in _leaves(draft.node.items)
    )
    return core.UnmetTasks(options, type=ListOf(TEXT), span=node.span)


def _leaves(items: tuple[tree.ItemLine, ...]) -> list[tree.ItemLine]:
    found: list[tree.ItemLine] = []
    for item in items:
        found += _leaves(item.items) if item.items else [item]
    return found


def _place_of(node: tree.Expr) -> tree.Quantity | None:
    if isinstance(node, tree.Quantity):
        return node
    if isinstance(node, tree.Reference) and len(node.path) == 1 and node.keys is None:
        return tree.Quantity(Fraction(1), node.path[0].text, "", span=node.span)
    return None


def rounded(
    checker: Checker, mode: RoundMode, body: core.Expr, place: tree.Quantity, where: Span, shown: Fraction
) -> core.Expr:
    """`body` rounded to `place`; `shown` is the size of the unit in which the value is shown, for places given in decimals."""
    if isinstance(body.type, Never):
        return body
    if not isinstance(body.type, Number):
        return checker.report("number-expected", where, found=checker.say(body.type))
    size: Fraction
    if place.unit in _PLACES:
        size = shown / Fraction(10) ** int(place.number)
    elif place.unit in _WHOLE:
        size = shown
    else:
        measure = checker.scope.measures.parse(place.unit)
        # 元/月 is rounded to 分, that is to 分/月
        each = (
            measure is not None and shown == 1 and all(power < 0 for _, power in (body.type.unit / measure.unit).powers)
        )
        if measure is None or (
            measure.unit != body.type.unit and not each and not (measure.unit.plain and place.unit in ("", "%", "‰"))
        ):
            return checker.report("round-place", place.span, found=place.span.text, expected=checker.say(body.type))
        size = place.number * measure.size
    if size <= 0:
        return checker.report("round-place", place.span, found=place.span.text, expected=checker.say(body.type))
    line = next(word for word, meant in ROUNDINGS.items() if meant == mode and word.startswith("R_"))
    words = BY_ID[line].spelling(checker.scope.language), place.span.text
    text = checker.scope.words("{}到{}", "{} to the {}").format(*words)
    return core.Round(mode, size, body, text, type=Number(body.type.unit), span=where)
