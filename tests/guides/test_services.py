"""The guide for services: every line of it runs and gives what it shows."""

from __future__ import annotations

import doctest
from fractions import Fraction

from tests.guides.journeys import GUIDES

NARROW = str.maketrans({"\uff0c": ",", "\uff1a": ":"})


class Checker(doctest.OutputChecker):
    """Punctuation of either width is the same."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        return super().check_output(want.translate(NARROW), got.translate(NARROW), optionflags)


def test_every_line_of_the_guide_gives_what_it_shows() -> None:
    path = GUIDES / "services.md"
    text = path.read_text(encoding="utf-8")
    test = doctest.DocTestParser().get_doctest(text, {"Fraction": Fraction}, "services", str(path), 0)
    runner = doctest.DocTestRunner(Checker(), verbose=False)
    runner.run(test)
    assert runner.summarize(verbose=False).failed == 0
    assert len(test.examples) > 12
