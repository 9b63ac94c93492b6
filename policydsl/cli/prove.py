"""Owns `prove`: questions about all facts that a policy allows, answered or said to be open."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Literal

from policydsl.cli.console import colour, width
from policydsl.cli.main import FINDINGS, FINE, USAGE

if TYPE_CHECKING:
    from policydsl.prove.verdict import Report, Verdict


def prove(options: argparse.Namespace) -> int:
    """Prove one policy, or hold two against each other."""
    from policydsl.cli.case import Refused, program_of, readings_of

    try:
        import z3  # noqa: F401
    except ImportError:
        sys.stderr.write("「prove」要先装证明器 z3 / prove needs the solver z3: pip install 'policydsl[prove]'\n")
        return USAGE
    if len(options.policies) != (2 if options.same else 1):
        sys.stderr.write("用法: prove POLICY,或 prove --same OLD NEW / usage: prove POLICY, or prove --same OLD NEW\n")
        return USAGE
    programs = [program_of(name) for name in options.policies]
    if any(program is None for program in programs):
        return FINDINGS
    try:
        given = dict(readings_of(options.reading))
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return refused.code
    from policydsl.interpret.evaluate import UnknownReading
    from policydsl.prove.ask import Prover, same
    from policydsl.prove.verdict import Report

    program = programs[0]
    assert program is not None
    try:
        if options.same:
            other = programs[1]
            assert other is not None
            report = Report(program, tuple(same(program, other, given, options.seconds)), other)
        else:
            prover = Prover(program, given, options.seconds)
            verdicts = [*prover.properties(), *([] if options.properties else prover.soundness())]
            report = Report(program, tuple(verdicts))
    except UnknownReading as error:
        sys.stderr.write(f"{error}\n")
        return USAGE
    if options.format == "json":
        from policydsl.prove.told import data

        sys.stdout.write(json.dumps(data(report, given), ensure_ascii=False, indent=2) + "\n")
    else:
        _print(report, given, options)
    return FINDINGS if report.refuted or (options.strict and report.undecided) else FINE


def _print(report: Report, readings: dict[str, str], options: argparse.Namespace) -> None:
    from policydsl.prove.told import examples, headline, steps, summary

    lang = options.lang or report.program.language
    out = sys.stdout
    for verdict in report.verdicts:
        if verdict.answer == "proved" and verdict.kind not in ("property",) and not options.all:
            continue
        span = verdict.span
        where = f"{span.source.name}:{span.line} " if span is not None else ""
        out.write(f"{where}{headline(verdict, lang)}\n")
        for line in steps(report, verdict, lang, readings):
            out.write(f"  {line}\n")
        text = examples(report, verdict, readings)
        if text:
            out.write("\n" + "".join(f"  {line}\n" if line else "\n" for line in text.splitlines()) + "\n")
            _explain(report, verdict, readings, lang)
    if report.other is not None and all(one.answer == "proved" for one in report.verdicts):
        out.write("两份文件意思相同\n" if lang == "zh" else "The two files mean the same.\n")
    out.write(summary(report, lang))


def _explain(report: Report, verdict: Verdict, readings: dict[str, str], lang: Literal["zh", "en"]) -> None:
    """The branch of the trace that the case turns on."""
    from policydsl.explain.ledger import explain
    from policydsl.interpret.evaluate import Evaluator
    from policydsl.prove.told import descent, spoken_of
    from policydsl.reports.text import explanation_text

    case = verdict.case
    if case is None:
        return
    trace = Evaluator(report.program, readings).run(case.after or case.facts, {case.rule[0]: [case.key]})
    moves = case.after is not None and verdict.kind == "property"
    rules = [descent(report.program, case, readings)[-1][0]] if moves else spoken_of(report.program, case)
    account = explain(trace, entity=case.rule[0], keys=[case.key], rules=rules, lang=lang)
    out = sys.stdout
    text = explanation_text(account, width=width() - 2, colour=colour(out), encoding=out.encoding or "utf-8")
    # the head of a whole explanation (title, readings) is known here
    tree = text.split("\n\n", 1)[-1]
    out.write("".join(f"  {line}\n" if line else "\n" for line in tree.splitlines()) + "\n")
