"""Owns making ready for the cases of a program: which rules are wanted, what they rest on, which goals are in reach."""

from __future__ import annotations

from collections.abc import Sequence

from policydsl.core import program as core
from policydsl.kinds import kinds
from policydsl.testing.build import Workshop
from policydsl.testing.domain import Domain
from policydsl.testing.draft import Grounds
from policydsl.testing.places import Goal, goals, needs


def workshop(program: core.Program, rules: Sequence[str] = (), *, readings: bool = False) -> Workshop:
    """Make ready for cases of the rules named (all that results list, where none is). Raises KeyError for a rule that is not there."""
    named = tuple(rule_named(program, name) for name in rules)
    wanted = named or tuple(rule for rule in program.rules if rule.kind not in ("constraint", "property"))
    needed = needs(program, wanted)
    reached = tuple(
        goal for rule in needed.rules for goal in goals(program, rule) if readings or _under_adopted(program, goal)
    )
    touched = needed.fields
    constraints = tuple(
        rule
        for rule in program.rules
        if rule.kind == "constraint" and (not named or needs(program, (rule,)).fields & touched)
    )
    found = kinds(program)
    asked = [] if found is None else [(item.rule.entity, item.rule, item.fields) for item in found.asked]
    return Workshop(
        program,
        wanted,
        needed,
        reached,
        Grounds(program),
        Domain(program),
        constraints,
        not named,
        readings,
        tuple((entity, rule, tuple(field.name for field in fields)) for entity, rule, fields in asked),
    )


def rule_named(program: core.Program, name: str) -> core.Rule:
    """A rule by its name or alias, alone or as 对象.规则; that of the main entity where several have it. Raises KeyError."""
    entity, _, last = name.rpartition(".")
    found = [
        rule
        for rule in program.rules
        if last in (rule.name, rule.alias) and entity in ("", rule.entity, program.entities[rule.entity].alias)
    ]
    found.sort(key=lambda rule: rule.entity != program.header.main)
    if not found:
        raise KeyError(name)
    return found[0]


def _under_adopted(program: core.Program, goal: Goal) -> bool:
    """Whether a goal can be reached under the adopted readings."""
    ways = [*goal.place.turns, (goal.place.node, "switch" if goal.kind == "reading" else "", goal.index)]
    return all(
        not (slot == "switch" and isinstance(node, core.Switch))
        or node.options[at].label == program.readings[node.reading].adopted
        for node, slot, at in ways
    )
