"""A program turned to other readings and another day is the same as one made ready for them from the start."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random

import pytest

import policydsl
from policydsl.interpret.evaluate import Evaluator, UnknownReading
from tests.differential.cases import corpus, written_policies
from tests.differential.facts import DAYS, Drawer

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("seed", range(12))
def test_turned_is_made_anew(seed: int) -> None:
    chance = Random(seed)
    case = next(iter(written_policies(chance)))
    programs = [case.program, *(program for _, program, _ in chance.sample(corpus(), 6) if program.readings)]
    for program in programs:
        drawer, base = Drawer(program, chance), Evaluator(program, on=chance.choice(DAYS))
        for _ in range(3):
            readings = {name: chance.choice(one.options).name for name, one in program.readings.items()}
            on, facts = chance.choice((*DAYS, None)), drawer.facts()
            turned, anew = base.under(readings, on), Evaluator(program, readings, on)
            assert (turned.readings, turned.on) == (anew.readings, anew.on)
            assert dict(turned.outcomes(facts)) == dict(anew.outcomes(facts))
            base = turned


def test_what_it_was_turned_from_stays() -> None:
    program = policydsl.load(ROOT / "policies" / "2025.pol")
    facts = policydsl.read_facts(program, ROOT / "policies" / "examples" / "2025" / "facts.xlsx").facts
    base = Evaluator(program)
    before = dict(base.outcomes(facts))
    other = base.under({"档内单价": "超额累进"}, date(2025, 8, 31))
    assert dict(other.outcomes(facts)) != before
    assert dict(base.outcomes(facts)) == before
    assert dict(other.under({}, None).outcomes(facts)) == before
    with pytest.raises(UnknownReading):
        base.under({"没有的读法": "甲"}, None)
