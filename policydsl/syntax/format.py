"""Owns the one canonical form of a policy file: declarations and the lines of their blocks as text, in either language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import assert_never

from policydsl.diagnostics.model import Language
from policydsl.source import Span, display_width
from policydsl.syntax import tree
from policydsl.syntax.cells import grid_rows
from policydsl.syntax.phrases import Phrases, joined
from policydsl.syntax.quoting import Pieces, freed, run_of
from policydsl.syntax.remarks import page
from policydsl.syntax.rows import row_of, rows_below
from policydsl.syntax.sheet import INDENT, WIDTH, Row, written
from policydsl.syntax.spelling import Spelling

_HEADER_COLUMN = 8
_NEEDS_QUOTES = re.compile('["\u201c\u201d\u300c\u300d#\uff03]')


def format_file(file: tree.File, *, to: Language | None = None) -> str:
    """The canonical text of `file`, in the language it was written in or in `to`.

    Parsing it gives the same tree again, and formatting that the same text. Comments and at most one blank line are kept
    where they stand. Names stay as they are written; those that would be words of the language get 「」.
    """
    language = to or file.language
    spelling = Spelling(language, file.language)
    rows = [_declaration(spelling, node) for node in file.body]
    _free(rows, language)
    return page(file.source, file.comments, written(rows))


def format_declaration(node: tree.Declaration, language: Language) -> str:
    """The canonical text of one declaration that was written in `language`, without remarks."""
    rows = [_declaration(Spelling(language, language), node)]
    _free(rows, language)
    return "\n".join(line for item in written(rows) for line in item.lines) + "\n"


def _free(rows: Iterable[Row], language: Language) -> None:
    """Take 「」 off the names of each line that do not need them there."""
    for row in rows:
        if row.symbol and any("「" in text for cell in row.cells for _, text in cell):
            counts = [len(cell) for cell in row.cells]
            bare = freed([piece for cell in row.cells for piece in cell], row.symbol, language)
            row.cells = [[bare.pop(0) for _ in range(count)] for count in counts]
        _free(row.children, language)


# ---------------------------------------------------------------- declarations


def _declaration(spell: Spelling, node: tree.Declaration) -> Row:
    match node:
        case tree.Policy():
            return _policy(spell, node)
        case tree.Roll():
            return _roll(spell, node)
        case tree.Units():
            items = _wrapped(spell, [spell.alias(item.name, item.alias) for item in node.items])
            return _row(node, [joined(spell.word("UNITS"), items)])
        case tree.Clause():
            return _clause(spell, node)
        case tree.Entity():
            return _entity(spell, node)
        case tree.Part():
            head = f"{spell.word('PART')} {spell.alias(node.name, node.alias)}:{spell.citation(node.cite)[1:]}"
            return _row(node, [[(0, head)]], [_declaration(spell, item) for item in node.body])
        case tree.On():
            head = f"{spell.word('ON')} {spell.name(node.entity)}:{spell.citation(node.cite)[1:]}"
            return _row(node, [[(0, head)]], [_declaration(spell, item) for item in node.body])
        case tree.Table():
            return _table(spell, node)
        case tree.Rule() | tree.Parameter():
            return _rule(spell, node)
        case tree.Formula():
            return _formula(spell, node)
        case tree.Conditions():
            return _conditions(spell, node)
        case tree.Task():
            return _task(spell, node)
        case tree.Constraint():
            pieces = joined(f"{spell.word('CONSTRAINT')} {spell.name(node.name)}:", Phrases(spell).expr(node.condition))
            remark = f"  {spell.word('REMARK')} {spell.text(node.remark)}" if node.remark else ""
            return _row(node, [joined(pieces, remark + spell.citation(node.cite), "")])
        case tree.Reading():
            return _reading(spell, node)
        case tree.Decision():
            head = f"{spell.word('DECISION')} {spell.alias(node.name, node.alias)}: {spell.type(node.type)}"
            return _row(node, [[(0, head + _marks(spell, node.attributes, "  ") + spell.citation(node.cite))]])
        case tree.Example():
            head = f"{spell.word('EXAMPLE')} {spell.title(node.name)}:"
            return _row(node, [[(0, head)]], [_example_line(spell, line) for line in node.lines])
        case tree.Applies():
            row = row_of(spell, node)
            return Row(node.span, "declaration", row.cells, declares="Applies")
        case tree.Calendar():
            return _calendar(spell, node)
        case tree.Register():
            return _register(spell, node)
        case tree.Import():
            return _row(node, [[(0, f"{spell.word('IMPORT')} {spell.text(node.path)}")]])
        case tree.Erratum():
            said = f"{spell.text(node.printed)} {spell.word('SHOULD_BE')} {spell.text(node.meant)}"
            reason = f"  {spell.word('REASON')} {spell.text(node.reason)}" if node.reason else ""
            text = f"{spell.word('ERRATUM')} {node.clause} {said}{reason}{spell.citation(node.cite)}"
            return _row(node, [[(0, text)]])
        case (
            tree.Always()
            | tree.Whenever()
            | tree.Monotone()
            | tree.Steady()
            | tree.Unrelated()
            | tree.Divided()
            | tree.SharedOut()
        ):
            return _property(spell, node)
        case tree.Amendment():
            days = _days(spell, node.since, node.until)
            head = f"{spell.word('AMEND')} {node.id}{' ' * bool(days)}{days}:{spell.citation(node.cite)[1:]}"
            return _row(node, [[(0, head)]], [_amend_line(spell, line) for line in node.lines])
        case _:
            assert_never(node)


def _row(node: tree.Written, cells: list[Pieces], children: list[Row] | None = None) -> Row:
    return Row(node.span, "declaration", cells, children=children or [], declares=type(node).__name__)


def _line(node: tree.Written, symbol: str, text: str | Pieces, columns: str = "") -> Row:
    return Row(node.span, symbol, [[(0, text)] if isinstance(text, str) else text], columns)


def _wrapped(spell: Spelling, items: list[str]) -> Pieces:
    """A list in pieces, to be broken after a comma."""
    comma = spell.comma.strip()
    return [(0, item + (comma if at < len(items) - 1 else "")) for at, item in enumerate(items)]


def _policy(spell: Spelling, node: tree.Policy) -> Row:
    lines = []
    for line in node.lines:
        word, value = spell.word(line.word), line.value
        if isinstance(value, tree.Name):
            text = spell.name(value)
        elif line.word == "H_FORCE" and not isinstance(value, str):
            text = f"{spell.word('FROM')} {spell.day(value)}" + (
                f" {spell.word('TO')} {spell.day(line.end)}" if line.end else ""
            )
        elif not isinstance(value, str):
            text = spell.day(value)
        else:
            text = spell.text(value) if line.word in ("H_ZONE", "H_BASED") or not _is_raw(value) else value
        said: Pieces = [(0, text)]
        if line.when is not None:
            said = joined(joined(text, spell.word("APPLIED_TO")), Phrases(spell).expr(line.when))
        lines.append(Row(line.span, "header", [[(0, word)], said], "header", least=_HEADER_COLUMN))
    return _row(node, [[(0, f"{spell.word('POLICY')} {spell.text(node.title)}:")]], lines)


def _is_raw(text: str) -> bool:
    """Whether a text needs no quotes as the rest of a line."""
    return bool(text) and text == text.strip() and not _NEEDS_QUOTES.search(text)


def _roll(spell: Spelling, node: tree.Roll) -> Row:
    head = f"{spell.word('ROLL')} {spell.alias(node.name, node.alias)}:"
    texts = [spell.alias(item.name, item.alias) for item in node.members]
    # measured without 「」, so that both languages break at the same members
    sizes = [
        display_width(f"{item.name.text} ({item.alias.text})" if item.alias else item.name.text)
        for item in node.members
    ]
    if not node.block and display_width(node.name.text) + sum(sizes) + 2 * len(sizes) + 8 <= WIDTH:
        return _row(node, [[(0, f"{head} {spell.comma.join(texts)}")]])
    rows: list[Row] = []
    used = 0
    for item, text, size in zip(node.members, texts, sizes, strict=True):
        span = item.name.span if item.alias is None else item.name.span.to(item.alias.span)
        used += size + 2
        if not rows or used > WIDTH - INDENT:
            rows.append(Row(span, "members", [[(0, text)]]))
            used = size + 2
        else:
            line = f"{rows[-1].cells[0][0][1]}{spell.comma}{text}"
            rows[-1].span, rows[-1].cells = rows[-1].span.to(span), [[(0, line)]]
    row = _row(node, [[(0, head)]], rows)
    # the head ends where its own members do not stand
    start = node.span.start
    row.span = Span(
        node.span.source, start, max(start, min(node.span.end, rows[0].span.start) if rows else node.span.end)
    )
    return row


def _clause(spell: Spelling, node: tree.Clause) -> Row:
    text = f" {spell.text(node.text)}" if node.text else ""
    if node.makes_rules:
        return _row(node, [[(0, f"{spell.word('CLAUSE')} {node.id}{text}")]])
    return _row(node, [[(0, f"{spell.word('CLAUSE')} {node.id}: {spell.word('NO_RULES')}{text}")]])


def _entity(spell: Spelling, node: tree.Entity) -> Row:
    head = f"{spell.word('ENTITY')} {spell.name(node.name)}"
    if node.marks:
        head += f" ({', '.join(spell.name(mark) for mark in node.marks)})"
    if node.owner is not None:
        head += f" {spell.word('BELONGS')} {spell.name(node.owner)}"
    head += f" {spell.word('SINGLETON')}" if node.singleton else ""
    head += f" {spell.word('AT_MOST_ONE')}" if node.at_most_one else ""
    rows = [_field(spell, item) for item in node.fields]
    for variant in node.variants:
        pieces = joined(joined(spell.word("WHEN"), Phrases(spell).expr(variant.when)), ":", "")
        inner = [_field(spell, item) for item in variant.fields]
        rows.append(Row(variant.span, "field", [pieces], children=inner))
    # fields and variants as they stand in the file
    if len({row.span.source.name for row in rows}) < 2:
        rows.sort(key=lambda row: row.span.start)
    return _row(node, [[(0, f"{head}:{spell.citation(node.cite)[1:]}")]], rows)


def _field(spell: Spelling, node: tree.FieldLine) -> Row:
    name = f"{spell.alias(node.name, node.alias)}:"
    marks = (_marks(spell, node.attributes, "") + spell.citation(node.cite)).lstrip()
    cells: list[Pieces] = [[(0, name)], [(0, spell.type(node.type))], [(0, marks)] if marks else []]
    return Row(node.span, "field", cells, "field")


_FLAGS = frozenset({"OR_NONE", "KEY", "COMPLETE", "FRACTIONAL", "AS_LIST", "JUDGEMENT"})


def _marks(spell: Spelling, attributes: Iterable[tree.Attribute], before: str) -> str:
    """The marks of a field: flags one blank apart, those with a value two."""
    text, previous = "", ""
    for attribute in attributes:
        word, value = attribute.word, attribute.value
        close = (word in _FLAGS and previous in _FLAGS) or (word == "OFFICE" and previous == "JUDGEMENT")
        if word == "LIMIT":
            assert isinstance(value, tree.Edge)
            said = run_of(Phrases(spell).edge(value))
        elif word in ("SOURCE", "REMARK"):
            said = f"{spell.word(word)} {spell.text(str(value))}"
        elif word == "OFFICE":
            said = f"{spell.word(word)} {spell.person(str(value))}"
        elif word == "COUNTED":
            said = f"{spell.word(word)} " + f" {spell.word('AND')} ".join(map(spell.name, attribute.names))
        elif word == "DEFAULT":
            assert value is not None and not isinstance(value, str | tree.Name | tree.Edge)
            said = f"{spell.word(word)} {Phrases(spell).flat(value)}"
        else:
            said = spell.word(word)
        text += (" " if close else "  " if previous else before) + said + spell.citation(attribute.cite)
        previous = word
    return text


# ---------------------------------------------------------------- amendments


def _amend_line(spell: Spelling, node: tree.AmendLine) -> Row:
    phrases = Phrases(spell)
    match node:
        case tree.Naming():
            targets = _wrapped(spell, [phrases.flat(target) for target in node.targets])
            return _amended(
                spell, node, joined(spell.word(node.word), targets), _days(spell, node.since, node.until), node.cite
            )
        case tree.Whole():
            return _amended(spell, node, [(0, spell.word(node.word))], _days(spell, node.since, node.until), node.cite)
        case tree.Changing():
            head = f"{spell.word('AMENDED')} {phrases.flat(node.target)}"
            pieces = joined(head, joined("=", phrases.expr(node.value)))
            if node.was is not None:
                pieces = joined(pieces, joined(spell.word("WAS"), Phrases(spell).expr(node.was)))
            row = _amended(spell, node, pieces, _days(spell, node.since, node.until), None)
            row.children = rows_below(spell, phrases, ())
            tail = f":{spell.citation(node.cite)[1:]}" if row.children else spell.citation(node.cite)
            row.cells = [joined(row.cells[0], tail, "")]
            return row
        case tree.Putting():
            row = _opening(spell, node, spell.word(node.word), _days(spell, node.since, node.until), node.cite)
            row.children = [_declaration(spell, item) for item in node.body]
            return row
        case tree.Extending():
            head = f"{spell.word(node.word)} {phrases.flat(node.target)}"
            row = _opening(spell, node, head, _days(spell, node.since, node.until), node.cite)
            row.children = (
                grid_rows(spell, node.grid) if node.grid else [_block_line(spell, line) for line in node.lines]
            )
            return row
        case tree.Past():
            text = f"{spell.word('PAST')} {spell.word(node.word)}"
            if node.by is not None:
                text += f" {spell.word('BY')} {phrases.flat(node.by)}"
            return _amended(spell, node, [(0, text)], "", node.cite)
        case tree.Prevailing():
            return _line(node, "amend_line", f"{spell.word('PREVAILS')} {spell.comma.join(node.notices)}")
        case tree.Example():
            row = _declaration(spell, node)
            return Row(row.span, "amend_line", row.cells, children=row.children)
        case _:
            assert_never(node)


def _block_line(spell: Spelling, node: tree.BlockLine) -> Row:
    match node:
        case tree.ItemLine():
            return _item(spell, node)
        case tree.EvidenceLine() | tree.DueLine() | tree.ChargeLine():
            return _task_line(spell, node)
        case _:
            return row_of(spell, node)


def _days(spell: Spelling, since: date | None, until: date | None) -> str:
    """自 D 起, 自 D 至 E, or nothing."""
    if since is None:
        return ""
    end = f"{spell.word('TO')} {spell.day(until)}" if until is not None else spell.word("ONWARD")
    return f"{spell.word('FROM')} {spell.day(since)} {end}"


def _amended(spell: Spelling, node: tree.Written, pieces: Pieces, days: str, cite: tree.Citation | None) -> Row:
    if days:
        pieces = joined(pieces, days)
    return _line(node, "amend_line", joined(pieces, spell.citation(cite), ""))


def _opening(spell: Spelling, node: tree.Written, head: str, days: str, cite: tree.Citation | None) -> Row:
    row = _amended(spell, node, [(0, head)], days, None)
    row.cells = [joined(row.cells[0], f":{spell.citation(cite)[1:]}", "")]
    return row


# ---------------------------------------------------------------- tables


def _table(spell: Spelling, node: tree.Table) -> Row:
    head = f"{spell.word('TABLE')} {spell.alias(node.name, node.alias)} {spell.word('BY')} {spell.names(node.keys)}"
    head += f" × {spell.name(node.across)}" if node.across else ""
    head += f" {spell.word(node.hit)}" if node.hit else ""
    head += f" {spell.word('FROM')} {spell.day(node.since)} {spell.word('ONWARD')}" if node.since else ""
    head += f" {spell.word('REST_SAME')}" if node.rest_same else ""
    return _row(
        node,
        [[(0, f"{head}:{spell.citation(node.cite)[1:]}")]],
        grid_rows(spell, node.grid, dict(zip(node.crossed, node.heads, strict=False))),
    )


def _property(spell: Spelling, node: tree.Property) -> Row:
    head, word = f"{spell.word('PROPERTY')} {spell.name(node.name)}:", spell.word
    phrases = Phrases(spell)
    flat = phrases.flat
    match node:
        case tree.Always():
            pieces = joined(f"{head} {word('ALWAYS')}", phrases.expr(node.condition))
        case tree.Whenever():
            pieces = joined(f"{head} {word('WHENEVER')}", phrases.expr(node.condition))
            pieces = joined(joined(pieces, word("THEN")), phrases.expr(node.then))
        case tree.Monotone():
            moves = f"{flat(node.fact)} {word(node.moves)} {word('AT_THAT')}"
            pieces = [(0, f"{head} {moves} {flat(node.result)} {word(node.never)}")]
        case tree.Steady():
            moves = f"{flat(node.fact)} {word('EACH_MORE')} {flat(node.step)} {word('AT_THAT')}"
            pieces = joined(f"{head} {moves} {flat(node.result)} {word('NO_JUMP')}", phrases.expr(node.most))
        case tree.Unrelated():
            pieces = [(0, f"{head} {flat(node.result)} {word('FREE_OF')} {flat(node.about)} {word(node.how)}")]
        case tree.Divided():
            about = spell.comma.join(flat(one) for one in node.about)
            pieces = [(0, f"{head} {about} {word('SPLIT')} {word('AT_THAT')} {flat(node.result)} {word('SAME_SUM')}")]
        case tree.SharedOut():
            pieces = joined(f"{head} {flat(node.part)} {word(node.how)}", phrases.expr(node.whole))
        case _:
            assert_never(node)
    return Row(node.span, "declaration", [joined(pieces, spell.citation(node.cite), "")], declares="property")


def _ends(line: tree.CalendarLine, period: tuple[date, date]) -> Iterable[date]:
    return period if line.word == "COVERS" else dict.fromkeys(period)


def _calendar(spell: Spelling, node: tree.Calendar) -> Row:
    rows = []
    for line in node.lines:
        to = f" {spell.word('TO')} "
        days = _wrapped(spell, [to.join(spell.day(day) for day in _ends(line, period)) for period in line.periods])
        rows.append(
            _line(line, "calendar_line", joined(joined(spell.word(line.word), days), spell.citation(line.cite), ""))
        )
    return _row(
        node, [[(0, f"{spell.word('CALENDAR')} {spell.name(node.name)}:{spell.citation(node.cite)[1:]}")]], rows
    )


def _register(spell: Spelling, node: tree.Register) -> Row:
    rows = []
    for line in node.lines:
        text = spell.text(line.text) if line.word == "SOURCE" else spell.names(line.columns)
        rows.append(Row(line.span, "register_line", [[(0, spell.word(line.word))], [(0, text)]], "register"))
    head = f"{spell.word('REGISTER')} {spell.alias(node.name, node.alias)}:{spell.citation(node.cite)[1:]}"
    return _row(node, [[(0, head)]], rows)


# ---------------------------------------------------------------- rules


def _rule(spell: Spelling, node: tree.Rule | tree.Parameter) -> Row:
    word = "RULE" if isinstance(node, tree.Rule) else "PARAMETER"
    head = f"{spell.word(word)} {spell.alias(node.name, node.alias)}"
    head += f", {spell.unit(node.unit)}" if node.unit else ""
    return _defined(spell, node, head, node.value, node.after, node.cite)


def _formula(spell: Spelling, node: tree.Formula) -> Row:
    parameters = ", ".join(f"{spell.name(name)}: {spell.type(unit)}" for name, unit in node.parameters)
    head = f"{spell.word('FORMULA')} {spell.name(node.name)}({parameters})"
    return _defined(spell, node, head, node.value, node.after, node.cite)


def _defined(
    spell: Spelling,
    node: tree.Written,
    head: str,
    value: tree.Expr | None,
    after: tuple[tree.Row, ...],
    cite: tree.Citation | None,
) -> Row:
    phrases = Phrases(spell)
    pieces = joined(head, [] if value is None else joined("=", phrases.expr(value)))
    rows = rows_below(spell, phrases, after)
    # the citation comes after the colon of a block
    tail = f":{spell.citation(cite)[1:]}" if rows else spell.citation(cite)
    return _row(node, [joined(pieces, tail, "")], rows)


def _conditions(spell: Spelling, node: tree.Conditions) -> Row:
    head = f"{spell.word(node.word)} {spell.alias(node.name, node.alias)}:"
    # 材料 are all wanted unless it says otherwise
    mode = "" if node.mode == "ALL_OF" and node.word == "MATERIALS" else f" {_mode(spell, node.mode, node.least)}"
    cite = spell.citation(node.cite)
    rows = [_item(spell, item) for item in node.items]
    return _row(node, [[(0, head + mode + (cite if mode else cite[1:]))]], rows)


def _mode(spell: Spelling, mode: str, least: int) -> str:
    if mode != "LEAST_OF":
        return spell.word(mode)
    return f"{spell.word(mode)} {least}{'项' if spell.language == 'zh' else ''}"


def _item(spell: Spelling, node: tree.ItemLine) -> Row:
    name = spell.alias(node.name, node.alias)
    cite = spell.citation(node.cite)
    if node.mode:
        rows = [_item(spell, item) for item in node.items]
        return Row(
            node.span, "item_line", [[(0, f"{name}:")], [(0, _mode(spell, node.mode, node.least) + cite)]], "item", rows
        )
    if node.value is None:
        return Row(node.span, "item_line", [[(0, name + cite)]])
    return Row(node.span, "item_line", [[(0, f"{name}:")], joined(Phrases(spell).expr(node.value), cite, "")], "item")


def _task(spell: Spelling, node: tree.Task) -> Row:
    pieces = joined(f"{spell.word('TASK')} {spell.alias(node.name, node.alias)}:", Phrases(spell).expr(node.condition))
    rows = [_task_line(spell, line) for line in node.lines]
    return _row(node, [joined(pieces, spell.citation(node.cite), "")], rows)


def _task_line(spell: Spelling, node: tree.TaskLine) -> Row:
    match node:
        case tree.EvidenceLine():
            items = _wrapped(spell, [spell.name(item) for item in node.items])
            pieces = joined(spell.word("EVIDENCE"), items)
            return _line(node, "task_line", joined(pieces, spell.citation(node.cite), ""))
        case tree.DueLine():
            due = spell.time(node.due) if isinstance(node.due, datetime) else spell.day(node.due)
            text = f"{spell.word('DUE')} {due}"
            if node.before:
                mark = (
                    {True: "WITH_DAY", False: "SANS_DAY"}.get(node.day_included)
                    if node.day_included is not None
                    else None
                )
                text += f" {spell.word('DAY_BEFORE')}"
                text += ("" if spell.language == "zh" else " ") + spell.word(mark) if mark else ""
            return _line(node, "task_line", text + spell.citation(node.cite))
        case tree.ChargeLine():
            return _line(
                node, "task_line", f"{spell.word('CHARGE')} {spell.person(node.who)}{spell.citation(node.cite)}"
            )
        case tree.Remark():
            return _line(node, "task_line", f"{spell.word('REMARK')} {spell.text(node.text)}")
        case _:
            assert_never(node)


def _reading(spell: Spelling, node: tree.Reading) -> Row:
    head = f"{spell.word('READING')} {spell.alias(node.name, node.alias)}:{spell.citation(node.cite)[1:]}"
    rows = []
    for line in node.options:
        phrases = Phrases(spell)
        name = f"{spell.word('ADOPT' if line.adopted else 'ALTERNATIVE')} {spell.name(line.name)}"
        value: Pieces = [] if line.value is None else joined("=", phrases.expr(line.value))
        reason = f"{spell.word('REASON')} {spell.text(line.reason)}" if line.reason else ""
        below = rows_below(spell, phrases, ())
        cells: list[Pieces] = [[(0, name)], value, [(0, reason)] if reason else []]
        last = max(at for at, cell in enumerate(cells) if cell)
        cite = spell.citation(line.cite)
        cells[last] = joined(cells[last], f":{cite[1:]}" if below else cite, "")
        rows.append(Row(line.span, "reading_line", cells, "reading", below))
    return _row(node, [[(0, head)]], rows)


# ---------------------------------------------------------------- examples


def _example_line(spell: Spelling, node: tree.ExampleLine) -> Row:
    match node:
        case tree.Given():
            return _line(node, "example_line", joined(spell.word("SET"), _assigned(spell, node.items)))
        case tree.GivenRows():
            head = f"{spell.word('SET')} {spell.name(node.entity)}"
            head += f" {spell.quantity(node.count)}:" if node.count else ":"
            row = _line(node, "example_line", joined(head, _assigned(spell, node.items)))
            row.children = grid_rows(spell, node.grid) if node.grid else []
            return row
        case tree.Should():
            pieces: Pieces = []
            for item in node.items:
                pieces = joined(pieces, ",", "") if pieces else []
                pieces += [(0, _expected(spell, item))]
            return _line(node, "example_line", joined(spell.word("SHOULD"), pieces))
        case tree.Adopting():
            chosen = ", ".join(f"{spell.name(reading)} = {spell.name(option)}" for reading, option in node.items)
            return _line(node, "example_line", f"{spell.word('ADOPT')} {chosen}")
        case tree.OnDate():
            return _line(node, "example_line", f"{spell.word('ON_DATE')} {spell.day(node.day)}")
        case _:
            assert_never(node)


def _assigned(spell: Spelling, items: Iterable[tree.Assignment]) -> Pieces:
    pieces: Pieces = []
    for item in items:
        phrases = Phrases(spell)
        value = spell.word("UNKNOWN") if item.value is None else phrases.flat(item.value)
        pieces = joined(pieces, ",", "") if pieces else []
        pieces += [(0, f"{phrases.flat(item.target)} = {value}")]
    return pieces


def _expected(spell: Spelling, item: tree.Expected) -> str:
    phrases = Phrases(spell)
    target = phrases.flat(item.target)
    return f"{target} {spell.word(item.status)}" if item.value is None else f"{target} = {phrases.flat(item.value)}"
