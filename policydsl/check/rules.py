"""Owns rules: a written rule, task, constraint or reading with what modifies it becomes one core body with a type and a measure."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from policydsl.check import folds, refer
from policydsl.check.frames import Checked, Frames, RowFrame
from policydsl.check.scope import Draft
from policydsl.core import program as core
from policydsl.core.types import BOOL, NEVER, Date, Member, Moment, Never, Number, strip
from policydsl.core.units import Measure
from policydsl.core.values import Value
from policydsl.source import Span
from policydsl.syntax import tree
from policydsl.syntax.keywords import BY_ID, RELATIONS

if TYPE_CHECKING:
    from policydsl.check.infer import Checker


def infer_draft(checker: Checker, draft: Draft) -> Checked:
    """The checked body of one declaration."""
    frames: Frames = (RowFrame(draft.entity),)
    node = draft.node
    match node:
        case tree.Task() | tree.Constraint():
            return Checked(checker.condition(node.condition, frames))
        case tree.Reading():
            return Checked(_reading(checker, node, frames))
        case tree.Rule():
            return _rule(checker, node, frames)


def _rule(checker: Checker, node: tree.Rule, frames: Frames) -> Checked:
    body = checker.expr(node.value, frames)
    measure: Measure | None = None
    if node.unit is not None:
        measure = checker.scope.measures.parse(node.unit.text)
        if measure is None:
            close = checker.scope.measures.close(node.unit.text)
            checker.report("unknown-unit", node.unit.span, name=node.unit.text, close=close)
        elif isinstance(strip(body.type), Number):
            inner = strip(body.type)
            assert isinstance(inner, Number)
            if inner.unit != measure.unit:
                checker.report(
                    "unit-of-rule",
                    node.unit.span,
                    declared=node.unit.text,
                    found=checker.say(inner),
                    name=node.name.text,
                )
                measure = None
        elif not isinstance(body.type, Never):
            checker.report(
                "unit-of-rule",
                node.unit.span,
                declared=node.unit.text,
                found=checker.say(body.type),
                name=node.name.text,
            )
            measure = None
    body = _modified(checker, node, body, measure, frames)
    return Checked(body, measure)


def _modified(checker: Checker, node: tree.Rule, body: core.Expr, measure: Measure | None, frames: Frames) -> core.Expr:
    """Caps, floors and rounding under a rule, applied in the order in which they are written."""
    bounds: list[core.Bound] = []

    def settle(body: core.Expr) -> core.Expr:
        if not bounds:
            return body
        limited = core.Limit(body, tuple(bounds), type=body.type, span=node.span)
        bounds.clear()
        return limited

    for row in node.after:
        match row:
            case tree.CapRow():
                if isinstance(body.type, Never):
                    continue
                limit = checker.expr(row.limit, frames)
                if not isinstance(strip(body.type), Number | Date | Moment):
                    checker.report("number-expected", row.span, found=checker.say(body.type))
                    continue
                checker.agree(body, limit, row.limit.span, row.span.text.split(" ")[0])
                when = checker.condition(row.when, frames) if row.when is not None else None
                cited = row.cite.text if row.cite else ""
                bounds.append(core.Bound("cap" if row.word == "CAP" else "floor", limit, when, cited, span=row.span))
            case tree.RoundRow():
                body = settle(body)
                shown = measure.size if measure is not None else Fraction(1)
                body = folds.rounded(checker, folds.ROUNDINGS[row.word], body, row.place, row.span, shown)
            case tree.Remark():
                continue
            case _:
                checker.report("line-out-of-place", row.span, line=row.span.text)
        if isinstance(row, tree.CapRow | tree.RoundRow) and row.cite:
            checker.scope.citations.append(row.cite)
    if _uncapped_unsaid(node):
        checker.report("increment-cap-missing", node.value.span)
    return settle(body)


def _uncapped_unsaid(node: tree.Rule) -> bool:
    block = _increment_of(node.value)
    if block is None:
        return False
    said = any(
        (isinstance(row, tree.Mark) and row.word == "UNCAPPED")
        or (isinstance(row, tree.Amount) and row.word == "MOST_STEPS")
        for row in block.rows
    )
    return not said and not any(isinstance(row, tree.CapRow) and row.word == "CAP" for row in node.after)


def _increment_of(node: tree.Expr) -> tree.Block | None:
    match node:
        case tree.Block(kind="INCREMENT"):
            return node
        case tree.Binary(left=left, right=right):
            return _increment_of(left) or _increment_of(right)
        case tree.Group(inner=inner):
            return _increment_of(inner)
        case tree.If(then=then, otherwise=otherwise):
            return _increment_of(then) or _increment_of(otherwise)
        case _:
            return None


def _reading(checker: Checker, node: tree.Reading, frames: Frames) -> core.Expr:
    adopted = [option for option in node.options if option.adopted]
    if len(adopted) != 1:
        checker.report("reading-adopted", node.name.span, name=node.name.text, count=len(adopted))
    if len(node.options) < 2:
        checker.report("reading-single", node.name.span, name=node.name.text)
    names = [option.name.text for option in node.options]
    for at, option in enumerate(node.options):
        if option.name.text in names[:at]:
            checker.report("duplicate-name", option.name.span, name=option.name.text)
        if option.cite:
            checker.scope.citations.append(option.cite)
    bodied = [option for option in node.options if option.value is not None]
    if bodied and len(bodied) != len(node.options):
        checker.report("reading-mixed", node.name.span, name=node.name.text)
        return core.Pending("", type=NEVER, span=node.span)
    if not bodied:
        type_ = Member(node.name.text)
        options = tuple(
            core.Option(option.name.text, core.Const(option.name.text, option.name.text, type=type_, span=option.span))
            for option in node.options
        )
        return core.Switch(node.name.text, options, type=type_, span=node.span)
    found: list[tuple[core.Expr, Span]] = []
    built: list[core.Option] = []
    for option in node.options:
        if option.value is None:
            continue
        value = checker.expr(option.value, frames)
        found.append((value, option.value.span))
        built.append(core.Option(option.name.text, value))
    return core.Switch(node.name.text, tuple(built), type=checker.common(tuple(found)), span=node.span)


# ---------------------------------------------------------------- bounds of facts


def bound_rules(checker: Checker) -> list[core.Rule]:
    """The bounds of fields (大于 0家) as constraints of their rows, and the legal defaults put into their fields."""
    found: list[core.Rule] = []
    for item in checker.scope.entities.values():
        for name, edges in item.bounds.items():
            if name.startswith("="):
                continue
            field = item.fields[name]
            read = core.FieldRead(core.Here(0), item.name, name, type=field.type, span=field.span)
            for number, edge in enumerate(edges):
                limit = checker.expr(edge.bound, (RowFrame(item.name),), strip(field.type))
                relation = RELATIONS.get(edge.word, "ge")
                word = checker.scope.language
                checker.agree(read, limit, edge.bound.span, edge.word)
                spelled = BY_ID[edge.word].spelling(word) if edge.word in BY_ID else edge.word
                body = core.Compare(relation, read, limit, spelled, type=BOOL, span=edge.bound.span)  # type: ignore[arg-type]
                title = f"{name} {spelled} {edge.bound.span.text}"
                rule = core.Rule(
                    item.name,
                    title if number == 0 or title not in {r.name for r in found} else f"{title} ({number + 1})",
                    "constraint",
                    body,
                    BOOL,
                    clause=field.clause,
                    message=title,
                    output=False,
                    span=field.span,
                )
                found.append(rule)
    return found


def default_of(checker: Checker, entity: str, name: str) -> Value | None:
    """The legal default of a field (未填按), if it has one."""
    item = checker.scope.entities[entity]
    edges = item.bounds.get(f"={name}")
    if not edges:
        return None
    wanted = strip(item.fields[name].type)
    value = checker.expr(edges[0].bound, (), wanted)
    checker.agree(core.Const(0, "", type=wanted), value, edges[0].bound.span, "=")
    return refer.constant(checker, value, edges[0].bound.span)
