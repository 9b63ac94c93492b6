"""Owns rules, parameters, formulas, readings and properties."""

from __future__ import annotations

from typing import Literal, cast

from policydsl.source import Span
from policydsl.syntax import tree
from policydsl.syntax.declarations.reader import Reader
from policydsl.syntax.declarations.rows import in_block, rows_below, split
from policydsl.syntax.declarations.twigs import after_equals, find, is_a
from policydsl.syntax.keywords import BY_ID
from policydsl.syntax.lines import Line
from policydsl.syntax.twig import Token, Tree

_REFERENCES = ("reference", "this_reference")


def rule(reader: Reader, line: Line, twig: Tree) -> tree.Rule | tree.Parameter:
    """规则 or 标准: a value, with the lines below that modify it."""
    by = _by_list(reader, line, twig)
    if by is not None:
        return by
    rows = rows_below(reader, line)
    builder = reader.builder(tuple(row for row in rows if in_block(row)))
    _, name, *rest = twig.children
    value = after_equals(builder, rest)
    after = split(reader, line, builder, rows)
    if value is None and not any(isinstance(row, tree.DatedRow) for row in after):
        reader.report("rule-without-value", line, name=builder.name(name).text)
    make = tree.Parameter if str(twig.data) == "parameter" else tree.Rule
    return make(
        builder.name(name, True),
        builder.alias(find(rest, "alias")),
        builder.unit(find(rest, "unit")),
        value,
        after,
        builder.cite(find(rest, "cite")),
        span=reader.span(line),
    )


def _by_list(reader: Reader, line: Line, twig: Tree) -> tree.Rule | tree.Parameter | None:
    """A heading like 标准 月补贴(学历): with a value for each member below, if the line is one: told once, its rows left unread."""
    _, name, *rest = twig.children
    alias = find(rest, "alias")
    if alias is None or not line.children or after_equals(reader.builder(), rest) is not None:
        return None
    builder = reader.builder()
    asked = builder.name(alias.children[0])
    if asked.text.isascii():
        return None
    written = builder.name(name, True)
    rule_word, by, choose = (BY_ID[word].spelling(reader.language) for word in ("RULE", "BY", "CHOSEN"))
    mend = f"{rule_word} {written.text} = {by} {asked.text} {choose}"
    where = Span(reader.source, line.start, builder.span(alias).end)
    reader.report("value-by-list", where, mend, name=written.text, found=asked.text)
    make = tree.Parameter if str(twig.data) == "parameter" else tree.Rule
    return make(written, None, None, None, (), builder.cite(find(rest, "cite")), span=reader.span(line))


def formula(reader: Reader, line: Line, twig: Tree) -> tree.Formula:
    """公式: a rule of one's own with parameters."""
    rows = rows_below(reader, line)
    builder = reader.builder(tuple(row for row in rows if in_block(row)))
    _, name, *rest = twig.children
    parameters = []
    for child in rest:
        if is_a(child, "parameter_type"):
            kid, unit = cast(Tree, child).children[0], find(cast(Tree, child).children, "type")
            built = builder.unit(unit)
            assert built is not None
            parameters.append((builder.name(kid, True), built))
    value = after_equals(builder, rest)
    assert value is not None
    after = split(reader, line, builder, rows)
    cite = builder.cite(find(rest, "cite"))
    return tree.Formula(builder.name(name, True), tuple(parameters), value, after, cite, span=reader.span(line))


def reading(reader: Reader, line: Line, twig: Tree) -> tree.Reading:
    """口径: the readings of one place in the text."""
    builder = reader.builder()
    _, name, *rest = twig.children
    return tree.Reading(
        builder.name(name, True),
        builder.alias(find(rest, "alias")),
        reader.lines(line, "reading_line", _reading_line),
        builder.cite(find(rest, "cite")),
        span=reader.span(line),
    )


def _reading_line(reader: Reader, line: Line, twig: Tree) -> tree.ReadingLine:
    rows = rows_below(reader, line)
    builder = reader.builder(tuple(row for row in rows if in_block(row)))
    option = cast(Tree, twig.children[1])
    name, *rest = option.children
    value, reason = None, ""
    for at, child in enumerate(rest):
        if isinstance(child, Token) and child.type == "EQUALS":
            value = builder.expr(rest[at + 1])
        elif isinstance(child, Token) and child.type == "REASON":
            reason = builder.text(rest[at + 1])
    if builder.blocks or rows:
        split(reader, line, builder, rows)
    return tree.ReadingLine(
        str(twig.data) == "adopt",
        builder.name(name, True),
        value,
        reason,
        builder.cite(find(rest, "cite")),
        span=reader.span(line),
    )


def property_of(reader: Reader, line: Line, twig: Tree) -> tree.Property:
    """性质: what must hold always, or how outcomes of two or three sets of facts go together."""
    reader.no_children(line)
    builder, span = reader.builder(), reader.span(line)
    cite = builder.cite(find(twig.children, "cite"))
    name = builder.name(twig.children[1], True)
    tokens = {child.type for child in twig.children if isinstance(child, Token)}
    # what stands there besides the name, without words and the citation
    said = [child for child in twig.children[2:] if isinstance(child, Tree) and child.data in _REFERENCES]
    match str(twig.data):
        case "always":
            return tree.Always(name, builder.expr(twig.children[3]), cite, span=span)
        case "whenever":
            return tree.Whenever(name, builder.expr(twig.children[3]), builder.expr(twig.children[5]), cite, span=span)
        case "steady":
            fact, step, result, most = (twig.children[at] for at in (2, 4, 6, 8))
            return tree.Steady(
                name,
                builder.reference(fact),
                builder.expr(step),
                builder.reference(result),
                builder.expr(most),
                cite,
                span=span,
            )
        case "unrelated":
            how: Literal["NOWISE", "ROW_ORDER"] = "NOWISE" if "NOWISE" in tokens else "ROW_ORDER"
            first, second = said
            return tree.Unrelated(name, builder.reference(first), builder.reference(second), how, cite, span=span)
        case "divided":
            *parts, last = said
            about = tuple(builder.reference(one) for one in parts)
            return tree.Divided(name, about, builder.reference(last), cite, span=span)
        case "shared_out":
            sums: Literal["PARTS_SUM", "PARTS_MOST"] = "PARTS_SUM" if "PARTS_SUM" in tokens else "PARTS_MOST"
            return tree.SharedOut(
                name, builder.reference(twig.children[2]), sums, builder.expr(twig.children[4]), cite, span=span
            )
    return tree.Monotone(
        name,
        builder.reference(twig.children[2]),
        "INCREASES" if "INCREASES" in tokens else "DECREASES",
        builder.reference(twig.children[5]),
        "NOT_LESS" if "NOT_LESS" in tokens else "NOT_MORE",
        cite,
        span=span,
    )
