"""Owns what an expression becomes before it is computed: a pair of closures that mean the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from policydsl.core.program import Expr
from policydsl.core.values import Outcome
from policydsl.interpret.across import Across, constant
from policydsl.interpret.lack import Frame
from policydsl.interpret.trace import Step

Traced = Callable[[Frame], Step]
Plain = Callable[[Frame], Outcome]


class Staged(NamedTuple):
    """An expression made ready. `traced` gives its step; `plain` only its outcome, for the many rows of an aggregate; `across`
    its outcomes for all the rows of one at once, where it can be said so."""

    traced: Traced
    plain: Plain
    across: Across | None = None


# A Step made through its own constructor costs three times as much, and one case makes hundreds.
new: Final = tuple.__new__


def quiet(traced: Traced) -> Staged:
    """An expression too rare inside aggregates to need a way of its own without steps."""
    return Staged(traced, lambda frame: traced(frame)[1])


def fixed(node: Expr, outcome: Outcome, note: object = None) -> Staged:
    """An expression with the same outcome everywhere."""
    step = Step(node, outcome, (), note)
    return Staged(lambda frame: step, lambda frame: outcome, constant(outcome))
