"""Owns the distance to the next threshold, and what crossing it is worth.

The least value of a fact that crosses is solved exactly; the worth comes from a run of the evaluator on the facts with
that one cell changed, which the caller supplies, so that nothing of the interpreter is known here but its trace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from math import ceil, floor

from attrs import evolve, frozen

from policydsl.core import program as core
from policydsl.core.facts import Facts, Known, Record
from policydsl.core.types import Number
from policydsl.core.values import Exact, exact
from policydsl.explain.account import NextStep
from policydsl.explain.book import Book, role_of
from policydsl.explain.linear import CellAt, Line, cells, line, number
from policydsl.explain.names import Address, Name, Shown
from policydsl.interpret.trace import Routes, Step, Trace

Rerun = Callable[[Facts, str, str], Trace]
"""Evaluates the same policy, readings and day on other facts; asked for the rules of one row (entity, key)."""

LOOK_AHEAD = 24
"""How many further steps of an increment are looked at for the first that pays more."""


@frozen
class Goal:
    """What a fact is to reach: the least value at which `measure ≥ bound` (`>` where strict)."""

    kind: str
    measure: Step
    bound: Line
    threshold: Exact
    inclusive: bool
    strict: bool
    cell: CellAt
    value: Exact


def next_steps(
    book: Book, entity: str, key: str, name: str, rerun: Rerun | None = None, watch: tuple[str, ...] = ()
) -> tuple[NextStep, ...]:
    """The next threshold of each band, increment and condition of a rule; `watch`: rules to compare too."""
    own = book.trace.steps.get((entity, key, name))
    if own is None:
        return ()
    goals = [goal for step in _walk(own.body) for goal in islice(_goals(step, own.body, book), 1)]
    return tuple(_step(goal, book, (entity, key, name), rerun, watch) for goal in goals)


def _walk(step: Step) -> Iterator[Step]:
    stack = [step]
    while stack:
        item = stack.pop()
        yield item
        stack.extend(reversed(item.operands))


def _goals(step: Step, root: Step, book: Book) -> Iterator[Goal]:
    match step.node:
        case core.Bands():
            return _band_goals(step, step.node, book)
        case core.Increment():
            return _increment_goals(step, step.node, book)
        case core.Compare() if step is root or (isinstance(root.node, core.Every) and step in root.operands):
            return _condition_goals(step, step.node, book)
        case _:
            return iter(())


def _of(step: Step, expr: core.Expr | None) -> Step | None:
    return next((item for item in step.operands if item.node is expr), None)


def _candidates(measure: Step, book: Book) -> list[CellAt]:
    """Cells with a number that the measure grows with, whole counts first."""
    found = dict.fromkeys(cells(measure, book.trace))
    rising = []
    for at in found:
        slope = line(measure, at, book.trace)
        if slope is not None and slope.slope > 0:
            rising.append(at)
    return sorted(rising, key=lambda at: not _whole(at, book))


def _whole(at: CellAt, book: Book) -> bool:
    declared = book.fields.get((at[0], at[2]))
    return declared is not None and isinstance(declared.type, Number) and declared.type.whole


def _reach(measure: Line, bound: Line, strict: bool, whole: bool) -> Exact | None:
    """The least value of the fact at which the measure reaches the bound; None where there is no least one."""
    slope = measure.slope - bound.slope
    if slope <= 0:
        return None
    value = (bound.rest - measure.rest) / slope
    if whole:
        return floor(value) + 1 if strict else ceil(value)
    return None if strict else exact(value)


def _solve(kind: str, step: Step, bound: Step, inclusive: bool, strict: bool, book: Book) -> Iterator[Goal]:
    threshold = number(bound.outcome)
    if threshold is None:
        return
    for cell in _candidates(step, book):
        measure, limit = line(step, cell, book.trace), line(bound, cell, book.trace)
        if measure is None or limit is None:
            continue
        value = _reach(measure, limit, strict, _whole(cell, book))
        if value is not None:
            yield Goal(kind, step, limit, exact(threshold), inclusive, strict, cell, value)


def _band_goals(step: Step, node: core.Bands, book: Book) -> Iterator[Goal]:
    measure = _of(step, node.measure)
    if measure is None or not isinstance(step.note, int) or number(measure.outcome) is None:
        return
    if node.side == "lower":
        index = step.note + 1
    else:
        index = step.note if step.note >= 0 else len(node.rows)
    bound = _of(step, node.rows[index].bound) if index < len(node.rows) else None
    if bound is not None:
        inclusive = node.rows[index].inclusive
        # a lower bound that includes its number is reached at it; an upper one is left only beyond it
        yield from _solve("band", measure, bound, inclusive, inclusive == (node.side == "upper"), book)


def _condition_goals(step: Step, node: core.Compare, book: Book) -> Iterator[Goal]:
    left, right = _of(step, node.left), _of(step, node.right)
    if step.outcome is not False or left is None or right is None or node.op not in ("ge", "gt"):
        return
    yield from _solve("condition", left, right, node.op == "ge", node.op == "gt", book)


@frozen
class _Route:
    size: Line
    award: Fraction


def _increment_goals(step: Step, node: core.Increment, book: Book) -> Iterator[Goal]:
    measure, start = _of(step, node.measure), _of(step, node.start)
    if measure is None or start is None or not isinstance(step.note, Routes):
        return
    for cell in _candidates(measure, book):
        rise, base = line(measure, cell, book.trace), line(start, cell, book.trace)
        routes = [_route(step, item, cell, book) for item in node.steps]
        most = _of(step, node.most_steps)
        if rise is None or base is None or None in routes:
            continue
        known = [route for route in routes if route is not None]
        limit = number(most.outcome) if most is not None else None
        now = _fact(cell, book)
        if now is None:
            continue
        paid = _paid(Fraction(now), rise, base, known, node, limit)
        values = set[Exact]()
        for index, route in enumerate(known):
            for ahead in range(1, LOOK_AHEAD + 1):
                count = step.note.steps[index] + ahead - (1 if node.started else 0)
                bound = Line(base.slope + count * route.size.slope, base.rest + count * route.size.rest)
                value = _reach(rise, bound, node.started, _whole(cell, book))
                if value is not None and value > now:
                    values.add(value)
        for value in sorted(values):
            if _paid(Fraction(value), rise, base, known, node, limit) > paid:
                reached = exact(rise.slope * value + rise.rest)
                bound = Line(Fraction(0), Fraction(reached))
                yield Goal("step", measure, bound, reached, True, False, cell, value)
                break


def _route(step: Step, route: core.Step, cell: CellAt, book: Book) -> _Route | None:
    size, award = _of(step, route.size), _of(step, route.award)
    length = line(size, cell, book.trace) if size is not None else None
    worth = number(award.outcome) if award is not None else None
    return _Route(length, worth) if length is not None and worth is not None else None


def _paid(
    value: Fraction, rise: Line, base: Line, routes: list[_Route], node: core.Increment, most: Fraction | None
) -> Fraction:
    """What an increment gives at a value of the fact, without its award at the start: only to find where it grows."""
    excess = (rise.slope - base.slope) * value + rise.rest - base.rest
    amounts = []
    for route in routes:
        size = route.size.slope * value + route.size.rest
        steps = max(0, (ceil if node.started else floor)(excess / size)) if size > 0 else 0
        amounts.append((min(Fraction(steps), most) if most is not None else Fraction(steps)) * route.award)
    match node.join:
        case "max":
            return max(amounts)
        case "min":
            return min(amounts)
        case "sum":
            return sum(amounts, Fraction(0))


def _fact(at: CellAt, book: Book) -> Exact | None:
    value = number(book.cell_outcome(*at))
    return exact(value) if value is not None else None


def with_fact(facts: Facts, at: CellAt, value: Exact) -> Facts:
    """The facts with one cell holding another value."""
    entity, key, name = at

    def changed(record: Record) -> Record:
        if record.key != key:
            return record
        return evolve(record, cells={**record.cells, name: Known(value)})

    return evolve(facts, tables={**facts.tables, entity: tuple(map(changed, facts.tables[entity]))})


def _step(goal: Goal, book: Book, at: CellAt, rerun: Rerun | None, watch: tuple[str, ...]) -> NextStep:
    entity, key, name = at
    declared = book.fields[goal.cell[0], goal.cell[2]]
    now = _fact(goal.cell, book) or 0
    type_ = goal.measure.node.type
    lack = Fraction(goal.threshold) - (number(goal.measure.outcome) or 0)
    result = NextStep(
        "band" if goal.kind == "band" else "step" if goal.kind == "step" else "condition",
        Shown(goal.threshold, type_),
        goal.inclusive,
        _measure_name(goal.measure, book),
        Shown(exact(max(lack, Fraction(0))), type_),
        book.fact_name(goal.cell[0], goal.cell[2]),
        Address(*goal.cell),
        Shown(now, declared.type, declared.measure),
        Shown(goal.value, declared.type, declared.measure),
        Shown(exact(Fraction(goal.value) - now), declared.type, declared.measure),
    )
    if rerun is None:
        return result
    after = rerun(with_fact(book.trace.facts, goal.cell, goal.value), entity, key)
    before_shown, after_shown = _pair(book, after, entity, key, name)
    also = []
    for other in watch:
        if other != name and (entity, key, other) in book.trace.steps:
            one, two = _pair(book, after, entity, key, other)
            if one.outcome != two.outcome:
                also.append((book.rule_name(entity, other), one, two, _gain(one, two)))
    gain = _gain(before_shown, after_shown)
    return evolve(result, before=before_shown, after=after_shown, gain=gain, also=tuple(also))


def _gain(before: Shown, after: Shown) -> Shown | None:
    a, b = number(before.outcome), number(after.outcome)
    return evolve(after, outcome=exact(b - a)) if a is not None and b is not None else None


def _pair(book: Book, after: Trace, entity: str, key: str, name: str) -> tuple[Shown, Shown]:
    old = book.trace.steps[entity, key, name]
    new = after.steps.get((entity, key, name))
    before = Shown(old.outcome, old.rule.type, old.rule.measure, role_of(old.rule))
    return before, evolve(before, outcome=new.outcome if new is not None else None)


def _measure_name(step: Step, book: Book) -> Name | None:
    if isinstance(step.node, core.RuleRead):
        return book.rule_name(step.node.entity, step.node.name)
    if isinstance(step.node, core.FieldRead):
        return book.fact_name(step.node.entity, step.node.name)
    return None
