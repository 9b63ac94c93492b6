"""Every kind of file: the same table comes out of each, and what each kind can spoil is said."""

from __future__ import annotations

import json
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt
from facts_world import read_csv, texts, world
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableProperties
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P

from policydsl.core.facts import Facts, Known
from policydsl.diagnostics.model import Place, Weight
from policydsl.facts import read
from policydsl.facts.structured import from_values


def values(facts: Facts, entity: str) -> list[dict[str, object]]:
    """The known cells of every row."""
    return [
        {name: cell.value for name, cell in record.cells.items() if isinstance(cell, Known) and not cell.by_default}
        for record in facts.tables[entity]
    ]


WANTED = [
    {"名称": "黄埔区", "高企认定数": 1050, "基础额度": 350_000, "完成率": Fraction(17, 20), "通过考核": True},
    {"名称": "天河区", "高企认定数": 7, "基础额度": 1000},
]
EVENT = [{"日期": date(2025, 8, 31), "参与企业数": 60, "编号": "007", "签到时间": datetime(2025, 8, 31, 18)}]


def xlsx(path: Path) -> None:
    book = xlsxwriter.Workbook(path)
    day, clock = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    percent = book.add_format({"num_format": '0.0"率"%'})
    sheet = book.add_worksheet("区")
    sheet.write_row(0, 0, ["名称", "高企认定数", "基础额度", "完成率", "通过考核"])
    sheet.write_row(1, 0, ["黄埔区", 1050, 35])
    sheet.write_number(1, 3, 0.85, percent)
    sheet.write_boolean(1, 4, True)
    sheet.write_row(2, 0, ["天河区", 7, 0.1])
    event = book.add_worksheet("宣讲活动")
    event.write_row(0, 0, ["区", "日期", "参与企业数", "编号", "签到时间"])
    event.write_string(1, 0, "黄埔区")
    event.write_datetime(1, 1, datetime(2025, 8, 31), day)
    event.write_formula(1, 2, "=30*2", None, 60)
    event.write_string(1, 3, "007")
    event.write_datetime(1, 4, datetime(2025, 8, 31, 18), clock)
    book.close()


def xls(path: Path) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("区")
    for column, text in enumerate(["名称", "高企认定数", "基础额度", "完成率", "通过考核"]):
        sheet.write(0, column, text)
    for column, cell in enumerate(["黄埔区", 1050, 35]):
        sheet.write(1, column, cell)
    sheet.write(1, 3, 0.85, xlwt.easyxf(num_format_str="0%"))
    sheet.write(1, 4, True)
    for column, cell in enumerate(["天河区", 7, 0.1]):
        sheet.write(2, column, cell)
    event = book.add_sheet("宣讲活动")
    for column, text in enumerate(["区", "日期", "参与企业数", "编号", "签到时间"]):
        event.write(0, column, text)
    event.write(1, 0, "黄埔区")
    event.write(1, 1, date(2025, 8, 31), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    event.write(1, 2, 60)
    event.write(1, 3, "007")
    event.write(1, 4, datetime(2025, 8, 31, 18), xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm"))
    book.save(str(path))


def ods(path: Path) -> None:
    document = OpenDocumentSpreadsheet()
    for name, rows in {
        "区": [
            [*map(ods_text, ["名称", "高企认定数", "基础额度", "完成率", "通过考核"])],
            [
                ods_text("黄埔区"),
                ods_cell("float", "1,050", value="1050"),
                ods_cell("float", "35", value="35"),
                ods_cell("percentage", "85%", value="0.85"),
                ods_cell("boolean", "是", booleanvalue="true"),
            ],
            [ods_text("天河区"), ods_cell("float", "7", value="7"), ods_cell("float", "0.1", value="0.1")],
        ],
        "宣讲活动": [
            [*map(ods_text, ["区", "日期", "参与企业数", "编号", "签到时间"])],
            [
                ods_text("黄埔区"),
                ods_cell("date", "2025", datevalue="2025-08-31"),
                ods_cell("float", "60", value="60"),
                ods_text("007"),
                ods_cell("date", "x", datevalue="2025-08-31T18:00:00"),
            ],
        ],
    }.items():
        ods_sheet(document, name, rows)
    document.save(str(path))


def ods_cell(kind: str, text: str, **more: Any) -> TableCell:
    cell = TableCell(valuetype=kind, **more)
    cell.addElement(P(text=text))
    return cell


def ods_text(text: str) -> TableCell:
    return ods_cell("string", text)


def ods_sheet(document: Any, name: str, rows: list[list[Any]], **more: Any) -> Table:
    table = Table(name=name, **more)
    for cells in rows:
        row = TableRow()
        for cell in cells:
            row.addElement(cell)
        table.addElement(row)
    # What spreadsheet programs put below the data: a million blank rows.
    tail = TableRow(numberrowsrepeated=1_000_000)
    tail.addElement(TableCell(numbercolumnsrepeated=16_384))
    table.addElement(tail)
    document.spreadsheet.addElement(table)
    return table


JSON = """{"区": [
  {"名称": "黄埔区", "高企认定数": 1050, "基础额度": 35, "完成率": "85%", "通过考核": true},
  {"name": "天河区", "hte": "7", "基础额度": 0.1, "完成率": null}],
 "宣讲活动": [{"区": "黄埔区", "日期": "2025-08-31", "参与企业数": 60.0, "编号": "007", "签到时间": "2025-08-31T18:00:00"}]}"""
YAML = """
区:
  - {名称: 黄埔区, 高企认定数: 1050, 基础额度: 35, 完成率: 85%, 通过考核: yes}
  - 名称: 天河区
    高企认定数: "7"
    基础额度: 0.1
    完成率: ~
宣讲活动:   # one of each
  - 区: 黄埔区
    日期: 2025-08-31
    参与企业数: 60
    编号: 007
    签到时间: 2025-08-31 18:00
"""


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "json", "yaml", "yml"])
def test_one_table_in_every_kind_of_file(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"数据.{kind}"
    match kind:
        case "xlsx":
            xlsx(path)
        case "xls":
            xls(path)
        case "ods":
            ods(path)
        case "json":
            path.write_text(JSON, "utf-8")
        case _:
            path.write_text(YAML, "utf-8")
    facts, findings = read(world(), [path])
    assert texts(findings) == []
    assert values(facts, "区") == WANTED
    assert values(facts, "宣讲活动") == EVENT
    assert facts.tables["宣讲活动"][0].parent == "黄埔区"
    where = facts.tables["区"][1].cells["高企认定数"].origin
    cell = {"json": "#2.高企认定数", "yaml": "#2.高企认定数", "yml": "#2.高企认定数"}.get(kind, "B3")
    assert where == Place(str(path), "区", cell)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_encodings(tmp_path: Path, encoding: str, end: str) -> None:
    text = '名称,高企认定数,基础额度,完成率,通过考核\n黄埔区,"1,050",35万,85%,√\n天河区,7,1000元,,\n'
    (tmp_path / "区.csv").write_bytes(text.replace("\n", end).encode(encoding))
    facts, findings = read(world(), [tmp_path / "区.csv"])
    assert texts(findings) == []
    assert values(facts, "区") == WANTED


def test_gb18030_beyond_gbk(tmp_path: Path) -> None:
    (tmp_path / "企业.csv").write_bytes("区,代码,简称\n黄埔区,FW01,\U00020bb7\u3400公司\n".encode("gb18030"))
    facts, _ = read(world(), [tmp_path])
    assert values(facts, "企业")[0]["简称"] == "\U00020bb7\u3400公司"


def test_csv_with_one_wide_character_at_its_end(tmp_path: Path) -> None:
    (tmp_path / "企业.csv").write_bytes(b"id\n" + "\u6d77".encode("gb18030"))
    facts, _ = read(world("企业"), [tmp_path])
    assert values(facts, "企业") == [{"代码": "\u6d77"}]


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_other_delimiters(tmp_path: Path, mark: str) -> None:
    facts, findings = read_csv(tmp_path, 区=f"名称{mark}高企认定数\n黄埔区{mark}1,050\n")
    assert texts(findings) == []
    assert values(facts, "区") == [{"名称": "黄埔区", "高企认定数": 1050}]


def test_csv_cells_over_lines_and_protected_codes(tmp_path: Path) -> None:
    facts, findings = read_csv(tmp_path, 企业='区,代码,简称\n黄埔区,="007","甲\n乙"\n黄埔区,"=""008""",\u2028丙\n')
    assert texts(findings) == []
    assert [(row["代码"], row["简称"]) for row in values(facts, "企业")] == [("007", "甲\n乙"), ("008", "\u2028丙")]
    assert facts.tables["企业"][1].origin == Place(str(tmp_path / "企业.csv"), "", "3")


# ---------------------------------------------------------------- what a spreadsheet hides


def test_errors_and_formulas_in_xlsx(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "区"
    sheet.append(["名称", "高企认定数", "基础额度", "系数"])
    sheet.append(["黄埔区", "=1+1", "#DIV/0!", "#N/A"])
    sheet.append(["天河区", 5, None, "=1/3"])
    book.save(path)
    facts, findings = read(world(), [path])
    assert texts(findings) == [
        ("facts-formula", f"{path}[区!B2]"),
        ("facts-error-cell", f"{path}[区!C2]"),
        ("facts-error-cell", f"{path}[区!D2]"),
        ("facts-formula", f"{path}[区!D3]"),
    ]
    assert facts.tables["区"][0].cells["基础额度"].raw == "#DIV/0!"  # type: ignore[union-attr]
    assert values(facts, "区")[1] == {"名称": "天河区", "高企认定数": 5}


def test_formula_whose_writer_only_put_a_zero(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("区")
        sheet.write_row(0, 0, ["名称", "高企认定数", "系数"])
        sheet.write_string(1, 0, "黄埔区")
        sheet.write_formula(1, 1, "=1+1")
        sheet.write_formula(1, 2, "=1/2", None, 0.5)
    facts, findings = read(world(), [path])
    assert texts(findings) == [("facts-formula", f"{path}[区!B2]")]
    assert values(facts, "区") == [{"名称": "黄埔区", "系数": Fraction(1, 2)}]


def test_error_cells_beyond_the_last_value(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("区")
        sheet.write_row(0, 0, ["名称", "高企认定数"])
        sheet.write_string(1, 0, "黄埔区")
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
        sheet.write_formula(2, 1, "=1/0", None, "#DIV/0!")
    _, findings = read(world(), [path])
    assert ("facts-error-cell", f"{path}[区!B2]") in texts(findings)
    assert ("facts-error-cell", f"{path}[区!B3]") in texts(findings)


def test_errors_in_xls(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("区")
    for column, text in enumerate(["名称", "高企认定数", "系数"]):
        sheet.write(0, column, text)
    sheet.write(1, 0, "黄埔区")
    sheet.row(1).set_cell_error(1, "#DIV/0!")
    sheet.write(1, 2, xlwt.Formula("1+1"))
    book.save(str(path))
    # As written, the value is an empty text; a text that never comes is what a spreadsheet program leaves uncalculated.
    path.write_bytes(path.read_bytes().replace(b"\x03" + bytes(5) + b"\xff\xff", bytes(6) + b"\xff\xff"))
    _, findings = read(world(), [path])
    assert texts(findings) == [("facts-error-cell", f"{path}[区!B2]"), ("facts-formula", f"{path}[区!C2]")]


def test_errors_in_ods(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    document = OpenDocumentSpreadsheet()
    broken = TableCell(valuetype="float", value="0", formula="of:=1/0")
    broken.addElement(P(text="#DIV/0!"))
    row = [ods_text("黄埔区"), broken, TableCell(formula="of:=1+1")]
    ods_sheet(document, "区", [[*map(ods_text, ["名称", "高企认定数", "系数"])], row])
    document.save(str(path))
    _, findings = read(world(), [path])
    assert texts(findings) == [("facts-error-cell", f"{path}[区!B2]"), ("facts-formula", f"{path}[区!C2]")]


def test_codes_that_became_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("企业")
        sheet.write_row(0, 0, ["区", "代码"])
        sheet.write_row(1, 0, ["黄埔区", 914401011234567890])
        sheet.write_row(2, 0, ["黄埔区", 7])
        sheet.write_row(3, 0, ["黄埔区", 8])
    facts, findings = read(world(), [path])
    assert texts(findings) == [("facts-number-as-text", f"{path}[企业!B3]"), ("facts-code-mangled", f"{path}[企业!B2]")]
    assert findings[[code for code, _ in texts(findings, Weight.NOTE)].index("facts-number-as-text")].data["count"] == 2
    assert [record.key for record in facts.tables["企业"]][1:] == ["7", "8"]


def test_overlong_decimals_are_said(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("区")
        sheet.write_row(0, 0, ["名称", "系数"])
        sheet.write_row(1, 0, ["黄埔区"])
        sheet.write_formula(1, 1, "=0.1+0.2", None, 0.1 + 0.2)
        sheet.write_row(2, 0, ["天河区", 0.3])
    facts, findings = read(world(), [path])
    assert texts(findings) == [("facts-long-decimal", f"{path}[区!B2]")]
    assert values(facts, "区")[0]["系数"] == Fraction("0.30000000000000004")


def test_merged_and_hidden(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        other = book.add_worksheet("说明")
        other.write_string(0, 0, "x")
        sheet = book.add_worksheet("宣讲活动")
        sheet.hide()
        sheet.merge_range(0, 0, 0, 1, "题目")
        sheet.write_row(1, 0, ["区", "编号"])
        sheet.merge_range(2, 0, 3, 0, "黄埔区")
        sheet.write_string(2, 1, "a")
        sheet.write_string(3, 1, "b")
        book.add_chartsheet("图")
    facts, findings = read(world(), [path])
    assert [record.parent for record in facts.tables["宣讲活动"]] == ["黄埔区", None]
    assert texts(findings) == [
        ("facts-merged", f"{path}[宣讲活动!A3]"),
        ("facts-owner-blank", f"{path}[宣讲活动!A4]"),
    ]
    notes = texts(findings, Weight.NOTE)
    assert ("facts-sheet-hidden", f"{path}[宣讲活动]") in notes
    assert ("facts-sheet-unknown", f"{path}[说明]") in notes


def test_merged_and_hidden_in_ods(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    document = OpenDocumentSpreadsheet()
    style = Style(name="hidden", family="table")
    style.addElement(TableProperties(display="false"))
    document.automaticstyles.addElement(style)
    wide = TableCell(valuetype="string", numberrowsspanned=2, numbercolumnsspanned=1)
    wide.addElement(P(text="黄埔区"))
    rows = [
        [ods_text("区"), ods_text("编号")],
        [wide, ods_text("a")],
        [CoveredTableCell(), ods_text("b")],
    ]
    ods_sheet(document, "宣讲活动", rows, stylename="hidden")
    document.save(str(path))
    _, findings = read(world(), [path])
    assert ("facts-merged", f"{path}[宣讲活动!A2]") in texts(findings)
    assert ("facts-sheet-hidden", f"{path}[宣讲活动]") in texts(findings, Weight.NOTE)


def test_sheet_xml_without_references(tmp_path: Path) -> None:
    from policydsl.facts.sheetxml import Workbook, scan

    xml = b'<sheetData><row><c t="s"><v>0</v></c></row><row><c/><c t="e"><v>#N/A</v></c><c><f>1+1</f></c></row></sheetData>'
    found = scan(xml, Workbook({}))
    assert [(row, column, fault.code) for row, column, fault in found.faults] == [
        (1, 1, "facts-error-cell"),
        (1, 2, "facts-formula"),
    ]


def test_prefixed_sheet_xml() -> None:
    from policydsl.facts.sheetxml import Workbook, scan

    xml = b"<x:row r='3'><x:c r='B3' t='e'><x:v>#REF!</x:v></x:c><x:c r='C3'><x:f>A1</x:f><x:v/></x:c></x:row>"
    found = scan(xml, Workbook({}))
    assert [(row, column, fault.text) for row, column, fault in found.faults] == [(2, 1, "#REF!"), (2, 2, "=A1")]
    assert (found.last_row, found.last_column, found.ordered) == (2, 2, True)


# ---------------------------------------------------------------- values and lists


def test_singleton_and_decisions_in_json(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    tree = {
        "city": {"budget": "13/12"},
        "区": [{"名称": "黄埔区"}],
        "decisions": [{"key": "黄埔区", "item": "通过考核", "decision": False}],
    }
    path.write_text(json.dumps(tree), "utf-8")
    facts, findings = read(world(), [path])
    assert texts(findings) == []
    assert values(facts, "全市") == [{"预算": Fraction(130000, 12)}]
    assert values(facts, "区") == [{"名称": "黄埔区", "通过考核": False}]


def test_one_item_of_a_list_with_two_names_for_a_field(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    items = [
        {"名称": "黄埔区", "hte": 5, "高企认定数": 5},
        {"name": "天河区", "hte": 6},
        {"名称": "番禺区", "hte": 1, "高企认定数": 2},
    ]
    path.write_text(json.dumps({"区": items}), "utf-8")
    facts, findings = read(world(), [path])
    assert texts(findings) == [("facts-field-twice", f"{path}[区!#3.hte]")]
    assert [row.get("高企认定数") for row in values(facts, "区")] == [5, 6, None]


def test_json_numbers_are_exact(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    path.write_text('{"区": [{"名称": "黄埔区", "系数": 0.12345678901234567890123, "基础额度": 12345678901234567890}]}')
    facts, findings = read(world(), [path])
    assert texts(findings) == []
    assert values(facts, "区")[0]["系数"] == Fraction("0.12345678901234567890123")
    assert values(facts, "区")[0]["基础额度"] == 123456789012345678900000


def test_values_from_python() -> None:
    tables: dict[str, Any] = {
        "区": [{"名称": "黄埔区", "基础额度": Fraction(1, 3), "系数": 0.1, "高企认定数": 5}],
        "宣讲活动": ({"区": "黄埔区", "日期": date(2025, 8, 31)},),
        "全市": {"预算": 700},
    }
    facts, findings = from_values(world(), tables)
    assert texts(findings) == []
    assert values(facts, "区") == [
        {"名称": "黄埔区", "基础额度": Fraction(10000, 3), "系数": Fraction(1, 10), "高企认定数": 5}
    ]
    assert values(facts, "宣讲活动") == [{"日期": date(2025, 8, 31)}]
    _, findings = from_values(world(), {"区": [["黄埔区"]]})  # type: ignore[list-item]
    assert texts(findings) == [("facts-shape", "<values>")]


def test_progress_is_told(tmp_path: Path) -> None:
    read_csv(tmp_path, 区="名称\n黄埔区\n", 全市="预算\n1\n")
    told: list[tuple[str, int, int]] = []
    read(world(), [tmp_path], progress=lambda *step: told.append(step))
    assert told == [(str(tmp_path / "全市.csv"), 1, 2), (str(tmp_path / "区.csv"), 2, 2)]
