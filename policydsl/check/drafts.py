"""Owns drafts: rules, tasks, conditions and properties with whose they are and the citation that their part lends."""

from __future__ import annotations

from collections.abc import Iterator

from policydsl.check.scope import Claim, Draft, EntityScope, Scope
from policydsl.core import program as core
from policydsl.diagnostics.model import Label
from policydsl.syntax import tree


def whose(scope: Scope, node: tree.Declaration, on: tree.Name | None) -> EntityScope | None:
    """The entity that a declaration is about: the one it stands under, else the main one; None after a finding."""
    if on is not None:
        found = scope.entity(on.text)
        if found is None:
            scope.report("unknown-entity", on.span, name=on.text, close=scope.close_to(on.text, None))
        return found
    if scope.main:
        return scope.entities[scope.main]
    scope.report("rule-outside-entity", node.span)
    return None


def draft(
    scope: Scope,
    node: tree.Rule | tree.Task | tree.Constraint | tree.Reading | Claim,
    parts: tuple[str, ...],
    lent: str,
    on: tree.Name | None,
    applies: tuple[tree.Applies, ...],
) -> None:
    """Notes a rule, task or the like with whose it is and the citation that its part lends."""
    item = whose(scope, node, on)
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


def conditions(
    scope: Scope,
    node: tree.Conditions,
    parts: tuple[str, ...],
    lent: str,
    on: tree.Name | None,
    applies: tuple[tree.Applies, ...],
) -> None:
    """Notes the conditions of a list, each a rule of its own, and the list as the rule over them."""
    owner = whose(scope, node, on)
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


def leaves(items: tuple[tree.ItemLine, ...], lent: str) -> Iterator[tuple[tree.ItemLine, str]]:
    """The items that are no lists themselves, each with its citation or the one lent to it."""
    for item in items:
        cited = item.cite.text if item.cite else lent
        if item.items:
            yield from leaves(item.items, cited)
        else:
            yield item, cited
