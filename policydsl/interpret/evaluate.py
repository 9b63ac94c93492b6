"""Owns evaluation: a program made ready once, then run on facts, case after case, each giving a whole trace."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from datetime import date

from attrs import evolve

from policydsl.core.facts import Facts, Record
from policydsl.core.program import Program, Rule, Table
from policydsl.interpret.constraints import spoil, violations
from policydsl.interpret.outcomes import Outcomes
from policydsl.interpret.rows import Postponed, Run, Steps, spread
from policydsl.interpret.stage import Stager
from policydsl.interpret.tables import Tables
from policydsl.interpret.trace import Trace, Violation


class UnknownReading(ValueError):
    """A reading, or an alternative of one, that the policy does not know. `known` lists the names that there are."""

    def __init__(self, name: str, known: Sequence[str], reading: str = "") -> None:
        names = "、".join(known)
        what = f"读法「{reading}」没有「{name}」" if reading else f"没有名为「{name}」的读法"
        english = (
            f"reading 「{reading}」 has no alternative 「{name}」" if reading else f"there is no reading 「{name}」"
        )
        super().__init__(f"{what}\uff0c有\uff1a{names or '无'} / {english}; known: {names or 'none'}")
        self.name = name
        self.known = tuple(known)
        self.reading = reading


class UnknownRow(ValueError):
    """A key that was asked for and that no row of the entity has."""

    def __init__(self, entity: str, key: str) -> None:
        super().__init__(f"「{entity}」没有主键为「{key}」的行 / 「{entity}」 has no row with the key 「{key}」")
        self.entity = entity
        self.key = key


class Evaluator:
    """A program under given readings, ready to be run on many cases.

    `readings` names the alternative of each reading that is not to be the adopted one (a reading may be named by its alias).
    `on` is the day of the run, for policies that name no date of the case to go by. Raises UnknownReading.
    """

    def __init__(self, program: Program, readings: Mapping[str, str] | None = None, on: date | None = None) -> None:
        self.program = program
        self.readings = _adopt(program, readings or {})
        self.on = on
        stager = Stager(program, self.readings, on)
        self._rules = tuple([stager.rule(rule) for rule in program.rules])
        self._boxes = stager.boxes
        # what was made of the facts last looked at, for a next run on them
        self._known: tuple[Mapping[str, tuple[Record, ...]], Tables] | None = None
        self._plan = tuple((slot, rule.entity, rule.kind == "constraint") for slot, rule in enumerate(program.rules))
        self._with_rules = tuple(dict.fromkeys(rule.entity for rule in program.rules))
        self._stager = stager

    def under(self, readings: Mapping[str, str], on: date | None) -> Evaluator:
        """The same program under other readings and on another day; only the rules in which these have a say are made ready anew.

        Raises UnknownReading.
        """
        adopted = _adopt(self.program, readings)
        turned = {name for name, option in adopted.items() if option != self.readings[name]}
        other = copy(self)
        other.readings, other.on = adopted, on
        other._stager = stager = self._stager.under(adopted, on)
        stale = [rule for rule in self.program.rules if stager.turns(rule, turned, on != self.on)]
        ready = {stager.slots[rule.id]: stager.rule(rule) for rule in stale}
        other._rules = tuple(ready.get(slot, old) for slot, old in enumerate(self._rules))
        other._boxes = stager.boxes
        return other

    def with_rules(self, changed: Iterable[Rule], tables: Iterable[Table] = ()) -> Evaluator:
        """The same program but for some of its rules, each in the place of the one with its id; only these are made ready anew.

        `tables` replace those of their names; every rule that looks one of them up has to be among the changed. A changed rule may
        read only what stands before it, as in any program. Raises KeyError for a rule that is not there.
        """
        other = copy(self)
        rules = {rule.id: rule for rule in changed}
        other._stager = stager = self._stager.with_tables(tables)
        slots = {id_: stager.slots[id_] for id_ in rules}
        ready = {slots[id_]: stager.rule(rule) for id_, rule in rules.items()}
        other.program = evolve(stager.program, rules=tuple(rules.get(rule.id, rule) for rule in self.program.rules))
        other._rules = tuple(ready.get(slot, old) for slot, old in enumerate(self._rules))
        other._boxes = stager.boxes
        return other

    def about(self, wanted: Collection[tuple[str, str]]) -> Evaluator:
        """The same program of which only some rules, by id, are computed for the rows asked for, and what these read.

        Of the constraints only those among `wanted` are judged: to leave one out that reads a fact the wanted rules rest on may
        change what they give.
        """
        other = copy(self)
        ids = [rule.id for rule in self.program.rules]
        other._plan = tuple(item for item in self._plan if ids[item[0]] in wanted)
        return other

    def run(self, facts: Facts, keys: Mapping[str, Collection[str]] | None = None) -> Trace:
        """Evaluate the facts.

        `keys` restricts evaluation to these rows, by entity; of other rows and entities only what those need is computed, and
        constraints, which are judged on all facts always, so that an outcome never depends on what else is asked for.
        Raises ResourceError, UnknownRow; DuplicateRow where facts hold one key twice.
        """
        first = self._start(self._tables(facts))
        asked = self._asked(first, keys)
        self._compute(first, asked)
        steps, found = first.steps, self._violations(first)
        if found:
            before = spread(first.steps)
            kept = {
                at: step for at, step in before.items() if self.program.rule_index[at[0], at[2]].kind == "constraint"
            }
            again = spread(self._again(first, found, keys).steps) | kept
            steps = {**{at: again[at] for at in before if at in again}, **again}
        names = {entity: tuple([row.key for row in rows]) for entity, rows in asked.items()}
        return Trace(self.program, facts, self.readings, Steps(steps), found, names)

    def outcomes(self, facts: Facts, keys: Mapping[str, Collection[str]] | None = None) -> Outcomes:
        """Evaluate the facts as `run` does, without keeping how: for many cases, in a fraction of the time and memory.

        Raises what `run` raises.
        """
        run = self._start(self._tables(facts), traced=False)
        asked = self._asked(run, keys)
        self._compute(run, asked)
        found = self._violations(run)
        if found:
            run = self._again(run, found, keys)
        return Outcomes(
            self.program, run.memo, {entity: tuple([row.key for row in rows]) for entity, rows in asked.items()}
        )

    def _again(self, first: Run, found: Sequence[Violation], keys: Mapping[str, Collection[str]] | None) -> Run:
        """The second pass, over facts of which those that false constraints read are marked."""
        second = self._start(Tables(spoil(first.tables.rows, found)), first.traced)
        # What was found false stays said, with the values it was false of.
        for slot, _, constraint in self._plan:
            if constraint:
                second.memo[slot] = first.memo[slot]
        self._compute(second, self._asked(second, keys))
        return second

    def _tables(self, facts: Facts) -> Tables:
        if self._known is None or self._known[0] is not facts.tables:
            self._known = (facts.tables, Tables(facts.tables))
        return self._known[1]

    def _start(self, tables: Tables, traced: bool = True) -> Run:
        return Run(self.program, self._rules, self._boxes, tables, traced)

    def _asked(self, run: Run, keys: Mapping[str, Collection[str]] | None) -> dict[str, Sequence[Record]]:
        if keys is None:
            return {entity: tuple(run.index(entity).values()) for entity in self._with_rules}
        asked: dict[str, Sequence[Record]] = {}
        for entity, wanted in keys.items():
            index = run.index(entity)
            unknown = next((key for key in wanted if key not in index), None)
            if unknown is not None:
                raise UnknownRow(entity, unknown)
            asked[entity] = tuple([index[key] for key in wanted])
        return asked

    def _compute(self, run: Run, asked: Mapping[str, Sequence[Record]]) -> None:
        """Compute the rules in dependency order, so that what a rule reads is there already or lies one step below."""
        for slot, entity, constraint in self._plan:
            rows: Iterable[Record] = run.index(entity).values() if constraint else asked.get(entity, ())
            if constraint and run.judge(slot, entity):
                continue
            memo = run.memo[slot]
            for row in rows:
                if row.key not in memo:
                    try:
                        run.force(slot, row)
                    except Postponed:
                        run.demand(slot, row)

    def _violations(self, run: Run) -> list[Violation]:
        broken = [
            (slot, run.step(slot, run.index(entity)[key]))
            for slot, entity, constraint in self._plan
            if constraint
            for key, outcome in run.memo[slot].items()
            if outcome is False
        ]
        return violations(broken, run.tables.rows, self._start) if broken else []


def _adopt(program: Program, wanted: Mapping[str, str]) -> dict[str, str]:
    """The alternative in force of every reading. Raises UnknownReading."""
    names = {reading.alias: name for name, reading in program.readings.items() if reading.alias}
    adopted = {name: reading.adopted for name, reading in program.readings.items()}
    for asked, alternative in wanted.items():
        name = asked if asked in adopted else names.get(asked)
        if name is None:
            raise UnknownReading(asked, tuple(adopted))
        options = tuple(option.name for option in program.readings[name].options)
        if alternative not in options:
            raise UnknownReading(alternative, options, name)
        adopted[name] = alternative
    return adopted


def evaluate(
    program: Program, facts: Facts, *, readings: Mapping[str, str] | None = None, on: date | None = None
) -> Trace:
    """One program on one set of facts; see `Evaluator`, which is the way to run many."""
    return Evaluator(program, readings, on).run(facts)
