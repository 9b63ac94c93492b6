"""Owns the steps that the commands on a case share: the policy and its facts evaluated, a row found, a result put in its place."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from policydsl.cli.console import grave, say, show
from policydsl.cli.main import FINDINGS, USAGE
from policydsl.diagnostics.model import Diagnostic
from policydsl.pipeline import check_path

if TYPE_CHECKING:
    from policydsl.core.facts import Facts
    from policydsl.core.program import Program
    from policydsl.interpret.evaluate import Evaluator
    from policydsl.interpret.trace import Trace


class Refused(Exception):
    """A call that cannot be carried out: what to say, and the exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def program_of(name: str) -> Program | None:
    """The program of a policy file, its errors shown where it has any."""
    result = check_path(name)
    if result.program is None:
        show(result.errors, stream=sys.stderr)
    return result.program


def evaluated(options: argparse.Namespace) -> tuple[Evaluator | None, Trace | None, list[Diagnostic]]:
    """Policy, facts and readings of the call, evaluated; findings on the facts are shown."""
    from policydsl.interpret.budget import ResourceError
    from policydsl.interpret.evaluate import Evaluator, UnknownReading

    if os.path.isdir(options.policy) or getattr(options, "amending", None):
        return _of_corpus(options)
    on = day_of(options.on)
    readings = readings_of(options.reading)
    program = program_of(options.policy)
    if program is None:
        return None, None, []
    try:
        evaluator = Evaluator(program, readings, on)
    except UnknownReading as unknown:
        raise Refused(str(unknown), USAGE) from None
    facts, findings = facts_of(program, options.facts)
    show(findings, stream=sys.stderr)
    if not facts.tables and grave(findings):
        return evaluator, None, findings
    try:
        if getattr(options, "engine", None) == "compiled":
            from policydsl.compiled.engine import compile_program

            trace = compile_program(program, readings, on).run(facts).lazily()
        else:
            trace = evaluator.run(facts)
    except ResourceError as exhausted:
        raise Refused(str(exhausted), FINDINGS) from None
    return evaluator, trace, findings


def facts_of(program: Program, names: list[str]) -> tuple[Facts, list[Diagnostic]]:
    """The facts of some files, with what their registers count; on a terminal a bar shows how far that is."""
    from policydsl.facts.read import read
    from policydsl.kinds import misfilled

    facts, findings = read(program, [Path(name) for name in names])
    if facts.rosters:
        from policydsl.cli.progress import steps
        from policydsl.registers.fill import counted

        with steps() as step:
            facts, more = counted(program, facts, step)
        findings += more
    return facts, [*findings, *misfilled(program, facts)]


def _of_corpus(options: argparse.Namespace) -> tuple[Evaluator | None, Trace | None, list[Diagnostic]]:
    """The same for a notice of a corpus, where one text rules every case."""
    from policydsl.cli.governed import governed

    parts, findings = governed(options)
    if len(parts) > 1:
        texts = "这些案件适用的文本不止一个,请分开报。 The cases are under several texts; take them apart."
        raise Refused(texts, USAGE)
    return (parts[0].evaluator, parts[0].trace, findings) if parts else (None, None, findings)


def flipping(evaluator: Evaluator, facts: Facts) -> Callable[[str, str, str, str], Trace]:
    """What evaluates one row with one reading changed; each alternative is made ready once."""
    from policydsl.interpret.evaluate import Evaluator

    made: dict[tuple[str, str], Evaluator] = {}

    def flip(reading: str, option: str, entity: str, key: str) -> Trace:
        at = (reading, option)
        if at not in made:
            made[at] = Evaluator(evaluator.program, {**evaluator.readings, reading: option}, evaluator.on)
        return made[at].run(facts, {entity: [key]})

    return flip


def entity_of(trace: Trace, keys: list[str] | None) -> str | None:
    """The entity whose row is meant by --of: the main one where it has it, else the only one that does."""
    if not keys:
        return None
    main = trace.program.header.main
    having = [entity for entity, known in trace.keys.items() if all(key in known for key in keys)]
    return main if main in having or not having else having[0]


def readings_of(pairs: list[str]) -> Mapping[str, str]:
    """The readings that --reading asks for. Raises Refused for what is no NAME=ALTERNATIVE."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, alternative = pair.partition("=")
        if not equals or not name.strip() or not alternative.strip():
            raise Refused(f"--reading 应写成 读法=选项,而不是「{pair}」。 Write --reading NAME=ALTERNATIVE.", USAGE)
        found[name.strip()] = alternative.strip()
    return found


def day_of(text: str | None, option: str = "--on") -> date | None:
    """The day that --on (or another option) names, if any. Raises Refused for what is no date."""
    if not text:
        return None
    from policydsl.syntax.literals import read_date

    try:
        return read_date(text)
    except ValueError:
        message = f"{option} 应写成 2025-08-31 这样的日期,而不是「{text}」。 Write {option} YYYY-MM-DD."
        raise Refused(message, USAGE) from None


def form_of(output: str | None, endings: Mapping[str, str], otherwise: str) -> str:
    """The format that the ending of -o stands for."""
    return endings.get(Path(output).suffix.lower(), otherwise) if output else otherwise


def put(content: str | bytes, output: str | None, code: int) -> int:
    """Write a result to the file of -o or to the screen; the exit code, `code` where that went well."""
    if output and output != "-":
        from policydsl.reports.write import write_file

        try:
            write_file(output, content)
        except OSError as error:
            say(f"写不了 {output}:{error.strerror}。 Cannot write it.")
            return FINDINGS
        say(f"已写好 {output}。 Written.")
        return code
    if isinstance(content, bytes):
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        sys.stdout.write(content if content.endswith("\n") else content + "\n")
    return code
