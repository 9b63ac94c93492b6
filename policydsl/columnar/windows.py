"""Owns how a row in order among its siblings stands in a query: places, running totals, the row before, as windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from policydsl.columnar import arithmetic, sql
from policydsl.columnar.siblings import Among, Line, Open, beside, opened, said, together
from policydsl.columnar.sql import Sql
from policydsl.columnar.stages import HERE
from policydsl.columnar.terms import Beyond, Grade, Span, Term, kind_of
from policydsl.core import program as core
from policydsl.core.values import Lack

if TYPE_CHECKING:
    from policydsl.columnar.encode import Encoder

_RANKS = {"same": "rank", "pending": "rank", "dense": "dense_rank"}


def rank(to: Encoder, node: core.Rank) -> Term:
    """名次: 1 + how many rank before this row."""
    among = Among(to, node.among)
    if among.open is not None:
        raise Beyond("参加与否还不一定的名次", "ranks among rows of which some are open")
    keys = [(*among.comparable(key.value), key.descending) for key in node.keys]
    if len(keys) > 1 and any(found is not None for _, found, _ in keys):
        raise Beyond("几个排序依据中可能缺数的名次", "ranks by several keys of which one may be lacking")
    order = [exp.Ordered(this=value.copy(), desc=down, nulls_first=False) for value, _, down in keys]
    apart = [] if among.held is None else [among.held]
    place = to.world.width.cast(among.over(sql.function(_RANKS[node.ties]), order, more=apart))
    term = Term("number", place, natural=True)
    if node.ties == "pending":
        alike = among.over(exp.Count(this=exp.Star()), more=[*apart, *[value for value, *_ in keys]])
        tied = sql.binary(exp.GT, alike, sql.whole(1))
        if keys[0][1] is not None:
            # of keys that are not known nobody says that they are the same
            tied = sql.every(tied, sql.negated(keys[0][1].there))
        term = beside(term, said(tied, Grade.PENDING, to.reason(Lack.DECISION)))
    found = keys[0][1]
    if found is not None:
        # who stands alone has the first place, whatever the key turns out to be
        everyone = among.gathered(among.groups, found, among.taking_part)
        many = sql.binary(exp.GT, among.over(exp.Count(this=exp.Star()), more=apart), sql.whole(1))
        lack = sql.case([(many, everyone.lack)], sql.whole(0))
        term = beside(term, Open(lack, sql.case([(many.copy(), everyone.why)], sql.numbers([]))))
    detail = "不参加排名" if to.world.program.language == "zh" else "not among those ranked"
    return among.standing(term, Term("number", sql.NULL, absent=sql.text(f"={detail}")))


def previous(to: Encoder, node: core.Previous) -> Term:
    """上一条: a value of the sibling just before this row; of the first one, what is said for it."""
    among = Among(to, node.among)
    if among.open is not None:
        raise Beyond("参加与否还不一定的上一条", "the previous of rows of which some are open")
    line = among.line(node.order)
    body = to.again(to.own().term(node.body))

    def before(part: Sql | None) -> Sql | None:
        if part is None or sql.written(part):
            return part
        if among.held is None:
            return among.over(exp.Lag(this=part.copy()), line.order)
        # the last one that takes part; in a list, so that one that is blank is told from none
        wrapped = sql.case([(among.held.copy(), exp.Array(expressions=[part.copy()]))], sql.NULL)
        last = among.over(exp.IgnoreNulls(this=exp.LastValue(this=among.column(wrapped))), line.order, "before")
        return sql.function("list_extract", last, sql.whole(1))

    value, lack, why, absent = (before(part) for part in (body.value, body.lack, body.why, body.absent))
    den = body.den if isinstance(body.den, int) else before(body.den)
    assert value is not None and den is not None
    span = Span(before(body.span.low) or sql.NULL, before(body.span.high)) if body.span is not None else None
    earlier = Term(body.kind, value, den, lack, why, absent, natural=body.natural, span=span)
    count = sql.filtered(exp.Count(this=exp.Star()), among.held)
    many = among.over(count, line.order, "before")
    first = to.term(node.first)
    rows = [(sql.binary(exp.EQ, many, sql.whole(0)), first)]
    if not isinstance(line.alike, exp.Literal):
        several = sql.binary(exp.GT, before(line.alike) or sql.whole(0), sql.whole(1))
        conflict = to.blocked(node, Lack.CONFLICT)
        rows = [(line.tied, conflict), rows[0], (sql.coalesce(several, sql.FALSE), conflict)]
    found = arithmetic.chosen(rows, earlier, kind_of(node.type), to.world.width)
    return among.standing(line.placed(found))


def running(to: Encoder, node: core.Running) -> Term:
    """至今合计, 此前合计: the sum over the siblings up to this row."""
    among = Among(to, node.among)
    body = to.again(to.own().term(node.body))
    if not isinstance(body.den, int):
        raise Beyond("分数的累计", "a running total of fractions")
    line = among.line(node.order)
    width = to.world.width
    own = body.value
    if among.held is not None or body.lack is not None or body.absent is not None:
        # a row that is left out, or has no value, stands in the line all the same and adds nothing
        fine = sql.every(among.sure, sql.there(body.value))
        own = among.column(sql.case([(fine, body.value)], width.whole(0)))
    summed = width.cast(among.over(exp.Sum(this=own), line.order, "so far"))
    value = summed if node.inclusive else sql.binary(exp.Sub, summed, own.copy())
    term = Term("number", value, body.den, natural=body.natural)
    conflict = said(line.tied, Grade.INVALID, to.reason(Lack.CONFLICT))
    lacking = opened(body)
    if lacking is not None and among.held is not None:
        lacking = _where(among.sure, lacking)
    if among.open is None and lacking is None:
        return among.standing(line.placed(beside(term, conflict)))
    return among.standing(line.placed(_open_sum(among, line, node.inclusive, term, lacking, conflict)))


def _open_sum(among: Among, line: Line, inclusive: bool, term: Term, lacking: Open | None, conflict: Open) -> Term:
    """A running total that is open where a row up to this one may take part or lacks its value, or one at its place may take part."""
    before = _before(among, line, together([among.open, lacking]))
    found: list[Open | None] = [before]
    if among.open is not None:
        others = among.gathered([*among.groups, *line.values], among.open, sql.TRUE)
        at_place = among.over(sql.filtered(exp.Count(this=exp.Star()), among.taking_part), more=line.values)
        alone = sql.every(sql.binary(exp.EQ, at_place, sql.whole(1)), among.taking_part)
        found.append(_where(sql.every(sql.negated(alone), sql.negated(line.tied.copy())), others))
        if inclusive:
            found.append(_where(sql.negated(line.tied.copy()), among.open))
    if lacking is not None and inclusive:
        own = lacking if among.open is None else _where(alone, lacking)
        found.append(_where(sql.negated(line.tied.copy()), own))
    return beside(term, *found, conflict)


def _before(among: Among, line: Line, found: Open | None) -> Open:
    """What the rows that stand before the place of this row lack together."""
    assert found is not None
    stage = among.to.home.stage
    base, name = stage.flush(), stage.fresh("s")
    groups = [*among.groups, *line.values]

    def brought(step: str, columns: dict[str, Sql], grouped: bool) -> exp.Select:
        select = exp.Select(expressions=[exp.alias_(value, column, copy=False) for column, value in columns.items()])
        select.set("from_", exp.From(this=exp.alias_(exp.to_table(step), HERE, table=True)))
        if grouped:
            select.set("group", exp.Group(expressions=[group.copy() for group in groups]))
        return select

    # every place once, with what its rows lack, then what stands before each
    parts = {f"{name}q{at}": group.copy() for at, group in enumerate(groups)}
    listed = sql.filtered(sql.function("list", exp.Distinct(expressions=[found.why.copy()])), found.there)
    spots = brought(
        base,
        {
            **parts,
            "l": sql.function("max", found.lack.copy()),
            "w": sql.function("list_distinct", sql.function("flatten", listed)),
        },
        True,
    )
    spot = stage.query.step("spot", spots)
    order = [
        exp.Ordered(this=sql.column(HERE, f"{name}q{len(among.groups) + at}"), desc=down, nulls_first=True)
        for at, down in enumerate(line.descending)
    ]

    def earlier(fold: Sql) -> Sql:
        spec = exp.WindowSpec(
            kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end=sql.whole(1), end_side="PRECEDING"
        )
        divided = [sql.column(HERE, f"{name}q{at}") for at in range(len(among.groups))]
        stood = exp.Order(expressions=[item.copy() for item in order])
        return exp.Window(this=fold, partition_by=divided, order=stood, spec=spec)

    open_ = sql.binary(exp.GT, sql.column(HERE, "l"), sql.whole(0))
    seen = sql.filtered(sql.function("list", exp.Distinct(expressions=[sql.column(HERE, "w")])), open_)
    named = {column: sql.column(HERE, column) for column in parts}
    lines = brought(
        spot,
        {**named, f"{name}l": earlier(sql.function("max", sql.column(HERE, "l"))), f"{name}w": earlier(seen)},
        False,
    )
    step = stage.query.step("line", lines)
    pairs = [
        exp.NullSafeEQ(this=sql.column("o", f"{name}q{at}"), expression=group.copy()) for at, group in enumerate(groups)
    ]
    columns = [(f"{name}{letter}", sql.column("o", f"{name}{letter}")) for letter in "lw"]
    stage.gather(step, sql.every(*pairs), columns)
    why = sql.function("list_distinct", sql.function("flatten", sql.column(HERE, f"{name}w")))
    return Open(sql.coalesce(sql.column(HERE, f"{name}l"), sql.whole(0)), sql.coalesce(why, sql.numbers([])))


def _where(when: Sql, found: Open) -> Open:
    """Reasons where a condition holds."""
    return Open(
        sql.case([(when, found.lack.copy())], sql.whole(0)),
        sql.case([(when.copy(), found.why.copy())], sql.numbers([])),
    )
