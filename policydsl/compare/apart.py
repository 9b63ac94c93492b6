"""Owns what each change is worth by itself: the old policy with that one change made, on the same facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import evolve, frozen

from policydsl.check.assemble import check
from policydsl.compare.effects import Effects, effects
from policydsl.compare.model import Change, Differences
from policydsl.core.program import Program
from policydsl.core.values import Exact
from policydsl.diagnostics.model import Weight
from policydsl.diagnostics.wording import weight_of
from policydsl.interpret.trace import Trace
from policydsl.syntax import tree

MOST = 24
"""Changes that are tried one by one."""


@frozen
class Alone:
    """A change made by itself: what the rows together gain of which it can be said, and how many there are of which it cannot. `gain`
    is None where the old policy cannot be run with this change alone."""

    change: Change
    gain: Exact | None
    open: int = 0


def apart(found: Differences, both: Effects, run: Callable[[Program], Trace | None]) -> tuple[Alone, ...]:
    """Each change of substance that anything differs by, alone. Nothing where there is but one: then all is its own.

    `run` evaluates the facts of the comparison under another program. A change of what is reported cannot be made alone.
    """
    ids = {id(change) for row in both.rows for part in (*row.money, *row.verdicts) for change in _behind(part.sources)}
    wanted = [change for change in found.of("substance") if id(change) in ids]
    if len(wanted) < 2:
        return ()
    return tuple(_alone(found, both, change, run) for change in wanted[:MOST])


def _behind(sources: tuple[object, ...]) -> Iterator[Change]:
    for source in sources:
        yield from getattr(source, "changes", ())


def _alone(found: Differences, both: Effects, change: Change, run: Callable[[Program], Trace | None]) -> Alone:
    if change.before is None or change.after is None or change.kind in ("entity", "policy", "roll", "units"):
        return Alone(change, None)
    file = evolve(found.old, body=tuple(_with(found.old.body, change.before, change.after)))
    program, findings = check(file)
    if any(weight_of(finding) is Weight.ERROR for finding in findings):
        # it needs another change to go with it
        return Alone(change, None)
    trace = run(program)
    if trace is None:
        return Alone(change, None)
    alone = effects(Differences(found.old, file, (change,)), both.old, trace)
    return Alone(change, alone.gain, len(alone.open_rows)) if alone is not None else Alone(change, None)


def _with(
    body: tuple[tree.Declaration, ...], before: tree.Declaration, after: tree.Declaration
) -> Iterator[tree.Declaration]:
    for node in body:
        if node is before:
            yield after
        elif isinstance(node, tree.Part | tree.On):
            yield evolve(node, body=tuple(_with(node.body, before, after)))
        else:
            yield node
