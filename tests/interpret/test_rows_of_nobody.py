"""A row whose owner is not known may be anybody's: no total is settled without it, in any engine."""

from __future__ import annotations

import pytest
from attrs import evolve

from policydsl.core.facts import Facts, Known, Record
from policydsl.core.program import Program
from policydsl.core.values import Blocked, Lack
from policydsl.pipeline import check_source
from policydsl.source import Source
from tests.differential.engines import ENGINES, differences, reference

POLICY = """policy “Rows of nobody”:
    main family

entity family:
    name: text key

entity month belongs to family:
    paid: money

entity lead belongs to family at most one:
    seats: number

rule year   = sum(month.paid)                          per 1
rule months = count(month) not below 2                 per 2
rule any_big = any(month satisfies paid over 100元)    per 3
rule seats  = lead.seats if none 0                     per 4

for month:
    rule so_far = running_sum(month.paid in order of paid)  per 5

for month:
    rule half = paid × 50%  per 6
"""


def program() -> Program:
    result = check_source(Source("t.pol", POLICY))
    assert result.program is not None, result.findings
    return result.program


def facts(owners: list[str | None], leads: list[str | None]) -> Facts:
    """Two families; a month for each of `owners`, paid 10, 20, 30 …; a lead for each of `leads`."""
    return Facts(
        {
            "family": (Record("A", {"name": Known("A")}), Record("B", {"name": Known("B")})),
            "month": tuple(
                Record(str(number), {"paid": Known(10 * number)}, owner) for number, owner in enumerate(owners, 1)
            ),
            "lead": tuple(Record(str(number), {"seats": Known(5)}, owner) for number, owner in enumerate(leads, 1)),
        }
    )


def test_no_total_is_settled_while_a_row_is_anybodys() -> None:
    found = reference(program(), facts(["A", "A", None], ["A", None]), {}, None)
    for family in "AB":
        year = found["family", family, "year"]
        assert isinstance(year, Blocked)
        assert year.status == "unknown"
        assert [(cause.lack, cause.entity, cause.key, cause.name) for cause in year.causes] == [
            (Lack.MISSING, "month", "3", "family")
        ]
    assert found["family", "A", "months"] is True  # two are there, whoever the third belongs to
    assert found["family", "B", "months"] is False  # one at most is no two
    assert isinstance(found["family", "A", "any_big"], Blocked)
    assert found["family", "A", "seats"] == 5
    assert isinstance(found["family", "B", "seats"], Blocked)
    assert isinstance(found["month", "1", "so_far"], Blocked)
    assert isinstance(found["month", "3", "so_far"], Blocked)
    assert [found["month", key, "half"] for key in "123"] == [5, 10, 15]


def test_an_owner_for_every_row_settles_everything() -> None:
    found = reference(program(), facts(["A", "A", "B"], ["A", "B"]), {}, None)
    assert (found["family", "A", "year"], found["family", "B", "year"]) == (30, 30)
    assert found["family", "B", "seats"] == 5
    assert found["month", "2", "so_far"] == 30


@pytest.mark.parametrize("engine", sorted(ENGINES))
@pytest.mark.parametrize("owners", [["A", "A", None], [None], ["A", "B", "B", None, None], ["A", "B"]])
def test_engines_agree_on_rows_of_nobody(engine: str, owners: list[str | None]) -> None:
    checked, given = program(), facts(owners, ["B", None] if len(owners) > 2 else ["A"])
    got = ENGINES[engine](checked, given, {}, None)
    assert not list(differences(checked, reference(checked, given, {}, None), got))


def test_a_row_alone_in_its_table_is_anybodys() -> None:
    given = facts([None], [])
    given = evolve(given, tables={**given.tables, "family": given.tables["family"][:1]})
    found = reference(program(), given, {}, None)
    assert isinstance(found["family", "A", "year"], Blocked)
