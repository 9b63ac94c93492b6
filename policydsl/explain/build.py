"""Owns the way from steps to terms and statements: one function per node, joined by one match.

`tell` returns the term that stands for a step and appends to the desk what has to be said before it. Sub-steps are
found by the node they evaluate, never by position, because which operands were needed differs from row to row.
"""

from __future__ import annotations

from typing import assert_never

from policydsl.core import program as core
from policydsl.explain.amounts import tell_brackets, tell_increment, tell_limit
from policydsl.explain.book import Book
from policydsl.explain.choices import tell_bands, tell_choice, tell_instead, tell_lookup, tell_pick, tell_switch
from policydsl.explain.desk import Desk, difference, shown_of, verdict_of
from policydsl.explain.folds import tell_fold
from policydsl.explain.parts import fact_term, rule_term
from policydsl.explain.places import tell_place
from policydsl.explain.sketch import Stand, sketch
from policydsl.explain.statements import (
    Calculation,
    Deferring,
    Excluding,
    LocalNamed,
    Rounding,
    Searching,
    Statement,
    Unfinished,
)
from policydsl.explain.terms import (
    AmongTerm,
    CellTerm,
    ComparisonTerm,
    DayTerm,
    HasTerm,
    JoinTerm,
    LiteralTerm,
    LocalTerm,
    NotTerm,
    SumTerm,
    Term,
    ToldTerm,
)
from policydsl.interpret.trace import RuleStep, Sample, Step


def statements_of(step: RuleStep, book: Book) -> tuple[Statement, ...]:
    """Everything there is to say of how a rule of a row came to the value of its body."""
    desk = Desk(book, step.rule.entity, step.key, tell)
    term = tell(step.body, desk)
    match term:
        case ToldTerm() | CellTerm():
            pass
        case _ if isinstance(step.body.node, core.Aggregate):
            pass
        case _:
            desk.say(Calculation(term))
    return tuple(desk.said)


def tell(step: Step, desk: Desk) -> Term:
    """The term that stands for a step; what must be said first is said on the desk."""
    node = step.node
    match node:
        case core.Const():
            return LiteralTerm(shown_of(step), node.text)
        case core.FieldRead():
            return fact_term(step, node, desk)
        case core.RuleRead():
            return rule_term(step, node, desk)
        case core.Local():
            return LocalTerm(node.name, shown_of(step))
        case core.Let():
            return _let(step, node, desk)
        case core.Apply():
            return SumTerm(node.op, tuple(desk.tell(item) for item in step.operands), shown_of(step))
        case core.Compare():
            return _compare(step, node, desk)
        case core.Every():
            return _join(step, "every", node.parts, len(node.parts), desk)
        case core.Some():
            return _join(step, "some", node.parts, node.at_least, desk)
        case core.Not():
            return NotTerm(desk.part(step, node.part), verdict_of(step))
        case core.Within():
            return _within(step, node, desk)
        case core.OneOf():
            item, *options = (desk.part(step, part) for part in (node.item, *node.options))
            return AmongTerm(item, tuple(options), verdict_of(step))
        case core.Choose():
            return tell_choice(step, node, desk)
        case core.Bands():
            return tell_bands(step, node, desk)
        case core.Brackets():
            return tell_brackets(step, node, desk)
        case core.Increment():
            return tell_increment(step, node, desk)
        case core.Limit():
            return tell_limit(step, node, desk)
        case core.Pick():
            return tell_pick(step, node, desk)
        case core.Round():
            desk.say(Rounding(node.mode, node.place, node.text, desk.part(step, node.body), shown_of(step)))
            return ToldTerm(shown_of(step))
        case core.Lookup():
            return tell_lookup(step, node, desk)
        case core.Aggregate():
            return tell_fold(step, node, desk.stand, desk.say)
        case core.Switch():
            return tell_switch(step, node, desk)
        case core.OnDay():
            return DayTerm(shown_of(step))
        case core.Running() | core.Previous() | core.Rank() | core.Share():
            return tell_place(step, node, desk)
        case core.Pending():
            desk.say(Deferring(node.reason))
            return ToldTerm(shown_of(step))
        case core.Inapplicable():
            desk.say(Excluding(node.reason))
            return ToldTerm(shown_of(step))
        case core.IfInapplicable():
            return tell_instead(step, node, desk)
        case core.Has():
            return HasTerm(desk.part(step, node.body), verdict_of(step))
        case core.UnmetTasks():
            desk.say(Unfinished(len(node.parts), shown_of(step)))
            return ToldTerm(shown_of(step))
        case _:
            assert_never(node)


def _let(step: Step, node: core.Let, desk: Desk) -> Term:
    value = desk.part(step, node.value)
    if isinstance(node.body, core.Local) and node.body.depth == 0 and isinstance(value, LiteralTerm):
        # a parameter of the policy (标准): its name and value say it all
        return LocalTerm(node.name, shown_of(step))
    desk.say(LocalNamed(node.name, value))
    return desk.part(step, node.body)


def _compare(step: Step, node: core.Compare, desk: Desk) -> Term:
    left, right = desk.part(step, node.left), desk.part(step, node.right)
    gap = None
    if step.outcome is False and node.op in ("ge", "gt", "le", "lt"):
        gap = difference(left.shown, right.shown)
    return ComparisonTerm(node.op, node.word, left, right, verdict_of(step), gap)


def _join(step: Step, kind: str, parts: tuple[core.Expr, ...], least: int, desk: Desk) -> Term:
    terms = tuple(desk.part(step, part) for part in parts)
    return JoinTerm("every" if kind == "every" else "some", least, terms, verdict_of(step))


def _within(step: Step, node: core.Within, desk: Desk) -> Term:
    entity = node.rows.entity
    inner = Stand(desk.book, desk.entity, desk.key, entity)
    total = step.note.total if isinstance(step.note, Sample) else 0
    item = sketch(node.item, inner)
    column = sketch(node.column, inner)
    where = sketch(node.where, inner) if node.where is not None else None
    desk.say(Searching(item, desk.book.entity_name(entity), column, where, total, verdict_of(step)))
    return ToldTerm(verdict_of(step))
