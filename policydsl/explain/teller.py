"""Owns what all wording of statements needs: figures and phrases of one language, and sums and conditions in words."""

from __future__ import annotations

from attrs import evolve, frozen

from policydsl.core.values import Blocked
from policydsl.explain.names import Shown
from policydsl.explain.phrases import Phrases
from policydsl.explain.reasons import Words
from policydsl.explain.terms import ComparisonTerm, FactTerm, JoinTerm, LiteralTerm, RuleTerm, SumTerm, Term

MOST_PARTS = 3
"""Conditions joined that are all named; of more, only those that do not hold are."""


@frozen
class Teller(Words):
    """What wording needs: figures, phrases, and whether the account is of a task, whose truth reads 完成."""

    task: bool = False

    def phrases(self) -> Phrases:
        """A fresh sentence."""
        return Phrases(self.figures)

    def show(self, shown: Shown) -> str:
        """A value in a sentence."""
        return self.figures.show(shown)

    def plain(self, term: Term) -> str:
        """A term by itself, outside any sentence."""
        return self.phrases().term(term)

    def measure(self, term: Term, phrases: Phrases) -> str:
        """A measure with its value; arithmetic with its result."""
        text = phrases.term(term)
        return f"{text} = {self.show(term.shown)}" if isinstance(term, SumTerm) else text

    def verdict(self, shown: Shown) -> str:
        """Whether a condition holds, in the words of a task where the account is of one."""
        return self.show(evolve(shown, role="task") if self.task else shown)


def calculation(term: Term, teller: Teller, phrases: Phrases) -> str:
    """A term worked out: arithmetic with its result, a condition with its verdict, anything else by itself."""
    catalog = teller.catalog
    match term:
        case SumTerm():
            return f"{phrases.term(term)} = {teller.show(term.shown)}"
        case ComparisonTerm():
            gap = ""
            if term.gap is not None:
                # 大于 0家 of 0家: what is lacking is nothing that a number says
                said = catalog.lacking.format(gap=teller.figures.points(term.gap))
                gap = catalog.just_equal if term.gap.outcome == 0 else said
            return phrases.term(term) + catalog.colon + teller.verdict(term.shown) + gap
        case JoinTerm() if len(term.parts) > MOST_PARTS:
            return _tally(term, teller, phrases)
        case LiteralTerm():
            return catalog.fixed.format(value=phrases.literal(term))
        case _:
            text = phrases.term(term)
            if term.shown.role != "condition":
                return text
            return text + catalog.colon + teller.verdict(term.shown)


def _tally(term: JoinTerm, teller: Teller, phrases: Phrases) -> str:
    return condition(term, teller, phrases) + teller.catalog.conclusion.format(verdict=teller.verdict(term.shown))


def condition(term: Term, teller: Teller, phrases: Phrases) -> str:
    """A condition in a sentence. Of many conditions: how many hold, and by name only those that do not."""
    if not isinstance(term, JoinTerm) or len(term.parts) <= MOST_PARTS or term.shown.outcome is None:
        return phrases.term(term)
    catalog = teller.catalog
    true = sum(1 for part in term.parts if part.shown.outcome is True)
    need = catalog.all_needed if term.kind == "every" else catalog.some_needed
    text = need.format(count=len(term.parts), least=term.least, true=true)
    for phrase, parts in (
        (catalog.not_holding, [part for part in term.parts if part.shown.outcome is False]),
        (catalog.not_decided, [part for part in term.parts if isinstance(part.shown.outcome, Blocked)]),
    ):
        if parts:
            text += phrase.format(count=len(parts), parts=catalog.list_mark.join(map(phrases.term, parts)))
    return text


def says_itself(term: Term | None) -> bool:
    """Whether the words of a condition say already whether it holds: a name with its truth, a tally."""
    if isinstance(term, FactTerm | RuleTerm):
        return term.shown.outcome is not None
    return isinstance(term, JoinTerm) and len(term.parts) > MOST_PARTS and term.shown.outcome is not None
