"""Owns the command `diff`: two policies held against each other."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from policydsl.cli.case import Refused, day_of, form_of, put, readings_of
from policydsl.cli.console import colour, grave, say, show, width
from policydsl.cli.main import FINDINGS, FINE, USAGE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from policydsl.compare.apart import Alone
    from policydsl.compare.effects import Effects
    from policydsl.compare.model import Differences
    from policydsl.core.program import Program
    from policydsl.interpret.trace import Trace
    from policydsl.pipeline import Result


def diff(options: argparse.Namespace) -> int:
    """`policydsl diff`: what changed from one policy to another and, with facts, who gains and who loses."""
    from policydsl.compare.differences import differences
    from policydsl.compare.report import told

    form = options.format or form_of(
        options.output, {".json": "json", ".md": "md", ".html": "html", ".htm": "html"}, "text"
    )
    try:
        on, readings = day_of(options.on), readings_of(options.reading)
        old, new = _policy(options.old), _policy(options.new)
        if old is None or new is None or old.whole is None or new.whole is None:
            return FINDINGS
        found = differences(old.whole, new.whole)
        effects = _effects(options.facts, old, new, found, readings, on) if options.facts else None
        alone = _alone(found, effects, readings, on) if effects is not None else ()
    except Refused as refused:
        say(str(refused))
        return refused.code
    language = options.lang or new.whole.language
    comparison = told(found, effects, language, alone)
    content: str
    if form == "json":
        from policydsl.reports.difference_json import difference_json
        from policydsl.reports.results_json import dump

        content = dump(difference_json(comparison, effects, alone))
    elif form == "md":
        from policydsl.reports.difference_markdown import difference_markdown

        content = difference_markdown(comparison)
    elif form == "html":
        from policydsl.reports.difference_page import difference_page

        content = difference_page(comparison)
    else:
        from policydsl.reports.difference_text import difference_text

        screen = not options.output
        content = difference_text(
            comparison,
            width=width() if screen else 80,
            colour=screen and colour(sys.stdout),
            encoding=sys.stdout.encoding if screen else "utf-8",
        )
    return put(content, options.output, FINDINGS if options.exit_code and found.changes else FINE)


def _policy(name: str) -> Result | None:
    from policydsl.pipeline import check_path

    result = check_path(name)
    if result.program is None:
        show(result.errors, stream=sys.stderr)
        return None
    return result


def _effects(
    facts: list[str],
    old: Result,
    new: Result,
    found: Differences,
    readings: Mapping[str, str],
    on: date | None,
) -> Effects | None:
    from policydsl.compare.effects import effects

    traces = [_trace(result, facts, readings, on, second=result is new) for result in (old, new)]
    if traces[0] is None or traces[1] is None:
        raise Refused("事实一行也没有读出来,不能比得失。 No row of the facts could be read.", FINDINGS)
    compared = effects(found, traces[0], traces[1])
    if compared is None:
        say("两份政策有一份没有给钱的结果,只比条文。 One of the policies pays no money; only the text is compared.")
    return compared


def _alone(found: Differences, both: Effects, readings: Mapping[str, str], on: date | None) -> tuple[Alone, ...]:
    """What each change is worth by itself."""
    from policydsl.compare.apart import apart
    from policydsl.interpret.budget import ResourceError
    from policydsl.interpret.evaluate import Evaluator, UnknownReading

    def run(program: Program) -> Trace | None:
        names = {name for reading in program.readings.values() for name in (reading.name, reading.alias)}
        try:
            asked = {name: value for name, value in readings.items() if name in names}
            return Evaluator(program, asked, on).run(both.old.facts)
        except (UnknownReading, ResourceError):
            return None

    return apart(found, both, run)


def _trace(
    result: Result, facts: list[str], readings: Mapping[str, str], on: date | None, second: bool
) -> Trace | None:
    """The facts under one of the policies; what is wrong with them is said once, and again only where the new policy sees it otherwise."""
    from policydsl.cli.case import facts_of
    from policydsl.interpret.budget import ResourceError
    from policydsl.interpret.evaluate import Evaluator, UnknownReading

    assert result.program is not None
    known = {name for name, reading in result.program.readings.items()} | {
        reading.alias for reading in result.program.readings.values()
    }
    if second:
        unknown = [name for name in readings if name not in known]
        if unknown:
            raise Refused(f"新政策没有名为「{unknown[0]}」的读法。 The new policy has no such reading.", USAGE)
    rows, findings = facts_of(result.program, facts)
    if not second:
        show(findings, stream=sys.stderr)
    if not rows.tables and grave(findings):
        return None
    try:
        return Evaluator(result.program, {name: value for name, value in readings.items() if name in known}, on).run(
            rows
        )
    except UnknownReading as unknown_:
        raise Refused(str(unknown_), USAGE) from None
    except ResourceError as exhausted:
        raise Refused(str(exhausted), FINDINGS) from None
