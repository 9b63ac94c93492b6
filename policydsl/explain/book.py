"""Owns looking things up in a trace being explained: names with aliases, rows of an owner, cells, other steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import assert_never

from attrs import frozen

from policydsl.core.facts import Bad, Cell, Facts, Known, Missing, Record
from policydsl.core.program import Children, Field, Rows, Rule, RuleRead
from policydsl.core.values import Outcome, Status, status_of
from policydsl.core.walk import everything
from policydsl.explain.names import Name, Role
from policydsl.interpret.trace import RuleStep, Trace


@frozen(slots=False)
class Book:
    """A trace with the indexes that explaining needs; made once per explanation."""

    trace: Trace

    @cached_property
    def fields(self) -> Mapping[tuple[str, str], Field]:
        """Fields by (entity, name)."""
        return {
            (entity.name, item.name): item for entity in self.trace.program.entities.values() for item in entity.fields
        }

    @cached_property
    def children(self) -> Mapping[tuple[str, str | None], tuple[Record, ...]]:
        """Rows by (entity, key of their owner)."""
        found: dict[tuple[str, str | None], list[Record]] = {}
        for entity, records in self.trace.facts.tables.items():
            for record in records:
                found.setdefault((entity, record.parent), []).append(record)
        return {owner: tuple(records) for owner, records in found.items()}

    def astray(self, rows: Rows, keys: Sequence[str]) -> int:
        """How many of some rows do not say whose they are, where an aggregate asks for those of one owner."""
        if not keys or not isinstance(rows, Children) or self.trace.program.entities[rows.entity].owner is None:
            return 0
        nobodys = {record.key for record in self.children.get((rows.entity, None), ())}
        return sum(key in nobodys for key in keys)

    @cached_property
    def _rows(self) -> frozenset[tuple[str, str]]:
        tables = self.trace.facts.tables
        return frozenset((entity, record.key) for entity, records in tables.items() for record in records)

    @cached_property
    def _reads(self) -> Mapping[tuple[str, str], frozenset[tuple[str, str]]]:
        return {
            rule.id: frozenset((node.entity, node.name) for node in everything(rule.body) if isinstance(node, RuleRead))
            for rule in self.trace.program.rules
        }

    def below(self, rule: tuple[str, str]) -> set[tuple[str, str]]:
        """The rules that a rule can rest on, by (entity, name), whatever the facts are."""
        found, stack = set[tuple[str, str]](), [rule]
        while stack:
            for at in self._reads.get(stack.pop(), ()):
                if at not in found:
                    found.add(at)
                    stack.append(at)
        return found

    def shared(self, rule: tuple[str, str]) -> bool:
        """Whether a rule rests on rules of the whole (a singleton): what it gives depends on the other rows too."""
        entities = self.trace.program.entities
        return any(entity in entities and entities[entity].singleton for entity, _ in self.below(rule))

    @cached_property
    def reach(self) -> Mapping[tuple[str, str], int]:
        """How many rules each rule can rest on, whatever the facts are."""
        return {start: len(self.below(start)) for start in self._reads}

    def has_row(self, entity: str, key: str) -> bool:
        """Whether the facts hold such a row."""
        return (entity, key) in self._rows

    def entity_name(self, entity: str) -> Name:
        """The name of an entity with its alias."""
        declared = self.trace.program.entities.get(entity)
        return Name(entity, declared.alias if declared else "")

    def counted_in(self, entity: str) -> str:
        """The unit that the rows of an entity are counted in; empty where none is declared."""
        declared = self.trace.program.entities.get(entity)
        return declared.counted_in if declared else ""

    def fact_name(self, entity: str, name: str) -> Name:
        """The name of a fact with its alias."""
        declared = self.fields.get((entity, name))
        return Name(name, declared.alias if declared else "")

    def rule(self, entity: str, name: str) -> Rule | None:
        """The rule of that name, if there is one."""
        return self.trace.program.rule_index.get((entity, name))

    def rule_name(self, entity: str, name: str) -> Name:
        """The name of a rule with its alias."""
        rule = self.rule(entity, name)
        return Name(name, rule.alias if rule else "")

    def any_name(self, entity: str, name: str) -> Name:
        """The name of whatever is called `name` in an entity."""
        return self.fact_name(entity, name) if (entity, name) in self.fields else self.rule_name(entity, name)

    def table_name(self, table: str) -> Name:
        """The name of a table with its alias."""
        declared = self.trace.program.tables.get(table)
        return Name(table, declared.alias if declared else "")

    def step(self, entity: str, key: str, name: str) -> RuleStep | None:
        """The step of a rule of a row, if it was evaluated."""
        return self.trace.steps.get((entity, key, name))

    def named(self, entity: str) -> bool:
        """Whether rows of an entity are known by a key of their own, or need none."""
        declared = self.trace.program.entities.get(entity)
        return declared is not None and (declared.singleton or declared.key_field is not None)

    def singleton(self, entity: str) -> bool:
        """Whether an entity has exactly one row, which needs no key."""
        declared = self.trace.program.entities.get(entity)
        return declared is not None and declared.singleton

    def cell(self, entity: str, key: str, name: str) -> Cell | None:
        """A cell of the facts, if there is such a row."""
        return self.trace.cells.get((entity, key, name))

    def cell_outcome(self, entity: str, key: str, name: str) -> Outcome | None:
        """The value of a cell; None where it has none."""
        cell = self.cell(entity, key, name)
        return cell.value if isinstance(cell, Known) else None

    def cell_status(self, entity: str, key: str, name: str) -> Status:
        """The status that reading a cell gives."""
        match self.cell(entity, key, name):
            case Known():
                return "value"
            case Bad():
                return "invalid"
            case Missing() | None:
                declared = self.fields.get((entity, name))
                return "pending" if declared is not None and declared.decision is not None else "unknown"


def role_of(rule: Rule) -> Role:
    """The words in which a rule says 真 and 假."""
    match rule.kind:
        case "task":
            return "task"
        case "condition" | "constraint" | "property":
            return "condition"
        case "rule" | "reading" | "local":
            return "plain"
        case _:
            assert_never(rule.kind)


def supplied(facts: Facts, entity: str) -> bool:
    """Whether the table of an entity was supplied at all."""
    return entity in facts.tables


def step_status(step: RuleStep | None) -> Status:
    """The status of a rule of a row; unknown where it was not evaluated."""
    return status_of(step.outcome) if step is not None else "unknown"


def entities_of(trace: Trace) -> list[str]:
    """Entities that have something evaluated, the main one first, then as first computed; singletons last."""
    found = dict.fromkeys(at[0] for at in trace.steps)
    entities = trace.program.entities
    return sorted(found, key=lambda name: (name != trace.program.header.main, entities[name].singleton))


def keys_of(trace: Trace, entity: str) -> tuple[str, ...]:
    keys = trace.keys.get(entity)
    return keys if keys is not None else tuple(dict.fromkeys(at[1] for at in trace.steps if at[0] == entity))
