"""Owns the search for the least change of one fact by which a rule reaches an amount.

Values are tried outwards from what the fact is now, so that the first one found is the nearest, whatever the rule does in
between: no rule is taken to grow with its facts. Of two equally near, the higher is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import frozen

from policydsl.compiled.engine import Compiled
from policydsl.compiled.variation import Variation
from policydsl.core.facts import Facts
from policydsl.core.program import Rule
from policydsl.core.values import Exact, Outcome, exact
from policydsl.simulate.target import Address, Fact, ask

MOST_TRIED = 200_000


@frozen
class Sought:
    """What was found. `value` is the nearest value of the fact that reaches the amount, None where none within the bounds does.

    `best`: the highest amount within the bounds and where it first stands, where there is none. `tried`: how many values were.
    """

    rule: Rule
    target: Address
    fact: Fact
    wanted: Exact
    bounds: tuple[Exact, Exact]
    step: Exact
    before: Outcome
    value: Exact | None
    after: Outcome | None
    best: tuple[Exact, Exact] | None
    tried: int


def bounds_of(fact: Fact) -> tuple[Exact, Exact]:
    """How far to look where nobody says: from zero to ten times what the fact is, at least a thousand units."""
    now = fact.now or 0
    return 0, exact(max(10 * Fraction(now), 1000 * fact.unit))


def step_of(fact: Fact, bounds: tuple[Exact, Exact]) -> Exact:
    """The least difference to look at: one for a count; for anything else what keeps the values few enough."""
    if fact.whole:
        return 1
    for size in (Fraction(1, 100), Fraction(1, 10), Fraction(1), Fraction(10), Fraction(100), Fraction(1000)):
        step = size * fact.unit if fact.unit < 1 else size
        if Fraction(bounds[1] - bounds[0]) / step <= MOST_TRIED:
            return exact(step)
    return exact(Fraction(bounds[1] - bounds[0]) / MOST_TRIED)


def seek(
    compiled: Compiled,
    facts: Facts,
    target: Address,
    fact: Fact,
    wanted: Exact,
    bounds: tuple[Exact, Exact],
    step: Exact,
) -> Sought:
    """The least change of `fact` within `bounds`, in multiples of `step`, by which the target is at least `wanted`.

    Raises Ask where there are too many values to try.
    """
    low, high = bounds
    count = int(Fraction(high - low) // Fraction(step)) + 1
    if count > MOST_TRIED + 1:
        raise ask(
            f"范围里有 {count} 个值\uff0c最多试 {MOST_TRIED} 个\uff1b请用 --within 缩小范围\uff0c或用 --step 加大步长",
            f"There are {count} values within the bounds, at most {MOST_TRIED} are tried; narrow --within or take a larger --step",
        )
    variation = Variation(compiled, facts, [(fact.entity, fact.field.name)])
    rule = compiled.program.rule_index[target[0], target[2]]
    before = variation.start[target]
    best: tuple[Exact, Exact] | None = None
    tried = 0
    for value in outwards(fact.now, low, high, step):
        tried += 1
        after = variation.outcomes({fact.at: value})[target]
        if type(after) is not int and type(after) is not Fraction:
            continue
        if after >= wanted:
            return Sought(rule, target, fact, wanted, bounds, step, before, value, after, None, tried)
        if best is None or after > best[1]:
            best = (value, after)
    return Sought(rule, target, fact, wanted, bounds, step, before, None, None, best, tried)


def outwards(now: Exact | None, low: Exact, high: Exact, step: Exact) -> Iterator[Exact]:
    """The values now ± k × step within bounds, nearest first; upwards from the low end where nothing is known."""
    if now is None:
        now = low
    up, down = Fraction(now), Fraction(now)
    if up < low:
        up = down = up + -(-(low - up) // Fraction(step)) * Fraction(step)
    elif down > high:
        up = down = down - -(-(down - high) // Fraction(step)) * Fraction(step)
    if low <= up <= high:
        yield exact(up)
    while True:
        up, down = up + step, down - step
        if up > high and down < low:
            return
        if up <= high:
            yield exact(up)
        if down >= low:
            yield exact(down)
