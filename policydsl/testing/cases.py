"""Owns the strategies of hypothesis that a policy gives: its cases, its facts, and cases at its thresholds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from hypothesis import assume
from hypothesis import strategies as st

from policydsl.core.facts import Facts
from policydsl.core.program import Program
from policydsl.testing.build import Workshop
from policydsl.testing.case import Case
from policydsl.testing.places import Goal
from policydsl.testing.workshops import workshop

T = TypeVar("T")
MOST_MISSING = 3


class Drawn:
    """Choices drawn by hypothesis, which shrinks them towards the first."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[0] if len(options) == 1 else options[self.upto(len(options) - 1)]

    def upto(self, most: int) -> int:
        """A whole number from 0 to `most`."""
        found: int = self._draw(_upto(most))
        return found


@lru_cache(maxsize=4096)
def _upto(most: int) -> st.SearchStrategy[int]:
    return st.integers(0, most)


@lru_cache(maxsize=64)
def _workshop(program: Program, rules: tuple[str, ...], readings: bool) -> Workshop:
    return workshop(program, rules, readings=readings)


def cases(
    program: Program,
    rules: Sequence[str] = (),
    *,
    missing: bool = False,
    readings: bool = False,
    settled: bool = False,
) -> st.SearchStrategy[Case]:
    """Cases of one main row, each brought to a threshold, a branch or a table row of the policy; no constraint is broken.

    `rules` names the rules that the cases are for (all, where none is named): only facts that they rest on are filled in.
    `missing` leaves out up to three facts; `readings` adopts other readings too; `settled` passes over cases in which one of
    `rules` has no value. Raises KeyError for a rule that the policy does not have.
    """
    shop = _workshop(program, tuple(rules), readings)
    return _cases(shop, missing, settled, shop.goals)


def near_thresholds(
    program: Program, rules: Sequence[str] = (), *, readings: bool = False, settled: bool = False
) -> st.SearchStrategy[Case]:
    """Cases just below, at and just above the thresholds of the policy: bands, steps, dates, quotas, caps. As `cases` else."""
    shop = _workshop(program, tuple(rules), readings)
    return _cases(shop, False, settled, tuple(goal for goal in shop.goals if goal.kind in ("edge", "step")))


def _cases(shop: Workshop, missing: bool, settled: bool, goals: Sequence[Goal]) -> st.SearchStrategy[Case]:
    # hypothesis shows what a strategy is given, which would be the whole program; so it is given nothing
    @st.composite
    def case(draw: st.DrawFn) -> Case:
        choose = Drawn(draw)
        goal = goals[choose.upto(len(goals) - 1)] if goals else None
        draft = shop.draft(choose, goals=() if goal is None else (goal,))
        if missing:
            shop.leave_out(draft, choose, MOST_MISSING)
        shop.by_kind(draft)
        if settled:
            assume(not shop.blocked(draft))
        return Case(
            shop.program, draft.facts(), dict(draft.readings), draft.on, about=() if shop.whole else shop.wanted
        )

    return case()


def facts(program: Program, *, most_rows: int = 3, missing: bool = False) -> st.SearchStrategy[Facts]:
    """Facts of up to so many main rows, with their children and all else; no constraint is broken."""
    shop = _workshop(program, (), False)

    @st.composite
    def found(draw: st.DrawFn) -> Facts:
        choose = Drawn(draw)
        draft = shop.draft(choose, rows=1 + choose.upto(most_rows - 1))
        if missing:
            shop.leave_out(draft, choose, MOST_MISSING)
        shop.by_kind(draft)
        return draft.facts()

    return found()
