"""The 2025 notice: its properties proved, the smallest counterexample of a lowered rate, the same meaning re-ordered and re-formatted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import policydsl
from policydsl.cli.main import main
from policydsl.testing.examples import run_examples
from tests.bench.bench_prove import reordered

NOTICE = (Path(__file__).parents[2] / "policies" / "2025.pol").read_text("utf-8")


def test_every_stated_property_is_proved(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "2025.pol"
    path.write_text(NOTICE, "utf-8")
    assert main(["prove", str(path), "--properties", "--strict", "--seconds", "30"]) == 0
    out = capsys.readouterr().out
    assert "性质「多认定不吃亏」:成立" in out
    stated = {item.form for item in policydsl.loads(NOTICE).properties}
    assert {"monotone", "whenever", "steady", "unrelated", "order", "divided"} <= stated
    assert out.count(":成立\n") == len(policydsl.loads(NOTICE).properties)


def test_a_lowered_rate_gives_the_smallest_case(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lowered = NOTICE.replace("达到 100%(含)  600元/家", "达到 100%(含)  400元/家", 1)
    assert lowered != NOTICE
    path = tmp_path / "2025.pol"
    path.write_text(lowered, "utf-8")
    assert main(["prove", str(path), "--properties", "--seconds", "30"]) == 1
    out = capsys.readouterr().out
    assert "性质「多认定不吃亏」:不成立" in out
    assert "高企认定数 = 6家, 高企年度目标 = 7家" in out and "高企认定数 = 7家, 高企年度目标 = 7家" in out
    written = re.findall(r"^  (算例 “反例 多认定不吃亏.*\n(?:      .*\n)+)", out, re.M)
    assert len(written) == 2
    pasted = lowered + "\n" + "\n".join(text.replace("\n      ", "\n    ") for text in written)
    results = run_examples(policydsl.loads(pasted), "反例 多认定不吃亏")
    assert len(results) == 2 and all(one.ok for one in results)


def test_another_order_and_other_keywords_mean_the_same(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ours, theirs = tmp_path / "2025.pol", tmp_path / "reordered.pol"
    ours.write_text(NOTICE, "utf-8")
    theirs.write_text(reordered(NOTICE), "utf-8")
    assert main(["fmt", "--to", "en", str(theirs)]) == 0
    assert "\npolicy “" in theirs.read_text("utf-8")
    capsys.readouterr()
    assert main(["prove", "--same", str(ours), str(theirs), "--seconds", "30"]) == 0
    assert "两份文件意思相同" in capsys.readouterr().out
