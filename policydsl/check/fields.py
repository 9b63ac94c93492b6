"""Owns the facts of entities: fields, decisions and conditions that are answered yes or no, with their types and marks."""

from __future__ import annotations

import re
from difflib import get_close_matches

from attrs import evolve

from policydsl.check.drafts import leaves, whose
from policydsl.check.meant import type_meant
from policydsl.check.scope import EntityScope, Scope
from policydsl.core import program as core
from policydsl.core.types import (
    BOOL,
    NEVER,
    ListOf,
    Member,
    Number,
    Optional,
    Type,
)
from policydsl.core.units import Measure
from policydsl.syntax import tree
from policydsl.syntax.keywords import TYPE_WORDS

_SCORED = re.compile("评分|得分|打分|分数|积分|总分|考核|评审")
"""What a fact is called that is a score."""
_MONEY = ("金额", "money")


def fields(scope: Scope, item: EntityScope) -> None:
    """The facts of an entity, those of its kinds of rows included."""
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
        if line.type.text == "分" and "分" not in scope.measures.declared and _SCORED.search(name):
            scope.report("unit-score", line.type.span, name=name)
        built = _field(scope, item, line.name, line.alias, found, line.attributes, line.cite, None)
        keys += built.key
        if keys > 1 and built.key:
            scope.report("key-twice", line.span, entity=item.name)
        if built.complete and not isinstance(built.type, Member):
            scope.report("complete-needs-list", line.span)


def _close_type(scope: Scope, text: str) -> str:
    meant = type_meant(text)
    if meant:
        return meant
    money, slash, unit = text.partition("/")
    if slash and (money in _MONEY or type_meant(money) in _MONEY):
        # what is paid by the month has a unit of its own
        return f"{scope.measures.currency}/{unit}"
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


def item_facts(scope: Scope, node: tree.Conditions, lent: str, on: tree.Name | None) -> None:
    """Items without a condition of their own are facts: 是 or 否."""
    owner = whose(scope, node, on)
    if owner is None:
        return
    for item, clause in leaves(node.items, node.cite.text if node.cite else lent):
        if item.value is None and not owner.owns(item.name.text):
            name = item.name.text
            owner.fields[name] = core.Field(
                name, BOOL, alias=item.alias.text if item.alias else "", clause=clause, span=item.name.span
            )
            if item.alias:
                owner.aliases[item.alias.text] = name


def decision(scope: Scope, node: tree.Decision, lent: str, on: tree.Name | None) -> None:
    """A human decision as a fact of its entity."""
    item = whose(scope, node, on)
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
