"""Every form of 性质 is proved or refuted on all facts; a case that refutes is confirmed; what is out of reach is searched and said."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from attrs import evolve

import policydsl
from policydsl.cli.main import main
from policydsl.core.facts import Known
from policydsl.prove.ask import Prover
from policydsl.prove.told import examples
from policydsl.prove.verdict import Counterexample, Report, Verdict
from policydsl.testing.examples import run_examples

TEXT = """政策 “小文件(虚构)”:
    主体 区

单位 家、场

对象 区:
    名称:   文本  主键
    认定数: 家    不低于 0家
    目标数: 家    大于 0家
    试点:   布尔

对象 活动(场) 属于 区:
    到会数: 家  不低于 0家
    合格:   布尔

对象 全市 单例:
    预算: 元  不低于 0元

规则 补助 = 认定数 × 分档 认定数 ÷ 目标数: 依据 一
    达到 70%  300元/家
    否则      0元/家

规则 会务 = 合计(活动.到会数 其中 合格) × 10元/家 + 计数(活动) × 5元/场  依据 二
规则 限额会务 = 会务: 依据 二
    封顶 1万元
规则 首场 = 第一条(活动.到会数 无则 0家)  依据 二
规则 最多 = 最大(活动.到会数 无则 0家)  依据 二
规则 加成 = 若 试点 则 1000元 否则 10元  依据 二
规则 分得 = 分摊(全体 全市.预算 按 认定数 + 1家 到 1元 尾差归 最大者)  依据 三
规则 压得 = 压减(全体 补助 至 全市.预算)  依据 三

针对 全市:
    规则 总额 = 合计(区.补助)  依据 三
"""

PROVED = [
    "凡 认定数 低于 目标数 × 70% 则 补助 等于 0元",
    "认定数 每增 1家 时 会务 变动 不超过 0元",
    "目标数 每增 1家 时 加成 变动 不超过 0元",
    "补助 与 名称 无关",
    "补助 与 试点 无关",
    "首场 与 活动.合格 无关",
    "会务 与 活动 行序 无关",
    "最多 与 活动 行序 无关",
    "活动 拆分 时 会务 合计不变",
]
FOR_CITY = {
    "区.分得 之和 等于 预算": "proved",
    "区.分得 之和 不超过 预算": "proved",
    "区.压得 之和 不超过 预算": "proved",
    "区.压得 之和 等于 预算": "undecided",
    "区 拆分 时 总额 合计不变": "proved",
    "总额 与 区 行序 无关": "proved",
}
REFUTED = {
    "凡 认定数 不低于 目标数 则 补助 低于 3000元": 1,
    "认定数 每增 1家 时 补助 变动 不超过 2000元": 2,
    "加成 与 试点 无关": 2,
    "认定数 拆分 时 补助 合计不变": 3,
    "认定数、目标数 拆分 时 补助 合计不变": 3,
}
OPEN = [
    "首场 与 活动 行序 无关",
    "活动 拆分 时 最多 合计不变",
]


def asked(said: str, on: str = "") -> tuple[Report, Verdict]:
    stated = f"\n针对 {on}:\n    性质 问: {said}\n" if on else f"\n性质 问: {said}\n"
    program = policydsl.loads(TEXT + stated)
    (verdict,) = Prover(program, seconds=20).properties()
    return Report(program, (verdict,)), verdict


def case_of(verdict: Verdict) -> Counterexample:
    assert verdict.case is not None
    return verdict.case


@pytest.mark.parametrize("said", PROVED)
def test_what_holds_is_proved(said: str) -> None:
    verdict = asked(said)[1]
    assert (verdict.answer, verdict.why) == ("proved", ""), verdict


@pytest.mark.parametrize("said", FOR_CITY)
def test_what_many_rows_make(said: str) -> None:
    assert asked(said, "全市")[1].answer == FOR_CITY[said]


@pytest.mark.parametrize("said", REFUTED)
def test_what_does_not_hold_is_shown_by_examples_that_pass(said: str) -> None:
    report, verdict = asked(said)
    assert verdict.answer == "refuted", verdict
    text = examples(report, verdict, {})
    results = run_examples(policydsl.loads(TEXT + "\n" + text))
    assert len(results) == REFUTED[said]
    assert [one.example.name for one in results if not one.ok] == [], text


def test_the_step_that_jumps_is_the_smallest() -> None:
    case = case_of(asked("认定数 每增 1家 时 补助 变动 不超过 2000元")[1])
    assert case.after is not None
    before, after = (facts.tables["区"][0].cells["认定数"] for facts in (case.facts, case.after))
    # 7 firms at 300 yuan are the first that bring more than 2,000
    assert (before, after) == (Known(6), Known(7))
    assert (case.outcome, case.then) == (0, 2100)


def test_a_whole_and_its_parts_are_the_smallest() -> None:
    case = case_of(asked("认定数 拆分 时 补助 合计不变")[1])
    assert case.after is not None and case.last is not None
    numbers = [facts.tables["区"][0].cells["认定数"] for facts in (case.facts, case.after, case.last[0])]
    values = [cell.value for cell in numbers if isinstance(cell, Known)]
    assert values[0] == values[1] + values[2] and max(values) <= 2  # type: ignore[operator]


def test_a_condition_that_never_holds_proves_little() -> None:
    verdict = asked("凡 认定数 低于 0家 则 补助 大于 1元")[1]
    assert (verdict.answer, verdict.why) == ("proved", "vacuous")


def test_another_name_is_another_table_row() -> None:
    """A key that decides by a table: the row is called something else, and its example with it."""
    text = TEXT.replace("    名称:   文本  主键\n", "    名称:   片  主键\n")
    text = text.replace("单位 家", "名录 片: 东片、西片\n\n单位 家", 1)
    text += "\n规则 底数 = 若 名称 为 东片 则 1元 否则 2元  依据 九\n\n性质 问: 底数 与 名称 无关\n"
    program = policydsl.loads(text)
    (verdict,) = Prover(program, seconds=20).properties()
    case = case_of(verdict)
    assert case.renamed in ("东片", "西片") and case.renamed != case.key
    written = examples(Report(program, (verdict,)), verdict, {})
    results = run_examples(policydsl.loads(text + "\n" + written))
    assert len(results) == 2 and all(one.ok for one in results), written


@pytest.mark.parametrize("said", OPEN)
def test_what_formulas_do_not_reach_is_left_open_by_the_prover(said: str) -> None:
    verdict = asked(said)[1]
    assert (verdict.answer, verdict.why) == ("undecided", "beyond")


@pytest.mark.parametrize("said", OPEN)
def test_and_is_searched_by_the_command(said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "例.pol"
    path.write_text(TEXT + f"\n性质 问: {said}\n", "utf-8")
    assert main(["prove", str(path), "--properties"]) == 1
    out = capsys.readouterr().out
    assert "性质「问」:不成立" in out
    written = "\n".join(re.findall(r"^  (算例 .*\n(?:      .*\n)+)", out, re.M)).replace("\n      ", "\n    ")
    results = run_examples(policydsl.loads(TEXT + "\n" + written))
    assert len(results) == (3 if "拆分" in said else 2)
    assert all(one.ok for one in results), written


def test_what_stays_open_says_how_far_it_was_searched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "例.pol"
    path.write_text(TEXT + "\n性质 问: 认定数 增加 时 分得 不减\n", "utf-8")
    assert main(["prove", str(path), "--properties", "--strict"]) == 1
    out = capsys.readouterr().out
    assert re.search(r"未能判定\(取决于.*「分得」|未能判定\(取决于.*分摊", out), out
    assert re.search(r";查过 [1-9]\d* 组数据\(每个对象至多 \d+ 行\),没有找到反例", out), out
    assert main(["prove", str(path), "--properties", "--format", "json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["verdicts"]
    assert told["tried"] > 0


def test_a_total_that_is_not_the_one_shared_is_not_taken_for_it() -> None:
    text = TEXT.replace("    预算: 元  不低于 0元\n", "    预算: 元  不低于 0元\n    备用: 元  不低于 0元\n")
    program = policydsl.loads(text + "\n针对 全市:\n    性质 问: 区.分得 之和 等于 备用\n")
    (verdict,) = Prover(program, seconds=20).properties()
    assert verdict.answer == "undecided"
    assert evolve(verdict, seconds=0.0).beyond
