"""Owns the compiled engine: a program made into code once, run on facts many times; the reference says what the code cannot.

The quick way gives values only. Wherever it meets something that has no value, the rule of that row is left to the reference,
which finds there what the quick way has already computed. So outcomes and their reasons are those of the reference.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from policydsl.compiled.cases import facts_of_case
from policydsl.compiled.layout import KEY
from policydsl.compiled.outcomes import Outcomes
from policydsl.compiled.packing import Packing
from policydsl.compiled.passes import Pass
from policydsl.compiled.recording import Record as Kept
from policydsl.compiled.single import One, single, whole_case
from policydsl.compiled.stages import Plan, Step, plan
from policydsl.compiled.views import Views
from policydsl.compiled.world import World
from policydsl.core.facts import Facts, Record
from policydsl.core.program import Program
from policydsl.core.scales import Form
from policydsl.core.values import Outcome
from policydsl.interpret.constraints import spoil, violations
from policydsl.interpret.evaluate import Evaluator, _adopt
from policydsl.interpret.trace import Violation


class Place(NamedTuple):
    """Where the outcome of a rule stands: its entity, the place in a packed row, its class, the outcome where it is always the same;
    and whether the rule is a constraint, which the first pass judges for good."""

    entity: str
    place: int
    form: Form | None
    constant: Outcome | None
    constraint: bool


class Compiled:
    """A program under given readings as Python code objects: quick, exact, without a trace.

    `readings` and `on` are as for `policydsl.evaluate`. Raises UnknownReading. May be pickled: what is sent is the program. `recorded`:
    the code keeps the value of every step, and traces are told from these.
    """

    def __init__(
        self,
        program: Program,
        readings: Mapping[str, str] | None = None,
        on: date | None = None,
        recorded: bool = False,
    ) -> None:
        self.program = program
        self.readings = _adopt(program, readings or {})
        self.on = on
        self.recorded = recorded
        self.plan: Plan = plan(program, self.readings, on, recorded=recorded)
        layout, constants = self.plan.layout, self.plan.constants
        self.places = [
            Place(
                rule.entity,
                layout.rules[rule.id],
                self.plan.forms[rule.id],
                constants.get(rule.id),
                rule.kind == "constraint",
            )
            for rule in program.rules
        ]
        self.packing = Packing(layout)
        self.of_main = {
            rule.name: place
            for rule, place in zip(program.rules, self.places, strict=True)
            if rule.entity == program.header.main
        }
        self._straight = self._alone()
        self.views = self._views(self.plan.records)
        found = whole_case(self)
        self._case = None if found is None else found[0]
        self._case_views = self.views if found is None else self._views(found[1])
        # the rows of the facts last run, packed: what a run leaves in them is the same each time
        self._known: tuple[Mapping[str, tuple[Record, ...]], World] | None = None
        # entities that have rules, with their numbers, in the order of their first rules
        ruled = dict.fromkeys(rule.entity for rule in program.rules)
        self.ruled = [(entity, self.packing.number(entity)) for entity in ruled]
        self._functions: dict[tuple[str, ...], One] = {}
        self.slots = {rule.id: slot for slot, rule in enumerate(program.rules)}

    def _views(self, records: Mapping[tuple[str, str], Kept | None]) -> Views:
        return Views(self.program, self.plan.layout, self.plan.forms, self.plan.constants, records)

    def __reduce__(self) -> tuple[Any, ...]:
        return compile_program, (self.program, self.readings, self.on, self.recorded)

    @cached_property
    def reference(self) -> Evaluator:
        """The interpreter of the same program, which explains."""
        return Evaluator(self.program, self.readings, self.on)

    def case(self, facts: Mapping[str, Any]) -> Outcomes:
        """One case given as plain values: the fields of a row of the main entity, and rows of other entities under their names.

        A child row may hold rows of its own. Numbers are int, Fraction or Decimal in base units (元), never float. Raises
        CaseError where something does not fit.
        """
        if self._case is not None:
            usual = self._case(facts)
            if usual is not None:
                return Outcomes(self, rows=usual, views=self._case_views)
        rows = self.packing.rows(facts)
        if rows is None:
            return self.run(facts_of_case(self.program, facts))
        if self._straight is not None:
            holes: list[Any] = []
            broken: list[Any] = []
            for number, step in self._straight:
                mine = rows[number]
                if mine is not None:
                    step(mine, None, holes, broken)
            if not holes and not broken:
                return Outcomes(self, rows=rows)
        first = Pass(self, self.packing.world(rows))
        first.compute()
        return self.finish(None, first)

    def _alone(self) -> list[tuple[int, Step]] | None:
        """The stages with the numbers of their entities, where none of them looks at more than rows and what belongs to them."""
        program, stages = self.program, self.plan.stages
        if any(entity.singleton and entity.name != program.header.main for entity in program.entities.values()):
            return None
        found = [
            (self.packing.number(ready.stage.entity), ready.step)
            for ready in stages
            if ready.step is not None and ready.alone
        ]
        return found if len(found) == len(stages) else None

    def function(self, *rules: str) -> One:
        """Rules of the main entity as a Python function of one case, for a service that asks for little and often.

        The function takes what `case` takes and gives the outcome of the rule (a tuple where there are several), or the reasons
        why there is none (`Blocked`), exactly as `case` does; names that those rules do not rest on are not looked at. It is made
        once for the same rules. Raises UnknownRule; the function raises what `case` raises.
        """
        made = self._functions.get(rules)
        if made is None:
            made = self._functions[rules] = single(self, rules)
        return made

    def run(self, facts: Facts) -> Outcomes:
        """Every rule of every row.

        Raises ResourceError where a number leaves the budget of a run, DuplicateRow where facts hold one key twice.
        """
        if self._known is None or self._known[0] is not facts.tables:
            self._known = facts.tables, World.of(self.plan.layout, facts.tables)
        first = Pass(self, self._known[1])
        first.compute()
        return self.finish(facts, first)

    def finish(self, facts: Facts | None, first: Pass) -> Outcomes:
        """The outcomes after a first pass: once more where constraints are false, over facts that say so."""
        found = self.violations(first) if first.broken or first.holes else []
        if not found:
            return Outcomes(self, facts, (first, first))
        last = Pass.over(self, spoil(first.world.facts, found))
        for slot, rule in enumerate(self.program.rules):
            if rule.kind == "constraint":
                last.run.memo[slot] = first.run.memo[slot]
        last.compute()
        return Outcomes(self, facts, (first, last), violations=tuple(found))

    def violations(self, done: Pass) -> list[Violation]:
        """The constraints that are false, and the facts that each one read."""
        rules = self.program.rules
        broken = {(slot, row[KEY]) for slot, row in done.broken}
        broken |= {
            (slot, row[KEY])
            for slot, row in done.holes
            if rules[slot].kind == "constraint" and done.demand(slot, row) is False
        }
        if not broken:
            return []
        run, steps = done.run, []
        for slot, rule in enumerate(rules):
            if rule.kind != "constraint":
                continue
            for key, record in run.index(rule.entity).items():
                if (slot, key) in broken:
                    steps.append((slot, run.step(slot, record)))
        return violations(steps, run.tables.rows, self.reference._start)


_CACHE: OrderedDict[tuple[Any, ...], Compiled] = OrderedDict()
MOST_KEPT = 32


def compile_program(
    program: Program, readings: Mapping[str, str] | None = None, on: date | None = None, recorded: bool = False
) -> Compiled:
    """The program as code. What was compiled of the same text under the same readings is used again."""
    adopted = _adopt(program, readings or {})
    written = [rule.span for rule in program.rules] + [entity.span for entity in program.entities.values()]
    spans = [span for span in written if span is not None]
    texts = tuple(dict.fromkeys((span.source.name, span.source.text) for span in spans))
    at = (texts, tuple(adopted.items()), on, recorded)
    known = _CACHE.get(at)
    if known is not None and known.program is program:
        _CACHE.move_to_end(at)
        return known
    if known is not None and _same(known.program, program):
        return known
    made = Compiled(program, adopted, on, recorded)
    _CACHE[at] = made
    if len(_CACHE) > MOST_KEPT:
        _CACHE.popitem(last=False)
    return made


def _same(one: Program, other: Program) -> bool:
    try:
        return one == other
    except RecursionError:
        return False
