"""Owns the lines below a rule: rows of its block, and what modifies the whole."""

from __future__ import annotations

import re
from typing import Literal, cast

from attrs import evolve

from policydsl.source import Span
from policydsl.syntax import tree
from policydsl.syntax.declarations.edges import edges
from policydsl.syntax.declarations.grids import grid_row
from policydsl.syntax.declarations.reader import Reader
from policydsl.syntax.declarations.twigs import find, is_a
from policydsl.syntax.expressions import Builder, sign_of
from policydsl.syntax.keywords import BY_ID, RELATIONS
from policydsl.syntax.lines import Line
from policydsl.syntax.twig import Token, Tree, Twig


def rows_below(reader: Reader, line: Line) -> tuple[tree.Row, ...]:
    """The lines below a line that are rows of a block or modify a rule."""
    if not any(child.row for child in line.children):
        return reader.lines(line, "rule_line", row)
    lines = evolve(line, children=[child for child in line.children if not child.row])
    cells = evolve(line, children=[child for child in line.children if child.row])
    rows: tuple[tree.Row, ...] = reader.lines(lines, "rule_line", row)
    return (grid_row(reader, cells), *rows)


def row(reader: Reader, line: Line, twig: Tree) -> tree.Row | None:
    """A line below a rule."""
    inner = twig.children[0] if str(twig.data) == "rule_line" and isinstance(twig.children[0], Tree) else twig
    assert isinstance(inner, Tree)
    below = rows_below(reader, line)
    builder = reader.builder(tuple(row for row in below if in_block(row)))
    exceptions = tuple(row for row in below if isinstance(row, tree.ExceptRow))
    made = _row_of(reader, builder, line, inner, exceptions)
    if builder.blocks or below:
        for extra in split(reader, line, builder, below):
            if not (isinstance(made, tree.ExceptRow) and isinstance(extra, tree.ExceptRow)):
                reader.report("line-out-of-place", extra.span, line=extra.span.text)
    return made


def _row_of(
    reader: Reader, builder: Builder, line: Line, twig: Tree, exceptions: tuple[tree.ExceptRow, ...]
) -> tree.Row | None:
    span, kids = reader.span(line), twig.children
    cite = builder.cite(find(kids, "cite"))
    data = str(twig.data)
    values = [child for child in kids if child is not None and not is_a(child, "cite")]
    match data:
        case "band" | "post_band" | "from_to_band" | "else_band":
            of_part = any(isinstance(child, Token) and child.type == "OF_PART" for child in values)
            gives = any(isinstance(child, Token) and child.type == "GIVE" for child in values)
            printed: dict[str, tree.Quantity | None] = {"QUICK": None, "SO_FAR": None}
            if isinstance(values[-2], Token) and values[-2].type in printed:
                printed[values[-2].type] = builder.quantity(values[-1])
                values = values[:-2]
            ends = () if data == "else_band" else edges(builder, list(values[:-1]))
            return tree.BandRow(
                ends,
                of_part,
                builder.expr(values[-1]),
                cite,
                gives,
                printed["QUICK"],
                printed["SO_FAR"],
                span=span,
            )
        case "choice":
            labels = tuple(builder.label(child) for child in values[:-1] if not _is_mark(child))
            return tree.ChoiceRow(labels, builder.expr(values[-1]), cite, span=span)
        case "step":
            return tree.StepRow(builder.expr(values[1]), builder.expr(values[3]), cite, span=span)
        case "join_max" | "join_min" | "join_sum" | "uncapped" | "started":
            return tree.Mark(data.upper(), span=span)
        case "most_steps" | "at_start":
            amount: Literal["MOST_STEPS", "AT_START"] = "MOST_STEPS" if data == "most_steps" else "AT_START"
            return tree.Amount(amount, builder.expr(values[-1]), span=span)
        case "cap" | "floor":
            kind: Literal["CAP", "FLOOR"] = "CAP" if data == "cap" else "FLOOR"
            when = builder.expr(values[3]) if len(values) > 3 else None
            return tree.CapRow(kind, builder.expr(values[1]), when, cite, span=span)
        case "cap_or_floor":
            edge = edges(builder, list(kids))[0]
            word = sign_of(kids[0])
            relation = RELATIONS[word]
            if relation not in ("le", "ge") or edge.inclusive is False:
                reader.report("cap-word", line, found=builder.span(kids[0]).text)
            conditions = [kids[at + 1] for at, kid in enumerate(kids) if isinstance(kid, Token) and kid.type == "WHEN"]
            condition = builder.expr(conditions[0]) if conditions else None
            return tree.CapRow("CAP" if relation in ("le", "lt") else "FLOOR", edge.bound, condition, cite, span=span)
        case "let":
            return tree.LetRow(builder.name(kids[1], True), builder.expr(values[3]), cite, span=span)
        case "except":
            named = [builder.name(kid) for kid in values[1:] if is_a(kid, "name")]
            marks = {kid.type: at for at, kid in enumerate(values) if isinstance(kid, Token)}
            return tree.ExceptRow(
                named[0],
                builder.expr(values[marks["WHEN"] + 1]),
                builder.expr(values[marks["THEN"] + 1]),
                tuple(builder.name(kid) for kid in values[marks["PREVAILS"] :] if is_a(kid, "name"))
                if "PREVAILS" in marks
                else (),
                cite,
                exceptions,
                span=span,
            )
        case "from_day":
            day = next(kid for kid in kids if isinstance(kid, Token) and kid.type == "DATE")
            return tree.DatedRow(builder.day(day).value, builder.expr(values[-1]), cite, span=span)
        case "before_that":
            return tree.DatedRow(None, builder.expr(values[-1]), cite, span=span)
        case "applies":
            return applies(reader, line, twig)
        case "rounding":
            place = cast(Tree, values[2])
            return tree.RoundRow(str(values[0]), builder.place(place), cite, span=span)
        case "remark":
            return tree.Remark(builder.text(kids[1]), span=span)
    raise AssertionError(f"no row for {data}")


def split(reader: Reader, line: Line, builder: Builder, rows: tuple[tree.Row, ...]) -> tuple[tree.Row, ...]:
    """The rows that modify the whole; says where there is a block without rows or rows without a block."""
    inside = tuple(row for row in rows if in_block(row))
    if builder.blocks > 1:
        reader.report("two-blocks", line)
    if builder.blocks == 0 and inside:
        glued = _glued_block(reader, line) or _glued_share(inside[0])
        if glued is None:
            reader.report("rows-without-block", inside[0].span)
        else:
            reader.report("glued-words", glued[0], glued[1], found=glued[0].text)
    if builder.blocks and not any(not isinstance(row, tree.BandRow) or row.edges for row in inside):
        # 封顶 and 保底 by their own words are no band
        own = tuple(BY_ID[word].spelling(reader.language) for word in ("CAP", "FLOOR"))
        caps = (row for row in rows if isinstance(row, tree.CapRow) and not row.span.text.startswith(own))
        meant = next((row for row in caps if _apart(row.limit)), None)
        if meant is not None:
            number = _apart(meant.limit)
            assert number is not None
            word = BY_ID["GIVE"].spelling(reader.language)
            reader.report("band-gives", number.span, number=number.digits, value=number.unit, word=word)
        elif not inside and not line.children:
            reader.report("block-without-rows", line)
    return tuple(row for row in rows if not in_block(row))


def _glued_block(reader: Reader, line: Line) -> tuple[Span, str] | None:
    """A word that wants a block below, glued to the name behind it (分档完成率), and how to write the two."""
    words = [BY_ID[word].spelling(reader.language) for word in ("BANDS", "BRACKETS", "INCREMENT", "BY")]
    found = re.search(rf"(?<!\w)({'|'.join(words)})(?=\w)", reader.source.text[line.start : line.end])
    if found is None:
        return None
    text, at = reader.source.text, line.start + found.start()
    name = re.compile(r"\w+").match(text, at)
    assert name is not None
    first, rest = found[1], name.group()[len(found[1]) :]
    return Span(reader.source, at, name.end()), f"{first} {rest}"


def _glued_share(row: tree.Row) -> tuple[Span, str] | None:
    """A limit that is a share of something, glued to its 的, so that it was read as a band (不超过 场租的50%)."""
    found = re.search(r"([^\W\d]+)的\s*(\d[\d.]*[%‰])$", row.span.text)
    if found is None:
        return None
    return Span(
        row.span.source, row.span.start + found.start(), row.span.start + found.end()
    ), f"{found[1]} 的 {found[2]}"


def _apart(node: tree.Expr) -> tree.Quantity | None:
    """The bare number at the left end of a bound with a name behind it, which was read as its unit."""
    while isinstance(node, tree.Binary):
        node = node.left
    is_bare = isinstance(node, tree.Quantity) and node.unit and node.span.text.startswith(f"{node.digits} ")
    return node if is_bare and isinstance(node, tree.Quantity) else None


def applies(reader: Reader, line: Line, twig: Tree) -> tree.Applies:
    """适用: when a whole rule or part applies at all."""
    reader.no_children(line)
    builder = reader.builder()
    when = next(kid for kid in twig.children if kid is not None and not _is_word(kid))
    reason = next((kid for kid in twig.children if isinstance(kid, Token) and kid.type == "TEXT"), None)
    return tree.Applies(
        builder.expr(when),
        builder.text(reason) if reason is not None else "",
        builder.cite(find(twig.children, "cite")),
        span=reader.span(line),
    )


def in_block(row: tree.Row) -> bool:
    """Whether a line belongs to the block expression of its rule rather than to the rule."""
    return isinstance(row, tree.BandRow | tree.GridRow | tree.ChoiceRow | tree.StepRow | tree.Mark | tree.Amount)


def _is_mark(twig: Twig) -> bool:
    return isinstance(twig, Token) and twig.type in ("LIST_MARK", "_COMMA", "_COLON")


def _is_word(twig: Twig) -> bool:
    return is_a(twig, "cite") or (
        isinstance(twig, Token) and twig.type in ("APPLIES", "WHEN", "ELSE", "INAPPLICABLE", "TEXT")
    )
