"""Owns the way from a source to a written tree: lines to declarations, block by block, going on after every mistake."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Literal, TypeVar, cast

from lark import Token, Tree

from policydsl.diagnostics.model import Diagnostic, Language
from policydsl.source import Source, Span
from policydsl.syntax import tree
from policydsl.syntax.door import Door
from policydsl.syntax.expressions import Builder, Twig, sign_of
from policydsl.syntax.keywords import RELATIONS
from policydsl.syntax.lines import Layout, Line, lay_out

MAX_SIZE = 5_000_000
"""Characters a policy file may have."""

_FIRST = re.compile(r"^[ \t]*([^\s#\uff03].*)", re.MULTILINE)
_ENGLISH = re.compile(r"[a-z]+[ \t\u3000\u00a0]")
_EDGE = re.compile(r"“[^“”\n]*”|\"[^\"\n]*\"|「[^「」\n]*」|\|")
_QUOTED = re.compile(r"“[^“”]*”|\"[^\"]*\"")
T = TypeVar("T")


def parse(source: Source) -> tuple[tree.File, list[Diagnostic]]:
    """The written tree of a file, as far as it could be read, and everything that is wrong with how it is written."""
    language = language_of(source.text)
    if len(source.text) > MAX_SIZE:
        finding = Diagnostic("file-too-large", Span(source, 0, 1), {"most": MAX_SIZE}, language=language)
        return tree.File(source, language, ()), [finding]
    layout, findings = lay_out(source, language)
    reader = _Reader(layout, language)
    body = reader.declarations(layout.lines)
    findings += reader.findings + reader.door.findings
    if not body and not findings:
        findings.append(Diagnostic("empty-file", Span(source, 0, 0), {}, language=language))
    findings.sort(key=lambda finding: finding.where.start if isinstance(finding.where, Span) else 0)
    return tree.File(source, language, body, layout.comments), findings


def language_of(text: str) -> Language:
    """The language of a file's keywords: English if its first line begins with a lower-case English word."""
    first = _FIRST.search(text.lstrip("\ufeff"))
    return "en" if first is not None and _ENGLISH.match(first[1]) else "zh"


class _Reader:
    """Reads the lines of one file."""

    def __init__(self, layout: Layout, language: Language) -> None:
        self.source = layout.source
        self.text = layout.text
        self.language: Language = language
        self.door = Door(layout.source, layout.text, language)
        self.findings: list[Diagnostic] = []

    # ------------------------------------------------------------ findings

    def report(self, code: str, where: Line | Span, **data: object) -> None:
        span = Span(self.source, where.start, where.end) if isinstance(where, Line) else where
        self.findings.append(Diagnostic(code, span, data, language=self.language))

    def builder(self, rows: tuple[tree.Row, ...] = ()) -> Builder:
        return Builder(self.source, self.language, rows, findings=self.findings)

    def no_children(self, line: Line) -> None:
        if line.children:
            self.report("unexpected-block", line.children[0])

    # ------------------------------------------------------------ declarations

    def declarations(self, lines: Iterable[Line]) -> tuple[tree.Declaration, ...]:
        found = []
        for line in lines:
            if line.row:
                self.report("row-without-table", line)
                continue
            node = self.declaration(line)
            if node is not None:
                found.append(node)
        return tuple(found)

    def declaration(self, line: Line) -> tree.Declaration | None:
        twig = self.door.parse(line.start, line.end, "declaration")
        if twig is None:
            # the block of a broken line is read as declarations only where its lines can be such; else it is passed over
            self._look_into(line)
            return None
        return _DECLARATIONS[str(twig.data)](self, line, twig)

    def _look_into(self, line: Line) -> None:
        head = self.text[line.start : line.end]
        if head.startswith(("部分", "针对", "part ", "for ")):
            self.declarations(line.children)
        elif head.startswith(("规则", "rule ", "标准", "parameter ", "公式", "formula ")):
            self.lines(line, "rule_line", self._row)
        elif head.startswith(("任务", "task ")):
            self.lines(line, "task_line", self._task_line)
        elif head.startswith(("对象", "entity ")):
            self.lines(line, "field", self._field)
        elif head.startswith(("条件", "材料", "conditions ", "materials ")):
            self.lines(line, "item_line", self._item_line)
        elif head.startswith(("算例", "example ")):
            self.lines(line, "example_line", self._example_line)

    def lines(self, line: Line, symbol: str, make: Callable[[Line, Tree[Token]], T | None]) -> tuple[T, ...]:
        """The children of a line, each parsed as `symbol`."""
        found = []
        for child in line.children:
            if child.row:
                self.report("row-without-table", child)
                continue
            twig = self.door.parse(child.start, child.end, symbol)
            node = make(child, twig) if twig is not None else None
            if node is not None:
                found.append(node)
        return tuple(found)

    def policy(self, line: Line, twig: Tree[Token]) -> tree.Policy:
        builder = self.builder()
        return tree.Policy(
            builder.text(twig.children[1]), self.lines(line, "header", self._header), span=self._span(line)
        )

    def _span(self, line: Line) -> Span:
        return Span(self.source, line.start, line.end)

    def _header(self, line: Line, twig: Tree[Token]) -> tree.HeaderLine:
        self.no_children(line)
        builder = self.builder()
        kids = [child for child in twig.children if child is not None]
        word = kids[0].type if isinstance(kids[0], Token) else ""
        span = self._span(line)
        value = kids[1]
        if word == "H_FORCE":
            days = [builder.day(child).value for child in kids if isinstance(child, Token) and child.type == "DATE"]
            return tree.HeaderLine(word, days[0], days[1] if len(days) > 1 else None, span=span)
        if isinstance(value, Tree):
            return tree.HeaderLine(word, builder.name(value), span=span)
        if value.type == "DATE":
            return tree.HeaderLine(word, builder.day(value).value, span=span)
        text = self.source.text[value.start_pos or 0 : value.end_pos or 0].strip()
        return tree.HeaderLine(word, text[1:-1] if _QUOTED.fullmatch(text) else text, span=span)

    def roll(self, line: Line, twig: Tree[Token]) -> tree.Roll:
        builder = self.builder()
        _, name, *rest = twig.children
        alias = next((child for child in rest if _is(child, "alias")), None)
        members: list[tree.Item] = []
        for child in rest:
            if _is(child, "members"):
                members += self._members(cast(Tree[Token], child))
        for group in self.lines(line, "members", lambda _, found: self._members(found)):
            members += group
        if not members:
            self.report("empty-roll", line, name=builder.name(name).text)
        return tree.Roll(
            builder.name(name, True), builder.alias(alias), tuple(members), bool(line.children), span=self._span(line)
        )

    def _members(self, twig: Tree[Token]) -> list[tree.Item]:
        return [self._item(child) for child in twig.children if isinstance(child, Tree)]

    def _item(self, twig: Tree[Token]) -> tree.Item:
        builder = self.builder()
        name, *alias = twig.children
        return tree.Item(builder.name(name), builder.alias(alias[0]) if alias else None)

    def units(self, line: Line, twig: Tree[Token]) -> tree.Units:
        self.no_children(line)
        return tree.Units(
            tuple(self._item(child) for child in twig.children if isinstance(child, Tree)), span=self._span(line)
        )

    def clause(self, line: Line, twig: Tree[Token]) -> tree.Clause:
        self.no_children(line)
        tokens = {child.type: child for child in twig.children if isinstance(child, Token)}
        text = self.builder().text(tokens["TEXT"]) if "TEXT" in tokens else ""
        id_ = re.sub(r"\s+", "", str(tokens["CLAUSE_ID"]))
        return tree.Clause(id_, "NO_RULES" not in tokens, text, span=self._span(line))

    def entity(self, line: Line, twig: Tree[Token]) -> tree.Entity:
        builder = self.builder()
        _, name, *rest = twig.children
        marks = tuple(builder.name(child) for child in rest if _is(child, "name"))
        owner = None
        for child in rest:
            if _is(child, "belongs"):
                owner = builder.name(cast(Tree[Token], child).children[1])
        lines = self.lines(line, "field", self._field)
        return tree.Entity(
            builder.name(name, True),
            marks,
            owner,
            any(_is(child, "singleton") for child in rest),
            any(_is(child, "at_most_one") for child in rest),
            tuple(item for item in lines if isinstance(item, tree.FieldLine)),
            builder.cite(_find(rest, "cite")),
            tuple(item for item in lines if isinstance(item, tree.Variant)),
            span=self._span(line),
        )

    def _field(self, line: Line, twig: Tree[Token]) -> tree.FieldLine | tree.Variant:
        builder = self.builder()
        if str(twig.data) == "variant":
            inner = self.lines(line, "field", self._field)
            for item in inner:
                if isinstance(item, tree.Variant):
                    self.report("unexpected-block", item.span)
            fields = tuple(item for item in inner if isinstance(item, tree.FieldLine))
            return tree.Variant(builder.expr(twig.children[1]), fields, span=self._span(line))
        self.no_children(line)
        name, *rest = twig.children
        unit = builder.unit(_find(rest, "type"))
        assert unit is not None
        return tree.FieldLine(
            builder.name(name, True),
            builder.alias(_find(rest, "alias")),
            unit,
            self._attributes(builder, rest),
            builder.cite(_find(rest, "cite")),
            span=self._span(line),
        )

    def _attributes(self, builder: Builder, twigs: Iterable[Twig]) -> tuple[tree.Attribute, ...]:
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
            found.append(
                tree.Attribute(word, value, builder.cite(_find(twig.children, "cite")), span=builder.span(twig))
            )
        return tuple(found)

    def part(self, line: Line, twig: Tree[Token]) -> tree.Part:
        builder = self.builder()
        _, name, *rest = twig.children
        return tree.Part(
            builder.name(name, True),
            builder.alias(_find(rest, "alias")),
            builder.cite(_find(rest, "cite")),
            self.declarations(line.children),
            span=self._span(line),
        )

    def on_entity(self, line: Line, twig: Tree[Token]) -> tree.On:
        return tree.On(self.builder().name(twig.children[1]), self.declarations(line.children), span=self._span(line))

    def table(self, line: Line, twig: Tree[Token]) -> tree.Table:
        builder = self.builder()
        _, name, *rest = twig.children
        keys = tuple(builder.name(child) for child in rest if _is(child, "name"))
        tokens = {child.type: child for child in rest if isinstance(child, Token)}
        hit: Literal["", "HIT_UNIQUE", "HIT_FIRST"] = (
            "HIT_FIRST" if "HIT_FIRST" in tokens else "HIT_UNIQUE" if "HIT_UNIQUE" in tokens else ""
        )
        return tree.Table(
            builder.name(name, True),
            builder.alias(_find(rest, "alias")),
            keys,
            builder.cite(_find(rest, "cite")),
            self.grid(line),
            hit,
            builder.day(tokens["DATE"]).value if "DATE" in tokens else None,
            span=self._span(line),
        )

    def property(self, line: Line, twig: Tree[Token]) -> tree.Always | tree.Monotone:
        self.no_children(line)
        builder, span = self.builder(), self._span(line)
        cite = builder.cite(_find(twig.children, "cite"))
        name = builder.name(twig.children[1], True)
        if str(twig.data) == "always":
            return tree.Always(name, builder.expr(twig.children[3]), cite, span=span)
        tokens = {child.type for child in twig.children if isinstance(child, Token)}
        return tree.Monotone(
            name,
            builder.reference(twig.children[2]),
            "INCREASES" if "INCREASES" in tokens else "DECREASES",
            builder.reference(twig.children[5]),
            "NOT_LESS" if "NOT_LESS" in tokens else "NOT_MORE",
            cite,
            span=span,
        )

    def imported(self, line: Line, twig: Tree[Token]) -> tree.Import:
        self.no_children(line)
        return tree.Import(self.builder().text(twig.children[1]), span=self._span(line))

    def calendar(self, line: Line, twig: Tree[Token]) -> tree.Calendar:
        builder = self.builder()
        lines = self.lines(line, "calendar_line", self._calendar_line)
        days: dict[str, list[date]] = {"COVERS": [], "HOLIDAYS": [], "MAKE_UP": []}
        for item in lines:
            days[item.word] += item.days
        if len(days["COVERS"]) != 2:
            self.report("calendar-covers", line, name=builder.name(twig.children[1]).text)
        first, last = days["COVERS"][:2] if len(days["COVERS"]) >= 2 else (None, None)
        return tree.Calendar(
            builder.name(twig.children[1], True),
            first,
            last,
            tuple(sorted(days["HOLIDAYS"])),
            tuple(sorted(days["MAKE_UP"])),
            builder.cite(_find(twig.children, "cite")),
            lines,
            span=self._span(line),
        )

    def _calendar_line(self, line: Line, twig: Tree[Token]) -> tree.CalendarLine:
        self.no_children(line)
        builder = self.builder()
        words: dict[str, Literal["COVERS", "HOLIDAYS", "MAKE_UP"]] = {
            "covers": "COVERS",
            "holidays": "HOLIDAYS",
            "make_up": "MAKE_UP",
        }
        tokens = [kid for kid in twig.children if isinstance(kid, Token) and kid.type == "DATE"]
        return tree.CalendarLine(
            words[str(twig.data)],
            tuple(builder.day(token).value for token in tokens),
            builder.cite(_find(twig.children, "cite")),
            span=self._span(line),
        )

    def grid(self, line: Line) -> tree.Grid:
        """The rows `| … |` below a line."""
        head: tuple[tree.Name, ...] = ()
        rows: list[tuple[tree.Cell, ...]] = []
        spans: list[Span] = []
        for child in line.children:
            if not child.row:
                self.report("line-in-table", child)
                continue
            cells = self._cells(child)
            self.no_children(child)
            if not head:
                head = tuple(tree.Name(_bare(self.text[a:b]), span=Span(self.source, a, b)) for a, b in cells)
                continue
            if len(cells) != len(head):
                self.report("row-length", child, found=len(cells), expected=len(head))
                continue
            rows.append(tuple(self._cell(a, b) for a, b in cells))
            spans.append(self._span(child))
        if not rows:
            self.report("empty-table", line)
        return tree.Grid(head, tuple(rows), tuple(spans), span=self._span(line))

    def _cells(self, line: Line) -> list[tuple[int, int]]:
        edges = [match.start() for match in _EDGE.finditer(self.text, line.start, line.end) if match.group() == "|"]
        if self.text[edges[-1] : line.end].strip() != "|":
            edges.append(line.end)
        found = []
        for left, right in zip(edges, edges[1:], strict=False):
            a, b = left + 1, right
            while a < b and self.text[a].isspace():
                a += 1
            while b > a and self.text[b - 1].isspace():
                b -= 1
            found.append((a, b))
        return found

    def _cell(self, start: int, end: int) -> tree.Cell:
        span = Span(self.source, start, end)
        raw = self.text[start:end]
        twig = self.door.parse(start, end, "cell") if raw else None
        if twig is None:
            if not raw:
                self.report("empty-cell", Span(self.source, start, start + 1))
            return tree.Cell("values", (), (), raw, span=span)
        builder = self.builder()
        kids = twig.children
        data = str(twig.data)
        if data == "cell_any":
            return tree.Cell("any", (), (), raw, span=span)
        if data == "cell_else":
            return tree.Cell("else", (), (), raw, span=span)
        if data == "cell_values":
            values = [
                child for child in kids if not isinstance(child, Token) or child.type not in ("LIST_MARK", "_COMMA")
            ]
            return tree.Cell("values", tuple(builder.expr(child) for child in values), (), raw, span=span)
        return tree.Cell("edges", (), self._edges(builder, kids), raw, span=span)

    def _edges(self, builder: Builder, kids: Sequence[Twig]) -> tuple[tree.Edge, ...]:
        """The ends of a band, whichever way they are written; stops before the value."""
        found: list[tree.Edge] = []
        at = 0
        while at < len(kids) and len(found) < 2:
            kid = kids[at]
            if kid is None:
                at += 1
                continue
            if isinstance(kid, Tree) and str(kid.data) in ("to_bound", "second_bound"):
                word, bound, *rest = kid.children
                name = "TO" if str(kid.data) == "to_bound" else sign_of(word)
                found.append(tree.Edge(name, builder.expr(bound), builder.inclusion(rest[0] if rest else None)))
                break
            if isinstance(kid, Token) and kid.type in ("COMPARATOR", "TO"):
                mark = kids[at + 2] if at + 2 < len(kids) else None
                found.append(
                    tree.Edge(
                        "TO" if kid.type == "TO" else sign_of(kid),
                        builder.expr(kids[at + 1]),
                        builder.inclusion(mark) if _is(mark, "inclusion") else None,
                    )
                )
                at += 3 if _is(mark, "inclusion") else 2
                continue
            follow = kids[at + 1] if at + 1 < len(kids) else None
            if isinstance(follow, Token) and follow.type == "POST":
                mark = kids[at + 2] if at + 2 < len(kids) else None
                found.append(
                    tree.Edge(
                        str(follow), builder.expr(kid), builder.inclusion(mark) if _is(mark, "inclusion") else None
                    )
                )
                at += 3 if _is(mark, "inclusion") else 2
                continue
            if isinstance(follow, Token) and follow.type == "TO":
                found.append(tree.Edge("≥", builder.expr(kid)))
                at += 1
                continue
            break
        return tuple(found)

    # ------------------------------------------------------------ rules and their lines

    def rule(self, line: Line, twig: Tree[Token]) -> tree.Rule | tree.Parameter:
        rows = self._rows(line)
        builder = self.builder(tuple(row for row in rows if _in_block(row)))
        _, name, *rest = twig.children
        value = _after_equals(builder, rest)
        after = self._split(line, builder, rows)
        if value is None and not any(isinstance(row, tree.DatedRow) for row in after):
            self.report("rule-without-value", line, name=builder.name(name).text)
        make = tree.Parameter if str(twig.data) == "parameter" else tree.Rule
        return make(
            builder.name(name, True),
            builder.alias(_find(rest, "alias")),
            builder.unit(_find(rest, "unit")),
            value,
            after,
            builder.cite(_find(rest, "cite")),
            span=self._span(line),
        )

    def formula(self, line: Line, twig: Tree[Token]) -> tree.Formula:
        rows = self._rows(line)
        builder = self.builder(tuple(row for row in rows if _in_block(row)))
        _, name, *rest = twig.children
        parameters = []
        for child in rest:
            if _is(child, "parameter_type"):
                kid, unit = cast(Tree[Token], child).children[0], _find(cast(Tree[Token], child).children, "type")
                built = builder.unit(unit)
                assert built is not None
                parameters.append((builder.name(kid, True), built))
        value = _after_equals(builder, rest)
        assert value is not None
        after = self._split(line, builder, rows)
        cite = builder.cite(_find(rest, "cite"))
        return tree.Formula(builder.name(name, True), tuple(parameters), value, after, cite, span=self._span(line))

    def conditions(self, line: Line, twig: Tree[Token]) -> tree.Conditions:
        builder = self.builder()
        word, name, *rest = twig.children
        assert isinstance(word, Token)
        kind: Literal["CONDITIONS", "MATERIALS"] = "CONDITIONS" if word.type == "CONDITIONS" else "MATERIALS"
        mode, least = self._mode(builder, _find(rest, "group_mode"))
        items = self.lines(line, "item_line", self._item_line)
        if not items:
            self.report("block-without-rows", line)
        return tree.Conditions(
            kind,
            builder.name(name, True),
            builder.alias(_find(rest, "alias")),
            mode,
            least,
            items,
            builder.cite(_find(rest, "cite")),
            span=self._span(line),
        )

    def _mode(self, builder: Builder, twig: Tree[Token] | None) -> tuple[str, int]:
        if twig is None:
            return "ALL_OF", 0
        token = twig.children[0]
        assert isinstance(token, Token)
        if token.type != "LEAST_OF":
            return token.type, 0
        return token.type, int(builder.quantity(twig.children[1]).number)

    def _item_line(self, line: Line, twig: Tree[Token]) -> tree.ItemLine:
        builder = self.builder()
        name, *rest = twig.children
        alias, cite = _find(rest, "alias"), _find(rest, "cite")
        value, mode, least = None, "", 0
        items: tuple[tree.ItemLine, ...] = ()
        if str(twig.data) == "item":
            value = builder.expr(next(kid for kid in rest if kid is not None and kid is not alias and kid is not cite))
        if str(twig.data) == "item_group":
            mode, least = self._mode(builder, _find(rest, "group_mode"))
            items = self.lines(line, "item_line", self._item_line)
            if not items:
                self.report("block-without-rows", line)
        else:
            self.no_children(line)
        return tree.ItemLine(
            builder.name(name, True),
            builder.alias(alias),
            value,
            mode,
            least,
            items,
            builder.cite(cite),
            span=self._span(line),
        )

    def applies(self, line: Line, twig: Tree[Token]) -> tree.Applies:
        self.no_children(line)
        builder = self.builder()
        when = next(kid for kid in twig.children if kid is not None and not _is_word(kid))
        reason = next((kid for kid in twig.children if isinstance(kid, Token) and kid.type == "TEXT"), None)
        return tree.Applies(
            builder.expr(when),
            builder.text(reason) if reason is not None else "",
            builder.cite(_find(twig.children, "cite")),
            span=self._span(line),
        )

    def _split(self, line: Line, builder: Builder, rows: tuple[tree.Row, ...]) -> tuple[tree.Row, ...]:
        """The rows that modify the whole; says where there is a block without rows or rows without a block."""
        inside = tuple(row for row in rows if _in_block(row))
        if builder.blocks > 1:
            self.report("two-blocks", line)
        if builder.blocks == 0 and inside:
            self.report("rows-without-block", inside[0].span)
        if builder.blocks and not inside and not line.children:
            self.report("block-without-rows", line)
        return tuple(row for row in rows if not _in_block(row))

    def _rows(self, line: Line) -> tuple[tree.Row, ...]:
        """The lines below a line that are rows of a block or modify a rule."""
        found: list[tree.Row] = list(self.lines(line, "rule_line", self._row))
        return tuple(found)

    def _row(self, line: Line, twig: Tree[Token]) -> tree.Row | None:
        inner = twig.children[0] if str(twig.data) == "rule_line" and isinstance(twig.children[0], Tree) else twig
        assert isinstance(inner, Tree)
        below = self._rows(line)
        builder = self.builder(tuple(row for row in below if _in_block(row)))
        exceptions = tuple(row for row in below if isinstance(row, tree.ExceptRow))
        row = self._row_of(builder, line, inner, exceptions)
        if builder.blocks or below:
            for extra in self._split(line, builder, below):
                if not (isinstance(row, tree.ExceptRow) and isinstance(extra, tree.ExceptRow)):
                    self.report("line-out-of-place", extra.span, line=extra.span.text)
        return row

    def _row_of(
        self, builder: Builder, line: Line, twig: Tree[Token], exceptions: tuple[tree.ExceptRow, ...]
    ) -> tree.Row | None:
        span, kids = self._span(line), twig.children
        cite = builder.cite(_find(kids, "cite"))
        data = str(twig.data)
        values = [child for child in kids if child is not None and not _is(child, "cite")]
        match data:
            case "band" | "post_band" | "from_to_band" | "else_band":
                of_part = any(isinstance(child, Token) and child.type == "OF_PART" for child in values)
                gives = any(isinstance(child, Token) and child.type == "GIVE" for child in values)
                quick = None
                if isinstance(values[-2], Token) and values[-2].type == "QUICK":
                    quick = builder.quantity(values[-1])
                    values = values[:-2]
                edges = () if data == "else_band" else self._edges(builder, list(values[:-1]))
                return tree.BandRow(edges, of_part, builder.expr(values[-1]), cite, gives, quick, span=span)
            case "choice":
                names = tuple(builder.name(child) for child in values[:-1] if _is(child, "name"))
                return tree.ChoiceRow(names, builder.expr(values[-1]), cite, span=span)
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
                edge = self._edges(builder, list(kids))[0]
                word = sign_of(kids[0])
                relation = RELATIONS[word]
                if relation not in ("le", "ge") or edge.inclusive is False:
                    self.report("cap-word", line, found=builder.span(kids[0]).text)
                conditions = [
                    kids[at + 1] for at, kid in enumerate(kids) if isinstance(kid, Token) and kid.type == "WHEN"
                ]
                condition = builder.expr(conditions[0]) if conditions else None
                return tree.CapRow(
                    "CAP" if relation in ("le", "lt") else "FLOOR", edge.bound, condition, cite, span=span
                )
            case "let":
                return tree.LetRow(builder.name(kids[1], True), builder.expr(values[3]), cite, span=span)
            case "except":
                named = [builder.name(kid) for kid in values[1:] if _is(kid, "name")]
                marks = {kid.type: at for at, kid in enumerate(values) if isinstance(kid, Token)}
                return tree.ExceptRow(
                    named[0],
                    builder.expr(values[marks["WHEN"] + 1]),
                    builder.expr(values[marks["THEN"] + 1]),
                    tuple(builder.name(kid) for kid in values[marks["PREVAILS"] :] if _is(kid, "name"))
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
                return self.applies(line, twig)
            case "rounding":
                place = cast(Tree[Token], values[2])
                return tree.RoundRow(str(values[0]), builder.place(place), cite, span=span)
            case "remark":
                return tree.Remark(builder.text(kids[1]), span=span)
        raise AssertionError(f"no row for {data}")

    def task(self, line: Line, twig: Tree[Token]) -> tree.Task:
        builder = self.builder()
        _, name, *rest = twig.children
        alias, cite = _find(rest, "alias"), _find(rest, "cite")
        condition = next(child for child in rest if child is not None and child is not alias and child is not cite)
        return tree.Task(
            builder.name(name, True),
            builder.alias(alias),
            builder.expr(condition),
            self.lines(line, "task_line", self._task_line),
            builder.cite(cite),
            span=self._span(line),
        )

    def _task_line(self, line: Line, twig: Tree[Token]) -> tree.TaskLine:
        self.no_children(line)
        builder, span, kids = self.builder(), self._span(line), twig.children
        cite = builder.cite(_find(kids, "cite"))
        match str(twig.data):
            case "evidence":
                return tree.EvidenceLine(tuple(builder.name(kid) for kid in kids if _is(kid, "name")), cite, span=span)
            case "due":
                tokens = {kid.type: kid for kid in kids if isinstance(kid, Token)}
                included = True if "WITH_DAY" in tokens else False if "SANS_DAY" in tokens else None
                due = builder.day(tokens["DATE"]).value if "DATE" in tokens else builder.time(tokens["MOMENT"]).value
                return tree.DueLine(due, "DAY_BEFORE" in tokens, included, cite, span=span)
            case "charge":
                return tree.ChargeLine(_who(builder, kids[1]), cite, span=span)
            case _:
                return tree.Remark(builder.text(kids[1]), span=span)

    def constraint(self, line: Line, twig: Tree[Token]) -> tree.Constraint:
        self.no_children(line)
        builder = self.builder()
        _, name, *rest = twig.children
        remark, cite = _find(rest, "remark"), _find(rest, "cite")
        condition = next(child for child in rest if child is not None and child is not remark and child is not cite)
        text = builder.text(remark.children[1]) if isinstance(remark, Tree) else ""
        return tree.Constraint(
            builder.name(name, True), builder.expr(condition), text, builder.cite(cite), span=self._span(line)
        )

    def reading(self, line: Line, twig: Tree[Token]) -> tree.Reading:
        builder = self.builder()
        _, name, *rest = twig.children
        return tree.Reading(
            builder.name(name, True),
            builder.alias(_find(rest, "alias")),
            self.lines(line, "reading_line", self._reading_line),
            builder.cite(_find(rest, "cite")),
            span=self._span(line),
        )

    def _reading_line(self, line: Line, twig: Tree[Token]) -> tree.ReadingLine:
        rows = self._rows(line)
        builder = self.builder(tuple(row for row in rows if _in_block(row)))
        option = cast(Tree[Token], twig.children[1])
        name, *rest = option.children
        value, reason = None, ""
        for at, child in enumerate(rest):
            if isinstance(child, Token) and child.type == "EQUALS":
                value = builder.expr(rest[at + 1])
            elif isinstance(child, Token) and child.type == "REASON":
                reason = builder.text(rest[at + 1])
        if builder.blocks or rows:
            self._split(line, builder, rows)
        return tree.ReadingLine(
            str(twig.data) == "adopt",
            builder.name(name, True),
            value,
            reason,
            builder.cite(_find(rest, "cite")),
            span=self._span(line),
        )

    def decision(self, line: Line, twig: Tree[Token]) -> tree.Decision:
        self.no_children(line)
        builder = self.builder()
        _, name, *rest = twig.children
        unit = builder.unit(_find(rest, "type"))
        assert unit is not None
        return tree.Decision(
            builder.name(name, True),
            builder.alias(_find(rest, "alias")),
            unit,
            self._attributes(builder, rest),
            builder.cite(_find(rest, "cite")),
            span=self._span(line),
        )

    def example(self, line: Line, twig: Tree[Token]) -> tree.Example:
        said = twig.children[1]
        builder = self.builder()
        if isinstance(said, Token):
            name = tree.Name(builder.text(said), span=builder.span(said))
        else:
            name = builder.name(said)
        return tree.Example(name, self.lines(line, "example_line", self._example_line), span=self._span(line))

    def _example_line(self, line: Line, twig: Tree[Token]) -> tree.ExampleLine:
        builder, span, kids = self.builder(), self._span(line), twig.children
        data = str(twig.data)
        if data != "given_rows":
            self.no_children(line)
        match data:
            case "given":
                return tree.Given(self._assignments(builder, kids), span=span)
            case "given_rows":
                count = next((kid for kid in kids if isinstance(kid, Token) and kid.type == "QUANTITY"), None)
                return tree.GivenRows(
                    builder.name(kids[1]),
                    builder.quantity(count) if count is not None else None,
                    self._assignments(builder, kids),
                    self.grid(line) if line.children else None,
                    span=span,
                )
            case "should":
                return tree.Should(
                    tuple(self._expected(builder, kid) for kid in kids if isinstance(kid, Tree)), span=span
                )
            case "adopt_in_example":
                names = [builder.name(kid) for kid in kids if _is(kid, "name")]
                return tree.Adopting(tuple(zip(names[::2], names[1::2], strict=True)), span=span)
            case _:
                return tree.OnDate(builder.day(cast(Token, kids[1])).value, span=span)

    def _assignments(self, builder: Builder, kids: Iterable[Twig]) -> tuple[tree.Assignment, ...]:
        found = []
        for kid in kids:
            if _is(kid, "assignment"):
                target, _, value = cast(Tree[Token], kid).children
                inner = cast(Tree[Token], value).children[0]
                unknown = isinstance(inner, Token) and inner.type == "UNKNOWN"
                found.append(
                    tree.Assignment(
                        builder.reference(target), None if unknown else builder.expr(inner), span=builder.span(kid)
                    )
                )
        return tuple(found)

    def _expected(self, builder: Builder, twig: Tree[Token]) -> tree.Expected:
        target = builder.reference(twig.children[0])
        kind = str(twig.data).removeprefix("expect_").upper()
        if kind == "VALUE":
            return tree.Expected(target, builder.expr(twig.children[2]), span=builder.span(twig))
        status = cast(Literal["PENDING", "UNKNOWN", "INVALID", "INAPPLICABLE"], kind)
        return tree.Expected(target, None, status, span=builder.span(twig))


_DECLARATIONS: dict[str, Callable[[_Reader, Line, Tree[Token]], tree.Declaration]] = {
    name: getattr(_Reader, name)
    for name in (
        "policy",
        "roll",
        "units",
        "clause",
        "entity",
        "part",
        "on_entity",
        "table",
        "rule",
        "task",
        "constraint",
        "reading",
        "decision",
        "example",
        "formula",
        "calendar",
        "conditions",
        "applies",
    )
} | {"parameter": _Reader.rule, "import": _Reader.imported, "always": _Reader.property, "monotone": _Reader.property}


def _is(twig: Twig, name: str) -> bool:
    return isinstance(twig, Tree) and str(twig.data) == name


def _find(twigs: Iterable[Twig], name: str) -> Tree[Token] | None:
    return next((twig for twig in twigs if isinstance(twig, Tree) and str(twig.data) == name), None)


def _is_word(twig: Twig) -> bool:
    return _is(twig, "cite") or (
        isinstance(twig, Token) and twig.type in ("APPLIES", "WHEN", "ELSE", "INAPPLICABLE", "TEXT")
    )


def _after_equals(builder: Builder, twigs: Sequence[Twig]) -> tree.Expr | None:
    for at, twig in enumerate(twigs):
        if isinstance(twig, Token) and twig.type == "EQUALS":
            return builder.expr(twigs[at + 1])
    return None


def _who(builder: Builder, twig: Twig) -> str:
    return builder.text(twig) if isinstance(twig, Token) else builder.name(twig).text


def _bare(text: str) -> str:
    text = text.strip()
    return text[1:-1] if text.startswith("「") and text.endswith("」") else text


def _in_block(row: tree.Row) -> bool:
    """Whether a line belongs to the block expression of its rule rather than to the rule."""
    return isinstance(row, tree.BandRow | tree.ChoiceRow | tree.StepRow | tree.Mark | tree.Amount)
