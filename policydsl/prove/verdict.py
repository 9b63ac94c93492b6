"""Owns what came of a question."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from policydsl.core.facts import Facts
from policydsl.core.program import Program
from policydsl.core.values import Outcome
from policydsl.source import Span

Kind = Literal["property", "gap", "clash", "zero", "order", "step", "dead", "same"]
Answer = Literal["proved", "refuted", "undecided"]
Why = Literal["", "timeout", "beyond", "unconfirmed", "vacuous", "readings"]


@frozen
class Counterexample:
    """A case that the interpreter has confirmed: facts, the row asked about, and what came of it.

    `after` and `then`: of a property that holds changed facts against each other, the changed facts and what came of those; of
    two policies, what the other gives on the same facts. `last`: of a whole and its parts, likewise the second part. `renamed`:
    what the row is called after the change, where that is what changed. `written`: the examples, where they are written already.
    """

    facts: Facts
    key: str
    rule: tuple[str, str]
    outcome: Outcome
    after: Facts | None = None
    then: Outcome | None = None
    last: tuple[Facts, Outcome] | None = None
    renamed: str | None = None
    written: tuple[str, ...] = ()


@frozen
class Verdict:
    """One question and its answer. `why` says what stood in the way where it is undecided: "timeout"; "beyond": it turns on what
    formulas do not carry (named in `beyond`); "unconfirmed": the interpreter did not confirm the case found. Of one that is proved,
    "vacuous": its condition never holds. `tried`: of a property left open, on how many cases no counterexample was found, and
    how many rows of an entity they had at most."""

    kind: Kind
    name: str
    answer: Answer
    span: Span | None = None
    why: Why = ""
    beyond: tuple[str, ...] = ()
    case: Counterexample | None = None
    seconds: float = field(default=0.0, eq=False)
    tried: tuple[int, int] | None = None


@frozen
class Report:
    """All verdicts on a policy, or on two."""

    program: Program
    verdicts: tuple[Verdict, ...]
    other: Program | None = None

    @property
    def refuted(self) -> tuple[Verdict, ...]:
        """What does not hold."""
        return tuple(one for one in self.verdicts if one.answer == "refuted")

    @property
    def undecided(self) -> tuple[Verdict, ...]:
        """What could not be decided."""
        return tuple(one for one in self.verdicts if one.answer == "undecided")
