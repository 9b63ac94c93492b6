"""Owns how an example that fails and a property that is refuted are told, in a drafter's words: what was expected, what came out, why."""

from __future__ import annotations

from fractions import Fraction

from policydsl.core.program import Program
from policydsl.core.values import Absent, NotApplicable, Outcome, decimal_text
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
    lines = [f"{where} {'性质不成立' if zh else 'property does not hold'}:{item.name}{summary(result, program)}"]
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


def summary(result: PropertyResult, program: Program) -> str:
    """The row and, of a fact with two values, each and what came of it; of other changes what came of the facts in each form."""
    item, found = result.item, result.counterexample
    if found is None:
        return ""
    row = " · ".join(part for part in (found.example, found.key) if part)
    name, zh = item.subject[1], program.language == "zh"
    if found.before is not None and found.after is not None:
        (x, a), (y, b) = found.before, found.after
        fact = item.fact or ".".join(part for part in item.about[0] if part != item.entity)
        said = f"{fact} {shown(x, zh)} → {shown(y, zh)}, {name} {shown(a, zh)} → {shown(b, zh)}"
    elif len(found.outcomes) == 2:
        said = f"{name} {shown(found.outcomes[0], zh)} → {shown(found.outcomes[1], zh)}"
    elif len(found.outcomes) == 3:
        whole, *parts = (shown(one, zh) for one in found.outcomes)
        said = f"{name} {whole} ≠ {' + '.join(parts)}"
    else:
        return f"({row})" if row else ""
    return f"({row}: {said})" if row else f"({said})"


def shown(outcome: Outcome, zh: bool) -> str:
    """An outcome in a few signs."""
    match outcome:
        case bool():
            return ("真" if outcome else "假") if zh else str(outcome).lower()
        case int() | Fraction():
            return decimal_text(outcome)
        case Absent():
            return "无" if zh else "none"
        case NotApplicable():
            return "不适用" if zh else "inapplicable"
        case tuple():
            return f"({('、' if zh else ', ').join(shown(one, zh) for one in outcome)})"
    return str(outcome)


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
