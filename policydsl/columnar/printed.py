"""Owns the query as text for a warehouse of one's own: one statement, its tables named after the entities. Exact, or refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from sqlglot import exp

from policydsl.columnar import sql
from policydsl.columnar.arithmetic import Width
from policydsl.columnar.plan import Source, Wave, plan
from policydsl.columnar.results import shown_columns
from policydsl.columnar.sql import Sql
from policydsl.columnar.stages import KEY, OWNER, ROW
from policydsl.columnar.terms import Grade, Reasons, Stored, kind_of
from policydsl.core import program as core
from policydsl.core.types import Number, strip
from policydsl.core.values import Lack, Value
from policydsl.interpret.evaluate import Evaluator

EXACT = ("duckdb", "spark")
"""Dialects that compute whole numbers exactly and refuse to wrap them."""
_FLOATS = {
    "sqlite": "整数除法经过 REAL",
    "trino": "整数除法和取整经过 DOUBLE",
    "presto": "整数除法和取整经过 DOUBLE",
    "tsql": "取整经过 FLOAT",
    "bigquery": "除法经过 FLOAT64",
    "mysql": "除法经过 DOUBLE,溢出看设置",
}
PLACES = 4
"""Decimal places that columns of numbers which are not counts may have."""
_SPARK = {
    "list_concat": "concat",
    "list_distinct": "array_distinct",
    "list_sort": "array_sort",
    "list_extract": "element_at",
    "list_transform": "transform",
    "list_filter": "filter",
    "list": "collect_list",
}


class Refusal(ValueError):
    """A query that would not be exact, or that has no form in a dialect; the message says why."""


def printed(
    program: core.Program, dialect: str, readings: Mapping[str, str], on: date | None, of: str | None = None
) -> str:
    """The statement that computes an entity's rules. Raises Refusal, UnknownReading."""
    if dialect not in EXACT:
        told = _FLOATS.get(dialect, "没有验证过它的整数算术")
        raise Refusal(
            f"不印 {dialect}:{told},结果会差。请用 {' 或 '.join(EXACT)}。 {dialect} is refused: it would not be exact."
        )
    entity = of or program.header.main
    if entity not in program.entities:
        entity = next((e.name for e in program.entities.values() if e.alias == entity), "")
    if not entity:
        raise Refusal(f"没有名为「{of}」的对象。有:{'、'.join(program.entities)}。 There is no such entity.")
    adopted = Evaluator(program, readings, on).readings
    width = "HUGEINT" if dialect == "duckdb" else "BIGINT"
    why = Reasons()
    sources = {
        name: _source(program, declared, index, why) for index, (name, declared) in enumerate(program.entities.items())
    }
    made = plan(program, sources, adopted, on, width, why, pieces=False)
    left = [
        item for item in made.verdicts if item.where == "reference" and item.rule.entity == entity and item.rule.output
    ]
    steps = [
        (f"F{i}", _facts(program, declared, i, Width(width), why))
        for i, declared in enumerate(program.entities.values())
    ]
    wave: Wave = made.first
    wave.query.steps[:0] = steps
    columns = shown_columns(program, made, wave.rules, entity, alias=wave.ends[entity])
    select = wave.query.select(wave.ends[entity], columns)
    shown: Sql = select
    if dialect == "spark":
        shown = select.transform(_spark, copy=True)
    notes = [f"-- {program.header.title}".replace("\n", " "), f"-- {_note(program)}"]
    notes += [
        f"-- 不在查询里:「{item.rule.name}」,因为 {item.why[0]} (not in the query: {item.why[1]})" for item in left
    ]
    return "\n".join(notes) + "\n" + shown.sql(dialect, pretty=True) + "\n"


def _note(program: core.Program) -> str:
    if program.language == "zh":
        return f"表以对象命名,列以数据项命名;计数的列是整数,其余的数至多 {PLACES} 位小数,以基本单位计。约束要另行核对。"
    return f"Tables are named after entities, columns after fields; numbers that are no counts have at most {PLACES} places, in base units."


def _source(program: core.Program, declared: core.Entity, index: int, why: Reasons) -> Source:
    fields = {}
    for number, item in enumerate(declared.fields):
        name, kind = f"f{number}", kind_of(item.type)
        den = 1 if kind != "number" or _count(item) else 10**PLACES
        blank = item.default is None
        fields[item.name] = Stored(kind, name + "v", den, name + "l" if blank else None, name + "w" if blank else None)
    return Source(f"F{index}", fields)


def _count(item: core.Field) -> bool:
    type_ = strip(item.type)
    return isinstance(type_, Number) and type_.whole and not item.fractional


def _facts(program: core.Program, declared: core.Entity, index: int, width: Width, why: Reasons) -> exp.Select:
    """An entity's own table with the columns that the query computes with."""

    def own(name: str) -> Sql:
        return exp.column(exp.Identifier(this=name, quoted=True), table="t")

    key = declared.key_field
    columns: list[Sql] = [
        exp.alias_(
            sql.text("")
            if declared.singleton
            else exp.cast(own(key.name), "VARCHAR")
            if key
            else exp.cast(exp.Null(), "VARCHAR"),
            KEY,
        ),
        exp.alias_(_owner(program, declared), OWNER),
        exp.alias_(exp.cast(exp.Null(), "BIGINT"), ROW),
    ]
    for number, item in enumerate(declared.fields):
        name, kind = f"f{number}", kind_of(item.type)
        raw: Sql = own(item.name)
        value = raw
        if kind == "number":
            size = 1 if _count(item) else 10**PLACES
            value = width.cast(raw if size == 1 else sql.binary(exp.Mul, raw, sql.whole(size)))
        if item.default is not None:
            value = sql.coalesce(
                value, _written(item.default, kind, 1 if _count(item) or kind != "number" else 10**PLACES, width)
            )
        columns.append(exp.alias_(value, name + "v"))
        if item.default is None:
            grade = Grade.PENDING if item.decision is not None else Grade.UNKNOWN
            lack = Lack.DECISION if item.decision is not None else Lack.MISSING
            reason = why.number((lack, declared.name, item.name, item.decision.office if item.decision else ""))
            columns.append(exp.alias_(sql.case([(sql.blank(raw.copy()), sql.whole(grade))], sql.whole(0)), name + "l"))
            columns.append(
                exp.alias_(sql.case([(sql.blank(raw.copy()), sql.numbers([reason]))], sql.numbers([])), name + "w")
            )
    select = exp.Select(expressions=columns)
    table = exp.Table(
        this=exp.to_identifier(declared.name, quoted=True), alias=exp.TableAlias(this=exp.to_identifier("t"))
    )
    select.set("from_", exp.From(this=table))
    return select


def _owner(program: core.Program, declared: core.Entity) -> Sql:
    if declared.owner is None:
        return exp.cast(exp.Null(), "VARCHAR")
    if program.entities[declared.owner].singleton:
        return sql.text("")
    return exp.cast(exp.column(exp.Identifier(this=declared.owner, quoted=True), table="t"), "VARCHAR")


def _written(value: Value, kind: str, den: int, width: Width) -> Sql:
    if isinstance(value, bool):
        return sql.TRUE if value else sql.FALSE
    if isinstance(value, str):
        return sql.text(value)
    if isinstance(value, date):
        return sql.day(value)
    if kind == "number" and isinstance(value, int | Fraction):
        scaled = value * den
        if scaled.denominator == 1:
            return width.whole(int(scaled))
    raise Refusal("缺省值写不进查询 A default has no form in the query.")


def _spark(node: Sql) -> Sql:
    if isinstance(node, exp.Anonymous) and node.name in _SPARK:
        return exp.Anonymous(this=_SPARK[node.name], expressions=node.expressions)
    return node
