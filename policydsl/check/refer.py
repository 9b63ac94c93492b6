"""Owns what a name means: looked up in the row, its owners, the singletons and the file; found twice is an error, never shadowing."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from attrs import evolve

from policydsl.check import lookups
from policydsl.check.called import close_names, excess_meant, rounding_meant, unglued
from policydsl.check.frames import Frames, RowFrame, ValueFrame
from policydsl.check.guards import asked, holds, narrows
from policydsl.check.meant import count_meant, function_meant, nothing_meant, truth_meant
from policydsl.check.named import formula_called, parameter_used
from policydsl.check.numerals import in_digits
from policydsl.check.scope import Draft, EntityScope
from policydsl.core import program as core
from policydsl.core.types import NEVER, Member, Never, Optional, Reference, Type, strip
from policydsl.core.values import Value
from policydsl.source import Span
from policydsl.syntax import tree
from policydsl.syntax.keywords import BY_ID, KEYWORDS

if TYPE_CHECKING:
    from policydsl.check.infer import Checker


def resolve(checker: Checker, node: tree.Reference, frames: Frames, expected: Type | None) -> core.Expr:
    """The expression that a path stands for."""
    first = node.path[0]
    if node.this:
        return walk(checker, node, 0, _outermost(frames), frames)
    if node.keys is not None:
        return _keyed(checker, node, frames)
    if len(node.path) == 1:
        if isinstance(expected, Member):
            member = checker.scope.member(expected.roll, first.text)
            if member is not None:
                return core.Const(member, first.text, type=expected, span=node.span)
        local = _local(frames, first.text)
        if local is not None:
            depth, type_ = local
            return core.Local(depth, first.text, type=type_, span=node.span)
        return _bare(checker, first, frames, expected)
    # a path: a row by its entity's name, a table, or a reference field
    entity = checker.scope.entity(first.text)
    if entity is not None:
        row = row_of(checker, entity.name, frames)
        if row is not None:
            return walk(checker, node, 1, row, frames)
    table = checker.scope.table(first.text)
    if table is not None:
        return lookups.lookup(checker, node, table, None, frames)
    found = _bare(checker, first, frames, None)
    if isinstance(strip(found.type), Reference):
        target = strip(found.type)
        assert isinstance(target, Reference)
        return walk(checker, node, 1, (core.Keyed(target.entity, found), target.entity), frames)
    if isinstance(found.type, type(NEVER)):
        return found
    return checker.report("no-parts", first.span, name=first.text)


Row = tuple[core.RowRef, str]


def _local(frames: Frames, name: str) -> tuple[int, Type] | None:
    for depth, frame in enumerate(frames):
        if isinstance(frame, ValueFrame) and frame.name == name:
            return depth, frame.type
    return None


def _outermost(frames: Frames) -> Row:
    for depth in range(len(frames) - 1, -1, -1):
        frame = frames[depth]
        if isinstance(frame, RowFrame):
            return core.Here(depth), frame.entity
    raise AssertionError("no row in scope")


def row_of(checker: Checker, entity: str, frames: Frames) -> Row | None:
    """The row of `entity` that is in scope: a scope's own row, one of its owners, or a singleton."""
    for depth, frame in enumerate(frames):
        if isinstance(frame, RowFrame) and frame.entity == entity:
            return core.Here(depth), entity
    for depth, frame in enumerate(frames):
        if not isinstance(frame, RowFrame):
            continue
        row: core.RowRef = core.Here(depth)
        for owner in checker.scope.ancestors(frame.entity):
            row = core.Owner(row, owner)
            if owner == entity:
                return row, entity
    found = checker.scope.entities[entity]
    if found.node.singleton:
        return core.Sole(entity), entity
    if found.node.at_most_one and found.owner is not None:
        parent = row_of(checker, found.owner, frames)
        if parent is not None:
            return core.OnlyChild(parent[0], entity), entity
    return None


def _visible(checker: Checker, frames: Frames) -> list[Row]:
    """The rows whose names count here, nearest first: the innermost row, its owners, the singletons."""
    at = next((depth for depth, frame in enumerate(frames) if isinstance(frame, RowFrame)), None)
    if at is None:
        return []
    frame = frames[at]
    assert isinstance(frame, RowFrame)
    rows: list[Row] = [(core.Here(at), frame.entity)]
    row: core.RowRef = core.Here(at)
    for owner in checker.scope.ancestors(frame.entity):
        row = core.Owner(row, owner)
        known = row_of(checker, owner, frames)
        rows.append(known if known is not None else (row, owner))
    seen = {entity for _, entity in rows}
    rows += [(core.Sole(name), name) for name in checker.scope.singletons() if name not in seen]
    return rows


def seek(checker: Checker, name: tree.Name, frames: Frames) -> core.Expr | None:
    """A field or rule in sight by its bare name, or None; nothing is reported."""
    for row, entity in _visible(checker, frames):
        item = checker.scope.entities[entity]
        if item.owns(name.text):
            return read(checker, row, item, name, frames)
    return None


def _bare(checker: Checker, name: tree.Name, frames: Frames, expected: Type | None) -> core.Expr:
    scope = checker.scope
    hits = [
        (row, scope.entities[entity])
        for row, entity in _visible(checker, frames)
        if scope.entities[entity].owns(name.text)
    ]
    if len(hits) > 1:
        places = scope.words("、", ", ").join(f"{item.name}.{name.text}" for _, item in hits)
        checker.used.update((item.name, item.owns(name.text) or "") for _, item in hits)
        return checker.report("ambiguous-name", name.span, name=name.text, places=places)
    if hits:
        row, item = hits[0]
        return read(checker, row, item, name, frames)
    parameter = scope.parameters.get(name.text)
    if parameter is not None:
        return parameter_used(checker, parameter, name.span, frames)
    rolls = scope.rolls_with(name.text)
    if len(rolls) == 1 or (isinstance(expected, Member) and expected.roll in rolls):
        roll = expected.roll if isinstance(expected, Member) and expected.roll in rolls else rolls[0]
        member = scope.member(roll, name.text)
        return core.Const(member or name.text, name.text, type=Member(roll), span=name.span)
    if len(rolls) > 1:
        return checker.report("ambiguous-name", name.span, name=name.text, places=scope.words("、", ", ").join(rolls))
    if isinstance(expected, Reference):
        return core.Const(name.text, name.text, type=expected, span=name.span)
    own = next((frame.entity for frame in frames if isinstance(frame, RowFrame)), None)
    if isinstance(expected, Member):
        close = get_close_matches(name.text, scope.rolls[expected.roll].members, 1, 0.4)
        return checker.report(
            "unknown-name", name.span, close[0] if close else None, name=name.text, close=close[0] if close else ""
        )
    owners = [item.name for item in scope.entities.values() if item.owns(name.text)]
    if owners:
        rows = [frame.entity for frame in frames if isinstance(frame, RowFrame)]
        mine = len(rows) > 1 and rows[-1] in owners
        return checker.report(
            "name-elsewhere",
            name.span,
            f"{scope.words('本', 'this')}.{name.text}" if mine else None,
            name=name.text,
            places=scope.words("、", ", ").join(f"{e}.{name.text}" for e in owners),
        )
    table = scope.table(name.text)
    if table is not None and scope.tables[table][0].across is not None:
        node = tree.Reference((name,), span=name.span)
        return lookups.lookup(checker, node, table, None, frames)
    if table is not None:
        return checker.report("table-needs-column", name.span, name=name.text)
    if any(one.kind == "call" and one.spelling(scope.language) == name.text for one in KEYWORDS):
        return checker.report("function-without-brackets", name.span, f"{name.text}(…)", name=name.text)
    counted = count_meant(name.text, scope.entities, scope.language)
    if counted:
        return checker.report("count-in-words", name.span, counted, name=name.text)
    glued = unglued(checker, name.text, own)
    if glued:
        return checker.report("glued-words", name.span, glued, found=name.text)
    figure = in_digits(name.text)
    if figure and scope.language == "zh":
        return checker.report("figure-in-words", name.span, figure, found=name.text)
    close_name = (
        nothing_meant(name.text, scope.language)
        or scope.close_to(name.text, own)
        or truth_meant(name.text, scope.language)
    )
    return checker.report("unknown-name", name.span, close_name or None, name=name.text, close=close_name)


def read(checker: Checker, row: core.RowRef, item: EntityScope, name: tree.Name, frames: Frames = ()) -> core.Expr:
    """A field or rule of a row, by name or alias. A field of one kind of row only needs that kind to have been asked for in
    `frames`; a rule that applies only in part has a value where its condition has been."""
    canonical = item.owns(name.text)
    assert canonical is not None
    found = item.fields.get(canonical)
    if found is not None:
        checker.used.add((item.name, canonical))
        kind = item.kinds.get(canonical)
        if kind is not None and frames and not holds(checker, row, frames, kind):
            checker.report("variant-unasked", name.span, name=canonical, kind=asked(kind, checker.scope))
        return core.FieldRead(row, item.name, canonical, type=found.type, span=name.span)
    return read_rule(checker, item.drafts[canonical], row, name.span, frames)


def read_rule(checker: Checker, draft: Draft, row: core.RowRef, where: Span, frames: Frames = ()) -> core.Expr:
    """The outcome of a rule of a row."""
    checker.used.add(draft.id)
    if draft.kind in ("constraint", "property"):
        return checker.report("constraint-read", where, name=draft.name)
    checked = checker.rule(draft)
    type_ = checked.body.type if checked is not None else NEVER
    if checked is not None and isinstance(type_, Optional) and frames and narrows(frames):
        from policydsl.check.rules import conditions_of

        conditions = conditions_of(draft)
        if conditions and all(holds(checker, row, frames, one) for one in conditions):
            type_ = _where_it_applies(checked.body).type
    return core.RuleRead(row, draft.entity, draft.name, type=type_, span=where)


def _where_it_applies(body: core.Expr) -> core.Expr:
    """What a rule gives where it applies."""
    while True:
        match body:
            case core.Choose(form="applies", cases=(case,)):
                body = case.value
            case core.Let(body=inner):
                body = inner
            case _:
                return body


def walk(checker: Checker, node: tree.Reference, at: int, row: Row, frames: Frames) -> core.Expr:
    """Follow the rest of a path from a row. What is read of a row that need not be there (至多一条) may be none."""
    scope = checker.scope
    here, entity = row
    absent = isinstance(here, core.OnlyChild)
    while True:
        name = node.path[at]
        item = scope.entities[entity]
        last = at == len(node.path) - 1
        if item.owns(name.text):
            found = read(checker, here, item, name, frames)
            if last and absent and not isinstance(found.type, Optional | Never):
                return evolve(found, type=Optional(found.type))
            if last:
                return found
            target = strip(found.type)
            if not isinstance(target, Reference):
                return checker.report("no-parts", name.span, name=name.text)
            here, entity = core.Keyed(target.entity, found), target.entity
            at += 1
            continue
        other = scope.entity(name.text)
        if other is not None and not last:
            if other.name in scope.ancestors(entity):
                step: core.RowRef = here
                for owner in scope.ancestors(entity):
                    step = core.Owner(step, owner)
                    if owner == other.name:
                        break
                here, entity = step, other.name
                at += 1
                continue
            if other.node.at_most_one and other.owner == entity:
                here, entity = core.OnlyChild(here, other.name), other.name
                absent = True
                at += 1
                continue
        close = next(iter(close_names(name.text, [*item.fields, *item.drafts])), "")
        return checker.report("unknown-part", name.span, close or None, name=name.text, of=entity, close=close)


def _asked(checker: Checker, node: tree.Reference) -> str:
    """A question of spreadsheets (IF(合格, 1元, 0元)), as it is written; else nothing."""
    if node.keys is None or len(node.keys) != 3 or len(node.path) != 1:
        return ""
    if node.path[0].text.casefold() not in ("if", "iif", "如果", "条件"):
        return ""
    when, then, otherwise = (one.span.text for one in node.keys)
    words = [BY_ID[word].spelling(checker.scope.language) for word in ("IF", "THEN", "ELSE")]
    return f"({words[0]} {when} {words[1]} {then} {words[2]} {otherwise})"


def _keyed(checker: Checker, node: tree.Reference, frames: Frames) -> core.Expr:
    """`表(键).列` or `对象(键).名`."""
    assert node.keys is not None
    first = node.path[0]
    table = checker.scope.table(first.text)
    if table is not None:
        return lookups.lookup(checker, node, table, node.keys, frames)
    formula = checker.scope.formulas.get(first.text)
    if formula is not None:
        return formula_called(checker, node, formula, frames)
    entity = checker.scope.entity(first.text)
    if entity is None:
        if first.text in checker.scope.parameters and len(node.keys) == 1:
            checker.used.add(("", first.text))
            return checker.report("parameter-called", first.span, name=first.text, key=node.keys[0].span.text)
        meant = function_meant(first.text, checker.scope.language)
        close = meant or checker.scope.close_to(first.text, None)
        called = rounding_meant(checker, node, meant, frames) or excess_meant(checker, node) or _asked(checker, node)
        if called:
            return checker.report("unknown-function", node.span, called, name=first.text, close=called)
        return checker.report("unknown-function", first.span, close or None, name=first.text, close=close)
    key_field = next((item for item in entity.fields.values() if item.key), None)
    if len(node.keys) != 1 or key_field is None:
        return checker.report(
            "lookup-keys", node.span, expected=1 if key_field else 0, found=len(node.keys), name=first.text
        )
    key = checker.expr(node.keys[0], frames, key_field.type)
    if len(node.path) == 1:
        return checker.report("table-needs-column", first.span, name=first.text)
    return walk(checker, node, 1, (core.Keyed(entity.name, key), entity.name), frames)


def constant(checker: Checker, found: core.Expr, where: Span) -> Value | None:
    """The value of a literal; a finding where it is not one."""
    if isinstance(found, core.Const):
        return found.value
    if not isinstance(found.type, type(NEVER)):
        checker.report("constant-needed", where, found=where.text)
    return None
