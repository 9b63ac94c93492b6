"""Owns how facts become tables of the database: files, or facts already read, each column exact and each odd cell told.

What a column's own type says is taken as it is; every other value is read by the same reader as a cell of a spreadsheet, once for
each distinct value, so that a value means the same whichever engine reads it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen
from sqlglot import exp

from policydsl.columnar import sql
from policydsl.columnar.plan import Source
from policydsl.columnar.sql import Sql
from policydsl.columnar.stages import KEY, OWNER, ROW
from policydsl.columnar.terms import Grade, Reasons, Stored, kind_of
from policydsl.core import program as core
from policydsl.core.facts import Bad, Cell, Facts, Known, Missing, Record
from policydsl.core.types import ListOf, Member, Number, Optional, strip
from policydsl.core.values import NONE, Absent, Lack, Value
from policydsl.diagnostics.model import Diagnostic, Place
from policydsl.facts.cell import Column, Reading, key_text
from policydsl.facts.findings import Findings, Problem, Rejected, listing
from policydsl.facts.heading import OWNER as OWNER_HEADER
from policydsl.facts.heading import known_headers
from policydsl.facts.naming import Tables, known_names, near, take_apart
from policydsl.facts.quantity import Units
from policydsl.facts.unite import is_complete

if TYPE_CHECKING:
    import duckdb

SUFFIXES = (".parquet", ".csv")
MOST_ODD = 1_000_000
"""Distinct values of a column that may need reading one by one."""
MOST_TOLD = 20
"""Findings of one kind that a column tells one by one; of more it tells how many."""
_TYPES = {"bool": "BOOLEAN", "text": "VARCHAR", "date": "DATE", "moment": "TIMESTAMP"}
_INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}


@define(eq=False)
class Loader:
    """Brings the facts of one run into a database as tables `F0`, `F1` … (by entity, in the order of the program)."""

    db: duckdb.DuckDBPyConnection
    program: core.Program
    why: Reasons
    findings: Findings
    sources: dict[str, Source] = field(factory=dict)
    units: Units = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.units = Units(self.program)

    def table(self, entity: str) -> str:
        """The table of an entity's facts."""
        return f"F{list(self.program.entities).index(entity)}"

    def do(self, statement: exp.Expression) -> list[tuple[Any, ...]]:
        """Run one statement; gives all its rows."""
        return sql.done(self.db, statement)

    # ------------------------------------------------------------ files

    def files(self, paths: Sequence[str]) -> dict[str, Source]:
        """Tables from .parquet and .csv files, each named after its entity. Raises Rejected where a file is none."""
        by_entity: dict[str, list[str]] = {}
        stems = {path: Path(path).stem for path in paths}
        meant = Tables.of(list(dict.fromkeys(stems.values())), self.program)
        for path, stem in stems.items():
            if not Path(path).exists():
                raise Rejected("facts-file-missing", file=path)
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
        return self.sources

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
        raw, where = self._raw(paths), Place(paths[0])
        columns = self._columns(declared, raw, where)
        described = dict(self._described(raw))
        reader = _Columns(self, declared, raw, where, described, columns)
        self.sources[entity] = reader.make(self.table(entity))

    def _raw(self, paths: Sequence[str]) -> Sql:
        """The rows of files as they stand."""
        names = exp.Array(expressions=[sql.text(path) for path in paths])
        csv = paths[0].lower().endswith(".csv")
        options = [exp.EQ(this=exp.column("all_varchar"), expression=sql.TRUE)] if csv else []
        union = exp.EQ(this=exp.column("union_by_name"), expression=sql.TRUE)
        return sql.function("read_csv" if csv else "read_parquet", names, union, *options)

    def _described(self, raw: Sql) -> list[tuple[str, str]]:
        import duckdb

        select = exp.select("*").from_(raw).limit(0)
        try:
            relation = self.db.sql(select.sql("duckdb"))
        except duckdb.Error as error:
            path = next(node.name for node in raw.find_all(exp.Literal) if node.is_string)
            kind = Path(path).suffix.lstrip(".")
            raise Rejected("facts-file-broken", file=path, kind=kind, reason=_first_line(error)) from None
        return [(name, str(kind)) for name, kind in zip(relation.columns, relation.types, strict=True)]

    def _columns(self, declared: core.Entity, raw: Sql, where: Place) -> dict[str, tuple[str, str]]:
        """Per field (and the owner) the file's column and the unit in its header."""
        own, owners = known_headers(declared, self.program)
        found: dict[str, tuple[str, str]] = {}
        known = [item.name for item in declared.fields] + ([declared.owner] if declared.owner else [])
        for name, _ in self._described(raw):
            apart, bracket = take_apart(name), ""
            meant = own.find(name) or owners.find(name)
            if not meant:
                meant, bracket = own.find(apart.name) or owners.find(apart.name), apart.bracket
            if not meant:
                data = {"name": name, "entity": declared.name, "known": listing(known)}
                self.findings.add("facts-column-unknown", where, near(name, known), **data)
            elif meant in found:
                self.findings.add("facts-column-twice", where, name=name, first=found[meant][0])
            else:
                found[meant] = (name, bracket)
        absent = [
            item.name
            for item in declared.fields
            if item.name not in found and item.decision is None and item.default is None
        ]
        if absent:
            self.findings.add("facts-column-absent", where, name=declared.name, columns=listing(absent))
        key = declared.key_field
        if key is not None and key.name not in found:
            raise Rejected("facts-header-missing", name=declared.name, known=listing(known), rows=1, file=where.file)
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
        self.do(sql.create(table, exp.select(*expressions).from_(f"{table}_raw")))
        self.db.unregister(f"{table}_raw")
        return Source(
            table,
            fields,
            full=self._full(declared, table),
            lost=self._lost(declared, table),
            supplied=supplied or declared.singleton,
            absent=self._lacking(declared, table),
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
            values.append(_arrow(value, kind, den))
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
        natural = _natural(item)
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
        return Stored(kind, name + "v", den, lack_name, why_name, absent_name, natural=natural)

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

    def _nothing(self, declared: core.Entity) -> Source:
        table = self.table(declared.name)
        if declared.singleton:
            return self._records(declared, (), False)
        columns: list[Sql] = [
            exp.alias_(exp.cast(exp.Null(), "VARCHAR"), KEY),
            exp.alias_(exp.cast(exp.Null(), "VARCHAR"), OWNER),
            exp.alias_(exp.cast(exp.Null(), "BIGINT"), ROW),
        ]
        select = exp.select(*columns).where(sql.FALSE)
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
        return Source(table, fields, supplied=False, absent=self._lacking(declared, table))

    def _full(self, declared: core.Entity, table: str) -> bool:
        if declared.owner is None or self.program.entities[declared.owner].singleton:
            return True
        owner = self.sources[declared.owner]
        left = exp.select(exp.Count(this=exp.Star())).from_(exp.alias_(exp.to_table(table), "t", table=True))
        keys = exp.select(KEY).from_(owner.table)
        orphan = sql.some(
            sql.blank(sql.column("t", OWNER)), sql.negated(exp.In(this=sql.column("t", OWNER), query=keys.subquery()))
        )
        return not self.do(left.where(orphan))[0][0]

    def _lost(self, declared: core.Entity, table: str) -> bool:
        """Whether nobody knows the owner of some row."""
        if declared.owner is None or self.program.entities[declared.owner].singleton:
            return False
        rows = exp.select(exp.Count(this=exp.Star())).from_(table)
        return bool(self.do(rows.where(sql.blank(exp.column(OWNER))))[0][0])

    def _lacking(self, declared: core.Entity, table: str) -> tuple[str, ...]:
        key = declared.key_field
        if key is None or not key.complete or not isinstance(strip(key.type), Member):
            return ()
        there = {row[0] for row in self.do(exp.select(KEY).from_(table))}
        roll = strip(key.type)
        assert isinstance(roll, Member)
        return tuple(member for member in self.program.rolls[roll.roll].members if member not in there)


@frozen(eq=False)
class _Columns:
    """Makes the table of one entity from raw rows of files."""

    loader: Loader
    declared: core.Entity
    raw: Sql
    where: Place
    types: Mapping[str, str]
    columns: Mapping[str, tuple[str, str]]

    def make(self, table: str) -> Source:
        """The table with its columns. Rows without a key, with the key of another row or of no owner are told."""
        loader, declared = self.loader, self.declared
        rows = f"{table}_rows"
        numbered = exp.select("*", exp.alias_(exp.Window(this=exp.RowNumber()), "#row")).from_(self.raw)
        loader.do(sql.create(rows, numbered, "VIEW"))
        expressions: list[Sql] = []
        joins: list[exp.Join] = []
        fields: dict[str, Stored] = {}
        for index, item in enumerate(declared.fields):
            name, bracket = self.columns.get(item.name, ("", ""))
            if not name:
                fields[item.name] = self._absent(item)
            else:
                fields[item.name] = _Column(self, rows, item, name, bracket, f"f{index}").make(expressions, joins)
        key = declared.key_field
        number = exp.column("#row", table="r", quoted=True)
        shown: Sql = exp.cast(number, "VARCHAR")
        if declared.singleton:
            shown = sql.text("")
        elif key is not None:
            shown = self._text(fields[key.name], expressions)
        owner: Sql = exp.cast(exp.Null(), "VARCHAR")
        if declared.owner:
            if loader.program.entities[declared.owner].singleton:
                owner = sql.text("")
            elif OWNER_HEADER in self.columns:
                owner = exp.cast(exp.column(self.columns[OWNER_HEADER][0], table="r", quoted=True), "VARCHAR")
        head = [exp.alias_(shown, KEY), exp.alias_(owner, OWNER), exp.alias_(number, ROW)]
        select = exp.select(*head, *expressions).from_(exp.alias_(exp.to_table(rows), "r", table=True))
        select.set("joins", joins)
        loader.do(sql.create(table, select))
        self._unkeyed(table)
        self._twice(table)
        full = loader._full(declared, table)
        if not full:
            self._orphans(table)
        lost = not full and loader._lost(declared, table)
        return Source(table, fields, full=full, lost=lost, absent=loader._lacking(declared, table))

    def _text(self, stored: Stored, expressions: Sequence[Sql]) -> Sql:
        """The key as text."""
        found = next(item for item in expressions if item.alias == stored.value)
        return exp.cast(found.this.copy(), "VARCHAR")

    def _absent(self, item: core.Field) -> Stored:
        kind = kind_of(item.type)
        if item.default is not None:
            return _constant(item.default, kind)
        loader = self.loader
        return Stored(
            kind, sql.NULL, 1, sql.whole(loader.blank_grade(item)), sql.numbers([loader.blank(self.declared, item)])
        )

    # ------------------------------------------------------------ keys and owners

    def _unkeyed(self, table: str) -> None:
        key = self.declared.key_field
        if key is None or self.declared.singleton:
            return
        found = self.loader.do(exp.select(ROW).from_(table).where(sql.blank(exp.column(KEY))).limit(MOST_TOLD))
        for (number,) in found:
            self.loader.findings.add(
                "facts-key-blank", self.place(key.name, number), field=key.name, entity=self.declared.name
            )
        if found:
            nameless = sql.function("concat", sql.text("第"), exp.column(ROW), sql.text("行"))
            update = exp.update(table, {KEY: nameless}, where=sql.blank(exp.column(KEY)))
            self.loader.do(update)

    def _twice(self, table: str) -> None:
        key = self.declared.key_field
        if self.declared.singleton:
            count = self.loader.do(exp.select(exp.Count(this=exp.Star())).from_(table))[0][0]
            if count > 1:
                self.loader.findings.add("facts-singleton", self.where, entity=self.declared.name, count=count)
                self.loader.do(exp.delete(table, where=sql.binary(exp.GT, exp.column(ROW), sql.whole(1))))
            return
        if key is None:
            return
        first = exp.Min(this=exp.column(ROW))
        twice = exp.select(KEY, exp.alias_(first, "first"), exp.alias_(exp.Max(this=exp.column(ROW)), "last"))
        twice = twice.from_(table).group_by(KEY).having(sql.binary(exp.GT, exp.Count(this=exp.Star()), sql.whole(1)))
        found = self.loader.do(twice.limit(MOST_TOLD))
        for value, at, again in found:
            place = self.place(key.name, again)
            self.loader.findings.add(
                "facts-key-twice", place, entity=self.declared.name, key=value, first=str(self.place(key.name, at))
            )
        if found:
            keep_first = exp.select(exp.Min(this=exp.column(ROW))).from_(table).group_by(KEY)
            self.loader.do(
                exp.delete(table, where=sql.negated(exp.In(this=exp.column(ROW), query=keep_first.subquery())))
            )

    def _orphans(self, table: str) -> None:
        declared, loader = self.declared, self.loader
        assert declared.owner is not None
        owner = loader.sources[declared.owner]
        if loader.program.entities[declared.owner].key_field is None or OWNER_HEADER not in self.columns:
            return
        keys = exp.select(KEY).from_(owner.table)
        known = [row[0] for row in loader.do(keys.copy().limit(MOST_TOLD))]
        select = exp.select(ROW, OWNER).from_(table)
        wrong = sql.negated(exp.In(this=exp.column(OWNER), query=keys.subquery()))
        for number, raw in loader.do(select.where(sql.some(sql.blank(exp.column(OWNER)), wrong)).limit(MOST_TOLD)):
            place = self.place(OWNER_HEADER, number)
            if raw is None:
                loader.findings.add("facts-owner-blank", place, owner=declared.owner)
            else:
                loader.findings.add("facts-owner-unknown", place, raw=raw, owner=declared.owner, known=listing(known))
        if not is_complete(loader.program.entities[declared.owner]):
            nobody = exp.Update(
                this=exp.to_table(table), expressions=[exp.EQ(this=exp.column(OWNER), expression=sql.NULL)]
            )
            nobody.set("where", exp.Where(this=wrong.copy()))
            loader.do(nobody)

    def place(self, field_name: str, number: int) -> Place:
        """The place of a cell: file, column, row."""
        name = self.columns.get(field_name, (field_name, ""))[0]
        return Place(self.where.file, "", f"{name}:{number}")


@frozen(eq=False)
class _Column:
    """Makes the columns of one field."""

    of: _Columns
    rows: str
    item: core.Field
    name: str
    bracket: str
    column: str

    def make(self, expressions: list[Sql], joins: list[exp.Join]) -> Stored:
        """Value, lack, reasons and absence as far as the data need them."""
        loader, item = self.of.loader, self.item
        kind = kind_of(item.type)
        raw = exp.column(self.name, table="r", quoted=True)
        direct, den = self._direct(raw, kind)
        if isinstance(strip(item.type), ListOf):
            direct = sql.NULL
        blank, odd, least = self._count(raw, direct, kind)
        value: Sql = direct
        lack = why = absent = None
        if odd:
            value, den, lack, why, absent = self._odd(raw, direct, den, kind, joins)
        if item.default is not None and blank:
            usual = _constant(item.default, kind)
            assert isinstance(usual.value, exp.Expression)
            if usual.known is not None:
                over = lcm(den, usual.den if isinstance(usual.den, int) else 1)
                value = _scaled(value, over // den)
                den = over
                usual = _constant(Fraction(usual.known, int(usual.den)) * den, kind)
            value = sql.case([(_blank_text(raw, self.text), usual.value)], value)  # type: ignore[list-item]
        elif blank:
            grade_ = sql.whole(loader.blank_grade(item))
            why_blank = sql.numbers([loader.blank(self.of.declared, item)])
            lack = sql.case([(_blank_text(raw, self.text), grade_)], lack or sql.whole(0))
            why = sql.case([(_blank_text(raw, self.text), why_blank)], why or sql.numbers([]))
        names: dict[str, str | None] = {"l": None, "w": None, "a": None}
        expressions.append(exp.alias_(value, self.column + "v", copy=False))
        for letter, part in (("l", lack), ("w", why), ("a", absent)):
            if part is not None:
                names[letter] = self.column + letter
                expressions.append(exp.alias_(part, self.column + letter, copy=False))
        natural = _natural(item)
        positive = natural and least > 0 and lack is None and not odd and item.default is None
        return Stored(
            kind, self.column + "v", den, names["l"], names["w"], names["a"], natural=natural, positive=positive
        )

    @property
    def text(self) -> bool:
        """Whether the file holds text in this column."""
        return self.of.types[self.name] == "VARCHAR"

    def _direct(self, raw: Sql, kind: str) -> tuple[Sql, int]:
        """The value where the column's own type says it, NULL else; and the denominator of numbers."""
        found, item = self.of.types[self.name], self.item
        if kind == "number":
            return self._number(raw, found)

        def matches(pattern: str) -> Sql:
            return sql.function("regexp_full_match", raw, sql.text(pattern))

        if kind == "text" and found == "VARCHAR":
            if isinstance(strip(item.type), Member):
                roll = strip(item.type)
                assert isinstance(roll, Member)
                members = [sql.text(member) for member in self.of.loader.program.rolls[roll.roll].members]
                return sql.case([(exp.In(this=raw, expressions=members), raw)], sql.NULL), 1
            short = sql.binary(exp.LT, sql.function("length", raw), sql.whole(1_000))
            return sql.case([(sql.every(matches(r"[\p{L}\p{N}]+"), short), raw)], sql.NULL), 1
        if (kind, found) in (("bool", "BOOLEAN"), ("date", "DATE"), ("moment", "TIMESTAMP")):
            return raw, 1
        if kind == "date" and found == "VARCHAR":
            return sql.case(
                [(matches(r"\d{4}-\d{2}-\d{2}"), exp.TryCast(this=raw, to=exp.DataType.build("date")))], sql.NULL
            ), 1
        return exp.cast(exp.Null(), _TYPES.get(kind, "VARCHAR")), 1

    def _number(self, raw: Sql, found: str) -> tuple[Sql, int]:
        type_ = strip(self.item.type)
        assert isinstance(type_, Number)
        units = self.of.loader.units
        usual = units.size(self.bracket, type_.unit, self.item.measure)
        size = Fraction(1) if usual is None else Fraction(usual)
        count = type_.whole and not self.item.fractional
        den = 1
        if found in _INTEGERS:
            value: Sql = exp.cast(raw, "BIGINT")
        elif found.startswith("DECIMAL("):
            places = int(found[8:-1].split(",")[1])
            den = 10**places
            # twice as wide as what 64 bits hold: what does not fit is read one by one
            moved = sql.binary(
                exp.Mul, exp.cast(raw, f"DECIMAL(38,{places})"), exp.cast(sql.whole(den), "DECIMAL(38,0)")
            )
            value = exp.TryCast(this=moved, to=exp.DataType.build("BIGINT", dialect="duckdb"))
        elif found == "DOUBLE" or found == "FLOAT":
            even = sql.every(
                sql.binary(exp.EQ, raw, sql.function("floor", raw)),
                sql.binary(exp.LT, exp.Abs(this=raw), exp.Literal.number("1e15")),
            )
            value = sql.case([(even, exp.cast(raw, "BIGINT"))], exp.cast(exp.Null(), "BIGINT"))
        elif found == "VARCHAR":
            digits = sql.function("regexp_full_match", raw, sql.text(r"-?\d{1,15}"))
            value = sql.case(
                [(digits, exp.TryCast(this=raw, to=exp.DataType.build("BIGINT", dialect="duckdb")))], sql.NULL
            )
        else:
            return exp.cast(exp.Null(), "BIGINT"), 1
        if count:
            fine = sql.binary(exp.GTE, value, sql.whole(0))
            if size != 1 or den != 1:
                whole_ = sql.binary(
                    exp.EQ,
                    sql.binary(exp.Mod, _scaled(value, size.numerator), sql.whole(den * size.denominator)),
                    sql.whole(0),
                )
                fine = sql.every(fine, whole_)
            value = sql.case([(fine, value)], sql.NULL)
        return _scaled(value, size.numerator), den * size.denominator

    def _count(self, raw: Sql, direct: Sql, kind: str) -> tuple[int, int, int]:
        """How many cells are blank, how many have to be read one by one, and the least number."""
        least = exp.Min(this=direct.copy()) if kind == "number" else sql.whole(0)
        blank = _blank_text(raw, self.text)
        odd = sql.every(sql.negated(blank), sql.blank(direct))
        select = exp.select(
            sql.filtered(exp.Count(this=exp.Star()), blank), sql.filtered(exp.Count(this=exp.Star()), odd), least
        ).from_(exp.alias_(exp.to_table(self.rows), "r", table=True))
        found = self.of.loader.do(select)[0]
        return int(found[0]), int(found[1]), int(found[2] or 0)

    def _odd(
        self, raw: Sql, direct: Sql, den: int, kind: str, joins: list[exp.Join]
    ) -> tuple[Sql, int, Sql | None, Sql | None, Sql | None]:
        """Read what the type does not say, once for each distinct value, and join it."""
        import pyarrow as pa

        loader, declared, item = self.of.loader, self.of.declared, self.item
        blank = _blank_text(raw, self.text)
        odd = sql.every(sql.negated(blank), sql.blank(direct))
        as_text = exp.cast(raw, "VARCHAR")
        base = exp.alias_(exp.to_table(self.rows), "r", table=True)
        select = exp.select(
            exp.alias_(raw, "raw"),
            exp.alias_(exp.Min(this=exp.column("#row", table="r", quoted=True)), "at"),
            exp.alias_(as_text, "shown"),
        )
        select = select.from_(base).where(odd).group_by(raw.copy(), as_text.copy()).order_by("at").limit(MOST_ODD + 1)
        found = loader.do(select)
        if len(found) > MOST_ODD:
            raise Rejected(
                "facts-too-large",
                file=self.of.where.file,
                what=f"列「{self.name}」要逐个读的值",
                what_en=f"values of “{self.name}” to be read one by one",
                size=len(found),
                limit=MOST_ODD,
            )
        reading = Reading(Column(item, self.bracket), loader.program, loader.units)
        read = [(shown, at, reading.one(_plain(value))) for value, at, shown in found]
        numbers = [value for *_, value in read if isinstance(value, int | Fraction) and not isinstance(value, bool)]
        over = lcm(den, *[number.denominator for number in numbers]) if kind == "number" else 1
        values: list[Any] = []
        lacks: list[int] = []
        whys: list[list[int]] = []
        absents: list[str | None] = []
        told = 0
        for _, at, cell in read:
            if isinstance(cell, Problem):
                told += 1
                if told <= MOST_TOLD:
                    loader.findings.problem(cell, self.of.place(item.name, at))
                values.append(None)
                lacks.append(int(Grade.INVALID))
                whys.append([loader.bad(declared, item, cell.text(loader.findings.language))])
                absents.append(None)
                continue
            values.append(_arrow(cell, kind, over))
            lacks.append(int(Grade.VALUE))
            whys.append([])
            absents.append("-" if cell is NONE else None)
        name = f"{self.rows}_{self.column}"
        types = {"bool": pa.bool_(), "date": pa.date32(), "moment": pa.timestamp("s"), "list": pa.list_(pa.string())}
        arrow = pa.table(
            {
                "raw": pa.array([shown for shown, *_ in read], pa.string()),
                "v": pa.array(values, types.get(kind, pa.string())),
                "l": pa.array(lacks, pa.int32()),
                "w": pa.array(whys, pa.list_(pa.int32())),
                "a": pa.array(absents, pa.string()),
            }
        )
        loader.db.register(f"{name}_arrow", arrow)
        loader.do(sql.create(name, exp.select("*").from_(f"{name}_arrow"), temporary=True))
        loader.db.unregister(f"{name}_arrow")
        alias = self.column
        on = sql.every(
            sql.binary(exp.EQ, as_text.copy(), sql.column(alias, "raw")),
            sql.negated(blank.copy()),
            sql.blank(direct.copy()),
        )
        joins.append(exp.Join(this=exp.alias_(exp.to_table(name), alias, table=True), side="LEFT", on=on))
        other = sql.column(alias, "v")
        if kind == "number":
            other = exp.cast(
                other, "BIGINT" if all(abs(int(v)) < 1 << 62 for v in values if v is not None) else "HUGEINT"
            )
        value = sql.coalesce(_scaled(direct, over // den) if kind == "number" else direct, other)
        bad = any(lacks)
        lack = sql.coalesce(sql.column(alias, "l"), sql.whole(0)) if bad else None
        why = sql.coalesce(sql.column(alias, "w"), sql.numbers([])) if bad else None
        none = sql.column(alias, "a") if any(absent is not None for absent in absents) else None
        return value, over, lack, why, none


# ---------------------------------------------------------------- values


def _scaled(value: Sql, factor: int) -> Sql:
    return value if factor == 1 else sql.binary(exp.Mul, value, exp.cast(sql.whole(factor), "BIGINT"))


def _blank_text(raw: Sql, text: bool) -> Sql:
    """Whether a cell is blank; of text, also where it is nothing but white space."""
    if not text:
        return sql.blank(raw)
    return sql.some(sql.blank(raw), sql.function("regexp_full_match", raw, sql.text(r"[\s\x{3000}\x{00a0}]*")))


def _natural(item: core.Field) -> bool:
    type_ = strip(item.type)
    return isinstance(type_, Number) and type_.whole and not item.fractional and not isinstance(item.type, Optional)


def _plain(value: Any) -> Any:
    """A value of the database as a reader of cells expects it."""
    return Fraction(value) if isinstance(value, Decimal) else value


def _constant(value: Value, kind: str) -> Stored:
    if isinstance(value, bool):
        return Stored("bool", sql.TRUE if value else sql.FALSE)
    if isinstance(value, int | Fraction):
        exact = Fraction(value)
        node = exp.cast(sql.whole(exact.numerator), "BIGINT")
        return Stored("number", node, exact.denominator, known=exact.numerator, natural=exact >= 0)
    if value is NONE:
        return Stored(kind, sql.NULL, absent=sql.text("-"))  # type: ignore[arg-type]
    if isinstance(value, str):
        return Stored("text", sql.text(value))
    return Stored(kind, sql.day(value))  # type: ignore[arg-type]


def _arrow(value: Value | None, kind: str, den: int) -> Any:
    """A value for a column of the database; numbers as text, so that none is too large on the way."""
    if value is None or isinstance(value, Absent):
        return None
    if kind == "number":
        assert isinstance(value, int | Fraction)
        return str(int(value * den))
    if kind == "list":
        assert isinstance(value, tuple)
        return [key_text(item) for item in value]
    if kind == "text":
        return key_text(value)
    return value


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200]


def findings_of(rejected: Rejected, findings: Findings, file: str) -> list[Diagnostic]:
    """What a run says of a file that cannot be read at all."""
    findings.problem(Problem(rejected.code, rejected.data), Place(file))
    return findings.list
