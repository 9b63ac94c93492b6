"""The guides of the three journeys: every command is carried out, and prints what the guide shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.guides.journeys import GUIDES, NAMES, Command, Filling, carry_out, fill, fits, prepare, steps


@pytest.mark.parametrize("name", NAMES)
def test_every_step_gives_what_the_guide_shows(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    prepare(tmp_path)
    commands = 0
    for step in steps((GUIDES / f"{name}.md").read_text(encoding="utf-8")):
        match step:
            case Filling():
                fill(step)
            case Command():
                commands += 1
                given = carry_out(step.line)
                assert fits(step.shown, given), "\n".join(["$ " + step.line, *given])
                for made in re.findall(r" -o (\S+)", step.line):
                    assert Path(made).stat().st_size > 0
    assert commands >= 5


def test_what_is_left_out_must_still_be_in_order() -> None:
    assert fits(["a", "……", "c"], ["a", "b", "c"])
    assert fits(["……", "b", "……"], ["a", "b", "c"])
    assert not fits(["a", "……", "c"], ["a", "c", "b"])
    assert not fits(["a"], ["a", "b"])
    assert not fits(["……", "c", "……", "a", "……"], ["a", "b", "c"])
