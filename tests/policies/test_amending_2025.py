"""The earlier notice before and after 十 of the 2025 notice, and an invented successor that needs no line of Python."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from policydsl.amend.consolidate import Law, consolidate, corpus_findings
from policydsl.amend.corpus import Corpus, load_corpus
from policydsl.core.program import Program
from policydsl.core.values import NotApplicable, status_of
from policydsl.explain import explain
from policydsl.facts.structured import from_values
from policydsl.interpret.evaluate import Evaluator
from policydsl.pipeline import check_law
from policydsl.reports.text import explanation_text
from policydsl.testing.amended import run_amended

POLICIES = Path(__file__).parents[2] / "policies"
EARLIER, NOTICE = "GZ-ZCFW-2025", "GZ-YQYJG-2025"
DONE = {"及时录入": True, "营业收入": 100, "研发投入": 5, "照片显示单位": True}
PAPERS = {"纸质材料": True, "电子材料": True}


@cache
def corpus() -> Corpus:
    return load_corpus(*sorted(POLICIES.glob("202*.pol")))


def law(on: str, of: str) -> tuple[Law, Program]:
    found = consolidate(corpus(), date.fromisoformat(on), None, of)
    result = check_law(corpus(), found)
    assert result.program is not None, result.findings
    return found, result.program


def outcome(on: str, service: str, visits: list[str], reading: str = "", **more: object) -> object:
    found, program = law(on, EARLIER)
    agency = {"统一社会信用代码": "示例", "服务类别": service, "应走访次数": 2, "规范化经费额度": 10000, **more}
    rows = [{"支撑服务机构": "示例", "走访编号": str(at), "走访日期": day} for at, day in enumerate(visits)]
    known = {item.name for item in program.entities["走访"].fields}
    marks = {name: value for name, value in {**PAPERS, **DONE}.items() if name in known}
    facts, _ = from_values(program, {"支撑服务机构": [agency], "走访": [{**row, **marks} for row in rows]})
    readings = {"过渡": reading} if reading else {}
    return Evaluator(program, readings, found.on).run(facts).outcome("支撑服务机构", "示例", "应拨经费")


def test_nothing_is_wrong_between_the_notices() -> None:
    assert corpus_findings(corpus()) == ()


def test_the_examples_of_amendments() -> None:
    results = [result for part in run_amended(corpus()) for result in part.results]
    assert len(results) >= 9
    assert [(item.example.name, item.problem or item.failures) for item in results if not item.ok] == []


@pytest.mark.parametrize(
    ("on", "visits", "paid"),
    [
        ("2025-03-31", ["2025-03-01", "2025-03-31"], True),
        ("2025-03-31", ["2025-03-01", "2025-04-01"], False),
        ("2025-04-01", ["2025-03-31", "2025-04-01"], True),
        ("2025-04-02", ["2025-06-03", "2025-12-31"], True),
        ("2025-04-02", ["2025-06-03", "2026-01-01"], False),
    ],
)
def test_the_deadline_becomes_the_period_of_service(on: str, visits: list[str], paid: bool) -> None:
    found = outcome(on, "研发活动规范化", visits)
    assert found == 10000 if paid else status_of(found) == "pending"  # type: ignore[arg-type]


def test_one_kind_of_service_is_void_in_its_five_contents() -> None:
    before, _ = law("2025-03-31", EARLIER)
    after, program = law("2025-04-01", EARLIER)
    five = {"科服候选机构", "科服补助额度", "科服工作任务", "科服工作职责", "科服验收要求"}
    gone = {name for (_, name), ruling in after.rulings.of.items() if ruling.gone}
    assert five < gone and not any(ruling.gone for ruling in before.rulings.of.values())
    assert not five & {rule.name for rule in program.rules}
    assert isinstance(outcome("2025-04-01", "科技服务业发展", []), NotApplicable)


def test_acceptance_changes_and_a36_says_for_which_visits() -> None:
    # before: on paper; from the day on: by what is recorded, for earlier visits too unless the other reading is taken
    assert outcome("2025-03-31", "研发活动规范化", ["2025-03-01", "2025-03-02"]) == 10000
    assert outcome("2025-04-01", "研发活动规范化", ["2025-03-01", "2025-03-02"], "以前从旧") == 10000


def test_the_supersession_is_explained_to_one_who_has_read_neither() -> None:
    found, program = law("2025-04-01", EARLIER)
    rows = {
        "支撑服务机构": [{"统一社会信用代码": "甲", "服务类别": "研发活动规范化", "应走访次数": 0, "规范化经费额度": 1}]
    }
    facts, _ = from_values(program, rows)
    trace = Evaluator(program, {}, found.on).run(facts)
    text = explanation_text(explain(trace, rules=["应拨经费"], law=found.rulings), width=10_000)
    for words in (
        f"{EARLIER} 在 2025年4月1日 有效的文本",
        f"经 {NOTICE} 修订",
        f"自 2025年4月1日 起\uff0c{NOTICE}〔十(一)b〕废止「科技服务业发展支撑服务」",
        f"{NOTICE}〔十(二)a、十(二)b〕把「研发活动规范化支撑服务.走访期限」改为「服务期末」\uff0c此前是「2025年4月1日」",
        "「走访辅导」改为「期限 2025年12月31日",
        f"原文在 {EARLIER}",
    ):
        assert words in text, words


# ---------------------------------------------------------------- the promise


def test_a_successor_is_a_short_file() -> None:
    text = (POLICIES / "2026-draft.pol").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 60 and "虚构" in text


def test_the_successor_rules_from_its_day_and_keeps_the_rest() -> None:
    _, before = law("2025-12-31", NOTICE)
    found, after = law("2026-01-01", NOTICE)
    assert found.amended_by == ("DRAFT-2026",)
    added = {rule.name for rule in after.rules if rule.output} - {rule.name for rule in before.rules}
    assert added == {"科小完成率", "科小补助"}
    changed = {name for (_, name), ruling in found.rulings.of.items() if ruling.acts and ruling.notice == NOTICE}
    assert changed == {"梯队", "高企单价", "数量增量", "区", "绩效补助", "服务期末", "需求截止日", "技术需求挖掘"}
    assert {rule.name for rule in before.rules} <= {rule.name for rule in after.rules}


def test_a_district_under_either_year() -> None:
    row = {"名称": "白云区", "高企认定数": 840, "高企年度目标": 1000}
    for on, unit, tier in (("2025-12-31", 300, "第二梯队"), ("2026-01-01", 500, "第一梯队")):
        found, program = law(on, NOTICE)
        facts, _ = from_values(program, {"区": [row]})
        trace = Evaluator(program, {}, found.on).run(facts, {"区": ["白云区"]})
        assert trace.outcome("区", "白云区", "高企单价") == unit
        assert trace.outcome("区", "白云区", "梯队名称") == tier
