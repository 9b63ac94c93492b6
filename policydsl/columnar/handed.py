"""Owns what a program that runs a policy on tables is handed back: the rows of each entity as Arrow or as a relation of the database."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from attrs import frozen

from policydsl.columnar.engine import Engine
from policydsl.columnar.origins import broken
from policydsl.columnar.results import (
    ROWS_OF_A_BATCH,
    Results,
    Tally,
    outcome_of,
    plan_text,
    table_of,
    tallies,
    totals,
    write,
)
from policydsl.core.program import Program
from policydsl.core.values import Outcome
from policydsl.diagnostics.model import Diagnostic, Place
from policydsl.facts.findings import Findings, Problem, Rejected

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


class TablesRejected(Exception):
    """Tables on which nothing can be run. `finding` says which and why."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.code)
        self.finding = finding


@frozen(eq=False)
class ResultTable:
    """The rows of one entity with their rules, as the files of `policydsl run` hold them; in the order of the facts.

    It has `__arrow_c_stream__`: `polars.DataFrame(table)`, `pandas.DataFrame.from_arrow(table)`, `pyarrow.table(table)`.
    """

    results: Results
    entity: str

    def arrow(self) -> pa.Table:
        """All rows in memory."""
        return self.relation().to_arrow_table()

    def batches(self, rows: int = ROWS_OF_A_BATCH) -> pa.RecordBatchReader:
        """The rows batch by batch. Read it to its end, or let it go, before anything else is asked of the results."""
        return self.relation().to_arrow_reader(rows)

    def relation(self) -> duckdb.DuckDBPyRelation:
        """The rows as a relation of the database that the run was done in."""
        return self.results.db.sql(table_of(self.results, self.entity).sql("duckdb"))

    def write(self, path: str | os.PathLike[str]) -> None:
        """The rows as a .parquet, .arrow, .feather or .csv file, whole or not at all. Raises OSError, duckdb.Error."""
        write(self.results, self.entity, path)

    def tallies(self) -> list[Tally]:
        """Of each rule, how many rows came to a value, and the sum of its numbers."""
        return tallies(self.results, self.entity)

    def outcome(self, key: str, rule: str) -> Outcome:
        """What a rule of a row came to. Raises KeyError where there is no such row or rule."""
        return outcome_of(self.results, self.entity, key, rule)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.batches().__arrow_c_stream__(requested_schema)


@frozen(eq=False)
class TableResults(Mapping[str, ResultTable]):
    """What came out of a run on tables: by entity the rows of those that have rules, and all that is wrong with the facts."""

    results: Results

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """Odd cells, columns, keys and owners; the rows that are in order have counted."""
        return tuple(self.results.findings)

    @property
    def plan(self) -> tuple[str, ...]:
        """Where each rule was computed, in sentences of the policy's language."""
        return tuple(plan_text(self.results))

    @property
    def totals(self) -> Mapping[tuple[str, str], Outcome]:
        """The rules of entities of which there is one, by entity and rule."""
        return totals(self.results)

    def _names(self) -> list[str]:
        program = self.results.program
        return [name for name in program.entities if program.rules_of(name)]

    def __getitem__(self, entity: str) -> ResultTable:
        if entity not in self._names():
            raise KeyError(entity)
        return ResultTable(self.results, entity)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())


def run_tables(
    program: Program, tables: Mapping[str, object], readings: Mapping[str, str] | None, on: date | None
) -> TableResults:
    """Run a program on tables, in a database in memory. Raises TablesRejected; UnknownReading, TooLarge, TypeError, ValueError."""
    import duckdb

    engine = Engine(program, duckdb.connect(), readings, on)
    try:
        return TableResults(engine.tables(tables))
    except Rejected as rejected:
        raise TablesRejected(_told(program, rejected)) from None
    except duckdb.Error as error:
        given = [one for table in tables.values() for one in (table if isinstance(table, list | tuple) else [table])]
        files = [os.fspath(one) for one in given if isinstance(one, str | os.PathLike)]
        told = broken(error, [*tables, *files])
        if told is None:
            raise
        raise TablesRejected(_told(program, told)) from None


def _told(program: Program, rejected: Rejected) -> Diagnostic:
    findings = Findings(program.language)
    findings.problem(Problem(rejected.code, rejected.data), Place(str(rejected.data.get("file", ""))))
    return findings.list[0]
