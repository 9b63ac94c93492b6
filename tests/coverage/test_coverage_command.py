"""`policydsl coverage` in its four formats, on files as strangers send them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook
from rich.cells import cell_len
from small_notice import NOTICE, POLICY

from policydsl.cli.main import FINDINGS, FINE, USAGE, main

WHOLE = POLICY.replace("条款 二2 “培训”", "条款 二1c: 不作规则 “百分之五写作105%”\n条款 二2 “培训”")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "全.pol").write_text(WHOLE, encoding="utf-8")
    (tmp_path / "缺.pol").write_text(
        POLICY.replace("条款 三: 不作规则 “解释权”", "条款 三 “<b>解释权”"), encoding="utf-8"
    )
    (tmp_path / "文.txt").write_text(NOTICE, encoding="utf-8")
    return tmp_path


def call(files: Path, policy: str, *more: str) -> int:
    return main(["coverage", str(files / policy), "--text", str(files / "文.txt"), *more])


def test_whole_and_wanting(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(files, "全.pol") == FINE
    assert "没有。每一条都有着落。" in capsys.readouterr().out
    assert call(files, "缺.pol") == FINDINGS
    out = capsys.readouterr().out
    assert "没有规则引用它" in out and "百分之五" in out
    assert main(["coverage", str(files / "全.pol")]) == FINE
    assert "没有对照" in capsys.readouterr().out


@pytest.mark.parametrize("columns", ["60", "80", "140"])
def test_lines_are_no_wider_than_the_terminal(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    call(files, "缺.pol")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 20
    assert max(cell_len(line) for line in lines) <= int(columns)


def test_json(files: Path) -> None:
    assert call(files, "缺.pol", "-o", str(files / "a.json")) == FINDINGS
    data = json.loads((files / "a.json").read_text(encoding="utf-8"))
    assert (data["version"], data["complete"], data["policy"]["id"]) == (1, False, "SL-1")
    clauses = {clause["id"]: clause for clause in data["clauses"]}
    assert (clauses["三"]["state"], clauses["主送"]["reason"]) == ("uncovered", "送达对象")
    cited = {one["name"]: one for one in clauses["二1a"]["cited"]}
    assert (cited["面积补助"]["how"], cited["面积补助"]["quoted"]) == ("whole", "修剪面积达到")
    assert cited["修剪面积"]["where"]["line"] == WHOLE.splitlines().index("    修剪面积: 亩  依据 二1a")
    figures = [item for item in data["text"]["figures"] if item["explained"] == "not"]
    assert figures == [
        {"clause": "二1", "line": 9, "figure": "百分之五", "value": "0.05", "explained": "not", "by": []}
    ]


def test_html_is_whole_and_escaped(files: Path) -> None:
    assert call(files, "缺.pol", "-o", str(files / "a.html")) == FINDINGS
    page = (files / "a.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;解释权" in page and "<b>解释权" not in page
    assert "<script" not in page and "http://" not in page and "src=" not in page
    assert page.count("<section") == page.count("</section>") == 3
    assert page.count("<tr") == page.count("</tr>")


def test_workbook(files: Path) -> None:
    assert call(files, "缺.pol", "-o", str(files / "a.xlsx")) == FINDINGS
    book = load_workbook(files / "a.xlsx")
    assert book.sheetnames == ["要处理的", "条款与规则", "原文中的数字", "说明"]
    rows = list(book["条款与规则"].iter_rows(values_only=True))
    assert rows[0] == ("条款", "内容或理由", "状态", "引用它的")
    assert ("三", "<b>解释权", "无人引用", None) in [(*row[:3], row[3] or None) for row in rows]
    assert all(isinstance(cell, str) or cell is None for row in rows for cell in row)


def test_in_english(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(files, "缺.pol", "--lang", "en") == FINDINGS
    assert "nothing cites it" in " ".join(capsys.readouterr().out.split())


def test_full_width_text_in_another_encoding(files: Path) -> None:
    wide = NOTICE.translate({ord(sign): ord(sign) + 0xFEE0 for sign in "(),.:;%0123456789"})
    assert wide != NOTICE
    (files / "文.txt").write_bytes(wide.encode("gb18030"))
    assert call(files, "全.pol") == FINE
    (files / "文.txt").write_bytes(b"\xef\xbb\xbf" + wide.replace("\n", "\r\n").encode())
    assert call(files, "全.pol") == FINE
    (files / "文.txt").write_bytes(NOTICE.encode("utf-16"))
    assert call(files, "全.pol") == FINE


@pytest.mark.parametrize("content", [b"PK\x03\x04\x00\x00", b"\xff\xfe\x00\xd8", b"\x81\x81\xff\xff"])
def test_what_is_no_text_is_refused(files: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    (files / "文.txt").write_bytes(content)
    assert call(files, "全.pol") == FINDINGS
    assert "不是纯文本" in capsys.readouterr().err


def test_calls_that_make_no_sense(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(files, "全.pol", "--format", "xlsx") == USAGE
    assert main(["coverage", str(files / "全.pol"), "--text", str(files / "无.txt")]) == FINDINGS
    assert main(["coverage", str(files / "全.pol"), "--text", str(files)]) == FINDINGS
    assert main(["coverage", str(files / "无.pol")]) == FINDINGS
    capsys.readouterr()
