"""Owns choices by category or value (按 … 选), and the better of alternatives (就高, 就低)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policydsl.check.frames import Frames
from policydsl.check.guards import chosen, knowing
from policydsl.check.ranges import row_value
from policydsl.core import program as core
from policydsl.core.types import BOOL, Bool, Date, Member, Moment, Never, Number, Text, Type, strip
from policydsl.source import Span
from policydsl.syntax import tree

if TYPE_CHECKING:
    from policydsl.check.infer import Checker


def choice(checker: Checker, node: tree.Block, frames: Frames, expected: Type | None) -> core.Expr:
    """按 … 选: a value for each member, number, 真 or 假."""
    assert node.subject is not None
    subject = checker.expr(node.subject, frames)
    kind = strip(subject.type)
    if isinstance(kind, Never):
        return subject
    if isinstance(kind, Number | Bool):
        return _by_value(checker, node, subject, frames, expected)
    if not isinstance(kind, Member | Text):
        return checker.report("choice-subject", node.subject.span, found=checker.say(kind))
    cases: list[core.Case] = []
    found: list[tuple[core.Expr, Span]] = []
    seen: dict[str, Span] = {}
    otherwise: core.Expr | None = None
    for row in node.rows:
        if isinstance(row, tree.BandRow) and not row.edges:
            otherwise = row_value(checker, row, frames, expected, found)
            continue
        if not isinstance(row, tree.ChoiceRow):
            checker.report("line-out-of-place", row.span, line=row.span.text)
            continue
        options: list[core.Expr] = []
        for label in row.labels:
            if not isinstance(label, tree.Name):
                checker.report("choice-label", label.span, found=label.span.text)
                continue
            name = checker.scope.member(kind.roll, label.text) if isinstance(kind, Member) else label.text
            if name is None:
                checker.expr(tree.Reference((label,), span=label.span), frames, kind)
                continue
            if name in seen:
                checker.report("choice-twice", label.span, member=name)
            seen[name] = label.span
            options.append(core.Const(name, label.text, type=kind, span=label.span))
        inside = knowing(frames, chosen(node.subject, row.labels))
        value = row_value(checker, row, inside, expected, found)
        when: core.Expr
        if len(options) == 1:
            when = core.Compare("eq", subject, options[0], "=", type=BOOL, span=row.span)
        else:
            when = core.OneOf(subject, tuple(options), type=BOOL, span=row.span)
        text = checker.scope.words("、", ", ").join(label.span.text for label in row.labels)
        cases.append(core.Case(when, value, text, row.cite.text if row.cite else "", span=row.span))
    type_ = checker.common(tuple(found))
    if isinstance(kind, Member) and otherwise is None:
        absent = [member for member in checker.scope.rolls[kind.roll].members if member not in seen]
        if absent:
            checker.report("choice-missing", node.span, members=checker.scope.words("、", ", ").join(absent))
    if isinstance(kind, Text) and otherwise is None:
        checker.report("band-else-missing", node.span, instead=checker.usual(type_))
    return core.Choose("first", tuple(cases), otherwise, "category", type=type_, span=node.span)


def _plain(label: tree.Label) -> str:
    return label.text if isinstance(label, tree.Name) else label.span.text


def _by_value(
    checker: Checker, node: tree.Block, subject: core.Expr, frames: Frames, expected: Type | None
) -> core.Expr:
    """A choice by a number, or by 真 and 假: each row for one or several of them."""
    assert node.subject is not None
    cases: list[core.Case] = []
    found: list[tuple[core.Expr, Span]] = []
    seen: set[object] = set()
    otherwise: core.Expr | None = None
    for row in node.rows:
        if isinstance(row, tree.BandRow) and not row.edges:
            otherwise = row_value(checker, row, frames, expected, found)
            continue
        if not isinstance(row, tree.ChoiceRow):
            checker.report("line-out-of-place", row.span, line=row.span.text)
            continue
        options: list[core.Expr] = []
        for label in row.labels:
            if isinstance(label, tree.Name):
                checker.report("choice-label", label.span, found=label.text)
                continue
            option = checker.expr(label, frames)
            checker.agree(subject, option, label.span, "=")
            if isinstance(option, core.Const):
                if option.value in seen:
                    checker.report("choice-twice", label.span, member=label.span.text)
                seen.add(option.value)
            options.append(option)
        inside = knowing(frames, chosen(node.subject, row.labels))
        value = row_value(checker, row, inside, expected, found)
        if not options:
            continue
        when: core.Expr = (
            core.Compare("eq", subject, options[0], "=", type=BOOL, span=row.span)
            if len(options) == 1
            else core.OneOf(subject, tuple(options), type=BOOL, span=row.span)
        )
        text = checker.scope.words("、", ", ").join(label.span.text for label in row.labels)
        cases.append(core.Case(when, value, text, row.cite.text if row.cite else "", span=row.span))
    type_ = checker.common(tuple(found))
    if otherwise is None and seen != {True, False}:
        return checker.report("band-else-missing", node.span, instead=checker.usual(type_))
    return core.Choose("first", tuple(cases), otherwise, "category", type=type_, span=node.span)


def pick(checker: Checker, node: tree.Block, frames: Frames) -> core.Expr:
    """就高 or 就低: the best or the least of named alternatives."""
    options: list[core.Option] = []
    found: list[tuple[core.Expr, Span]] = []
    for row in node.rows:
        if not isinstance(row, tree.ChoiceRow) or len(row.labels) != 1:
            checker.report("line-out-of-place", row.span, line=row.span.text)
            continue
        options.append(core.Option(_plain(row.labels[0]), row_value(checker, row, frames, None, found)))
    type_ = checker.common(tuple(found))
    if not options:
        return checker.report("block-without-rows", node.span)
    if not isinstance(strip(type_), Number | Date | Moment | Never):
        return checker.report("number-expected", node.span, found=checker.say(type_))
    return core.Pick("max" if node.kind == "JOIN_MAX" else "min", tuple(options), type=type_, span=node.span)
