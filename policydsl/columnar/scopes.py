"""Owns what an encoder can see: rows and local names in scope, and what is the same for all rules of a query."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from attrs import frozen

from policydsl.columnar.arithmetic import Width
from policydsl.columnar.stages import Stage
from policydsl.columnar.terms import Reasons, Term
from policydsl.core import program as core


@frozen(eq=False)
class RowScope:
    """A row that is in scope: of which table, and how that is called in the step being made."""

    stage: Stage
    alias: str


@frozen(eq=False)
class NamedScope:
    """A local name: its expression and the scopes that it sees, and the term where it is one already."""

    value: core.Expr
    scopes: tuple[Scope, ...]
    term: Term | None = None


@frozen(eq=False)
class Outer:
    """A scope outside of an aggregate, seen from a table of the rows that it runs over: of the row that owns these."""

    scope: RowScope | NamedScope
    stage: Stage


@frozen(eq=False)
class Nowhere:
    """A scope that cannot be looked at from here."""


Scope = RowScope | NamedScope | Outer | Nowhere


@frozen(eq=False)
class World:
    """What is the same for all rules of a query."""

    program: core.Program
    readings: Mapping[str, str]
    on: date | None
    width: Width
    stages: Mapping[str, Stage]
    why: Reasons
    supplied: frozenset[str]
    absent: Mapping[str, tuple[str, ...]]  # members without a row, of entities said to be complete
    whole: bool = False  # whether all rows are there at once, and what is computed of them before
    ordered: bool = True  # whether its tables say in which order their rows stand
