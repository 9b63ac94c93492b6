"""An invented notice, built of core nodes by hand, and invented facts: what explanations are tested on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from policydsl.core.facts import Cell, Facts, Known, Missing, Record
from policydsl.core.program import (
    Aggregate,
    AllRows,
    Apply,
    Band,
    Bands,
    Bound,
    Case,
    Children,
    Choose,
    Compare,
    Const,
    Decision,
    Entity,
    Every,
    Expr,
    Field,
    FieldRead,
    Header,
    Here,
    Increment,
    Limit,
    Lookup,
    Option,
    Owner,
    Pending,
    Program,
    Reading,
    ReadingOption,
    Roll,
    Round,
    Rule,
    RuleRead,
    Step,
    Switch,
    Table,
    TableRow,
    Task,
)
from policydsl.core.types import BOOL, NEVER, RATIO, Member, Number, Text, Type
from policydsl.core.units import Measure, base
from policydsl.core.values import Value
from policydsl.diagnostics.model import Place
from policydsl.explain import Rerun, explain, tell
from policydsl.explain.telling import Entry
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.trace import Trace

YUAN, FIRM, EVENT = base("元"), base("家"), base("场")
MONEY, FIRMS, EVENTS = Number(YUAN), Number(FIRM, whole=True), Number(EVENT, whole=True)
RATE = Number(YUAN / FIRM)
DISTRICTS = Member("行政区")


def const(value: Value, type_: Type, text: str = "") -> Const:
    return Const(value, text, type=type_)


def firms(count: int) -> Const:
    return const(count, FIRMS, f"{count}家")


def money(amount: int, text: str = "") -> Const:
    return const(amount, MONEY, text)


def percent(value: int) -> Const:
    number = Fraction(value, 100)
    return const(number if number.denominator != 1 else number.numerator, RATIO, f"{value}%")


def per_firm(amount: int) -> Const:
    return const(amount, RATE, f"{amount}元/家")


def fact(name: str, type_: Type = FIRMS) -> FieldRead:
    return FieldRead(Here(), "区", name, type=type_)


def rule(name: str, type_: Type = MONEY) -> RuleRead:
    return RuleRead(Here(), "区", name, type=type_)


def apply(op: str, left: Expr, right: Expr, type_: Type) -> Apply:
    return Apply(op, (left, right), type=type_)


RATE_BANDS = (
    Band(percent(70), True, per_firm(300)),
    Band(percent(85), True, per_firm(500)),
    Band(percent(100), True, per_firm(600)),
)
AWARD = apply(
    "mul",
    fact("高企认定数"),
    Bands(rule("高企完成率", RATIO), "lower", RATE_BANDS, per_firm(0), type=RATE),
    MONEY,
)
INCREMENT = Increment(
    fact("高企认定数"),
    fact("高企年度目标"),
    (
        Step(
            apply("mul", rule("增量基数", FIRMS), percent(5), Number(FIRM)), money(50_000, "5万元"), "每 增量基数 的 5%"
        ),
        Step(firms(15), money(50_000, "5万元"), "每 15家"),
    ),
    "max",
    type=MONEY,
)
EVENTS_HELD = Aggregate(
    "count",
    Children(Here(), "宣讲活动"),
    Compare(
        "ge",
        FieldRead(Here(), "宣讲活动", "参与企业数", type=FIRMS),
        Lookup("梯队", (FieldRead(Owner(Here(), "区"), "区", "名称", type=DISTRICTS),), "宣讲门槛", type=FIRMS),
        "不低于",
        type=BOOL,
    ),
    type=EVENTS,
)
BASE_AMOUNT = Choose(
    "first",
    (
        Case(
            rule("政策宣讲", BOOL),
            Lookup("梯队", (fact("名称", DISTRICTS),), "基础额度", type=MONEY),
        ),
    ),
    Pending("未达基础工作量", type=NEVER),
    type=MONEY,
)


def district_rule(name: str, body: Expr, type_: Type = MONEY, **more: object) -> Rule:
    return Rule("区", name, "rule", body, type_, **more)  # type: ignore[arg-type]


RULES = (
    Rule(
        "区",
        "政策宣讲",
        "task",
        Compare("ge", EVENTS_HELD, const(10, EVENTS, "10场"), "不低于", type=BOOL),
        BOOL,
        clause="七(二)1(1)c",
        task=Task(),
    ),
    district_rule("基础补助", BASE_AMOUNT, alias="base_grant", clause="七(二)1"),
    district_rule(
        "高企完成率",
        apply("div", fact("高企认定数"), fact("高企年度目标"), RATIO),
        RATIO,
        alias="completion",
        clause="七(二)2(1)",
    ),
    district_rule("高企认定补助", AWARD, alias="hte_award", clause="七(二)2(1)"),
    Rule(
        "区",
        "增量基数",
        "reading",
        Switch(
            "增量基数",
            (Option("按年度目标", fact("高企年度目标")), Option("按上年认定数", fact("上年高企认定数"))),
            type=FIRMS,
        ),
        FIRMS,
        output=False,
    ),
    district_rule("高企增量补助", INCREMENT, clause="七(二)2(1)"),
    district_rule(
        "测算合计",
        apply("add", rule("基础补助"), apply("add", rule("高企认定补助"), rule("高企增量补助"), MONEY), MONEY),
        measure=Measure(YUAN, "万元", Fraction(10_000)),
        alias="total",
        clause="七(二)",
    ),
    district_rule(
        "拨付额",
        Limit(
            Round(
                "half-up",
                Fraction(100),
                apply("mul", rule("测算合计"), const(Fraction(3, 7), RATIO, "3/7"), MONEY),
                "四舍五入 到 百元",
                type=MONEY,
            ),
            (Bound("cap", money(300_000, "30万元"), clause="九(一)"),),
            type=MONEY,
        ),
        clause="九(一)",
    ),
    Rule(
        "全市",
        "测算总额",
        "rule",
        Aggregate("sum", AllRows("区"), None, RuleRead(Here(), "区", "测算合计", type=MONEY), type=MONEY),
        MONEY,
        clause="九",
    ),
    Rule(
        "区",
        "目标为正",
        "constraint",
        Compare("gt", fact("高企年度目标"), firms(0), "大于", type=BOOL),
        BOOL,
        message="年度目标须大于零",
        output=False,
    ),
    Rule(
        "区",
        "通过且达标",
        "rule",
        Every((fact("通过考核", BOOL), rule("政策宣讲", BOOL)), type=BOOL),
        BOOL,
        alias="passed",
        clause="七(二)3",
    ),
)
PROGRAM = Program(
    Header(
        "企业培育服务征集(虚构)",
        "XG-2025",
        "某市科学技术局(虚构)",
        main="区",
    ),
    "zh",
    {"行政区": Roll("行政区", ("甲区", "乙区", "丙区"))},
    {"家": "firms", "场": "events"},
    {
        "区": Entity(
            "区",
            (
                Field("名称", DISTRICTS, key=True),
                Field("高企认定数", FIRMS, alias="hte_count", source="认定名单"),
                Field("高企年度目标", FIRMS, alias="hte_target"),
                Field("上年高企认定数", FIRMS),
                Field("通过考核", BOOL, decision=Decision("市科技局", True)),
            ),
            alias="district",
        ),
        "宣讲活动": Entity(
            "宣讲活动",
            (Field("参与企业数", FIRMS, alias="attending"), Field("备注", Text())),
            counted_in="场",
            owner="区",
        ),
        "全市": Entity("全市", (), alias="city", singleton=True),
    },
    {
        "梯队": Table(
            "梯队",
            ("名称",),
            ("梯队", "基础额度", "宣讲门槛"),
            (
                TableRow(
                    (("甲区", "乙区"),),
                    {
                        "梯队": const("第一梯队", Text(), "第一梯队"),
                        "基础额度": money(350_000, "35万元"),
                        "宣讲门槛": firms(60),
                    },
                ),
                TableRow(
                    (("丙区",),),
                    {
                        "梯队": const("第二梯队", Text(), "第二梯队"),
                        "基础额度": money(300_000, "30万元"),
                        "宣讲门槛": firms(40),
                    },
                ),
            ),
            label="梯队",
            alias="tiers",
        )
    },
    {
        "增量基数": Reading(
            "增量基数",
            (
                ReadingOption("按年度目标", "自达到年度总目标数后", True),
                ReadingOption("按上年认定数", "增长比例通常对上年", False),
            ),
            clause="七(二)2(1)",
        )
    },
    RULES,
)


def district(name: str, count: int | None, target: int | None, row: int = 2, last: int = 400, **more: Cell) -> Record:
    """A row of 区 as read from 事实.xlsx."""

    def cell(value: Value | None, column: str) -> Cell:
        place = Place("事实.xlsx", "区", f"{column}{row}")
        return Missing(place) if value is None else Known(value, place, str(value))

    cells: Mapping[str, Cell] = {
        "名称": cell(name, "A"),
        "高企认定数": cell(count, "B"),
        "高企年度目标": cell(target, "C"),
        "上年高企认定数": cell(last, "D"),
        "通过考核": cell(None, "E"),
        **more,
    }
    return Record(name, cells)


def events(owner: str, *attending: int | None) -> tuple[Record, ...]:
    """Rows of 宣讲活动 of a district, one for each number of firms attending."""
    return tuple(
        Record(
            f"{owner}-{index:02}",
            {
                "参与企业数": Missing(Place("事实.xlsx", "宣讲活动", f"B{index}"))
                if count is None
                else Known(count, Place("事实.xlsx", "宣讲活动", f"B{index}"), str(count))
            },
            owner,
        )
        for index, count in enumerate(attending, 1)
    )


def facts(*districts: Record, held: tuple[Record, ...] = ()) -> Facts:
    """Facts of an invented workbook."""
    return Facts({"区": districts, "宣讲活动": held, "全市": (Record("", {}),)}, ("事实.xlsx",))


def run(given: Facts, readings: Mapping[str, str] | None = None) -> tuple[Trace, Rerun]:
    """A trace of the invented notice, and the way to re-evaluate it."""
    evaluator = Evaluator(PROGRAM, readings)
    return evaluator.run(given), lambda other, entity, key: evaluator.run(other, {entity: [key]})


GOOD = facts(
    district("甲区", 520, 480),
    district("乙区", 849, 1000, row=3),
    held=(*events("甲区", *[60] * 10, 42, 59), *events("乙区", *[80] * 8)),
)
"""甲区 meets everything (12 events, two too small); 乙区 is one firm short of a band and two events short."""


def wide(text: str) -> str:
    """Expected Chinese with its full-width punctuation: commas (not in figures), colons, semicolons; ⟨⟩ are brackets."""
    text = re.sub(r"(?<!\d),|,(?!\d{3})", "\uff0c", text)
    return text.translate(str.maketrans({":": "\uff1a", ";": "\uff1b", "⟨": "\uff08", "⟩": "\uff09"}))


def entry(trace: Trace, name: str, key: str = "甲区", lang: str = "zh", rerun: Rerun | None = None) -> Entry:
    """The worded account of one rule of a row."""
    entity = "全市" if not key else "区"
    explanation = explain(trace, entity=entity, keys=[key], rules=[name], lang=lang, rerun=rerun)  # type: ignore[arg-type]
    return tell(explanation).rows[0].entries[0]


def sentences(trace: Trace, name: str, key: str = "甲区", lang: str = "zh") -> list[str]:
    """The sentences of one rule of a row."""
    return [passage.text for passage in entry(trace, name, key, lang).passages]
