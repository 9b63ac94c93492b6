"""Owns the wording of what stands beside the sentences: inputs with their places, reasons with their remedy, next steps."""

from __future__ import annotations

from fractions import Fraction
from typing import assert_never

from attrs import evolve

from policydsl.core.values import Blocked, Lack, decimal_text, exact
from policydsl.diagnostics.model import Place
from policydsl.explain.account import Account, Input, NextStep, ReadingUse, Reason
from policydsl.explain.choices_told import bound_of
from policydsl.explain.teller import Teller
from policydsl.explain.telling import InputLine
from policydsl.explain.terms import Shown, exact_of


def place_text(place: Place | None, teller: Teller) -> str:
    """A place as file, sheet and cell; empty where there is none."""
    if place is None:
        return ""
    return teller.catalog.place_mark.join(part for part in (place.file, place.sheet, place.cell) if part)


def input_line(item: Input, teller: Teller) -> InputLine:
    """A fact with where it came from and what is to be known or done about it."""
    catalog, notes = teller.catalog, list[str]()
    match item.state:
        case "known":
            if item.raw and not _same(item.raw, item.shown, teller):
                notes.append(catalog.raw.format(raw=item.raw))
        case "default":
            notes.append(catalog.by_default.format(clause=teller.cited(item.clause)))
        case "missing":
            notes.append(catalog.wanting + _source(item.source, teller))
        case "bad":
            notes.append(catalog.bad.format(problem=item.problem))
            if item.raw:
                notes.append(catalog.raw.format(raw=item.raw))
        case "decision":
            notes.append(catalog.to_decide + _office(item.office, teller))
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


def _source(source: str, teller: Teller) -> str:
    return teller.catalog.source.format(source=source) if source else ""


def _office(office: str, teller: Teller) -> str:
    return teller.catalog.office.format(office=office) if office else ""


def reason(item: Reason, teller: Teller, count: int = 1) -> str:
    """Why there is no value, and what to do about it, in one sentence; of `count` rows alike, the first is named."""
    catalog, cause = teller.catalog, item.cause
    name = teller.quoted(item.name)
    row = catalog.of_row if count == 1 else catalog.of_rows
    entity = teller.figures.name(item.entity)
    what = row.format(entity=entity, key=cause.key, name=name, count=count) if cause.key else name
    place = ""
    if cause.origin is not None and count == 1:
        place = catalog.at_place.format(place=place_text(cause.origin, teller))
    detail = catalog.detail.format(detail=_detail(cause.detail, teller)) if cause.detail else ""
    match cause.lack:
        case Lack.MISSING:
            if detail:
                return catalog.undefined.format(what=what, detail=detail)
            if item.whole_row:
                phrase = catalog.missing_row if count == 1 else catalog.missing_rows
                return phrase.format(entity=teller.quoted(item.entity), key=cause.key, count=count)
            if cause.name == cause.entity:
                return catalog.missing_table.format(what=name)
            return catalog.missing.format(what=what, place=place, source=_source(item.source, teller))
        case Lack.DECISION:
            # of a decision field the detail is its office, of 待裁量 the drafter's reason
            own = "" if item.office else detail
            text = catalog.awaiting.format(what=what, office=_office(item.office, teller), reason=own)
            return text + teller.cited(cause.clause)
        case Lack.VIOLATED:
            return catalog.violated.format(what=what, detail=detail, place=place)
        case Lack.UNREADABLE:
            return catalog.unreadable.format(what=what, detail=detail, place=place)
        case Lack.CONFLICT:
            return catalog.conflict.format(what=what, detail=detail)
        case Lack.NOT_IN_FORCE:
            return catalog.not_in_force.format(what=what, detail=detail)
        case Lack.UNDEFINED:
            return catalog.undefined.format(what=what, detail=detail)
        case _:
            assert_never(cause.lack)


def _detail(detail: str, teller: Teller) -> str:
    """The half of a bilingual detail that is in the language; any other detail as it is."""
    chinese, mark, english = detail.partition(" / ")
    return detail if not mark else chinese if teller.figures.lang == "zh" else english


def next_lines(account: Account, teller: Teller) -> tuple[str, ...]:
    """How far the next threshold is and what crossing it is worth; that there is none above the highest band."""
    lines = tuple(step_line(step, teller) for step in account.next_steps if step.fact is not None)
    return lines or ((teller.catalog.top,) if account.top_band else ())


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
