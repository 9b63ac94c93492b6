"""Owns choices: 若, 按 … 选, exceptions, 分档, tables, readings. Only what the choice needs is computed."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from policydsl.core.program import Bands, Choose, Const, IfInapplicable, Interval, Lookup, Table
from policydsl.core.values import Absent, Blocked, Lack, NotApplicable, Outcome
from policydsl.interpret.arithmetic import band, ordered
from policydsl.interpret.lack import FIT, Asker, Frame
from policydsl.interpret.reads import key_text
from policydsl.interpret.staged import Staged, Traced, new, quiet
from policydsl.interpret.trace import Step


def choose(
    node: Choose, whens: Sequence[Staged], values: Sequence[Staged], otherwise: Staged | None, asker: Asker
) -> Staged:
    """A choice by conditions, by the hit policy of the node."""
    traceds = tuple((when.traced, value.traced) for when, value in zip(whens, values, strict=True))
    last = otherwise.traced if otherwise is not None else None

    def none_holds(frame: Frame, steps: list[Step]) -> Step:
        if last is not None:
            step = last(frame)
            steps.append(step)
            return new(Step, (node, step[1], tuple(steps), -1))
        if node.form == "dated":
            detail = asker.say("当日尚无规定或已不施行", "nothing is in force on that day")
            return new(Step, (node, asker.lack(frame, Lack.NOT_IN_FORCE, detail), tuple(steps), None))
        detail = asker.say("没有一行符合", "no row applies")
        return new(Step, (node, asker.lack(frame, Lack.CONFLICT, detail), tuple(steps), None))

    def first(frame: Frame) -> Step:
        steps: list[Step] = []
        for index, (when, value) in enumerate(traceds):
            step = when(frame)
            steps.append(step)
            held = step[1]
            if held is True:
                chosen = value(frame)
                steps.append(chosen)
                return new(Step, (node, chosen[1], tuple(steps), index))
            if held is not False:
                return new(Step, (node, asker.strict(frame, (held,)), tuple(steps), None))
        return none_holds(frame, steps)

    def several(frame: Frame) -> Step:
        steps = [when(frame) for when, _ in traceds]
        holding = [index for index, step in enumerate(steps) if step[1] is True]
        if len(holding) > 1 and node.hit == "unique":
            detail = asker.say(
                f"同时符合几行\uff1a{_names(node, holding)}", f"several rows apply: {_names(node, holding)}"
            )
            return new(Step, (node, asker.lack(frame, Lack.CONFLICT, detail), tuple(steps), None))
        blocked = asker.strict(frame, [step[1] for step in steps])
        if blocked is not None:
            return new(Step, (node, blocked, tuple(steps), None))
        if not holding:
            return none_holds(frame, steps)
        chosen = [traceds[index][1](frame) for index in holding]
        open_values = [step[1] for step in chosen if isinstance(step[1], Blocked)]
        if len(chosen) > 1 and open_values:
            return new(Step, (node, asker.strict(frame, open_values), (*steps, *chosen), None))
        if any(step[1] != chosen[0][1] for step in chosen):
            names = _names(node, holding)
            detail = asker.say(f"同时成立而结果不同\uff1a{names}", f"several hold and differ: {names}")
            return new(Step, (node, asker.lack(frame, Lack.CONFLICT, detail), (*steps, *chosen), None))
        return new(Step, (node, chosen[0][1], (*steps, chosen[0]), holding[0]))

    return quiet(first if node.hit == "first" else several)


def _names(node: Choose, indexes: Sequence[int]) -> str:
    return "、".join(node.cases[index].label or str(index + 1) for index in indexes)


def bands(
    node: Bands, measure: Staged, bounds: Sequence[Staged], values: Sequence[Staged], otherwise: Staged, asker: Asker
) -> Staged:
    """分档: the measure and all bounds are needed, and the value of the band reached."""
    side, inclusive = node.side, tuple(row.inclusive for row in node.rows)
    measure_step, bound_steps = measure.traced, tuple(bound.traced for bound in bounds)
    value_steps = tuple(value.traced for value in values)
    otherwise_step = otherwise.traced
    known: Any = [row.bound.value for row in node.rows if isinstance(row.bound, Const)]
    in_order = len(known) == len(node.rows) and ordered(side, known, inclusive)
    # Bounds that are written numbers are compared as whole numbers, both sides multiplied by both denominators.
    numbers = in_order and all(type(bound) in (int, Fraction) for bound in known)
    shares = [(bound.numerator, bound.denominator) for bound in known] if numbers else []

    def traced(frame: Frame) -> Step:
        first = measure_step(frame)
        steps = [first]
        for bound in bound_steps:
            steps.append(bound(frame))
        outcomes: list[Any] = [step[1] for step in steps]
        if not in_order or type(first[1]) not in FIT:
            blocked = asker.strict(frame, outcomes)
            if blocked is not None:
                return new(Step, (node, blocked, tuple(steps), None))
            if not in_order and not ordered(side, outcomes[1:], inclusive):
                detail = asker.say("各档的界限没有依次递增", "the bounds of the bands do not ascend")
                return new(Step, (node, asker.lack(frame, Lack.CONFLICT, detail), tuple(steps), None))
        value = outcomes[0]
        if numbers:
            part, whole = value.numerator, value.denominator
            index = band(side, 0, [above * whole - part * below for above, below in shares], inclusive)
        else:
            index = band(side, value, outcomes[1:], inclusive)
        chosen = value_steps[index](frame) if index >= 0 else otherwise_step(frame)
        steps.append(chosen)
        return new(Step, (node, chosen[1], tuple(steps), index))

    return quiet(traced)


class RowMatcher:
    """Which row of a table matches given keys: per key column, a bit for each row that accepts a value.

    Values are looked up at once; ranges are tried one by one, since a table of ranges is short.
    """

    def __init__(self, table: Table) -> None:
        self._any: list[int] = []
        self._of: list[dict[Any, int]] = []
        self._ranges: list[list[tuple[int, Interval]]] = []
        self._rest = next((index for index, row in enumerate(table.rows) if row.otherwise), -1)
        for column in range(len(table.key_columns)):
            anyone, accepts, ranges = 0, dict[Any, int](), list[tuple[int, Interval]]()
            for index, row in enumerate(table.rows):
                if row.otherwise:
                    continue
                keys = row.keys[column]
                if keys is None:
                    anyone |= 1 << index
                for key in keys or ():
                    if isinstance(key, Interval):
                        ranges.append((1 << index, key))
                    else:
                        accepts[key] = accepts.get(key, 0) | 1 << index
            self._any.append(anyone)
            self._of.append({key: rows | anyone for key, rows in accepts.items()})
            self._ranges.append(ranges)

    def __call__(self, keys: Sequence[Any]) -> int:
        """The index of the first row that accepts all the keys, of the 否则 row if none does, or -1."""
        rows = -1
        for key, anyone, accepts, ranges in zip(keys, self._any, self._of, self._ranges, strict=True):
            found = accepts.get(key, anyone)
            for bit, interval in ranges:
                if holds(interval, key):
                    found |= bit
            rows &= found
        return (rows & -rows).bit_length() - 1 if rows else self._rest


def holds(interval: Interval, key: Any) -> bool:
    """Whether a key lies in a range."""
    low, high = interval.low, interval.high
    if low is not None and not (key >= low if interval.low_closed else key > low):
        return False
    return high is None or bool(key <= high if interval.high_closed else key < high)


def lookup(node: Lookup, keys: Sequence[Staged], matcher: RowMatcher, cells: Sequence[Staged], asker: Asker) -> Staged:
    """A cell of a table. Cells see the row of the rule that looks, and no other row."""
    traceds = tuple(key.traced for key in keys)
    plains = tuple(key.plain for key in keys)

    def no_row(frame: Frame, values: Sequence[Any]) -> Blocked:
        shown = "、".join(key_text(value) for value in values)
        zh, en = f"表「{node.table}」没有「{shown}」这一行", f"table 「{node.table}」 has no row for 「{shown}」"
        return asker.lack(frame, Lack.CONFLICT, asker.say(zh, en))

    def find(frame: Frame, values: Sequence[Outcome]) -> int | Blocked:
        blocked = asker.strict(frame, values)
        if blocked is not None:
            return blocked
        index = matcher(values)
        return index if index >= 0 else no_row(frame, values)

    def traced(frame: Frame) -> Step:
        steps = [key(frame) for key in traceds]
        values = [step[1] for step in steps]
        found = find(frame, values)
        if isinstance(found, Blocked):
            return new(Step, (node, found, tuple(steps), None))
        cell = cells[found].traced(frame[-2:])
        steps.append(cell)
        return new(Step, (node, cell[1], tuple(steps), found))

    def plain(frame: Frame) -> Outcome:
        found = find(frame, [key(frame) for key in plains])
        return found if isinstance(found, Blocked) else cells[found].plain(frame[-2:])

    return Staged(traced, plain)


def if_inapplicable(node: IfInapplicable, body: Staged, instead: Staged) -> Staged:
    """The body, or `instead` where it is none or not applicable."""

    def traced(frame: Frame) -> Step:
        step = body.traced(frame)
        if not isinstance(step[1], Absent | NotApplicable):
            return new(Step, (node, step[1], (step,), None))
        other = instead.traced(frame)
        return new(Step, (node, other[1], (step, other), None))

    return quiet(traced)


def adopted(node: Any, name: str, chosen: Staged | None) -> Staged:
    """读法: the alternative that this run adopts, known before anything is computed."""
    if chosen is None:
        step = Step(node, name, (), name)
        return Staged(lambda frame: step, lambda frame: name)
    traced: Traced = chosen.traced

    def switch(frame: Frame) -> Step:
        step = traced(frame)
        return new(Step, (node, step[1], (step,), name))

    return Staged(switch, chosen.plain)
