"""Owns the telling of versions: which notice's words ruled a step, what they took the place of, and which amendments were passed over."""

from __future__ import annotations

from typing import assert_never

from attrs import frozen

from policydsl.amend.rulings import Act, Passed, Ruling, Rulings
from policydsl.explain.names import Name, Shown
from policydsl.explain.teller import Teller

MOST = 60
"""Characters of an old or a new text that a sentence quotes."""


@frozen
class Comparison:
    """A case that is under the better of several laws (既往 从优): what `rule` is under each, and which counts.

    `options` are (the notice whose amendment it takes in, empty for the old law; the outcome).
    """

    rule: Name
    options: tuple[tuple[str, Shown], ...]
    taken: int


def law_lines(law: Rulings, teller: Teller) -> tuple[tuple[str, str], ...]:
    """What stands at the head of an explanation: the text that was applied, and what is no longer in it."""
    catalog, list_mark = teller.catalog, teller.catalog.list_mark
    text = catalog.law_text.format(notice=law.notice, on=teller.figures.day(law.on))
    if law.to is not None:
        days = {"on": teller.figures.day(law.on), "to": teller.figures.day(law.to)}
        text = catalog.law_cases.format(notice=law.notice, **days)
    if law.amended_by:
        text += catalog.law_amended.format(notices=list_mark.join(law.amended_by))
    if law.known is not None:
        text += catalog.law_known.format(known=teller.figures.day(law.known))
    lines = [(catalog.law_label, text)]
    gone: dict[Act, str] = {}
    for ruling in law.of.values():
        if ruling.gone and ruling.acts:
            gone.setdefault(ruling.acts[-1], ruling.acts[-1].address or ruling.name)
    lines += [(catalog.law_gone, act_line(act, teller, False)) for act in gone]
    return tuple(lines)


def comparison_line(found: Comparison, teller: Teller) -> str:
    """Which law a case is under, and what it would be under the others."""
    catalog = teller.catalog
    parts = []
    for at, (notice, shown) in enumerate(found.options):
        name = catalog.law_new.format(notice=notice) if notice else catalog.law_old
        mark = catalog.law_taken if at == found.taken else ""
        parts.append(f"{name} {teller.figures.show(shown)}{mark}")
    return catalog.law_better.format(rule=teller.quoted(found.rule), options=catalog.semicolon.join(parts))


def ruling_lines(ruling: Ruling, own: bool, teller: Teller) -> tuple[str, ...]:
    """How a declaration came to be what it is. `own`: it is the rule that the account is of, which needs no naming."""
    catalog = teller.catalog
    apart = " " if teller.figures.lang == "en" else ""
    name = "" if own else f"「{ruling.name}」{apart}"
    added = bool(ruling.acts) and ruling.acts[0].deed == "ADD" and ruling.acts[0].notice == ruling.notice
    parts = (
        [] if added else [catalog.v_first.format(name=name, notice=ruling.notice, clause=teller.cited(ruling.clause))]
    )
    parts += [act_line(act, teller, False) for act in ruling.acts]
    lines = [catalog.v_line.format(words=catalog.semicolon.join(parts))]
    lines += [passed_line(item, teller) for item in ruling.passed]
    return tuple(lines)


def act_line(act: Act, teller: Teller, bare: bool) -> str:
    """One thing that one notice did, with its day and clause; `bare`: without them."""
    catalog, figures = teller.catalog, teller.figures
    who = "" if bare else f"{act.notice}{teller.cited(act.clause)}"
    since = catalog.v_since.format(day=figures.day(act.since))
    address = f"「{act.address}」" if act.address else ""
    before = catalog.v_before.format(text=_short(act.before)) if act.before else ""
    after = f"「{_short(act.after)}」" if act.after else ""
    match act.deed:
        case "AMENDED":
            text = catalog.v_change.format(since=since, who=who, address=address, after=after, before=before)
        case "ADD":
            text = catalog.v_add.format(since=since, who=who, address=address, after=after)
        case "REPEAL":
            text = catalog.v_repeal.format(since=since, who=who, address=address)
        case "RESTORE":
            text = catalog.v_restore.format(since=since, who=who, address=address)
        case "KEEP":
            text = catalog.v_keep.format(since=since, who=who, address=address)
        case "MERGE":
            text = catalog.v_merge.format(since=since, who=who, address=address)
        case "SUPERSEDE":
            text = catalog.v_supersede.format(since=since, who=who, address=address)
        case "BORROWED":
            text = catalog.v_borrowed.format(since=since, who=who, address=address)
        case _:
            assert_never(act.deed)
    return text + (catalog.v_retroactive if act.retroactive else "")


def passed_line(item: Passed, teller: Teller) -> str:
    """An amendment that does not count, and why."""
    catalog = teller.catalog
    match item.why:
        case "not-yet":
            why = catalog.v_not_yet
        case "not-known":
            why = catalog.v_not_known
        case "old-law":
            why = catalog.v_old_law
        case "outdone":
            why = catalog.v_outdone.format(by=item.by)
        case "lapsed":
            why = catalog.v_lapsed
        case "expired":
            why = catalog.v_expired.format(until=teller.figures.day(item.until or item.act.since))
        case _:
            assert_never(item.why)
    return catalog.v_passed.format(act=act_line(item.act, teller, False), why=why)


def _short(text: str) -> str:
    return text if len(text) <= MOST else text[: MOST - 1] + "…"
