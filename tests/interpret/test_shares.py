"""What a share says of itself: faults by name and in words, each part's note, budgets, in both languages. All data is invented."""

from __future__ import annotations

from fractions import Fraction

import pytest
from sibling_policies import outcomes, policy, run, steps, table

import policydsl
from policydsl.core.values import Blocked, Cause, Lack
from policydsl.interpret.budget import ResourceError
from policydsl.interpret.siblings import NAMED
from policydsl.interpret.trace import Portioning

SPLIT = "规则 得 = 分摊(全市.预算 按 申请额 到 元 尾差归 {})"
SCALE = "规则 得 = 压减(申请额 至 全市.预算 到 元 尾差归 {})"


def causes(rules: str, rows: list[dict[str, object]], **tables: object) -> list[tuple[Cause, ...]]:
    """Why each firm gets nothing."""
    found = []
    for outcome in outcomes(rules, rows, "得", **tables):
        assert isinstance(outcome, Blocked)
        found.append(outcome.causes)
    return found


@pytest.mark.parametrize(
    ("rules", "rows", "budget", "lack", "said"),
    [
        (
            "规则 得 = 分摊(收入 按 申请额)",
            [{"申请额": 1, "收入": 10}, {"申请额": 1, "收入": 10}, {"申请额": 1, "收入": 30}],
            1,
            Lack.CONFLICT,
            "「1」和「3」要分的总额不同",
        ),
        (SPLIT.format("首位"), [{"申请额": 1}, {"申请额": -2}], 9, Lack.UNDEFINED, "「2」的权重或申请额小于零"),
        (SCALE.format("首位"), [{"申请额": 1}, {"申请额": 2}], -1, Lack.UNDEFINED, "可用的总额小于零"),
        (
            SPLIT.format("首位"),
            [{"申请额": 0}, {"申请额": 0}],
            9,
            Lack.UNDEFINED,
            "没有可以分给的对象\uff0c或权重全为零",
        ),
    ],
)
def test_a_fault_names_the_first_row_and_says_what_is_wrong(
    rules: str, rows: list[dict[str, object]], budget: int, lack: Lack, said: str
) -> None:
    """Whoever of the group asks, there is one reason, with the rule and the first row."""
    found = causes(rules, rows, 全市={"预算": budget})
    assert found == [found[0]] * len(rows)
    ((cause,),) = set(found)
    assert (cause.lack, cause.entity, cause.key, cause.name, cause.detail) == (lack, "企业", "1", "得", said)


ENGLISH = """policy “Test”:
    main firm
entity firm:
    name: text key
    claim: money
    income: money
entity city singleton:
    budget: money
rule part = share(city.budget by claim to the 元 remainder to the first)  per 1
rule own = share(income by claim)  per 2
rule cut = scale_down(claim to city.budget to the 元 remainder to the first)  per 3
"""


@pytest.mark.parametrize(
    ("rule", "claims", "budget", "said"),
    [
        ("part", (1, -2), 9, "the weight or claim of 「b」 is below zero"),
        ("part", (0, 0), 9, "there is nobody to share with"),
        ("own", (1, 2), 9, "the totals of 「a」 and 「b」 differ"),
        ("cut", (1, 2), -9, "the budget is below zero"),
    ],
)
def test_a_fault_in_english(rule: str, claims: tuple[int, int], budget: int, said: str) -> None:
    program = policydsl.loads(ENGLISH)
    firms = [{"name": name, "claim": claim, "income": claim} for name, claim in zip("ab", claims, strict=True)]
    read = policydsl.facts_of(program, {"firm": firms, "city": {"budget": budget}})
    outcome = policydsl.evaluate(program, read.facts).outcome("firm", "b", rule)
    assert isinstance(outcome, Blocked)
    assert [cause.detail for cause in outcome.causes] == [said]


def test_the_note_on_each_part() -> None:
    """The whole, the weight, the exact part, what was rounded, what of the remainder: of claims cut, of claims that fit, of nothing."""
    rows = [{"申请额": 70}, {"申请额": 80}]
    cut = steps(SCALE.format("末位"), rows, "得", 全市={"预算": 100})
    assert [step.note for step in cut] == [
        Portioning("企业", 2, 100, 70, 150, Fraction(140, 3), 46, 0, False),
        Portioning("企业", 2, 100, 80, 150, Fraction(160, 3), 53, 1, False),
    ]
    assert [step.outcome for step in cut] == [46, 54]
    fit = steps(SCALE.format("末位"), rows, "得", 全市={"预算": 150})
    assert [step.note for step in fit] == [
        Portioning("企业", 2, 150, 70, 150, 70, 70, 0, True),
        Portioning("企业", 2, 150, 80, 150, 80, 80, 0, True),
    ]
    nothing = steps(SPLIT.format("末位"), [{"申请额": 0}] * 2, "得", 全市={"预算": 0})
    assert [step.note for step in nothing] == [Portioning("企业", 2, 0, 0, 0, 0, 0, 0, False)] * 2
    even = steps(SPLIT.format("首位"), [{"申请额": 1}] * 2, "得", 全市={"预算": 10})
    assert [step.note for step in even] == [Portioning("企业", 2, 10, 1, 2, 5, 5, 0, False)] * 2
    exact = steps("规则 得 = 分摊(全市.预算 按 申请额)", [{"申请额": 1}, {"申请额": 2}], "得", 全市={"预算": 10})
    assert exact[0].note == Portioning("企业", 2, 10, 1, 3, Fraction(10, 3), Fraction(10, 3), 0, False)


def test_every_part_holds_the_step_of_the_whole_as_its_own_row_sees_it() -> None:
    found = steps("规则 得 = 分摊(收入 按 申请额)", [{"申请额": 1, "收入": 10}, {"申请额": 3, "收入": 10}], "得")
    assert [[operand.outcome for operand in step.operands] for step in found] == [[10], [10]]
    assert [step.outcome for step in found] == [Fraction(5, 2), Fraction(15, 2)]


def test_a_row_left_out_has_nothing_and_no_note_and_is_not_counted() -> None:
    rules = "规则 得 = 分摊(全市.预算 按 申请额 其中 参评 到 元 尾差归 首位)"
    rows = [{"申请额": 5, "参评": False}, {"申请额": 1, "参评": True}, {"申请额": 1, "参评": True}]
    out, first, second = steps(rules, rows, "得", 全市={"预算": 11})
    assert (out.outcome, out.note) == (0, None)
    assert [(step.outcome, step.note and step.note.of) for step in (first, second)] == [(6, 2), (5, 2)]
    # one of whom it is not known whether he takes part leaves all others without a share
    rows[0] = {"申请额": 5}
    found = causes(rules, rows, 全市={"预算": 11})
    assert {(cause.key, cause.name) for some in found for cause in some} == {("1", "参评")}


def test_groups_are_shared_out_apart() -> None:
    rules = "规则 得 = 分摊(收入 按 申请额 分组 组 到 元 尾差归 最大者)"
    rows = [
        {"组": "子", "申请额": 1, "收入": 10},
        {"组": "丑", "申请额": 1, "收入": 7},
        {"组": "子", "申请额": 2, "收入": 10},
        {"组": "丑", "申请额": 1, "收入": 7},
    ]
    found = steps(rules, rows, "得")
    # of two that are the largest the first takes the remainder
    assert [step.outcome for step in found] == [3, 4, 7, 3]
    assert [step.note and step.note.of for step in found] == [2] * 4
    # what is wrong in one group is nothing to the other
    rows[1]["申请额"] = -1
    blocked = outcomes(rules, rows, "得")
    assert [isinstance(one, Blocked) for one in blocked] == [False, True, False, True]
    assert [cause.key for one in blocked if isinstance(one, Blocked) for cause in one.causes] == ["2", "2"]


def test_several_below_zero_are_all_named() -> None:
    rows: list[dict[str, object]] = [{"申请额": -1}, {"申请额": 2}, {"申请额": -3}]
    ((cause,),) = set(causes(SPLIT.format("首位"), rows, 全市={"预算": 9}))
    assert cause.detail == "「1」、「3」的权重或申请额小于零"


def test_of_many_below_zero_a_few_are_named_and_the_rest_counted() -> None:
    ((cause,),) = set(causes(SPLIT.format("首位"), [{"申请额": -1}] * 12, 全市={"预算": 9}))
    names = "、".join(f"「{number}」" for number in range(1, NAMED + 1))
    assert cause.detail == f"{names}等 12 行的权重或申请额小于零"


def test_weights_and_wholes_may_be_rules() -> None:
    rules = "规则 权 = 申请额 × 2\n规则 总 = 收入 + 1元\n规则 得 = 分摊(总 按 权 到 元 尾差归 首位)"
    rows = [{"申请额": 1, "收入": 9}, {"申请额": 2, "收入": 9}]
    assert outcomes(rules, rows, "得") == [4, 6]


def test_a_remainder_of_hundreds_of_rows_goes_to_one() -> None:
    rows = [{"申请额": 1}] * 700
    found = outcomes(SPLIT.format("末位"), rows, "得", 全市={"预算": 1399})
    assert found == [1] * 699 + [700]


@pytest.mark.parametrize("rule", [SPLIT.format("首位"), SCALE.format("首位"), "规则 得 = 分摊(全市.预算 按 申请额)"])
def test_what_outgrows_the_budget_of_a_run_is_an_error(rule: str) -> None:
    """Weights whose sum, or parts, that have too many digits end the run, with the rule and a row."""
    large = (1 << 10_000) - 1
    with pytest.raises(ResourceError, match="得"):
        policydsl.evaluate(policy(rule), table([{"申请额": large}, {"申请额": large}], 5))
    # the sum of the weights is within it, the parts are not
    total, weight = (1 << 9_000) + 9, (1 << 9_000) + 1
    claims = [{"申请额": weight}, {"申请额": weight + 4}]
    with pytest.raises(ResourceError, match="「1」的「得」"):
        policydsl.evaluate(policy(rule), table(claims, total))
    assert run(rule, [{"申请额": 1 << 60}], 全市={"预算": 3}).outcome("企业", "1", "得") == 3
