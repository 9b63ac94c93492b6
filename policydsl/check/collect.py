"""Owns collecting: every declaration of a file into a `Scope`, duplicates and unknown owners reported."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TypeVar

from policydsl.check.crossed import unfolded, with_the_rest
from policydsl.check.drafts import conditions, draft, whose
from policydsl.check.fields import decision, fields, item_facts
from policydsl.check.measures import COUNT_WORDS
from policydsl.check.scope import EntityScope, Scope
from policydsl.core import program as core
from policydsl.syntax import tree

T = TypeVar("T")


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
                    if scope.measures.built_in(item.name.text):
                        scope.report("unit-built-in", item.name.span, name=item.name.text)
                    elif not scope.measures.declare(item.name.text, item.alias.text if item.alias else None):
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
        fields(scope, entity)
    for node, _, lent, on, _ in flat:
        if isinstance(node, tree.Conditions):
            item_facts(scope, node, lent, on)
    examples: set[str] = set()
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
                conditions(scope, node, parts, lent, on, applies)
            case tree.Calendar():
                _named(scope, node.name, None, node, scope.calendars)
            case tree.Table():
                _table(scope, node, node.cite.text if node.cite else lent)
                if node.alias:
                    scope.table_aliases[node.alias.text] = node.name.text
            case tree.Monotone() | tree.Steady() | tree.Unrelated() | tree.Divided():
                owner = whose(scope, node, on)
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
                draft(scope, node, parts, lent, on, applies)
            case tree.Decision():
                decision(scope, node, lent, on)
            case tree.Clause():
                if node.id in scope.clauses:
                    scope.report("duplicate-name", node.span, name=node.id)
                scope.clauses[node.id] = node
            case tree.Example():
                if node.name.text in examples:
                    scope.report("duplicate-name", node.name.span, name=node.name.text)
                examples.add(node.name.text)
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
