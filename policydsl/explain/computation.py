"""Owns the sheet of computation (测算表) of the main entity: which columns a policy itself calls for, grouped as its parts are.

Texts of the row, and of a row that it may have at most one of (the agency chosen), stand first. Facts stand before the first rule
that reads them, itself or through a reading, decisions after the rule before which they are written, so that every amount
can be followed from left to right. Tasks are left to the results: what of them matters for money is a rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import frozen

from policydsl.core.facts import Bad, Facts, Known
from policydsl.core.program import Field, FieldRead, Program, Rule, RuleRead, Switch
from policydsl.core.types import Number, Text, Type, strip
from policydsl.core.units import Measure
from policydsl.core.values import Blocked, Cause, Lack, NotApplicable, Outcome, status_of
from policydsl.core.walk import everything
from policydsl.diagnostics.model import Language
from policydsl.explain.book import Book
from policydsl.explain.desk import role_of
from policydsl.explain.figures import Figures, is_number, is_share, plain_unit
from policydsl.explain.ledger import keys_of, reasons_of
from policydsl.explain.notes import reason
from policydsl.explain.results import Cell, in_measure, plain_value
from policydsl.explain.teller import Teller
from policydsl.explain.terms import Role
from policydsl.explain.words import catalog_of
from policydsl.interpret.trace import Trace

Kind = Literal["about", "fact", "rule", "decision"]


@frozen
class Head:
    """A column. `groups`: the parts it stands in, outermost first; `money`: an amount; `summed`: a total makes sense.

    `share`: a bare ratio, shown as a percentage.
    """

    name: str
    alias: str
    kind: Kind
    unit: str
    clause: str
    groups: tuple[str, ...]
    numeric: bool
    money: bool
    summed: bool
    share: bool


@frozen
class Line:
    """A row: its key, its cells, and all that is open in it, in words."""

    key: str
    cells: tuple[Cell, ...]
    open: tuple[str, ...]


@frozen
class Computation:
    """The sheet: `unit` is the one unit that all its amounts share, empty where they have several."""

    entity: str
    row_name: str
    lang: Language
    unit: str
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]


@frozen
class _Column:
    kind: Kind
    declared: Field | Rule
    groups: tuple[str, ...]
    below: str = ""

    @property
    def type(self) -> Type:
        return self.declared.type

    @property
    def measure(self) -> Measure | None:
        return self.declared.measure

    @property
    def role(self) -> Role:
        return role_of(self.declared) if isinstance(self.declared, Rule) else "plain"


def computation(trace: Trace, lang: Language | None = None) -> Computation | None:
    """The sheet of computation of a run; None for a policy whose main entity has no rows or computes nothing."""
    program, book = trace.program, Book(trace)
    language = lang if lang is not None else program.language
    entity = program.entities.get(program.header.main)
    if entity is None or entity.singleton or entity.key_field is None:
        return None
    columns = tuple(_columns(program, entity.name, entity.fields, trace.facts))
    if not any(column.kind == "rule" for column in columns):
        return None
    teller = Teller(Figures(language, program.units, program.header.currency), catalog_of(language))
    lines = []
    for key in keys_of(trace, entity.name):
        cells = tuple(_cell(column, key, book, teller) for column in columns)
        open_ = dict.fromkeys(line for cell in cells if cell.status != "value" for line in cell.reasons)
        lines.append(Line(key, cells, tuple(open_)))
    heads = tuple(_head(column, program.header.currency) for column in columns)
    units = {head.unit for head in heads if head.money}
    name = entity.name if language == "zh" else entity.alias or entity.name
    return Computation(entity.name, name, language, units.pop() if len(units) == 1 else "", heads, tuple(lines))


def _columns(program: Program, entity: str, fields: tuple[Field, ...], facts: Facts) -> Iterator[_Column]:
    by_name = {item.name: item for item in fields}
    rules = [rule for rule in program.rules_of(entity) if rule.kind == "rule"]
    read = {rule.name: _facts_read(rule, program) for rule in program.rules if rule.entity == entity}
    mentioned = {name for names in read.values() for name in names}
    for item in fields:
        if isinstance(strip(item.type), Text) and not item.key and item.name not in mentioned:
            yield _Column("about", item, ())
    for child in program.entities.values():
        # the one that belongs to a row, where it was supplied: who it is, not what was judged of it
        if child.owner == entity and child.at_most_one and facts.tables.get(child.name):
            for item in child.fields:
                if isinstance(strip(item.type), Text) and item.decision is None:
                    yield _Column("about", item, (), child.name)
    placed = set[str]()
    decisions = [item for item in fields if item.decision is not None and not item.decision.judgement]
    helpers = _helpers(program, entity)
    rules = [rule for rule in rules if rule.name not in helpers]
    for index, rule in enumerate(rules):
        for name in read[rule.name]:
            item = by_name[name]
            own_place = item.key or item in decisions
            if name not in placed and not own_place:
                placed.add(name)
                yield _Column("fact", item, rule.part)
        yield _Column("rule", rule, rule.part)
        following = rules[index + 1] if index + 1 < len(rules) else None
        for item in decisions:
            if item.name not in placed and (following is None or _before(item, following)) and not _before(item, rule):
                placed.add(item.name)
                yield _Column("decision", item, rule.part)


def _facts_read(rule: Rule, program: Program) -> tuple[str, ...]:
    """Facts of the same entity that a rule reads itself or through the alternatives that readings adopt, in reading order."""
    found = list[str]()
    for node in everything(rule.body):
        if isinstance(node, FieldRead) and node.entity == rule.entity:
            found.append(node.name)
        elif isinstance(node, RuleRead) and node.entity == rule.entity:
            below = program.rule_index[node.entity, node.name]
            if below.kind == "reading" and isinstance(below.body, Switch):
                adopted = program.readings[below.name].adopted
                for option in below.body.options:
                    if option.label == adopted and isinstance(option.value, FieldRead):
                        found.append(option.value.name)
    return tuple(dict.fromkeys(reversed(found)))


def _helpers(program: Program, entity: str) -> set[str]:
    """Rules that only readings rest on: under the readings adopted they say nothing."""
    readers: dict[str, list[Rule]] = {}
    for rule in program.rules:
        for node in everything(rule.body):
            if isinstance(node, RuleRead) and node.entity == entity:
                readers.setdefault(node.name, []).append(rule)
    return {name for name, rules in readers.items() if all(rule.kind == "reading" for rule in rules)}


def _before(item: Field, rule: Rule) -> bool:
    """Whether a fact is written before a rule."""
    return item.span is not None and rule.span is not None and item.span.start < rule.span.start


def _head(column: _Column, currency: str) -> Head:
    declared, kind = column.declared, strip(column.type)
    money = isinstance(kind, Number) and str(kind.unit) == currency
    ratio = is_share(column.type, column.measure)
    # shares and rates do not add up; amounts and counts do
    counts = isinstance(kind, Number) and kind.whole and [power for _, power in kind.unit.powers] == [1]
    return Head(
        declared.name,
        declared.alias,
        column.kind,
        "%" if ratio else plain_unit(column.type, column.measure),
        declared.clause,
        column.groups,
        is_number(column.type),
        money,
        money or counts,
        ratio,
    )


def _cell(column: _Column, key: str, book: Book, teller: Teller) -> Cell:
    declared = column.declared
    unit = plain_unit(column.type, column.measure)
    outcome: Outcome | None
    if isinstance(declared, Rule):
        step = book.step(declared.entity, key, declared.name)
        outcome = step.outcome if step is not None else None
    else:
        outcome = _fact(declared, key, book) if not column.below else _text_below(declared, key, column.below, book)
    if outcome is None:
        return Cell("unknown", None, unit, (), teller.figures.status("unknown"))
    shown = teller.figures.outcome(outcome, column.type, column.measure, column.role, exactly=False)
    if isinstance(outcome, Blocked):
        lines = tuple(dict.fromkeys(reason(item, teller) for item in reasons_of(outcome, book)))
        return Cell(status_of(outcome), None, unit, lines, shown)
    if isinstance(outcome, NotApplicable):
        return Cell("value", None, unit, (outcome.reason,) if outcome.reason else (), shown, inapplicable=True)
    return Cell("value", plain_value(outcome, column.measure), unit, (), shown, in_measure(outcome, column.measure))


def _text_below(field: Field, key: str, entity: str, book: Book) -> Outcome:
    """A text of the only row that belongs to a row; not applicable where there is none, or nothing in it."""
    for record in book.trace.facts.tables.get(entity, ()):
        if record.parent == key:
            cell = record.cells.get(field.name)
            return cell.value if isinstance(cell, Known) else NotApplicable()
    return NotApplicable()


def _fact(field: Field, key: str, book: Book) -> Outcome:
    entity = book.trace.program.header.main
    cell = book.cell(entity, key, field.name)
    match cell:
        case Known():
            return cell.value
        case Bad():
            return Blocked((Cause(Lack.UNREADABLE, entity, key, field.name, cell.problem, cell.origin),))
        case _:
            lack = Lack.DECISION if field.decision is not None else Lack.MISSING
            office = field.decision.office if field.decision is not None else ""
            return Blocked((Cause(lack, entity, key, field.name, office, cell.origin if cell is not None else None),))
