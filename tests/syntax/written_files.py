"""Strategies for written files: every declaration and line of a block that a parser can have read.

Each strategy is made once: making them anew for every draw took most of the time of the laws.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import TypeVar

from attrs import evolve
from hypothesis import strategies as st

from policydsl.diagnostics.model import Language
from policydsl.syntax import tree
from policydsl.syntax.cells import grid_rows
from policydsl.syntax.keywords import TYPE_WORDS
from policydsl.syntax.spelling import Spelling
from tests.syntax import written_expressions as of
from tests.syntax.written_expressions import AT, aliases, exprs, names, quantities, signs, sums, texts

_plain = texts.filter(lambda text: not ('"' in text and ("“" in text or "”" in text)))
_some = st.one_of(st.just(""), _plain)
_ids = st.sampled_from(["八", "七(二)2(1)", "七(二、三)1", "八¶末", "A-1", "7.2", "序"])
cites = st.one_of(
    st.none(),
    st.lists(
        st.tuples(_ids, st.one_of(st.just(""), st.sampled_from(["自达到", "a、b #", "若"]))), min_size=1, max_size=2
    ).map(lambda clauses: tree.Citation(tuple(clauses), span=AT)),
)
_TYPES = frozenset(word for pair in TYPE_WORDS for word in pair)


@cache
def _types(language: Language) -> st.SearchStrategy[tree.UnitName]:
    """A type: a word of its language, or a name that is a type in neither."""
    built_in = st.sampled_from([zh if language == "zh" else en for zh, en in TYPE_WORDS])
    return st.one_of(
        built_in.map(lambda word: tree.UnitName(tree.Name(word, span=AT), None, span=AT)),
        of.units.filter(lambda unit: unit.above.text not in _TYPES),
    )


# ---------------------------------------------------------------- ends of bands, cells


@cache
@st.composite
def _edge(draw: st.DrawFn, words: st.SearchStrategy[str]) -> tree.Edge:
    return tree.Edge(draw(words), draw(sums(1)), draw(of.maybe))


@cache
@st.composite
def edges(draw: st.DrawFn) -> tuple[tree.Edge, ...]:
    """One end or two, written before or after the bound."""
    posts = st.sampled_from(["POST_GE", "POST_LE", "POST_LE_IN"])
    match draw(st.sampled_from(["one", "two", "to", "post", "posts", "from"])):
        case "one":
            return (draw(_edge(signs)),)
        case "two":
            return (draw(_edge(signs)), draw(_edge(signs)))
        case "to":
            return (draw(_edge(signs)), draw(_edge(st.just("TO"))))
        case "post":
            return (draw(_edge(posts)),)
        case "posts":
            return (draw(_edge(posts)), draw(_edge(posts)))
    word, included = draw(st.sampled_from([("≥", None), ("START", True), ("START", False)]))
    return (tree.Edge(word, draw(sums(1)), included), draw(_edge(st.just("TO"))))


@cache
@st.composite
def cells(draw: st.DrawFn) -> tree.Cell:
    """A cell of a table."""
    kind = draw(st.sampled_from(["values", "edges", "any", "else"]))
    values = tuple(draw(st.lists(sums(1), min_size=1, max_size=3))) if kind == "values" else ()
    return tree.Cell(kind, values, draw(edges()) if kind == "edges" else (), span=AT)


@cache
@st.composite
def grids(draw: st.DrawFn) -> tree.Grid:
    """A table."""
    head = tuple(draw(st.lists(names, min_size=1, max_size=3)))
    row = st.tuples(*[cells() for _ in head])
    return tree.Grid(head, tuple(draw(st.lists(row, min_size=1, max_size=3))), span=AT)


@cache
@st.composite
def headed(draw: st.DrawFn, plain: int) -> tuple[tree.Grid, tuple[tree.Cell, ...]]:
    """A table whose last columns have cells at their head; `plain` columns before them have names."""
    heads = tuple(draw(st.lists(cells(), min_size=1, max_size=2)))
    names_of = tuple(draw(names) for _ in range(plain + len(heads)))
    row = st.tuples(*[cells() for _ in names_of])
    return tree.Grid(names_of, tuple(draw(st.lists(row, min_size=1, max_size=2))), span=AT), heads


# ---------------------------------------------------------------- rules


@cache
@st.composite
def _valued(draw: st.DrawFn, depth: int) -> tree.Expr:
    """A value that may have a block below it."""
    if depth <= 0 or draw(st.booleans()):
        return draw(exprs(2))
    kind = draw(st.sampled_from(["BANDS", "BRACKETS", "INCREMENT", "BY", "JOIN_MAX", "JOIN_MIN"]))
    subject = None if kind.startswith("JOIN") else draw(sums(1))
    start = draw(sums(1)) if kind == "INCREMENT" else None
    by = draw(st.one_of(st.none(), sums(1))) if kind in ("BANDS", "BRACKETS") else None
    rows = tuple(draw(st.lists(inside(depth - 1), min_size=1, max_size=3)))
    block = tree.Block(kind, subject, start, rows, by, span=AT)
    match draw(st.sampled_from(["alone", "times", "else", "group"])):
        case "times":
            return tree.Binary("mul", draw(of.unaries(1)), block, span=AT)
        case "else":
            return tree.If(draw(exprs(1)), draw(exprs(1)), block, span=AT)
        case "group":
            return tree.Binary("add", tree.Group(block, span=AT), draw(of.unaries(1)), span=AT)
    return block


@cache
@st.composite
def _band(draw: st.DrawFn, depth: int) -> tree.BandRow:
    ends = draw(st.one_of(st.just(()), edges()))
    of_part = bool(ends) and draw(st.booleans())
    gives = bool(ends) and draw(st.booleans())
    printed = draw(st.sampled_from(["", "QUICK", "SO_FAR"])) if ends else ""
    quick = draw(quantities()) if printed == "QUICK" else None
    so_far = draw(quantities()) if printed == "SO_FAR" else None
    return tree.BandRow(ends, of_part, draw(_valued(depth)), draw(cites), gives, quick, so_far, span=AT)


_labels = st.one_of(
    names, quantities(), st.sampled_from(["TRUE", "FALSE"]).map(lambda word: tree.Constant(word, span=AT))
)


@cache
def inside(depth: int) -> st.SearchStrategy[tree.Row]:
    """Lines of a block expression."""
    return st.one_of(
        _band(depth),
        st.builds(
            lambda labels, value, cite: tree.ChoiceRow(tuple(labels), value, cite, span=AT),
            st.lists(_labels, min_size=1, max_size=3),
            _valued(depth),
            cites,
        ),
        st.builds(lambda size, award, cite: tree.StepRow(size, award, cite, span=AT), sums(1), sums(1), cites),
        st.sampled_from(["JOIN_MAX", "JOIN_MIN", "JOIN_SUM", "UNCAPPED", "STARTED"]).map(
            lambda w: tree.Mark(w, span=AT)
        ),
        st.builds(
            lambda word, value: tree.Amount(word, value, span=AT), st.sampled_from(["MOST_STEPS", "AT_START"]), sums(1)
        ),
    )


@cache
@st.composite
def _exception(draw: st.DrawFn, depth: int) -> tree.ExceptRow:
    below = tuple(draw(st.lists(_exception(depth - 1), max_size=2))) if depth > 0 else ()
    prevails = tuple(draw(st.lists(names, max_size=2)))
    return tree.ExceptRow(draw(names), draw(exprs(1)), draw(_valued(depth)), prevails, draw(cites), below, span=AT)


applies = st.builds(lambda when, reason, cite: tree.Applies(when, reason, cite, span=AT), exprs(2), _some, cites)
_dated = st.builds(
    lambda day, value, cite: tree.DatedRow(day, value, cite, span=AT), st.one_of(st.none(), of.days), _valued(1), cites
)
remarks = _plain.map(lambda text: tree.Remark(text, span=AT))
_caps = st.builds(
    lambda word, limit, when, cite: tree.CapRow(word, limit, when, cite, span=AT),
    st.sampled_from(["CAP", "FLOOR"]),
    exprs(1),
    st.one_of(st.none(), exprs(1)),
    cites,
)
after = st.one_of(
    _caps,
    st.builds(
        lambda word, place, cite: tree.RoundRow(word, place, cite, span=AT),
        st.sampled_from(["R_HALF_UP", "R_UP", "R_DOWN", "R_EVEN"]),
        of.places,
        cites,
    ),
    remarks,
    st.builds(lambda name, value, cite: tree.LetRow(name, value, cite, span=AT), names, _valued(1), cites),
    _exception(1),
    _dated,
    applies,
)
_afters = st.lists(after, max_size=3).map(tuple)


@cache
def _rule(kind: type[tree.Rule] | type[tree.Parameter]) -> st.SearchStrategy[tree.Declaration]:
    @st.composite
    def make(draw: st.DrawFn) -> tree.Declaration:
        value = draw(st.one_of(st.none(), _valued(2)))
        rows = draw(_afters)
        if value is None:
            rows = (*rows, draw(_dated))
        unit = draw(st.one_of(st.none(), of.units))
        return kind(draw(names), draw(aliases), unit, value, rows, draw(cites), span=AT)

    return make()


@cache
@st.composite
def _formula(draw: st.DrawFn, language: Language) -> tree.Formula:
    parameters = tuple(draw(st.lists(st.tuples(names, _types(language)), min_size=1, max_size=2)))
    return tree.Formula(draw(names), parameters, draw(_valued(1)), draw(_afters), draw(cites), span=AT)


# ---------------------------------------------------------------- entities


@cache
@st.composite
def _attributes(draw: st.DrawFn) -> tuple[tuple[tree.Attribute, ...], tree.Citation | None]:
    """Marks and the citation behind them: it belongs to a default that stands before it."""
    found = []
    words = [
        "OR_NONE",
        "KEY",
        "COMPLETE",
        "FRACTIONAL",
        "AS_LIST",
        "JUDGEMENT",
        "SOURCE",
        "REMARK",
        "OFFICE",
        "LIMIT",
        "DEFAULT",
    ]
    for word in draw(st.lists(st.sampled_from(words), max_size=3)):
        value: object = None
        if word in ("SOURCE", "REMARK"):
            value = draw(_plain)
        elif word == "OFFICE":
            value = draw(of.names_text)
        elif word == "LIMIT":
            value = draw(_edge(signs))
        elif word == "DEFAULT":
            value = draw(sums(1))
        found.append(tree.Attribute(word, value, span=AT))
    cite = draw(cites)
    if found and found[-1].word == "DEFAULT":
        found[-1] = tree.Attribute("DEFAULT", found[-1].value, cite, span=AT)
        cite = None
    return tuple(found), cite


@cache
@st.composite
def _field(draw: st.DrawFn, language: Language) -> tree.FieldLine:
    attributes, cite = draw(_attributes())
    return tree.FieldLine(draw(names), draw(aliases), draw(_types(language)), attributes, cite, span=AT)


@cache
@st.composite
def _entity(draw: st.DrawFn, language: Language) -> tree.Entity:
    fields = st.lists(_field(language), max_size=3).map(tuple)
    variants = st.lists(st.builds(lambda when, inner: tree.Variant(when, inner, span=AT), exprs(1), fields), max_size=1)
    return tree.Entity(
        draw(names),
        tuple(draw(st.lists(names, max_size=2))),
        draw(st.one_of(st.none(), names)),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(fields),
        draw(cites),
        tuple(draw(variants)),
        span=AT,
    )


@cache
@st.composite
def _decision(draw: st.DrawFn, language: Language) -> tree.Decision:
    attributes, cite = draw(_attributes())
    return tree.Decision(draw(names), draw(aliases), draw(_types(language)), attributes, cite, span=AT)


# ---------------------------------------------------------------- heads, lists, tables


@cache
@st.composite
def _header(draw: st.DrawFn) -> tree.HeaderLine:
    word = draw(
        st.sampled_from(
            ["H_ID", "H_ISSUER", "H_DATE", "H_MAIN", "H_ZONE", "H_CURRENCY", "H_FORCE", "H_BASIS", "H_BASED"]
        )
    )
    match word:
        case "H_BASED":
            when = draw(st.one_of(st.none(), exprs(2)))
            return tree.HeaderLine(word, draw(_plain), None, when, span=AT)
        case "H_ID" | "H_ISSUER" | "H_ZONE":
            return tree.HeaderLine(word, draw(_plain), span=AT)
        case "H_DATE":
            return tree.HeaderLine(word, draw(of.days), span=AT)
        case "H_FORCE":
            return tree.HeaderLine(word, draw(of.days), draw(st.one_of(st.none(), of.days)), span=AT)
    return tree.HeaderLine(word, draw(names), span=AT)


_items = st.builds(tree.Item, names, aliases)
_policy = st.builds(
    lambda title, lines: tree.Policy(title, tuple(lines), span=AT), _plain, st.lists(_header(), max_size=4)
)
_roll = st.builds(
    lambda name, alias, members, block: tree.Roll(name, alias, tuple(members), block, span=AT),
    names,
    aliases,
    st.one_of(st.lists(_items, min_size=1, max_size=4), st.lists(_items, min_size=12, max_size=16)),
    st.booleans(),
)
_units = st.lists(_items, min_size=1, max_size=4).map(lambda items: tree.Units(tuple(items), span=AT))
_erratum = st.builds(
    lambda id_, printed, meant, reason, cite: tree.Erratum(id_, printed, meant, reason, cite, span=AT),
    _ids,
    _plain,
    _plain,
    _some,
    cites,
)
_clause = st.builds(lambda id_, rules, text: tree.Clause(id_, rules, text, span=AT), _ids, st.booleans(), _some)


def _shown(cells: tuple[tree.Cell, ...]) -> set[str]:
    """What stands in cells, in either language, without the brackets of names."""
    blank = tree.Grid((tree.Name("", span=AT),), (), span=AT)
    languages: tuple[Language, ...] = ("zh", "en")
    rows = [grid_rows(Spelling(spoken, spoken), blank, {0: cell})[0] for cell in cells for spoken in languages]
    return {text.strip("| 「」") for row in rows for pieces in row.cells for _, text in pieces}


@cache
@st.composite
def _table(draw: st.DrawFn) -> tree.Table:
    keys = tuple(draw(st.lists(names, min_size=1, max_size=2)))
    across = draw(st.one_of(st.none(), names))
    grid, heads = draw(grids()), ()
    if across is not None:
        # a column whose head is the name of a key is the key's
        taken = {key.text for key in keys}
        grid, heads = draw(headed(len(keys)).filter(lambda found: not taken & _shown(found[1])))
        over = tuple(draw(names.filter(lambda name: name not in keys)) for _ in heads)
        grid = evolve(grid, head=tuple(draw(st.permutations((*keys, *over)))))
    return tree.Table(
        draw(names),
        draw(aliases),
        keys,
        draw(cites),
        grid,
        draw(st.sampled_from(["", "HIT_UNIQUE", "HIT_FIRST"])),
        since := draw(st.one_of(st.none(), of.days)),
        since is not None and draw(st.booleans()),
        across,
        heads,
        span=AT,
    )


@cache
@st.composite
def _calendar(draw: st.DrawFn) -> tree.Calendar:
    covers = tuple(sorted(draw(st.tuples(of.days, of.days))))
    lines = [tree.CalendarLine("COVERS", (covers,), span=AT)]
    for _ in range(draw(st.integers(0, 2))):
        starts = draw(st.lists(of.days, min_size=1, max_size=14))
        periods = tuple((day, day.replace(day=draw(st.sampled_from([day.day, 28])))) for day in starts if day.day < 29)
        periods = periods or ((starts[0], starts[0]),)
        lines.append(tree.CalendarLine(draw(st.sampled_from(["HOLIDAYS", "MAKE_UP"])), periods, draw(cites), span=AT))
    off, on = ([day for line in lines if line.word == word for day in line.days] for word in ("HOLIDAYS", "MAKE_UP"))
    name, cite = draw(names), draw(cites)
    return tree.Calendar(name, *covers, tuple(sorted(off)), tuple(sorted(on)), cite, tuple(lines), span=AT)


@cache
@st.composite
def _register(draw: st.DrawFn) -> tree.Register:
    lines = []
    for _ in range(draw(st.integers(0, 3))):
        word = draw(st.sampled_from(["COL_CODE", "COL_NAME", "COL_FORMER", "COL_PLACE", "SOURCE"]))
        columns = () if word == "SOURCE" else tuple(draw(st.lists(names, min_size=1, max_size=2)))
        lines.append(tree.RegisterLine(word, columns, draw(_plain) if word == "SOURCE" else "", span=AT))
    return tree.Register(draw(names), draw(aliases), tuple(lines), draw(cites), span=AT)


# ---------------------------------------------------------------- conditions, tasks, readings


@cache
@st.composite
def _mode(draw: st.DrawFn) -> tuple[str, int]:
    mode = draw(st.sampled_from(["ALL_OF", "ANY_OF", "LEAST_OF"]))
    return mode, draw(st.integers(0, 12)) if mode == "LEAST_OF" else 0


@cache
@st.composite
def _item(draw: st.DrawFn, depth: int) -> tree.ItemLine:
    match draw(st.sampled_from(["condition", "fact", "group"] if depth > 0 else ["condition", "fact"])):
        case "condition":
            return tree.ItemLine(draw(names), draw(aliases), draw(exprs(2)), cite=draw(cites), span=AT)
        case "group":
            mode, least = draw(_mode())
            items = tuple(draw(st.lists(_item(depth - 1), min_size=1, max_size=2)))
            return tree.ItemLine(draw(names), draw(aliases), None, mode, least, items, draw(cites), span=AT)
    return tree.ItemLine(draw(names), draw(aliases), None, cite=draw(cites), span=AT)


@cache
@st.composite
def _conditions(draw: st.DrawFn) -> tree.Conditions:
    mode, least = draw(_mode())
    items = tuple(draw(st.lists(_item(1), min_size=1, max_size=3)))
    word = draw(st.sampled_from(["CONDITIONS", "MATERIALS"]))
    return tree.Conditions(word, draw(names), draw(aliases), mode, least, items, draw(cites), span=AT)


@cache
@st.composite
def _due(draw: st.DrawFn) -> tree.DueLine:
    before = draw(st.booleans())
    included = draw(of.maybe) if before else None
    return tree.DueLine(draw(st.one_of(of.days, of.times)), before, included, draw(cites), span=AT)


_task_lines = st.one_of(
    st.builds(
        lambda items, cite: tree.EvidenceLine(tuple(items), cite, span=AT),
        st.lists(names, min_size=1, max_size=9),
        cites,
    ),
    _due(),
    st.builds(lambda who, cite: tree.ChargeLine(who, cite, span=AT), of.names_text, cites),
    remarks,
)
_task = st.builds(
    lambda name, alias, condition, lines, cite: tree.Task(name, alias, condition, tuple(lines), cite, span=AT),
    names,
    aliases,
    exprs(3),
    st.lists(_task_lines, max_size=3),
    cites,
)
_constraint = st.builds(
    lambda name, condition, remark, cite: tree.Constraint(name, condition, remark, cite, span=AT),
    names,
    exprs(2),
    _some,
    cites,
)
_option = st.builds(
    lambda adopted, name, value, reason, cite: tree.ReadingLine(adopted, name, value, reason, cite, span=AT),
    st.booleans(),
    names,
    st.one_of(st.none(), _valued(1)),
    _some,
    cites,
)
_reading = st.builds(
    lambda name, alias, options, cite: tree.Reading(name, alias, tuple(options), cite, span=AT),
    names,
    aliases,
    st.lists(_option, max_size=3),
    cites,
)

# ---------------------------------------------------------------- examples, properties


@cache
@st.composite
def _several(draw: st.DrawFn) -> tree.Expr:
    items = draw(st.one_of(st.just([]), st.lists(sums(1), min_size=2, max_size=3)))
    return tree.Several(tuple(items), span=AT)


_assignment = st.builds(
    lambda target, value: tree.Assignment(target, value, span=AT),
    of.references(1),
    st.one_of(st.none(), sums(1), _several()),
)
_expected = st.one_of(
    st.builds(lambda a, v: tree.Expected(a, v, span=AT), of.references(1), st.one_of(sums(1), _several())),
    st.builds(
        lambda a, status: tree.Expected(a, None, status, span=AT),
        of.references(1),
        st.sampled_from(["PENDING", "UNKNOWN", "INVALID", "INAPPLICABLE"]),
    ),
)
_example_lines = st.one_of(
    st.lists(_assignment, min_size=1, max_size=4).map(lambda items: tree.Given(tuple(items), span=AT)),
    st.builds(
        lambda entity, count, items, grid: tree.GivenRows(entity, count, tuple(items), grid, span=AT),
        names,
        st.one_of(st.none(), quantities()),
        st.lists(_assignment, max_size=2),
        st.one_of(st.none(), grids()),
    ),
    st.lists(_expected, min_size=1, max_size=4).map(lambda items: tree.Should(tuple(items), span=AT)),
    st.lists(st.tuples(names, names), min_size=1, max_size=2).map(lambda items: tree.Adopting(tuple(items), span=AT)),
    of.days.map(lambda day: tree.OnDate(day, span=AT)),
)
_titles = st.one_of(names, _plain.filter(lambda text: bool(text)).map(lambda text: tree.Name(text, span=AT)))
_example = st.builds(
    lambda name, lines: tree.Example(name, tuple(lines), span=AT), _titles, st.lists(_example_lines, max_size=4)
)
_always = st.builds(lambda name, condition, cite: tree.Always(name, condition, cite, span=AT), names, exprs(2), cites)
_monotone = st.builds(
    lambda name, fact, moves, result, never, cite: tree.Monotone(name, fact, moves, result, never, cite, span=AT),
    names,
    of.references(1),
    st.sampled_from(["INCREASES", "DECREASES"]),
    of.references(1),
    st.sampled_from(["NOT_LESS", "NOT_MORE"]),
    cites,
)
_whenever = st.builds(
    lambda name, condition, then, cite: tree.Whenever(name, condition, then, cite, span=AT),
    names,
    exprs(1),
    exprs(1),
    cites,
)
_steady = st.builds(
    lambda name, fact, step, result, most, cite: tree.Steady(name, fact, step, result, most, cite, span=AT),
    names,
    of.references(1),
    quantities(loose=True),
    of.references(1),
    sums(1),
    cites,
)
_unrelated = st.builds(
    lambda name, result, about, how, cite: tree.Unrelated(name, result, about, how, cite, span=AT),
    names,
    of.references(1),
    of.references(1),
    st.sampled_from(["NOWISE", "ROW_ORDER"]),
    cites,
)
_divided = st.builds(
    lambda name, about, result, cite: tree.Divided(name, tuple(about), result, cite, span=AT),
    names,
    st.lists(of.references(1), min_size=1, max_size=3),
    of.references(1),
    cites,
)
_shared_out = st.builds(
    lambda name, part, how, whole, cite: tree.SharedOut(name, part, how, whole, cite, span=AT),
    names,
    of.references(1),
    st.sampled_from(["PARTS_SUM", "PARTS_MOST"]),
    sums(1),
    cites,
)

# ---------------------------------------------------------------- amendments

_since = st.one_of(st.none(), of.days)
Ended = TypeVar("Ended", tree.AmendLine, tree.Amendment)
_notices = st.sampled_from(["GZ-2025-1", "A", "\u7a57\u79d1\u5b57\u30142025\u30151\u53f7"])


@cache
@st.composite
def _changing(draw: st.DrawFn) -> tree.Changing:
    was = draw(st.one_of(st.none(), sums(1)))
    value = draw(exprs(1) if was is None else sums(1))
    return tree.Changing(draw(of.references(1)), value, was, draw(_since), draw(cites), span=AT)


@cache
def _amend_lines(language: Language) -> st.SearchStrategy[tree.AmendLine]:
    """A line of 修订. The lines of a block are those that look like what they are: nothing says of what they are lines."""
    references = st.lists(of.references(1), min_size=1, max_size=3).map(tuple)
    bodies = st.lists(declarations(language, 0), min_size=1, max_size=2).map(tuple)
    block = st.one_of(_task_lines.filter(lambda line: not isinstance(line, tree.Remark)), _caps)
    lines = st.one_of(
        st.builds(
            lambda word, targets, since, cite: tree.Naming(word, targets, since, cite, span=AT),
            st.sampled_from(["REPEAL", "KEEP", "RESTORE", "MERGE"]),
            references,
            _since,
            cites,
        ),
        st.builds(
            lambda word, since, cite: tree.Whole(word, since, cite, span=AT),
            st.sampled_from(["SUPERSEDE", "REPEAL", "RESTORE"]),
            _since,
            cites,
        ),
        _changing(),
        st.builds(
            lambda word, body, since, cite: tree.Putting(word, body, since, cite, span=AT),
            st.sampled_from(["AMENDED", "ADD"]),
            bodies,
            _since,
            cites,
        ),
        st.builds(
            lambda word, target, grid, since, cite: tree.Extending(word, target, grid, (), since, cite, span=AT),
            st.sampled_from(["AMENDED", "ADD"]),
            of.references(1),
            grids(),
            _since,
            cites,
        ),
        st.builds(
            lambda word, target, lines, since, cite: tree.Extending(
                word, target, None, tuple(lines), since, cite, span=AT
            ),
            st.sampled_from(["AMENDED", "ADD"]),
            of.references(1),
            st.lists(block, min_size=1, max_size=3),
            _since,
            cites,
        ),
        st.builds(
            lambda word, cite: tree.Past(word, None, cite, span=AT), st.sampled_from(["NEW_LAW", "OLD_LAW"]), cites
        ),
        st.builds(lambda by, cite: tree.Past("BETTER_LAW", by, cite, span=AT), of.references(1), cites),
        st.lists(_notices, min_size=1, max_size=2).map(lambda items: tree.Prevailing(tuple(items), span=AT)),
        _example,
    )
    return st.builds(_ending, lines, st.one_of(st.none(), st.integers(0, 4000)))


def _ending(node: Ended, days: int | None) -> Ended:
    """A line or a 修订 that counts from a day, with a last day some days later."""
    since = getattr(node, "since", None)
    if since is None or days is None:
        return node
    return evolve(node, until=since + timedelta(days=days))  # type: ignore[call-arg]  # those with a day have an end


@cache
def _amendment(language: Language) -> st.SearchStrategy[tree.Amendment]:
    return st.builds(
        lambda id_, lines, cite, since, end: _ending(tree.Amendment(id_, tuple(lines), cite, since, span=AT), end),
        _notices,
        st.lists(_amend_lines(language), min_size=1, max_size=4),
        cites,
        _since,
        st.one_of(st.none(), st.integers(0, 4000)),
    )


# ---------------------------------------------------------------- all


@cache
def _parts(language: Language, depth: int) -> st.SearchStrategy[tree.Declaration]:
    body = st.lists(declarations(language, depth - 1), max_size=2).map(tuple)
    return st.builds(
        lambda name, alias, cite, inner: tree.Part(name, alias, cite, inner, span=AT), names, aliases, cites, body
    )


@cache
def _ons(language: Language, depth: int) -> st.SearchStrategy[tree.Declaration]:
    body = st.lists(declarations(language, depth - 1), max_size=2).map(tuple)
    return st.builds(lambda entity, inner, cite: tree.On(entity, inner, cite, span=AT), names, body, cites)


KINDS: dict[type, Callable[[Language], st.SearchStrategy[tree.Declaration]]] = {
    tree.Policy: lambda _: _policy,
    tree.Roll: lambda _: _roll,
    tree.Units: lambda _: _units,
    tree.Clause: lambda _: _clause,
    tree.Entity: _entity,
    tree.Part: lambda language: _parts(language, 1),
    tree.On: lambda language: _ons(language, 1),
    tree.Table: lambda _: _table(),
    tree.Erratum: lambda _: _erratum,
    tree.Rule: lambda _: _rule(tree.Rule),
    tree.Task: lambda _: _task,
    tree.Constraint: lambda _: _constraint,
    tree.Reading: lambda _: _reading,
    tree.Decision: _decision,
    tree.Example: lambda _: _example,
    tree.Parameter: lambda _: _rule(tree.Parameter),
    tree.Formula: _formula,
    tree.Conditions: lambda _: _conditions(),
    tree.Applies: lambda _: applies,
    tree.Calendar: lambda _: _calendar(),
    tree.Register: lambda _: _register(),
    tree.Import: lambda _: _plain.map(lambda path: tree.Import(path, span=AT)),
    tree.Always: lambda _: _always,
    tree.Monotone: lambda _: _monotone,
    tree.Whenever: lambda _: _whenever,
    tree.Steady: lambda _: _steady,
    tree.Unrelated: lambda _: _unrelated,
    tree.Divided: lambda _: _divided,
    tree.SharedOut: lambda _: _shared_out,
    tree.Amendment: _amendment,
}
"""How each kind of declaration is made."""


@cache
def declarations(language: Language, depth: int = 1) -> st.SearchStrategy[tree.Declaration]:
    """Any declaration."""
    kinds = [kind for kind in KINDS if depth > 0 or kind not in (tree.Part, tree.On, tree.Amendment)]
    return st.sampled_from(kinds).flatmap(lambda kind: KINDS[kind](language))


@cache
def files(language: Language) -> st.SearchStrategy[tree.File]:
    """A whole file."""
    body = st.lists(declarations(language), min_size=1, max_size=4)
    return body.map(lambda nodes: tree.File(AT.source, language, tuple(nodes)))
