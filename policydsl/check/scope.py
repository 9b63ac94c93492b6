"""Owns the collected declarations of a policy: who owns which name, before any expression is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from typing import TypeVar

from attrs import define, evolve, field, frozen

from policydsl.check.crossed import unfolded, with_the_rest
from policydsl.check.guards import asked
from policydsl.check.meant import type_meant
from policydsl.check.measures import COUNT_WORDS, Measures
from policydsl.core import program as core
from policydsl.core.types import (
    BOOL,
    DATE,
    MOMENT,
    NEVER,
    RATIO,
    TEXT,
    ListOf,
    Member,
    Number,
    Optional,
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


T = TypeVar("T")


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


# ---------------------------------------------------------------- collecting


def collect(file: tree.File) -> Scope:
    """All declarations of a file, with duplicates and unknown owners reported."""
    scope = Scope(file.language)
    flat = list(_flatten(file.body, (), "", None))
    for node, *_ in flat:
        match node:
            case tree.Policy():
                _header(scope, node)
            case tree.Units():
                for item in node.items:
                    if not scope.measures.declare(item.name.text, item.alias.text if item.alias else None):
                        scope.report("duplicate-unit", item.name.span, name=item.name.text)
            case tree.Roll():
                _roll(scope, node)
            case tree.Register():
                if node.name.text in scope.registers:
                    scope.report("duplicate-name", node.name.span, name=node.name.text)
                scope.registers[node.name.text] = node
            case _:
                pass
    for node, *_ in flat:
        if isinstance(node, tree.Entity):
            _entity(scope, node)
    _owners(scope)
    _main(scope, file)
    for entity in scope.entities.values():
        _fields(scope, entity)
    for node, _, lent, on, _ in flat:
        if isinstance(node, tree.Conditions):
            _item_facts(scope, node, lent, on)
    for node, parts, lent, on, applies in flat:
        match node:
            case tree.Parameter():
                _named(scope, node.name, node.alias, node, scope.parameters)
                if node.cite:
                    scope.citations.append(node.cite)
            case tree.Formula():
                _named(scope, node.name, None, node, scope.formulas)
                if node.cite:
                    scope.citations.append(node.cite)
            case tree.Conditions():
                _conditions(scope, node, parts, lent, on, applies)
            case tree.Calendar():
                _named(scope, node.name, None, node, scope.calendars)
            case tree.Table():
                _table(scope, node, node.cite.text if node.cite else lent)
                if node.alias:
                    scope.table_aliases[node.alias.text] = node.name.text
            case tree.Monotone() | tree.Steady() | tree.Unrelated() | tree.Divided():
                owner = _whose(scope, node, on)
                if owner is not None:
                    scope.comparisons.append((owner.name, node, node.cite.text if node.cite else lent))
            case (
                tree.Rule()
                | tree.Task()
                | tree.Constraint()
                | tree.Reading()
                | tree.Always()
                | tree.Whenever()
                | tree.SharedOut()
            ):
                _draft(scope, node, parts, lent, on, applies)
            case tree.Decision():
                _decision(scope, node, lent, on)
            case tree.Clause():
                if node.id in scope.clauses:
                    scope.report("duplicate-name", node.span, name=node.id)
                scope.clauses[node.id] = node
            case tree.Example():
                if any(other.name.text == node.name.text for other in scope.examples):
                    scope.report("duplicate-name", node.name.span, name=node.name.text)
                scope.examples.append(node)
            case tree.Erratum():
                _erratum(scope, node)
            case tree.Part():
                scope.parts[node.name.text] = node
            case _:
                pass
    _completed(scope)
    return scope


Context = tuple[tree.Declaration, tuple[str, ...], str, tree.Name | None, tuple[tree.Applies, ...]]


def _flatten(
    body: tuple[tree.Declaration, ...],
    parts: tuple[str, ...],
    lent: str,
    on: tree.Name | None,
    applies: tuple[tree.Applies, ...] = (),
) -> Iterator[Context]:
    here = (*applies, *(node for node in body if isinstance(node, tree.Applies)))
    for node in body:
        yield node, parts, lent, on, here
        if isinstance(node, tree.Part):
            yield from _flatten(node.body, (*parts, node.name.text), node.cite.text if node.cite else lent, on, here)
        elif isinstance(node, tree.On):
            yield from _flatten(node.body, parts, node.cite.text if node.cite else lent, node.entity, here)


def _table(scope: Scope, node: tree.Table, clause: str) -> None:
    """A table, or one version of it: several tables of one name must each say since when."""
    node = unfolded(node)
    name = node.name.text
    versions = scope.versions.setdefault(name, [])
    if scope.tables.get(name) is not None and (
        node.since is None or any(other.since in (None, node.since) for other in versions)
    ):
        scope.report("duplicate-name", node.name.span, name=name)
    versions.append(node)
    own = name if node.since is None else f"{name}@{node.since.isoformat()}"
    scope.tables[own] = (node, clause)
    scope.tables.setdefault(name, (node, clause))


def _erratum(scope: Scope, node: tree.Erratum) -> None:
    if node.printed == node.meant:
        scope.report("erratum-same", node.span, words=node.printed)
    scope.errata.append(core.Erratum(node.clause, node.printed, node.meant, node.reason, span=node.span))
    if node.cite:
        scope.citations.append(node.cite)


def _completed(scope: Scope) -> None:
    """Versions of a table that say 其余照旧, with the rows of the version before that they do not say."""
    for name, versions in scope.versions.items():
        if not any(node.rest_same for node in versions):
            continue
        versions.sort(key=lambda node: node.since or date.min)
        for at, node in enumerate(versions):
            if not node.rest_same:
                continue
            if at == 0:
                scope.report("rest-of-nothing", node.span, name=name)
                continue
            versions[at] = with_the_rest(node, versions[at - 1])
            if node.since is not None:
                own = f"{name}@{node.since.isoformat()}"
                scope.tables[own] = (versions[at], scope.tables[own][1])
        if versions[0].since is None:
            continue
        scope.tables[name] = (versions[0], scope.tables[name][1])


def _named(scope: Scope, name: tree.Name, alias: tree.Name | None, node: T, into: dict[str, T]) -> None:
    if name.text in scope.parameters or name.text in scope.formulas or name.text in scope.rolls:
        scope.report("duplicate-name", name.span, name=name.text)
    into[name.text] = node
    if alias is not None:
        into[alias.text] = node


def _header(scope: Scope, node: tree.Policy) -> None:
    if scope.header is not None:
        scope.report("header-twice", node.span)
    scope.header = node
    for line in node.lines:
        if line.word == "H_CURRENCY" and isinstance(line.value, tree.Name):
            scope.measures.pay_in(line.value.text)
        if line.word == "H_BASIS" and isinstance(line.value, tree.Name):
            scope.basis = line.value


def _roll(scope: Scope, node: tree.Roll) -> None:
    if node.name.text in scope.rolls:
        scope.report("duplicate-name", node.name.span, name=node.name.text)
    seen: dict[str, str] = {}
    for item in node.members:
        if item.name.text in seen:
            scope.report("duplicate-name", item.name.span, name=item.name.text)
        seen[item.name.text] = item.alias.text if item.alias else ""
    aliases = {name: alias for name, alias in seen.items() if alias}
    scope.rolls[node.name.text] = core.Roll(node.name.text, tuple(seen), aliases, span=node.name.span)
    scope.places[node.name.text] = node.name.span


def _entity(scope: Scope, node: tree.Entity) -> None:
    name = node.name.text
    if name in scope.entities or name in scope.rolls:
        scope.report("duplicate-name", node.name.span, name=name)
    item = EntityScope(name, node)
    for mark in node.marks:
        if mark.text in scope.measures.declared or mark.text in COUNT_WORDS or scope.measures.parse(mark.text):
            item.counted_in = mark.text
        elif mark.text.isascii():
            item.alias = mark.text
            scope.entity_aliases[mark.text] = name
        else:
            scope.report("unknown-unit", mark.span, name=mark.text, close=scope.measures.close(mark.text))
    scope.entities[name] = item


def _owners(scope: Scope) -> None:
    for item in scope.entities.values():
        owner = item.node.owner
        if owner is None:
            continue
        found = scope.entity(owner.text)
        if found is None:
            scope.report("unknown-owner", owner.span, name=owner.text, close=scope.close_to(owner.text, None))
            continue
        item.owner = found.name
    for item in scope.entities.values():
        path = [item.name]
        current = item.owner
        while current is not None and current not in path:
            path.append(current)
            current = scope.entities[current].owner
        if current == item.name:
            scope.report("owner-cycle", item.node.span, path=" → ".join([*path, item.name]))
            item.owner = None


def _main(scope: Scope, file: tree.File) -> None:
    line = next((line for line in scope.header.lines if line.word == "H_MAIN"), None) if scope.header else None
    if scope.header is None and file.body:
        scope.report("header-missing", file.body[0].span)
    if line is not None and isinstance(line.value, tree.Name):
        found = scope.entity(line.value.text)
        if found is not None:
            scope.main = found.name
            return
        scope.report("main-unknown", line.value.span, name=line.value.text, close=scope.close_to(line.value.text, None))
    roots = [item.name for item in scope.entities.values() if item.owner is None and not item.node.singleton]
    if not roots:
        roots = list(scope.entities)
    if line is None and len(roots) > 1 and scope.header is not None:
        scope.report("main-missing", scope.header.span, choices=scope.words("、", ", ").join(roots))
    if roots:
        scope.main = roots[0]


def _fields(scope: Scope, item: EntityScope) -> None:
    keys = 0
    lines = [*item.node.fields, *(line for variant in item.node.variants for line in variant.fields)]
    for variant in item.node.variants:
        item.kinds |= {line.name.text: variant.when for line in variant.fields}
    for line in lines:
        found = scope.type_of(line.type)
        name = line.name.text
        if item.owns(name):
            scope.report("duplicate-name", line.name.span, name=name)
        if found is None:
            scope.report("unknown-type", line.type.span, name=line.type.text, close=_close_type(scope, line.type.text))
            found = (NEVER, None)
        built = _field(scope, item, line.name, line.alias, found, line.attributes, line.cite, None)
        keys += built.key
        if keys > 1 and built.key:
            scope.report("key-twice", line.span, entity=item.name)
        if built.complete and not isinstance(built.type, Member):
            scope.report("complete-needs-list", line.span)
    for name, kind in item.kinds.items():
        item.fields[name] = evolve(item.fields[name], only=asked(kind, scope))


def _close_type(scope: Scope, text: str) -> str:
    meant = type_meant(text)
    if meant:
        return meant
    known = [*scope.rolls, *scope.entities, *scope.measures.declared, *(w for pair in TYPE_WORDS for w in pair)]
    found = get_close_matches(text, known, 1, 0.5)
    return found[0] if found else ""


def _field(
    scope: Scope,
    item: EntityScope,
    name: tree.Name,
    alias: tree.Name | None,
    found: tuple[Type, Measure | None],
    attributes: tuple[tree.Attribute, ...],
    cite: tree.Citation | None,
    decision: core.Decision | None,
) -> core.Field:
    type_, measure = found
    words = {attribute.word for attribute in attributes}
    office = next((a.value for a in attributes if a.word == "OFFICE" and isinstance(a.value, str)), "")
    if "JUDGEMENT" in words or (decision is None and office):
        decision = core.Decision(office, judgement=True)
    elif decision is not None:
        decision = core.Decision(office)
    if "FRACTIONAL" in words and isinstance(type_, Number):
        type_ = Number(type_.unit)
    default = next((a for a in attributes if a.word == "DEFAULT"), None)
    if "AS_LIST" in words:
        type_ = ListOf(type_)
    if "OR_NONE" in words:
        type_ = Optional(type_)
    text = {a.word: a.value for a in attributes if isinstance(a.value, str)}
    built = core.Field(
        name.text,
        type_,
        alias=alias.text if alias else "",
        measure=measure,
        key="KEY" in words,
        complete="COMPLETE" in words,
        fractional="FRACTIONAL" in words,
        default=None,
        default_clause=default.cite.text if default and default.cite else (cite.text if default and cite else ""),
        source=text.get("SOURCE", ""),
        clause=cite.text if cite else "",
        note=text.get("REMARK", ""),
        decision=decision,
        counted=_counted(scope, attributes),
        span=name.span,
    )
    item.fields[name.text] = built
    if alias:
        item.aliases[alias.text] = name.text
    limits = [a.value for a in attributes if a.word == "LIMIT" and isinstance(a.value, tree.Edge)]
    if limits:
        item.bounds[name.text] = limits
    if default is not None and not isinstance(default.value, str | tree.Edge | tree.Name) and default.value is not None:
        item.bounds.setdefault(f"={name.text}", []).append(tree.Edge("=", default.value))
    if cite:
        scope.citations.append(cite)
    return built


def _counted(scope: Scope, attributes: tuple[tree.Attribute, ...]) -> tuple[str, ...]:
    """The registers that a field is counted from, by their own names."""
    aliases = {node.alias.text: name for name, node in scope.registers.items() if node.alias}
    return tuple(aliases.get(name.text, name.text) for mark in attributes for name in mark.names)


def _whose(scope: Scope, node: tree.Declaration, on: tree.Name | None) -> EntityScope | None:
    if on is not None:
        found = scope.entity(on.text)
        if found is None:
            scope.report("unknown-entity", on.span, name=on.text, close=scope.close_to(on.text, None))
        return found
    if scope.main:
        return scope.entities[scope.main]
    scope.report("rule-outside-entity", node.span)
    return None


def _draft(
    scope: Scope,
    node: tree.Rule | tree.Task | tree.Constraint | tree.Reading | Claim,
    parts: tuple[str, ...],
    lent: str,
    on: tree.Name | None,
    applies: tuple[tree.Applies, ...],
) -> None:
    item = _whose(scope, node, on)
    if item is None:
        return
    name = node.name.text
    alias = node.alias.text if not isinstance(node, tree.Constraint | Claim) and node.alias else ""
    if item.owns(name) or scope.table(name):
        previous = scope.places.get(f"{item.name}.{name}")
        labels = (Label(previous, scope.words("先在这里定义", "first defined here")),) if previous else ()
        scope.report("duplicate-name", node.name.span, labels=labels, name=name)
    kinds: dict[type, core.RuleKind] = {
        tree.Rule: "rule",
        tree.Task: "task",
        tree.Constraint: "constraint",
        tree.Reading: "reading",
        tree.Always: "property",
        tree.Whenever: "property",
        tree.SharedOut: "property",
    }
    scope.places[f"{item.name}.{name}"] = node.name.span
    if isinstance(node, tree.Reading) and all(line.value is None for line in node.options):
        # a reading without bodies is compared with the names of its alternatives, like a member of a roll
        scope.rolls[name] = core.Roll(name, tuple(line.name.text for line in node.options), span=node.name.span)
        scope.reading_rolls.add(name)
    item.drafts[name] = Draft(
        item.name, name, node, kinds[type(node)], parts, lent, alias, applies if isinstance(node, tree.Rule) else ()
    )
    if alias:
        item.aliases[alias] = name
    if node.cite:
        scope.citations.append(node.cite)


def _leaves(items: tuple[tree.ItemLine, ...], lent: str) -> Iterator[tuple[tree.ItemLine, str]]:
    """The items that are no lists themselves, each with its citation or the one lent to it."""
    for item in items:
        cited = item.cite.text if item.cite else lent
        if item.items:
            yield from _leaves(item.items, cited)
        else:
            yield item, cited


def _item_facts(scope: Scope, node: tree.Conditions, lent: str, on: tree.Name | None) -> None:
    """Items without a condition of their own are facts: 是 or 否."""
    owner = _whose(scope, node, on)
    if owner is None:
        return
    for item, clause in _leaves(node.items, node.cite.text if node.cite else lent):
        if item.value is None and not owner.owns(item.name.text):
            name = item.name.text
            owner.fields[name] = core.Field(
                name, BOOL, alias=item.alias.text if item.alias else "", clause=clause, span=item.name.span
            )
            if item.alias:
                owner.aliases[item.alias.text] = name


def _conditions(
    scope: Scope,
    node: tree.Conditions,
    parts: tuple[str, ...],
    lent: str,
    on: tree.Name | None,
    applies: tuple[tree.Applies, ...],
) -> None:
    owner = _whose(scope, node, on)
    if owner is None:
        return

    def add(part: tree.Conditions | tree.ItemLine, lent: str) -> None:
        """A list lends its citation to its items."""
        name = part.name.text
        if owner.owns(name) or scope.table(name):
            scope.report("duplicate-name", part.name.span, name=name)
        alias = part.alias.text if part.alias else ""
        owner.drafts[name] = Draft(owner.name, name, part, "condition", parts, lent, alias)
        if alias:
            owner.aliases[alias] = name
        if part.cite:
            scope.citations.append(part.cite)
        for item in part.items:
            if item.items or item.value is not None:
                add(item, part.cite.text if part.cite else lent)

    add(node, lent)


def _decision(scope: Scope, node: tree.Decision, lent: str, on: tree.Name | None) -> None:
    item = _whose(scope, node, on)
    if item is None:
        return
    if item.owns(node.name.text):
        scope.report("duplicate-name", node.name.span, name=node.name.text)
    found = scope.type_of(node.type)
    if found is None:
        scope.report("unknown-type", node.type.span, name=node.type.text, close=_close_type(scope, node.type.text))
        found = (NEVER, None)
    built = _field(scope, item, node.name, node.alias, found, node.attributes, node.cite, core.Decision())
    if not built.clause and lent:
        item.fields[node.name.text] = evolve(built, clause=lent)
