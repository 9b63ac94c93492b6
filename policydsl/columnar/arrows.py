"""Owns rows that are Arrow: checked, numbered and handed to the database batch by batch, in types that it knows.

Nothing is kept: every query reads the batches anew, so that a file may be larger than memory. What can be read only once is copied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen
from sqlglot import exp

from policydsl.columnar import sql
from policydsl.columnar.origins import MIXED, NUMBER, UNFIT, Heading, described
from policydsl.columnar.sql import Sql
from policydsl.facts.findings import Rejected

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

BATCH = 122_880
"""Rows handed over at a time: what the database takes as one group."""
Convert = Callable[[Any], Any]
"""An array of one type as an array of another."""


@frozen(eq=False)
class Part:
    """Arrow data under the name by which places call them.

    `rows` is None where they can be read only once. `mixed`: values of Python of which a column holds the numbers, by the column's place.
    """

    name: str
    schema: pa.Schema
    batches: Callable[[], Iterable[pa.RecordBatch]]
    rows: int | None
    mixed: Mapping[int, Sequence[object]] = field(factory=dict)


@define(eq=False)
class ArrowRows:
    """Rows of Arrow files, or of one data frame, as the origin of a table of the database."""

    db: duckdb.DuckDBPyConnection
    table: str
    parts: Sequence[Part]
    _columns: dict[str, str] = field(factory=dict)
    """The database's name of each column by its own."""
    _headings: list[Heading] = field(factory=list)
    _streams: list[Stream] = field(factory=list)

    @property
    def names(self) -> Sequence[str]:
        """The files, or the name that the data frame was given under."""
        return [part.name for part in self.parts]

    @property
    def copied(self) -> bool:
        """Whether something can be read only once."""
        return any(part.rows is None for part in self.parts)

    def headings(self) -> Sequence[Heading]:
        """The columns of all parts; one that has two types in two files is text."""
        types: dict[str, list[tuple[str, str]]] = {}
        order: list[tuple[str, str]] = []
        for index, part in enumerate(self.parts):
            seen: dict[str, int] = {}
            columns = []
            for name in part.schema.names:
                # a name that stands twice in one table is two columns
                seen[name] = seen.get(name, 0) + 1
                twin = f"{name}\0{seen[name]}"
                if twin not in self._columns:
                    self._columns[twin] = f"c{len(self._columns)}"
                    order.append((twin, name))
                columns.append(self._columns[twin])
            stream = Stream(part, columns)
            self._streams.append(stream)
            self.db.register(self._registered(index), stream)
            found = described(self.db, exp.to_table(self._registered(index)), [part.name])
            for (column, kind), told in zip(found, stream.told, strict=False):
                if column != NUMBER:
                    types.setdefault(column, []).append(
                        (told or kind, called(part.schema.field(columns.index(column))))
                    )
        for twin, name in order:
            column = self._columns[twin]
            kinds = list(dict.fromkeys(kind for kind, _ in types[column]))
            same = kinds[0] if len(kinds) == 1 else UNFIT if UNFIT in kinds else "VARCHAR"
            self._headings.append(Heading(column, name, same, types[column][0][1]))
        return self._headings

    def _registered(self, index: int) -> str:
        return f"{self.table}_arrow{index}"

    def number(self, rows: str, wanted: Sequence[str]) -> dict[int, int]:
        """The rows as a view that reads the batches anew each time, or, where they can be read once, as a table."""
        starts: dict[int, int] = {}
        at, selects = 1, []
        for index, part in enumerate(self.parts):
            select = self._select(index, wanted, at - 1)
            count = part.rows
            if self.copied:
                count = self._copy(rows, index, select)
            selects.append(select)
            if count:
                starts[index] = at
            at += count or 0
        if not self.copied:
            union: Any = selects[0]
            for select in selects[1:]:
                union = exp.union(union, select, distinct=False)
            sql.done(self.db, sql.create(rows, union, "VIEW"))
        return starts

    def _copy(self, rows: str, index: int, select: exp.Select) -> int:
        import duckdb

        statement = (
            sql.create(rows, select) if index == 0 else exp.Insert(this=exp.to_table(rows), expression=select.copy())
        )
        try:
            sql.done(self.db, statement)
        except duckdb.Error:
            failure = self._streams[index].failure
            if failure is None:
                raise
            raise failure from None
        return self._streams[index].read

    def _select(self, index: int, wanted: Sequence[str], before: int) -> exp.Select:
        held = self._streams[index].schema.names
        columns: list[Sql] = []
        for heading in self._headings:
            if heading.column not in wanted:
                continue
            value: Sql = exp.column(heading.column) if heading.column in held else exp.Null()
            if heading.type == "VARCHAR" and self._kind(index, heading.column) != "VARCHAR":
                value = exp.cast(value, "VARCHAR")
            columns.append(exp.alias_(value, heading.column))
        number: Sql = exp.column(NUMBER, quoted=True)
        if before:
            number = sql.binary(exp.Add, number, sql.whole(before))
        return exp.select(*columns, exp.alias_(number, NUMBER)).from_(self._registered(index))

    def _kind(self, index: int, column: str) -> str:
        import pyarrow as pa

        schema = self._streams[index].schema
        if column not in schema.names:
            return ""
        type_ = schema.field(column).type
        texts = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
        return "VARCHAR" if any(is_text(type_) for is_text in texts) else "other"

    def value(self, column: str, raw: Any) -> Any:
        """A value of the database, or the value of Python whose number it is."""
        for part in self.parts if raw is not None else ():
            for place, values in part.mixed.items():
                if self._streams[0].columns[place] == column:
                    return values[raw]
        return raw


@define(eq=False)
class Stream:
    """What the database reads: batches in types that it knows, with the number of each row. Any number of times, unless its part says once."""

    part: Part
    columns: Sequence[str]
    schema: pa.Schema = field(init=False)
    told: list[str] = field(factory=list)
    """By column, what it is where the database is not to say it."""
    failure: Rejected | None = None
    read: int = 0
    """Rows that were handed over by the last reading."""
    _converts: list[Convert | None] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        import pyarrow as pa

        fields = []
        for place, (name, held) in enumerate(zip(self.columns, self.part.schema, strict=True)):
            type_, convert = fitted(held)
            told = ""
            if type_ is None:
                type_, convert, told = pa.bool_(), _there, UNFIT
            elif place in self.part.mixed:
                told = MIXED
            fields.append(pa.field(name, type_))
            self._converts.append(convert)
            self.told.append(told)
        self.schema = pa.schema([*fields, pa.field(NUMBER, pa.int64())])

    def __arrow_c_schema__(self) -> object:
        return self.schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        import pyarrow as pa

        return pa.RecordBatchReader.from_batches(self.schema, self._batches()).__arrow_c_stream__()

    def _batches(self) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa
        import pyarrow.compute as pc

        ones = _from_one(BATCH)
        self.read = 0
        try:
            for whole in self.part.batches():
                for low in range(0, whole.num_rows, BATCH):
                    batch = whole.slice(low, BATCH)
                    numbers = pc.add(ones.slice(0, batch.num_rows), pa.scalar(self.read, pa.int64()))
                    arrays = [
                        array if convert is None else convert(array)
                        for array, convert in zip(batch.columns, self._converts, strict=True)
                    ]
                    self.read += batch.num_rows
                    yield pa.record_batch([*arrays, numbers], schema=self.schema)
        except Rejected as rejected:
            self.failure = rejected
            raise pa.ArrowInvalid(f"'{self.part.name}': {rejected.data.get('reason', '')}") from None
        except Exception as error:
            reason = since(self.read + 1, error)
            self.failure = Rejected("facts-file-broken", file=self.part.name, kind="Arrow", reason=reason)
            raise pa.ArrowInvalid(f"'{self.part.name}': {reason}") from None


@cache
def _from_one(count: int) -> pa.Array:
    """1 … count."""
    import pyarrow as pa

    return pa.array(range(1, count + 1), pa.int64())


def since(row: int, error: Exception) -> str:
    """From which row on something could not be read, and why."""
    said = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return f"第 {row} 行起 / from row {row}: {said[:200]}"


# ---------------------------------------------------------------- types


def fitted(held: pa.Field) -> tuple[pa.DataType | None, Convert | None]:
    """The type in which the database takes a column and what makes it of the column's own; None where there is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    type_, metadata = held.type, held.metadata or {}
    if isinstance(type_, pa.BaseExtensionType):
        if isinstance(type_, pa.Bool8Type):
            return pa.bool_(), lambda array: pc.not_equal(array.storage, 0)
        return None, None
    if b"ARROW:extension:name" in metadata:
        return None, None
    if pa.types.is_dictionary(type_):
        inner, convert = fitted(pa.field("", type_.value_type))
        if inner is None or convert is None:
            return (None, None) if inner is None else (type_, None)
        return inner, lambda array: convert(array.cast(array.type.value_type))
    if pa.types.is_run_end_encoded(type_):
        inner, convert = fitted(pa.field("", type_.value_type))
        if inner is None:
            return None, None
        return inner, lambda array: (convert or _same)(pc.run_end_decode(array))
    if pa.types.is_decimal(type_):
        target = _decimal(type_)
        return (target, None) if target == type_ else (target, lambda array: array.cast(target))
    if pa.types.is_float16(type_):
        return pa.float32(), lambda array: array.cast(pa.float32())
    if _is_list(type_):
        inner, convert = fitted(pa.field("", type_.value_type))
        if inner is None or convert is not None or _is_list(inner):
            return None, None
        target = pa.list_(inner)
        return (type_, None) if not pa.types.is_fixed_size_list(type_) else (target, lambda array: array.cast(target))
    tests = (
        pa.types.is_null,
        pa.types.is_boolean,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_date,
        pa.types.is_timestamp,
    )
    return (type_, None) if any(test(type_) for test in tests) else (None, None)


def _same(array: Any) -> Any:
    return array


def _there(array: Any) -> Any:
    """True where there is anything."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.if_else(array.is_valid(), pa.scalar(True), pa.scalar(None, pa.bool_()))


def called(held: pa.Field) -> str:
    """What Arrow calls the type of a column."""
    name = (held.metadata or {}).get(b"ARROW:extension:name", b"").decode("utf-8", "replace")
    return name or str(held.type)


def _is_list(type_: pa.DataType) -> bool:
    import pyarrow as pa

    tests = ("is_list", "is_large_list", "is_fixed_size_list", "is_list_view", "is_large_list_view")
    return any(getattr(pa.types, test)(type_) for test in tests)


def _decimal(type_: pa.DataType) -> pa.DataType | None:
    """A decimal of at most 38 digits, as many behind the point as it has at most; text where the digits are more."""
    import pyarrow as pa

    digits, places = type_.precision, type_.scale
    if places < 0:
        digits, places = digits - places, 0
    digits = max(digits, places)
    if digits > 38:
        return pa.string() if type_.scale >= 0 else None
    if (digits, places) == (type_.precision, type_.scale) and not pa.types.is_decimal256(type_):
        return type_
    return pa.decimal128(digits, places)
