"""Owns what a person filling in facts is told of a column: its type, unit, an example, where it comes from. In both languages."""

from __future__ import annotations

from typing import assert_never

from policydsl.core.program import Entity, Field, Program
from policydsl.core.types import Bool, Date, ListOf, Member, Moment, Never, Number, Optional, Reference, Text, Type
from policydsl.diagnostics.model import Language
from policydsl.facts.quantity import number_in


def unit_text(field: Field) -> str:
    """The unit that bare numbers of a field are in; empty for what is no number or has none."""
    number = number_in(field.type)
    if number is None:
        return ""
    if field.measure:
        return field.measure.text
    return "" if number.unit.plain else str(number.unit)


def heading(field: Field) -> str:
    """The header of a field's column."""
    unit = unit_text(field)
    return f"{field.name}({unit})" if unit else field.name


def owner_heading(entity: Entity, owner: Entity) -> str:
    """The header of the column that says which row of `owner` a row belongs to: a name that no field of its own has."""
    taken = {name for item in entity.fields for name in (item.name, item.alias)}
    key = owner.key_field
    spellings = [owner.name, owner.alias, *((key.name, key.alias) if key else ())]
    return next((spelling for spelling in spellings if spelling and spelling not in taken), owner.name)


def type_text(type_: Type, field: Field, language: Language) -> str:
    """What may be written in a cell, in a few words."""
    zh = language == "zh"
    match type_:
        case Number():
            if type_.whole and not field.fractional:
                return "整数,不小于 0" if zh else "whole number, not negative"
            return "数" if zh else "number"
        case Bool():
            return "是 / 否" if zh else "yes / no"
        case Text():
            return "文字" if zh else "text"
        case Member():
            return f"名录「{type_.roll}」之一" if zh else f"one of “{type_.roll}”"
        case Date():
            return "日期" if zh else "date"
        case Moment():
            return "日期和时刻" if zh else "date and time"
        case Reference():
            return f"「{type_.entity}」表里的一行" if zh else f"a row of “{type_.entity}”"
        case Optional():
            inner = type_text(type_.of, field, language)
            return f"{inner},或「无」" if zh else f"{inner}, or none"
        case ListOf():
            inner = type_text(type_.of, field, language)
            return f"{inner},几个用、隔开" if zh else f"{inner}, several with 、 between"
        case Never():
            return "不填" if zh else "not filled in"
        case _:
            assert_never(type_)


def example(type_: Type, field: Field, program: Program) -> str:
    """A cell as it may be written, for the shape only: its value is invented."""
    match type_:
        case Number():
            if type_.whole and not field.fractional:
                return "12"
            return "85%" if unit_text(field) == "%" else "35.5"
        case Bool():
            return "是" if program.language == "zh" else "yes"
        case Text() | Reference():
            return "…"
        case Member():
            return next(iter(program.rolls[type_.roll].members), "")
        case Date():
            return "2025-08-31"
        case Moment():
            return "2025-08-31 18:00"
        case Optional():
            return f"{example(type_.of, field, program)} / {'无' if program.language == 'zh' else 'none'}"
        case ListOf():
            one = example(type_.of, field, program)
            return f"{one}、{one}"
        case Never():
            return ""
        case _:
            assert_never(type_)


def remark(field: Field, language: Language) -> str:
    """What else is to be known of a column: its legal default, its note."""
    parts = [field.note]
    if field.only is not None:
        kind = field.only.text
        parts.append(f"只有「{kind}」的填,别的空着" if language == "zh" else f"only where {kind}; leave blank else")
    if field.default is not None:
        clause = f"({field.default_clause})" if field.default_clause else ""
        parts.append(f"不填的按政策规定的默认值计{clause}" if language == "zh" else f"blank: the legal default{clause}")
    if field.key:
        parts.append("主键,不能重复" if language == "zh" else "the key: no two alike")
    return ("。" if language == "zh" else ". ").join(part for part in parts if part)
