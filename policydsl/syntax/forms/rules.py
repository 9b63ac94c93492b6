"""Owns the form of 规则, 标准, 公式, 读法 and 性质."""

from __future__ import annotations

from typing import assert_never

from policydsl.syntax import tree
from policydsl.syntax.forms.pieces import declared
from policydsl.syntax.phrases import Phrases, joined
from policydsl.syntax.quoting import Pieces
from policydsl.syntax.rows import rows_below
from policydsl.syntax.sheet import Row
from policydsl.syntax.spelling import Spelling


def rule(spell: Spelling, node: tree.Rule | tree.Parameter) -> Row:
    """规则 or 标准."""
    word = "RULE" if isinstance(node, tree.Rule) else "PARAMETER"
    head = f"{spell.word(word)} {spell.alias(node.name, node.alias)}"
    head += f", {spell.unit(node.unit)}" if node.unit else ""
    return _defined(spell, node, head, node.value, node.after, node.cite)


def formula(spell: Spelling, node: tree.Formula) -> Row:
    """公式."""
    parameters = ", ".join(f"{spell.name(name)}: {spell.type(unit)}" for name, unit in node.parameters)
    head = f"{spell.word('FORMULA')} {spell.name(node.name)}({parameters})"
    return _defined(spell, node, head, node.value, node.after, node.cite)


def _defined(
    spell: Spelling,
    node: tree.Written,
    head: str,
    value: tree.Expr | None,
    after: tuple[tree.Row, ...],
    cite: tree.Citation | None,
) -> Row:
    phrases = Phrases(spell)
    pieces = joined(head, [] if value is None else joined("=", phrases.expr(value)))
    rows = rows_below(spell, phrases, after)
    # the citation comes after the colon of a block
    tail = f":{spell.citation(cite)[1:]}" if rows else spell.citation(cite)
    return declared(node, [joined(pieces, tail, "")], rows)


def reading(spell: Spelling, node: tree.Reading) -> Row:
    """读法, with what may be adopted."""
    head = f"{spell.word('READING')} {spell.alias(node.name, node.alias)}:{spell.citation(node.cite)[1:]}"
    rows = []
    for line in node.options:
        phrases = Phrases(spell)
        name = f"{spell.word('ADOPT' if line.adopted else 'ALTERNATIVE')} {spell.name(line.name)}"
        value: Pieces = [] if line.value is None else joined("=", phrases.expr(line.value))
        reason = f"{spell.word('REASON')} {spell.text(line.reason)}" if line.reason else ""
        below = rows_below(spell, phrases, ())
        cells: list[Pieces] = [[(0, name)], value, [(0, reason)] if reason else []]
        last = max(at for at, cell in enumerate(cells) if cell)
        cite = spell.citation(line.cite)
        cells[last] = joined(cells[last], f":{cite[1:]}" if below else cite, "")
        rows.append(Row(line.span, "reading_line", cells, "reading", below))
    return declared(node, [[(0, head)]], rows)


def property_of(spell: Spelling, node: tree.Property) -> Row:
    """性质, of any form."""
    head, word = f"{spell.word('PROPERTY')} {spell.name(node.name)}:", spell.word
    phrases = Phrases(spell)
    flat = phrases.flat
    match node:
        case tree.Always():
            pieces = joined(f"{head} {word('ALWAYS')}", phrases.expr(node.condition))
        case tree.Whenever():
            pieces = joined(f"{head} {word('WHENEVER')}", phrases.expr(node.condition))
            pieces = joined(joined(pieces, word("THEN")), phrases.expr(node.then))
        case tree.Monotone():
            moves = f"{flat(node.fact)} {word(node.moves)} {word('AT_THAT')}"
            pieces = [(0, f"{head} {moves} {flat(node.result)} {word(node.never)}")]
        case tree.Steady():
            moves = f"{flat(node.fact)} {word('EACH_MORE')} {flat(node.step)} {word('AT_THAT')}"
            pieces = joined(f"{head} {moves} {flat(node.result)} {word('NO_JUMP')}", phrases.expr(node.most))
        case tree.Unrelated():
            pieces = [(0, f"{head} {flat(node.result)} {word('FREE_OF')} {flat(node.about)} {word(node.how)}")]
        case tree.Divided():
            about = spell.comma.join(flat(one) for one in node.about)
            pieces = [(0, f"{head} {about} {word('SPLIT')} {word('AT_THAT')} {flat(node.result)} {word('SAME_SUM')}")]
        case tree.SharedOut():
            pieces = joined(f"{head} {flat(node.part)} {word(node.how)}", phrases.expr(node.whole))
        case _:
            assert_never(node)
    return Row(node.span, "declaration", [joined(pieces, spell.citation(node.cite), "")], declares="property")
