"""Owns the day of each case where several texts may rule it: a fact or a rule of the main entity, and what is open where it is not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from policydsl.core.facts import Facts, Known, Missing
from policydsl.core.program import FieldRead, Here, Program, RuleRead
from policydsl.core.values import Blocked, Cause, Lack, Outcome
from policydsl.interpret.trace import RuleStep, Step, Trace

if TYPE_CHECKING:
    from collections.abc import Callable


@frozen
class Day:
    """The day of one case, or why it is not known."""

    day: date | None
    why: Step | None = None


def has_days(program: Program) -> bool:
    """Whether the day that counts (基准日) is said of the main entity: a fact or a rule of each case."""
    main, basis = program.header.main, program.header.basis
    return any(field.name == basis for field in program.entities[main].fields) or (main, basis) in program.rule_index


def days_of(facts: Facts, program: Program, trace: Callable[[], Trace]) -> dict[str, Day]:
    """The day of each case, by key. `trace` evaluates them, where the day is the outcome of a rule."""
    main, basis = program.header.main, program.header.basis
    of_rule = (main, basis) in program.rule_index
    found: dict[str, Day] = {}
    for record in facts.tables.get(main, ()):
        if of_rule:
            rule = program.rule_index[main, basis]
            outcome: Outcome = trace().outcome(main, record.key, basis)
            node = RuleRead(Here(), main, basis, type=rule.type, span=rule.span)
            why = Step(node, outcome, (), (main, record.key))
        else:
            declared = next(field for field in program.entities[main].fields if field.name == basis)
            cell = record.cells.get(basis, Missing())
            lack = Lack.UNREADABLE if not isinstance(cell, Known | Missing) else Lack.MISSING
            blocked = Blocked((Cause(lack, main, record.key, basis, "", cell.origin),))
            outcome = cell.value if isinstance(cell, Known) else blocked
            read = FieldRead(Here(), main, basis, type=declared.type, span=declared.span)
            why = Step(read, outcome, (), (main, record.key, cell))
        day = outcome if isinstance(outcome, date) else None
        found[record.key] = Day(day, None if day is not None else why)
    return found


def open_between(
    trace: Trace, others: Sequence[Trace], whys: Mapping[str, Step], owned: Mapping[tuple[str, str], str]
) -> Trace:
    """A trace of cases whose day is not known: what the texts that may rule them do not agree on has no outcome.

    `whys` says by key of the main entity why its day is not known; `owned` the case to which a row of another entity belongs.
    """
    main = trace.program.header.main
    steps: dict[tuple[str, str, str], RuleStep] = {}
    for at in trace.steps:
        entity, key, _ = at
        step = trace.steps[at]
        why = whys.get(key if entity == main else owned.get((entity, key), ""))
        if why is not None and not isinstance(step.outcome, Blocked) and _differs(step.outcome, at, others):
            step = RuleStep(step.rule, key, why, why.outcome)
        steps[at] = step
    return evolve(trace, steps=steps)


def _differs(outcome: Outcome, at: tuple[str, str, str], others: Iterable[Trace]) -> bool:
    return any(at not in other.steps or other.steps[at].outcome != outcome for other in others)


def owners(facts: Facts, program: Program) -> dict[tuple[str, str], str]:
    """The case that each row below the main entity belongs to, at any depth."""
    main = program.header.main
    found: dict[tuple[str, str], str] = {}
    waiting = [main]
    while waiting:
        holder = waiting.pop()
        for name, entity in program.entities.items():
            if entity.owner != holder:
                continue
            waiting.append(name)
            for record in facts.tables.get(name, ()):
                owner = record.parent or ""
                found[name, record.key] = owner if holder == main else found.get((holder, owner), "")
    return found
