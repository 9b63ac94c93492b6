"""Owns the places within a declaration that an amendment can name: a cell of a table, a band, a deadline, an item of a list.

A spot knows what stands there, and makes the declaration anew with something else there or without it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from attrs import evolve, frozen

from policydsl.amend.figures import same
from policydsl.diagnostics.model import Language
from policydsl.source import Span
from policydsl.syntax import tree
from policydsl.syntax.keywords import BY_ID
from policydsl.syntax.phrases import Phrases
from policydsl.syntax.spelling import Spelling
from policydsl.syntax.walk import inside, mapped


@frozen
class Refusal(Exception):
    """What cannot be done to a declaration: the code of the finding, its data, the place in the amended notice."""

    code: str
    data: dict[str, object]
    span: Span | None = None


@frozen
class Spot:
    """A place: what stands there (None where it is no value), how to put another value there, how to take it away."""

    span: Span
    value: tree.Expr | None
    put: Callable[[tree.Expr], tree.Declaration] | None
    drop: Callable[[], tree.Declaration] | None
    text: str


def spot(
    node: tree.Declaration,
    keys: tuple[tree.Expr, ...] | None,
    rest: tuple[str, ...],
    lang: Language,
    day: date | None = None,
) -> Spot:
    """The place that keys and names behind a declaration's name lead to; of values by date, what holds on `day`.

    Raises Refusal where there is none.
    """
    if not keys and not rest:
        return _itself(node, lang, day)
    match node:
        case tree.Table():
            return _cell(node, keys or (), rest, lang)
        case tree.Rule() | tree.Parameter() | tree.Formula():
            return _of_rule(node, keys or (), rest, lang)
        case tree.Task() if len(rest) == 1:
            return _of_task(node, rest[0], lang)
        case tree.Conditions():
            return _item(node, rest, lang)
        case tree.Reading() if len(rest) == 1:
            return _option(node, rest[0], lang)
        case tree.Entity() if len(rest) == 1:
            line = next((item for item in node.fields if _is(item, rest[0])), None)
            if line is not None:
                fields = tuple(item for item in node.fields if item is not line)
                return Spot(line.span, None, None, lambda: evolve(node, fields=fields), line.span.text)
        case tree.Roll() if len(rest) == 1:
            member = next((item for item in node.members if item.name.text == rest[0]), None)
            if member is not None:
                members = tuple(item for item in node.members if item is not member)
                return Spot(member.name.span, None, None, lambda: evolve(node, members=members), member.name.text)
        case _:
            pass
    raise _nowhere(node, keys, rest)


def _nowhere(node: tree.Declaration, keys: tuple[tree.Expr, ...] | None, rest: tuple[str, ...]) -> Refusal:
    said = "、".join(item.span.text for item in keys or ())
    name = ".".join((f"{_name(node)}({said})" if said else _name(node), *rest))
    return Refusal("amend-unknown-target", {"name": name, "close": None}, node.span)


def _name(node: Any) -> str:
    name = getattr(node, "name", None)
    return name.text if isinstance(name, tree.Name) else ""


def _is(item: Any, name: str) -> bool:
    return name in (item.name.text, item.alias.text if item.alias is not None else "")


def said(expr: tree.Expr | None, lang: Language) -> str:
    """An expression on one line; of a block, its rows too."""
    if expr is None:
        return ""
    phrases = Phrases(Spelling(lang, lang))
    text = phrases.flat(expr)
    for block in phrases.blocks:
        text += ":" + ";".join(" ".join(row.span.text.split()) for row in block.rows)
    return text


def _in_force(node: tree.Rule | tree.Parameter, day: date | None) -> tree.Expr | None:
    """The value of a rule or parameter: of those by date the one that holds on a day, None where that cannot be said."""
    rows = [row for row in node.after if isinstance(row, tree.DatedRow)]
    if not rows:
        return node.value
    if day is None:
        return None
    begun = [(row.day, row.value) for row in rows if row.day is not None and row.day <= day]
    if begun:
        return max(begun, key=lambda item: item[0])[1]
    return next((row.value for row in rows if row.day is None), node.value)


def _itself(node: tree.Declaration, lang: Language, day: date | None = None) -> Spot:
    match node:
        case tree.Rule() | tree.Parameter():
            kept = tuple(row for row in node.after if not isinstance(row, tree.DatedRow))

            def put(value: tree.Expr) -> tree.Declaration:
                return evolve(node, value=value, after=kept)

            versions = ";".join(" ".join(row.span.text.split()) for row in node.after if isinstance(row, tree.DatedRow))
            text = said(node.value, lang)
            text = ";".join(part for part in (text, versions) if part)
            return Spot(node.span, _in_force(node, day), put, None, text)
        case tree.Formula():
            return Spot(node.span, node.value, lambda value: evolve(node, value=value), None, said(node.value, lang))
        case tree.Task() | tree.Constraint() | tree.Always():
            return Spot(
                node.span,
                node.condition,
                lambda value: evolve(node, condition=value),
                None,
                said(node.condition, lang),
            )
        case tree.Reading():
            adopted = next((item for item in node.options if item.adopted), None)

            def adopt(value: tree.Expr) -> tree.Declaration:
                wanted = value.path[0].text if isinstance(value, tree.Reference) and len(value.path) == 1 else ""
                if all(item.name.text != wanted for item in node.options):
                    raise _nowhere(node, None, (wanted or "?",))
                options = tuple(evolve(item, adopted=item.name.text == wanted) for item in node.options)
                return evolve(node, options=options)

            value = tree.Reference((adopted.name,), span=adopted.name.span) if adopted is not None else None
            return Spot(node.span, value, adopt, None, adopted.name.text if adopted is not None else "")
        case _:
            return Spot(node.span, None, None, None, " ".join(node.span.text.split()))


# ---------------------------------------------------------------- tables


def row_at(table: tree.Table, keys: tuple[tree.Expr, ...]) -> int | None:
    """The row that keys name: each is a member of some key cell, or what stands in the first column."""
    heads = [name.text for name in table.grid.head]
    wanted = [at for at, head in enumerate(heads) if head in {key.text for key in table.keys} or at == 0]
    for at, row in enumerate(table.grid.rows):
        cells = [row[column] for column in wanted if column < len(row)]
        if keys and all(any(_in_cell(key, cell) for cell in cells) for key in keys):
            return at
    return None


def _in_cell(key: tree.Expr, cell: tree.Cell) -> bool:
    if any(same(key, value) for value in cell.values):
        return True
    return any(same(key, edge.bound) for edge in cell.edges) or " ".join(key.span.text.split()) == cell.raw


def _cell(table: tree.Table, keys: tuple[tree.Expr, ...], rest: tuple[str, ...], lang: Language) -> Spot:
    at = row_at(table, keys)
    if at is None or len(rest) > 1:
        raise _nowhere(table, keys, rest)
    grid, row = table.grid, table.grid.rows[at]
    if not rest:
        text = " | ".join(cell.raw for cell in row)
        return Spot(grid.row_spans[at], None, None, lambda: with_rows(table, without=at), text)
    column = next((place for place, name in enumerate(grid.head) if name.text == rest[0]), None)
    if column is None:
        raise _nowhere(table, keys, rest)
    cell = row[column]

    def put(value: tree.Expr) -> tree.Declaration:
        made = tree.Cell("values", (value,), (), said(value, lang), span=value.span)
        cells = (*row[:column], made, *row[column + 1 :])
        rows = (*grid.rows[:at], cells, *grid.rows[at + 1 :])
        return evolve(table, grid=evolve(grid, rows=rows))

    return Spot(cell.span, cell.values[0] if len(cell.values) == 1 else None, put, None, cell.raw)


def with_rows(
    table: tree.Table,
    *,
    without: int | None = None,
    rows: tuple[tuple[tree.Cell, ...], ...] = (),
    spans: tuple[Span, ...] = (),
    at: int | None = None,
) -> tree.Table:
    """A table without a row, or with more of them: at a place, else before its 否则 row, else at the end."""
    grid = table.grid
    found = list(zip(grid.rows, grid.row_spans, strict=True))
    if without is not None:
        del found[without]
    place = at
    if place is None:
        place = len(found)
        while place and any(cell.kind == "else" for cell in found[place - 1][0]):
            place -= 1
    found[place:place] = zip(rows, spans, strict=True)
    return evolve(
        table, grid=evolve(grid, rows=tuple(row for row, _ in found), row_spans=tuple(span for _, span in found))
    )


# ---------------------------------------------------------------- rules


def _of_rule(
    node: tree.Rule | tree.Parameter | tree.Formula, keys: tuple[tree.Expr, ...], rest: tuple[str, ...], lang: Language
) -> Spot:
    found: list[Any] = []
    if len(keys) == 1 and not rest:
        for row in inside((node.value, node.after)):
            if _row_named(row, keys[0]):
                found.append(row)
    elif len(rest) == 1 and not keys:
        words = {BY_ID[word].spelling(lang): word for word in ("CAP", "FLOOR")}
        for row in inside(node.after):
            if (isinstance(row, tree.ExceptRow | tree.LetRow) and row.name.text == rest[0]) or (
                isinstance(row, tree.CapRow) and row.word == words.get(rest[0])
            ):
                found.append(row)
    if len(found) != 1:
        raise _nowhere(node, keys, rest)
    row = found[0]
    named = "award" if isinstance(row, tree.StepRow) else "limit" if isinstance(row, tree.CapRow) else "value"

    def put(value: tree.Expr) -> tree.Declaration:
        made = evolve(row, **{named: value})
        return mapped(node, lambda item: made if item is row else item)

    def drop() -> tree.Declaration:
        return replaced_row(node, row, ())

    return Spot(row.span, getattr(row, named), put, drop, " ".join(row.span.text.split()))


def _row_named(row: object, key: tree.Expr) -> bool:
    match row:
        case tree.BandRow():
            return any(same(edge.bound, key) for edge in row.edges)
        case tree.ChoiceRow():
            return isinstance(key, tree.Reference) and key.path[0].text in row.words
        case tree.StepRow():
            return same(row.size, key)
        case tree.DatedRow():
            return isinstance(key, tree.Day) and row.day == key.value
        case _:
            return False


def replaced_row(node: tree.Declaration, row: object, others: tuple[tree.Row, ...]) -> tree.Declaration:
    """A rule with other rows in the place of one."""

    def change(item: Any) -> Any:
        for attribute in ("rows", "after"):
            held = getattr(item, attribute, None)
            if isinstance(held, tuple) and any(one is row for one in held):
                at = next(place for place, one in enumerate(held) if one is row)
                item = evolve(item, **{attribute: (*held[:at], *others, *held[at + 1 :])})
        return item

    return mapped(node, change)


# ---------------------------------------------------------------- tasks, lists, readings


def _of_task(node: tree.Task, name: str, lang: Language) -> Spot:
    words = {BY_ID[word].spelling(lang).replace(" ", "_"): word for word in ("EVIDENCE", "DUE", "CHARGE")}
    word = words.get(name, "")
    for at, line in enumerate(node.lines):
        kept = (*node.lines[:at], *node.lines[at + 1 :])

        def drop(kept: tuple[tree.TaskLine, ...] = kept) -> tree.Declaration:
            return evolve(node, lines=kept)

        def become(made: tree.TaskLine, at: int = at) -> tree.Declaration:
            return evolve(node, lines=(*node.lines[:at], made, *node.lines[at + 1 :]))

        match line:
            case tree.DueLine() if word == "DUE":
                made = tree.Time(line.due, span=line.span) if isinstance(line.due, datetime) else None
                day = made or tree.Day(line.due, span=line.span)
                return Spot(line.span, day, lambda value, b=become, l=line: b(_due(l, value)), drop, line.span.text)  # type: ignore[misc]
            case tree.ChargeLine() if word == "CHARGE":
                who = tree.Words(line.who, span=line.span)
                return Spot(line.span, who, lambda value, b=become, l=line: b(_charge(l, value)), drop, line.who)  # type: ignore[misc]
            case tree.EvidenceLine() if word == "EVIDENCE":
                return Spot(line.span, None, None, drop, "、".join(item.text for item in line.items))
            case tree.EvidenceLine() if any(item.text == name for item in line.items):
                items = tuple(item for item in line.items if item.text != name)
                less = (evolve(line, items=items),) if items else ()
                lines = (*node.lines[:at], *less, *node.lines[at + 1 :])
                return Spot(line.span, None, None, lambda lines=lines: evolve(node, lines=lines), name)  # type: ignore[misc]
            case _:
                pass
    raise _nowhere(node, None, (name,))


def _due(line: tree.DueLine, value: tree.Expr) -> tree.TaskLine:
    if not isinstance(value, tree.Day | tree.Time):
        raise Refusal("amend-value", {"name": line.span.text, "found": value.span.text}, line.span)
    return evolve(line, due=value.value, span=value.span)


def _charge(line: tree.ChargeLine, value: tree.Expr) -> tree.TaskLine:
    match value:
        case tree.Words():
            return evolve(line, who=value.text)
        case tree.Reference() if len(value.path) == 1 and value.keys is None:
            return evolve(line, who=value.path[0].text)
    raise Refusal("amend-value", {"name": line.span.text, "found": value.span.text}, line.span)


def _item(node: tree.Conditions, path: tuple[str, ...], lang: Language) -> Spot:
    found = [line for line in inside(node.items) if isinstance(line, tree.ItemLine) and _is(line, path[-1])]
    if len(path) > 1:
        for name in path[:-1]:
            group = next(
                (line for line in inside(node.items) if isinstance(line, tree.ItemLine) and _is(line, name)), None
            )
            found = [
                line for line in found if group is not None and any(line is inner for inner in inside(group.items))
            ]
    if len(found) != 1:
        raise _nowhere(node, None, path)
    line = found[0]

    def put(value: tree.Expr) -> tree.Declaration:
        return mapped(node, lambda item: evolve(line, value=value, mode="", items=()) if item is line else item)

    return Spot(
        line.span, line.value, put, lambda: with_items(node, line, ()), said(line.value, lang) or line.name.text
    )


def with_items(node: tree.Conditions, line: tree.ItemLine, others: tuple[tree.ItemLine, ...]) -> tree.Conditions:
    """A list with other items in the place of one."""

    def change(item: Any) -> Any:
        held = getattr(item, "items", None)
        if isinstance(held, tuple) and any(one is line for one in held):
            at = next(place for place, one in enumerate(held) if one is line)
            return evolve(item, items=(*held[:at], *others, *held[at + 1 :]))
        return item

    return mapped(node, change)


def _option(node: tree.Reading, name: str, lang: Language) -> Spot:
    option = next((item for item in node.options if item.name.text == name), None)
    if option is None:
        raise _nowhere(node, None, (name,))
    others = tuple(item for item in node.options if item is not option)

    def put(value: tree.Expr) -> tree.Declaration:
        return mapped(node, lambda item: evolve(option, value=value) if item is option else item)

    return Spot(option.span, option.value, put, lambda: evolve(node, options=others), said(option.value, lang))
