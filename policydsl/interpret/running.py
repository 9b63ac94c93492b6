"""Owns rows in order: 至今合计, 此前合计, 上一条. A group is put in order once; sums grow row by row as they are asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from itertools import groupby
from typing import Any, Final, NamedTuple

from attrs import frozen

from policydsl.core.facts import Record
from policydsl.core.program import Previous, Running
from policydsl.core.values import Absent, Blocked, Exact, Lack, NotApplicable, Outcome, exact
from policydsl.interpret.budget import fits
from policydsl.interpret.lack import Asker, Frame, join
from policydsl.interpret.rows import Run
from policydsl.interpret.siblings import NAMED, Among, Column, Group, Reasons, Sibling, Stand, few, naming
from policydsl.interpret.staged import Plain, Staged, new
from policydsl.interpret.strict import budget
from policydsl.interpret.trace import Line, Step

SHOWN: Final = 12
"""Rows that a note on the order lists."""


@frozen
class Ordering:
    """How siblings are put in order. `key` is None where the order is that of the table; `sort` orders its values."""

    key: Plain | None
    sort: Callable[[Any], Any]
    asker: Asker

    def of(self, row: Record, index: int, run: Run) -> Any:
        """What a row is ordered by, or why that is not known."""
        return index if self.key is None else self.given((row, run))

    def given(self, frame: Frame) -> Any:
        """What a row is ordered by where the drafter says it."""
        assert self.key is not None
        value = self.key(frame)
        blocked = self.asker.strict(frame, (value,))
        return blocked if blocked is not None else self.sort(value)


class Spot(NamedTuple):
    """The siblings with one key: from `start`, to before `end`; how many are sure, the keys of some, why others are open."""

    start: int
    end: int
    sure: int
    names: tuple[str, ...]
    open: Blocked | None


class Queue:
    """The siblings of one group in ascending order; `blocked` is why there is no order.

    `before` gives for each spot, and for the place behind the last, the spot before it that has a sure row (-1: none), and why
    it is open whether a row stands between.
    """

    def __init__(self, group: Group, ordering: Ordering, run: Run) -> None:
        rows = [sibling.row for sibling in group.rows]
        self._ordering = ordering
        self._run = run
        self._column = Column(rows, ordering.given, run) if ordering.key is not None else None
        self._siblings = group.rows
        self._ready = False
        self.blocked: Blocked | None = None
        self.rows: list[Sibling] = []
        self.keys: list[Any] = []
        self.spots: list[Spot] = []
        self.before: list[tuple[int, Blocked | None]] = []

    def arrange(self) -> None:
        """Puts the rows in order, once."""
        if self._ready:
            return
        siblings = self._siblings
        keys = self._column.whole() if self._column is not None else [sibling.at for sibling in siblings]
        reasons = Reasons()
        for key in keys:
            if isinstance(key, Blocked):
                reasons.add(key)
        self.blocked = reasons.blocked
        if self.blocked is None:
            order = sorted(range(len(keys)), key=keys.__getitem__)
            self.rows = [siblings[index] for index in order]
            self._split([keys[index] for index in order])
        self._ready = True

    def _split(self, keys: list[Any]) -> None:
        last, between = -1, Reasons()
        for key, places in groupby(range(len(keys)), key=keys.__getitem__):
            self.before.append((last, between.blocked))
            inside = list(places)
            sure = [self.rows[place].row.key for place in inside if self.rows[place].held is True]
            if sure:
                last, between = len(self.spots), Reasons()
            here = Reasons()
            for place in inside:
                held = self.rows[place].held
                if isinstance(held, Blocked):
                    here.add(held)
                    between.add(held)
            self.keys.append(key)
            self.spots.append(Spot(inside[0], inside[-1] + 1, len(sure), tuple(sure[: NAMED + 1]), here.blocked))
        self.before.append((last, between.blocked))

    def find(self, row: Record, index: int) -> tuple[int, Spot | None] | Blocked:
        """The spot at which a row stands or would stand; None for the spot where no sibling has its key."""
        key = self._ordering.of(row, index, self._run)
        if isinstance(key, Blocked):
            return key
        place = bisect_left(self.keys, key)
        return place, self.spots[place] if place < len(self.spots) and self.keys[place] == key else None

    def start(self, place: int) -> int:
        """How many siblings stand before a spot."""
        return self.spots[place].start if place < len(self.spots) else len(self.rows)

    def tied(self, stand: Stand, row: Record, spot: Spot | None, asker: Asker) -> Blocked | None:
        """Why it is not certain where a row stands among those with its key; None where it stands there alone."""
        if spot is None:
            return None
        others = spot.sure - (stand.held is True)
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
    return Line(entity, count, rows, values)


def previous(node: Previous, among: Among, body: Plain, ordering: Ordering, first: Staged, asker: Asker) -> Staged:
    """上一条: the value of the sibling just before a row, or that of the first case."""
    entity = node.among.entity

    def queue_of(group: Group, run: Run) -> Queue:
        if group.work is None:
            group.work = Queue(group, ordering, run)
        queue: Queue = group.work
        queue.arrange()
        return queue

    def find(frame: Frame) -> Sibling | Blocked | None:
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
            return None
        before = queue.spots[last]
        if before.sure > 1:
            names = naming(asker, before.names, before.sure)
            detail = asker.say(f"上一条有几条\uff1a{names}", f"several rows come just before: {names}")
            return asker.lack(frame, Lack.CONFLICT, detail)
        return next(item for item in queue.rows[before.start : before.end] if item.held is True)

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
        if found is None:
            step = first.traced(frame)
            return new(Step, (node, step[1], (step,), Line(entity, 0, (), ())))
        outcome = value(found, frame[-1])
        return new(Step, (node, outcome, (), Line(entity, 1, (found.row.key,), (outcome,))))

    def plain(frame: Frame) -> Outcome:
        found = find(frame)
        if isinstance(found, Blocked):
            return found
        return first.plain(frame) if found is None else value(found, frame[-1])

    return Staged(traced, plain)
