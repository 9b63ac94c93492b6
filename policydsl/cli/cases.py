"""Owns the commands on cases: template, run, explain."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from policydsl.cli.case import Refused, entity_of, evaluated, flipping, form_of, program_of, put
from policydsl.cli.console import colour, grave, say, width
from policydsl.cli.main import FINDINGS, FINE, USAGE

if TYPE_CHECKING:
    from policydsl.core.facts import Facts
    from policydsl.explain.results import Results
    from policydsl.interpret.evaluate import Evaluator
    from policydsl.interpret.trace import Trace


def template(options: argparse.Namespace) -> int:
    """`policydsl template`."""
    from policydsl.facts.template import write

    program = program_of(options.policy)
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
    from policydsl.cli import columns

    if columns.meant(options):
        return columns.run(options)
    form = options.format or form_of(options.output, {".json": "json", ".csv": "csv", ".xlsx": "xlsx"}, "table")
    if options.sign and not options.receipt:
        say("--sign 是给留痕签名的,请加 --receipt 留痕.json。 --sign signs a receipt: add --receipt FILE.")
        return USAGE
    if form == "xlsx" and not options.output:
        say("工作簿要写到文件:请加 -o 结果.xlsx。 A workbook goes to a file: add -o results.xlsx.")
        return USAGE
    try:
        evaluator, trace, findings = evaluated(options)
    except Refused as refused:
        say(str(refused))
        return refused.code
    if trace is None or evaluator is None:
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
            content = _workbook(evaluator, trace, table)
        else:
            from policydsl.reports.results_table import results_table

            screen = not options.output
            content = results_table(
                table,
                width=width() if screen else 100,
                colour=screen and colour(sys.stdout),
                encoding=sys.stdout.encoding if screen else "utf-8",
            )
    code = put(content, options.output, FINDINGS if grave(findings) or trace.violations else FINE)
    if not options.receipt:
        return code
    from policydsl.cli.receipts import write

    return max(code, write(options, trace))


def _workbook(evaluator: Evaluator, trace: Trace, table: Results) -> bytes:
    """The results with the sheet of computation and explanations of its rows, as far as sheets of a workbook go."""
    from policydsl.explain.computation import computation
    from policydsl.explain.ledger import explain as explained
    from policydsl.explain.words import tell
    from policydsl.reports.results_xlsx import MOST_EXPLAINED, results_xlsx

    sheet = computation(trace)
    if sheet is None:
        return results_xlsx(table, sources=trace.facts.sources)
    keys = [line.key for line in sheet.lines]
    account = explained(
        trace,
        entity=sheet.entity,
        keys=keys[:MOST_EXPLAINED],
        lang=trace.program.language,
        flip=flipping(evaluator, trace.facts),
    )
    return results_xlsx(table, sheet, tell(account), trace.facts.sources, len(keys) > MOST_EXPLAINED)


def explain(options: argparse.Namespace) -> int:
    """`policydsl explain`."""
    from policydsl.explain.ledger import NotInTrace
    from policydsl.explain.ledger import explain as explained

    form = options.format or form_of(
        options.output, {".json": "json", ".md": "md", ".html": "html", ".htm": "html"}, "text"
    )
    try:
        evaluator, trace, findings = evaluated(options)
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
            trace,
            entity=entity_of(trace, options.of),
            keys=options.of,
            rules=options.rule,
            lang=language,
            rerun=rerun,
            flip=flipping(evaluator, trace.facts),
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
    return put(content, options.output, FINDINGS if grave(findings) or trace.violations else FINE)
