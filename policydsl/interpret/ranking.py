"""Owns 名次: places among siblings. A group is ranked once; a blocked key blocks the places that it could change, and no others.

A row's keys count as far as they are known: (5, open) stands before every (6, …), after every (4, …), and is open against
every (5, …). So each row has a prefix of known places per key, and only rows of which one's prefix begins the other's are
open against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

from policydsl.core.program import Rank
from policydsl.core.values import Blocked, Lack, NotApplicable, Outcome
from policydsl.interpret.lack import Asker, Frame, join
from policydsl.interpret.rows import Run
from policydsl.interpret.siblings import Among, Column, Group, Keys, Reasons, Sibling, naming
from policydsl.interpret.staged import Plain, Staged, new
from policydsl.interpret.trace import Standing, Step

SHOWN: Final = 12
"""Rows with the same place that a note lists."""

Prefix = tuple[int, ...]


class Measured(NamedTuple):
    """The keys of a row as far as they are known, and why the next one is not."""

    values: tuple[Any, ...]
    open: Blocked | None


class Entry(NamedTuple):
    """A sibling in the ranking: its place among the values of each key, as far as known."""

    prefix: Prefix
    sibling: Sibling
    measured: Measured


def rank(node: Rank, among: Among, keys: Sequence[tuple[Plain, Callable[[Any], Any]]], asker: Asker) -> Staged:
    """名次: 1 + how many rank before this row."""
    entity, ties = node.among.entity, node.ties

    def measure(frame: Frame) -> Measured:
        values: list[Any] = []
        for key, _ in keys:
            value = key(frame)
            blocked = asker.strict(frame, (value,))
            if blocked is not None:
                return Measured(tuple(values), blocked)
            values.append(value)
        return Measured(tuple(values), None)

    def prefixes(measured: Sequence[Measured]) -> list[Prefix]:
        """The place of each value among all values of its key, best first."""
        columns: list[dict[Any, int]] = []
        for at, (_, sort) in enumerate(keys):
            met = {item.values[at] for item in measured if len(item.values) > at}
            best = sorted(met, key=sort, reverse=node.keys[at].descending)
            columns.append({value: place for place, value in enumerate(best)})
        return [tuple([columns[at][value] for at, value in enumerate(item.values)]) for item in measured]

    def places(group: Group, run: Run) -> dict[str, tuple[Outcome, Standing]]:
        work = group.work
        if work is None:
            work = group.work = Column([sibling.row for sibling in group.rows], measure, run)
        if isinstance(work, Column):
            measured = work.whole()
            entries = [
                Entry(prefix, sibling, item)
                for prefix, sibling, item in zip(prefixes(measured), group.rows, measured, strict=True)
            ]
            work = group.work = _Ranking(entries, entity, ties, len(keys), asker, run, group.keys).places
        result: dict[str, tuple[Outcome, Standing]] = work
        return result

    def compute(frame: Frame) -> tuple[Outcome, Standing | None]:
        row, run = frame[-2:]
        stand = among.stand(row, run)
        if stand.held is False:
            return NotApplicable(asker.say("不参加排名", "not among those ranked")), None
        if stand.blocked is not None:
            return stand.blocked, None
        return places(stand.group, run)[row.key]

    def traced(frame: Frame) -> Step:
        outcome, note = compute(frame)
        return new(Step, (node, outcome, (), note))

    return Staged(traced, lambda frame: compute(frame)[0])


class _Ranking:
    """The places of one group, worked out at once, from the best to the last."""

    def __init__(
        self, entries: list[Entry], entity: str, ties: str, width: int, asker: Asker, run: Run, group: Keys
    ) -> None:
        self._asker, self._run, self._ties, self._entity, self._group = asker, run, ties, entity, group
        self._of = sum(1 for entry in entries if entry.sibling.held is True)
        self._open = len(entries) - self._of
        self.places: dict[str, tuple[Outcome, Standing]] = {}
        entries.sort(key=lambda entry: entry.prefix)
        self._within: dict[Prefix, int] = {}
        self._partial: dict[Prefix, Reasons] = {}
        for entry in entries:
            for length in range(width):
                if length <= len(entry.prefix):
                    start = entry.prefix[:length]
                    self._within[start] = self._within.get(start, 0) + 1
            if entry.measured.open is not None:
                self._partial.setdefault(entry.prefix, Reasons()).add(entry.measured.open)
        before, behind = 0, Reasons()
        for prefix, alike in groupby(entries, key=lambda entry: entry.prefix):
            level = list(alike)
            self._level(prefix, level, before, behind.blocked)
            before += self._pass(prefix, level, behind)

    def _pass(self, prefix: Prefix, level: list[Entry], behind: Reasons) -> int:
        """How many places the rows of one level take; why that is open goes to `behind`, for all that come after."""
        sure = sum(1 for entry in level if entry.sibling.held is True)
        dense = self._ties == "dense"
        full = level[0].measured.open is None
        for entry in level:
            # where no gap is left, one more of the same takes no place
            if isinstance(entry.sibling.held, Blocked) and not (dense and full and sure):
                behind.add(entry.sibling.held)
            if dense and entry.measured.open is not None and self._within[prefix] > 1:
                behind.add(entry.measured.open)
        return min(sure, 1) if dense else sure

    def _level(self, prefix: Prefix, level: list[Entry], before: int, behind: Blocked | None) -> None:
        """The outcomes of the rows of one level: those whose keys are the same as far as known."""
        partial = level[0].measured.open is not None
        reasons = [behind] if behind is not None else []
        for length in range(len(prefix) + 1):
            found = self._partial.get(prefix[:length])
            # a row alone with what is known of its keys is passed by nobody, whatever the rest turns out to be
            alone = partial and length == len(prefix) and self._within[prefix] == 1
            if found is not None and found.blocked is not None and not alone:
                reasons.append(found.blocked)
        sure = [entry.sibling.row.key for entry in level if entry.sibling.held is True]
        if self._ties == "pending" and not partial:
            doubtful = Reasons()
            for entry in level:
                if isinstance(entry.sibling.held, Blocked):
                    doubtful.add(entry.sibling.held)
            if len(level) > 1 and doubtful.blocked is not None:
                reasons.append(doubtful.blocked)
        common = join(reasons) if reasons else None
        for entry in level:
            self.places[entry.sibling.row.key] = self._outcome(entry, sure[: SHOWN + 1], len(sure), before, common)

    def _outcome(
        self, entry: Entry, sure: list[str], count: int, before: int, common: Blocked | None
    ) -> tuple[Outcome, Standing]:
        row, held, partial = entry.sibling.row, entry.sibling.held, entry.measured.open is not None
        others = 0 if partial else count - (held is True)
        tied = [key for key in sure if key != row.key][:SHOWN] if others else []
        reasons = [item for item in (held, common) if isinstance(item, Blocked)]
        if others and self._ties == "pending":
            names = naming(self._asker, tied, others)
            detail = self._asker.say(
                f"与{names}并列\uff0c名次待定", f"it ties with {names}; the place is to be decided"
            )
            reasons.append(self._asker.lack((row, self._run), Lack.DECISION, detail))
        outcome: Outcome = before + 1 if not reasons else reasons[0] if len(reasons) == 1 else join(reasons)
        place = None if reasons else before + 1
        values = entry.measured.values
        if entry.measured.open is not None:
            values = (*values, entry.measured.open)
        return outcome, Standing(self._entity, place, self._of, tuple(tied), others, values, self._open, self._group)
