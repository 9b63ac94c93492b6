"""Owns a case given as plain Python values, as a program has it at hand: nested rows made into facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from attrs import evolve

from policydsl.core import program as core
from policydsl.core.facts import Facts, Known, Missing, Record
from policydsl.core.types import Bool, Date, ListOf, Member, Moment, Number, Optional, Reference, Text, strip
from policydsl.core.values import NONE, exact
from policydsl.interpret.reads import key_text


class CaseError(ValueError):
    """A case whose values do not fit the policy. The message names the field, in Chinese and English."""


def facts_of_case(program: core.Program, values: Mapping[str, Any]) -> Facts:
    """The facts of one row of the main entity. A field that is absent or None is missing; `NONE` says that there is none."""
    rows: dict[str, list[Record]] = {}
    main = program.entities[program.header.main]
    _row(program, main, values, None, rows)
    return Facts({name: tuple(found) for name, found in rows.items()})


def nested_in(program: core.Program, entity: core.Entity) -> list[core.Entity]:
    """The entities whose rows stand within a row of another: those that belong to it and, in the main row, those of nobody."""
    main = program.header.main
    return [
        other
        for other in program.entities.values()
        if other.name != main and (other.owner == entity.name or (entity.name == main and other.owner is None))
    ]


def _row(
    program: core.Program,
    entity: core.Entity,
    values: Mapping[str, Any],
    parent: str | None,
    rows: dict[str, list[Record]],
) -> None:
    fields = {field.name: field for field in entity.fields} | {item.alias: item for item in entity.fields if item.alias}
    nested = {other.name: other for other in nested_in(program, entity)}
    cells: dict[str, Any] = {}
    below: list[tuple[core.Entity, Any]] = []
    for name, value in values.items():
        if name in fields:
            field = fields[name]
            cells[field.name] = Missing() if value is None else Known(value_of(entity, field, value))
        elif name in nested:
            below.append((nested[name], value))
        else:
            known = "、".join([*(field.name for field in entity.fields), *nested])
            raise CaseError(
                f"「{entity.name}」没有「{name}」\uff0c有\uff1a{known} / 「{entity.name}」 has no 「{name}」"
            )
    for field in entity.fields:
        if field.name not in cells:
            by_default = field.default_clause or field.name
            cells[field.name] = Missing() if field.default is None else Known(field.default, by_default=by_default)
    mine = rows.setdefault(entity.name, [])
    key_field = entity.key_field
    found = cells.get(key_field.name) if key_field is not None else None
    key = "" if entity.singleton else key_text(found.value) if isinstance(found, Known) else str(len(mine) + 1)
    mine.append(Record(key, cells, parent))
    for child, given in below:
        several: Any = (given,) if isinstance(given, Mapping) else given
        if (
            isinstance(several, str)
            or not isinstance(several, Sequence)
            or not all(isinstance(each, Mapping) for each in several)
        ):
            raise CaseError(f"「{child.name}」应是几行 / 「{child.name}」 takes rows (mappings)")
        rows.setdefault(child.name, [])
        for each in several:
            _row(program, child, each, key if child.owner == entity.name else None, rows)


def value_of(entity: core.Entity, field: core.Field, value: Any) -> Any:
    """A value in base units, as facts hold it. Raises CaseError."""
    if value is NONE and isinstance(field.type, Optional):
        return value
    kind = strip(field.type)
    if isinstance(value, Decimal):
        value = Fraction(value)
    match kind:
        case Number() if type(value) in (int, Fraction):
            return exact(value)
        case ListOf(of=of) if isinstance(value, tuple | list):
            return tuple([value_of(entity, evolve(field, type=of), each) for each in value])
        case Bool() if isinstance(value, bool):
            return value
        case Text() | Reference() | Member() if isinstance(value, str):
            return value
        case Moment() if isinstance(value, datetime):
            return value
        case Date() if isinstance(value, date) and not isinstance(value, datetime):
            return value
        case _:
            wanted = type(kind).__name__
            raise CaseError(
                f"「{entity.name}」的「{field.name}」不能是 {value!r} / "
                f"「{entity.name}」.「{field.name}」 takes {wanted}, not {type(value).__name__}"
            )
