"""Owns running a policy's examples and properties against its mutants: which are noticed, and what would notice the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Literal

from attrs import field, frozen

from policydsl.core import program as core
from policydsl.interpret.evaluate import Evaluator
from policydsl.testing.amended import Amended
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
_Key = tuple[object, ...]


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
    return _tried([Text(program, Trial(program), mutants(program))], progress, search, seconds)


def mutate_amendment(
    texts: Sequence[Amended], progress: Progress | None = None, *, search: bool = True, seconds: float = SECONDS
) -> Mutation:
    """Try the examples of a 修订, and the properties of what it amends, on the mutants of what its own notice wrote there.

    `texts` are those of the days that its examples are of. What stands in several of them is one change, noticed if any of them
    notices it. Raises ValueError where one of them has no program.
    """
    found: list[Text] = []
    for text in texts:
        if text.program is None:
            raise ValueError(f"{text.notice.file}: {text.target} {text.on}")
        own = tuple(item for item in mutants(text.program) if item.span and item.span.source.name == text.notice.file)
        found.append(Text(text.program, Trial(text.program), own, text.stated))
    return _tried(found, progress, search, seconds)


@frozen(eq=False)
class Text:
    """A policy with what is tried on it. `on`: the day that an example of it must state, None where it need not."""

    program: core.Program
    trial: Trial
    mutants: tuple[Mutant, ...]
    on: date | None = None


def _tried(texts: Sequence[Text], progress: Progress | None, search: bool, seconds: float) -> Mutation:
    total, done = sum(len(text.mutants) for text in texts), 0
    met: dict[_Key, tuple[Text, Mutant]] = {}
    how: dict[_Key, Literal["example", "property"]] = {}
    for text in texts:
        for key, mutant in _keyed(text.mutants):
            if progress is not None:
                progress(done, total)
            done += 1
            met.setdefault(key, (text, mutant))
            if key in how:
                continue
            if text.trial.noticed(mutant):
                how[key] = "example"
            elif text.trial.refuted(mutant):
                how[key] = "property"
    left = [item for key, item in met.items() if key not in how]
    survivors = (
        tuple(_looked_into(left, progress, seconds / len(texts)))
        if search
        else tuple(Survivor(mutant, "open") for _, mutant in left)
    )
    if progress is not None:
        progress(total, total)
    ways = list(how.values())
    return Mutation(len(met), ways.count("example"), ways.count("property"), survivors)


def _keyed(some: Sequence[Mutant]) -> Iterator[tuple[_Key, Mutant]]:
    """Mutants by what they change where: the same change of the same line in the texts of several days has the same key."""
    met: Counter[_Key] = Counter()
    for mutant in some:
        span = mutant.span
        at = (span.source.name, span.start, span.end) if span is not None else ()
        said: _Key = (mutant.kind, mutant.zh, *at)
        met[said] += 1
        yield (*said, met[said]), mutant


# ---------------------------------------------------------------- what would notice it


def _looked_into(left: Sequence[tuple[Text, Mutant]], progress: Progress | None, seconds: float) -> Iterator[Survivor]:
    """What can be said of each of those left. `seconds` is what the prover may take for each text."""
    ready: dict[int, tuple[Finder, Against | None]] = {}
    for done, (text, mutant) in enumerate(left):
        if progress is not None:
            progress(done, len(left))
        if id(text) not in ready:
            ready[id(text)] = Finder(text.program, text.trial, text.on), _prover(text.program, seconds)
        finder, prover = ready[id(text)]
        yield _looked_at(text, finder, prover, mutant)


def _looked_at(text: Text, finder: Finder, prover: Against | None, mutant: Mutant) -> Survivor:
    """What can be said of a mutant that nothing notices: proved by its form, told by a search, by the prover, or open."""
    program, trial = text.program, text.trial
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
        return trial.evaluator(readings, text.on), changed.evaluator(readings, text.on)

    answer = prover.ask(other, ids, stated, ready)
    if answer.answer == "same":
        return Survivor(mutant, "same", tried=tried, answer=answer)
    if answer.case is not None:
        case = Case(program, answer.case.facts, {**answer.readings}, text.on)
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
