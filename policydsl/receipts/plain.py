"""Owns values, facts and results as the plain data of a receipt, and facts read back from it: exact, and without a word of wording."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import cast

from policydsl.core.facts import Bad, Cell, Facts, Known, Missing, Record
from policydsl.core.program import Program
from policydsl.core.types import Bool, Date, ListOf, Moment, Number, Type, strip
from policydsl.core.values import (
    NONE,
    Absent,
    Blocked,
    NotApplicable,
    Outcome,
    Value,
    decimal_text,
    exact,
    status_of,
)
from policydsl.explain.figures import plain_unit
from policydsl.interpret.trace import Trace
from policydsl.receipts.canonical import Plain


class NotSuchAValue(ValueError):
    """Plain data that is no value of the type that the policy has for it."""


def value_plain(value: Value) -> Plain:
    """A value: exact numbers in base units as texts (`1.25`, `13/12`), days in ISO form, lists as lists."""
    match value:
        case bool():
            return value
        case int() | Fraction():
            return decimal_text(value)
        case str():
            return value
        case datetime() | date():
            return value.isoformat()
        case tuple():
            return [value_plain(item) for item in value]
        case Absent():
            return {"none": True}
        case NotApplicable(reason=reason):
            return {"inapplicable": reason}


def value_of(plain: Plain, type_: Type) -> Value:
    """The value that plain data stands for. Raises NotSuchAValue."""
    inner = strip(type_)
    try:
        match plain:
            case {"none": True}:
                return NONE
            case {"inapplicable": str() as reason}:
                return NotApplicable(reason)
            case list() if isinstance(inner, ListOf):
                return tuple(value_of(item, inner.of) for item in plain)
            case bool() if isinstance(inner, Bool):
                return plain
            case str() if isinstance(inner, Number):
                return exact(Fraction(plain))
            case str() if isinstance(inner, Moment):
                return datetime.fromisoformat(plain)
            case str() if isinstance(inner, Date):
                return date.fromisoformat(plain)
            case str() if not isinstance(inner, Bool | ListOf):
                return plain
    except (ValueError, ZeroDivisionError):
        pass
    raise NotSuchAValue(str(plain)[:60])


# ---------------------------------------------------------------- facts


def cell_plain(cell: Cell) -> Plain:
    """A cell: null where nothing was supplied."""
    match cell:
        case Missing():
            return None
        case Bad(problem=problem, raw=raw):
            return {"bad": problem, "raw": raw}
        case Known(value=value, by_default=clause) if clause:
            return {"default": clause, "value": value_plain(value)}
        case Known(value=value, counted=how) if how:
            return {"counted": how, "value": value_plain(value)}
        case Known(value=value):
            return value_plain(value)


def cell_of(plain: Plain, type_: Type) -> Cell:
    """The cell that plain data stands for. Raises NotSuchAValue."""
    match plain:
        case None:
            return Missing()
        case {"bad": str() as problem, "raw": str() as raw}:
            return Bad(problem, raw=raw)
        case {"default": str() as clause, "value": value}:
            return Known(value_of(value, type_), by_default=clause)
        case {"counted": str() as how, "value": value}:
            return Known(value_of(value, type_), counted=how)
        case _:
            return Known(value_of(plain, type_))


def facts_plain(program: Program, facts: Facts) -> dict[str, Plain]:
    """Facts by entity: its columns in order, then each row as key, key of its owner, cells."""
    found: dict[str, Plain] = {}
    for name, records in facts.tables.items():
        columns = [field.name for field in program.entities[name].fields]
        rows: list[Plain] = [
            [record.key, record.parent, [cell_plain(record.cells.get(column, Missing())) for column in columns]]
            for record in records
        ]
        found[name] = {"columns": cast("list[Plain]", columns), "rows": rows}
    return found


def facts_from(program: Program, plain: dict[str, Plain]) -> Facts:
    """Facts read back. Raises NotSuchAValue where they are not facts of this policy."""
    tables: dict[str, tuple[Record, ...]] = {}
    for name, table in plain.items():
        entity = program.entities.get(name)
        if entity is None or not isinstance(table, dict):
            raise NotSuchAValue(name)
        types = {field.name: field.type for field in entity.fields}
        columns, rows = table.get("columns"), table.get("rows")
        if not isinstance(columns, list) or not isinstance(rows, list):
            raise NotSuchAValue(name)
        if not all(isinstance(column, str) for column in columns) or set(cast("list[str]", columns)) != set(types):
            raise NotSuchAValue(name)
        records = []
        for row in rows:
            match row:
                case [str() as key, (None | str()) as parent, list() as cells] if len(cells) == len(columns):
                    pairs = zip(cast("list[str]", columns), cells, strict=True)
                    records.append(
                        Record(key, {column: cell_of(cell, types[column]) for column, cell in pairs}, parent)
                    )
                case _:
                    raise NotSuchAValue(name)
        tables[name] = tuple(records)
    return Facts(tables)


def file_facts(facts: Facts, file: str) -> list[Plain]:
    """What one file supplied: its cells by entity, row and field, and the firms of its registers. Layout does not count."""
    cells: list[Plain] = []
    for entity, records in facts.tables.items():
        for record in records:
            for name, cell in record.cells.items():
                origin = cell.origin
                if origin is not None and origin.file == file and not isinstance(cell, Missing):
                    cells.append([entity, record.key, name, cell_plain(cell)])
    for roster in facts.rosters:
        if roster.whole.file == file:
            rows = zip(roster.codes, roster.names, roster.formers, roster.places, strict=True)
            cells.extend([roster.register, *row] for row in rows)
    return sorted(cells, key=lambda item: [str(part) for part in cast("list[Plain]", item)])


def decisions_plain(program: Program, facts: Facts) -> list[Plain]:
    """Every decision that people took: of which row, which one, what, by whom, and where it stands."""
    found: list[Plain] = []
    for entity in program.entities.values():
        fields = [field for field in entity.fields if field.decision is not None]
        for record in facts.tables.get(entity.name, ()) if fields else ():
            for field in fields:
                cell = record.cells.get(field.name)
                if isinstance(cell, Known) and field.decision is not None:
                    found.append(
                        {
                            "entity": entity.name,
                            "key": record.key,
                            "name": field.name,
                            "value": cell_plain(cell),
                            "office": field.decision.office,
                            "judgement": field.decision.judgement,
                        }
                    )
    return found


# ---------------------------------------------------------------- results


def results_plain(trace: Trace) -> dict[str, Plain]:
    """Every listed rule of every row: status, exact value in base units, unit, causes of a missing value."""
    program = trace.program
    found: dict[str, Plain] = {}
    for entity, keys in trace.keys.items():
        rules = program.rules_of(entity)
        rows: dict[str, Plain] = {}
        for key in keys:
            steps = [(rule, trace.steps.get((entity, key, rule.name))) for rule in rules]
            rows[key] = {
                rule.name: _outcome(step.outcome, plain_unit(rule.type, None))
                for rule, step in steps
                if step is not None
            }
        found[entity] = rows
    return found


def _outcome(outcome: Outcome, unit: str) -> dict[str, Plain]:
    if isinstance(outcome, Blocked):
        causes: list[Plain] = [
            {"lack": cause.lack.value, "entity": cause.entity, "key": cause.key, "name": cause.name}
            for cause in outcome.causes
        ]
        return {"status": outcome.status, "value": None, "unit": unit, "causes": causes}
    return {"status": status_of(outcome), "value": value_plain(outcome), "unit": unit, "causes": []}


def violations_plain(trace: Trace) -> list[Plain]:
    """Constraints that the facts break."""
    return [{"entity": item.rule.entity, "key": item.key, "name": item.rule.name} for item in trace.violations]
