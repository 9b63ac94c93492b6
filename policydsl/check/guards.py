"""Owns what is known where an expression stands: the conditions that have been asked before its value is taken.

They are kept in the frame of the row that they speak of. What is asked of a variant's fields, and of rules that apply only in part,
is answered from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from policydsl.check.frames import Frames, RowFrame
from policydsl.core import program as core
from policydsl.core.types import Member, strip
from policydsl.syntax import tree
from policydsl.syntax.keywords import BY_ID
from policydsl.syntax.walk import mapped

if TYPE_CHECKING:
    from policydsl.check.infer import Checker
    from policydsl.check.scope import Scope

_SAME = ("EQ_IS", "EQ_EQUAL", "=")
_OTHER = ("NE_IS", "NE_EQUAL", "≠")


def knowing(frames: Frames, *conditions: tree.Expr) -> Frames:
    """The scopes in which these conditions hold of the innermost row."""
    for depth, frame in enumerate(frames):
        if isinstance(frame, RowFrame):
            return (*frames[:depth], evolve(frame, known=(*frame.known, *conditions)), *frames[depth + 1 :])
    return frames


def wholly(frames: Frames) -> Frames:
    """The same scopes where absence is asked about: a fact or rule that may be none is so there, whatever is known."""
    return tuple(evolve(frame, whole=True) if isinstance(frame, RowFrame) else frame for frame in frames)


def narrows(frames: Frames) -> bool:
    """Whether what is known says that a value is there."""
    return not any(frame.whole for frame in frames if isinstance(frame, RowFrame))


def asked(kind: tree.Expr, scope: Scope) -> str:
    """The condition of a variant as it is written; of one inside another, both."""
    parts = kind.parts if isinstance(kind, tree.Logic) and kind.op == "and" else (kind,)
    texts = [part.span.text for part in parts]
    texts = [
        f"({text})" if isinstance(part, tree.Group) and text[:1] != "(" else text
        for part, text in zip(parts, texts, strict=True)
    ]
    return f" {BY_ID['AND'].spelling(scope.language)} ".join(texts)


def denied(condition: tree.Expr) -> tree.Expr:
    """非 of a condition."""
    return tree.Unary("not", condition, span=condition.span)


def chosen(subject: tree.Expr, labels: tuple[tree.Label, ...]) -> tree.Expr:
    """The condition of a row of 按 … 选."""
    options = tuple(tree.Reference((one,), span=one.span) if isinstance(one, tree.Name) else one for one in labels)
    return tree.Among(subject, options, span=subject.span)


def holds(checker: Checker, row: core.RowRef, frames: Frames, wanted: tree.Expr) -> bool:
    """Whether what is known of `row` in these scopes implies the condition, which is written from that row's own sight."""
    known = _known_of(row, frames)
    return all(_implied(checker, known, part) for part in _parts(_plain(wanted)))


def _known_of(row: core.RowRef, frames: Frames) -> tuple[tree.Expr, ...]:
    while isinstance(row, core.Owner | core.OnlyChild):
        row = row.of
    if isinstance(row, core.Here):
        frame = frames[row.depth] if row.depth < len(frames) else None
        return tuple(_plain(one) for one in frame.known) if isinstance(frame, RowFrame) else ()
    # the one row of a singleton, or a row that is named: what is known of it was asked in the row at hand
    return tuple(_plain(one) for frame in frames if isinstance(frame, RowFrame) for one in frame.known)


def _plain(node: tree.Expr) -> tree.Expr:
    """A condition without brackets, each name by its last part, so that 企业.类型 and 类型 are one."""

    def change(item: object) -> object:
        if isinstance(item, tree.Group):
            return item.inner
        if isinstance(item, tree.Reference) and item.keys is None and (len(item.path) > 1 or item.this):
            return tree.Reference((item.path[-1],), span=item.span)
        return item

    return mapped(node, change)


def _parts(node: tree.Expr) -> tuple[tree.Expr, ...]:
    if isinstance(node, tree.Logic) and node.op == "and":
        return tuple(inner for part in node.parts for inner in _parts(part))
    return (node,)


def _implied(checker: Checker, known: tuple[tree.Expr, ...], wanted: tree.Expr) -> bool:
    facts = tuple(part for one in known for part in _parts(one))
    if wanted in facts:
        return True
    asked = _members(wanted)
    if asked is None:
        return False
    subject, members, positive = asked
    every = _roll_of(checker, subject)
    left = set(every) if every else None
    allowed: set[str] | None = set(members) if positive else (set(every) - set(members) if every else None)
    for fact in facts:
        said = _members(fact)
        if said is None or said[0] != subject:
            continue
        if said[2]:
            left = set(said[1]) if left is None else left & set(said[1])
        elif left is not None:
            left -= set(said[1])
    return left is not None and allowed is not None and left <= allowed


def _members(node: tree.Expr) -> tuple[tree.Expr, tuple[str, ...], bool] | None:
    """What a condition says of one name: that it is, or is not, among these members."""
    match node:
        case tree.Unary(op="not", operand=inner):
            said = _members(inner)
            return (said[0], said[1], not said[2]) if said is not None else None
        case tree.Comparison(word=word, left=tree.Reference() as left, right=tree.Reference(path=(name,), keys=None)):
            if word in _SAME or word in _OTHER:
                return left, (name.text,), word in _SAME
        case tree.Among(item=tree.Reference() as item, options=tuple() as options):
            names = [one.path[0].text for one in options if isinstance(one, tree.Reference) and len(one.path) == 1]
            if len(names) == len(options):
                return item, tuple(names), True
    return None


def _roll_of(checker: Checker, subject: tree.Expr) -> tuple[str, ...]:
    """The members of the roll that a name's values come from; nothing where it has none or several."""
    if not isinstance(subject, tree.Reference):
        return ()
    name = subject.path[-1].text
    rolls = {
        kind.roll
        for item in checker.scope.entities.values()
        if (found := item.owns(name)) is not None and found in item.fields
        if isinstance(kind := strip(item.fields[found].type), Member)
    }
    return checker.scope.rolls[rolls.pop()].members if len(rolls) == 1 else ()
