"""Owns entities with their fields and variants, human decisions, and what facts must agree with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from attrs import evolve

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
        tuple(variant for item in lines if isinstance(item, tuple) for variant in item),
        span=reader.span(line),
    )


def field(reader: Reader, line: Line, twig: Tree) -> tree.FieldLine | tuple[tree.Variant, ...]:
    """A line of an entity: a field, or a variant with fields of its own, and those inside it as variants of both conditions."""
    builder = reader.builder()
    if str(twig.data) == "variant":
        inner = reader.lines(line, "field", field)
        fields = tuple(item for item in inner if isinstance(item, tree.FieldLine))
        when = builder.expr(twig.children[1])
        own = tree.Variant(when, fields, span=reader.span(line))
        both = tuple(_within(when, variant) for item in inner if isinstance(item, tuple) for variant in item)
        return (own, *both) if fields or not both else both
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


def _within(outer: tree.Expr, inner: tree.Variant) -> tree.Variant:
    """A variant inside another: its fields are carried where both conditions hold."""
    parts = tuple(part for one in (outer, inner.when) for part in _parts(one))
    return evolve(inner, when=tree.Logic("and", parts, span=inner.when.span))


def _parts(node: tree.Expr) -> tuple[tree.Expr, ...]:
    if isinstance(node, tree.Logic) and node.op == "and":
        return node.parts
    return (tree.Group(node, span=node.span) if isinstance(node, tree.Logic | tree.If) else node,)


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
