"""From a trace to sentences: `explain` makes the tree, `tell` words it, `results.results` makes the table of outcomes.

Names are imported when they are first used: a run that only lists results does not load what explaining needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policydsl.explain.account import Account as Account
    from policydsl.explain.account import Explanation as Explanation
    from policydsl.explain.distance import Rerun as Rerun
    from policydsl.explain.ledger import NotInTrace as NotInTrace
    from policydsl.explain.ledger import explain as explain
    from policydsl.explain.results import Results as Results
    from policydsl.explain.telling import Telling as Telling
    from policydsl.explain.words import tell as tell

_HOMES = {
    "Account": "account",
    "Explanation": "account",
    "NotInTrace": "ledger",
    "Rerun": "distance",
    "Results": "results",
    "Telling": "telling",
    "explain": "ledger",
    "tell": "words",
}
__all__ = [*_HOMES]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = found
    return found
