"""Benefits and taxes of the gallery in English against plain Python written apart from the engine."""

from __future__ import annotations

import math
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

import policydsl
from policydsl.core.values import NotApplicable, Outcome

GALLERY = Path(__file__).parents[2] / "policies" / "gallery"
Tables = dict[str, list[dict[str, object]]]


def loaded(name: str) -> policydsl.Evaluator:
    return policydsl.Evaluator(policydsl.load(GALLERY / f"{name}.pol"))


def values(
    evaluator: policydsl.Evaluator, entity: str, key: str, rules: tuple[str, ...], tables: Tables
) -> list[Outcome]:
    read = policydsl.facts_of(evaluator.program, tables)
    assert not [item.code for item in read.findings if item.code not in ("facts-sheet-absent", "facts-sheet-empty")]
    trace = evaluator.run(read.facts)
    return [trace.outcome(entity, key, rule) for rule in rules]


def later(day: date, years: int) -> date:
    """The same day some years later, 28 February for the 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def whole_years(start: date, end: date) -> int:
    years = 0
    while later(start, years + 1) <= end:
        years += 1
    return years


# ---------------------------------------------------------------- food

SNAP = loaded("us-snap")
GROSS = (1632, 2215, 2798, 3380, 3963, 4546, 5129, 5712)
NET = (1255, 1704, 2152, 2600, 3049, 3497, 3945, 4394)
MOST = (292, 536, 768, 975, 1158, 1390, 1536, 1756)


def allotment(
    size: int,
    earned: Fraction,
    unearned: int,
    frail: bool,
    aided: bool,
    medical: int,
    care: int,
    rent: int,
    homeless: bool,
    owned: int,
) -> int | None:
    """The monthly allotment in dollars; None for a household that is not eligible."""
    above, row = max(0, size - 8), min(size, 8) - 1
    income = earned * Fraction(4, 5) + unearned - {1: 204, 2: 204, 3: 204, 4: 217, 5: 254}.get(size, 291)
    income -= (max(0, medical - 35) if frail else 0) + care
    income = max(Fraction(0), income)
    shelter = max(Fraction(0), rent - income / 2)
    if homeless:
        shelter = Fraction(19030, 100)
    elif not frail:
        shelter = min(shelter, Fraction(712))
    net = math.floor(max(Fraction(0), income - shelter) + Fraction(1, 2))
    if not aided:
        if not frail and earned + unearned > GROSS[row] + 583 * above:
            return None
        if net > NET[row] + 449 * above or owned > (4500 if frail else 3000):
            return None
    given_ = MOST[row] + 220 * above - -(-3 * net // 10)
    return max(given_, 23 if size <= 2 else 0)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 11),
    st.integers(0, 500_000),
    st.integers(0, 1500),
    st.booleans(),
    st.booleans(),
    st.integers(0, 300),
    st.integers(0, 400),
    st.integers(0, 2000),
    st.booleans(),
    st.sampled_from([0, 3000, 3001, 4500, 4501]),
    st.integers(1, 31),
)
def test_food_allotment(
    size: int,
    cents: int,
    unearned: int,
    frail: bool,
    aided: bool,
    medical: int,
    care: int,
    rent: int,
    homeless: bool,
    owned: int,
    day: int,
) -> None:
    earned = Fraction(cents, 100)
    row: dict[str, object] = {
        "case_number": "1",
        "size": size,
        "earned": f"{cents / 100:.2f}",
        "unearned": unearned,
        "elderly_or_disabled": frail,
        "categorical": aided,
        "medical": medical,
        "dependent_care": care,
        "shelter": rent,
        "homeless": homeless,
        "resources": owned,
        "applied": f"2025-01-{day:02}",
    }
    monthly, first = values(SNAP, "household", "1", ("monthly", "first_month"), {"household": [row]})
    wanted = allotment(size, earned, unearned, frail, aided, medical, care, rent, homeless, owned)
    if wanted is None:
        assert isinstance(monthly, NotApplicable)
        return
    assert monthly == wanted
    share = Fraction(wanted * (31 - min(day, 30)), 30)
    assert first == (0 if share < 10 else math.floor(share))


# ---------------------------------------------------------------- redundancy

SRP = loaded("uk-redundancy-pay")


@settings(max_examples=40, deadline=None)
@given(
    st.dates(date(1955, 1, 1), date(2005, 12, 31)),
    st.integers(16, 55),
    st.dates(date(2023, 4, 6), date(2025, 12, 31)),
    st.integers(200, 900),
)
def test_redundancy_payment(born: date, hired_at: int, left: date, week: int) -> None:
    began = later(born, hired_at) + timedelta(days=hired_at)
    if began > left:
        began = later(left, -2)
    served = whole_years(began, left)
    weeks = Fraction(0)
    for back in range(1, min(served, 20) + 1):  # year by year, backwards from the day of leaving
        age = whole_years(born, later(left, -back))
        weeks += Fraction(3, 2) if age >= 41 else Fraction(1) if age >= 22 else Fraction(1, 2)
    limit = 719 if left >= date(2025, 4, 6) else 700 if left >= date(2024, 4, 6) else 643
    row: dict[str, object] = {
        "name": "A",
        "born": born.isoformat(),
        "began": began.isoformat(),
        "relevant_date": left.isoformat(),
        "week": week,
        "reason": "redundancy",
        "offered_suitable_job": False,
        "refused_unreasonably": False,
        "in_trial_period": False,
        "tribunal_just_and_equitable": None,
        "share_kept": None,
    }
    (paid,) = values(SRP, "employee", "A", ("payment",), {"employee": [row]})
    if served < 2:
        assert isinstance(paid, NotApplicable)
    elif all((born.month, born.day) != (2, 29) for born in (born, left, began)):
        assert paid == weeks * min(week, limit)


# ---------------------------------------------------------------- gifts

IHT = loaded("uk-inheritance-gifts")
DIED = date(2024, 3, 10)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(-10, 3000),
            st.integers(0, 400_000),
            st.sampled_from(["individual", "spouse", "charity", "trust"]),
        ),
        max_size=6,
        unique_by=lambda gift: gift[0],
    ),
    st.integers(0, 1_000_000),
    st.booleans(),
)
def test_gifts_use_the_band_from_the_earliest_on(gifts: list[tuple[int, int, str]], estate: int, widowed: bool) -> None:
    band = 325_000 * (2 if widowed else 1)
    tax = Fraction(0)
    for before, worth, to in sorted(gifts, reverse=True):
        day = DIED - timedelta(days=before)
        if to in ("spouse", "charity") or not later(DIED, -7) < day <= DIED:
            continue
        free = min(band, worth)
        band -= free
        years = whole_years(day, DIED)
        tax += Fraction((worth - free) * 4, 10) * (1 if years < 3 else Fraction(8 - 2 * (years - 3), 10))
    tables: Tables = {
        "donor": [{"name": "S", "died": DIED.isoformat(), "estate": estate, "transferred_band": 1 if widowed else 0}],
        "gift": [
            {
                "donor": "S",
                "number": at,
                "given_on": (DIED - timedelta(days=before)).isoformat(),
                "value": worth,
                "to": to,
            }
            for at, (before, worth, to) in enumerate(gifts, 1)
        ],
    }
    rules = ("gift_tax", "band_left", "estate_tax")
    assert values(IHT, "donor", "S", rules, tables) == [tax, band, Fraction(max(0, estate - band) * 2, 5)]
