"""Attendance at events: firms are counted once each per event, an event is used once, declared figures agree with the sheet."""

from __future__ import annotations

from typing import Any

import pytest
from notice_2025 import program

from policydsl.api import facts_of
from policydsl.core.values import Blocked, Outcome
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.trace import Trace

Rows = list[dict[str, Any]]


def event(number: str, firms: int | str, **more: Any) -> dict[str, Any]:
    return {
        "区": "黄埔区",
        "活动编号": number,
        "日期": "2025-06-03",
        "参与企业数": firms,
        "佐证齐全": True,
        "上传日期": "2025-06-05",
        **more,
    }


def signed(number: str, firms: int, times: int) -> Rows:
    """So many sign-ins from so many different firms, invented."""
    return [
        {"宣讲活动": number, "统一社会信用代码": f"虚构{place % firms:03d}", "企业名称": ""} for place in range(times)
    ]


def run(briefings: Rows, sign_ins: Rows | None = None, matchings: Rows | None = None) -> Trace:
    tables: dict[str, Any] = {"区": [{"名称": "黄埔区"}], "宣讲活动": briefings}
    if sign_ins is not None:
        tables["宣讲签到"] = sign_ins
    if matchings is not None:
        tables["对接活动"] = matchings
    read = facts_of(program(), tables)
    return Evaluator(program()).run(read.facts)


def status(outcome: Outcome) -> str:
    return outcome.status if isinstance(outcome, Blocked) else "value"


@pytest.mark.parametrize(
    ("firms", "times", "counts"), [(60, 60, True), (60, 72, True), (58, 65, False), (59, 200, False)]
)
def test_firms_are_counted_not_signatures(firms: int, times: int, counts: bool) -> None:
    trace = run([event("XJ1", firms, 附签到明细=True)], signed("XJ1", firms, times))
    assert trace.outcome("宣讲活动", "XJ1", "到场家数") == firms
    task = trace.step("区", "黄埔区", "政策宣讲")
    sample = task.body.operands[-1].operands[0].note
    assert sample.taken == (("XJ1",) if counts else ())
    assert not trace.violations


def test_without_a_sheet_the_declared_figure_counts() -> None:
    for number, sign_ins in (("XJ1", None), ("XJ1", [])):
        trace = run([event(number, 60)], sign_ins)
        assert trace.outcome("宣讲活动", number, "到场家数") == 60
        assert not trace.violations


def test_a_sheet_said_to_be_attached_but_not_supplied_is_missing_and_not_empty() -> None:
    assert status(run([event("XJ1", 60, 附签到明细=True)]).outcome("宣讲活动", "XJ1", "到场家数")) == "unknown"


def test_the_declared_figure_must_agree_with_the_sheet() -> None:
    trace = run([event("XJ1", 65, 附签到明细=True), event("XJ2", 60)], signed("XJ1", 58, 65))
    assert [(item.rule.name, item.key) for item in trace.violations] == [("与签到一致", "XJ1")]
    assert status(trace.outcome("宣讲活动", "XJ1", "到场家数")) == "invalid"
    assert trace.outcome("宣讲活动", "XJ2", "到场家数") == 60


def test_the_count_comes_from_the_sheet_where_nothing_is_declared() -> None:
    trace = run([event("XJ1", "", 附签到明细=True)], signed("XJ1", 61, 61))
    assert trace.outcome("宣讲活动", "XJ1", "到场家数") == 61
    assert not trace.violations


def test_an_event_is_used_once() -> None:
    twice = run([event("H1", 60), event("H2", 60)], matchings=[event("H1", 60), event("H3", 60)])
    assert [(item.rule.entity, item.rule.name, item.key) for item in twice.violations] == [
        ("对接活动", "不作两用", "H1")
    ]


def test_an_event_is_not_uploaded_before_it_is_held() -> None:
    early = run(
        [
            event("XJ1", 60, 上传日期="2025-06-02"),
            event("XJ2", 60, 上传日期="2025-06-03"),
            event("XJ3", 60, 上传日期=""),
        ]
    )
    assert [(item.rule.name, item.key) for item in early.violations] == [("先办后传", "XJ1")]


def test_one_firm_at_two_events_counts_at_both() -> None:
    both = run(
        [event("XJ1", 60, 附签到明细=True), event("XJ2", 60, 附签到明细=True)],
        [*signed("XJ1", 60, 60), *signed("XJ2", 60, 60)],
    )
    assert [both.outcome("宣讲活动", key, "到场家数") for key in ("XJ1", "XJ2")] == [60, 60]


# ---------------------------------------------------------------- what must agree with what


def violated(**tables: Any) -> list[tuple[str, str]]:
    read = facts_of(program(), {"区": [{"名称": "黄埔区"}], **tables})
    return [(item.rule.name, item.key) for item in Evaluator(program()).run(read.facts).violations]


def test_firms_named_must_be_registered_where_a_register_is_given() -> None:
    firms = [{"区": "黄埔区", "统一社会信用代码": code, "企业名称": code} for code in ("虚构甲", "虚构乙")]
    needs = [{"区": "黄埔区", "需求编号": "N1", "企业名称": "虚构丙"}]
    register = [{"统一社会信用代码": "虚构甲", "企业名称": "虚构甲"}]
    assert violated(重点企业=firms, 技术需求=needs) == []
    assert violated(重点企业=firms, 技术需求=needs, 登记企业=register) == [("已登记", "虚构乙"), ("已登记", "N1")]


def test_investment_so_far_holds_that_of_the_period_and_never_falls() -> None:
    project = [{"区": "黄埔区", "项目编号": "P1", "项目名称": "虚构"}]

    def reports(*figures: tuple[str, int, int]) -> Rows:
        return [{"重大项目": "P1", "报送期": day, "当期投资": own, "累计投资": so_far} for day, own, so_far in figures]

    fine = reports(("2025-06-30", 10, 10), ("2025-09-30", 5, 15), ("2025-12-31", 0, 15))
    assert violated(重大项目=project, 项目报送=fine) == []
    less = reports(("2025-06-30", 10, 9))
    assert [name for name, _ in violated(重大项目=project, 项目报送=less)] == ["累计含当期"]
    falling = reports(("2025-09-30", 5, 8), ("2025-06-30", 10, 10))
    assert [name for name, _ in violated(重大项目=project, 项目报送=falling)] == ["累计不减"]


def test_only_the_one_that_is_not_registered_is_blamed() -> None:
    firms = [{"区": "黄埔区", "统一社会信用代码": code, "企业名称": code} for code in ("虚构甲", "虚构乙")]
    register = [{"统一社会信用代码": f"虚构{sign}", "企业名称": ""} for sign in "甲丙丁"]
    read = facts_of(program(), {"区": [{"名称": "黄埔区"}], "重点企业": firms, "登记企业": register})
    violation = Evaluator(program()).run(read.facts).violations[0]
    assert violation.cells == (("重点企业", "虚构乙", "统一社会信用代码"),)


def test_both_uses_of_one_event_are_blamed() -> None:
    twice = run([event("H1", 60), event("H2", 60)], matchings=[event("H1", 60)]).violations[0]
    assert set(twice.cells) == {("对接活动", "H1", "活动编号"), ("宣讲活动", "H1", "活动编号")}
