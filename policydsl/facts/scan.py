"""Owns what scanning a sheet finds beside its values, whatever the format; and whether the sheet may be given to the reader at all."""

from __future__ import annotations

from attrs import frozen

from policydsl.facts.findings import Rejected
from policydsl.facts.grid import MAX_AREA, MAX_COLUMNS, MAX_ROWS, Fault


@frozen
class Scan:
    """What was found in one sheet; rows and columns from 0. `last_row`, `last_column`: the farthest cell, -1 where none.

    `ordered`: rows stand in ascending order. The reader lays cells out between the first and the last one written, so a
    sheet out of order would lose cells or ask for more memory than there is.
    """

    faults: tuple[tuple[int, int, Fault], ...] = ()
    percents: tuple[tuple[int, int], ...] = ()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    last_row: int = -1
    last_column: int = -1
    ordered: bool = True

    def check(self, file: str, kind: str) -> None:
        """Raise Rejected where the sheet is larger than the bounds, or out of order."""
        rows, columns = self.last_row + 1, self.last_column + 1
        for what, what_en, size, limit in (
            ("行数", "rows", rows, MAX_ROWS),
            ("列数", "columns", columns, MAX_COLUMNS),
            ("表格面积(行数乘列数)", "rows times columns", rows * columns, MAX_AREA),
        ):
            if size > limit:
                raise Rejected("facts-too-large", file=file, what=what, what_en=what_en, size=size, limit=limit)
        if not self.ordered:
            raise Rejected("facts-file-broken", file=file, kind=kind, reason="行的次序错乱 / rows out of order")
