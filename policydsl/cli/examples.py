"""Owns how the outcome of a worked example is told: on the terminal, and as plain data."""

from __future__ import annotations

import sys
from typing import Any

from policydsl.cli.console import colour, width
from policydsl.core.program import Program
from policydsl.core.values import decimal_text
from policydsl.testing.examples import Checked, ExampleResult
from policydsl.testing.properties import PropertyResult


def report(name: str, result: ExampleResult, program: Program, human: bool) -> dict[str, Any]:
    """Print an example that failed, if people read; give it as data."""
    if human and not result.ok:
        _print(name, result, program)
    return {
        "policy": name,
        "example": result.example.name,
        "ok": result.ok,
        "problem": result.problem,
        "failures": [
            {
                "entity": check.expectation.entity,
                "rule": check.expectation.rule,
                "expected": _wanted(check),
                "got": _got(check, result),
            }
            for check in result.failures
        ],
    }


def _print(name: str, result: ExampleResult, program: Program) -> None:
    out = sys.stdout
    zh = program.language == "zh"
    span = result.example.span
    where = f"{name}:{span.line}" if span is not None else name
    out.write(f"{where} {'算例未通过' if zh else 'example fails'}:{result.example.name}\n")
    if result.problem:
        out.write(f"  {result.problem}\n")
    for check in result.failures:
        at = check.expectation.span
        line = f"{name}:{at.line}: " if at is not None else ""
        wanted, got = _wanted(check), _got(check, result)
        out.write(
            f"  {line}{check.expectation.rule} {'应为' if zh else 'should be'} {wanted},{'得到' if zh else 'got'} {got}\n"
        )
    for check in result.failures[:1]:
        if result.trace is not None and check.step is not None:
            from policydsl.explain.ledger import explain
            from policydsl.reports.text import explanation_text

            account = explain(
                result.trace,
                entity=check.expectation.entity,
                keys=[check.step.key],
                rules=[check.expectation.rule],
                lang=program.language,
            )
            out.write(explanation_text(account, width=width(), colour=colour(out), encoding=out.encoding or "utf-8"))


def report_property(name: str, result: PropertyResult, program: Program, human: bool) -> dict[str, Any]:
    """Print a property that a case refutes, if people read; give it as data."""
    item, found = result.item, result.counterexample
    told = ""
    if found is not None:
        zh = program.language == "zh"
        told = f"{found.example} · {found.key}"
        if found.before is not None and found.after is not None:
            fact, rule = item.fact, item.result[1]
            (x, a), (y, b) = found.before, found.after
            values = [decimal_text(value) for value in (x, a, y, b)]
            told += f": {fact} {values[0]} → {values[2]}, {rule} {values[1]} → {values[3]}"
        if human:
            where = f"{name}:{item.span.line}" if item.span is not None else name
            sys.stdout.write(f"{where} {'性质不成立' if zh else 'property does not hold'}:{item.name}({told})\n")
    return {"policy": name, "property": item.name, "ok": result.ok, "cases": result.cases, "counterexample": told}


def _wanted(check: Checked) -> str:
    span = check.expectation.span
    if span is not None:
        text = span.text
        return text.split("=", 1)[1].strip() if "=" in text else text.split(None, 1)[-1]
    return str(check.expectation.value)


def _got(check: Checked, result: ExampleResult) -> str:
    if check.step is None:
        return "没有这一行 no such row"
    if result.trace is None:
        return "?"
    from policydsl.explain.results import results

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
