"""Owns what is told of a run: columns for people and their own tools, how many rows came to what, files that are whole or not there."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen
from sqlglot import exp

from policydsl.columnar import lists, sql
from policydsl.columnar.plan import Plan
from policydsl.columnar.reference import outcome
from policydsl.columnar.sources import ARROWS
from policydsl.columnar.sql import Sql
from policydsl.columnar.stages import KEY, OWNER, ROW
from policydsl.columnar.terms import Stored, Term
from policydsl.core import program as core
from policydsl.core.types import Number, strip
from policydsl.core.values import Cause, Exact, Outcome
from policydsl.diagnostics.model import Diagnostic
from policydsl.explain.figures import Figures
from policydsl.explain.languages import catalog_of
from policydsl.explain.names import Name
from policydsl.explain.reasons import Reason, Words, reason

if TYPE_CHECKING:
    import duckdb

    from policydsl.columnar.parts import Parts

STATUSES = ("value", "pending", "unknown", "invalid")
"""By grade."""
ROWS_OF_A_BATCH = 122_880
"""Rows of a batch of Arrow that is written or handed back."""


@frozen(eq=False)
class Results:
    """What came out: of each entity a table of the database, and where in it each rule stands."""

    db: duckdb.DuckDBPyConnection
    program: core.Program
    plan: Plan
    tables: Mapping[str, str]
    rules: Mapping[tuple[str, str], Stored]
    findings: Sequence[Diagnostic]
    routed: int
    """Families of rows that the reference computed."""
    whole: bool = False
    """Whether the reference computed everything."""
    parts: Parts | None = None
    """Where the entities are that were computed piece by piece and written down."""
    scattered: frozenset[str] = frozenset()
    """The entities whose tables stand piece by piece, not in the order of the facts."""

    @property
    def reasons(self) -> list[tuple[Any, str, str, str]]:
        """The reasons, by their numbers."""
        return list(self.plan.reasons.numbers)


@frozen
class Tally:
    """Of one rule: how many rows have a value, await a decision, lack a fact, are invalid; and the sum of its numbers."""

    entity: str
    rule: str
    unit: str
    counts: tuple[int, int, int, int]
    total: Exact | None


def names_of(program: core.Program) -> tuple[str, str]:
    """How the columns of status and reasons end, in the language of the policy."""
    return ("·状态", "·缘由") if program.language == "zh" else (" status", " reasons")


def table_of(results: Results, entity: str) -> exp.Select:
    """The rows of an entity as they are written: key, owner, then each listed rule, in the order of the facts."""
    columns = shown_columns(results.program, results.plan, results.rules, entity, "t")
    select = exp.Select(expressions=columns)
    select.set("from_", exp.From(this=exp.alias_(exp.to_table(results.tables[entity]), "t", table=True)))
    # the tables stand in that order, until a row is corrected
    return select.order_by(sql.column("t", ROW)) if results.routed or entity in results.scattered else select


def shown_columns(
    program: core.Program, made: Plan, rules: Mapping[tuple[str, str], Stored], entity: str, alias: str
) -> list[Sql]:
    """The columns of an entity as they are written.

    A number is whole or a finite decimal where that holds for every row; else it is two columns, numerator and denominator.
    Where a rule can lack its value, its status and reasons follow.
    """
    declared = program.entities[entity]
    shower = _Shower(program, made, alias)
    columns: list[Sql] = []
    key = declared.key_field
    if not declared.singleton:
        name = key.name if key is not None else ("行" if program.language == "zh" else "row")
        columns.append(_named(sql.column(alias, KEY), name))
    if declared.owner is not None and not program.entities[declared.owner].singleton:
        columns.append(_named(sql.column(alias, OWNER), declared.owner))
    for rule in program.rules_of(entity):
        if rule.id in rules:
            columns.extend(shower.columns(rule, rules[rule.id]))
    return columns or [_named(sql.column(alias, KEY), entity)]


def _named(value: Sql, name: str) -> Sql:
    return exp.alias_(value, exp.to_identifier(name, quoted=True), copy=False)


@frozen(eq=False)
class _Shower:
    """Makes the columns of rules, read from the table `alias`."""

    program: core.Program
    made: Plan
    alias: str

    def columns(self, rule: core.Rule, stored: Stored) -> list[Sql]:
        """The columns of one rule."""
        zh = self.program.language == "zh"
        term = stored.at(self.alias)
        found: list[Sql] = []
        if stored.kind == "number" and not (isinstance(stored.den, int) and _finite(stored.den)):
            above, below = ("·分子", "·分母") if zh else (" numerator", " denominator")
            found += [
                _named(_decimal(term.value, 1), rule.name + above),
                _named(_decimal(term.den_sql, 1), rule.name + below),
            ]
        elif stored.kind == "number":
            assert isinstance(stored.den, int)
            found.append(_named(_decimal(term.value, stored.den), rule.name))
        else:
            found.append(_named(lists.texts(term) if term.kind == "list" else term.value, rule.name))
        if stored.lack is not None or stored.absent is not None:
            grade = term.lack if term.lack is not None else sql.whole(0)
            status = sql.function("list_extract", _texts(STATUSES), sql.binary(exp.Add, grade, sql.whole(1)))
            ends = names_of(self.program)
            found.append(_named(status, rule.name + ends[0]))
            found.append(_named(self._reasons(term), rule.name + ends[1]))
        return found

    def _reasons(self, term: Term) -> Sql:
        """Why there is no value, in words; or why the rule does not apply."""
        zh = self.program.language == "zh"
        none = exp.cast(exp.Null(), "VARCHAR[]", dialect="duckdb")
        rows: list[tuple[Sql, Sql]] = []
        if term.absent is not None:
            rest = sql.function("substr", term.absent, sql.whole(2))
            said = sql.function("concat", sql.text("不适用:" if zh else "not applicable: "), rest)
            nothing = sql.binary(exp.EQ, term.absent, sql.text("-"))
            shown = sql.case([(nothing, sql.text("无" if zh else "none"))], said)
            rows.append((sql.there(term.absent), exp.Array(expressions=[shown])))
        if term.lack is not None and term.why is not None:
            rows.append((sql.binary(exp.GT, term.lack, sql.whole(0)), self._words(term.why)))
        return sql.case(rows, none)

    def _words(self, why: Sql) -> Sql:
        """Reasons in words, in the order of their numbers."""
        told = worded(self.program, self.made)
        if sql.written(why):
            # the same for all rows
            return _texts([told[number] for number in sorted({int(at.name) for at in why.find_all(exp.Literal)})])
        words, item = _texts(told), exp.to_identifier("x")

        def word(number: Sql) -> Sql:
            return sql.function("list_extract", words.copy(), sql.binary(exp.Add, number, sql.whole(1)))

        each = exp.Lambda(this=word(exp.Column(this=item)), expressions=[item.copy()])
        several = sql.function("list_transform", sql.function("list_sort", sql.function("list_distinct", why)), each)
        # most often there is one, which needs no lambda
        alone = sql.binary(exp.EQ, sql.function("len", why.copy()), sql.whole(1))
        only = exp.Array(expressions=[word(sql.function("list_extract", why.copy(), sql.whole(1)))])
        return sql.case([(alone, only)], several)


def _texts(items: Sequence[str]) -> Sql:
    return exp.Array(expressions=[sql.text(item) for item in items])


def worded(program: core.Program, made: Plan) -> list[str]:
    """All reasons of a run in words, by number; rows are not named, for the row is where the words stand."""
    words = Words(Figures(program.language, program.units, program.header.currency), catalog_of(program.language))
    fields = {(entity.name, item.name): item for entity in program.entities.values() for item in entity.fields}
    told = []
    for lack, entity, name, detail in made.reasons.numbers:
        declared = fields.get((entity, name))
        office = declared.decision.office if declared is not None and declared.decision is not None else ""
        source = declared.source if declared is not None else ""
        cause = Cause(lack, entity, "", name, "" if office and detail == office else detail)
        told.append(reason(Reason(cause, Name(name), Name(entity), office, source), words))
    return told


def _finite(den: int) -> bool:
    for factor in (2, 5):
        while den % factor == 0:
            den //= factor
    return den == 1


def _decimal(value: Sql, den: int) -> Sql:
    """A whole numerator over a written denominator as an exact decimal. No width of 128 bits goes into a file."""
    if den == 1:
        return exp.cast(value, "DECIMAL(38,0)")
    places = next(n for n in range(1, 200) if 10**n % den == 0)
    shifted = sql.binary(exp.Mul, value, sql.whole(10**places // den)) if 10**places != den else value
    size = exp.Abs(this=shifted)
    ten = sql.whole(10**places)
    whole = exp.IntDiv(this=sql.nested(size), expression=ten)
    rest = sql.binary(exp.Mod, size, ten.copy())
    sign = sql.case([(sql.binary(exp.LT, value, sql.whole(0)), sql.text("-"))], sql.text(""))
    digits = sql.function("lpad", exp.cast(rest, "VARCHAR"), sql.whole(places), sql.text("0"))
    text = sql.binary(
        exp.DPipe, sql.binary(exp.DPipe, sql.binary(exp.DPipe, sign, exp.cast(whole, "VARCHAR")), sql.text(".")), digits
    )
    return exp.cast(text, f"DECIMAL(38,{places})")


# ---------------------------------------------------------------- files


def write(results: Results, entity: str, path: str | os.PathLike[str]) -> None:
    """The rows of an entity as .parquet, .csv or an Arrow file, written beside and then renamed. Raises OSError, duckdb.Error."""
    _copy(path, lambda beside: _put(results, entity, beside, Path(path).suffix.lower()))


def put_parquet(results: Results, entity: str, path: Path) -> None:
    """The rows of a table of an entity as a parquet file that is whole or not there. Raises OSError, duckdb.Error."""
    _copy(path, lambda beside: _put(results, entity, beside, ".parquet"))


def _put(results: Results, entity: str, beside: str, suffix: str) -> None:
    if results.parts is not None and entity in results.parts.entities:
        results.parts.write(results.db, entity, beside)
        return
    select = table_of(results, entity)
    if suffix in ARROWS:
        _put_arrow(results, select, beside, suffix)
        return
    if suffix == ".csv":
        select = _flat(results, entity, select)
    kind = "CSV" if suffix == ".csv" else "PARQUET"
    parameters = [exp.CopyParameter(this=exp.var("FORMAT"), expression=exp.var(kind))]
    if suffix == ".csv":
        parameters.append(exp.CopyParameter(this=exp.var("HEADER"), expression=sql.TRUE))
    copy = exp.Copy(this=select.subquery(), kind=False, files=[sql.text(beside)], params=parameters)
    sql.done(results.db, copy)


def _put_arrow(results: Results, select: exp.Select, beside: str, suffix: str) -> None:
    """Batch by batch: `.arrow` of the kind for files, to be mapped as it is; `.feather` packed; `.arrows` of the kind for streams."""
    import pyarrow as pa

    options = pa.ipc.IpcWriteOptions(compression="lz4" if suffix == ".feather" else None)
    make = pa.ipc.new_stream if suffix == ".arrows" else pa.ipc.new_file
    reader = results.db.sql(select.sql("duckdb")).to_arrow_reader(ROWS_OF_A_BATCH)
    with pa.OSFile(beside, "wb") as sink, make(sink, reader.schema, options=options) as writer:
        for batch in reader:
            writer.write_batch(batch)


def _flat(results: Results, entity: str, select: exp.Select) -> exp.Select:
    """The same with lists as text, and with nothing that a spreadsheet would take for a formula."""
    shown: list[Sql] = []
    described = results.db.sql(select.copy().limit(0).sql("duckdb"))
    for name, kind in zip(described.columns, [str(kind) for kind in described.types], strict=True):
        column: Sql = exp.column(exp.to_identifier(name, quoted=True), table="q")
        if kind.endswith("[]"):
            column = sql.function("array_to_string", column, sql.text("; "))
        if kind.startswith("VARCHAR"):
            risky = sql.function("regexp_matches", column, sql.text("^[=+\\-@\\t\\r]"))
            column = sql.case([(risky, sql.binary(exp.DPipe, sql.text("'"), column))], column)
        shown.append(_named(column, name))
    flat = exp.Select(expressions=shown)
    flat.set("from_", exp.From(this=exp.Subquery(this=select, alias=exp.TableAlias(this=exp.to_identifier("q")))))
    return flat


def _copy(path: str | os.PathLike[str], put: Callable[[str], None]) -> None:
    target = Path(path).resolve()
    # one name, so that what a kill left is written over
    beside = target.parent / f".{target.name[:40]}.part"
    try:
        put(str(beside))
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(beside, 0o666 & ~mask)
        os.replace(beside, target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


# ---------------------------------------------------------------- what is told


def tallies(results: Results, entity: str) -> list[Tally]:
    """How many rows of an entity came to what, rule by rule."""
    if results.parts is not None and entity in results.parts.entities:
        return results.parts.tallies(entity)
    program = results.program
    listed = [rule for rule in program.rules_of(entity) if rule.id in results.rules]
    columns: list[Sql] = []
    zero = sql.whole(0)
    for rule in listed:
        stored = results.rules[rule.id]
        term = stored.at("t")
        lack = term.lack if term.lack is not None else zero
        for grade in range(4):
            columns.append(sql.filtered(exp.Count(this=exp.Star()), sql.binary(exp.EQ, lack, sql.whole(grade))))
        number = stored.kind == "number" and isinstance(stored.den, int)
        columns.append(exp.Sum(this=exp.cast(term.value, "HUGEINT", dialect="duckdb")) if number else exp.Null())
    if not columns:
        return []
    select = exp.Select(expressions=columns)
    select.set("from_", exp.From(this=exp.alias_(exp.to_table(results.tables[entity]), "t", table=True)))
    row = sql.done(results.db, select)[0]
    told = []
    for index, rule in enumerate(listed):
        *counts, total = row[index * 5 : index * 5 + 5]
        den = results.rules[rule.id].den
        value = Fraction(int(total), den) if total is not None and isinstance(den, int) else None
        told.append(Tally(entity, rule.name, _unit(rule), tuple(counts), value))
    return told


def _unit(rule: core.Rule) -> str:
    type_ = strip(rule.type)
    return str(type_.unit) if isinstance(type_, Number) and not type_.unit.plain else ""


def totals(results: Results) -> dict[tuple[str, str], Outcome]:
    """The listed rules of the singletons."""
    found: dict[tuple[str, str], Outcome] = {}
    for name, declared in results.program.entities.items():
        if not declared.singleton:
            continue
        for rule in results.program.rules_of(name):
            found[rule.id] = outcome_of(results, name, "", rule.name)
    return found


def outcome_of(results: Results, entity: str, key: str, rule: str) -> Outcome:
    """What a rule of a row came to. Raises KeyError where there is no such row or rule."""
    stored = results.rules[entity, rule]
    columns = stored.columns
    select = exp.select(KEY, *[exp.column(column) for column in columns]).from_(results.tables[entity])
    rows = sql.done(results.db, select.where(sql.binary(exp.EQ, exp.column(KEY), sql.text(key))))
    if not rows:
        raise KeyError(key)
    return outcome(dict(zip((KEY, *columns), rows[0], strict=True)), stored, results.reasons)


def plan_text(results: Results) -> list[str]:
    """Which rules went where, one sentence each where it was not into columns."""
    program, made = results.program, results.plan
    zh = program.language == "zh"
    columns = [item for item in made.verdicts if item.where == "columns"]
    scaled = sum(1 for item in columns if item.whole)
    lines = [
        f"列引擎 {len(columns)} 条规则({scaled} 条是定标整数,{len(columns) - scaled} 条是整数之商,整数宽 {'64' if made.width == 'BIGINT' else '128'} 位)"
        if zh
        else f"{len(columns)} rules in columns ({scaled} scaled whole numbers, {len(columns) - scaled} quotients; {'64' if made.width == 'BIGINT' else '128'} bits)"
    ]
    for item in made.verdicts:
        if item.where == "reference":
            lines.append(
                f"参考解释器:「{item.rule.name}」,因为 {item.why[0]}"
                if zh
                else f"reference: 「{item.rule.name}」, because of {item.why[1]}"
            )
    if results.whole:
        lines.append(
            "有一条要看全部的行,整个测算都由参考解释器完成"
            if zh
            else "one needs all rows: the reference computed everything"
        )
    elif results.routed:
        lines.append(
            f"{results.routed:,} 户由参考解释器逐户测算"
            if zh
            else f"{results.routed:,} families computed by the reference"
        )
    return lines
