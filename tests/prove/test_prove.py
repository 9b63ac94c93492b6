"""What holds is proved; what does not is refuted by the smallest case, confirmed by the interpreter; what is open is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve
from proved_policy import TEXT, answers, program, prover

import policydsl
from policydsl.core.facts import Known
from policydsl.prove.ask import Prover, same
from policydsl.prove.told import examples
from policydsl.prove.verdict import Report
from policydsl.testing.examples import run_examples

NOTICE = Path(__file__).parents[2] / "policies" / "2025.pol"


def test_what_holds_is_proved() -> None:
    found = list(prover().properties())
    assert answers(found) == {"多认定不吃亏": "proved", "补助非负": "proved"}
    assert {verdict.answer for verdict in prover().soundness()} == {"proved"}


def test_a_lowered_rate_is_refuted_by_the_smallest_case() -> None:
    found = {verdict.name: verdict for verdict in prover("600元/家", "400元/家").properties()}
    case = found["多认定不吃亏"].case
    assert found["补助非负"].answer == "proved"
    assert case is not None
    assert case.after is not None
    before, after = (facts.tables["区"][0].cells for facts in (case.facts, case.after))
    # 85 % of a target is reached and one firm more reaches it all: no smaller target than 7 allows that
    assert [before["认定数"], after["认定数"]] == [Known(6), Known(7)]
    assert before["目标数"] == Known(7)
    assert (case.outcome, case.then) == (3000, 2800)


def test_a_counterexample_is_an_example_that_runs() -> None:
    changed = program("600元/家", "400元/家")
    verdict = next(one for one in Prover(changed, seconds=20).properties() if one.answer == "refuted")
    text = examples(Report(changed, (verdict,)), verdict, {})
    again = policydsl.loads(TEXT.replace("600元/家", "400元/家", 1) + text)
    results = run_examples(again)
    assert len(results) == 2
    assert all(result.ok for result in results), text


def test_a_condition_that_does_not_always_hold() -> None:
    verdict = next(one for one in prover(more="性质 有限: 恒有 补助 ≤ 1万元\n").properties() if one.name == "有限")
    assert verdict.answer == "refuted"
    assert verdict.case is not None
    assert verdict.case.outcome is False


def test_a_count_of_children_is_built() -> None:
    verdict = next(
        one for one in prover(more="性质 没有基础: 恒有 基础 ≤ 1万元\n").properties() if one.name == "没有基础"
    )
    assert verdict.answer == "refuted"
    assert verdict.case is not None
    assert len(verdict.case.facts.tables["活动"]) == 2


def test_a_divisor_that_a_bound_keeps_from_zero() -> None:
    assert {one.answer for one in prover().soundness() if one.kind == "zero"} == {"proved"}
    whole = program()
    unbounded = evolve(whole, rules=tuple(rule for rule in whole.rules if rule.kind != "constraint"))
    verdict = next(one for one in Prover(unbounded, seconds=20).soundness() if one.kind == "zero")
    assert verdict.answer == "refuted"
    assert verdict.case is not None
    assert verdict.case.facts.tables["区"][0].cells["目标数"] == Known(0)


def test_a_row_that_never_applies() -> None:
    more = "规则 档 = 若 认定数 大于 10家 则 (若 认定数 低于 5家 则 1 否则 2) 否则 3  依据 五\n"
    dead = [one for one in prover(more=more).soundness() if one.kind == "dead" and one.answer == "refuted"]
    assert [one.name for one in dead] == ["档"]
    assert dead[0].span is not None


def test_exceptions_that_clash() -> None:
    more = "规则 奖 = 5万元: 依据 六\n    除外 多的: 当 认定数 大于 10家 则 8万元\n    除外 试点的: 当 试点 则 1万元\n"
    (verdict,) = [one for one in prover(more=more).soundness() if one.kind == "clash"]
    assert verdict.answer == "refuted"
    assert verdict.case is not None
    cells = verdict.case.facts.tables["区"][0].cells
    assert cells["认定数"] == Known(11)
    assert cells["试点"] == Known(True)


def test_bounds_that_may_stand_in_the_wrong_order() -> None:
    more = "规则 等 = 分档 认定数: 依据 六\n    达到 目标数  1\n    达到 20家  2\n    否则  0\n"
    (verdict,) = [one for one in prover(more=more).soundness() if one.kind == "order" and one.name == "等"]
    assert verdict.answer == "refuted"


def test_what_formulas_do_not_carry_is_said() -> None:
    more = "性质 场数少: 恒有 平均(活动.到会数 无则 0家) ≤ 100家\n"
    verdict = next(one for one in prover(more=more).properties() if one.name == "场数少")
    assert verdict.answer == "undecided"
    assert verdict.why == "beyond"
    assert any("平均" in text for text in verdict.beyond)


def test_another_order_and_other_keywords_mean_the_same() -> None:
    blocks = TEXT.split("\n\n")
    at = next(index for index, block in enumerate(blocks) if block.startswith("规则 补助"))
    blocks[at], blocks[at + 1] = blocks[at + 1], blocks[at]
    other = policydsl.loads("\n\n".join(blocks).replace("目标数 的 5%", "5% × 目标数", 1))
    found = list(same(program(), other, {}, 20))
    assert {verdict.answer for verdict in found} == {"proved"}


def test_the_smallest_case_where_two_files_differ() -> None:
    found = list(same(program(), program("达到 85% ", "超过 85% "), {}, 20))
    differing = {verdict.name: verdict for verdict in found if verdict.answer == "refuted"}
    assert set(differing) == {"补助", "合计补助"}
    case = differing["补助"].case
    assert case is not None
    cells = case.facts.tables["区"][0].cells
    assert (cells["认定数"], cells["目标数"]) == (Known(17), Known(20))


def test_a_rule_that_only_one_file_has() -> None:
    found = list(same(program(), program(more="规则 另加 = 1元  依据 九\n"), {}, 20))
    assert [one.name for one in found if one.answer == "refuted"] == ["另加"]


@pytest.mark.parametrize("rate", ["600元/家", "400元/家"])
def test_the_2025_notice(rate: str) -> None:
    text = NOTICE.read_text("utf-8").replace("达到 100%(含)  600元/家", f"达到 100%(含)  {rate}", 1)
    found = {verdict.name: verdict for verdict in Prover(policydsl.loads(text), seconds=10).properties()}
    verdict = found["多认定不吃亏"]
    assert verdict.answer == ("proved" if rate == "600元/家" else "refuted")
    if verdict.case is not None:
        assert (verdict.case.outcome, verdict.case.then) == (3000, 2800)
