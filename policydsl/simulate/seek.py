"""Owns the search for the least change of one fact by which a rule reaches an amount.

Values are multiples of a step counted from what the fact is now, nearest first. A stretch of values is passed over where `Reach`
shows that none of it reaches the amount, and halved where it cannot tell, so that the value found is the nearest whatever the
rule does in between (no rule is taken to grow with its facts), and yet few values are looked at. Of two equally near, the
higher is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from heapq import heappop, heappush
from itertools import count as count_from

from attrs import frozen

from policydsl.compiled.depends import touched
from policydsl.compiled.engine import Compiled
from policydsl.compiled.variation import Variation
from policydsl.core.facts import Facts
from policydsl.core.program import Rule
from policydsl.core.values import Exact, Outcome, exact
from policydsl.simulate.reach import Reach
from policydsl.simulate.target import Address, Fact, ask

MOST_LOOKED = 200_000
"""Values and stretches of values looked at, at most."""
FEW = 4
"""Values of a stretch that are not worth halving."""

Stretch = tuple[int, int]
"""Multiples of the step from one to another, both included, the nearer first."""


@frozen
class Sought:
    """What was found. `value` is the nearest value of the fact that reaches the amount, None where none within the bounds does.

    `best`: the highest amount within the bounds and where it stands nearest, where there is none. `tried`: how many values were
    computed; `passed`: how many stretches were looked at as a whole.
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
    passed: int


def bounds_of(fact: Fact) -> tuple[Exact, Exact]:
    """How far to look where nobody says: from zero to ten times what the fact is, at least a thousand units."""
    now = fact.now or 0
    return 0, exact(max(10 * Fraction(now), 1000 * fact.unit))


def step_of(fact: Fact) -> Exact:
    """The least difference that the fact can make: one of a count, else a hundredth of what it is written in, at most a cent."""
    return 1 if fact.whole else exact(min(fact.unit, Fraction(1)) / 100)


class _Search:
    """The values of one search, by how many steps they lie from where it starts."""

    def __init__(
        self, compiled: Compiled, facts: Facts, target: Address, fact: Fact, bounds: tuple[Exact, Exact], step: Exact
    ) -> None:
        fields = [(fact.entity, fact.field.name)]
        self.variation = Variation(compiled, facts, fields)
        moved = touched(compiled.program, fields)
        self._reach = Reach(compiled.program, compiled.readings, compiled.on, facts, fact.at, moved)
        self._target, self._at, self._step = target, fact.at, Fraction(step)
        low, high = Fraction(bounds[0]), Fraction(bounds[1])
        self._start = Fraction(bounds[0] if fact.now is None else fact.now)
        self.lowest, self.highest = -((self._start - low) // self._step), (high - self._start) // self._step
        self.tried = self.passed = 0

    def value(self, count: int) -> Exact:
        """The value of the fact so many steps on."""
        return exact(self._start + count * self._step)

    def outcome(self, count: int) -> Exact | None:
        """What the target is there; None where it has no value."""
        self.tried += 1
        self._spent()
        found = self.variation.outcomes({self._at: self.value(count)})[self._target]
        return found if type(found) is int or type(found) is Fraction else None

    def most(self, stretch: Stretch) -> Exact | float | None:
        """No value of a stretch gives more than this; None where none gives a value, infinite where nothing is known."""
        self.passed += 1
        self._spent()
        low, high = sorted(stretch)
        found = self._reach.bounds(self._target, self.value(low), self.value(high))
        if not found.some:
            return None
        return float("inf") if found.high is None else found.high

    def _spent(self) -> None:
        if self.tried + self.passed > MOST_LOOKED:
            raise ask(
                f"看了 {MOST_LOOKED} 处还没有定论\uff1b请用 --within 起..止:步长 缩小范围或加大步长",
                f"Nothing is certain after {MOST_LOOKED} looks; narrow --within FROM..TO:STEP or take a larger step",
            )

    def first(self, stretch: Stretch, enough: Callable[[Exact | float], bool]) -> tuple[int, Exact] | None:
        """The nearest place of a stretch whose outcome is enough, and that outcome."""
        waiting = [stretch]
        while waiting:
            near, far = waiting.pop()
            if abs(far - near) >= FEW:
                most = self.most((near, far))
                if most is None or not enough(most):
                    continue
                middle = (near + far) // 2 if far > near else -((-near - far) // 2)
                waiting += [(middle + (1 if far > near else -1), far), (near, middle)]
                continue
            for count in range(near, far + 1) if far >= near else range(near, far - 1, -1):
                found = self.outcome(count)
                if found is not None and enough(found):
                    return count, found
        return None

    def stretches(self) -> Iterator[list[Stretch]]:
        """All values in stretches, each set as far from the start as the one before it is long: upwards and downwards."""
        near, far = max(0, self.lowest, -self.highest), 0
        while near <= max(self.highest, -self.lowest):
            far = max(2 * near, near)
            sides = []
            if max(near, self.lowest) <= min(far, self.highest):
                sides.append((max(near, self.lowest), min(far, self.highest)))
            if near > 0 and max(near, -self.highest) <= min(far, -self.lowest):
                sides.append((-max(near, -self.highest), -min(far, -self.lowest)))
            yield sides
            near = far + 1


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

    Raises Ask where nothing is certain after so many looks.
    """
    search = _Search(compiled, facts, target, fact, bounds, step)
    rule, before = compiled.program.rule_index[target[0], target[2]], search.variation.start[target]

    def sought(value: Exact | None, after: Outcome | None, best: tuple[Exact, Exact] | None) -> Sought:
        return Sought(rule, target, fact, wanted, bounds, step, before, value, after, best, search.tried, search.passed)

    for sides in search.stretches():
        found = [hit for side in sides if (hit := search.first(side, lambda amount: amount >= wanted)) is not None]
        if found:
            # the upward side comes first, and of equals min takes the first
            count, after = min(found, key=lambda hit: abs(hit[0]))
            return sought(search.value(count), after, None)
    return sought(None, None, _best(search))


def _best(search: _Search) -> tuple[Exact, Exact] | None:
    """The highest outcome of all, and the nearest value of the fact that gives it."""
    best: Exact | None = None
    waiting: list[tuple[Exact | float, int, Stretch]] = []
    turn = count_from(0)

    def look(stretch: Stretch) -> None:
        most = search.most(stretch)
        if most is not None:
            heappush(waiting, (-most, next(turn), stretch))

    stretches = [side for sides in search.stretches() for side in sides]
    for stretch in stretches:
        look(stretch)
    while waiting:
        most, _, (near, far) = heappop(waiting)
        if best is not None and -most < best:
            break
        ends = range(min(near, far), max(near, far) + 1)
        small = len(ends) <= FEW
        for count in ends if small else (near, far):
            found = search.outcome(count)
            if found is not None and (best is None or found > best):
                best = found
        if not small and (best is None or -most > best):
            middle = (near + far) // 2
            look((min(near, far), middle))
            look((middle + 1, max(near, far)))
    if best is None:
        return None
    top = best
    for stretch in stretches:
        found_at = search.first(stretch, lambda amount: amount >= top)
        if found_at is not None:
            return search.value(found_at[0]), found_at[1]
    return None
