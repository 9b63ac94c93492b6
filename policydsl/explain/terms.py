"""Owns terms, what stands inside a sentence before any language: named facts with their values, sums, comparisons."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from policydsl.core.program import Comparator, Fold
from policydsl.explain.names import Address as Address
from policydsl.explain.names import Name as Name
from policydsl.explain.names import Role as Role
from policydsl.explain.names import Shown as Shown
from policydsl.explain.names import exact_of as exact_of


@frozen
class FactTerm:
    """A fact named with its value. `elsewhere`: it belongs to another row than the account's."""

    at: Address
    name: Name
    shown: Shown
    elsewhere: bool = False


@frozen
class RuleTerm:
    """A rule named with its value. `detail` is its own arithmetic, where short enough to stand in the sentence."""

    at: Address
    name: Name
    shown: Shown
    detail: Term | None = None
    elsewhere: bool = False


@frozen
class LocalTerm:
    """A name of 其中 or a parameter of a formula."""

    name: str
    shown: Shown


@frozen
class LiteralTerm:
    """A literal; `text` is how the drafter wrote it."""

    shown: Shown
    text: str = ""


@frozen
class SumTerm:
    """An operation `op` (a key of `operators.OPERATIONS`) on its operands."""

    op: str
    args: tuple[Term, ...]
    shown: Shown


@frozen
class ComparisonTerm:
    """Two terms compared; `gap` is by how much a false `≥ > ≤ <` of numbers misses (never negative)."""

    op: Comparator
    word: str
    left: Term
    right: Term
    shown: Shown
    gap: Shown | None = None


@frozen
class JoinTerm:
    """Conditions joined: all of them, or at least `least` of them."""

    kind: Literal["every", "some"]
    least: int
    parts: tuple[Term, ...]
    shown: Shown


@frozen
class NotTerm:
    """A condition denied."""

    part: Term
    shown: Shown


@frozen
class AmongTerm:
    """Whether a term is one of several."""

    item: Term
    options: tuple[Term, ...]
    shown: Shown


@frozen
class HasTerm:
    """Whether an optional value is there."""

    part: Term
    shown: Shown


@frozen
class FoldTerm:
    """An aggregate, named by what it folds."""

    fold: Fold
    entity: Name
    counted_in: str
    body: Term | None
    where: Term | None
    shown: Shown


@frozen
class CellTerm:
    """A cell of a policy's table, named by table and column."""

    table: Name
    column: str
    shown: Shown


@frozen
class DayTerm:
    """The day of the run."""

    shown: Shown


@frozen
class ToldTerm:
    """The value that an earlier statement of the same account ended in."""

    shown: Shown


Term = (
    FactTerm
    | RuleTerm
    | LocalTerm
    | LiteralTerm
    | SumTerm
    | ComparisonTerm
    | JoinTerm
    | NotTerm
    | AmongTerm
    | HasTerm
    | FoldTerm
    | CellTerm
    | DayTerm
    | ToldTerm
)
