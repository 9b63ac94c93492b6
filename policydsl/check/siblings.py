"""Owns a row among its siblings: running totals, the previous row, in turn up to a limit, ranking, sharing and scaling down."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from policydsl.check import functions
from policydsl.check.frames import Frames, RowFrame
from policydsl.check.guards import knowing
from policydsl.check.keys import in_common, in_order
from policydsl.core import program as core
from policydsl.core.types import NEVER, Number, Optional, Type, strip
from policydsl.core.units import PLAIN
from policydsl.syntax import tree
from policydsl.syntax.keywords import BY_ID

if TYPE_CHECKING:
    from policydsl.check.infer import Checker


def ordered(checker: Checker, node: tree.Ordered, frames: Frames) -> core.Expr:
    """The core expression of 至今合计, 此前合计, 上一条, 依次, 名次, 分摊, 压减."""
    row = next((frame for frame in frames if isinstance(frame, RowFrame)), None)
    if row is None or row.rows is not None:
        return checker.report("siblings-in-fold", node.span)
    entity = checker.scope.entities[row.entity]
    if entity.node.singleton:
        return checker.report("siblings-of-singleton", node.span, entity=row.entity)
    inner: Frames = (RowFrame(row.entity),)
    among = core.Siblings(
        row.entity,
        entity.owner is not None and not node.all_rows,
        checker.condition(node.where, inner) if node.where is not None else None,
        in_common(checker, node.group, inner),
    )
    inner = knowing(inner, node.where) if node.where is not None else inner
    order = in_order(checker, node.order, inner)
    match node.kind:
        case "O_RUNNING" | "O_BEFORE":
            assert node.subject is not None
            body = checker.number(node.subject, inner)
            return core.Running(among, body, order, node.kind == "O_RUNNING", type=body.type, span=node.span)
        case "O_PREVIOUS":
            return _previous(checker, node, frames, inner, among, order)
        case "IN_TURN":
            return _in_turn(checker, node, frames, inner, among, order)
        case "O_RANK":
            return _rank(checker, node, inner, among)
        case "O_SHARE" | "O_SCALE":
            return _share(checker, node, frames, inner, among)


def _previous(
    checker: Checker,
    node: tree.Ordered,
    frames: Frames,
    inner: Frames,
    among: core.Siblings,
    order: tuple[core.OrderKey, ...],
) -> core.Expr:
    if node.subject is None or node.first is None:
        return core.Pending("", type=NEVER, span=node.span)
    first = checker.expr(node.first, frames)
    body = _of_the_rule_itself(checker, node.subject, among.entity, strip(first.type)) or checker.expr(
        node.subject, inner
    )
    type_ = checker.common(((first, node.first.span), (body, node.subject.span)))
    return core.Previous(among, body, order, first, type=type_, span=node.span)


def _of_the_rule_itself(checker: Checker, node: tree.Expr, entity: str, type_: Type) -> core.Expr | None:
    """The previous row's value of a rule whose type is not known yet, because it is being inferred: that of the first case."""
    if not isinstance(node, tree.Reference) or len(node.path) != 1 or node.keys is not None or node.this:
        return None
    item = checker.scope.entities[entity]
    name = item.owns(node.path[0].text)
    if name is None or (entity, name) not in checker.under_way:
        return None
    checker.used.add((entity, name))
    return core.RuleRead(core.Here(0), entity, name, type=type_, span=node.span)


def _in_turn(
    checker: Checker,
    node: tree.Ordered,
    frames: Frames,
    inner: Frames,
    among: core.Siblings,
    order: tuple[core.OrderKey, ...],
) -> core.Expr:
    """依次 x 限额 L: this row's x as far as what those before it left of L allows; x must not be negative."""
    assert node.subject is not None and node.limit is not None
    own = knowing(frames, node.where) if node.where is not None else frames
    mine = checker.number(node.subject, own)
    limit = checker.number(node.limit, frames)
    common = checker.agree(mine, limit, node.limit.span, BY_ID["LIMIT_TO"].spelling(checker.scope.language))
    if not isinstance(common, Number):
        return core.Pending("", type=NEVER, span=node.span)
    body = checker.number(node.subject, inner)
    before = core.Running(among, body, order, False, type=common, span=node.span)
    left = core.Apply("excess", (limit, before), type=common, span=node.limit.span)
    words = checker.scope.words
    options = (core.Option(node.subject.span.text, mine), core.Option(words("尚余限额", "what is left"), left))
    taken = core.Pick("min", options, type=common, span=node.span)
    if node.where is None:
        return taken
    # a row that takes no part takes nothing
    case = core.Case(checker.condition(node.where, frames), taken, span=node.span)
    nothing = core.Const(0, "", type=common, span=node.span)
    return core.Choose("first", (case,), nothing, "if", type=common, span=node.span)


def _rank(checker: Checker, node: tree.Ordered, inner: Frames, among: core.Siblings) -> core.Expr:
    keys = in_order(checker, node.keys, inner)
    ties: dict[str, Literal["same", "dense", "pending"]] = {
        "SAME_PLACE": "same",
        "DENSE": "dense",
        "PENDING": "pending",
        "": "same",
    }
    number = Number(PLAIN, True)
    type_ = Optional(number) if among.where is not None else number
    return core.Rank(among, keys, ties[node.ties], type=type_, span=node.span)


def _share(checker: Checker, node: tree.Ordered, frames: Frames, inner: Frames, among: core.Siblings) -> core.Expr:
    assert node.subject is not None and node.limit is not None
    split = node.kind == "O_SHARE"
    total_node, weight_node = (node.subject, node.limit) if split else (node.limit, node.subject)
    total, weight = checker.number(total_node, frames), checker.number(weight_node, inner)
    if not split:
        checker.agree(total, weight, node.span, BY_ID["O_SCALE"].spelling(checker.scope.language))
    place: Fraction | None = None
    if node.place is not None:
        rounded = functions.rounded(checker, "down", total, node.place, node.place.span, Fraction(1))
        place = rounded.place if isinstance(rounded, core.Round) else None
    remainder: dict[str, Literal["largest", "first", "last"]] = {
        "LARGEST": "largest",
        "FIRST_ROW": "first",
        "LAST_ROW": "last",
        "": "largest",
    }
    type_ = Number(total.type.unit) if isinstance(total.type, Number) else NEVER
    return core.Share(
        among,
        "split" if split else "scale",
        total,
        weight,
        place,
        remainder[node.remainder],
        type=type_,
        span=node.span,
    )
