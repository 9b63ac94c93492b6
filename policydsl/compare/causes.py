"""Owns which changes of a policy a rule rests on: those of what it says itself, and of the tables, readings and figures it reads."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, field

from policydsl.compare.model import Change, Differences
from policydsl.core import program as core
from policydsl.core.walk import everything
from policydsl.explain.book import Book
from policydsl.source import Span
from policydsl.syntax import tree


@define
class Causes:
    """Finds the changes of substance behind a rule; each rule is looked through once."""

    found: Differences
    _known: dict[tuple[int, tuple[str, str]], tuple[Change, ...]] = field(factory=dict)

    def of(self, books: tuple[Book, Book], old: core.Rule | None, new: core.Rule | None) -> tuple[Change, ...]:
        """The changes that can make the old and the new rule differ, in their order."""
        hit = {
            id(change)
            for side, rule in ((0, old), (1, new))
            if rule is not None
            for change in self._side(books, side, rule)
        }
        return tuple(change for change in self.found.of("substance") if id(change) in hit)

    def _side(self, books: tuple[Book, Book], side: int, rule: core.Rule) -> tuple[Change, ...]:
        at = (side, rule.id)
        if at not in self._known:
            self._known[at] = tuple(self._changes(books[side], side, rule))
        return self._known[at]

    def _changes(self, book: Book, side: int, rule: core.Rule) -> Iterator[Change]:
        declared = [
            (change, node.span)
            for change in self.found.of("substance")
            if (node := (change.before, change.after)[side]) is not None
        ]
        for one in self._behind(book, rule):
            spans = [node.span for node in everything(one.body) if node.span is not None]
            spans += [one.span] if one.span is not None else []
            looked_up = {(node.table, node.column) for node in everything(one.body) if isinstance(node, core.Lookup)}
            switched = {node.reading for node in everything(one.body) if isinstance(node, core.Switch)}
            read = {(node.entity, node.name) for node in everything(one.body) if isinstance(node, core.FieldRead)}
            for change, span in declared:
                node = (change.before, change.after)[side]
                match node:
                    case tree.Table(name=name):
                        columns = {column for table, column in looked_up if table == name.text}
                        hit = bool(columns) and _concerns(change, columns)
                    case tree.Reading(name=name):
                        hit = name.text in switched or name.text == one.name
                    case tree.Entity(name=name):
                        told = {getattr(item.data.get("name"), "text", "") for item in change.details}
                        hit = any(entity == name.text and field_ in told for entity, field_ in read)
                    case _:
                        hit = any(_within(inner, span) for inner in spans)
                if hit:
                    yield change

    def _behind(self, book: Book, rule: core.Rule) -> Iterator[core.Rule]:
        """The rule itself, and those of other entities' rows that it reads: an activity that counts, a visit that qualifies."""
        yield rule
        for at in sorted(book.below(rule.id)):
            other = book.trace.program.rule_index.get(at)
            if other is not None and other.entity != rule.entity:
                yield other


def _concerns(change: Change, columns: set[str]) -> bool:
    """Whether a change of a table can be seen in these columns: a changed cell only in its own."""
    if change.fate != "changed":
        return True
    return any(
        item.what != "cell" or getattr(item.data["column"], "text", "") in columns
        for item in change.details
        if item.weight == "substance"
    )


def _within(inner: Span, outer: Span) -> bool:
    return inner.source.name == outer.source.name and outer.start <= inner.start and inner.end <= outer.end
