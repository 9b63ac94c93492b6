"""The commands as a user calls them: what they print, what they write, and their exit codes."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from policydsl.cli.main import main

ROOT = Path(__file__).parents[2]
NOTICE = str(ROOT / "policies" / "2025.pol")
FACTS = str(ROOT / "policies" / "examples" / "2025" / "facts.xlsx")
GOOD = """政策 “例”:
    编号 例-1
    主体 区
单位 家
对象 区:
    名称: 文本 主键
    家数: 家
规则 补助, 万元 = 家数 × 3000元/家  依据 一
规则 平均 = 补助 ÷ 3  依据 一
算例 一:
    设 家数 = 10家
    应 补助 = 3万元
"""


def policy(folder: Path, text: str = GOOD) -> str:
    path = folder / "a.pol"
    path.write_text(text, encoding="utf-8")
    return str(path)


def facts(folder: Path, tables: object) -> str:
    path = folder / "facts.json"
    path.write_text(json.dumps(tables, ensure_ascii=False), encoding="utf-8")
    return str(path)


def test_check_says_that_all_is_well_or_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", policy(tmp_path)]) == 0
    assert "没有问题" in capsys.readouterr().out
    assert main(["check", policy(tmp_path, GOOD.replace("家数 × 3000元/家", "家数 + 3000元"))]) == 1
    assert "unit-mismatch" in capsys.readouterr().out
    assert main(["check", "--format", "json", policy(tmp_path, GOOD.replace("家数 ×", "家树 ×"))]) == 1
    (finding,) = [item for item in json.loads(capsys.readouterr().out)["findings"] if item["weight"] == "error"]
    assert (finding["code"], finding["line"], finding["column"], finding["mend"]) == ("unknown-name", 8, 13, "家数")


def test_advice_counts_only_where_asked(tmp_path: Path) -> None:
    name = policy(tmp_path, GOOD.replace("规则 平均 = 补助 ÷ 3  依据 一", "规则 平均 = 补助 ÷ 3"))
    assert main(["check", name]) == 0
    assert main(["check", "--strict", name]) == 1


def test_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert main(["nonsense"]) == 2
    assert main(["check"]) == 2
    assert main(["check", "no-such-file.pol"]) == 1
    assert "policy-not-found" in capsys.readouterr().out


def test_results_as_json_are_the_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = {"区": [{"名称": "甲", "家数": 10}, {"名称": "乙", "家数": ""}]}
    assert main(["run", policy(tmp_path), facts(tmp_path, rows), "--format", "json"]) == 0
    results = json.loads(capsys.readouterr().out)["results"]["区"]
    assert results["甲"]["补助"] == {"status": "value", "value": "3", "unit": "万元", "reasons": []}
    assert results["甲"]["平均"]["value"] == "10000"
    assert results["乙"]["补助"]["status"] == "unknown"
    assert results["乙"]["补助"]["value"] is None
    assert results["乙"]["补助"]["reasons"]


def test_results_go_to_files_by_their_ending(tmp_path: Path) -> None:
    name, data = policy(tmp_path), facts(tmp_path, {"区": [{"名称": "=1+1", "家数": 10}]})
    for ending in ("json", "csv", "xlsx"):
        target = tmp_path / f"r.{ending}"
        assert main(["run", name, data, "-o", str(target)]) == 0
        assert target.stat().st_size > 0
    assert "'=1+1" in (tmp_path / "r.csv").read_text(encoding="utf-8-sig")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pol", "facts.json", "r.csv", "r.json", "r.xlsx"]
    assert main(["run", name, data, "--format", "xlsx"]) == 2


def test_a_bad_row_is_said_and_the_good_ones_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = {"区": [{"名称": "甲", "家数": 10}, {"名称": "乙", "家数": "三家"}, {"名称": "丙", "家数": 2.5}]}
    assert main(["run", policy(tmp_path), facts(tmp_path, rows), "--format", "json"]) == 1
    out = capsys.readouterr()
    results = json.loads(out.out)["results"]["区"]
    assert [results[key]["补助"]["status"] for key in ("甲", "乙", "丙")] == ["value", "invalid", "invalid"]
    assert "#2" in out.err and "#3" in out.err


def test_explain_in_each_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name, data = policy(tmp_path), facts(tmp_path, {"区": [{"名称": "甲", "家数": 10}]})
    assert main(["explain", name, data, "--of", "甲", "--rule", "补助"]) == 0
    told = capsys.readouterr().out
    assert "家数 10家 ×" in told and "= 30,000元" in told and "〔一〕" in told and "#1" in told
    for ending in ("md", "html", "json"):
        assert main(["explain", name, data, "-o", str(tmp_path / f"e.{ending}")]) == 0
    assert main(["explain", name, data, "--lang", "en"]) == 0
    capsys.readouterr()
    assert main(["explain", name, data, "--of", "丁"]) == 2
    assert "丁" in capsys.readouterr().err


def test_readings_and_days_are_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name, data = policy(tmp_path), facts(tmp_path, {"区": []})
    assert main(["run", name, data, "--reading", "无此=甲"]) == 2
    assert main(["run", name, data, "--reading", "无等号"]) == 2
    assert main(["run", name, data, "--on", "2025-2-30"]) == 2
    assert "2025-2-30" in capsys.readouterr().err


def test_examples_that_fail_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = policy(tmp_path, GOOD.replace("应 补助 = 3万元", "应 补助 = 4万元"))
    assert main(["test", name]) == 1
    out = capsys.readouterr().out
    assert "应为 4万元" in out and "0 passed, 1 failed" in out
    assert main(["test", policy(tmp_path)]) == 0


def test_fmt_writes_the_one_form_and_leaves_broken_files_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = policy(tmp_path)
    assert main(["fmt", "--check", name]) == 1
    assert main(["fmt", name]) == 0
    assert main(["fmt", "--check", name]) == 0
    formatted = Path(name).read_text(encoding="utf-8")
    assert main(["fmt", "--to", "en", name]) == 0
    assert Path(name).read_text(encoding="utf-8").startswith("policy “例”:")
    assert main(["test", name]) == 0
    assert main(["fmt", "--to", "zh", name]) == 0
    assert Path(name).read_text(encoding="utf-8") == formatted
    broken = policy(tmp_path, GOOD + "规则 坏 = \n")
    assert main(["fmt", broken]) == 1
    assert Path(broken).read_text(encoding="utf-8") == GOOD + "规则 坏 = \n"


def test_template_is_a_workbook_that_reads_back(tmp_path: Path) -> None:
    target = tmp_path / "t.xlsx"
    name = policy(tmp_path)
    assert main(["template", name, "-o", str(target)]) == 0
    assert main(["run", name, str(target), "--format", "json", "-o", str(tmp_path / "r.json")]) == 0
    assert main(["template", name, "-o", str(tmp_path / "t.txt")]) == 2
    assert main(["template", NOTICE, "-o", str(tmp_path / "n.xlsx")]) == 0


def test_new_files_check_and_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    for language in ("zh", "en"):
        target = str(tmp_path / f"{language}.pol")
        assert main(["new", target, "--lang", language, "--title", "试"]) == 0
        assert main(["check", "--strict", target]) == 0
        assert main(["test", target]) == 0
        before = Path(target).read_bytes()
        assert main(["new", target]) == 1
        assert Path(target).read_bytes() == before


def test_repl_answers_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name, data = policy(tmp_path), facts(tmp_path, {"区": [{"名称": "甲", "家数": 10}]})
    monkeypatch.setattr("sys.stdin", io.StringIO("家数 × 2\n家数 + 2\n补助\n"))
    assert main(["repl", name, data]) == 0
    out = capsys.readouterr().out
    assert "试算 = 20家" in out and "unit-needed" in out and "30,000元" in out


def test_the_notice_and_its_workbook_end_to_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", NOTICE, FACTS, "--format", "json"]) == 0
    results = json.loads(capsys.readouterr().out)["results"]["区"]
    assert results["黄埔区"]["高企认定补助"] == {"status": "value", "value": "600000", "unit": "元", "reasons": []}
    assert results["番禺区"]["基础补助"]["status"] == "pending"
    # the amounts approved were approved under the adopted reading; under another they are said to exceed what is due
    assert main(["run", NOTICE, FACTS, "--format", "json", "--reading", "档内单价=超额累进"]) in (0, 1)
    other = json.loads(capsys.readouterr().out)["results"]["区"]
    assert other["黄埔区"]["高企认定补助"]["status"] == "value"
    assert other["黄埔区"]["高企认定补助"]["value"] != "600000"


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"\xff\xfe\x00", "政策".encode("utf-16"), b"(" * 100_000, b"a" * 10_000_000]
)
def test_any_bytes_as_a_policy_end_in_a_message(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.pol"
    path.write_bytes(content)
    assert main(["check", str(path)]) == 1
    assert "Traceback" not in capsys.readouterr().out
    assert main(["check", str(tmp_path)]) == 1
