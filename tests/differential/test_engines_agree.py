"""The short run: every example that people wrote, and some hundreds of random cases. The long one is `python -m tests.differential`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from random import Random

import pytest

from policydsl.core.facts import Facts
from policydsl.core.program import Program
from policydsl.core.values import Outcome
from tests.differential.cases import Case, core_programs, examples, near_examples, reported, written_policies
from tests.differential.engines import ENGINES, Outcomes, second
from tests.differential.nodes import all_kinds, counted
from tests.differential.run import Tally, compare, first

pytestmark = pytest.mark.filterwarnings("error")


QUICK = {name: engine for name, engine in ENGINES.items() if name in ("second", "compiled")}
"""The engines that take milliseconds for a case; columns are compiled to a query for each program, which takes a second, and to
repeat a run from its receipt is to read its policy anew."""


def without_reports(seed: int) -> Iterator[Case]:
    """Random cases only."""
    chance = Random(seed)
    while True:
        yield from chance.choice((core_programs, written_policies, near_examples))(Random(chance.randrange(2**32)))


def test_every_example_that_people_wrote() -> None:
    tally, found = first(examples(), QUICK, 10**6)
    assert found is None, str(found)
    assert tally.cases > 150


def test_the_2025_notice_on_the_reported_facts() -> None:
    tally, found = first(islice(reported(every=20), 3), QUICK, 10**6)
    assert found is None, str(found)
    assert tally.values > 1000


@pytest.mark.parametrize("seed", range(20250831, 20250839))
def test_random_cases(seed: int) -> None:
    tally, found = first(islice(without_reports(seed), 100), QUICK, 90)
    assert found is None, str(found)
    assert tally.values > 200


def test_a_difference_is_found_and_made_small() -> None:
    """An engine that is wrong in one place is caught, with a case of one or two rows."""

    def wrong(program: Program, facts: Facts, readings: object, on: object) -> Outcomes:
        outcomes: dict[tuple[str, str, str], Outcome] = dict(second(program, facts, {}, None))
        return {
            at: outcome + 1 if type(outcome) is int and outcome > 3 else outcome for at, outcome in outcomes.items()
        }

    found = None
    for seed in range(30):
        for case in written_policies(Random(seed)):
            _, found = compare(case, {"wrong": wrong}, Tally())
            if found is not None:
                break
        if found is not None:
            break
    assert found is not None
    assert sum(len(rows) for rows in found.case.facts.tables.values()) <= 3
    assert len(found.case.text.splitlines()) < 40


def test_random_programs_are_made_of_every_kind_of_node() -> None:
    made: set[str] = set()
    for seed in range(300):
        case = next(written_policies(Random(seed)))
        made |= set(counted(case.program)) | set(counted(next(core_programs(Random(seed))).program))
    assert all_kinds() - made == set()
    assert made - all_kinds() == set()


def test_the_same_seed_gives_the_same_cases() -> None:
    one, other = ([(case.origin, case.facts) for case in islice(without_reports(7), 100)] for _ in range(2))
    assert one == other
