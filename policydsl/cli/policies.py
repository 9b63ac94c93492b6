"""Owns the commands on policy files alone: check, fmt, test."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from policydsl.cli.console import grave, say, show
from policydsl.cli.main import FINDINGS, FINE, USAGE
from policydsl.diagnostics.model import Diagnostic, Place
from policydsl.pipeline import Result, check_path

MAX_FILES = 2_000


def _named(names: list[str]) -> tuple[list[str], list[Diagnostic]]:
    """Policy files by name; a folder stands for the .pol files in it."""
    found: list[str] = []
    findings: list[Diagnostic] = []
    for name in names:
        if Path(name).is_dir():
            inside = sorted(str(path) for path in Path(name).rglob("*.pol") if path.is_file())
            if not inside:
                findings.append(Diagnostic("policy-is-folder", Place(name), {"name": name}))
            found += inside[:MAX_FILES]
        else:
            found.append(name)
    return list(dict.fromkeys(found)), findings


def check(options: argparse.Namespace) -> int:
    """`policydsl check`."""
    names, findings = _named(options.policies)
    for name in names:
        findings += check_path(name).findings
    show(findings, options.format)
    if not findings and options.format == "human":
        print(f"{len(names)} 个文件,没有问题。" if len(names) > 1 else f"{names[0]}:没有问题。")
    return FINDINGS if grave(findings, options.strict) else FINE


def fmt(options: argparse.Namespace) -> int:
    """`policydsl fmt`: files are written beside and then renamed; a file with mistakes is left as it is."""
    from policydsl.reports.write import write_file
    from policydsl.syntax.format import format_file
    from policydsl.syntax.parse import parse

    names, findings = _named(options.policies)
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
    from policydsl.testing.examples import run_examples
    from policydsl.testing.properties import check_properties

    names, findings = _named(options.policies)
    failed = passed = 0
    listed: list[dict[str, object]] = []
    for name in names:
        result = check_path(name)
        findings += result.errors
        if result.program is None:
            continue
        for outcome in run_examples(result.program, options.k):
            failed += not outcome.ok
            passed += outcome.ok
            listed.append(report(name, outcome, result.program, options.format == "human"))
        for found in check_properties(result.program) if not options.k else ():
            failed += not found.ok
            passed += found.ok
            listed.append(report_property(name, found, result.program, options.format == "human"))
    show(findings, stream=sys.stderr)
    if options.format == "json":
        print(json.dumps({"version": 1, "passed": passed, "failed": failed, "examples": listed}, ensure_ascii=False))
    else:
        print(f"{passed} passed, {failed} failed")
    return FINDINGS if failed or grave(findings) else FINE
