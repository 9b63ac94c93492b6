"""Owns where the rows of a table stand before they are facts: parquet files, csv files; their columns, and their rows numbered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from attrs import frozen
from sqlglot import exp

from policydsl.columnar import sql
from policydsl.columnar.sql import Sql
from policydsl.facts.findings import Rejected

if TYPE_CHECKING:
    import duckdb

NUMBER = "#row"
"""The column of a row's number, from 1 over all files of a table."""
MIXED = "MIXED"
"""The type of a column that holds numbers of values of Python of different types."""
UNFIT = "UNFIT"
"""The type of a column that the database cannot hold."""


@frozen
class Heading:
    """One column: its name in the database and in the file, its type as the database says it, and what the file calls that."""

    column: str
    name: str
    type: str
    own: str = ""


_LENIENT = {"parallel": "parallel", "Expected Number of Columns": "strict_mode"}
"""By what the database says of a csv file, the option to be turned off: a cell of several lines is read by one thread only, and cells
beyond the heading that the first rows do not show only where it is not strict."""


class Origin(Protocol):
    """The rows of one table, from files of one kind or from a data frame."""

    @property
    def names(self) -> Sequence[str]:
        """What places call the files; of a data frame the name that it was given under."""

    @property
    def copied(self) -> bool:
        """Whether the rows are brought into the database; else every query reads them where they are."""

    def headings(self) -> Sequence[Heading]:
        """The columns. Raises Rejected where the file is not whole."""

    def number(self, rows: str, wanted: Sequence[str]) -> dict[int, int]:
        """Makes the table or view `rows` with at least the columns `wanted` and NUMBER.

        Gives the number of the first row of each file that has rows, by the file's place among `names`.
        """

    def value(self, column: str, raw: Any) -> Any:
        """A value of the database as the reader of cells expects it."""


def unfit_parquet(db: duckdb.DuckDBPyConnection, paths: Sequence[str]) -> dict[str, str]:
    """Columns whose decimals are longer than the database's: it would read them as floats, and lose digits in silence."""
    select = exp.select("name", "precision", "scale").distinct()
    select = select.from_(sql.function("parquet_schema", listed(paths)))
    wide = sql.binary(exp.GT, exp.column("precision"), sql.whole(38))
    return {name: f"decimal({places}, {scale})" for name, places, scale in sql.done(db, select.where(wide))}


@frozen(eq=False)
class ParquetRows:
    """Rows of parquet files, read where they are."""

    db: duckdb.DuckDBPyConnection
    names: tuple[str, ...]
    copied: bool = False

    def headings(self) -> Sequence[Heading]:
        found = described(self.db, self._raw(), self.names)
        unfit = unfit_parquet(self.db, self.names)
        return [Heading(name, name, UNFIT if name in unfit else kind, unfit.get(name, kind)) for name, kind in found]

    def _raw(self) -> Sql:
        return sql.function("read_parquet", listed(self.names), _option("union_by_name", sql.TRUE))

    def number(self, rows: str, wanted: Sequence[str]) -> dict[int, int]:
        counts = exp.select("file_name", "num_rows")
        sizes = dict(sql.done(self.db, counts.from_(sql.function("parquet_file_metadata", listed(self.names)))))
        starts, at = [], 1
        for path in self.names:
            starts.append(at)
            at += int(sizes[path])
        first_of = sql.function(
            "list_extract",
            exp.Array(expressions=[sql.whole(n) for n in starts]),
            sql.binary(exp.Add, exp.cast(exp.column("file_index"), "BIGINT"), sql.whole(1)),
        )
        number = sql.binary(exp.Add, exp.column("file_row_number"), first_of if len(starts) > 1 else sql.whole(1))
        sql.done(self.db, sql.create(rows, exp.select("*", exp.alias_(number, NUMBER)).from_(self._raw()), "VIEW"))
        return {index: start for index, start in enumerate(starts) if sizes[self.names[index]]}

    def value(self, column: str, raw: Any) -> Any:
        return raw


@frozen(eq=False)
class CsvRows:
    """Rows of csv files, read once: a view would take the text apart for every question."""

    db: duckdb.DuckDBPyConnection
    names: tuple[str, ...]
    copied: bool = True

    def headings(self) -> Sequence[Heading]:
        return [Heading(name, name, kind) for name, kind in described(self.db, self._raw(), self.names)]

    def _raw(self, *more: Sql) -> Sql:
        # rows may have more cells or fewer than the heading, as in a spreadsheet
        asked = ("union_by_name", "all_varchar", "header", "null_padding")
        options = [_option(name, sql.TRUE) for name in asked]
        # not guessed from the first rows: what they do not show would be misread further down
        quotes = [_option(name, sql.text('"')) for name in ("quote", "escape")]
        return sql.function("read_csv", listed(self.names), *options, *quotes, *more)

    def _copy(self, rows: str) -> None:
        """The rows as they stand. Raises Rejected where a file cannot be read to its end."""
        import duckdb

        more: dict[str, Sql] = {}
        while True:
            number = exp.alias_(exp.Window(this=exp.RowNumber()), NUMBER)
            file = exp.alias_(exp.column("file_index"), "#file")
            raw = self._raw(*(_option(name, value) for name, value in more.items()))
            try:
                sql.done(self.db, sql.create(rows, exp.select("*", number, file).from_(raw)))
                return
            except duckdb.Error as error:
                said = str(error)
                mend = next((option for words, option in _LENIENT.items() if words in said and option not in more), "")
                if mend:
                    # what is read so may lose a cell that is never closed
                    self._closed()
                    more[mend] = sql.FALSE
                elif "CSV" in said:
                    path = next((path for path in self.names if f"file = {path}\n" in said), self.names[0])
                    raise Rejected("facts-file-broken", file=path, kind="csv", reason=first_line(error)) from None
                else:
                    raise

    def _closed(self) -> None:
        """Every quote has its match. Raises Rejected."""
        for path in self.names:
            with open(path, "rb") as opened:
                quotes = sum(block.count(b'"') for block in iter(lambda: opened.read(1 << 20), b""))
            if quotes % 2:
                reason = "引号没有配对 / quotes do not match"
                raise Rejected("facts-file-broken", file=path, kind="csv", reason=reason)

    def number(self, rows: str, wanted: Sequence[str]) -> dict[int, int]:
        self._copy(rows)
        first = exp.Min(this=exp.column(NUMBER, quoted=True))
        select = exp.select(exp.column("#file", quoted=True), first).from_(rows).group_by("1").order_by("1")
        return dict(sql.done(self.db, select))

    def value(self, column: str, raw: Any) -> Any:
        return raw


def _option(name: str, value: Sql) -> Sql:
    return exp.EQ(this=exp.column(name), expression=value)


def listed(paths: Sequence[str]) -> Sql:
    """Names of files as a list in a query."""
    return exp.Array(expressions=[sql.text(path) for path in paths])


def described(db: duckdb.DuckDBPyConnection, raw: Sql, paths: Sequence[str]) -> list[tuple[str, str]]:
    """Names and types of the columns. Raises Rejected where a file is none of its kind."""
    import duckdb

    try:
        relation = db.sql(exp.select("*").from_(raw).limit(0).sql("duckdb"))
    except duckdb.Error as error:
        told = broken(error, paths)
        kind = Path(paths[0]).suffix.lstrip(".")
        raise told or Rejected("facts-file-broken", file=paths[0], kind=kind, reason=first_line(error)) from None
    return [(name, str(kind)) for name, kind in zip(relation.columns, relation.types, strict=True)]


def broken(error: Exception, paths: Sequence[str]) -> Rejected | None:
    """What a failure of the database says of a file of facts that it could not read to its end."""
    said = str(error)
    for path in paths:
        if f"'{path}'" in said or f'"{path}"' in said:
            kind = Path(path).suffix.lstrip(".")
            return Rejected("facts-file-broken", file=path, kind=kind, reason=first_line(error))
    return None


def first_line(error: Exception) -> str:
    """The line of a failure that says why."""
    said = str(error).partition(". Detail: Python exception")[0].rpartition("failed: Invalid: ")[2]
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return " ".join(lines[: 2 if lines[0].endswith(tuple("0123456789")) else 1])[:200]
