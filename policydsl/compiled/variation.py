"""Owns the same facts again and again with a few of them changed: what does not depend on these is computed once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from attrs import evolve

from policydsl.compiled.depends import touched
from policydsl.compiled.engine import Compiled
from policydsl.compiled.gaps import HOLE
from policydsl.compiled.layout import KEY
from policydsl.compiled.outcomes import Outcomes
from policydsl.compiled.passes import Pass
from policydsl.compiled.stages import plan
from policydsl.compiled.world import packed
from policydsl.core.facts import Cell, Facts, Known, Missing, Record
from policydsl.core.values import Outcome, Value
from policydsl.interpret.rows import Run
from policydsl.interpret.tables import Tables

Fact = tuple[str, str, str]
"""A fact by entity, key of the row and name of the field."""


class UnknownFact(ValueError):
    """A fact that the facts or the policy do not know."""


class Variation:
    """Facts of which some are changed from run to run. `facts` are those that may change, by entity and name of the field."""

    def __init__(self, compiled: Compiled, facts: Facts, fields: Collection[tuple[str, str]]) -> None:
        self.compiled = compiled
        self.base = facts
        self.start: Outcomes = compiled.run(facts)
        self._touched = touched(compiled.program, fields)
        self._stages = plan(compiled.program, compiled.readings, compiled.on, compiled.plan, self._touched).stages
        self._first = Pass.over(compiled, facts.tables)
        self._first.compute()
        self._told = compiled.violations(self._first)
        self._places = {field: compiled.plan.layout.fields[field] for field in fields}
        self._changed: set[Fact] = set()
        self._originals: dict[Fact, Any] = {}

    def outcomes(self, changes: Mapping[Fact, Value | None]) -> Varied:
        """The outcomes with some facts changed; None blanks one. Facts changed before stand as they were given again."""
        world = self._first.world
        world.tables[-1].clear()
        for at in self._changed - set(changes):
            entity, key, name = at
            world.index[entity][key][self._places[entity, name][0]] = self._originals[at]
        for at, value in changes.items():
            entity, key, name = at
            row = world.index[entity].get(key)
            if row is None:
                raise UnknownFact(f"「{entity}」没有「{key}」这一行 / 「{entity}」 has no row 「{key}」")
            place, form = self._places[entity, name]
            if at not in self._originals:
                self._originals[at] = row[place]
            row[place] = HOLE if value is None else packed(form, value)
        self._changed = set(changes)
        done = Pass(self.compiled, world)
        done.compute(self._stages)
        return Varied(self, done, dict(changes))

    def facts(self, changes: Mapping[Fact, Value | None]) -> Facts:
        """The facts with some of them changed."""
        by_row: dict[tuple[str, str], dict[str, Cell]] = {}
        for (entity, key, name), value in changes.items():
            by_row.setdefault((entity, key), {})[name] = Missing() if value is None else Known(value)
        tables = dict(self.base.tables)
        for entity in {entity for entity, _ in by_row}:
            singleton = self.compiled.program.entities[entity].singleton
            rows = tables.get(entity) or ((Record("", {}),) if singleton else ())
            tables[entity] = tuple(
                evolve(row, cells={**row.cells, **by_row.get((entity, "" if singleton else row.key), {})})
                for row in rows
            )
        return evolve(self.base, tables=tables)

    @property
    def quick(self) -> bool:
        """Whether the facts as given break no constraint, so that only what changes has to be looked at."""
        return not self._told


class Varied:
    """The outcomes of one run of a `Variation`, to be looked at before the next."""

    def __init__(self, variation: Variation, done: Pass, changes: Mapping[Fact, Value | None]) -> None:
        self._variation = variation
        self._done = done
        self._changes = changes
        self._whole: Outcomes | None = None
        self._run: Run | None = None
        if not variation.quick or done.broken or self._constraints_open():
            self._whole = variation.compiled.run(variation.facts(changes))

    def _constraints_open(self) -> bool:
        """Whether a constraint might be false that the quick way left open and that reads what is changed."""
        rules = self._variation.compiled.program.rules
        before = self._variation._first.holes
        known = {(slot, row[KEY]) for slot, row in before}
        return any(rules[slot].kind == "constraint" and (slot, row[KEY]) not in known for slot, row in self._done.holes)

    def __getitem__(self, at: tuple[str, str, str]) -> Outcome:
        entity, key, name = at
        if self._whole is None:
            compiled = self._variation.compiled
            slot = compiled.slots[entity, name]
            if compiled.program.rules[slot].id in compiled.plan.constants:
                return compiled.plan.constants[entity, name]  # type: ignore[no-any-return]
            row = self._done.world.index[entity][key]
            found = self._done.value(slot, row)
            if found is not None:
                return found[0]
            if (entity, name) not in self._variation._touched:
                return self._variation.start[at]
            run = self._reference()
            run.demand(slot, run.index(entity)[key])
            return run.memo[slot][key]  # type: ignore[no-any-return]
        return self._whole[at]

    def _reference(self) -> Run:
        """The reference on the facts as changed, which sees what the stages gave, and what does not depend on the changes."""
        if self._run is None:
            variation = self._variation
            compiled = variation.compiled
            self._run = compiled.reference._start(Tables(variation.facts(self._changes).tables), traced=False)
            for slot, rule in enumerate(compiled.program.rules):
                if rule.id in variation._touched:
                    self._run.memo[slot] = self._done.column(slot)
                else:
                    self._run.memo[slot] = variation._first.run.memo[slot]
        return self._run
