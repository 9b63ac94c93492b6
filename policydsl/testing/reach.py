"""Owns what examples reach: the expressions, branches, bands, table rows and readings that an expectation rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from attrs import define, field, frozen

from policydsl.core import program as core
from policydsl.core.walk import everything
from policydsl.interpret.trace import RuleStep, Sample, Step, Trace
from policydsl.source import Span
from policydsl.testing.amended import Amended
from policydsl.testing.examples import ExampleResult, run_examples
from policydsl.testing.places import spotted

Decided = tuple[int, int]
"""A choice that was made: the identity of its node, and the number of the case, band, row or alternative (-1: otherwise)."""


@define
class Reached:
    """What was reached: nodes by identity, choices, and rules."""

    nodes: set[int] = field(factory=set)
    choices: set[Decided] = field(factory=set)
    rules: set[tuple[str, str]] = field(factory=set)

    def add(self, other: Reached) -> None:
        """Take in what another reached."""
        self.nodes |= other.nodes
        self.choices |= other.choices
        self.rules |= other.rules


def reached_by(trace: Trace, steps: Iterable[RuleStep]) -> Reached:
    """What the given outcomes of a trace rest on."""
    found = Reached()
    waiting = list(steps)
    seen: set[int] = set()
    by_rule: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for at in trace.steps:
        by_rule.setdefault((at[0], at[2]), []).append(at)
    while waiting:
        step = waiting.pop()
        if id(step) in seen:
            continue
        seen.add(id(step))
        found.rules.add(step.rule.id)
        for inner in _steps(step.body):
            found.nodes.add(id(inner.node))
            _note(found, inner)
            if isinstance(inner.node, core.RuleRead) and isinstance(inner.note, tuple):
                entity, key = inner.note
                below = trace.steps.get((entity, key, inner.node.name))
                if below is not None:
                    waiting.append(below)
            elif isinstance(
                inner.node, core.Aggregate | core.Within | core.Running | core.Previous | core.Rank | core.Share
            ):
                if isinstance(inner.note, Sample) and inner.note.total == 0:
                    continue
                for node in everything(inner.node):
                    found.nodes.add(id(node))
                    if isinstance(node, core.RuleRead):
                        waiting += [trace.steps[at] for at in by_rule.get((node.entity, node.name), ())]
                    if isinstance(node, core.Lookup):
                        # which row a fold looked up is not in the trace; its rule or another tells
                        found.nodes |= {id(row.cells[node.column]) for row in trace.program.tables[node.table].rows}
    return found


def _steps(step: Step) -> Iterator[Step]:
    stack = [step]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(current.operands)


def _note(found: Reached, step: Step) -> None:
    match step.node, step.note:
        case ((core.Choose() | core.Bands() | core.Lookup()), int(at)):
            found.choices.add((id(step.node), at))
        case core.Switch(options=options), str(name):
            for at, option in enumerate(options):
                if option.label == name:
                    found.choices.add((id(step.node), at))
        case _:
            return


def reached_by_example(result: ExampleResult) -> Reached:
    """What the expectations of an example rest on, constraints that were judged included."""
    if result.trace is None:
        return Reached()
    steps = [check.step for check in result.checks if check.step is not None]
    steps += [
        step
        for step in result.trace.steps.values()
        if step.rule.kind == "constraint" and isinstance(step.outcome, bool)
    ]
    return reached_by(result.trace, steps)


# ---------------------------------------------------------------- what is not reached

Unreached = Literal["rule", "branch", "band", "row", "reading"]


@frozen
class Gap:
    """One thing that no example reaches: its kind, the rule (or table, or reading) it belongs to, what it says, where."""

    kind: Unreached
    entity: str
    name: str
    said: str
    span: Span | None = field(default=None, eq=False, repr=False)


@frozen
class Cover:
    """How far the examples of a policy reach: per kind how many there are and how many are reached, and the gaps."""

    counts: dict[Unreached, tuple[int, int]]
    gaps: tuple[Gap, ...]


def cover(program: core.Program) -> Cover:
    """How far a policy's own examples reach."""
    return _cover(_reached(program))


def cover_amendment(texts: Sequence[Amended]) -> Cover:
    """How far the examples of a 修订 reach into what its own notice wrote, in the texts that come of it on the days of its examples."""
    return _cover(
        (gap, hit)
        for text in texts
        if text.program is not None
        for gap, hit in _reached(text.program)
        if gap.span is not None and gap.span.source.name == text.notice.file
    )


def _cover(places: Iterable[tuple[Gap, bool]]) -> Cover:
    # a formula stands in several rules, a rule in the texts of several days; it is written once
    once: dict[object, tuple[Gap, bool]] = {}
    for gap, hit in places:
        at = (
            (gap.kind, gap.said, gap.span.start if gap.span is not None else None)
            if gap.kind != "rule"
            else (gap.entity, gap.name)
        )
        once[at] = (gap, hit or once.get(at, (gap, False))[1])
    counts: dict[Unreached, tuple[int, int]] = {}
    for kind in ("rule", "branch", "band", "row", "reading"):
        hits = [hit for gap, hit in once.values() if gap.kind == kind]
        counts[kind] = (len(hits), sum(hits))
    return Cover(counts, tuple(gap for gap, hit in once.values() if not hit))


def _reached(program: core.Program) -> Iterator[tuple[Gap, bool]]:
    """Everything in a policy that can be reached, and whether its examples reach it."""
    reached = Reached()
    for result in run_examples(program):
        reached.add(reached_by_example(result))
    tables: dict[tuple[str, int], bool] = {}
    for rule in program.written_order:
        if rule.kind == "property":
            continue
        if rule.kind != "reading":
            said = rule.span.text.split("\n", 1)[0] if rule.span is not None else rule.name
            yield Gap("rule", rule.entity, rule.name, said, rule.span), rule.id in reached.rules
        for place in spotted(program, rule):
            node = place.node
            if isinstance(node, core.Lookup):
                for at in range(len(program.tables[node.table].rows)):
                    tables[node.table, at] = tables.get((node.table, at), False) or (id(node), at) in reached.choices
            if not any(slot == "cell" for _, slot, _ in place.turns):
                for gap, at in _choices(rule, node):
                    yield gap, (id(node), at) in reached.choices
    for (name, at), hit in tables.items():
        table = program.tables[name]
        span = table.rows[at].span
        said = span.text if span is not None else f"{at + 1}"
        yield Gap("row", "", name, said, span), hit


def _choices(rule: core.Rule, node: core.Expr) -> Iterator[tuple[Gap, int]]:
    match node:
        case core.Choose(cases=cases, otherwise=otherwise):
            for at, case in enumerate(cases):
                yield (
                    Gap("branch", rule.entity, rule.name, case.label or _text(case.when), case.span or case.when.span),
                    at,
                )
            if otherwise is not None and not isinstance(otherwise, core.Choose):
                yield Gap("branch", rule.entity, rule.name, f"否则 {_text(otherwise)}", otherwise.span), -1
        case core.Bands(rows=rows, otherwise=otherwise):
            for at, band in enumerate(rows):
                span = band.span or band.bound.span
                yield Gap("band", rule.entity, rule.name, span.text if span is not None else "", span), at
            yield Gap("band", rule.entity, rule.name, f"否则 {_text(otherwise)}", otherwise.span), -1
        case core.Switch(reading=reading, options=options):
            for at, option in enumerate(options):
                yield Gap("reading", rule.entity, reading, option.label, option.value.span or node.span), at
        case _:
            return


def _text(node: core.Expr) -> str:
    return " ".join(node.span.text.split()) if node.span is not None else type(node).__name__
