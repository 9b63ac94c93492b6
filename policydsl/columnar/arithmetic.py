"""Owns exact arithmetic in a query: whole numerators and denominators, never a division that leaves a remainder unseen.

Everything is cross-multiplied; denominators are above 0. What outgrows the width of whole numbers ends in an error of the
engine, never in a wrapped number.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm

from attrs import evolve
from sqlglot import exp

from policydsl.columnar import sql
from policydsl.columnar.sql import Sql
from policydsl.columnar.terms import Beyond, Grade, Kind, Span, Term, grade, reasons
from policydsl.core.program import Comparator

COMPARISONS: dict[Comparator, type[exp.Binary]] = {
    "ge": exp.GTE,
    "gt": exp.GT,
    "le": exp.LTE,
    "lt": exp.LT,
    "eq": exp.EQ,
    "ne": exp.NEQ,
}


class Width:
    """The type of whole numbers: 64 bits where they suffice, else 128."""

    def __init__(self, name: str) -> None:
        self.name = name

    def number(self, value: int | Fraction) -> Term:
        """A written number."""
        exact = Fraction(value)
        return Term(
            "number",
            self.whole(exact.numerator),
            exact.denominator,
            known=exact.numerator,
            natural=exact.numerator >= 0,
            positive=exact.numerator > 0,
        )

    def whole(self, value: int) -> Sql:
        """A written whole number of this width."""
        if abs(value) >= 1 << 126:
            raise Beyond("数太大", "a number too large")
        return exp.cast(sql.whole(value), self.name)

    def cast(self, node: Sql) -> Sql:
        """A whole number brought to this width."""
        return exp.cast(node, self.name)


def times(node: Sql, factor: int | Sql, known: int | None = None, width: Width | None = None) -> Sql:
    """A numerator multiplied."""
    if isinstance(factor, int):
        if factor == 1:
            return node
        if known is not None and width is not None:
            return width.whole(known * factor)
        return sql.binary(exp.Mul, node, sql.whole(factor))
    if known == 1:
        return factor
    return sql.binary(exp.Mul, node, factor)


def _den(left: Term, right: Term) -> int | Sql:
    if isinstance(left.den, int) and isinstance(right.den, int):
        return left.den * right.den
    if left.den == 1:
        return right.den
    if right.den == 1:
        return left.den
    return sql.binary(exp.Mul, left.den_sql, right.den_sql)


def united(kind: str, value: Sql, parts: Sequence[Term], **more: object) -> Term:
    """A strict result: it lacks what any part lacks."""
    return Term(kind, value, lack=grade([p.lack for p in parts]), why=reasons([p.why for p in parts]), **more)  # type: ignore[arg-type]


def aligned(parts: Sequence[Term], width: Width) -> tuple[list[Sql], int | None]:
    """Numerators of numbers over one written denominator; None where a denominator is computed."""
    if not all(isinstance(part.den, int) for part in parts):
        return [part.value for part in parts], None
    over = lcm(*[part.den for part in parts if isinstance(part.den, int)])
    return [times(part.value, over // part.den, part.known, width) for part in parts if isinstance(part.den, int)], over


def add(left: Term, right: Term, width: Width, minus: bool = False) -> Term:
    """left ± right."""
    kind = exp.Sub if minus else exp.Add
    natural = left.natural and right.natural and not minus
    values, over = aligned([left, right], width)
    if over is not None:
        if left.known is not None and right.known is not None:
            assert isinstance(left.den, int) and isinstance(right.den, int)
            one, two = Fraction(left.known, left.den), Fraction(right.known, right.den)
            return width.number(one - two if minus else one + two)
        return united("number", sql.binary(kind, values[0], values[1]), [left, right], den=over, natural=natural)
    value = sql.binary(kind, times(left.value, right.den), times(right.value, left.den))
    return united("number", value, [left, right], den=_den(left, right), natural=natural)


def multiply(left: Term, right: Term, width: Width) -> Term:
    """left × right."""
    if left.known is not None and right.known is not None:
        assert isinstance(left.den, int) and isinstance(right.den, int)
        return width.number(Fraction(left.known, left.den) * Fraction(right.known, right.den))
    if left.known is not None:
        left, right = right, left
    natural, positive = left.natural and right.natural, left.positive and right.positive
    if right.known is not None and isinstance(right.den, int):
        factor, den = right.known, right.den
        if isinstance(left.den, int):
            common = gcd(factor, left.den)
            factor, over = factor // common, left.den // common * den
            common = gcd(factor, over) or 1
            return united(
                "number",
                times(left.value, factor // common),
                [left],
                den=over // common,
                natural=natural,
                positive=positive,
            )
        over_sql = times(left.den, den)
        return united("number", times(left.value, factor), [left], den=over_sql, natural=natural, positive=positive)
    value = sql.binary(exp.Mul, left.value, right.value)
    return united("number", value, [left, right], den=_den(left, right), natural=natural, positive=positive)


def divide(left: Term, right: Term, width: Width, zero: int) -> Term:
    """left ÷ right; `zero` is the number of the reason where right is 0."""
    if right.known is not None and isinstance(right.den, int):
        if right.known == 0:
            return Term("number", sql.NULL, lack=sql.whole(Grade.INVALID), why=sql.numbers([zero]))
        return multiply(left, width.number(Fraction(right.den, right.known)), width)
    if right.positive:
        over = right.value if left.den == 1 else sql.binary(exp.Mul, right.value, left.den_sql)
        top = times(left.value, right.den, left.known, width)
        return united("number", top, [left, right], den=over, natural=left.natural, positive=left.positive)
    under = right.value if right.natural else exp.Abs(this=right.value)
    value = times(left.value, right.den, left.known, width)
    if not right.natural:
        below = sql.binary(exp.LT, right.value, sql.whole(0))
        value = sql.case([(below, exp.Neg(this=sql.nested(value)))], value)
    never = sql.binary(exp.EQ, right.value, sql.whole(0))
    value = sql.case([(sql.binary(exp.NEQ, right.value, sql.whole(0)), value)], sql.NULL)
    den = under if left.den == 1 else sql.binary(exp.Mul, under, left.den_sql)
    lack = sql.case([(never, sql.whole(Grade.INVALID))], grade([left.lack, right.lack]) or sql.whole(0))
    why = sql.case([(never, sql.numbers([zero]))], reasons([left.why, right.why]) or sql.numbers([]))
    both = grade([left.lack, right.lack])
    if both is not None:
        # a zero divisor says nothing while the dividend lacks
        open_ = sql.binary(exp.GT, both, sql.whole(0))
        lack = sql.case([(open_, both)], lack)
        why = sql.case([(open_, reasons([left.why, right.why]) or sql.numbers([]))], why)
    # the denominator is never zero, so that nothing divides by it in vain
    safe = sql.case([(sql.binary(exp.GT, den, sql.whole(0)), den)], sql.whole(1))
    return Term("number", value, safe, lack, why, natural=left.natural and right.natural)


def negative(part: Term) -> Term:
    """−part."""
    known = -part.known if part.known is not None else None
    return evolve(part, value=exp.Neg(this=sql.nested(part.value)), known=known, natural=False, span=None)


def compared(op: Comparator, left: Term, right: Term, width: Width) -> Sql:
    """Whether two values of one kind stand in a relation; NULL where one is not there."""
    kind = COMPARISONS[op]
    if left.kind != "number":
        if {left.kind, right.kind} == {"date", "moment"}:
            raise Beyond("日期与时刻相比", "a day compared with a moment")
        if left.kind == "list" and (left.items, left.den, left.coded) != (right.items, right.den, right.coded):
            raise Beyond("清单相比", "lists compared")
        return sql.binary(kind, left.value, right.value)
    values, over = aligned([left, right], width)
    if over is not None:
        return sql.binary(kind, values[0], values[1])
    return sql.binary(kind, times(left.value, right.den, left.known), times(right.value, left.den, right.known))


def chosen(rows: Sequence[tuple[Sql, Term]], otherwise: Term, kind: str, width: Width) -> Term:
    """The value of the first row whose condition holds; lacks and denominators go with it. Conditions are never NULL."""
    rows = [(when, _bare(term)) for when, term in rows]
    otherwise = _bare(otherwise)
    terms = [term for _, term in rows] + [otherwise]
    real = [term for term in terms if not isinstance(term.value, exp.Null)]
    lack = None
    if any(term.lack is not None for term in terms):
        lack = sql.case([(when, t.lack or sql.whole(0)) for when, t in rows], otherwise.lack or sql.whole(0))
    why = None
    if any(term.why is not None for term in terms):
        why = sql.case([(when, t.why or sql.numbers([])) for when, t in rows], otherwise.why or sql.numbers([]))
    absent = None
    if any(term.absent is not None for term in terms):
        absent = sql.case([(when, t.absent or sql.NULL) for when, t in rows], otherwise.absent or sql.NULL)
    den: int | Sql = 1
    values = [term.value for term in terms]
    if kind == "number" and real:
        _, over = aligned(real, width)
        if over is not None:
            den = over
            values = [
                times(term.value, over // term.den, term.known, width)
                if isinstance(term.den, int) and not isinstance(term.value, exp.Null)
                else term.value
                for term in terms
            ]
        else:
            den = sql.case([(when, term.den_sql) for when, term in rows], otherwise.den_sql)
    items: Kind = "text"
    coded = False
    if kind == "list" and real:
        items, coded, den, values = _listed(terms, real)
    value: Sql = sql.NULL
    if real:
        value = sql.case([(when, v) for (when, _), v in zip(rows, values[:-1], strict=True)], values[-1])
    natural = bool(real) and all(term.natural for term in real)
    span = None
    if any(term.span is not None for term in terms) and lack is not None:
        span = _span([when for when, _ in rows], terms, den)
    return Term(kind, value, den, lack, why, absent, natural=natural, span=span, items=items, coded=coded)  # type: ignore[arg-type]


def _times_each(listed: Sql, factor: int) -> Sql:
    if factor == 1:
        return listed
    return sql.function("list_transform", listed, sql.each(lambda item: sql.binary(exp.Mul, item, sql.whole(factor))))


def _listed(terms: Sequence[Term], real: Sequence[Term]) -> tuple[Kind, bool, int, list[Sql]]:
    """Lists over one denominator. Raises Beyond where some of them hold texts in place of numbers and some do not."""
    items, coded = real[0].items, real[0].coded
    if any((term.items, term.coded) != (items, coded) for term in real):
        raise Beyond("几种清单中的一种", "one of lists of several kinds")
    over = lcm(*[term.den for term in real if isinstance(term.den, int)])
    return (
        items,
        coded,
        over,
        [
            term.value if isinstance(term.value, exp.Null) else _times_each(term.value, over // int(term.den_sql.name))
            for term in terms
        ],
    )


def _span(whens: Sequence[Sql], terms: Sequence[Term], den: int | Sql) -> Span:
    """What is certain of a choice of which some values are open counts; without a greatest value its end is NULL."""

    def ends(term: Term) -> tuple[Sql, Sql]:
        if term.span is None:
            return term.value, term.value
        return term.span.low, sql.NULL if term.span.high is None else term.span.high

    if not isinstance(den, int) or not all(isinstance(term.den, int) for term in terms):
        raise Beyond("经过选择的计数和分数", "a choice of open counts and fractions")
    lows, highs = [], []
    for term in terms:
        factor = den // term.den if isinstance(term.den, int) else 1
        low, high = (end if isinstance(end, exp.Null) else times(end, factor) for end in ends(term))
        lows.append(low)
        highs.append(high)
    return Span(
        sql.case(list(zip(whens, lows, strict=False)), lows[-1]),
        sql.case(list(zip(whens, highs, strict=False)), highs[-1]),
    )


def _bare(term: Term) -> Term:
    """What never has a value has no type either."""
    return evolve(term, value=sql.NULL) if term.kind == "never" else term


def extreme(kind: str, left: Term, right: Term, width: Width) -> Term:
    """The greater ("max") or lesser of two values that are both there."""
    first = compared("ge" if kind == "max" else "le", left, right, width)
    sure = left.lack is None and right.lack is None
    natural = left.natural and right.natural
    if left.kind != "number":
        value = _either(sure, first, left.value, right.value)
        return united(left.kind, value, [left, right])
    values, over = aligned([left, right], width)
    if over is not None:
        value = sql.among(kind, values) if sure else _either(sure, first, values[0], values[1])
        return united("number", value, [left, right], den=over, natural=natural)
    value = _either(sure, first, left.value, right.value)
    den = sql.case([(first, left.den_sql)], right.den_sql)
    return united("number", value, [left, right], den=den, natural=natural)


def _either(sure: bool, first: Sql, left: Sql, right: Sql) -> Sql:
    """The left where it comes first, else the right; nothing where one of them is not there."""
    if sure:
        return sql.case([(first, left)], right)
    return sql.case([(first, left), (sql.negated(first), right)], sql.NULL)


def whole_parts(part: Sql, size: Sql) -> Sql:
    """part ÷ size rounded down, of whole numbers; part ≥ 0, size > 0."""
    return exp.IntDiv(this=sql.nested(part), expression=sql.nested(size))


def rounded(body: Term, place: Fraction, mode: str, width: Width) -> Term:
    """The multiple of `place` that a number is rounded to, symmetric about zero."""
    part = exp.Abs(this=body.value) if not body.natural else body.value
    scaled = times(part, place.denominator)
    size = (
        times(body.den_sql, place.numerator)
        if not isinstance(body.den, int)
        else width.whole(body.den * place.numerator)
    )
    below = whole_parts(scaled, size)
    rest = sql.binary(exp.Sub, scaled, sql.binary(exp.Mul, below, size))
    twice = sql.binary(exp.Mul, rest, sql.whole(2))
    match mode:
        case "down":
            up: Sql | None = None
        case "up":
            up = sql.binary(exp.GT, rest, sql.whole(0))
        case "half-up":
            up = sql.binary(exp.GTE, twice, size)
        case _:
            odd = sql.binary(exp.NEQ, sql.binary(exp.Mod, below, sql.whole(2)), sql.whole(0))
            tie = sql.every(sql.binary(exp.EQ, twice, size), odd)
            up = sql.some(sql.binary(exp.GT, twice, size), tie)
    count = below if up is None else sql.case([(up, sql.binary(exp.Add, below, sql.whole(1)))], below)
    if not body.natural:
        count = sql.case([(sql.binary(exp.LT, body.value, sql.whole(0)), exp.Neg(this=sql.nested(count)))], count)
    value = times(count, place.numerator)
    return united("number", value, [body], den=place.denominator, natural=body.natural)
