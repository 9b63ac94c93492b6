"""Owns the command `coverage`: every clause with what answers to it, and the notice's own text held against the policy."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from policydsl.cli.case import form_of, program_of, put
from policydsl.cli.console import colour, say, width
from policydsl.cli.main import FINDINGS, FINE, USAGE

MAX_BYTES = 8_000_000
"""Size of a notice's text that is read."""


def coverage(options: argparse.Namespace) -> int:
    """`policydsl coverage`: 1 where a clause, a citation or a figure is left without an answer."""
    from policydsl.coverage import cover

    form = options.format or form_of(
        options.output, {".json": "json", ".html": "html", ".htm": "html", ".xlsx": "xlsx"}, "text"
    )
    if form == "xlsx" and not options.output:
        say("工作簿要写到文件:请加 -o 覆盖.xlsx。 A workbook goes to a file: add -o coverage.xlsx.")
        return USAGE
    program = program_of(options.policy)
    if program is None:
        return FINDINGS
    notice = None
    if options.text:
        notice = _notice(options.text)
        if notice is None:
            return FINDINGS
    found = cover(program, notice)
    content: str | bytes
    if form == "json":
        from policydsl.reports.coverage_json import coverage_json
        from policydsl.reports.results_json import dump

        content = dump(coverage_json(found))
    else:
        from policydsl.reports.coverage_told import tell_coverage

        told = tell_coverage(found, options.lang)
        if form == "html":
            from policydsl.reports.coverage_page import coverage_page

            content = coverage_page(told)
        elif form == "xlsx":
            from policydsl.reports.coverage_xlsx import coverage_xlsx

            content = coverage_xlsx(told)
        else:
            from policydsl.reports.coverage_text import coverage_text

            screen = not options.output
            content = coverage_text(
                told,
                width=width() if screen else 100,
                colour=screen and colour(sys.stdout),
                encoding=sys.stdout.encoding if screen else "utf-8",
            )
    return put(content, options.output, FINE if found.complete else FINDINGS)


def _notice(name: str) -> str | None:
    """The text of a notice; None, said on the error stream, where the file is no text or cannot be read."""
    try:
        if Path(name).stat().st_size > MAX_BYTES:
            say(f"「{name}」太大,通知原文不超过 {MAX_BYTES // 1_000_000} MB。 The text of the notice is too large.")
            return None
        raw = Path(name).read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        say(f"读不了「{name}」:{reason}。 Cannot read the text of the notice.")
        return None
    marks = (b"\xff\xfe", b"\xfe\xff")
    if b"\x00" not in raw or raw.startswith(marks):
        for encoding in ("utf-16",) if raw.startswith(marks) else ("utf-8-sig", "gb18030"):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
    say(f"「{name}」不是纯文本:请把通知另存为 .txt(UTF-8)。 Not plain text: save the notice as .txt (UTF-8).")
    return None
