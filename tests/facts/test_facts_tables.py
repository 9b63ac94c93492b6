"""A table: heading, columns, rows, keys, owners, decisions."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from attrs import evolve
from facts_world import entities, read_csv, texts, worded, world

from policydsl.core.facts import Bad, Facts, Known, Missing
from policydsl.core.program import Entity, Field, Program
from policydsl.core.types import TEXT
from policydsl.diagnostics.model import Place, Weight
from policydsl.facts import read
from policydsl.pipeline import check_source
from policydsl.source import Source

ROWS = "名称,高企认定数\n黄埔区,1\n天河区,2\n番禺区,3\n"


def known(facts: Facts, entity: str, field: str) -> list[object]:
    """The values of a field, row by row: `...` where missing, the word bad where bad."""
    found: list[object] = []
    for record in facts.tables[entity]:
        cell = record.cells[field]
        found.append(cell.value if isinstance(cell, Known) else ... if isinstance(cell, Missing) else "bad")
    return found


def test_columns_in_any_order_by_name_or_alias(tmp_path: Path) -> None:
    facts, findings = read_csv(tmp_path, 区="HTE,Name\n5,天河区\n")
    assert texts(findings) == []
    (record,) = facts.tables["区"]
    assert record.key == "天河区"
    cell = record.cells["高企认定数"]
    assert isinstance(cell, Known)
    assert (cell.value, cell.raw) == (5, "5")
    assert cell.origin == Place(str(tmp_path / "区.csv"), "", "A2")
    assert record.origin == Place(str(tmp_path / "区.csv"), "", "2")


def test_header_units_and_title_rows(tmp_path: Path) -> None:
    text = "附件3 各区数据,,\n\n,,填报人\n名称,基础额度\uff08元\uff09,高企认定数 (家)\n黄埔区,35,6\n"
    facts, findings = read_csv(tmp_path, 区=text)
    assert texts(findings) == []
    assert known(facts, "区", "基础额度") == [35]
    assert known(facts, "区", "高企认定数") == [6]


def test_header_unit_that_does_not_fit(tmp_path: Path) -> None:
    facts, findings = read_csv(tmp_path, 区="名称,高企认定数(人次),基础额度(千美元)\n黄埔区,35,\n")
    assert [code for code, _ in texts(findings)] == ["facts-header-unit", "facts-header-unit"]
    assert known(facts, "区", "高企认定数") == ["bad"]
    assert known(facts, "区", "基础额度") == [...]


def test_unit_line_above_the_table(tmp_path: Path) -> None:
    program = world("全市", "区")
    money = evolve(program.entities["区"].fields[2], measure=None)
    district = evolve(program.entities["区"], fields=(program.entities["区"].fields[0], money))
    program = evolve(program, entities={"区": district})
    facts, findings = read_csv(tmp_path, program, 区="各区额度,单位\uff1a万元\n名称,基础额度\n黄埔区,35\n天河区,35元\n")
    assert known(facts, "区", "基础额度") == [350_000, 35]
    assert ("facts-unit-line", str(tmp_path / "区.csv")) in texts(findings, Weight.NOTE)


def test_organisation_is_no_unit_line(tmp_path: Path) -> None:
    facts, _ = read_csv(tmp_path, 区="填报单位:某某局,\n名称,高企认定数\n黄埔区,35\n")
    assert known(facts, "区", "高企认定数") == [35]


def test_blank_rows_and_totals_are_no_rows(tmp_path: Path) -> None:
    facts, findings = read_csv(tmp_path, 区=ROWS.replace("天河", "\n , \n天河") + "合 计,6\n,\n")
    assert [record.key for record in facts.tables["区"]] == ["黄埔区", "天河区", "番禺区"]
    assert texts(findings, Weight.NOTE)[1][0] == "facts-total-row"
    assert texts(findings) == []


def test_total_above_the_rows(tmp_path: Path) -> None:
    facts, _ = read_csv(tmp_path, 区="名称,高企认定数\n合计,6\n黄埔区,6\n")
    assert [record.key for record in facts.tables["区"]] == ["黄埔区"]


def test_total_in_the_middle_is_a_bad_row(tmp_path: Path) -> None:
    facts, findings = read_csv(tmp_path, 区="名称,高企认定数\n黄埔区,6\n小计,6\n天河区,1\n")
    assert texts(findings) == [("facts-not-member", f"{tmp_path / '区.csv'}[A3]")]
    assert len(facts.tables["区"]) == 3


def test_unknown_and_repeated_columns(tmp_path: Path) -> None:
    facts, findings = read_csv(
        tmp_path, 区="名称,高企认定教,高企认定数,hte,基础额度\n黄埔区,9,5,5,,x\n天河区,9,5,6,1,\n"
    )
    assert texts(findings) == [
        ("facts-column-unknown", f"{tmp_path / '区.csv'}[B1]"),
        ("facts-column-twice", f"{tmp_path / '区.csv'}[D1]"),
        ("facts-column-unknown", f"{tmp_path / '区.csv'}[F1]"),
    ]
    assert findings[0].mend == "高企认定数"
    assert known(facts, "区", "高企认定数") == [5, "bad"]


def test_no_heading(tmp_path: Path) -> None:
    facts, findings = read_csv(tmp_path, 区="甲,乙\n1,2\n")
    assert texts(findings) == [("facts-header-missing", str(tmp_path / "区.csv"))]
    assert "区" not in facts.tables


def test_heading_alone_is_none_and_a_blank_sheet_is_nothing(tmp_path: Path) -> None:
    facts, findings = read_csv(tmp_path, 企业="代码,区\n", 宣讲活动="\n,\n")
    assert facts.tables == {"企业": ()}
    codes = [code for code, _ in texts(findings, Weight.NOTE)]
    assert codes.count("facts-sheet-blank") == 1
    assert codes.count("facts-sheet-empty") == 1
    assert codes.count("facts-sheet-absent") == 4
    assert texts(findings) == []


def test_defaults_of_law_stand_for_blanks(tmp_path: Path) -> None:
    facts, _ = read_csv(tmp_path, 区="名称,补报数\n黄埔区,\n天河区,4\n")
    cells = [record.cells["补报数"] for record in facts.tables["区"]]
    assert cells == [Known(0, by_default="三"), Known(4)]
    assert cells[0].origin == Place(str(tmp_path / "区.csv"), "", "B2")


def test_blanks_are_missing_with_their_place(tmp_path: Path) -> None:
    facts, _ = read_csv(tmp_path, 区="名称,高企认定数\n黄埔区,\u3000\n")
    cells = facts.tables["区"][0].cells
    assert cells["高企认定数"].origin == Place(str(tmp_path / "区.csv"), "", "B2")
    assert cells["系数"] == Missing()


def test_bad_cells_leave_good_rows(tmp_path: Path) -> None:
    facts, findings = read_csv(tmp_path, 区="名称,高企认定数,系数\n黄埔区,1.5,x\n天河区,2,0.5\n")
    bad = facts.tables["区"][0].cells["高企认定数"]
    assert isinstance(bad, Bad)
    assert bad.raw == "1.5"
    assert "整数" in bad.problem
    assert known(facts, "区", "系数") == ["bad", Fraction(1, 2)]
    assert len(texts(findings)) == 2
    english, _ = read_csv(tmp_path, world(language="en"))
    assert "whole" in english.tables["区"][0].cells["高企认定数"].problem  # type: ignore[union-attr]


# ---------------------------------------------------------------- keys and owners


def test_duplicate_keys_count_where_they_agree(tmp_path: Path) -> None:
    facts, findings = read_csv(tmp_path, 区="名称,高企认定数,系数\n黄埔区,5,1\n天河区,1,1\n黄埔区,6,1\n")
    assert [record.key for record in facts.tables["区"]] == ["黄埔区", "天河区"]
    assert known(facts, "区", "高企认定数") == ["bad", 1]
    assert known(facts, "区", "系数") == [1, 1]
    assert texts(findings) == [("facts-key-twice", f"{tmp_path / '区.csv'}[4]")]


def test_rows_without_a_key_stay_apart(tmp_path: Path) -> None:
    facts, findings = read_csv(tmp_path, 区="名称,高企认定数\n,5\n,6\n")
    assert [record.key for record in facts.tables["区"]] == ["第2行", "第3行"]
    assert [code for code, _ in texts(findings)] == ["facts-key-blank"] * 2


def test_rows_of_entities_without_key_are_numbered(tmp_path: Path) -> None:
    facts, _ = read_csv(tmp_path, 区=ROWS, 宣讲活动="区,编号\n黄埔区,a\n\n黄埔区,b\n")
    assert [(record.key, record.parent) for record in facts.tables["宣讲活动"]] == [("1", "黄埔区"), ("2", "黄埔区")]


@pytest.mark.parametrize("header", ["区", "District", "名称", "name", " 区 "])
def test_owner_column_by_any_name(tmp_path: Path, header: str) -> None:
    facts, findings = read_csv(tmp_path, 区=ROWS, 宣讲活动=f"{header},编号\n天河区,a\n")
    assert texts(findings) == []
    assert facts.tables["宣讲活动"][0].parent == "天河区"


def test_owner_that_does_not_exist(tmp_path: Path) -> None:
    facts, findings = read_csv(tmp_path, 区=ROWS, 宣讲活动="区,编号\n天诃区,a\n,b\n", 企业="区,代码\n天河区,x\n")
    sheet = tmp_path / "宣讲活动.csv"
    assert texts(findings) == [("facts-not-member", f"{sheet}[A2]"), ("facts-owner-blank", f"{sheet}[A3]")]
    assert [record.parent for record in facts.tables["宣讲活动"]] == [None, None]
    assert facts.tables["企业"][0].parent == "天河区"


def test_owner_with_free_keys_that_does_not_exist(tmp_path: Path) -> None:
    staff = Entity("人员", (Field("岗位", TEXT),), owner="企业")
    program = world()
    program = evolve(program, entities={**program.entities, "人员": staff})
    facts, findings = read_csv(tmp_path, program, 企业="区,代码\n黄埔区,FW01\n", 人员="代码,岗位\nFW01,a\nFW02,b\n")
    assert texts(findings) == [("facts-owner-unknown", f"{tmp_path / '人员.csv'}[A3]")]
    assert findings[[item.code for item in findings].index("facts-owner-unknown")].mend == "FW01"
    assert [record.parent for record in facts.tables["人员"]] == ["FW01", None]


def test_member_of_a_complete_list_may_own_before_it_is_supplied(tmp_path: Path) -> None:
    facts, findings = read_csv(tmp_path, 区="名称\n黄埔区\n", 宣讲活动="区,编号\n番禺区,a\n")
    assert facts.tables["宣讲活动"][0].parent == "番禺区"
    assert texts(findings) == []
    assert "facts-incomplete" in [code for code, _ in texts(findings, Weight.NOTE)]


def test_no_owner_column(tmp_path: Path) -> None:
    facts, findings = read_csv(tmp_path, 区=ROWS, 宣讲活动="编号\na\n")
    assert texts(findings) == [("facts-owner-column", str(tmp_path / "宣讲活动.csv"))]
    assert facts.tables["宣讲活动"][0].parent is None
    facts, findings = read_csv(tmp_path, 区="名称\n天河区\n")
    assert texts(findings) == []
    assert facts.tables["宣讲活动"][0].parent == "天河区"


def test_owner_that_is_a_singleton_needs_no_column(tmp_path: Path) -> None:
    program = world("全市")
    child = Entity("专项", (Field("名目", TEXT),), owner="全市")
    program = evolve(program, entities={**program.entities, "专项": child})
    facts, findings = read_csv(tmp_path, program, 全市="预算\n700\n", 专项="名目\na\nb\n")
    assert texts(findings) == []
    assert [record.parent for record in facts.tables["专项"]] == ["", ""]


def test_singleton(tmp_path: Path) -> None:
    facts, findings = read_csv(tmp_path, 全市="预算\n700\n")
    assert [(record.key, record.parent) for record in facts.tables["全市"]] == [("", None)]
    assert known(facts, "全市", "预算") == [7_000_000]
    assert texts(findings) == []
    facts, findings = read_csv(tmp_path, 全市="预算\n700\n800\n")
    assert known(facts, "全市", "预算") == ["bad"]
    assert texts(findings) == [("facts-singleton", f"{tmp_path / '全市.csv'}[3]")]


def test_at_most_one_child(tmp_path: Path) -> None:
    facts, findings = read_csv(tmp_path, 区=ROWS, 负责人="区,姓名代号\n黄埔区,甲\n天河区,乙\n黄埔区,丙\n")
    assert [(record.parent, record.key) for record in facts.tables["负责人"]] == [("黄埔区", "1"), ("天河区", "2")]
    assert known(facts, "负责人", "姓名代号") == ["bad", "乙"]
    assert texts(findings) == [("facts-at-most-one", f"{tmp_path / '负责人.csv'}[4]")]


def test_references_must_exist(tmp_path: Path) -> None:
    firms = "区,代码\n黄埔区,FW01\n黄埔区,FW02\n"
    facts, findings = read_csv(tmp_path, 区=ROWS, 企业=firms, 宣讲活动="区,主办\n黄埔区,fw01\n黄埔区,FW3\n黄埔区,\n")
    assert known(facts, "宣讲活动", "主办") == ["FW01", "bad", ...]
    assert texts(findings) == [("facts-reference-unknown", f"{tmp_path / '宣讲活动.csv'}[B3]")]


def test_reference_into_a_table_nobody_supplied(tmp_path: Path) -> None:
    facts, findings = read_csv(tmp_path, 区=ROWS, 宣讲活动="区,主办\n黄埔区,FW01\n")
    assert known(facts, "宣讲活动", "主办") == ["FW01"]
    assert texts(findings) == []


# ---------------------------------------------------------------- names of tables


def test_names_of_tables(tmp_path: Path) -> None:
    program = world()
    for name in ("district", " 区 ", "03区", "03 区", "3.区", "3、区"):
        folder = tmp_path / name.strip()
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.csv").write_text(ROWS, "utf-8")
        facts, findings = read(program, [folder])
        assert len(facts.tables["区"]) == 3, name
        assert texts(findings) == []


def test_two_numbered_tables_of_one_entity_are_neither(tmp_path: Path) -> None:
    from policydsl.facts.naming import Tables

    resolved = Tables.of(["01区", "02区", "宣讲活动(场)", "04宣讲活动", "05企业", "03裁量"], world())
    assert resolved.entities == {
        "01区": None,
        "02区": None,
        "宣讲活动(场)": "宣讲活动",
        "04宣讲活动": None,
        "05企业": "企业",
        "03裁量": None,
    }
    assert resolved.decisions == {"03裁量"}


def test_nothing_that_belongs_to_the_policy(tmp_path: Path) -> None:
    (tmp_path / "宣讲活劫.csv").write_text(ROWS, "utf-8")
    _, findings = read(world(), [tmp_path / "宣讲活劫.csv"])
    assert [code for code, _ in texts(findings)] == ["facts-sheet-close", "facts-nothing"]
    assert findings[0].mend == "宣讲活动"


def test_rows_of_several_files_are_united(tmp_path: Path) -> None:
    paths = []
    for number, text in enumerate(["名称,系数\n黄埔区,1\n", "name,高企认定数\n天河区,2\n黄埔区,3\n"]):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "区.csv").write_text(text, "utf-8")
        paths.append(folder / "区.csv")
    facts, findings = read(world(), [*paths, str(paths[0])])
    assert [record.key for record in facts.tables["区"]] == ["黄埔区", "天河区"]
    assert facts.sources == tuple(map(str, paths))
    assert texts(findings) == [("facts-key-twice", f"{paths[1]}[3]")]
    assert "facts-file-twice" in [item.code for item in findings]


# ---------------------------------------------------------------- decisions


def decided(tmp_path: Path, rows: str, program: Program | None = None) -> tuple[Facts, list[tuple[str, str]]]:
    head = "对象,主键,事项,结论,理由,决定人,日期\n"
    facts, findings = read_csv(tmp_path, program, 区="名称\n黄埔区\n天河区\n", 裁量=head + rows)
    worded(findings)
    return facts, texts(findings)


def test_decisions_fill_their_cells(tmp_path: Path) -> None:
    facts, findings = decided(
        tmp_path, "区,黄埔区,通过考核,是,材料齐全,考核组,2026-01-05\n,天河区,核准额,30,,,\n,黄埔区,核准额,,,,\n"
    )
    assert findings == []
    assert known(facts, "区", "通过考核") == [True, ...]
    assert known(facts, "区", "核准额") == [..., 30]
    cell = facts.tables["区"][0].cells["通过考核"]
    assert isinstance(cell, Known)
    assert cell.raw == "是〔理由:材料齐全;决定人:考核组;日期:2026-01-05〕"
    assert cell.origin == Place(str(tmp_path / "裁量.csv"), "", "D2")


def test_decisions_that_fit_nowhere(tmp_path: Path) -> None:
    rows = "区,黄埔区,通过考试,是,,,\n区,黄埔,通过考核,是,,,\n区,黄埔区,通过考核,可以,,,\n"
    facts, findings = decided(tmp_path, rows)
    sheet = tmp_path / "裁量.csv"
    assert findings == [
        ("facts-decision-unknown", f"{sheet}[C2]"),
        ("facts-decision-row", f"{sheet}[B3]"),
        ("facts-not-bool", f"{sheet}[D4]"),
    ]
    assert known(facts, "区", "通过考核") == ["bad", ...]


def test_two_decisions_on_one_matter(tmp_path: Path) -> None:
    facts, findings = decided(
        tmp_path, ",黄埔区,通过考核,是,,,\n,黄埔区,通过考核,否,,,\n,天河区,通过考核,是,,,\n,天河区,通过考核,是,,,\n"
    )
    assert findings == [("facts-decision-twice", f"{tmp_path / '裁量.csv'}[D3]")]
    assert known(facts, "区", "通过考核") == ["bad", True]


def test_decisions_without_their_columns(tmp_path: Path) -> None:
    _, findings = read_csv(tmp_path, 裁量="事项,结论\n通过考核,是\n")
    assert texts(findings)[0][0] == "facts-decision-column"


def test_every_wording_fits_its_data(tmp_path: Path) -> None:
    _, findings = read_csv(
        tmp_path,
        区="名称,高企认定数,基础额度(家),系数,乙,系数,签,补报数\n黄埔区,x,1,2,3,4,5,#N/A\n黄埔区,-1,1,2\n,1\n合计,1\n",
        宣讲活动="区,日期,编号,签到时间\n西区,3/4/2025,1E+15,x\n,x,,\n",
        全市="预算\n1\n2\n",
        无关="a\n1\n",
    )
    assert len(findings) > 15
    worded(findings)


def test_cells_behave_like_a_mapping(tmp_path: Path) -> None:
    facts, _ = read_csv(tmp_path, 全市="预算\n700\n")
    cells = facts.tables["全市"][0].cells
    assert cells == {"预算": Known(7_000_000)}
    assert list(cells) == ["预算"]
    assert len(cells) == 1
    assert "预算" in cells
    assert "决算" not in cells
    assert cells.get("决算") is None
    with pytest.raises(KeyError):
        cells["决算"]


def test_the_world_has_every_kind_of_entity() -> None:
    assert {item.name for item in entities()} == set(world().entities)


def test_numbers_and_remarks_that_any_table_has_are_no_unknown_columns(tmp_path: Path) -> None:
    facts, findings = read_csv(tmp_path, 区="序号,名称,高企认定数,备注\n1,黄埔区,5,无\n")
    assert texts(findings) == []
    assert known(facts, "区", "高企认定数") == [5]


def test_codes_spoilt_alike_are_not_one_code(tmp_path: Path) -> None:
    facts, findings = read_csv(tmp_path, 企业="代码\n1.2345E+17\n1.2345E+17\n")
    codes = [code for code, _ in texts(findings)]
    assert codes.count("facts-code-mangled") == 2 and "facts-key-twice" not in codes
    assert len(facts.tables["企业"]) == 2


@pytest.mark.parametrize(("cell", "value"), [("£1,500.50", Fraction(3001, 2)), ("20 pence", Fraction(1, 5)), ("5", 5)])
def test_money_of_a_cell_as_it_is_written_in_english(tmp_path: Path, cell: str, value: object) -> None:
    text = "policy “P”:\n    currency GBP\n\nentity person:\n    name: text  key\n    paid: money\n\nrule x = paid  per 1\n"
    program = check_source(Source("t.pol", text)).program
    assert program is not None
    (tmp_path / "person.csv").write_text(f'name,paid\nA,"{cell}"\nB,€5\n', encoding="utf-8")
    facts, findings = read(program, [tmp_path / "person.csv"])
    first, second = (row.cells["paid"] for row in facts.tables["person"])
    assert isinstance(first, Known)
    assert first.value == value
    assert not isinstance(second, Known)
    assert [item.code for item in findings] == ["facts-not-number"]
