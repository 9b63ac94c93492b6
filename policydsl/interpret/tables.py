"""Owns the facts of a run as tables: rows by key and by owner, and columns of rows that all have a value to compute with.

What is found here depends on the facts alone, so it is made once, however many runs look at the same facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from policydsl.core.facts import Known, Record
from policydsl.interpret.lack import FIT


class DuplicateRow(ValueError):
    """Two rows of one entity have one key; reading facts reports that, so this is a fault of whoever made them."""


class Group:
    """Rows that are looked at together: all of an entity, or those with one owner.

    A column is the values of a field in the order of the rows, or None where not every row has a value to compute with (a blank,
    an unreadable cell, none): then each row is to be looked at for itself.
    """

    __slots__ = ("_columns", "_keys", "_sets", "rows")

    def __init__(self, rows: Sequence[Record]) -> None:
        self.rows = rows
        self._keys: tuple[str, ...] | None = None
        self._columns: dict[str, tuple[Any, ...] | None] = {}
        self._sets: dict[str, frozenset[Any]] = {}

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the rows."""
        if self._keys is None:
            self._keys = tuple([row.key for row in self.rows])
        return self._keys

    def column(self, name: str) -> tuple[Any, ...] | None:
        """The values of a field."""
        if name not in self._columns:
            self._columns[name] = self._values(name)
        return self._columns[name]

    def members(self, name: str) -> frozenset[Any]:
        """The values of a field that has a column, for looking them up."""
        found = self._sets.get(name)
        if found is None:
            found = self._sets[name] = frozenset(self.column(name) or ())
        return found

    def _values(self, name: str) -> tuple[Any, ...] | None:
        values: list[Any] = []
        for row in self.rows:
            cell = row.cells.get(name)
            if type(cell) is not Known or type(cell.value) not in FIT:
                return None
            values.append(cell.value)
        return tuple(values)


class Tables:
    """Rows by entity name, as facts hold them. `watched`: the cells tell who looks at them, so that none is read ahead."""

    __slots__ = ("_astray", "_children", "_groups", "_index", "rows", "watched")

    def __init__(self, rows: Mapping[str, tuple[Record, ...]], watched: bool = False) -> None:
        self.rows = rows
        self.watched = watched
        self._index: dict[str, dict[str, Record]] = {}
        self._children: dict[str, dict[str | None, Group]] = {}
        self._astray: dict[str, tuple[str, ...]] = {}
        self._groups: dict[str, Group] = {}

    def index(self, entity: str) -> dict[str, Record]:
        """The rows of an entity by key. Raises DuplicateRow."""
        index = self._index.get(entity)
        if index is None:
            rows = self.rows.get(entity, ())
            index = {row.key: row for row in rows}
            if len(index) != len(rows):
                seen: set[str] = set()
                twice = next(row.key for row in rows if row.key in seen or seen.add(row.key))  # type: ignore[func-returns-value]
                raise DuplicateRow(
                    f"「{entity}」有两行的主键都是「{twice}」 / two rows of 「{entity}」 have the key 「{twice}」"
                )
            self._index[entity] = index
        return index

    def all(self, entity: str) -> Group:
        """All rows of an entity."""
        found = self._groups.get(entity)
        if found is None:
            found = self._groups[entity] = Group(self.rows.get(entity, ()))
        return found

    def children(self, entity: str, owner: str) -> Group:
        """The rows of an entity that belong to the row with the key `owner`."""
        return self._by_owner(entity).get(owner, _NONE)

    def astray(self, entity: str) -> tuple[str, ...]:
        """The keys of the rows of which nobody knows the owner: each may belong to any row that owns rows of this entity."""
        found = self._astray.get(entity)
        if found is None:
            lost = self._by_owner(entity).get(None)
            found = self._astray[entity] = lost.keys if lost is not None else ()
        return found

    def _by_owner(self, entity: str) -> dict[str | None, Group]:
        groups = self._children.get(entity)
        if groups is None:
            rows: dict[str | None, list[Record]] = {}
            for row in self.rows.get(entity, ()):
                rows.setdefault(row.parent, []).append(row)
            groups = self._children[entity] = {parent: Group(group) for parent, group in rows.items()}
        return groups


_NONE = Group(())
