"""Owns the shapes by which notices pay, in code: 分档, 累进, 递增, caps and floors, 就高 and 就低."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from math import lcm
from typing import TYPE_CHECKING, Any

from policydsl.compiled.numbers import Val, number
from policydsl.compiled.writer import Code, Unfit, binary, call, chosen, literal, name, relation
from policydsl.core import program as core
from policydsl.core import scales
from policydsl.core.scales import Rational, Scaled, join
from policydsl.interpret.arithmetic import ordered

if TYPE_CHECKING:
    from policydsl.compiled.expressions import Env, Expressions


def bands(made: Expressions, node: core.Bands, env: Env) -> Val:
    """分档: the bounds are compared from the end from which the band counts. The first comparison is always made, and asks for
    the measure."""
    measure = made.atom(made.expr(node.measure, env))
    if not node.rows:
        measure = made.sure(measure)
    bounds = [made.atom(made.expr(row.bound, env)) for row in node.rows]
    inclusive = [row.inclusive for row in node.rows]
    lower = node.side == "lower"
    if all(bound.known for bound in bounds):
        if not ordered(node.side, [bound.const for bound in bounds], inclusive):
            raise Unfit
    else:
        bounds = [made.atom(made.sure(bound)) for bound in bounds]
        for index in range(len(bounds) - 1):
            low, high = bounds[index], bounds[index + 1]
            one, two = inclusive[index], inclusive[index + 1]
            split = one and not two if lower else not one and two
            made.writer.refuse_unless(made.numbers.compare("le" if split else "lt", low, high))
    values = [made.block(row.value, env) for row in node.rows]
    last = made.block(node.otherwise, env)
    result = made.settle([*values, last])
    made.chosen(node, [(block, index) for index, (block, _) in enumerate([*values, last])])
    rest = last[0]
    order = list(zip(bounds, inclusive, values, strict=True))
    for bound, closed, (block, _) in order if lower else reversed(order):
        op = ("ge" if closed else "gt") if lower else ("le" if closed else "lt")
        test = made.compare(op, measure, bound)
        rest = [ast.If(test.code, block, rest)]
    made.writer.block += rest
    return result


def _numbers(vals: Sequence[Val]) -> bool:
    return all(val.form is not None for val in vals)


def brackets(made: Expressions, node: core.Brackets, env: Env) -> Val:
    """累进: the parts of the slices reached, each at its rate. Every edge and rate is computed with, so none has to be asked for."""
    numbers = made.numbers
    measure = made.atom(made.expr(node.measure, env))
    slices: list[tuple[Val, Val | None, Val]] = []
    for item in node.slices:
        start = made.atom(made.expr(item.start, env))
        end = made.atom(made.expr(item.end, env)) if item.end is not None else None
        slices.append((start, end, made.atom(made.expr(item.rate, env))))
    edges = [edge for start, end, _ in slices for edge in (start, end) if edge is not None]
    rates = [rate for _, _, rate in slices]
    if not _numbers([measure, *edges, *rates]):
        raise Unfit
    for low, high in zip(edges, edges[1:], strict=False):
        if low.known and high.known:
            if low.const > high.const:
                raise Unfit
        else:
            made.writer.refuse_unless(numbers.compare("le", low, high))
    if not all(isinstance(val.form, Scaled) for val in (measure, *edges, *rates)):
        measure = made.atom(numbers.as_rational(measure))
        slices = [
            (numbers.as_rational(start), end and numbers.as_rational(end), numbers.as_rational(rate))
            for start, end, rate in slices
        ]
    amounts = []
    for start, end, rate in slices:
        reach = measure
        if end is not None:
            reach = made.atom(_either(made, "lt", measure, end))
        part = made.atom(numbers.add("-", reach, start))
        amounts.append((made.atom(numbers.positive(part)), rate))
    result: Val | None = None
    for part, rate in amounts:
        amount = numbers.mul(part, rate)
        result = amount if result is None else numbers.add("+", result, amount)
    if result is None:
        raise Unfit
    return result


def _either(made: Expressions, op: str, left: Val, right: Val) -> Val:
    """`left` where it stands in the relation to `right`, else `right`."""
    form = join([item.form for item in (left, right) if item.form is not None])
    one, two = made.atom(made.numbers.cast(left, form)), made.atom(made.numbers.cast(right, form))
    return Val(chosen(relation(op, one.code, two.code), one.code, two.code), form, None, True)


def increment(made: Expressions, node: core.Increment, env: Env) -> Val:
    """递增: whole steps beyond the start, each with its award."""
    numbers, writer = made.numbers, made.writer
    measure, start = (made.atom(made.expr(part, env)) for part in (node.measure, node.start))
    routes = [
        (made.atom(made.expr(step.size, env)), made.atom(made.sure(made.expr(step.award, env)))) for step in node.steps
    ]
    at_start = made.atom(made.sure(made.expr(node.at_start, env))) if node.at_start is not None else None
    most = made.atom(made.sure(made.expr(node.most_steps, env))) if node.most_steps is not None else None
    extras = [val for val in (at_start, most) if val is not None]
    if not _numbers([measure, start, *(val for route in routes for val in route), *extras]):
        raise Unfit
    over = scales.add(measure.form, start.form)  # type: ignore[arg-type]
    if all(isinstance(form, Scaled) for form in (over, *(size.form for size, _ in routes))):
        given = _beyond(made, node, measure, start, routes, most)
    else:
        counts = []
        for size, _ in routes:
            codes = [numbers.rational(val) for val in (measure, start, size)]
            counts.append(_limited(made, call("steps", *codes, literal(node.started)), (measure, start, size), most))
        made.note(node, counts=[count.code for count in counts])
        given = _given(made, node.join, counts, [award for _, award in routes])
    if at_start is None:
        return given
    with writer.inside() as block:
        more = numbers.add("+", given, at_start)
    blocks: list[tuple[list[ast.stmt], Val]] = [(block, more), ([], given)]
    result = made.settle(blocks)
    writer.test(numbers.compare("ge", measure, start), blocks[0][0], blocks[1][0])
    return result


def _beyond(
    made: Expressions,
    node: core.Increment,
    measure: Val,
    start: Val,
    routes: Sequence[tuple[Val, Val]],
    most: Val | None,
) -> Val:
    """What the routes give, in whole numbers: nothing at or before the start, where no step is counted."""
    numbers, writer = made.numbers, made.writer
    for size, _ in routes:
        if not size.known:
            writer.refuse_unless(relation("gt", size.code, literal(0)))
        elif size.const <= 0:
            raise Unfit
    over = made.atom(numbers.add("-", measure, start))
    assert isinstance(over.form, Scaled)
    with writer.inside() as block:
        counts = []
        for size, _ in routes:
            assert isinstance(size.form, Scaled)
            scale = lcm(over.form.scale, size.form.scale)
            top, step = numbers.scaled(over, scale), numbers.scaled(size, scale)
            if node.started:
                count: Code = ast.UnaryOp(ast.USub(), binary("//", ast.UnaryOp(ast.USub(), top), step))
            else:
                count = binary("//", top, step)
            counts.append(_limited(made, count, (measure, start, size), most))
        given = _given(made, node.join, counts, [award for _, award in routes])
    branches = [(block, given), ([], number(0))]
    result = made.settle(branches)
    if made.watched is not None:
        _no_steps(made, node, counts, branches[1][0])
    writer.test(relation("gt", over.code, literal(0)), branches[0][0], branches[1][0])
    return result


def _no_steps(made: Expressions, node: core.Increment, counts: Sequence[Val], block: list[ast.stmt]) -> None:
    """Keep how many steps there are: none where the start is not passed."""
    names = [count.code for count in counts if isinstance(count.code, ast.Name)]
    for each in names:
        block.append(ast.Assign([ast.Name(each.id, ast.Store())], literal(0)))
    made.note(node, counts=[count.code for count in counts])


def _limited(made: Expressions, count: Code, of: tuple[Val, Val, Val], most: Val | None) -> Val:
    """A number of steps, no more than are allowed."""
    form = scales.steps(*(val.form for val in of))  # type: ignore[arg-type]
    code = made.writer.atom(count)
    if most is not None:
        code = made.writer.atom(call("at_most", code, made.numbers.rational(most)))
    return Val(code, form, None, True)


def _given(made: Expressions, kind: str, counts: Sequence[Val], awards: Sequence[Val]) -> Val:
    """What the routes give together. Where all pay alike for a step, the steps are compared instead of the money."""
    numbers = made.numbers
    op = "ge" if kind == "max" else "le"
    alike = awards[0].known and awards[0].const >= 0 and all(award.known for award in awards)
    if kind != "sum" and alike and len({award.const for award in awards}) == 1:
        taken = counts[0]
        for count in counts[1:]:
            taken = made.atom(_either(made, op, taken, count))
        return made.atom(numbers.mul(taken, awards[0]))
    amounts = [made.atom(numbers.mul(count, award)) for count, award in zip(counts, awards, strict=True)]
    given = amounts[0]
    for amount in amounts[1:]:
        if kind == "sum":
            given = numbers.add("+", given, amount)
        elif isinstance(given.form, Scaled) and isinstance(amount.form, Scaled):
            given = made.atom(_either(made, op, given, amount))
        else:
            given = made.atom(_either(made, op, numbers.as_rational(given), numbers.as_rational(amount)))
    return given


def limit(made: Expressions, node: core.Limit, env: Env) -> Val:
    """Caps and floors in written order. A first bound without condition is compared with the body, and asks for it."""
    first = made.expr(node.body, env)
    if not node.bounds or node.bounds[0].when is not None:
        first = made.sure(first)
    bounds: list[tuple[str, list[ast.stmt], Val | None, list[ast.stmt], Val]] = []
    for bound in node.bounds:
        before: list[ast.stmt] = []
        when: Val | None = None
        if bound.when is not None:
            before, when = made.block(bound.when, env)
        block, edge = made.block(bound.limit, env)
        bounds.append(("gt" if bound.kind == "cap" else "lt", before, when, block, edge))
    vals = [first, *(edge for *_, edge in bounds)]
    forms = [val.form for val in vals if val.form is not None]
    # a bound that awaits a decision has no class; the others must be of one all the same
    form: Any = join(forms) if forms else None
    if form is not None and not isinstance(form, Scaled):
        form = Rational(form.bits, scales.below(form))
    writer = made.writer
    target = writer.fresh("v")
    writer.assign(target, made.numbers.cast(first, form).code)
    for op, before, when, block, edge in bounds:
        with writer.inside() as inner:
            writer.block += block
            code = writer.atom(made.numbers.cast(edge, form).code)
            writer.test(relation(op, name(target), code), [ast.Assign([ast.Name(target, ast.Store())], code)])
        writer.block += before
        if when is None:
            writer.block += inner
        else:
            writer.test(when.code, inner)
    return Val(name(target), form, None, True)


def pick(made: Expressions, kind: str, options: Sequence[Val]) -> Val:
    """就高, 就低: all alternatives are needed, and each is compared with another where there are several."""
    vals = list(options) if len(options) > 1 else [made.sure(val) for val in options]
    forms = [val.form for val in vals if val.form is not None]
    if len(forms) == len(vals) and not all(isinstance(form, Scaled) for form in forms):
        vals = [made.numbers.as_rational(val) for val in vals]
    elif forms and len(forms) != len(vals):
        raise Unfit
    best = made.atom(vals[0])
    for val in vals[1:]:
        other = made.atom(val)
        if best.form is None:
            test = relation("ge" if kind == "max" else "le", best.code, other.code)
            best = made.atom(Val(chosen(test, best.code, other.code), solid=True))
        else:
            best = made.atom(_either(made, "ge" if kind == "max" else "le", best, other))
    return best
