"""Owns how facts become tables of the database: files, or facts already read, each column exact and each odd cell told.

What a column's own type says is taken as it is; every other value is read by the same reader as a cell of a spreadsheet, once for
each distinct value, so that a value means the same whichever engine reads it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define, field
from sqlglot import exp

from policydsl.columnar import sql
from policydsl.columnar.arrow_files import file_part
from policydsl.columnar.arrows import ArrowRows, Part
from policydsl.columnar.cells import arrow_of, natural
from policydsl.columnar.filed import FileTable, Held
from policydsl.columnar.frames import part_of
from policydsl.columnar.numbered import Numbered
from policydsl.columnar.origins import CsvRows, Origin, ParquetRows
from policydsl.columnar.plan import Source
from policydsl.columnar.sql import Sql
from policydsl.columnar.stages import KEY, OWNER, ROW
from policydsl.columnar.terms import Grade, Reasons, Stored, kind_of
from policydsl.core import program as core
from policydsl.core.facts import Bad, Cell, Facts, Known, Missing, Record
from policydsl.core.types import Member, strip
from policydsl.core.values import NONE, Lack, Value
from policydsl.diagnostics.model import Place
from policydsl.facts.findings import Findings, Rejected, listing
from policydsl.facts.heading import OWNER as OWNER_HEADER
from policydsl.facts.heading import known_headers
from policydsl.facts.naming import Tables, known_names, near, take_apart
from policydsl.facts.quantity import Units

if TYPE_CHECKING:
    import duckdb

ARROWS = (".arrow", ".arrows", ".feather", ".ipc")
"""What files of Arrow are called; whether they are of the kind for files or for streams, they say themselves."""
SUFFIXES = (".parquet", ".csv", *ARROWS)


def kind_of_file(path: str) -> str:
    """What a file is by its name."""
    suffix = Path(path).suffix.lower()
    return "arrow" if suffix in ARROWS else suffix.lstrip(".")


@define(eq=False)
class Loader:
    """Brings the facts of one run into a database as tables `F0`, `F1` … (by entity, in the order of the program)."""

    db: duckdb.DuckDBPyConnection
    program: core.Program
    why: Reasons
    findings: Findings
    sources: dict[str, Source] = field(factory=dict)
    filed: dict[str, FileTable] = field(factory=dict)
    """The tables that come from files or data frames, by entity."""
    plain: set[str] = field(factory=set)
    """Entities whose keys stand in their file letter by letter as they are read."""
    units: Units = field(init=False)
    numbered: Numbered = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.units = Units(self.program)
        self.numbered = Numbered(self)

    def table(self, entity: str) -> str:
        """The table of an entity's facts."""
        return f"F{list(self.program.entities).index(entity)}"

    def do(self, statement: exp.Expression) -> list[tuple[Any, ...]]:
        """Run one statement; gives all its rows."""
        return sql.done(self.db, statement)

    def remove(self, name: str) -> None:
        """No table or view of this name, which a run that was killed may have left."""
        sql.removed(self.db, name)

    def copied(self, table: str) -> None:
        """A view becomes a table, so that its rows may be changed."""
        self.do(sql.create("copy", exp.select("*").from_(table), temporary=True))
        self.remove(table)
        self.do(sql.create(table, exp.select("*").from_("copy")))
        self.remove("copy")

    # ------------------------------------------------------------ files

    def files(self, paths: Sequence[str]) -> dict[str, Source]:
        """Tables from .parquet, .csv and Arrow files, each named after its entity. Raises Rejected where a file is none."""
        by_entity: dict[str, list[str]] = {}
        stems = {path: Path(path).stem for path in paths}
        meant = Tables.of(list(dict.fromkeys(stems.values())), self.program)
        for path, stem in stems.items():
            _there(path)
            entity = meant.entities.get(stem) or self._folder(path)
            if entity is None:
                known = known_names(self.program)
                self.findings.add(
                    "facts-sheet-unknown", Place(path), near(stem, known), name=stem, known=listing(known)
                )
                continue
            by_entity.setdefault(entity, []).append(path)
        for entity in self._owners_first():
            self._load(entity, by_entity.get(entity, []))
        return self.numbered.settled(self.sources)

    def tables(self, tables: Mapping[str, object]) -> dict[str, Source]:
        """Tables by the names of their entities: data frames, or the paths of files.

        Raises Rejected where one cannot be read, TypeError where one is none, ValueError where two are of one entity.
        """
        meant = Tables.of(list(tables), self.program)
        given: dict[str, Sequence[str] | Part] = {}
        for name, table in tables.items():
            entity = meant.entities.get(name)
            if entity is None:
                known = known_names(self.program)
                self.findings.add(
                    "facts-sheet-unknown", Place(name), near(name, known), name=name, known=listing(known)
                )
            elif entity in given:
                raise ValueError(f"tables[{name!r}]: there is another table of 「{entity}」")
            else:
                given[entity] = _paths(table) or part_of(name, table)
        for entity in self._owners_first():
            one = given.get(entity, ())
            if isinstance(one, Part):
                self._make(self.program.entities[entity], ArrowRows(self.db, self.table(entity), [one]))
            else:
                self._load(entity, one)
        return self.numbered.settled(self.sources)

    def _folder(self, path: str) -> str | None:
        name = Path(path).parent.name
        return Tables.of([name], self.program).entities.get(name) if name else None

    def _owners_first(self) -> list[str]:
        done: list[str] = []
        waiting = list(self.program.entities)
        while waiting:
            for name in waiting:
                if (self.program.entities[name].owner or "") not in waiting:
                    done.append(name)
                    waiting.remove(name)
                    break
            else:
                return done + waiting
        return done

    def _load(self, entity: str, paths: Sequence[str]) -> None:
        declared = self.program.entities[entity]
        if not paths:
            self.sources[entity] = self._nothing(declared)
            return
        kinds = [kind_of_file(path) for path in paths]
        if len(set(kinds)) > 1:
            other = paths[next(at for at, kind in enumerate(kinds) if kind != kinds[0])]
            found = f"和 {paths[0]} 都是「{entity}」的表,却不是同一种文件"
            found_en = f"it is a table of “{entity}” as {paths[0]} is, but a file of another kind"
            raise Rejected("facts-file-kind", file=other, found=found, found_en=found_en)
        self._make(declared, self._origin(entity, kinds[0], tuple(paths)))

    def _origin(self, entity: str, kind: str, paths: tuple[str, ...]) -> Origin:
        if kind == "csv":
            return CsvRows(self.db, paths)
        if kind == "arrow":
            return ArrowRows(self.db, self.table(entity), [file_part(path) for path in paths])
        return ParquetRows(self.db, paths)

    def _make(self, declared: core.Entity, origin: Origin) -> None:
        columns = self._columns(declared, origin)
        file = self.filed[declared.name] = FileTable(self, declared, origin, columns)
        self.sources[declared.name] = file.make(self.table(declared.name))

    def _columns(self, declared: core.Entity, origin: Origin) -> dict[str, Held]:
        """Per field (and the owner) the column that holds it and the unit in its header."""
        where = Place(origin.names[0])
        own, owners = known_headers(declared, self.program)
        found: dict[str, Held] = {}
        known = [item.name for item in declared.fields] + ([declared.owner] if declared.owner else [])
        for heading in origin.headings():
            name = heading.name
            apart, bracket = take_apart(name), ""
            meant = own.find(name) or owners.find(name)
            if not meant:
                meant, bracket = own.find(apart.name) or owners.find(apart.name), apart.bracket
            if not meant:
                data = {"name": name, "entity": declared.name, "known": listing(known)}
                self.findings.add("facts-column-unknown", where, near(name, known), **data)
            elif meant in found:
                self.findings.add("facts-column-twice", where, name=name, first=found[meant].heading.name)
            else:
                found[meant] = Held(heading, bracket)
        absent = [
            item.name
            for item in declared.fields
            if item.name not in found and item.decision is None and item.default is None
        ]
        if absent:
            self.findings.add("facts-column-absent", where, name=declared.name, columns=listing(absent))
        key = declared.key_field
        if key is not None and key.name not in found:
            name = Path(where.file).name
            raise Rejected(
                "facts-header-missing", name=name, entity=declared.name, known=listing(known), rows=1, file=where.file
            )
        if declared.owner and not self.program.entities[declared.owner].singleton and OWNER_HEADER not in found:
            self.findings.add("facts-owner-column", where, name=declared.name, owner=declared.owner)
        return found

    # ------------------------------------------------------------ facts already read

    def facts(self, facts: Facts) -> dict[str, Source]:
        """Tables of facts that another reader has read."""
        for entity in self._owners_first():
            declared = self.program.entities[entity]
            if entity not in facts.tables and not declared.singleton:
                self.sources[entity] = self._nothing(declared)
            else:
                rows = facts.tables.get(entity, ())
                self.sources[entity] = self._records(
                    declared, rows[:1] if declared.singleton else rows, entity in facts.tables
                )
        return self.sources

    def _records(self, declared: core.Entity, rows: Sequence[Record], supplied: bool) -> Source:
        import pyarrow as pa

        table = self.table(declared.name)
        if declared.singleton and not rows:
            rows = (Record("", {}),)
        arrays: dict[str, Any] = {
            KEY: pa.array(["" if declared.singleton else row.key for row in rows], pa.string()),
            OWNER: pa.array([row.parent for row in rows], pa.string()),
            ROW: pa.array(range(1, len(rows) + 1), pa.int64()),
        }
        fields: dict[str, Stored] = {}
        expressions: list[Sql] = [exp.column(name) for name in (KEY, OWNER, ROW)]
        for index, item in enumerate(declared.fields):
            cells = [row.cells.get(item.name) or Missing() for row in rows]
            fields[item.name] = self._cells(declared, item, f"f{index}", cells, arrays, expressions)
        arrow = pa.table(arrays)
        self.db.register(f"{table}_raw", arrow)
        self.remove(table)
        self.do(sql.create(table, exp.select(*expressions).from_(f"{table}_raw")))
        self.db.unregister(f"{table}_raw")
        return Source(
            table,
            fields,
            full=self.full(declared, table),
            lost=self.lost(declared, table),
            supplied=supplied or declared.singleton,
            absent=self.lacking(declared, table),
        )

    def _cells(
        self,
        declared: core.Entity,
        item: core.Field,
        name: str,
        cells: Sequence[Cell],
        arrays: dict[str, Any],
        expressions: list[Sql],
    ) -> Stored:
        import pyarrow as pa

        kind = kind_of(item.type)
        numbers = [c.value for c in cells if isinstance(c, Known) and isinstance(c.value, int | Fraction)]
        den = lcm(*[n.denominator for n in numbers], 1) if kind == "number" else 1
        values, lacks, whys, absents = [], [], [], []
        for cell in cells:
            value, lack, why = self._cell(declared, item, cell)
            values.append(arrow_of(value, kind, den))
            lacks.append(int(lack))
            whys.append(why)
            absents.append("-" if value is NONE else None)
        types = {
            "number": pa.string(),
            "bool": pa.bool_(),
            "date": pa.date32(),
            "moment": pa.timestamp("s"),
            "list": pa.list_(pa.string()),
        }
        arrays[name + "v"] = pa.array(values, types.get(kind, pa.string()))
        shown: Sql = exp.column(name + "v")
        if kind == "number":
            big = any(abs(int(v)) >= 1 << 63 for v in values if v is not None)
            shown = exp.cast(shown, "HUGEINT" if big else "BIGINT")
        expressions.append(exp.alias_(shown, name + "v"))
        whole = natural(item)
        if not any(lacks):
            lack_name = why_name = None
        else:
            lack_name, why_name = name + "l", name + "w"
            arrays[lack_name] = pa.array(lacks, pa.int32())
            arrays[why_name] = pa.array(whys, pa.list_(pa.int32()))
            expressions += [exp.column(lack_name), exp.column(why_name)]
        absent_name = None
        if any(absent is not None for absent in absents):
            absent_name = name + "a"
            arrays[absent_name] = pa.array(absents, pa.string())
            expressions.append(exp.column(absent_name))
        return Stored(kind, name + "v", den, lack_name, why_name, absent_name, natural=whole)

    def _cell(self, declared: core.Entity, item: core.Field, cell: Cell) -> tuple[Value | None, Grade, list[int]]:
        match cell:
            case Known(value=value):
                return value, Grade.VALUE, []
            case Bad(problem=problem):
                return None, Grade.INVALID, [self.bad(declared, item, problem)]
            case _:
                return None, self.blank_grade(item), [self.blank(declared, item)]

    # ------------------------------------------------------------ what both need

    def blank(self, declared: core.Entity, item: core.Field) -> int:
        """The number of the reason that a fact is blank."""
        if item.decision is not None:
            return self.why.number((Lack.DECISION, declared.name, item.name, item.decision.office))
        return self.why.number((Lack.MISSING, declared.name, item.name, ""))

    @staticmethod
    def blank_grade(item: core.Field) -> Grade:
        """How grave a blank is."""
        return Grade.PENDING if item.decision is not None else Grade.UNKNOWN

    def bad(self, declared: core.Entity, item: core.Field, problem: str) -> int:
        """The number of the reason that a cell holds something else."""
        return self.why.number((Lack.UNREADABLE, declared.name, item.name, problem))

    def nobody(self, declared: core.Entity) -> Source:
        """A singleton of which nothing was said."""
        return self._records(declared, (), False)

    def _nothing(self, declared: core.Entity) -> Source:
        table = self.table(declared.name)
        if declared.singleton:
            return self.nobody(declared)
        columns: list[Sql] = [
            exp.alias_(exp.cast(exp.Null(), "VARCHAR"), KEY),
            exp.alias_(exp.cast(exp.Null(), "VARCHAR"), OWNER),
            exp.alias_(exp.cast(exp.Null(), "BIGINT"), ROW),
        ]
        select = exp.select(*columns).where(sql.FALSE)
        self.remove(table)
        self.do(sql.create(table, select))
        fields = {
            item.name: Stored(
                kind_of(item.type),
                sql.NULL,
                1,
                sql.whole(self.blank_grade(item)),
                sql.numbers([self.blank(declared, item)]),
            )
            for item in declared.fields
        }
        return Source(table, fields, supplied=False, absent=self.lacking(declared, table))

    def full(self, declared: core.Entity, table: str) -> bool:
        if declared.owner is None or self.program.entities[declared.owner].singleton:
            return True
        owner = self.sources[declared.owner]
        left = exp.select(exp.Count(this=exp.Star())).from_(exp.alias_(exp.to_table(table), "t", table=True))
        keys = exp.select(KEY).from_(owner.table)
        orphan = sql.some(
            sql.blank(sql.column("t", OWNER)), sql.negated(exp.In(this=sql.column("t", OWNER), query=keys.subquery()))
        )
        return not self.do(left.where(orphan))[0][0]

    def lost(self, declared: core.Entity, table: str) -> bool:
        """Whether nobody knows the owner of some row."""
        if declared.owner is None or self.program.entities[declared.owner].singleton:
            return False
        rows = exp.select(exp.Count(this=exp.Star())).from_(table)
        return bool(self.do(rows.where(sql.blank(exp.column(OWNER))))[0][0])

    def lacking(self, declared: core.Entity, table: str) -> tuple[str, ...]:
        key = declared.key_field
        if key is None or not key.complete or not isinstance(strip(key.type), Member):
            return ()
        there = {row[0] for row in self.do(exp.select(KEY).from_(table))}
        roll = strip(key.type)
        assert isinstance(roll, Member)
        return tuple(member for member in self.program.rolls[roll.roll].members if member not in there)


def _there(path: str) -> None:
    if not Path(path).exists():
        raise Rejected("facts-file-missing", file=path)


def _paths(table: object) -> list[str]:
    """The files that are meant; none where it is a table. Raises Rejected where one is not there or of no kind that is read."""
    several = table if isinstance(table, list | tuple) else [table]
    paths = [os.fspath(one) for one in several if isinstance(one, str | os.PathLike)]
    if len(paths) != len(several):
        return []
    for path in paths:
        _there(path)
        if not path.lower().endswith(SUFFIXES):
            suffix = Path(path).suffix
            found, found_en = f"的扩展名是「{suffix}」", f"its extension is “{suffix}”"
            raise Rejected("facts-file-kind", file=path, found=found, found_en=found_en)
    return paths
