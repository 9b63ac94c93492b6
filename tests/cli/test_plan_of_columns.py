"""`policydsl run --plan`: which rules go to columns and which to the reference is told before anything is computed."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from policydsl.cli.main import main

POLICY = """政策 “结转(编造)”:
    编号 PLAN-1
    主体 区

对象 区:
    名称: 文本 主键
    数:   数

约束 数不多: 数 不超过 100
{rule}
规则 几 = 名次(全体 数 从高 并列 紧接)  依据 一
"""
CARRIED = "规则 期末 = 上一条(全体 期末 依 数 首条 0) + 数  依据 一"


def files(folder: Path, rule: str, rows: int = 3) -> list[str]:
    """A policy and its facts."""
    policy, facts = folder / "p.pol", folder / "区.parquet"
    policy.write_text(POLICY.format(rule=rule), "utf-8")
    duckdb.connect().sql(f"select 'C' || i as 名称, i::int as 数 from range({rows}) t(i)").write_parquet(str(facts))
    return [str(policy), str(facts)]


def test_everything_in_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *files(tmp_path, "规则 两倍 = 数 × 2  依据 一"), "--plan"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "列引擎算 3 条规则:2 条只看一户自己的行,一段一段算;1 条要看全部的行"
    assert told[1:] == ["约束不成立的户由参考解释器算;有没有,算的时候才知道"]


def test_what_goes_to_the_reference_and_what_that_means(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ["run", *files(tmp_path, CARRIED), "-o", str(tmp_path / "out.parquet"), "--plan"]
    assert main(asked) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[1] == "参考解释器算「区.期末」,因为 读自己上一条的结果"
    assert told[2] == "其中有要看全部的行的,所以整个测算(3 行)都会由参考解释器完成"
    assert not (tmp_path / "out.parquet").exists()
    monkeypatch.setattr("policydsl.columnar.planned.MOST_WHOLE", 2)
    assert main(asked) == 1
    assert "会拒绝" in capsys.readouterr().out


def test_a_plan_is_of_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy, _ = files(tmp_path, CARRIED)
    book = tmp_path / "facts.xlsx"
    book.write_bytes(b"")
    assert main(["run", policy, str(book), "--plan"]) == 2
    assert "--engine columnar" in "".join(capsys.readouterr())
