"""Owns the trace: what was computed, from what, why, for every rule of every row. Frozen, and complete enough to check by hand.

A step is a plain named tuple, because one evaluation makes hundreds: the node it evaluates (with its span, type, rule), the
outcome, the steps of the operands that were needed, and a note on the choice made. Values are in base units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from attrs import field, frozen

from policydsl.core.facts import Cell, Facts
from policydsl.core.program import Expr, Program, Rule
from policydsl.core.values import Exact, Outcome, Value


class Step(NamedTuple):
    """One evaluated expression.

    What `operands` and `note` hold, by node:
    - Const, Local, Pending, Inapplicable: (), None
    - FieldRead: (), (entity, key, cell) with the cell read, or None for the cell where there is no such row
    - RuleRead: (), (entity, key) of the row; its own step stands in the trace under (entity, rule, key)
    - Apply, Compare, Every, Some, Not, OneOf, Pick, Has: the operands evaluated in order; Pick: note = index that decided
    - Let: (value, body)
    - Choose: the conditions evaluated, then the value's step if one was chosen; note = index of the case, -1 for otherwise,
      None if blocked before a choice
    - Bands: (measure, bound of row 0, …, bound of the last row, value of the chosen row); note = index, -1 for otherwise, None
    - Brackets: (measure, then per slice start, end if any, rate); note = per slice (part, amount) reached
    - Increment: (measure, start, then per route size, award[, at_start][, most_steps]); note = `Routes`
    - Limit: (body, then per bound [when,] limit as evaluated); note = `Bounded`, or None where blocked
    - Round: (body,); the outcome before is the operand's
    - Lookup: the keys' steps, then the cell's step; note = index of the matching row or None
    - Aggregate, Within: (); note = `Sample`
    - Running: (); note = `Line`, or None where there is no order
    - Previous: (first,) where there is no row before, else (); note = `Line` of that one row or of none, None where blocked
    - Rank: (); note = `Standing`, or None where the siblings are not known
    - Share: (total,); note = `Portioning`, `Unshared` where nobody is among those that share, or None where blocked or left out
    - Switch: (the adopted alternative's step) or (); note = name of the alternative
    - IfInapplicable: (body,) or (body, instead)
    """

    node: Expr
    outcome: Outcome
    operands: tuple[Step, ...] = ()
    note: object = None


class Routes(NamedTuple):
    """What the routes of an increment gave: whole steps and amount of each; `taken` the index that decided (None: sum)."""

    steps: tuple[int, ...]
    amounts: tuple[Outcome, ...]
    taken: int | None
    tie: bool


class Bounded(NamedTuple):
    """How caps and floors worked: the index of the one that changed the value last, or -1, and for each whose condition
    held (index of bound, value before, value after), in written order; before and after are equal where it did not bind."""

    last: int
    applied: tuple[tuple[int, Value, Value], ...]


class Sample(NamedTuple):
    """What an aggregate met. Keys of rows by how its filter went; the values folded; what a blocked total has so far.

    `total`: rows looked at; `taken`: keys of the rows whose condition held; `values`: body outcomes of those rows, in
    order (empty for count); `unsure`: keys of rows whose condition or body is blocked, then members of a complete roll (齐全)
    that have no row; `partial`: for a blocked fold, the fold over the sure rows, None where there is none; `skipped`: keys of
    rows whose condition or body is none or not applicable, which the fold leaves out. First and last: `values` is empty, since
    only the row at that end is needed, and `chosen` is its key (empty where there is none).
    """

    entity: str
    total: int
    taken: tuple[str, ...]
    values: tuple[Outcome, ...]
    unsure: tuple[str, ...]
    partial: Outcome | None
    skipped: tuple[str, ...] = ()
    chosen: str = ""


class Line(NamedTuple):
    """The rows of `entity` that a value in order rests on: how many there are, and keys and values of the last of them, in
    order (all but a few where there are many; rows of which it is open whether they count are not shown). `group`: what the
    siblings have in common, key by key."""

    entity: str
    total: int
    keys: tuple[str, ...]
    values: tuple[Outcome, ...]
    group: tuple[Outcome, ...] = ()


class Standing(NamedTuple):
    """How a row ranks: its place (None: not certain, or none), among how many of `entity` that surely take part, the keys of
    some of the rows that tie with it and how many do, its own values of the keys of the ranking, how many rows are open, what the
    siblings have in common."""

    entity: str
    place: int | None
    of: int
    tied: tuple[str, ...]
    ties: int
    values: tuple[Outcome, ...]
    open: int
    group: tuple[Outcome, ...] = ()


class Portioning(NamedTuple):
    """How a whole was shared out: among how many of `entity`, the whole, this row's weight and the sum of all weights; the exact
    part, the part rounded down, and what of the remainder it took. `fits`: claims scaled to a budget that suffices are paid
    as they are. `group`: what the siblings have in common."""

    entity: str
    of: int
    total: Exact
    weight: Exact
    weights: Exact
    part: Exact
    rounded: Exact
    remainder: Exact
    fits: bool
    group: tuple[Outcome, ...] = ()


class Unshared(NamedTuple):
    """A whole that is shared among nobody, since every row of its group is left out: `entity`, the key of the group's first row."""

    entity: str
    first: str
    total: Exact


class RuleStep(NamedTuple):
    """The outcome of one rule for one row, with the step that gave it.

    `outcome` equals `body.outcome` unless the row's constraints overrule it. `readings` are (name, alternative) used, directly or
    through other rules.
    """

    rule: Rule
    key: str
    body: Step
    outcome: Outcome


@frozen
class Violation:
    """A constraint that is false of a row, and the cells it read as (entity, key, field)."""

    rule: Rule
    key: str
    body: Step
    cells: tuple[tuple[str, str, str], ...]


@frozen(slots=False)
class Trace:
    """A whole evaluation: every rule of every row that was asked for, in dependency order."""

    program: Program
    facts: Facts
    readings: Mapping[str, str]
    steps: Mapping[tuple[str, str, str], RuleStep]
    violations: Sequence[Violation] = ()
    keys: Mapping[str, tuple[str, ...]] = field(factory=dict)

    def step(self, entity: str, key: str, rule: str) -> RuleStep:
        """The step of a rule of a row. Raises KeyError where that was not evaluated."""
        return self.steps[entity, key, rule]

    def outcome(self, entity: str, key: str, rule: str) -> Outcome:
        """The outcome of a rule of a row."""
        return self.steps[entity, key, rule].outcome

    @cached_property
    def cells(self) -> Mapping[tuple[str, str, str], Cell]:
        """Every cell of the facts by (entity, key, field)."""
        return {
            (entity, record.key, name): cell
            for entity, records in self.facts.tables.items()
            for record in records
            for name, cell in record.cells.items()
        }
