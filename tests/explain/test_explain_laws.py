"""Whatever a rule is made of and whatever is missing, it is explained in both languages, and within 80 columns."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented_notice import district, events, facts
from one_rule import SINGLE, bodies, trace_of

from policydsl.core.facts import Facts
from policydsl.core.program import Expr
from policydsl.core.values import Blocked, status_of
from policydsl.explain import explain, tell
from policydsl.explain.results import results
from policydsl.explain.telling import Entry, Telling

COUNTS = st.one_of(st.none(), st.integers(0, 2000))


@st.composite
def given_facts(draw: st.DrawFn) -> Facts:
    """Facts of two districts with gaps."""
    rows = [district(name, draw(COUNTS), draw(COUNTS), row) for row, name in enumerate(("甲区", "乙区"), 2)]
    return facts(*rows, held=events("甲区", *draw(st.lists(COUNTS, max_size=4))))


def texts(telling: Telling) -> list[str]:
    """Every word that a reader sees."""

    def of(item: Entry) -> list[str]:
        own = [item.name, item.value, *(passage.text for passage in item.passages), *item.reasons, *item.nexts]
        own += [alternative.fate for passage in item.passages if passage.group for alternative in passage.group.items]
        return own + [text for child in item.children for text in of(child)]

    return [text for row in telling.rows for item in row.entries for text in of(item)]


def check(body: Expr, known: Facts) -> None:
    trace = trace_of(body, known)
    for lang in ("zh", "en"):
        explanation = explain(trace, lang=lang)  # type: ignore[arg-type]
        words = texts(tell(explanation))
        assert all(words)
        assert not any("None" in text or "object at" in text or "{" in text for text in words)
    outcome = trace.outcome("区", "甲区", "单独")
    account = explain(trace, entity="区", keys=["甲区"], rules=["单独"]).rows[0].accounts[0]
    assert account.statements
    assert bool(account.reasons) == isinstance(outcome, Blocked)
    sheet = next(sheet for sheet in results(trace).sheets if sheet.entity == "区")
    cells = dict(zip((column.name for column in sheet.columns), sheet.rows[0][1], strict=True))
    assert cells["单独"].status == status_of(outcome)
    assert bool(cells["单独"].reasons) == (cells["单独"].status != "value" or cells["单独"].inapplicable)


@given(bodies(), given_facts())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_rule_is_explained(body: Expr, known: Facts) -> None:
    check(body, known)


@pytest.mark.parametrize("body", SINGLE, ids=lambda body: type(body).__name__)
def test_the_other_nodes_too(body: Expr) -> None:
    check(body, facts(district("甲区", 520, 480), district("乙区", None, 9), held=events("甲区", 60, None)))
