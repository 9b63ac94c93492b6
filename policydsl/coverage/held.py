"""Owns the policy held against the notice's own text: citations that lead nowhere, phrases that do not stand there, paragraphs
nobody lists, and figures that nothing which cites their place uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime
from fractions import Fraction
from typing import Literal

from attrs import evolve, frozen

from policydsl.core import program as core
from policydsl.core.types import Number
from policydsl.core.units import Unit
from policydsl.core.walk import everything
from policydsl.coverage.figures import CLASSIFIERS, Figure, Reader
from policydsl.coverage.places import Place, of_one_line, place, shown, without_letter
from policydsl.coverage.plain import dense
from policydsl.coverage.structure import Notice, Paragraph
from policydsl.source import Span

Explained = Literal["used", "no-rules", "not"]
"""used: by something that cites its place; no-rules: its clause is 不作规则; not: by nothing."""


@frozen
class BadPlace:
    """A citation (or an inventory's clause) of a place that the notice does not have. `near` has the longest part of it that is there."""

    clause: str
    by: str
    span: Span | None
    near: str


@frozen
class BadPhrase:
    """A quoted phrase that does not stand where it is cited from; `elsewhere` are the places where it does."""

    clause: str
    quoted: str
    by: str
    span: Span | None
    elsewhere: tuple[str, ...]


@frozen
class HeldFigure:
    """A figure of the notice, where it stands and what accounts for it.

    `by` names what uses it (`used`), the clauses (`no-rules`) or, where nothing does, what uses it citing other places.
    """

    at: str
    line: int
    figure: Figure
    context: str
    explained: Explained
    by: tuple[str, ...]


@frozen
class TextCover:
    """What holding a policy against its notice gave."""

    paragraphs: int
    cut: bool
    places: tuple[BadPlace, ...]
    phrases: tuple[BadPhrase, ...]
    unlisted: tuple[tuple[str, int, str], ...]
    figures: tuple[HeldFigure, ...]

    @property
    def unexplained(self) -> tuple[HeldFigure, ...]:
        """The figures that nothing accounts for."""
        return tuple(item for item in self.figures if item.explained == "not")

    @property
    def complete(self) -> bool:
        """Whether nothing is left to explain."""
        return not (self.cut or self.places or self.phrases or self.unlisted or self.unexplained)


def hold(program: core.Program, citers: tuple[core.Citer, ...], notice: Notice) -> TextCover:
    """The policy against the text of its notice, as its errata (勘误) mend it."""
    printed = tuple(_printed(program, notice))
    notice = _mended(program, notice)
    return TextCover(
        len(notice.paragraphs),
        notice.cut,
        tuple(_places(program, citers, notice)),
        (*printed, *_phrases(citers, notice)),
        tuple(
            (shown(item.at), item.line, item.text)
            for item in notice.paragraphs
            if not any(
                of_one_line(without_letter(place(clause.id)), path)
                for clause in program.clauses
                for path in item.places
            )
        ),
        tuple(_figures(program, citers, notice)),
    )


# ---------------------------------------------------------------- citations


def _places(program: core.Program, citers: tuple[core.Citer, ...], notice: Notice) -> list[BadPlace]:
    found: dict[tuple[str, str], BadPlace] = {}
    asked = [(clause.id, "", clause.span) for clause in program.clauses]
    asked += [(cite.clause, citer.name, cite.span) for citer in citers for cite in citer.cites if not cite.lent]
    for id_, by, span in asked:
        steps = without_letter(place(id_))
        if not steps or not notice.has(steps):
            there = steps
            while there and not notice.has(there):
                there = there[:-1]
            found.setdefault((id_, by), BadPlace(id_, by, span, shown(there)))
    return list(found.values())


def _printed(program: core.Program, notice: Notice) -> Iterator[BadPhrase]:
    """Errata whose printed words do not stand where they say."""
    for erratum in program.errata:
        phrase, steps = dense(erratum.printed), without_letter(place(erratum.clause))
        if not any(phrase in dense(item.text) for item in notice.within(steps)):
            elsewhere = tuple(shown(item.at) for item in notice.paragraphs if phrase in dense(item.text))
            yield BadPhrase(erratum.clause, erratum.printed, erratum.meant, erratum.span, elsewhere[:5])


def _mended(program: core.Program, notice: Notice) -> Notice:
    """The notice with the words that its errata put right."""
    for erratum in program.errata:
        steps = without_letter(place(erratum.clause))
        paragraphs = tuple(
            evolve(item, text=item.text.replace(erratum.printed, erratum.meant))
            if any(path[: len(steps)] == steps for path in item.places)
            else item
            for item in notice.paragraphs
        )
        notice = evolve(notice, paragraphs=paragraphs)
    return notice


def _phrases(citers: tuple[core.Citer, ...], notice: Notice) -> list[BadPhrase]:
    found = []
    for citer in citers:
        for cite in citer.cites:
            if not cite.quoted or cite.lent:
                continue
            phrase = dense(cite.quoted)
            steps = without_letter(place(cite.clause))
            if any(phrase in dense(item.text) for item in notice.within(steps)):
                continue
            elsewhere = tuple(shown(item.at) for item in notice.paragraphs if phrase in dense(item.text))
            found.append(BadPhrase(cite.clause, cite.quoted, citer.name, cite.span, elsewhere[:5]))
    return found


# ---------------------------------------------------------------- figures


@frozen
class _Used:
    """What one declaration uses: numbers with units, days, figures in its texts, lengths of its lists."""

    numbers: frozenset[tuple[Fraction, str]]
    days: tuple[date | datetime, ...]
    words: tuple[Figure, ...]
    lists: frozenset[int]


def _figures(program: core.Program, citers: tuple[core.Citer, ...], notice: Notice) -> list[HeldFigure]:
    reader = Reader(program.units, program.header.currency)
    rows = _row_names(program)
    known: dict[int, _Used] = {}

    def used(citer: core.Citer) -> _Used:
        found = known.get(id(citer))
        if found is None:
            found = known[id(citer)] = _used(program, citer, reader)
        return found

    by_first: dict[str, list[tuple[Place, core.Citer]]] = defaultdict(list)
    for citer in citers:
        for cite in citer.cites:
            steps = without_letter(place(cite.clause))
            if steps:
                by_first[steps[0]].append((steps, citer))
    silent = [(place(clause.id), clause) for clause in program.clauses if not clause.makes_rules]
    found = []
    for item in notice.paragraphs:
        near = {
            id(citer): citer
            for path in item.places
            for steps, citer in by_first.get(path[0], ())
            if of_one_line(steps, path)
        }
        for figure in reader.find(item.text):
            found.append(_held(figure, item, tuple(near.values()), used, silent, reader, citers, rows))
    return found


def _held(
    figure: Figure,
    item: Paragraph,
    near: tuple[core.Citer, ...],
    used: Callable[[core.Citer], _Used],
    silent: list[tuple[Place, core.Clause]],
    reader: Reader,
    citers: tuple[core.Citer, ...],
    rows: frozenset[str],
) -> HeldFigure:
    by = tuple(dict.fromkeys(citer.name for citer in near if _answers(used(citer), figure, rows)))
    explained: Explained = "used" if by else "not"
    if not by:
        by = _excused(figure, item, silent, reader)
        explained = "no-rules" if by else "not"
    if not by:
        by = tuple(dict.fromkeys(citer.name for citer in citers if _answers(used(citer), figure, rows)))[:5]
    return HeldFigure(shown(item.at), item.line, figure, item.fragment(figure.start), explained, by)


def _excused(
    figure: Figure, item: Paragraph, silent: list[tuple[Place, core.Clause]], reader: Reader
) -> tuple[str, ...]:
    """Clauses without rules that account for a figure: one that holds the whole paragraph, or one inside it whose reason names it."""
    found = []
    for steps, clause in silent:
        whole = without_letter(steps)
        for path in item.places:
            if steps == path[: len(steps)] or (
                of_one_line(whole, path)
                and any(said.value == figure.value and said.unit == figure.unit for said in reader.find(clause.reason))
            ):
                found.append(clause.id)
    return tuple(dict.fromkeys(found))


def _row_names(program: core.Program) -> frozenset[str]:
    """What an amount may be of each of: 万元/区 is what one row of 区 gets."""
    return frozenset(name for entity in program.entities.values() for name in (entity.name, entity.counted_in) if name)


def _used(program: core.Program, citer: core.Citer, reader: Reader) -> _Used:
    numbers: set[tuple[Fraction, str]] = set()
    days: list[date | datetime] = []

    def take(literal: core.Const) -> None:
        if isinstance(literal.value, date):
            days.append(literal.value)
        elif isinstance(literal.value, int | Fraction) and not isinstance(literal.value, bool):
            unit = literal.type.unit if isinstance(literal.type, Number) else Unit()
            numbers.add((Fraction(literal.value), str(unit)))

    for literal in citer.literals:
        take(literal)
    rule = program.rule_index.get((citer.entity, citer.name))
    # what a rule takes from formulas, named figures and tables stands in its body in the core
    for node in everything(rule.body) if rule is not None else ():
        if isinstance(node, core.Const):
            take(node)
        elif isinstance(node, core.Lookup):
            for name, table in program.tables.items():
                if name.partition("@")[0] == node.table:
                    for row in table.rows:
                        cell = row.cells.get(node.column)
                        if isinstance(cell, core.Const):
                            take(cell)
    words = tuple(figure for text in citer.words for figure in reader.find(text))
    return _Used(frozenset(numbers), tuple(days), words, frozenset(citer.lists))


def _answers(used: _Used, figure: Figure, rows: frozenset[str]) -> bool:
    """Whether a declaration uses a figure of the notice."""
    if any(_same(said, figure) for said in used.words):
        return True
    match figure.value:
        case Fraction():
            if (figure.value, figure.unit) in used.numbers:
                return True
            if figure.unit in ("", *CLASSIFIERS) and (figure.value, "") in used.numbers:
                return True
            above, _, below = figure.unit.partition("/")
            if below in rows and (figure.value, above) in used.numbers:
                return True
            return figure.unit in CLASSIFIERS and figure.value in used.lists
        case datetime():
            return figure.value in [day for day in used.days if isinstance(day, datetime)]
        case date():
            return any(_on(day, figure.value) for day in used.days)
        case _:
            return any((day.year, day.month)[: len(figure.value)] == figure.value for day in used.days)


def _on(day: date, wanted: date) -> bool:
    return day.date() == wanted if isinstance(day, datetime) else day == wanted


def _same(said: Figure, figure: Figure) -> bool:
    """The same figure in words; a longer date answers to its year and month."""
    if said.value == figure.value and said.unit == figure.unit:
        return True
    if not isinstance(figure.value, tuple):
        return False
    size = len(figure.value)
    match said.value:
        case date():
            return (said.value.year, said.value.month)[:size] == figure.value
        case tuple():
            return said.value[:size] == figure.value
        case _:
            return False
