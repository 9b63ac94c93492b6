"""Owns what evaluation yields: a value, or the reasons why there is none yet.

Values are plain: int or Fraction (a Fraction never has denominator 1), bool, str (text, member, key), date, datetime,
tuple (list), `NONE` and `NotApplicable`. Units are static and live in the program.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from typing import Final, Literal

from attrs import field, frozen

from policydsl.diagnostics.model import Place


class Absent(Enum):
    """The value of a 或无 fact that says there is none."""

    NONE = "none"


NONE: Final = Absent.NONE


@frozen
class NotApplicable:
    """The value of a rule that does not apply to a case, with the drafter's reason."""

    reason: str = ""


Exact = int | Fraction
Value = int | Fraction | bool | str | date | datetime | tuple["Value", ...] | Absent | NotApplicable


class Lack(Enum):
    """Why there is no value. Each kind has one status; the gravest of several is shown."""

    MISSING = "missing"  # a fact nobody supplied
    DECISION = "decision"  # a human decision not taken yet (裁量, 待裁量)
    VIOLATED = "violated"  # a constraint is false of the facts read
    UNREADABLE = "unreadable"  # the cell holds something that is no such value
    CONFLICT = "conflict"  # rules that contradict each other on these facts
    NOT_IN_FORCE = "not-in-force"  # outside the time of the rule
    UNDEFINED = "undefined"  # the maximum of nothing, a division by a zero nobody excluded


Status = Literal["value", "unknown", "pending", "invalid"]
STATUS: dict[Lack, Status] = {
    Lack.MISSING: "unknown",
    Lack.DECISION: "pending",
    Lack.VIOLATED: "invalid",
    Lack.UNREADABLE: "invalid",
    Lack.CONFLICT: "invalid",
    Lack.NOT_IN_FORCE: "invalid",
    Lack.UNDEFINED: "invalid",
}
GRAVITY: dict[Status, int] = {"value": 0, "pending": 1, "unknown": 2, "invalid": 3}


@frozen
class Cause:
    """One leaf reason for a missing value.

    `entity`, `key`, `name` say what is lacking (a fact, a decision, a rule); `detail` is the drafter's own reason or the
    finding on the cell; `origin` the cell, where there is one; `clause` the citation of the rule that asks.
    """

    lack: Lack
    entity: str
    key: str
    name: str
    detail: str = ""
    origin: Place | None = field(default=None, eq=False)
    clause: str = field(default="", eq=False)


@frozen
class Blocked:
    """No value, for a non-empty set of reasons, in the order in which they were met and without repetition."""

    causes: tuple[Cause, ...]

    @property
    def status(self) -> Status:
        """The gravest status among the causes: invalid > unknown > pending."""
        return max((STATUS[cause.lack] for cause in self.causes), key=GRAVITY.__getitem__)


Outcome = Value | Blocked


def status_of(outcome: Outcome) -> Status:
    """The status of an outcome."""
    return outcome.status if isinstance(outcome, Blocked) else "value"


def unite(*blocked: Blocked) -> Blocked:
    """All reasons of several blocked outcomes, each once."""
    if len(blocked) == 1:
        return blocked[0]
    return Blocked(tuple(dict.fromkeys(cause for item in blocked for cause in item.causes)))


def exact(number: Fraction | int) -> Exact:
    """`number` in its canonical form: an int where it is whole."""
    return number if type(number) is int or number.denominator != 1 else number.numerator


def decimal_text(number: Exact) -> str:
    """The exact number as text: a finite decimal where there is one (`1.25`), else a fraction (`13/12`)."""
    number = exact(number)
    if isinstance(number, int):
        return str(number)
    denominator, twos, fives = number.denominator, 0, 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    if denominator != 1:
        return f"{number.numerator}/{number.denominator}"
    places = max(twos, fives)
    digits = str(abs(number.numerator) * 10**places // number.denominator).rjust(places + 1, "0")
    return f"{'-' if number < 0 else ''}{digits[:-places]}.{digits[-places:]}"
