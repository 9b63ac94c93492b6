"""Owns 第一条 and 最后一条: the value of the row at one end of an order, known once nothing open could stand before it.

Where it is not known, the reasons are those of every row that could stand at that end: of the open ones from there on, and of
the first row that is sure to count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from policydsl.core.facts import Record
from policydsl.core.program import Aggregate
from policydsl.core.values import Absent, Blocked, Lack, NotApplicable, Outcome
from policydsl.interpret.folds import Found, Prelude
from policydsl.interpret.lack import Asker, Frame, join
from policydsl.interpret.running import Level, Mark, Ordering, levels
from policydsl.interpret.siblings import Held, Reasons, few, naming
from policydsl.interpret.staged import Plain, Staged, new, quiet
from policydsl.interpret.trace import Sample, Step


class Candidate(NamedTuple):
    """A row that may be the one at the end: what it is ordered by, whether it counts."""

    mark: Mark
    row: Record
    held: Held


def end(
    node: Aggregate,
    find: Callable[[Frame], Found],
    prelude: Sequence[Prelude],
    where: Plain | None,
    body: Plain,
    ordering: Ordering,
    empty: Staged | None,
    asker: Asker,
) -> Staged:
    """第一条, 最后一条: rows are looked at from that end on; one whose value is none or not applicable is passed over."""
    entity, last = node.rows.entity, node.fold == "last"

    def candidates(frame: Frame, found: Found, skipped: list[str]) -> list[Candidate]:
        met = []
        for index, row in enumerate(found.rows):
            held = where((row, *frame)) if where is not None else True
            if held is True or isinstance(held, Blocked):
                mark = ordering.given((row, *frame)) if ordering.keys else Mark((index,), None)
                met.append(Candidate(mark, row, held))
            elif held is not False:
                skipped.append(row.key)
        return met

    def chosen(
        frame: Frame, rows: list[Candidate], line: list[Level], skipped: list[str]
    ) -> tuple[Outcome | None, str]:
        """The value at the end and the key of its row; None where no row has one and none is open."""
        open_ = Reasons()
        for level in reversed(line) if last else line:
            values: list[tuple[Outcome, str]] = []
            for item in [rows[place] for place in level.places]:
                if isinstance(item.held, Blocked):
                    open_.add(item.held)
                    continue
                value = body((item.row, *frame))
                if isinstance(value, Absent | NotApplicable):
                    skipped.append(item.row.key)
                else:
                    values.append((value, item.row.key))
            if not values:
                continue
            for value, _ in values:
                if isinstance(value, Blocked):
                    open_.add(value)
            known = [(value, key) for value, key in values if not isinstance(value, Blocked)]
            differ = any(value != known[0][0] for value, _ in known)
            if differ and level.open is not None:
                open_.add(level.open)
            elif differ:
                keys = [key for _, key in known]
                names = naming(asker, keys, len(keys))
                zh, en = f"{names}次序相同而值不同", f"{names} come at the same place and differ"
                open_.add(asker.lack(frame, Lack.CONFLICT, asker.say(zh, en)))
            return (open_.blocked, "") if open_.blocked is not None else values[0]
        return open_.blocked, ""

    def traced(frame: Frame) -> Step:
        found = find(frame)
        if found.rows and prelude:
            boxes = frame[-1].boxes
            for part in prelude:
                boxes[part.box] = part.plain(part.skipped + frame)
        skipped: list[str] = []
        rows = candidates(frame, found, skipped)
        line = levels([item.mark for item in rows])
        blocked = [item for item in (line, found.lacking) if isinstance(item, Blocked)]
        outcome: Outcome | None = None
        key = ""
        if blocked:
            outcome = few(join(blocked))
        elif not isinstance(line, Blocked):
            outcome, key = chosen(frame, rows, line, skipped)
        if outcome is None:
            detail = asker.say("一条也没有\uff0c没有第一条或最后一条", "there is no row, and so no first or last one")
            outcome = empty.plain(frame) if empty is not None else asker.lack(frame, Lack.UNDEFINED, detail)
        taken = tuple([item.row.key for item in rows if item.held is True])
        unsure = (*(item.row.key for item in rows if item.held is not True), *found.absent)
        sample = Sample(entity, len(found.rows), taken, (), unsure, None, tuple(skipped), key)
        return new(Step, (node, outcome, (), sample))

    return quiet(traced)
