"""The command `registers`: screen, workbook and JSON, and its counts in `run` and `explain`."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from invented_registers import POLICY, credit_code, firm, large, patents, recognised, rows, written

from policydsl.cli.main import main


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A policy and its registers in the current folder."""
    monkeypatch.chdir(tmp_path)
    Path("例.pol").write_text(POLICY, encoding="utf-8")
    Path("数据").mkdir()
    places = ("甲区", "乙区")
    tables = {
        "认定名单": rows(recognised(60, places)),
        "四上库": rows(large(40, places)),
        "专利授权": rows(patents(80)),
        "区": [("甲区", "", "", ""), ("乙区", "", "", "")],
    }
    written(Path("数据"), tables)
    return ["例.pol", "数据"]


def test_the_screen_shows_counts_with_and_without_names(case: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["registers", *case]) == 0
    shown = capsys.readouterr()
    assert "规上数 = 认定名单 ∩ 四上库" in shown.out and "都确认则为" in shown.out
    assert "register-name-only" in shown.err
    assert "facts-sheet-absent" not in shown.err


def test_the_workbook_and_the_json_say_the_same(case: list[str]) -> None:
    assert main(["registers", *case, "-o", "核对.xlsx"]) == 0
    assert main(["registers", *case, "-o", "核对.json"]) == 0
    told = json.loads(Path("核对.json").read_text(encoding="utf-8"))
    book = openpyxl.load_workbook("核对.xlsx", data_only=True)
    assert book.sheetnames == ["家数", *(item["title"] for item in told["lists"].values()), "区", "说明"]
    for item in told["lists"].values():
        sheet = [
            ["" if cell is None else cell for cell in row] for row in book[item["title"]].iter_rows(values_only=True)
        ]
        assert sheet == [item["heads"], *item["rows"]]
    for count in told["counts"]:
        assert count["total"]["if_confirmed"] == sum(row["counted"] + row["by_name"] for row in count["rows"])
    formulas = openpyxl.load_workbook("核对.xlsx")["家数"]
    assert any(str(cell.value).startswith("=SUM(") for row in formulas.iter_rows() for cell in row)


def test_the_sheet_of_counts_is_a_facts_file(case: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main(["registers", *case, "-o", "核对.xlsx"])
    main(["run", *case, "--format", "json"])
    direct = json.loads(capsys.readouterr().out)
    main(["run", "例.pol", "核对.xlsx", "--format", "json"])
    assert json.loads(capsys.readouterr().out)["results"] == direct["results"]


def test_the_trace_says_where_a_count_is_from(case: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main(["explain", *case, "--of", "乙区", "--format", "json"])
    trace = json.loads(capsys.readouterr().out)
    assert "认定名单 ∩ 四上库" in json.dumps(trace, ensure_ascii=False)
    main(["explain", *case, "--of", "乙区"])
    assert "名册核对\uff1a认定名单 ∩ 四上库" in capsys.readouterr().out.replace("\n      ", "")


def test_names_that_look_like_formulas_stay_text(case: list[str]) -> None:
    written(Path("数据"), {"认定名单": [(1, "=1+1", credit_code(1), "甲区"), (1, firm(2), credit_code(2), "甲区")]})
    main(["registers", *case, "-o", "核对.xlsx"])
    cells = [cell for row in openpyxl.load_workbook("核对.xlsx")["匹配"].iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells) and any(cell.value == "=1+1" for cell in cells)


def test_calls_that_make_no_sense(case: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["registers", *case, "--format", "xlsx"]) == 2
    Path("无.pol").write_text("政策 “例”:\n    主体 区\n\n对象 区:\n    名称: 文本 主键\n", encoding="utf-8")
    assert main(["registers", "无.pol", "数据"]) == 2
    assert "没有声明名册" in capsys.readouterr().err
    Path("数据/四上库.csv").unlink()
    Path("数据/认定名单.csv").unlink()
    assert main(["registers", *case]) == 1
    assert "请给上名册" in capsys.readouterr().out.replace("\n", "")
