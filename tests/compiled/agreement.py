"""Holds the compiled engine against the reference: every outcome, every reason, every violation, or the same exception."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from attrs import evolve

from policydsl.compiled.engine import Outcomes, compile_program
from policydsl.core.facts import Facts, Known, Record
from policydsl.core.program import Program
from policydsl.core.types import Number
from policydsl.core.values import Blocked, Outcome, exact
from policydsl.interpret.budget import ResourceError


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
