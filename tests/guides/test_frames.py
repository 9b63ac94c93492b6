"""The guide for data frames: every line of it runs and gives what it shows."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from tests.guides.journeys import GUIDES
from tests.guides.test_services import Checker

pytest.importorskip("polars")


def test_every_line_of_the_guide_gives_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = GUIDES / "frames.md"
    test = doctest.DocTestParser().get_doctest(path.read_text(encoding="utf-8"), {}, "frames", str(path), 0)
    runner = doctest.DocTestRunner(Checker(), verbose=False)
    runner.run(test)
    assert runner.summarize(verbose=False).failed == 0
    assert len(test.examples) > 15
    assert (tmp_path / "awards.arrow").exists()
