"""Owns types and units of expressions: a written expression in its scopes becomes a core expression, or a finding.

Where something is wrong a stand-in of type Never goes on, so that one mistake is said once. Names are resolved in `refer`, arithmetic
in `arithmetic`, comparisons and choices in `logic`, blocks in `blocks`, functions in `folds`.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field

from policydsl.check import arithmetic, blocks, functions, logic, refer, siblings
from policydsl.check.frames import Checked, Frames, RowFrame
from policydsl.check.guards import holds, narrows
from policydsl.check.scope import Draft, Scope
from policydsl.core import program as core
from policydsl.core.types import (
    BOOL,
    DATE,
    MOMENT,
    NEVER,
    TEXT,
    Bool,
    Date,
    ListOf,
    Member,
    Moment,
    Never,
    Number,
    Optional,
    Reference,
    Text,
    Type,
    strip,
)
from policydsl.core.units import POINT, base, english, nothing
from policydsl.core.values import NONE
from policydsl.source import Span
from policydsl.syntax import tree
from policydsl.syntax.keywords import BY_ID


@define
class Checker:
    """The state of checking one policy: what is declared and what has been inferred."""

    scope: Scope
    bodies: dict[tuple[str, str], Checked] = field(factory=dict)
    under_way: list[tuple[str, str]] = field(factory=list)
    cycles: list[tuple[tuple[str, str], ...]] = field(factory=list)
    tables: dict[str, core.Table] = field(factory=dict)
    table_types: dict[str, dict[str, Type]] = field(factory=dict)
    used: set[tuple[str, str]] = field(factory=set)
    infer_draft: Callable[[Checker, Draft], Checked] | None = None

    # ------------------------------------------------------------ findings

    def report(self, code: str, where: Span, mend: str | None = None, **data: object) -> core.Expr:
        """Note a finding and give the stand-in that stops further ones."""
        self.scope.report(code, where, mend, (), **data)
        return core.Pending("", type=NEVER, span=where)

    def say(self, type_: Type) -> str:
        """A type in the drafter's words."""
        words = self.scope.words
        match type_:
            case Number(unit=unit):
                if unit.plain:
                    return words("数(无单位)", "a plain number")
                return (
                    words("个百分点", "percentage points") if unit == base(POINT) else words(str(unit), english(unit))
                )
            case Bool():
                return words("是否", "a condition")
            case Text():
                return words("文本", "text")
            case Date():
                return words("日期", "a date")
            case Moment():
                return words("时刻", "a moment")
            case Member(roll=roll):
                return words(f"名录「{roll}」的成员", f"a member of {roll}")
            case Reference(entity=entity):
                return words(f"「{entity}」的一行", f"a row of {entity}")
            case Optional(of=of):
                return self.say(of) + words("或无", " or none")
            case ListOf(of=of):
                return words(f"{self.say(of)}的清单", f"a list of {self.say(of)}")
            case Never():
                return words("待定", "undecided")

    # ------------------------------------------------------------ rules

    def rule(self, draft: Draft) -> Checked | None:
        """The checked body of a rule, inferred on demand; None where it stands in its own circle."""
        known = self.bodies.get(draft.id)
        if known is not None:
            return known
        if draft.id in self.under_way:
            circle = tuple(self.under_way[self.under_way.index(draft.id) :])
            if not any(set(circle) == set(other) for other in self.cycles):
                self.cycles.append(circle)
            return None
        assert self.infer_draft is not None
        self.under_way.append(draft.id)
        try:
            checked = self.infer_draft(self, draft)
        finally:
            self.under_way.pop()
        self.bodies[draft.id] = checked
        return checked

    # ------------------------------------------------------------ expressions

    def expr(self, node: tree.Expr, frames: Frames, expected: Type | None = None) -> core.Expr:
        """The core expression of `node`. `expected` is a hint for bare member names, not a demand."""
        match node:
            case tree.Quantity():
                return arithmetic.quantity(self, node)
            case tree.Day():
                return core.Const(node.value, node.span.text, type=DATE, span=node.span)
            case tree.Time():
                return core.Const(node.value, node.span.text, type=MOMENT, span=node.span)
            case tree.Words():
                return core.Const(node.text, node.text, type=TEXT, span=node.span)
            case tree.Constant():
                return self._constant(node, frames)
            case tree.Reference():
                return refer.resolve(self, node, frames, expected)
            case tree.Unary():
                return arithmetic.unary(self, node, frames)
            case tree.Binary():
                return arithmetic.binary(self, node, frames)
            case tree.Comparison():
                return logic.comparison(self, node, frames)
            case tree.Logic():
                return logic.connected(self, node, frames)
            case tree.Among():
                return logic.among(self, node, frames)
            case tree.If():
                return logic.if_else(self, node, frames, expected)
            case tree.Group():
                return self.expr(node.inner, frames, expected)
            case tree.Undecided():
                if node.kind == "PENDING":
                    return core.Pending(node.reason, type=NEVER, span=node.span)
                return core.Inapplicable(node.reason, type=Optional(NEVER), span=node.span)
            case tree.Function():
                return functions.function(self, node, frames, expected)
            case tree.Block():
                return blocks.block(self, node, frames, expected)
            case tree.Ordered():
                return siblings.ordered(self, node, frames)
            case tree.Portion():
                return arithmetic.portion(self, node, frames)
            case tree.Several():
                return self._several(node, frames, expected)
            case tree.Instead():
                return logic.instead(self, node, frames)

    def condition(self, node: tree.Expr, frames: Frames) -> core.Expr:
        """An expression that must be 真 or 假."""
        found = self.expr(node, frames, BOOL)
        if not isinstance(found.type, Bool | Never):
            return self.report("not-a-condition", node.span, found=self.say(found.type))
        return found

    def there(self, node: tree.Expr, found: core.Expr, frames: Frames) -> core.Expr:
        """`found` as a value to compute with, where it has been asked before whether it is there: 若 有(甲) 则 甲 × 2."""
        if not isinstance(found.type, Optional) or not isinstance(found, core.FieldRead | core.RuleRead):
            return found
        if not narrows(frames) or not holds(
            self, found.row, frames, tree.Function("F_HAS", False, (node,), span=node.span)
        ):
            return found
        never = core.Pending("", type=NEVER, span=node.span)
        return core.IfInapplicable(found, never, type=found.type.of, span=node.span)

    def may_be_none(self, node: tree.Expr, type_: Optional) -> core.Expr:
        """A finding, with what to put in place in the unit or kind of the value."""
        return self.report("none-in-arithmetic", node.span, found=node.span.text, instead=self.usual(type_.of))

    def usual(self, type_: Type) -> str:
        """A value of a type to be put where one is missing, as it is written: zero in its unit, a day, 假, a member."""
        words = self.scope.words
        match strip(type_):
            case Number(unit=unit):
                return nothing(unit, self.scope.language)
            case Date():
                return words("2025年1月1日", "2025-01-01")
            case Moment():
                return words("2025年1月1日0时", "2025-01-01 00:00")
            case Bool():
                return BY_ID["FALSE"].spelling(self.scope.language)
            case Text():
                return words("“无”", "“none”")
            case Member(roll=roll) if self.scope.rolls[roll].members:
                return self.scope.rolls[roll].members[0]
            case _:
                return "…"

    def number(self, node: tree.Expr, frames: Frames) -> core.Expr:
        """An expression that must be a number."""
        return self.counted(node, self.there(node, self.expr(node, frames), frames))

    def counted(self, node: tree.Expr, found: core.Expr) -> core.Expr:
        """What an expression was found to be, which must be a number."""
        if isinstance(found.type, Optional) and isinstance(found.type.of, Number):
            return self.may_be_none(node, found.type)
        if isinstance(found.type, Optional) and isinstance(found.type.of, Never):
            return core.Pending("", type=NEVER, span=node.span)  # what is wrong with it is said where it stands
        if not isinstance(found.type, Number | Never):
            return self.report("number-expected", node.span, found=self.say(found.type))
        return found

    def same(self, left: Type, right: Type) -> Type | None:
        """The type that both can be read as, or None."""
        match left, right:
            case Never(), _:
                return right
            case _, Never():
                return left
            case Optional(of=a), Optional(of=b):
                inner = self.same(a, b)
                return Optional(inner) if inner is not None else None
            case Optional(of=a), b:
                inner = self.same(a, b)
                return Optional(inner) if inner is not None else None
            case a, Optional(of=b):
                inner = self.same(a, b)
                return Optional(inner) if inner is not None else None
            case Number(unit=a, whole=v), Number(unit=b, whole=w):
                return Number(a, v and w) if a == b else None
            case ListOf(of=a), ListOf(of=b):
                inner = self.same(a, b)
                return ListOf(inner) if inner is not None else None
            case a, b:
                return a if a == b else None

    def agree(self, left: core.Expr, right: core.Expr, where: Span, op: str) -> Type:
        """The common type of two operands, or a finding at `where` and Never."""
        common = self.same(left.type, right.type)
        if common is not None:
            return common
        a, b = strip(left.type), strip(right.type)
        if isinstance(a, Number) and isinstance(b, Number):
            bare = right if b.unit.plain else left if a.unit.plain else None
            unit = a.unit if bare is right else b.unit
            if isinstance(bare, core.Const) and bare.span is not None and not bare.text.endswith(("%", "‰")):
                mend = f"{bare.text}{unit}"
                self.report("unit-needed", bare.span, mend, number=bare.text, unit=str(unit))
            else:
                self.report("unit-mismatch", where, op=op, left=self.say(a), right=self.say(b))
        else:
            self.report("compare-kinds", where, left=self.say(a), right=self.say(b))
        return NEVER

    # ------------------------------------------------------------ one node each

    def _constant(self, node: tree.Constant, frames: Frames) -> core.Expr:
        match node.word:
            case "TRUE" | "FALSE":
                return core.Const(node.word == "TRUE", node.span.text, type=BOOL, span=node.span)
            case "NONE":
                return core.Const(NONE, node.span.text, type=Optional(NEVER), span=node.span)
            case "ALL_TASKS" | "UNMET_TASKS":
                return self._tasks(node, frames)

    def _tasks(self, node: tree.Constant, frames: Frames) -> core.Expr:
        row = next((at for at, frame in enumerate(frames) if isinstance(frame, RowFrame)), 0)
        frame = frames[row]
        assert isinstance(frame, RowFrame)
        drafts = [d for d in self.scope.entities[frame.entity].drafts.values() if d.kind == "task"]
        if not drafts:
            return self.report("tasks-missing", node.span)
        options = tuple(
            core.Option(draft.name, refer.read_rule(self, draft, core.Here(row), node.span)) for draft in drafts
        )
        if node.word == "ALL_TASKS":
            return core.Every(tuple(option.value for option in options), type=BOOL, span=node.span)
        return core.UnmetTasks(options, type=ListOf(TEXT), span=node.span)

    def _several(self, node: tree.Several, frames: Frames, expected: Type | None) -> core.Expr:
        """A list of literals, as an example writes it."""
        inner = expected.of if isinstance(expected, ListOf) else None
        found = tuple((self.expr(item, frames, inner), item.span) for item in node.items)
        values = tuple(refer.constant(self, value, where) for value, where in found)
        type_ = ListOf(self.common(found))
        if None in values:
            return core.Pending("", type=NEVER, span=node.span)
        return core.Const(tuple(v for v in values if v is not None), node.span.text, type=type_, span=node.span)

    def common(self, found: tuple[tuple[core.Expr, Span], ...]) -> Type:
        """The one type of several alternatives; a finding at the first that does not fit."""
        type_: Type = NEVER
        if any(not _is_bare_zero(value) and not isinstance(value.type, Never) for value, _ in found):
            # a bare 0 is what lacks its unit, wherever it stands among the others
            found = tuple(sorted(found, key=lambda item: _is_bare_zero(item[0])))
        for value, where in found:
            joined = self.same(type_, value.type)
            if joined is None:
                if (
                    isinstance(value, core.Const)
                    and isinstance(strip(type_), Number)
                    and isinstance(value.type, Number)
                    and value.type.unit.plain
                ):
                    unit = str(strip(type_).unit)  # type: ignore[union-attr]
                    self.report("unit-needed", where, f"{value.text}{unit}", number=value.text, unit=unit)
                else:
                    mend = _rest_of_unit(value, type_)
                    self.report("type-mismatch", where, mend, found=self.say(value.type), expected=self.say(type_))
                continue
            type_ = joined
        return type_


def _is_bare_zero(value: core.Expr) -> bool:
    """Whether an alternative is the number 0 with no unit behind it."""
    return isinstance(value, core.Const) and value.value == 0 and value.text == "0"


def _rest_of_unit(value: core.Expr, wanted: Type) -> str | None:
    """A written amount whose unit lacks the part below the line (500元 for 500元/家), with that part."""
    if not isinstance(value, core.Const) or not isinstance(value.type, Number):
        return None
    inner = strip(wanted)
    if not isinstance(inner, Number):
        return None
    unit, short = str(inner.unit), f"{value.type.unit}/"
    return f"{value.text}/{unit[len(short) :]}" if unit.startswith(short) else None
