"""Owns the steps a program takes with a policy: load, read facts, evaluate. The command line does nothing else."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from policydsl.diagnostics.model import Diagnostic

if TYPE_CHECKING:
    from policydsl.columnar.handed import TableResults
    from policydsl.compiled.engine import Compiled
    from policydsl.core.facts import Facts
    from policydsl.core.program import Program
    from policydsl.interpret.trace import Trace


class PolicyError(ValueError):
    """A policy that cannot be run. `findings` says where and why; the message is their text."""

    def __init__(self, findings: Sequence[Diagnostic]) -> None:
        from policydsl.diagnostics.render import render

        super().__init__(render(findings, format="human", color=False, width=100))
        self.findings = tuple(findings)


class FactsError(ValueError):
    """Facts on which nothing can be run: a file or a data frame that cannot be read at all. `findings` says which and why."""

    def __init__(self, findings: Sequence[Diagnostic]) -> None:
        from policydsl.diagnostics.render import render

        super().__init__(render(findings, format="human", color=False, width=100))
        self.findings = tuple(findings)


@frozen
class FactsRead:
    """Facts as far as they could be read, and everything that is wrong with the files."""

    facts: Facts
    findings: tuple[Diagnostic, ...]


def load(policy: str | os.PathLike[str]) -> Program:
    """The program of a policy file.

    Raises PolicyError where the file has errors; advice (warnings) is no error.
    """
    from policydsl.pipeline import check_path

    result = check_path(policy)
    if result.program is None:
        raise PolicyError(result.errors)
    return result.program


def loads(text: str, name: str = "<text>") -> Program:
    """The program of a policy given as text. Raises PolicyError likewise."""
    from policydsl.pipeline import check_source
    from policydsl.source import Source

    result = check_source(Source(name, text))
    if result.program is None:
        raise PolicyError(result.errors)
    return result.program


def read_facts(program: Program, *paths: str | os.PathLike[str]) -> FactsRead:
    """Facts from workbooks, folders of .csv, .json and .yaml. Never raises for what a file holds."""
    from policydsl.facts.read import read

    facts, findings = read(program, [Path(path) for path in paths])
    if facts.rosters:
        from policydsl.registers.fill import counted

        facts, more = counted(program, facts)
        findings += more
    return FactsRead(facts, (*findings, *_of_other_kinds(program, facts)))


def facts_of(program: Program, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> FactsRead:
    """Facts from Python values in the shape of JSON facts: `{ENTITY: [{FIELD: value, …}, …]}`."""
    from policydsl.facts.structured import from_values

    facts, findings = from_values(program, tables)
    return FactsRead(facts, (*findings, *_of_other_kinds(program, facts)))


def _of_other_kinds(program: Program, facts: Facts) -> list[Diagnostic]:
    from policydsl.kinds import misfilled

    return misfilled(program, facts)


def compile(  # noqa: A001
    program: Program,
    *,
    readings: Mapping[str, str] | None = None,
    on: date | None = None,
    recorded: bool = False,
) -> Compiled:
    """The program as Python code, for many cases of which few are to be explained: `.run(facts)`, `.case({FIELD: value, …})`.

    Outcomes are those of `evaluate`, the reasons of those that have no value too. `recorded`: for cases of which many are to be explained;
    the value of every step is kept as the code computes it. Raises UnknownReading.
    """
    from policydsl.compiled.engine import compile_program

    return compile_program(program, readings, on, recorded)


def evaluate(
    program: Program,
    facts: Facts,
    *,
    readings: Mapping[str, str] | None = None,
    on: date | None = None,
    keys: Mapping[str, Collection[str]] | None = None,
) -> Trace:
    """Every rule of every row (or of the rows in `keys`, by entity) with its explained trace.

    `readings` names alternatives by reading. Raises UnknownReading, UnknownRow and ResourceError of `policydsl.interpret`.
    """
    from policydsl.interpret.evaluate import Evaluator

    return Evaluator(program, readings, on).run(facts, keys)


def evaluate_tables(
    program: Program,
    tables: Mapping[str, Any],
    *,
    readings: Mapping[str, str] | None = None,
    on: date | None = None,
) -> TableResults:
    """Every rule of every row of whole tables by the column engine, for many rows; without a trace. Needs `policydsl[columnar]`.

    `tables` are by the name or alias of their entity: a table, dataset or reader of pyarrow, a data frame of pandas, polars or DuckDB,
    anything else that has `__arrow_c_stream__`, or the path of a .parquet, Arrow or .csv file, or a list of such paths. Columns are called as
    in files. An entity that is absent counts as not supplied. A cell that is wrong is a finding, as in files; the other rows count.

    Raises FactsError where a table cannot be read at all, TypeError where something is no table, UnknownReading of `policydsl.interpret`, and
    TooLarge of `policydsl.columnar.engine` where a rule needs all rows, has no column form, and these are too many for the reference.
    """
    from policydsl.columnar.handed import TablesRejected, run_tables

    try:
        return run_tables(program, tables, readings, on)
    except TablesRejected as rejected:
        raise FactsError([rejected.finding]) from None
