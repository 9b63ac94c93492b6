"""Owns outcomes without a trace: what every rule gave for every row, for many cases of which nobody asks why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policydsl.core.program import Program
from policydsl.core.values import Outcome

Address = tuple[str, str, str]


class Outcomes(Mapping[Address, Outcome]):
    """Outcomes by entity, key and rule, in dependency order. The same as those of a trace of the same facts."""

    __slots__ = ("_memo", "_plan", "_slots", "keys_of")

    def __init__(
        self, program: Program, memo: Sequence[Mapping[str, Outcome]], keys: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._memo = memo
        self._plan = tuple((rule.entity, rule.name) for rule in program.rules)
        self._slots = {at: slot for slot, at in enumerate(self._plan)}
        self.keys_of = keys

    def __getitem__(self, at: Address) -> Outcome:
        entity, key, rule = at
        return self._memo[self._slots[entity, rule]][key]

    def column(self, entity: str, rule: str) -> Mapping[str, Outcome]:
        """The outcomes of one rule by the key of the row. Raises KeyError where there is no such rule."""
        return self._memo[self._slots[entity, rule]]

    def __iter__(self) -> Iterator[Address]:
        for (entity, rule), column in zip(self._plan, self._memo, strict=True):
            for key in column:
                yield entity, key, rule

    def __len__(self) -> int:
        return sum(map(len, self._memo))
