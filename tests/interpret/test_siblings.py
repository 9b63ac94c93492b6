"""Rows in order, ranks, shares, first and last rows: what each gives on small invented tables, and what blocks it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from sibling_policies import lacks, outcomes, policy, run, steps, table

import policydsl
from policydsl.core.values import Blocked, NotApplicable, status_of
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.trace import Line, Portioning, Sample, Standing

# ---------------------------------------------------------------- sums in order

RUNNING = "规则 累计 = 至今合计(收入 依 月份)"


def test_a_running_sum_goes_by_the_order_that_is_said_not_by_the_table() -> None:
    rows = [{"收入": 10, "月份": 3}, {"收入": 20, "月份": 1}, {"收入": 30, "月份": 2}]
    assert outcomes(RUNNING, rows, "累计") == [60, 20, 50]
    assert outcomes("规则 此前 = 此前合计(收入 依 月份)", rows, "此前") == [50, 0, 20]
    assert outcomes("规则 累计 = 至今合计(收入)", rows, "累计") == [10, 30, 60]


def test_the_note_on_a_running_sum_shows_the_rows_up_to_this_one() -> None:
    rows = [{"收入": 10, "月份": 2}, {"收入": 20, "月份": 1}]
    assert [step.note for step in steps(RUNNING, rows, "累计")] == [
        Line("企业", 2, ("2", "1"), (20, 10)),
        Line("企业", 1, ("2",), (20,)),
    ]
    many = [{"收入": 1, "月份": month} for month in range(30)]
    note = steps(RUNNING, many, "累计")[-1].note
    assert isinstance(note, Line)
    assert (note.total, note.keys[-1], len(note.keys)) == (30, "30", 12)


def test_groups_and_conditions_make_lines_of_their_own() -> None:
    rows = [
        {"组": "东", "收入": 1, "月份": 1, "参评": True},
        {"组": "西", "收入": 2, "月份": 2, "参评": True},
        {"组": "东", "收入": 4, "月份": 3, "参评": False},
        {"组": "东", "收入": 8, "月份": 4, "参评": True},
    ]
    assert outcomes("规则 累计 = 至今合计(收入 分组 组 依 月份)", rows, "累计") == [1, 2, 5, 13]
    # a row left out gets what stands before it
    assert outcomes("规则 累计 = 至今合计(收入 其中 参评 分组 组 依 月份)", rows, "累计") == [1, 2, 1, 9]


def test_a_blank_blocks_only_the_sums_from_its_row_on() -> None:
    rows = [{"收入": 1, "月份": 1}, {"收入": None, "月份": 2}, {"收入": 4, "月份": 3}]
    first, second, third = outcomes(RUNNING, rows, "累计")
    assert first == 1
    assert lacks(second) == lacks(third) == [("missing", "2", "收入")]
    before = outcomes("规则 此前 = 此前合计(收入 依 月份)", rows, "此前")
    assert before[:2] == [0, 1]
    assert isinstance(before[2], Blocked)


def test_a_blank_key_blocks_every_row_of_its_group() -> None:
    rows = [
        {"组": "东", "收入": 1, "月份": 1},
        {"组": "东", "收入": 2, "月份": None},
        {"组": "西", "收入": 4, "月份": 1},
    ]
    found = outcomes("规则 累计 = 至今合计(收入 分组 组 依 月份)", rows, "累计")
    assert lacks(found[0]) == lacks(found[1]) == [("missing", "2", "月份")]
    assert found[2] == 4


def test_a_row_of_unknown_group_may_belong_to_any() -> None:
    rows = [{"组": "东", "收入": 1, "月份": 1}, {"组": None, "收入": 2, "月份": 2}]
    assert all(
        lacks(found) == [("missing", "2", "组")]
        for found in outcomes("规则 累计 = 至今合计(收入 分组 组 依 月份)", rows, "累计")
    )


def test_a_row_that_may_be_left_out_blocks_what_comes_after_it() -> None:
    rows = [
        {"收入": 1, "月份": 1, "参评": True},
        {"收入": 2, "月份": 2, "参评": None},
        {"收入": 4, "月份": 3, "参评": True},
    ]
    found = outcomes("规则 累计 = 至今合计(收入 其中 参评 依 月份)", rows, "累计")
    assert found[0] == 1
    assert lacks(found[1]) == lacks(found[2]) == [("missing", "2", "参评")]


def test_rows_with_the_same_key_have_no_sum_and_later_rows_have() -> None:
    rows = [{"收入": 1, "月份": 1}, {"收入": 2, "月份": 1}, {"收入": 4, "月份": 2}]
    found = outcomes(RUNNING, rows, "累计")
    assert lacks(found[0]) == [("conflict", "1", "累计")]
    assert "「2」" in found[0].causes[0].detail  # type: ignore[union-attr]
    assert isinstance(found[1], Blocked)
    assert found[2] == 7


def test_members_are_in_the_order_of_their_list() -> None:
    rows = [{"收入": 1, "等级": "丙级"}, {"收入": 2, "等级": "甲级"}, {"收入": 4, "等级": "乙级"}]
    assert outcomes("规则 累计 = 至今合计(收入 依 等级)", rows, "累计") == [7, 2, 6]


def test_rows_of_different_owners_do_not_mix_unless_all_are_meant() -> None:
    rules = "规则 累计 = 至今合计(金额 依 日期)\n规则 全部 = 至今合计(全体 金额 依 日期)"
    flows = [
        {"企业": "1", "日期": "2025-01-03", "金额": 1},
        {"企业": "2", "日期": "2025-01-02", "金额": 2},
        {"企业": "1", "日期": "2025-01-01", "金额": 4},
    ]
    trace = run(rules, [{}, {}], of="流水", 流水=flows)
    keys = trace.keys["流水"]
    assert [trace.outcome("流水", key, "累计") for key in keys] == [5, 2, 4]
    assert [trace.outcome("流水", key, "全部") for key in keys] == [7, 6, 4]


# ---------------------------------------------------------------- the row before

BALANCE = "规则 期初 = 上一条(期末 依 月份 首条 100元)\n规则 期末 = 期初 + 收入"


def test_a_balance_is_carried_from_month_to_month() -> None:
    rows = [{"收入": 10, "月份": 2}, {"收入": -30, "月份": 1}, {"收入": 5, "月份": 3}]
    assert outcomes(BALANCE, rows, "期初") == [70, 100, 80]
    assert outcomes(BALANCE, rows, "期末") == [80, 70, 85]
    notes = [step.note for step in steps(BALANCE, rows, "期初")]
    assert notes[0] == Line("企业", 1, ("2",), (70,))
    assert notes[1] == Line("企业", 0, (), ())


@pytest.mark.parametrize("step", [1, -1])
def test_a_long_chain_of_rows_needs_no_deep_stack(step: int) -> None:
    rows = [{"收入": 1, "月份": month} for month in range(3000)][::step]
    facts = table(rows)
    trace = policydsl.evaluate(policy(BALANCE), facts)
    assert trace.outcome("企业", "3000" if step == 1 else "1", "期末") == 3100
    # asked for the last row alone, all before it are computed
    last = "3000" if step == 1 else "1"
    alone = policydsl.evaluate(policy(BALANCE), facts, keys={"企业": [last]})
    assert alone.outcome("企业", last, "期初") == 3099


def test_a_rule_may_read_itself_of_the_row_before() -> None:
    rows = [{"收入": 10, "月份": 1}, {"收入": 20, "月份": 2}, {"收入": 30, "月份": 3}]
    assert outcomes("规则 余额 = 收入 + 上一条(余额 依 月份 首条 0元) × 50%", rows, "余额") == [10, 25, Fraction(85, 2)]


def test_the_row_before_is_the_last_one_that_counts() -> None:
    rows = [
        {"收入": 1, "月份": 1, "参评": True},
        {"收入": 2, "月份": 2, "参评": False},
        {"收入": 4, "月份": 3, "参评": True},
        {"收入": 8, "月份": 4, "参评": None},
        {"收入": 16, "月份": 5, "参评": True},
        {"收入": 32, "月份": 6, "参评": True},
    ]
    found = outcomes("规则 上月 = 上一条(收入 其中 参评 依 月份 首条 0元)", rows, "上月")
    assert found[:4] == [0, 1, 1, 4]
    assert lacks(found[4]) == [("missing", "4", "参评")]
    assert found[5] == 16


def test_two_rows_just_before_are_a_conflict() -> None:
    rows = [{"收入": 1, "月份": 1}, {"收入": 1, "月份": 1}, {"收入": 4, "月份": 2}, {"收入": 8, "月份": 3}]
    found = outcomes("规则 上月 = 上一条(收入 依 月份 首条 0元)", rows, "上月")
    assert lacks(found[2]) == [("conflict", "3", "上月")]
    assert found[3] == 4


def test_aggregates_inside_a_rule_that_reads_itself_keep_what_they_computed() -> None:
    # the threshold 收入 × 2 is computed once for all flows, and then the row before, with another threshold
    rules = """规则 基数 = 上一条(余额 依 月份 首条 0元)
    规则 余额 = 合计(全体 流水.金额 其中 金额 大于 收入 × 2 且 金额 大于 基数) + 基数"""
    flows = [{"企业": "1", "日期": "2025-01-01", "金额": amount} for amount in (1, 2, 5, 90)]
    rows = [{"月份": 3, "收入": 40}, {"月份": 2, "收入": 3}, {"月份": 1, "收入": 1}]
    # month 1: above 2 and 0: 5 + 90; month 2: above 6 and 95: none; month 3: above 80 and 95: none
    assert outcomes(rules, rows, "余额", 流水=flows) == [95, 95, 95]
    rows = [{"月份": 3, "收入": 1}, {"月份": 2, "收入": 2}, {"月份": 1, "收入": 60}]
    # month 1: none; month 2: above 4: 5 + 90; month 3: none
    assert outcomes(rules, rows, "余额", 流水=flows) == [95, 95, 0]


def test_reasons_handed_down_a_long_line_stay_few() -> None:
    rows = [{"收入": None, "月份": month} for month in range(400)]
    last = policydsl.evaluate(policy(BALANCE), table(rows)).outcome("企业", "400", "期末")
    assert isinstance(last, Blocked)
    assert last.status == "unknown"
    assert len(last.causes) <= 120


# ---------------------------------------------------------------- in turn


def test_in_turn_up_to_a_limit() -> None:
    rows = [{"申请额": 50, "月份": 2}, {"申请额": 70, "月份": 1}, {"申请额": 10, "月份": 3}]
    assert outcomes("规则 给 = 依次 申请额 限额 100元 依 月份", rows, "给") == [30, 70, 0]


# ---------------------------------------------------------------- ranks


def ranked(ties: str, *scores: int | None, **more: object) -> list[object]:
    rows = [{"得分": score, **{name: values[at] for name, values in more.items()}} for at, score in enumerate(scores)]  # type: ignore[index]
    return list(outcomes(f"规则 位 = 名次(得分 从高 并列 {ties})", rows, "位"))


def test_ties_share_a_place_leave_no_gap_or_await_a_decision() -> None:
    assert ranked("同名次", 90, 80, 90, 70) == [1, 3, 1, 4]
    assert ranked("紧接", 90, 80, 90, 70) == [1, 2, 1, 3]
    found = ranked("待裁量", 90, 80, 90, 70)
    assert found[1::2] == [3, 4]
    assert [lacks(item) for item in found[::2]] == [[("decision", "1", "位")], [("decision", "3", "位")]]  # type: ignore[arg-type]
    assert status_of(found[0]) == "pending"  # type: ignore[arg-type]


def test_the_second_key_decides_between_equals() -> None:
    rows = [{"得分": 90, "面积": 5}, {"得分": 90, "面积": 3}, {"得分": 95, "面积": 9}]
    rules = "规则 位 = 名次(得分 从高、面积 从低 并列 同名次)"
    assert outcomes(rules, rows, "位") == [3, 2, 1]
    notes = [step.note for step in steps(rules, rows, "位")]
    assert notes[0] == Standing("企业", 3, 3, (), 0, (90, 5), 0)


def test_the_note_names_those_that_tie() -> None:
    notes = [step.note for step in steps("规则 位 = 名次(得分 从高 并列 同名次)", [{"得分": 1}] * 3, "位")]
    assert notes[0] == Standing("企业", 1, 3, ("2", "3"), 2, (1,), 0)


def test_a_row_left_out_has_no_place_and_takes_none() -> None:
    rows = [{"得分": 90, "参评": False}, {"得分": 80, "参评": True}, {"得分": 70, "参评": True}]
    found = outcomes("规则 位 = 名次(得分 从高 其中 参评 并列 同名次)", rows, "位")
    assert isinstance(found[0], NotApplicable)
    assert found[1:] == [1, 2]


def test_an_unknown_score_blocks_every_place() -> None:
    found = ranked("同名次", 90, None, 70)
    assert [lacks(item) for item in found] == [[("missing", "2", "得分")]] * 3  # type: ignore[arg-type]


def test_a_row_alone_has_its_place_whatever_its_score() -> None:
    assert ranked("同名次", None) == [1]


def test_an_unknown_second_key_blocks_only_those_with_the_same_first_key() -> None:
    rows = [
        {"得分": 90, "面积": None},
        {"得分": 90, "面积": 1},
        {"得分": 80, "面积": None},
        {"得分": 95, "面积": 2},
        {"得分": 70, "面积": 2},
    ]
    rules = "规则 位 = 名次(得分 从高、面积 从低 并列 {})"
    for ties in ("同名次", "待裁量"):
        found = outcomes(rules.format(ties), rows, "位")
        assert found[2:] == [4, 1, 5]
        assert lacks(found[0]) == lacks(found[1]) == [("missing", "1", "面积")]
    # without gaps, the two may turn out to take one place or two
    found = outcomes(rules.format("紧接"), rows, "位")
    assert found[3] == 1
    assert isinstance(found[2], Blocked)
    assert isinstance(found[4], Blocked)


def test_a_row_that_may_take_no_part_blocks_only_those_behind_it() -> None:
    rows = [
        {"得分": 90, "参评": True},
        {"得分": 80, "参评": None},
        {"得分": 80, "参评": True},
        {"得分": 70, "参评": True},
    ]
    rules = "规则 位 = 名次(得分 从高 其中 参评 并列 {})"
    found = outcomes(rules.format("同名次"), rows, "位")
    assert (found[0], found[2]) == (1, 2)
    assert isinstance(found[1], Blocked)
    assert isinstance(found[3], Blocked)
    # its place is taken by an equal anyway
    assert outcomes(rules.format("紧接"), rows, "位")[2:] == [2, 3]
    # but a tie would await a decision
    assert lacks(outcomes(rules.format("待裁量"), rows, "位")[2]) == [("missing", "2", "参评")]


def test_places_per_group() -> None:
    rows = [{"得分": 1, "组": "东"}, {"得分": 2, "组": "西"}, {"得分": 3, "组": "东"}, {"得分": None, "组": "北"}]
    assert outcomes("规则 位 = 名次(得分 从高 分组 组 并列 同名次)", rows, "位") == [2, 1, 1, 1]


# ---------------------------------------------------------------- shares


def shares(rules: str, budget: int | None, *weights: int | None, **columns: list[object]) -> list[object]:
    rows = [
        {"申请额": weight, **{name: values[at] for name, values in columns.items()}}
        for at, weight in enumerate(weights)
    ]
    return list(outcomes(rules, rows, "得", 全市={"预算": budget}))


SPLIT = "规则 得 = 分摊(全市.预算 按 申请额 到 元 尾差归 {})"
SCALE = "规则 得 = 压减(申请额 至 全市.预算 到 元 尾差归 {})"


def test_the_remainder_goes_where_it_is_said() -> None:
    assert shares(SPLIT.format("最大者"), 100, 1, 1, 4) == [16, 16, 68]
    assert shares(SPLIT.format("首位"), 100, 1, 1, 4) == [18, 16, 66]
    assert shares(SPLIT.format("末位"), 101, 1, 4, 1) == [16, 67, 18]
    assert shares(SPLIT.format("最大者"), 100, 1, 1, 1) == [34, 33, 33]


def test_parts_are_exact_where_no_place_is_said() -> None:
    assert shares("规则 得 = 分摊(全市.预算 按 申请额)", 100, 1, 2) == [Fraction(100, 3), Fraction(200, 3)]


def test_a_negative_whole_is_shared_out_too() -> None:
    assert shares(SPLIT.format("最大者"), -100, 1, 2) == [-33, -67]


def test_claims_that_fit_are_paid_as_they_are() -> None:
    assert shares(SCALE.format("最大者"), 100, 30, 50) == [30, 50]
    assert shares(SCALE.format("最大者"), 100, 30, 70) == [30, 70]
    assert shares(SCALE.format("最大者"), 100, 70, 80) == [46, 54]
    assert shares(SCALE.format("最大者"), 0, 70, 80) == [0, 0]


def test_the_note_on_a_share_shows_how_it_was_worked_out() -> None:
    rows = [{"申请额": 1}, {"申请额": 2}]
    found = steps(SPLIT.format("首位"), rows, "得", 全市={"预算": 100})
    assert found[0].note == Portioning("企业", 2, 100, 1, 3, Fraction(100, 3), 33, 1, False)
    assert found[1].note == Portioning("企业", 2, 100, 2, 3, Fraction(200, 3), 66, 0, False)
    assert [operand.outcome for operand in found[0].operands] == [100]


def test_an_unknown_weight_blocks_every_share_of_its_group() -> None:
    found = shares(SPLIT.format("首位"), 100, 1, None)
    assert [lacks(item) for item in found] == [[("missing", "2", "申请额")]] * 2  # type: ignore[arg-type]
    assert [lacks(item) for item in shares(SPLIT.format("首位"), None, 1, 2)] == [[("missing", "", "预算")]] * 2  # type: ignore[arg-type]


def test_a_row_left_out_gets_nothing() -> None:
    rules = "规则 得 = 分摊(全市.预算 按 申请额 其中 参评 到 元 尾差归 首位)"
    assert shares(rules, 100, None, 1, 1, 参评=[False, True, True]) == [0, 50, 50]


def test_nobody_to_share_with() -> None:
    assert lacks(shares(SPLIT.format("首位"), 100, 0, 0)[0]) == [("undefined", "1", "得")]  # type: ignore[arg-type]
    assert shares(SPLIT.format("首位"), 0, 0, 0) == [0, 0]
    assert shares(SCALE.format("首位"), 100, 0, 0) == [0, 0]


def test_a_whole_that_differs_between_siblings_is_a_conflict() -> None:
    rows = [{"申请额": 1, "收入": 10}, {"申请额": 1, "收入": 20}]
    found = outcomes("规则 得 = 分摊(收入 按 申请额)", rows, "得")
    assert [lacks(item) for item in found] == [[("conflict", "1", "得")]] * 2
    assert outcomes("规则 得 = 分摊(收入 按 申请额)", [{"申请额": 1, "收入": 10}] * 2, "得") == [5, 5]


def test_a_whole_under_a_local_name_is_seen_from_each_sibling() -> None:
    rules = "规则 得 = 分摊(总 按 申请额)\n其中 总 = 收入 × 2"
    assert outcomes(rules, [{"申请额": 1, "收入": 10}] * 2, "得") == [10, 10]
    differing = outcomes(rules, [{"申请额": 1, "收入": 10}, {"申请额": 1, "收入": 20}], "得")
    assert [lacks(item) for item in differing] == [[("conflict", "1", "得")]] * 2


def test_weights_below_zero_are_refused() -> None:
    rows = [{"申请额": -1}, {"申请额": 2}]
    assert lacks(outcomes(SPLIT.format("首位"), rows, "得", 全市={"预算": 9})[0]) == [("undefined", "1", "得")]


# ---------------------------------------------------------------- first and last


def ends(rule: str, *flows: tuple[str | None, int | None, bool | None]) -> tuple[object, Sample]:
    rows = [{"企业": "1", "日期": day, "金额": amount, "有效": valid} for day, amount, valid in flows]
    trace = run(f"规则 端 = {rule}", [{}], 流水=rows)
    step = trace.step("企业", "1", "端").body
    assert isinstance(step.note, Sample)
    return step.outcome, step.note


FIRST, LAST = "第一条(流水.金额 其中 有效 依 日期 无则 0元)", "最后一条(流水.金额 其中 有效 依 日期 无则 0元)"


def test_the_first_and_the_last_by_an_order() -> None:
    flows = (("2025-02-01", 2, True), ("2025-01-01", 1, True), ("2025-03-01", 3, False))
    assert ends(FIRST, *flows)[0] == 1
    outcome, sample = ends(LAST, *flows)
    assert outcome == 2
    assert (sample.total, sample.taken, len(sample.taken), sample.chosen) == (3, sample.taken, 2, sample.taken[0])
    assert ends("最后一条(流水.金额 无则 0元)", *flows)[0] == 3
    assert ends(LAST)[0] == 0


def test_a_row_that_may_count_blocks_only_what_it_could_change() -> None:
    flows = (("2025-02-01", 2, True), ("2025-01-01", 1, None), ("2025-03-01", 3, True))
    assert ends(LAST, *flows)[0] == 3
    assert isinstance(ends(FIRST, *flows)[0], Blocked)
    assert isinstance(ends(LAST, *flows, (None, 4, True))[0], Blocked)
    assert ends(LAST, *flows, (None, 4, False))[0] == 3
    # the amount of a row that is not at that end is not needed
    assert ends(LAST, ("2025-01-01", None, True), ("2025-02-01", 5, True))[0] == 5


def test_every_row_that_could_stand_at_the_end_is_named() -> None:
    """Of rows that may count all the reasons are given, as far as the first that is sure to count, and the gravest is shown."""
    first, _ = ends(FIRST, ("2025-01-01", 1, None), ("2025-02-01", 2, None), ("2025-03-01", None, True), (*LATE, None))
    assert isinstance(first, Blocked)
    assert [(cause.key, cause.name) for cause in first.causes] == [("1", "有效"), ("2", "有效"), ("3", "金额")]
    # two sure rows that differ are a conflict, which a row before them that may count does not hide
    tied, _ = ends(FIRST, ("2025-01-01", 1, None), ("2025-02-01", 2, True), ("2025-02-01", 3, True))
    assert isinstance(tied, Blocked)
    assert tied.status == "invalid"
    assert {cause.name for cause in tied.causes} == {"有效", "端"}
    # rows none of which is sure to count: what stands for no row is not asked
    alone, _ = ends(LAST, ("2025-01-01", 1, None), ("2025-02-01", 2, None))
    assert isinstance(alone, Blocked)
    assert len(alone.causes) == 2


LATE = ("2025-04-01", 4)


def test_two_rows_at_the_end_must_agree() -> None:
    assert ends(LAST, ("2025-01-01", 5, True), ("2025-01-01", 5, True))[0] == 5
    assert isinstance(ends(LAST, ("2025-01-01", 5, True), ("2025-01-01", 6, True))[0], Blocked)


# ---------------------------------------------------------------- working days


CALENDAR = """政策 “测试”:
    编号 T-1
    主体 件

日历 日程:
    覆盖 2025年1月1日 至 2025年12月31日
    放假 2025年10月1日、2025年10月2日
    补班 2025年9月28日

对象 件:
    名称: 文本 主键
    收件: 日期
    办结: 日期

针对 件:
    规则 用时 = 工作日数(收件, 办结)
    规则 应办 = 收件 + 3工作日
"""


def test_working_days_go_by_the_calendar_of_the_policy() -> None:
    program = policydsl.loads(CALENDAR)
    rows = [
        {"名称": "甲", "收件": "2025-09-26", "办结": "2025-09-29"},
        {"名称": "乙", "收件": "2025-09-30", "办结": "2025-10-06"},
        {"名称": "丙", "收件": "2025-12-31", "办结": "2026-01-05"},
    ]
    trace = policydsl.evaluate(program, policydsl.facts_of(program, {"件": rows}).facts)
    assert trace.outcome("件", "甲", "用时") == 2
    assert trace.outcome("件", "乙", "用时") == 2
    assert trace.outcome("件", "甲", "应办") == date(2025, 9, 30)
    for rule in ("用时", "应办"):
        beyond = trace.outcome("件", "丙", rule)
        assert isinstance(beyond, Blocked)
        assert beyond.status == "invalid"
        assert "2026" in beyond.causes[0].detail


# ---------------------------------------------------------------- work


def test_many_siblings_are_put_in_order_once() -> None:
    rules = """规则 累计 = 至今合计(收入 依 月份)
    规则 上月 = 上一条(收入 依 月份 首条 0元)
    规则 位 = 名次(收入 从高 并列 待裁量)
    规则 得 = 分摊(全市.预算 按 收入 到 元 尾差归 最大者)"""
    rows = [{"收入": place % 7, "月份": 1 if place % 2 else place, "参评": None} for place in range(6000)]
    trace = Evaluator(policy(rules)).run(table(rows, 10_000))
    parts = [trace.outcome("企业", key, "得") for key in trace.keys["企业"]]
    assert sum(parts) == 10_000  # type: ignore[arg-type]
