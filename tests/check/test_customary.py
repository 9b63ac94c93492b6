"""The measure that a rule about time is shown in where its author wrote none."""

from __future__ import annotations

import pytest

from policydsl.pipeline import check_source
from policydsl.source import Source

POLICY = """policy “Time”:
    currency GBP

entity worker:
    born: date
    left: date
    pay: GBP/week
    bonus: GBP/month
    notice: weeks
    term: months

parameter limit = 700 GBP/week  per 1

rule {rule}  per 1
"""


@pytest.mark.parametrize(
    ("rule", "text", "size"),
    [
        ("x = years_between(born, left)", "years", 12),
        ("x = min(years_between(born, left), 20 years)", "years", 12),
        ("x = max(0 years, years_between(born, left)) − 1 year", "years", 12),
        ("x = years_between(born, left) × 2", "years", 12),
        ("x = if pay over 1 GBP/week then years_between(born, left) else 0 years", "years", 12),
        ("x = months_between(born, left)", "月", 1),
        ("x = years_between(born, left) + months_between(born, left)", "years", 12),
        ("x, months = years_between(born, left)", "months", 1),
        ("x = term", "月", 1),
        ("x = notice", "weeks", 7),
        ("x = min(pay, limit)", "GBP/week", None),
        ("x = pay × 60%", "GBP/week", None),
        ("x = pay × 1 week", "GBP", 1),
        ("x = bonus", "GBP/月", 1),
    ],
)
def test_what_a_rule_is_shown_in(rule: str, text: str, size: int | None) -> None:
    program = check_source(Source("t.pol", POLICY.format(rule=rule))).program
    assert program is not None
    (found,) = (item for item in program.rules if item.name == "x")
    assert found.measure is not None
    assert found.measure.text == text
    if size is not None:
        assert found.measure.size == size
