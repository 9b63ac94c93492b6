"""How long one district takes in process, with its full trace. Run: python tests/bench/bench_interpret.py

An invented policy of the size of a real one: 40 rules over one district, 200 rows of activities below it.
"""

from __future__ import annotations

import statistics
import sys
import time
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

from policydsl.core.facts import Facts
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
from policydsl.interpret.evaluate import Evaluator

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


def main() -> None:
    """Print the medians."""
    given, made = case(), policy()
    start = time.perf_counter()
    evaluator = Evaluator(made)
    staging = time.perf_counter() - start
    trace = evaluator.run(given)
    assert not any(step.outcome is None for step in trace.steps.values())
    times = []
    for _ in range(400):
        start = time.perf_counter()
        evaluator.run(given)
        times.append(time.perf_counter() - start)
    print(f"{len(made.rules)} rules staged in {staging * 1e3:.2f} ms")
    print(
        f"one district with full trace: median {statistics.median(times) * 1e3:.3f} ms, best {min(times) * 1e3:.3f} ms"
    )


if __name__ == "__main__":
    main()
