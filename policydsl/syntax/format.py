"""Owns the one canonical form of a policy file: declarations and the lines of their blocks as text, in either language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from policydsl.diagnostics.model import Language
from policydsl.syntax import tree
from policydsl.syntax.forms.amendments import amend_line
from policydsl.syntax.forms.examples import example_line
from policydsl.syntax.forms.heads import calendar, clause, policy, register, roll
from policydsl.syntax.forms.pieces import declared, in_force, wrapped
from policydsl.syntax.forms.records import entity, marks_of, table
from policydsl.syntax.forms.rules import formula, property_of, reading, rule
from policydsl.syntax.forms.tasks import conditions, task
from policydsl.syntax.phrases import Phrases, joined
from policydsl.syntax.quoting import freed
from policydsl.syntax.remarks import page
from policydsl.syntax.rows import row_of
from policydsl.syntax.sheet import Row, written
from policydsl.syntax.spelling import Spelling


def format_file(file: tree.File, *, to: Language | None = None) -> str:
    """The canonical text of `file`, in the language it was written in or in `to`.

    Parsing it gives the same tree again, and formatting that the same text. Comments and at most one blank line are kept
    where they stand. Names stay as they are written; those that would be words of the language get 「」.
    """
    language = to or file.language
    spelling = Spelling(language, file.language)
    rows = [_declaration(spelling, node) for node in file.body]
    _free(rows, language)
    return page(file.source, file.comments, written(rows))


def format_declaration(node: tree.Declaration, language: Language) -> str:
    """The canonical text of one declaration that was written in `language`, without remarks."""
    rows = [_declaration(Spelling(language, language), node)]
    _free(rows, language)
    return "\n".join(line for item in written(rows) for line in item.lines) + "\n"


def _free(rows: Iterable[Row], language: Language) -> None:
    """Take 「」 off the names of each line that do not need them there."""
    for row in rows:
        if row.symbol and any("「" in text for cell in row.cells for _, text in cell):
            counts = [len(cell) for cell in row.cells]
            bare = freed([piece for cell in row.cells for piece in cell], row.symbol, language)
            row.cells = [[bare.pop(0) for _ in range(count)] for count in counts]
        _free(row.children, language)


# ---------------------------------------------------------------- declarations


def _declaration(spell: Spelling, node: tree.Declaration) -> Row:
    match node:
        case tree.Policy():
            return policy(spell, node)
        case tree.Roll():
            return roll(spell, node)
        case tree.Units():
            items = wrapped(spell, [spell.alias(item.name, item.alias) for item in node.items])
            return declared(node, [joined(spell.word("UNITS"), items)])
        case tree.Clause():
            return clause(spell, node)
        case tree.Entity():
            return entity(spell, node)
        case tree.Part():
            head = f"{spell.word('PART')} {spell.alias(node.name, node.alias)}:{spell.citation(node.cite)[1:]}"
            return declared(node, [[(0, head)]], [_declaration(spell, item) for item in node.body])
        case tree.On():
            head = f"{spell.word('ON')} {spell.name(node.entity)}:{spell.citation(node.cite)[1:]}"
            return declared(node, [[(0, head)]], [_declaration(spell, item) for item in node.body])
        case tree.Table():
            return table(spell, node)
        case tree.Rule() | tree.Parameter():
            return rule(spell, node)
        case tree.Formula():
            return formula(spell, node)
        case tree.Conditions():
            return conditions(spell, node)
        case tree.Task():
            return task(spell, node)
        case tree.Constraint():
            pieces = joined(f"{spell.word('CONSTRAINT')} {spell.name(node.name)}:", Phrases(spell).expr(node.condition))
            remark = f"  {spell.word('REMARK')} {spell.text(node.remark)}" if node.remark else ""
            return declared(node, [joined(pieces, remark + spell.citation(node.cite), "")])
        case tree.Reading():
            return reading(spell, node)
        case tree.Decision():
            head = f"{spell.word('DECISION')} {spell.alias(node.name, node.alias)}: {spell.type(node.type)}"
            return declared(node, [[(0, head + marks_of(spell, node.attributes, "  ") + spell.citation(node.cite))]])
        case tree.Example():
            head = f"{spell.word('EXAMPLE')} {spell.title(node.name)}:"
            return declared(node, [[(0, head)]], [example_line(spell, line) for line in node.lines])
        case tree.Applies():
            row = row_of(spell, node)
            return Row(node.span, "declaration", row.cells, declares="Applies")
        case tree.Calendar():
            return calendar(spell, node)
        case tree.Register():
            return register(spell, node)
        case tree.Import():
            return declared(node, [[(0, f"{spell.word('IMPORT')} {spell.text(node.path)}")]])
        case tree.Erratum():
            said = f"{spell.text(node.printed)} {spell.word('SHOULD_BE')} {spell.text(node.meant)}"
            reason = f"  {spell.word('REASON')} {spell.text(node.reason)}" if node.reason else ""
            text = f"{spell.word('ERRATUM')} {node.clause} {said}{reason}{spell.citation(node.cite)}"
            return declared(node, [[(0, text)]])
        case (
            tree.Always()
            | tree.Whenever()
            | tree.Monotone()
            | tree.Steady()
            | tree.Unrelated()
            | tree.Divided()
            | tree.SharedOut()
        ):
            return property_of(spell, node)
        case tree.Amendment():
            days = in_force(spell, node.since, node.until)
            head = f"{spell.word('AMEND')} {node.id}{' ' * bool(days)}{days}:{spell.citation(node.cite)[1:]}"
            return declared(node, [[(0, head)]], [amend_line(spell, line, _declaration) for line in node.lines])
        case _:
            assert_never(node)
