"""Owns the rows that only the reference can say: which constraints are false where, and its outcomes put in place of theirs.

A family is a row at the top of a chain of owners, and all rows below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen
from sqlglot import exp

from policydsl.columnar import sql
from policydsl.columnar.plan import Plan, Source, filled_in
from policydsl.columnar.reference import Corrections, family
from policydsl.columnar.stages import KEY, OWNER
from policydsl.columnar.terms import Stored
from policydsl.core import program as core
from policydsl.interpret.evaluate import Evaluator

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

BATCH = 2_000
"""Families that the reference computes at a time."""


@frozen(eq=False)
class Families:
    """The families of one run, seen through the views of all rows."""

    db: duckdb.DuckDBPyConnection
    program: core.Program
    made: Plan

    def _do(self, statement: exp.Expression) -> list[tuple[Any, ...]]:
        return sql.done(self.db, statement)

    def _judged(self, name: str) -> list[tuple[core.Rule, sql.Sql]]:
        """The constraints of an entity that the query judges, each with where it is false."""
        rules = self.made.first.rules
        judged = [
            (rule, sql.negated(rules[rule.id].at("e").value))
            for rule in self.program.rules
            if rule.entity == name and rule.kind == "constraint" and rule.id in rules
        ]
        return [(rule, part) for rule, part in judged if part.find(exp.Column)]

    def false(self) -> list[core.Rule]:
        """The constraints that are false of some row, and those that the query cannot judge."""
        found = [rule for rule in self.made.left(local=True) if rule.kind == "constraint"]
        for name in self.program.entities:
            judged = self._judged(name)
            if judged:
                any_ = [sql.function("bool_or", part) for _, part in judged]
                row = self._do(self.made.first.query.select(self.made.first.ends[name], any_, "e"))[0]
                found += [rule for (rule, _), false in zip(judged, row, strict=True) if false]
        return found

    def broken(self) -> dict[str, set[str]]:
        """By root, the keys of families in which a constraint is false, or that have a rule without a column form."""
        found: dict[str, set[str]] = {}
        for name in self.program.entities:
            false = [part for _, part in self._judged(name)]
            if false:
                end = self.made.first.ends[name]
                select = self.made.first.query.select(end, [sql.column("e", KEY)], "e", sql.some(*false))
                keys = {row[0] for row in self._do(select)}
                if keys:
                    found.setdefault(self.made.roots[name], set()).update(self._tops(name, keys))
        for rule in self.made.left(local=True):
            table = f"V{list(self.program.entities).index(rule.entity)}"
            keys = {row[0] for row in self._do(exp.select(KEY).from_(table))}
            if keys:
                found.setdefault(self.made.roots[rule.entity], set()).update(self._tops(rule.entity, keys))
        return found

    def _tops(self, name: str, keys: set[str]) -> set[str]:
        """The keys of the rows at the top of the chains of owners."""
        names = list(self.program.entities)
        while name != self.made.roots[name]:
            owner = self.program.entities[name].owner
            assert owner is not None
            table = f"V{names.index(name)}"
            select = exp.select(OWNER).distinct().from_(table).where(_among(exp.column(KEY), keys))
            keys = {row[0] for row in self._do(select) if row[0] is not None}
            name = owner
        return keys

    def correct(
        self,
        sources: Mapping[str, Source],
        broken: Mapping[str, set[str]],
        readings: Mapping[str, str],
        on: date | None,
        progress: Callable[[str, int, int], None],
    ) -> int:
        """Put the reference's outcomes in the tables that the first wave left; gives how many families it computed."""
        made, names = self.made, list(self.program.entities)
        for slot, rule in enumerate(self.program.rules):
            if rule.id in made.local and made.verdicts[slot].where == "reference":
                table = exp.to_table(f"T{names.index(rule.entity)}")
                for column, kind in _typed(filled_in(rule, slot)):
                    definition = exp.ColumnDef(
                        this=exp.to_identifier(column), kind=exp.DataType.build(kind, dialect="duckdb")
                    )
                    self._do(exp.Alter(this=table.copy(), kind="TABLE", actions=[definition]))
        done, routed = 0, sum(len(keys) for keys in broken.values())
        # what needs all rows is not asked of a few
        rules = tuple(rule for rule in self.program.rules if rule.id in made.local)
        nearby = Evaluator(evolve(self.program, rules=rules), readings, on)
        for root, keys in broken.items():
            corrections = Corrections(self.db, made, root)
            for batch in _batches(sorted(keys), BATCH):
                facts = family(self.db, made, sources, root, batch)
                wanted = {
                    name: [row.key for row in facts.tables.get(name, ())]
                    for name in names
                    if made.roots[name] == root and (name in facts.tables or not self.program.entities[name].singleton)
                }
                trace = nearby.run(facts, {name: keys for name, keys in wanted.items() if name in facts.tables})
                corrections.put(trace, wanted)
                done += len(batch)
                progress("参考解释器", done, routed)
        return routed


def _batches(keys: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for at in range(0, len(keys), size):
        yield keys[at : at + size]


def _among(column: sql.Sql, keys: set[str]) -> sql.Sql:
    return exp.In(this=column, expressions=[sql.text(key) for key in sorted(keys)])


def _typed(stored: Stored) -> list[tuple[str, str]]:
    """The columns of a rule that is filled in, with their types."""
    value = {"number": "HUGEINT", "bool": "BOOLEAN", "date": "DATE", "moment": "TIMESTAMP", "list": "VARCHAR[]"}
    types = {"v": value.get(stored.kind, "VARCHAR"), "d": "HUGEINT", "l": "INTEGER", "w": "INTEGER[]", "a": "VARCHAR"}
    return [(column, types[column[-1]]) for column in stored.columns]
