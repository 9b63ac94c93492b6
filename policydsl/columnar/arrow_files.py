"""Owns Arrow files, of the kind for files and of the kind for streams: read batch by batch, each batch checked before it is given."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from attrs import frozen

from policydsl.columnar.arrows import Part, since
from policydsl.facts.findings import Rejected

if TYPE_CHECKING:
    import pyarrow as pa

HUGE = 256 << 20
"""Bytes of a batch beyond which a file is mapped into memory instead of read: such a batch can be met only as a whole."""
END = b"\xff\xff\xff\xff\0\0\0\0"
"""What ends a stream that was written to its end."""


def file_part(path: str) -> Part:
    """An Arrow file, of the kind for files or for streams, read once to its end and checked. Raises Rejected."""
    opened = ArrowFile(path)
    schema = opened.schema()
    rows = sum(batch.num_rows for batch in opened.batches())
    return Part(path, schema, opened.batches, rows)


@frozen(eq=False)
class ArrowFile:
    """One file with Arrow data. Raises Rejected where it is not whole, with the row from which on it is not."""

    path: str

    def schema(self) -> pa.Schema:
        """The columns."""
        with self._reading([0]) as (reader, _):
            return reader.schema

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows; each batch is checked before it is given, so that no reader of it runs out of its bounds."""
        at = [1]
        with self._reading(at) as (reader, ended):
            for batch in reader:
                for name, array in zip(batch.schema.names, batch.columns, strict=True):
                    _checked(name, array, at[0])
                yield batch
                at[0] += batch.num_rows
            ended()

    @contextmanager
    def _reading(self, at: list[int]) -> Iterator[tuple[Any, Callable[[], None]]]:
        import pyarrow as pa

        try:
            source = pa.OSFile(self.path)
        except OSError as error:
            reason = error.strerror or str(error)
            raise Rejected("facts-file-unreadable", file=self.path, reason=reason) from None
        try:
            with source:
                yield self._opened(source)
        except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
            raise self._broken(since(at[0], error) if at[0] > 0 else str(error).splitlines()[0][:200]) from None

    def _opened(self, source: pa.NativeFile) -> tuple[Any, Callable[[], None]]:
        import pyarrow as pa

        size = source.size()
        head = source.read(8)
        source.seek(0)
        if size == 0:
            raise self._broken("0 bytes")
        if head[:4] == b"FEA1":
            raise self._broken("Feather V1,2020 年以前的格式 / the format of before 2020")
        if head[:6] == b"ARROW1":
            reader = pa.ipc.open_file(source)
            count = reader.num_record_batches
            if count and size // count > HUGE:
                reader = pa.ipc.open_file(pa.memory_map(self.path))
            return _File(reader), lambda: None

        def ended() -> None:
            # what a writer that was killed leaves may end between two batches
            at_end = source.tell()
            source.seek(max(0, size - len(END)))
            if at_end != size or source.read(len(END)) != END:
                raise pa.ArrowInvalid("没有结束标记,或其后还有别的 / no end of the stream, or more behind it")

        return pa.ipc.open_stream(source), ended

    def _broken(self, reason: str) -> Rejected:
        kind = os.path.splitext(self.path)[1].lstrip(".")
        return Rejected("facts-file-broken", file=self.path, kind=kind, reason=reason)


@frozen(eq=False)
class _File:
    """The batches of a file by their places, as a stream gives them."""

    reader: Any

    @property
    def schema(self) -> pa.Schema:
        return self.reader.schema

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for place in range(self.reader.num_record_batches):
            yield self.reader.get_batch(place)


def _checked(name: str, array: pa.Array, row: int) -> None:
    import pyarrow as pa

    try:
        array.validate(full=True)
    except pa.ArrowInvalid as error:
        raise pa.ArrowInvalid(f"列「{name}」/ column “{name}”: {error}") from None
