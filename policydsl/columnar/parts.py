"""Owns the parts of a result that is computed piece by piece: a parquet file for each piece, and how many of its rows came to what."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, evolve, field
from sqlglot import exp

from policydsl.columnar import sql
from policydsl.columnar.origins import listed
from policydsl.columnar.pieces import Views
from policydsl.columnar.plan import Plan
from policydsl.columnar.results import Results, Tally, put_parquet, tallies
from policydsl.columnar.stitched import Unlike, stitched
from policydsl.core import program as core

if TYPE_CHECKING:
    import duckdb


@define(eq=False)
class Parts:
    """The parts in a folder of their own, until the result is made of them. `written`: the entities of which there is a result."""

    folder: Path
    written: frozenset[str]
    _files: dict[str, dict[int, Path]] = field(factory=dict)
    _told: dict[str, dict[int, list[Tally]]] = field(factory=dict)

    def begin(self) -> None:
        """None of a run that could not be finished so is taken."""
        self._files.clear()
        self._told.clear()

    @property
    def entities(self) -> frozenset[str]:
        """The entities that are in parts."""
        return frozenset(self._told)

    def keep(
        self, db: duckdb.DuckDBPyConnection, made: Plan, views: Views, name: str, number: int, lasting: Sequence[str]
    ) -> str:
        """Compute a piece of an entity and write it down; gives what is told of it.

        `lasting`: the columns that what needs all rows reads, to be kept in the database.
        """
        index = list(made.program.entities).index(name)
        passing = f"P{index}"
        sql.removed(db, passing)
        sql.done(db, sql.create(passing, views.kept(made, name), temporary=True))
        piece = Results(db, made.program, made, {name: passing}, made.first.rules, (), 0)
        if name in self.written:
            self.folder.mkdir(exist_ok=True)
            put_parquet(piece, name, self._path(made.program, name, number))
        told = json.dumps([_packed(tally) for tally in tallies(piece, name)])
        if lasting:
            select = exp.select(*[exp.column(column) for column in lasting]).from_(passing)
            if number:
                sql.done(db, exp.Insert(this=exp.to_table(f"T{index}"), expression=select))
            else:
                sql.removed(db, f"T{index}")
                sql.done(db, sql.create(f"T{index}", select))
        sql.removed(db, passing)
        self.take(made.program, name, number, told)
        return told

    def take(self, program: core.Program, name: str, number: int, told: str) -> None:
        """A piece is there, computed now or by a run that was killed."""
        self._told.setdefault(name, {})[number] = [_unpacked(item, name) for item in json.loads(told)]
        if name in self.written:
            self._files.setdefault(name, {})[number] = self._path(program, name, number)

    def _path(self, program: core.Program, name: str, number: int) -> Path:
        return self.folder / f"{list(program.entities).index(name)}-{number}.parquet"

    def write(self, db: duckdb.DuckDBPyConnection, entity: str, path: str) -> None:
        """All parts of an entity as one file. Raises OSError, duckdb.Error."""
        parts = [self._files[entity][number] for number in sorted(self._files[entity])]
        try:
            stitched(parts, Path(path))
        except Unlike:
            # a column of which one part lacks no value is written in another way than where one does
            raw = sql.function("read_parquet", listed([str(part) for part in parts]))
            parameters = [exp.CopyParameter(this=exp.var("FORMAT"), expression=exp.var("PARQUET"))]
            select = exp.select("*").from_(raw).subquery()
            sql.done(db, exp.Copy(this=select, kind=False, files=[sql.text(path)], params=parameters))

    def tallies(self, entity: str) -> list[Tally]:
        """How many rows of all parts came to what."""
        first, *rest = self._told[entity].values()
        found = list(first)
        for other in rest:
            found = [_sum(one, two) for one, two in zip(found, other, strict=True)]
        return found

    def remove(self) -> None:
        """The folder and all parts in it."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _sum(one: Tally, two: Tally) -> Tally:
    value, pending, unknown, invalid = (a + b for a, b in zip(one.counts, two.counts, strict=True))
    total = one.total if two.total is None else two.total if one.total is None else one.total + two.total
    return evolve(one, counts=(value, pending, unknown, invalid), total=total)


def _packed(tally: Tally) -> Mapping[str, object]:
    total = None if tally.total is None else str(Fraction(tally.total))
    return {"rule": tally.rule, "unit": tally.unit, "counts": tally.counts, "total": total}


def _unpacked(item: Mapping[str, object], entity: str) -> Tally:
    total, counts = item["total"], item["counts"]
    assert isinstance(counts, list)
    one, two, three, four = (int(count) for count in counts)
    sum_ = None if total is None else Fraction(str(total))
    return Tally(entity, str(item["rule"]), str(item["unit"]), (one, two, three, four), sum_)
