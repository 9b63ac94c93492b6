"""Owns the facts of a run: typed tables of rows, each cell with the place it came from.

`facts/` (reading files) and `testing/` (examples, generated cases) make them; engines read them. Values are in base units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from policydsl.core.values import Value
from policydsl.diagnostics.model import Place


@frozen
class Known:
    """A cell with a value. `raw` is what was written, as text; `by_default` the clause of a legal default put in (未填按).

    `counted`: how a figure was counted from registers (计自), in the policy's language; `""` for one that was filled in.
    """

    value: Value
    origin: Place | None = field(default=None, eq=False)
    raw: str = field(default="", eq=False)
    by_default: str = ""
    counted: str = field(default="", eq=False)


@frozen
class Missing:
    """A blank, or a column that nobody supplied."""

    origin: Place | None = field(default=None, eq=False)


@frozen
class Bad:
    """A cell that holds something else than its field asks for; `problem` says what, in the policy's language."""

    problem: str
    origin: Place | None = field(default=None, eq=False)
    raw: str = field(default="", eq=False)


Cell = Known | Missing | Bad


@frozen
class Record:
    """One row: its key as text (`""` for a singleton), its cells by field name, the key of the row it belongs to.

    `parent` is None where the entity has no 属于, or the owner is not known.
    """

    key: str
    cells: Mapping[str, Cell]
    parent: str | None = None
    origin: Place | None = field(default=None, eq=False)


@frozen(eq=False)
class Roster:
    """One table of a register of firms (名册): plain texts by row, `""` where blank or unreadable; `lines` the rows in the file."""

    register: str
    whole: Place
    lines: Sequence[int] = field(repr=False)
    codes: Sequence[str] = field(repr=False)
    names: Sequence[str] = field(repr=False)
    formers: Sequence[str] = field(repr=False)
    places: Sequence[str] = field(repr=False)
    listed: bool = False

    def place(self, row: int) -> Place:
        """Where the `row`-th row stands, from 0."""
        return Place(self.whole.file, self.whole.sheet, f"{'#' if self.listed else ''}{self.lines[row]}")


@frozen
class Facts:
    """Rows by entity name. An entity that is absent here was not supplied (missing); an empty tuple is supplied and empty.

    `rosters`: the tables of registers of firms, from which `registers` counts.
    """

    tables: Mapping[str, tuple[Record, ...]]
    sources: tuple[str, ...] = ()
    rosters: tuple[Roster, ...] = field(default=(), eq=False, repr=False)
