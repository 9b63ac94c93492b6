"""What the page on proof prints is what the command prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policydsl.cli.main import main

PAGE = (Path(__file__).parents[2] / "docs" / "prove.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(pol [^\n]*|prove|open)\n(.*?)^```", PAGE, re.M | re.S)


def test_the_refuted_policy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    policy = next(text for info, text in BLOCKS if info.startswith("pol refuted"))
    printed = next(text for info, text in BLOCKS if info == "prove")
    Path("示例.pol").write_text(policy, "utf-8")
    assert main(["prove", "示例.pol", "--properties", "--seconds", "20"]) == 1
    assert capsys.readouterr().out.startswith(printed)


def test_the_proved_policy(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("示例.pol").write_text(next(text for info, text in BLOCKS if info == "pol proved"), "utf-8")
    assert main(["prove", "示例.pol", "--seconds", "20"]) == 0
    out = capsys.readouterr().out
    assert out.count("成立") == 2 + 2
    assert main(["prove", "--same", "示例.pol", "示例.pol", "--format", "json"]) == 0
    assert '"refuted": 0' in capsys.readouterr().out


def test_what_is_left_open_and_searched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("示例.pol").write_text(next(text for info, text in BLOCKS if info.startswith("pol open")), "utf-8")
    assert main(["prove", "示例.pol", "--properties", "--seconds", "20"]) == 1
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("示例.pol")]
    assert said == next(text for info, text in BLOCKS if info == "open").splitlines()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["a.pol", "b.pol"], 2), (["--same", "a.pol"], 2), (["no-such.pol"], 1), (["示例.pol", "--reading", "x"], 2)],
)
def test_calls_that_make_no_sense(
    arguments: list[str], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("示例.pol").write_text(next(text for info, text in BLOCKS if info == "pol proved"), "utf-8")
    assert main(["prove", *arguments]) == code
