"""Owns the comparison of the column engine with the reference, outcome by outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import duckdb

from policydsl.columnar.engine import Engine, Results
from policydsl.columnar.reference import outcome
from policydsl.columnar.stages import KEY
from policydsl.core.facts import Facts
from policydsl.core.program import Program
from policydsl.core.values import Blocked, Outcome
from policydsl.interpret.evaluate import Evaluator


def differences(
    program: Program,
    facts: Facts,
    readings: Mapping[str, str] | None = None,
    on: date | None = None,
    piece: int = 1_000_000,
) -> tuple[int, list[tuple[str, str, str, Outcome, Outcome]], Results]:
    """How many outcomes were compared, and those that differ: entity, key, rule, the reference's, the column engine's."""
    trace = Evaluator(program, readings or {}, on).run(facts)
    results = Engine(program, duckdb.connect(), readings or {}, on, piece=piece).facts(facts)
    compared, wrong = 0, []
    for entity, table in results.tables.items():
        shown = results.db.sql(f"select * from {table}")
        names, rows = shown.columns, shown.fetchall()
        by_key = {row[names.index(KEY)]: dict(zip(names, row, strict=True)) for row in rows}
        for rule in program.rules:
            if rule.entity != entity:
                continue
            for key in trace.keys.get(entity, ()):
                want = trace.outcome(entity, key, rule.name)
                got = outcome(by_key[key], results.rules[rule.id], results.reasons)
                compared += 1
                if not same(want, got):
                    wrong.append((entity, key, rule.name, want, got))
    return compared, wrong, results


def outcomes(results: Results, wanted: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], Outcome]:
    """What the columns hold, for the entities, keys and rules that are wanted."""
    found: dict[tuple[str, str, str], Outcome] = {}
    rows: dict[str, dict[str, dict[str, object]]] = {}
    for entity, table in results.tables.items():
        shown = results.db.sql(f"select * from {table}")
        names = shown.columns
        rows[entity] = {row[names.index(KEY)]: dict(zip(names, row, strict=True)) for row in shown.fetchall()}
    for entity, key, rule in wanted:
        found[entity, key, rule] = outcome(rows[entity][key], results.rules[entity, rule], results.reasons)
    return found


def same(want: Outcome, got: Outcome) -> bool:
    """Equal values of one type, or the same leaf causes but for the rows and wordings, which columns do not carry."""
    if isinstance(want, Blocked) and isinstance(got, Blocked):
        return {(c.lack, c.entity, c.name) for c in want.causes} == {(c.lack, c.entity, c.name) for c in got.causes}
    return want == got and type(want) is type(got)
