"""What people who write English notices and spreadsheets put first, and what they are told."""

from __future__ import annotations

import pytest

from policydsl.diagnostics.model import Diagnostic
from policydsl.pipeline import check_source
from policydsl.source import Source

HEAD = """policy “Slips”:
    main family
    currency USD

units child (children)

entity family:
    name:   text  key
    income: money
    told:   date  or none
    asked:  date

entity kid belongs to family:
    born: date
    score: number

entity month belongs to family:
    first_day: date

"""


def found(body: str) -> list[Diagnostic]:
    return [item for item in check_source(Source("t.pol", HEAD + body)).findings if "unused" not in item.code]


@pytest.mark.parametrize(
    ("rule", "code", "mend"),
    [
        ("x = income/12", "glued-words", "income / 12"),
        ("x = income-5 USD", "glued-words", "income - 5"),
        ("x = income*2", None, None),
        ("x = if asked == told then $1 else $2", "unexpected", "="),
        ("x = if income over $5 then $1 otherwise $2", "unexpected", "else"),
        ("x = income × 5 percent", "unknown-unit", None),
        ("x = 12.5% of the income", "another-wording", "income"),
        ("x = minimum(income, $5)", "unknown-function", None),
        ("x = $5 when income over $1", "unexpected", None),
    ],
)
def test_a_slip_and_its_mend(rule: str, code: str | None, mend: str | None) -> None:
    findings = found(f"rule {rule}  per 1\n")
    assert [item.code for item in findings] == ([code] if code else [])
    if mend:
        assert findings[0].mend == mend


def test_a_function_of_spreadsheets_has_a_name_here() -> None:
    (finding,) = found("rule x = minimum(income, $5)  per 1\n")
    assert finding.data["close"] == "min"


def test_a_name_of_the_rules_own_row_within_a_fold() -> None:
    (finding,) = found("for month:\n    rule young = count(kid where born before first_day)  per 1\n")
    assert (finding.code, finding.mend) == ("name-elsewhere", "this.first_day")
    assert not found("for month:\n    rule young = count(kid where born before this.first_day)  per 1\n")


def test_what_was_asked_for_is_there_for_dates_too() -> None:
    assert not found("rule late = if has(told) then days_between(asked, told) else 0 days  per 1\n")
    (finding,) = found("rule late = days_between(asked, told)  per 1\n")
    assert finding.code == "none-in-arithmetic"


def test_an_order_by_what_may_be_absent_says_so() -> None:
    body = """for kid:
    rule place = rank(score high first where score over 5 ties pending)  per 1
    rule so_far = running_sum(score in order of place)  per 1
"""
    assert [item.code for item in found(body)] == ["none-in-arithmetic"]
    assert not found(body.replace("order of place", "order of (place if inapplicable 99)"))


def test_units_of_time_are_said_in_english() -> None:
    (finding,) = found("rule x = if income over $1 then $0 else years_between(asked, asked) × income  per 1\n")
    assert "month" in str(finding.data)
    assert "月" not in str(finding.data)
