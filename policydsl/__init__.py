"""policydsl: policy as code for the notices by which a government pays subsidies. Exact, explained, clause by clause.

    import policydsl

    program = policydsl.load("policies/2025.pol")
    read = policydsl.read_facts(program, "facts.xlsx")
    trace = policydsl.evaluate(program, read.facts)
    trace.outcome("区", "黄埔区", "高企认定补助")

Names are imported when they are first used, so that starting costs little.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policydsl.api import FactsError as FactsError
    from policydsl.api import FactsRead as FactsRead
    from policydsl.api import PolicyError as PolicyError
    from policydsl.api import compile as compile  # noqa: A004
    from policydsl.api import evaluate as evaluate
    from policydsl.api import evaluate_tables as evaluate_tables
    from policydsl.api import facts_of as facts_of
    from policydsl.api import load as load
    from policydsl.api import loads as loads
    from policydsl.api import read_facts as read_facts
    from policydsl.core.facts import Facts as Facts
    from policydsl.core.program import Program as Program
    from policydsl.core.values import NONE as NONE
    from policydsl.core.values import Blocked as Blocked
    from policydsl.core.values import Cause as Cause
    from policydsl.core.values import NotApplicable as NotApplicable
    from policydsl.interpret.evaluate import Evaluator as Evaluator
    from policydsl.interpret.trace import Step as Step
    from policydsl.interpret.trace import Trace as Trace

__version__ = "0.1.0"

_HOMES = {
    "FactsError": "policydsl.api",
    "FactsRead": "policydsl.api",
    "PolicyError": "policydsl.api",
    "compile": "policydsl.api",
    "evaluate": "policydsl.api",
    "evaluate_tables": "policydsl.api",
    "facts_of": "policydsl.api",
    "load": "policydsl.api",
    "loads": "policydsl.api",
    "read_facts": "policydsl.api",
    "Facts": "policydsl.core.facts",
    "Program": "policydsl.core.program",
    "NONE": "policydsl.core.values",
    "Blocked": "policydsl.core.values",
    "Cause": "policydsl.core.values",
    "NotApplicable": "policydsl.core.values",
    "Evaluator": "policydsl.interpret.evaluate",
    "Step": "policydsl.interpret.trace",
    "Trace": "policydsl.interpret.trace",
}
__all__ = [*_HOMES, "__version__"]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'policydsl' has no attribute {name!r}")
    return getattr(import_module(home), name)
