"""Owns what the functions call that tell steps: values of compiled code as outcomes, and what a step notes beside its outcome."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final

from policydsl.compiled.gaps import Gap, Open, Void
from policydsl.compiled.layout import KEY
from policydsl.compiled.world import Row, outcome
from policydsl.core.scales import Form, Scaled
from policydsl.core.values import Absent, NotApplicable, exact
from policydsl.interpret.arithmetic import brackets, decide
from policydsl.interpret.staged import new
from policydsl.interpret.trace import Bounded, Routes, RuleStep, Sample, Step


def told(value: Any, form: Form | None, below: Any) -> Any:
    """A value of compiled code as an outcome. Raises Open where there is none."""
    if type(value) is Gap:
        raise Open
    return outcome(form, value, below)


def over(top: int, bottom: int) -> Any:
    """The quotient of two whole numbers as an outcome."""
    return Fraction(top, bottom) if top % bottom else top // bottom


def sample(
    entity: str, rows: Sequence[Row], taken: Sequence[Row], values: Sequence[Any] | None, form: Form | None
) -> Sample:
    """The rows that an aggregate met, all of them sure."""
    keys = tuple([row[KEY] for row in taken])
    if values is None:
        return new(Sample, (entity, len(rows), keys, (), (), None, (), ""))
    kinds = set(map(type, values))
    if Gap in kinds:
        raise Open
    skipped: tuple[str, ...] = ()
    if Void in kinds:
        skipped = tuple([key for key, value in zip(keys, values, strict=True) if type(value) is Void])
    if skipped:
        values = [outcome(form, value, 1) for value in values]
    elif isinstance(form, Scaled) and form.scale != 1:
        values = [over(value, form.scale) for value in values]
    return new(Sample, (entity, len(rows), keys, tuple(values), (), None, skipped, ""))


def column(seen: dict[Any, Any], entity: str, rows: Sequence[Row], place: int, form: Form | None) -> Sample:
    """The column of a table that was searched, told once for all who ask."""
    found: Sample | None = seen.get((entity, place))
    if found is None:
        found = seen[entity, place] = sample(entity, rows, rows, [row[place] for row in rows], form)
    return found


def ended(entity: str, rows: Sequence[Row], found: Sequence[Any], pairs: bool, end: Row | None) -> Sample:
    """The rows among which a first or last one was looked for; with `pairs` each stands behind what it is ordered by."""
    keys = tuple([row[-1][KEY] for row in found] if pairs else [row[KEY] for row in found])
    return new(Sample, (entity, len(rows), keys, (), (), None, (), end[KEY] if end is not None else ""))


def routes(join: Any, counts: tuple[int, ...], awards: Sequence[Any]) -> Routes:
    """What the routes of an increment gave."""
    amounts = tuple([exact(count * award) for count, award in zip(counts, awards, strict=True)])
    if join == "sum":
        return new(Routes, (counts, amounts, None, False))
    taken = decide(join, amounts)
    return new(Routes, (counts, amounts, taken, amounts.count(amounts[taken]) > 1))


def bounded(value: Any, edges: Sequence[tuple[int, bool, Any]]) -> Bounded:
    """Which caps and floors changed a value."""
    last, applied = -1, []
    for index, cap, edge in edges:
        after = edge if (value > edge if cap else value < edge) else value
        applied.append((index, value, after))
        if after != value:
            last, value = index, after
    return new(Bounded, (last, tuple(applied)))


def absent(value: Any) -> bool:
    """Whether an outcome is none or not applicable."""
    return isinstance(value, Absent | NotApplicable)


TELLING: Final[dict[str, Any]] = {
    each.__name__: each
    for each in (
        told, over, exact, sample, column, ended, routes, bounded, absent, brackets, decide, tuple, type, int, Step, RuleStep, Open,
    )
} | {"new": new}  # fmt: skip
"""What the names of these functions stand for, but for their own constants."""
