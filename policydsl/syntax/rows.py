"""Owns the lines of a rule's block as text: bands, choices, steps, caps, exceptions, versions."""

from __future__ import annotations

from typing import assert_never

from policydsl.syntax import tree
from policydsl.syntax.cells import grid_rows
from policydsl.syntax.phrases import Phrases, joined
from policydsl.syntax.quoting import Pieces
from policydsl.syntax.sheet import Row
from policydsl.syntax.spelling import Spelling


def rows_below(spell: Spelling, phrases: Phrases, after: tuple[tree.Row, ...]) -> list[Row]:
    """The lines below a value: those of its block expressions and those that modify the whole, as they stand in the file."""
    nodes = [row for block in phrases.blocks for row in block.rows] + list(after)
    # rows that an amendment brought in stand in another file; those are in order already
    if len({node.span.source.name for node in nodes}) < 2:
        nodes.sort(key=lambda node: node.span.start)
    found: list[Row] = []
    for node in nodes:
        found += (
            grid_rows(spell, node.grid, dict(enumerate(node.heads, start=1)))
            if isinstance(node, tree.GridRow)
            else [row_of(spell, node)]
        )
    return found


def row_of(spell: Spelling, node: tree.Row) -> Row:
    """One line of a rule, with the lines below it."""
    phrases = Phrases(spell)
    cells, columns = _cells(phrases, node)
    children = rows_below(spell, phrases, node.rows if isinstance(node, tree.ExceptRow) else ())
    cite = spell.citation(None if isinstance(node, tree.Mark | tree.Amount | tree.Remark | tree.GridRow) else node.cite)
    opens = children and isinstance(node, _OPENING)
    cells[-1] = joined(cells[-1], f":{cite[1:]}" if opens else cite, "")
    return Row(node.span, "rule_line", cells, columns, children)


_OPENING = (tree.BandRow, tree.ChoiceRow, tree.LetRow, tree.ExceptRow, tree.DatedRow)


def _cells(phrases: Phrases, node: tree.Row) -> tuple[list[Pieces], str]:
    """The columns of a line without its citation, and what it is aligned with."""
    spell = phrases.spelling
    match node:
        case tree.BandRow():
            return _band(phrases, node), "block"
        case tree.GridRow():
            raise AssertionError("rows of cells are several lines")
        case tree.ChoiceRow():
            return [
                [(0, f"{spell.comma.join(spell.label(label) for label in node.labels)}:")],
                phrases.expr(node.value),
            ], "block"
        case tree.StepRow():
            size = joined(spell.word("EVERY_STEP"), phrases.expr(node.size))
            return [size, joined(spell.word("GIVE"), phrases.expr(node.award))], "block"
        case tree.Mark():
            return [[(0, spell.word(node.word))]], ""
        case tree.Amount():
            word = spell.word(node.word)
            if node.word == "AT_START":
                word += f" {spell.word('GIVE')}"
            return [joined(word, phrases.expr(node.value))], ""
        case tree.CapRow():
            pieces = joined(spell.word(node.word), phrases.expr(node.limit))
            if node.when is not None:
                pieces = joined(pieces, joined(spell.word("WHEN"), phrases.expr(node.when)))
            return [pieces], ""
        case tree.RoundRow():
            return [[(0, f"{spell.word(node.word)} {spell.word('ROUND_TO')} {spell.place(node.place)}")]], ""
        case tree.Remark():
            return [[(0, f"{spell.word('REMARK')} {spell.text(node.text)}")]], ""
        case tree.LetRow():
            name: Pieces = [(0, f"{spell.word('FILTER')} {spell.name(node.name)}")]
            return [name, joined("=", phrases.expr(node.value))], "let"
        case tree.ExceptRow():
            return [_exception(phrases, node)], ""
        case tree.DatedRow():
            day = (
                spell.word("BEFORE_THAT")
                if node.day is None
                else f"{spell.word('FROM')} {spell.day(node.day)} {spell.word('ONWARD')}"
            )
            return [[(0, day)], joined("=", phrases.expr(node.value))], "dated"
        case tree.Applies():
            pieces = joined(f"{spell.word('APPLIES')} {spell.word('WHEN')}", phrases.expr(node.when))
            if node.reason:
                otherwise = f"{spell.word('ELSE')} {spell.word('INAPPLICABLE')} {spell.text(node.reason)}"
                pieces = joined(pieces, otherwise)
            return [pieces], ""
        case _:
            assert_never(node)


def _band(phrases: Phrases, node: tree.BandRow) -> list[Pieces]:
    spell = phrases.spelling
    value = phrases.expr(node.value)
    if not node.edges:
        bound: Pieces = [(0, spell.word("ELSE"))]
    else:
        bound = phrases.edges(node.edges)
        if node.of_part:
            bound = joined(bound, spell.word("OF_PART"))
        if node.gives or _runs_on(node):
            value = joined(spell.word("GIVE"), value)
    if node.so_far is not None:
        value = joined(value, f"{spell.word('SO_FAR')} {spell.quantity(node.so_far)}")
    if node.quick is not None:
        value = joined(value, f"{spell.word('QUICK')} {spell.quantity(node.quick)}")
    return [bound, value]


def _runs_on(node: tree.BandRow) -> bool:
    """Whether a value without 给予 before it might be read as part of the bound: a name as its unit, a bracket as its keys."""
    first = _leftmost(node.value)
    if isinstance(first, tree.If):
        # `if none` and `if inapplicable` after a value are words of their own
        then = _leftmost(first.condition)
        return getattr(then, "word", getattr(then, "kind", "")) in ("NONE", "INAPPLICABLE")
    return isinstance(first, tree.Reference | tree.Group | tree.Words)


def _leftmost(node: tree.Expr) -> tree.Expr:
    while True:
        match node:
            case tree.Binary() | tree.Comparison():
                node = node.left
            case tree.Logic():
                node = node.parts[0]
            case tree.Among():
                node = node.item
            case tree.Portion():
                node = node.measure
            case tree.Instead():
                node = node.body
            case _:
                return node


def _exception(phrases: Phrases, node: tree.ExceptRow) -> Pieces:
    spell = phrases.spelling
    pieces = joined(f"{spell.word('EXCEPT')} {spell.name(node.name)}: {spell.word('WHEN')}", phrases.expr(node.when, 1))
    then = phrases.expr(node.value, 1)
    pieces += [(0, f"{spell.word('THEN')} {then[0][1]}"), *then[1:]]
    if node.prevails:
        pieces = joined(pieces, f"{spell.word('PREVAILS')} {spell.names(node.prevails)}")
    return pieces
