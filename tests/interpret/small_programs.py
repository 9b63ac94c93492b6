"""Small programs and facts by hand, for the tests of the interpreter. All data is invented."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from attrs import evolve

from policydsl.core.facts import Cell, Facts, Known, Missing, Record
from policydsl.core.program import (
    AllRows,
    Apply,
    Case,
    Children,
    Choose,
    Compare,
    Const,
    Decision,
    Entity,
    Expr,
    Field,
    FieldRead,
    Header,
    Here,
    Program,
    Reading,
    ReadingOption,
    Roll,
    Rule,
    RuleRead,
    Sole,
    Table,
)
from policydsl.core.types import BOOL, TEXT, Member, Number
from policydsl.core.values import Blocked, Outcome, Value
from policydsl.interpret.evaluate import Evaluator, evaluate
from policydsl.interpret.trace import Step, Trace

NUMBER = Number()
MEMBERS = ("东区", "西区", "北区")
NUMBERS = ("甲", "乙", "丙", "丁")
FLAGS = ("是非一", "是非二")


def const(value: Value) -> Const:
    return Const(value, type=BOOL if isinstance(value, bool) else TEXT if isinstance(value, str) else NUMBER)


def fact(name: str, depth: int = 0, entity: str = "区") -> FieldRead:
    return FieldRead(Here(depth), entity, name, type=BOOL if name in FLAGS or name == "有效" else NUMBER)


def city(name: str) -> FieldRead:
    return FieldRead(Sole("全市"), "全市", name, type=NUMBER)


def rule_of(name: str, depth: int = 0, entity: str = "区") -> RuleRead:
    return RuleRead(Here(depth), entity, name, type=NUMBER)


def apply(op: str, *args: Expr) -> Apply:
    return Apply(op, args, type=NUMBER)


def compare(op: Any, left: Expr, right: Expr) -> Compare:
    return Compare(op, left, right, type=BOOL)


def when(condition: Expr, then: Expr, otherwise: Expr | None, **more: Any) -> Choose:
    return Choose("first", (Case(condition, then),), otherwise, type=NUMBER, **more)


def events(depth: int = 0) -> Children:
    return Children(Here(depth), "活动")


ALL_DISTRICTS = AllRows("区")

DISTRICT = Entity(
    "区",
    (
        Field("名称", Member("行政区"), key=True, complete=True),
        *(Field(name, NUMBER) for name in NUMBERS),
        *(Field(name, BOOL) for name in FLAGS),
        Field("核准", NUMBER, decision=Decision("某局")),
    ),
)
EVENT = Entity("活动", (Field("家数", NUMBER), Field("有效", BOOL), Field("类别", TEXT)), owner="区")
REPORT = Entity("报告", (Field("页数", NUMBER),), owner="区", at_most_one=True)
CITY = Entity("全市", (Field("预算", NUMBER), Field("上限", NUMBER)), singleton=True)


def rule(name: str, body: Expr, entity: str = "区", kind: Any = "rule", **more: Any) -> Rule:
    return Rule(entity, name, kind, body, body.type, **more)


def program(
    *rules: Rule, tables: tuple[Table, ...] = (), readings: tuple[Reading, ...] = (), language: Any = "zh"
) -> Program:
    return Program(
        Header("测试"),
        language,
        {"行政区": Roll("行政区", MEMBERS)},
        {},
        {item.name: item for item in (DISTRICT, EVENT, REPORT, CITY)},
        {item.name: item for item in tables},
        {item.name: item for item in readings},
        rules,
    )


def reading(name: str, *options: str) -> Reading:
    return Reading(name, tuple(ReadingOption(option, "", option == options[0]) for option in options))


def cell(value: Any) -> Cell:
    """A value as a cell; None is a blank, a cell is itself."""
    if value is None:
        return Missing()
    return value if isinstance(value, Known | Missing) or type(value).__name__ == "Bad" else Known(value)


def record(key: str, parent: str | None = None, **cells: Any) -> Record:
    return Record(key, {name: cell(value) for name, value in cells.items()}, parent)


def district(key: str = "东区", **cells: Any) -> Record:
    return record(key, 名称=key, **cells)


def facts(**tables: list[Record]) -> Facts:
    return Facts({name: tuple(rows) for name, rows in tables.items()})


def one(**cells: Any) -> Facts:
    """Facts of one district and no events."""
    return facts(区=[district(**cells)], 活动=[], 报告=[])


def run(body: Expr, given: Facts | None = None, key: str = "东区", **more: Any) -> Step:
    """The step of one rule with this body, for one district."""
    return trace_of(body, given, **more).step("区", key, "结果").body


def trace_of(body: Expr, given: Facts | None = None, tables: tuple[Table, ...] = (), **more: Any) -> Trace:
    readings: Mapping[str, str] | None = more.pop("with_readings", None)
    made, facts_ = program(rule("结果", body), tables=tables, **more), given or one()
    trace = evaluate(made, facts_, readings=readings)
    # without a trace another half of each node computes
    plain = Evaluator(made, readings or {}).outcomes(facts_)
    assert {at: plain[at] for at in trace.steps} == {at: step.outcome for at, step in trace.steps.items()}
    _said_in_english(made, facts_, readings, trace)
    return trace


def _said_in_english(made: Program, given: Facts, readings: Mapping[str, str] | None, trace: Trace) -> None:
    """That a reason which is said in Chinese is said in English too."""
    english = Evaluator(evolve(made, language="en"), readings or {}).outcomes(given)
    for at, step in trace.steps.items():
        other = english[at]
        if not isinstance(step.outcome, Blocked) or made.language != "zh":
            continue
        assert isinstance(other, Blocked)
        for one_, two in zip(step.outcome.causes, other.causes, strict=True):
            assert bool(one_.detail) is bool(two.detail)


def outcome(body: Expr, given: Facts | None = None, key: str = "东区", **more: Any) -> Outcome:
    return run(body, given, key, **more).outcome


def percent(number: int) -> Fraction:
    return Fraction(number, 100)
