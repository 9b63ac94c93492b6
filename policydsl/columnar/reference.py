"""Owns the meeting with the reference: rows of the database as facts, and its outcomes as columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from attrs import define, field
from sqlglot import exp

from policydsl.columnar import sql
from policydsl.columnar.plan import Plan, Source, filled_in
from policydsl.columnar.stages import KEY, OWNER, ROW
from policydsl.columnar.terms import GRADE, Kind, Reasons, Stored, kind_of
from policydsl.core import program as core
from policydsl.core.facts import Bad, Cell, Facts, Known, Missing, Record
from policydsl.core.types import Bool, Date, ListOf, Moment, Number, Type, strip
from policydsl.core.values import NONE, Blocked, Lack, NotApplicable, Outcome, Value, exact
from policydsl.core.walk import everything
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.reads import key_text
from policydsl.interpret.trace import Trace

if TYPE_CHECKING:
    import duckdb


def family(
    db: duckdb.DuckDBPyConnection, made: Plan, sources: Mapping[str, Source], root: str, keys: Sequence[str]
) -> Facts:
    """The facts of some rows of a root, of all that belongs to them, of the singletons, and of tables that rules search."""
    program = made.program
    searched = {
        node.rows.entity for rule in program.rules for node in everything(rule.body) if isinstance(node, core.Within)
    }
    tables: dict[str, tuple[Record, ...]] = {}
    kept: dict[str, Sequence[str]] = {root: keys}
    for name in _owners_first(program):
        source, declared = sources[name], program.entities[name]
        if not source.supplied:
            continue
        if name == root:
            tables[name] = _records(db, made.reasons, declared, source, KEY, keys)
        elif made.roots[name] == root and not declared.singleton:
            assert declared.owner is not None
            if declared.owner in kept:
                tables[name] = _records(db, made.reasons, declared, source, OWNER, kept[declared.owner])
                kept[name] = [row.key for row in tables[name]]
        elif declared.singleton or name in searched:
            tables[name] = _records(db, made.reasons, declared, source, "", ())
    return Facts(tables)


def everything_of(db: duckdb.DuckDBPyConnection, made: Plan, sources: Mapping[str, Source]) -> Facts:
    """All facts of the database."""
    tables = {
        name: _records(db, made.reasons, made.program.entities[name], source, "", ())
        for name, source in sources.items()
        if source.supplied
    }
    return Facts(tables)


def _owners_first(program: core.Program) -> list[str]:
    def depth(name: str) -> int:
        steps, at = 0, program.entities[name].owner
        while at is not None and steps < len(program.entities):
            steps, at = steps + 1, program.entities[at].owner
        return steps

    return sorted(program.entities, key=depth)


def _records(
    db: duckdb.DuckDBPyConnection, why: Reasons, declared: core.Entity, source: Source, by: str, keys: Sequence[str]
) -> tuple[Record, ...]:
    columns = [KEY, OWNER, ROW, *[column for stored in source.fields.values() for column in stored.columns]]
    columns = list(dict.fromkeys(columns))
    select = exp.select(*[exp.column(column) for column in columns]).from_(source.table)
    if by:
        select = select.where(exp.In(this=exp.column(by), expressions=[sql.text(key) for key in keys] or [exp.Null()]))
    numbers = list(why.numbers)
    rows = []
    for values in sql.done(db, select.order_by(ROW)):
        row = dict(zip(columns, values, strict=True))
        cells = {item.name: _cell(row, source.fields[item.name], numbers, item.type) for item in declared.fields}
        rows.append(Record("" if declared.singleton else row[KEY], cells, row[OWNER]))
    return tuple(rows)


def _cell(row: Mapping[str, Any], stored: Stored, numbers: Sequence[tuple[Lack, str, str, str]], type_: Type) -> Cell:
    value = outcome(row, stored, numbers)
    if isinstance(value, Blocked):
        cause = value.causes[0]
        return Bad(cause.detail) if cause.lack is Lack.UNREADABLE else Missing()
    if isinstance(value, tuple):
        listed = strip(type_)
        assert isinstance(listed, ListOf)
        return Known(tuple(_element(str(item), listed.of) for item in value))
    return Known(value)


def _element(text: str, type_: Type) -> Value:
    """An element of a list from its text, which is how columns keep it."""
    match strip(type_):
        case Number():
            return exact(Fraction(text))
        case Bool():
            return text == "true"
        case Date():
            return date.fromisoformat(text)
        case Moment():
            return datetime.fromisoformat(text)
        case _:
            return text


def outcome(row: Mapping[str, Any], stored: Stored, numbers: Sequence[tuple[Lack, str, str, str]]) -> Outcome:
    """What columns say of one row: a value, or the reasons why there is none (without the keys of rows)."""
    from policydsl.core.values import Cause

    def read(part: Any) -> Any:
        if isinstance(part, str):
            return row[part]
        if isinstance(part, exp.Expression):
            return _constant(part)
        return part

    if read(stored.lack):
        return Blocked(
            tuple(
                Cause(numbers[n][0], numbers[n][1], "", numbers[n][2], numbers[n][3])
                for n in sorted(set(read(stored.why)))
            )
        )
    absent = read(stored.absent)
    if absent is not None:
        return NONE if absent == "-" else NotApplicable(absent[1:])
    value = read(stored.value)
    if stored.kind == "number":
        over = read(stored.den)
        return exact(Fraction(int(value), int(over)))
    if isinstance(value, list):
        if stored.coded or stored.items != "number":
            return tuple([_item(item, stored.items) if isinstance(item, str) else item for item in value])
        return tuple([exact(Fraction(int(item), int(read(stored.den)))) for item in value])
    found: Value = value
    return found


def _item(text: str, kind: Kind) -> Value:
    """What stands in a list as text."""
    match kind:
        case "number":
            return exact(Fraction(text))
        case "bool":
            return text == "True"
        case "date":
            return date.fromisoformat(text)
        case "moment":
            return datetime.fromisoformat(text)
        case _:
            return text


def _constant(part: exp.Expression) -> Any:
    """What a constant of a query means."""
    match part:
        case exp.Null():
            return None
        case exp.Cast(this=this):
            found = _constant(this)
            if part.to.is_type("date", "timestamp") and found is not None:
                return date.fromisoformat(found) if part.to.is_type("date") else datetime.fromisoformat(found)
            return found
        case exp.Paren(this=this):
            return _constant(this)
        case exp.Neg(this=this):
            return -_constant(this)
        case exp.Boolean():
            return bool(part.this)
        case exp.Array():
            return [_constant(item) for item in part.expressions]
        case exp.Literal():
            return part.name if part.is_string else int(part.name)
        case _:
            raise ValueError(f"no constant: {part.sql()}")


# ---------------------------------------------------------------- outcomes → columns


@define(eq=False)
class Corrections:
    """Puts the outcomes of the reference in place of columns, for rows that only it can say."""

    db: duckdb.DuckDBPyConnection
    made: Plan
    root: str
    _count: int = field(default=0)

    def put(self, trace: Trace, wanted: Mapping[str, Sequence[str]]) -> None:
        """Correct the rows `wanted`, by entity."""
        names = list(self.made.program.entities)
        for name, keys in wanted.items():
            stored = {
                rule.id: filled_in(rule, slot)
                if self.made.verdicts[slot].where == "reference"
                else self.made.first.rules[rule.id]
                for slot, rule in enumerate(self.made.program.rules)
                if rule.entity == name and rule.id in self.made.local
            }
            stored = {at: item for at, item in stored.items() if item.columns}
            if stored and keys:
                self._update(f"T{names.index(name)}", name, stored, trace, keys)

    def _update(
        self, table: str, entity: str, stored: Mapping[tuple[str, str], Stored], trace: Trace, keys: Sequence[str]
    ) -> None:
        arrow = columns_of(
            stored, {at: [trace.outcome(entity, key, at[1]) for key in keys] for at in stored}, keys, self.made.reasons
        )
        self.db.register("corrections", arrow)
        sets = {column: exp.cast(sql.column("c", column), kind, dialect="duckdb") for column, kind in _types(stored)}
        assignments = [exp.EQ(this=exp.column(column), expression=value) for column, value in sets.items()]
        update = exp.Update(this=exp.to_table(table), expressions=assignments)
        update.set("from_", exp.From(this=exp.alias_(exp.to_table("corrections"), "c", table=True)))
        update.set("where", exp.Where(this=sql.binary(exp.EQ, exp.column(KEY, table=table), sql.column("c", KEY))))
        sql.done(self.db, update)
        self.db.unregister("corrections")


def columns_of(
    stored: Mapping[tuple[str, str], Stored],
    outcomes: Mapping[tuple[str, str], Sequence[Outcome]],
    keys: Sequence[str],
    why: Reasons,
) -> Any:
    """Outcomes of rows as a table of columns; numbers as text."""
    import pyarrow as pa

    arrays: dict[str, Any] = {KEY: pa.array(list(keys), pa.string())}
    types = {"bool": pa.bool_(), "date": pa.date32(), "moment": pa.timestamp("s"), "list": pa.list_(pa.string())}
    for at, item in stored.items():
        values, dens, lacks, whys, absents = [], [], [], [], []
        for result in outcomes[at]:
            value, den, lack, reasons, absent = _parts(result, item, why)
            values.append(value)
            dens.append(den)
            lacks.append(lack)
            whys.append(reasons)
            absents.append(absent)
        found = {
            item.value: pa.array(values, types.get(item.kind, pa.string())),
            item.den: pa.array(dens, pa.string()),
            item.lack: pa.array(lacks, pa.int32()),
            item.why: pa.array(whys, pa.list_(pa.int32())),
            item.absent: pa.array(absents, pa.string()),
        }
        if isinstance(item.low, str):
            # what is certain of an open count is lost here: at least none, at most any number
            found[item.low] = pa.array([value if value is not None else "0" for value in values], pa.string())
            found[item.high] = pa.array(values, pa.string())
        for name, array in found.items():
            if isinstance(name, str):
                arrays[name] = array
    return pa.table(arrays)


def _types(stored: Mapping[tuple[str, str], Stored]) -> list[tuple[str, str]]:
    value = {"number": "HUGEINT", "bool": "BOOLEAN", "date": "DATE", "moment": "TIMESTAMP", "list": "VARCHAR[]"}
    found = []
    for item in stored.values():
        native = item.kind == "list" and not item.coded
        types = (
            (item.value, f"{value.get(item.items, 'VARCHAR')}[]" if native else value.get(item.kind, "VARCHAR")),
            (item.den, "HUGEINT"),
            (item.lack, "INTEGER"),
            (item.why, "INTEGER[]"),
            (item.absent, "VARCHAR"),
            (item.low, "HUGEINT"),
            (item.high, "HUGEINT"),
        )
        found += [(name, kind) for name, kind in types if isinstance(name, str)]
    return found


def _parts(result: Outcome, item: Stored, why: Reasons) -> tuple[Any, str, int, list[int], str | None]:
    if isinstance(result, Blocked):
        numbers = sorted({why.number((c.lack, c.entity, c.name, c.detail)) for c in result.causes})
        return None, "1", max(GRADE[cause.lack] for cause in result.causes), numbers, None
    if result is NONE:
        return None, "1", 0, [], "-"
    if isinstance(result, NotApplicable):
        return None, "1", 0, [], f"={result.reason}"
    if item.kind == "number":
        assert isinstance(result, int | Fraction)
        if isinstance(item.den, int):
            scaled = exact(Fraction(result) * item.den)
            assert isinstance(scaled, int)
            return str(scaled), "1", 0, [], None
        number = Fraction(result)
        return str(number.numerator), str(number.denominator), 0, [], None
    value: Value = result
    return _listed(value, item) if isinstance(value, tuple) else value, "1", 0, [], None


def _listed(values: Sequence[Value], item: Stored) -> list[str]:
    """The elements of a list as texts that the database reads as what the list holds."""
    if item.coded or item.items != "number":
        return [key_text(value) for value in values]
    assert isinstance(item.den, int)
    return [str(int(Fraction(value) * item.den)) for value in values if isinstance(value, int | Fraction)]


def whole(
    db: duckdb.DuckDBPyConnection,
    program: core.Program,
    made: Plan,
    sources: Mapping[str, Source],
    reference: Evaluator,
) -> tuple[dict[str, str], dict[tuple[str, str], Stored]]:
    """Everything by the reference, as tables `W0`, `W1` … of the same make."""
    trace = reference.run(everything_of(db, made, sources))
    tables: dict[str, str] = {}
    rules: dict[tuple[str, str], Stored] = {}
    for index, name in enumerate(program.entities):
        mine = {rule.id: filled_in(rule, slot) for slot, rule in enumerate(program.rules) if rule.entity == name}
        keys = list(trace.keys.get(name, ())) if mine else []
        tables[name] = f"W{index}"
        arrow = columns_of(
            mine, {at: [trace.outcome(name, key, at[1]) for key in keys] for at in mine}, keys, made.reasons
        )
        db.register("outcomes", arrow)
        columns = [
            exp.alias_(exp.cast(sql.column("c", column), kind, dialect="duckdb"), column)
            for column, kind in _types(mine)
        ]
        facts = exp.alias_(exp.to_table(sources[name].table), "f", table=True)
        select = exp.select("f.*", *columns).from_(facts)
        on = sql.binary(exp.EQ, sql.column("f", KEY), sql.column("c", KEY))
        select.set("joins", [exp.Join(this=exp.alias_(exp.to_table("outcomes"), "c", table=True), side="LEFT", on=on)])
        sql.done(db, sql.create(tables[name], select))
        db.unregister("outcomes")
        rules.update(mine)
    return tables, rules


__all__ = ["Corrections", "columns_of", "everything_of", "family", "kind_of", "outcome", "whole"]
