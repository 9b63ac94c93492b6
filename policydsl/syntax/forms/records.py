"""Owns the form of 对象 with its fields, and of 表."""

from __future__ import annotations

from collections.abc import Iterable

from policydsl.syntax import tree
from policydsl.syntax.cells import grid_rows
from policydsl.syntax.forms.pieces import declared
from policydsl.syntax.phrases import Phrases, joined
from policydsl.syntax.quoting import Pieces, run_of
from policydsl.syntax.sheet import Row
from policydsl.syntax.spelling import Spelling

_FLAGS = frozenset({"OR_NONE", "KEY", "COMPLETE", "FRACTIONAL", "AS_LIST", "JUDGEMENT"})


def entity(spell: Spelling, node: tree.Entity) -> Row:
    """对象, with its fields and kinds of rows as they stand."""
    head = f"{spell.word('ENTITY')} {spell.name(node.name)}"
    if node.marks:
        head += f" ({', '.join(spell.name(mark) for mark in node.marks)})"
    if node.owner is not None:
        head += f" {spell.word('BELONGS')} {spell.name(node.owner)}"
    head += f" {spell.word('SINGLETON')}" if node.singleton else ""
    head += f" {spell.word('AT_MOST_ONE')}" if node.at_most_one else ""
    rows = [_field(spell, item) for item in node.fields]
    for variant in node.variants:
        pieces = joined(joined(spell.word("WHEN"), Phrases(spell).expr(variant.when)), ":", "")
        inner = [_field(spell, item) for item in variant.fields]
        rows.append(Row(variant.span, "field", [pieces], children=inner))
    # fields and variants as they stand in the file
    if len({row.span.source.name for row in rows}) < 2:
        rows.sort(key=lambda row: row.span.start)
    return declared(node, [[(0, f"{head}:{spell.citation(node.cite)[1:]}")]], rows)


def _field(spell: Spelling, node: tree.FieldLine) -> Row:
    name = f"{spell.alias(node.name, node.alias)}:"
    marks = (marks_of(spell, node.attributes, "") + spell.citation(node.cite)).lstrip()
    cells: list[Pieces] = [[(0, name)], [(0, spell.type(node.type))], [(0, marks)] if marks else []]
    return Row(node.span, "field", cells, "field")


def marks_of(spell: Spelling, attributes: Iterable[tree.Attribute], before: str) -> str:
    """The marks of a field: flags one blank apart, those with a value two."""
    text, previous = "", ""
    for attribute in attributes:
        word, value = attribute.word, attribute.value
        close = (word in _FLAGS and previous in _FLAGS) or (word == "OFFICE" and previous == "JUDGEMENT")
        if word == "LIMIT":
            assert isinstance(value, tree.Edge)
            said = run_of(Phrases(spell).edge(value))
        elif word in ("SOURCE", "REMARK"):
            said = f"{spell.word(word)} {spell.text(str(value))}"
        elif word == "OFFICE":
            said = f"{spell.word(word)} {spell.person(str(value))}"
        elif word == "COUNTED":
            said = f"{spell.word(word)} " + f" {spell.word('AND')} ".join(map(spell.name, attribute.names))
        elif word == "DEFAULT":
            assert value is not None and not isinstance(value, str | tree.Name | tree.Edge)
            said = f"{spell.word(word)} {Phrases(spell).flat(value)}"
        else:
            said = spell.word(word)
        text += (" " if close else "  " if previous else before) + said + spell.citation(attribute.cite)
        previous = word
    return text


def table(spell: Spelling, node: tree.Table) -> Row:
    """表, with its grid."""
    head = f"{spell.word('TABLE')} {spell.alias(node.name, node.alias)} {spell.word('BY')} {spell.names(node.keys)}"
    head += f" × {spell.name(node.across)}" if node.across else ""
    head += f" {spell.word(node.hit)}" if node.hit else ""
    head += f" {spell.word('FROM')} {spell.day(node.since)} {spell.word('ONWARD')}" if node.since else ""
    head += f" {spell.word('REST_SAME')}" if node.rest_same else ""
    return declared(
        node,
        [[(0, f"{head}:{spell.citation(node.cite)[1:]}")]],
        grid_rows(spell, node.grid, dict(zip(node.crossed, node.heads, strict=False))),
    )
