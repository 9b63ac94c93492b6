"""Owns where cases come from: random core programs, random written policies, and the files that people wrote with their examples."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random

from attrs import field, frozen

from policydsl.api import read_facts
from policydsl.core.facts import Facts
from policydsl.core.program import Program
from policydsl.pipeline import check_path, check_source
from policydsl.source import Source
from tests.differential import written
from tests.differential.facts import DAYS, Drawer

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "interpret"))


@frozen
class Case:
    """One program on one set of facts. `text` is the policy as written, where it was."""

    origin: str
    program: Program
    facts: Facts
    readings: Mapping[str, str] = field(factory=dict)
    on: date | None = None
    text: str = ""


def core_programs(chance: Random) -> Iterator[Case]:
    """A random core program of `tests/interpret` on facts with blanks, and with fewer."""
    import random_programs

    seed = chance.randrange(2**32)
    program = random_programs.policy(seed)
    for facts in random_programs.histories(seed + 1):
        yield Case(f"core program {seed}", program, facts)


def written_policies(chance: Random, most: int = 4) -> Iterator[Case]:
    """A random policy as text on twenty random sets of facts, under random readings."""
    text = written.policy(chance)
    result = check_source(Source("random.pol", text))
    if result.program is None:
        raise AssertionError(f"a random policy is refused: {result.errors[0].code}\n{text}")
    drawer = Drawer(result.program, chance, most)
    for _ in range(20):
        readings = {name: chance.choice(one.options).name for name, one in result.program.readings.items()}
        yield Case("random policy", result.program, drawer.facts(), readings, chance.choice(DAYS), text)


@cache
def corpus() -> tuple[tuple[str, Program, str], ...]:
    """The policies that people wrote: the gallery, the 2025 notice, every page of the language."""
    found = []
    for path in [ROOT / "policies" / "2025.pol", *sorted((ROOT / "policies" / "gallery").glob("*.pol"))]:
        result = check_path(path)
        if result.program is not None:
            found.append((path.name, result.program, ""))
    for page in sorted((ROOT / "docs" / "language").glob("*.md")):
        for at, text in enumerate(re.findall(r"^```pol(?: en)?\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)):
            result = check_source(Source(f"{page.stem}-{at}.pol", text))
            if result.program is not None:
                found.append((f"{page.stem} {at}", result.program, text))
    return tuple(found)


def examples() -> Iterator[Case]:
    """Every example of the corpus as it stands."""
    for name, program, text in corpus():
        for example in program.examples:
            yield Case(f"{name}: {example.name}", program, example.facts, example.readings, example.on, text)


def reported(every: int = 1) -> Iterator[Case]:
    """The facts of the 2025 notice as districts report them; of large tables one row in `every`, then under every reading."""
    program = corpus()[0][1]
    read = read_facts(program, ROOT / "policies" / "examples" / "2025" / "facts.xlsx").facts
    facts = Facts({name: rows[::every] if len(rows) > 100 else rows for name, rows in read.tables.items()})
    yield Case("2025", program, facts)
    for name, reading in program.readings.items() if every > 1 else ():
        for option in reading.options:
            if not option.adopted:
                yield Case(f"2025, {name} = {option.name}", program, facts, {name: option.name})


def near_examples(chance: Random) -> Iterator[Case]:
    """An example of the corpus with some cells changed or blanked, and random facts of its program."""
    name, program, text = chance.choice(corpus())
    drawer = Drawer(program, chance)
    readings = {key: chance.choice(one.options).name for key, one in program.readings.items()}
    if program.examples:
        example = chance.choice(program.examples)
        for _ in range(4):
            facts = drawer.facts(example.facts)
            yield Case(f"{name}, near {example.name}", program, facts, example.readings, example.on, text)
    for _ in range(4):
        yield Case(f"{name}, random facts", program, drawer.facts(), readings, chance.choice(DAYS), text)


def endless(seed: int) -> Iterator[Case]:
    """Cases of all kinds, the same for the same seed."""
    chance = Random(seed)
    yield from examples()
    yield from reported(every=40)
    while True:
        kind = chance.choices((core_programs, written_policies, near_examples), (15, 2, 1))[0]
        yield from kind(Random(chance.randrange(2**32)))


def random_cases(seed: int) -> Iterator[Case]:
    """Random programs and policies alone, the same for the same seed: five sets of facts of each policy, some with more rows."""
    chance = Random(seed)
    while True:
        inner = Random(chance.randrange(2**32))
        if chance.random() < 1 / 3:
            yield from core_programs(inner)
        else:
            yield from islice(written_policies(inner, chance.choice((4, 12))), 5)
