"""One rule by itself on invented facts, and generated rules: every kind of node, told in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from attrs import evolve
from hypothesis import strategies as st
from invented_notice import (
    BASE_AMOUNT,
    DISTRICTS,
    EVENTS_HELD,
    FIRMS,
    MONEY,
    PROGRAM,
    const,
    district,
    events,
    fact,
    facts,
)

from policydsl.core.facts import Facts, Known
from policydsl.core.program import (
    Aggregate,
    AllRows,
    Apply,
    Band,
    Bands,
    Bound,
    Brackets,
    Case,
    Children,
    Choose,
    Compare,
    Every,
    Expr,
    FieldRead,
    Has,
    Here,
    IfInapplicable,
    Inapplicable,
    Increment,
    Let,
    Limit,
    Local,
    Not,
    OnDay,
    OneOf,
    Option,
    OrderKey,
    Pending,
    Pick,
    Previous,
    Rank,
    Round,
    Rule,
    Running,
    Share,
    Siblings,
    Slice,
    Some,
    Step,
    Switch,
    Task,
    UnmetTasks,
    Within,
)
from policydsl.core.types import BOOL, DATE, NEVER, TEXT, ListOf, Number, Optional
from policydsl.explain import explain, tell
from policydsl.explain.telling import Entry
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.trace import Trace

FIELDS = ("高企认定数", "高企年度目标", "上年高企认定数")
SOME_FACTS = facts(
    district("甲区", 520, 480, held_at=Known(1)),
    district("乙区", None, 1000, row=3),
    held=(*events("甲区", 60, 42, None), *events("乙区", 80)),
)


def trace_of(
    body: Expr, given: Facts = SOME_FACTS, kind: Any = "rule", readings: Mapping[str, str] | None = None
) -> Trace:
    """A trace of one rule of 区 with this body, called 单独, beside the rules of the invented notice."""
    task = Task() if kind == "task" else None
    alone = Rule("区", "单独", kind, body, body.type, clause="一", task=task)
    return Evaluator(evolve(PROGRAM, rules=(*PROGRAM.rules, alone)), readings).run(given)


def told(body: Expr, lang: Any = "zh", key: str = "甲区", given: Facts = SOME_FACTS, kind: Any = "rule") -> Entry:
    """The worded account of one rule."""
    explanation = explain(trace_of(body, given, kind), entity="区", keys=[key], rules=["单独"], lang=lang)
    return tell(explanation).rows[0].entries[0]


def said(body: Expr, lang: Any = "zh", key: str = "甲区", kind: Any = "rule") -> list[str]:
    """Its sentences."""
    return [passage.text for passage in told(body, lang, key, kind=kind).passages]


def fates(body: Expr, at: int = 0, lang: Any = "zh") -> list[tuple[str, str, str]]:
    """Label, value and fate of the alternatives beside one of its sentences."""
    group = told(body, lang).passages[at].group
    assert group is not None
    return [(item.label, item.value, item.fate) for item in group.items]


def compare(op: Any, left: Expr, right: Expr, word: str = "") -> Compare:
    return Compare(op, left, right, word, type=BOOL)


def attending() -> FieldRead:
    return FieldRead(Here(), "宣讲活动", "参与企业数", type=FIRMS)


def total(fold: Any, body: Expr | None = None, where: Expr | None = None, empty: Expr | None = None) -> Aggregate:
    types = {"any": BOOL, "all": BOOL, "list": ListOf(FIRMS)}
    return Aggregate(fold, Children(Here(), "宣讲活动"), where, body, empty, type=types.get(fold, FIRMS))


LEAVES = (
    *(fact(name) for name in FIELDS),
    EVENTS_HELD,
    BASE_AMOUNT,
    total("sum", attending()),
    total("max", attending(), empty=const(0, FIRMS)),
    total("mean", attending(), empty=const(0, FIRMS)),
    total("count"),
    Pending("由人决定", type=NEVER),
    Inapplicable("未开展", type=Optional(FIRMS)),
)


def numbers(draw: st.DrawFn, depth: int) -> Expr:
    """A generated expression for a number."""

    def one() -> Expr:
        return numbers(draw, depth - 1)

    def pick(*options: Any) -> Any:
        return draw(st.sampled_from(options))

    if depth <= 0 or draw(st.integers(0, 4)) == 0:
        if draw(st.booleans()):
            count = draw(st.integers(-20, 2000))
            return const(count, FIRMS, f"{count}家")
        return pick(*LEAVES)
    match draw(st.integers(0, 11)):
        case 0 | 1:
            return Apply(pick("add", "sub", "mul", "excess"), (one(), one()), type=FIRMS)
        case 2:
            rows = (Band(const(10, FIRMS), pick(True, False), one()), Band(const(300, FIRMS), True, one(), "二"))
            return Bands(one(), pick("lower", "upper"), rows, one(), type=FIRMS)
        case 3:
            cases = (
                Case(conditions(draw, depth - 1), one(), "甲"),
                Case(conditions(draw, depth - 1), one(), "乙", "三"),
            )
            form = pick("if", "category", "exceptions", "dated", "table")
            return Choose(pick("first", "unique", "agree"), cases, pick(None, one()), form, type=FIRMS)
        case 4:
            low = Slice(const(0, FIRMS), const(100, FIRMS), const(3, FIRMS))
            return Brackets(one(), (low, Slice(const(100, FIRMS), None, const(5, FIRMS))), type=FIRMS)
        case 5:
            steps = (Step(one(), const(7, FIRMS), "每 一份"), Step(const(15, FIRMS), const(5, FIRMS)))
            extra = {"at_start": pick(None, const(9, FIRMS)), "most_steps": pick(None, const(3, FIRMS))}
            return Increment(one(), one(), steps, pick("max", "min", "sum"), pick(True, False), **extra, type=FIRMS)
        case 6:
            when = pick(None, conditions(draw, depth - 1))
            bounds = (Bound(pick("cap", "floor"), one(), when, "二"), Bound("floor", const(0, FIRMS)))
            return Limit(one(), bounds, type=FIRMS)
        case 7:
            return Pick(pick("max", "min"), (Option("甲", one()), Option("乙", one())), type=FIRMS)
        case 8:
            return Round(
                pick("half-up", "up", "down", "half-even"), pick(Fraction(100), Fraction(1, 10)), one(), type=FIRMS
            )
        case 9:
            local = Local(0, "份数", type=FIRMS)
            return Let("份数", one(), Apply("add", (local, local), type=FIRMS), type=FIRMS)
        case 10:
            return Switch("增量基数", (Option("按年度目标", one()), Option("按上年认定数", one())), type=FIRMS)
        case _:
            return IfInapplicable(one(), one(), type=FIRMS)


def conditions(draw: st.DrawFn, depth: int) -> Expr:
    """A generated condition."""
    if depth <= 0 or draw(st.booleans()):
        match draw(st.integers(0, 3)):
            case 0:
                return fact("通过考核", BOOL)
            case 1:
                return compare("ge", EVENTS_HELD, const(2, EVENTS_HELD.type, "2场"), "不低于")
            case 2:
                return OneOf(numbers(draw, 0), (numbers(draw, 0), const(5, FIRMS)), type=BOOL)
            case _:
                op = draw(st.sampled_from(("ge", "gt", "le", "lt", "eq", "ne")))
                return compare(op, numbers(draw, depth - 1), numbers(draw, depth - 1))
    parts = tuple(conditions(draw, depth - 1) for _ in range(draw(st.integers(1, 5))))
    match draw(st.integers(0, 2)):
        case 0:
            return Every(parts, type=BOOL)
        case 1:
            return Some(parts, draw(st.integers(1, len(parts))), type=BOOL)
        case _:
            return Not(parts[0], type=BOOL)


@st.composite
def bodies(draw: st.DrawFn) -> Expr:
    """The body of a generated rule."""
    return numbers(draw, 3) if draw(st.booleans()) else conditions(draw, 3)


DISTRICTS_ALL = Siblings("区", owned=False)
PLACES: dict[str, Expr] = {
    "up-to": Running(DISTRICTS_ALL, fact("高企年度目标"), (OrderKey(fact("高企年度目标")),), True, type=FIRMS),
    "before": Running(DISTRICTS_ALL, fact("高企年度目标"), (), False, type=FIRMS),
    "previous": Previous(DISTRICTS_ALL, fact("高企年度目标"), (), const(0, FIRMS, "0家"), type=FIRMS),
    "rank": Rank(DISTRICTS_ALL, (OrderKey(fact("高企年度目标"), True),), "same", type=Number(whole=True)),
    "split": Share(DISTRICTS_ALL, "split", const(1000, MONEY, "1000元"), fact("高企年度目标"), Fraction(1), type=MONEY),
    "scale": Share(DISTRICTS_ALL, "scale", const(100, MONEY, "100元"), fact("高企年度目标"), type=MONEY),
    "fits": Share(DISTRICTS_ALL, "scale", const(10**6, MONEY, "100万元"), fact("高企年度目标"), type=MONEY),
}
SINGLE: tuple[Expr, ...] = (
    *PLACES.values(),
    Aggregate("first", AllRows("区"), None, fact("高企年度目标"), const(0, FIRMS), type=FIRMS),
    Aggregate(
        "last",
        AllRows("区"),
        None,
        fact("高企认定数"),
        const(0, FIRMS),
        (OrderKey(fact("高企年度目标"), True),),
        type=FIRMS,
    ),
    Has(Inapplicable("未开展", type=Optional(FIRMS)), type=BOOL),
    OnDay(type=DATE),
    UnmetTasks(
        (Option("甲事", compare("ge", fact("高企认定数"), const(9999, FIRMS))), Option("乙事", fact("通过考核", BOOL))),
        type=ListOf(TEXT),
    ),
    Within(fact("高企认定数"), Children(Here(), "宣讲活动"), attending(), None, type=BOOL),
    Aggregate("list", AllRows("区"), None, FieldRead(Here(), "区", "名称", type=DISTRICTS), type=ListOf(DISTRICTS)),
    Apply("neg", (fact("高企认定数"),), type=FIRMS),
    Apply("abs", (fact("高企认定数"),), type=Number()),
)
