"""Owns tables: the rows `| … |` below a line, cell by cell."""

from __future__ import annotations

import re
from typing import Literal

from attrs import evolve

from policydsl.source import Span
from policydsl.syntax import tree
from policydsl.syntax.declarations.edges import edges
from policydsl.syntax.declarations.reader import Reader
from policydsl.syntax.declarations.twigs import find, is_a
from policydsl.syntax.keywords import BY_ID
from policydsl.syntax.lines import Line
from policydsl.syntax.twig import Token, Tree

_PRINTED: tuple[Literal["QUICK", "SO_FAR"], ...] = ("QUICK", "SO_FAR")
_EDGE = re.compile(r"“[^“”\n]*”|\"[^\"\n]*\"|「[^「」\n]*」|\|")

_APART = re.compile(r"(?<=\d) +(?=[A-Za-z])")
"""The blank between a figure and its unit, which says nothing: a column headed by a range has one name either way."""


def table(reader: Reader, line: Line, twig: Tree) -> tree.Table:
    """表: keys, and the rows below."""
    builder = reader.builder()
    _, name, *rest = twig.children
    keys = tuple(builder.name(child) for child in rest if is_a(child, "name"))
    across = keys[-1] if any(isinstance(child, Token) and child.type == "TIMES" for child in rest) else None
    keys = keys[:-1] if across is not None else keys
    tokens = {child.type: child for child in rest if isinstance(child, Token)}
    hit: Literal["", "HIT_UNIQUE", "HIT_FIRST"] = (
        "HIT_FIRST" if "HIT_FIRST" in tokens else "HIT_UNIQUE" if "HIT_UNIQUE" in tokens else ""
    )
    made = grid(reader, line)
    heads: tuple[tree.Cell, ...] = ()
    if across is not None and made.head:
        heads = tuple(head_cell(reader, name) for name in made.head if name.text not in {key.text for key in keys})
    return tree.Table(
        builder.name(name, True),
        builder.alias(find(rest, "alias")),
        keys,
        builder.cite(find(rest, "cite")),
        made,
        hit,
        builder.day(tokens["DATE"]).value if "DATE" in tokens else None,
        "REST_SAME" in tokens,
        across,
        heads,
        span=reader.span(line),
    )


def grid(reader: Reader, line: Line) -> tree.Grid:
    """The rows `| … |` below a line."""
    head: tuple[tree.Name, ...] = ()
    rows: list[tuple[tree.Cell, ...]] = []
    spans: list[Span] = []
    for child in line.children:
        if not child.row:
            reader.report("line-in-table", child)
            continue
        cells = _cells(reader, child)
        reader.no_children(child)
        if not head:
            head = tuple(
                tree.Name(_APART.sub("", _bare(reader.text[a:b])), span=Span(reader.source, a, b)) for a, b in cells
            )
            continue
        if len(cells) != len(head):
            reader.report("row-length", child, found=len(cells), expected=len(head))
            continue
        rows.append(tuple(_cell(reader, a, b) for a, b in cells))
        spans.append(reader.span(child))
    if not rows:
        reader.report("empty-table", line)
    return tree.Grid(head, tuple(rows), tuple(spans), span=reader.span(line))


def grid_row(reader: Reader, line: Line) -> tree.GridRow:
    """The rows `| … |` below a 分档 or 累进."""
    made = grid(reader, line)
    heads = tuple(_printed(reader, name) or head_cell(reader, name) for name in made.head[1:])
    # a word of the language is no name: it is the same in both languages
    names = (
        name if cell.kind not in _PRINTED else evolve(name, text=BY_ID[cell.kind].zh)
        for name, cell in zip(made.head[1:], heads, strict=True)
    )
    made = evolve(made, head=(*made.head[:1], *names))
    return tree.GridRow(made, heads, span=Span(reader.source, line.children[0].start, line.children[-1].end))


def grid_of_facts(reader: Reader, line: Line) -> tree.Grid:
    """The rows of an example, in which a cell may say 未知."""
    made = grid(reader, line)
    word = BY_ID["UNKNOWN"].spelling(reader.language)
    rows = [
        tuple(tree.Cell("UNKNOWN", (), (), word, span=cell.span) if cell.raw == word else cell for cell in row)
        for row in made.rows
    ]
    return evolve(made, rows=tuple(rows))


def _printed(reader: Reader, name: tree.Name) -> tree.Cell | None:
    """The head of a column of printed figures: 速算扣除, 前段累计."""
    word = " ".join(reader.text[name.span.start : name.span.end].split())
    kind = next((kind for kind in _PRINTED if BY_ID[kind].spelling(reader.language) == word), None)
    return tree.Cell(kind, (), (), word, span=name.span) if kind is not None else None


def head_cell(reader: Reader, name: tree.Name) -> tree.Cell:
    """The head of a column that is a key: members, a range, 否则."""
    return _cell(reader, name.span.start, name.span.end)


def _cells(reader: Reader, line: Line) -> list[tuple[int, int]]:
    edges = [match.start() for match in _EDGE.finditer(reader.text, line.start, line.end) if match.group() == "|"]
    if reader.text[edges[-1] : line.end].strip() != "|":
        edges.append(line.end)
    found = []
    for left, right in zip(edges, edges[1:], strict=False):
        a, b = left + 1, right
        while a < b and reader.text[a].isspace():
            a += 1
        while b > a and reader.text[b - 1].isspace():
            b -= 1
        found.append((a, b))
    return found


def _cell(reader: Reader, start: int, end: int) -> tree.Cell:
    span = Span(reader.source, start, end)
    raw = reader.text[start:end]
    twig = reader.door.parse(start, end, "cell") if raw else None
    if twig is None:
        if not raw:
            reader.report("empty-cell", Span(reader.source, start, start + 1))
        return tree.Cell("values", (), (), raw, span=span)
    builder = reader.builder()
    kids = twig.children
    data = str(twig.data)
    if data == "cell_any":
        return tree.Cell("any", (), (), raw, span=span)
    if data == "cell_else":
        return tree.Cell("else", (), (), raw, span=span)
    if data == "cell_values":
        values = [child for child in kids if not isinstance(child, Token) or child.type not in _MARKS]
        return tree.Cell("values", tuple(builder.expr(child) for child in values), (), raw, span=span)
    return tree.Cell("edges", (), edges(builder, kids), raw, span=span)


_MARKS = ("LIST_MARK", "_COMMA", "LPAR", "RPAR")


def _bare(text: str) -> str:
    text = text.strip()
    return text[1:-1] if text.startswith("「") and text.endswith("」") else text
