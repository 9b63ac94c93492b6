"""Owns the command `todo`: what a row has done, has still to do and could gain, as of a day."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from policydsl.cli.case import Refused, day_of, entity_of, evaluated, form_of, put
from policydsl.cli.console import colour, grave, say, width
from policydsl.cli.main import FINDINGS, FINE, USAGE

if TYPE_CHECKING:
    from policydsl.core.facts import Facts
    from policydsl.interpret.trace import Trace


def todo(options: argparse.Namespace) -> int:
    """`policydsl todo`."""
    from policydsl.duties.agenda import agenda

    form = options.format or form_of(options.output, {".json": "json", ".ics": "ics"}, "text")
    try:
        on = day_of(options.on)
        evaluator, trace, findings = evaluated(options)
    except Refused as refused:
        say(str(refused))
        return refused.code
    if trace is None or evaluator is None or on is None:
        return FINDINGS
    entity = entity_of(trace, [options.of]) or trace.program.header.main
    known = trace.keys.get(entity, ())
    if options.of not in known:
        say(f"没有名为「{options.of}」的{entity}。 No such row.\n有:{'、'.join(known[:12])}")
        return USAGE

    def rerun(facts: Facts, of: str, key: str) -> Trace:
        return evaluator.run(facts, {of: [key]})

    found = agenda(trace, entity, options.of, on, rerun)
    units, language = trace.program.units, options.lang or trace.program.language
    content: str
    if form == "json":
        from policydsl.reports.agenda_json import agenda_json
        from policydsl.reports.results_json import dump

        content = dump(agenda_json(found, units, language))
    elif form == "ics":
        from policydsl.reports.agenda_ics import agenda_ics

        content = agenda_ics(found, units, language)
    else:
        from policydsl.duties.told import tell
        from policydsl.reports.agenda_text import agenda_text

        screen = not options.output
        content = agenda_text(
            tell(found, units, language),
            width=width() if screen else 80,
            colour=screen and colour(sys.stdout),
            encoding=sys.stdout.encoding if screen else "utf-8",
        )
    return put(content, options.output, FINDINGS if grave(findings) or trace.violations else FINE)
