"""Receipts of a notice of a corpus, and a notice compared with itself on two days."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from policydsl.cli.main import main
from tests.receipts.test_receipts import SCHEMA

FIRST = """政策 “先”:
    编号 先-1
    日期 2025年1月1日
    施行 自 2025年1月1日 起
    主体 区
单位 家
对象 区:
    名称: 文本 主键
    家数: 家
规则 单价 = 300元/家  依据 一
规则 奖励 = 家数 × 单价  依据 一
"""
SECOND = """政策 “后”:
    编号 后-1
    日期 2025年5月1日
    主体 区
修订 先-1: 依据 十
    改为 单价 = 400元/家
"""
ROWS = {"区": [{"名称": "甲区", "家数": 10}, {"名称": "乙区", "家数": 0}]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "库").mkdir()
    (tmp_path / "库" / "先.pol").write_text(FIRST, encoding="utf-8")
    (tmp_path / "库" / "后.pol").write_text(SECOND, encoding="utf-8")
    (tmp_path / "f.json").write_text(json.dumps(ROWS, ensure_ascii=False), encoding="utf-8")
    return tmp_path


def run(folder: Path, *options: str) -> int:
    names = [str(folder / name) for name in ("库", "f.json", "r.json")]
    return main(["run", names[0], names[1], "--notice", "先-1", "--receipt", names[2], *options])


@pytest.mark.parametrize(("day", "award"), [("2025-04-30", "3000"), ("2025-05-01", "4000")])
def test_the_text_of_the_day_is_put_together_again(
    folder: Path, day: str, award: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "--on", day) == 0
    data = json.loads((folder / "r.json").read_text(encoding="utf-8"))
    jsonschema.validate(data, SCHEMA)
    assert (data["run"]["of"], data["run"]["law"]) == ("先-1", day)
    assert [(item["role"], item["name"]) for item in data["files"]] == [
        ("policy", "库/先.pol"),
        ("stands-on", "库/后.pol"),
        ("facts", "f.json"),
    ]
    assert data["results"]["区"]["甲区"]["奖励"]["value"] == award
    capsys.readouterr()
    assert main(["replay", str(folder / "r.json")]) == 0
    assert main(["replay", str(folder / "r.json"), "--corpus", str(folder / "库")]) == 0
    assert "一个字节也不差" in capsys.readouterr().out


def test_an_amendment_that_changed_and_one_that_came_are_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "--on", "2025-06-01") == 0
    (folder / "库" / "后.pol").write_text(SECOND.replace("400", "450"), encoding="utf-8")
    third = SECOND.replace("后-1", "三-1").replace("2025年5月1日", "2025年7月1日").replace("修订 先-1", "修订 后-1")
    (folder / "库" / "三.pol").write_text(third.replace("改为 单价 = 400元/家", "废止"), encoding="utf-8")
    capsys.readouterr()
    assert main(["replay", str(folder / "r.json"), "--corpus", str(folder / "库")]) == 1
    out = capsys.readouterr().out
    assert "库/后.pol 变了" in out and "修改 规则 单价: 400元/家 → 450元/家" in out
    assert "区 甲区 奖励\uff1a4,000元 → 4,500元" in out
    assert "三-1 后 修订了它\uff0c自 2025-07-01 起" in out


def test_what_was_not_known_then_is_not_in_it(folder: Path) -> None:
    assert run(folder, "--on", "2025-06-01", "--known", "2025-04-01") == 0
    data = json.loads((folder / "r.json").read_text(encoding="utf-8"))
    assert (data["run"]["known"], data["results"]["区"]["甲区"]["奖励"]["value"]) == ("2025-04-01", "3000")
    assert main(["replay", str(folder / "r.json")]) == 0


def test_two_days_of_a_notice_are_compared(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["diff", str(folder / "库"), "--notice", "先-1", "--facts", str(folder / "f.json")]
    assert main([*call, "--on", "2025-04-30", "--on", "2025-05-01"]) == 0
    out = capsys.readouterr().out
    assert "先 (先-1) 2025-04-30 的文本" in out
    assert "2 个区合计 3,000元 → 4,000元\uff0c多 1,000元" in out
    assert "修改 规则 单价" in out and "300元/家 → 400元/家" in out
    assert main([*call, "--on", "2025-02-01", "--on", "2025-03-01", "--exit-code"]) == 0
    assert "没有改动" in capsys.readouterr().out


def test_calls_that_make_no_sense_are_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus, first = str(folder / "库"), str(folder / "库" / "先.pol")
    assert main(["diff", corpus]) == 2
    assert main(["diff", corpus, "--on", "2025-04-30"]) == 2
    assert main(["diff", first, first, "--on", "2025-04-30", "--on", "2025-05-01"]) == 2
    assert main(["diff", corpus, "--notice", "无", "--on", "2025-04-30", "--on", "2025-05-01"]) == 2
    assert main(["diff", corpus, "--notice", "先-1", "--on", "2024-04-30", "--on", "2025-05-01"]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_a_draft_that_only_amends_is_compared_by_what_it_makes_of_the_notice(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = str(folder / "库" / "先.pol"), str(folder / "库" / "后.pol")
    assert main(["diff", first, second, "--facts", str(folder / "f.json")]) == 0
    out = capsys.readouterr().out
    assert "新  后 (后-1)" in out
    assert "1 处实质改动\uff1a规则 1\n" in out
    assert "2 个区合计 3,000元 → 4,000元\uff0c多 1,000元" in out
    assert main(["diff", first, second, "--on", "2025-02-01", "--exit-code"]) == 0
    broken = folder / "坏.pol"
    broken.write_text(SECOND.replace("改为 单价", "改为 没有的"), encoding="utf-8")
    assert main(["diff", first, str(broken)]) == 1
    assert capsys.readouterr().err
