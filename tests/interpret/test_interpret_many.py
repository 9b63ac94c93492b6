"""Ways to be quick change nothing: filters taken column by column, steps worked out later, outcomes without steps, facts looked at again."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import given, settings
from random_programs import SEEDS, TABLE, fold, policy
from small_programs import apply, compare, const, district, events, fact, facts, program, record, rule
from test_interpret_laws import cases

from policydsl.core.facts import Facts, Known, Missing
from policydsl.core.program import Aggregate, Every, FieldRead, Here, Not, OneOf, Program, Some
from policydsl.core.types import BOOL, TEXT, Number
from policydsl.interpret import folds, stage, tables
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.folds import asked
from policydsl.interpret.staged import Staged
from policydsl.interpret.trace import RuleStep, Trace

N = Number()
LAW = settings(deadline=None, max_examples=40)


def row_by_row(program: Program, told: Facts) -> Trace:
    """A run in which no column is ever looked at."""
    with patch.object(tables.Group, "column", lambda self, name: None):
        return Evaluator(program).run(told)


@LAW
@given(SEEDS)
def test_column_by_column_is_row_by_row(seed: int) -> None:
    for number, histories in cases(seed):
        for told in histories:
            for made in (policy(number), program(rule("结果", fold(number)), tables=(TABLE,))):
                with patch.object(folds, "FEWEST", 1):
                    quick = Evaluator(made).run(told)
                slow = row_by_row(made, told)
                assert list(quick.steps) == list(slow.steps)
                for at, step in quick.steps.items():
                    assert step == slow.steps[at]
                    assert type(step.outcome) is type(slow.steps[at].outcome)


@LAW
@given(SEEDS)
def test_outcomes_without_steps_are_those_of_the_trace(seed: int) -> None:
    for number, histories in cases(seed):
        for told in histories:
            evaluator = Evaluator(policy(number))
            trace, found = evaluator.run(told), evaluator.outcomes(told)
            assert {at: step.outcome for at, step in trace.steps.items()} == dict(found)
            assert len(found) == len(trace.steps)
            for entity, keys in trace.keys.items():
                assert found.keys_of[entity] == keys


def filters() -> dict[str, tuple[object, int]]:
    """Filters that are taken column by column over the rows below, and how many rows they take."""
    size, held = fact("家数", entity="活动"), fact("有效", entity="活动")
    name = FieldRead(Here(), "活动", "名称", type=TEXT)
    fifty, outer = const(55), FieldRead(Here(1), "区", "甲", type=N)
    return {
        "a comparison with a number": (compare("ge", size, fifty), 25),
        "with what is the same for all": (compare("lt", size, outer), 10),
        "the other way round": (compare("le", fifty, size), 25),
        "two columns": (compare("eq", size, size), 30),
        "a condition": (held, 15),
        "both": (Every((held, compare("ge", size, fifty)), type=BOOL), 12),
        "either": (Some((held, compare("ge", size, fifty)), 1, type=BOOL), 28),
        "not": (Not(held, type=BOOL), 15),
        "one of": (OneOf(name, (const("甲"), const("乙")), type=BOOL), 20),
    }


@pytest.mark.parametrize("name", filters())
def test_filters_are_taken_column_by_column(name: str) -> None:
    where, expected = filters()[name]
    size = fact("家数", entity="活动")
    counted = rule("数", Aggregate("count", events(), where, type=N))
    summed = rule("和", Aggregate("sum", events(), where, size, type=N))
    given = [record(str(i), "东区", 家数=50 + i % 30, 有效=i % 2 == 0, 名称="甲乙丙"[i % 3]) for i in range(30)]
    told = facts(区=[district(甲=60, 乙=1)], 活动=given)
    made = program(counted, summed)
    met: list[bool] = []

    def noting(where: Staged | None, body: Staged | None) -> folds.Asked:
        made_ready = asked(where, body)
        met.append(made_ready.across is not None)
        return made_ready

    with patch.object(stage, "asked", noting):
        looked = Evaluator(made).run(told)
    assert met == [True, True]
    assert looked.outcome("区", "东区", "数") == expected
    assert looked.steps == row_by_row(made, told).steps
    # with one blank among them each row is looked at for itself, and says what is open
    blank = [*given[:-1], record("29", "东区", 家数=Missing(), 有效=Missing(), 名称=Missing())]
    told = facts(区=[district(甲=60, 乙=1)], 活动=blank)
    assert Evaluator(made).run(told).steps == row_by_row(made, told).steps


def test_facts_are_looked_up_once_and_anew_where_they_change() -> None:
    made = program(rule("数", Aggregate("count", events(), fact("有效", entity="活动"), type=N)))
    evaluator = Evaluator(made)
    for held in (True, False, True):
        told = facts(区=[district(甲=1, 乙=1)], 活动=[record(str(i), "东区", 有效=held) for i in range(20)])
        for _ in range(2):
            assert evaluator.run(told).outcome("区", "东区", "数") == (20 if held else 0)


def test_how_a_constraint_held_is_worked_out_when_asked_for() -> None:
    low = rule("下限", compare("ge", fact("甲"), const(0)), kind="constraint")
    made = program(low, rule("倍", apply("mul", fact("甲"), const(2))))
    trace = Evaluator(made).run(facts(区=[district(甲=5, 乙=1)]))
    step = trace.steps["区", "东区", "下限"]
    assert isinstance(step, RuleStep)
    assert step.outcome is True
    assert [part.outcome for part in step.body.operands] == [5, 0]
    assert trace.steps["区", "东区", "下限"] is step
    assert Known(5) == step.body.operands[0].note[2]
