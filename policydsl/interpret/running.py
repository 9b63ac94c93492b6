"""Owns rows in order: 至今合计, 此前合计, 上一条. A group is put in order once; sums grow row by row as they are asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

from attrs import frozen

from policydsl.core.facts import Record
from policydsl.core.program import Previous, Running
from policydsl.core.values import Absent, Blocked, Exact, Lack, NotApplicable, Outcome, exact
from policydsl.interpret.budget import fits
from policydsl.interpret.lack import Asker, Frame, join
from policydsl.interpret.rows import Run
from policydsl.interpret.siblings import NAMED, Among, Column, Group, Keys, Reasons, Sibling, Stand, few, naming
from policydsl.interpret.staged import Plain, Staged, new
from policydsl.interpret.strict import budget
from policydsl.interpret.trace import Line, Step

SHOWN: Final = 12
"""Rows that a note on the order lists."""


class Mark(NamedTuple):
    """What a row is ordered by, as far as that is known, and why the next key is not."""

    values: tuple[Any, ...]
    open: Blocked | None


@frozen
class Ordering:
    """How siblings are put in order: by keys, each with what orders its values; without keys in the order of the table."""

    keys: tuple[tuple[Plain, Callable[[Any], Any]], ...]
    asker: Asker

    def of(self, row: Record, index: int, run: Run) -> Mark:
        """What a row is ordered by."""
        return self.given((row, run)) if self.keys else Mark((index,), None)

    def given(self, frame: Frame) -> Mark:
        """What a row is ordered by where the drafter says it."""
        values: list[Any] = []
        for key, sort in self.keys:
            value = key(frame)
            blocked = self.asker.strict(frame, (value,))
            if blocked is not None:
                return Mark(tuple(values), blocked)
            values.append(sort(value))
        return Mark(tuple(values), None)


class Level(NamedTuple):
    """The rows that stand at one place of an order, by number: those that are alike in all keys, or in those before a key that
    one of them lacks; `open` is why, in the latter case, nothing says which of them comes first."""

    key: tuple[Any, ...]
    places: tuple[int, ...]
    open: Blocked | None


def levels(marks: Sequence[Mark]) -> list[Level] | Blocked:
    """Rows in ascending order; blocked where of one of them not even the first key is known."""
    reasons = Reasons()
    starts: set[tuple[Any, ...]] = set()
    for mark in marks:
        if mark.open is not None:
            starts.add(mark.values)
            if not mark.values:
                reasons.add(mark.open)
    if reasons.blocked is not None:
        return reasons.blocked
    keys = [_start(mark.values, starts) for mark in marks] if starts else [mark.values for mark in marks]
    found = []
    for key, alike in groupby(sorted(range(len(keys)), key=keys.__getitem__), key=keys.__getitem__):
        places, open_ = tuple(alike), Reasons()
        if key in starts:
            for place in places:
                mark = marks[place]
                if mark.open is not None and mark.values == key:
                    open_.add(mark.open)
        found.append(Level(key, places, open_.blocked))
    return found


def _start(values: tuple[Any, ...], starts: Collection[tuple[Any, ...]]) -> tuple[Any, ...]:
    """The keys up to the first one that decides nothing, since another row alike so far has no value for it."""
    return next((values[:length] for length in range(1, len(values)) if values[:length] in starts), values)


class Spot(NamedTuple):
    """The siblings at one place: from `start`, to before `end`; how many are sure, the keys of some, why others are open, why it is
    open which comes first."""

    start: int
    end: int
    sure: int
    names: tuple[str, ...]
    open: Blocked | None
    level: Blocked | None


class Queue:
    """The siblings of one group in order; `blocked` is why there is no order.

    `before` gives for each spot, and for the place behind the last, the spot before it that has a sure row (-1: none), and why
    it is open whether a row stands between.
    """

    def __init__(self, group: Group, ordering: Ordering, run: Run) -> None:
        rows = [sibling.row for sibling in group.rows]
        self._ordering = ordering
        self._run = run
        self._column = Column(rows, ordering.given, run) if ordering.keys else None
        self._siblings = group.rows
        self._ready = False
        self.group = group.keys
        self.blocked: Blocked | None = None
        self.rows: list[Sibling] = []
        self.keys: list[tuple[Any, ...]] = []
        self.spots: list[Spot] = []
        self.before: list[tuple[int, Blocked | None]] = []

    def arrange(self) -> None:
        """Puts the rows in order, once."""
        if self._ready:
            return
        siblings = self._siblings
        marks = self._column.whole() if self._column is not None else [Mark((item.at,), None) for item in siblings]
        found = levels(marks)
        if isinstance(found, Blocked):
            self.blocked = found
        else:
            self._split(found)
        self._ready = True

    def _split(self, found: list[Level]) -> None:
        last, between = -1, Reasons()
        for level in found:
            self.before.append((last, between.blocked))
            start = len(self.rows)
            inside = [self._siblings[place] for place in level.places]
            self.rows += inside
            sure = [sibling.row.key for sibling in inside if sibling.held is True]
            if sure:
                last, between = len(self.spots), Reasons()
            here = Reasons()
            for sibling in inside:
                if isinstance(sibling.held, Blocked):
                    here.add(sibling.held)
                    between.add(sibling.held)
            self.keys.append(level.key)
            names = tuple(sure[: NAMED + 1])
            self.spots.append(Spot(start, len(self.rows), len(sure), names, here.blocked, level.open))
        self.before.append((last, between.blocked))

    def find(self, row: Record, index: int) -> tuple[int, Spot | None] | Blocked:
        """The spot at which a row stands or would stand; None for the spot where no sibling has its keys."""
        values, open_ = self._ordering.of(row, index, self._run)
        if not values:
            assert open_ is not None
            return open_
        place = bisect_left(self.keys, values)
        if place < len(self.spots) and self.keys[place] == values:
            spot = self.spots[place]
            return place, spot._replace(level=join([spot.level, open_])) if spot.level and open_ else spot
        # a spot where a further key is open takes all that are alike so far
        if place and values[: len(self.keys[place - 1])] == self.keys[place - 1]:
            return place - 1, self.spots[place - 1]
        if open_ is not None and place < len(self.spots) and self.keys[place][: len(values)] == values:
            return open_
        return place, None

    def start(self, place: int) -> int:
        """How many siblings stand before a spot."""
        return self.spots[place].start if place < len(self.spots) else len(self.rows)

    def tied(self, stand: Stand, row: Record, spot: Spot | None, asker: Asker) -> Blocked | None:
        """Why it is not certain where a row stands among those with its keys; None where it stands there alone."""
        if spot is None:
            return None
        others = spot.sure - (stand.held is True)
        if others and spot.level is not None:
            return spot.level if spot.open is None else join([spot.level, spot.open])
        if others:
            names = [key for key in spot.names if key != row.key][:NAMED]
            which = naming(asker, names, others)
            detail = asker.say(f"与{which}次序相同\uff0c分不出先后", f"nothing says which comes first, it or {which}")
            return asker.lack((row, self._run), Lack.CONFLICT, detail)
        alone = spot.end - spot.start == 1 and stand.held is not False
        return None if alone else spot.open


class Sums:
    """What the siblings before each place in a queue come to."""

    def __init__(self, queue: Queue, body: Plain, asker: Asker, run: Run) -> None:
        self._queue, self._body, self._asker, self._run = queue, body, asker, run
        self.group = queue.group
        self._totals: list[Exact] = [0]
        self._reasons = Reasons()
        self._why: list[Blocked | None] = [None]
        self.values: list[Outcome] = []

    def up_to(self, count: int) -> tuple[Exact, Blocked | None]:
        """The sum of the first `count` siblings and why it is open."""
        totals, reasons, why, run = self._totals, self._reasons, self._why, self._run
        for place in range(len(self.values), count):
            sibling = self._queue.rows[place]
            frame = (sibling.row, run)
            value: Any = self._body(frame) if sibling.held is True else sibling.held
            total = totals[-1]
            if isinstance(value, Blocked):
                reasons.add(value)
            elif not isinstance(value, Absent | NotApplicable):
                total = total + value
                if not fits(total):
                    raise budget(self._asker, frame)
            self.values.append(value)
            totals.append(exact(total))
            why.append(reasons.blocked)
        return totals[count], why[count]

    def shown(self, count: int) -> tuple[tuple[str, ...], tuple[Outcome, ...]]:
        """Keys and values of the last of the first `count` siblings, as far as they are shown."""
        sure = [
            (self._queue.rows[place].row.key, self.values[place])
            for place in range(max(0, count - SHOWN), count)
            if self._queue.rows[place].held is True
        ]
        return tuple([key for key, _ in sure]), tuple([value for _, value in sure])


def running(node: Running, among: Among, body: Plain, ordering: Ordering, asker: Asker) -> Staged:
    """至今合计, 此前合计: the sum over the siblings up to a row, with or without it."""
    entity = node.among.entity

    def sums_of(group: Group, run: Run) -> tuple[Queue, Sums]:
        if group.work is None:
            queue = Queue(group, ordering, run)
            group.work = queue, Sums(queue, body, asker, run)
        queue, sums = group.work
        queue.arrange()
        return queue, sums

    def compute(frame: Frame) -> tuple[Outcome, tuple[Sums, int] | None]:
        row, run = frame[-2:]
        stand = among.stand(row, run)
        if stand.blocked is not None:
            return stand.blocked, None
        queue, sums = sums_of(stand.group, run)
        if queue.blocked is not None:
            return queue.blocked, None
        found = queue.find(row, stand.at)
        if isinstance(found, Blocked):
            return found, None
        place, spot = found
        count = queue.start(place)
        counts_itself = node.inclusive and stand.held is not False
        tie = queue.tied(stand, row, spot, asker)
        if tie is None and counts_itself:
            count += 1
        total, why = sums.up_to(count)
        blocked = [item for item in (why, tie) if item is not None]
        return join(blocked) if blocked else total, (sums, count)

    def traced(frame: Frame) -> Step:
        outcome, reached = compute(frame)
        return new(Step, (node, outcome, (), _line(entity, reached)))

    return Staged(traced, lambda frame: compute(frame)[0])


def _line(entity: str, reached: tuple[Sums, int] | None) -> Line | None:
    if reached is None:
        return None
    sums, count = reached
    rows, values = sums.shown(count)
    return Line(entity, count, rows, values, sums.group)


def previous(node: Previous, among: Among, body: Plain, ordering: Ordering, first: Staged, asker: Asker) -> Staged:
    """上一条: the value of the sibling just before a row, or that of the first case."""
    entity = node.among.entity

    def queue_of(group: Group, run: Run) -> Queue:
        if group.work is None:
            group.work = Queue(group, ordering, run)
        queue: Queue = group.work
        queue.arrange()
        return queue

    def find(frame: Frame) -> tuple[Sibling | None, Keys] | Blocked:
        row, run = frame[-2:]
        stand = among.stand(row, run)
        if stand.blocked is not None:
            return stand.blocked
        queue = queue_of(stand.group, run)
        if queue.blocked is not None:
            return queue.blocked
        found = queue.find(row, stand.at)
        if isinstance(found, Blocked):
            return found
        place, spot = found
        last, between = queue.before[place]
        tie = queue.tied(stand, row, spot, asker)
        if tie is not None or between is not None:
            return join([item for item in (tie, between) if item is not None])
        if last < 0:
            return None, queue.group
        before = queue.spots[last]
        if before.sure > 1 and before.level is not None:
            return before.level
        if before.sure > 1:
            names = naming(asker, before.names, before.sure)
            detail = asker.say(f"上一条有几条\uff1a{names}", f"several rows come just before: {names}")
            return asker.lack(frame, Lack.CONFLICT, detail)
        return next(item for item in queue.rows[before.start : before.end] if item.held is True), queue.group

    def value(sibling: Sibling, run: Run) -> Outcome:
        # The rule that asks may be computed once more inside itself, for an earlier row: what its aggregates keep is put aside.
        kept, run.boxes = run.boxes, [None] * len(run.boxes)
        try:
            return few(body((sibling.row, run)))
        finally:
            run.boxes = kept

    def traced(frame: Frame) -> Step:
        found = find(frame)
        if isinstance(found, Blocked):
            return new(Step, (node, found, (), None))
        sibling, group = found
        if sibling is None:
            step = first.traced(frame)
            return new(Step, (node, step[1], (step,), Line(entity, 0, (), (), group)))
        outcome = value(sibling, frame[-1])
        return new(Step, (node, outcome, (), Line(entity, 1, (sibling.row.key,), (outcome,), group)))

    def plain(frame: Frame) -> Outcome:
        found = find(frame)
        if isinstance(found, Blocked):
            return found
        sibling = found[0]
        return first.plain(frame) if sibling is None else value(sibling, frame[-1])

    return Staged(traced, plain)
