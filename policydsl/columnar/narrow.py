"""Owns the narrowing of a query to what is asked of it: columns, joins and whole steps that nobody reads are left out, and what is
read once is computed where it is read. The result is the same; the database plans and runs it in less time.

A step that grows a table is `SELECT e.*, … FROM base AS e [JOIN other AS o]`, its join on what is unique, so that a row stays one row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from attrs import define
from sqlglot import exp

from policydsl.columnar import sql
from policydsl.columnar.sql import Sql

DEEPEST = 40
"""Levels of nesting beyond which nothing more is put inside an expression."""

Names = dict[str, None]
"""Names of columns in the order in which they were first asked for."""


@define(eq=False)
class _Step:
    """One named step, taken apart."""

    name: str
    own: dict[str, Sql]
    """What it computes, by column."""
    tables: dict[str, str]
    """What its names for tables mean: steps or tables of the database."""
    written: dict[str, exp.Table]
    star: str | None
    """The table all of whose columns it hands on."""
    joins: list[exp.Join]
    where: exp.Expression | None
    group: exp.Expression | None
    distinct: exp.Expression | None
    passed: Names
    kept: bool = False

    @property
    def grows(self) -> bool:
        """Whether it has the rows of the table that it hands on, each once."""
        return (
            self.star is not None
            and all(join.side == "LEFT" or join.kind == "CROSS" for join in self.joins)
            and self.where is None
            and self.group is None
            and self.distinct is None
        )

    def expressions(self) -> Iterable[Sql]:
        """Everything in it that reads columns."""
        yield from self.own.values()
        for join in self.joins:
            if join.args.get("on") is not None:
                yield join.args["on"]
        if self.where is not None:
            yield self.where
        if self.group is not None:
            yield self.group

    def select(self) -> exp.Select:
        """The step put together again."""
        listed = [exp.column(name, table=self.star) for name in self.passed]
        made = [exp.alias_(value, name, copy=False) for name, value in self.own.items()]
        # where nothing but the number of rows is asked for, one column stands for the row
        select = exp.Select(expressions=[*listed, *made] or [exp.alias_(sql.whole(1), "one")])
        first = next(iter(self.tables))
        select.set("from_", exp.From(this=self._table(first)))
        if self.joins:
            joins = []
            for join in self.joins:
                told = exp.Join(this=self._table(join.this.alias))
                for part in ("side", "kind", "on"):
                    if join.args.get(part):
                        told.set(part, join.args[part])
                joins.append(told)
            select.set("joins", joins)
        for part in ("where", "group", "distinct"):
            if getattr(self, part) is not None:
                select.set(part, getattr(self, part))
        return select

    def _table(self, alias: str) -> Sql:
        name, written = self.tables[alias], self.written[alias]
        return written if written.name == name else exp.alias_(exp.to_table(name), alias, table=True)


def narrowed(
    steps: Sequence[tuple[str, exp.Select]], end: str, wanted: Iterable[str]
) -> tuple[list[tuple[str, exp.Select]], str]:
    """The steps that give the wanted columns of `end`, and the name of the one that has them now."""
    found = {name: _apart(name, select.copy()) for name, select in steps}
    asked: Names = dict.fromkeys(wanted)
    _prune(found, end, asked)
    _inline(found, end, asked)
    last = _prune(found, end, asked)
    return [(step.name, step.select()) for step in found.values() if step.kept], last


def _apart(name: str, select: exp.Select) -> _Step:
    start, joins = select.args["from_"].this, list(select.args.get("joins") or ())
    written = {table.alias or table.name: table for table in (start, *[join.this for join in joins])}
    tables = {alias: table.name for alias, table in written.items()}
    star: str | None = None
    own: dict[str, Sql] = {}
    for item in select.expressions:
        if isinstance(item, exp.Column) and isinstance(item.this, exp.Star):
            star = item.table
        elif isinstance(item, exp.Alias):
            own[item.alias] = item.this
        else:
            own[item.name] = item
    where, group, distinct = (select.args.get(part) for part in ("where", "group", "distinct"))
    return _Step(name, own, tables, written, star, joins, where, group, distinct, {})


def _reads(nodes: Iterable[Sql]) -> Iterable[exp.Column]:
    """The columns of tables that expressions read (not the variables of lambdas)."""
    for node in nodes:
        for column in node.find_all(exp.Column):
            if column.table:
                yield column


# ---------------------------------------------------------------- leaving out


def _prune(steps: Mapping[str, _Step], end: str, wanted: Names) -> str:
    """Leave out what is not read; gives where the wanted columns are to be found."""
    demand: dict[str, Names] = {}
    for step in steps.values():
        step.kept = False
    last = _resolve(steps, end, wanted)
    demand[last] = dict(wanted)
    for step in reversed(list(steps.values())):
        if step.name not in demand:
            continue
        step.kept = True
        needed = demand[step.name]
        if step.distinct is None:
            step.own = {name: value for name, value in step.own.items() if name in needed}
        step.passed = {name: None for name in needed if name not in step.own}
        if step.joins and step.grows and not any(column.table != step.star for column in _reads(step.own.values())):
            step.joins = []
            assert step.star is not None
            step.tables = {step.star: step.tables[step.star]}
        read: dict[str, Names] = {alias: {} for alias in step.tables}
        if step.star is not None:
            read[step.star].update(step.passed)
        for column in _reads(step.expressions()):
            read[column.table][column.name] = None
        for alias, names in read.items():
            step.tables[alias] = _resolve(steps, step.tables[alias], names)
            demand.setdefault(step.tables[alias], {}).update(names)
    return last


def _resolve(steps: Mapping[str, _Step], table: str, names: Iterable[str]) -> str:
    """The first table of a chain that has all the columns: steps that only hand them on are passed over."""
    while table in steps:
        step = steps[table]
        if not step.grows or any(name in step.own for name in names):
            break
        assert step.star is not None
        table = step.tables[step.star]
    return table


# ---------------------------------------------------------------- computing where it is read


def _origin(steps: Mapping[str, _Step], table: str, name: str) -> tuple[str, str] | None:
    """The step that computes a column; None where it is one of the database, or behind a step that is no growth."""
    while table in steps:
        step = steps[table]
        if name in step.own:
            return step.name, name
        if not step.grows:
            return None
        assert step.star is not None
        table = step.tables[step.star]
    return None


def _inline(steps: Mapping[str, _Step], end: str, wanted: Names) -> None:
    """Put what is read once, or is no more than another column, in the place where it is read."""
    uses: dict[tuple[str, str], int] = {}

    def count(at: tuple[str, str] | None) -> None:
        if at is not None:
            uses[at] = uses.get(at, 0) + 1

    kept = [step for step in steps.values() if step.kept]
    for name in wanted:
        # what is asked for stays a column
        at = _origin(steps, end, name)
        count(at)
        count(at)
    for step in kept:
        for column in _reads(step.expressions()):
            count(_origin(steps, step.tables[column.table], column.name))
    deep: dict[tuple[str, str], int] = {}

    def put(step: _Step) -> Callable[[Sql], Sql]:
        def change(node: Sql) -> Sql:
            if not isinstance(node, exp.Column) or not node.table:
                return node
            at = _origin(steps, step.tables[node.table], node.name)
            if at is None or at[0] == step.name:
                return node
            maker = steps[at[0]]
            value = maker.own[at[1]]
            if not maker.grows or maker.joins:
                return node
            if not _simple(value) and (
                uses.get(at, 0) > 1 or _deep(at, value, deep) > DEEPEST or value.find(exp.Window)
            ):
                return node
            here = node.table
            value = value.copy()
            if isinstance(value, exp.Column):
                return exp.column(value.name, table=here)
            for column in list(_reads([value])):
                column.set("table", exp.to_identifier(here))
            return sql.nested(value)

        return change

    for step in kept:
        change = put(step)
        step.own = {name: value.transform(change, copy=False) for name, value in step.own.items()}
        for join in step.joins:
            if join.args.get("on") is not None:
                join.set("on", join.args["on"].transform(change, copy=False))
        if step.where is not None:
            step.where.set("this", step.where.this.transform(change, copy=False))


def _simple(node: Sql) -> bool:
    return isinstance(node, exp.Column | exp.Literal | exp.Null | exp.Boolean)


def _deep(at: tuple[str, str], node: Sql, known: dict[tuple[str, str], int]) -> int:
    """How deep the expression of a column nests."""
    if at not in known:
        deepest, level = 0, [(node, 1)]
        while level:
            part, depth = level.pop()
            deepest = max(deepest, depth)
            level.extend((inner, depth + 1) for inner in part.iter_expressions())
        known[at] = deepest
    return known[at]
