"""Owns the map between a policy and the clauses of its notice, both ways: who cites each clause, and what cites nothing."""

from __future__ import annotations

from collections import defaultdict
from typing import Literal

from attrs import frozen

from policydsl.core import program as core
from policydsl.coverage.held import TextCover, hold
from policydsl.coverage.places import Place, of_one_line, place
from policydsl.coverage.structure import read_notice
from policydsl.diagnostics.model import Language
from policydsl.source import Span

How = Literal["exact", "whole", "inner"]
"""How a citation meets a clause: it names it, it names what the clause lies in, or something inside the clause."""
State = Literal["covered", "no-rules", "uncovered", "contradicted", "unlisted"]
"""covered: cited; no-rules: 不作规则, with its reason; uncovered: cited by none; contradicted: 不作规则 and yet cited by itself;
unlisted: cited, but the inventory has neither it nor what it lies in."""

MUST_CITE = frozenset({"rule", "task", "condition", "constraint", "reading", "decision", "table"})
"""Kinds of declaration that answer to the notice; fields may, and formulas and parameters serve those that do."""


@frozen
class Cited:
    """One declaration that cites a clause."""

    citer: core.Citer
    how: How
    lent: bool
    quoted: str = ""


@frozen
class ClauseCover:
    """One clause and what answers to it. `id` as the inventory or, where it is unlisted, the citation writes it."""

    id: str
    title: str
    state: State
    reason: str
    cited: tuple[Cited, ...]
    span: Span | None

    @property
    def fine(self) -> bool:
        """Whether nothing is left to do about it."""
        return self.state in ("covered", "no-rules")


@frozen
class Coverage:
    """Everything about one policy and its notice. `text` is None where no text was given."""

    title: str
    number: str
    issuer: str
    lang: Language
    clauses: tuple[ClauseCover, ...]
    uncited: tuple[core.Citer, ...]
    text: TextCover | None

    @property
    def complete(self) -> bool:
        """Whether every clause is answered for, nothing cites nothing, and the text, if given, has nothing unexplained."""
        return (
            all(clause.fine for clause in self.clauses)
            and not self.uncited
            and (self.text is None or self.text.complete)
        )


def cover(program: core.Program, text: str | None = None) -> Coverage:
    """The coverage of a program's inventory (条款) by its declarations and, where its text is given, of the notice itself."""
    citers = tuple(citer for citer in program.citers if citer.cites)
    header = program.header
    return Coverage(
        header.title,
        header.id,
        header.issuer,
        program.language,
        (*_listed(program, citers), *_unlisted(program, citers)),
        tuple(citer for citer in program.citers if citer.kind in MUST_CITE and not citer.cites),
        None if text is None else hold(program, citers, read_notice(text)),
    )


def _listed(program: core.Program, citers: tuple[core.Citer, ...]) -> tuple[ClauseCover, ...]:
    by_first: dict[str, list[tuple[Place, core.Citer, core.Citation]]] = defaultdict(list)
    for citer in citers:
        for citation in citer.cites:
            steps = place(citation.clause)
            if steps:
                by_first[steps[0]].append((steps, citer, citation))
    found = []
    for clause in program.clauses:
        mine = place(clause.id)
        cited: dict[int, Cited] = {}
        for steps, citer, citation in by_first.get(mine[0], ()) if mine else ():
            if not of_one_line(steps, mine):
                continue
            how: How = "exact" if steps == mine else "whole" if len(steps) < len(mine) else "inner"
            known = cited.get(id(citer))
            if known is None or (known.how != "exact" and how == "exact"):
                cited[id(citer)] = Cited(citer, how, citation.lent, citation.quoted)
        found.append(_clause(clause, _telling(tuple(cited.values()))))
    return tuple(found)


def _telling(cited: tuple[Cited, ...]) -> tuple[Cited, ...]:
    """Those that name the clause first. A part counts only where nothing else does: what stands in it has its citation."""
    own = tuple(one for one in cited if one.citer.kind != "part") or cited
    order: dict[How, int] = {"exact": 0, "inner": 1, "whole": 2}
    return tuple(sorted(own, key=lambda one: order[one.how]))


def _clause(clause: core.Clause, cited: tuple[Cited, ...]) -> ClauseCover:
    if clause.makes_rules:
        state: State = "covered" if cited else "uncovered"
    else:
        # what lies around or inside it may well be cited; only being cited itself contradicts it
        named = tuple(one for one in cited if one.how == "exact")
        state, cited = ("contradicted" if named else "no-rules"), named
    return ClauseCover(clause.id, clause.title, state, clause.reason, cited, clause.span)


def _unlisted(program: core.Program, citers: tuple[core.Citer, ...]) -> tuple[ClauseCover, ...]:
    """Clauses cited that the inventory does not know; none where it has no inventory at all would be a list of everything."""
    listed = [place(clause.id) for clause in program.clauses]
    found: dict[str, list[Cited]] = {}
    for citer in citers:
        for citation in citer.cites:
            if not any(of_one_line(place(citation.clause), steps) for steps in listed):
                found.setdefault(citation.clause, []).append(Cited(citer, "exact", citation.lent, citation.quoted))
    return tuple(
        ClauseCover(id_, "", "unlisted", "", _telling(tuple(cited)), cited[0].citer.span)
        for id_, cited in found.items()
    )
