"""Owns a worded explanation: headings, sentences, rows taken and not taken, inputs; any format can lay it out."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from policydsl.core.values import Status
from policydsl.diagnostics.model import Language
from policydsl.explain.catalog import Labels


@frozen
class Alternative:
    """A row of a band, case, route, cap or aggregate: what it is, what it gives, what became of it and why."""

    label: str
    value: str
    fate: str
    taken: bool = False


@frozen
class Group:
    """Alternatives under a title. `more`: how many are left out for length, in words; empty where none."""

    title: str
    items: tuple[Alternative, ...]
    more: str = ""


@frozen
class Passage:
    """A sentence, with the alternatives it chose from if any."""

    text: str
    group: Group | None = None


@frozen
class InputLine:
    """A fact read: name, value, where it came from, and what is to be known or done about it."""

    id: str
    name: str
    value: str
    place: str
    note: str = ""
    wanting: bool = False


@frozen
class Entry:
    """The worded account of a rule. `again`: it is told elsewhere in the same telling, before or after.

    Then only its value stands here. `amount`: the value once more and short, where the rule is about money. `notes` are what a task says of its proof, its date and who is responsible, and which
    notices made the rule what it is.
    """

    id: str
    name: str
    value: str
    status: Status
    clause: str
    passages: tuple[Passage, ...] = ()
    inputs: tuple[InputLine, ...] = ()
    reasons: tuple[str, ...] = ()
    nexts: tuple[str, ...] = ()
    children: tuple[Entry, ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = ()
    amount: str = ""
    again: Literal["", "before", "after"] = ""


@frozen
class RowTelling:
    """What is told of one row. `entity`: what kind of thing it is, as readers know it; `single`: there is only one."""

    id: str
    entity: str
    single: bool
    title: str
    entries: tuple[Entry, ...]
    violations: tuple[Entry, ...] = ()


@frozen
class Telling:
    """A whole explanation in words. `about` are lines on the policy and the run as (label, text)."""

    lang: Language
    title: str
    about: tuple[tuple[str, str], ...]
    readings: tuple[str, ...]
    rows: tuple[RowTelling, ...]
    labels: Labels
