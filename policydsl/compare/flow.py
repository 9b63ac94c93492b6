"""Owns how a difference gets from one result of a row to another: along the rules that differ, and no others."""

from __future__ import annotations

from collections.abc import Mapping, Set

from attrs import define, field

from policydsl.core.program import Program, Rule, RuleRead
from policydsl.core.walk import everything


@define
class Flow:
    """What rules of the same rows a rule reads, by their new names; each rule is looked through once. `renamed`: new names by old."""

    programs: tuple[Program, Program]
    renamed: Mapping[str, str]
    _direct: dict[tuple[int, tuple[str, str]], frozenset[str]] = field(factory=dict)

    def under(self, old: Rule, new: Rule, differing: Mapping[str, tuple[Rule, Rule]]) -> Set[str]:
        """The results that differ and through which, step by step, a difference can have come to this one; not itself."""
        found: set[str] = set()
        stack = [(old, new)]
        while stack:
            one, two = stack.pop()
            for name in self._reads(0, one) | self._reads(1, two):
                if name in differing and name not in found and name != new.name:
                    found.add(name)
                    stack.append(differing[name])
        return found

    def _reads(self, side: int, rule: Rule) -> frozenset[str]:
        """New names of the rules of the same entity that a rule reads, straight or through rows of others."""
        at = (side, rule.id)
        if at not in self._direct:
            self._direct[at] = frozenset(self._read(side, rule))
        return self._direct[at]

    def _read(self, side: int, rule: Rule) -> set[str]:
        index = self.programs[side].rule_index
        found: set[str] = set()
        seen: set[tuple[str, str]] = set()
        stack = [rule]
        while stack:
            for node in everything(stack.pop().body):
                if not isinstance(node, RuleRead) or (node.entity, node.name) in seen:
                    continue
                seen.add((node.entity, node.name))
                if node.entity == rule.entity:
                    found.add(self.renamed.get(node.name, node.name) if side == 0 else node.name)
                elif (other := index.get((node.entity, node.name))) is not None:
                    stack.append(other)
        return found
