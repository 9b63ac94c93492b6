"""Owns whether outcomes go against a 性质: those of the facts as they are and, where it compares, of the facts changed."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeGuard

from policydsl.core.program import Property
from policydsl.core.values import Blocked, Exact, NotApplicable, Outcome


def broken(item: Property, outcomes: Sequence[Outcome | None]) -> bool | None:
    """Whether outcomes go against a property; None where they say nothing, as there is no value or no row (None).

    `outcomes` are: of a condition the one, of a fact that moves those before and after, of what must not matter the two, of what
    is split those of the whole and of both parts.
    """
    if item.stated:
        return not outcomes[0] if isinstance(outcomes[0], bool) else None
    if item.form in ("unrelated", "order"):
        one, two = outcomes
        if one is None or two is None or isinstance(one, Blocked) or isinstance(two, Blocked):
            return None
        if isinstance(one, NotApplicable) and isinstance(two, NotApplicable):
            return False
        return isinstance(one, bool) != isinstance(two, bool) or one != two
    numbers = [one for one in outcomes if amount(one)]
    if len(numbers) < len(outcomes):
        return None
    if item.form == "divided":
        whole, first, second = numbers
        return first + second != whole
    change = numbers[1] - numbers[0]
    if item.form == "steady":
        return change > item.most or -change > item.most
    return change < 0 if item.forbidden == "falls" else change > 0


def amount(outcome: Outcome | None) -> TypeGuard[Exact]:
    """Whether an outcome is a number."""
    return isinstance(outcome, int | Fraction) and not isinstance(outcome, bool)
