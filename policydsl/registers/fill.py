"""Owns the way of the counts into the facts: a blank takes the count, a figure that was filled in must agree with it."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from policydsl.core.facts import Bad, Cell, Facts, Known, Missing, Record
from policydsl.core.program import Program
from policydsl.core.types import Member, strip
from policydsl.diagnostics.model import Diagnostic, Language, Place
from policydsl.diagnostics.wording import message
from policydsl.explain.catalog import WIDE
from policydsl.registers.tally import Count, Matching, Step, Tally, match

_HOW: Mapping[Language, tuple[str, str, str]] = {
    "zh": ("名册核对:{registers},{sure} 家", ",另有 {by_name} 家仅名称相同,没有计入", " ∩ "),
    "en": (
        "from registers: {registers}, {sure} firms",
        "; {by_name} more agree by name only and are not counted",
        " ∩ ",
    ),
}


def counted(program: Program, facts: Facts, step: Step | None = None) -> tuple[Facts, list[Diagnostic]]:
    """The facts with everything in them that their registers give, and what is to be looked at. Cheap where there are none."""
    if not facts.rosters:
        return facts, []
    matching = match(program, facts, step)
    filled, findings = fill(program, facts, matching)
    return filled, [*matching.findings, *findings]


def fill(program: Program, facts: Facts, matching: Matching) -> tuple[Facts, list[Diagnostic]]:
    """The facts with the counts put in.

    A figure that was filled in stands if it lies between the firms counted by code and those that there are if every one by name
    is confirmed: whoever filled it in has confirmed some. Any other becomes a bad cell and a finding.
    """
    tables, findings = dict(facts.tables), list[Diagnostic]()
    for tally in matching.tallies:
        rows = tables.get(tally.entity)
        if rows is None:
            rows = _rows(program, tally)
        made = []
        for row in rows:
            cell = _cell(row, tally, program, findings)
            made.append(evolve(row, cells={**row.cells, tally.fact: cell}))
        tables[tally.entity] = tuple(made)
    return evolve(facts, tables=tables), findings


def _rows(program: Program, tally: Tally) -> tuple[Record, ...]:
    """Rows for an entity of which nothing else was supplied."""
    entity = program.entities[tally.entity]
    blank: dict[str, Cell] = {
        item.name: Missing()
        if item.default is None
        else Known(item.default, by_default=item.default_clause or "未填按")
        for item in entity.fields
    }
    key = entity.key_field
    known = key is not None and isinstance(strip(key.type), Member)
    return tuple(
        Record(each, {**blank, **({key.name: Known(each)} if key is not None and known else {})})
        for each in tally.counts
        if known or entity.singleton
    )


def _cell(row: Record, tally: Tally, program: Program, findings: list[Diagnostic]) -> Cell:
    count = tally.counts.get(row.key, Count())
    how = told(tally, count, program.language)
    match row.cells.get(tally.fact, Missing()):
        case Known() as cell if isinstance(cell.value, int) and count.sure <= cell.value <= count.all:
            return evolve(cell, counted=how)
        case Known() as cell:
            data = {
                "field": tally.fact,
                "raw": cell.raw or str(cell.value),
                "counted": _amount(count, program.language),
            }
            finding = Diagnostic("register-differs", cell.origin or _whole(tally), data, language=program.language)
            findings.append(finding)
            return Bad(message(finding), cell.origin, cell.raw)
        case Missing():
            return Known(count.sure, _whole(tally), counted=how)
        case Bad() as cell:
            return cell


def _whole(tally: Tally) -> Place:
    return tally.ledgers[0].rosters[0].whole


def told(tally: Tally, count: Count, language: Language) -> str:
    """How a count came about, in a few words."""
    start, more, cross = _HOW[language]
    text = start.format(registers=cross.join(item.register.name for item in tally.ledgers), sure=count.sure)
    text += more.format(by_name=count.by_name) if count.by_name else ""
    return text.translate(WIDE) if language == "zh" else text


def _amount(count: Count, language: Language) -> str:
    if not count.by_name:
        return str(count.sure)
    more = f"{count.sure} 到 {count.all}(仅名称相同的都确认)"
    return more if language == "zh" else f"{count.sure} to {count.all} (all by name confirmed)"
