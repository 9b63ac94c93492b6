"""Owns what is said of amounts made in parts: slices, steps beyond a start, caps and floors."""

from __future__ import annotations

from fractions import Fraction

from policydsl.core import program as core
from policydsl.core.values import Blocked, Outcome, exact
from policydsl.explain.desk import Desk, shown_of, step_of
from policydsl.explain.names import Shown, exact_of
from policydsl.explain.parts import measure_of
from policydsl.explain.sketch import sketch
from policydsl.explain.statements import (
    Bounding,
    BoundRow,
    Calculation,
    RouteRow,
    SliceRow,
    Slicing,
    Stepping,
)
from policydsl.explain.terms import CellTerm, Term, ToldTerm
from policydsl.interpret.trace import Bounded, Routes, Step


def tell_brackets(step: Step, node: core.Brackets, desk: Desk) -> Term:
    measure = measure_of(step, node.measure, desk)
    reached: tuple[tuple[Outcome, Outcome], ...] = step.note if isinstance(step.note, tuple) else ()
    rows: list[SliceRow] = []
    for index, slice_ in enumerate(node.slices):
        nothing: tuple[Outcome | None, Outcome | None] = (None, None) if isinstance(step.outcome, Blocked) else (0, 0)
        part, amount = reached[index] if index < len(reached) else nothing
        end = desk.part(step, slice_.end) if slice_.end is not None else None
        rows.append(
            SliceRow(
                desk.part(step, slice_.start),
                end,
                desk.part(step, slice_.rate),
                Shown(part, node.measure.type),
                Shown(amount, node.type),
                slice_.clause,
            )
        )
    desk.say(Slicing(measure, tuple(rows), shown_of(step)))
    return ToldTerm(shown_of(step))


def tell_increment(step: Step, node: core.Increment, desk: Desk) -> Term:
    measure, start = measure_of(step, node.measure, desk), measure_of(step, node.start, desk)
    routes = step.note if isinstance(step.note, Routes) else None
    rows: list[RouteRow] = []
    for index, route in enumerate(node.steps):
        known = routes is not None and index < len(routes.steps)
        rows.append(
            RouteRow(
                route.label,
                desk.part(step, route.size),
                desk.part(step, route.award),
                routes.steps[index] if routes is not None and known else 0,
                Shown(routes.amounts[index] if routes is not None and known else None, node.type),
                routes is not None and (routes.taken is None or routes.taken == index),
            )
        )
    a, b = exact_of(measure.shown), exact_of(start.shown)
    excess = exact(Fraction(a) - b) if a is not None and b is not None else None
    desk.say(
        Stepping(
            measure,
            start,
            Shown(excess, node.measure.type),
            tuple(rows),
            node.join,
            node.started,
            routes is not None and routes.tie,
            desk.part(step, node.at_start) if node.at_start is not None else None,
            desk.part(step, node.most_steps) if node.most_steps is not None else None,
            shown_of(step),
        )
    )
    return ToldTerm(shown_of(step))


def tell_limit(step: Step, node: core.Limit, desk: Desk) -> Term:
    before = desk.part(step, node.body)
    if not isinstance(before, ToldTerm | CellTerm):
        desk.say(Calculation(before))
    applied: dict[int, tuple[Outcome, Outcome]] = {}
    if isinstance(step.note, Bounded):
        applied = {index: (low, high) for index, low, high in step.note.applied}
    rows: list[BoundRow] = []
    for index, bound in enumerate(node.bounds):
        low, high = applied.get(index, (None, None))
        limit = step_of(step, bound.limit)
        rows.append(
            BoundRow(
                bound.kind,
                desk.tell(limit) if limit is not None else sketch(bound.limit, desk.stand),
                desk.part(step, bound.when) if bound.when is not None else None,
                index in applied,
                index in applied and low != high,
                Shown(low, node.type),
                Shown(high, node.type),
                bound.clause,
            )
        )
    decided = next((index for index in reversed(range(len(rows))) if rows[index].bound), None)
    desk.say(Bounding(Shown(before.shown.outcome, node.type), tuple(rows), decided, shown_of(step)))
    return ToldTerm(shown_of(step))
