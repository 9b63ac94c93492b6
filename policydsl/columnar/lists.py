"""Owns lists in a query: what is asked of them, and how they are shown.

A list keeps its elements as columns keep single values: numbers as numerators over one written denominator. A list that comes from
facts, or from the reference, is `coded`: its elements stand as texts, and only their number can be asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import isqrt
from typing import TYPE_CHECKING

from attrs import evolve
from sqlglot import exp

from policydsl.columnar import arithmetic, sql
from policydsl.columnar.sql import Sql
from policydsl.columnar.terms import Beyond, Grade, Term, grade, kind_of, reasons
from policydsl.core import program as core
from policydsl.core.values import Lack

if TYPE_CHECKING:
    from policydsl.columnar.encode import Encoder

OPERATIONS = frozenset(
    ("list_sum", "list_max", "list_min", "list_mean", "list_count", "list_nth", "list_at", "covered_days")
)
ORIGIN = date(1, 1, 1)


def applied(to: Encoder, node: core.Apply) -> Term:
    """An operation on lists. Raises Beyond."""
    args: tuple[core.Expr, ...] = node.args
    down: object = False
    if node.op == "list_nth":
        *kept, line = node.args
        assert isinstance(line, core.Const) and isinstance(line.value, tuple)
        args = tuple(kept)
        if len(line.value) > 1:
            raise Beyond("按几个键排的第几条", "the nth by several keys")
        (said,) = line.value
        assert isinstance(said, tuple)
        down, members = said
        if members:
            raise Beyond("按名录排的第几条", "the nth by the words of a list")
    terms = [to.again(term) for term in to.strict(args)]
    width, listed = to.world.width, terms[0]
    count = width.cast(sql.function("len", listed.value))
    if node.op == "list_count":
        return arithmetic.united("number", count, terms, natural=True)
    if any(isinstance(term.value, exp.Null) for term in terms):
        # nobody has handed in what it would list
        return arithmetic.united(kind_of(node.type), sql.NULL, terms)
    if any(term.kind == "list" and term.coded and term.items != "text" for term in terms):
        raise Beyond("报来的清单的运算", "operations on lists of facts")
    kind = listed.items
    nothing = sql.binary(exp.EQ, count, sql.whole(0))
    match node.op:
        case "list_sum":
            return arithmetic.united("number", _sum(to, listed), terms, den=listed.den)
        case "list_max" | "list_min":
            best = sql.function(node.op, listed.value.copy())
            return _unless(to, nothing, Term(kind, best, listed.den), terms)
        case "list_mean":
            safe = sql.case([(sql.negated(nothing.copy()), count.copy())], sql.whole(1))
            over = arithmetic.times(safe, listed.den)
            return to.again(_unless(to, nothing, Term("number", _sum(to, listed), over), terms))
        case "covered_days":
            if any(term.items != "date" for term in terms):
                raise Beyond("时刻的运算", "operations on moments")
            return arithmetic.united(
                "number", width.cast(_covered(*[term.value for term in terms])), terms, natural=True
            )
        case _:
            return _nth(to, terms, count, bool(down))


def _sum(to: Encoder, listed: Term) -> Sql:
    width = to.world.width
    summed = sql.coalesce(sql.function("list_sum", listed.value.copy()), sql.whole(0))
    return width.cast(sql.case([(sql.there(listed.value.copy()), summed)], sql.NULL))


def _unless(to: Encoder, wrong: Sql, term: Term, parts: Sequence[Term]) -> Term:
    """A term that is undefined where a condition holds, unless a part lacks."""
    lack, why = grade([part.lack for part in parts]), reasons([part.why for part in parts])
    rows = [(wrong, sql.whole(Grade.INVALID), sql.numbers([to.reason(Lack.UNDEFINED)]))]
    if lack is not None:
        rows.insert(0, (sql.binary(exp.GT, lack, sql.whole(0)), lack.copy(), why or sql.numbers([])))
    value = sql.case([(when.copy(), sql.NULL) for when, *_ in rows], term.value)
    lacks = sql.case([(when.copy(), grave) for when, grave, _ in rows], sql.whole(0))
    whys = sql.case([(when.copy(), told) for when, _, told in rows], sql.numbers([]))
    return evolve(term, value=value, lack=lacks, why=whys)


def _nth(to: Encoder, terms: Sequence[Term], count: Sql, down: bool) -> Term:
    """The value at a place: as listed, or in the order of keys, the highest first if `down`."""
    listed, place = terms[0], terms[-1]
    whole = arithmetic.whole_parts(exp.Abs(this=place.value), place.den_sql)
    rest = sql.binary(exp.NEQ, sql.binary(exp.Mod, place.value.copy(), place.den_sql), sql.whole(0))
    below = sql.binary(exp.LT, place.value.copy(), place.den_sql.copy())
    beyond = sql.binary(exp.GT, whole, count)
    wrong = sql.some(below, rest, beyond)
    at = exp.cast(whole.copy(), "INT")
    if len(terms) == 2:
        found = Term(listed.items, sql.function("list_extract", listed.value.copy(), at), listed.den)
        return to.again(_unless(to, wrong, found, terms))
    keys = terms[1]
    key = to.again(
        Term(
            keys.items,
            sql.case(
                [(wrong.copy(), sql.NULL)],
                sql.function(
                    "list_extract", sql.function("list_reverse_sort" if down else "list_sort", keys.value), at
                ),
            ),
        )
    ).value
    same = sql.function("list_filter", listed.value.copy(), sql.each(lambda _, at: _eq(_item(keys.value, at), key), 2))
    alike = to.again(Term("list", same, items=listed.items)).value
    several = sql.binary(exp.GT, sql.function("len", sql.function("list_distinct", alike.copy())), sql.whole(1))
    first = Term(listed.items, sql.function("list_extract", alike.copy(), sql.whole(1)), listed.den)
    return to.again(_unless(to, sql.some(wrong, several), first, terms))


def _eq(left: Sql, right: Sql) -> Sql:
    return sql.binary(exp.EQ, left, right.copy())


def _item(listed: Sql, at: Sql) -> Sql:
    return sql.function("list_extract", listed.copy(), at)


def _covered(starts: Sql, ends: Sql) -> Sql:
    """Days that at least one of the periods covers: the periods in order, of each the days behind all that came before."""

    def numbered(day: Sql) -> Sql:
        return exp.cast(sql.nested(sql.binary(exp.Sub, day, sql.day(ORIGIN))), "BIGINT")

    pairs = sql.function(
        "list_transform",
        starts,
        sql.each(lambda start, at: exp.Array(expressions=[numbered(start), numbered(_item(ends, at))]), 2),
    )
    forward = sql.function(
        "list_filter",
        pairs,
        sql.each(lambda pair: sql.binary(exp.GTE, _item(pair, sql.whole(2)), _item(pair, sql.whole(1)))),
    )

    def more(so_far: Sql, pair: Sql) -> Sql:
        days, last = (_item(so_far, sql.whole(at)) for at in (1, 2))
        start, end = (_item(pair, sql.whole(at)) for at in (1, 2))
        begin = sql.among("max", [start, sql.binary(exp.Add, last, sql.whole(1))])
        added = sql.binary(exp.Add, sql.binary(exp.Sub, end, begin), sql.whole(1))
        reached = sql.binary(exp.GTE, end.copy(), begin.copy())
        longer = exp.Array(expressions=[sql.binary(exp.Add, days, added), end.copy()])
        return sql.case([(reached, longer)], so_far.copy())

    start = exp.cast(exp.Array(expressions=[sql.whole(0), sql.whole(-1)]), "BIGINT[]")
    reduced = sql.function("list_reduce", sql.function("list_sort", forward), sql.each(more, 2), start)
    return sql.case([(sql.there(starts.copy()), sql.function("list_extract", reduced, sql.whole(1)))], sql.NULL)


# ---------------------------------------------------------------- shown


def texts(term: Term) -> Sql:
    """A list as texts of its elements, the same as the reference's outcomes are written."""
    if term.coded or term.items == "text":
        return term.value
    return sql.function("list_transform", term.value, sql.each(lambda item: _text(item, term.items, term.den)))


def _text(item: Sql, kind: str, den: int | Sql) -> Sql:
    match kind:
        case "number":
            assert isinstance(den, int)
            return _number_text(item, den)
        case "bool":
            return sql.case([(item, sql.text("True"))], sql.text("False"))
        case "moment":
            return sql.function("replace", exp.cast(item, "VARCHAR"), sql.text(" "), sql.text("T"))
        case _:
            return exp.cast(item, "VARCHAR")


def plain(den: int) -> bool:
    """Whether numbers over this denominator can be shown in a query: as finite decimals, or in few lowest terms."""
    return den < 10**8 or _places(den) is not None


def _places(den: int) -> int | None:
    """The decimal places of numbers over a denominator; None where they have no end."""
    counts = []
    for factor in (2, 5):
        counts.append(0)
        while den % factor == 0:
            den, counts[-1] = den // factor, counts[-1] + 1
    return max(counts) if den == 1 else None


def _number_text(item: Sql, den: int) -> Sql:
    """A finite decimal where there is one, else a fraction in its lowest terms."""
    if _places(den) is not None:
        return _decimal(item, den)
    small = [one for one in range(1, isqrt(den) + 1) if den % one == 0]
    rows: list[tuple[Sql, Sql]] = []
    for common in sorted({*small, *[den // one for one in small]}, reverse=True):
        lowest = sql.binary(exp.EQ, sql.binary(exp.Mod, item.copy(), sql.whole(common)), sql.whole(0))
        above = exp.IntDiv(this=sql.nested(item.copy()), expression=sql.whole(common))
        if _places(den // common) is not None:
            shown = _decimal(above, den // common)
        else:
            shown = sql.binary(exp.DPipe, exp.cast(above, "VARCHAR"), sql.text(f"/{den // common}"))
        rows.append((lowest, shown))
    return sql.case(rows[:-1], rows[-1][1])


def _decimal(item: Sql, den: int) -> Sql:
    """A finite decimal without zeros at its end."""
    places = _places(den) or 0
    if places == 0:
        return exp.cast(item, "VARCHAR")
    size = sql.binary(exp.Mul, exp.Abs(this=item.copy()), sql.whole(10**places // den))
    whole = exp.cast(exp.IntDiv(this=sql.nested(size), expression=sql.whole(10**places)), "VARCHAR")
    part = exp.cast(sql.binary(exp.Mod, size.copy(), sql.whole(10**places)), "VARCHAR")
    digits = sql.function("rtrim", sql.function("lpad", part, sql.whole(places), sql.text("0")), sql.text("0"))
    behind = sql.case(
        [(sql.binary(exp.EQ, digits, sql.text("")), sql.text(""))], sql.binary(exp.DPipe, sql.text("."), digits.copy())
    )
    sign = sql.case([(sql.binary(exp.LT, item.copy(), sql.whole(0)), sql.text("-"))], sql.text(""))
    return sql.binary(exp.DPipe, sql.binary(exp.DPipe, sign, whole), behind)
