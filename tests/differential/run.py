"""Owns a comparison of one case with every engine, and how a difference is made small and told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from attrs import evolve, frozen

from policydsl.core.facts import Facts
from policydsl.core.values import Blocked
from policydsl.interpret.tables import DuplicateRow
from policydsl.pipeline import check_source
from policydsl.source import Source
from tests.differential.cases import Case
from tests.differential.engines import Declined, Difference, Engine, Outcomes, differences, reference
from tests.differential.facts import smallest, told


@frozen
class Found:
    """A case on which an engine differs from the reference."""

    engine: str
    case: Case
    difference: Difference

    def __str__(self) -> str:
        head = f"{self.case.origin}: engine {self.engine} differs\n  {self.difference}"
        readings = "".join(f"  reading {name} = {one}\n" for name, one in self.case.readings.items())
        day = f"  on {self.case.on}\n" if self.case.on else ""
        at = self.difference.at
        body = self.case.text or f"  {self.case.program.rule_index[at[0], at[2]].body!r}"
        return f"{head}\n{readings}{day}facts:\n{told(self.case.facts)}\npolicy:\n{body}\n"


@frozen
class Tally:
    """What was compared: cases (times engines), outcomes of single rules, how many of them were values, what was declined."""

    cases: int = 0
    outcomes: int = 0
    values: int = 0
    declined: int = 0


def compare(case: Case, engines: Mapping[str, Engine], tally: Tally) -> tuple[Tally, Found | None]:
    """One case with every engine, up to the first difference."""
    try:
        expected = reference(case.program, case.facts, case.readings, case.on)
    except DuplicateRow:
        return tally, None
    for name, engine in engines.items():
        try:
            got = engine(case.program, case.facts, case.readings, case.on)
        except Declined:
            tally = evolve(tally, declined=tally.declined + 1)
            continue
        except Exception as error:
            error.add_note(f"{case.origin}: engine {name}\nfacts:\n{told(case.facts)}\npolicy:\n{case.text}")
            raise
        found = differences(case.program, expected, got)
        values = sum(not isinstance(outcome, Blocked) for outcome in expected.values())
        tally = evolve(
            tally, cases=tally.cases + 1, outcomes=tally.outcomes + len(expected), values=tally.values + values
        )
        if found:
            return tally, _small(Found(name, case, found[0]), engine)
    return tally, None


def _small(found: Found, engine: Engine) -> Found:
    """The same difference on as few facts as possible, and where the policy has a text on as little of it."""
    name = found.difference.at[2]

    def again(case: Case) -> list[Difference]:
        try:
            expected: Outcomes = reference(case.program, case.facts, case.readings, case.on)
            got = engine(case.program, case.facts, case.readings, case.on)
        except Exception:
            return []
        return [item for item in differences(case.program, expected, got) if item.at[2] == name]

    case = _shorter(found.case, again) if found.case.text else found.case

    def differs(facts: Facts) -> bool:
        return bool(again(evolve(case, facts=facts)))

    case = evolve(case, facts=smallest(case.facts, differs))
    return Found(found.engine, case, again(case)[0])


def _shorter(case: Case, again: Callable[[Case], list[Difference]]) -> Case:
    """The case with as few blocks of its policy as still differ."""
    changed = True
    while changed:
        changed = False
        blocks = _blocks(case.text)
        for at in reversed(range(len(blocks))):
            text = "".join([*blocks[:at], *blocks[at + 1 :]])
            program = check_source(Source("shorter.pol", text)).program
            if program is None:
                continue
            readings = {name: one for name, one in case.readings.items() if name in program.readings}
            tables = {name: rows for name, rows in case.facts.tables.items() if name in program.entities}
            shorter = evolve(case, text=text, program=program, readings=readings, facts=Facts(tables))
            if again(shorter):
                case, changed = shorter, True
                break
    return case


def _blocks(text: str) -> list[str]:
    """The declarations of a policy: a line that is not indented with what is indented under it."""
    blocks: list[str] = []
    for line in text.splitlines(keepends=True):
        if blocks and (line[:1].isspace() or not line.strip()):
            blocks[-1] += line
        else:
            blocks.append(line)
    return blocks


def first(cases: Iterable[Case], engines: Mapping[str, Engine], count: int) -> tuple[Tally, Found | None]:
    """Up to `count` cases compared, up to the first difference."""
    tally = Tally()
    for case in cases:
        tally, found = compare(case, engines, tally)
        if found is not None or tally.cases >= count:
            return tally, found
    return tally, None
