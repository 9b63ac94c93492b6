"""Owns registers of firms: which column of a list is the code, the name, the name of before, and where the firm is counted."""

from __future__ import annotations

from typing import Literal

from policydsl.syntax import tree
from policydsl.syntax.declarations.reader import Reader
from policydsl.syntax.declarations.twigs import find, is_a
from policydsl.syntax.lines import Line
from policydsl.syntax.twig import Token, Tree

_WORDS: dict[str, Literal["COL_CODE", "COL_NAME", "COL_FORMER", "COL_PLACE"]] = {
    "COL_CODE": "COL_CODE",
    "COL_NAME": "COL_NAME",
    "COL_FORMER": "COL_FORMER",
    "COL_PLACE": "COL_PLACE",
}


def register(reader: Reader, line: Line, twig: Tree) -> tree.Register:
    """名册: its name and a line for each of its columns."""
    builder = reader.builder()
    _, name, *rest = twig.children
    return tree.Register(
        builder.name(name, True),
        builder.alias(find(rest, "alias")),
        reader.lines(line, "register_line", register_line),
        builder.cite(find(rest, "cite")),
        span=reader.span(line),
    )


def register_line(reader: Reader, line: Line, twig: Tree) -> tree.RegisterLine:
    """A column, by the heads it may have, or where the register comes from."""
    reader.no_children(line)
    builder = reader.builder()
    first, *rest = twig.children
    if str(twig.data) == "register_source":
        return tree.RegisterLine("SOURCE", (), builder.text(rest[0]), span=reader.span(line))
    assert isinstance(first, Token)
    columns = tuple(builder.name(kid) for kid in rest if is_a(kid, "name"))
    return tree.RegisterLine(_WORDS[first.type], columns, span=reader.span(line))
