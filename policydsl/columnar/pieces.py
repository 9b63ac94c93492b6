"""Owns what the first wave reads, all rows or one piece of them, and the book of the pieces that are finished."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import evolve, frozen
from sqlglot import exp

from policydsl.columnar import sql
from policydsl.columnar.numbered import NAME, named
from policydsl.columnar.plan import Plan, Source, facts_read
from policydsl.columnar.sql import Sql
from policydsl.columnar.stages import KEY, OWNER, ROW
from policydsl.core import program as core

if TYPE_CHECKING:
    import duckdb

BOOK = "finished"
"""The table of the pieces that are finished."""
_BOOK = (("mark", "text"), ("width", "text"), ("root", "text"), ("piece", "int"), ("told", "text"))


@frozen(eq=False)
class Views:
    """The views `V0`, `V1` … (by entity) that the first wave reads. `numbered`: rows are called by their numbers where they can be;
    `width`: the type of whole numbers that they are computed with."""

    db: duckdb.DuckDBPyConnection
    program: core.Program
    sources: Mapping[str, Source]
    numbered: bool
    width: str

    def pieces(self) -> dict[str, Source]:
        """The sources as the first wave knows them."""
        found = {}
        for index, name in enumerate(self.program.entities):
            source = self.sources[name]
            facts = f"A{index}" if self._numbered(name) else source.table
            found[name] = evolve(source, table=f"V{index}", facts=facts, numbered=self._numbered(name))
        return found

    def whole(self) -> None:
        """All rows; which those that are called by their numbers also stay under the names `A0`, `A1` …"""
        for index, name in enumerate(self.program.entities):
            self._view(f"V{index}", self._rows(name))
            if self._numbered(name):
                self._view(f"A{index}", self._rows(name))

    def piece(self, made: Plan, root: str, low: int, high: int) -> None:
        """Only the rows `low` … `high` of a root, and what belongs to them; the first piece has what belongs to no row that is there."""
        names = list(self.program.entities)

        def between(column: str) -> Sql:
            return exp.Between(this=sql.column("t", column), low=sql.whole(low), high=sql.whole(high))

        for name in names:
            if made.roots[name] != root or not self.sources[name].supplied:
                # of what was not handed in there are no rows
                continue
            owner = self.program.entities[name].owner
            if name == root:
                where = between(ROW)
            elif owner == root and self._numbered(name):
                where = between(OWNER)
            else:
                assert owner is not None
                mine = exp.select(KEY).from_(f"V{names.index(owner)}").subquery()
                where = exp.In(this=sql.column("t", OWNER), query=mine)
                if low == 1 and not self.sources[name].full:
                    known = exp.select(KEY).from_(self.sources[owner].table).subquery()
                    where = sql.some(where, sql.negated(exp.In(this=sql.column("t", OWNER), query=known)))
            self._view(f"V{names.index(name)}", self._rows(name).where(where))

    def kept(self, made: Plan, name: str) -> exp.Select:
        """The query of an entity's columns that outlive the first wave, its keys in words again, in the order of the file."""
        wave = made.first
        end = wave.ends[name]
        columns: list[Sql] = [exp.column(column) for column in wave.columns[name]]
        if not self._numbered(name):
            return ordered(wave.query.select(end, columns))
        declared, owner = self.program.entities[name], self.program.entities[name].owner
        key: Sql = exp.column(NAME) if declared.key_field is not None else exp.cast(exp.column(ROW), "VARCHAR")
        columns[0] = exp.alias_(key, KEY)
        select = wave.query.select(end, columns)
        if owner is None or not self._numbered(owner):
            return ordered(select)
        # the owner's own key, by its number
        theirs = exp.select(ROW, NAME).from_(self._numbered(owner))
        inner = select.subquery("q")
        if select.args.get("with_") is not None:
            inner = exp.Subquery(this=select, alias=exp.TableAlias(this=exp.to_identifier("q")))
        shown = [
            exp.alias_(sql.column("o", NAME), OWNER) if column == OWNER else sql.column("q", column)
            for column in wave.columns[name]
        ]
        outer = exp.select(*shown).from_(inner)
        on = sql.binary(exp.EQ, sql.column("o", ROW), sql.column("q", OWNER))
        outer.set("joins", [exp.Join(this=theirs.subquery("o"), side="LEFT", on=on)])
        return outer.order_by(sql.column("q", ROW))

    def _numbered(self, name: str) -> str:
        return self.sources[name].numbered if self.numbered else ""

    def _rows(self, name: str) -> exp.Select:
        """Keys, numbers and facts of an entity; numbers as wide as they are computed with."""
        source, table, declared = self.sources[name], self._numbered(name), self.program.entities[name]
        columns: list[Sql] = [sql.column("t", ROW)]
        read = facts_read(self.program).get(name, frozenset())
        if not table:
            columns += [sql.column("t", KEY), sql.column("t", OWNER)]
        else:
            columns.append(exp.alias_(sql.column("t", ROW), KEY))
            owner = declared.owner
            if owner is None or self.program.entities[owner].singleton:
                said = sql.NULL if owner is None else sql.text("")
                columns.append(exp.alias_(exp.cast(said, "VARCHAR"), OWNER))
            else:
                columns.append(sql.column("t", OWNER))
            if named(self.program, declared):
                columns.append(sql.column("t", NAME))
        facts: dict[str, Sql] = {}
        for field_name, stored in source.fields.items():
            if table and field_name not in read:
                continue
            for column in stored.columns:
                facts[column] = sql.column("t", column)
            if self.width != "BIGINT" and stored.kind == "number" and isinstance(stored.value, str):
                facts[stored.value] = exp.alias_(
                    exp.cast(facts[stored.value], self.width, dialect="duckdb"), stored.value
                )
        select = exp.select(*columns, *facts.values())
        return select.from_(exp.alias_(exp.to_table(table or source.table), "t", table=True))

    def _view(self, view: str, select: exp.Select) -> None:
        # a passing one stands before what a run that was killed may have left under its name
        sql.done(self.db, sql.create(view, select, "VIEW", temporary=True))


def ordered(select: exp.Select) -> exp.Select:
    """The same in the order of the file; a join or a window may have lost it."""
    steps = select.args.get("with_")
    lost = steps is not None and (steps.find(exp.Join) is not None or steps.find(exp.Window) is not None)
    return select.order_by(ROW) if lost else select


@frozen(eq=False)
class Ledger:
    """Which pieces are finished, of a run that `mark` tells from others, and what is told of them. Nothing is kept where it is empty."""

    db: duckdb.DuckDBPyConnection
    mark: str

    def finished(self, width: str, root: str) -> list[str]:
        """What is told of the pieces of a root that a killed run has finished, in their order."""
        if not self._open():
            return []
        mine = sql.every(*self._mine(width), sql.binary(exp.EQ, exp.column("root"), sql.text(root)))
        select = exp.select("told").from_(BOOK).where(mine).order_by("piece")
        return [row[0] for row in sql.done(self.db, select)]

    def begun(self, width: str) -> bool:
        """Whether a killed run had finished a piece with whole numbers of this width."""
        if not self._open():
            return False
        mine = sql.binary(exp.EQ, exp.column("mark"), sql.text(self.mark))
        select = exp.select("width").from_(BOOK).where(mine).distinct()
        return any(row[0].startswith(width) for row in sql.done(self.db, select))

    def finish(self, width: str, root: str, number: int, told: str) -> None:
        """A piece is finished. The first of a root begins anew: its tables and parts hold nothing else any more."""
        if not self._open():
            return
        if number == 0:
            sql.done(self.db, exp.delete(BOOK, where=sql.binary(exp.EQ, exp.column("root"), sql.text(root))))
        row = [sql.text(self.mark), sql.text(width), sql.text(root), sql.whole(number), sql.text(told)]
        sql.done(self.db, exp.insert(exp.select(*row), BOOK))

    def _mine(self, width: str) -> list[Sql]:
        said = {"mark": self.mark, "width": width}
        return [sql.binary(exp.EQ, exp.column(name), sql.text(value)) for name, value in said.items()]

    def _open(self) -> bool:
        if self.mark:
            columns = [
                exp.ColumnDef(this=exp.to_identifier(name), kind=exp.DataType.build(kind)) for name, kind in _BOOK
            ]
            book = exp.Schema(this=exp.to_table(BOOK), expressions=columns)
            sql.done(self.db, exp.Create(this=book, kind="TABLE", exists=True))
        return bool(self.mark)
