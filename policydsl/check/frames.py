"""Owns the scopes in which an expression is checked: rows and named values, innermost first."""

from __future__ import annotations

from attrs import frozen

from policydsl.core.program import Expr, Rows
from policydsl.core.types import Type
from policydsl.core.units import Measure
from policydsl.syntax import tree


@frozen
class RowFrame:
    """A scope that is a row of `entity`; `rows` says over which rows an aggregate runs, None for the rule's own row. `known` are
    the conditions that are known to hold of the row; `whole`: absence is what is asked about here, and what is known narrows nothing."""

    entity: str
    rows: Rows | None = None
    known: tuple[tree.Expr, ...] = ()
    whole: bool = False


@frozen
class ValueFrame:
    """A scope that is a named value."""

    name: str
    type: Type


Frames = tuple[RowFrame | ValueFrame, ...]


@frozen
class Checked:
    """A rule's body, and the measure in which its value is shown if it declares one."""

    body: Expr
    measure: Measure | None = None
