"""Sums that nobody shares: told in the trace, in the explanation and by a run; the parts are 0 as before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import policydsl
from policydsl.diagnostics.model import Diagnostic
from policydsl.diagnostics.wording import message
from policydsl.explain.unshared import unshared
from policydsl.interpret.trace import Portioning, Step, Trace, Unshared

POLICY = """政策 “例”:
    主体 项目
名录 组别: 甲组、乙组
对象 区:
    名称: 文本 主键
    总额: 金额
对象 项目 属于 区:
    编号: 文本 主键
    权重: 数 不低于 0
    合格: 布尔
    组:   组别
针对 项目:
    规则 份额 = {share}  依据 五
"""
PLAIN = "分摊(总额 按 权重 其中 合格)"
GROUPED = "分摊(总额 按 权重 其中 合格 分组 组)"


def run(share: str, rows: list[tuple[str, str, int, object, str]], total: object = 100) -> Trace:
    program = policydsl.loads(POLICY.format(share=share))
    tables = {
        "区": [{"名称": name, "总额": total} for name in dict.fromkeys(row[0] for row in rows)],
        "项目": [
            {"区": owner, "编号": key, "权重": weight, "合格": fit, "组": group}
            for owner, key, weight, fit, group in rows
        ],
    }
    return policydsl.evaluate(program, policydsl.facts_of(program, tables).facts)


def told(trace: Trace) -> list[str]:
    found: list[Diagnostic] = unshared(trace)
    return [str(finding.data["sums"]) for finding in found]


def test_nobody_is_among_them() -> None:
    trace = run(PLAIN, [("东", "一", 1, False, "甲组"), ("东", "二", 2, False, "甲组")])
    assert [trace.outcome("项目", key, "份额") for key in ("一", "二")] == [0, 0]
    (finding,) = unshared(trace)
    assert finding.where is not None and finding.where.text == PLAIN
    assert "100元" in message(finding) and "没有分给谁" in message(finding)


def test_each_owner_that_has_nobody_is_told_with_its_sum() -> None:
    rows = [("东", "一", 1, False, "甲组"), ("西", "二", 2, True, "甲组"), ("南", "三", 2, False, "甲组")]
    assert told(run(PLAIN, rows)) == ["东 100元、南 100元"]


def test_each_group_is_told() -> None:
    rows = [("东", "一", 1, False, "甲组"), ("东", "二", 1, True, "乙组"), ("东", "三", 1, False, "甲组")]
    assert told(run(GROUPED, rows)) == ["东 100元"]
    assert told(run(PLAIN, rows)) == []


@pytest.mark.parametrize(
    ("share", "rows", "total"),
    [
        (PLAIN, [("东", "一", 1, True, "甲组"), ("东", "二", 1, False, "甲组")], 100),
        (PLAIN, [("东", "一", 1, False, "甲组")], 0),
        (PLAIN, [("东", "一", 1, False, "甲组")], None),
        (PLAIN, [("东", "一", 1, False, "甲组"), ("东", "二", 1, None, "甲组")], 100),
        ("分摊(总额 按 权重)", [("东", "一", 0, False, "甲组")], 100),
        ("压减(1元 × 权重 至 总额 其中 合格)", [("东", "一", 1, False, "甲组")], 100),
    ],
    ids=["somebody", "nothing to share", "unknown sum", "may be somebody", "no filter", "a bound"],
)
def test_what_is_not_told(share: str, rows: list[tuple[str, str, int, object, str]], total: object) -> None:
    assert told(run(share, rows, total)) == []


def test_a_row_whose_owner_is_not_there_may_be_among_them() -> None:
    program = policydsl.loads(POLICY.format(share=PLAIN))
    tables = {
        "区": [{"名称": "东", "总额": 100}],
        "项目": [
            {"区": "东", "编号": "一", "权重": 1, "合格": False, "组": "甲组"},
            {"区": None, "编号": "二", "权重": 1, "合格": True, "组": "甲组"},
        ],
    }
    trace = policydsl.evaluate(program, policydsl.facts_of(program, tables).facts)
    assert told(trace) == []


def test_more_than_five_are_counted() -> None:
    rows = [(f"区{at}", f"项{at}", 1, False, "甲组") for at in range(7)]
    (sums,) = told(run(PLAIN, rows))
    assert sums.startswith("区0 100元、") and sums.endswith("…(7)")


def test_inside_an_expression() -> None:
    trace = run(f"四舍五入({PLAIN} × 2, 元)", [("东", "一", 1, False, "甲组")])
    assert told(trace) == ["东 100元"]


def test_english() -> None:
    program = policydsl.loads(
        "policy “e”:\n    main one\n    currency USD\nentity city singleton:\n    budget: money\n"
        "entity one:\n    id: text key\n    fit: boolean\nrule part = share(budget by 1 where fit)  per 1\n"
    )
    facts = policydsl.facts_of(program, {"city": {"budget": 5}, "one": [{"id": "a", "fit": False}]}).facts
    (finding,) = unshared(policydsl.evaluate(program, facts))
    assert message(finding).startswith("What “part” shares out, 5 USD, goes to nobody")


def steps(step: Step) -> list[Step]:
    return [step, *(inner for operand in step.operands for inner in steps(operand))]


ROW = st.tuples(
    st.sampled_from(["东", "西"]),
    st.integers(0, 3),
    st.sampled_from([True, False, None]),
    st.sampled_from(["甲组", "乙组"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=6), st.sampled_from([PLAIN, GROUPED]), st.sampled_from([0, 7]))
def test_told_is_exactly_what_no_part_accounts_for(
    drawn: list[tuple[str, int, object, str]], share: str, total: int
) -> None:
    rows = [(owner, f"项{at}", weight, fit, group) for at, (owner, weight, fit, group) in enumerate(drawn)]
    trace = run(share, rows, total)
    marked = set()
    for _, key, _, _, _ in rows:
        for step in steps(trace.step("项目", key, "份额").body):
            if isinstance(step.note, Unshared):
                assert step.outcome == 0 and step.note.total == total
                marked.add(key)
            assert not isinstance(step.note, Portioning) or key not in marked
    for owner, key, _, _, group in rows:
        mates = [row for row in rows if row[0] == owner and (share == PLAIN or row[4] == group)]
        assert (key in marked) == (total != 0 and all(row[3] is False for row in mates))


def test_run_warns_and_ends_well(tmp_path: Path) -> None:
    (tmp_path / "例.pol").write_text(POLICY.format(share=PLAIN), encoding="utf-8")
    (tmp_path / "区.csv").write_text("名称,总额\n东,100\n", encoding="utf-8")
    (tmp_path / "项目.csv").write_text("编号,区,权重,合格,组\n一,东,1,否,甲组\n", encoding="utf-8")
    for engine in ("reference", "compiled"):
        call = [sys.executable, "-m", "policydsl", "run", "例.pol", "区.csv", "项目.csv", "--engine", engine]
        done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert "提醒[shared-by-nobody]" in done.stderr, (engine, done.stderr)
        assert done.returncode == 0, done.stderr
