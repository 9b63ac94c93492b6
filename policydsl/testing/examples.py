"""Owns running 算例: each example's facts evaluated under its readings, and what came out held against what was expected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from attrs import frozen

from policydsl.core.program import Example, Expectation, Program
from policydsl.core.values import NotApplicable, Outcome, status_of
from policydsl.interpret.budget import ResourceError
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.tables import DuplicateRow
from policydsl.interpret.trace import RuleStep, Trace


@frozen
class Checked:
    """One expectation and what came of it.

    `step` is None where the row that is asked about is not there (`key` then says which was looked for, None for "no one row").
    """

    expectation: Expectation
    key: str | None
    step: RuleStep | None
    ok: bool

    @property
    def got(self) -> Outcome | None:
        """The outcome, None where there is no step."""
        return None if self.step is None else self.step.outcome


@frozen
class ExampleResult:
    """One example: its expectations in written order, and the whole trace. `problem` says why it could not be run at all."""

    example: Example
    checks: tuple[Checked, ...]
    trace: Trace | None
    problem: str = ""

    @property
    def ok(self) -> bool:
        """Whether it ran and gave everything that was expected."""
        return not self.problem and all(check.ok for check in self.checks)

    @property
    def failures(self) -> tuple[Checked, ...]:
        """The expectations that were not met."""
        return tuple(check for check in self.checks if not check.ok)


def run_examples(program: Program, containing: str | None = None) -> tuple[ExampleResult, ...]:
    """Run the examples of a policy (those whose name contains `containing`), in written order."""
    ready: dict[tuple[tuple[tuple[str, str], ...], date | None], Evaluator] = {}
    base = Evaluator(program)
    found = []
    for example in program.examples:
        if containing and containing not in example.name:
            continue
        setting = (tuple(sorted(example.readings.items())), example.on)
        if setting not in ready:
            ready[setting] = base.under(example.readings, example.on)
        found.append(run_example(ready[setting], example))
    return tuple(found)


def run_example(evaluator: Evaluator, example: Example) -> ExampleResult:
    """Run one example. `evaluator` must be under the example's readings."""
    program = evaluator.program
    rows = rows_of(example)
    wanted: dict[str, list[str]] = {}
    keys: list[str | None] = []
    for expectation in example.expects:
        key = row_of(program, rows, expectation)
        keys.append(key)
        if key is not None and key not in wanted.setdefault(expectation.entity, []):
            wanted[expectation.entity].append(key)
    try:
        trace = evaluator.run(example.facts, wanted)
    except (ResourceError, DuplicateRow) as error:
        return ExampleResult(example, (), None, str(error))
    checks = tuple(_check(trace, expectation, key) for expectation, key in zip(example.expects, keys, strict=True))
    return ExampleResult(example, checks, trace)


def rows_of(example: Example) -> Mapping[str, list[str]]:
    """The keys of the rows of an example's facts, by entity."""
    return {entity: [record.key for record in records] for entity, records in example.facts.tables.items()}


def row_of(program: Program, rows: Mapping[str, list[str]], expectation: Expectation) -> str | None:
    """The key of the row that an expectation is about, None where there is no such row."""
    if program.entities[expectation.entity].singleton:
        return ""
    known = rows.get(expectation.entity, [])
    if expectation.key is None:
        return known[0] if len(known) == 1 else None
    return expectation.key if expectation.key in known else None


def _check(trace: Trace, expectation: Expectation, key: str | None) -> Checked:
    if key is None:
        return Checked(expectation, expectation.key, None, False)
    step = trace.step(expectation.entity, key, expectation.rule)
    return Checked(expectation, key, step, meets(step.outcome, expectation))


def meets(outcome: Outcome, expectation: Expectation) -> bool:
    """Whether an outcome is the expected value, exactly, or has the expected status; 不适用 matches whatever its reason."""
    if expectation.status != "value":
        return status_of(outcome) == expectation.status
    if isinstance(expectation.value, NotApplicable):
        return isinstance(outcome, NotApplicable)
    return isinstance(outcome, bool) == isinstance(expectation.value, bool) and outcome == expectation.value
