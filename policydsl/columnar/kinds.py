"""Owns what the engine of columns says of facts that are filled in for rows of another kind (当): one query for each kind."""

from __future__ import annotations

from sqlglot import exp

from policydsl.columnar import sql
from policydsl.columnar.cells import blank_text, plain
from policydsl.columnar.filed import FileTable
from policydsl.columnar.origins import NUMBER
from policydsl.columnar.plan import Plan, Source, plan
from policydsl.columnar.sources import Loader
from policydsl.columnar.sql import Sql
from policydsl.columnar.stages import ROW
from policydsl.columnar.terms import Reasons
from policydsl.core import program as core
from policydsl.facts.grid import shown
from policydsl.kinds import MOST_TOLD, Asked, kinds, tell


def tell_misfilled(loader: Loader) -> None:
    """Tell the cells of files that are filled in though their rows are of another kind, as `policydsl.kinds` does for other files.

    A condition that has no column form says nothing here.
    """
    found = kinds(loader.program)
    if found is None:
        return
    made = plan(found.program, loader.sources, {}, None, "HUGEINT", Reasons(), pieces=False)
    judged = {verdict.rule.id for verdict in made.verdicts if verdict.where == "columns"}
    for asked in found.asked:
        file = loader.filed.get(asked.rule.entity)
        if file is None or asked.rule.id not in judged:
            continue
        for field in asked.fields:
            if field.name in file.columns:
                _tell(loader, made, file, asked, field)


def _tell(loader: Loader, made: Plan, file: FileTable, asked: Asked, field: core.Field) -> None:
    source = loader.sources[asked.rule.entity]
    other = sql.negated(made.first.rules[asked.rule.id].at("e").value)
    if other.find(exp.Column) is None:
        # no row was supplied, or nothing is known of any
        return
    select = made.first.query.select(
        made.first.ends[asked.rule.entity], [sql.column("e", ROW)], "e", sql.every(other, _readable(source, field))
    )
    number = exp.column(NUMBER, table="r", quoted=True)
    heading = file.columns[field.name].heading
    cell = exp.column(heading.column, table="r", quoted=True)
    rows = exp.select().from_(exp.alias_(exp.to_table(file.rows), "r", table=True))
    filled = sql.negated(blank_text(cell, heading.type == "VARCHAR"))
    rows = rows.where(sql.every(exp.In(this=number, query=select.subquery()), filled))
    count = int(loader.do(rows.select(exp.Count(this=exp.Star())))[0][0])
    by = [item for item in asked.told_by() if item in file.columns]
    columns = [heading.column, *(file.columns[item].heading.column for item in by)]
    cells = [exp.column(column, table="r", quoted=True) for column in columns]
    told = loader.do(rows.select(number.copy(), *cells).order_by(number.copy()).limit(MOST_TOLD))
    for at, (row, *raws) in enumerate(told, 1):
        raw, *texts = [
            shown(plain(file.origin.value(column, value))) for column, value in zip(columns, raws, strict=True)
        ]
        more = count - len(told) if at == len(told) else 0
        said = list(zip(by, texts, strict=True))
        tell(loader.findings, file.place(field.name, int(row)), asked, field, raw, said, more)


def _readable(source: Source, field: core.Field) -> Sql:
    """Whether a cell holds a value: no problem, which is told already, and no 无."""
    term = source.fields[field.name].at("e")
    parts: list[Sql] = [] if term.lack is None else [sql.binary(exp.EQ, term.lack, sql.whole(0))]
    return sql.every(*parts, sql.there(term.value)) if not isinstance(term.value, exp.Null) else sql.FALSE
