"""Owns what a run says of sums that nobody shares: 分摊 whose 其中 leaves out every row, so that each gets 0 and the whole stays."""

from __future__ import annotations

from collections.abc import Iterator

from policydsl.core import program as core
from policydsl.core.walk import everything
from policydsl.diagnostics.model import Diagnostic
from policydsl.explain.names import Shown
from policydsl.explain.words import teller_for
from policydsl.interpret.trace import Step, Trace, Unshared

MOST_NAMED = 5


def unshared(trace: Trace) -> list[Diagnostic]:
    """A finding at each 分摊 that shares something out to nobody, with the sums that stay (decision 94)."""
    found = []
    for rule in trace.program.rules:
        nodes = [
            node
            for node in everything(rule.body)
            if isinstance(node, core.Share) and node.kind == "split" and node.among.where is not None
        ]
        if not nodes:
            continue
        # of each group once, whichever of its rows tells of it
        left: dict[core.Share, dict[str, Unshared]] = {node: {} for node in nodes}
        for key in trace.keys.get(rule.entity, ()):
            step = trace.steps.get((rule.entity, key, rule.name))
            for node, note in _notes(step.body) if step is not None else ():
                left[node].setdefault(note.first, note)
        found += [_finding(trace, rule, node, list(notes.values())) for node, notes in left.items() if notes]
    return found


def _notes(step: Step) -> Iterator[tuple[core.Share, Unshared]]:
    todo = [step]
    while todo:
        current = todo.pop()
        if isinstance(current.node, core.Share) and isinstance(current.note, Unshared):
            yield current.node, current.note
        todo += current.operands


def _finding(trace: Trace, rule: core.Rule, node: core.Share, notes: list[Unshared]) -> Diagnostic:
    language = trace.program.language
    teller = teller_for(trace.program, language)
    parents = {record.key: record.parent for record in trace.facts.tables.get(node.among.entity, ()) if record.parent}
    shown = []
    for note in notes[:MOST_NAMED]:
        amount = teller.show(Shown(note.total, node.total.type))
        owner = parents.get(note.first) if node.among.owned else None
        shown.append(amount if owner is None else f"{owner} {amount}")
    text = ("、" if language == "zh" else ", ").join(shown)
    if len(notes) > MOST_NAMED:
        text += f" …({len(notes)})"
    return Diagnostic(
        "shared-by-nobody",
        node.span,
        {"rule": rule.name, "entity": node.among.entity, "sums": text},
        language=language,
    )
