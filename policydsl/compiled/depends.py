"""Owns what depends on what: the facts and rules that a rule reads, at once or through other rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from attrs import frozen

from policydsl.core import program as core
from policydsl.core.walk import everything

Name = tuple[str, str]
"""An entity and a fact of it, or an entity and a rule of it."""


@frozen
class Read:
    """What an expression reads: facts and rules, wherever in it they stand, the cells of tables that it looks up among them."""

    facts: frozenset[Name]
    rules: frozenset[Name]


def read_by(program: core.Program) -> Mapping[Name, Read]:
    """What each rule reads itself."""
    tables: dict[str, list[core.Expr]] = {}
    found: dict[Name, Read] = {}
    for rule in program.rules:
        nodes = [*everything(rule.body)]
        for table in dict.fromkeys(node.table for node in nodes if isinstance(node, core.Lookup)):
            if table not in tables:
                cells = [cell for row in program.tables[table].rows for cell in row.cells.values()]
                tables[table] = [node for cell in cells for node in everything(cell)]
            nodes += tables[table]
        facts = frozenset([(node.entity, node.name) for node in nodes if isinstance(node, core.FieldRead)])
        rules = frozenset([(node.entity, node.name) for node in nodes if isinstance(node, core.RuleRead)])
        found[rule.id] = Read(facts, rules)
    return found


def below(read: Mapping[Name, Read], rules: Iterable[Name]) -> tuple[set[Name], set[Name]]:
    """The rules that some rules rest on, these among them, and all facts that those read."""
    waiting, met, facts = [*rules], set[Name](), set[Name]()
    while waiting:
        rule = waiting.pop()
        if rule in met:
            continue
        met.add(rule)
        facts |= read[rule].facts
        waiting += read[rule].rules
    return met, facts


def judged_by(program: core.Program, rules: Iterable[Name]) -> set[Name]:
    """The rules that have to be computed to know those that are asked for: what they rest on, and every constraint that reads a
    fact of theirs, for where it is false nobody may compute with that fact."""
    read = read_by(program)
    needed, facts = below(read, rules)
    for rule in program.rules:
        if rule.kind == "constraint" and rule.id not in needed:
            others, touched_facts = below(read, [rule.id])
            if touched_facts & facts:
                needed |= others
    return needed


def touched(program: core.Program, fields: Collection[Name]) -> set[Name]:
    """The rules that depend on any of these facts, through whatever other rules."""
    found: set[Name] = set()
    wanted = set(fields)
    for rule, read in read_by(program).items():
        if read.facts & wanted or read.rules & found:
            found.add(rule)
    return found
