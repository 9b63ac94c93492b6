"""Owns the form of 政策, 名录, 条款, 日历 and 名册."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from policydsl.source import Span, display_width
from policydsl.syntax import tree
from policydsl.syntax.forms.pieces import declared, line_of, wrapped
from policydsl.syntax.phrases import Phrases, joined
from policydsl.syntax.quoting import Pieces
from policydsl.syntax.sheet import INDENT, WIDTH, Row
from policydsl.syntax.spelling import Spelling

_HEADER_COLUMN = 8
_NEEDS_QUOTES = re.compile('["\u201c\u201d\u300c\u300d#\uff03]')


def policy(spell: Spelling, node: tree.Policy) -> Row:
    """政策, with the lines of its head."""
    lines = []
    for line in node.lines:
        word, value = spell.word(line.word), line.value
        if isinstance(value, tree.Name):
            text = spell.name(value)
        elif line.word == "H_FORCE" and not isinstance(value, str):
            text = f"{spell.word('FROM')} {spell.day(value)}" + (
                f" {spell.word('TO')} {spell.day(line.end)}" if line.end else ""
            )
        elif not isinstance(value, str):
            text = spell.day(value)
        else:
            text = spell.text(value) if line.word in ("H_ZONE", "H_BASED") or not _is_raw(value) else value
        said: Pieces = [(0, text)]
        if line.when is not None:
            said = joined(joined(text, spell.word("APPLIED_TO")), Phrases(spell).expr(line.when))
        lines.append(Row(line.span, "header", [[(0, word)], said], "header", least=_HEADER_COLUMN))
    return declared(node, [[(0, f"{spell.word('POLICY')} {spell.text(node.title)}:")]], lines)


def _is_raw(text: str) -> bool:
    """Whether a text needs no quotes as the rest of a line."""
    return bool(text) and text == text.strip() and not _NEEDS_QUOTES.search(text)


def roll(spell: Spelling, node: tree.Roll) -> Row:
    """名录: on one line where it fits, else in a block."""
    head = f"{spell.word('ROLL')} {spell.alias(node.name, node.alias)}:"
    texts = [spell.alias(item.name, item.alias) for item in node.members]
    # measured without 「」, so that both languages break at the same members
    sizes = [
        display_width(f"{item.name.text} ({item.alias.text})" if item.alias else item.name.text)
        for item in node.members
    ]
    if not node.block and display_width(node.name.text) + sum(sizes) + 2 * len(sizes) + 8 <= WIDTH:
        return declared(node, [[(0, f"{head} {spell.comma.join(texts)}")]])
    rows: list[Row] = []
    used = 0
    for item, text, size in zip(node.members, texts, sizes, strict=True):
        span = item.name.span if item.alias is None else item.name.span.to(item.alias.span)
        used += size + 2
        if not rows or used > WIDTH - INDENT:
            rows.append(Row(span, "members", [[(0, text)]]))
            used = size + 2
        else:
            line = f"{rows[-1].cells[0][0][1]}{spell.comma}{text}"
            rows[-1].span, rows[-1].cells = rows[-1].span.to(span), [[(0, line)]]
    row = declared(node, [[(0, head)]], rows)
    # the head ends where its own members do not stand
    start = node.span.start
    row.span = Span(
        node.span.source, start, max(start, min(node.span.end, rows[0].span.start) if rows else node.span.end)
    )
    return row


def clause(spell: Spelling, node: tree.Clause) -> Row:
    """条款, with its text or 不作规则."""
    text = f" {spell.text(node.text)}" if node.text else ""
    if node.makes_rules:
        return declared(node, [[(0, f"{spell.word('CLAUSE')} {node.id}{text}")]])
    return declared(node, [[(0, f"{spell.word('CLAUSE')} {node.id}: {spell.word('NO_RULES')}{text}")]])


def _ends(line: tree.CalendarLine, period: tuple[date, date]) -> Iterable[date]:
    return period if line.word == "COVERS" else dict.fromkeys(period)


def calendar(spell: Spelling, node: tree.Calendar) -> Row:
    """日历."""
    rows = []
    for line in node.lines:
        to = f" {spell.word('TO')} "
        days = wrapped(spell, [to.join(spell.day(day) for day in _ends(line, period)) for period in line.periods])
        rows.append(
            line_of(line, "calendar_line", joined(joined(spell.word(line.word), days), spell.citation(line.cite), ""))
        )
    return declared(
        node, [[(0, f"{spell.word('CALENDAR')} {spell.name(node.name)}:{spell.citation(node.cite)[1:]}")]], rows
    )


def register(spell: Spelling, node: tree.Register) -> Row:
    """名册."""
    rows = []
    for line in node.lines:
        text = spell.text(line.text) if line.word == "SOURCE" else spell.names(line.columns)
        rows.append(Row(line.span, "register_line", [[(0, spell.word(line.word))], [(0, text)]], "register"))
    head = f"{spell.word('REGISTER')} {spell.alias(node.name, node.alias)}:{spell.citation(node.cite)[1:]}"
    return declared(node, [[(0, head)]], rows)
