"""Facts that are filled in for rows of another kind: told at their cells, and nothing else changes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import openpyxl
import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import policydsl
from policydsl.columnar.engine import Engine
from policydsl.core.facts import Facts, Known, Missing
from policydsl.diagnostics.model import Diagnostic, Weight
from policydsl.diagnostics.wording import message, weight_of
from policydsl.facts.template import write
from policydsl.interpret.evaluate import Evaluator
from policydsl.kinds import CODE, MOST_TOLD, kinds, misfilled
from policydsl.testing import cases, facts, near_thresholds

ROOT = Path(__file__).parents[2]
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))

POLICY = """政策 “例”:
    主体 人
单位 人
名录 种类: 甲类、乙类
对象 市 单例:
    试点: 布尔
对象 户:
    户号: 文本 主键
    农户: 布尔
对象 人 属于 户:
    编号: 文本 主键
    种类: 种类
    年龄: 年
    当 种类 为 甲类:
        津贴: 金额 或无
        已退休: 布尔
        当 已退休:
            养老金: 金额
    当 种类 为 乙类 且 年龄 不低于 60年:
        补助: 金额 未填按 7元 依据 三
    当 户.农户:
        亩数: 数
    当 老:
        护理: 布尔
    当 市.试点:
        券: 金额
针对 人:
    规则 老 = 年龄 不低于 80年  依据 一
    规则 一 = 若 种类 为 甲类 则 (津贴 无 时 0元) 否则 0元  依据 一
    规则 二 = 若 种类 为 甲类 且 已退休 则 养老金 否则 0元  依据 一
    规则 三 = 若 种类 为 乙类 且 年龄 不低于 60年 则 补助 否则 0元  依据 一
    规则 四 = 若 户.农户 则 亩数 × 3元 否则 0元  依据 一
    规则 五 = 若 老 则 护理 否则 假  依据 一
    规则 六 = 若 市.试点 则 券 否则 0元  依据 一
"""
PROGRAM = policydsl.loads(POLICY)
ROW = {
    "编号": "甲",
    "户": "1",
    "种类": "甲类",
    "年龄": 50,
    "津贴": "无",
    "已退休": False,
}


def told(*people: dict[str, object], farms: bool = False, trial: bool = False) -> list[tuple[str, str]]:
    """The cells that are told: field and place."""
    tables = {"市": [{"试点": trial}], "户": [{"户号": "1", "农户": farms}], "人": list(people)}
    findings = policydsl.facts_of(PROGRAM, tables).findings
    found = [finding for finding in findings if finding.code != "facts-column-absent"]
    assert {finding.code for finding in found} <= {CODE}
    return [(str(finding.data["field"]), str(finding.where)) for finding in found]


def test_what_rows_of_the_kind_have_is_not_told() -> None:
    assert told(ROW) == []
    assert told({**ROW, "津贴": 5, "已退休": True, "养老金": 9}) == []
    assert told({**ROW, "亩数": 3}, farms=True) == []
    assert told({**ROW, "年龄": 80, "护理": True}) == []
    assert told({**ROW, "券": 3}, trial=True) == []


@pytest.mark.parametrize(
    ("field", "value"), [("养老金", 9), ("亩数", 3), ("护理", False), ("补助", 1), ("券", 0)], ids=str
)
def test_what_another_kind_has_is_told(field: str, value: object) -> None:
    assert [name for name, _ in told({**ROW, field: value})] == [field]


def test_none_and_a_legal_default_are_not_filled_in() -> None:
    assert told({**ROW, "种类": "乙类", "已退休": None}) == []
    assert told({**ROW, "种类": "乙类", "已退休": None, "补助": 3}) == [("补助", "<values>[人!#1.补助]")]


def test_a_kind_that_is_not_known_is_passed_over() -> None:
    assert told({**ROW, "种类": None, "津贴": 5, "补助": 3}) == [("补助", "<values>[人!#1.补助]")], "50 is below 60"


def test_a_kind_that_cannot_be_read_is_told_once() -> None:
    found = policydsl.facts_of(PROGRAM, {"人": [{**ROW, "种类": "丙类", "津贴": 5}], "户": [{"户号": "1"}]}).findings
    assert "facts-wrong-kind" not in {finding.code for finding in found}
    assert any(weight_of(finding) is Weight.ERROR for finding in found)


def test_more_than_twenty_are_counted() -> None:
    rows = [{**ROW, "编号": f"人{number}", "养老金": number} for number in range(MOST_TOLD + 5)]
    tables = {"市": [{"试点": False}], "户": [{"户号": "1", "农户": False}], "人": rows}
    found = [item for item in policydsl.facts_of(PROGRAM, tables).findings if item.code == CODE]
    assert len(found) == MOST_TOLD
    assert "还有 5 格" in message(found[-1])
    assert not any("还有" in message(item) for item in found[:-1])


def test_it_is_a_warning_with_cell_and_kind(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "人"
    for row in (["编号", "户", "种类", "年龄", "津贴"], ["甲", "1", "乙类", 30, 500], ["乙", "1", "甲类", 30, 600]):
        book["人"].append(row)
    path = tmp_path / "facts.xlsx"
    book.save(path)
    read = policydsl.read_facts(PROGRAM, path)
    (finding,) = [item for item in read.findings if item.code == CODE]
    assert weight_of(finding) is Weight.WARNING
    assert str(finding.where) == f"{path}[人!E2]"
    said = message(finding)
    assert all(part in said for part in ("津贴", "种类 为 甲类", "「种类」是「乙类」", "「500」"))
    trace = policydsl.evaluate(PROGRAM, read.facts)
    assert (trace.outcome("人", "甲", "一"), trace.outcome("人", "乙", "一")) == (0, 600)


def test_english() -> None:
    program = policydsl.loads(
        "policy “e”:\n    main one\nlist kind: a, b\nentity one:\n    id: text key\n    kind: kind\n"
        "    when kind is a:\n        pay: money\nrule out = if kind is a then pay else 0元  per 1\n"
    )
    (finding,) = policydsl.facts_of(program, {"one": [{"id": "x", "kind": "b", "pay": 3}]}).findings
    assert message(finding) == (
        "“pay” is asked only where kind is a; this row is another (“kind” is “b”), yet “3” is filled in; it was not used."
    )


def test_a_kind_that_rests_on_a_reading_or_the_day_is_left_out() -> None:
    program = policydsl.loads(
        """政策 “例”:
    主体 人
对象 人:
    编号: 文本 主键
    年龄: 数
    当 老:
        津贴: 金额
    当 年龄 大于 5:
        补助: 金额
读法 何时老:
    采用 按六十 = 60  理由 “一”
    备选 按七十 = 70  理由 “二”
规则 老 = 年龄 不低于 何时老  依据 一
规则 得 = 若 老 则 津贴 否则 0元  依据 一
规则 又 = 若 年龄 大于 5 则 补助 否则 0元  依据 一
"""
    )
    found = kinds(program)
    assert found is not None
    assert [[field.name for field in item.fields] for item in found.asked] == [["补助"]]
    read = policydsl.facts_of(program, {"人": [{"编号": "1", "年龄": 1, "津贴": 3, "补助": 4}]})
    assert [item.data["field"] for item in read.findings] == ["补助"], (
        "1 is old under no reading, but another may say so"
    )


def test_a_decision_for_another_kind_is_told(tmp_path: Path) -> None:
    program = policydsl.loads(
        """政策 “例”:
    主体 人
对象 人:
    编号: 文本 主键
    困难: 布尔
    当 困难:
        从宽: 布尔 人工判断 由 民政局
规则 得 = 若 困难 且 从宽 则 5元 否则 0元  依据 一
"""
    )
    (tmp_path / "人.csv").write_text("编号,困难\n1,否\n2,是\n", encoding="utf-8")
    rows = "对象,主键,事项,结论\n人,1,从宽,是\n人,2,从宽,是\n"
    (tmp_path / "裁量.csv").write_text(rows, encoding="utf-8")
    (finding,) = [item for item in policydsl.read_facts(program, tmp_path).findings if item.code == CODE]
    assert str(finding.where) == f"{tmp_path / '裁量.csv'}[D2]"


# ---------------------------------------------------------------- engines


def csv_folder(folder: Path) -> None:
    people = [
        "编号,户,种类,年龄,津贴,已退休,养老金,补助,亩数,护理,券",
        "甲,1,甲类,50,无,否,,,,,",
        "乙,1,乙类,50,5,是,9,3,2,是,1",
        "丙,2,乙类,90,无,,,3,2,是,1",
        "丁,2,,90,5,,,3,坏,是,1",
        "戊,2,甲类,20,,是,7,,,,",
    ]
    (folder / "人.csv").write_text("\n".join(people) + "\n", encoding="utf-8")
    (folder / "户.csv").write_text("户号,农户\n1,否\n2,是\n", encoding="utf-8")
    (folder / "市.csv").write_text("试点\n否\n", encoding="utf-8")


def spots(findings: list[Diagnostic]) -> set[tuple[str, str, str]]:
    return {
        (str(item.data["field"]), str(item.data["raw"]), str(item.data["row"]))
        for item in findings
        if item.code == CODE
    }


def test_columns_say_the_same(tmp_path: Path) -> None:
    csv_folder(tmp_path)
    read = policydsl.read_facts(PROGRAM, tmp_path)
    results = Engine(PROGRAM, duckdb.connect()).files([str(tmp_path / f"{name}.csv") for name in ("人", "户", "市")])
    assert spots(list(results.findings)) == spots(list(read.findings))
    assert {field for field, *_ in spots(list(read.findings))} == {
        "津贴",
        "已退休",
        "养老金",
        "补助",
        "亩数",
        "护理",
        "券",
    }
    place = next(str(item.where) for item in results.findings if item.data.get("field") == "亩数" and item.code == CODE)
    assert place.endswith("人.csv[亩数:2]")


def test_columns_say_the_same_of_parquet(tmp_path: Path) -> None:
    csv_folder(tmp_path)
    paths = []
    for name in ("人", "户", "市"):
        paths.append(str(tmp_path / f"{name}.parquet"))
        query = f"select * from read_csv('{tmp_path / name}.csv', all_varchar=true)"
        duckdb.connect().sql(query).write_parquet(paths[-1])
    read = policydsl.read_facts(PROGRAM, tmp_path)
    results = Engine(PROGRAM, duckdb.connect()).files(paths)
    assert spots(list(results.findings)) == spots(list(read.findings))


def test_command_tells_and_computes(tmp_path: Path) -> None:
    csv_folder(tmp_path)
    (tmp_path / "例.pol").write_text(POLICY, encoding="utf-8")
    call = [sys.executable, "-m", "policydsl", "run", "例.pol", "人.csv", "户.csv", "市.csv"]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "人.csv[E3] 提醒[facts-wrong-kind]" in done.stderr
    assert "Traceback" not in done.stderr


# ---------------------------------------------------------------- generated


def filled_wrong(found: Facts) -> list[Diagnostic]:
    return misfilled(PROGRAM, found)


@QUICK
@given(cases(PROGRAM))
def test_no_generated_case_fills_in_what_another_kind_has(case: object) -> None:
    assert filled_wrong(case.facts) == []  # type: ignore[attr-defined]


@QUICK
@given(facts(PROGRAM, missing=True))
def test_no_generated_facts_do(found: Facts) -> None:
    assert filled_wrong(found) == []


@QUICK
@given(near_thresholds(PROGRAM, ["二"]))
def test_no_case_near_a_threshold_does(case: object) -> None:
    assert filled_wrong(case.facts) == []  # type: ignore[attr-defined]


@QUICK
@given(facts(PROGRAM), st.data())
def test_a_cell_of_another_kind_is_told_and_changes_no_outcome(found: Facts, data: st.DataObject) -> None:
    values = {"津贴": 5, "已退休": True, "养老金": 9, "补助": 1, "亩数": 2, "护理": True, "券": 4}
    name = data.draw(st.sampled_from(sorted(values)))
    rows = found.tables["人"]
    changed = [
        evolve(row, cells={**row.cells, name: Known(values[name])})
        if isinstance(row.cells.get(name, Missing()), Missing) or getattr(row.cells[name], "by_default", "")
        else row
        for row in rows
    ]
    other = Facts({**found.tables, "人": tuple(changed)})
    told = filled_wrong(other)
    before, after = Evaluator(PROGRAM).outcomes(found), Evaluator(PROGRAM).outcomes(other)
    wrong = {row.key for row, old in zip(changed, rows, strict=True) if row is not old}
    assert len(told) <= len(wrong)
    if len(told) == len(wrong):
        # every cell put in stands in a row of another kind
        for row in rows:
            for rule in PROGRAM.rules:
                if rule.entity == "人":
                    assert before["人", row.key, rule.name] == after["人", row.key, rule.name]


def test_examples_of_the_policies_fill_in_nothing_of_another_kind() -> None:
    seen = 0
    for path in sorted((ROOT / "policies").rglob("*.pol")):
        program = policydsl.load(path) if path.parent.name == "gallery" else None
        if program is None or kinds(program) is None:
            continue
        for example in program.examples:
            seen += 1
            assert misfilled(program, example.facts) == [], f"{path.name}: {example.name}"
    assert seen


def test_workbook_says_which_rows(tmp_path: Path) -> None:
    write(PROGRAM, tmp_path / "空表.xlsx")
    book = openpyxl.load_workbook(tmp_path / "空表.xlsx")
    guide = [str(cell) for row in book["填写说明"].iter_rows(values_only=True) for cell in row if cell]
    assert any("只有「种类 为 甲类 且 已退休」的填" in cell for cell in guide)


def test_facts_of_an_example_are_told_where_it_stands(tmp_path: Path) -> None:
    text = POLICY + (
        "算例 错的:\n    设 户: 户号 = “1”, 农户 = 假\n    设 试点 = 假\n"
        "    设 编号 = “甲”, 种类 = 乙类, 年龄 = 30年, 津贴 = 5元\n    应 一 = 0元\n"
    )
    (tmp_path / "例.pol").write_text(text, encoding="utf-8")
    call = [sys.executable, "-m", "policydsl", "test", "例.pol"]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "1 passed, 0 failed", done.stdout + done.stderr
    assert f"例.pol:{POLICY.count(chr(10)) + 1}:" in done.stderr and "facts-wrong-kind" in done.stderr
    assert done.returncode == 0
