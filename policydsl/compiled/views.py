"""Owns how steps are told from what the code kept of them: a function for each rule, made when somebody first asks.

What such a function puts together is the static tree of a rule (its expressions, with their spans and clauses) and the values of one row;
it computes no rule again. Where a value is not there the function stops (`LOST`) and the reference makes the steps.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from policydsl.compiled.gaps import Open
from policydsl.compiled.layout import Layout
from policydsl.compiled.recording import Record
from policydsl.compiled.teller import Teller
from policydsl.compiled.telling import TELLING
from policydsl.compiled.world import Row
from policydsl.compiled.writer import Unfit, function
from policydsl.core import program as core
from policydsl.core.scales import Form
from policydsl.interpret.trace import Step

LOST: Final = (Open, ArithmeticError, LookupError, TypeError, AttributeError, RecursionError)
"""What stops the telling of a step, so that the reference makes it."""

View = Callable[[Row, Mapping[str, Any]], Step]
"""The step of a rule from a packed row, and from what is told of other tables once for all rows."""


class Views:
    """The functions that tell the steps of a program's rules. `records` as the code that computes the rows kept them."""

    def __init__(
        self,
        program: core.Program,
        layout: Layout,
        forms: Mapping[tuple[str, str], Form | None],
        constants: Mapping[tuple[str, str], Any],
        records: Mapping[tuple[str, str], Record | None],
    ) -> None:
        self.program = program
        self.layout = layout
        self.forms = forms
        self.constants = constants
        self._records = records
        self._made: dict[tuple[str, str], View | None] = {}
        self._whole: dict[str, Callable[[Row, Any, Any], None] | None] = {}

    def of(self, rule: core.Rule) -> View | None:
        """What tells the step of a rule; None where the reference has to make it."""
        if rule.id not in self._made:
            record = self._records.get(rule.id)
            self._made[rule.id] = None if record is None else self._function([(rule, record)], False)
        return self._made[rule.id]

    def all_of(self, entity: str) -> Callable[[Row, Any, Any], None] | None:
        """What puts the steps of all rules of a row into a dictionary, by entity, key and rule; None where one has to be made by the
        reference."""
        if entity not in self._whole:
            rules = [rule for rule in self.program.rules if rule.entity == entity]
            pairs = [(rule, record) for rule in rules if (record := self._records.get(rule.id)) is not None]
            self._whole[entity] = self._function(pairs, True) if len(pairs) == len(rules) else None
        return self._whole[entity]

    def _function(self, rules: Sequence[tuple[core.Rule, Record]], together: bool) -> Any:
        teller = Teller(self.program, self.layout, self.forms, self.constants)
        try:
            for rule, record in rules:
                teller.rule(rule, record, together)
            names = {**TELLING, **teller.writer.constants}
            parameters = ["r", "seen", "into"] if together else ["r", "seen"]
            return function(parameters, teller.statements() or [ast.Pass()], names)
        except (Unfit, RecursionError, MemoryError):
            return None
