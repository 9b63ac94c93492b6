"""Owns data frames as Arrow: of any library that hands its rows over as an Arrow stream; of pandas and polars column by column.

Neither of them is imported. A column of Python objects is not left to another library's guess at a type, which may cut a moment to
its day or take true for 1: values of one type become that type, others are read one by one, as cells are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from policydsl.columnar.arrows import BATCH, Part
from policydsl.facts.findings import Rejected

if TYPE_CHECKING:
    import pyarrow as pa

_PLAIN = frozenset({str, int, float, bool, Decimal, date, datetime, bytes})
"""Types of which a column of nothing else is a column of that type."""
_MISSING = frozenset({"NoneType", "NAType", "NaTType"})


def part_of(name: str, frame: Any) -> Part:
    """The rows of a data frame that was given under a name. Raises TypeError where it is none, Rejected where it cannot be read."""
    import pyarrow as pa

    if isinstance(frame, pa.RecordBatch):
        frame = pa.Table.from_batches([frame])
    if isinstance(frame, pa.Table):
        return _kept(name, frame)
    if hasattr(frame, "iloc") and hasattr(frame, "dtypes"):
        return _of_columns(name, [*_index(frame), *_positions(frame)])
    if hasattr(frame, "get_columns") and hasattr(frame, "__arrow_c_stream__"):
        return _of_columns(name, [(column.name, column) for column in frame.get_columns()])
    if hasattr(frame, "collect_batches"):
        return _lazy(name, frame)
    if hasattr(frame, "scanner"):
        return _once(name, frame.scanner().to_reader())
    if hasattr(frame, "to_reader"):
        return _once(name, frame.to_reader())
    if hasattr(frame, "__arrow_c_stream__"):
        return _once(name, pa.RecordBatchReader.from_stream(frame))
    if hasattr(frame, "__arrow_c_array__"):
        return _kept(name, pa.Table.from_batches([pa.record_batch(frame)]))
    raise TypeError(
        f"tables[{name!r}]: {type(frame).__module__}.{type(frame).__qualname__} is no table; give a path, a table of "
        "pyarrow, pandas, polars or DuckDB, or anything that has __arrow_c_stream__"
    )


def _kept(name: str, table: pa.Table) -> Part:
    return Part(name, table.schema, lambda: table.to_batches(max_chunksize=BATCH), table.num_rows)


def _once(name: str, reader: pa.RecordBatchReader) -> Part:
    return Part(name, reader.schema, lambda: reader, None)


def _lazy(name: str, frame: Any) -> Part:
    """A frame that is still to be computed: in batches, which need not fit into memory together."""
    import pyarrow as pa

    try:
        schema = pa.RecordBatchReader.from_stream(frame.limit(0).collect()).schema
    except Exception as error:
        raise _unreadable(name, error) from None

    def batches() -> Iterator[pa.RecordBatch]:
        for piece in frame.collect_batches(maintain_order=True):
            yield from pa.RecordBatchReader.from_stream(piece)

    return Part(name, schema, batches, None)


# ---------------------------------------------------------------- column by column


def _index(frame: Any) -> Iterable[tuple[str, Any]]:
    """The named levels of an index, which are columns like any other."""
    index = frame.index
    levels = [index.get_level_values(place) for place in range(index.nlevels)]
    return [(str(level.name), level.to_series()) for level in levels if level.name is not None]


def _positions(frame: Any) -> Iterable[tuple[str, Any]]:
    """Columns by place: a name may stand twice."""
    return [(str(name), frame.iloc[:, place]) for place, name in enumerate(frame.columns)]


def _of_columns(name: str, columns: Iterable[tuple[str, Any]]) -> Part:
    import pyarrow as pa

    names, arrays, mixed = [], [], {}
    for place, (column, series) in enumerate(columns):
        try:
            array, values = _column(series)
        except Exception as error:
            raise _unreadable(name, error, column) from None
        names.append(column)
        arrays.append(array)
        if values is not None:
            mixed[place] = values
    table = pa.Table.from_arrays(arrays, names)
    return Part(name, table.schema, lambda: table.to_batches(max_chunksize=BATCH), table.num_rows, mixed)


def _column(series: Any) -> tuple[Any, Sequence[object] | None]:
    """A column as Arrow; or the numbers of its distinct values, and these."""
    import pyarrow as pa

    if str(series.dtype).lower() == "object":
        return _of_values(series.to_list())
    try:
        if hasattr(series, "__arrow_c_stream__"):
            return pa.chunked_array(series), None
        return pa.array(series, from_pandas=True), None
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        # what Arrow has no type for
        return _of_values(series.to_list())


def _of_values(raws: list[Any]) -> tuple[Any, Sequence[object] | None]:
    import pyarrow as pa

    values = [None if _missing(raw) else raw.item() if hasattr(raw, "item") else raw for raw in raws]
    kinds = {type(value) for value in values if value is not None}
    if not kinds:
        return pa.nulls(len(values)), None
    aware = any(isinstance(value, datetime) and value.tzinfo is not None for value in values)
    if len(kinds) == 1 and kinds <= _PLAIN and not aware:
        try:
            return pa.array(values), None
        except (pa.ArrowException, OverflowError, ValueError):
            pass
    numbers: dict[object, int] = {}
    distinct: list[object] = []
    codes: list[int | None] = []
    for value in values:
        if value is None or (type(value) is str and not value.strip()):
            codes.append(None)
            continue
        mark = _mark(value)
        if mark not in numbers:
            numbers[mark] = len(distinct)
            distinct.append(value)
        codes.append(numbers[mark])
    return pa.array(codes, pa.int64()), distinct


def _missing(raw: Any) -> bool:
    return type(raw).__name__ in _MISSING or (isinstance(raw, float) and raw != raw)


def _mark(value: Any) -> object:
    """What two equal values of one type have in common; true and 1 have not."""
    try:
        hash(value)
    except TypeError:
        return id(value)
    return type(value), value


def _unreadable(name: str, error: Exception, column: str = "") -> Rejected:
    said = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    at = f"列「{column}」/ column “{column}”: " if column else ""
    return Rejected("facts-file-broken", file=name, kind="Arrow", reason=f"{at}{said[:200]}")
