"""Owns the collected declarations of a policy: who owns which name, before any expression is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from attrs import define, field, frozen

from policydsl.check.measures import Measures
from policydsl.core import program as core
from policydsl.core.types import (
    BOOL,
    DATE,
    MOMENT,
    RATIO,
    TEXT,
    Member,
    Number,
    Reference,
    Type,
)
from policydsl.core.units import PLAIN, Measure, base
from policydsl.diagnostics.model import Diagnostic, Label, Language
from policydsl.source import Span
from policydsl.syntax import tree
from policydsl.syntax.keywords import TYPE_WORDS

_BUILT_IN: dict[str, str] = {word: zh for zh, en in TYPE_WORDS for word in (zh, en)}


Claim = tree.Always | tree.Whenever | tree.SharedOut
"""性质 that are conditions."""
Comparison = tree.Monotone | tree.Steady | tree.Unrelated | tree.Divided
"""性质 that hold outcomes of changed facts against each other."""
RuleLike = tree.Rule | tree.Task | tree.Constraint | tree.Reading | tree.Conditions | tree.ItemLine | Claim


@frozen
class Draft:
    """A rule-like declaration with its context: whose it is, in which parts, and the citation they lend."""

    entity: str
    name: str
    node: RuleLike
    kind: core.RuleKind
    parts: tuple[str, ...]
    lent: str
    alias: str = ""
    applies: tuple[tree.Applies, ...] = ()

    @property
    def id(self) -> tuple[str, str]:
        """(entity, name)."""
        return (self.entity, self.name)


@define
class EntityScope:
    """One entity and the names that its rows carry."""

    name: str
    node: tree.Entity
    owner: str | None = None
    alias: str = ""
    counted_in: str = ""
    fields: dict[str, core.Field] = field(factory=dict)
    bounds: dict[str, list[tree.Edge]] = field(factory=dict)
    kinds: dict[str, tree.Expr] = field(factory=dict)
    drafts: dict[str, Draft] = field(factory=dict)
    aliases: dict[str, str] = field(factory=dict)

    def owns(self, name: str) -> str | None:
        """The canonical name of a field or rule of the rows, by name or alias."""
        if name in self.fields or name in self.drafts:
            return name
        return self.aliases.get(name)


@define
class Scope:
    """Everything a policy declares, by name. Findings about the declarations themselves are in `findings`."""

    language: Language
    measures: Measures = field(factory=Measures)
    header: tree.Policy | None = None
    main: str = ""
    rolls: dict[str, core.Roll] = field(factory=dict)
    entities: dict[str, EntityScope] = field(factory=dict)
    entity_aliases: dict[str, str] = field(factory=dict)
    tables: dict[str, tuple[tree.Table, str]] = field(factory=dict)
    table_aliases: dict[str, str] = field(factory=dict)
    versions: dict[str, list[tree.Table]] = field(factory=dict)
    reading_rolls: set[str] = field(factory=set)
    clauses: dict[str, tree.Clause] = field(factory=dict)
    examples: list[tree.Example] = field(factory=list)
    comparisons: list[tuple[str, Comparison, str]] = field(factory=list)
    parameters: dict[str, tree.Parameter] = field(factory=dict)
    formulas: dict[str, tree.Formula] = field(factory=dict)
    errata: list[core.Erratum] = field(factory=list)
    calendars: dict[str, tree.Calendar] = field(factory=dict)
    registers: dict[str, tree.Register] = field(factory=dict)
    basis: tree.Name | None = None
    parts: dict[str, tree.Part] = field(factory=dict)
    citations: list[tree.Citation] = field(factory=list)
    places: dict[str, Span] = field(factory=dict)
    findings: list[Diagnostic] = field(factory=list)

    # ------------------------------------------------------------ findings

    def report(
        self, code: str, where: Span, mend: str | None = None, labels: tuple[Label, ...] = (), **data: object
    ) -> None:
        """Note a finding in the file's language."""
        self.findings.append(Diagnostic(code, where, data, labels, self.language, mend))

    def words(self, zh: str, en: str) -> str:
        """The phrase of the file's language."""
        return zh if self.language == "zh" else en

    # ------------------------------------------------------------ look-ups

    def entity(self, name: str) -> EntityScope | None:
        """An entity by name or alias."""
        return self.entities.get(name) or self.entities.get(self.entity_aliases.get(name, ""))

    def table(self, name: str) -> str | None:
        """The canonical name of a table."""
        return name if name in self.tables else self.table_aliases.get(name)

    def ancestors(self, entity: str) -> Iterator[str]:
        """The owners of an entity's rows, nearest first."""
        seen = {entity}
        current = self.entities[entity].owner if entity in self.entities else None
        while current is not None and current not in seen:
            yield current
            seen.add(current)
            current = self.entities[current].owner if current in self.entities else None

    def singletons(self) -> Iterator[str]:
        """All singleton entities."""
        return (name for name, item in self.entities.items() if item.node.singleton)

    def member(self, roll: str, name: str) -> str | None:
        """The canonical member of a roll."""
        item = self.rolls.get(roll)
        if item is None:
            return None
        return name if name in item.members else next((m for m, a in item.aliases.items() if a == name), None)

    def rolls_with(self, name: str) -> list[str]:
        """The rolls that have this member."""
        return [roll for roll in self.rolls if roll not in self.reading_rolls and self.member(roll, name) is not None]

    def close_to(self, name: str, entity: str | None) -> str:
        """A known name much like `name`, or nothing."""
        known: list[str] = [*self.tables, *self.entities]
        for item in self.entities.values():
            if entity is None or item.name == entity or item.name in self.ancestors(entity) or item.node.singleton:
                known += [*item.fields, *item.drafts]
        known += [member for roll in self.rolls.values() for member in roll.members]
        found = get_close_matches(name, [item for item in known if item != name], 1, 0.5)
        return found[0] if found else ""

    # ------------------------------------------------------------ types of fields

    def type_of(self, unit: tree.UnitName) -> tuple[Type, Measure | None] | None:
        """The type that stands after a field's name, and the measure of its bare numbers."""
        text = unit.text
        if unit.below is None:
            if text in self.rolls:
                return Member(text), None
            entity = self.entity(text)
            if entity is not None:
                return Reference(entity.name), None
            match _BUILT_IN.get(text):
                case "布尔":
                    return BOOL, None
                case "文本":
                    return TEXT, None
                case "日期":
                    return DATE, None
                case "时刻":
                    return MOMENT, None
                case "数":
                    return Number(PLAIN), Measure(PLAIN, "")
                case "整数":
                    return Number(PLAIN, True), Measure(PLAIN, "")
                case "比例":
                    return RATIO, None
                case "金额":
                    return Number(base(self.measures.currency)), Measure(
                        base(self.measures.currency), self.measures.currency
                    )
                case _:
                    pass
        measure = self.measures.parse(text)
        if measure is None:
            return None
        return Number(measure.unit, self.measures.counts(measure.unit)), measure
