"""Owns the commands on cases: template, run, explain."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from policydsl.cli.console import colour, grave, say, show, width
from policydsl.cli.main import FINDINGS, FINE, USAGE
from policydsl.diagnostics.model import Diagnostic
from policydsl.pipeline import check_path

if TYPE_CHECKING:
    from policydsl.core.facts import Facts
    from policydsl.core.program import Program
    from policydsl.interpret.evaluate import Evaluator
    from policydsl.interpret.trace import Trace


class Refused(Exception):
    """A call that cannot be carried out: what to say, and the exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def template(options: argparse.Namespace) -> int:
    """`policydsl template`."""
    from policydsl.facts.template import write

    program = _program(options.policy)
    if program is None:
        return FINDINGS
    if not options.output.endswith(".xlsx"):
        say("模板是 .xlsx 工作簿,请用 -o 名称.xlsx。 The template is an .xlsx workbook: -o NAME.xlsx.")
        return USAGE
    try:
        write(program, Path(options.output))
    except OSError as error:
        say(f"写不了 {options.output}:{error.strerror}。 Cannot write it.")
        return FINDINGS
    say(f"已写好 {options.output}。 Written.")
    return FINE


def run(options: argparse.Namespace) -> int:
    """`policydsl run`: results to the screen or a file, findings on the facts to the error stream."""
    form = options.format or _form(options.output, {".json": "json", ".csv": "csv", ".xlsx": "xlsx"}, "table")
    if form == "xlsx" and not options.output:
        say("工作簿要写到文件:请加 -o 结果.xlsx。 A workbook goes to a file: add -o results.xlsx.")
        return USAGE
    try:
        _, trace, findings = _evaluated(options)
    except Refused as refused:
        say(str(refused))
        return refused.code
    if trace is None:
        return FINDINGS
    content: str | bytes
    if form == "json":
        from policydsl.reports.results_json import dump, results_json

        content = dump(results_json(trace))
    else:
        from policydsl.explain.results import results

        table = results(trace)
        if form == "csv":
            from policydsl.reports.results_csv import results_csv

            content = results_csv(table, bom=bool(options.output))
        elif form == "xlsx":
            from policydsl.reports.results_xlsx import results_xlsx

            content = results_xlsx(table)
        else:
            from policydsl.reports.results_table import results_table

            screen = not options.output
            content = results_table(
                table,
                width=width() if screen else 100,
                colour=screen and colour(sys.stdout),
                encoding=sys.stdout.encoding if screen else "utf-8",
            )
    return _put(content, options.output, FINDINGS if grave(findings) or trace.violations else FINE)


def explain(options: argparse.Namespace) -> int:
    """`policydsl explain`."""
    from policydsl.explain.ledger import NotInTrace
    from policydsl.explain.ledger import explain as explained

    form = options.format or _form(
        options.output, {".json": "json", ".md": "md", ".html": "html", ".htm": "html"}, "text"
    )
    try:
        evaluator, trace, findings = _evaluated(options)
    except Refused as refused:
        say(str(refused))
        return refused.code
    if trace is None or evaluator is None:
        return FINDINGS

    def rerun(facts: Facts, entity: str, key: str) -> Trace:
        return evaluator.run(facts, {entity: [key]})

    language = options.lang or trace.program.language
    try:
        account = explained(
            trace, entity=_entity_of(trace, options.of), keys=options.of, rules=options.rule, lang=language, rerun=rerun
        )
    except NotInTrace as missing:
        from difflib import get_close_matches

        close = get_close_matches(missing.name, missing.known, 3, 0.4) or list(missing.known[:12])
        say(f"{missing}\n有:{'、'.join(close)}")
        return USAGE
    content: str
    if form == "json":
        from policydsl.reports.results_json import dump
        from policydsl.reports.trace_json import trace_json

        content = dump(trace_json(account))
    elif form == "md":
        from policydsl.reports.markdown import explanation_markdown

        content = explanation_markdown(account)
    elif form == "html":
        from policydsl.reports.page import explanation_page

        content = explanation_page(account)
    else:
        from policydsl.reports.text import explanation_text

        screen = not options.output
        content = explanation_text(
            account,
            width=width() if screen else 80,
            colour=screen and colour(sys.stdout),
            encoding=sys.stdout.encoding if screen else "utf-8",
        )
    return _put(content, options.output, FINDINGS if grave(findings) or trace.violations else FINE)


# ---------------------------------------------------------------- shared steps


def _program(name: str) -> Program | None:
    """The program of a policy file, its errors shown where it has any."""
    result = check_path(name)
    if result.program is None:
        show(result.errors, stream=sys.stderr)
    return result.program


def _evaluated(options: argparse.Namespace) -> tuple[Evaluator | None, Trace | None, list[Diagnostic]]:
    """Policy, facts and readings of the call, evaluated; findings on the facts are shown."""
    from policydsl.facts.read import read
    from policydsl.interpret.budget import ResourceError
    from policydsl.interpret.evaluate import Evaluator, UnknownReading

    on = _day(options.on)
    readings = _readings(options.reading)
    program = _program(options.policy)
    if program is None:
        return None, None, []
    try:
        evaluator = Evaluator(program, readings, on)
    except UnknownReading as unknown:
        raise Refused(str(unknown), USAGE) from None
    facts, findings = read(program, [Path(name) for name in options.facts])
    show(findings, stream=sys.stderr)
    if not facts.tables and grave(findings):
        return evaluator, None, findings
    try:
        trace = evaluator.run(facts)
    except ResourceError as exhausted:
        raise Refused(str(exhausted), FINDINGS) from None
    return evaluator, trace, findings


def _entity_of(trace: Trace, keys: list[str] | None) -> str | None:
    """The entity whose row is meant by --of: the main one where it has it, else the only one that does."""
    if not keys:
        return None
    main = trace.program.header.main
    having = [entity for entity, known in trace.keys.items() if all(key in known for key in keys)]
    return main if main in having or not having else having[0]


def _readings(pairs: list[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, alternative = pair.partition("=")
        if not equals or not name.strip() or not alternative.strip():
            raise Refused(f"--reading 应写成 读法=选项,而不是「{pair}」。 Write --reading NAME=ALTERNATIVE.", USAGE)
        found[name.strip()] = alternative.strip()
    return found


def _day(text: str | None) -> date | None:
    if not text:
        return None
    from policydsl.syntax.literals import read_date

    try:
        return read_date(text)
    except ValueError:
        raise Refused(f"--on 应写成 2025-08-31 这样的日期,而不是「{text}」。 Write --on YYYY-MM-DD.", USAGE) from None


def _form(output: str | None, endings: Mapping[str, str], otherwise: str) -> str:
    return endings.get(Path(output).suffix.lower(), otherwise) if output else otherwise


def _put(content: str | bytes, output: str | None, code: int) -> int:
    if output and output != "-":
        from policydsl.reports.write import write_file

        try:
            write_file(output, content)
        except OSError as error:
            say(f"写不了 {output}:{error.strerror}。 Cannot write it.")
            return FINDINGS
        say(f"已写好 {output}。 Written.")
        return code
    if isinstance(content, bytes):
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        sys.stdout.write(content if content.endswith("\n") else content + "\n")
    return code
