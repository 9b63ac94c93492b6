"""Owns running a policy's examples and properties against its mutants: which are noticed, and what would notice the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from attrs import field, frozen

from policydsl.core import program as core
from policydsl.interpret.evaluate import Evaluator
from policydsl.testing.case import Case
from policydsl.testing.finder import Finder, stated
from policydsl.testing.mutants import Mutant, mutants, program_with
from policydsl.testing.trial import Changed, Trial

if TYPE_CHECKING:
    from policydsl.prove.changed import Against, Answer

SECONDS = 20.0
"""What the prover may take in all, in seconds, over mutants that no search tells apart; those told by their form alone do not count."""

Fate = Literal["told", "same", "unread", "open"]
Progress = Callable[[int, int], None]


@frozen
class Survivor:
    """A mutant that nothing in the file notices.

    `fate` "told": the `example` would notice it, of the `case`. "same": proved to give the same always, with the reason in `answer`.
    "unread": no outcome that an example can state rests on what is changed. "open": the same in all of the cases that were `tried`,
    and not decided by the prover (`answer` says why; None where there is no prover).
    """

    mutant: Mutant
    fate: Fate
    example: str = ""
    case: Case | None = field(default=None, repr=False)
    tried: int = 0
    answer: Answer | None = field(default=None, repr=False)


@frozen
class Mutation:
    """What became of all mutants: how many there were, how many were noticed by examples and by properties, and the rest."""

    total: int
    by_examples: int
    by_properties: int
    survivors: tuple[Survivor, ...]

    @property
    def noticed(self) -> int:
        """How many were noticed."""
        return self.by_examples + self.by_properties

    def count(self, fate: Fate) -> int:
        """How many of those that are not noticed had a fate."""
        return sum(item.fate == fate for item in self.survivors)

    @property
    def equivalent(self) -> int:
        """How many are no mistakes that an example could notice: proved to give the same, or without an outcome that rests on them."""
        return self.count("same") + self.count("unread")

    @property
    def share(self) -> float:
        """The part noticed of those that are mistakes, or may be."""
        real = self.total - self.equivalent
        return self.noticed / real if real else 1.0


def mutate(
    program: core.Program, progress: Progress | None = None, *, search: bool = True, seconds: float = SECONDS
) -> Mutation:
    """Try a policy's examples and properties on all its mutants. `progress` is told how many of how many are done.

    `seconds` is what the prover may take over those that no search tells apart. Without `search` nothing is looked for that would notice the survivors, nor proved of them: all of them are "open".
    """
    trial = Trial(program)
    tried = mutants(program)
    by_examples = by_properties = 0
    left: list[Mutant] = []
    for done, mutant in enumerate(tried):
        if progress is not None:
            progress(done, len(tried))
        if trial.noticed(mutant):
            by_examples += 1
        elif trial.refuted(mutant):
            by_properties += 1
        else:
            left.append(mutant)
    survivors = (
        tuple(_looked_into(program, trial, left, progress, seconds))
        if search
        else tuple(Survivor(item, "open") for item in left)
    )
    if progress is not None:
        progress(len(tried), len(tried))
    return Mutation(len(tried), by_examples, by_properties, survivors)


# ---------------------------------------------------------------- what would notice it


def _looked_into(
    program: core.Program, trial: Trial, left: Sequence[Mutant], progress: Progress | None, seconds: float
) -> Iterator[Survivor]:
    finder, prover = Finder(program, trial), _prover(program, seconds)
    for done, mutant in enumerate(left):
        if progress is not None:
            progress(done, len(left))
        yield _looked_at(program, trial, finder, prover, mutant)


def _looked_at(program: core.Program, trial: Trial, finder: Finder, prover: Against | None, mutant: Mutant) -> Survivor:
    """What can be said of a mutant that nothing notices: proved by its form, told by a search, by the prover, or open."""
    if not finder.affected(mutant):
        return Survivor(mutant, "unread")
    ids = [rule.id for rule in mutant.rules]
    other = program_with(program, mutant)
    if prover is not None and prover.same_form(other, ids, stated):
        from policydsl.prove.changed import Answer

        return Survivor(mutant, "same", answer=Answer("same", "form"))
    found, tried = finder.find(mutant)
    if found is not None:
        return Survivor(mutant, "told", found.example, found.case, tried)
    if prover is None or prover.left <= 0:
        return Survivor(mutant, "open", tried=tried)
    changed = Changed(trial, mutant)

    def ready(readings: Mapping[str, str]) -> tuple[Evaluator, Evaluator]:
        return trial.evaluator(readings, None), changed.evaluator(readings, None)

    answer = prover.ask(other, ids, stated, ready)
    if answer.answer == "same":
        return Survivor(mutant, "same", tried=tried, answer=answer)
    if answer.case is not None:
        case = Case(program, answer.case.facts, {**answer.readings}, None)
        found = finder.confirmed(mutant, case)
        if found is not None:
            return Survivor(mutant, "told", found.example, found.case, tried, answer)
    return Survivor(mutant, "open", tried=tried, answer=answer)


def _prover(program: core.Program, seconds: float) -> Against | None:
    """What proves that a mutant gives the same, where the solver is installed."""
    try:
        from policydsl.prove.changed import Against
    except ImportError:
        return None
    return Against(program, budget=seconds)
