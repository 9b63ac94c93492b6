"""Owns the form of the lines of 算例."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from policydsl.syntax import tree
from policydsl.syntax.cells import grid_rows
from policydsl.syntax.forms.pieces import line_of
from policydsl.syntax.phrases import Phrases, joined
from policydsl.syntax.quoting import Pieces
from policydsl.syntax.sheet import Row
from policydsl.syntax.spelling import Spelling


def example_line(spell: Spelling, node: tree.ExampleLine) -> Row:
    """A line of 算例."""
    match node:
        case tree.Given():
            return line_of(node, "example_line", joined(spell.word("SET"), _assigned(spell, node.items)))
        case tree.GivenRows():
            head = f"{spell.word('SET')} {spell.name(node.entity)}"
            head += f" {spell.quantity(node.count)}:" if node.count else ":"
            row = line_of(node, "example_line", joined(head, _assigned(spell, node.items)))
            row.children = grid_rows(spell, node.grid) if node.grid else []
            return row
        case tree.Should():
            pieces: Pieces = []
            for item in node.items:
                pieces = joined(pieces, ",", "") if pieces else []
                pieces += [(0, _expected(spell, item))]
            return line_of(node, "example_line", joined(spell.word("SHOULD"), pieces))
        case tree.Adopting():
            chosen = ", ".join(f"{spell.name(reading)} = {spell.name(option)}" for reading, option in node.items)
            return line_of(node, "example_line", f"{spell.word('ADOPT')} {chosen}")
        case tree.OnDate():
            return line_of(node, "example_line", f"{spell.word('ON_DATE')} {spell.day(node.day)}")
        case _:
            assert_never(node)


def _assigned(spell: Spelling, items: Iterable[tree.Assignment]) -> Pieces:
    pieces: Pieces = []
    for item in items:
        phrases = Phrases(spell)
        value = spell.word("UNKNOWN") if item.value is None else phrases.flat(item.value)
        pieces = joined(pieces, ",", "") if pieces else []
        pieces += [(0, f"{phrases.flat(item.target)} = {value}")]
    return pieces


def _expected(spell: Spelling, item: tree.Expected) -> str:
    phrases = Phrases(spell)
    target = phrases.flat(item.target)
    return f"{target} {spell.word(item.status)}" if item.value is None else f"{target} = {phrases.flat(item.value)}"
