"""Owns 性质: a stated condition becomes a rule, and what is held against each other on changed facts a property of the program."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from policydsl.check.frames import Frames, RowFrame
from policydsl.check.guards import knowing
from policydsl.check.scope import Comparison, Draft
from policydsl.core import program as core
from policydsl.core.types import BOOL, Never, Number, Type, strip
from policydsl.core.units import PLAIN
from policydsl.core.values import Value
from policydsl.syntax import tree

if TYPE_CHECKING:
    from policydsl.check.infer import Checker

_FORMS: dict[type, core.PropertyForm] = {tree.Always: "always", tree.Whenever: "whenever", tree.SharedOut: "parts"}

# ---------------------------------------------------------------- conditions


def whenever(checker: Checker, node: tree.Whenever, frames: Frames) -> core.Expr:
    """凡 甲 则 乙: not 甲, or 乙; what 甲 asks is known in 乙."""
    asked = checker.condition(node.condition, frames)
    then = checker.condition(node.then, knowing(frames, node.condition))
    return core.Some((core.Not(asked, type=BOOL, span=node.condition.span), then), type=BOOL, span=node.span)


def shared_out(checker: Checker, node: tree.SharedOut, entity: str, frames: Frames) -> core.Expr:
    """对象.规则 之和 等于 甲: there are no rows, or what the rows give makes 甲."""
    first = node.part.path[0]
    found = checker.scope.entity(first.text)
    if found is None or node.part.this or node.part.keys is not None or len(node.part.path) != 2:
        return checker.report("property-parts", node.part.span, name=node.part.span.text)
    everywhere = found.name == entity or not (
        found.owner == entity or (checker.scope.entities[entity].node.singleton and found.owner is None)
    )
    total = tree.Function("F_SUM", everywhere, (node.part,), span=node.part.span)
    word = "=" if node.how == "PARTS_SUM" else "≤"
    held = checker.condition(tree.Comparison(word, total, node.whole, span=node.span), frames)
    if not isinstance(held, core.Compare) or not isinstance(held.left, core.Aggregate):
        return held
    counted = core.Aggregate("count", held.left.rows, type=Number(PLAIN, True), span=node.part.span)
    none = core.Compare("eq", counted, core.Const(0, type=counted.type), type=BOOL, span=node.part.span)
    return core.Some((none, held), type=BOOL, span=node.span)


# ---------------------------------------------------------------- the properties of a program


def stated(checker: Checker, drafts: Sequence[Draft]) -> tuple[core.Property, ...]:
    """Every 性质 of a file, in written order."""
    found = [
        core.Property(
            draft.entity,
            draft.name,
            _FORMS[type(draft.node)],
            clause=draft.node.cite.text if draft.node.cite else draft.lent,
            span=draft.node.span,
        )
        for draft in drafts
        if isinstance(draft.node, tree.Always | tree.Whenever | tree.SharedOut)
    ]
    for entity, node, clause in checker.scope.comparisons:
        one = _comparison(checker, entity, node, clause)
        if one is not None:
            found.append(one)
    return tuple(sorted(found, key=lambda item: item.span.start if item.span is not None else 0))


def _comparison(checker: Checker, entity: str, node: Comparison, clause: str) -> core.Property | None:
    name, span = node.name.text, node.span
    frames: Frames = (RowFrame(entity),)
    result = _result(checker, node, frames)
    match node:
        case tree.Monotone():
            fact = _number(checker, node.fact, frames)
            if fact is None or result is None:
                return None
            return core.Property(
                entity,
                name,
                "monotone",
                fact.name,
                node.moves == "INCREASES",
                (result.entity, result.name),
                "falls" if node.never == "NOT_LESS" else "rises",
                clause,
                span=span,
            )
        case tree.Steady():
            fact = _number(checker, node.fact, frames)
            if fact is None or result is None:
                return None
            step = _constant(checker, node.step, fact.type, frames)
            most = _constant(checker, node.most, result.type, frames)
            for value, written, least in ((step, node.step, 0), (most, node.most, -1)):
                if value is not None and value <= least:
                    checker.report("property-step", written.span, found=written.span.text)
                    return None
            if step is None or most is None:
                return None
            return core.Property(
                entity,
                name,
                "steady",
                fact.name,
                result=(result.entity, result.name),
                clause=clause,
                step=step,
                most=most,
                span=span,
            )
        case tree.Unrelated():
            about = _rows(checker, node) if node.how == "ROW_ORDER" else _fact(checker, node, frames)
            if about is None or result is None:
                return None
            form: core.PropertyForm = "order" if node.how == "ROW_ORDER" else "unrelated"
            return core.Property(
                entity, name, form, result=(result.entity, result.name), clause=clause, about=(about,), span=span
            )
        case tree.Divided():
            parts = [_divisible(checker, one, entity, frames) for one in node.about]
            if result is None or any(part is None for part in parts):
                return None
            about_all = tuple(dict.fromkeys(part for part in parts if part is not None))
            return core.Property(
                entity, name, "divided", result=(result.entity, result.name), clause=clause, about=about_all, span=span
            )


def _result(checker: Checker, node: Comparison, frames: Frames) -> core.RuleRead | None:
    """The rule that is looked at: of this row or of a singleton; a number, except where it only has to stay as it is."""
    found = checker.expr(node.result, frames)
    if isinstance(found.type, Never):
        return None
    wanted = isinstance(node, tree.Unrelated) or isinstance(strip(found.type), Number)
    if not isinstance(found, core.RuleRead) or not isinstance(found.row, core.Here | core.Sole) or not wanted:
        code = "property-of-outcome" if isinstance(node, tree.Unrelated) else "property-of-rule"
        checker.report(code, node.result.span, name=node.result.span.text)
        return None
    return found


def _number(checker: Checker, written: tree.Reference, frames: Frames) -> core.FieldRead | None:
    """The fact of this row that moves."""
    found = checker.expr(written, frames)
    own = isinstance(found, core.FieldRead) and isinstance(found.row, core.Here)
    if own and isinstance(strip(found.type), Number):
        assert isinstance(found, core.FieldRead)
        return found
    if not isinstance(found.type, Never):
        checker.report("property-of-fact", written.span, name=written.span.text)
    return None


def _constant(checker: Checker, written: tree.Expr, like: Type, frames: Frames) -> Fraction | None:
    """A figure, or a 标准 that is one, of the unit of `like`."""
    found = checker.expr(written, frames)
    if isinstance(found.type, Never):
        return None
    value: Value | None = None
    match found:
        case core.Const(value=value):
            pass
        case core.Let(value=core.Const(value=value), body=core.Local(depth=0)):
            pass
        case _:
            checker.report("constant-needed", written.span, found=written.span.text)
            return None
    kind, wanted = strip(found.type), strip(like)
    if not isinstance(kind, Number) or not isinstance(wanted, Number) or kind.unit != wanted.unit:
        checker.report(
            "property-unit",
            written.span,
            found=checker.say(found.type),
            wanted=checker.say(wanted),
            name=written.span.text,
        )
        return None
    assert isinstance(value, int | Fraction)
    return Fraction(value)


def _rows(checker: Checker, node: tree.Unrelated) -> tuple[str, str] | None:
    """The entity whose rows may stand in any order."""
    found = checker.scope.entity(node.about.path[0].text)
    if found is None or len(node.about.path) != 1 or node.about.keys is not None or found.node.singleton:
        checker.report("property-rows", node.about.span, name=node.about.span.text)
        return None
    return found.name, ""


def _fact(checker: Checker, node: tree.Unrelated, frames: Frames) -> tuple[str, str] | None:
    """The fact that has no say: of this row, or (对象.字段) of other rows."""
    written = node.about
    own = checker.scope.entities[frames[0].entity]  # type: ignore[union-attr]
    *of, last = written.path
    item = checker.scope.entity(of[0].text) if len(of) == 1 else own if not of else None
    name = item.owns(last.text) if item is not None and written.keys is None else None
    if item is None or name is None or name not in item.fields:
        checker.report("property-about", written.span, name=written.span.text)
        return None
    checker.used.add((item.name, name))
    return item.name, name


def _divisible(checker: Checker, written: tree.Reference, entity: str, frames: Frames) -> tuple[str, str] | None:
    """What is split: a number fact of this row, or the rows that belong to it."""
    found = checker.scope.entity(written.path[0].text) if len(written.path) == 1 and written.keys is None else None
    own = checker.scope.entities[entity]
    if found is not None and own.owns(written.path[0].text) is None:
        single = own.node.singleton and found.owner is None and not found.node.singleton
        if found.owner == entity or single:
            return found.name, ""
    elif len(written.path) == 1 and own.owns(written.path[0].text) in own.fields:
        read = checker.expr(written, frames)
        if isinstance(read, core.FieldRead) and isinstance(strip(read.type), Number):
            return entity, read.name
    checker.report("property-split", written.span, name=written.span.text)
    return None
