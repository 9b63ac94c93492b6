"""Generated cases: valid by construction, at the thresholds, readable, and written as examples that pass."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from small_policy import small

import policydsl
from policydsl.core.facts import Missing
from policydsl.core.values import Blocked
from policydsl.syntax.spelling import Spelling
from policydsl.syntax.tree import Quantity
from policydsl.testing import cases, facts, near_thresholds
from policydsl.testing.case import Case
from policydsl.testing.domain import First, Seeded
from policydsl.testing.draft import Draft
from policydsl.testing.examples import run_examples
from policydsl.testing.places import goals, needs
from policydsl.testing.workshops import workshop

ROOT = Path(__file__).parents[2]
PROGRAM = policydsl.loads(small())
NOTICE = policydsl.load(ROOT / "policies" / "2025.pol")
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
GENERATE = settings(QUICK, phases=[Phase.generate], database=None)


def constraints_hold(case) -> bool:
    return not case.trace.violations


@QUICK
@given(cases(PROGRAM, missing=True, readings=True))
def test_no_case_breaks_a_constraint(case):
    assert constraints_hold(case)


@settings(QUICK, max_examples=25)
@given(cases(NOTICE, readings=True))
def test_no_case_of_the_notice_breaks_a_constraint(case):
    assert constraints_hold(case)


@QUICK
@given(facts(PROGRAM))
def test_facts_fit_their_fields_and_owners(found):
    keys = {name: [row.key for row in rows] for name, rows in found.tables.items()}
    assert 1 <= len(keys["区"]) <= 3
    for rows in keys.values():
        assert len(set(rows)) == len(rows)
    for row in found.tables.get("活动", ()):
        assert row.parent in keys["区"]
        assert all(isinstance(row.cells["到会数"].value, int) for _ in [0])
        assert row.cells["日期"].value <= row.cells["上传日"].value


@pytest.mark.parametrize(
    ("say", "holds"),
    [
        ("just below 85%", lambda case: 0 < Fraction(17, 20) - case["率"] <= Fraction(1, 20)),
        ("exactly 85%", lambda case: case["率"] == Fraction(17, 20)),
        ("two full steps of 5%", lambda case: case["增"] == 100_000),
        ("one less than the quota", lambda case: case["场数"] == 2),
        ("the quota", lambda case: case["场数"] == 3 and case["基"] == 100_000),
        ("on the last day", lambda case: any(r.cells["日期"].value == date(2025, 12, 31) for r in rows_of(case))),
        ("a day late", lambda case: any(r.cells["日期"].value == date(2026, 1, 1) for r in rows_of(case))),
        ("59 of 60 guests", lambda case: any(r.cells["到会数"].value == 59 for r in rows_of(case))),
        ("the second row of the table", lambda case: case.fact("名称") in ("西区", "南区")),
    ],
)
def test_every_threshold_is_among_the_cases(say, holds):
    def decided(case):
        try:
            return not any(isinstance(case[rule], Blocked) for rule in ("率", "增", "场数")) and holds(case)
        except (KeyError, TypeError):
            return False

    find(cases(PROGRAM), decided, settings=settings(GENERATE, max_examples=2_000))


def rows_of(case):
    return [row for row in case.facts.tables.get("活动", ()) if all(hasattr(c, "value") for c in row.cells.values())]


def test_every_goal_of_the_notice_that_can_be_reached_is_reached():
    shop = workshop(NOTICE, readings=True)
    reached = 0
    for number, goal in enumerate(shop.goals[::4]):
        draft = Draft(shop.grounds, free_readings=True)
        shop.fill(draft, Seeded(number), 1)
        reached += shop.reach(draft, Seeded(number), goal)
    assert reached >= 0.9 * len(shop.goals[::4])


def test_an_edge_is_hit_on_both_sides_and_exactly():
    shop = workshop(PROGRAM, ["补"])
    rule = PROGRAM.rule_index["区", "补"]
    found = {}
    for goal in goals(PROGRAM, rule):
        if goal.kind == "edge" and goal.index == 1:
            draft = shop.draft(First(), goals=[goal])
            found[goal.side] = draft.outcome(PROGRAM.rule_index["区", "率"], draft.rows["区"][0])
    assert found[0] == Fraction(17, 20)
    assert found[-1] == Fraction(84, 100) and found[1] == Fraction(86, 100)


def test_near_thresholds_are_near():
    near = near_thresholds(PROGRAM, ["补"])
    for threshold in (Fraction(7, 10), Fraction(17, 20)):

        def there(case, threshold=threshold):
            return case["率"] == threshold

        find(near, there, settings=settings(GENERATE, max_examples=2_000))


def test_missing_facts_come_only_on_request():
    def lacking(case):
        rows = [row for rows in case.facts.tables.values() for row in rows]
        return any(isinstance(cell, Missing) for row in rows for cell in row.cells.values())

    @GENERATE
    @given(cases(PROGRAM, ["补"]))
    def complete(case):
        assert not lacking(case)

    complete()
    find(cases(PROGRAM, ["补"], missing=True), lacking, settings=GENERATE)


def test_only_what_the_rules_rest_on_is_filled_in():
    case = find(cases(PROGRAM, ["补"]), lambda _: True, settings=GENERATE)
    assert "活动" not in case.facts.tables
    with pytest.raises(KeyError):
        cases(PROGRAM, ["没有这条"])


def test_settled_cases_have_values():
    @GENERATE
    @given(cases(NOTICE, ["绩效补助"], settled=True))
    def look(case):
        assert not isinstance(case["绩效补助"], Blocked)

    look()


@pytest.mark.parametrize("name", ["small", "2025"])
def test_written_as_examples_cases_pass(name):
    program = PROGRAM if name == "small" else NOTICE
    text = small() if name == "small" else (ROOT / "policies" / "2025.pol").read_text(encoding="utf-8")
    written: list[str] = []

    @settings(GENERATE, max_examples=40)
    @given(cases(program, missing=True, readings=True))
    def write(case):
        written.append(case.example(f"例{len(written)}"))

    write()
    head = text[: text.index("\n算例 ")] + "\n"
    results = run_examples(policydsl.loads(head + "\n".join(written)))
    assert len(results) == len(written) >= 20
    assert [item.example.name for item in results if not item.ok] == []


@pytest.mark.parametrize("path", sorted((ROOT / "policies" / "gallery").rglob("*.pol")), ids=lambda path: path.stem)
def test_cases_of_the_gallery_are_written_as_examples_that_pass(path, tmp_path):
    text = path.read_text(encoding="utf-8")
    program = policydsl.load(path)
    shop = workshop(program, readings=True)
    word = "算例" if program.language == "zh" else "example"
    written = []
    for number, goal in enumerate(shop.goals[:: max(1, len(shop.goals) // 12)]):
        draft = shop.draft(Seeded(number), goals=[goal])
        case = Case(program, draft.facts(), dict(draft.readings), draft.on)
        assert constraints_hold(case)
        written.append(case.example(f"case {number}"))
    head = text.split(f"\n{word} ", 1)[0] + "\n"
    # the file stands among copies of those it may name
    for other in path.parent.glob("*.pol"):
        (tmp_path / other.name).write_bytes(other.read_bytes())
    beside = tmp_path / path.name
    beside.write_text(head + "\n" + "\n".join(written), encoding="utf-8")
    results = run_examples(policydsl.load(beside))
    assert [item.example.name for item in results if not item.ok] == []


def test_needs_are_what_a_rule_rests_on():
    found = needs(PROGRAM, (PROGRAM.rule_index["区", "基"],))
    assert found.reads("活动", "到会数") and found.reads("区", "名称")
    assert not found.reads("活动", "上传日") and not found.reads("区", "认定数")


def test_an_amount_below_zero_is_written_as_it_is():
    spell = Spelling("zh", "zh")
    for number, digits in (
        (Fraction(-999_999_999, 100), "-9999999.99"),
        (Fraction(-1, 2), "-0.5"),
        (Fraction(-5), "-5"),
    ):
        assert spell.quantity(Quantity(number, "元", "", span=None)).replace(" ", "") == f"{digits}元"
