"""How far the next threshold is, and what crossing it is worth: exact, and true of a re-run."""

from __future__ import annotations

from fractions import Fraction

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_notice import (
    AWARD,
    FIRM,
    FIRMS,
    GOOD,
    PROGRAM,
    RATIO,
    apply,
    const,
    district,
    entry,
    events,
    fact,
    facts,
    percent,
    run,
    wide,
)

from policydsl.core.program import Band, Bands, Compare, Expr, Increment, Step
from policydsl.core.types import BOOL, Number
from policydsl.core.values import Blocked
from policydsl.explain import explain, tell
from policydsl.explain.book import Book
from policydsl.explain.distance import next_steps, with_fact
from policydsl.interpret.evaluate import Evaluator


def test_one_more_firm_reaches_the_next_band() -> None:
    trace, rerun = run(GOOD)
    assert entry(trace, "高企认定补助", "乙区", rerun=rerun).nexts == (
        wide(
            "下一档「达到 85%⟨含⟩」:「高企认定数」再增 1家⟨849家 → 850家⟩即可,届时 254,700元 → 425,000元⟨多 170,300元⟩"
        ),
    )
    assert entry(trace, "高企认定补助", "乙区", "en", rerun).nexts == (
        "next band “85% or more”: hte_count + 1 firms (849 firms → 850 firms) reaches it; "
        "then 254,700 yuan → 425,000 yuan (+170,300 yuan)",
    )


def test_without_a_rerun_only_the_distance_is_told() -> None:
    trace, _ = run(GOOD)
    assert entry(trace, "高企认定补助", "乙区").nexts == (
        wide("下一档「达到 85%⟨含⟩」:「高企认定数」再增 1家⟨849家 → 850家⟩即可"),
    )


def test_the_highest_band_says_so() -> None:
    trace, rerun = run(GOOD)
    assert entry(trace, "高企认定补助", "甲区", rerun=rerun).nexts == ("已在最高一档",)


def test_the_next_step_of_an_increment_is_the_first_that_pays_more() -> None:
    # 40 beyond 480: 15-firm steps pay 2 times; the next of them is at 525, the next 5% step (24) only at 528
    trace, rerun = run(GOOD)
    assert entry(trace, "高企增量补助", "甲区", rerun=rerun).nexts == (
        wide("下一级增量:「高企认定数」再增 5家⟨520家 → 525家⟩即可,届时 100,000元 → 150,000元⟨多 50,000元⟩"),
    )


def test_the_worth_to_the_total_is_told_too() -> None:
    trace, rerun = run(facts(district("甲区", 849, 1000), held=events("甲区", *[60] * 10)))
    row = tell(explain(trace, keys=["甲区"], rules=["测算合计"], rerun=rerun)).rows[0]
    award = next(item for item in row.entries[0].children if item.name == "高企认定补助")
    assert award.nexts[0].endswith(
        wide("届时 254,700元 → 425,000元⟨多 170,300元⟩;「测算合计」 60.47万元 → 77.5万元⟨多 17.03万元⟩")
    )


@given(st.integers(0, 3000), st.integers(1, 2000))
@settings(max_examples=60, deadline=None)
def test_the_value_told_crosses_and_one_less_does_not(count: int, target: int) -> None:
    trace, rerun = run(facts(district("甲区", count, target)))
    for name in ("高企认定补助", "高企增量补助"):
        for step in next_steps(Book(trace), "区", "甲区", name, rerun):
            assert step.then is not None and step.at is not None
            then = step.then.outcome
            assert isinstance(then, int) and then > count
            cell = (step.at.entity, step.at.key, step.at.name)
            after = rerun(with_fact(trace.facts, cell, then), "区", "甲区").outcome("区", "甲区", name)
            assert step.after is not None and step.after.outcome == after
            before = rerun(with_fact(trace.facts, cell, then - 1), "区", "甲区")
            unit = before.outcome("区", "甲区", name)
            if name == "高企增量补助":
                assert unit == trace.outcome("区", "甲区", name) != after
            elif then - 1 > 0:
                assert Fraction(str(unit)) / (then - 1) < Fraction(str(after)) / then


def one_rule(body: Expr, count: int, target: int) -> tuple[object, ...]:
    """Next steps of a rule of its own."""
    rule = evolve(PROGRAM.rules[2], name="单独", body=body, type=body.type, alias="")
    program = evolve(PROGRAM, rules=(rule,))
    evaluator = Evaluator(program)
    trace = evaluator.run(facts(district("甲区", count, target)))
    return next_steps(
        Book(trace), "区", "甲区", "单独", lambda other, entity, key: evaluator.run(other, {entity: [key]})
    )


def bands(inclusive: bool, side: str = "lower") -> Bands:
    rows = tuple(Band(const(bound, FIRMS), inclusive, const(bound, FIRMS)) for bound in (10, 20))
    return Bands(fact("高企认定数"), side, rows, const(0, FIRMS), type=FIRMS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("inclusive", "side", "count", "then"),
    [
        (True, "lower", 5, 10),
        (False, "lower", 5, 11),
        (True, "lower", 10, 20),
        (False, "lower", 10, 11),
        (True, "lower", 20, None),
        (True, "upper", 5, 11),
        (False, "upper", 5, 10),
        (True, "upper", 10, 11),
        (True, "upper", 25, None),
    ],
)
def test_bounds_of_either_side_and_kind(inclusive: bool, side: str, count: int, then: int | None) -> None:
    found = one_rule(bands(inclusive, side), count, 1)
    assert [step.then.outcome for step in found] == ([then] if then is not None else [])  # type: ignore[attr-defined]


def test_a_condition_that_fails_says_what_would_meet_it() -> None:
    body = Compare("ge", apply("div", fact("高企认定数"), fact("高企年度目标"), RATIO), percent(85), type=BOOL)
    step = one_rule(body, 849, 1000)[0]
    assert (step.kind, step.then.outcome, step.after.outcome) == ("condition", 850, True)  # type: ignore[attr-defined]


def test_a_begun_step_counts_from_the_next_firm() -> None:
    body = Increment(
        fact("高企认定数"),
        fact("高企年度目标"),
        (Step(const(15, FIRMS), const(50_000, AWARD.type)),),
        "max",
        started=True,
        type=AWARD.type,
    )
    assert [step.then.outcome for step in one_rule(body, 520, 505)] == [521]  # type: ignore[attr-defined]


def test_what_no_single_fact_moves_in_a_line_has_no_goal() -> None:
    square = apply("mul", fact("高企认定数"), fact("高企认定数"), Number(FIRM * FIRM))
    rows = (Band(const(100, square.type), True, const(1, FIRMS)),)
    assert one_rule(Bands(square, "lower", rows, const(0, FIRMS), type=FIRMS), 5, 1) == ()


def test_a_blocked_measure_has_no_goal() -> None:
    trace, rerun = run(facts(district("甲区", None, 480)))
    assert isinstance(trace.outcome("区", "甲区", "高企认定补助"), Blocked)
    assert next_steps(Book(trace), "区", "甲区", "高企认定补助", rerun) == ()
