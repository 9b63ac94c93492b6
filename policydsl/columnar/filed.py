"""Owns the table of one entity from its files: which column is which field, its rows numbered, keys and owners looked after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import field, frozen
from sqlglot import exp

from policydsl.columnar import sql
from policydsl.columnar.cells import MOST_TOLD, FileColumn, Looked, constant
from policydsl.columnar.origins import NUMBER, Heading, Origin
from policydsl.columnar.plan import Source
from policydsl.columnar.sql import Sql
from policydsl.columnar.stages import KEY, OWNER, ROW
from policydsl.columnar.terms import Stored, kind_of
from policydsl.core import program as core
from policydsl.core.types import Text
from policydsl.diagnostics.model import Place
from policydsl.facts.findings import listing
from policydsl.facts.heading import OWNER as OWNER_HEADER
from policydsl.facts.unite import is_complete

if TYPE_CHECKING:
    from policydsl.columnar.sources import Loader


@frozen
class Held:
    """Where a field is held: the column, and the unit in its header."""

    heading: Heading
    unit: str = ""


@frozen(eq=False)
class FileTable:
    """Makes the table of one entity from the rows of files or of a data frame."""

    loader: Loader
    declared: core.Entity
    origin: Origin
    columns: Mapping[str, Held]
    starts: dict[int, int] = field(factory=dict)
    """The number of the first row of each file that has rows."""

    @property
    def rows(self) -> str:
        """The table of the rows as they stand."""
        return f"{self.loader.table(self.declared.name)}_rows"

    @property
    def where(self) -> Place:
        """The first of the files."""
        return Place(self.origin.names[0])

    def make(self, table: str) -> Source:
        """The table with its columns. Rows without a key, with the key of another row or of no owner are told."""
        loader, declared, rows = self.loader, self.declared, self.rows
        self.starts.update(self.origin.number(rows, [held.heading.column for held in self.columns.values()]))
        if declared.singleton and not loader.do(exp.select("*").from_(rows).limit(1)):
            # a table without a row says as much as a row without cells
            return loader.nobody(declared)
        found = {
            item.name: FileColumn(self, rows, item, self.columns[item.name], f"f{index}")
            for index, item in enumerate(declared.fields)
            if item.name in self.columns
        }
        looked = self._look(rows, list(found.values()))
        expressions: list[Sql] = []
        joins: list[exp.Join] = []
        fields: dict[str, Stored] = {}
        for item in declared.fields:
            if item.name in found:
                column = found[item.name]
                fields[item.name] = column.make(expressions, joins, looked.get(column.column))
            else:
                fields[item.name] = self._absent(item)
        key = declared.key_field
        number = exp.column(NUMBER, table="r", quoted=True)
        shown: Sql = exp.cast(number, "VARCHAR")
        if declared.singleton:
            shown = sql.text("")
        elif key is not None:
            shown = self._text(fields[key.name], expressions)
        # what was read one by one, or is to be changed, is copied; the rest stays in its file
        changes = self._changes(self._select(rows, [exp.alias_(shown, KEY)], joins))
        if key is not None and not changes and found[key.name].column in looked and found[key.name].text:
            loader.plain.add(declared.name)
        linked = False
        if not changes and self._owner_plain():
            # keys of owners that stand as these do, letter by letter, need no reading
            raw = exp.column(self.columns[OWNER_HEADER].heading.column, table="r", quoted=True)
            self._put(table, rows, shown, raw, expressions, joins, copied=False)
            linked = loader.numbered.link(declared, table, fields)
        if not linked:
            own = list(joins)
            owner = self._owned_by(rows, own)
            self._put(table, rows, shown, owner, expressions, own, copied=changes)
            if changes:
                self._unkeyed(table)
                self._twice(table)
            linked = loader.numbered.link(declared, table, fields)
        full = linked or loader.full(declared, table)
        if not full:
            loader.copied(table)
            self._orphans(table)
        lost = not full and loader.lost(declared, table)
        return Source(table, fields, full=full, lost=lost, absent=loader.lacking(declared, table))

    def _look(self, rows: str, columns: Sequence[FileColumn]) -> dict[str, Looked]:
        """One look at all cells: of each column of which every cell is said by its type, the least number and the greatest."""
        asked = [column.look() for column in columns]
        select = exp.select(exp.Count(this=exp.Star()), *[fold for folds in asked for fold in folds])
        many, *rest = self.loader.do(select.from_(exp.alias_(exp.to_table(rows), "r", table=True)))[0]
        found: dict[str, Looked] = {}
        for column, folds in zip(columns, asked, strict=True):
            count, *ends = rest[: len(folds)]
            rest = rest[len(folds) :]
            if count == many:
                least, most = ends or (0, 0)
                found[column.column] = (int(least or 0), int(most or 0))
        return found

    def _select(self, rows: str, columns: Sequence[Sql], joins: Sequence[exp.Join]) -> exp.Select:
        select = exp.select(*columns).from_(exp.alias_(exp.to_table(rows), "r", table=True))
        select.set("joins", list(joins))
        return select

    def _put(
        self,
        table: str,
        rows: str,
        key: Sql,
        owner: Sql,
        expressions: Sequence[Sql],
        joins: Sequence[exp.Join],
        copied: bool,
    ) -> None:
        """Make the table, or a view where nothing of it is to be changed or read one by one."""
        number = exp.column(NUMBER, table="r", quoted=True)
        head = [exp.alias_(key, KEY), exp.alias_(owner, OWNER), exp.alias_(number, ROW)]
        select = self._select(rows, [*head, *expressions], joins)
        # a join keeps no order
        ordered = select.order_by(number.copy()) if joins else select
        self.loader.remove(table)
        self.loader.do(sql.create(table, ordered, "TABLE" if copied or joins or self.origin.copied else "VIEW"))

    def _owner_plain(self) -> bool:
        """Whether the keys of owners can be held letter by letter against those of the owner's own table."""
        owner = self.declared.owner
        if owner is None or OWNER_HEADER not in self.columns:
            return False
        return owner in self.loader.plain and self.columns[OWNER_HEADER].heading.type == "VARCHAR"

    def _owned_by(self, rows: str, joins: list[exp.Join]) -> Sql:
        """The key of the owner of each row."""
        owner = self.declared.owner
        if owner and self.loader.program.entities[owner].singleton:
            return sql.text("")
        if owner and OWNER_HEADER in self.columns:
            return self._owner(rows, joins)
        return exp.cast(exp.Null(), "VARCHAR")

    def _owner(self, rows: str, joins: list[exp.Join]) -> Sql:
        """The key of the owner, read as the owner's own key is."""
        declared = self.loader.program.entities[self.declared.owner or ""]
        item = declared.key_field or core.Field(declared.name, Text())
        found: list[Sql] = []
        stored = FileColumn(self, rows, item, Held(self.columns[OWNER_HEADER].heading), "own").make(found, joins)
        return self._text(stored, found)

    def _changes(self, select: exp.Select) -> bool:
        """Whether rows will be left out or renamed: one without a key, a key that stands twice, a second row of a singleton."""
        key = self.declared.key_field
        shown = select.subquery("q")
        if self.declared.singleton:
            return True
        if key is None:
            return False
        many = exp.Count(this=exp.Star())
        wrong = sql.some(sql.binary(exp.GT, many, sql.whole(1)), sql.blank(exp.column(KEY)))
        twice = exp.select(KEY).from_(shown).group_by(KEY).having(wrong)
        return bool(self.loader.do(twice.limit(1)))

    def _text(self, stored: Stored, expressions: Sequence[Sql]) -> Sql:
        """The key as text."""
        found = next(item for item in expressions if item.alias == stored.value)
        return exp.cast(found.this.copy(), "VARCHAR")

    def _absent(self, item: core.Field) -> Stored:
        kind = kind_of(item.type)
        if item.default is not None:
            return constant(item.default, kind)
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
                name = next(iter(self.columns), self.declared.name)
                stands = str(self.place(name, 1))
                self.loader.findings.add(
                    "facts-singleton", self.place(name, 2), entity=self.declared.name, key="", first=stands
                )
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
        held = self.columns.get(field_name)
        name = held.heading.name if held is not None else field_name
        index, start = max(
            ((index, start) for index, start in self.starts.items() if start <= number), key=lambda at: at[1]
        )
        return Place(self.origin.names[index], "", f"{name}:{number - start + 1}")
