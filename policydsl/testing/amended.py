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
    """The examples of one 修订 for one day: `program` is the text of that day with them, None where `findings` has errors.

    `stated` is the day that an example must state to be of this text, None where it is without stating one.
    """

    notice: Notice
    target: str
    on: date
    program: Program | None
    results: tuple[ExampleResult, ...]
    findings: tuple[Diagnostic, ...]
    stated: date | None = None


def run_amended(
    corpus: Corpus, files: set[str] | None = None, containing: str | None = None, *, bare: bool = False
) -> Iterator[Amended]:
    """Run the examples that stand in the 修订 of a corpus (of the notices in `files`), those of one day together.

    An example without 基准日 is of the day of its case, where the amended notice says which date that is (基准日 in its head) and the
    example gives it; else of the day from which its 修订 counts, the latest if there are several. With `bare` the text of that
    day comes first, though no example be of it.
    """
    for notice, entry in sorted(corpus.amendments(), key=lambda item: (item[0].file, item[1].start)):
        if files is None or notice.file in files:
            yield from _of(corpus, notice, entry, containing, bare)


def _of(corpus: Corpus, notice: Notice, entry: Entry, containing: str | None, bare: bool) -> Iterator[Amended]:
    node = notice.outline.read(entry)
    if not isinstance(node, tree.Amendment):
        return
    since = max((order.since for order in corpus.orders(notice, entry) if order.since is not None), default=date.max)
    by_day: dict[date, list[tree.Example]] = {since: []} if bare else {}
    for line in node.lines:
        if isinstance(line, tree.Example) and (not containing or containing in line.name.text):
            day = next((item.day for item in line.lines if isinstance(item, tree.OnDate)), None)
            day = day or _case_day(corpus, node.id, line)
            by_day.setdefault(day or since, []).append(line)
    plain = not _basis(corpus, node.id)
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
        stated = None if day == since and plain else day
        results = run_examples(fit) if fit is not None else ()
        yield Amended(notice, node.id, day, fit, results, tuple(findings), stated)


def _basis(corpus: Corpus, target: str) -> str:
    """The fact by whose date the law of a notice is chosen, empty where its head names none."""
    amended = corpus.notices.get(target)
    return amended.outline.head().get("H_BASIS", "") if amended is not None else ""


def _case_day(corpus: Corpus, target: str, example: tree.Example) -> date | None:
    """The date of the one case of an example by which the law of the amended notice is chosen, where it is given."""
    basis = _basis(corpus, target)
    given = [
        item.value.value
        for line in example.lines
        if isinstance(line, tree.Given)
        for item in line.items
        if isinstance(item.value, tree.Day) and [name.text for name in item.target.path] == [basis]
    ]
    return given[0] if len(given) == 1 else None
