"""Owns `prove`: questions about all facts that a policy allows, answered or said to be open."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Literal

from policydsl.cli.console import colour, width
from policydsl.cli.main import FINDINGS, FINE, USAGE

if TYPE_CHECKING:
    from policydsl.core.program import Program
    from policydsl.prove.verdict import Report, Verdict
    from policydsl.testing.properties import PropertyResult


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
    found: dict[str, PropertyResult] = {}
    try:
        if options.same:
            other = programs[1]
            assert other is not None
            report = Report(program, tuple(same(program, other, given, options.seconds)), other)
        else:
            prover = Prover(program, given, options.seconds)
            verdicts = [*prover.properties(), *([] if options.properties else prover.soundness())]
            if not given:
                verdicts = [_searched(program, verdict, found) for verdict in verdicts]
            report = Report(program, tuple(verdicts))
    except UnknownReading as error:
        sys.stderr.write(f"{error}\n")
        return USAGE
    if options.format == "json":
        from policydsl.prove.told import data

        sys.stdout.write(json.dumps(data(report, given), ensure_ascii=False, indent=2) + "\n")
    else:
        _print(report, given, options, found)
    return FINDINGS if report.refuted or (options.strict and report.undecided) else FINE


def _searched(program: Program, verdict: Verdict, results: dict[str, PropertyResult]) -> Verdict:
    """What the search for counterexamples makes of a property that the prover left open: refuted after all (and kept in
    `results`), or on how many cases it was not."""
    from attrs import evolve

    from policydsl.prove.verdict import Counterexample
    from policydsl.testing.properties import CASES, check_property, looked_at

    found = (one for one in program.properties if (one.name, one.span) == (verdict.name, verdict.span))
    item = next(found, None) if verdict.kind == "property" and verdict.answer == "undecided" else None
    if item is None:
        return verdict
    looked = [
        (case, steps)
        for case, steps in looked_at(program, item, CASES)
        if all(program.readings[name].adopted == option for name, option in case.readings.items())
    ]
    result = check_property(program, item, cases=looked)
    case = result.counterexample
    if case is None:
        rows = max((len(rows) for given, _ in looked for rows in given.facts.tables.values()), default=0)
        return evolve(verdict, tried=(result.cases, rows))
    facts, outcomes = [one.facts for one in case.cases], case.outcomes
    results[verdict.name] = result
    told = Counterexample(facts[0], case.keys[0], item.subject, outcomes[0], written=case.written)
    if len(facts) > 1:
        other = case.keys[1] if case.keys[1] != case.keys[0] else None
        last = (facts[2], outcomes[2]) if len(facts) > 2 else None
        told = evolve(told, after=facts[1], then=outcomes[1], last=last, renamed=other)
    return evolve(verdict, answer="refuted", why="", beyond=(), case=told)


def _print(
    report: Report, readings: dict[str, str], options: argparse.Namespace, found: dict[str, PropertyResult]
) -> None:
    from policydsl.prove.told import examples, headline, steps, summary
    from policydsl.testing.failing import property_lines

    lang = options.lang or report.program.language
    out = sys.stdout
    for verdict in report.verdicts:
        if verdict.answer == "proved" and verdict.kind not in ("property",) and not options.all:
            continue
        span = verdict.span
        where = f"{span.source.name}:{span.line} " if span is not None else ""
        out.write(f"{where}{headline(verdict, lang)}\n")
        if verdict.kind == "property" and verdict.name in found:
            lines = property_lines("", found[verdict.name], report.program, width=width())[1:]
            out.write("\n".join(lines) + "\n\n")
            continue
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
    from policydsl.prove.told import descent, form_of, spoken_of
    from policydsl.reports.text import explanation_text

    case = verdict.case
    if case is None:
        return
    moves = form_of(report, verdict) in ("monotone", "steady")
    facts = case.after if case.after is not None and moves else case.facts
    trace = Evaluator(report.program, readings).run(facts, {case.rule[0]: [case.key]})
    rules = [descent(report.program, case, readings)[-1][0]] if moves else spoken_of(report.program, case)
    account = explain(trace, entity=case.rule[0], keys=[case.key], rules=rules, lang=lang)
    out = sys.stdout
    text = explanation_text(account, width=width() - 2, colour=colour(out), encoding=out.encoding or "utf-8")
    # the head of a whole explanation (title, readings) is known here
    tree = text.split("\n\n", 1)[-1]
    out.write("".join(f"  {line}\n" if line else "\n" for line in tree.splitlines()) + "\n")
