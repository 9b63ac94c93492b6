"""Owns a case written down as a 算例 that can be pasted into the policy file and run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from itertools import groupby

from policydsl.core.facts import Facts, Known, Record
from policydsl.core.program import Entity, Program
from policydsl.core.types import Text, Type, strip
from policydsl.core.units import Measure
from policydsl.core.values import NONE, Blocked, NotApplicable, Outcome, Value, decimal_text, exact

_PLAIN = re.compile(r"[^\W\d]\w*")
_WORDS = {
    "zh": ("算例", "设", "应", "真", "假", "无", "不适用", {"unknown": "未知", "pending": "待裁量", "invalid": "无效"}),
    "en": (
        "example",
        "given",
        "then",
        "true",
        "false",
        "none",
        "inapplicable",
        {"unknown": "unknown", "pending": "pending", "invalid": "invalid"},
    ),
}


def example(
    program: Program,
    name: str,
    facts: Facts,
    expects: Sequence[tuple[str, str, str, Outcome]],
    readings: dict[str, str],
) -> str:
    """The text of a 算例: `expects` are entity, key, rule and outcome."""
    word, given, then, *_ = _WORDS[program.language]
    lines = [f"{word} “{name}”:"]
    for entity, rows in facts.tables.items():
        lines += [f"    {given} {line}" for line in _rows(program, program.entities[entity], rows)]
    adopt = "采用" if program.language == "zh" else "adopt"
    lines += [f"    {adopt} {_name(reading)} = {_name(option)}" for reading, option in readings.items()]
    for entity, _key, rule, outcome in expects:
        of = "" if entity == program.header.main or program.entities[entity].singleton else f"{_name(entity)}."
        measure = program.rule_index[entity, rule].measure
        type_ = program.rule_index[entity, rule].type
        lines.append(f"    {then} {of}{_name(rule)}{_expected(program, outcome, measure, type_)}")
    return "\n".join(lines) + "\n"


def _rows(program: Program, entity: Entity, rows: Sequence[Record]) -> list[str]:
    direct = entity.singleton or entity.name == program.header.main
    unit = entity.counted_in or next(iter(program.units), "")
    if not rows:
        return [f"{_name(entity.name)} 0{unit}:"] if unit else []
    lines = []
    for said, alike in groupby(rows, lambda row: _cells(program, entity, row)):
        count = len(list(alike))
        if direct:
            lines += [said] if said else []
        elif count > 1 and unit:
            lines.append(f"{_name(entity.name)} {count}{unit}: {said}")
        else:
            lines += [f"{_name(entity.name)}: {said}"] * count
    return lines


def _cells(program: Program, entity: Entity, row: Record) -> str:
    said = []
    for field in entity.fields:
        cell = row.cells.get(field.name)
        if isinstance(cell, Known):
            text = value_text(program, cell.value, field.measure, field.type)
            said.append(f"{_name(field.name)} = {text}")
    return ", ".join(said)


def _expected(program: Program, outcome: Outcome, measure: Measure | None, type_: Type) -> str:
    words = _WORDS[program.language]
    if isinstance(outcome, Blocked):
        return f" {words[7][outcome.status]}"
    if isinstance(outcome, NotApplicable):
        return f" {words[6]}"
    return f" = {value_text(program, outcome, measure, type_)}"


def value_text(program: Program, value: Value, measure: Measure | None, type_: Type) -> str:
    """A value as a drafter writes it."""
    words, zh = _WORDS[program.language], program.language == "zh"
    match value:
        case bool():
            return str(words[3] if value else words[4])
        case int() | Fraction():
            size = measure.size if measure is not None else Fraction(1)
            return f"{decimal_text(exact(Fraction(value) / size))}{measure.text if measure is not None else ''}"
        case datetime():
            return (
                f"{value.year}年{value.month}月{value.day}日{value.hour}时{value.minute}分"
                if zh
                else value.isoformat(" ", "minutes")
            )
        case date():
            return f"{value.year}年{value.month}月{value.day}日" if zh else value.isoformat()
        case str():
            return f"“{value}”" if isinstance(strip(type_), Text) or hasattr(strip(type_), "entity") else _name(value)
        case tuple():
            return "(" + ", ".join(value_text(program, item, measure, type_) for item in value) + ")"
    return str(words[5]) if value is NONE else str(words[6])


def _name(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else f"「{text}」"
