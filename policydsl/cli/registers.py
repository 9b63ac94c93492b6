"""Owns the command `registers`: registers of firms matched with one another, counted, and listed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from policydsl.cli.case import form_of, program_of, put
from policydsl.cli.console import colour, grave, say, show, width
from policydsl.cli.main import FINDINGS, FINE, USAGE
from policydsl.cli.progress import steps


def registers(options: argparse.Namespace) -> int:
    """`policydsl registers`."""
    from policydsl.facts.read import read
    from policydsl.registers.fill import fill
    from policydsl.registers.tally import match
    from policydsl.reports.registers_told import tell_registers

    form = options.format or form_of(options.output, {".json": "json", ".xlsx": "xlsx"}, "text")
    if form == "xlsx" and not options.output:
        say("工作簿要写到文件:请加 -o 名单核对.xlsx。 A workbook goes to a file: add -o matched.xlsx.")
        return USAGE
    program = program_of(options.policy)
    if program is None:
        return FINDINGS
    if not program.registers:
        say("这份政策没有声明名册。写法见 docs/language/registers.md。 This policy declares no registers.")
        return USAGE
    with steps() as step:
        told_file = None if step is None else lambda name, number, most: step("读文件", number, most)
        facts, findings = read(program, [Path(name) for name in options.facts], progress=told_file)
        matching = match(program, facts, step)
    # what other tables lack is not the matter here
    findings = [item for item in findings if item.code not in ("facts-sheet-absent", "facts-column-absent")]
    findings += [*matching.findings, *fill(program, facts, matching)[1]]
    show(findings, stream=sys.stderr)
    told = tell_registers(program, matching, options.lang)
    content: str | bytes
    if form == "json":
        from policydsl.reports.registers_json import registers_json
        from policydsl.reports.results_json import dump

        content = dump(registers_json(told))
    elif form == "xlsx":
        from policydsl.reports.registers_xlsx import registers_xlsx

        content = registers_xlsx(told)
    else:
        from policydsl.reports.registers_text import registers_text

        screen = not options.output
        content = registers_text(
            told,
            width=width() if screen else 80,
            colour=screen and colour(sys.stdout),
            encoding=sys.stdout.encoding if screen else "utf-8",
        )
    return put(content, options.output, FINE if matching.tallies and not grave(findings) else FINDINGS)
