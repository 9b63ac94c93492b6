"""Owns the small parts of which the form of every declaration is made: its row, a line of its block, lists that may be broken, days."""

from __future__ import annotations

from datetime import date

from policydsl.syntax import tree
from policydsl.syntax.quoting import Pieces
from policydsl.syntax.sheet import Row
from policydsl.syntax.spelling import Spelling


def declared(node: tree.Written, cells: list[Pieces], children: list[Row] | None = None) -> Row:
    """The row of a declaration in cells, with the rows of its block."""
    return Row(node.span, "declaration", cells, children=children or [], declares=type(node).__name__)


def line_of(node: tree.Written, symbol: str, text: str | Pieces, columns: str = "") -> Row:
    """The row of one line of a block, as `symbol`."""
    return Row(node.span, symbol, [[(0, text)] if isinstance(text, str) else text], columns)


def wrapped(spell: Spelling, items: list[str]) -> Pieces:
    """A list in pieces, to be broken after a comma."""
    comma = spell.comma.strip()
    return [(0, item + (comma if at < len(items) - 1 else "")) for at, item in enumerate(items)]


def in_force(spell: Spelling, since: date | None, until: date | None) -> str:
    """自 D 起, 自 D 至 E, or nothing."""
    if since is None:
        return ""
    end = f"{spell.word('TO')} {spell.day(until)}" if until is not None else spell.word("ONWARD")
    return f"{spell.word('FROM')} {spell.day(since)} {end}"
