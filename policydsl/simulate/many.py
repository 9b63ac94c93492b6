"""Owns a simulation: many futures drawn, each computed exactly, and what they come to together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from attrs import frozen

from policydsl.compiled.depends import touched
from policydsl.compiled.engine import Compiled
from policydsl.compiled.variation import Variation
from policydsl.core.facts import Facts
from policydsl.core.program import Bands, Rule, RuleRead
from policydsl.core.types import Number, strip
from policydsl.core.values import Blocked, Exact, Outcome, Status, exact, status_of
from policydsl.core.walk import everything
from policydsl.simulate.draws import Dice, Varying
from policydsl.simulate.target import Address

QUANTILES = (Fraction(5, 100), Fraction(25, 100), Fraction(1, 2), Fraction(75, 100), Fraction(95, 100))
BINS = 16


@frozen
class Spread:
    """What one rule of one row came to: exact values of the draws that gave one, ascending, and how many gave none, by status."""

    target: Address
    rule: Rule
    now: Outcome
    values: tuple[Exact, ...]
    without: Mapping[Status, int]

    @property
    def mean(self) -> Fraction:
        """The mean of the values."""
        return Fraction(sum(self.values), len(self.values))

    def quantile(self, share: Fraction) -> Exact:
        """The value that so large a part of the draws does not exceed."""
        return self.values[min(max(-(-share * len(self.values) // 1) - 1, 0), len(self.values) - 1)]

    def above(self, limit: Exact) -> Fraction:
        """The part of the draws with a value that exceed a limit."""
        return Fraction(sum(value > limit for value in self.values), len(self.values))

    def histogram(self, bins: int = BINS) -> tuple[tuple[Fraction, Fraction, int], ...]:
        """How many values lie in each of equal parts of their range: from, to, count."""
        low, high = self.values[0], self.values[-1]
        if low == high:
            return ((Fraction(low), Fraction(high), len(self.values)),)
        width = Fraction(high - low) / bins
        counts = Counter(min(int((value - low) / width), bins - 1) for value in self.values)
        return tuple((low + index * width, low + (index + 1) * width, counts[index]) for index in range(bins))


@frozen
class Decider:
    """A rule with bands or steps whose place changed between draws: how often each value came, by the row."""

    target: Address
    rule: Rule
    shares: tuple[tuple[Exact, int], ...]


@frozen
class Simulation:
    """All that came of the draws.

    `subtotal`: the sum of the rows that have a value in every draw, where others have none in some. `moves`: per fact drawn, its
    rank correlation with the first total (or that sum) that has values, strongest first.
    """

    draws: int
    seed: int
    correlation: float
    varied: tuple[Varying, ...]
    totals: tuple[Spread, ...]
    rows: tuple[Spread, ...]
    subtotal: Spread | None
    deciders: tuple[Decider, ...]
    moves: tuple[tuple[Address, float], ...]


def simulate(
    compiled: Compiled,
    facts: Facts,
    varied: Sequence[Varying],
    totals: Sequence[Address],
    rows: Sequence[Address],
    draws: int,
    seed: int,
    correlation: float = 0.0,
    step: Callable[[str, int, int], None] | None = None,
) -> Simulation:
    """Draw the facts `draws` times and compute every total and row exactly each time. The same seed gives the same draws."""
    fields = {(item.fact.entity, item.fact.field.name) for item in varied}
    variation = Variation(compiled, facts, fields)
    program = compiled.program
    moving = touched(program, fields)
    watched = [
        (rule.entity, key, rule.name)
        for rule in program.rules
        if rule.id in moving and isinstance(strip(rule.type), Number) and _banded(rule)
        for key in dict.fromkeys(item.fact.key for item in varied if item.fact.entity == rule.entity)
    ]
    dice, asked = Dice(seed, correlation), dict.fromkeys([*totals, *rows, *watched])
    found: dict[Address, list[Outcome]] = {at: [] for at in asked}
    drawn: dict[Address, list[Exact]] = {item.fact.at: [] for item in varied}
    for number in range(draws):
        changes = dice.throw(list(varied))
        outcomes = variation.outcomes(changes)
        for at, value in changes.items():
            drawn[at].append(value)
        for at in asked:
            found[at].append(outcomes[at])
        if step is not None and number % 64 == 0:
            step("simulate", number, draws)

    def spread(at: Address) -> Spread:
        values = sorted(value for value in found[at] if type(value) in (int, Fraction))  # type: ignore[type-var]
        without = Counter(status_of(item) for item in found[at] if isinstance(item, Blocked))
        return Spread(at, program.rule_index[at[0], at[2]], variation.start[at], tuple(values), dict(without))  # type: ignore[arg-type]

    deciders = []
    for at in watched:
        counts = Counter(value for value in found[at] if type(value) in (int, Fraction))
        if 1 < len(counts) <= 8:
            shares = tuple(sorted(counts.items()))
            deciders.append(Decider(at, program.rule_index[at[0], at[2]], shares))  # type: ignore[arg-type]
    sure = [at for at in rows if all(type(value) in (int, Fraction) for value in found[at])]
    sums: list[Any] = [exact(sum(found[at][number] for at in sure)) for number in range(draws)] if sure else []  # type: ignore[misc]
    part = None
    if sure and len(sure) < len(rows):
        entity, _, name = sure[0]
        whose = (entity, "、".join(key for _, key, _ in sure), name)
        part = Spread(whose, program.rule_index[entity, name], 0, tuple(sorted(sums)), {})
    whole = next((found[at] for at in totals if any(type(value) in (int, Fraction) for value in found[at])), None)
    first: Sequence[Outcome] = whole if whole is not None else sums or [0] * draws
    moves = sorted(
        ((at, _rank_correlation(values, first)) for at, values in drawn.items()), key=lambda item: -abs(item[1])
    )
    return Simulation(
        draws,
        seed,
        correlation,
        tuple(varied),
        tuple(map(spread, totals)),
        tuple(map(spread, rows)),
        part,
        tuple(deciders),
        tuple(moves),
    )


def summed(compiled: Compiled, facts: Facts, rules: Sequence[Rule]) -> str | None:
    """The rule of the main entity to look at row by row where nobody says: of those that totals sum, the one that most rows have.

    Among equals the last written; where there are no totals, the last rule of the main entity.
    """
    main = compiled.program.header.main
    own = [rule for rule in rules if rule.entity == main]
    read = {
        node.name
        for rule in rules
        if compiled.program.entities[rule.entity].singleton
        for node in everything(rule.body)
        if isinstance(node, RuleRead) and node.entity == main
    }
    outcomes = compiled.run(facts)
    keys = [row.key for row in facts.tables.get(main, ())]
    best, most = None, -1
    for rule in [rule for rule in own if rule.name in read] or own[-1:]:
        having = sum(type(outcomes[main, key, rule.name]) in (int, Fraction) for key in keys)
        if having >= most:
            best, most = rule.name, having
    return best


def _banded(rule: Rule) -> bool:
    return any(isinstance(node, Bands) for node in everything(rule.body))


def _rank_correlation(drawn: Sequence[Exact], outcomes: Sequence[Outcome]) -> float:
    """Spearman's: how far two sequences rise and fall together; 0 where either does not move."""
    pairs = [
        (value, outcome) for value, outcome in zip(drawn, outcomes, strict=True) if type(outcome) in (int, Fraction)
    ]
    if len(pairs) < 3:
        return 0.0
    left, right = (_ranks([pair[side] for pair in pairs]) for side in (0, 1))
    middle = (len(pairs) - 1) / 2
    top = sum((one - middle) * (other - middle) for one, other in zip(left, right, strict=True))
    below = sum((one - middle) ** 2 for one in left) * sum((other - middle) ** 2 for other in right)
    return top / below**0.5 if below else 0.0


def _ranks(values: Sequence[object]) -> list[float]:
    order = sorted(range(len(values)), key=values.__getitem__)  # type: ignore[arg-type]
    ranks, at = [0.0] * len(values), 0
    while at < len(order):
        end = at
        while end + 1 < len(order) and values[order[end + 1]] == values[order[at]]:
            end += 1
        for index in order[at : end + 1]:
            ranks[index] = (at + end) / 2
        at = end + 1
    return ranks
