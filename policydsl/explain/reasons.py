"""Owns reasons: the leaf causes of a missing value with the names they need, and a sentence for each with its remedy."""

from __future__ import annotations

from typing import assert_never

from attrs import frozen

from policydsl.core.values import Blocked, Cause, Lack, Outcome, status_of
from policydsl.diagnostics.model import Place
from policydsl.explain.book import Book
from policydsl.explain.catalog import Catalog
from policydsl.explain.figures import Figures
from policydsl.explain.names import Name


@frozen
class Reason:
    """A leaf cause with the names it needs in words. `office`: who decides; `source`: where the fact is from.

    `whole_row`: the row itself is missing.
    """

    cause: Cause
    name: Name
    entity: Name
    office: str = ""
    source: str = ""
    whole_row: bool = False

    @property
    def lack(self) -> Lack:
        """What is lacking."""
        return self.cause.lack


@frozen
class Words:
    """What the simplest wording needs: figures and phrases of one language."""

    figures: Figures
    catalog: Catalog

    def quoted(self, name: Name) -> str:
        """A name as the sentence quotes it."""
        return self.catalog.quoted.format(name=self.figures.name(name))

    def cited(self, clause: str) -> str:
        """A citation to end a sentence with."""
        return self.catalog.cited.format(clause=clause) if clause else ""


def reasons_of(outcome: Outcome, book: Book) -> tuple[Reason, ...]:
    """The leaf causes of a blocked outcome with the names that words need."""
    if status_of(outcome) == "value" or not isinstance(outcome, Blocked):
        return ()
    reasons = []
    for cause in outcome.causes:
        declared = book.fields.get((cause.entity, cause.name))
        office = declared.decision.office if declared is not None and declared.decision is not None else ""
        source = declared.source if declared is not None else ""
        name = book.any_name(cause.entity, cause.name)
        whole = cause.lack is Lack.MISSING and declared is not None and declared.key
        reasons.append(Reason(cause, name, book.entity_name(cause.entity), office, source, whole))
    return tuple(reasons)


def place_text(place: Place | None, words: Words) -> str:
    """A place as file, sheet and cell; empty where there is none."""
    if place is None:
        return ""
    return words.catalog.place_mark.join(part for part in (place.file, place.sheet, place.cell) if part)


def reason(item: Reason, words: Words, count: int = 1) -> str:
    """Why there is no value, and what to do about it, in one sentence; of `count` rows alike, the first is named."""
    catalog, cause = words.catalog, item.cause
    name = words.quoted(item.name)
    row = catalog.of_row if count == 1 else catalog.of_rows
    entity = words.figures.name(item.entity)
    what = row.format(entity=entity, key=cause.key, name=name, count=count) if cause.key else name
    place = ""
    if cause.origin is not None and count == 1:
        place = catalog.at_place.format(place=place_text(cause.origin, words))
    detail = catalog.detail.format(detail=_detail(cause.detail, words)) if cause.detail else ""
    match cause.lack:
        case Lack.MISSING:
            if detail:
                return catalog.undefined.format(what=what, detail=detail)
            if item.whole_row and not cause.key:
                return catalog.missing_owner.format(entity=words.quoted(item.entity))
            if item.whole_row:
                phrase = catalog.missing_row if count == 1 else catalog.missing_rows
                return phrase.format(entity=words.quoted(item.entity), key=cause.key, count=count)
            if cause.name == cause.entity:
                return catalog.missing_table.format(what=name)
            return catalog.missing.format(what=what, place=place, source=source_text(item.source, words))
        case Lack.DECISION:
            # of a decision field the detail is its office, of 待裁量 the drafter's reason
            own = "" if item.office else detail
            text = catalog.awaiting.format(what=what, office=office_text(item.office, words), reason=own)
            return text + words.cited(cause.clause)
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


def _detail(detail: str, words: Words) -> str:
    """The half of a bilingual detail that is in the language; any other detail as it is."""
    chinese, mark, english = detail.partition(" / ")
    return detail if not mark else chinese if words.figures.lang == "zh" else english


def source_text(source: str, words: Words) -> str:
    return words.catalog.source.format(source=source) if source else ""


def office_text(office: str, words: Words) -> str:
    return words.catalog.office.format(office=office) if office else ""
