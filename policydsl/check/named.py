"""Owns 标准 and 公式 where they are used: the figure or the body that a name stands for, in its own scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policydsl.check.frames import Frames, ValueFrame
from policydsl.core import program as core
from policydsl.core.types import NEVER
from policydsl.source import Span
from policydsl.syntax import tree

if TYPE_CHECKING:
    from policydsl.check.infer import Checker


def parameter_used(checker: Checker, node: tree.Parameter, where: Span, frames: Frames) -> core.Expr:
    """A named figure of the notice: its value under its name, chosen by the date of the case at hand."""
    from policydsl.check.rules import defined

    at = ("", node.name.text)
    checker.used.add(at)
    if at in checker.under_way:
        return checker.report(
            "cycle", where, path=" → ".join([name for _, name in checker.under_way] + [node.name.text])
        )
    checker.under_way.append(at)
    try:
        value = defined(checker, node, frames).body
    finally:
        checker.under_way.pop()
    if isinstance(value.type, type(NEVER)):
        return value
    return core.Let(
        node.name.text, value, core.Local(0, node.name.text, type=value.type, span=where), type=value.type, span=where
    )


def formula_called(checker: Checker, node: tree.Reference, formula: tree.Formula, frames: Frames) -> core.Expr:
    """A call of a formula: its arguments under the names of its parameters, then its body, which sees nothing else."""
    from policydsl.check.rules import defined

    assert node.keys is not None
    at = ("", formula.name.text)
    checker.used.add(at)
    if at in checker.under_way:
        return checker.report(
            "cycle", node.span, path=" → ".join([name for _, name in checker.under_way] + [formula.name.text])
        )
    if len(node.keys) != len(formula.parameters) or len(node.path) > 1:
        return checker.report(
            "wrong-arguments",
            node.span,
            function=formula.name.text,
            expected=len(formula.parameters),
            found=len(node.keys),
        )
    scopes: Frames = frames
    inner: list[ValueFrame] = []
    values: list[tuple[str, core.Expr]] = []
    for (name, unit), argument in zip(formula.parameters, node.keys, strict=True):
        found = checker.scope.type_of(unit)
        if found is None:
            close = checker.scope.measures.close(unit.text)
            return checker.report("unknown-type", unit.span, name=unit.text, close=close)
        value = checker.expr(argument, scopes, found[0])
        if checker.same(value.type, found[0]) is None:
            checker.report(
                "type-mismatch", argument.span, found=checker.say(value.type), expected=checker.say(found[0])
            )
            return core.Pending("", type=NEVER, span=node.span)
        values.append((name.text, value))
        scopes = (ValueFrame("", value.type), *scopes)
        inner.insert(0, ValueFrame(name.text, found[0]))
    checker.under_way.append(at)
    try:
        body = defined(checker, formula, tuple(inner)).body
    finally:
        checker.under_way.pop()
    for name_text, value in reversed(values):
        body = core.Let(name_text, value, body, type=body.type, span=node.span)
    return body
