"""Reads the pages of docs/language and runs what stands in their fenced blocks.

- ```pol: a whole small file; it has no error and its 算例 pass. ```pol en: the same with English keywords.
- ```pol file NAME: a file that later ones on the page name by 引用 or 沿用; it need not stand alone.
- ```pol bad, then ```text: the findings of that file, as a person sees them at 80 columns.
- ```trace NAME after a ```pol: the explanation of the rule NAME in the first 算例 of that file, or of its 修订 where it has none.
- ```refuted NAME after a ```pol: what `policydsl test` prints of the property NAME, which does not hold.
- ```law DATE ID after a ```pol: the text of the notice ID in force on a day, with what that file does to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from attrs import evolve, frozen

from policydsl.amend.consolidate import consolidate, corpus_findings
from policydsl.amend.corpus import Corpus, corpus_of
from policydsl.amend.rulings import Rulings
from policydsl.core.facts import Facts
from policydsl.core.program import Program
from policydsl.diagnostics.model import Diagnostic, Weight
from policydsl.diagnostics.render import render
from policydsl.diagnostics.wording import weight_of
from policydsl.explain import explain
from policydsl.explain.figures import Figures
from policydsl.explain.languages import catalog_of
from policydsl.explain.teller import Teller
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.trace import Trace
from policydsl.pipeline import Result, check_source
from policydsl.reports.law_text import law_text
from policydsl.reports.text import explanation_text
from policydsl.source import Source
from policydsl.testing.amended import run_amended
from policydsl.testing.examples import ExampleResult, run_examples
from policydsl.testing.failing import property_lines
from policydsl.testing.properties import check_properties

FOLDER = Path(__file__).parents[2] / "docs" / "language"
NAME = "示例.pol"
WIDTH = 80

_FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)


@frozen
class Block:
    """One fenced block: the words behind its fence, its text, where the text stands in the page, the line of its fence."""

    info: tuple[str, ...]
    text: str
    start: int
    end: int
    line: int

    @property
    def kind(self) -> str:
        """The first word behind the fence."""
        return self.info[0] if self.info else ""


@frozen
class Case:
    """A policy on a page with the blocks that say what comes of it."""

    page: str
    policy: Block
    outputs: tuple[Block, ...]
    files: Mapping[str, str]

    @property
    def title(self) -> str:
        """How a test is named after it."""
        return f"{self.page}:{self.policy.line}"

    @property
    def bad(self) -> bool:
        """Whether the policy is an example of what is refused."""
        return "bad" in self.policy.info

    @property
    def english(self) -> bool:
        """Whether the policy has English keywords."""
        return "en" in self.policy.info


@frozen
class Page:
    """One page and its fenced blocks in order."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Every fenced block."""
        return tuple(
            Block(
                tuple(found[1].split()),
                found[2],
                found.start(2),
                found.end(2),
                self.text.count("\n", 0, found.start()) + 1,
            )
            for found in _FENCE.finditer(self.text)
        )

    @property
    def cases(self) -> tuple[Case, ...]:
        """Each policy with the ```text or ```trace blocks that follow it."""
        grouped: list[tuple[Block, list[Block], dict[str, str]]] = []
        files: dict[str, str] = {}
        for block in self.blocks:
            if block.info[:2] == ("pol", "file"):
                files[block.info[2]] = block.text
            elif block.kind == "pol":
                grouped.append((block, [], dict(files)))
            elif block.kind in ("text", "trace", "law", "refuted") and grouped:
                grouped[-1][1].append(block)
        return tuple(Case(self.name, policy, tuple(outputs), before) for policy, outputs, before in grouped)


def pages(folder: Path = FOLDER) -> tuple[Page, ...]:
    """Every page of the reference, or of another folder."""
    return tuple(Page(path, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.md")))


# ---------------------------------------------------------------- running


def checked(case: Case) -> Result:
    """The policy of a case, parsed and checked."""

    def load(_by: str, name: str) -> Source | None:
        return Source(name, case.files[name]) if name in case.files else None

    result = check_source(Source(NAME, case.policy.text), load)
    corpus = corpus_on(case)
    if not any(notice.file == NAME for notice, _ in corpus.amendments()) and not corpus.findings:
        return result
    findings = (*result.findings, *corpus_findings(corpus))
    broken = any(weight_of(finding) is Weight.ERROR for finding in findings)
    return evolve(result, findings=findings, program=None if broken else result.program)


def corpus_on(case: Case) -> Corpus:
    """The notices that a case is about: its policy and the files before it on the page."""
    texts = {**case.files, NAME: case.policy.text} if "修订" in case.policy.text or "amend" in case.policy.text else {}
    return corpus_of(Source(name, text) for name, text in texts.items())


def examined(case: Case, program: Program) -> tuple[ExampleResult, ...]:
    """The examples of a case: those of its policy, and those of its 修订 on the texts that they amend."""
    found = list(run_examples(program))
    for part in run_amended(corpus_on(case), {NAME}):
        assert part.program is not None, shown(part.findings)
        found += part.results
    return tuple(found)


def shown(findings: tuple[Diagnostic, ...]) -> str:
    """Findings as a page shows them: without the summary."""
    return "\n\n".join(render(findings, format="human", color=False, width=WIDTH).split("\n\n")[:-1]) + "\n"


def failures(results: tuple[ExampleResult, ...]) -> str:
    """What the examples of a policy gave that was not expected, one to a line."""
    lines = [f"{result.example.name}: {result.problem}" for result in results if result.problem]
    lines += [
        f"{result.example.name}: {item.expectation.rule} = {item.got!r}, expected "
        f"{item.expectation.value!r} {item.expectation.status}"
        for result in results
        for item in result.failures
    ]
    return "\n".join(lines)


def told(program: Program, rule: str, english: bool, law: Rulings | None = None) -> str:
    """The explanation of a rule in the first example of a policy, with what the next threshold would be worth."""
    first = program.examples[0]
    trace = run_examples(program, first.name)[0].trace
    assert trace is not None
    evaluator = Evaluator(program, first.readings, first.on)

    def again(facts: Facts, entity: str, key: str) -> Trace:
        return evaluator.run(facts, {entity: [key]})

    account = explain(trace, rules=[rule], lang="en" if english else "zh", rerun=again, law=law)
    return "\n".join(line.rstrip() for line in explanation_text(account, width=WIDTH).splitlines()) + "\n"


def output(case: Case, block: Block) -> str:
    """What a ```text or ```trace block of a case has to say."""
    result = checked(case)
    if block.kind == "text":
        return shown(result.findings)
    assert result.program is not None, shown(result.findings)
    if block.kind == "refuted":
        name = " ".join(block.info[1:])
        (found,) = (one for one in check_properties(result.program) if one.item.name == name)
        return "\n".join(line.rstrip() for line in property_lines(NAME, found, result.program, width=WIDTH)) + "\n"
    if block.kind == "law":
        law = consolidate(corpus_on(case), date.fromisoformat(block.info[1]), None, block.info[2])
        teller = Teller(Figures(law.notice.language, {}, "元"), catalog_of(law.notice.language))
        return "\n".join(line.rstrip() for line in law_text(law, teller)).rstrip() + "\n"
    rule = " ".join(block.info[1:])
    if not result.program.examples:
        first = next(iter(run_amended(corpus_on(case), {NAME})))
        assert first.program is not None
        law = consolidate(corpus_on(case), first.on, None, first.target)
        return told(first.program, rule, case.english, law.rulings)
    return told(result.program, rule, case.english)


def rewritten(page: Page) -> str:
    """The page with every ```text and ```trace block as it is now."""
    text = page.text
    for case in reversed(page.cases):
        for block in reversed(case.outputs):
            if block.kind in ("trace", "law", "refuted") or case.bad:
                text = text[: block.start] + output(case, block) + text[block.end :]
    return text
