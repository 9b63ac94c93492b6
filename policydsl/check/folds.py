"""Owns folds over rows, the same words over listed values, and membership in a column."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from policydsl.check import refer
from policydsl.check.frames import Frames, RowFrame
from policydsl.check.guards import knowing
from policydsl.check.keys import in_order
from policydsl.core import program as core
from policydsl.core.types import (
    BOOL,
    NEVER,
    TEXT,
    Bool,
    Date,
    ListOf,
    Member,
    Moment,
    Never,
    Number,
    Optional,
    Reference,
    Type,
    strip,
)
from policydsl.core.units import PLAIN, base
from policydsl.core.values import exact
from policydsl.source import Span
from policydsl.syntax import tree
from policydsl.syntax.keywords import BY_ID

if TYPE_CHECKING:
    from policydsl.check.infer import Checker


_FOLDS: dict[str, core.Fold] = {
    "F_COUNT": "count",
    "F_SUM": "sum",
    "F_MAX": "max",
    "F_MIN": "min",
    "F_MEAN": "mean",
    "F_ANY": "any",
    "F_ALL": "all",
    "F_DISTINCT": "distinct",
    "F_LIST": "list",
    "F_FIRST": "first",
    "F_LAST": "last",
    "F_NTH": "list",
    "F_COVERED": "list",
}


def of_list(checker: Checker, node: tree.Function, listed: core.Expr, word: str) -> core.Expr:
    """合计(月收入) and the like over the values of one list."""
    assert isinstance(listed.type, ListOf)
    inner = listed.type.of
    ops = {
        "F_SUM": "list_sum",
        "F_MAX": "list_max",
        "F_MIN": "list_min",
        "F_MEAN": "list_mean",
        "F_COUNT": "list_count",
    }
    op = ops.get(node.word)
    if op == "list_count":
        return core.Apply(op, (listed,), type=Number(PLAIN, True), span=node.span)
    if op is None or not isinstance(inner, Number):
        return checker.report("number-expected", node.args[0].span, found=checker.say(listed.type))
    type_ = Number(inner.unit) if op == "list_mean" else inner
    return core.Apply(op, (listed,), type=type_, span=node.span)


def rows_of(checker: Checker, entity: str, frames: Frames, everyone: bool, where: Span) -> core.Rows | None:
    """The rows that an entity's name stands for in a fold: those of the row at hand, or all."""
    if everyone:
        return core.AllRows(entity)
    ancestors = tuple(checker.scope.ancestors(entity))
    for depth, frame in enumerate(frames):
        if isinstance(frame, RowFrame) and frame.entity in ancestors:
            if checker.scope.entities[frame.entity].node.singleton and ancestors[0] != frame.entity:
                return core.AllRows(entity)
            if not _next_below(checker, frame.entity, entity, where):
                return None
            return core.Children(core.Here(depth), entity)
    own = next((frame.entity for frame in frames if isinstance(frame, RowFrame)), None)
    if own is not None and checker.scope.entities[own].node.singleton:
        return core.AllRows(entity)
    for depth, frame in enumerate(frames):
        if not isinstance(frame, RowFrame):
            continue
        row: core.RowRef = core.Here(depth)
        for owner in checker.scope.ancestors(frame.entity):
            row = core.Owner(row, owner)
            if owner in ancestors:
                if checker.scope.entities[owner].node.singleton and ancestors[0] != owner:
                    return core.AllRows(entity)
                return core.Children(row, entity) if _next_below(checker, owner, entity, where) else None
    checker.report(
        "rows-of-whom",
        where,
        f"{BY_ID['ALL_ROWS'].spelling(checker.scope.language)} {where.text}",
        entity=entity,
        own=own or "",
    )
    return None


def _next_below(checker: Checker, above: str, entity: str, where: Span) -> bool:
    """Whether the rows of an entity belong to rows of `above` themselves; a finding where others stand between."""
    scope = checker.scope
    owners = list(scope.ancestors(entity))
    between = owners[: owners.index(above)]
    if not between:
        return True
    total, count = (BY_ID[word].spelling(scope.language) for word in ("F_SUM", "F_COUNT"))
    shown = f"{total}({between[0]}: {count}({entity}))"
    checker.report("rows-below-rows", where, entity=entity, own=above, between=between[0], shown=shown)
    return False


def fold_rows(checker: Checker, node: tree.Function, first: tree.Reference, frames: Frames, word: str) -> core.Expr:
    scope = checker.scope
    fold = _FOLDS[node.word]
    entity = scope.entity(first.path[0].text)
    assert entity is not None
    checker.used.add(("", entity.name))
    rows = rows_of(checker, entity.name, frames, node.all_rows, first.span)
    if rows is None:
        return core.Pending("", type=NEVER, span=node.span)
    inner: Frames = (RowFrame(entity.name, rows), *frames)
    where = checker.condition(node.where, inner) if node.where is not None else None
    inner = knowing(inner, node.where) if node.where is not None else inner
    body: core.Expr | None = None
    if node.of_each is not None:
        body = checker.expr(node.of_each, inner)
        if len(first.path) > 1:
            checker.report("wrong-arguments", first.span, function=word, expected=1, found=2)
    elif len(first.path) > 1:
        rest = tree.Reference(first.path[1:], None, span=first.span)
        body = refer.walk(checker, rest, 0, (core.Here(0), entity.name), inner)
    empty = checker.expr(node.if_empty, frames) if node.if_empty is not None else None
    order = in_order(checker, node.order, inner)
    if node.nth is not None and node.word != "F_NTH":
        checker.report("line-out-of-place", node.nth.span, line=node.nth.span.text)
    if node.to_each is not None and node.word != "F_COVERED":
        checker.report("wrong-arguments", node.to_each.span, function=word, expected=1, found=2)
    if node.word == "F_NTH":
        return _nth(checker, node, rows, where, body, order, empty, frames, word)
    if node.word == "F_COVERED":
        return _covered(checker, node, rows, where, body, inner, word)
    if order and fold not in ("first", "last"):
        where_said = node.order[0][0].span
        checker.report("line-out-of-place", where_said, line=where_said.text)
    if fold in ("any", "all"):
        if node.satisfies is not None:
            body = checker.condition(node.satisfies, inner)
        elif body is None and fold == "any":
            body = core.Const(True, "", type=BOOL, span=node.span)
        if body is None:
            return checker.report("fold-needs-condition", node.span, function=word)
        if not isinstance(body.type, Bool | Never):
            return checker.report("not-a-condition", first.span, found=checker.say(body.type))
        return core.Aggregate(fold, rows, where, body, None, type=BOOL, span=node.span)
    if node.satisfies is not None:
        checker.report("line-out-of-place", node.satisfies.span, line=node.satisfies.span.text)
    if fold == "count":
        if body is not None:
            if isinstance(body.type, Bool) and where is None:
                where = body
            elif not isinstance(body.type, Never):
                return checker.report("count-of-rows", first.span, entity=entity.name)
        unit = base(entity.counted_in) if entity.counted_in else PLAIN
        measure = scope.measures.parse(entity.counted_in) if entity.counted_in else None
        unit = measure.unit if measure is not None else unit
        return core.Aggregate("count", rows, where, None, None, type=Number(unit, True), span=node.span)
    if body is None:
        if fold in ("list", "distinct"):
            key = next((item for item in entity.fields.values() if item.key), None)
            if key is not None:
                body = refer.read(checker, core.Here(0), entity, tree.Name(key.name, span=first.span))
        if body is None:
            return checker.report("fold-needs-column", first.span, function=word, entity=entity.name)
    inner_type = strip(body.type)
    match fold:
        case "distinct":
            unit = PLAIN
            if isinstance(inner_type, Reference):
                counted = scope.entities[inner_type.entity].counted_in
                measure = scope.measures.parse(counted) if counted else None
                unit = measure.unit if measure is not None else PLAIN
            return core.Aggregate("distinct", rows, where, body, None, type=Number(unit, True), span=node.span)
        case "list":
            return core.Aggregate("list", rows, where, body, None, type=ListOf(inner_type), span=node.span)
        case "first" | "last":
            if empty is None:
                return _empty_missing(checker, node, inner_type, word)
            type_ = checker.common(((body, first.span), (empty, node.if_empty.span if node.if_empty else node.span)))
            return core.Aggregate(fold, rows, where, body, empty, order, type=type_, span=node.span)
        case "sum":
            if not isinstance(inner_type, Number | Never):
                return checker.report("number-expected", first.span, found=checker.say(inner_type))
            return core.Aggregate("sum", rows, where, body, None, type=inner_type, span=node.span)
        case _:
            allowed = Number | Never if fold == "mean" else Number | Date | Moment | Never
            if not isinstance(inner_type, allowed):
                return checker.report("number-expected", first.span, found=checker.say(inner_type))
            if empty is None:
                return _empty_missing(checker, node, inner_type, word)
            type_ = checker.common(((body, first.span), (empty, node.if_empty.span if node.if_empty else node.span)))
            if fold == "mean" and isinstance(strip(type_), Number):
                type_ = Number(strip(type_).unit)  # type: ignore[union-attr]
            return core.Aggregate(
                fold,
                rows,
                where,
                body,
                empty,
                type=strip(type_) if not isinstance(empty.type, Optional) else type_,
                span=node.span,
            )


def _empty_missing(checker: Checker, node: tree.Function, type_: Type, word: str) -> core.Expr:
    """A finding, with the call that says what holds where there are no rows."""
    text, instead = " ".join(node.span.text.split()), checker.usual(type_)
    empty = f"{BY_ID['IF_EMPTY'].spelling(checker.scope.language)} {instead}"
    mend = f"{text[:-1].rstrip()} {empty})" if text.endswith(")") and instead != "…" else None
    return checker.report("aggregate-empty-missing", node.span, mend, function=word, empty=empty)


def _nth(
    checker: Checker,
    node: tree.Function,
    rows: core.Rows,
    where: core.Expr | None,
    body: core.Expr | None,
    order: tuple[core.OrderKey, ...],
    empty: core.Expr | None,
    frames: Frames,
    word: str,
) -> core.Expr:
    """第几条(x 依 k 第 n 无则 v): where there are n rows, the nth of the list of values in the order of the list of keys."""
    first = node.args[0]
    if body is None or node.nth is None:
        return checker.report(
            "fold-needs-column" if body is None else "nth-missing", first.span, function=word, entity=first.span.text
        )
    if empty is None:
        return _empty_missing(checker, node, body.type, word)
    if isinstance(body.type, Optional):
        return checker.report("none-in-arithmetic", first.span, found=first.span.text)
    place = checker.number(node.nth, frames)
    if isinstance(place.type, Number) and not place.type.unit.plain:
        return checker.report("number-expected", node.nth.span, found=checker.say(place.type))
    type_ = checker.common(((body, first.span), (empty, node.if_empty.span if node.if_empty else node.span)))
    values = core.Aggregate("list", rows, where, body, None, type=ListOf(body.type), span=first.span)
    count = core.Aggregate("count", rows, where, None, None, type=Number(PLAIN, True), span=node.span)
    enough = core.Compare("ge", count, place, "≥", type=BOOL, span=node.nth.span)
    found: core.Expr
    if not order:
        found = core.Apply("list_at", (values, place), type=body.type, span=node.span)
    else:
        keys = [
            core.Aggregate("list", rows, where, key.value, None, type=ListOf(key.value.type), span=key.value.span)
            for key in order
        ]
        # how each key stands in line: whether the highest comes first, and the words of its 名录 in order
        line = tuple((key.descending, _members(checker, key.value.type)) for key in order)
        said = core.Const(line, type=ListOf(TEXT), span=node.span)
        found = core.Apply("list_nth", (values, *keys, place, said), type=body.type, span=node.span)
    case = core.Case(enough, found, span=node.span)
    return core.Choose("first", (case,), empty, "if", type=type_, span=node.span)


def _members(checker: Checker, type_: Type) -> tuple[str, ...]:
    return checker.scope.rolls[type_.roll].members if isinstance(type_, Member) else ()


def _covered(
    checker: Checker,
    node: tree.Function,
    rows: core.Rows,
    where: core.Expr | None,
    body: core.Expr | None,
    inner: Frames,
    word: str,
) -> core.Expr:
    """覆盖天数(经历: 起, 止): the days that at least one of the periods covers."""
    if body is None or node.to_each is None or node.of_each is None:
        return checker.report("wrong-arguments", node.span, function=word, expected=2, found=0 if body is None else 1)
    ends = checker.expr(node.to_each, inner)
    for value, written in ((body, node.of_each), (ends, node.to_each)):
        if not isinstance(value.type, Date | Moment | Never):
            return checker.report("date-expected", written.span, found=checker.say(value.type))
    lists = tuple(
        core.Aggregate("list", rows, where, value, None, type=ListOf(value.type), span=written.span)
        for value, written in ((body, node.of_each), (ends, node.to_each))
    )
    return core.Apply("covered_days", lists, type=Number(base("天"), True), span=node.span)


def listed_values(checker: Checker, node: tree.Function, frames: Frames, expected: Type | None, word: str) -> core.Expr:
    """合计(a, b), 最大(a, b), 任一(p, q): the same words over values written one by one."""
    if node.word in ("F_ANY", "F_ALL"):
        parts = tuple(checker.condition(arg, frames) for arg in node.args)
        kind = core.Some if node.word == "F_ANY" else core.Every
        return kind(parts, type=BOOL, span=node.span)
    if node.word == "F_COUNT" and len(node.args) > 1:
        return _how_many(checker, node, frames)
    if node.word not in ("F_SUM", "F_MAX", "F_MIN", "F_MEAN"):
        name = node.args[0].span.text
        return checker.report(
            "not-rows", node.args[0].span, name=name, close=checker.scope.close_to(name.split(".")[0], None)
        )
    found = [(checker.expr(arg, frames, expected), arg.span) for arg in node.args]
    if len(found) == 1 and isinstance(strip(found[0][0].type), Number):
        return checker.report("not-rows", node.args[0].span, name=node.args[0].span.text, close="")
    type_ = checker.common(tuple(found))
    if isinstance(type_, Never):
        return core.Pending("", type=NEVER, span=node.span)
    if node.word in ("F_MAX", "F_MIN"):
        if not isinstance(strip(type_), Number | Date | Moment):
            return checker.report("number-expected", node.span, found=checker.say(type_))
        options = tuple(core.Option(where.text, value) for value, where in found)
        return core.Pick("max" if node.word == "F_MAX" else "min", options, type=type_, span=node.span)
    if not isinstance(type_, Number):
        return checker.report("number-expected", node.span, found=checker.say(type_))
    total = found[0][0]
    for value, where in found[1:]:
        total = core.Apply("add", (total, value), type=type_, span=node.args[0].span.to(where))
    if node.word == "F_MEAN":
        share = core.Const(exact(Fraction(len(found))), str(len(found)), type=Number(PLAIN, True), span=node.span)
        return core.Apply("div", (total, share), type=Number(type_.unit), span=node.span)
    return total


def _how_many(checker: Checker, node: tree.Function, frames: Frames) -> core.Expr:
    """计数(p, q, r): how many of the conditions hold."""
    whole = Number(PLAIN, True)
    total: core.Expr | None = None
    for arg in node.args:
        when = checker.condition(arg, frames)
        one, none = (core.Const(value, str(value), type=whole, span=arg.span) for value in (1, 0))
        held = core.Choose("first", (core.Case(when, one, span=arg.span),), none, "if", type=whole, span=arg.span)
        total = held if total is None else core.Apply("add", (total, held), type=whole, span=node.span)
    assert total is not None
    return total


def within(checker: Checker, node: tree.Among, item: core.Expr, frames: Frames) -> core.Expr:
    """`x 在 对象.列`: membership in a column of another table, or in a list that a rule gives."""
    options = node.options
    assert isinstance(options, tree.Reference)
    entity = checker.scope.entity(options.path[0].text)
    if entity is None or options.this or len(options.path) < 2 or options.keys is not None:
        found = checker.expr(options, frames)
        if isinstance(found.type, ListOf):
            checker.report("list-membership", options.span, name=options.span.text)
        elif not isinstance(found.type, Never):
            checker.report("not-rows", options.span, name=options.span.text, close="")
        return core.Pending("", type=NEVER, span=node.span)
    checker.used.add(("", entity.name))
    ancestors = tuple(checker.scope.ancestors(entity.name))
    rows: core.Rows = core.AllRows(entity.name)
    for depth, frame in enumerate(frames):
        if isinstance(frame, RowFrame) and frame.entity in ancestors:
            if checker.scope.entities[frame.entity].node.singleton and ancestors[0] != frame.entity:
                break
            if not _next_below(checker, frame.entity, entity.name, options.span):
                return core.Pending("", type=NEVER, span=node.span)
            rows = core.Children(core.Here(depth), entity.name)
            break
    inner: Frames = (RowFrame(entity.name, rows), *frames)
    rest = tree.Reference(options.path[1:], None, span=options.span)
    column = refer.walk(checker, rest, 0, (core.Here(0), entity.name), inner)
    checker.agree(item, column, node.span, BY_ID["IN"].spelling(checker.scope.language))
    return core.Within(item, rows, column, type=BOOL, span=node.span)
