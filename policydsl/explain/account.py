"""Owns what an explanation is, before any language: an account per rule of a row, made of statements, made of terms.

Nothing here is worded: `zh` and `en` do that from the same tree, `reports` lays it out.
"""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from policydsl.amend.rulings import Ruling, Rulings
from policydsl.core.program import Header, Rule
from policydsl.diagnostics.model import Language, Place
from policydsl.explain.names import Address, Name, Shown
from policydsl.explain.reasons import Reason as Reason
from policydsl.explain.scenarios import Scenario
from policydsl.explain.statements import AlternativeReading, Statement
from policydsl.explain.versions import Comparison

InputState = Literal["known", "default", "missing", "bad", "decision", "no-row"]


@frozen
class Input:
    """A fact that an account reads itself: where it came from, how it was written, what is wrong with it.

    `counted`: how registers gave it (计自), if they did.
    """

    at: Address
    name: Name
    shown: Shown
    state: InputState
    place: Place | None = None
    raw: str = ""
    problem: str = ""
    clause: str = ""
    source: str = ""
    office: str = ""
    counted: str = ""


@frozen
class NextStep:
    """The next threshold of a rule, and what crossing it is worth.

    `fact`, `now`, `then`: the fact to change, its value, the least value that crosses (None where no single fact does);
    `gap` is what the measure lacks; `threshold` the bound. `before`, `after`: the rule's outcome now and in a re-run
    (None: not re-run). `also` holds rules that depend on it: name, before, after, gain.
    """

    kind: Literal["band", "step", "condition"]
    threshold: Shown
    inclusive: bool
    measure: Name | None
    gap: Shown
    fact: Name | None = None
    at: Address | None = None
    now: Shown | None = None
    then: Shown | None = None
    more: Shown | None = None
    before: Shown | None = None
    after: Shown | None = None
    gain: Shown | None = None
    also: tuple[tuple[Name, Shown, Shown, Shown | None], ...] = ()


@frozen
class ReadingUse:
    """A reading in force in a run."""

    name: Name
    option: str
    declared: bool
    clause: str = ""
    reason: str = ""
    others: tuple[AlternativeReading, ...] = ()


@frozen
class Account:
    """How one rule of one row came to its outcome. `children` are the accounts of the rules it read, in order.

    `rulings` say which notices made the rule, and the tables and figures that it mentions, what they are.
    """

    at: Address
    rule: Rule
    name: Name
    shown: Shown
    clauses: tuple[str, ...]
    statements: tuple[Statement, ...]
    inputs: tuple[Input, ...]
    reasons: tuple[Reason, ...]
    children: tuple[Account, ...] = field(default=(), repr=False)
    next_steps: tuple[NextStep, ...] = ()
    top_band: bool = False
    scenarios: tuple[Scenario, ...] = ()
    rulings: tuple[Ruling, ...] = ()


@frozen
class ViolationTold:
    """A constraint that is false of a row, and the cells it read."""

    at: Address
    name: Name
    message: str
    clause: str
    inputs: tuple[Input, ...]
    statements: tuple[Statement, ...]


@frozen
class RowAccount:
    """What is explained of one row: the rules asked for that no other of them tells already, in written order.

    `named`: its key is a name that readers know, not a mere number.
    """

    entity: Name
    key: str
    accounts: tuple[Account, ...]
    named: bool = True
    violations: tuple[ViolationTold, ...] = ()
    comparison: Comparison | None = None


@frozen
class Explanation:
    """An explanation of a run, or a part of it, in the language it is to be worded in."""

    header: Header
    lang: Language
    units: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]
    readings: tuple[ReadingUse, ...]
    rows: tuple[RowAccount, ...]
    policy_language: Language = "zh"
    law: Rulings | None = None
