"""Owns what a file says about itself and its words: policy, clauses, imports, units, rolls, calendars."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal, cast

from policydsl.syntax import tree
from policydsl.syntax.declarations.reader import Reader
from policydsl.syntax.declarations.twigs import find, is_a
from policydsl.syntax.lines import Line
from policydsl.syntax.literals import clause_id
from policydsl.syntax.twig import Token, Tree

_QUOTED = re.compile(r"“[^“”]*”|\"[^\"]*\"")


def policy(reader: Reader, line: Line, twig: Tree) -> tree.Policy:
    """政策 “…”: and the lines of its head."""
    builder = reader.builder()
    return tree.Policy(builder.text(twig.children[1]), reader.lines(line, "header", _header), span=reader.span(line))


def _header(reader: Reader, line: Line, twig: Tree) -> tree.HeaderLine:
    reader.no_children(line)
    builder = reader.builder()
    kids = [child for child in twig.children if child is not None]
    word = kids[0].type if isinstance(kids[0], Token) else ""
    span = reader.span(line)
    value = kids[1]
    if word == "H_FORCE":
        days = [builder.day(child).value for child in kids if isinstance(child, Token) and child.type == "DATE"]
        return tree.HeaderLine(word, days[0], days[1] if len(days) > 1 else None, span=span)
    if word == "H_BASED":
        when = builder.expr(kids[3]) if len(kids) > 3 else None
        return tree.HeaderLine(word, builder.text(value), None, when, span=span)
    if isinstance(value, Tree):
        return tree.HeaderLine(word, builder.name(value), span=span)
    if value.type == "DATE":
        return tree.HeaderLine(word, builder.day(value).value, span=span)
    text = reader.source.text[value.start_pos : value.end_pos].strip()
    return tree.HeaderLine(word, text[1:-1] if _QUOTED.fullmatch(text) else text, span=span)


def imported(reader: Reader, line: Line, twig: Tree) -> tree.Import:
    """引用 “…”."""
    reader.no_children(line)
    return tree.Import(reader.builder().text(twig.children[1]), span=reader.span(line))


def erratum(reader: Reader, line: Line, twig: Tree) -> tree.Erratum:
    """勘误 条款 “印成的” 应为 “正确的” 理由 “…”."""
    reader.no_children(line)
    builder = reader.builder()
    texts = [builder.text(kid) for kid in twig.children if isinstance(kid, Token) and kid.type == "TEXT"]
    id_ = next(kid for kid in twig.children if isinstance(kid, Token) and kid.type == "CLAUSE_ID")
    return tree.Erratum(
        clause_id(str(id_)),
        texts[0],
        texts[1],
        texts[2] if len(texts) > 2 else "",
        builder.cite(find(twig.children, "cite")),
        span=reader.span(line),
    )


def clause(reader: Reader, line: Line, twig: Tree) -> tree.Clause:
    """条款 …: a clause of the text, and whether rules are expected of it."""
    reader.no_children(line)
    tokens = {child.type: child for child in twig.children if isinstance(child, Token)}
    text = reader.builder().text(tokens["TEXT"]) if "TEXT" in tokens else ""
    id_ = clause_id(str(tokens["CLAUSE_ID"]))
    return tree.Clause(id_, "NO_RULES" not in tokens, text, span=reader.span(line))


def units(reader: Reader, line: Line, twig: Tree) -> tree.Units:
    """单位 家, 人."""
    reader.no_children(line)
    return tree.Units(
        tuple(_item(reader, child) for child in twig.children if isinstance(child, Tree)), span=reader.span(line)
    )


def roll(reader: Reader, line: Line, twig: Tree) -> tree.Roll:
    """名录: the members a word may have, beside its name or in lines below."""
    builder = reader.builder()
    _, name, *rest = twig.children
    alias = next((child for child in rest if is_a(child, "alias")), None)
    members: list[tree.Item] = []
    for child in rest:
        if is_a(child, "members"):
            members += _members(reader, cast(Tree, child))
    for group in reader.lines(line, "members", _group):
        members += group
    if not members:
        reader.report("empty-roll", line, name=builder.name(name).text)
    return tree.Roll(
        builder.name(name, True), builder.alias(alias), tuple(members), bool(line.children), span=reader.span(line)
    )


def _group(reader: Reader, line: Line, twig: Tree) -> list[tree.Item]:
    return _members(reader, twig)


def _members(reader: Reader, twig: Tree) -> list[tree.Item]:
    return [_item(reader, child) for child in twig.children if isinstance(child, Tree)]


def _item(reader: Reader, twig: Tree) -> tree.Item:
    builder = reader.builder()
    name, *alias = twig.children
    return tree.Item(builder.name(name), builder.alias(alias[0]) if alias else None)


def calendar(reader: Reader, line: Line, twig: Tree) -> tree.Calendar:
    """日历: the days it covers, holidays, make-up days."""
    builder = reader.builder()
    lines = reader.lines(line, "calendar_line", _calendar_line)
    covers = [period for item in lines if item.word == "COVERS" for period in item.periods]
    if len(covers) != 1:
        reader.report("calendar-covers", line, name=builder.name(twig.children[1]).text)
    first, last = covers[0] if covers else (None, None)
    off, on = ([day for item in lines if item.word == word for day in item.days] for word in ("HOLIDAYS", "MAKE_UP"))
    return tree.Calendar(
        builder.name(twig.children[1], True),
        first,
        last,
        tuple(sorted(off)),
        tuple(sorted(on)),
        builder.cite(find(twig.children, "cite")),
        lines,
        span=reader.span(line),
    )


def _calendar_line(reader: Reader, line: Line, twig: Tree) -> tree.CalendarLine:
    reader.no_children(line)
    builder = reader.builder()
    words: dict[str, Literal["COVERS", "HOLIDAYS", "MAKE_UP"]] = {
        "covers": "COVERS",
        "holidays": "HOLIDAYS",
        "make_up": "MAKE_UP",
    }
    periods: list[tuple[date, date]] = []
    through = False
    for kid in twig.children:
        if isinstance(kid, Token) and kid.type == "TO":
            through = True
        elif isinstance(kid, Token) and kid.type == "DATE":
            day = builder.day(kid).value
            if through and day < periods[-1][0]:
                reader.report("period-reversed", line, first=str(periods[-1][0]), last=str(day))
            periods = [*periods[:-1], (periods[-1][0], day)] if through else [*periods, (day, day)]
            through = False
    return tree.CalendarLine(
        words[str(twig.data)], tuple(periods), builder.cite(find(twig.children, "cite")), span=reader.span(line)
    )
