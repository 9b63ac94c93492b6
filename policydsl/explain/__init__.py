"""From a trace to sentences: `explain` makes the tree, `tell` words it, `results` is the table of outcomes."""

from policydsl.explain.account import Account, Explanation
from policydsl.explain.distance import Rerun
from policydsl.explain.ledger import NotInTrace, explain
from policydsl.explain.results import Results, results
from policydsl.explain.telling import Telling
from policydsl.explain.words import tell

__all__ = ["Account", "Explanation", "NotInTrace", "Rerun", "Results", "Telling", "explain", "results", "tell"]
