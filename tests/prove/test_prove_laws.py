"""On random written policies: what is proved is never false of random facts, and every policy can be asked."""

from __future__ import annotations

from random import Random

import pytest
from attrs import evolve

import policydsl
from policydsl.core.facts import Facts, Known
from policydsl.core.values import Outcome
from policydsl.interpret.evaluate import Evaluator
from policydsl.prove.ask import Prover, same
from tests.differential.facts import Drawer
from tests.differential.written import Writer


@pytest.mark.parametrize("seed", range(14))
def test_what_is_proved_is_never_false(seed: int) -> None:
    chance = Random(seed)
    writer = Writer(chance)
    text = writer.policy()
    if not writer.numbers:
        text += "规则 规则戊 = 子 + 丑\n"
        writer.numbers.append("规则戊")
    name = writer.numbers[-1]
    stated = f"性质 非负: 恒有 {name} ≥ 0\n性质 有限: 恒有 {name} ≤ 1000000\n性质 不减: 卯 增加 时 {name} 不减\n性质 不增: 卯 增加 时 {name} 不增\n"
    program = policydsl.loads(text + stated)
    proved = {verdict.name for verdict in Prover(program, seconds=0.3).properties() if verdict.answer == "proved"}
    evaluator, drawer = Evaluator(program), Drawer(program, chance)
    for _ in range(25):
        facts = drawer.facts()
        trace = evaluator.run(facts)
        for row in facts.tables.get("区", ()):
            for always in proved & {"非负", "有限"}:
                assert trace.outcome("区", row.key, always) is not False, text + stated
            cell = row.cells.get("卯")
            if not proved & {"不减", "不增"} or not isinstance(cell, Known):
                continue
            more = evolve(row, cells={**row.cells, "卯": Known(cell.value + chance.choice((1, 3)))})  # type: ignore[operator]
            rows = tuple(more if one is row else one for one in facts.tables["区"])
            after = evaluator.run(Facts({**facts.tables, "区": rows})).outcome("区", row.key, name)
            before = trace.outcome("区", row.key, name)
            if amount(before) and amount(after):
                assert "不减" not in proved or after >= before, text + stated  # type: ignore[operator]
                assert "不增" not in proved or after <= before, text + stated  # type: ignore[operator]


def amount(outcome: Outcome) -> bool:
    return isinstance(outcome, int) or hasattr(outcome, "numerator")


@pytest.mark.parametrize("seed", range(6))
def test_a_policy_means_what_itself_means(seed: int) -> None:
    program = policydsl.loads(Writer(Random(seed)).policy())
    list(Prover(program, seconds=0.2).soundness())
    assert {verdict.answer for verdict in same(program, program, {}, 0.5)} == {"proved"}
