"""Owns terms for expressions that have no step of their own: the filter of an aggregate, the value of a row not taken.

Values that stand elsewhere in the trace (facts and rules of the account's row, of singletons, constant cells of tables)
are read there and shown; nothing is computed. What depends on the rows of an aggregate is shown by name only.
"""

from __future__ import annotations

from typing import Any, assert_never

from attrs import frozen

from policydsl.core import program as core
from policydsl.core.values import Absent, Blocked, NotApplicable, Outcome, Value
from policydsl.core.walk import everything
from policydsl.explain.book import Book
from policydsl.explain.names import Address, Shown
from policydsl.explain.spans import years_of
from policydsl.explain.terms import (
    AmongTerm,
    CellTerm,
    ComparisonTerm,
    DayTerm,
    FactTerm,
    FoldTerm,
    HasTerm,
    JoinTerm,
    LiteralTerm,
    LocalTerm,
    NotTerm,
    RuleTerm,
    SumTerm,
    Term,
    ToldTerm,
)


@frozen
class Stand:
    """Whose account is written: the row whose values may be shown, and the entity whose rows run (empty: none)."""

    book: Book
    entity: str
    key: str
    running: str = ""

    def key_of(self, ref: core.RowRef, entity: str) -> str | None:
        """The key of the row that is read, where the account's place in the trace says it."""
        if entity == self.running and not isinstance(ref, core.Sole):
            return None
        if isinstance(ref, core.Sole) or self.book.singleton(entity):
            return ""
        return self.key if entity == self.entity and isinstance(ref, core.Here | core.Owner) else None


def sketch(expr: core.Expr, stand: Stand) -> Term:
    """A term for an expression that was not evaluated for the reader."""
    shown = Shown(peek(expr, stand), expr.type, years_of(expr))
    match expr:
        case core.Const():
            return LiteralTerm(shown, expr.text)
        case core.FieldRead():
            declared = stand.book.fields.get((expr.entity, expr.name))
            shown = Shown(shown.outcome, expr.type, declared.measure if declared else None)
            at = Address(expr.entity, stand.key_of(expr.row, expr.entity) or "", expr.name)
            return FactTerm(at, stand.book.fact_name(expr.entity, expr.name), shown)
        case core.RuleRead():
            rule = stand.book.rule(expr.entity, expr.name)
            shown = Shown(shown.outcome, expr.type, rule.measure if rule else None)
            at = Address(expr.entity, stand.key_of(expr.row, expr.entity) or "", expr.name)
            return RuleTerm(at, stand.book.rule_name(expr.entity, expr.name), shown)
        case core.Local():
            return LocalTerm(expr.name, shown)
        case core.Let():
            if isinstance(expr.body, core.Local) and expr.body.depth == 0:
                return LocalTerm(expr.name, Shown(peek(expr.value, stand), expr.type))
            return sketch(expr.body, stand)
        case core.Apply():
            return SumTerm(expr.op, tuple(sketch(arg, stand) for arg in expr.args), shown)
        case core.Compare():
            left, right = sketch(expr.left, stand), sketch(expr.right, stand)
            return ComparisonTerm(expr.op, expr.word, left, right, shown)
        case core.Every():
            return JoinTerm("every", len(expr.parts), tuple(sketch(part, stand) for part in expr.parts), shown)
        case core.Some():
            return JoinTerm("some", expr.at_least, tuple(sketch(part, stand) for part in expr.parts), shown)
        case core.Not():
            return NotTerm(sketch(expr.part, stand), shown)
        case core.Within():
            return AmongTerm(sketch(expr.item, stand), (sketch(expr.column, _running(stand, expr.rows)),), shown)
        case core.OneOf():
            return AmongTerm(sketch(expr.item, stand), tuple(sketch(item, stand) for item in expr.options), shown)
        case core.Lookup():
            return CellTerm(stand.book.table_name(expr.table), expr.column, shown)
        case core.Aggregate():
            inner = _running(stand, expr.rows)
            return FoldTerm(
                expr.fold,
                stand.book.entity_name(expr.rows.entity),
                stand.book.counted_in(expr.rows.entity),
                sketch(expr.body, inner) if expr.body is not None else None,
                sketch(expr.where, inner) if expr.where is not None else None,
                shown,
            )
        case core.Has():
            return HasTerm(sketch(expr.body, stand), shown)
        case core.OnDay():
            return DayTerm(shown)
        case core.IfInapplicable() | core.Round() | core.Limit():
            return sketch(expr.body, stand)
        case (
            core.Choose()
            | core.Bands()
            | core.Brackets()
            | core.Increment()
            | core.Pick()
            | core.Switch()
            | core.Pending()
            | core.Inapplicable()
            | core.UnmetTasks()
            | core.Running()
            | core.Previous()
            | core.Rank()
            | core.Share()
        ):
            return LocalTerm(expr.span.text, shown) if expr.span is not None else ToldTerm(shown)
        case _:
            assert_never(expr)


def _running(stand: Stand, rows: core.Rows) -> Stand:
    return Stand(stand.book, stand.entity, stand.key, rows.entity)


def peek(expr: core.Expr, stand: Stand) -> Outcome | None:
    """What the trace or the policy already says this expression is; None where neither does."""
    match expr:
        case core.Const():
            return expr.value
        case core.FieldRead():
            key = stand.key_of(expr.row, expr.entity)
            return None if key is None else stand.book.cell_outcome(expr.entity, key, expr.name)
        case core.RuleRead():
            key = stand.key_of(expr.row, expr.entity)
            step = None if key is None else stand.book.step(expr.entity, key, expr.name)
            return step.outcome if step is not None else None
        case core.Lookup():
            return _cell(expr, stand)
        case core.Inapplicable():
            return NotApplicable(expr.reason)
        case _:
            return None


def _cell(expr: core.Lookup, stand: Stand) -> Outcome | None:
    table = stand.book.trace.program.tables.get(expr.table)
    keys = [peek(key, stand) for key in expr.keys]
    if table is None or any(key is None or isinstance(key, Blocked) for key in keys):
        return None
    rows = [row for row in table.rows if not row.otherwise] + [row for row in table.rows if row.otherwise]
    for row in rows:
        if all(map(_fits, keys, row.keys)):
            cell = row.cells.get(expr.column)
            return peek(cell, stand) if cell is not None else None
    return None


def _fits(key: Any, wanted: tuple[Value | core.Interval, ...] | None) -> bool:
    """Whether a key column of a row accepts a key."""
    if wanted is None:
        return True
    return any(_inside(key, item) if isinstance(item, core.Interval) else key == item for item in wanted)


def _inside(key: Any, range_: core.Interval) -> bool:
    low: Any = range_.low
    high: Any = range_.high
    above = low is None or key > low or (range_.low_closed and key == low)
    return above and (high is None or key < high or (range_.high_closed and key == high))


def reads(expr: core.Expr, entity: str) -> tuple[str, ...]:
    """Names of the fields and rules of `entity` that an expression reads, each once, in order."""
    # `everything` meets the last part first; turned round, the names come in reading order
    kinds = (core.FieldRead, core.RuleRead)
    found = [node.name for node in everything(expr) if isinstance(node, kinds) and node.entity == entity]
    return tuple(dict.fromkeys(reversed(found)))


def is_absent(outcome: Outcome | None) -> bool:
    """Whether an outcome is none or not applicable: such rows are skipped by aggregates."""
    return isinstance(outcome, Absent | NotApplicable)
