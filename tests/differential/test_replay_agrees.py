"""A run that is written as a receipt and repeated gives the identical result, for random policies, facts, readings and days."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from policydsl.core.values import Blocked
from tests.differential.cases import Case, examples, written_policies
from tests.differential.engines import differences, reference, replayed
from tests.differential.receipts import from_files
from tests.differential.run import first

pytestmark = pytest.mark.filterwarnings("error")

MOST = 20_000
"""Characters of a policy that is read anew for a case: the notice takes a third of a second."""


def some(count: int, each: int) -> Iterator[Case]:
    """A few cases of each of so many random policies."""
    for seed in range(count):
        yield from islice(written_policies(Random(seed)), each)


def test_random_runs_are_repeated_from_their_receipts() -> None:
    tally, found = first(some(25, 4), {"replay": replayed}, 10**6)
    assert found is None, str(found)
    assert tally.declined == 0
    assert tally.values > 2000


def test_examples_are_repeated_from_their_receipts() -> None:
    """One example in five, since each reads its policy anew; those of policies that stand on others are declined."""
    small = (case for case in examples() if len(case.program.rules[0].span.source.text) < MOST)  # type: ignore[union-attr]
    tally, found = first(islice(small, 0, None, 5), {"replay": replayed}, 10**6)
    assert found is None, str(found)
    assert tally.cases > 60


def test_random_runs_are_repeated_from_files(tmp_path: Path) -> None:
    """From the files as they are; from the receipt alone where they are gone."""
    values = runs = 0
    for number, case in enumerate(some(20, 2)):
        folder = tmp_path / str(number)
        folder.mkdir()
        found = from_files(folder, case.text, case.facts, case.readings, case.on)
        if found is None:
            continue
        trace, replay = found
        assert replay.identical, (number, replay.from_receipt, replay.today)
        assert {item.state for item in replay.files} == {"same"}
        assert replay.today is not None
        assert replay.cells == ()
        runs += 1
        values += sum(not isinstance(step.outcome, Blocked) for step in trace.steps.values())
    assert runs > 30
    assert values > 600


def test_a_repetition_that_differs_is_found() -> None:
    """Under other readings and on no day it is no repetition."""
    apart = 0
    for case in some(12, 3):
        expected = reference(case.program, case.facts, case.readings, case.on)
        apart += bool(differences(case.program, expected, replayed(case.program, case.facts, {}, None)))
    assert apart > 3
