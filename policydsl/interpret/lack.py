"""Owns how reasons are made and united: a blocked outcome for the rule that asks, in the language of the policy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from fractions import Fraction
from math import inf
from typing import Any, Final

from attrs import field, frozen

from policydsl.core.program import Program, Rule
from policydsl.core.values import Absent, Blocked, Cause, Lack, NotApplicable, Outcome

Frame = tuple[Any, ...]
"""The scopes an expression sees, innermost first (a row or the value of a `Let`), then the row of the rule, then the `Run`."""


FIT: Final = frozenset((int, Fraction, bool, str, date, datetime, tuple))
"""The types of values to compute with: all but none, not applicable and blocked."""


@frozen(eq=False)
class CountRange(Blocked):
    """A count that is not certain: no value yet, but at least `low` and at most `high`, whatever the open facts turn out to be.

    Any arithmetic on it gives a plain `Blocked`; a comparison with a threshold may be certain already. Equal to a plain
    `Blocked` for the same reasons.
    """

    low: int = 0
    high: float = field(default=inf)

    def __eq__(self, other: object) -> bool:
        return self.causes == other.causes if isinstance(other, Blocked) else NotImplemented

    def __hash__(self) -> int:
        return hash(Blocked(self.causes))


def join(blocked: Iterable[Blocked]) -> Blocked:
    """All reasons of several blocked outcomes, each once, in the order met. Never a `CountRange`."""
    items = list(blocked)
    if len(items) == 1 and type(items[0]) is Blocked:
        return items[0]
    return Blocked(tuple(dict.fromkeys(cause for item in items for cause in item.causes)))


@frozen
class Asker:
    """The rule on whose behalf something is computed; makes the reasons that name it."""

    program: Program
    rule: Rule

    def say(self, zh: str, en: str) -> str:
        """The one of two wordings that is in the language of the policy."""
        return zh if self.program.language == "zh" else en

    def lack(self, frame: Frame, lack: Lack, detail: str) -> Blocked:
        """Blocked for one reason that lies in the rule itself, for the row it is computed for."""
        rule = self.rule
        return Blocked((Cause(lack, rule.entity, frame[-2].key, rule.name, detail, clause=rule.clause),))

    def unfit(self, frame: Frame, outcome: Absent | NotApplicable) -> Blocked:
        """Blocked because something is asked of a value that is none or not applicable."""
        if isinstance(outcome, NotApplicable):
            reason = f"\uff1a{outcome.reason}" if outcome.reason else ""
            detail = self.say(f"用到的值不适用{reason}", f"a value that it uses does not apply{reason}")
        else:
            detail = self.say("用到的值是「无」", "a value that it uses is none")
        return self.lack(frame, Lack.UNDEFINED, detail)

    def strict(self, frame: Frame, outcomes: Iterable[Outcome]) -> Blocked | None:
        """The united reasons why not all of the outcomes are values to compute with; None where all are."""
        found: list[Blocked] = []
        for outcome in outcomes:
            if type(outcome) in FIT:
                continue
            if isinstance(outcome, Blocked):
                found.append(outcome)
            elif isinstance(outcome, Absent | NotApplicable):
                found.append(self.unfit(frame, outcome))
        return join(found) if found else None
