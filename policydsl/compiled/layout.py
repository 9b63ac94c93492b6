"""Owns where things stand: the places of a packed row, of the table of tables, and the stages in which rules are computed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Any

from attrs import field, frozen

from policydsl.compiled.gaps import HOLE
from policydsl.core import program as core
from policydsl.core.scales import Form, field_form
from policydsl.core.walk import everything, order_parts, parts

KEY, RECORD, OWNER, FIRST = 0, 1, 2, 3
"""Places of every packed row: its key, its record, the packed row of its owner; then its fields."""


@frozen(slots=False)
class Layout:
    """The places of a program's packed rows.

    A packed row is a list: `KEY`, `RECORD`, `OWNER`, a place for each field, for each rule two (the second for the denominator
    of a quotient) or, where steps are `recorded`, three (the third for what was kept of them), and for each entity that belongs to it the list of its rows. The table of tables has three places for each
    entity: all its rows, its rows by key, its only row. `constants`: as it stands in a row, what a rule gives for every row alike.
    """

    program: core.Program
    constants: dict[tuple[str, str], Any] = field(factory=dict, eq=False)
    recorded: bool = False

    @property
    def each(self) -> int:
        """How many places a rule has."""
        return 3 if self.recorded else 2

    def blank(self, entity: str) -> list[Any]:
        """A packed row without facts, of no record; what is the same for every row stands in it."""
        row = self._blanks.get(entity)
        if row is None:
            row = self._blanks[entity] = [HOLE] * self.width(entity)
            row[KEY], row[RECORD] = "", 0
            for rule, value in self.constants.items():
                if rule[0] == entity:
                    row[self.rules[rule]] = value
        return row.copy()

    @cached_property
    def _blanks(self) -> dict[str, list[Any]]:
        return {}

    @cached_property
    def fields(self) -> Mapping[tuple[str, str], tuple[int, Form | None]]:
        """Place and class of each field."""
        return {
            (entity.name, field.name): (FIRST + index, field_form(self.program, field))
            for entity in self.program.entities.values()
            for index, field in enumerate(entity.fields)
        }

    @cached_property
    def cells(self) -> Mapping[str, tuple[tuple[str, int, Form | None, str], ...]]:
        """Of each entity its fields: name, place, class, and the clause by which a default is put in."""
        return {
            entity.name: tuple(
                [
                    (field.name, *self.fields[entity.name, field.name], field.default_clause or field.name)
                    for field in entity.fields
                ]
            )
            for entity in self.program.entities.values()
        }

    @cached_property
    def rules(self) -> Mapping[tuple[str, str], int]:
        """Place of each rule's value."""
        places: dict[tuple[str, str], int] = {}
        ends = {name: FIRST + len(entity.fields) for name, entity in self.program.entities.items()}
        for rule in self.program.rules:
            places[rule.id] = ends[rule.entity]
            ends[rule.entity] += self.each
        return places

    @cached_property
    def children(self) -> Mapping[tuple[str, str], int]:
        """Place, in a row of the owner, of the rows of an entity that belong to it."""
        places: dict[tuple[str, str], int] = {}
        for name, entity in self.program.entities.items():
            base = FIRST + len(entity.fields) + self.each * sum(1 for rule in self.program.rules if rule.entity == name)
            owned = [child.name for child in self.program.entities.values() if child.owner == name]
            places |= {(name, child): base + index for index, child in enumerate(owned)}
        return places

    @cached_property
    def tables(self) -> Mapping[str, int]:
        """Place of an entity's rows in the table of tables; by key and only row stand behind."""
        return {name: 3 * index for index, name in enumerate(self.program.entities)}

    def width(self, entity: str) -> int:
        """How many places a packed row has."""
        fields = len(self.program.entities[entity].fields)
        rules = sum(1 for rule in self.program.rules if rule.entity == entity)
        return FIRST + fields + self.each * rules + sum(1 for owner, _ in self.children if owner == entity)


@frozen
class Stage:
    """Rules of one entity that one function computes for a row; or, `by_reference`, one that the reference computes."""

    entity: str
    rules: tuple[core.Rule, ...]
    by_reference: bool = False


def stages(program: core.Program, by_reference: Collection[tuple[str, str]]) -> list[Stage]:
    """The rules in stages: whatever a rule reads of other rows stands in an earlier one."""
    levels: dict[tuple[str, str], int] = {}
    groups: dict[tuple[int, str, tuple[str, str] | None], list[core.Rule]] = {}
    for rule in program.rules:
        level = 0
        for read, own in reads(program, rule.body, 0):
            if read == rule.id or read not in levels:
                continue
            together = own and read[0] == rule.entity and read not in by_reference and rule.id not in by_reference
            level = max(level, levels[read] + (0 if together else 1))
        levels[rule.id] = level
        alone = rule.id if rule.id in by_reference else None
        groups.setdefault((level, rule.entity, alone), []).append(rule)
    order = sorted(groups, key=lambda group: group[0])
    return [Stage(entity, tuple(groups[level, entity, alone]), alone is not None) for level, entity, alone in order]


def reads(program: core.Program, node: core.Expr, depth: int) -> Iterator[tuple[tuple[str, str], bool]]:
    """The rules that an expression reads, and whether of the row of its own rule, which stands `depth` scopes outwards."""
    stack: list[tuple[core.Expr, int]] = [(node, depth)]
    looked: set[tuple[str, str]] = set()
    while stack:
        here, level = stack.pop()
        inside: tuple[Any, ...] = ()
        match here:
            case core.RuleRead(row=row, entity=entity, name=name):
                yield (entity, name), row == core.Here(level)
            case core.Let(body=body):
                inside = (body,)
            case core.Aggregate(where=where, body=fold_body, order=order):
                inside = (where, fold_body, *order_parts(order))
            case core.Within(where=where, column=column):
                inside = (where, column)
            case core.Lookup(table=table, column=column_name):
                if (table, column_name) not in looked:
                    looked.add((table, column_name))
                    stack += [(row.cells[column_name], 0) for row in program.tables[table].rows]
            case core.Running() | core.Previous() | core.Rank() | core.Share():
                for part in everything(here):
                    if isinstance(part, core.RuleRead):
                        yield (part.entity, part.name), False
            case _:
                pass
        within = {id(part) for part in inside if part is not None}
        stack += [(part, level + 1 if id(part) in within else level) for part in parts(here)]
