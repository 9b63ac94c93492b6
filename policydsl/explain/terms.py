"""Owns terms, what stands inside a sentence before any language: named facts with their values, sums, comparisons."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from attrs import frozen

from policydsl.core.program import Comparator, Fold
from policydsl.core.types import Type
from policydsl.core.units import Measure
from policydsl.core.values import Exact, Outcome

# ---------------------------------------------------------------- names and values


@frozen
class Name:
    """A name as the drafter wrote it, with its ASCII alias if it has one."""

    text: str
    alias: str = ""


@frozen
class Address:
    """A fact, rule or decision of one row; as text it is the stable id in all outputs: `区[黄埔区].高企认定补助`."""

    entity: str
    key: str
    name: str

    def __str__(self) -> str:
        key = self.key.replace("\\", "\\\\").replace("]", "\\]")
        return f"{self.entity}[{key}].{self.name}" if self.key else f"{self.entity}.{self.name}"


Role = Literal["plain", "task", "condition"]


@frozen
class Shown:
    """An outcome and what it takes to show it. `outcome` None: not evaluated. `role` chooses the words for 真, 假."""

    outcome: Outcome | None
    type: Type
    measure: Measure | None = None
    role: Role = "plain"


# ---------------------------------------------------------------- terms


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


def exact_of(shown: Shown | None) -> Exact | None:
    """The number that is shown, if it is one."""
    if shown is None or isinstance(shown.outcome, bool) or not isinstance(shown.outcome, int | Fraction):
        return None
    return shown.outcome
