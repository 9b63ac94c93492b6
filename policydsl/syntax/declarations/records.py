"""Owns entities with their fields and variants, human decisions, and what facts must agree with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from policydsl.syntax import tree
from policydsl.syntax.declarations.reader import Reader
from policydsl.syntax.declarations.twigs import find, is_a
from policydsl.syntax.expressions import Builder, sign_of
from policydsl.syntax.lines import Line
from policydsl.syntax.twig import Token, Tree, Twig


def entity(reader: Reader, line: Line, twig: Tree) -> tree.Entity:
    """对象: an entity, whose it is, its fields and variants."""
    builder = reader.builder()
    _, name, *rest = twig.children
    marks = tuple(builder.name(child) for child in rest if is_a(child, "name"))
    owner = None
    for child in rest:
        if is_a(child, "belongs"):
            owner = builder.name(cast(Tree, child).children[1])
    lines = reader.lines(line, "field", field)
    return tree.Entity(
        builder.name(name, True),
        marks,
        owner,
        any(is_a(child, "singleton") for child in rest),
        any(is_a(child, "at_most_one") for child in rest),
        tuple(item for item in lines if isinstance(item, tree.FieldLine)),
        builder.cite(find(rest, "cite")),
        tuple(item for item in lines if isinstance(item, tree.Variant)),
        span=reader.span(line),
    )


def field(reader: Reader, line: Line, twig: Tree) -> tree.FieldLine | tree.Variant:
    """A line of an entity: a field, or a variant with fields of its own."""
    builder = reader.builder()
    if str(twig.data) == "variant":
        inner = reader.lines(line, "field", field)
        for item in inner:
            if isinstance(item, tree.Variant):
                reader.report("unexpected-block", item.span)
        fields = tuple(item for item in inner if isinstance(item, tree.FieldLine))
        return tree.Variant(builder.expr(twig.children[1]), fields, span=reader.span(line))
    reader.no_children(line)
    name, *rest = twig.children
    unit = builder.unit(find(rest, "type"))
    assert unit is not None
    return tree.FieldLine(
        builder.name(name, True),
        builder.alias(find(rest, "alias")),
        unit,
        _attributes(builder, rest),
        builder.cite(find(rest, "cite")),
        span=reader.span(line),
    )


def decision(reader: Reader, line: Line, twig: Tree) -> tree.Decision:
    """裁量: what a person decides."""
    reader.no_children(line)
    builder = reader.builder()
    _, name, *rest = twig.children
    unit = builder.unit(find(rest, "type"))
    assert unit is not None
    return tree.Decision(
        builder.name(name, True),
        builder.alias(find(rest, "alias")),
        unit,
        _attributes(builder, rest),
        builder.cite(find(rest, "cite")),
        span=reader.span(line),
    )


def _attributes(builder: Builder, twigs: Iterable[Twig]) -> tuple[tree.Attribute, ...]:
    found = []
    for twig in twigs:
        if not isinstance(twig, Tree) or str(twig.data) in ("alias", "type", "cite", "name"):
            continue
        word = str(twig.data).upper()
        value: tree.Expr | tree.Name | str | tree.Edge | None = None
        if word == "LIMIT":
            edge = twig.children
            value = tree.Edge(
                sign_of(edge[0]), builder.expr(edge[1]), builder.inclusion(edge[2] if len(edge) > 2 else None)
            )
        elif word in ("SOURCE", "REMARK"):
            value = builder.text(twig.children[1])
        elif word == "DEFAULT":
            value = builder.expr(twig.children[1])
        elif word == "OFFICE":
            who = twig.children[1]
            value = builder.text(who) if isinstance(who, Token) else builder.name(who).text
        names = tuple(builder.name(kid) for kid in twig.children if word == "COUNTED" and is_a(kid, "name"))
        cite = builder.cite(find(twig.children, "cite"))
        found.append(tree.Attribute(word, value, cite, names, span=builder.span(twig)))
    return tuple(found)


def constraint(reader: Reader, line: Line, twig: Tree) -> tree.Constraint:
    """约束: what facts must agree with."""
    reader.no_children(line)
    builder = reader.builder()
    _, name, *rest = twig.children
    remark, cite = find(rest, "remark"), find(rest, "cite")
    condition = next(child for child in rest if child is not None and child is not remark and child is not cite)
    text = builder.text(remark.children[1]) if isinstance(remark, Tree) else ""
    return tree.Constraint(
        builder.name(name, True), builder.expr(condition), text, builder.cite(cite), span=reader.span(line)
    )
