"""Owns what is said of a row's place among others: running totals, the row before, ranks, shares."""

from __future__ import annotations

from typing import assert_never

from attrs import evolve

from policydsl.core import program as core
from policydsl.core.values import NotApplicable, Outcome
from policydsl.explain.desk import Desk, shown_of
from policydsl.explain.names import Shown
from policydsl.explain.sketch import Stand, sketch
from policydsl.explain.statements import Excluding, FoldRow, Placing, Portion
from policydsl.explain.terms import Term, ToldTerm
from policydsl.interpret.trace import Line, Portioning, Standing, Step, Unshared

Placed = core.Running | core.Previous | core.Rank | core.Share


def tell_place(step: Step, node: Placed, desk: Desk) -> Term:
    """What a row gets by its place, with the rows that this rests on as far as the trace shows them."""
    if isinstance(step.outcome, NotApplicable) and isinstance(node, core.Rank):
        desk.say(Excluding(step.outcome.reason))
        return ToldTerm(shown_of(step))
    match node:
        case core.Running():
            desk.say(_lined(step, node, desk))
        case core.Previous():
            desk.say(_lined(step, node, desk))
        case core.Rank():
            desk.say(_ranked(step, node, desk))
        case core.Share():
            desk.say(_shared(step, node, desk))
        case _:
            assert_never(node)
    return ToldTerm(shown_of(step))


def _what(expr: core.Expr, node: Placed, desk: Desk) -> Term:
    return sketch(expr, Stand(desk.book, desk.entity, desk.key, node.among.entity))


def _group(keys: tuple[Outcome, ...], node: Placed, desk: Desk) -> tuple[tuple[Term, Shown], ...]:
    """What the rows have in common; empty where they are not in groups, or the trace does not say in which."""
    told = [_what(key, node, desk) for key in node.among.group]
    return tuple((key, _shown(key, value)) for key, value in zip(told, keys, strict=False))


def _shown(term: Term, value: Outcome) -> Shown:
    """A value of what a term stands for, shown as that is."""
    return evolve(term.shown, outcome=value)


def _lined(step: Step, node: core.Running | core.Previous, desk: Desk) -> Placing:
    entity = node.among.entity
    line = step.note if isinstance(step.note, Line) else Line(entity, 0, (), ())
    rows = tuple(FoldRow(key, Shown(value, node.body.type)) for key, value in zip(line.keys, line.values, strict=False))
    return Placing(
        "previous" if isinstance(node, core.Previous) else "up-to" if node.inclusive else "before",
        desk.book.entity_name(entity),
        desk.book.counted_in(entity),
        (_what(node.body, node, desk),),
        shown_of(step),
        line.total if isinstance(step.note, Line) else None,
        rows,
        desk.tell(step.operands[0]) if isinstance(node, core.Previous) and step.operands else None,
        group=_group(line.group, node, desk),
    )


def _ranked(step: Step, node: core.Rank, desk: Desk) -> Placing:
    entity = node.among.entity
    standing = step.note if isinstance(step.note, Standing) else None
    values = standing.values if standing is not None else ()
    what = tuple(_what(key.value, node, desk) for key in node.keys)
    return Placing(
        "rank",
        desk.book.entity_name(entity),
        desk.book.counted_in(entity),
        what,
        shown_of(step),
        standing.of if standing is not None else None,
        own=tuple(_shown(key, value) for key, value in zip(what, values, strict=False)),
        ties=standing.ties if standing is not None else 0,
        tied=standing.tied if standing is not None else (),
        open=standing.open if standing is not None else 0,
        group=_group(standing.group if standing is not None else (), node, desk),
    )


def _shared(step: Step, node: core.Share, desk: Desk) -> Placing:
    entity = node.among.entity
    note = step.note if isinstance(step.note, Portioning) else None
    portion = None
    if note is not None:
        weight, part = node.weight.type, node.type
        portion = Portion(
            Shown(note.weight, weight),
            Shown(note.weights, weight),
            Shown(note.part, part),
            Shown(note.rounded, part),
            Shown(note.remainder, part),
            note.fits,
        )
    return Placing(
        node.kind,
        desk.book.entity_name(entity),
        desk.book.counted_in(entity),
        (_what(node.weight, node, desk),),
        shown_of(step),
        note.of if note is not None else None,
        total=desk.part(step, node.total),
        portion=portion,
        nobody=isinstance(step.note, Unshared),
        group=_group(note.group if note is not None else (), node, desk),
    )
