"""Owns how the outcome of a worked example or a property is told: on the terminal, and as plain data."""

from __future__ import annotations

import sys
from typing import Any

from policydsl.cli.console import colour, width
from policydsl.core.program import Program
from policydsl.testing.examples import ExampleResult
from policydsl.testing.properties import PropertyResult


def report(name: str, result: ExampleResult, program: Program, human: bool) -> dict[str, Any]:
    """Print an example that failed, if people read; give it as data."""
    told = {"policy": name, "example": result.example.name, "ok": result.ok, "problem": result.problem, "failures": []}
    if result.ok:
        return told
    from policydsl.testing.failing import example_lines, got, wanted

    if human:
        lines = example_lines(name, result, program, width=width(), colour=colour(sys.stdout))
        sys.stdout.write("\n".join(lines) + "\n")
    told["failures"] = [
        {
            "entity": check.expectation.entity,
            "rule": check.expectation.rule,
            "expected": wanted(check),
            "got": got(check, result),
        }
        for check in result.failures
    ]
    return told


def report_property(name: str, result: PropertyResult, program: Program, human: bool) -> dict[str, Any]:
    """Print a property that a case refutes, if people read; give it as data."""
    told, written = "", []
    if human and not result.cases:
        line = f":{result.item.span.line}" if result.item.span is not None else ""
        said = (
            f"性质「{result.item.name}」没有查到一组说得上的数据"
            if program.language == "zh"
            else f"property 「{result.item.name}」: no case was found of which it says anything"
        )
        sys.stdout.write(f"{name}{line} {said}\n")
    if result.counterexample is not None:
        from policydsl.testing.failing import property_lines, summary

        told = summary(result, program).strip("()")
        written = list(result.counterexample.written)
        if human:
            sys.stdout.write("\n".join(property_lines(name, result, program, width=width())) + "\n")
    return {
        "policy": name,
        "property": result.item.name,
        "ok": result.ok,
        "cases": result.cases,
        "counterexample": told,
        "examples": written,
    }
