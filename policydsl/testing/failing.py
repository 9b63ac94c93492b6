"""Owns how an example that fails and a property that is refuted are told, in a drafter's words: what was expected, what came out, why."""

from __future__ import annotations

from policydsl.core.program import Program
from policydsl.core.values import decimal_text
from policydsl.explain.ledger import explain
from policydsl.explain.results import results
from policydsl.interpret.trace import Trace
from policydsl.reports.text import explanation_text
from policydsl.testing.case import Case
from policydsl.testing.examples import Checked, ExampleResult
from policydsl.testing.properties import PropertyResult


def example_lines(
    name: str, result: ExampleResult, program: Program, *, width: int = 80, colour: bool = False
) -> list[str]:
    """An example that fails: each expectation that is not met, and the branch of the trace that gave the first of them."""
    zh = program.language == "zh"
    span = result.example.span
    where = f"{name}:{span.line}" if span is not None else name
    lines = [f"{where} {'算例未通过' if zh else 'example fails'}:{result.example.name}"]
    if result.problem:
        lines.append(f"  {result.problem}")
    for check in result.failures:
        at = check.expectation.span
        line = f"{name}:{at.line}: " if at is not None else ""
        said = (
            f"应为 {wanted(check)},得到 {got(check, result)}"
            if zh
            else f"should be {wanted(check)}, got {got(check, result)}"
        )
        lines.append(f"  {line}{check.expectation.rule} {said}")
    for check in result.failures[:1]:
        if result.trace is not None and check.step is not None:
            at_ = check.expectation
            lines += why(result.trace, at_.entity, check.step.key, at_.rule, width=width, colour=colour)
    return lines


def why(trace: Trace, entity: str, key: str, rule: str, *, width: int = 80, colour: bool = False) -> list[str]:
    """The branch of the trace that gave one outcome, without the head of the explanation."""
    account = explain(trace, entity=entity, keys=[key], rules=[rule], lang=trace.program.language)
    text = explanation_text(account, width=width, colour=colour)
    lines = text.rstrip("\n").split("\n")
    start = next((at for at, line in enumerate(lines) if line.lstrip().startswith(("└", "├"))), 0)
    return [f"  {line}" for line in lines[start:]]


def property_lines(name: str, result: PropertyResult, program: Program, *, width: int = 80) -> list[str]:
    """A property that is refuted: the two values, the examples that show it, and the branch of the trace."""
    item, found = result.item, result.counterexample
    assert found is not None
    zh = program.language == "zh"
    where = f"{name}:{item.span.line}" if item.span is not None else name
    lines = [f"{where} {'性质不成立' if zh else 'property does not hold'}:{item.name}{summary(result)}"]
    for written in found.written:
        lines += ["", *(f"  {line}" for line in written.rstrip("\n").split("\n"))]
    for case in found.cases:
        lines += ["", *_branch(case, result, width)]
    return lines


def _branch(case: Case, result: PropertyResult, width: int) -> list[str]:
    lines: list[str] = []
    for entity, key, rule in list(case.asked)[:2]:
        lines += why(case.trace, entity, key, rule, width=width)
    return lines


def summary(result: PropertyResult) -> str:
    """The row and, of a fact that moved, its two values and what came of them."""
    item, found = result.item, result.counterexample
    if found is None:
        return ""
    row = " · ".join(part for part in (found.example, found.key) if part)
    if found.before is None or found.after is None:
        return f"({row})" if row else ""
    (x, a), (y, b) = found.before, found.after
    values = [decimal_text(value) for value in (x, a, y, b)]
    return f"({row}: {item.fact} {values[0]} → {values[2]}, {item.result[1]} {values[1]} → {values[3]})"


def wanted(check: Checked) -> str:
    """What was expected, as it is written."""
    span = check.expectation.span
    if span is not None:
        text = span.text
        return text.split("=", 1)[1].strip() if "=" in text else text.split(None, 1)[-1]
    return str(check.expectation.value)


def got(check: Checked, result: ExampleResult) -> str:
    """What came out, as results show it."""
    if check.step is None:
        return "没有这一行 no such row"
    if result.trace is None:
        return "?"
    table = results(result.trace)
    for sheet in table.sheets:
        if sheet.entity != check.expectation.entity:
            continue
        at = next((index for index, column in enumerate(sheet.columns) if column.name == check.expectation.rule), None)
        for key, cells in sheet.rows:
            if key == check.step.key and at is not None:
                cell = cells[at]
                return cell.shown if not cell.reasons else f"{cell.shown}({';'.join(cell.reasons)})"
    return str(check.got)
