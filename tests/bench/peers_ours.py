"""Our own compiled code beside peers: the same ways to hand it a case and to keep its steps, whatever the policy. Used by `tests.bench.peers`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

AWARD = "补助"
"""The rule that both policies of the comparison end in."""


def ways(policy: str, of_dicts: Callable[[Callable[[dict[str, Any]], Any]], Any]) -> dict[str, Callable[[], Any]]:
    """By name, what makes ready one way of running a policy. `of_dicts` turns what takes a case as a dict into what takes many records."""

    def made(recorded: bool = False) -> Any:
        import policydsl

        return policydsl.compile(policydsl.loads(policy), recorded=recorded)

    def kept(compiled: Any) -> Any:
        many = of_dicts(compiled.case)
        return lambda records: [outcomes.of(AWARD) for outcomes in many(records)]

    def recorded() -> Any:
        compiled = made(recorded=True)
        return of_dicts(lambda case: compiled.case(case).of(AWARD))

    def handed_on() -> Any:
        # a trace whose steps are made when one is looked at
        compiled = made(recorded=True)

        def award(case: dict[str, Any]) -> Any:
            outcomes = compiled.case(case)
            outcomes.lazily()
            return outcomes.of(AWARD)

        return of_dicts(award)

    def every_step() -> Any:
        compiled = made(recorded=True)
        return of_dicts(lambda case: compiled.case(case).trace().outcome("区", "区", AWARD))

    return {
        "policydsl, the rule as a function, from dicts": lambda: of_dicts(made().function(AWARD)),
        "policydsl, whole cases from dicts, kept, traces on demand": lambda: kept(made()),
        "policydsl, compiled, every step recorded, from dicts": recorded,
        "policydsl, the same, all kept": lambda: kept(made(recorded=True)),
        "policydsl, the same, handed on as a trace": handed_on,
        "policydsl, the same, every step made": every_step,
    }
