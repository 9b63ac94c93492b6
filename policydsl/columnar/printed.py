"""Owns the query as text for a warehouse of one's own: one statement, its tables named after the entities. Exact, or refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from attrs import frozen
from sqlglot import exp

from policydsl.columnar import sql
from policydsl.columnar.arithmetic import Width
from policydsl.columnar.plan import Plan, Source, Verdict, Wave, plan
from policydsl.columnar.results import shown_columns
from policydsl.columnar.sql import Sql
from policydsl.columnar.stages import KEY, OWNER, ROW
from policydsl.columnar.terms import Grade, Reasons, Stored, kind_of
from policydsl.core import program as core
from policydsl.core.types import Member, Number, strip
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
    "list_extract": "try_element_at",
    "list_transform": "transform",
    "list_filter": "filter",
    "list": "collect_list",
    "len": "size",
}


class Refusal(ValueError):
    """A query that would not be exact, or that has no form in a dialect; the message says why."""


@frozen(eq=False)
class Statement:
    """One query: its text, the rules that it leaves out and why, the constraints that it does not judge."""

    text: str
    left: tuple[Verdict, ...]


def printed(
    program: core.Program, dialect: str, readings: Mapping[str, str], on: date | None, of: str | None = None
) -> str:
    """The statement that computes an entity's rules, with a head of comments. Raises Refusal, UnknownReading."""
    made = statement(program, dialect, readings, on, of)
    notes = [f"-- {program.header.title}".replace("\n", " "), f"-- {_note(program)}"]
    notes += [f"-- 不在查询里:「{i.rule.name}」,因为 {i.why[0]} (not in the query: {i.why[1]})" for i in made.left]
    return "\n".join(notes) + "\n" + made.text + "\n"


def statement(
    program: core.Program, dialect: str, readings: Mapping[str, str], on: date | None, of: str | None = None
) -> Statement:
    """The statement that computes an entity's rules. Raises Refusal, UnknownReading."""
    entity, wave, made = _made(program, dialect, readings, on, of)
    left = tuple(
        item for item in made.verdicts if item.where == "reference" and item.rule.entity == entity and item.rule.output
    )
    columns = shown_columns(program, made, wave.rules, entity, alias=wave.ends[entity])
    return Statement(_text(wave.query.select(wave.ends[entity], columns), dialect), left)


def judged(
    program: core.Program, dialect: str, readings: Mapping[str, str], on: date | None, of: str
) -> list[tuple[core.Rule, str | None]]:
    """For each constraint of an entity the statement that counts the rows of which it is false; None where it has none."""
    entity, wave, _ = _made(program, dialect, readings, on, of)
    found: list[tuple[core.Rule, str | None]] = []
    for rule in program.rules:
        if rule.entity != entity or rule.kind != "constraint":
            continue
        stored = wave.rules.get(rule.id)
        if stored is None:
            found.append((rule, None))
            continue
        value = stored.at(wave.ends[entity]).value
        false = sql.case([(sql.negated(value), sql.whole(1))], sql.whole(0))
        found.append((rule, _text(wave.query.select(wave.ends[entity], [exp.Sum(this=false)]), dialect)))
    return found


def _made(
    program: core.Program, dialect: str, readings: Mapping[str, str], on: date | None, of: str | None
) -> tuple[str, Wave, Plan]:
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
    width = Width("HUGEINT" if dialect == "duckdb" else "BIGINT")
    why = Reasons()
    numbered = list(enumerate(program.entities.values()))
    sources = {declared.name: _source(program, declared, index, why) for index, declared in numbered}
    steps = [(f"F{index}", _facts(program, declared, index, width, why)) for index, declared in numbered]
    made = plan(program, sources, adopted, on, width.name, why, pieces=False, ordered=False)
    made.first.query.steps[:0] = steps
    return entity, made.first, made


def _text(select: exp.Select, dialect: str) -> str:
    shown: Sql = select
    if dialect == "spark":
        shown = select.transform(_spark, copy=True)
    return shown.sql(dialect, pretty=True)


def _note(program: core.Program) -> str:
    if program.language == "zh":
        return f"表以对象命名,列以数据项命名;计数的列是整数,其余的数至多 {PLACES} 位小数,以基本单位计。约束要另行核对。"
    return f"Tables are named after entities, columns after fields; numbers that are no counts have at most {PLACES} places, in base units."


def _source(program: core.Program, declared: core.Entity, index: int, why: Reasons) -> Source:
    fields = {}
    for number, item in enumerate(declared.fields):
        name, kind = f"f{number}", kind_of(item.type)
        den = 1 if kind != "number" or _count(item) else 10**PLACES
        blank = item.default is None or kind == "number" or isinstance(strip(item.type), Member)
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
        columns.extend(_field(program, declared, item, number, own(item.name), width, why))
    select = exp.Select(expressions=columns)
    table = exp.Table(
        this=exp.to_identifier(declared.name, quoted=True), alias=exp.TableAlias(this=exp.to_identifier("t"))
    )
    select.set("from_", exp.From(this=table))
    return select


def _field(
    program: core.Program, declared: core.Entity, item: core.Field, number: int, raw: Sql, width: Width, why: Reasons
) -> list[Sql]:
    """The value of a column, and what it lacks: nothing is there, or something else than the field asks for."""
    name, kind = f"f{number}", kind_of(item.type)
    value, wrong = raw, None
    if kind == "number":
        size = 1 if _count(item) else 10**PLACES
        scaled = raw if size == 1 else sql.binary(exp.Mul, raw, sql.whole(size))
        value = width.cast(scaled)
        # a cast that would lose something is not made in silence
        wrong = sql.binary(exp.NEQ, scaled.copy(), value.copy())
        if _count(item):
            wrong = sql.some(wrong, sql.binary(exp.LT, raw.copy(), sql.whole(0)))
    elif isinstance(strip(item.type), Member):
        roll = strip(item.type)
        assert isinstance(roll, Member)
        members = [sql.text(member) for member in program.rolls[roll.roll].members]
        wrong = sql.negated(exp.In(this=raw.copy(), expressions=members))
    lacks: list[tuple[Sql, Sql]] = []
    whys: list[tuple[Sql, Sql]] = []
    if item.default is not None:
        value = sql.coalesce(
            value, _written(item.default, kind, 1 if _count(item) or kind != "number" else 10**PLACES, width)
        )
    else:
        grade = Grade.PENDING if item.decision is not None else Grade.UNKNOWN
        lack = Lack.DECISION if item.decision is not None else Lack.MISSING
        reason = why.number((lack, declared.name, item.name, item.decision.office if item.decision else ""))
        lacks.append((sql.blank(raw.copy()), sql.whole(grade)))
        whys.append((sql.blank(raw.copy()), sql.numbers([reason])))
    if wrong is not None:
        zh = program.language == "zh"
        detail = "这一格不是这个数据项的值" if zh else "the cell holds something else"
        reason = why.number((Lack.UNREADABLE, declared.name, item.name, detail))
        value = sql.case([(wrong, sql.NULL)], value)
        lacks.append((wrong.copy(), sql.whole(Grade.INVALID)))
        whys.append((wrong.copy(), sql.numbers([reason])))
    columns = [exp.alias_(value, name + "v")]
    if lacks:
        columns.append(exp.alias_(sql.case(lacks, sql.whole(0)), name + "l"))
        columns.append(exp.alias_(sql.case(whys, sql.numbers([])), name + "w"))
    return columns


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
    """The same function by its name there; in place, so that what is inside is met as well."""
    if isinstance(node, exp.Anonymous) and node.name.lower() in _SPARK:
        node.set("this", _SPARK[node.name.lower()])
        if node.expressions and isinstance(node.expressions[0], exp.Distinct):
            # windows take no DISTINCT there
            node.set("this", "collect_set")
            node.set("expressions", node.expressions[0].expressions)
    elif isinstance(node, exp.Cast) and node.to.is_type("array") and isinstance(node.this, exp.Literal):
        # a list written as one text
        return sql.function("from_json", node.this, sql.text("ARRAY<INT>"))
    return node
