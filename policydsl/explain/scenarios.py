"""Owns scenarios: what would come of a place left to a human decision under each other alternative of the reading that left it.

A shortfall for which the text says no deduction is a decision, not a computed nothing. The decision is easier where its outcomes
are known: each comes from a run with that one reading changed, which the caller supplies.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from policydsl.core.program import Reading, RuleRead
from policydsl.core.values import Blocked, Lack
from policydsl.core.walk import everything
from policydsl.explain.book import Book, role_of
from policydsl.explain.names import Name, Shown
from policydsl.interpret.trace import RuleStep, Trace

Flip = Callable[[str, str, str, str], Trace]
"""Evaluates one row (entity, key) under the readings of the run but one: asked with that reading and its other alternative."""


@frozen
class Scenario:
    """One alternative of a reading: what the rule called `name` gives under it, and what then becomes of rules that rest on it."""

    reading: Name
    option: str
    reason: str
    name: Name
    shown: Shown
    also: tuple[tuple[Name, Shown], ...]


def scenarios_of(book: Book, step: RuleStep, flip: Flip | None, watch: tuple[str, ...]) -> tuple[Scenario, ...]:
    """The scenarios of a rule that itself leaves its outcome to a human, where a reading says so; none of anything else.

    `watch`: rules to tell of, too.
    """
    if flip is None or not _awaits(step):
        return ()
    rule, program = step.rule, book.trace.program
    found = []
    for reading in _readings(step, book):
        in_force = book.trace.readings.get(reading.name, reading.adopted)
        for option in reading.options:
            if option.name == in_force:
                continue
            after = flip(reading.name, option.name, rule.entity, step.key)
            own = _shown(after, rule.entity, step.key, rule.name)
            if own is None or isinstance(own.outcome, Blocked):
                continue
            others = ((program.rule_index[rule.entity, name], name) for name in watch)
            also = tuple(
                (Name(other.name, other.alias), shown)
                for other, name in others
                if (shown := _shown(after, rule.entity, step.key, name)) is not None
            )
            names = Name(reading.name, reading.alias), Name(rule.name, rule.alias)
            found.append(Scenario(names[0], option.name, option.reason, names[1], own, also))
    return tuple(found)


def _readings(step: RuleStep, book: Book) -> tuple[Reading, ...]:
    """The reading that a rule is, or those that it reads itself."""
    readings = book.trace.program.readings
    if step.rule.kind == "reading":
        own = readings.get(step.rule.name)
        return (own,) if own is not None else ()
    read = [node.name for node in everything(step.rule.body) if isinstance(node, RuleRead)]
    return tuple(readings[name] for name in dict.fromkeys(reversed(read)) if name in readings)


def _awaits(step: RuleStep) -> bool:
    """Whether the rule itself leaves its outcome to a human."""
    return isinstance(step.body.outcome, Blocked) and any(
        cause.lack is Lack.DECISION and (cause.entity, cause.name) == step.rule.id for cause in step.body.outcome.causes
    )


def _shown(trace: Trace, entity: str, key: str, name: str) -> Shown | None:
    step = trace.steps.get((entity, key, name))
    if step is None:
        return None
    return Shown(step.outcome, step.rule.type, step.rule.measure, role_of(step.rule))
