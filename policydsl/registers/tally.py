"""Owns the counts that registers give: which facts are counted from which of them, for which rows, with what is to be looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import field, frozen

from policydsl.core.facts import Facts
from policydsl.core.program import Entity, Program
from policydsl.core.program import Field as Fact
from policydsl.core.types import Member, strip
from policydsl.diagnostics.model import Diagnostic
from policydsl.registers.ledger import Ledger, Renames
from policydsl.registers.match import Verdict, verdicts

Step = Callable[[str, int, int], None]
"""Called with what is being matched (a fact), how many firms are done, and how many there are."""


@frozen
class Count:
    """Firms of one row: `sure` by their codes, `by_name` by nothing but their names."""

    sure: int = 0
    by_name: int = 0

    @property
    def all(self) -> int:
        """The count if every one by name is confirmed."""
        return self.sure + self.by_name


@frozen(eq=False)
class Tally:
    """What one fact is counted to be. `counts` has every row of the entity, by key."""

    entity: str
    fact: str
    ledgers: tuple[Ledger, ...]
    verdicts: Sequence[Verdict] = field(repr=False)
    counts: Mapping[str, Count]

    @property
    def total(self) -> Count:
        """The count of all rows together."""
        return Count(
            sum(item.sure for item in self.counts.values()), sum(item.by_name for item in self.counts.values())
        )

    def counted(self) -> Iterator[Verdict]:
        """The verdicts on firms that stand in all the registers and belong to a row, by code or by name."""
        return (item for item in self.verdicts if item.matched and item.key is not None)


@frozen(eq=False)
class Matching:
    """All the counts that facts allow, with the registers and what is doubtful in them."""

    tallies: tuple[Tally, ...]
    ledgers: Mapping[str, Ledger]
    findings: tuple[Diagnostic, ...]


def match(program: Program, facts: Facts, step: Step | None = None) -> Matching:
    """Count every fact whose registers are all given. Facts stay as they are; see `fill`."""
    findings: list[Diagnostic] = []
    given = {item.register for item in facts.rosters}
    if not given:
        return Matching((), {}, ())
    renames = Renames.of(item for item in facts.rosters if program.registers[item.register].formers)
    ledgers = {
        name: Ledger.of(register, [item for item in facts.rosters if item.register == name], renames)
        for name, register in program.registers.items()
        if name in given and not register.formers
    }
    for ledger in ledgers.values():
        findings += _doubts(ledger, program)
    tallies = []
    for entity in program.entities.values():
        for fact in entity.fields:
            if not fact.counted:
                continue
            absent = [name for name in fact.counted if name not in ledgers]
            if absent and len(absent) < len(fact.counted):
                findings.append(_finding(program, "register-absent", None, field=fact.name, absent="、".join(absent)))
            if not absent:
                tally = _tally(program, facts, entity, fact, ledgers, renames, step)
                tallies.append(tally)
                findings += _remarks(tally, program)
    return Matching(tuple(tallies), ledgers, tuple(findings))


def _tally(
    program: Program,
    facts: Facts,
    entity: Entity,
    fact: Fact,
    ledgers: Mapping[str, Ledger],
    renames: Renames,
    step: Step | None,
) -> Tally:
    base, *others = (ledgers[name] for name in fact.counted)
    keys = None if entity.singleton else keys_of(program, facts, entity)
    told = None if step is None else lambda done, most: step(fact.name, done, most)
    found = verdicts(base, others, renames, keys, told)
    rows = [""] if keys is None else dict.fromkeys(keys.values())
    sure, by_name = dict.fromkeys(rows, 0), dict.fromkeys(rows, 0)
    for item in found:
        if item.matched and item.key is not None:
            (sure if item.sure else by_name)[item.key] += 1
    counts = {key: Count(sure[key], by_name[key]) for key in rows}
    return Tally(entity.name, fact.name, (base, *others), found, counts)


def keys_of(program: Program, facts: Facts, entity: Entity) -> dict[str, str]:
    """The keys of an entity's rows by each spelling: members of the list and their aliases, and the rows that facts have."""
    keys: dict[str, str] = {}
    type_ = strip(entity.key_field.type) if entity.key_field else None
    if isinstance(type_, Member):
        roll = program.rolls[type_.roll]
        keys |= {member: member for member in roll.members}
        keys |= {alias: member for member, alias in roll.aliases.items()}
    for row in facts.tables.get(entity.name, ()):
        keys.setdefault(row.key, row.key)
    return keys


# ---------------------------------------------------------------- what is said


def _finding(program: Program, code: str, where: object, **data: object) -> Diagnostic:
    return Diagnostic(code, where, data, language=program.language)  # type: ignore[arg-type]


def _doubts(ledger: Ledger, program: Program) -> Iterator[Diagnostic]:
    name = ledger.register.name
    if ledger.unusable:
        where = ledger.place(ledger.unusable[0])
        yield _finding(program, "register-rows-unusable", where, name=name, count=len(ledger.unusable))
    if ledger.invalid:
        first = ledger.invalid[0]
        data = {"name": name, "count": len(ledger.invalid), "raw": ledger.codes[first]}
        yield _finding(program, "register-code-check", ledger.place(first), **data)
    codes, names = ledger.doubled_codes(), ledger.doubled_names()
    if codes or names:
        row = min(row for group in (*codes.values(), *names.values()) for row in group.values())
        data = {"name": name, "codes": len(codes), "names": len(names)}
        yield _finding(program, "register-duplicate", ledger.place(row), **data)


def _remarks(tally: Tally, program: Program) -> Iterator[Diagnostic]:
    total, where = tally.total, tally.ledgers[0].rosters[0].whole
    if total.by_name:
        data = {"field": tally.fact, "count": total.by_name, "sure": total.sure, "all": total.all}
        yield _finding(program, "register-name-only", where, **data)
    torn = sum(item.torn for item in tally.counted())
    if torn:
        first = tally.ledgers[0].register.name
        yield _finding(program, "register-places", where, field=tally.fact, count=torn, first=first)
    nowhere = sum(item.matched and item.key is None for item in tally.verdicts)
    if nowhere:
        yield _finding(program, "register-nowhere", where, field=tally.fact, count=nowhere, entity=tally.entity)
