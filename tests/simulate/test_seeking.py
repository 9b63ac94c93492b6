"""The search for the least change: what it passes over cannot reach, and what it finds is what trying every value finds."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

import policydsl
from policydsl.compiled.depends import touched
from policydsl.compiled.engine import Compiled
from policydsl.compiled.variation import Variation
from policydsl.core.facts import Facts, Known, Record
from policydsl.core.types import Number, strip
from policydsl.core.values import exact
from policydsl.pipeline import check_source
from policydsl.simulate.reach import Reach
from policydsl.simulate.seek import seek, step_of
from policydsl.simulate.target import Fact, Names
from policydsl.source import Source
from tests.differential.cases import Case, core_programs, near_examples, written_policies

KINDS = (core_programs, written_policies, near_examples)


def numbers(case: Case) -> list[Fact]:
    """The facts of a case that are numbers and known."""
    return [
        Fact(entity, "" if declared.singleton else row.key, field, row.cells[field.name].value)
        for entity, rows in case.facts.tables.items()
        for declared in (case.program.entities[entity],)
        for row in rows
        for field in declared.fields
        if isinstance(strip(field.type), Number) and isinstance(row.cells.get(field.name), Known)
        if type(row.cells[field.name].value) in (int, Fraction)
    ]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(KINDS), st.integers(0, 10**6), st.integers(0, 12), st.integers(0, 10**6))
def test_no_value_of_a_fact_takes_a_rule_out_of_its_bounds(kind: object, seed: int, width: int, choice: int) -> None:
    chance = Random(seed)
    case = next(iter(kind(chance)))  # type: ignore[operator]
    facts = numbers(case)
    if not facts:
        return
    fact = facts[choice % len(facts)]
    compiled: Compiled = policydsl.compile(case.program, readings=case.readings, on=case.on)
    fields = [(fact.entity, fact.field.name)]
    variation = Variation(compiled, case.facts, fields)
    moved = touched(case.program, fields)
    reach = Reach(case.program, compiled.readings, case.on, case.facts, fact.at, moved)
    low = exact(Fraction(fact.now) - chance.randrange(width + 1))
    values = [exact(Fraction(low) + step) for step in range(width + 1)]
    rules = [rule for rule in case.program.rules if rule.id in moved and isinstance(strip(rule.type), Number)]
    for rule in rules:
        keys = [""] if case.program.entities[rule.entity].singleton else []
        for key in keys or [row.key for row in case.facts.tables.get(rule.entity, ())]:
            bounds = reach.bounds((rule.entity, key, rule.name), values[0], values[-1])
            for value in values:
                outcome = variation.outcomes({fact.at: value})[rule.entity, key, rule.name]
                if type(outcome) in (int, Fraction):
                    assert bounds.some, (rule.id, key, value, outcome)
                    assert bounds.low is None or bounds.low <= outcome, (rule.id, key, value, outcome, bounds)
                    assert bounds.high is None or outcome <= bounds.high, (rule.id, key, value, outcome, bounds)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(KINDS), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 40), st.integers(0, 40))
def test_the_nearest_of_all_values_is_found(kind: object, seed: int, choice: int, below: int, above: int) -> None:
    chance = Random(seed)
    case = next(iter(kind(chance)))  # type: ignore[operator]
    facts = [fact for fact in numbers(case) if fact.whole]
    if not facts:
        return
    fact = facts[choice % len(facts)]
    compiled: Compiled = policydsl.compile(case.program, readings=case.readings, on=case.on)
    fields = [(fact.entity, fact.field.name)]
    variation = Variation(compiled, case.facts, fields)
    rules = [
        rule
        for rule in case.program.rules
        if rule.entity == fact.entity and rule.id in touched(case.program, fields)
        if isinstance(strip(rule.type), Number)
    ]
    assert fact.now is not None
    bounds = (fact.now - below, fact.now + above)
    for rule in rules[:3]:
        target = fact.entity, fact.key, rule.name
        outcomes = {value: variation.outcomes({fact.at: value})[target] for value in range(bounds[0], bounds[1] + 1)}
        given_ = {value: found for value, found in outcomes.items() if type(found) in (int, Fraction)}
        for wanted in {
            *list(given_.values())[:3],
            max(given_.values(), default=0),
            max(given_.values(), default=0) + 1,
        }:
            found = seek(compiled, case.facts, target, fact, wanted, bounds, 1)
            reaching = [value for value, amount in given_.items() if amount >= wanted]
            if reaching:
                assert found.value in reaching
                nearest = min(abs(value - fact.now) for value in reaching)
                assert found.value == max(value for value in reaching if abs(value - fact.now) == nearest)
            else:
                assert found.value is None
                assert (found.best is None) == (not given_)
                if found.best is not None:
                    assert found.best[1] == max(given_.values()) == given_[found.best[0]]


TEXT = """
政策 “示例(虚构)”:

对象 企业:
    名称: 文本 主键
    研发投入: 万元  不低于 0万元

规则 原补助 = 分档 研发投入: 依据 一
    达到 500万元   研发投入 × 3.7%
    达到 1亿元     研发投入 × 4% - 100万元
    否则           0元
规则 补助 = 四舍五入(原补助, 分) 依据 一
"""


def test_money_is_sought_to_the_cent() -> None:
    result = check_source(Source("示例.pol", TEXT))
    assert result.program is not None, result.errors
    facts = Facts({"企业": (Record("甲", {"名称": Known("甲"), "研发投入": Known(3_000_000)}),)})
    names = Names(result.program, facts)
    fact = names.fact("研发投入", "企业", "甲")
    compiled = policydsl.compile(result.program)
    target = names.rule("补助", "企业", "甲")
    assert step_of(fact) == Fraction(1, 100)
    for wanted, value in (
        (185_000, 5_000_000),
        # 3.7% of it has to come to 185,000.995 at least, which rounds up
        (185_001, Fraction(500_002_690, 100)),
        (3_700_001, Fraction(11_750_002_488, 100)),
    ):
        found = seek(compiled, facts, target, fact, wanted, (0, 10**12), step_of(fact))
        assert found.value == value, found
        assert found.after is not None and found.after >= wanted
        assert found.tried + found.passed < 1_000
    nothing = seek(compiled, facts, target, fact, 10**9, (0, 10**9), step_of(fact))
    assert nothing.value is None
    # 12 cents below the end 4% of it still rounds up to as much as at the end
    assert nothing.best == (10**9 - Fraction(12, 100), 39_000_000)
