"""Owns written nodes as a report shows them: one line, names without their 「」, in the language of the report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from attrs import evolve, field, frozen

from policydsl.diagnostics.model import Language
from policydsl.syntax import tree
from policydsl.syntax.format import format_file
from policydsl.syntax.phrases import Phrases
from policydsl.syntax.quoting import run_of
from policydsl.syntax.rows import row_of
from policydsl.syntax.spelling import Spelling


@frozen
class Plain(Spelling):
    """A spelling for readers: names as they are, in an English report by their aliases."""

    aliases: Mapping[str, str] = field(factory=dict, eq=False)

    def named(self, text: str) -> str:
        """A name without 「」; its alias where the report is in English."""
        return self.aliases.get(text, text) if self.language == "en" else text

    def name(self, name: tree.Name) -> str:
        """A written name likewise."""
        return self.named(name.text)


@frozen
class Speaker:
    """Shows the nodes of one file."""

    spelling: Plain

    def show(self, node: object) -> str:
        """Anything that a detail holds, on one line."""
        spell = self.spelling
        match node:
            case None:
                return ""
            case str():
                return node
            case datetime():
                return spell.time(node)
            case date():
                return spell.day(node)
            case tree.Name():
                return spell.name(node)
            case tree.UnitName():
                return spell.type(node)
            case tree.Citation():
                return spell.comma.join(
                    f"{id_} {spell.text(phrase)}" if phrase else id_ for id_, phrase in node.clauses
                )
            case tree.Cell():
                return self._cell(node)
            case tree.BandRow() | tree.ChoiceRow() | tree.StepRow() | tree.Mark() | tree.Amount() | tree.CapRow():
                return self.row(node)
            case tree.RoundRow() | tree.Remark() | tree.LetRow() | tree.ExceptRow() | tree.DatedRow() | tree.Applies():
                return self.row(node)
            case tree.GridRow():
                return "; ".join(" ".join(self._cell(cell) for cell in row) for row in node.grid.rows)
            case tuple():
                return spell.comma.join(self.show(item) for item in node)
            case _:
                return self.expression(node)  # type: ignore[arg-type]

    def expression(self, node: tree.Expr) -> str:
        """An expression, the rows of its blocks after it."""
        phrases = Phrases(self.spelling)
        text = phrases.flat(node)
        rows = ["; ".join(self.row(row) for row in block.rows) for block in phrases.blocks]
        return text + "".join(f" [{row}]" for row in rows)

    def row(self, node: tree.Row) -> str:
        """A line of a block without its citation."""
        bare = without_citation(node)
        written = row_of(self.spelling, bare)
        text = " ".join(run_of(cell).strip() for cell in written.cells if cell)
        if isinstance(node, tree.ChoiceRow | tree.Remark):
            text = text.strip()
        below = [" ".join(run_of(cell).strip() for cell in child.cells) for child in written.children]
        return text + (f" [{'; '.join(below)}]" if below else "")

    def edges(self, row: tree.BandRow) -> str:
        """What a band is reached by."""
        if not row.edges:
            return self.spelling.word("ELSE")
        return run_of(Phrases(self.spelling).edges(row.edges))

    def edge(self, edge: tree.Edge) -> str:
        """One end of a range: 大于 0家."""
        return run_of(Phrases(self.spelling).edge(edge))

    def tail(self, node: tree.Comparison) -> str:
        """A comparison without its left side: 不低于 10场."""
        mark = self.spelling.included(node.inclusive)
        return f"{self.spelling.word(node.word)} {self.expression(node.right)}{mark}"

    def operand(self, node: tree.Binary) -> str:
        """An operation without its left side: × 105%."""
        sign = {"add": "+", "sub": "−", "mul": "×", "div": "÷"}.get(node.op) or self.spelling.word("OF")
        return f"{sign} {self.expression(node.right)}"

    def _cell(self, cell: tree.Cell) -> str:
        match cell.kind:
            case "any":
                return self.spelling.word("ANY")
            case "else":
                return self.spelling.word("ELSE")
            case "edges":
                return run_of(Phrases(self.spelling).edges(cell.edges))
            case _:
                return self.spelling.comma.join(self.expression(value) for value in cell.values)


def without_citation(node: tree.Row) -> tree.Row:
    """A line of a block without what it cites."""
    return node if isinstance(node, tree.Mark | tree.Amount | tree.Remark | tree.GridRow) else evolve(node, cite=None)


def written_text(file: tree.File, node: tree.Declaration, lang: Language) -> str:
    """A declaration as the formatter writes it."""
    return format_file(evolve(file, body=(node,), comments=()), to=lang).strip("\n")
