"""Owns the results of a run as a table of plain cells: status, exact value in its unit, reasons in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction

from attrs import evolve, frozen

from policydsl.core.program import Header, Rule
from policydsl.core.types import Type
from policydsl.core.units import Measure
from policydsl.core.values import (
    Absent,
    Blocked,
    Cause,
    Exact,
    Lack,
    NotApplicable,
    Outcome,
    Status,
    Value,
    decimal_text,
    exact,
    status_of,
)
from policydsl.diagnostics.model import Language
from policydsl.explain.book import Book, entities_of, keys_of, role_of
from policydsl.explain.extent import Extent, extent_of
from policydsl.explain.figures import Figures, is_number, is_share, plain_unit
from policydsl.explain.languages import catalog_of
from policydsl.explain.names import Address
from policydsl.explain.reasons import Reason, Words, reason, reasons_of
from policydsl.interpret.trace import RuleStep, Trace, Violation

Plain = str | bool | list["Plain"] | None
"""A value as JSON has it: exact numbers, text and dates as strings, booleans, lists, nothing."""


MOST_ALIKE = 2
"""Reasons that differ by their row alone and are still told one by one in a summary."""


@frozen
class Cell:
    """One result. `value` is exact and in `unit`; `number` the same as a number, where it is one; `shown` for a reader.

    `extent`: of a total over rows, how far it has come.
    """

    status: Status
    value: Plain
    unit: str
    reasons: tuple[str, ...]
    shown: str
    number: Exact | None = None
    inapplicable: bool = False
    extent: Extent | None = None


@frozen
class Column:
    """A rule that results list. `share`: its values are bare ratios, which a sheet shows as percentages."""

    name: str
    alias: str
    unit: str
    clause: str
    numeric: bool
    share: bool = False


@frozen
class Sheet:
    """The results of one entity: columns as written, a row of cells by key (`""` for a singleton)."""

    entity: str
    alias: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


@frozen
class Results:
    """The results of a run.

    `problems` are all reasons with the rows and rules they hold up: (reason, where); `summary` the same reasons with those
    that differ by their row alone in one line. `violations`: constraints that the facts break, as (address, sentence).
    """

    header: Header
    lang: Language
    readings: tuple[tuple[str, str], ...]
    sheets: tuple[Sheet, ...]
    problems: tuple[tuple[str, tuple[str, ...]], ...]
    summary: tuple[str, ...]
    violations: tuple[tuple[str, str], ...] = ()


def results(trace: Trace, lang: Language | None = None) -> Results:
    """The listed rules and tasks of every row that was evaluated. `lang` is of the reasons, by default the policy's."""
    book, program = Book(trace), trace.program
    language = lang if lang is not None else program.language
    words = Words(Figures(language, program.units, program.header.currency), catalog_of(language))
    sheets, problems, distant = [], dict[str, list[str]](), dict[str, list[str]]()
    open_, elsewhere = dict[Cause, Reason](), dict[Cause, Reason]()
    for entity in entities_of(trace):
        rules = program.rules_of(entity)
        # what a row shares of the whole is held up by every row: it is told of only where nothing nearer is
        shared = {rule.name for rule in rules if not program.entities[entity].singleton and book.shared(rule.id)}
        rows = []
        for key in keys_of(trace, entity):
            steps = [book.step(entity, key, rule.name) for rule in rules]
            if all(step is None for step in steps):
                continue
            cells = tuple(_cell(rule, step, book, words) for rule, step in zip(rules, steps, strict=True))
            rows.append((key, cells))
            for rule, cell in zip(rules, cells, strict=True):
                for line in cell.reasons if cell.status != "value" else ():
                    into = distant if rule.name in shared else problems
                    into.setdefault(line, []).append(str(Address(entity, key, rule.name)))
            for step in steps:
                for item in reasons_of(step.outcome, book) if step is not None else ():
                    (elsewhere if step is not None and step.rule.name in shared else open_).setdefault(item.cause, item)
        if rules and rows:
            columns = tuple(_column(rule) for rule in rules)
            sheets.append(Sheet(entity, book.entity_name(entity).alias, columns, tuple(rows)))
    far = {line: where for line, where in distant.items() if line not in problems}
    listed = tuple((line, tuple(where)) for line, where in {**problems, **far}.items())
    summary = tuple(
        _summary([*open_.values(), *(item for cause, item in elsewhere.items() if cause not in open_)], words)
    )
    broken = tuple(_violation(item, book, words) for item in trace.violations)
    return Results(program.header, language, tuple(trace.readings.items()), tuple(sheets), listed, summary, broken)


def _violation(item: Violation, book: Book, words: Words) -> tuple[str, str]:
    """A false constraint in a sentence: what it says, and the cell of the row itself that it is about."""
    rule = item.rule
    own = next((at for at in item.cells if at[:2] == (rule.entity, item.key)), None)
    cell = book.cell(*own) if own is not None else None
    cause = Cause(
        Lack.VIOLATED,
        rule.entity,
        item.key,
        own[2] if own is not None else rule.name,
        rule.message or rule.name,
        cell.origin if cell is not None else None,
    )
    name = book.any_name(rule.entity, cause.name)
    text = reason(Reason(cause, name, book.entity_name(rule.entity)), words)
    return str(Address(rule.entity, item.key, rule.name)), text + (f"〔{rule.clause}〕" if rule.clause else "")


def _summary(items: list[Reason], words: Words) -> Iterator[str]:
    alike: dict[tuple[object, ...], list[Reason]] = {}
    for item in items:
        cause = item.cause
        alike.setdefault((cause.lack, cause.entity, cause.name, cause.detail, item.whole_row), []).append(item)
    for group in alike.values():
        if len(group) > MOST_ALIKE:
            yield reason(group[0], words, len(group))
        else:
            yield from (reason(item, words) for item in group)


def _column(rule: Rule) -> Column:
    unit, share = plain_unit(rule.type, rule.measure), is_share(rule.type, rule.measure)
    return Column(rule.name, rule.alias, unit, rule.clause, is_number(rule.type), share)


def _cell(rule: Rule, step: RuleStep | None, book: Book, words: Words) -> Cell:
    cell = _outcome_cell(rule, step.outcome if step is not None else None, book, words)
    extent = extent_of(step, book, words) if step is not None else None
    return evolve(cell, extent=extent) if extent is not None else cell


def _outcome_cell(rule: Rule, outcome: Outcome | None, book: Book, words: Words) -> Cell:
    unit = plain_unit(rule.type, rule.measure)
    if outcome is None:
        return Cell("unknown", None, unit, (), words.figures.status("unknown"))
    shown = words.figures.outcome(outcome, rule.type, rule.measure, role_of(rule), exactly=False)
    if isinstance(outcome, Blocked):
        lines = tuple(dict.fromkeys(reason(item, words) for item in reasons_of(outcome, book)))
        return Cell(status_of(outcome), None, unit, lines, shown)
    if isinstance(outcome, NotApplicable):
        why = (outcome.reason,) if outcome.reason else (words.catalog.excluded_plain,)
        return Cell("value", None, unit, why, shown, inapplicable=True)
    value = plain_value(outcome, rule.measure)
    scaled = in_measure(outcome, rule.measure)
    return Cell("value", value, unit, (), shown, scaled)


def in_measure(value: Value, measure: Measure | None) -> Exact | None:
    """A number in the unit that it is shown in; None for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        return None
    return exact(Fraction(value) / measure.size) if measure is not None else value


def plain_value(value: Value, measure: Measure | None = None) -> Plain:
    """A value as JSON has it: numbers as exact strings in the measure, dates in ISO form, none as null."""
    match value:
        case bool():
            return value
        case int() | Fraction():
            scaled = in_measure(value, measure)
            return decimal_text(scaled) if scaled is not None else None
        case str():
            return value
        case datetime() | date():
            return value.isoformat()
        case tuple():
            return [plain_value(item, measure) for item in value]
        case Absent() | NotApplicable():
            return None


def unit_of(type_: Type, measure: Measure | None) -> str:
    """The unit that `plain_value` states a value in."""
    return plain_unit(type_, measure)
