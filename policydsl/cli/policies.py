"""Owns the commands on policy files alone: check, fmt, test."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from policydsl.cli.console import grave, say, show
from policydsl.cli.main import FINDINGS, FINE, USAGE
from policydsl.diagnostics.model import Diagnostic, Place
from policydsl.pipeline import Result, check_path
from policydsl.source import Span, decoded
from policydsl.syntax.tree import Amendment

if TYPE_CHECKING:
    from policydsl.testing.amended import Amended

MAX_FILES = 2_000


def named(names: list[str]) -> tuple[list[str], list[Diagnostic]]:
    """Policy files by name; a folder stands for the .pol files in it."""
    found: list[str] = []
    findings: list[Diagnostic] = []
    for name in names:
        if os.path.isdir(name):
            inside = sorted(str(path) for path in Path(name).rglob("*.pol") if path.is_file())
            if not inside:
                findings.append(Diagnostic("policy-is-folder", Place(name), {"name": name}))
            found += inside[:MAX_FILES]
        else:
            found.append(name)
    return list(dict.fromkeys(found)), findings


def check(options: argparse.Namespace) -> int:
    """`policydsl check`."""
    names, findings = named(options.policies)
    languages = set[str]()
    for name in names:
        result = check_path(name)
        findings += result.findings
        languages.add(result.file.language if result.file is not None else "")
    findings += _of_corpora(options.policies)
    show(findings, options.format)
    if not findings and options.format == "human":
        if languages == {"en"}:
            print(f"{len(names)} files, no problems." if len(names) > 1 else f"{names[0]}: no problems.")
        else:
            print(f"{len(names)} 个文件,没有问题。" if len(names) > 1 else f"{names[0]}:没有问题。")
    return FINDINGS if grave(findings, options.strict) else FINE


def _of_corpora(names: list[str]) -> list[Diagnostic]:
    """What is wrong with what the notices of the folders named do to one another."""
    found: list[Diagnostic] = []
    for name in names:
        if os.path.isdir(name):
            from policydsl.amend.consolidate import corpus_findings
            from policydsl.amend.corpus import load_corpus

            found += corpus_findings(load_corpus(name))
    return found


def fmt(options: argparse.Namespace) -> int:
    """`policydsl fmt`: files are written beside and then renamed; a file with mistakes is left as it is."""
    from policydsl.reports.write import write_file
    from policydsl.syntax.format import format_file
    from policydsl.syntax.parse import parse

    names, findings = named(options.policies)
    if options.output and len(names) != 1:
        say("-o 只能用于一个文件。 -o goes with one file only.")
        return USAGE
    changed: list[str] = []
    for name in names:
        result: Result = check_path(name)
        if result.file is None:
            findings += result.findings
            continue
        # only what is written must be right for the form; what it means is the concern of check
        file, written = parse(result.source)
        if written:
            findings += written
            continue
        text = format_file(file, to=options.to)
        if options.output == "-":
            sys.stdout.write(text)
        elif options.output:
            write_file(options.output, text)
        elif text != result.source.text:
            changed.append(name)
            if not options.check:
                write_file(name, text)
    show(findings, stream=sys.stderr)
    for name in changed:
        print(f"{name}:{'需要排版 would change' if options.check else '已排版 formatted'}")
    return FINDINGS if grave(findings) or (options.check and changed) else FINE


def test(options: argparse.Namespace) -> int:
    """`policydsl test`."""
    from policydsl.cli.examples import report, report_property
    from policydsl.kinds import Judge
    from policydsl.testing.examples import run_examples
    from policydsl.testing.properties import check_properties

    names, findings = named(options.policies)
    failed = passed = 0
    listed: list[dict[str, object]] = []
    covers: list[dict[str, object]] = []
    for name in names:
        result = check_path(name)
        findings += result.errors
        if result.program is None:
            continue
        if options.cover and not only_amends(result):
            from policydsl.testing.reach import cover
            from policydsl.testing.told import cover_data, cover_lines

            reached = cover(result.program)
            covers.append(cover_data(name, reached))
            if options.format == "human":
                print("\n".join(cover_lines(name, reached, result.program)))
        judge = Judge(result.program)
        for outcome in run_examples(result.program, options.k):
            findings += judge.told(outcome.example.facts, outcome.example.span)
            failed += not outcome.ok
            passed += outcome.ok
            listed.append(report(name, outcome, result.program, options.format == "human"))
        for found in check_properties(result.program) if not options.k else ():
            failed += not found.ok
            passed += found.ok
            listed.append(report_property(name, found, result.program, options.format == "human"))
    texts = amended(names, findings, options.k, bare=options.cover)
    for (file, target), group in groupby(texts, lambda text: (text.notice.file, text.target)):
        days = list(group)
        findings += [finding for text in days for finding in text.findings if finding not in findings]
        if options.cover:
            covers += _amended_cover(file, target, days, options.format == "human")
        for text in days:
            for outcome in text.results:
                assert text.program is not None
                failed += not outcome.ok
                passed += outcome.ok
                listed.append(report(file, outcome, text.program, options.format == "human"))
    show(findings, stream=sys.stderr)
    if options.format == "json":
        told = {"version": 1, "passed": passed, "failed": failed, "examples": listed}
        print(json.dumps(told | ({"cover": covers} if options.cover else {}), ensure_ascii=False))
    else:
        print(f"{passed} passed, {failed} failed")
    return FINDINGS if failed or grave(findings) else FINE


def only_amends(result: Result) -> bool:
    """Whether a file has 修订 and nothing that computes."""
    return (
        result.file is not None
        and result.program is not None
        and not result.program.rules
        and any(isinstance(item, Amendment) for item in result.file.body)
    )


def _amended_cover(file: str, target: str, days: list[Amended], human: bool) -> list[dict[str, object]]:
    """What the examples of a 修订 do not reach of what it says, printed if people read; nothing where its text is not fit to run."""
    from policydsl.testing.reach import cover_amendment
    from policydsl.testing.told import amending, cover_data, cover_lines

    program = next((text.program for text in days if text.program is not None), None)
    if program is None:
        return []
    reached = cover_amendment(days)
    if human:
        print(amending(target, [text.on for text in days], program))
        print("\n".join(cover_lines(file, reached, program)))
    return [cover_data(file, reached) | {"amends": target}]


def amended(
    names: list[str], findings: list[Diagnostic], containing: str = "", bare: bool = False
) -> Iterator[Amended]:
    """The examples of 修订 in files, run on the texts that they amend: notices are looked for beside them.

    What is wrong with a 修订 as such (it amends what is not there) is added to `findings`. `bare` is as for `run_amended`.
    """
    from policydsl.amend.corpus import load_corpus
    from policydsl.testing.amended import run_amended

    for folder in dict.fromkeys(str(Path(name).parent) for name in names):
        own = {str(Path(name)) for name in names if str(Path(name).parent) == folder}
        if any("修订" in text or "amend" in text for text in map(_text, own)):
            corpus = load_corpus(*sorted(Path(folder).glob("*.pol")))
            findings += [
                found
                for found in corpus.findings
                if found.code.startswith("amend-") and isinstance(found.where, Span) and found.where.source.name in own
            ]
            yield from run_amended(corpus, own, containing, bare=bare)


def _text(name: str) -> str:
    try:
        return decoded(Path(name).read_bytes()) or ""
    except (OSError, ValueError):
        return ""
