"""The commands on a folder of notices: the law of a day, a rule's history, runs and explanations that say which version ruled."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from policydsl.cli.main import main
from policydsl.reports.trace_json import schema

OLD = """政策 “旧”:
    编号 旧
    日期 2024年1月1日
    主体 区
    {basis}
单位 家

对象 区:
    名称: 文本  主键
    家数: 家
    受理: 日期

标准 单价 = 100元/家  依据 一
规则 补助 = 家数 × 单价  依据 二
规则 奖励 = 1元  依据 三
"""
NEW = """政策 “新”:
    编号 新
    日期 2025年1月1日

修订 旧: 依据 九
    改为 单价 = 200元/家
    废止 奖励
    {past}
"""
FACTS = {"区": [{"名称": "甲", "家数": 2, "受理": "2024-06-01"}, {"名称": "乙", "家数": 3, "受理": "2025-06-01"}]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path)


def write(path: Path, basis: str = "", past: str = "") -> Path:
    inside = path / "库"
    inside.mkdir(exist_ok=True)
    (inside / "旧.pol").write_text(OLD.format(basis=basis), encoding="utf-8")
    (inside / "新.pol").write_text(NEW.format(past=past), encoding="utf-8")
    (path / "facts.json").write_text(json.dumps(FACTS, ensure_ascii=False), encoding="utf-8")
    return inside


def facts(folder: Path) -> str:
    return str(folder.parent / "facts.json")


def test_law(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["law", str(folder), "--on", "2025-01-01", "--of", "旧"]) == 0
    out = capsys.readouterr().out
    assert "标准 单价 = 200元/家" in out and "此前是「100元/家」" in out and "× 规则 奖励" in out
    assert main(["law", str(folder), "--on", "2024-12-31"]) == 0
    out = capsys.readouterr().out
    assert "标准 单价 = 100元/家" in out and "新" not in out.split("没有采用")[0]


def test_law_as_a_page(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "旧.pol").write_text(OLD.format(basis="").replace("“旧”", "“<script>旧”"), encoding="utf-8")
    target = folder.parent / "law.html"
    assert main(["law", str(folder), "--on", "2025-01-01", "--of", "旧", "-o", str(target)]) == 0
    page = target.read_text(encoding="utf-8")
    assert "<script" not in page and "&lt;script&gt;" in page and "://" not in page
    assert '<article class="gone">' in page and '<article class="changed">' in page


def test_law_refuses_what_makes_no_sense(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["law", str(folder), "--on", "2025-1-1"]) == 2
    assert main(["law", str(folder), "--on", "2025-01-01", "--of", "没有"]) == 2
    assert main(["law", str(folder), "--on", "2023-01-01", "--of", "旧"]) == 1
    assert main(["law", str(folder / "无"), "--on", "2025-01-01"]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_law_says_what_is_wrong_and_still_prints(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = NEW.format(past="改为 没有的 = 1元")
    (folder / "新.pol").write_text(text, encoding="utf-8")
    assert main(["law", str(folder), "--on", "2025-01-01", "--of", "旧"]) == 1
    shown = capsys.readouterr()
    assert "amend-unknown-target" in shown.err and "标准 单价 = 200元/家" in shown.out


def test_history(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", str(folder), "单价"]) == 0
    out = capsys.readouterr().out
    assert "旧「单价」" in out and "改为「200元/家」" in out and "新.pol:6:5" in out
    assert main(["history", str(folder), "旧.奖励", "--format", "json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["histories"]
    assert found["gone"] and found["acts"][0]["deed"] == "repeal"
    assert main(["history", str(folder), "单介"]) == 2
    assert "单价" in capsys.readouterr().err


def test_run_and_explain(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = [str(folder), facts(folder)]
    assert main(["run", *call, "--on", "2025-01-01", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["results"]["区"]["甲"]["补助"]["value"] == "400" and "奖励" not in data["results"]["区"]["甲"]
    assert data["law"]["notice"] == "旧" and data["law"]["amended_by"] == ["新"]
    assert main(["run", *call, "--on", "2025-01-01", "--known", "2024-12-31", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["results"]["区"]["甲"]["补助"]["value"] == "200"
    assert main(["explain", *call, "--on", "2025-01-01", "--of", "甲", "--rule", "补助"]) == 0
    out = capsys.readouterr().out
    assert "经 新 修订" in out and "此前是「100元/家」" in "".join(out.split())
    assert main(["explain", *call, "--on", "2024-12-31", "--of", "甲", "--rule", "补助", "--lang", "en"]) == 0
    assert "its day has not come" in " ".join(capsys.readouterr().out.split())
    for form in ("md", "html", "json"):
        assert main(["explain", *call, "--on", "2025-01-01", "--of", "甲", "--format", form]) == 0
        out = capsys.readouterr().out
        assert "100元/家" in out
        if form == "json":
            jsonschema.validate(json.loads(out), schema())
    assert main(["explain", *call, "--on", "2025-01-01", "--rule", "奖励"]) == 2
    assert "废止「奖励」" in capsys.readouterr().err
    assert main(["run", *call]) == 2
    assert (
        main(["run", str(folder / "旧.pol"), facts(folder), "--with", str(folder / "新.pol"), "--on", "2025-01-01"])
        == 0
    )
    assert "600元" in capsys.readouterr().out
    assert main(["readings", *call, "--on", "2025-01-01"]) == 0


def test_each_case_is_under_the_law_of_its_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path, basis="基准日 受理")
    assert main(["run", str(folder), facts(folder), "--format", "json"]) == 0
    one, two = json.loads(capsys.readouterr().out)["texts"]
    assert one["results"]["区"]["甲"]["补助"]["value"] == "200" and list(one["results"]["区"]) == ["甲"]
    assert two["results"]["区"]["乙"]["补助"]["value"] == "600"
    assert main(["explain", str(folder), facts(folder), "--of", "乙", "--rule", "补助"]) == 0
    assert "600元" in capsys.readouterr().out
    assert main(["run", str(folder), facts(folder), "--format", "csv"]) == 2


def results(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, dict[str, dict[str, object]]]:
    """What a run gives for each 区, whatever text rules it."""
    assert main(["run", str(folder), facts(folder), "--format", "json", "--notice", "旧", *more]) == 0
    data = json.loads(capsys.readouterr().out)
    parts = data.get("texts", [data])
    return {key: rules for part in parts for key, rules in part["results"]["区"].items()}


def test_the_day_of_a_case_may_be_computed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path, basis="基准日 算到")
    with (folder / "旧.pol").open("a", encoding="utf-8") as file:
        file.write("规则 算到 = 受理 + 1天  依据 三\n")
    rows = [{"名称": "甲", "家数": 2, "受理": "2024-12-30"}, {"名称": "乙", "家数": 3, "受理": "2024-12-31"}]
    (tmp_path / "facts.json").write_text(json.dumps({"区": rows}, ensure_ascii=False), encoding="utf-8")
    found = results(folder, capsys)
    assert found["甲"]["补助"]["value"] == "200" and found["甲"]["奖励"]["value"] == "1"
    assert found["乙"]["补助"]["value"] == "600" and "奖励" not in found["乙"]
    # a day that the amendment itself moves chooses no text
    with (folder / "新.pol").open("a", encoding="utf-8") as file:
        file.write("    改为 算到 = 受理\n")
    assert main(["run", str(folder), facts(folder), "--notice", "旧"]) == 2
    assert "本身被修订改了" in capsys.readouterr().err


def test_a_case_without_its_day_has_what_every_text_gives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path, basis="基准日 受理")
    with (folder / "旧.pol").open("a", encoding="utf-8") as file:
        file.write("规则 双倍 = 家数 × 2  依据 三\n")
    rows = [{"名称": "甲", "家数": 2}, {"名称": "乙", "家数": 3, "受理": "2024-12-31"}]
    (tmp_path / "facts.json").write_text(json.dumps({"区": rows}, ensure_ascii=False), encoding="utf-8")
    found = results(folder, capsys)
    assert found["甲"]["补助"]["status"] == "unknown" and found["甲"]["双倍"]["value"] == "4"
    assert found["乙"]["补助"]["value"] == "300"
    assert main(["explain", str(folder), facts(folder), "--notice", "旧", "--of", "甲", "--rule", "补助"]) == 0
    assert "缺少区「甲」的「受理」" in capsys.readouterr().out


def test_a_day_that_is_not_one_of_the_case_needs_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path, basis="基准日 到账")
    with (folder / "旧.pol").open("a", encoding="utf-8") as file:
        file.write("对象 企业 属于 区:\n    到账: 日期\n规则 企业数 = 计数(企业)  依据 三\n")
    assert main(["run", str(folder), facts(folder), "--notice", "旧"]) == 2
    assert "--on" in capsys.readouterr().err
    found = results(folder, capsys, "--on", "2024-12-31")
    assert found["甲"]["补助"]["value"] == "200"


def test_the_better_law_is_shown_with_the_comparison(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path, basis="基准日 受理", past="既往 从优 按 补助")
    assert main(["explain", str(folder), facts(folder), "--of", "甲", "--rule", "补助"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "补助 = 400元" in out
    assert "旧规定 200元" in out and "新 的新规定 400元" in out
    assert main(["explain", str(folder), facts(folder), "--of", "甲", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    jsonschema.validate(data, schema())
    assert data["compared"][0]["taken"] == 1


def test_check_and_test_go_through_a_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = "    算例 新的:\n        设 家数 = 2家\n        应 补助 = {}元\n"
    (folder / "新.pol").write_text(NEW.format(past="") + example.format(400), encoding="utf-8")
    assert main(["check", str(folder)]) == 0
    assert main(["test", str(folder)]) == 0
    assert "1 passed, 0 failed" in capsys.readouterr().out
    (folder / "新.pol").write_text(NEW.format(past="") + example.format(401), encoding="utf-8")
    assert main(["test", str(folder / "新.pol")]) == 1
    (folder / "新.pol").write_text(NEW.format(past="废止 没有的"), encoding="utf-8")
    assert main(["check", str(folder)]) == 1
    assert "amend-unknown-target" in capsys.readouterr().out


def test_a_template_of_the_text_of_a_day(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from openpyxl import load_workbook

    more = "增加:\n        对象 区:\n            新项: 家"
    (folder / "新.pol").write_text(NEW.format(past=more), encoding="utf-8")
    target = folder.parent / "待填.xlsx"
    heads = []
    for on in ("2024-12-31", "2025-01-01"):
        assert main(["template", str(folder), "--notice", "旧", "--on", on, "-o", str(target)]) == 0
        heads.append("".join(str(cell.value) for cell in next(load_workbook(target)["区"].iter_rows())))
    assert "新项" not in heads[0] and "新项" in heads[1]
