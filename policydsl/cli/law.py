"""Owns the commands on a corpus: law, the text in force on a day; history, how a rule came to be what it is."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from policydsl.cli.case import Refused, day_of, form_of, put
from policydsl.cli.console import colour, grave, say, show
from policydsl.cli.governed import corpus_of
from policydsl.cli.main import FINDINGS, FINE, USAGE
from policydsl.diagnostics.model import Diagnostic
from policydsl.pipeline import undisturbed

if TYPE_CHECKING:
    from policydsl.amend.consolidate import Law
    from policydsl.amend.corpus import Corpus, Notice
    from policydsl.amend.rulings import Ruling
    from policydsl.explain.teller import Teller


def law(options: argparse.Namespace) -> int:
    """`policydsl law`."""
    with undisturbed():
        return _law(options)


def _law(options: argparse.Namespace) -> int:
    form = options.format or form_of(options.output, {".html": "html", ".htm": "html"}, "text")
    try:
        corpus = corpus_of(options)
        found = list(_laws(options, corpus))
    except Refused as refused:
        say(str(refused))
        return refused.code
    findings: list[Diagnostic] = [*corpus.findings]
    if form == "html":
        from policydsl.reports.law_page import law_page

        content = law_page(((item, _teller(item.notice)) for item in found), found[0].notice.language)
    else:
        from policydsl.reports.law_text import law_text

        tinted = not options.output and colour(sys.stdout)
        content = "\n".join(line for item in found for line in law_text(item, _teller(item.notice), colour=tinted))
    for item in found:
        findings += [*item.findings, *item.unread]
    show([finding for finding in findings if finding not in corpus.findings], stream=sys.stderr)
    return put(content, options.output, FINDINGS if grave(findings) else FINE)


def _laws(options: argparse.Namespace, corpus: Corpus) -> Iterator[Law]:
    from policydsl.amend.consolidate import NoSuchNotice, consolidate, laws
    from policydsl.cli.governed import not_in_force

    on, known = day_of(options.on), day_of(options.known, "--known")
    assert on is not None
    if options.of is None:
        found = list(laws(corpus, on, known))
        if not found:
            raise Refused(f"{on} 没有有效的通知。 No notice is in force on that day.", FINDINGS)
        yield from found
        return
    try:
        one = consolidate(corpus, on, known, options.of)
    except NoSuchNotice as missing:
        raise Refused(str(missing), USAGE) from None
    if one.standing != "in-force":
        raise Refused(not_in_force(one), FINDINGS)
    yield one


def _teller(notice: Notice) -> Teller:
    from policydsl.explain.figures import Figures
    from policydsl.explain.languages import catalog_of
    from policydsl.explain.teller import Teller

    return Teller(Figures(notice.language, {}, "元"), catalog_of(notice.language))


# ---------------------------------------------------------------- history


def history(options: argparse.Namespace) -> int:
    """`policydsl history`."""
    try:
        corpus = corpus_of(options)
    except Refused as refused:
        say(str(refused))
        return refused.code
    found = list(_histories(corpus, options.rule))
    if not found:
        from difflib import get_close_matches

        names = sorted({entry for notice in corpus.notices.values() for entry in _names(notice)})
        close = get_close_matches(options.rule, names, 3, 0.4) or names[:12]
        say(f"没有叫「{options.rule}」的。 There is nothing of this name.\n有:{'、'.join(close)}")
        return USAGE
    if options.format == "json":
        from policydsl.reports.results_json import dump
        from policydsl.reports.versions_json import version_json

        content = dump({"version": 1, "histories": [version_json(ruling) for _, ruling in found]})
    else:
        content = "\n".join(line for notice, ruling in found for line in _told(notice, ruling))
    return put(content, None, FINE)


def _names(notice: Notice) -> Iterator[str]:
    stack = list(notice.outline.entries)
    while stack:
        entry = stack.pop()
        if entry.name and entry.word not in ("CLAUSE", "EXAMPLE", "POLICY", "AMEND"):
            yield entry.name
        stack += entry.body


def _histories(corpus: Corpus, wanted: str) -> Iterator[tuple[Notice, Ruling]]:
    from datetime import date

    from policydsl.amend.consolidate import consolidate

    for notice in corpus.notices.values():
        name = wanted.removeprefix(f"{notice.id}.")
        if wanted != name or not any(wanted.startswith(f"{other}.") for other in corpus.notices):
            # names that others added are not in its outline
            if name not in set(_names(notice)) and not corpus.amenders(notice.id):
                continue
            law = consolidate(corpus, date.max, None, notice.id)
            for ruling in law.rulings.of.values():
                own = not ruling.acts or ruling.acts[0].deed not in ("BORROWED", "MERGE")
                if ruling.name == name and own:
                    yield notice, ruling


def _told(notice: Notice, ruling: Ruling) -> Iterator[str]:
    from policydsl.explain.versions import act_line, passed_line

    teller: Any = _teller(notice)
    yield f"{notice.id}「{ruling.name}」"
    day = notice.day
    if not (ruling.acts and ruling.acts[0].deed == "ADD" and ruling.acts[0].notice == ruling.notice):
        since = teller.catalog.v_since.format(day=teller.figures.day(day)) if day is not None else ""
        yield f"  {since} {teller.catalog.v_first.format(name='', notice=ruling.notice, clause=teller.cited(ruling.clause))}".rstrip()
    for act in ruling.acts:
        yield f"  {act_line(act, teller, False)}"
        if act.span is not None:
            yield f"      {act.span}"
    for passed in ruling.passed:
        yield f"  {passed_line(passed, teller)}"
