"""Owns outcomes as formulas: a value, the conditions under which there is none, and the places where a rule may break."""

from __future__ import annotations

from typing import Any

import z3
from attrs import frozen

from policydsl.core import program as core
from policydsl.core.program import Expr
from policydsl.prove import numbers
from policydsl.prove.numbers import Num

NO, YES = z3.BoolVal(False), z3.BoolVal(True)

Scope = tuple[Any, ...]
"""What an expression sees, innermost first: paths of rows and outcomes of named values."""


@frozen(eq=False)
class Sym:
    """An outcome as formulas. At most where none of the conditions holds is `term` its value.

    `none`: none or not applicable. `waits`: no value for a reason that lies elsewhere or with people. `broken`: no value for a
    reason that lies in the rule itself (a gap, a clash, a division by zero).
    """

    term: Any
    none: Any = NO
    waits: Any = NO
    broken: Any = NO

    @property
    def fit(self) -> Any:
        """That there is a value to compute with."""
        return z3.And(z3.Not(self.none), z3.Not(self.waits), z3.Not(self.broken))

    @property
    def never(self) -> bool:
        """Whether there is no value whatever the facts are."""
        return any(z3.is_true(condition) for condition in (self.none, self.waits, self.broken))


@frozen(eq=False)
class Hazard:
    """A place that may break a rule: "gap", "clash", "zero", "order", "step"; `when` it does."""

    kind: str
    rule: core.Rule
    node: Expr
    when: Any


@frozen(eq=False)
class Branch:
    """A row, band, case or cap of a rule, and when it is the one that counts. `spare`: a 否则 that has to be written, needed or not."""

    kind: str
    rule: core.Rule
    label: str
    at: int
    span: Any
    when: Any
    spare: bool = False


def either(conditions: list[Any]) -> Any:
    """Any of the conditions."""
    return z3.simplify(z3.Or(conditions)) if conditions else NO


def equal(one: Sym, other: Sym) -> Any:
    """That two values are the same."""
    if isinstance(one.term, Num) and isinstance(other.term, Num):
        return numbers.compared("eq", one.term, other.term)
    if isinstance(one.term, Num) or isinstance(other.term, Num) or one.term.sort() != other.term.sort():
        return NO
    return one.term == other.term
