"""Owns 修订: the lines that say what a notice does to another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Literal, cast

from policydsl.source import Span
from policydsl.syntax import tree
from policydsl.syntax.declarations.examples import example
from policydsl.syntax.declarations.grids import grid
from policydsl.syntax.declarations.reader import Reader
from policydsl.syntax.declarations.rows import in_block, row, rows_below, split
from policydsl.syntax.declarations.tasks import item_line, task_line
from policydsl.syntax.declarations.twigs import find
from policydsl.syntax.expressions import Builder
from policydsl.syntax.keywords import BY_ID
from policydsl.syntax.lines import Line
from policydsl.syntax.twig import Token, Tree, Twig

Declare = Callable[[Reader, Iterable[Line]], tuple[tree.Declaration, ...]]
Days = tuple[date | None, date | None]
_QUOTED = re.compile(r"“[^“”\n]*”|\"[^\"\n]*\"|「[^「」\n]*」")
_OF_TASKS = ("EVIDENCE", "DUE", "CHARGE")


def amendment(reader: Reader, line: Line, twig: Tree, declare: Declare) -> tree.Amendment:
    """修订 ID: with its lines. `declare` reads the declarations of a block."""

    def one(reader: Reader, child: Line, found: Tree) -> tree.AmendLine:
        return _line(reader, child, found, declare)

    token = next(kid for kid in twig.children if isinstance(kid, Token) and kid.type == "CLAUSE_ID")
    lines: tuple[tree.AmendLine, ...] = reader.lines(line, "amend_line", one)
    if not line.children:
        reader.report("block-without-rows", line)
    # as it is written: an id is compared with the 编号 of a header, which keeps its width
    text = reader.source.text[token.start_pos or 0 : token.end_pos or 0].strip()
    builder = reader.builder()
    cite = builder.cite(find(twig.children, "cite"))
    since, until = _days(reader, find(twig.children, "since"))
    return tree.Amendment(text, lines, cite, since, until, span=reader.span(line))


def _line(reader: Reader, line: Line, twig: Tree, declare: Declare) -> tree.AmendLine:
    kind = str(twig.data)
    builder = reader.builder()
    span, kids = reader.span(line), twig.children
    cite = builder.cite(find(kids, "cite"))
    since, until = _days(reader, find(kids, "since"))
    words = [kid.type for kid in kids if isinstance(kid, Token)]
    put: Literal["AMENDED", "ADD"] = "AMENDED" if words[0] == "AMENDED" else "ADD"
    if kind in ("amend_targets", "amend_whole", "amend_past", "amend_prevails"):
        reader.no_children(line)
    elif not line.children and kind in ("amend_block", "amend_more"):
        reader.report("block-without-rows", line)
    match kind:
        case "amend_targets":
            word = cast(Literal["REPEAL", "KEEP", "RESTORE", "MERGE"], words[0])
            return tree.Naming(word, _references(builder, kids), since, cite, until, span=span)
        case "amend_whole":
            whole = cast(Literal["SUPERSEDE", "REPEAL", "RESTORE"], words[0])
            return tree.Whole(whole, since, cite, until, span=span)
        case "amend_value":
            return _changing(reader, line, twig, (since, until), cite)
        case "amend_block":
            return tree.Putting(put, declare(reader, line.children), since, cite, until, span=span)
        case "amend_more":
            target = _references(builder, kids)[0]
            if line.children and line.children[0].row:
                return tree.Extending(put, target, grid(reader, line), (), since, cite, until, span=span)
            return tree.Extending(put, target, None, _lines(reader, line), since, cite, until, span=span)
        case "amend_past":
            law = cast(Literal["NEW_LAW", "OLD_LAW", "BETTER_LAW"], words[1])
            return tree.Past(law, next(iter(_references(builder, kids)), None), cite, span=span)
        case "amend_prevails":
            raw = kids[1]
            assert isinstance(raw, Token)
            text = reader.source.text[raw.start_pos or 0 : raw.end_pos or 0]
            notices = (item.strip() for item in re.split("[,\uff0c、]", text))
            return tree.Prevailing(tuple(item for item in notices if item), span=span)
        case "amend_example":
            return example(reader, line, twig)
    raise AssertionError(f"no line of an amendment for {kind}")


def _changing(reader: Reader, line: Line, twig: Tree, days: Days, cite: tree.Citation | None) -> tree.Changing:
    rows = rows_below(reader, line)
    builder = reader.builder(tuple(item for item in rows if in_block(item)))
    kids = twig.children
    at = next(at for at, kid in enumerate(kids) if isinstance(kid, Token) and kid.type == "EQUALS")
    was = find(kids, "was")
    target, value = _references(builder, kids)[0], builder.expr(kids[at + 1])
    old = reader.builder().expr(was.children[1]) if was is not None else None
    for item in split(reader, line, builder, rows):
        reader.report("line-out-of-place", item.span, line=item.span.text)
    return tree.Changing(target, value, old, days[0], cite, days[1], span=reader.span(line))


def _lines(reader: Reader, line: Line) -> tuple[tree.BlockLine, ...]:
    """The lines of a block of which only the amended notice says what they are: each is read as what it looks like."""
    found: list[tree.BlockLine] = []
    of_tasks = tuple(BY_ID[word].spelling(reader.language) for word in _OF_TASKS)
    for child in line.children:
        text = reader.text[child.start : child.end]
        if child.row:
            reader.report("row-without-table", child)
        elif text.startswith(of_tasks):
            twig = reader.door.parse(child.start, child.end, "task_line")
            found += [task_line(reader, child, twig)] if twig is not None else []
        else:
            node = _row_or_item(reader, child, ":" in _QUOTED.sub("", text))
            found += [node] if node is not None else []
    return tuple(found)


def _row_or_item(reader: Reader, line: Line, colon: bool) -> tree.BlockLine | None:
    """An item of a list has a colon after its name, or is a name alone; anything else is a row."""
    findings = reader.door.findings
    first = None
    for symbol in ("item_line", "rule_line") if colon else ("rule_line", "item_line"):
        before = len(findings)
        twig = reader.door.parse(line.start, line.end, symbol)
        if twig is not None:
            return (item_line if symbol == "item_line" else row)(reader, line, twig)
        if first is None or symbol == "rule_line":
            first = findings[before:]
        del findings[before:]
    findings.extend(first or ())
    return None


def _references(builder: Builder, kids: Sequence[Twig]) -> tuple[tree.Reference, ...]:
    """The addresses of a line: its references before any sign of equality."""
    found = []
    for kid in kids:
        if isinstance(kid, Token) and kid.type == "EQUALS":
            break
        if isinstance(kid, Tree) and str(kid.data) in ("reference", "this_reference"):
            found.append(builder.reference(kid))
    return tuple(found)


def _days(reader: Reader, twig: Tree | None) -> Days:
    """自 D 起: the day; 自 D 至 E: both."""
    builder = reader.builder()
    found = [kid for kid in twig.children if isinstance(kid, Token) and kid.type == "DATE"] if twig is not None else []
    read = [builder.day(kid) for kid in found]
    days = [day.value for day in read]
    if len(read) > 1 and days[1] < days[0]:
        span = Span(reader.source, read[0].span.start, read[1].span.end)
        reader.report("amend-days", span, days=span.text)
    return (days[0] if days else None), (days[1] if len(days) > 1 else None)
