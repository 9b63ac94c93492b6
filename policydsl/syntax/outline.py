"""Owns the outline of a file: where each declaration stands and what it is called, without reading what it says.

Making it costs one pass over the lines. Declarations are read one by one as they are asked for: most of a corpus never is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import date
from functools import cached_property

from attrs import define, field

from policydsl.diagnostics.model import Diagnostic, Language
from policydsl.source import Source, Span
from policydsl.syntax import tree
from policydsl.syntax.declarations.reader import Reader
from policydsl.syntax.keywords import KEYWORDS
from policydsl.syntax.lines import MAX_DEPTH, NARROW, Line, lay_out, narrow, width_of
from policydsl.syntax.literals import read_date
from policydsl.syntax.parse import MAX_SIZE, language_of, read_declaration

_LINE = re.compile(r"^(\ufeff?[ \t\u3000\u00a0]*)([^\s#\uff03][^\n\r]*)", re.MULTILINE)
_WORD = re.compile(r"[a-z]+|[^\W\d_a-zA-Z]+")
_NAME = re.compile(r"[ \t]*(?:「([^「」\n]+)」|([A-Za-z_][A-Za-z0-9_]*(?![^\W\d])|[^\W\d]+)|[“\"]([^“”\"\n]*)[”\"])")
_ALIAS = re.compile(r"[ \t]*\([ \t]*([A-Za-z_][A-Za-z0-9_]*)[ \t]*\)")
_ID = re.compile(r"[ \t]*([^\s:“”\"][^:“”\"\n]*?)[ \t]*(?::|$|自[ \t]|from[ \t])")
_DAY = re.compile(r"[12]\d{3}年[01]?\d月[0-3]?\d日|[12]\d{3}-[01]\d-[0-3]\d")
_STARTS: dict[Language, dict[str, str]] = {
    language: {word.spelling(language): word.id for word in KEYWORDS if word.group == "declaration"}
    for language in ("zh", "en")
}
_HEADS: dict[Language, dict[str, str]] = {
    language: {word.spelling(language): word.id for word in KEYWORDS if word.group == "header"}
    for language in ("zh", "en")
}
_HOLDING = frozenset({"PART", "ON"})


@define(eq=False)
class Entry:
    """A declaration where it stands: its word (a keyword id), its name (of 修订: the id), its lines. `body`: of 部分 and 针对."""

    word: str
    name: str
    alias: str
    start: int
    end: int
    body: list[Entry] = field(factory=list)


class Outline:
    """A file whose declarations are read as they are asked for."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.language = language_of(source.text)
        self.findings: list[Diagnostic] = []
        self._whole: dict[int, Line] = {}
        self._reader: Reader | None = None
        self._nodes: dict[int, tree.Declaration | None] = {}

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The declarations of the file, those of a 部分 or 针对 within it."""
        text = self.source.text
        if len(text) > MAX_SIZE:
            return ()
        words, top = _STARTS[self.language], list[Entry]()
        open_: list[tuple[int, Entry]] = []
        for found in _LINE.finditer(text):
            indent = width_of(found[1]) if found[1] else 0
            while open_ and open_[-1][0] >= indent:
                open_.pop()[1].end = found.start()
            if open_ and (open_[-1][1].word not in _HOLDING or len(open_) >= MAX_DEPTH):
                # a line of a block
                continue
            said = found[2].translate(NARROW)
            first = _WORD.match(said)
            entry = Entry(words.get(first[0], "") if first else "", "", "", found.start(), len(text))
            if first is not None and entry.word:
                _call(entry, said[first.end() :])
            (open_[-1][1].body if open_ else top).append(entry)
            open_.append((indent, entry))
        return tuple(top)

    def head(self) -> dict[str, str]:
        """What the lines of 政策 say, by keyword id, as they are written; TITLE is the name of the policy."""
        entry = next((item for item in self.entries if item.word == "POLICY"), None)
        if entry is None:
            return {}
        found = {"TITLE": entry.name}
        words = _HEADS[self.language]
        for line in _LINE.finditer(self.source.text, entry.start, entry.end):
            said = line[2]
            for word, id_ in words.items():
                if said.startswith(word) and said[len(word) : len(word) + 1].isspace():
                    found[id_] = said[len(word) :].split("#")[0].strip()
        return found

    def read(self, entry: Entry) -> tree.Declaration | None:
        """The declaration of an entry; without its body where it is a 部分 or 针对. None where it cannot be read."""
        if entry.start not in self._nodes:
            line, reader = self._line(entry)
            if line is not None and entry.word in _HOLDING:
                line = Line(line.start, line.end, line.indent, line.row)
            self._nodes[entry.start] = read_declaration(reader, line) if line is not None else None
        return self._nodes[entry.start]

    def whole(self) -> None:
        """Say that most of the file will be read: it is laid out at once."""
        if self._reader is None:
            layout, wrong = lay_out(self.source, self.language)
            self.findings += wrong
            self._reader = self._made(Reader(layout, self.language))
            stack = list(layout.lines)
            while stack:
                line = stack.pop()
                self._whole[self.source.line_starts[bisect_right(self.source.line_starts, line.start) - 1]] = line
                stack += line.children

    def _line(self, entry: Entry) -> tuple[Line | None, Reader]:
        if self._reader is not None:
            return self._whole.get(entry.start), self._reader
        layout, wrong = lay_out(self.source, self.language, entry.start, entry.end)
        self.findings += wrong
        return (layout.lines[0] if layout.lines else None), self._made(Reader(layout, self.language))

    def _made(self, reader: Reader) -> Reader:
        # whatever is wrong with any of them is wrong with the file
        reader.findings = self.findings
        reader.door.findings = self.findings
        return reader

    def span(self, entry: Entry) -> Span:
        """The first line of an entry."""
        text = self.source.text
        start = entry.start
        while start < entry.end and text[start] in "\ufeff \t\u3000\u00a0":
            start += 1
        end = text.find("\n", start, entry.end)
        return Span(self.source, start, len(text[start : end if end >= 0 else entry.end].rstrip()) + start)


def _call(entry: Entry, rest: str) -> None:
    if entry.word in ("AMEND", "CLAUSE"):
        found = _ID.match(rest)
        entry.name = found[1] if found else ""
        return
    name = _NAME.match(rest)
    if name is not None:
        entry.name = (name[1] or name[2] or name[3] or "").strip()
        alias = _ALIAS.match(rest, name.end())
        entry.alias = alias[1] if alias else ""


def day_in(text: str) -> date | None:
    """The first day that a text names, if it is one of the calendar."""
    found = _DAY.search(narrow(text))
    try:
        return read_date(found[0]) if found else None
    except ValueError:
        return None
