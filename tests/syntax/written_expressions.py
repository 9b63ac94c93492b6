"""Strategies for written expressions: what a parser can have read, rank by rank of the grammar.

Each strategy is made once: making them anew for every draw took most of the time of the laws.
"""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from functools import cache

from hypothesis import strategies as st

from policydsl.source import Source, Span
from policydsl.syntax import tree
from policydsl.syntax.keywords import KEYWORDS, RELATIONS
from policydsl.syntax.lines import narrow

AT = Span(Source("made", ""), 0, 0)

_LETTERS = "甲乙丙丁年收入额度且abcZ_"
_ODD = _LETTERS + "0129 -.,;:#|%()+=≥“”①㎡\u3000\uff0c\uff03"


def _settled(text: str) -> str:
    return narrow(text).strip()


def _no_marks(text: str) -> bool:
    return bool(text) and "「" not in text and "」" not in text


WORDS = [
    word for keyword in KEYWORDS for spelling in (keyword.zh, keyword.en) for word in [spelling, *spelling.split(" ")]
]
names_text = (
    st.one_of(
        st.sampled_from(
            ["高企认定数", "区", "a", "hte_award", "r2", "x", "金额", "2030年收入", "a b", "x-1", "steps", "含"]
        ),
        st.sampled_from(WORDS),
        st.text(_LETTERS, min_size=1, max_size=6),
        st.text(_ODD, min_size=1, max_size=8),
    )
    .map(_settled)
    .filter(_no_marks)
)
names = names_text.map(lambda text: tree.Name(text, span=AT))
aliases = st.one_of(
    st.none(),
    st.sampled_from(["hte_award", "A01", "to", "per", "inclusive", "x"]).map(lambda text: tree.Name(text, span=AT)),
)
texts = st.one_of(
    st.text('甲乙 #|「」:,()、\uff08\uff0c\uff1a若否则且依据"ab1', max_size=12),
    st.sampled_from(["他说“好”", "“", "若 a", "”(含)"]),
)
days = st.dates(date(1000, 1, 1), date(2999, 12, 31))
times = st.datetimes(datetime(1000, 1, 1), datetime(2999, 12, 31)).map(lambda time: time.replace(microsecond=0))
_units = st.sampled_from(
    ["", "%", "‰", "元", "万元", "元/家", "USD", "m2", "个百分点", "场", "且", "kWh/月", "to", "年"]
)
_loose_units = st.sampled_from(["平 米", "元/每 家", "x_1", "%x", "3号/家", "元/家x/y"])


@cache
@st.composite
def _digits(draw: st.DrawFn) -> str:
    whole = draw(st.sampled_from(["0", "7", "10", "35", "2025", "1,000", "12,345,678", "007"]))
    part = draw(st.sampled_from(["", "", ".5", ".25", ".10"]))
    return whole + part + ("" if part else draw(st.sampled_from(["", "", "/3", "/12"])))


@cache
@st.composite
def quantities(draw: st.DrawFn, loose: bool = False, written: bool = True) -> tree.Quantity:
    """A number with its unit; `loose` units cannot be glued to it; without `written` digits it was made by a program."""
    digits = draw(_digits())
    unit = draw(st.one_of(_units, _loose_units) if loose else _units)
    keep = draw(st.booleans()) or "/" in digits if written else False
    return tree.Quantity(Fraction(digits.replace(",", "")), unit, digits if keep else "", span=AT)


units = st.builds(lambda above, below: tree.UnitName(above, below, span=AT), names, st.one_of(st.none(), names))
signs = st.sampled_from(sorted(RELATIONS))
maybe = st.one_of(st.none(), st.booleans())


@cache
@st.composite
def references(draw: st.DrawFn, depth: int = 1) -> tree.Reference:
    """A path; `本.a` takes no keys."""
    this = draw(st.booleans())
    path = tuple(draw(st.lists(names, min_size=1, max_size=3)))
    keys = None
    if not this and depth > 0 and draw(st.booleans()):
        keys = tuple(draw(st.lists(exprs(depth - 1), min_size=1, max_size=2)))
    return tree.Reference(path, keys, this, span=AT)


@cache
def _leaves() -> st.SearchStrategy[tree.Expr]:
    return st.one_of(
        quantities(loose=True),
        days.map(lambda day: tree.Day(day, span=AT)),
        times.map(lambda time: tree.Time(time, span=AT)),
        texts.filter(_plain_text).map(lambda text: tree.Words(text, span=AT)),
        st.sampled_from(["TRUE", "FALSE", "NONE", "ALL_TASKS", "UNMET_TASKS"]).map(
            lambda word: tree.Constant(word, span=AT)
        ),
        references(0),
        st.builds(
            lambda kind, reason: tree.Undecided(kind, reason, span=AT),
            st.sampled_from(["PENDING", "INAPPLICABLE"]),
            texts.filter(_plain_text),
        ),
    )


def _plain_text(text: str) -> bool:
    """A text that can be written in one kind of quotes."""
    return not ('"' in text and ("“" in text or "”" in text))


@cache
@st.composite
def functions(draw: st.DrawFn, depth: int) -> tree.Function:
    """A function word with clauses."""
    word = draw(st.sampled_from([keyword.id for keyword in KEYWORDS if keyword.id.startswith("F_")]))
    args = tuple(draw(st.lists(exprs(depth), min_size=1, max_size=3)))
    clauses = [draw(st.one_of(st.none(), exprs(depth))) for _ in range(4)]
    order = draw(_order(depth))
    nth = draw(st.one_of(st.none(), sums(depth)))
    second = draw(st.one_of(st.none(), exprs(depth))) if clauses[0] is not None else None
    return tree.Function(word, draw(st.booleans()), args, *clauses, order, nth, second, span=AT)


@cache
def _groups(depth: int) -> st.SearchStrategy[tuple[tree.Expr, ...]]:
    return st.lists(sums(depth), max_size=3).map(tuple)


@cache
def _order(depth: int) -> st.SearchStrategy[tuple[tree.Key, ...]]:
    return st.lists(st.tuples(sums(depth), st.sampled_from(["", "HIGH_FIRST", "LOW_FIRST"])), max_size=3).map(tuple)


@cache
@st.composite
def ordered(draw: st.DrawFn, depth: int) -> tree.Ordered:
    """A row among its siblings."""
    kind = draw(st.sampled_from(["O_RUNNING", "O_BEFORE", "O_PREVIOUS", "O_RANK", "O_SHARE", "O_SCALE"]))
    where = draw(st.one_of(st.none(), exprs(depth)))
    group = draw(_groups(depth))
    order = draw(_order(depth)) if kind in ("O_RUNNING", "O_BEFORE", "O_PREVIOUS") else ()
    first = draw(sums(depth)) if kind == "O_PREVIOUS" else None
    subject = None if kind == "O_RANK" else draw(sums(depth))
    limit = draw(sums(depth)) if kind in ("O_SHARE", "O_SCALE") else None
    keys: tuple[tuple[tree.Expr, str], ...] = ()
    ties = remainder = ""
    place = None
    if kind == "O_RANK":
        key = st.tuples(sums(depth), st.sampled_from(["HIGH_FIRST", "LOW_FIRST"]))
        keys = tuple(draw(st.lists(key, min_size=1, max_size=2)))
        ties = draw(st.sampled_from(["SAME_PLACE", "DENSE", "PENDING"]))
    if limit is not None and draw(st.booleans()):
        place, remainder = draw(places), draw(st.sampled_from(["LARGEST", "FIRST_ROW", "LAST_ROW"]))
    all_rows = draw(st.booleans())
    return tree.Ordered(
        kind, all_rows, subject, limit, keys, where, group, order, first, ties, place, remainder, span=AT
    )


@cache
@st.composite
def in_turn(draw: st.DrawFn, depth: int) -> tree.Ordered:
    """依次 … 限额 …: it has no brackets of its own."""
    subject, limit, order = draw(sums(depth)), draw(sums(depth)), draw(_order(depth))
    where, group = draw(st.one_of(st.none(), exprs(depth))), draw(_groups(depth))
    return tree.Ordered("IN_TURN", draw(st.booleans()), subject, limit, (), where, group, order, span=AT)


@cache
def _grouped(depth: int) -> st.SearchStrategy[tree.Expr]:
    return st.one_of(exprs(depth), in_turn(depth)).map(lambda inner: tree.Group(inner, span=AT))


@cache
def atoms(depth: int) -> st.SearchStrategy[tree.Expr]:
    """What needs no brackets anywhere."""
    if depth <= 0:
        return _leaves()
    inner = depth - 1
    return st.one_of(_leaves(), _grouped(inner), functions(inner), ordered(inner), references(inner))


@cache
def unaries(depth: int) -> st.SearchStrategy[tree.Expr]:
    """An atom, its negative, or one with what stands in for it."""
    if depth <= 0:
        return atoms(depth)
    inner = depth - 1
    return st.one_of(
        atoms(depth),
        unaries(inner).map(lambda operand: tree.Unary("neg", operand, span=AT)),
        st.builds(
            lambda word, body, instead: tree.Instead(word, body, instead, span=AT),
            st.sampled_from(["IF_NA", "IF_NONE"]),
            atoms(inner),
            atoms(inner),
        ),
    )


@cache
def _chain(ops: tuple[str, ...], one: st.SearchStrategy[tree.Expr]) -> st.SearchStrategy[tree.Expr]:
    def fold(first: tree.Expr, rest: list[tuple[str, tree.Expr]]) -> tree.Expr:
        for op, right in rest:
            first = tree.Binary(op, first, right, span=AT)  # type: ignore[arg-type]
        return first

    return st.builds(fold, one, st.lists(st.tuples(st.sampled_from(ops), one), max_size=2))


@cache
def sums(depth: int) -> st.SearchStrategy[tree.Expr]:
    """A sum of products."""
    return _chain(("add", "sub"), _chain(("mul", "div", "of"), unaries(depth)))


@cache
@st.composite
def _conditions(draw: st.DrawFn, depth: int) -> tree.Expr:
    """A comparison, or a sum alone."""
    left = draw(sums(depth))
    kind = draw(st.sampled_from(["sum", "compare", "one_of", "within", "portion"]))
    match kind:
        case "compare":
            return tree.Comparison(draw(signs), left, draw(sums(depth)), draw(maybe), span=AT)
        case "one_of":
            return tree.Among(left, tuple(draw(st.lists(sums(depth), min_size=1, max_size=3))), span=AT)
        case "within":
            return tree.Among(left, draw(references(depth - 1)), span=AT)
        case "portion":
            return tree.Portion(draw(signs), left, draw(sums(depth)), span=AT)
    return left


@cache
@st.composite
def _logic(draw: st.DrawFn, depth: int) -> tree.Expr:
    def one() -> tree.Expr:
        found = draw(_conditions(depth))
        return tree.Unary("not", found, span=AT) if draw(st.booleans()) else found

    def both() -> tree.Expr:
        parts = tuple(one() for _ in range(draw(st.integers(1, 3))))
        return parts[0] if len(parts) == 1 else tree.Logic("and", parts, span=AT)

    parts = tuple(both() for _ in range(draw(st.integers(1, 2))))
    return parts[0] if len(parts) == 1 else tree.Logic("or", parts, span=AT)


@cache
@st.composite
def exprs(draw: st.DrawFn, depth: int = 2) -> tree.Expr:
    """Any expression without a block."""
    if depth <= 0:
        return draw(_leaves())
    kind = draw(st.sampled_from(["sum", "condition", "logic", "if"]))
    match kind:
        case "condition":
            return draw(_conditions(depth - 1))
        case "logic":
            return draw(_logic(depth - 1))
        case "if":
            condition, then = draw(exprs(depth - 1)), draw(exprs(depth - 1))
            return tree.If(condition, then, draw(exprs(depth - 1)), span=AT)
    return draw(sums(depth))


places = st.one_of(
    quantities(),
    names_text.map(lambda unit: tree.Quantity(Fraction(1), unit, "", span=AT)),
)
