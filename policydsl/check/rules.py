"""Owns rules: a written rule, task, constraint or reading with what modifies it becomes one core body with a type and a measure."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from fractions import Fraction
from typing import TYPE_CHECKING

from policydsl.check import functions, refer
from policydsl.check.frames import Checked, Frames, RowFrame, ValueFrame
from policydsl.check.guards import knowing
from policydsl.check.properties import shared_out, whenever
from policydsl.check.scope import Draft
from policydsl.core import program as core
from policydsl.core.types import BOOL, DATE, NEVER, Date, Member, Moment, Never, Number, strip
from policydsl.core.types import Optional as OptionalType
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
        case tree.Task() | tree.Constraint() | tree.Always():
            return Checked(checker.condition(node.condition, frames))
        case tree.Whenever():
            return Checked(whenever(checker, node, frames))
        case tree.SharedOut():
            return Checked(shared_out(checker, node, draft.entity, frames))
        case tree.Reading():
            return Checked(_reading(checker, node, frames))
        case tree.Conditions():
            return Checked(_group(checker, draft.entity, node.mode, node.least, node.items, node.span))
        case tree.ItemLine():
            if node.value is not None:
                return Checked(checker.condition(node.value, frames))
            return Checked(_group(checker, draft.entity, node.mode, node.least, node.items, node.span))
        case tree.Rule():
            checked = defined(checker, node, knowing(frames, *conditions_of(draft)))
            body = checked.body
            for applies in reversed(draft.applies):
                body = _applies(checker, applies, body, frames)
            return Checked(body, checked.measure)


def conditions_of(draft: Draft) -> tuple[tree.Expr, ...]:
    """The conditions under which a rule applies: its own (适用) and those of its 部分."""
    own = draft.node.after if isinstance(draft.node, tree.Rule) else ()
    return tuple(row.when for row in (*draft.applies, *own) if isinstance(row, tree.Applies))


def defined(checker: Checker, node: tree.Rule | tree.Parameter | tree.Formula, frames: Frames) -> Checked:
    """The value of a rule, parameter or formula with all that modifies it. `frames` are the scopes it stands in."""
    unit = node.unit if not isinstance(node, tree.Formula) else None
    lets: list[tuple[str, core.Expr, Span]] = []
    for row in node.after:
        if isinstance(row, tree.LetRow):
            value = checker.expr(row.value, frames)
            lets.append((row.name.text, value, row.span))
            if any(isinstance(frame, ValueFrame) and frame.name == row.name.text for frame in frames):
                checker.report("duplicate-name", row.name.span, name=row.name.text)
            frames = (ValueFrame(row.name.text, value.type), *frames)
    body = checker.expr(node.value, frames) if node.value is not None else None
    body = _dated(checker, node, body, frames)
    measure: Measure | None = None
    if unit is not None:
        measure = checker.scope.measures.parse(unit.text)
        inner = strip(body.type)
        if measure is None:
            checker.report("unknown-unit", unit.span, name=unit.text, close=checker.scope.measures.close(unit.text))
        elif not isinstance(inner, Never) and (not isinstance(inner, Number) or inner.unit != measure.unit):
            found = checker.say(body.type)
            checker.report("unit-of-rule", unit.span, declared=unit.text, found=found, name=node.name.text)
            measure = None
    body = _modified(checker, node, body, measure, frames)
    for name, value, where in reversed(lets):
        body = core.Let(name, value, body, type=body.type, span=where)
    return Checked(body, measure)


def _group(
    checker: Checker, entity: str, mode: str, least: int, items: tuple[tree.ItemLine, ...], where: Span
) -> core.Expr:
    """须全部, 任一, 至少 N 项 of a list of conditions."""
    if mode == "LEAST_OF" and not 1 <= least <= len(items):
        checker.report("group-least", where, least=least, count=len(items))
    parts = tuple(item_read(checker, entity, item) for item in items)
    if mode == "ALL_OF":
        return core.Every(parts, type=BOOL, span=where)
    return core.Some(parts, least if mode == "LEAST_OF" else 1, type=BOOL, span=where)


def item_read(checker: Checker, entity: str, item: tree.ItemLine) -> core.Expr:
    """The outcome of one item of a list, as read by the list."""
    return refer.read(checker, core.Here(0), checker.scope.entities[entity], item.name)


def _dated(
    checker: Checker, node: tree.Rule | tree.Parameter | tree.Formula, body: core.Expr | None, frames: Frames
) -> core.Expr:
    """Versions by date: the latest that has begun on the day that counts; before the first, 此前 or the value on the rule's line."""
    rows = [row for row in node.after if isinstance(row, tree.DatedRow)]
    if not rows:
        return body if body is not None else core.Pending("", type=NEVER, span=node.span)
    found: list[tuple[core.Expr, Span]] = []
    if body is not None and node.value is not None:
        found.append((body, node.value.span))
    before = [row for row in rows if row.day is None]
    if len(before) > 1 or (before and body is not None):
        checker.report("dated-before-twice", before[-1].span)
    if before:
        body = checker.expr(before[0].value, frames)
        found.append((body, before[0].value.span))
    basis = day_that_counts(checker, node.span, frames)
    cases: list[core.Case] = []
    days: list[date] = []
    for row in sorted((row for row in rows if row.day is not None), key=lambda row: row.day or date.min, reverse=True):
        assert row.day is not None
        if row.day in days:
            checker.report("dated-twice", row.span, day=row.day.isoformat())
        days.append(row.day)
        value = checker.expr(row.value, frames)
        found.append((value, row.value.span))
        day = core.Const(row.day, row.day.isoformat(), type=DATE, span=row.span)
        when = core.Compare("ge", basis, day, "≥", type=BOOL, span=row.span)
        label = (
            f"{row.day.year}年{row.day.month}月{row.day.day}日"
            if checker.scope.language == "zh"
            else row.day.isoformat()
        )
        cases.append(core.Case(when, value, label, row.cite.text if row.cite else "", span=row.span))
        if row.cite:
            checker.scope.citations.append(row.cite)
    return core.Choose("first", tuple(cases), body, "dated", type=checker.common(tuple(found)), span=node.span)


def day_that_counts(checker: Checker, where: Span, frames: Frames) -> core.Expr:
    """The date of the case that the header names (基准日), where it is in sight; else the day of the run."""
    name = checker.scope.basis
    if name is not None:
        found = refer.seek(checker, name, frames)
        if found is not None:
            if not isinstance(strip(found.type), Date | Never):
                checker.report("basis-not-a-date", name.span, name=name.text, found=checker.say(found.type))
            return found
        if not any(
            name.text in (*item.fields, *item.drafts, *item.aliases) for item in checker.scope.entities.values()
        ):
            close = checker.scope.close_to(name.text, checker.scope.main)
            checker.report("unknown-name", name.span, close or None, name=name.text, close=close)
    return core.OnDay(type=DATE, span=where)


def _applies(checker: Checker, row: tree.Applies, body: core.Expr, frames: Frames) -> core.Expr:
    when = checker.condition(row.when, frames)
    otherwise = core.Inapplicable(row.reason, type=OptionalType(NEVER), span=row.span)
    type_ = body.type if isinstance(body.type, OptionalType) else OptionalType(body.type)
    case = core.Case(when, body, clause=row.cite.text if row.cite else "", span=row.span)
    return core.Choose("first", (case,), otherwise, "applies", type=type_, span=row.span)


def _exceptions(
    checker: Checker, rows: list[tree.ExceptRow], general: core.Expr, frames: Frames, where: Span
) -> core.Expr:
    """Exceptions in layers: one that prevails over another stands a layer above it; within a layer they must agree."""
    names = [row.name.text for row in rows]
    for at, row in enumerate(rows):
        if row.name.text in names[:at]:
            checker.report("duplicate-name", row.name.span, name=row.name.text)
        for other in row.prevails:
            if other.text not in names:
                close = next(iter(get_close_matches(other.text, names, 1)), "")
                checker.report("unknown-exception", other.span, close or None, name=other.text, close=close)
    below = {row.name.text: [name.text for name in row.prevails if name.text in names] for row in rows}
    heights: dict[str, int] = {}

    def height(name: str, path: tuple[str, ...]) -> int:
        if name in path:
            checker.report("prevails-in-circle", where, path=" → ".join([*path[path.index(name) :], name]))
            return 0
        if name not in heights:
            heights[name] = 1 + max((height(other, (*path, name)) for other in below[name]), default=-1)
        return heights[name]

    for name in names:
        height(name, ())
    found: list[tuple[core.Expr, Span]] = [(general, where)]
    layers: dict[int, list[core.Case]] = {}
    for row in rows:
        inside = knowing(frames, row.when)
        value = checker.expr(row.value, inside, strip(general.type))
        if row.rows:
            value = _exceptions(
                checker,
                [inner for inner in row.rows if isinstance(inner, tree.ExceptRow)],
                value,
                inside,
                row.value.span,
            )
        found.append((value, row.value.span))
        when = checker.condition(row.when, frames)
        clause = row.cite.text if row.cite else ""
        if row.cite:
            checker.scope.citations.append(row.cite)
        layers.setdefault(heights[row.name.text], []).append(
            core.Case(when, value, row.name.text, clause, span=row.span)
        )
    type_ = checker.common(tuple(found))
    body = general
    for level in sorted(layers):
        body = core.Choose("agree", tuple(layers[level]), body, "exceptions", type=type_, span=where)
    return body


def _modified(
    checker: Checker,
    node: tree.Rule | tree.Parameter | tree.Formula,
    body: core.Expr,
    measure: Measure | None,
    frames: Frames,
) -> core.Expr:
    """Exceptions, caps, floors, rounding and 适用 under a rule, applied in the order in which they are written."""
    bounds: list[core.Bound] = []
    exceptions: list[tree.ExceptRow] = []
    where = node.value.span if node.value is not None else node.span

    def settle(body: core.Expr) -> core.Expr:
        if exceptions:
            body = _exceptions(checker, exceptions, body, frames, where)
            exceptions.clear()
        if bounds:
            body = core.Limit(body, tuple(bounds), type=body.type, span=node.span)
            bounds.clear()
        return body

    applies: list[tree.Applies] = []
    for row in node.after:
        match row:
            case tree.CapRow():
                if exceptions:
                    body = settle(body)
                if isinstance(body.type, Never):
                    continue
                limit = checker.expr(row.limit, knowing(frames, row.when) if row.when is not None else frames)
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
                body = functions.rounded(checker, functions.ROUNDINGS[row.word], body, row.place, row.span, shown)
            case tree.ExceptRow():
                if bounds:
                    body = settle(body)
                exceptions.append(row)
            case tree.Applies():
                applies.append(row)
            case tree.Remark() | tree.LetRow() | tree.DatedRow():
                pass
            case _:
                checker.report("line-out-of-place", row.span, line=row.span.text)
        if isinstance(row, tree.CapRow | tree.RoundRow | tree.LetRow | tree.Applies) and row.cite:
            checker.scope.citations.append(row.cite)
    if _uncapped_unsaid(node):
        checker.report("increment-cap-missing", where)
    body = settle(body)
    for row in reversed(applies):
        body = _applies(checker, row, body, frames)
    return body


def _uncapped_unsaid(node: tree.Rule | tree.Parameter | tree.Formula) -> bool:
    block = _increment_of(node.value) if node.value is not None else None
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
        for option in bodied:
            if option.value is not None:
                checker.expr(option.value, frames)
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
                    blames=name,
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
