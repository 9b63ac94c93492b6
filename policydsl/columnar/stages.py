"""Owns the tables of a query that grow column by column: of each entity its facts, then its rules, in named steps (WITH)."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, field
from sqlglot import exp

from policydsl.columnar import sql
from policydsl.columnar.narrow import narrowed
from policydsl.columnar.sql import Sql
from policydsl.columnar.terms import Stored, Term, keep

KEY, OWNER, ROW = "k", "p", "n"
"""Columns that every table has: the key of the row, the key of its owner, its number in the file."""
HERE = "e"
"""How the table that grows is called within its own step."""


@define
class Query:
    """The steps made so far, in order."""

    steps: list[tuple[str, exp.Select]] = field(factory=list)

    def step(self, name: str, select: exp.Select) -> str:
        """A new step; gives its name."""
        unique = f"{name}_{len(self.steps)}"
        self.steps.append((unique, select))
        return unique

    def select(self, base: str, columns: Sequence[Sql], alias: str = "", where: Sql | None = None) -> exp.Select:
        """What remains to be asked: columns of a step, called `alias` there, with as much of the steps before as they need."""
        read = [
            column
            for part in (*columns, *([where] if where is not None else []))
            for column in part.find_all(exp.Column)
        ]
        needed = self._needed(base)
        mine = (alias or base, "")
        wanted = dict.fromkeys(
            column.name for column in read if column.table in mine and not column.find_ancestor(exp.Lambda)
        )
        steps, end = narrowed([item for item in self.steps if item[0] in needed], base, wanted)
        select = exp.Select(expressions=list(columns))
        select.set(
            "from_",
            exp.From(
                this=exp.alias_(exp.to_table(end), alias or base, table=True)
                if (alias or base) != end
                else exp.to_table(end)
            ),
        )
        if where is not None:
            select = select.where(where)
        named = [exp.CTE(this=step, alias=exp.TableAlias(this=exp.to_identifier(name))) for name, step in steps]
        if named:
            select.set("with_", exp.With(expressions=named))
        return select

    def _needed(self, base: str) -> set[str]:
        found, todo, by_name = set(), [base], dict(self.steps)
        while todo:
            name = todo.pop()
            if name in found or name not in by_name:
                continue
            found.add(name)
            todo.extend(table.name for table in by_name[name].find_all(exp.Table))
        return found


@define(eq=False)
class Stage:
    """The table of one entity. `base` is the step that holds it so far; `pending` are columns still to be added, by level."""

    entity: str
    query: Query
    base: str
    facts: str = ""  # the step or table that holds the facts of all rows
    sole: bool = False
    fields: dict[str, Stored] = field(factory=dict)
    rules: dict[str, Stored] = field(factory=dict)
    full: bool = True  # no row lacks its owner
    numbered: bool = False  # rows are called by their numbers, not by their keys
    joined: dict[object, Stored] = field(factory=dict)
    _levels: list[list[tuple[str, Sql]]] = field(factory=list)
    _level_of: dict[str, int] = field(factory=dict)
    _count: int = 0

    def put(self, name: str, value: Sql) -> None:
        """One more column, computed from columns of this table alone (called `e`)."""
        level = 0
        for column in value.find_all(exp.Column):
            level = max(level, self._level_of.get(column.name, 0))
        while len(self._levels) <= level:
            self._levels.append([])
        self._levels[level].append((name, value))
        self._level_of[name] = level + 1

    def fresh(self, letter: str) -> str:
        """A name for columns that no other has."""
        self._count += 1
        return f"{letter}{self._count}_"

    def hoisted(self, term: Term) -> Term:
        """The same term as columns, so that it may be used many times."""
        if term.value.find(exp.Column) is None and term.lack is None:
            return term
        if isinstance(term.value, exp.Column) and (term.lack is None or isinstance(term.lack, exp.Column)):
            return term
        return keep(term, self.fresh("t"), self.put).at(HERE)

    def flush(self) -> str:
        """The step that holds all columns added so far."""
        for level in self._levels:
            select = exp.Select(
                expressions=[
                    exp.Column(this=exp.Star(), table=exp.to_identifier(HERE)),
                    *[exp.alias_(value, name, copy=False) for name, value in level],
                ]
            )
            select.set("from_", exp.From(this=exp.alias_(exp.to_table(self.base), HERE, table=True)))
            self.base = self.query.step(self._name(), select)
        self._levels, self._level_of = [], {}
        return self.base

    def gather(self, other: str, on: Sql | None, columns: Sequence[tuple[str, Sql]], alias: str = "o") -> None:
        """Columns of another step, joined to this table: where `on` holds, or its only row."""
        base = self.flush()
        select = exp.Select(
            expressions=[
                exp.Column(this=exp.Star(), table=exp.to_identifier(HERE)),
                *[exp.alias_(value, name, copy=False) for name, value in columns],
            ]
        )
        select.set("from_", exp.From(this=exp.alias_(exp.to_table(base), HERE, table=True)))
        table = exp.alias_(exp.to_table(other), alias, table=True)
        join = exp.Join(this=table, kind="CROSS") if on is None else exp.Join(this=table, side="LEFT", on=on)
        select.set("joins", [join])
        self.base = self.query.step(self._name(), select)

    def _name(self) -> str:
        return self.base.rsplit("_", 1)[0] if "_" in self.base else self.base


def owned() -> Sql:
    """The condition that joins a row (`e`) to its owner (`o`)."""
    return sql.binary(exp.EQ, sql.column("o", KEY), sql.column(HERE, OWNER))
