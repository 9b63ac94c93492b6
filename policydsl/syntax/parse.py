"""Owns the way from a source to a written tree: lines to declarations, block by block, going on after every mistake."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from policydsl.diagnostics.model import Diagnostic, Language
from policydsl.source import Source, Span
from policydsl.syntax import tree
from policydsl.syntax.declarations.amendments import amendment
from policydsl.syntax.declarations.examples import example, example_line
from policydsl.syntax.declarations.grids import table
from policydsl.syntax.declarations.heads import calendar, clause, erratum, imported, policy, roll, units
from policydsl.syntax.declarations.reader import Reader
from policydsl.syntax.declarations.records import constraint, decision, entity, field
from policydsl.syntax.declarations.registers import register
from policydsl.syntax.declarations.rows import applies, row
from policydsl.syntax.declarations.rules import formula, property_of, reading, rule
from policydsl.syntax.declarations.tasks import conditions, item_line, task, task_line
from policydsl.syntax.declarations.twigs import find
from policydsl.syntax.lines import Line, lay_out
from policydsl.syntax.twig import Tree

MAX_SIZE = 5_000_000
"""Characters a policy file may have."""

_FIRST = re.compile(r"^[ \t]*([^\s#\uff03].*)", re.MULTILINE)
_ENGLISH = re.compile(r"[a-z]+[ \t\u3000\u00a0]")
_EDGE = re.compile(r"“[^“”\n]*”|\"[^\"\n]*\"|「[^「」\n]*」|\|")
_QUOTED = re.compile(r"“[^“”]*”|\"[^\"]*\"")
T = TypeVar("T")


def parse(source: Source) -> tuple[tree.File, list[Diagnostic]]:
    """The written tree of a file, as far as it could be read, and everything that is wrong with how it is written."""
    language = language_of(source.text)
    if len(source.text) > MAX_SIZE:
        finding = Diagnostic("file-too-large", Span(source, 0, 1), {"most": MAX_SIZE}, language=language)
        return tree.File(source, language, ()), [finding]
    layout, findings = lay_out(source, language)
    reader = Reader(layout, language)
    body = _declarations(reader, layout.lines)
    findings += reader.findings + reader.door.findings
    if not body and not findings:
        findings.append(Diagnostic("empty-file", Span(source, 0, 0), {}, language=language))
    findings.sort(key=lambda finding: finding.where.start if isinstance(finding.where, Span) else 0)
    return tree.File(source, language, body, layout.comments), findings


def language_of(text: str) -> Language:
    """The language of a file's keywords: English if its first line begins with a lower-case English word."""
    first = _FIRST.search(text.lstrip("\ufeff"))
    return "en" if first is not None and _ENGLISH.match(first[1]) else "zh"


def _declarations(reader: Reader, lines: Iterable[Line]) -> tuple[tree.Declaration, ...]:
    found = []
    for line in lines:
        if line.row:
            reader.report("row-without-table", line)
            continue
        node = _declaration(reader, line)
        if node is not None:
            found.append(node)
    return tuple(found)


def read_declaration(reader: Reader, line: Line) -> tree.Declaration | None:
    """The declaration of a line with its block; None after a finding."""
    if line.row:
        reader.report("row-without-table", line)
        return None
    return _declaration(reader, line)


def _declaration(reader: Reader, line: Line) -> tree.Declaration | None:
    twig = reader.door.parse(line.start, line.end, "declaration")
    if twig is None:
        # the block of a broken line is read as declarations only where its lines can be such; else it is passed over
        _look_into(reader, line)
        return None
    return _DECLARATIONS[str(twig.data)](reader, line, twig)


def _look_into(reader: Reader, line: Line) -> None:
    head = reader.text[line.start : line.end]
    if head.startswith(("部分", "针对", "part ", "for ")):
        _declarations(reader, line.children)
    elif head.startswith(("规则", "rule ", "标准", "parameter ", "公式", "formula ")):
        reader.lines(line, "rule_line", row)
    elif head.startswith(("任务", "task ")):
        reader.lines(line, "task_line", task_line)
    elif head.startswith(("对象", "entity ")):
        reader.lines(line, "field", field)
    elif head.startswith(("条件", "材料", "conditions ", "materials ")):
        reader.lines(line, "item_line", item_line)
    elif head.startswith(("算例", "example ")):
        reader.lines(line, "example_line", example_line)


def _part(reader: Reader, line: Line, twig: Tree) -> tree.Part:
    builder = reader.builder()
    _, name, *rest = twig.children
    return tree.Part(
        builder.name(name, True),
        builder.alias(find(rest, "alias")),
        builder.cite(find(rest, "cite")),
        _declarations(reader, line.children),
        span=reader.span(line),
    )


def _on_entity(reader: Reader, line: Line, twig: Tree) -> tree.On:
    builder = reader.builder()
    return tree.On(
        builder.name(twig.children[1]),
        _declarations(reader, line.children),
        builder.cite(find(twig.children, "cite")),
        span=reader.span(line),
    )


def _amendment(reader: Reader, line: Line, twig: Tree) -> tree.Amendment:
    return amendment(reader, line, twig, _declarations)


_DECLARATIONS: dict[str, Callable[[Reader, Line, Tree], tree.Declaration]] = {
    "policy": policy,
    "roll": roll,
    "units": units,
    "clause": clause,
    "entity": entity,
    "part": _part,
    "on_entity": _on_entity,
    "table": table,
    "rule": rule,
    "parameter": rule,
    "task": task,
    "constraint": constraint,
    "reading": reading,
    "decision": decision,
    "example": example,
    "formula": formula,
    "calendar": calendar,
    "register": register,
    "conditions": conditions,
    "applies": applies,
    "import": imported,
    "erratum": erratum,
    "always": property_of,
    "monotone": property_of,
    "whenever": property_of,
    "steady": property_of,
    "unrelated": property_of,
    "divided": property_of,
    "shared_out": property_of,
    "amendment": _amendment,
}
"""What makes a declaration of each kind, by the name that the grammar gives it."""
