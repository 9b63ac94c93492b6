"""Holds the compiled engine against the reference: every outcome, every reason, every violation, or the same exception."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import settings
from pages import pages

import policydsl
from policydsl.compiled.engine import Outcomes, compile_program
from policydsl.compiled.views import LOST
from policydsl.core.facts import Facts, Known, Record
from policydsl.core.program import Program
from policydsl.core.types import Number
from policydsl.core.values import Blocked, Outcome, exact
from policydsl.interpret.budget import ResourceError
from policydsl.interpret.trace import Trace

LAW = settings(deadline=None, max_examples=25)
POLICIES = Path(__file__).parents[2] / "policies"

every_page = pytest.mark.parametrize(
    "case", [case for page in pages() for case in page.cases if not case.bad], ids=lambda case: case.title
)
"""Every program of the reference that is to be accepted."""

the_whole_gallery = pytest.mark.parametrize("path", sorted(POLICIES.glob("gallery/*.pol")), ids=lambda path: path.stem)


@cache
def loaded(path: Path) -> Program:
    """A policy, read once for all tests."""
    return policydsl.load(path)


def told(outcome: Outcome) -> Any:
    """An outcome with all that is compared of it: its kind, and of reasons what equality leaves out."""
    if isinstance(outcome, Blocked):
        return type(outcome), [(cause, cause.origin, cause.clause) for cause in outcome.causes]
    return type(outcome), outcome


def agree(
    program: Program, facts: Facts, readings: Mapping[str, str] | None = None, on: date | None = None
) -> Outcomes | None:
    """Assert that both engines say the same; the outcomes, or None where a number leaves the budget of a run."""
    compiled = compile_program(program, readings, on)
    try:
        trace = compiled.reference.run(facts)
    except ResourceError as error:
        try:
            outcomes = compiled.run(facts)
            for at in outcomes:
                outcomes[at]
        except ResourceError as same:
            assert str(same) == str(error)
            return None
        raise AssertionError(f"compiled code goes beyond the budget: {error}") from None
    outcomes = compiled.run(facts)
    assert set(outcomes) == set(trace.steps)
    for at, step in trace.steps.items():
        assert told(outcomes[at]) == told(step.outcome), at
    broken = [[(item.rule.id, item.key, item.cells) for item in found.violations] for found in (outcomes, trace)]
    assert broken[0] == broken[1]
    return outcomes


def recorded(
    program: Program, facts: Facts, readings: Mapping[str, str] | None = None, on: date | None = None
) -> tuple[int, int]:
    """Assert that traces told from what the code kept are those of the reference, to the type of every value; how many steps of rules
    with a value were told so, and of how many."""
    compiled = compile_program(program, readings, on, recorded=True)
    try:
        expected = compiled.reference.run(facts)
    except ResourceError:
        return 0, 0
    outcomes = compiled.run(facts)
    same_trace(outcomes.trace(), expected)
    same_trace(outcomes.lazily(), expected)
    valued = [at for at, step in expected.steps.items() if not isinstance(step.outcome, Blocked)]
    return sum(from_record(outcomes, at) for at in valued), len(valued)


def from_record(outcomes: Outcomes, at: tuple[str, str, str]) -> bool:
    """Whether the step of a rule can be told from what the code kept."""
    done, _, row = outcomes._place(at)
    view = outcomes._views.of(done._compiled.program.rule_index[at[0], at[2]])
    if view is None:
        return False
    try:
        view(row, {})
    except LOST:
        return False
    return True


def same_trace(trace: Trace, expected: Trace) -> None:
    """Assert that two traces hold the same steps, to the type of every value."""
    assert set(trace.steps) == set(expected.steps)
    for at, step in expected.steps.items():
        assert told(trace.steps[at].outcome) == told(step.outcome), at
        apart = differ(trace.steps[at].body, step.body)
        assert apart is None, (at, apart)
    assert trace == expected


def differ(one: Any, other: Any) -> tuple[Any, Any] | None:
    """The first two values at which two steps differ."""
    if type(one) is not type(other):
        return one, other
    if isinstance(one, tuple) and len(one) == len(other):
        return next((found for pair in zip(one, other, strict=True) if (found := differ(*pair)) is not None), None)
    return None if one == other else (one, other)


def left_open(outcomes: Outcomes) -> set[tuple[str, str, str]]:
    """The addresses that the quick way left to the reference."""
    rules = outcomes._compiled.program.rules
    return {(rules[slot].entity, row[0], rules[slot].name) for slot, row in outcomes._last.holes}


def whole(program: Program) -> Program:
    """The same program with facts that are whole numbers, so that classes S and Q are met."""
    entities = {
        name: evolve(
            entity,
            fields=tuple(
                evolve(field, type=Number(field.type.unit, True)) if isinstance(field.type, Number) else field
                for field in entity.fields
            ),
        )
        for name, entity in program.entities.items()
    }
    return evolve(program, entities=entities)


def changed(facts: Facts, change: Any) -> Facts:
    """The same facts with every number changed."""

    def row(record: Record) -> Record:
        cells = {
            name: Known(exact(change(cell.value)))
            if isinstance(cell, Known) and type(cell.value) in (int, Fraction)
            else cell
            for name, cell in record.cells.items()
        }
        return evolve(record, cells=cells)

    return evolve(facts, tables={name: tuple(map(row, rows)) for name, rows in facts.tables.items()})
