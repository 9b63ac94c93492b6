"""Owns the command `diff`: two policies, or one on two days, held against each other."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from policydsl.cli.case import Refused, day_of, facts_of, form_of, put, readings_of
from policydsl.cli.console import colour, grave, say, show, width
from policydsl.cli.main import FINDINGS, FINE, USAGE

if TYPE_CHECKING:
    from policydsl.compare.apart import Alone
    from policydsl.compare.effects import Effects
    from policydsl.compare.model import Differences
    from policydsl.core.program import Program
    from policydsl.diagnostics.model import Diagnostic
    from policydsl.interpret.trace import Trace
    from policydsl.syntax.tree import File


@frozen
class Side:
    """One of the two: its whole text, its program, the day of the run, what to call it (empty: by its title)."""

    whole: File
    program: Program
    on: date | None
    name: str = ""


def diff(options: argparse.Namespace) -> int:
    """`policydsl diff`: what changed and, with facts, who gains and who loses."""
    from policydsl.compare.differences import differences
    from policydsl.compare.report import told

    form = options.format or form_of(
        options.output, {".json": "json", ".md": "md", ".html": "html", ".htm": "html"}, "text"
    )
    try:
        readings = readings_of(options.reading)
        sides = _sides(options)
        if sides is None:
            return FINDINGS
        old, new = sides
        found = differences(old.whole, new.whole)
        effects = _effects(options.facts, old, new, found, readings) if options.facts else None
        alone = _alone(found, effects, readings, old.on) if effects is not None else ()
    except Broken as broken:
        show(broken.findings, stream=sys.stderr)
        return FINDINGS
    except Refused as refused:
        say(str(refused))
        return refused.code
    language = options.lang or new.whole.language
    comparison = told(found, effects, language, alone, _names(old, new))
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


def _names(old: Side, new: Side) -> tuple[str, str] | None:
    """What to call the two, where their own titles do not tell."""
    from policydsl.compare.told import title_of

    if not old.name and not new.name:
        return None
    return old.name or title_of(old.whole), new.name or title_of(new.whole)


# ---------------------------------------------------------------- what is compared


def _sides(options: argparse.Namespace) -> tuple[Side, Side] | None:
    """The two of the call; None where one of them has errors, which are shown."""
    days = [day_of(text) for text in options.on]
    if options.new is None:
        if len(days) != 2 or not os.path.isdir(options.old):
            raise Refused(
                "请给出新旧两份政策;或者一个通知的文件夹和两个 --on。"
                " Give two policies, or a folder of notices and --on twice.",
                USAGE,
            )
        return _days(options, days)
    if len(days) > 1:
        raise Refused("比两份文件时,--on 只写一个。 With two files there is one --on.", USAGE)
    on = days[0] if days else None
    amended = _amended(options.old, options.new, on)
    if amended is not None:
        return amended
    old, new = (_file(name, on) for name in (options.old, options.new))
    return (old, new) if old is not None and new is not None else None


def _file(name: str, on: date | None) -> Side | None:
    from policydsl.pipeline import check_path

    result = check_path(name)
    if result.program is None or result.whole is None:
        show(result.errors, stream=sys.stderr)
        return None
    return Side(result.whole, result.program, on)


def _amended(old: str, new: str, on: date | None) -> tuple[Side, Side] | None:
    """The old policy as it is and as the new file amends it, where that does nothing but amend it; None for any other file.

    Without a day it is the text when all of its amendments count.
    """
    from policydsl.amend.consolidate import consolidate
    from policydsl.amend.corpus import load_corpus
    from policydsl.pipeline import check_law

    corpus = load_corpus(old, new)
    by_file = {Path(notice.file): notice for notice in corpus.notices.values()}
    base, draft = by_file.get(Path(old)), by_file.get(Path(new))
    if base is None or draft is None or not draft.only_amends or draft not in corpus.amenders(base.id):
        return None
    days = [order.since for order in corpus.against(base.id) if order.notice is draft and order.since is not None]
    day = on or max(days, default=date.max)
    sides = []
    for notices, title in ((load_corpus(old), base), (corpus, draft)):
        result = check_law(notices, consolidate(notices, day, None, base.id))
        if result.program is None or result.whole is None:
            raise Broken(result.errors)
        sides.append(Side(result.whole, result.program, on, f"{title.title} ({title.id})"))
    return sides[0], sides[1]


class Broken(Exception):
    """A text with errors."""

    def __init__(self, findings: Sequence[Diagnostic]) -> None:
        super().__init__()
        self.findings = findings


def _days(options: argparse.Namespace, days: Sequence[date | None]) -> tuple[Side, Side] | None:
    """A notice of a corpus as it is in force on two days."""
    from policydsl.amend.consolidate import NoSuchNotice, consolidate
    from policydsl.amend.corpus import load_corpus
    from policydsl.cli.governed import not_in_force
    from policydsl.pipeline import check_law

    corpus = load_corpus(options.old)
    show(corpus.findings, stream=sys.stderr)
    sides = []
    for day in days:
        assert day is not None
        try:
            law = consolidate(corpus, day, None, options.notice)
        except NoSuchNotice as missing:
            raise Refused(f"{missing}\n--notice 编号", USAGE) from None
        if law.standing != "in-force":
            raise Refused(not_in_force(law), FINDINGS)
        result = check_law(corpus, law)
        if result.program is None or result.whole is None:
            show(result.errors, stream=sys.stderr)
            return None
        zh = law.notice.language == "zh"
        name = f"{law.notice.title} ({law.notice.id}) {day}{' 的文本' if zh else ' in force'}"
        sides.append(Side(result.whole, result.program, day, name))
    return sides[0], sides[1]


# ---------------------------------------------------------------- what it does on cases


def _effects(facts: list[str], old: Side, new: Side, found: Differences, readings: Mapping[str, str]) -> Effects | None:
    from policydsl.compare.effects import effects

    traces = [_trace(side, facts, readings, second=side is new) for side in (old, new)]
    if traces[0] is None or traces[1] is None:
        raise Refused("事实一行也没有读出来,不能比得失。 No row of the facts could be read.", FINDINGS)
    compared = effects(found, traces[0], traces[1])
    if compared is None:
        say("两份政策有一份没有给钱的结果,只比条文。 One of the policies pays no money; only the text is compared.")
    return compared


def _known(program: Program, readings: Mapping[str, str]) -> dict[str, str]:
    """The readings of the call that a policy has."""
    names = {name for reading in program.readings.values() for name in (reading.name, reading.alias)}
    return {name: value for name, value in readings.items() if name in names}


def _trace(side: Side, facts: list[str], readings: Mapping[str, str], second: bool) -> Trace | None:
    """The facts under one of the policies; what is wrong with them is said once."""
    from policydsl.interpret.budget import ResourceError
    from policydsl.interpret.evaluate import Evaluator, UnknownReading

    known = _known(side.program, readings)
    unknown = [name for name in readings if name not in known]
    if second and unknown:
        raise Refused(f"新政策没有名为「{unknown[0]}」的读法。 The new policy has no such reading.", USAGE)
    rows, findings = facts_of(side.program, facts)
    if not second:
        show(findings, stream=sys.stderr)
    if not rows.tables and grave(findings):
        return None
    try:
        return Evaluator(side.program, known, side.on).run(rows)
    except UnknownReading as missing:
        raise Refused(str(missing), USAGE) from None
    except ResourceError as exhausted:
        raise Refused(str(exhausted), FINDINGS) from None


def _alone(found: Differences, both: Effects, readings: Mapping[str, str], on: date | None) -> tuple[Alone, ...]:
    """What each change is worth by itself."""
    from policydsl.compare.apart import apart
    from policydsl.interpret.budget import ResourceError
    from policydsl.interpret.evaluate import Evaluator, UnknownReading

    def run(program: Program) -> Trace | None:
        try:
            return Evaluator(program, _known(program, readings), on).run(both.old.facts)
        except (UnknownReading, ResourceError):
            return None

    return apart(found, both, run)
