"""Owns tasks, and lists of conditions and materials."""

from __future__ import annotations

from typing import Literal

from policydsl.syntax import tree
from policydsl.syntax.declarations.reader import Reader
from policydsl.syntax.declarations.twigs import find, is_a, who
from policydsl.syntax.expressions import Builder
from policydsl.syntax.lines import Line
from policydsl.syntax.twig import Token, Tree


def task(reader: Reader, line: Line, twig: Tree) -> tree.Task:
    """任务: a condition that is a duty, with its evidence, days and offices."""
    builder = reader.builder()
    _, name, *rest = twig.children
    alias, cite = find(rest, "alias"), find(rest, "cite")
    condition = next(child for child in rest if child is not None and child is not alias and child is not cite)
    return tree.Task(
        builder.name(name, True),
        builder.alias(alias),
        builder.expr(condition),
        reader.lines(line, "task_line", task_line),
        builder.cite(cite),
        span=reader.span(line),
    )


def task_line(reader: Reader, line: Line, twig: Tree) -> tree.TaskLine:
    """A line below a task."""
    reader.no_children(line)
    builder, span, kids = reader.builder(), reader.span(line), twig.children
    cite = builder.cite(find(kids, "cite"))
    match str(twig.data):
        case "evidence":
            return tree.EvidenceLine(tuple(builder.name(kid) for kid in kids if is_a(kid, "name")), cite, span=span)
        case "due":
            tokens = {kid.type: kid for kid in kids if isinstance(kid, Token)}
            included = True if "WITH_DAY" in tokens else False if "SANS_DAY" in tokens else None
            due = builder.day(tokens["DATE"]).value if "DATE" in tokens else builder.time(tokens["MOMENT"]).value
            return tree.DueLine(due, "DAY_BEFORE" in tokens, included, cite, span=span)
        case "charge":
            return tree.ChargeLine(who(builder, kids[1]), cite, span=span)
        case _:
            return tree.Remark(builder.text(kids[1]), span=span)


def conditions(reader: Reader, line: Line, twig: Tree) -> tree.Conditions:
    """条件 or 材料: a list of which all, any or some are wanted."""
    builder = reader.builder()
    word, name, *rest = twig.children
    assert isinstance(word, Token)
    kind: Literal["CONDITIONS", "MATERIALS"] = "CONDITIONS" if word.type == "CONDITIONS" else "MATERIALS"
    mode, least = _mode(builder, find(rest, "group_mode"))
    items = reader.lines(line, "item_line", item_line)
    if not items and not line.children:
        reader.report("block-without-rows", line)
    return tree.Conditions(
        kind,
        builder.name(name, True),
        builder.alias(find(rest, "alias")),
        mode,
        least,
        items,
        builder.cite(find(rest, "cite")),
        span=reader.span(line),
    )


def _mode(builder: Builder, twig: Tree | None) -> tuple[str, int]:
    if twig is None:
        return "ALL_OF", 0
    token = twig.children[0]
    assert isinstance(token, Token)
    if token.type != "LEAST_OF":
        return token.type, 0
    return token.type, int(builder.quantity(twig.children[1]).number)


def item_line(reader: Reader, line: Line, twig: Tree) -> tree.ItemLine:
    """An item of such a list, or a group of items."""
    builder = reader.builder()
    name, *rest = twig.children
    alias, cite = find(rest, "alias"), find(rest, "cite")
    value, mode, least = None, "", 0
    items: tuple[tree.ItemLine, ...] = ()
    if str(twig.data) == "item":
        value = builder.expr(next(kid for kid in rest if kid is not None and kid is not alias and kid is not cite))
    if str(twig.data) == "item_group":
        mode, least = _mode(builder, find(rest, "group_mode"))
        items = reader.lines(line, "item_line", item_line)
        if not items and not line.children:
            reader.report("block-without-rows", line)
    else:
        reader.no_children(line)
    return tree.ItemLine(
        builder.name(name, True),
        builder.alias(alias),
        value,
        mode,
        least,
        items,
        builder.cite(cite),
        span=reader.span(line),
    )
