"""The laws of the interpreter, on random small programs: what is known stays, both ways of computing agree, reasons are there."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from random_programs import TABLE, expressions, folds, histories, programs
from small_programs import apply, compare, const, fact, one, outcome, percent, program, rule

from policydsl.core.facts import Facts
from policydsl.core.program import Aggregate, Band, Bands, Every, Expr, Increment, Program, Some, Step
from policydsl.core.types import BOOL, Number
from policydsl.core.values import Absent, Blocked, NotApplicable
from policydsl.interpret import trace as traces
from policydsl.interpret.evaluate import Evaluator, evaluate
from policydsl.interpret.folds import sure_values
from policydsl.interpret.lack import Asker, CountRange
from policydsl.interpret.rows import Run
from policydsl.interpret.stage import Body, Stager
from policydsl.interpret.staged import Staged

N = Number()
LAW = settings(deadline=None, suppress_health_check=list(HealthCheck))


def walk(step: traces.Step) -> Iterator[traces.Step]:
    yield step
    for operand in step.operands:
        yield from walk(operand)


@LAW
@given(programs(), histories())
def test_filling_in_what_is_missing_never_turns_one_value_into_another(
    policy: Program, told: tuple[Facts, Facts]
) -> None:
    before, after = (Evaluator(policy).run(facts) for facts in told)
    for at, step in before.steps.items():
        if not isinstance(step.outcome, Blocked):
            assert after.steps[at].outcome == step.outcome


@LAW
@given(programs(), histories())
def test_an_open_count_stays_within_its_range(policy: Program, told: tuple[Facts, Facts]) -> None:
    before, after = (Evaluator(policy).run(facts) for facts in told)
    for at, step in before.steps.items():
        now = after.steps[at].outcome
        if isinstance(step.outcome, CountRange):
            low, high = (now.low, now.high) if isinstance(now, CountRange) else (now, now)
            assert isinstance(now, CountRange | int)
            assert step.outcome.low <= low <= high <= step.outcome.high


@LAW
@given(programs(), histories())
def test_every_blocked_outcome_has_reasons_and_every_number_is_canonical(
    policy: Program, told: tuple[Facts, Facts]
) -> None:
    for step in evaluate(policy, told[0]).steps.values():
        for part in walk(step.body):
            if isinstance(part.outcome, Blocked):
                assert part.outcome.causes
                assert len(set(part.outcome.causes)) == len(part.outcome.causes)
            assert type(part.outcome) is not Fraction or part.outcome.denominator != 1
            assert (part.outcome in (True, False)) or part.node.type != BOOL or isinstance(part.outcome, Blocked)


@LAW
@given(programs(), histories(), st.sampled_from(("东区", "西区", "北区")))
def test_what_else_is_asked_for_changes_no_outcome(policy: Program, told: tuple[Facts, Facts], key: str) -> None:
    assume(any(row.key == key for row in told[0].tables["区"]))
    evaluator = Evaluator(policy)
    whole, part = evaluator.run(told[0]), evaluator.run(told[0], {"区": [key]})
    assert all(step == whole.steps[at] for at, step in part.steps.items())
    assert all(("区", key, rule_.name) in part.steps for rule_ in policy.rules)


def staged(body: Expr, facts: Facts) -> tuple[Staged, Run]:
    policy = program(rule("结果", body), tables=(TABLE,))
    stager = Stager(policy, {})
    made = Body(stager, Asker(policy, policy.rules[0])).stage(body)
    return made, Run(policy, (), stager.boxes, facts.tables)


@LAW
@given(expressions(("活动", "区")), histories())
def test_computing_with_and_without_steps_means_the_same(body: Expr, told: tuple[Facts, Facts]) -> None:
    made, run = staged(body, told[0])
    for district in told[0].tables["区"]:
        for event in told[0].tables.get("活动", ()):
            frame = (event, district, run)
            traced, plain = made.traced(frame).outcome, made.plain(frame)
            if isinstance(traced, Blocked) and isinstance(plain, Blocked):
                # A condition with steps also tells what else is open; none of what is told without them is lost.
                assert set(plain.causes) <= set(traced.causes) or traced.status == plain.status
                assert getattr(traced, "low", None) == getattr(plain, "low", None)
            else:
                assert traced == plain
                assert type(traced) is type(plain)


@LAW
@given(folds(), histories())
def test_an_aggregate_meets_its_rows_as_each_would_be_met_alone(body: Aggregate, told: tuple[Facts, Facts]) -> None:
    made, run = staged(body, told[0])
    parts = [None if part is None else staged(part, told[0])[0].traced for part in (body.where, body.body)]
    entity = body.rows.entity
    for district in told[0].tables["区"]:
        sample = made.traced((district, run)).note
        assert isinstance(sample, traces.Sample)
        if entity == "活动" and (entity not in told[0].tables or type(body.rows.of).__name__ != "Here"):
            continue
        rows = [row for row in told[0].tables[entity] if entity == "区" or row.parent == district.key]
        expected: list[tuple[str, Any]] = []
        for row in rows:
            frame = (row, district, run)
            # What an aggregate computes once for all rows has a place of its own in each staging.
            held = True if parts[0] is None else outcome_alone(body.where, told[0], frame)
            if held is True:
                expected.append((row.key, None if body.body is None else outcome_alone(body.body, told[0], frame)))
        assert sample.total == len(rows)
        assert sample.taken == tuple(key for key, _ in expected)
        if body.body is not None:
            assert [type(value) for value in sample.values] == [type(value) for _, value in expected]
            assert sure_values(sample) == [
                value for _, value in expected if not isinstance(value, Blocked | Absent | NotApplicable)
            ]


def outcome_alone(part: Expr, facts: Facts, frame: tuple[Any, ...]) -> Any:
    made, run = staged(part, facts)
    return made.traced((*frame[:-1], run)).outcome


@LAW
@given(expressions(), expressions(), histories())
def test_and_and_or_do_not_depend_on_the_order_of_their_parts(one_: Expr, two: Expr, told: tuple[Facts, Facts]) -> None:
    assume(one_.type == BOOL and two.type == BOOL)
    for node in (Every, Some):
        found = []
        for parts in ((one_, two), (two, one_)):
            trace = evaluate(program(rule("结果", node(parts, type=BOOL)), tables=(TABLE,)), told[0])
            found.append([step.outcome for step in trace.steps.values()])
        for left, right in zip(*found, strict=True):
            if isinstance(left, Blocked):
                assert set(left.causes) == set(right.causes)
            else:
                assert left is right


# ---------------------------------------------------------------- exact against plain integers

counts = st.integers(1, 5_000)


@LAW
@given(counts, st.sampled_from((70, 85, 100)), st.integers(-1, 1))
def test_bands_against_whole_numbers_at_every_threshold(target: int, threshold: int, off: int) -> None:
    actual = max(0, -(-target * threshold // 100) + off)
    rows = tuple(Band(const(percent(at)), True, const(pay)) for at, pay in ((70, 300), (85, 500), (100, 600)))
    rate = Bands(apply("div", fact("甲"), fact("乙")), "lower", rows, const(0), type=N)
    each = 600 if actual >= target else 500 if 100 * actual >= 85 * target else 300 if 10 * actual >= 7 * target else 0
    assert outcome(apply("mul", fact("甲"), rate), one(甲=actual, 乙=target)) == actual * each


@LAW
@given(counts, st.integers(0, 40), st.integers(-1, 1), st.sampled_from(("percent", "count")))
def test_increments_against_whole_numbers_at_every_step(target: int, number: int, off: int, route: str) -> None:
    edge = target + (-(-target * number // 20) if route == "percent" else 15 * number)
    actual = max(0, edge + off)
    steps = (Step(apply("mul", const(Fraction(1, 20)), fact("乙")), const(50_000)), Step(const(15), const(50_000)))
    over = max(0, actual - target)
    expected = max(over * 20 // target, over // 15) * 50_000
    body = Increment(fact("甲"), fact("乙"), steps, "max", type=N)
    assert outcome(body, one(甲=actual, 乙=target)) == expected


@LAW
@given(counts, counts, st.sampled_from(("ge", "gt", "le", "lt")), st.integers(1, 200))
def test_ratios_are_compared_exactly(actual: int, target: int, op: str, at: int) -> None:
    body = compare(op, apply("div", fact("甲"), fact("乙")), const(percent(at)))
    left, right = actual * 100, target * at
    expected = {"ge": left >= right, "gt": left > right, "le": left <= right, "lt": left < right}[op]
    assert outcome(body, one(甲=actual, 乙=target)) is expected
