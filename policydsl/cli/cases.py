"""Owns the commands on cases: template, run, explain."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policydsl.cli.case import Refused, entity_of, flipping, form_of, put
from policydsl.cli.console import colour, grave, say, show, width
from policydsl.cli.governed import Governed, governed, program_on
from policydsl.cli.main import FINDINGS, FINE, USAGE

if TYPE_CHECKING:
    from policydsl.core.facts import Facts
    from policydsl.explain.ledger import NotInTrace
    from policydsl.explain.results import Results
    from policydsl.interpret.evaluate import Evaluator
    from policydsl.interpret.trace import Trace


def template(options: argparse.Namespace) -> int:
    """`policydsl template`."""
    from policydsl.facts.template import write

    try:
        program = program_on(options)
    except Refused as refused:
        say(str(refused))
        return refused.code
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
    from policydsl.explain.unshared import unshared

    if options.plan and options.engine != "spark" and not columns.meant(options):
        say(
            "--plan 说的是列引擎的打算,请加 --engine columnar。 --plan is for the column engine: add --engine columnar."
        )
        return USAGE
    if options.engine == "spark":
        return columns.spark(options)
    if columns.meant(options):
        if options.receipt or options.sign:
            say("列引擎不写留痕,请去掉 --engine columnar。 The column engine writes no receipts.")
            return USAGE
        return columns.run(options)
    form = options.format or form_of(options.output, {".json": "json", ".csv": "csv", ".xlsx": "xlsx"}, "table")
    if options.sign and not options.receipt:
        say("--sign 是给留痕签名的,请加 --receipt 留痕.json。 --sign signs a receipt: add --receipt FILE.")
        return USAGE
    if form == "xlsx" and not options.output:
        say("工作簿要写到文件:请加 -o 结果.xlsx。 A workbook goes to a file: add -o results.xlsx.")
        return USAGE
    try:
        parts, findings = governed(options)
    except Refused as refused:
        say(str(refused))
        return refused.code
    if not parts:
        return FINDINGS
    if len(parts) > 1 and options.receipt:
        say(
            "这些案件适用的文本不止一个,请分开测算、分开留痕。 The cases are under several texts: one receipt for each."
        )
        return USAGE
    if len(parts) > 1 and form in ("csv", "xlsx"):
        say(
            "这些案件适用的文本不止一个,表格装不下:请用 --format json。 The cases are under several texts: use --format json."
        )
        return USAGE
    for part in parts:
        show(unshared(part.trace), stream=sys.stderr)
    code = FINDINGS if grave(findings) or any(part.trace.violations for part in parts) else FINE
    content: str | bytes
    if form == "json":
        from policydsl.reports.results_json import dump

        found = [_json(part) for part in parts]
        content = dump(found[0] if len(found) == 1 else {"texts": found})
    elif form in ("csv", "xlsx"):
        from policydsl.explain.results import results

        table = results(parts[0].trace)
        if form == "csv":
            from policydsl.reports.results_csv import results_csv

            content = results_csv(table, bom=bool(options.output))
        else:
            content = _workbook(parts[0].evaluator, parts[0].trace, table)
    else:
        content = "\n".join(_table(part, not options.output) for part in parts)
    code = put(content, options.output, code)
    if not options.receipt:
        return code
    from policydsl.cli.receipts import write

    return max(code, write(options, parts[0].trace, parts[0].rulings))


def _json(part: Governed) -> dict[str, Any]:
    from policydsl.reports.results_json import results_json

    found = results_json(part.trace)
    if part.rulings is not None:
        from policydsl.reports.versions_json import law_json

        found["law"] = law_json(part.rulings)
    return found


def _table(part: Governed, screen: bool) -> str:
    from policydsl.explain.results import results
    from policydsl.reports.results_table import results_table

    text = results_table(
        results(part.trace),
        width=width() if screen else 100,
        colour=screen and colour(sys.stdout),
        encoding=sys.stdout.encoding if screen else "utf-8",
    )
    if part.rulings is None:
        return text
    from policydsl.explain.versions import law_lines
    from policydsl.explain.words import teller_for

    teller = teller_for(part.trace.program, part.trace.program.language)
    return "".join(f"{label} {words}\n" for label, words in law_lines(part.rulings, teller)) + text


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

    form = options.format or form_of(
        options.output, {".json": "json", ".md": "md", ".html": "html", ".htm": "html"}, "text"
    )
    try:
        parts, findings = governed(options)
        if len(parts) > 1 and options.of:
            parts = [part for part in parts if set(options.of) <= set(part.keys or ())] or parts
        if len(parts) > 1 and form not in ("text", "md"):
            text = "这些案件适用的文本不止一个:请用 --of 指明一行。 The cases are under several texts: say which row with --of."
            raise Refused(text, USAGE)
    except Refused as refused:
        say(str(refused))
        return refused.code
    if not parts:
        return FINDINGS
    told = []
    for part in parts:
        try:
            told.append(_told(part, options, form))
        except NotInTrace as missing:
            from difflib import get_close_matches

            close = get_close_matches(missing.name, missing.known, 3, 0.4) or list(missing.known[:12])
            say(f"{missing}\n{_history_of(part, missing)}有:{'、'.join(close)}")
            return USAGE
    violated = any(part.trace.violations for part in parts)
    return put("\n".join(told), options.output, FINDINGS if grave(findings) or violated else FINE)


def _history_of(part: Governed, missing: NotInTrace) -> str:
    """What became of a rule that is no more, as a line; empty where nothing is known of it."""
    if part.rulings is None or missing.kind != "rule":
        return ""
    from policydsl.explain.versions import ruling_lines
    from policydsl.explain.words import teller_for

    teller = teller_for(part.trace.program, part.trace.program.language)
    found = [ruling for ruling in part.rulings.of.values() if ruling.name == missing.name]
    return "".join(f"{line}\n" for ruling in found for line in ruling_lines(ruling, False, teller))


def _told(part: Governed, options: argparse.Namespace, form: str) -> str:
    """The explanation of the rows that one text rules. Raises NotInTrace."""
    from policydsl.explain.ledger import explain as explained

    evaluator, trace = part.evaluator, part.trace

    def rerun(facts: Facts, entity: str, key: str) -> Trace:
        return evaluator.run(facts, {entity: [key]})

    account = explained(
        trace,
        entity=entity_of(trace, options.of),
        keys=options.of,
        rules=options.rule,
        lang=options.lang or trace.program.language,
        rerun=rerun,
        flip=flipping(evaluator, trace.facts),
        law=part.rulings,
        compared=part.compared,
    )
    if form == "json":
        from policydsl.reports.results_json import dump
        from policydsl.reports.trace_json import trace_json

        return dump(trace_json(account))
    if form == "md":
        from policydsl.reports.markdown import explanation_markdown

        return explanation_markdown(account)
    if form == "html":
        from policydsl.reports.page import explanation_page

        return explanation_page(account)
    from policydsl.reports.text import explanation_text

    screen = not options.output
    return explanation_text(
        account,
        width=width() if screen else 80,
        colour=screen and colour(sys.stdout),
        encoding=sys.stdout.encoding if screen else "utf-8",
    )
