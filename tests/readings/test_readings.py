"""What other readings would change: per row, in total, in words, on the command line."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from invented_awards import NOTICE, facts, flip, talks, trace
from rich.cells import cell_len

from policydsl.cli.main import main
from policydsl.core.facts import Facts
from policydsl.core.values import Outcome
from policydsl.explain.terms import Address
from policydsl.readings.flips import Alternative, Comparison, compare
from policydsl.readings.told import tell
from policydsl.reports.readings_json import readings_json
from policydsl.reports.readings_text import readings_text


def compared(given: Facts | None = None, keys: list[str] | None = None, **readings: str) -> Comparison:
    base = trace(given, **readings)
    return compare(base, flip(base), keys)


def alternative(comparison: Comparison, reading: str, option: str) -> Alternative:
    own = next(item for item in comparison.readings if item.reading.name == reading)
    return next(item for item in own.alternatives if item.option.name == option)


def amounts(item: Alternative, key: str) -> dict[str, tuple[Outcome | None, Outcome | None]]:
    row = next(row for row in item.rows if row.key == key)
    return {change.name.text: (change.before.outcome, change.after.outcome) for change in row.money}


def test_an_alternative_changes_what_it_says_and_nothing_else() -> None:
    capped = alternative(compared(), "计补数", "目标为限")
    assert [row.key for row in capped.rows] == ["甲街"]
    assert amounts(capped, "甲街") == {"测算": (124_200, 120_200), "奖金": (24_000, 20_000)}
    assert capped.rows[0].shift == -4_000
    origin = {change.name.text: (change.top, change.leaf) for change in capped.rows[0].money}
    assert origin == {"测算": (True, False), "奖金": (False, True)}


def test_a_deferred_amount_is_computed_under_its_alternatives() -> None:
    deferred = compared()
    for option, base, total in (("不予", 0, 8_000), ("一半", 50_000, 58_000)):
        changed = alternative(deferred, "未完成时", option)
        assert [row.key for row in changed.rows] == ["乙街"]
        row = {change.name.text: change.after.outcome for change in changed.rows[0].money}
        assert row == {"测算": total, "基础": base}
        assert changed.rows[0].money[0].difference is None
        assert (changed.after.computed, changed.after.rows) == (2, 3) if changed.after else False


def test_pass_and_fail_are_told() -> None:
    strict = alternative(compared(), "截止日", "不含当日")
    assert {(row.key, row.verdicts[0].before.outcome, row.verdicts[0].after.outcome) for row in strict.rows} == {
        ("甲街", True, False),
        ("丙街", True, False),
    }


def test_a_reading_without_effect_on_these_facts_says_so() -> None:
    by_effect = compared()
    assert [item.reading.name for item in by_effect.readings if item.idle] == ["增量起点"]
    told = tell(by_effect)
    assert [item.name for item in told.idle] == ["增量起点 R4"]
    assert told.idle[0].alternatives[0].summary == "在这些事实上不改变任何金额和达标"


def test_greatest_effect_first() -> None:
    moved = [max(other.size for other in item.alternatives)[0] for item in compared().readings]
    assert moved == sorted(moved, reverse=True)
    assert moved == [224_200, 58_000, 4_000, 0]


def test_one_row_alone() -> None:
    own = compared(keys=["乙街"])
    assert own.keys == ("乙街",)
    assert {row.key for item in own.readings for other in item.alternatives for row in other.rows} == {"乙街"}


def test_readings_of_the_run_are_what_is_flipped_from() -> None:
    half = compared(未完成时="一半")
    own = next(item for item in half.readings if item.reading.name == "未完成时")
    assert own.in_force.name == "一半"
    assert {item.option.name for item in own.alternatives} == {"裁量", "不予"}
    assert amounts(alternative(half, "未完成时", "不予"), "乙街")["测算"] == (58_000, 8_000)


def test_a_decision_that_the_other_amount_overturns_is_left_out_and_named() -> None:
    approved = {"名称": "甲街", "企业数": "120", "目标": "100", "起算数": "100", "通过审核": True, "核准": "124000元"}
    given = facts(街道=[approved])
    assert not trace(given).violations
    capped = alternative(compared(given), "计补数", "目标为限")
    assert capped.overturned == (Address("街道", "甲街", "核准"),)
    # without the decision its bound is not broken, so the amounts are compared and nothing turns invalid
    assert amounts(capped, "甲街")["测算"] == (124_200, 120_200)
    assert "甲街的「核准」" in readings_text(tell(compared(given)))


def test_totals_over_all_rows_are_told_where_all_rows_have_amounts() -> None:
    given = facts(
        街道=[{"名称": "甲街", "企业数": "120", "目标": "100", "起算数": "100", "通过审核": True}],
        讲座=talks("甲街", [20, 20, 20], "2031-08-01"),
    )
    capped = alternative(compared(given), "计补数", "目标为限")
    assert [(row.entity.text, row.money[0].difference.outcome) for row in capped.totals if row.money[0].difference] == [
        ("全区", -4_000)
    ]
    assert any(
        "合计 124,200元 → 120,200元" in item.summary
        for told in tell(compared(given)).readings
        for item in told.alternatives
    )


def test_text_stays_within_its_columns_in_both_languages() -> None:
    for lang in ("zh", "en"):
        text = readings_text(tell(compared(), lang), width=80)
        assert max(map(cell_len, text.splitlines())) <= 80
    assert "readings" not in readings_text(tell(compared(), "zh"))


def test_json_keeps_amounts_exact() -> None:
    data = readings_json(compared())
    assert json.loads(json.dumps(data)) == data
    first = data["readings"][1]
    assert first["reading"] == "未完成时"
    change = first["alternatives"][0]["rows"][0]["money"][0]
    assert change["before"] == {"status": "pending", "value": None, "unit": "元"}
    assert (change["after"]["value"], change["difference"]) == ("58000", None)
    assert data["not_computed"] == ["乙街", "丙街"]
    assert Fraction(data["now"]["value"]) == 124_200


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    policy, given = tmp_path / "awards.pol", tmp_path / "facts.json"
    policy.write_text(NOTICE, "utf-8")
    rows = {
        "街道": [
            {"名称": "甲街", "企业数": 120, "目标": 100, "起算数": 100, "通过审核": True},
            {"名称": "乙街", "企业数": 80, "目标": 100, "起算数": 70, "通过审核": True},
        ],
        "讲座": [*talks("甲街", [20, 30, 25]), *talks("乙街", [20, 19, 40, 12])],
        "全区": [{"预算": "100万元"}],
    }
    given.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    return str(policy), str(given)


def test_the_command_prints_text_and_json(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["readings", *files]) == 0
    assert "改用「目标为限」" in capsys.readouterr().out
    assert main(["readings", *files, "--of", "乙街", "--format", "json", "--reading", "未完成时=不予"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["rows"], data["now"]["value"]) == (["乙街"], "8000")


def test_a_row_that_is_not_there_is_a_call_that_makes_no_sense(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["readings", *files, "--of", "丁街"]) == 2
    assert "「丁街」" in capsys.readouterr().err
