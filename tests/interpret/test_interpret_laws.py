"""The laws of the interpreter, on random small programs: what is known stays, both ways of computing agree, reasons are there."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from random_programs import SEEDS, TABLE, condition, expression, fold, histories, policy
from small_programs import apply, compare, const, fact, one, outcome, percent, program, rule

from policydsl.core.facts import Facts, Record
from policydsl.core.program import Band, Bands, Children, Every, Expr, Here, Increment, Some, Step
from policydsl.core.types import BOOL, Number
from policydsl.core.values import Absent, Blocked, NotApplicable, Outcome
from policydsl.interpret import trace as traces
from policydsl.interpret.evaluate import Evaluator, evaluate
from policydsl.interpret.folds import sure_values
from policydsl.interpret.lack import Asker, CountRange
from policydsl.interpret.rows import Run
from policydsl.interpret.stage import Body, Stager
from policydsl.interpret.staged import Staged
from policydsl.interpret.tables import Tables

N = Number()
LAW = settings(deadline=None, max_examples=60)
EACH = 12
"""Programs and cases that one example of hypothesis stands for."""


def cases(seed: int) -> Iterator[tuple[int, tuple[Facts, Facts]]]:
    for number in range(EACH):
        yield seed + number, histories(seed + number)


def walk(step: traces.Step) -> Iterator[traces.Step]:
    yield step
    for operand in step.operands:
        yield from walk(operand)


@LAW
@given(SEEDS)
def test_filling_in_what_is_missing_never_turns_one_value_into_another(seed: int) -> None:
    for number, told in cases(seed):
        before, after = (Evaluator(policy(number)).run(facts) for facts in told)
        for at, step in before.steps.items():
            now = after.steps[at].outcome
            if not isinstance(step.outcome, Blocked):
                assert now == step.outcome
            if isinstance(step.outcome, CountRange):
                low, high = (now.low, now.high) if isinstance(now, CountRange) else (now, now)
                assert isinstance(now, CountRange | int)
                assert step.outcome.low <= low <= high <= step.outcome.high


@LAW
@given(SEEDS)
def test_every_blocked_outcome_has_reasons_and_every_number_is_canonical(seed: int) -> None:
    for number, told in cases(seed):
        for step in evaluate(policy(number), told[0]).steps.values():
            for part in walk(step.body):
                if isinstance(part.outcome, Blocked):
                    assert part.outcome.causes
                    assert len(set(part.outcome.causes)) == len(part.outcome.causes)
                else:
                    assert isinstance(part.outcome, bool) == (part.node.type == BOOL)
                assert type(part.outcome) is not Fraction or part.outcome.denominator != 1


@LAW
@given(SEEDS, st.sampled_from(("东区", "西区", "北区")))
def test_what_else_is_asked_for_changes_no_outcome(seed: int, key: str) -> None:
    for number, told in cases(seed):
        if not any(row.key == key for row in told[0].tables["区"]):
            continue
        evaluator = Evaluator(policy(number))
        whole, part = evaluator.run(told[0]), evaluator.run(told[0], {"区": [key]})
        assert all(step == whole.steps[at] for at, step in part.steps.items())
        assert all(("区", key, name) in part.steps for _, name in evaluator.program.rule_index)


def staged(body: Expr, facts: Facts) -> tuple[Staged, Run]:
    made = program(rule("结果", body), tables=(TABLE,))
    stager = Stager(made, {})
    ready = Body(stager, Asker(made, made.rules[0])).stage(body)
    return ready, Run(made, (), stager.boxes, Tables(facts.tables))


@LAW
@given(SEEDS)
def test_computing_with_and_without_steps_means_the_same(seed: int) -> None:
    for number, told in cases(seed):
        made, run = staged(expression(number, ("活动", "区")), told[0])
        for district in told[0].tables["区"]:
            for event in told[0].tables.get("活动", ()):
                frame = (event, district, run)
                traced, plain = made.traced(frame).outcome, made.plain(frame)
                assert type(traced) is type(plain)
                if isinstance(traced, Blocked):
                    # A condition with steps looks at all its parts, so it may know more reasons.
                    assert set(plain.causes) <= set(traced.causes)
                    assert getattr(traced, "low", None) == getattr(plain, "low", None)
                else:
                    assert traced == plain


@LAW
@given(SEEDS)
def test_an_aggregate_meets_its_rows_as_each_would_be_met_alone(seed: int) -> None:
    for number, told in cases(seed):
        body, facts = fold(number), told[0]
        entity = body.rows.entity
        if entity not in facts.tables or (isinstance(body.rows, Children) and not isinstance(body.rows.of, Here)):
            continue
        made, run = staged(body, facts)
        where, inner = (None if part is None else staged(part, facts) for part in (body.where, body.body))
        for district in facts.tables["区"]:
            sample = made.traced((district, run)).note
            rows = [row for row in facts.tables[entity] if entity == "区" or row.parent == district.key]
            held = [row for row in rows if where is None or alone(where, row, district) is True]
            assert sample.total == len(rows)
            assert sample.taken == tuple(row.key for row in held)
            if inner is not None:
                values = [alone(inner, row, district) for row in held]
                assert [type(value) for value in sample.values] == [type(value) for value in values]
                sure = [value for value in values if not isinstance(value, Blocked | Absent | NotApplicable)]
                assert sure_values(sample) == sure


def alone(part: tuple[Staged, Run], row: Record, district: Record) -> Outcome:
    """What a filter or body staged by itself, outside of any aggregate, gives with its steps."""
    made, run = part
    return made.traced((row, district, run)).outcome


@LAW
@given(SEEDS)
def test_and_and_or_do_not_depend_on_the_order_of_their_parts(seed: int) -> None:
    for number, told in cases(seed):
        parts = (condition(number), condition(number + EACH))
        for node in (Every, Some):
            found = []
            for ordered in (parts, parts[::-1]):
                trace = evaluate(program(rule("结果", node(ordered, type=BOOL)), tables=(TABLE,)), told[0])
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
