"""Owns the command `readings`: what each other reading of the notice would change on these facts."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from policydsl.cli.case import Refused, evaluated, form_of, put
from policydsl.cli.console import colour, grave, say, width
from policydsl.cli.main import FINDINGS, FINE, USAGE

if TYPE_CHECKING:
    from policydsl.core.facts import Facts
    from policydsl.interpret.trace import Trace


def readings(options: argparse.Namespace) -> int:
    """`policydsl readings`."""
    from policydsl.interpret.budget import ResourceError
    from policydsl.interpret.evaluate import Evaluator
    from policydsl.readings.flips import compare

    form = options.format or form_of(options.output, {".json": "json"}, "text")
    try:
        evaluator, trace, findings = evaluated(options)
    except Refused as refused:
        say(str(refused))
        return refused.code
    if trace is None or evaluator is None:
        return FINDINGS
    main = trace.program.header.main
    known = trace.keys.get(main, ())
    unknown = [key for key in options.of or () if key not in known]
    if unknown:
        say(f"没有名为「{unknown[0]}」的{main}。 No such row.\n有:{'、'.join(known[:12])}")
        return USAGE
    made: dict[tuple[str, str], Evaluator] = {}

    def flip(reading: str, option: str, facts: Facts) -> Trace:
        at = (reading, option)
        if at not in made:
            made[at] = Evaluator(trace.program, {**evaluator.readings, reading: option}, evaluator.on)
        return made[at].run(facts)

    try:
        comparison = compare(trace, flip, options.of)
    except ResourceError as exhausted:
        say(str(exhausted))
        return FINDINGS
    if form == "json":
        from policydsl.reports.readings_json import readings_json
        from policydsl.reports.results_json import dump

        content = dump(readings_json(comparison))
    else:
        from policydsl.readings.told import tell
        from policydsl.reports.readings_text import readings_text

        screen = not options.output
        content = readings_text(
            tell(comparison, options.lang),
            width=width() if screen else 80,
            colour=screen and colour(sys.stdout),
            encoding=sys.stdout.encoding if screen else "utf-8",
        )
    return put(content, options.output, FINDINGS if grave(findings) or trace.violations else FINE)
