"""Money and days as English notices print them: $1,500, 20 pence, 1 July 2025; citations of several words."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from policydsl.check.measures import Measures
from policydsl.core.units import base
from policydsl.pipeline import check_source
from policydsl.source import Source
from policydsl.syntax.literals import clause_id, read_date, read_quantity

HEAD = """policy “Money”:
    currency {currency}

entity person:
    name: text  key
    born: date
    paid: money

"""


@pytest.mark.parametrize(
    ("text", "number", "unit", "digits"),
    [
        ("£1,500.50", Fraction(3001, 2), "£", "1,500.50"),
        ("€9.50/sqm", Fraction(19, 2), "€/sqm", "9.50"),
        ("$0", Fraction(0), "$", "0"),
        ("5 dollars", Fraction(5), "dollars", "5"),
    ],
)
def test_a_sign_before_the_figure(text: str, number: Fraction, unit: str, digits: str) -> None:
    assert read_quantity(text) == (number, unit, digits)


@pytest.mark.parametrize(
    ("text", "currency", "meant"),
    [
        ("£", "GBP", ("GBP", 1)),
        ("$", "CAD", ("CAD", 1)),
        ("$", "USD", ("USD", 1)),
        ("cent", "EUR", ("EUR", Fraction(1, 100))),
        ("pence", "GBP", ("GBP", Fraction(1, 100))),
        ("£", "EUR", None),
        ("cent", "GBP", None),
        ("$", "元", None),
    ],
)
def test_what_a_sign_means(text: str, currency: str, meant: tuple[str, Fraction] | None) -> None:
    found = Measures(currency).parse(text)
    assert (found and (found.unit, found.size)) == (meant and (base(meant[0]), meant[1]))


def test_another_currency_is_declared() -> None:
    measures = Measures("EUR")
    measures.declare("GBP")
    found = measures.parse("£")
    assert found is not None
    assert found.unit == base("GBP")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1 July 2025", date(2025, 7, 1)),
        ("July 1, 2025", date(2025, 7, 1)),
        ("29 February 2024", date(2024, 2, 29)),
        ("2025-07-01", date(2025, 7, 1)),
    ],
)
def test_a_day_as_it_is_printed(text: str, day: date) -> None:
    assert read_date(text) == day


def test_no_such_day_is_told() -> None:
    with pytest.raises(ValueError, match="day"):
        read_date("31 April 2025")
    text = HEAD.format(currency="USD") + "rule late = born after 31 April 2025  per 1\n"
    assert "no-such-day" in [item.code for item in check_source(Source("t.pol", text)).findings]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("section 9 and 10", "section 9 and 10"),
        ("s. 5 (2) and 6", "s. 5(2) and 6"),
        ("273.9 (d) (6)", "273.9(d)(6)"),
        ("七 (二) 1", "七(二)1"),
        ("七(二) 甲", "七(二)甲"),
        ("  art.  4 ", "art. 4"),
    ],
)
def test_a_citation_keeps_its_words_apart(text: str, said: str) -> None:
    assert clause_id(text) == said


def test_money_is_paid_in_the_sign_of_the_policy() -> None:
    text = HEAD.format(currency="GBP") + (
        "rule due = if paid over £1,000 then £5 + 20 pence else -£3: per 1\n    round down to the penny\n"
        "rule wrong = paid over $5  per 2\n"
    )
    assert [item.code for item in check_source(Source("t.pol", text)).findings if "unused" not in item.code] == [
        "unknown-unit"
    ]
