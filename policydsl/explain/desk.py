"""Owns the desk at which one account is written, and what every kind of node needs there."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from attrs import define, field

from policydsl.core import program as core
from policydsl.core.values import exact
from policydsl.explain.book import Book
from policydsl.explain.book import role_of as role_of
from policydsl.explain.names import Role, Shown, exact_of
from policydsl.explain.sketch import Stand, sketch
from policydsl.explain.spans import years_of
from policydsl.explain.statements import (
    Statement,
)
from policydsl.explain.terms import AmongTerm, ComparisonTerm, JoinTerm, NotTerm, SumTerm, Term, ToldTerm
from policydsl.interpret.trace import Step


@define
class Desk:
    """Where one account is written: the row it is about, and what has been said so far."""

    book: Book
    entity: str
    key: str
    teller: Callable[[Step, Desk], Term]
    said: list[Statement] = field(factory=list)

    def say(self, statement: Statement) -> None:
        """Says something, once."""
        if statement not in self.said:
            self.said.append(statement)

    def aside(self) -> Desk:
        """A desk for the same row on which nothing has been said."""
        return Desk(self.book, self.entity, self.key, self.teller)

    @property
    def stand(self) -> Stand:
        """The row whose values a sketch may show."""
        return Stand(self.book, self.entity, self.key)

    def tell(self, step: Step) -> Term:
        """The term that stands for a step; what must be said first is said here."""
        return self.teller(step, self)

    def part(self, step: Step, expr: core.Expr) -> Term:
        """The term of an operand of `step`; a sketch of it where it was not needed."""
        found = step_of(step, expr)
        return self.tell(found) if found is not None else sketch(expr, self.stand)


def shown_of(step: Step, role: Role = "plain") -> Shown:
    return Shown(step.outcome, step.node.type, years_of(step.node), role)


def verdict_of(step: Step) -> Shown:
    return shown_of(step, "condition")


def step_of(step: Step, expr: core.Expr | None) -> Step | None:
    """The operand of `step` that evaluated `expr`, if that was needed."""
    return next((item for item in step.operands if item.node is expr), None)


def is_short(term: Term) -> bool:
    return not isinstance(term, SumTerm | ComparisonTerm | JoinTerm | NotTerm | AmongTerm | ToldTerm)


def difference(one: Shown, other: Shown) -> Shown | None:
    a, b = exact_of(one), exact_of(other)
    return Shown(exact(abs(Fraction(a) - b)), one.type, one.measure) if a is not None and b is not None else None
