"""Owns the wording of statements: one match, whose branches word a statement with the phrases of a catalog."""

from __future__ import annotations

from typing import assert_never

from policydsl.explain import amounts_told, choices_told, places_told, rows_told
from policydsl.explain.statements import (
    Adopting,
    Banding,
    Bounding,
    Calculation,
    Choosing,
    Deferring,
    Excluding,
    Folding,
    LocalNamed,
    Looking,
    Overruling,
    Picking,
    Placing,
    Rounding,
    Searching,
    Slicing,
    Statement,
    Stepping,
    Substituting,
    Unfinished,
)
from policydsl.explain.teller import Teller, calculation
from policydsl.explain.telling import Passage


def passage(statement: Statement, teller: Teller) -> Passage:
    """A statement as a sentence, with the alternatives it chose from."""
    catalog, phrases = teller.catalog, teller.phrases()
    match statement:
        case Calculation():
            return Passage(calculation(statement.term, teller, phrases))
        case LocalNamed():
            return Passage(catalog.local.format(name=statement.name, term=teller.measure(statement.term, phrases)))
        case Banding():
            return choices_told.banding(statement, teller)
        case Choosing():
            return choices_told.choosing(statement, teller)
        case Picking():
            return choices_told.picking(statement, teller)
        case Looking():
            return choices_told.looking(statement, teller)
        case Adopting():
            return choices_told.adopting(statement, teller)
        case Slicing():
            return amounts_told.slicing(statement, teller)
        case Stepping():
            return amounts_told.stepping(statement, teller)
        case Bounding():
            return amounts_told.bounding(statement, teller)
        case Rounding():
            return amounts_told.rounding(statement, teller)
        case Folding():
            return rows_told.folding(statement, teller)
        case Placing():
            return places_told.placing(statement, teller)
        case Searching():
            return rows_told.searching(statement, teller)
        case Deferring():
            return Passage(catalog.deferred.format(reason=statement.reason))
        case Excluding():
            excluded = catalog.excluded.format(reason=statement.reason) if statement.reason else catalog.excluded_plain
            return Passage(excluded)
        case Substituting():
            instead = phrases.term(statement.instead) if statement.instead is not None else ""
            return Passage(catalog.substituted.format(body=phrases.term(statement.body), instead=instead))
        case Unfinished():
            return Passage(catalog.unfinished.format(total=statement.total, names=teller.show(statement.shown)))
        case Overruling():
            names = catalog.list_mark.join(teller.quoted(name) for name in statement.names)
            return Passage(catalog.overruled.format(value=teller.show(statement.computed), names=names))
        case _:
            assert_never(statement)
