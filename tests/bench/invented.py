"""Owns an invented policy of the size of a real one, with its cases: 41 rules over a district, rows of activities below it.

It stays as it is when the notice grows, so that figures of one year can be held against those of another.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "interpret"))

from small_programs import (
    apply,
    compare,
    const,
    district,
    events,
    fact,
    facts,
    percent,
    program,
    record,
    rule,
    rule_of,
    when,
)

from policydsl.core.facts import Facts, Known, Record
from policydsl.core.program import (
    Aggregate,
    Band,
    Bands,
    Every,
    FieldRead,
    Here,
    Increment,
    Lookup,
    Pending,
    Program,
    Rule,
    Step,
    Table,
    TableRow,
)
from policydsl.core.types import BOOL, TEXT, Number

N = Number()
NAME = FieldRead(Here(), "区", "名称", type=TEXT)
OWNER_NAME = FieldRead(Here(1), "区", "名称", type=TEXT)
TIERS = Table(
    "梯队",
    ("名称",),
    ("额度", "门槛"),
    (TableRow((("东区",),), {"额度": const(350_000), "门槛": const(60)}),),
)


def bands(number: int) -> list[Rule]:
    """Four rules: a rate, a banded subsidy, an increment, their sum."""
    rate, paid, more = f"率{number}", f"补{number}", f"增{number}"
    edges = tuple(Band(const(percent(at)), True, const(pay)) for at, pay in ((70, 300), (85, 500), (100, 600)))
    step = Step(apply("mul", const(Fraction(1, 20)), fact("乙")), const(50_000))
    return [
        rule(rate, apply("div", fact("甲"), fact("乙"))),
        rule(paid, apply("mul", fact("甲"), Bands(rule_of(rate), "lower", edges, const(0), type=N))),
        rule(more, Increment(fact("甲"), fact("乙"), (step, Step(const(15), const(50_000))), "max", type=N)),
        rule(f"合{number}", apply("add", rule_of(paid), rule_of(more))),
    ]


def policy() -> Program:
    """Seven tasks, a base amount, eight indicators of four rules each: 41 rules."""
    threshold = Lookup("梯队", (OWNER_NAME,), "门槛", type=N)
    size = fact("家数", entity="活动")
    filters = [compare("ge", size, threshold), fact("有效", entity="活动")]
    tasks = [
        rule(
            f"任务{i}",
            compare(
                "ge", Aggregate("count", events(), filters[i], type=N) if i < len(filters) else fact("甲"), const(10)
            ),
            kind="task",
        )
        for i in range(7)
    ]
    done = Every(tuple(rule_of(item.name) for item in tasks), type=BOOL)
    base = rule("基础", when(done, Lookup("梯队", (NAME,), "额度", type=N), Pending("未规定", type=N)))
    performance = [item for number in range(8) for item in bands(number)]
    total = rule("总", apply("add", rule_of("基础"), rule_of("合7")))
    return program(*tasks, base, *performance, total, tables=(TIERS,))


def case() -> Facts:
    """One district that meets everything, with 200 activities."""
    activities = [record(str(i), "东区", 家数=50 + i % 30, 有效=i % 2 == 0) for i in range(200)]
    return facts(区=[district(甲=520, 乙=480)], 活动=activities)


def many(districts: int, activities: int) -> Facts:
    """So many districts with so many activities each; cells with one value are one object, as they are in a column of a file."""
    known: dict[tuple[type, object], Known] = {}

    def cell(value: object) -> Known:
        return known.setdefault((type(value), value), Known(value))  # type: ignore[arg-type]

    above, below = [], []
    for at in range(districts):
        key = f"区{at}"
        cells = {"名称": cell("东区"), "甲": cell(400 + at % 300), "乙": cell(480 + at % 7)}
        above.append(Record(key, cells))
        for number in range(activities):
            size, good = cell(50 + (at + number) % 30), cell((at + number) % 2 == 0)
            below.append(Record(f"{at}.{number}", {"家数": size, "有效": good}, key))
    return Facts({"区": tuple(above), "活动": tuple(below)})
