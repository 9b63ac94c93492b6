"""What policies are tested with: strategies for hypothesis, cases, worked examples, properties, mutation.

`cases`, `near_thresholds` and `facts` need hypothesis (`pip install policydsl[hypothesis]`); it is imported when they are used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from policydsl.testing.case import Case as Case
    from policydsl.testing.case import NoValue as NoValue
    from policydsl.testing.cases import cases as cases
    from policydsl.testing.cases import facts as facts
    from policydsl.testing.cases import near_thresholds as near_thresholds

_HOMES = {"Case": "case", "NoValue": "case", "cases": "cases", "facts": "cases", "near_thresholds": "cases"}
__all__ = ["Case", "NoValue", "cases", "facts", "near_thresholds"]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(name)
    found = getattr(import_module(f"policydsl.testing.{home}"), name)
    # a strategy has the name of its module, so it has to take the module's place here
    globals()[name] = found
    return found
