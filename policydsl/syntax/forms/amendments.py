"""Owns the form of the lines of 修订."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from policydsl.syntax import tree
from policydsl.syntax.cells import grid_rows
from policydsl.syntax.forms.pieces import in_force, line_of, wrapped
from policydsl.syntax.forms.tasks import item_line, task_line
from policydsl.syntax.phrases import Phrases, joined
from policydsl.syntax.quoting import Pieces
from policydsl.syntax.rows import row_of, rows_below
from policydsl.syntax.sheet import Row
from policydsl.syntax.spelling import Spelling


def amend_line(spell: Spelling, node: tree.AmendLine, declaration: Callable[[Spelling, tree.Declaration], Row]) -> Row:
    """A line of 修订; `declaration` gives the form of what is put in."""
    phrases = Phrases(spell)
    match node:
        case tree.Naming():
            targets = wrapped(spell, [phrases.flat(target) for target in node.targets])
            return _amended(
                spell, node, joined(spell.word(node.word), targets), in_force(spell, node.since, node.until), node.cite
            )
        case tree.Whole():
            return _amended(
                spell, node, [(0, spell.word(node.word))], in_force(spell, node.since, node.until), node.cite
            )
        case tree.Changing():
            head = f"{spell.word('AMENDED')} {phrases.flat(node.target)}"
            pieces = joined(head, joined("=", phrases.expr(node.value)))
            if node.was is not None:
                pieces = joined(pieces, joined(spell.word("WAS"), Phrases(spell).expr(node.was)))
            row = _amended(spell, node, pieces, in_force(spell, node.since, node.until), None)
            row.children = rows_below(spell, phrases, ())
            tail = f":{spell.citation(node.cite)[1:]}" if row.children else spell.citation(node.cite)
            row.cells = [joined(row.cells[0], tail, "")]
            return row
        case tree.Putting():
            row = _opening(spell, node, spell.word(node.word), in_force(spell, node.since, node.until), node.cite)
            row.children = [declaration(spell, item) for item in node.body]
            return row
        case tree.Extending():
            head = f"{spell.word(node.word)} {phrases.flat(node.target)}"
            row = _opening(spell, node, head, in_force(spell, node.since, node.until), node.cite)
            row.children = (
                grid_rows(spell, node.grid) if node.grid else [_block_line(spell, line) for line in node.lines]
            )
            return row
        case tree.Past():
            text = f"{spell.word('PAST')} {spell.word(node.word)}"
            if node.by is not None:
                text += f" {spell.word('BY')} {phrases.flat(node.by)}"
            return _amended(spell, node, [(0, text)], "", node.cite)
        case tree.Prevailing():
            return line_of(node, "amend_line", f"{spell.word('PREVAILS')} {spell.comma.join(node.notices)}")
        case tree.Example():
            row = declaration(spell, node)
            return Row(row.span, "amend_line", row.cells, children=row.children)
        case _:
            assert_never(node)


def _block_line(spell: Spelling, node: tree.BlockLine) -> Row:
    match node:
        case tree.ItemLine():
            return item_line(spell, node)
        case tree.EvidenceLine() | tree.DueLine() | tree.ChargeLine():
            return task_line(spell, node)
        case _:
            return row_of(spell, node)


def _amended(spell: Spelling, node: tree.Written, pieces: Pieces, days: str, cite: tree.Citation | None) -> Row:
    if days:
        pieces = joined(pieces, days)
    return line_of(node, "amend_line", joined(pieces, spell.citation(cite), ""))


def _opening(spell: Spelling, node: tree.Written, head: str, days: str, cite: tree.Citation | None) -> Row:
    row = _amended(spell, node, [(0, head)], days, None)
    row.cells = [joined(row.cells[0], f":{spell.citation(cite)[1:]}", "")]
    return row
