"""policies/2025.pol beyond the money: applications, the choice of agencies, duties, the earlier notice. All facts invented."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from policydsl.api import facts_of
from policydsl.core.program import Program
from policydsl.core.values import NotApplicable, status_of
from policydsl.coverage import cover
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.trace import Trace
from policydsl.pipeline import check_path

POLICY = Path(__file__).parents[2] / "policies" / "2025.pol"


@cache
def program() -> Program:
    result = check_path(POLICY)
    assert result.program is not None, [str(finding) for finding in result.errors]
    return result.program


@cache
def evaluator() -> Evaluator:
    return Evaluator(program())


FORM = "基本信息表(2025年度)"
JUDGED = ("实质从事经营", "开展专业服务", "经验和保障", "熟悉政策", "其他资质证明")


def applicant(code: str, rank: int | None, chosen: bool, **more: Any) -> dict[str, Any]:
    """An invented agency that has handed in everything in time."""
    return {
        "区": "黄埔区",
        "统一社会信用代码": code,
        "机构名称": f"示例机构{code}",
        "申报方式": "单独申报",
        "提交时间": "2025-04-10T18:00",
        "推荐名次": "无" if rank is None else rank,
        "推荐时间": "无" if rank is None else "2025-04-17T18:00",
        "入选": chosen,
        **dict.fromkeys(JUDGED, True),
        "签订合作协议": False,
        "协议写明职责权益": False,
        **dict.fromkeys((FORM, "营业执照", "年度工作方案", "行为准则承诺书"), True),
        "法人证书": False,
        **more,
    }


def run(*applicants: dict[str, Any], members: list[dict[str, Any]] | None = None) -> Trace:
    read = facts_of(program(), {"区": [{"名称": "黄埔区"}], "申报机构": list(applicants), "联合单位": members or []})
    problems = [str(finding) for finding in read.findings if finding.code not in ("facts-sheet-absent", "facts-column-absent", "facts-incomplete", "facts-sheet-empty")]  # fmt: skip
    assert problems == []
    return evaluator().run(read.facts)


FOUR = (applicant("1", 1, False), applicant("2", 2, True), applicant("3", 3, False), applicant("4", None, False))


def violated(trace: Trace) -> set[str]:
    return {violation.rule.name for violation in trace.violations}


def test_three_recommended_and_one_chosen() -> None:
    trace = run(*FOUR)
    assert violated(trace) == set()
    assert [trace.outcome("申报机构", code, "遴选结果") for code in "1234"] == ["储备", "确定", "储备", "未推荐"]


def test_fewer_than_three_may_be_recommended() -> None:
    """The notice does not say what then; nothing is found against it."""
    assert violated(run(FOUR[1], applicant("4", None, False))) == set()


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        (applicant("4", 4, False), "至多三家"),
        (applicant("4", 3, False), "名次不重"),
        (applicant("4", 4, True), "每区一家"),
        (applicant("4", None, True), "先推荐后入选"),
    ],
)
def test_what_the_selection_forbids(changed: dict[str, Any], name: str) -> None:
    assert name in violated(run(*FOUR[:3], changed))


@pytest.mark.parametrize("changed", [{}, {"推荐时间": "2025-04-17T18:01"}, {"营业执照": False}, {"熟悉政策": False}])
def test_what_is_wrong_with_a_recommendation(changed: dict[str, Any]) -> None:
    trace = run(applicant("1", 1, False, **changed), *FOUR[1:])
    assert trace.outcome("申报机构", "1", "推荐合规") is (not changed)
    assert trace.outcome("申报机构", "4", "推荐合规") is True
    assert violated(trace) == set()


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"提交时间": "2025-04-10T18:01"}, "按时提交"),
        ({"熟悉政策": False}, "具备申报条件"),
        ({"行为准则承诺书": False}, "材料齐全"),
        ({"营业执照": False}, "材料齐全"),
        ({"申报方式": "联合申报"}, "联合申报合规"),
    ],
)
def test_an_application_that_is_not_admissible(changed: dict[str, Any], rule: str) -> None:
    trace = run(applicant("1", None, False, **changed), *FOUR[1:])
    assert trace.outcome("申报机构", "1", rule) is False
    assert trace.outcome("申报机构", "1", "遴选结果") == "不予受理"
    assert run(*FOUR).outcome("申报机构", "1", rule) is True


def test_a_joint_application_has_one_lead_and_an_agreement() -> None:
    joint = applicant("1", 1, False, 申报方式="联合申报", 签订合作协议=True, 协议写明职责权益=True)

    def admissible(*leads: bool) -> Any:
        members = [{"申报机构": "1", "单位代码": str(at), "牵头": lead} for at, lead in enumerate(leads)]
        return run(joint, *FOUR[1:], members=members).outcome("申报机构", "1", "联合申报合规")

    assert [admissible(True, False), admissible(True, True), admissible(False, False)] == [True, False, False]


def test_judgements_are_never_computed() -> None:
    trace = run(applicant("1", 1, False, 经验和保障=None), *FOUR[1:])
    assert status_of(trace.outcome("申报机构", "1", "具备申报条件")) == "pending"
    judged = [field for entity in program().entities.values() for field in entity.fields if field.decision]
    assert {field.decision.office for field in judged if field.decision and field.decision.judgement} == {
        "市科技局",
        "市统筹机构",
        "区科技行政主管部门",
    }
    assert {"实质从事经营", "经验和保障", "熟悉政策", "营收靠前", "有效"} <= {field.name for field in judged}


def test_the_earlier_notice() -> None:
    visit = {"前一通知机构": "1", "及时录入": True, "营业收入": 100, "研发投入": 5, "照片显示单位": True}
    days = ("2025-03-31", "2025-04-01", "2025-12-31", "2026-01-01")
    read = facts_of(
        program(),
        {
            "前一通知机构": [
                {"统一社会信用代码": "1", "服务类别": "研发活动规范化", "应走访次数": 3, "对应经费": 10_000},
                {"统一社会信用代码": "2", "服务类别": "科技服务业发展", "应走访次数": 3, "对应经费": 10_000},
            ],
            "走访": [{**visit, "走访编号": str(at), "走访日期": day} for at, day in enumerate(days)]
            + [{**visit, "走访编号": "9", "走访日期": "2025-06-03", "研发投入": "无"}],
        },
    )
    trace = evaluator().run(read.facts)
    got = [trace.outcome("前一通知机构", "1", rule) for rule in ("原期限内走访", "合格走访", "应拨经费")]
    assert got == [1, 3, 10_000]
    assert isinstance(trace.outcome("前一通知机构", "2", "应拨经费"), NotApplicable)


def test_money_without_applications() -> None:
    """The sheets of applications, duties and the earlier notice may be absent: the money is computed all the same."""
    read = facts_of(program(), {"区": [{"名称": "黄埔区", "高企认定数": 1000, "高企年度目标": 1000}]})
    trace = evaluator().run(read.facts)
    assert trace.outcome("区", "黄埔区", "高企认定补助") == 600_000
    assert not trace.violations
    money = {rule.name for rule in program().rules_of("区")}
    assert not money & {"遴选结果", "可受理", "按时提交"}


def test_every_clause_is_answered_for() -> None:
    found = cover(program())
    assert [(clause.id, clause.state) for clause in found.clauses if not clause.fine] == []
    assert found.uncited == ()
    assert len(found.clauses) == 147
    assert all(clause.reason for clause in found.clauses if clause.state == "no-rules")
