"""Owns a policy pared down to what one rule rests on, so that the rule can be tried on many facts without all the others."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from attrs import evolve, frozen

from policydsl.core import program as core
from policydsl.core.facts import Facts, Known
from policydsl.testing.places import Needs, needs, read_by


@frozen(eq=False)
class Pared:
    """A program with only the rules that one of its rules rests on, and the constraints that may make their facts invalid."""

    program: core.Program
    needs: Needs
    readings: frozenset[str]
    dated: bool
    """Whether the day of the run may have a say."""

    def adopted(self, readings: Mapping[str, str]) -> dict[str, str]:
        """Of the readings of a case those that may have a say and are not the adopted ones anyway."""
        return {
            name: option
            for name, option in readings.items()
            if name in self.readings and option != self.program.readings[name].adopted
        }

    def facts(self, facts: Facts) -> Facts:
        """The tables that may have a say."""
        return Facts({name: rows for name, rows in facts.tables.items() if name in self.needs.entities})

    def token(self, facts: Facts) -> Hashable:
        """What of the facts may have a say; two cases with the same are the same case."""
        said: list[Hashable] = []
        for name, rows in facts.tables.items():
            if name not in self.needs.entities:
                continue
            keys = {item.name for item in self.program.entities[name].fields if item.key}
            for row in rows:
                cells = tuple(
                    (field, repr(cell.value) if isinstance(cell, Known) else type(cell).__name__)
                    for field, cell in row.cells.items()
                    if field in keys or self.needs.reads(name, field)
                )
                said.append((name, row.key, row.parent, cells))
        return tuple(said)


def pared(program: core.Program, rule: core.Rule) -> Pared:
    """The part of a program on which the outcomes of a rule depend; they are the same as in the whole."""
    own = needs(program, (rule,))
    bound = [one for one in program.rules if one.kind == "constraint" and _spoils(program, one) & own.fields]
    rests = needs(program, (rule, *bound))
    kept = {one.id for one in rests.rules}
    rules = tuple(one for one in program.rules if one.id in kept)
    entities = rests.entities | {program.header.main}
    readings = frozenset(
        node.reading for one in rules for node in read_by(program, one) if isinstance(node, core.Switch)
    )
    dated = any(isinstance(node, core.OnDay) for one in rules for node in read_by(program, one))
    part = evolve(program, rules=rules, examples=(), properties=())
    return Pared(part, Needs(rests.rules, rests.fields, entities), readings, dated)


def _spoils(program: core.Program, constraint: core.Rule) -> frozenset[tuple[str, str]]:
    """The facts that nobody may compute with where a constraint is false."""
    if constraint.blames:
        return frozenset({(constraint.entity, constraint.blames)})
    return needs(program, (constraint,)).fields
