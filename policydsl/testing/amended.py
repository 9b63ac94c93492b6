"""Owns running the 算例 of 修订: each on the text of the amended notice as it is in force on the example's day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from attrs import evolve, frozen

from policydsl.amend.consolidate import consolidate
from policydsl.amend.corpus import Corpus, Notice
from policydsl.check.assemble import check
from policydsl.core.program import Program
from policydsl.diagnostics.model import Diagnostic, Weight
from policydsl.diagnostics.wording import weight_of
from policydsl.pipeline import check_law
from policydsl.syntax import tree
from policydsl.syntax.outline import Entry
from policydsl.testing.examples import ExampleResult, run_examples


@frozen
class Amended:
    """The examples of one 修订 for one day: `program` is the text of that day with them, None where `findings` has errors."""

    notice: Notice
    target: str
    on: date
    program: Program | None
    results: tuple[ExampleResult, ...]
    findings: tuple[Diagnostic, ...]


def run_amended(corpus: Corpus, files: set[str] | None = None, containing: str | None = None) -> Iterator[Amended]:
    """Run the examples that stand in the 修订 of a corpus (of the notices in `files`), those of one day together.

    An example without 基准日 is of the day of its case, where the amended notice says which date that is (基准日 in its head) and the
    example gives it; else of the day from which its 修订 counts, the latest if there are several.
    """
    for notice, entry in sorted(corpus.amendments(), key=lambda item: (item[0].file, item[1].start)):
        if files is None or notice.file in files:
            yield from _of(corpus, notice, entry, containing)


def _of(corpus: Corpus, notice: Notice, entry: Entry, containing: str | None) -> Iterator[Amended]:
    node = notice.outline.read(entry)
    if not isinstance(node, tree.Amendment):
        return
    by_day: dict[date, list[tree.Example]] = {}
    for line in node.lines:
        if isinstance(line, tree.Example) and (not containing or containing in line.name.text):
            day = next((item.day for item in line.lines if isinstance(item, tree.OnDate)), None)
            day = day or _case_day(corpus, node.id, line)
            days = [order.since for order in corpus.orders(notice, entry) if order.since is not None]
            by_day.setdefault(day or max(days, default=date.max), []).append(line)
    for day, examples in by_day.items():
        law = consolidate(corpus, day, None, node.id)
        checked = check_law(corpus, law)
        findings = [finding for finding in checked.findings if weight_of(finding) is Weight.ERROR]
        program = None
        if checked.file is not None and not findings:
            whole = evolve(checked.file, body=(*checked.file.body, *examples))
            program, meant = check(whole)
            findings += [finding for finding in meant if weight_of(finding) is Weight.ERROR]
        fit = program if not findings else None
        yield Amended(notice, node.id, day, fit, run_examples(fit) if fit is not None else (), tuple(findings))


def _case_day(corpus: Corpus, target: str, example: tree.Example) -> date | None:
    """The date of the one case of an example by which the law of the amended notice is chosen, where it is given."""
    amended = corpus.notices.get(target)
    basis = amended.outline.head().get("H_BASIS", "") if amended is not None else ""
    given = [
        item.value.value
        for line in example.lines
        if isinstance(line, tree.Given)
        for item in line.items
        if isinstance(item.value, tree.Day) and [name.text for name in item.target.path] == [basis]
    ]
    return given[0] if len(given) == 1 else None
