"""Owns the wording of what stands beside the sentences: inputs with their places, reasons with their remedy, next steps."""

from __future__ import annotations

from fractions import Fraction
from typing import assert_never

from attrs import evolve

from policydsl.core.values import Blocked, decimal_text, exact
from policydsl.explain.account import Account, Input, NextStep, ReadingUse
from policydsl.explain.choices_told import bound_of
from policydsl.explain.names import Shown, exact_of
from policydsl.explain.reasons import office_text, place_text, source_text
from policydsl.explain.reasons import reason as reason
from policydsl.explain.scenarios import Scenario
from policydsl.explain.teller import Teller
from policydsl.explain.telling import InputLine


def input_line(item: Input, teller: Teller) -> InputLine:
    """A fact with where it came from and what is to be known or done about it."""
    catalog, notes = teller.catalog, list[str]()
    match item.state:
        case "known":
            if item.counted:
                notes.append(item.counted)
            if item.raw and not _same(item.raw, item.shown, teller):
                notes.append(catalog.raw.format(raw=item.raw))
        case "default":
            notes.append(catalog.by_default.format(clause=teller.cited(item.clause)))
        case "missing":
            notes.append(catalog.wanting + source_text(item.source, teller))
        case "bad":
            notes.append(catalog.bad.format(problem=item.problem))
            if item.raw:
                notes.append(catalog.raw.format(raw=item.raw))
        case "decision":
            notes.append(catalog.to_decide + office_text(item.office, teller))
        case "no-row":
            notes.append(catalog.no_row)
        case _:
            assert_never(item.state)
    return InputLine(
        str(item.at),
        teller.figures.name(item.name),
        teller.show(item.shown),
        place_text(item.place, teller),
        catalog.semicolon.join(notes),
        item.state in ("missing", "bad", "decision"),
    )


def _same(raw: str, shown: Shown, teller: Teller) -> bool:
    """Whether what was written says no more than what is shown."""
    if isinstance(shown.outcome, bool):
        return True
    number, text = exact_of(shown), evolve(teller.figures, lang="zh").show(shown)
    written = raw.strip().replace(",", "")
    if number is not None and written == decimal_text(number):
        return True
    return written in (text.replace(",", ""), text.strip("“”"))


def next_lines(account: Account, teller: Teller) -> tuple[str, ...]:
    """How far the next threshold is and what crossing it is worth; that there is none above the highest band."""
    lines = tuple(step_line(step, teller) for step in account.next_steps if step.fact is not None)
    lines += tuple(_scenario(item, teller) for item in account.scenarios)
    return lines or ((teller.catalog.top,) if account.top_band else ())


def _scenario(item: Scenario, teller: Teller) -> str:
    """What would come of a place left to a decision, were it decided by one alternative of its reading."""
    catalog, figures = teller.catalog, teller.figures
    parts = [(item.name, item.shown), *item.also]
    if item.name == item.reading and item.also:
        # what a reading stands for says less than what rests on it
        parts = parts[1:]
    return catalog.scenario.format(
        reading=teller.quoted(item.reading),
        option=item.option,
        reason=figures.bracketed(item.reason) if item.reason else "",
        parts=catalog.comma.join(
            catalog.scenario_part.format(name=teller.quoted(name), value=figures.show(shown)) for name, shown in parts
        ),
    )


def step_line(step: NextStep, teller: Teller) -> str:
    """The next threshold in one sentence: the fact to change, how far, and what that is worth."""
    catalog, figures = teller.catalog, teller.figures
    shown = {name: figures.show(value) for name, value in (("now", step.now), ("then", step.then)) if value is not None}
    more = figures.points(step.more) if step.more is not None else ""
    fact = teller.quoted(step.fact) if step.fact is not None else ""
    bound = bound_of("lower", step.inclusive, figures.show(step.threshold, exactly=False), teller)
    match step.kind:
        case "band":
            phrase = catalog.next_band
        case "step":
            phrase = catalog.next_step
        case "condition":
            phrase = catalog.next_condition
        case _:
            assert_never(step.kind)
    return phrase.format(bound=bound, fact=fact, more=more, worth=_worth(step, teller), **shown)


def _worth(step: NextStep, teller: Teller) -> str:
    catalog, figures = teller.catalog, teller.figures
    if step.before is None or step.after is None or step.after.outcome is None:
        return ""
    if step.before.outcome == step.after.outcome:
        worth = catalog.no_gain
    else:
        before, after = figures.show(step.before), figures.show(step.after)
        worth = catalog.worth.format(before=before, after=after, gain=_gain(step.gain, teller))
    for name, one, other, gain in step.also:
        if isinstance(one.outcome, Blocked) and isinstance(other.outcome, Blocked):
            continue
        text = teller.quoted(name)
        before, after = figures.show(one), figures.show(other)
        worth += catalog.also.format(name=text, before=before, after=after, gain=_gain(gain, teller))
    return worth


def _gain(gain: Shown | None, teller: Teller) -> str:
    amount = exact_of(gain)
    if gain is None or amount is None or amount == 0:
        return ""
    size = teller.figures.points(evolve(gain, outcome=exact(abs(Fraction(amount)))))
    return (teller.catalog.gain if amount > 0 else teller.catalog.loss).format(gain=size)


def reading_line(use: ReadingUse, teller: Teller) -> str:
    """A reading in force, with its reason and the names of the alternatives."""
    catalog = teller.catalog
    others = catalog.list_mark.join(f"「{item.name}」" for item in use.others)
    return (catalog.reading_use if use.declared else catalog.reading_other).format(
        name=teller.figures.name(use.name).strip("「」"),
        option=use.option,
        reason=catalog.because.format(reason=use.reason) if use.reason else "",
        others=catalog.alternatives.format(others=others) if others else "",
        clause=teller.cited(use.clause),
    )
