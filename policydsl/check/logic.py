"""Owns truth and what hangs on it: comparisons, 且 and 或, 在, 若 and what stands instead where something does not apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policydsl.check import folds
from policydsl.check.frames import Frames
from policydsl.check.guards import denied, knowing, wholly
from policydsl.check.scope import Scope
from policydsl.core import program as core
from policydsl.core.types import BOOL, NEVER, Bool, Date, Moment, Never, Number, Optional, Type, strip
from policydsl.syntax import tree
from policydsl.syntax.keywords import BY_ID, RELATIONS

if TYPE_CHECKING:
    from policydsl.check.infer import Checker


def _mark(scope: Scope, inclusive: bool) -> str:
    return BY_ID["INCLUSIVE" if inclusive else "EXCLUSIVE"].spelling(scope.language)


def instead(checker: Checker, node: tree.Instead, frames: Frames) -> core.Expr:
    """A value, or another where it does not apply."""
    body = checker.expr(node.body, wholly(frames))
    instead = checker.expr(node.instead, frames, strip(body.type))
    if not isinstance(body.type, Optional | Never):
        return checker.report("has-needs-none", node.body.span, name=node.body.span.text)
    type_ = checker.common(((core.Const(0, "", type=strip(body.type)), node.body.span), (instead, node.instead.span)))
    return core.IfInapplicable(body, instead, type=type_, span=node.span)


def comparison(checker: Checker, node: tree.Comparison, frames: Frames) -> core.Expr:
    """Two values compared, where they can be."""
    left = checker.expr(node.left, frames)
    right = checker.expr(node.right, frames, strip(left.type))
    if isinstance(left.type, Never) and isinstance(node.left, tree.Reference):
        left = core.Pending("", type=NEVER, span=node.left.span)
    relation = RELATIONS[node.word]
    word = BY_ID[node.word].spelling(checker.scope.language) if node.word in BY_ID else node.word
    if node.inclusive is not None:
        closed = relation in ("ge", "le", "eq")
        if node.inclusive != closed and relation in ("ge", "le", "gt", "lt"):
            return checker.report(
                "inclusive-contradiction", node.span, word=word, mark=_mark(checker.scope, node.inclusive)
            )
    if relation not in ("eq", "ne"):
        left, right = checker.there(node.left, left, frames), checker.there(node.right, right, frames)
    common = checker.agree(left, right, node.span, word)
    kind = strip(common)
    if relation not in ("eq", "ne") and not isinstance(kind, Number | Date | Moment | Never):
        return checker.report("order-kinds", node.span, type=checker.say(kind), word=word)
    for side, written in ((left, node.left), (right, node.right)):
        if relation not in ("eq", "ne") and isinstance(side.type, Optional):
            name = written.span.text
            return checker.report("none-compared", written.span, found=name, asked=node.span.text)
    op = core.Compare
    return op(relation, left, right, word, type=BOOL, span=node.span)  # type: ignore[arg-type]


def connected(checker: Checker, node: tree.Logic, frames: Frames) -> core.Expr:
    """且 and 或: each part knows what those before it have settled."""
    parts: list[core.Expr] = []
    for part in node.parts:
        parts.append(_listed(checker, node, part, frames) or checker.condition(part, frames))
        frames = knowing(frames, part if node.op == "and" else denied(part))
    kind = core.Every if node.op == "and" else core.Some
    return kind(tuple(parts), type=BOOL, span=node.span)


def _listed(checker: Checker, node: tree.Logic, part: tree.Expr, frames: Frames) -> core.Expr | None:
    """What stands behind 或 and is no condition but one more thing to compare with (类型 为 甲 或 乙), with a finding at the first."""
    first = node.parts[0]
    equal = isinstance(first, tree.Comparison) and RELATIONS.get(first.word) == "eq"
    if node.op != "or" or not equal or not isinstance(part, tree.Reference | tree.Quantity | tree.Words | tree.Day):
        return None
    assert isinstance(first, tree.Comparison)
    found = checker.expr(part, frames)
    if isinstance(found.type, Bool | Never):
        return found
    if part is not node.parts[1]:
        return core.Pending("", type=NEVER, span=part.span)
    listed = checker.scope.words("、", ", ").join([first.right.span.text, *(one.span.text for one in node.parts[1:])])
    mend = f"{first.left.span.text} {BY_ID['IN'].spelling(checker.scope.language)} ({listed})"
    return checker.report("list-needs-brackets", node.span, mend, found=node.span.text)


def among(checker: Checker, node: tree.Among, frames: Frames) -> core.Expr:
    """在 a list or a column."""
    item = checker.expr(node.item, frames)
    if isinstance(node.options, tree.Reference):
        return folds.within(checker, node, item, frames)
    options = []
    for option in node.options:
        found = checker.expr(option, frames, strip(item.type))
        checker.agree(item, found, option.span, BY_ID["IN"].spelling(checker.scope.language))
        options.append(found)
    return core.OneOf(item, tuple(options), type=BOOL, span=node.span)


def if_else(checker: Checker, node: tree.If, frames: Frames, expected: Type | None) -> core.Expr:
    """若 … 则 … 否则, each branch knowing what was asked."""
    when = checker.condition(node.condition, frames)
    asked, other = knowing(frames, node.condition), knowing(frames, denied(node.condition))
    then = checker.there(node.then, checker.expr(node.then, asked, expected), asked)
    otherwise = checker.expr(node.otherwise, other, expected or strip(then.type))
    otherwise = checker.there(node.otherwise, otherwise, other)
    type_ = checker.common(((then, node.then.span), (otherwise, node.otherwise.span)))
    return core.Choose(
        "first", (core.Case(when, then, span=node.then.span),), otherwise, "if", type=type_, span=node.span
    )
