"""Owns the way from the lines of 修订 to written nodes: what a notice does to another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, cast

from lark import Token, Tree

from policydsl.syntax import tree
from policydsl.syntax.expressions import Builder, Twig
from policydsl.syntax.lines import Line

if TYPE_CHECKING:
    from datetime import date

    from policydsl.syntax.parse import Reader


def read(reader: Reader, line: Line, twig: Tree[Token]) -> tree.Amendment:
    """修订 ID: with its lines."""
    builder = reader.builder()
    token = next(kid for kid in twig.children if isinstance(kid, Token) and kid.type == "CLAUSE_ID")

    def one(child: Line, found: Tree[Token]) -> tree.AmendLine:
        return _line(reader, child, found)

    lines: tuple[tree.AmendLine, ...] = reader.lines(line, "amend_line", one)
    if not line.children:
        reader.report("block-without-rows", line)
    # as it is written: an id is compared with the 编号 of a header, which keeps its width
    text = reader.source.text[token.start_pos or 0 : token.end_pos or 0].strip()
    return tree.Amendment(text, lines, builder.cite(_find(twig, "cite")), span=builder.span(twig))


def _line(reader: Reader, line: Line, twig: Tree[Token]) -> tree.AmendLine:
    kind = str(twig.data)
    builder = reader.builder()
    span, kids = builder.span(twig), twig.children
    cite = builder.cite(_find(twig, "cite"))
    since = _since(builder, _find(twig, "since"))
    words = [kid.type for kid in kids if isinstance(kid, Token)]
    if kind not in ("amend_value", "amend_block", "amend_more"):
        reader.no_children(line)
    match kind:
        case "amend_targets":
            word = cast(Literal["REPEAL", "KEEP", "RESTORE"], words[0])
            return tree.Naming(word, _references(builder, kids), since, cite, span=span)
        case "amend_whole":
            return tree.Superseding(since, cite, span=span)
        case "amend_value":
            return _changing(reader, line, twig, since)
        case "amend_block":
            put: Literal["AMENDED", "ADD"] = "AMENDED" if words[0] == "AMENDED" else "ADD"
            if not line.children:
                reader.report("block-without-rows", line)
            return tree.Putting(put, reader.declarations(line.children), since, cite, span=span)
        case "amend_more":
            target = _references(builder, kids)[0]
            if not line.children:
                reader.report("block-without-rows", line)
            elif line.children[0].row:
                return tree.Extending(target, reader.grid(line), (), since, cite, span=span)
            return tree.Extending(target, None, reader.items(line), since, cite, span=span)
        case "amend_past":
            law = cast(Literal["NEW_LAW", "OLD_LAW", "BETTER_LAW"], words[1])
            return tree.Past(law, next(iter(_references(builder, kids)), None), cite, span=span)
        case "amend_prevails":
            raw = kids[1]
            assert isinstance(raw, Token)
            text = reader.source.text[raw.start_pos or 0 : raw.end_pos or 0]
            notices = tuple(item.strip() for item in text.replace(",", "、").split("、") if item.strip())
            return tree.Prevailing(notices, span=span)
    raise AssertionError(f"no line of an amendment for {kind}")


def _changing(reader: Reader, line: Line, twig: Tree[Token], since: date | None) -> tree.Changing:
    builder = reader.builder()
    kids = twig.children
    at = next(at for at, kid in enumerate(kids) if isinstance(kid, Token) and kid.type == "EQUALS")
    was = _find(twig, "was")
    return tree.Changing(
        _references(builder, kids)[0],
        reader.valued(line, kids[at + 1]),
        builder.expr(was.children[1]) if was is not None else None,
        since,
        builder.cite(_find(twig, "cite")),
        span=builder.span(twig),
    )


def _references(builder: Builder, kids: Sequence[Twig]) -> tuple[tree.Reference, ...]:
    """The addresses of a line: its references before any sign of equality."""
    found = []
    for kid in kids:
        if isinstance(kid, Token) and kid.type == "EQUALS":
            break
        if isinstance(kid, Tree) and str(kid.data) in ("reference", "this_reference"):
            found.append(builder.reference(kid))
    return tuple(found)


def _since(builder: Builder, twig: Tree[Token] | None) -> date | None:
    if twig is None:
        return None
    return builder.day(next(kid for kid in twig.children if isinstance(kid, Token) and kid.type == "DATE")).value


def _find(twig: Tree[Token], name: str) -> Tree[Token] | None:
    return next((kid for kid in twig.children if isinstance(kid, Tree) and str(kid.data) == name), None)
