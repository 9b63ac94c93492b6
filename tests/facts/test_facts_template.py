"""The workbook to fill in: what it offers, and that it reads back as it was filled."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from attrs import evolve
from facts_world import DISTRICTS, texts, world

from policydsl.core.facts import Known
from policydsl.core.program import Entity, Field
from policydsl.core.types import TEXT, Number, Reference
from policydsl.core.units import base
from policydsl.facts import read, template
from policydsl.facts.naming import sheet_titles
from policydsl.pipeline import check_source
from policydsl.source import Source

STRANGE = ("=1+1", "a/b:c*d?e[f]g\\h", "长" * 40, "History", "填写说明", "Ab", "aB", "'引号'", "+甲", "@乙", "裁量")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_fresh_template_reads_without_a_finding(tmp_path: Path, language: str) -> None:
    path = tmp_path / "t.xlsx"
    template.write(world(language=language), path)
    facts, findings = read(world(language=language), [path])
    assert texts(findings) == []
    assert [record.key for record in facts.tables["区"]] == list(DISTRICTS)
    assert facts.tables["宣讲活动"] == ()
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_filled_in_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    template.write(world(), path)
    book = openpyxl.load_workbook(path)
    district, event, decided = book["区"], book["宣讲活动"], book["裁量"]
    heads = [cell.value for cell in district[1]]
    assert heads[:4] == ["名称", "高企认定数(家)", "基础额度(万元)", "完成率(%)"]
    assert "通过考核" not in heads
    district["B2"], district["C2"], district["D2"] = 520, 35, "108%"
    assert [cell.value for cell in event[1]][:2] == ["区", "日期"]
    event["A2"], event["B2"], event["C2"] = "黄埔区", date(2025, 8, 31), "60家"
    decided["B2"], decided["C2"], decided["D2"] = "黄埔区", "通过考核", "是"
    book.save(path)
    facts, findings = read(world(), [path])
    assert texts(findings) == []
    cells = facts.tables["区"][0].cells
    assert (cells["高企认定数"], cells["基础额度"], cells["通过考核"]) == (Known(520), Known(350_000), Known(True))
    assert facts.tables["宣讲活动"][0].parent == "黄埔区"
    assert facts.tables["宣讲活动"][0].cells["日期"] == Known(date(2025, 8, 31))


def test_what_the_sheets_offer(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    template.write(world(), path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["填写说明", "区", "宣讲活动", "企业", "负责人", "全市", "裁量", "名录选项"]
    assert book["名录选项"].sheet_state == "hidden"
    district, event = book["区"], book["宣讲活动"]
    note = district["B1"].comment.text
    assert "家" in note
    assert "公示名单" in note
    assert "八(二)1" in note
    assert district["A1"].protection.locked
    assert not district.column_dimensions["B"].width < 12
    assert district.protection.sheet
    assert district.freeze_panes == "B2"
    offers = {
        str(item.sqref): item.formula1 for sheet in (district, event) for item in sheet.data_validations.dataValidation
    }
    assert "'名录选项'!$A$2:$A$4" in offers.values()
    assert any("OFFSET('企业'!" in str(formula) for formula in offers.values())
    guide = [cell for row in book["填写说明"].iter_rows(values_only=True) for cell in row if cell]
    assert {"区", "宣讲活动", "高企认定数", "公示名单", "八(二)1", "裁量"} <= set(guide)


def test_drop_downs_of_truth_values(tmp_path: Path) -> None:
    from policydsl.core.types import BOOL

    program = world("全市")
    city = evolve(program.entities["全市"], fields=(Field("已公示", BOOL),))
    template.write(evolve(program, entities={"全市": city}), tmp_path / "t.xlsx")
    rules = openpyxl.load_workbook(tmp_path / "t.xlsx")["全市"].data_validations.dataValidation
    assert [item.formula1 for item in rules] == ['"是,否"']


def test_strange_names_survive(tmp_path: Path) -> None:
    unit = base("家")
    made = {
        name: Entity(name, (Field("编号", TEXT, key=True), Field(f"{name}(家)", Number(unit)), Field("=又", TEXT)))
        for name in STRANGE
    }
    program = evolve(world(), entities=made)
    titles = sheet_titles(program)
    assert len({title.casefold() for title in titles.values()}) == len(STRANGE)
    assert all(len(title) <= 31 for title in titles.values())
    path = tmp_path / "t.xlsx"
    template.write(program, path)
    book = openpyxl.load_workbook(path)
    for name in STRANGE:
        sheet = book[titles[name]]
        assert [cell.data_type for cell in sheet[1]] == ["s", "s", "s"]
        sheet["A2"] = "k"
        sheet["B2"] = 5
    book.save(path)
    facts, findings = read(program, [path])
    assert texts(findings) == []
    assert {name: rows[0].cells[f"{name}(家)"] for name, rows in facts.tables.items()} == dict.fromkeys(
        STRANGE, Known(5)
    )


def test_owner_column_avoids_a_field_of_the_same_name(tmp_path: Path) -> None:
    program = world("区")
    child = Entity("走访", (Field("区", TEXT), Field("对象", Reference("区"))), owner="区")
    program = evolve(program, entities={**program.entities, "走访": child})
    template.write(program, tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert [cell.value for cell in book["走访"][1]] == ["district", "区", "对象"]
    book["走访"].append(["黄埔区", "文字", "天河区"])
    book.save(tmp_path / "t.xlsx")
    facts, findings = read(program, [tmp_path / "t.xlsx"])
    assert texts(findings) == []
    assert facts.tables["走访"][0].parent == "黄埔区"


def test_writing_is_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    template.write(world(), path)
    first = path.read_bytes()
    template.write(world(), path)
    assert path.read_bytes() == first
    with pytest.raises(OSError, match=r"t\.xlsx|none"):
        template.write(world(), tmp_path / "none" / "t.xlsx")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        template.write(world(), tmp_path / "folder")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["folder", "t.xlsx"]


def test_a_workbook_in_english_asks_in_english(tmp_path: Path) -> None:
    text = (
        "policy “P”:\n    main person\n\nentity person:\n    name: text  key\n    fit: boolean\n    paid: money  or none\n"
        "    good: boolean  judgement by office Bureau\n\nrule x = if fit and good then (paid if none 0元) else 0元  per 1\n"
    )
    program = check_source(Source("t.pol", text)).program
    assert program is not None
    template.write(program, tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    said = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert "yes / no" in said
    assert [word for word in said if re.search("[\u4e00-\u9fff]", word.replace("元", ""))] == []
    offered = [item.formula1 for item in book["person"].data_validations.dataValidation]
    assert '"yes,no"' in offered
