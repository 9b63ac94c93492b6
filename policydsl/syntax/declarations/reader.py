"""Owns reading the lines of one file: each is parsed as what it may be where it stands, and every mistake is noted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from policydsl.diagnostics.model import Diagnostic, Language
from policydsl.source import Span
from policydsl.syntax import tree
from policydsl.syntax.door import Door
from policydsl.syntax.expressions import Builder
from policydsl.syntax.lines import Layout, Line
from policydsl.syntax.twig import Tree

T = TypeVar("T")


class Reader:
    """Reads the lines of one file."""

    def __init__(self, layout: Layout, language: Language) -> None:
        self.source = layout.source
        self.text = layout.text
        self.language: Language = language
        self.door = Door(layout.source, layout.text, language)
        self.findings: list[Diagnostic] = []

    def report(self, code: str, where: Line | Span, mend: str | None = None, **data: object) -> None:
        """Note a finding at a line or a stretch of it, with what to write instead where that is known."""
        span = Span(self.source, where.start, where.end) if isinstance(where, Line) else where
        self.findings.append(Diagnostic(code, span, data, language=self.language, mend=mend))

    def builder(self, rows: tuple[tree.Row, ...] = ()) -> Builder:
        """A builder of the nodes of one line, whose block has `rows`."""
        return Builder(self.source, self.language, rows, findings=self.findings)

    def span(self, line: Line) -> Span:
        """The place of a line."""
        return Span(self.source, line.start, line.end)

    def no_children(self, line: Line) -> None:
        """Note a block below a line that can have none."""
        if line.children:
            self.report("unexpected-block", line.children[0])

    def lines(self, line: Line, symbol: str, make: Callable[[Reader, Line, Tree], T | None]) -> tuple[T, ...]:
        """The children of a line, each parsed as `symbol`."""
        found = []
        for child in line.children:
            if child.row:
                self.report("row-without-table", child)
                continue
            twig = self.door.parse(child.start, child.end, symbol)
            node = make(self, child, twig) if twig is not None else None
            if node is not None:
                found.append(node)
        return tuple(found)
