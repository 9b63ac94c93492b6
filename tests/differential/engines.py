"""Owns the engines that are held against the interpreter. A further engine registers a function here.

An engine is a function of program, facts, readings and day that gives the outcome of every rule of every row that the facts
hold, by (entity, key, rule). One that cannot do something says so by raising `Declined`; the case then does not count for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from attrs import evolve, frozen

from policydsl.compiled.engine import Compiled
from policydsl.core.facts import Facts
from policydsl.core.program import Aggregate, Expr, Lookup, Previous, Program, Rank, Rule, RuleRead, Running, Share
from policydsl.core.values import Blocked, NotApplicable, Outcome
from policydsl.core.walk import everything
from policydsl.interpret.evaluate import Evaluator
from tests.second import walk

Outcomes = Mapping[tuple[str, str, str], Outcome]
Engine = Callable[[Program, Facts, Mapping[str, str], date | None], Outcomes]


class Declined(Exception):
    """The engine says that it does not do this program."""


def reference(program: Program, facts: Facts, readings: Mapping[str, str], on: date | None) -> Outcomes:
    """The interpreter."""
    return {at: step.outcome for at, step in Evaluator(program, readings, on).run(facts).steps.items()}


def second(program: Program, facts: Facts, readings: Mapping[str, str], on: date | None) -> Outcomes:
    """The evaluator written a second time."""
    return walk.evaluate(program, facts, readings, on)


def compiled(program: Program, facts: Facts, readings: Mapping[str, str], on: date | None) -> Outcomes:
    """The compiled engine, and what it leaves to the reference."""
    return dict(Compiled(program, readings, on).run(facts))


def columnar(program: Program, facts: Facts, readings: Mapping[str, str], on: date | None) -> Outcomes:
    """The engine of columns. Its reasons name no rows: where they are else those of the reference, they count as these.

    Where a rule without a column form makes the reference compute everything, the rules that have one are run once more without
    the others, so that columns are compared and not the reference with itself.
    """
    import duckdb

    from policydsl.columnar.engine import Engine as Columns
    from tests.columnar.agreement import outcomes, same

    wanted = reference(program, facts, readings, on)
    results = Columns(program, duckdb.connect(), readings, on).facts(facts)
    found = outcomes(results, wanted)
    left = {item.rule.id for item in results.plan.verdicts if item.where == "reference"}
    for rule in program.rules:
        # rules stand behind what they read
        if any((node.entity, node.name) in left for node in _parts(program, rule) if isinstance(node, RuleRead)):
            left.add(rule.id)
    if results.whole and left and not any(rule.kind == "constraint" and rule.id in left for rule in program.rules):
        fewer = evolve(program, rules=tuple(rule for rule in program.rules if rule.id not in left))
        again = Columns(fewer, duckdb.connect(), readings, on).facts(facts)
        found |= outcomes(again, [at for at in wanted if (at[0], at[2]) not in left])
    return {
        at: wanted[at] if isinstance(got, Blocked) and at in wanted and same(wanted[at], got) else got
        for at, got in found.items()
    }


def replayed(program: Program, facts: Facts, readings: Mapping[str, str], on: date | None) -> Outcomes:
    """The interpreter on what a receipt of the run holds: another program, made of the recorded text, on the recorded facts."""
    from tests.differential.receipts import NotOneText, repeated

    try:
        return repeated(program, facts, readings, on)
    except NotOneText as error:
        raise Declined from error


def _parts(program: Program, rule: Rule) -> Iterator[Expr]:
    """The nodes of a rule and of the tables that it looks up."""
    for node in everything(rule.body):
        yield node
        if isinstance(node, Lookup):
            for row in program.tables[node.table].rows:
                for cell in row.cells.values():
                    yield from everything(cell)


ENGINES: dict[str, Engine] = {"second": second, "compiled": compiled, "columnar": columnar, "replay": replayed}
"""By name, what is compared with the reference."""


@frozen
class Difference:
    """One rule of one row about which two engines differ."""

    at: tuple[str, str, str]
    expected: Outcome | None
    got: Outcome | None

    def __str__(self) -> str:
        return f"{'.'.join(self.at)}: reference {said(self.expected)}, other {said(self.got)}"


def said(outcome: Outcome | None) -> str:
    """An outcome on one line."""
    if isinstance(outcome, Blocked):
        reasons = ", ".join(f"{cause.lack.value} {cause.entity}/{cause.key}/{cause.name}" for cause in outcome.causes)
        return f"{outcome.status} ({reasons})"
    return repr(outcome)


def differences(program: Program, expected: Outcomes, got: Outcomes) -> list[Difference]:
    """The rules of rows about which the outcomes differ: a value exactly, or the reasons why there is none.

    Where a rule reads an order among rows, which of several reasons are named is a matter of economy (n rows are not to hold
    n² reasons); there the status must be the same.
    """
    loose = ordered_rules(program)
    return [
        Difference(at, expected.get(at), got.get(at))
        for at in [*expected, *(at for at in got if at not in expected)]
        if not agree(expected.get(at), got.get(at), (at[0], at[2]) in loose)
    ]


def ordered_rules(program: Program) -> frozenset[tuple[str, str]]:
    """The rules that read an order among rows, themselves or through others. Rules stand behind what they read."""
    found: set[tuple[str, str]] = set()
    for rule in [*program.rules, *program.rules]:
        for node in everything(rule.body):
            among = isinstance(node, Rank | Running | Previous | Share)
            end = isinstance(node, Aggregate) and node.fold in ("first", "last")
            if among or end or (isinstance(node, RuleRead) and (node.entity, node.name) in found):
                found.add(rule.id)
    return frozenset(found)


def agree(left: Outcome | None, right: Outcome | None, loose: bool = False) -> bool:
    """The same value of the same kind, or the same set of reasons."""
    if isinstance(left, Blocked) and isinstance(right, Blocked):
        return left.status == right.status and (loose or reasons(left) == reasons(right))
    if isinstance(left, NotApplicable) and isinstance(right, NotApplicable):
        return True
    return type(left) is type(right) and left == right


def reasons(blocked: Blocked) -> frozenset[tuple[str, str, str, str]]:
    """What is lacking where, without the words for it."""
    return frozenset((cause.lack.value, cause.entity, cause.key, cause.name) for cause in blocked.causes)
