"""Owns worked examples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, cast

from policydsl.syntax import tree
from policydsl.syntax.declarations.grids import grid_of_facts
from policydsl.syntax.declarations.reader import Reader
from policydsl.syntax.declarations.twigs import is_a
from policydsl.syntax.expressions import Builder
from policydsl.syntax.lines import Line
from policydsl.syntax.twig import Token, Tree, Twig


def example(reader: Reader, line: Line, twig: Tree) -> tree.Example:
    """算例: facts given, and what should come out."""
    said = twig.children[1]
    builder = reader.builder()
    if isinstance(said, Token):
        name = tree.Name(builder.text(said), span=builder.span(said))
    else:
        name = builder.name(said)
    return tree.Example(name, reader.lines(line, "example_line", example_line), span=reader.span(line))


def example_line(reader: Reader, line: Line, twig: Tree) -> tree.ExampleLine:
    """A line of an example."""
    builder, span, kids = reader.builder(), reader.span(line), twig.children
    data = str(twig.data)
    if data != "given_rows":
        reader.no_children(line)
    match data:
        case "given":
            return tree.Given(_assignments(builder, kids), span=span)
        case "given_rows":
            count = next((kid for kid in kids if is_a(kid, "number")), None)
            return tree.GivenRows(
                builder.name(kids[1]),
                builder.quantity(count) if count is not None else None,
                _assignments(builder, kids),
                grid_of_facts(reader, line) if line.children else None,
                span=span,
            )
        case "should":
            return tree.Should(tuple(_expected(builder, kid) for kid in kids if isinstance(kid, Tree)), span=span)
        case "adopt_in_example":
            names = [builder.name(kid) for kid in kids if is_a(kid, "name")]
            return tree.Adopting(tuple(zip(names[::2], names[1::2], strict=True)), span=span)
        case _:
            return tree.OnDate(builder.day(cast(Token, kids[1])).value, span=span)


def _assignments(builder: Builder, kids: Iterable[Twig]) -> tuple[tree.Assignment, ...]:
    found = []
    for kid in kids:
        if is_a(kid, "assignment"):
            target, _, value = cast(Tree, kid).children
            inner = cast(Tree, value).children[0]
            unknown = isinstance(inner, Token) and inner.type == "UNKNOWN"
            found.append(
                tree.Assignment(
                    builder.reference(target), None if unknown else builder.expr(inner), span=builder.span(kid)
                )
            )
    return tuple(found)


def _expected(builder: Builder, twig: Tree) -> tree.Expected:
    target = builder.reference(twig.children[0])
    kind = str(twig.data).removeprefix("expect_").upper()
    if kind == "VALUE":
        return tree.Expected(target, builder.expr(twig.children[2]), span=builder.span(twig))
    status = cast(Literal["PENDING", "UNKNOWN", "INVALID", "INAPPLICABLE"], kind)
    return tree.Expected(target, None, status, span=builder.span(twig))
