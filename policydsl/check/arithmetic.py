"""Owns numbers in their units: literals, arithmetic, days moved by durations, the part of one figure beyond another."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from attrs import evolve

from policydsl.check import functions
from policydsl.check.frames import Frames
from policydsl.core import program as core
from policydsl.core.types import BOOL, NEVER, Date, Moment, Never, Number, Optional, strip
from policydsl.core.units import PLAIN, POINT, base
from policydsl.core.values import exact
from policydsl.syntax import tree
from policydsl.syntax.keywords import BY_ID, RELATIONS

if TYPE_CHECKING:
    from policydsl.check.infer import Checker


def _is_percent(node: tree.Expr) -> bool:
    return isinstance(node, tree.Quantity) and node.unit in ("%", "‰")


def _is_plain_number(node: tree.Expr) -> bool:
    if isinstance(node, tree.Group):
        return _is_plain_number(node.inner)
    return isinstance(node, tree.Quantity) and node.unit == ""


def quantity(checker: Checker, node: tree.Quantity) -> core.Expr:
    """A number with its unit, in base units."""
    measure = checker.scope.measures.parse(node.unit)
    if measure is None:
        close = checker.scope.measures.close(node.unit)
        glued = _glued_unit(checker, node)
        if glued:
            return checker.report("glued-words", node.span, glued, found=node.span.text)
        per = re.sub("[每/]+", "/", node.unit) if checker.scope.language == "zh" else node.unit
        per = "年" if checker.scope.language == "zh" and node.unit in ("周岁", "岁") else per
        mend = f"{node.digits}{per}" if per != node.unit and checker.scope.measures.parse(per) is not None else None
        return checker.report("unknown-unit", node.span, mend, name=node.unit, close="" if mend else close)
    value = exact(measure.of(node.number))
    whole = isinstance(value, int)
    return core.Const(value, node.span.text, type=Number(measure.unit, whole), span=node.span)


def _glued_unit(checker: Checker, node: tree.Quantity) -> str:
    """`10场且` as `10场 且`, where a known unit is followed by a keyword."""
    for length in range(len(node.unit) - 1, 0, -1):
        head, rest = node.unit[:length], node.unit[length:]
        if checker.scope.measures.parse(head) is None:
            continue
        for keyword in BY_ID.values():
            word = keyword.spelling(checker.scope.language)
            if keyword.kind in ("inner", "hard") and rest.startswith(word):
                after = rest[len(word) :]
                return f"{node.digits}{head} {word}" + (f" {after}" if after else "")
    return ""


def unary(checker: Checker, node: tree.Unary, frames: Frames) -> core.Expr:
    """非, and a number with its sign turned."""
    if node.op == "not":
        return core.Not(checker.condition(node.operand, frames), type=BOOL, span=node.span)
    inner = checker.number(node.operand, frames)
    if isinstance(inner, core.Const) and isinstance(inner.value, int | Fraction):
        return evolve(inner, value=exact(-inner.value), text=f"-{inner.text}", span=node.span)
    return core.Apply("neg", (inner,), type=inner.type, span=node.span)


def _shifted(checker: Checker, node: tree.Binary, left: core.Expr, right: core.Expr) -> core.Expr:
    """A day plus or minus a duration, or the days between two."""
    if isinstance(right.type, Never):
        return core.Pending("", type=NEVER, span=node.span)
    if isinstance(right.type, Date | Moment) and node.op == "sub":
        if isinstance(checker.agree(left, right, node.span, "−"), Never):
            return core.Pending("", type=NEVER, span=node.span)
        if isinstance(left.type, Moment):
            return core.Apply("hours_between", (right, left), type=Number(base("小时")), span=node.span)
        return core.Apply("days_between", (right, left), type=Number(base("天"), True), span=node.span)
    unit = str(right.type.unit) if isinstance(right.type, Number) else ""
    if unit == "工作日" and node.op in ("add", "sub"):
        return functions.working_days(checker, f"{node.op}_workdays", (left, right), left.type, node.span)
    if unit not in ("月", "天") or node.op not in ("add", "sub"):
        return checker.report("date-arithmetic", node.span, found=checker.say(right.type))
    op = f"{node.op}_{'months' if unit == '月' else 'days'}"
    return core.Apply(op, (left, right), type=left.type, span=node.span)


def binary(checker: Checker, node: tree.Binary, frames: Frames) -> core.Expr:
    """+ − × ÷ 的, of numbers or of days."""
    if node.op in ("add", "sub"):
        first = checker.there(node.left, checker.expr(node.left, frames), frames)
        if isinstance(strip(first.type), Date | Moment):
            if isinstance(first.type, Optional):
                return checker.may_be_none(node.left, first.type)
            return _shifted(checker, node, first, checker.expr(node.right, frames))
        # looked at once: a sum of many terms leans to the left
        left = checker.counted(node.left, first)
    else:
        left = checker.number(node.left, frames)
    right = checker.number(node.right, frames)
    if isinstance(left.type, Never) or isinstance(right.type, Never):
        return core.Apply("mul" if node.op == "of" else node.op, (left, right), type=NEVER, span=node.span)
    assert isinstance(left.type, Number) and isinstance(right.type, Number)
    a, b = left.type, right.type
    match node.op:
        case "mul" | "of":
            return core.Apply("mul", (left, right), type=Number(a.unit * b.unit, a.whole and b.whole), span=node.span)
        case "div":
            if isinstance(right, core.Const) and right.value == 0:
                return checker.report("divisor-zero", node.right.span)
            return core.Apply("div", (left, right), type=Number(a.unit / b.unit), span=node.span)
        case "add" | "sub":
            return _sum(checker, node.op, node, left, right)


def _sum(
    checker: Checker, op: Literal["add", "sub"], node: tree.Binary, left: core.Expr, right: core.Expr
) -> core.Expr:
    assert isinstance(left.type, Number) and isinstance(right.type, Number)
    a, b = left.type, right.type
    points = base(POINT)
    if a.unit.plain and b.unit == points:
        return core.Apply(op, (left, right), type=Number(PLAIN), span=node.span)
    if (_is_percent(node.right) and a.unit.plain and not _is_plain_number(node.left)) or (
        _is_percent(node.left) and b.unit.plain and not _is_plain_number(node.right) and not _is_percent(node.right)
    ):
        written = node.right if _is_percent(node.right) else node.left
        digits = written.digits if isinstance(written, tree.Quantity) else ""
        mend = checker.scope.words(f"{digits}个百分点", f"{digits}pp")
        return checker.report("percent-sum", node.span, None, percent=written.span.text, points=mend)
    common = checker.agree(left, right, node.span, "+" if op == "add" else "−")
    return core.Apply(op, (left, right), type=common, span=node.span)


def portion(checker: Checker, node: tree.Portion, frames: Frames) -> core.Expr:
    """What a figure has beyond a limit (超过 … 部分), or lacks to it."""
    measure, limit = checker.number(node.measure, frames), checker.number(node.limit, frames)
    relation = RELATIONS[node.word]
    word = BY_ID[node.word].spelling(checker.scope.language) if node.word in BY_ID else node.word
    if relation in ("eq", "ne"):
        return checker.report("portion-word", node.span, found=word)
    common = checker.agree(measure, limit, node.span, word)
    op = "excess" if relation in ("gt", "ge") else "shortfall"
    return core.Apply(op, (measure, limit), type=common, span=node.span)
