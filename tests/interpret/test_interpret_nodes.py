"""What each node of the core means, one by one, on invented facts."""

from __future__ import annotations

from fractions import Fraction

import pytest
from small_programs import (
    ALL_DISTRICTS,
    apply,
    city,
    compare,
    const,
    district,
    events,
    fact,
    facts,
    one,
    outcome,
    program,
    reading,
    record,
    rule,
    rule_of,
    run,
    trace_of,
    when,
)

from policydsl.core.facts import Bad, Facts
from policydsl.core.program import (
    Aggregate,
    Band,
    Bands,
    Bound,
    Brackets,
    Case,
    Children,
    Choose,
    Every,
    FieldRead,
    Has,
    Here,
    IfInapplicable,
    Inapplicable,
    Increment,
    Keyed,
    Let,
    Limit,
    Local,
    Lookup,
    Not,
    OneOf,
    OnlyChild,
    Option,
    Owner,
    Pending,
    Pick,
    Round,
    RuleRead,
    Slice,
    Sole,
    Some,
    Step,
    Switch,
    Table,
    TableRow,
    UnmetTasks,
    Within,
)
from policydsl.core.types import BOOL, TEXT, ListOf, Number
from policydsl.core.values import NONE, Blocked, Cause, Lack, NotApplicable, status_of
from policydsl.diagnostics.model import Place
from policydsl.interpret.budget import ResourceError
from policydsl.interpret.evaluate import Evaluator, UnknownReading, UnknownRow, evaluate
from policydsl.interpret.tables import DuplicateRow
from policydsl.interpret.trace import Bounded, Routes

N = Number()


def lacks(value: object) -> list[tuple[str, str, str, str]]:
    assert isinstance(value, Blocked)
    assert value.causes
    return [(cause.lack.value, cause.entity, cause.key, cause.name) for cause in value.causes]


def missing(name: str, entity: str = "区", key: str = "东区") -> tuple[str, str, str, str]:
    return ("missing", entity, key, name)


# ---------------------------------------------------------------- facts


def test_a_fact_is_read_with_its_cell() -> None:
    step = run(fact("甲"), one(甲=7))
    assert step.outcome == 7
    assert step.note[:2] == ("区", "东区")
    assert step.note[2].value == 7


def test_a_blank_is_missing_and_a_column_nobody_supplied_too() -> None:
    assert lacks(outcome(fact("甲"), one(甲=None))) == [missing("甲")]
    assert lacks(outcome(fact("甲"), one())) == [missing("甲")]
    assert status_of(outcome(fact("甲"), one())) == "unknown"


def test_a_blank_human_decision_is_pending_and_names_its_office() -> None:
    blocked = outcome(fact("核准"), one())
    assert lacks(blocked) == [("decision", "区", "东区", "核准")]
    assert blocked.causes[0].detail == "某局"
    assert blocked.status == "pending"


def test_an_unreadable_cell_says_what_is_wrong_and_where() -> None:
    place = Place("表.xlsx", "区", "B2")
    blocked = outcome(fact("甲"), one(甲=Bad("不是数", place, "三")))
    assert lacks(blocked) == [("unreadable", "区", "东区", "甲")]
    assert (blocked.causes[0].detail, blocked.causes[0].origin) == ("不是数", place)


def test_a_singleton_has_one_row_even_if_nobody_supplied_it() -> None:
    trace = evaluate(program(rule("一", const(1), "全市"), rule("二", fact("预算", entity="全市"), "全市")), Facts({}))
    assert trace.outcome("全市", "", "一") == 1
    assert lacks(trace.outcome("全市", "", "二")) == [missing("预算", "全市", "")]


def test_the_singleton_is_read_from_any_row() -> None:
    given = facts(区=[district()], 全市=[record("", 预算=9)])
    assert outcome(city("预算"), given) == 9


def test_the_owner_of_a_row_is_read_and_one_that_does_not_exist_is_missing() -> None:
    body = FieldRead(Owner(Here(), "区"), "区", "甲", type=N)
    given = facts(区=[district(甲=5)], 活动=[record("1", "东区"), record("2", "某区"), record("3")])
    trace = evaluate(program(rule("结果", body, "活动")), given)
    assert trace.outcome("活动", "1", "结果") == 5
    assert lacks(trace.outcome("活动", "2", "结果")) == [missing("名称", key="某区")]
    assert lacks(trace.outcome("活动", "3", "结果")) == [missing("名称", key="")]


def test_a_row_is_found_by_the_value_of_its_key() -> None:
    body = FieldRead(Keyed("区", const("西区")), "区", "甲", type=N)
    given = facts(区=[district(甲=5), district("西区", 甲=6)])
    assert outcome(body, given) == 6
    absent = run(FieldRead(Keyed("区", const("北区")), "区", "甲", type=N), given)
    assert lacks(absent.outcome) == [missing("名称", key="北区")]
    assert absent.note == ("区", "北区", None)


def test_a_child_that_may_be_absent_is_none_where_it_is_absent() -> None:
    body = FieldRead(OnlyChild(Here(), "报告"), "报告", "页数", type=N)
    assert outcome(body, one()) is NONE
    assert outcome(body, facts(区=[district()], 报告=[record("1", "东区", 页数=3)])) == 3
    assert lacks(outcome(body, facts(区=[district()]))) == [missing("报告", "报告")]
    twice = facts(区=[district()], 报告=[record("1", "东区", 页数=3), record("2", "东区", 页数=3)])
    assert lacks(outcome(body, twice)) == [("conflict", "报告", "东区", "报告")]


# ---------------------------------------------------------------- operations


@pytest.mark.parametrize(
    ("op", "left", "right", "result"),
    [
        ("add", 2, 3, 5),
        ("sub", 2, 3, -1),
        ("mul", 4, Fraction(1, 4), 1),
        ("div", 6, 3, 2),
        ("div", 13, 12, Fraction(13, 12)),
        ("div", -7, 2, Fraction(-7, 2)),
        ("add", Fraction(1, 2), Fraction(1, 2), 1),
    ],
)
def test_arithmetic_is_exact_and_canonical(op: str, left: object, right: object, result: object) -> None:
    value = outcome(apply(op, fact("甲"), fact("乙")), one(甲=left, 乙=right))
    assert value == result
    assert type(value) is type(result)


def test_arithmetic_unites_reasons_and_zero_times_blocked_is_blocked() -> None:
    assert lacks(outcome(apply("add", fact("甲"), fact("乙")), one())) == [missing("甲"), missing("乙")]
    assert lacks(outcome(apply("mul", fact("甲"), fact("乙")), one(甲=0))) == [missing("乙")]
    assert lacks(outcome(apply("add", fact("甲"), fact("甲")), one())) == [missing("甲")]


def test_a_division_by_zero_is_undefined_and_a_negation_is_not() -> None:
    blocked = outcome(apply("div", fact("甲"), fact("乙")), one(甲=1, 乙=0))
    assert lacks(blocked) == [("undefined", "区", "东区", "结果")]
    assert blocked.causes[0].detail == "除数为零"
    english = outcome(apply("div", fact("甲"), fact("乙")), one(甲=1, 乙=0), language="en")
    assert english.causes[0].detail == "division by zero"
    assert outcome(apply("neg", fact("甲")), one(甲=4)) == -4


def test_arithmetic_on_what_does_not_apply_is_undefined() -> None:
    blocked = outcome(apply("add", Inapplicable("新设", type=N), const(1)))
    assert lacks(blocked) == [("undefined", "区", "东区", "结果")]
    assert "新设" in blocked.causes[0].detail


def test_numbers_beyond_the_budget_end_in_an_error_and_not_in_an_outcome() -> None:
    body = fact("甲")
    for _ in range(14):
        body = apply("mul", body, body)
    with pytest.raises(ResourceError) as caught:
        outcome(body, one(甲=3))
    assert "结果" in caught.value.zh
    assert "结果" in caught.value.en


@pytest.mark.parametrize("op", ["ge", "gt", "le", "lt", "eq", "ne"])
def test_comparisons(op: str) -> None:
    plain = {"ge": lambda a: a >= 5, "gt": lambda a: a > 5, "le": lambda a: a <= 5, "lt": lambda a: a < 5}
    plain |= {"eq": lambda a: a == 5, "ne": lambda a: a != 5}
    for value in (4, 5, 6, Fraction(11, 2)):
        assert outcome(compare(op, fact("甲"), const(5)), one(甲=value)) is plain[op](value)
    assert lacks(outcome(compare(op, fact("甲"), const(5)))) == [missing("甲")]


# ---------------------------------------------------------------- conditions

T, F = True, False


def flags(*values: bool | None) -> Facts:
    return one(是非一=values[0], 是非二=values[1])


BOTH = (fact("是非一"), fact("是非二"))


@pytest.mark.parametrize(
    ("one_", "two", "both", "either"),
    [(T, T, T, T), (T, F, F, T), (F, F, F, F), (T, None, None, T), (F, None, F, None), (None, None, None, None)],
)
def test_and_or_in_three_values(one_: bool | None, two: bool | None, both: bool | None, either: bool | None) -> None:
    for pair in ((one_, two), (two, one_)):
        for node, expected in ((Every(BOTH, type=BOOL), both), (Some(BOTH, type=BOOL), either)):
            found = outcome(node, flags(*pair))
            if expected is None:
                names = [name for name, value in zip(("是非一", "是非二"), pair, strict=True) if value is None]
                assert lacks(found) == [missing(name) for name in names]
            else:
                assert found is expected


def test_not() -> None:
    assert outcome(Not(fact("是非一"), type=BOOL), one(是非一=True)) is False
    assert lacks(outcome(Not(fact("是非一"), type=BOOL))) == [missing("是非一")]


def test_at_least_n_parts() -> None:
    node = Some((*BOTH, const(True)), 2, type=BOOL)
    assert outcome(node, flags(T, None)) is True
    assert outcome(node, flags(F, F)) is False
    assert lacks(outcome(node, flags(F, None))) == [missing("是非二")]


def test_a_part_that_the_deciding_part_guards_is_not_shown() -> None:
    guarded = compare("ge", apply("div", const(1), fact("甲")), const(1))
    body = Every((compare("gt", fact("甲"), const(0)), guarded, fact("是非一")), type=BOOL)
    step = run(body, one(甲=0, 是非一=False))
    assert step.outcome is False
    assert [part.node for part in step.operands] == [body.parts[0], body.parts[2]]


def test_one_of() -> None:
    node = OneOf(fact("甲"), (const(1), fact("乙")), type=BOOL)
    assert outcome(node, one(甲=1)) is True
    assert outcome(node, one(甲=2, 乙=2)) is True
    assert outcome(node, one(甲=2, 乙=3)) is False
    assert lacks(outcome(node, one(甲=2))) == [missing("乙")]
    assert lacks(outcome(node, one(乙=2))) == [missing("甲")]


def test_unmet_tasks_are_listed_once_all_are_decided() -> None:
    options = tuple(Option(name, fact(name)) for name in ("是非一", "是非二"))
    node = UnmetTasks(options, type=ListOf(TEXT))
    assert outcome(node, flags(F, T)) == ("是非一",)
    assert lacks(outcome(node, flags(F, None))) == [missing("是非二")]


def test_has_and_the_substitute() -> None:
    child = FieldRead(OnlyChild(Here(), "报告"), "报告", "页数", type=N)
    assert outcome(Has(child, type=BOOL)) is False
    assert outcome(Has(Inapplicable("", type=N), type=BOOL)) is False
    assert outcome(Has(fact("甲"), type=BOOL), one(甲=0)) is True
    assert lacks(outcome(Has(fact("甲"), type=BOOL))) == [missing("甲")]
    assert outcome(IfInapplicable(child, const(0), type=N)) == 0
    assert outcome(IfInapplicable(fact("甲"), fact("乙"), type=N), one(甲=4)) == 4
    assert lacks(outcome(IfInapplicable(fact("甲"), const(0), type=N))) == [missing("甲")]


# ---------------------------------------------------------------- scopes


def test_let_names_a_value_and_counts_as_a_scope() -> None:
    inner = Let("s", apply("mul", Local(0, "r", type=N), const(10)), Local(1, "r", type=N), type=N)
    body = Let("r", apply("add", fact("甲"), const(1)), apply("add", inner, fact("乙", 1)), type=N)
    assert outcome(body, one(甲=4, 乙=100)) == 105


def test_a_local_value_that_is_not_needed_does_not_block() -> None:
    body = Let("r", fact("甲"), when(fact("是非一", 1), const(1), Local(0, "r", type=N)), type=N)
    assert outcome(body, one(是非一=True)) == 1
    assert lacks(outcome(body, one(是非一=False))) == [missing("甲")]


# ---------------------------------------------------------------- choices


def test_only_the_branch_taken_is_needed() -> None:
    body = when(fact("是非一"), fact("甲"), fact("乙"))
    taken = run(body, one(是非一=True, 甲=1))
    assert (taken.outcome, taken.note) == (1, 0)
    other = run(body, one(是非一=False, 乙=2))
    assert (other.outcome, other.note, len(other.operands)) == (2, -1, 2)
    assert lacks(outcome(body, one(是非一=True))) == [missing("甲")]


def test_a_blocked_condition_blocks_with_its_own_reasons() -> None:
    step = run(when(fact("是非一"), fact("甲"), fact("乙")), one())
    assert lacks(step.outcome) == [missing("是非一")]
    assert step.note is None


def test_no_case_is_a_conflict_or_not_in_force() -> None:
    assert lacks(outcome(when(const(False), const(1), None))) == [("conflict", "区", "东区", "结果")]
    dated = outcome(when(const(False), const(1), None, form="dated"))
    assert lacks(dated) == [("not-in-force", "区", "东区", "结果")]
    assert dated.status == "invalid"


def choices(hit: str, one_: object = 1, two: object = 2) -> Choose:
    cases = (
        Case(fact("是非一"), const(one_) if isinstance(one_, int) else one_, "第一项"),
        Case(fact("是非二"), const(two) if isinstance(two, int) else two, "第二项"),
    )
    return Choose(hit, cases, const(0), type=N)


def test_a_unique_choice_refuses_two() -> None:
    body = choices("unique")
    assert outcome(body, flags(T, F)) == 1
    assert run(body, flags(F, T)).note == 1
    assert outcome(body, flags(F, F)) == 0
    both = outcome(body, flags(T, T))
    assert lacks(both) == [("conflict", "区", "东区", "结果")]
    assert "第一项" in both.causes[0].detail
    assert "第二项" in both.causes[0].detail
    assert lacks(outcome(body, flags(T, None))) == [missing("是非二")]


def test_an_agreeing_choice_takes_equal_values_and_refuses_different_ones() -> None:
    assert outcome(choices("agree", 3, 3), flags(T, T)) == 3
    assert lacks(outcome(choices("agree"), flags(T, T))) == [("conflict", "区", "东区", "结果")]
    assert outcome(choices("agree"), flags(F, T)) == 2
    assert lacks(outcome(choices("agree", fact("甲"), 2), flags(T, T))) == [missing("甲")]


def bands(side: str = "lower", *edges: tuple[object, bool]) -> Bands:
    rows = tuple(
        Band(bound if not isinstance(bound, int) else const(bound), inclusive, const(index + 1))
        for index, (bound, inclusive) in enumerate(edges)
    )
    return Bands(fact("甲"), side, rows, const(0), type=N)


@pytest.mark.parametrize(("value", "band"), [(69, 0), (70, 1), (84, 1), (85, 1), (86, 2), (100, 3), (999, 3)])
def test_lower_bounds(value: int, band: int) -> None:
    step = run(bands("lower", (70, True), (85, False), (100, True)), one(甲=value))
    assert (step.outcome, step.note) == (band, band - 1 if band else -1)
    assert len(step.operands) == 5


@pytest.mark.parametrize(("value", "band"), [(0, 1), (10, 1), (11, 2), (19, 2), (20, 0), (21, 0)])
def test_upper_bounds(value: int, band: int) -> None:
    assert outcome(bands("upper", (10, True), (20, False)), one(甲=value)) == band


def test_variable_bounds_out_of_order_are_a_conflict() -> None:
    body = bands("lower", (fact("乙"), True), (fact("丙"), True))
    assert outcome(body, one(甲=5, 乙=1, 丙=9)) == 1
    assert lacks(outcome(body, one(甲=5, 乙=9, 丙=1))) == [("conflict", "区", "东区", "结果")]
    assert lacks(outcome(body, one(甲=5, 乙=1))) == [missing("丙")]


def test_only_the_value_of_the_band_reached_is_needed() -> None:
    body = Bands(
        fact("甲"), "lower", (Band(const(1), True, fact("乙")), Band(const(9), True, const(3))), const(0), type=N
    )
    assert outcome(body, one(甲=9)) == 3
    assert lacks(outcome(body, one(甲=1))) == [missing("乙")]


TIERS = Table(
    "梯队",
    ("名称",),
    ("额度",),
    (
        TableRow((("东区", "北区"),), {"额度": const(35)}),
        TableRow((("西区",),), {"额度": city("上限")}),
    ),
)


def tier(key: object) -> Lookup:
    return Lookup("梯队", (key,), "额度", type=N)


def test_a_table_gives_the_cell_of_the_row_that_matches() -> None:
    own = FieldRead(Here(), "区", "名称", type=TEXT)
    step = run(tier(own), tables=(TIERS,))
    assert (step.outcome, step.note, len(step.operands)) == (35, 0, 2)
    given = facts(区=[district("西区")], 全市=[record("", 上限=8)])
    assert outcome(tier(own), given, "西区", tables=(TIERS,)) == 8


def test_a_key_without_a_row_is_a_conflict_that_names_table_and_key() -> None:
    blocked = outcome(tier(const("南区")), tables=(TIERS,))
    assert lacks(blocked) == [("conflict", "区", "东区", "结果")]
    assert "梯队" in blocked.causes[0].detail
    assert "南区" in blocked.causes[0].detail


def test_a_table_by_two_keys_where_any_row_may_match() -> None:
    table = Table(
        "费率",
        ("类", "档"),
        ("率",),
        (
            TableRow((("a",), (1,)), {"率": const(1)}),
            TableRow((("a", "b"), None), {"率": const(2)}),
            TableRow((None, (1,)), {"率": const(3)}),
        ),
    )
    found = {
        (a, b): outcome(Lookup("费率", (const(a), const(b)), "率", type=N), tables=(table,))
        for a in "abc"
        for b in (1, 2)
    }
    assert [found["a", 1], found["a", 2], found["b", 1], found["b", 2], found["c", 1]] == [1, 2, 2, 2, 3]
    assert lacks(found["c", 2]) == [("conflict", "区", "东区", "结果")]


SWITCH = Switch("基数", (Option("按目标", fact("甲")), Option("按上年", fact("乙"))), type=N)


def test_a_reading_is_a_constant_of_the_run() -> None:
    base = reading("基数", "按目标", "按上年")
    adopted = run(SWITCH, one(甲=1, 乙=2), readings=(base,))
    assert (adopted.outcome, adopted.note) == (1, "按目标")
    other = trace_of(SWITCH, one(乙=2), readings=(base,), with_readings={"基数": "按上年"})
    assert other.outcome("区", "东区", "结果") == 2
    assert other.readings == {"基数": "按上年"}


def test_a_reading_without_bodies_gives_the_name_of_the_alternative() -> None:
    step = run(Switch("口径", (), type=TEXT), readings=(reading("口径", "宽", "严"),))
    assert (step.outcome, step.operands, step.note) == ("宽", (), "宽")


def test_unknown_readings_and_alternatives_are_refused_with_the_known_names() -> None:
    policy = program(rule("结果", SWITCH), readings=(reading("基数", "按目标", "按上年"),))
    with pytest.raises(UnknownReading) as caught:
        Evaluator(policy, {"基书": "按目标"})
    assert caught.value.known == ("基数",)
    with pytest.raises(UnknownReading) as caught:
        Evaluator(policy, {"基数": "按前年"})
    assert caught.value.known == ("按目标", "按上年")


def test_what_is_left_to_discretion_is_pending() -> None:
    blocked = outcome(Pending("未规定", type=N), one())
    assert blocked == Blocked((Cause(Lack.DECISION, "区", "东区", "结果", "未规定"),))
    assert blocked.status == "pending"


def test_the_gravest_status_is_shown() -> None:
    pending = Pending("未规定", type=N)
    assert status_of(outcome(apply("add", pending, fact("甲")))) == "unknown"
    assert status_of(outcome(apply("add", pending, apply("div", const(1), const(0))))) == "invalid"


# ---------------------------------------------------------------- amounts


def test_brackets_sum_each_slice_at_its_own_rate() -> None:
    slices = (
        Slice(const(0), const(100), const(1)),
        Slice(const(100), const(300), const(2)),
        Slice(const(300), None, fact("乙")),
    )
    body = Brackets(fact("甲"), slices, type=N)
    assert outcome(body, one(甲=350, 乙=10)) == 100 + 400 + 500
    step = run(body, one(甲=250, 乙=10))
    assert (step.outcome, step.note) == (400, ((100, 100), (150, 300)))
    assert outcome(body, one(甲=-5, 乙=10)) == 0
    assert lacks(outcome(body, one(甲=1))) == [missing("乙")]


def test_brackets_out_of_order_are_a_conflict() -> None:
    slices = (Slice(const(0), fact("乙"), const(1)), Slice(fact("乙"), fact("丙"), const(2)))
    body = Brackets(fact("甲"), slices, type=N)
    assert outcome(body, one(甲=7, 乙=5, 丙=9)) == 9
    assert lacks(outcome(body, one(甲=7, 乙=9, 丙=5))) == [("conflict", "区", "东区", "结果")]


def increment(join: str = "max", **more: object) -> Increment:
    steps = (
        Step(apply("mul", const(Fraction(1, 20)), fact("乙")), const(50_000)),
        Step(const(15), const(50_000)),
    )
    return Increment(fact("甲"), fact("乙"), steps, join, type=N, **more)


def test_the_increment_of_36_over_240_is_three_steps_of_five_percent() -> None:
    step = run(increment(), one(甲=276, 乙=240))
    assert step.outcome == 150_000
    assert step.note == Routes((3, 2), (150_000, 100_000), 0, False)
    assert outcome(increment("min"), one(甲=276, 乙=240)) == 100_000
    assert run(increment("sum"), one(甲=276, 乙=240)).note == Routes((3, 2), (150_000, 100_000), None, False)
    assert outcome(increment("sum"), one(甲=276, 乙=240)) == 250_000


def test_a_tie_takes_the_first_route_and_says_so() -> None:
    assert run(increment(), one(甲=330, 乙=300)).note == Routes((2, 2), (100_000, 100_000), 0, True)


def test_an_increment_below_its_start_is_nothing() -> None:
    assert outcome(increment(), one(甲=239, 乙=240)) == 0
    assert outcome(increment(), one(甲=240, 乙=240)) == 0


def test_a_step_begun_a_first_award_and_the_most_steps() -> None:
    assert run(increment(started=True), one(甲=241, 乙=240)).note.steps == (1, 1)
    assert run(increment(started=True), one(甲=252, 乙=240)).note.steps == (1, 1)
    assert outcome(increment(at_start=const(7)), one(甲=240, 乙=240)) == 7
    assert outcome(increment(at_start=const(7)), one(甲=239, 乙=240)) == 0
    assert run(increment(most_steps=const(2)), one(甲=276, 乙=240)).note == Routes((2, 2), (100_000, 100_000), 0, True)
    assert outcome(increment(at_start=const(7), most_steps=const(1)), one(甲=276, 乙=240)) == 50_007


def test_a_step_of_nothing_is_undefined() -> None:
    assert lacks(outcome(increment(), one(甲=5, 乙=0))) == [("undefined", "区", "东区", "结果")]


def test_caps_and_floors_apply_in_written_order() -> None:
    bounds = (
        Bound("cap", const(100)),
        Bound("floor", const(20)),
        Bound("cap", fact("乙"), when=fact("是非一")),
    )
    body = Limit(fact("甲"), bounds, type=N)
    assert outcome(body, one(甲=150, 是非一=False)) == 100
    step = run(body, one(甲=10, 乙=5, 是非一=True))
    assert (step.outcome, step.note) == (5, Bounded(2, ((0, 10, 10), (1, 10, 20), (2, 20, 5))))
    assert run(body, one(甲=50, 是非一=False)).note == Bounded(-1, ((0, 50, 50), (1, 50, 50)))
    assert lacks(outcome(body, one(甲=50))) == [missing("是非一")]
    assert lacks(outcome(body, one(甲=50, 是非一=True))) == [missing("乙")]
    assert lacks(outcome(body, one(是非一=True))) == [missing("甲"), missing("乙")]


def test_the_better_of_two_takes_the_first_of_equals() -> None:
    options = (Option("按甲", fact("甲")), Option("按乙", fact("乙")))
    assert (run(Pick("max", options, type=N), one(甲=1, 乙=2))[1:4:2]) == (2, 1)
    assert run(Pick("min", options, type=N), one(甲=1, 乙=2)).note == 0
    assert run(Pick("max", options, type=N), one(甲=2, 乙=2)).note == 0
    assert lacks(outcome(Pick("max", options, type=N), one(甲=2))) == [missing("乙")]


@pytest.mark.parametrize(
    ("mode", "results"),
    [
        ("half-up", (3, 2, -3, -2, 3, 4)),
        ("up", (3, 3, -3, -3, 3, 4)),
        ("down", (2, 2, -2, -2, 3, 3)),
        ("half-even", (2, 2, -2, -2, 3, 4)),
    ],
)
def test_rounding_is_symmetric_about_zero(mode: str, results: tuple[int, ...]) -> None:
    values = (Fraction(5, 2), Fraction(12, 5), Fraction(-5, 2), Fraction(-12, 5), 3, Fraction(7, 2))
    found = tuple(outcome(Round(mode, Fraction(1), fact("甲"), type=N), one(甲=value)) for value in values)
    assert found == results


def test_rounding_to_hundreds_and_to_cents() -> None:
    assert outcome(Round("half-up", Fraction(100), fact("甲"), type=N), one(甲=250)) == 300
    assert outcome(Round("half-even", Fraction(100), fact("甲"), type=N), one(甲=250)) == 200
    cents = outcome(Round("half-up", Fraction(1, 100), fact("甲"), type=N), one(甲=Fraction(1, 3)))
    assert cents == Fraction(33, 100)
    assert lacks(outcome(Round("up", Fraction(1), fact("甲"), type=N))) == [missing("甲")]


# ---------------------------------------------------------------- aggregates


def fold(kind: str, body: object = None, where: object = None, rows: object = None, **more: object) -> Aggregate:
    return Aggregate(kind, rows or events(), where, body, type=BOOL if kind in ("any", "all") else N, **more)


def with_events(*rows: dict[str, object], **cells: object) -> Facts:
    activities = [record(str(index + 1), "东区", **row) for index, row in enumerate(rows)]
    others = [record("别区", "西区", 家数=1000, 有效=True)]
    return facts(区=[district(**cells), district("西区")], 活动=[*activities, *others], 报告=[])


SIZE = fact("家数", entity="活动")
VALID = fact("有效", entity="活动")
BIG = compare("ge", SIZE, fact("甲", 1))


def test_counting_with_a_condition_that_reads_the_owner() -> None:
    step = run(fold("count", where=BIG), with_events({"家数": 60}, {"家数": 59}, {"家数": 61}, 甲=60))
    assert step.outcome == 2
    assert step.operands == ()
    assert step.note[:6] == ("活动", 3, ("1", "3"), (), (), None)


def test_folds_over_sure_rows() -> None:
    given = with_events({"家数": 4}, {"家数": 2}, {"家数": 4})
    found = {kind: outcome(fold(kind, SIZE), given) for kind in ("sum", "max", "min", "mean", "distinct", "list")}
    assert found == {"sum": 10, "max": 4, "min": 2, "mean": Fraction(10, 3), "distinct": 2, "list": (4, 2, 4)}
    assert outcome(fold("any", compare("gt", SIZE, const(3))), given) is True
    assert outcome(fold("all", compare("gt", SIZE, const(3))), given) is False


def test_folds_over_no_rows() -> None:
    found = {kind: outcome(fold(kind, SIZE), one()) for kind in ("sum", "distinct", "list")}
    assert found == {"sum": 0, "distinct": 0, "list": ()}
    assert outcome(fold("count"), one()) == 0
    assert outcome(fold("any", BIG), one()) is False
    assert outcome(fold("all", BIG), one()) is True
    for kind in ("max", "min", "mean"):
        assert lacks(outcome(fold(kind, SIZE), one())) == [("undefined", "区", "东区", "结果")]
        assert outcome(fold(kind, SIZE, empty=fact("甲")), one(甲=8)) == 8


def test_a_table_that_was_not_supplied_is_missing() -> None:
    given = facts(区=[district()])
    assert lacks(outcome(fold("count"), given)) == [missing("活动", "活动")]
    assert lacks(outcome(fold("sum", SIZE), given)) == [missing("活动", "活动")]
    assert outcome(compare("ge", fold("count"), const(0)), given) is True
    assert lacks(outcome(compare("ge", fold("count"), const(1)), given)) == [missing("活动", "活动")]


def test_a_sum_over_open_rows_has_no_value_and_a_partial_one() -> None:
    step = run(fold("sum", SIZE), with_events({"家数": 4}, {}, {"家数": 5}))
    assert lacks(step.outcome) == [missing("家数", "活动", "2")]
    assert step.note.unsure == ("2",)
    assert step.note.partial == 9
    assert step.note.total == 3
    assert step.note.taken == ("1", "2", "3")


def test_a_count_is_compared_by_what_is_sure_and_what_is_possible() -> None:
    given = with_events({"家数": 60}, {"家数": 70}, {"家数": None}, {"家数": 1}, 甲=60)
    counted = fold("count", where=BIG)
    assert outcome(compare("ge", counted, const(2)), given) is True
    assert outcome(compare("ge", counted, const(4)), given) is False
    assert lacks(outcome(compare("ge", counted, const(3)), given)) == [missing("家数", "活动", "3")]
    assert outcome(compare("lt", counted, const(4)), given) is True
    assert outcome(compare("le", const(2), counted), given) is True
    assert outcome(compare("eq", counted, const(4)), given) is False
    assert outcome(compare("ne", counted, const(1)), given) is True
    assert lacks(outcome(compare("eq", counted, const(2)), given)) == [missing("家数", "活动", "3")]
    assert lacks(outcome(compare("ge", apply("add", counted, const(1)), const(1)), given)) == [
        missing("家数", "活动", "3")
    ]


def test_a_count_is_as_certain_through_a_rule_and_a_local_name() -> None:
    given = with_events({"家数": 60}, {"家数": None}, 甲=60)
    counted = rule("场次", fold("count", where=BIG))
    trace = evaluate(program(counted, rule("结果", compare("ge", rule_of("场次"), const(1)))), given, readings=None)
    assert isinstance(trace.outcome("区", "东区", "场次"), Blocked)
    assert trace.outcome("区", "东区", "结果") is True
    named = Let("次", fold("count", where=BIG), compare("ge", Local(0, "次", type=N), const(1)), type=BOOL)
    assert outcome(named, given) is True


def test_any_and_all_are_decided_by_one_sure_row() -> None:
    given = with_events({"家数": 60}, {"家数": None}, 甲=60)
    assert outcome(fold("any", BIG), given) is True
    assert lacks(outcome(fold("all", BIG), given)) == [missing("家数", "活动", "2")]
    small = with_events({"家数": 6}, {"家数": None}, 甲=60)
    assert outcome(fold("all", BIG), small) is False
    assert lacks(outcome(fold("any", BIG), small)) == [missing("家数", "活动", "2")]


def test_an_open_filter_matters_only_where_the_row_could() -> None:
    given = with_events({"家数": 6, "有效": None}, 甲=60)
    assert outcome(fold("any", BIG, where=VALID), given) is False
    assert lacks(outcome(fold("all", BIG, where=VALID), given)) == [missing("有效", "活动", "1")]
    large = with_events({"家数": 66, "有效": None}, 甲=60)
    assert outcome(fold("all", BIG, where=VALID), large) is True


def test_aggregates_skip_and_count_what_does_not_apply() -> None:
    body = when(VALID, SIZE, Inapplicable("无效场次", type=N))
    given = with_events({"家数": 4, "有效": True}, {"家数": 9, "有效": False})
    step = run(fold("sum", body), given)
    assert step.outcome == 4
    assert step.note.skipped == ("2",)
    assert step.note.values == (4, NotApplicable("无效场次"))


def test_a_complete_roll_makes_totals_over_absent_members_unknown() -> None:
    everyone = Aggregate("sum", ALL_DISTRICTS, None, fact("甲"), type=N)
    given = facts(区=[district(甲=1), district("西区", 甲=2)])
    step = evaluate(program(rule("结果", everyone, "全市")), given).step("全市", "", "结果").body
    assert lacks(step.outcome) == [missing("名称", key="北区")]
    assert step.note.partial == 3
    assert step.note.unsure == ("北区",)
    whole = facts(区=[district(甲=1), district("西区", 甲=2), district("北区", 甲=4)])
    assert evaluate(program(rule("结果", everyone, "全市")), whole).outcome("全市", "", "结果") == 7
    under = Aggregate("sum", Children(Sole("全市"), "区"), None, fact("甲"), type=N)
    assert evaluate(program(rule("结果", under, "全市")), whole).outcome("全市", "", "结果") == 7
    assert lacks(evaluate(program(rule("结果", under, "全市")), given).outcome("全市", "", "结果")) == [
        missing("名称", key="北区")
    ]
    enough = compare("ge", Aggregate("count", ALL_DISTRICTS, type=N), const(2))
    assert outcome(enough, given) is True


def test_an_aggregate_inside_an_aggregate_sees_both_rows() -> None:
    inner = Aggregate("count", events(), compare("ge", SIZE, fact("甲", 2)), type=N)
    body = Aggregate("sum", ALL_DISTRICTS, None, apply("mul", inner, fact("乙")), type=N)
    given = facts(
        区=[district(甲=50, 乙=1), district("西区", 甲=0, 乙=10), district("北区", 甲=0, 乙=100)],
        活动=[record("1", "东区", 家数=60), record("2", "西区", 家数=60), record("3", "西区", 家数=40)],
    )
    # Scope 2 of the filter is the row of the rule: 东区, with 甲 = 50.
    assert outcome(body, given) == 1 + 10


def test_within() -> None:
    node = Within(fact("甲"), events(), SIZE, VALID, type=BOOL)
    rows = ({"家数": 3, "有效": True}, {"家数": 4, "有效": False}, {"家数": 5})
    assert outcome(node, with_events(*rows, 甲=3)) is True
    assert outcome(node, with_events(*rows, 甲=4)) is False
    assert lacks(outcome(node, with_events(*rows, 甲=5))) == [missing("有效", "活动", "3")]
    assert lacks(outcome(node, with_events(*rows))) == [missing("甲"), missing("有效", "活动", "3")]
    assert lacks(outcome(node, facts(区=[district(甲=3)]))) == [missing("活动", "活动")]
    assert outcome(node, one()) is False


# ---------------------------------------------------------------- runs


def test_rules_read_each_other_across_rows_and_stand_in_order() -> None:
    trace = evaluate(
        program(
            rule("双倍", apply("mul", SIZE, const(2)), "活动"),
            rule("总", Aggregate("sum", events(), None, rule_of("双倍", entity="活动"), type=N)),
            rule("结果", RuleRead(Here(), "区", "总", type=N)),
        ),
        with_events({"家数": 4}, {"家数": 5}),
    )
    assert trace.outcome("区", "东区", "结果") == 18
    order = list(trace.steps)
    assert order.index(("活动", "2", "双倍")) < order.index(("区", "东区", "总")) < order.index(("区", "东区", "结果"))
    assert trace.step("区", "东区", "结果").body.note == ("区", "东区")
    assert trace.keys == {"活动": ("1", "2", "别区"), "区": ("东区", "西区")}


def test_keys_restrict_a_run_to_rows_and_what_they_need() -> None:
    policy = program(
        rule("双倍", apply("mul", SIZE, const(2)), "活动"),
        rule("总", Aggregate("sum", events(), None, rule_of("双倍", entity="活动"), type=N)),
        rule("汇总", Aggregate("sum", ALL_DISTRICTS, None, rule_of("总"), type=N), "全市"),
    )
    evaluator = Evaluator(policy)
    given = with_events({"家数": 4}, {"家数": 5})
    whole = evaluator.run(given)
    part = evaluator.run(given, keys={"区": ["东区"]})
    assert set(part.steps) == {("活动", "1", "双倍"), ("活动", "2", "双倍"), ("区", "东区", "总")}
    assert all(whole.steps[at] == step for at, step in part.steps.items())
    assert part.keys == {"区": ("东区",)}
    assert set(evaluator.run(given, keys={"全市": [""]}).steps) == set(whole.steps)
    with pytest.raises(UnknownRow):
        evaluator.run(given, keys={"区": ["南区"]})


@pytest.mark.parametrize("keys", [None, {"全市": [""]}])
def test_long_chains_of_rules_do_not_exhaust_the_stack(keys: dict[str, list[str]] | None) -> None:
    length = 5_000
    chain = [rule("r0", SIZE, "活动")]
    chain += [
        rule(f"r{i}", apply("add", rule_of(f"r{i - 1}", entity="活动"), const(1)), "活动") for i in range(1, length)
    ]
    last = Aggregate("sum", Children(Sole("全市"), "活动"), None, rule_of(f"r{length - 1}", entity="活动"), type=N)
    sum_all = Aggregate("sum", ALL_DISTRICTS, None, Aggregate("sum", events(), None, last.body, type=N), type=N)
    given = facts(区=[district(key) for key in ("东区", "西区", "北区")], 活动=[record("1", "东区", 家数=1)])
    assert (
        Evaluator(program(*chain, rule("结果", sum_all, "全市"))).run(given, keys).outcome("全市", "", "结果") == length
    )


def test_deep_formulas_are_computed_and_absurd_ones_refused() -> None:
    body = fact("甲")
    for _ in range(200):
        body = apply("add", body, const(1))
    assert outcome(body, one(甲=1)) == 201
    for _ in range(20_000):
        body = apply("add", body, const(1))
    with pytest.raises(ResourceError):
        outcome(body, one(甲=1))


def test_two_rows_with_one_key_are_a_fault_of_the_facts() -> None:
    with pytest.raises(DuplicateRow):
        outcome(const(1), facts(区=[district(), district()]))


# ---------------------------------------------------------------- constraints

RULES = (
    rule("至少三家", compare("ge", rule_of("合计数"), const(3)), kind="constraint", message="至少三家"),
    rule("合计数", fold("sum", SIZE)),
    rule("加甲", apply("add", rule_of("合计数"), fact("甲"))),
    rule("乙倍", apply("mul", fact("乙"), const(2))),
)
POLICY = program(RULES[1], RULES[0], *RULES[2:])


def test_a_false_constraint_spoils_only_what_reads_the_cells_it_read() -> None:
    trace = evaluate(POLICY, with_events({"家数": 1}, {"家数": 1}, 甲=5, 乙=6))
    assert trace.outcome("区", "东区", "乙倍") == 12
    spoilt = trace.outcome("区", "东区", "加甲")
    assert lacks(spoilt) == [("violated", "活动", "1", "家数"), ("violated", "活动", "2", "家数")]
    assert spoilt.causes[0].detail == "至少三家"
    assert spoilt.status == "invalid"
    assert [(item.rule.name, item.key, item.cells) for item in trace.violations] == [
        ("至少三家", "东区", (("活动", "1", "家数"), ("活动", "2", "家数")))
    ]
    said = trace.step("区", "东区", "至少三家")
    assert (said.outcome, said.body.outcome) == (False, False)
    assert trace.outcome("区", "西区", "合计数") == 1000


def test_a_spoilt_cell_is_shown_as_it_was() -> None:
    limit = rule("甲不小", compare("ge", fact("甲"), const(3)), kind="constraint")
    trace = evaluate(program(limit, rule("结果", fact("甲"))), one(甲=1))
    step = trace.step("区", "东区", "结果").body
    assert lacks(step.outcome) == [("violated", "区", "东区", "甲")]
    assert step.note[2].value == 1
    assert step.outcome.causes[0].detail == "甲不小"


def test_a_constraint_that_is_open_or_true_is_no_violation() -> None:
    assert evaluate(POLICY, with_events({"家数": 3}, 甲=5)).violations == []
    open_ = evaluate(POLICY, with_events({}, 甲=5))
    assert open_.violations == []
    assert lacks(open_.outcome("区", "东区", "至少三家")) == [missing("家数", "活动", "1")]


def test_constraints_are_judged_on_all_rows_whatever_is_asked_for() -> None:
    evaluator = Evaluator(POLICY)
    given = with_events({"家数": 1}, 甲=5, 乙=6)
    whole, part = evaluator.run(given), evaluator.run(given, {"区": ["西区"]})
    assert part.violations == whole.violations
    assert part.outcome("区", "西区", "加甲") == whole.outcome("区", "西区", "加甲")
