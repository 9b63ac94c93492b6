"""Owns amounts as formulas: 累进, 递增, caps and floors, rounding."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import z3

from policydsl.core import program as core
from policydsl.prove import numbers
from policydsl.prove.numbers import Num
from policydsl.prove.outcomes import YES, Scope, Sym, either

if TYPE_CHECKING:
    from policydsl.prove.encode import Encoder


def brackets(encoder: Encoder, node: core.Brackets, scopes: Scope) -> Sym:
    measure = encoder.of(node.measure, scopes)
    parts = [measure]
    total, zero = numbers.constant(0), numbers.constant(0)
    wrong = []
    for piece in node.slices:
        start, rate = encoder.of(piece.start, scopes), encoder.of(piece.rate, scopes)
        parts += [start, rate]
        top = measure.term
        if piece.end is not None:
            end = encoder.of(piece.end, scopes)
            parts.append(end)
            top = numbers.chosen(numbers.compared("le", top, end.term), top, end.term)
            wrong.append(numbers.compared("lt", end.term, start.term))
        part = numbers.minus(top, start.term)
        part = numbers.chosen(numbers.compared("gt", part, zero), part, zero)
        total = numbers.plus(total, numbers.product(part, rate.term))
    result = encoder.strict(parts, total)
    return encoder.hazard("order", node, z3.And(result.fit, either(wrong)), result)


def increment(encoder: Encoder, node: core.Increment, scopes: Scope) -> Sym:
    measure, start = encoder.of(node.measure, scopes), encoder.of(node.start, scopes)
    parts, routes, wrong = [measure, start], [], []
    beyond, zero = numbers.minus(measure.term, start.term), numbers.constant(0)
    most = None if node.most_steps is None else encoder.of(node.most_steps, scopes)
    for step in node.steps:
        size, award = encoder.of(step.size, scopes), encoder.of(step.award, scopes)
        parts += [size, award]
        # the divisor is taken as positive; where it is not, the rule has no value
        share = Num(numbers.times(beyond.top, size.term.bottom), _divisor(numbers.times(beyond.bottom, size.term.top)))
        if node.started:
            whole = -encoder.floors.floor(Num(-share.top, share.bottom))
        else:
            whole = encoder.floors.floor(share)
        steps = z3.If(whole > 0, whole, 0)
        if most is not None:
            least = encoder.floors.floor(most.term)
            steps = z3.If(steps <= least, steps, z3.If(least > 0, least, 0))
        routes.append(numbers.product(Num(steps), award.term))
        wrong.append(numbers.compared("le", size.term, zero))
    if most is not None:
        parts.append(most)
    total = routes[0]
    for route in routes[1:]:
        if node.join == "sum":
            total = numbers.plus(total, route)
        else:
            total = numbers.chosen(numbers.compared("ge" if node.join == "max" else "le", total, route), total, route)
    if node.at_start is not None:
        first = encoder.of(node.at_start, scopes)
        parts.append(first)
        reached = numbers.compared("ge", measure.term, start.term)
        total = numbers.plus(total, numbers.chosen(reached, first.term, zero))
    result = encoder.strict(parts, total)
    return encoder.hazard("step", node, z3.And(result.fit, either(wrong)), result)


def limit(encoder: Encoder, node: core.Limit, scopes: Scope) -> Sym:
    body = encoder.of(node.body, scopes)
    if not isinstance(body.term, Num):
        return encoder.free(node, scopes)
    amount, parts = body.term, [body]
    for bound in node.bounds:
        when = Sym(YES) if bound.when is None else encoder.of(bound.when, scopes)
        holds = z3.simplify(z3.And(when.fit, when.term))
        limit = encoder.under(holds, bound.limit, scopes)
        over = numbers.compared("gt" if bound.kind == "cap" else "lt", amount, limit.term)
        amount = numbers.chosen(z3.simplify(z3.And(holds, over)), limit.term, amount)
        encoder.branch(bound.kind, "", len(parts), bound.span, z3.And(holds, over))
        parts.append(
            Sym(
                None,
                z3.And(when.fit, when.term, limit.none),
                z3.Or(when.waits, z3.And(holds, limit.waits)),
                z3.Or(when.broken, when.none, z3.And(holds, limit.broken)),
            )
        )
    return encoder.strict(parts, amount)


def rounded(encoder: Encoder, mode: str, place: Fraction, amount: Num) -> Num:
    size = numbers.product(amount, numbers.constant(1 / place))
    below = numbers.compared("lt", size, numbers.constant(0))
    size = numbers.chosen(below, numbers.minus(numbers.constant(0), size), size)
    half = numbers.constant(Fraction(1, 2))
    if mode == "down":
        whole = encoder.floors.floor(size)
    elif mode == "up":
        whole = -encoder.floors.floor(numbers.minus(numbers.constant(0), size))
    else:
        whole = encoder.floors.floor(numbers.plus(size, half))
        if mode == "half-even":
            exactly = numbers.compared("eq", numbers.plus(size, half), Num(whole))
            whole = z3.If(z3.And(exactly, whole % 2 == 1), whole - 1, whole)
    return numbers.product(Num(z3.If(below, -whole, whole)), numbers.constant(place))


def _divisor(term: Any) -> Any:
    value = numbers.known(term)
    return value if isinstance(value, int) and value > 0 else term
