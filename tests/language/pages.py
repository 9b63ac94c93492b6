"""Reads the pages of docs/language and runs what stands in their fenced blocks.

- ```pol: a whole small file; it has no error and its 算例 pass. ```pol en: the same with English keywords.
- ```pol file NAME: a file that later ones on the page name by 引用 or 沿用; it need not stand alone.
- ```pol bad, then ```text: the findings of that file, as a person sees them at 80 columns.
- ```trace NAME after a ```pol: the explanation of the rule NAME in the first 算例 of that file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from policydsl.core.facts import Facts
from policydsl.core.program import Program
from policydsl.diagnostics.model import Diagnostic
from policydsl.diagnostics.render import render
from policydsl.explain import explain
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.trace import Trace
from policydsl.pipeline import Result, check_source
from policydsl.reports.text import explanation_text
from policydsl.source import Source
from policydsl.testing.examples import ExampleResult, run_examples

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
        grouped: list[tuple[Block, list[Block]]] = []
        files: dict[str, str] = {}
        for block in self.blocks:
            if block.info[:2] == ("pol", "file"):
                files[block.info[2]] = block.text
            elif block.kind == "pol":
                grouped.append((block, []))
            elif block.kind in ("text", "trace") and grouped:
                grouped[-1][1].append(block)
        return tuple(Case(self.name, policy, tuple(outputs), files) for policy, outputs in grouped)


def pages(folder: Path = FOLDER) -> tuple[Page, ...]:
    """Every page of the reference, or of another folder."""
    return tuple(Page(path, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.md")))


# ---------------------------------------------------------------- running


def checked(case: Case) -> Result:
    """The policy of a case, parsed and checked."""

    def load(_by: str, name: str) -> Source | None:
        return Source(name, case.files[name]) if name in case.files else None

    return check_source(Source(NAME, case.policy.text), load)


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


def told(program: Program, rule: str, english: bool) -> str:
    """The explanation of a rule in the first example of a policy, with what the next threshold would be worth."""
    first = program.examples[0]
    trace = run_examples(program, first.name)[0].trace
    assert trace is not None
    evaluator = Evaluator(program, first.readings, first.on)

    def again(facts: Facts, entity: str, key: str) -> Trace:
        return evaluator.run(facts, {entity: [key]})

    account = explain(trace, rules=[rule], lang="en" if english else "zh", rerun=again)
    return "\n".join(line.rstrip() for line in explanation_text(account, width=WIDTH).splitlines()) + "\n"


def output(case: Case, block: Block) -> str:
    """What a ```text or ```trace block of a case has to say."""
    result = checked(case)
    if block.kind == "text":
        return shown(result.findings)
    assert result.program is not None, shown(result.findings)
    return told(result.program, " ".join(block.info[1:]), case.english)


def rewritten(page: Page) -> str:
    """The page with every ```text and ```trace block as it is now."""
    text = page.text
    for case in reversed(page.cases):
        for block in reversed(case.outputs):
            if block.kind == "trace" or case.bad:
                text = text[: block.start] + output(case, block) + text[block.end :]
    return text
