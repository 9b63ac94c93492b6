"""Files from strangers: one clear finding each, never a traceback, never a bomb."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from facts_world import read_csv, texts, worded, world

from policydsl.facts import grid, read


def outcome(path: Path) -> list[str]:
    """The codes of the errors that reading a file comes to."""
    facts, findings = read(world(), [path])
    assert facts.tables == {}
    worded(findings)
    return [code for code, _ in texts(findings)]


def small_book(path: Path) -> bytes:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("区").write_row(0, 0, ["名称", "高企认定数"])
    return path.read_bytes()


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


BOOK = b'<workbook><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>'
RELATIONS = b'<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>'


def sheet_book(path: Path, sheet: bytes) -> Path:
    members = {"xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": RELATIONS, "xl/worksheets/sheet1.xml": sheet}
    return zipped(path, members)


def test_missing_folder_and_kind(tmp_path: Path) -> None:
    assert outcome(tmp_path / "none.xlsx") == ["facts-file-missing"]
    assert outcome(tmp_path / "none") == ["facts-file-missing"]
    assert outcome(tmp_path) == ["facts-folder"]
    (tmp_path / "dir.xlsx").mkdir()
    assert outcome(tmp_path / "dir.xlsx") == ["facts-folder"]
    (tmp_path / "a.docx").write_bytes(b"PK")
    assert outcome(tmp_path / "a.docx") == ["facts-file-kind"]
    (tmp_path / "plain").write_bytes(b"x")
    assert outcome(tmp_path / "plain") == ["facts-file-kind"]
    assert outcome(tmp_path / "a\0.xlsx") == ["facts-file-unreadable"]


def test_pipes_and_locked_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.csv")
        assert outcome(tmp_path / "pipe.csv") == ["facts-file-unreadable"]
    locked = tmp_path / "锁.csv"
    locked.write_text("x")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "locked")

    monkeypatch.setattr(Path, "open", refuse)
    assert outcome(locked) == ["facts-file-unreadable"]


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "csv", "json", "yaml"])
def test_random_and_empty_bytes(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"区.{kind}"
    path.write_bytes(bytes(range(256)) * 20)
    assert len(outcome(path)) == 1
    path.write_bytes(b"")
    assert len(outcome(path)) <= 1


def test_truncated_workbooks(tmp_path: Path) -> None:
    data = small_book(tmp_path / "whole.xlsx")
    path = tmp_path / "cut.xlsx"
    for length in (1, 10, 100, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:length])
        assert outcome(path) == ["facts-file-broken"], length
    broken = bytearray(data)
    broken[len(data) // 3] ^= 0xFF
    path.write_bytes(bytes(broken))
    _, findings = read(world(), [path])
    worded(findings)


def test_other_things_behind_a_spreadsheet_name(tmp_path: Path) -> None:
    page = tmp_path / "a.xls"
    page.write_text("<html><table><tr><td>名称</td></tr></table></html>", "utf-8")
    assert outcome(page) == ["facts-file-kind"]
    assert outcome(zipped(tmp_path / "a.xlsx", {"word/document.xml": b"<w/>"})) == ["facts-file-kind"]
    cut = tmp_path / "b.xls"
    cut.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    assert outcome(cut) == ["facts-file-broken"]


def test_xlsx_named_xls_is_read_all_the_same(tmp_path: Path) -> None:
    small_book(tmp_path / "a.xlsx")
    (tmp_path / "a.xlsx").rename(tmp_path / "a.xls")
    facts, findings = read(world(), [tmp_path / "a.xls"])
    assert facts.tables == {"区": ()}
    assert texts(findings) == []


def test_encrypted_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    data = bytearray(small_book(path))
    # The flag that says a member is encrypted, in the first local header and the first directory entry.
    data[6] |= 1
    directory = data.index(b"PK\x01\x02")
    data[directory + 8] |= 1
    path.write_bytes(bytes(data))
    assert outcome(path) == ["facts-file-password"]


def test_zip_bombs(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "a.xlsx", {"xl/workbook.xml": b"<x/>" + b" " * (120 * 2**20)})
    assert outcome(bomb) == ["facts-too-large"]
    many = zipped(tmp_path / "b.xlsx", {f"{number}.xml": b"" for number in range(10_001)})
    assert outcome(many) == ["facts-too-large"]


def test_archive_that_lies_about_its_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from policydsl.facts import archive

    path = zipped(tmp_path / "a.xlsx", {"xl/workbook.xml": b"a" * 100_000})
    data = bytearray(path.read_bytes())
    directory = data.index(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    monkeypatch.setattr(archive, "MAX_INFLATED", 50_000)
    assert outcome(path) == ["facts-too-large"]


@pytest.mark.parametrize(
    "sheet",
    [
        b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>',
        b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048577"><c r="A1048577"><v>1</v></c></row>'
        b"</sheetData></worksheet>",
        b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="AZ1048576"><v>1</v></c></row>'
        b"</sheetData></worksheet>",
    ],
)
def test_far_cells_do_not_make_giant_sheets(tmp_path: Path, sheet: bytes) -> None:
    assert outcome(sheet_book(tmp_path / "a.xlsx", sheet)) == ["facts-too-large"]


@pytest.mark.parametrize(
    "sheet",
    [
        b'<row r="5"><c r="A5"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>',
        b'<row r="1"><c r="A5"><v>1</v></c><c r="A2"><v>1</v></c></row>',
        b"<row r='5'><c r='A5'><v>1</v></c></row><row r='2'><c r='A2'><v>1</v></c></row>",
        b'<x:row r="5"><x:c s="1" r="A5"><x:v>1</x:v></x:c></x:row><x:row r="2"><x:c/></x:row>',
    ],
)
def test_rows_out_of_order_are_refused(tmp_path: Path, sheet: bytes) -> None:
    whole = b"<worksheet><sheetData>" + sheet + b"</sheetData></worksheet>"
    assert outcome(sheet_book(tmp_path / "a.xlsx", whole)) == ["facts-file-broken"]


def test_xls_that_claims_a_giant_extent(tmp_path: Path) -> None:
    import xlwt

    book = xlwt.Workbook()
    book.add_sheet("A").write(1, 1, 1)
    book.save(str(tmp_path / "a.xls"))
    data = bytearray((tmp_path / "a.xls").read_bytes())
    claim = data.index(bytes([0, 2, 14, 0])) + 4
    data[claim : claim + 4] = (0x360000).to_bytes(4, "little")
    (tmp_path / "a.xls").write_bytes(bytes(data))
    assert outcome(tmp_path / "a.xls") == ["facts-file-broken"]


def test_ods_repeats_do_not_make_giant_sheets(tmp_path: Path) -> None:
    xml = (
        b'<office:document-content><table:table table:name="A"><table:table-row table:number-rows-repeated="1000000">'
        b'<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="900"/>'
        b"</table:table-row></table:table></office:document-content>"
    )
    path = zipped(
        tmp_path / "a.ods", {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": xml}
    )
    assert outcome(path) == ["facts-too-large"]


@pytest.mark.parametrize(
    "xml", [b"<a><table:table table:name='A'></b>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"<a>"]
)
def test_ods_that_is_no_xml(tmp_path: Path, xml: bytes) -> None:
    path = zipped(
        tmp_path / "a.ods", {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": xml}
    )
    assert outcome(path) == ["facts-file-broken"]


def test_scanning_time_grows_with_length_only() -> None:
    from time import perf_counter

    from policydsl.facts.sheetxml import Workbook, scan

    for piece in (b"<c ", b'<c t="e"', b"<c><f>", b"<c><f/>" + b" " * 300, b"<x:c x:", b"<row r="):
        start = perf_counter()
        scan(piece * (1_000_000 // len(piece)), Workbook({}, uncalculated=True))
        assert perf_counter() - start < 20, piece


def test_csv_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from policydsl.facts import delimited

    (tmp_path / "区.csv").write_text("名称" + ",x" * 1_001)
    assert outcome(tmp_path / "区.csv") == ["facts-too-large"]
    monkeypatch.setattr(delimited, "MAX_ROWS", 10)
    (tmp_path / "区.csv").write_text("名称\n" * 11)
    assert outcome(tmp_path / "区.csv") == ["facts-too-large"]
    (tmp_path / "区.csv").write_text("名称\n" + "x" * 10_000_000)
    assert outcome(tmp_path / "区.csv") == ["facts-syntax"]


def test_csv_that_stops_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "区.csv"
    path.write_text('名称,高企认定数\n黄埔区,"5', "utf-8")
    assert outcome(path) == ["facts-syntax"]
    path.write_bytes("名称,高企认定数\n黄埔区,5\n天河".encode()[:-1])
    assert outcome(path) == ["facts-file-broken"]
    path.write_bytes(b"\xff\xfe\x00")
    assert outcome(path) == ["facts-encoding"]
    path.write_bytes(b"a\0b")
    assert outcome(path) == ["facts-file-kind"]
    path.write_bytes("名称".encode("gb18030") + b"\x80\xff")
    assert outcome(path) == ["facts-encoding"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "facts-syntax"),
        ('{"区": [}', "facts-syntax"),
        ("[]", "facts-shape"),
        ("5", "facts-shape"),
        ('{"区": 5}', "facts-shape"),
        ('{"区": ["黄埔区"]}', "facts-shape"),
        ('{"区": {"名称": "黄埔区"}}', "facts-shape"),
        ('{"区": [], "区": []}', "facts-duplicate-name"),
        ('{"区": [{"名称": "黄埔区", "名称": "天河区"}]}', "facts-duplicate-name"),
        ('{"区": [{"系数": NaN}]}', "facts-syntax"),
        ("[" * 30 + "]" * 30, "facts-too-large"),
        ("[" * 1_000_000, "facts-too-large"),
        ('{"a": ' * 100_000, "facts-too-large"),
        ("{}", "facts-nothing"),
    ],
)
def test_json_that_cannot_be_read(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "f.json"
    path.write_text(text, "utf-8")
    assert outcome(path) == [code]


def test_brackets_in_json_text_are_no_depth(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    path.write_text('{"企业": [{"代码": "' + r"\"" + "[{" * 50 + '", "区": "黄埔区"}]}', "utf-8")
    facts, findings = read(world(), [path])
    assert texts(findings) == []
    assert facts.tables["企业"][0].key == '"' + "[{" * 50


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("区: [", "facts-syntax"),
        ("区:\n\t- x", "facts-syntax"),
        ("a: &a [1]\nb: *a\n", "facts-alias"),
        ("区: !!python/object:os.system [ls]", "facts-alias"),
        ("区: []\n区: []\n", "facts-duplicate-name"),
        ("? [a]\n: b\n", "facts-syntax"),
        ("a: 1\n---\nb: 1\n", "facts-syntax"),
        ("[" * 50 + "]" * 50, "facts-too-large"),
        ("- a", "facts-shape"),
        ("", "facts-file-broken"),
        ("~", "facts-nothing"),
        ("区: [{名称: {值: 黄埔区}}", "facts-syntax"),
    ],
)
def test_yaml_that_cannot_be_read(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "f.yaml"
    path.write_text(text, "utf-8")
    assert outcome(path) == [code]


def test_too_large_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from policydsl.facts import read as module  # noqa: F401

    monkeypatch.setattr(sys.modules["policydsl.facts.read"], "MAX_FILE", 10)
    (tmp_path / "区.csv").write_text("名称,高企认定数\n")
    assert outcome(tmp_path / "区.csv") == ["facts-too-large"]
    assert grid.MAX_FILE == 200 * 2**20


def test_one_bad_file_does_not_spoil_the_others(tmp_path: Path) -> None:
    (tmp_path / "f.json").write_text("{")
    folder = tmp_path / "t"
    folder.mkdir()
    read_csv(folder, 区="名称\n黄埔区\n")
    (folder / "f.xlsx").write_bytes(b"x")
    facts, findings = read(world(), [tmp_path / "f.json", folder])
    assert [record.key for record in facts.tables["区"]] == ["黄埔区"]
    assert [code for code, _ in texts(findings)] == ["facts-syntax"]
    assert "facts-file-skipped" in [item.code for item in findings]
