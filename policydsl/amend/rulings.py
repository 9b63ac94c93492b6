"""Owns what is known of how a rule came to be law on a day: who put it there, who changed it from when, who was passed over and why.

Plain data: explanations and reports word it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from attrs import field, frozen

from policydsl.source import Span

Deed = Literal["REPEAL", "KEEP", "RESTORE", "MERGE", "AMENDED", "ADD", "SUPERSEDE", "BORROWED"]
"""What was done, by keyword id; BORROWED: a name of the amending notice that an amended line uses."""

Why = Literal["not-yet", "not-known", "old-law", "outdone", "lapsed", "expired"]
"""Why an amendment does not count: its day has not come; it was not issued by the day of knowledge; 既往 从旧 or 从优 leaves
the case to the old law; another notice goes before it (优先于); its own notice had lost force before its day;
the last day on which it counts has passed."""


@frozen
class Act:
    """One thing that one notice does to another, as it is told.

    `address` is what it is done to, as written; `since` the day from which it counts; `before` and `after` what was written
    there and what is now, empty where there is nothing. `retroactive`: the day lies before the notice was issued.
    """

    notice: str
    title: str
    clause: str
    deed: Deed
    address: str
    since: date
    before: str = ""
    after: str = ""
    span: Span | None = field(default=None, eq=False, repr=False)
    retroactive: bool = False


@frozen
class Passed:
    """An amendment that does not count on the day, and why. `by`: the notice that goes before it; `until`: its last day."""

    act: Act
    why: Why
    by: str = ""
    until: date | None = None


@frozen
class Ruling:
    """How one declaration came to be what it is: the notice that wrote it first, what was done to it in order, what was passed over.

    `word` is the keyword id of the declaration. `gone`: it is no longer in force.
    """

    word: str
    name: str
    notice: str
    title: str
    clause: str
    acts: tuple[Act, ...] = ()
    passed: tuple[Passed, ...] = ()
    gone: bool = False

    @property
    def by(self) -> str:
        """The notice whose words are in force."""
        deeds = [act for act in self.acts if act.deed not in ("KEEP", "BORROWED")]
        return deeds[-1].notice if deeds else self.notice


@frozen
class Rulings:
    """The rulings of one consolidated notice, by (entity, name); entity "" for what belongs to none.

    `shared` says, by rule, which tables, parameters and the like it mentions that were changed. `on` and `known` are the days
    asked for; `to`: the text rules cases of several days, of which `on` is the first and `to` the last.
    """

    notice: str
    title: str
    on: date
    known: date | None
    of: Mapping[tuple[str, str], Ruling]
    shared: Mapping[tuple[str, str], tuple[tuple[str, str], ...]]
    amended_by: tuple[str, ...] = ()
    to: date | None = None

    def behind(self, entity: str, name: str) -> tuple[Ruling, ...]:
        """What ruled a rule: its own ruling where there is something to tell, and those of what it mentions."""
        own = self.of.get((entity, name))
        found = [own] if own is not None else []
        found += [self.of[at] for at in self.shared.get((entity, name), ()) if at in self.of]
        return tuple(item for item in found if item.acts or item.passed)
