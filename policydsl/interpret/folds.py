"""Owns what an aggregate makes of its rows: which are sure, which are open, and the fold over them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import compress
from math import inf
from typing import Any, NamedTuple, assert_never

from attrs import frozen

from policydsl.core.facts import Record
from policydsl.core.program import Fold
from policydsl.core.values import Absent, Blocked, NotApplicable, Outcome, Value, exact
from policydsl.interpret.across import FEWEST
from policydsl.interpret.arithmetic import decide
from policydsl.interpret.budget import fits
from policydsl.interpret.lack import CountRange, Frame, join
from policydsl.interpret.rows import Run
from policydsl.interpret.staged import Plain, Staged
from policydsl.interpret.tables import Group
from policydsl.interpret.trace import Sample


class Overflow(ArithmeticError):
    """A fold left the bit budget."""


class Found(NamedTuple):
    """The rows that an aggregate runs over; `lacking` says which ones should be there and are not, or that none were supplied.

    `absent`: keys of the lacking rows, where they are known; where they are not, there may be any number of them. `group`: the
    rows as columns, where they may be looked at so.
    """

    rows: Sequence[Record]
    lacking: Blocked | None = None
    absent: tuple[str, ...] = ()
    group: Group | None = None


@frozen
class Prelude:
    """What an aggregate computes once for all its rows: a place among the run's boxes, what goes there, and the number of
    scopes between the aggregate and the place where it is read (which it does not look at)."""

    box: int
    plain: Plain
    skipped: tuple[None, ...]


class Asked(NamedTuple):
    """What is asked of every row: the filter and the body, row by row, and across all the rows where that can be."""

    where: Plain | None
    body: Plain | None
    across: Callable[[Group, Frame], tuple[tuple[str, ...], tuple[Value, ...]] | None] | None = None


def asked(where: Staged | None, body: Staged | None) -> Asked:
    """A filter and a body made ready."""
    held, given = where and where.across, body and body.across
    quick = (where is None or (held and held.many)) and (body is None or (given and given.many))
    mask, values = held and held.get, given and given.get

    def across(group: Group, frame: Frame) -> tuple[tuple[str, ...], tuple[Value, ...]] | None:
        """The keys of the rows that the filter takes, and their values; None where rows have to be looked at one by one."""
        column = values(group, frame) if values else ()
        if column is None:
            return None
        if mask is None:
            return group.keys, tuple(column)
        taken = mask(group, frame)
        if taken is None:
            return None
        return tuple(compress(group.keys, taken)), tuple(compress(column, taken))

    return Asked(where and where.plain, body and body.plain, across if quick else None)


def gather(
    entity: str,
    find: Callable[[Frame], Found],
    prelude: Sequence[Prelude],
    asked: Asked,
    harmless: Callable[[Frame, Outcome], bool] | None = None,
) -> Callable[[Frame], tuple[Sample, list[Blocked], bool]]:
    """What meets every row: gives the sample, the reasons why rows are open, and whether there may be any number of rows more."""

    where, body, across = asked

    def meet(frame: Frame) -> tuple[Sample, list[Blocked], bool]:
        found = find(frame)
        rows = found.rows
        if rows and prelude:
            boxes = _run(frame).boxes
            for item in prelude:
                boxes[item.box] = item.plain(item.skipped + frame)
        if across is not None and found.group is not None and len(rows) >= FEWEST:
            sure = across(found.group, frame)
            if sure is not None:
                return Sample(entity, len(rows), *sure, (), None, ()), [], False
        taken: list[str] = []
        values: list[Outcome] = []
        unsure: list[str] = []
        skipped: list[str] = []
        causes: list[Blocked] = []
        for row in rows:
            inner = (row,) + frame  # noqa: RUF005 - unpacking takes twice as long, and this is done for every row
            if where is not None:
                held = where(inner)
                if held is False:
                    continue
                if held is not True:
                    if not isinstance(held, Blocked):
                        skipped.append(row.key)
                    elif body is None or harmless is None or not harmless(inner, body(inner)):
                        unsure.append(row.key)
                        causes.append(held)
                    continue
            taken.append(row.key)
            if body is not None:
                value = body(inner)
                values.append(value)
                if isinstance(value, Blocked):
                    unsure.append(row.key)
                    causes.append(value)
                elif isinstance(value, Absent | NotApplicable):
                    skipped.append(row.key)
        if found.lacking is not None:
            unsure.extend(found.absent)
            causes.append(found.lacking)
        sample = Sample(entity, len(rows), tuple(taken), tuple(values), tuple(unsure), None, tuple(skipped))
        return sample, causes, found.lacking is not None and not found.absent

    return meet


def _run(frame: Frame) -> Run:
    run: Run = frame[-1]
    return run


def sure_values(sample: Sample) -> list[Value]:
    """The values of the rows that have one."""
    return [value for value in sample.values if not isinstance(value, Blocked | Absent | NotApplicable)]


def conclude(fold: Fold, sample: Sample, causes: Sequence[Blocked], endless: bool) -> tuple[Outcome | None, Sample]:
    """The outcome of a fold and the sample to show; None as outcome says that there was nothing to take a max, min or mean of.

    `endless` says that there may be any number of rows more. Raises Overflow.
    """
    match fold:
        case "count":
            return _counted(len(sample.taken), sample, causes, endless)
        case "distinct":
            return _counted(len(set(sure_values(sample))), sample, causes, endless)
        case "any":
            if True in sample.values:
                return True, sample
            return (join(causes), sample) if causes else (False, sample)
        case "all":
            if False in sample.values:
                return False, sample
            return (join(causes), sample) if causes else (True, sample)
        case "sum" | "max" | "min" | "mean" | "list":
            partial = _fold(fold, sure_values(sample))
            if causes:
                return join(causes), sample._replace(partial=partial)
            return partial, sample
        case "first" | "last":
            raise ValueError(f"{fold} is no fold over all rows; `ends` owns it")
        case _:
            assert_never(fold)


def _counted(low: int, sample: Sample, causes: Sequence[Blocked], endless: bool) -> tuple[Outcome, Sample]:
    if not causes:
        return low, sample
    high = inf if endless else low + len(sample.unsure)
    return CountRange(join(causes).causes, low, high), sample._replace(partial=low)


def _fold(fold: Fold, values: list[Any]) -> Value | None:
    if fold == "list":
        return tuple(values)
    if fold in ("max", "min"):
        return values[decide("max" if fold == "max" else "min", values)] if values else None
    total: Any = 0
    for value in values:
        total += value
        if type(total) is not int and not fits(total):
            raise Overflow
    if not fits(total):
        raise Overflow
    if fold == "mean":
        return exact(Fraction(total) / len(values)) if values else None
    return exact(total)
