"""Owns a sweep: one or two facts moved over a range, all else as it is, and what a rule gives at each point."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from attrs import frozen

from policydsl.compiled.engine import Compiled
from policydsl.compiled.variation import Variation
from policydsl.core.facts import Facts
from policydsl.core.program import Rule
from policydsl.core.values import Exact, Outcome, exact
from policydsl.simulate.target import Address, Fact, ask

MOST_POINTS = 20_000
USUAL_POINTS = 200
MOST_COUNTED = 2_000
"""Points up to which every whole number of a range is looked at unless a step is said."""


@frozen
class Axis:
    """A fact and the values that it takes."""

    fact: Fact
    values: tuple[Exact, ...]


@frozen
class Turn:
    """A point at which the money does not go on as before it: from `before` at one value to `after` at the next."""

    start: Exact
    end: Exact
    before: Exact
    after: Exact

    @property
    def cliff(self) -> bool:
        """Whether more of the fact gives less money."""
        return self.after < self.before


@frozen
class Sweep:
    """What a rule gives over a range. `outcomes` has a row for each value of the second axis, or one row."""

    rule: Rule
    target: Address
    axes: tuple[Axis, ...]
    outcomes: tuple[tuple[Outcome, ...], ...]
    now: Outcome
    turns: tuple[Turn, ...]


def axis(fact: Fact, low: Exact, high: Exact, step: Exact | None, most: int = MOST_POINTS) -> Axis:
    """The values from `low` to `high`, both included. Raises Ask where there are too many."""
    if step is None:
        span = Fraction(high - low)
        if fact.whole:
            step = 1 if span <= min(MOST_COUNTED, most) else int(-(-span // USUAL_POINTS))
        else:
            step = exact(span / min(USUAL_POINTS, most)) if span else 1
    count = int(Fraction(high - low) // Fraction(step)) + 1
    if count > most:
        raise ask(
            f"范围里有 {count} 个点\uff0c最多 {most} 个\uff1b请缩小范围或加大步长",
            f"The range has {count} points, at most {most}; narrow it or take a larger step",
        )
    return Axis(fact, tuple(exact(Fraction(low) + index * Fraction(step)) for index in range(count)))


def sweep(compiled: Compiled, facts: Facts, target: Address, axes: Sequence[Axis]) -> Sweep:
    """The outcome at every point."""
    rule = compiled.program.rule_index[target[0], target[2]]
    variation = Variation(compiled, facts, [(item.fact.entity, item.fact.field.name) for item in axes])
    first, others = axes[0], axes[1:]
    rows = []
    for other in others[0].values if others else (None,):
        more = {others[0].fact.at: other} if others else {}
        rows.append(tuple(variation.outcomes({first.fact.at: value, **more})[target] for value in first.values))
    turns = turns_of(first.values, rows[0]) if not others else ()
    return Sweep(rule, target, tuple(axes), tuple(rows), variation.start[target], turns)


def turns_of(values: Sequence[Exact], outcomes: Sequence[Outcome]) -> tuple[Turn, ...]:
    """Where the money jumps: a change between two points that neither the one before nor the one after has."""
    changes: list[Any] = [
        after - before if _number(before) and _number(after) else None  # type: ignore[operator]
        for before, after in zip(outcomes, outcomes[1:], strict=False)
    ]
    found = []
    for index, change in enumerate(changes):
        if change is None or change == 0:
            continue
        around = [changes[at] for at in (index - 1, index + 1) if 0 <= at < len(changes)]
        if change < 0 or change not in around:
            before, after = outcomes[index], outcomes[index + 1]
            found.append(Turn(values[index], values[index + 1], before, after))  # type: ignore[arg-type]
    return tuple(found)


def _number(outcome: Outcome) -> bool:
    return type(outcome) in (int, Fraction)
