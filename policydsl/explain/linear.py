"""Owns how a value depends on one fact: `slope × fact + rest`, read off the steps exactly; None where it is no line."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from policydsl.core import program as core
from policydsl.core.facts import Known
from policydsl.core.values import Outcome
from policydsl.interpret.trace import Step, Trace

CellAt = tuple[str, str, str]


class Line(NamedTuple):
    """`slope × fact + rest`."""

    slope: Fraction
    rest: Fraction


def number(outcome: Outcome | None) -> Fraction | None:
    """The number that an outcome is, if it is one."""
    if isinstance(outcome, bool) or not isinstance(outcome, int | Fraction):
        return None
    return Fraction(outcome)


def line(step: Step, cell: CellAt, trace: Trace) -> Line | None:
    """How the value of `step` depends on `cell` near where it is now."""
    node = step.node
    if isinstance(node, core.FieldRead) and cell_of(step) == cell:
        return Line(Fraction(1), Fraction(0))
    inner = _below(step, cell, trace)
    if inner is not None:
        return line(inner, cell, trace)
    if isinstance(node, core.Apply):
        parts = [line(item, cell, trace) for item in step.operands]
        return _apply(node.op, [part for part in parts if part is not None]) if None not in parts else None
    value = number(step.outcome)
    if value is None or cell in set(cells(step, trace)):
        return None
    return Line(Fraction(0), value)


def _apply(op: str, parts: list[Line]) -> Line | None:
    match op, parts:
        case "add", [a, b]:
            return Line(a.slope + b.slope, a.rest + b.rest)
        case "sub", [a, b]:
            return Line(a.slope - b.slope, a.rest - b.rest)
        case "neg", [a]:
            return Line(-a.slope, -a.rest)
        case "mul", [a, b] if not a.slope or not b.slope:
            return Line(a.slope * b.rest + b.slope * a.rest, a.rest * b.rest)
        case "div", [a, b] if not b.slope and b.rest:
            return Line(a.slope / b.rest, a.rest / b.rest)
        case _:
            return None


def _below(step: Step, cell: CellAt, trace: Trace) -> Step | None:
    """The step whose value a rule read, a 读法, or a choice that does not depend on the cell passes on."""
    if isinstance(step.node, core.RuleRead) and isinstance(step.note, tuple):
        found = trace.steps.get((step.note[0], step.note[1], step.node.name))
        return found.body if found is not None and found.outcome == found.body.outcome else None
    if isinstance(step.node, core.Switch) and step.operands:
        return step.operands[0]
    if isinstance(step.node, core.Choose) and isinstance(step.note, int) and step.operands:
        *asked, chosen = step.operands
        free = all(cell not in set(cells(condition, trace)) for condition in asked)
        return chosen if free and chosen.outcome == step.outcome else None
    return None


def cell_of(step: Step) -> CellAt | None:
    """The cell that a FieldRead read, if it has a value."""
    if isinstance(step.node, core.FieldRead) and isinstance(step.note, tuple) and isinstance(step.note[2], Known):
        return (step.note[0], step.note[1], step.node.name)
    return None


def cells(step: Step, trace: Trace) -> Iterator[CellAt]:
    """The cells that a step read, itself or through rules, in order; those of aggregated rows are not among them."""
    stack, seen = [step], set[tuple[str, str, str]]()
    while stack:
        item = stack.pop()
        found = cell_of(item)
        if found is not None:
            yield found
        if isinstance(item.node, core.RuleRead) and isinstance(item.note, tuple):
            at = (item.note[0], item.note[1], item.node.name)
            below = trace.steps.get(at)
            if below is not None and at not in seen:
                seen.add(at)
                stack.append(below.body)
        stack.extend(reversed(item.operands))
