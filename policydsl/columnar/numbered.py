"""Owns tables whose rows are called by their numbers: keys of owners are looked up once, and every later join is on whole numbers.

The look-up is the check as well that every owner is there. Only what rules read is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import define, evolve, field
from sqlglot import exp

from policydsl.columnar import sql
from policydsl.columnar.plan import Source, facts_read, roots_of
from policydsl.columnar.sql import Sql
from policydsl.columnar.stages import KEY, OWNER, ROW
from policydsl.columnar.terms import Stored
from policydsl.core import program as core

if TYPE_CHECKING:
    from policydsl.columnar.sources import Loader

NAME = "name"
"""The column that holds the key of a row that is called by its number."""
PERFECT = 21
"""Binary digits of numbers by which the database may group without a hash table: more than those of a piece."""
_MOST = 1 << 31


def named(program: core.Program, declared: core.Entity) -> bool:
    """Whether the key of a row is kept beside its number: it is asked for by rows below, or shown with what rules say of the row."""
    owns = any(entity.owner == declared.name for entity in program.entities.values())
    return declared.key_field is not None and (owns or any(rule.entity == declared.name for rule in program.rules))


@define(eq=False)
class Numbered:
    """The tables `N0`, `N1` … (by entity) of a run: number of the row, that of its owner, its key, the facts that rules read."""

    loader: Loader
    tables: dict[str, str] = field(factory=dict)
    _read: Mapping[str, frozenset[str]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._read = facts_read(self.loader.program)

    def link(self, declared: core.Entity, table: str, fields: Mapping[str, Stored]) -> bool:
        """Look up the owner of every row of a table; whether each was there."""
        owner = declared.owner
        if owner is None or self.loader.program.entities[owner].singleton or not self._owners(owner):
            return False
        number, theirs = exp.cast(sql.column("e", ROW), "INTEGER"), sql.column("o", ROW)
        columns: list[Sql] = [exp.alias_(number, ROW), exp.alias_(theirs, OWNER)]
        if named(self.loader.program, declared):
            columns.append(exp.alias_(sql.column("e", KEY), NAME))
        columns += [sql.column("e", name) for name in self._kept(declared.name, fields)]
        select = exp.select(*columns).from_(exp.alias_(exp.to_table(table), "e", table=True))
        on = sql.binary(exp.EQ, sql.column("o", NAME), sql.column("e", OWNER))
        select.set(
            "joins", [exp.Join(this=exp.alias_(exp.to_table(self.tables[owner]), "o", table=True), side="LEFT", on=on)]
        )
        made = self._make(declared.name, select)
        orphans = exp.select(exp.Count(this=exp.Star())).from_(made).where(sql.blank(exp.column(OWNER)))
        if self.loader.do(orphans)[0][0]:
            self.loader.remove(made)
            return False
        self.tables[declared.name] = made
        return True

    def _owners(self, owner: str) -> bool:
        """Whether the owners are called by their numbers, which they are from when the first row asks for its own."""
        loader, source = self.loader, self.loader.sources[owner]
        declared = loader.program.entities[owner]
        if owner in self.tables:
            # rows below may name a row without a key by its place
            return named(loader.program, declared)
        if declared.owner is not None and not loader.program.entities[declared.owner].singleton:
            return False
        if declared.key_field is None or not source.supplied:
            return False
        last = loader.do(exp.select(exp.Max(this=exp.column(ROW))).from_(source.table))[0][0] or 0
        if last >= _MOST:
            return False
        columns: list[Sql] = [exp.alias_(exp.cast(exp.column(ROW), "INTEGER"), ROW), exp.alias_(exp.column(KEY), NAME)]
        columns += [exp.column(name) for name in self._kept(owner, source.fields)]
        self.tables[owner] = self._make(owner, exp.select(*columns).from_(source.table))
        return True

    def _kept(self, entity: str, fields: Mapping[str, Stored]) -> Sequence[str]:
        read = self._read.get(entity, frozenset())
        columns = [column for name, stored in fields.items() if name in read for column in stored.columns]
        return list(dict.fromkeys(columns))

    def _make(self, entity: str, select: exp.Select) -> str:
        name = f"N{list(self.loader.program.entities).index(entity)}"
        self.loader.remove(name)
        self.loader.do(sql.create(name, select, temporary=True))
        return name

    def settled(self, sources: Mapping[str, Source]) -> dict[str, Source]:
        """The sources with these tables, where everything that belongs together is called by its number."""
        program = self.loader.program
        roots = roots_of(program)
        mixed = {
            roots[name]
            for name, source in sources.items()
            if source.supplied and roots[name] in self.tables and name not in self.tables
        }
        return {
            name: evolve(source, numbered=self.tables.get(name, "") if roots[name] not in mixed else "")
            for name, source in sources.items()
        }
