"""Owns how conditions stand in a query: comparisons, some of several, membership, what is there, what is unmet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import evolve
from sqlglot import exp

from policydsl.columnar import arithmetic, sql
from policydsl.columnar.sql import Sql
from policydsl.columnar.terms import Term, grade, reasons
from policydsl.core import program as core

if TYPE_CHECKING:
    from policydsl.columnar.encode import Encoder


def decided(to: Encoder, value: Sql, terms: Sequence[Term]) -> Term:
    """A condition of several: it lacks what they lack only while it is undecided."""
    lack = grade([term.lack for term in terms])
    if lack is None:
        return Term("bool", value)
    open_ = sql.blank(value)
    why = reasons([term.why for term in terms]) or sql.numbers([])
    return Term(
        "bool", value, lack=sql.case([(open_, lack)], sql.whole(0)), why=sql.case([(open_, why)], sql.numbers([]))
    )


def some(to: Encoder, parts: Sequence[core.Expr], least: int) -> Term:
    """At least so many of several conditions."""
    terms = [to.again(to.condition(part)) for part in parts]
    if least == 1:
        return decided(to, sql.some(*[term.value for term in terms]), terms)
    one, none = sql.whole(1), sql.whole(0)
    sure = sql.joined(exp.Add, [sql.case([(term.value, one)], none) for term in terms], none)
    possible = sql.joined(
        exp.Add, [sql.case([(sql.coalesce(term.value, sql.TRUE), one)], none) for term in terms], none
    )
    value = sql.case(
        [
            (sql.binary(exp.GTE, sure, sql.whole(least)), sql.TRUE),
            (sql.binary(exp.LT, possible, sql.whole(least)), sql.FALSE),
        ],
        sql.NULL,
    )
    return decided(to, value, terms)


def compare(to: Encoder, node: core.Compare) -> Term:
    """A comparison; of an open count, what is certain."""
    return compared_terms(to, node.op, to.term(node.left), to.term(node.right))


def compared_terms(to: Encoder, op: core.Comparator, left: Term, right: Term) -> Term:
    """Two values compared."""
    if isinstance(left.value, exp.Literal) and isinstance(right.value, exp.Literal) and left.kind == "text":
        # a reading is a constant of the run
        same = left.value.name == right.value.name
        if op in ("eq", "ne"):
            return Term("bool", sql.TRUE if same is (op == "eq") else sql.FALSE)
    spans = (left.span, right.span)
    one, two = to.again(to.fit(left)), to.again(to.fit(right))
    value = arithmetic.compared(op, one, two, to.world.width)
    if spans == (None, None) or (left.lack is None and right.lack is None):
        return arithmetic.united("bool", value, [one, two])
    certain = _certain(to, op, evolve(one, span=spans[0]), evolve(two, span=spans[1]))
    return decided(to, certain, [one, two])


def _certain(to: Encoder, op: core.Comparator, left: Term, right: Term) -> Sql:
    """What is certain of two numbers of which at least one may be an open count."""

    def ends(term: Term) -> tuple[Term, Term | None]:
        if term.span is None:
            bare = evolve(term, lack=None, why=None)
            return bare, bare
        low = Term("number", term.span.low, term.den)
        high = Term("number", term.span.high, term.den) if term.span.high is not None else None
        return low, high

    (low, high), (least, most) = ends(left), ends(right)

    def compared(relation: core.Comparator, a: Term | None, b: Term | None) -> Sql:
        if a is None or b is None:
            return sql.FALSE
        return sql.coalesce(arithmetic.compared(relation, a, b, to.world.width), sql.FALSE)

    above, below = compared("gt", low, most), compared("lt", high, least)
    at_least, at_most = compared("ge", low, most), compared("le", high, least)
    exact = arithmetic.compared(op, evolve(left, lack=None), evolve(right, lack=None), to.world.width)
    rows: dict[core.Comparator, list[tuple[Sql, Sql]]] = {
        "ge": [(at_least, sql.TRUE), (below, sql.FALSE)],
        "gt": [(above, sql.TRUE), (at_most, sql.FALSE)],
        "le": [(at_most, sql.TRUE), (above, sql.FALSE)],
        "lt": [(below, sql.TRUE), (at_least, sql.FALSE)],
        "eq": [(sql.some(above, below), sql.FALSE)],
        "ne": [(sql.some(above, below), sql.TRUE)],
    }
    return sql.case(rows[op], exact)


def one_of(to: Encoder, item: core.Expr, options: Sequence[core.Expr]) -> Term:
    """Whether a value is one of several."""
    what = to.again(to.fit(to.term(item)))
    terms = to.strict(options)
    equals = [arithmetic.compared("eq", what, term, to.world.width) for term in terms]
    return decided(to, sql.some(*equals), [what, *terms])


def has(to: Encoder, term: Term) -> Term:
    """Whether there is a value: neither none nor not applicable."""
    if term.absent is None:
        value: Sql = sql.TRUE
        if term.lack is not None:
            value = sql.case([(sql.there(term.value), sql.TRUE)], sql.NULL)
        return Term("bool", value, lack=term.lack, why=term.why)
    rows: list[tuple[Sql, Sql]] = [(sql.there(term.absent), sql.FALSE)]
    if term.lack is not None:
        rows.append((sql.binary(exp.GT, term.lack, sql.whole(0)), sql.NULL))
    return Term("bool", sql.case(rows, sql.TRUE), lack=term.lack, why=term.why)


def unmet(to: Encoder, parts: Sequence[core.Option]) -> Term:
    """The names of the conditions that are not met."""
    terms = [to.again(to.condition(part.value)) for part in parts]
    items = [
        sql.case([(sql.negated(term.value), sql.text(part.label))], sql.NULL)
        for part, term in zip(parts, terms, strict=True)
    ]
    listed = sql.function("list_filter", exp.Array(expressions=items), _not_blank())
    lack = grade([term.lack for term in terms])
    if lack is not None:
        listed = sql.case([(sql.binary(exp.EQ, lack, sql.whole(0)), listed)], sql.NULL)
    return arithmetic.united("list", listed, terms)


def _not_blank() -> Sql:
    item = exp.to_identifier("x")
    return exp.Lambda(this=sql.there(exp.Column(this=item)), expressions=[item])
