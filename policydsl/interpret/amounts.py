"""Owns amounts: 累进, 递增, caps and floors, 就高 and 就低, rounding, and the folds of aggregates. Strict in what they use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from policydsl.core.program import Aggregate, Brackets, Fold, Increment, Limit, Pick, Round
from policydsl.core.values import Blocked, Exact, Lack, Outcome, Value, exact
from policydsl.interpret.arithmetic import brackets, decide, round_to, whole_steps
from policydsl.interpret.budget import fits
from policydsl.interpret.folds import Asked, Found, Overflow, Prelude, conclude, gather
from policydsl.interpret.lack import Asker, Frame
from policydsl.interpret.staged import Staged, new, quiet
from policydsl.interpret.strict import budget
from policydsl.interpret.trace import Bounded, Routes, Sample, Step


def progressive(
    node: Brackets, measure: Staged, slices: Sequence[tuple[Staged, Staged | None, Staged]], asker: Asker
) -> Staged:
    """累进: each slice of the measure at its own rate."""
    makers = (measure.traced, *(part.traced for item in slices for part in item if part is not None))
    with_end = tuple(end is not None for _, end, _ in slices)

    def traced(frame: Frame) -> Step:
        steps = tuple([make(frame) for make in makers])
        blocked = asker.strict(frame, [step[1] for step in steps])
        if blocked is not None:
            return new(Step, (node, blocked, steps, None))
        values: list[Any] = [step[1] for step in steps]
        rows: list[tuple[Exact, Exact | None, Exact]] = []
        at = 1
        for ends in with_end:
            rows.append((values[at], values[at + 1] if ends else None, values[at + 1 + ends]))
            at += 2 + ends
        edges = [edge for start, end, _ in rows for edge in (start, end) if edge is not None]
        if any(low > high for low, high in zip(edges, edges[1:], strict=False)):
            detail = asker.say("累进各段的界限没有依次递增", "the bounds of the brackets do not ascend")
            return new(Step, (node, asker.lack(frame, Lack.CONFLICT, detail), steps, None))
        reached = brackets(values[0], rows)
        whole = exact(sum((amount for _, amount in reached), start=0))
        if not fits(whole):
            raise budget(asker, frame)
        return new(Step, (node, whole, steps, reached))

    return quiet(traced)


def increment(
    node: Increment,
    measure: Staged,
    start: Staged,
    routes: Sequence[tuple[Staged, Staged]],
    at_start: Staged | None,
    most_steps: Staged | None,
    asker: Asker,
) -> Staged:
    """递增: whole steps of each route beyond the start, each with its award, joined as the node says."""
    makers = [measure.traced, start.traced, *(part.traced for route in routes for part in route)]
    makers += [extra.traced for extra in (at_start, most_steps) if extra is not None]

    def traced(frame: Frame) -> Step:
        steps = tuple([make(frame) for make in makers])
        values: list[Any] = [step[1] for step in steps]
        blocked = asker.strict(frame, values)
        if blocked is not None:
            return new(Step, (node, blocked, steps, None))
        most = values.pop() if most_steps is not None else None
        extra = values.pop() if at_start is not None else 0
        sizes, awards = values[2::2], values[3::2]
        for size in sizes:
            if size.numerator <= 0:
                detail = asker.say("每档的步长不大于零", "the size of a step is not above zero")
                return new(Step, (node, asker.lack(frame, Lack.UNDEFINED, detail), steps, None))
        counts = [whole_steps(values[0], values[1], size, node.started) for size in sizes]
        if most is not None:
            counts = [min(count, max(0, int(most // 1))) for count in counts]
        amounts: list[Exact] = [exact(count * award) for count, award in zip(counts, awards, strict=True)]
        taken, tie = None, False
        if node.join == "sum":
            given = sum(amounts, start=0)
        else:
            taken = decide(node.join, amounts)
            given = amounts[taken]
            tie = amounts.count(given) > 1
        outcome = exact(given + extra) if values[0] >= values[1] else exact(given)
        if not fits(outcome):
            raise budget(asker, frame)
        return new(Step, (node, outcome, steps, Routes(tuple(counts), tuple(amounts), taken, tie)))

    return quiet(traced)


def limited(node: Limit, body: Staged, bounds: Sequence[tuple[Staged | None, Staged]], asker: Asker) -> Staged:
    """Caps and floors in written order, each where its condition holds."""
    makers = tuple(
        (when.traced if when else None, limit.traced, bound.kind == "cap")
        for (when, limit), bound in zip(bounds, node.bounds, strict=True)
    )

    def traced(frame: Frame) -> Step:
        first = body.traced(frame)
        steps = [first]
        used: list[Outcome] = [first[1]]
        limits: list[tuple[int, bool, Any]] = []
        for index, (when, limit, cap) in enumerate(makers):
            if when is not None:
                condition = when(frame)
                steps.append(condition)
                if condition[1] is not True:
                    used.append(condition[1])
                    continue
            step = limit(frame)
            steps.append(step)
            used.append(step[1])
            limits.append((index, cap, step[1]))
        blocked = asker.strict(frame, used)
        if blocked is not None:
            return new(Step, (node, blocked, tuple(steps), None))
        value: Any = first[1]
        last, applied = -1, []
        for index, cap, edge in limits:
            after = edge if (value > edge if cap else value < edge) else value
            applied.append((index, value, after))
            if after != value:
                last, value = index, after
        return new(Step, (node, value, tuple(steps), Bounded(last, tuple(applied))))

    return quiet(traced)


def pick(node: Pick, options: Sequence[Staged], asker: Asker) -> Staged:
    """就高, 就低: strict in all alternatives; a tie takes the first."""
    makers = tuple(option.traced for option in options)

    def traced(frame: Frame) -> Step:
        steps = tuple([make(frame) for make in makers])
        values = [step[1] for step in steps]
        blocked = asker.strict(frame, values)
        if blocked is not None:
            return new(Step, (node, blocked, steps, None))
        index = decide(node.kind, values)
        return new(Step, (node, values[index], steps, index))

    return quiet(traced)


def rounded(node: Round, body: Staged, asker: Asker) -> Staged:
    """Rounding, only where it is written."""
    mode, place = node.mode, node.place

    def round_off(frame: Frame, value: Any) -> Outcome:
        return asker.strict(frame, (value,)) or round_to(value, place, mode)

    def traced(frame: Frame) -> Step:
        step = body.traced(frame)
        return new(Step, (node, round_off(frame, step[1]), (step,), None))

    return Staged(traced, lambda frame: round_off(frame, body.plain(frame)))


_HARMLESS: Final[dict[Fold, Callable[[Frame, Outcome], bool]]] = {
    "any": lambda _, outcome: outcome is False,
    "all": lambda _, outcome: outcome is True,
}
"""Where a row cannot decide the fold by its body, an open filter of it does not matter."""


def aggregate(
    node: Aggregate,
    find: Callable[[Frame], Found],
    prelude: Sequence[Prelude],
    asked: Asked,
    empty: Staged | None,
    asker: Asker,
) -> Staged:
    """A fold over rows, as one step with a compact account of them."""
    fold = node.fold
    meet = gather(node.rows.entity, find, prelude, asked, _HARMLESS.get(fold))

    def folded(frame: Frame) -> tuple[Outcome, Sample]:
        sample, causes, endless = meet(frame)
        try:
            outcome, sample = conclude(fold, sample, causes, endless)
        except Overflow:
            raise budget(asker, frame) from None
        return nothing(frame) if outcome is None else outcome, sample

    def traced(frame: Frame) -> Step:
        outcome, sample = folded(frame)
        return new(Step, (node, outcome, (), sample))

    def nothing(frame: Frame) -> Value | Blocked:
        if empty is not None:
            return empty.plain(frame)
        detail = asker.say(
            "一条可计算的也没有\uff0c没有最大、最小或平均", "there is no row to take a maximum, minimum or mean of"
        )
        return asker.lack(frame, Lack.UNDEFINED, detail)

    return Staged(traced, lambda frame: folded(frame)[0])
