"""Owns the code of a program: a function for each stage, made once of `ast` nodes and compiled by Python."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

from attrs import evolve, field, frozen

from policydsl.compiled.expressions import Expressions
from policydsl.compiled.layout import Layout, Stage, stages
from policydsl.compiled.numbers import Val
from policydsl.compiled.recording import Record
from policydsl.compiled.support import SUPPORT
from policydsl.compiled.writer import Code, Unfit, Writer, at, call, function, literal, name, relation
from policydsl.core import program as core
from policydsl.core.scales import Form, Rational, Scaled
from policydsl.core.types import Number, strip

Step = Callable[[Any, Any, Any, Any], None]
"""Computes the rules of a stage for rows: (rows, world, where gaps are told, where false constraints are told)."""


@frozen
class Ready:
    """A stage with its function; None where the reference computes it. `alone`: it looks at no rows but those it is given, and
    at those that belong to them."""

    stage: Stage
    step: Step | None
    alone: bool = False


@frozen
class Plan:
    """A whole program made ready: the stages in order, the class of every rule, rules that are the same for every row, and what is
    kept of the steps of each, where they are recorded."""

    layout: Layout
    stages: tuple[Ready, ...]
    forms: Mapping[tuple[str, str], Form | None]
    constants: Mapping[tuple[str, str], Any] = field(factory=dict)
    records: Mapping[tuple[str, str], Record | None] = field(factory=dict)

    @property
    def by_reference(self) -> tuple[tuple[str, str], ...]:
        """The rules that have no quick way."""
        return tuple(ready.stage.rules[0].id for ready in self.stages if ready.step is None)


def plan(
    program: core.Program,
    readings: Mapping[str, str],
    on: date | None,
    base: Plan | None = None,
    only: Collection[tuple[str, str]] = (),
    recorded: bool = False,
) -> Plan:
    """The program as code, under the readings in force; with `base`, of the whole program, the code of some rules alone. `recorded`: code
    that leaves in packed rows what the steps are told from."""
    layout = Layout(program, recorded=recorded) if base is None else base.layout
    unfit: set[tuple[str, str]] = set() if base is None else set(base.by_reference)
    while True:
        forms: dict[tuple[str, str], Form | None] = {} if base is None else dict(base.forms)
        constants = {} if base is None else base.constants
        known = {rule: Val(literal(None), None, None, True, value) for rule, value in constants.items()}
        ready: list[Ready] = []
        records: dict[tuple[str, str], Record | None] = {}
        met: set[tuple[str, str]] = set()
        for stage in stages(program, unfit):
            if base is not None:
                stage = evolve(stage, rules=tuple(rule for rule in stage.rules if rule.id in only))
                if not stage.rules:
                    continue
            if stage.by_reference:
                rule = stage.rules[0]
                forms[rule.id] = Rational() if isinstance(strip(rule.type), Number) else None
                ready.append(Ready(stage, None))
                continue
            made = Expressions(program, layout, readings, on, forms, known, recorded)
            step, refused = _stage(made, stage, forms, known, records)
            met |= refused
            if step is not None:
                ready.append(Ready(stage, step, not made.beyond))
        if not met:
            if base is None:
                layout.constants.update({rule: _standing(val) for rule, val in known.items()})
            return Plan(layout, tuple(ready), forms, {rule: val.const for rule, val in known.items()}, records)
        unfit |= met


def _standing(val: Val) -> Any:
    """A value known before the run as it stands in a packed row."""
    return int(val.const * val.form.scale) if isinstance(val.form, Scaled) else val.const


def _stage(
    made: Expressions,
    stage: Stage,
    forms: dict[tuple[str, str], Form | None],
    known: dict[tuple[str, str], Val],
    records: dict[tuple[str, str], Record | None],
) -> tuple[Step | None, set[tuple[str, str]]]:
    """The function of a stage, or the rules that have to leave it."""
    writer = made.writer
    body: list[ast.stmt] = []
    refused: set[tuple[str, str]] = set()
    for rule in stage.rules:
        writer.block = []
        writer.begin()
        made.hoisted = {}
        if made.recorder is not None:
            made.recorder.begin()
        try:
            val = made.expr(rule.body, (made.row,))
        except (Unfit, RecursionError):
            refused.add(rule.id)
            forms[rule.id] = Rational() if isinstance(strip(rule.type), Number) else None
            continue
        if val.known and rule.kind != "constraint":
            known[rule.id] = val
            forms[rule.id] = val.form
            records[rule.id] = made.record(rule)
            continue
        forms[rule.id] = val.form
        body += _rule(made, rule, val, records)
    if refused:
        return None, refused
    taken: list[ast.stmt] = [
        ast.Assign([ast.Name(own.id, ast.Store())], at(name("r"), place)) for place, own in made.taken.items()
    ]
    loop = ast.For(ast.Name("r", ast.Store()), name("rows"), [*taken, *body] or [ast.Pass()], [])
    try:
        parameters = ["rows", "world", "holes", "broken"]
        return function(parameters, [*made.before, loop], {**SUPPORT, **writer.constants}), set()
    except (RecursionError, MemoryError):
        return None, {rule.id for rule in stage.rules}


def _rule(
    made: Expressions, rule: core.Rule, val: Val, records: dict[tuple[str, str], Record | None]
) -> list[ast.stmt]:
    """One rule of a row: its value kept under a name and in its place; whatever goes wrong is told as a gap."""
    writer, place = made.writer, made.layout.rules[rule.id]
    slot = made.slots[rule.id]
    below = None if val.below is None else named(writer, val.below)
    target = named(writer, val.code)
    attempt = writer.block
    told = _told("holes", slot)
    gap: list[ast.stmt] = [ast.Assign([ast.Name(target, ast.Store())], name("HOLE"))]
    if below is not None:
        gap.append(ast.Assign([ast.Name(below, ast.Store())], literal(1)))
    gap.append(told)
    result: list[ast.stmt] = [ast.Try(attempt, [ast.ExceptHandler(name("Trouble"), None, gap)], [], [])]
    if not val.solid:
        result[0].orelse = [ast.If(relation("is", call("type", name(target)), name("Gap")), [told], [])]  # type: ignore[attr-defined]
    if rule.kind == "constraint":
        result.append(ast.If(relation("is", name(target), literal(False)), [_told("broken", slot)], []))
    row = name("r")
    result.append(ast.Assign([ast.Subscript(row, literal(place), ast.Store())], name(target)))
    if below is not None:
        result.append(ast.Assign([ast.Subscript(row, literal(place + 1), ast.Store())], name(below)))
    made.values[rule.id] = Val(name(target), val.form, name(below) if below else None)
    record = records[rule.id] = made.record(rule)
    if record is not None and record.kept:
        attempt.append(made.writer.setting(row, place + 2, kept(record)))
        gap.append(made.writer.setting(row, place + 2, name("HOLE")))
    return result


def kept(record: Record) -> Code:
    """What is kept of the steps of a rule, as it stands in the row."""
    return ast.Tuple([name(each) for each in record.kept], ast.Load())


def named(writer: Writer, code: Code) -> str:
    """The name of a value: the one that it has since this rule was begun, else a new one."""
    if isinstance(code, ast.Name) and writer.new(code.id):
        return code.id
    return writer.assign(writer.fresh("v"), code).id


def _told(where: str, slot: int) -> ast.stmt:
    pair = ast.Tuple([literal(slot), name("r")], ast.Load())
    return ast.Expr(ast.Call(ast.Attribute(name(where), "append", ast.Load()), [pair], []))
