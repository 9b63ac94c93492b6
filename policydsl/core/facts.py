"""Owns the facts of a run: typed tables of rows, each cell with the place it came from.

`facts/` (reading files) and `testing/` (examples, generated cases) make them; engines read them. Values are in base units.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from policydsl.core.values import Value
from policydsl.diagnostics.model import Place


@frozen
class Known:
    """A cell with a value. `raw` is what was written, as text; `by_default` the clause of a legal default put in (未填按)."""

    value: Value
    origin: Place | None = field(default=None, eq=False)
    raw: str = field(default="", eq=False)
    by_default: str = ""


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


@frozen
class Facts:
    """Rows by entity name. An entity that is absent here was not supplied (missing); an empty tuple is supplied and empty."""

    tables: Mapping[str, tuple[Record, ...]]
    sources: tuple[str, ...] = ()
