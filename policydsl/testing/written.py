"""Owns facts written as an 算例: what a person would paste into the policy file, and what the file then reads the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction

from attrs import frozen

from policydsl.core import program as core
from policydsl.core.facts import Facts, Known, Record
from policydsl.core.types import ListOf, Member, Number, Type, strip
from policydsl.core.units import POINT, Unit
from policydsl.core.values import NONE, Blocked, Exact, NotApplicable, Outcome, Value, decimal_text
from policydsl.source import display_width
from policydsl.syntax.quoting import freed
from policydsl.syntax.spelling import Spelling

WIDTH = 100
_STATUS = {"pending": "PENDING", "unknown": "UNKNOWN", "invalid": "INVALID"}


class Unwritable(ValueError):
    """A value that no example can state: its unit has no name of its own."""


@frozen
class Asked:
    """What an example expects: the outcome of a rule of a row."""

    entity: str
    key: str
    rule: str
    outcome: Outcome


@frozen
class Pen:
    """Writes values and examples in the language of one policy."""

    program: core.Program

    @property
    def spell(self) -> Spelling:
        """The spelling of the policy's language."""
        return Spelling(self.program.language, self.program.language)

    # ------------------------------------------------------------ values

    def value(self, value: Value, type_: Type, size: Fraction = Fraction(1)) -> str:
        """A value as an example states it. `size` is that of a field's own measure. Raises Unwritable."""
        spell, inner = self.spell, strip(type_)
        match value:
            case bool():
                return spell.word("TRUE" if value else "FALSE")
            case int() | Fraction():
                assert isinstance(inner, Number)
                return self._number(value, inner)
            case str():
                return spell.named(value) if isinstance(inner, Member) else spell.text(value)
            case datetime():
                return spell.time(value)
            case date():
                return spell.day(value)
            case tuple():
                of = inner.of if isinstance(inner, ListOf) else inner
                return f"({spell.comma.join(self.value(item, of) for item in value)})"
            case NotApplicable():
                return spell.word("INAPPLICABLE")
            case _:
                return spell.word("NONE")

    def _number(self, value: Exact, type_: Number) -> str:
        unit, zh = type_.unit, self.program.language == "zh"
        if unit.plain:
            percent = Fraction(value) * 100
            text = decimal_text(percent if percent.denominator != 1 else percent.numerator)
            if type_.whole or "/" in text or len(text) > 8:
                return decimal_text(value)
            return f"{text}%"
        if unit == Unit(((POINT, 1),)):
            return self._glued(Fraction(value) * 100, POINT)
        text = _unit(unit)
        if zh and text == "元" and value >= 10_000:
            short = Fraction(value) / 10_000
            if (short * 10_000).denominator == 1 and len(decimal_text(_plain(short)).partition(".")[2]) <= 4:
                return f"{decimal_text(_plain(short))}万元"
        return self._glued(Fraction(value), text)

    def _glued(self, number: Fraction, unit: str) -> str:
        from policydsl.syntax.tree import Quantity

        return self.spell.quantity(Quantity(number, unit, "", span=None))  # type: ignore[arg-type]

    # ------------------------------------------------------------ examples

    def example(
        self,
        name: str,
        facts: Facts,
        asked: Sequence[Asked],
        *,
        readings: Mapping[str, str] | None = None,
        on: date | None = None,
        reads: Iterable[tuple[str, str]] | None = None,
        entities: Iterable[str] | None = None,
    ) -> str:
        """The example as text, with a line end. Only facts in `reads` and tables in `entities` are stated, all where None."""
        wanted = None if reads is None else frozenset(reads)
        tables = frozenset(facts.tables) if entities is None else frozenset(entities)
        spell = self.spell
        lines = [f"{spell.word('EXAMPLE')} {spell.text(name)}:"]
        lines += self._facts(facts, wanted, tables)
        for reading, option in (readings or {}).items():
            lines.append(f"    {spell.word('ADOPT')} {spell.named(reading)} = {spell.named(option)}")
        if on is not None:
            lines.append(f"    {spell.word('ON_DATE')} {spell.day(on)}")
        lines += self._wrapped(spell.word("SHOULD"), [self.expected(facts, item) for item in asked])
        return "\n".join(lines) + "\n"

    def expected(self, facts: Facts, item: Asked) -> str:
        """One expectation: 规则 = 值, or 规则 待裁量. Raises Unwritable."""
        spell, entity = self.spell, self.program.entities[item.entity]
        rule = self.program.rule_index[item.entity, item.rule]
        name = spell.named(item.rule)
        main = item.entity == self.program.header.main
        if entity.singleton:
            target = f"{spell.named(item.entity)}.{name}"
        elif len(facts.tables.get(item.entity, ())) == 1:
            target = name if main else f"{spell.named(item.entity)}.{name}"
        else:
            target = f"{spell.named(item.entity)}({self._key(entity, item.key)}).{name}"
        if isinstance(item.outcome, Blocked):
            return f"{target} {spell.word(_STATUS[item.outcome.status])}"
        if isinstance(item.outcome, NotApplicable):
            return f"{target} {spell.word('INAPPLICABLE')}"
        if item.outcome is NONE:
            raise Unwritable(item.rule)
        return f"{target} = {self.value(item.outcome, rule.type)}"

    def _key(self, entity: core.Entity, key: str) -> str:
        field = entity.key_field
        if field is None:
            return key
        return self.spell.named(key) if isinstance(field.type, Member) else self.spell.text(key)

    def _facts(self, facts: Facts, reads: frozenset[tuple[str, str]] | None, tables: frozenset[str]) -> list[str]:
        lines: list[str] = []
        order = [self.program.entities[name] for name in facts.tables if name in self.program.entities]
        order.sort(key=lambda item: (item.name != self.program.header.main, _depth(self.program, item)))
        for entity in order:
            rows = facts.tables[entity.name]
            main = entity.name == self.program.header.main
            if entity.name not in tables:
                continue
            if entity.singleton or (main and len(rows) == 1 and entity.owner is None):
                for row in rows:
                    lines += self._wrapped(
                        self.spell.word("SET"), self._cells(entity, row, reads, facts, dotted=not main)
                    )
            else:
                lines += self._rows(entity, rows, reads, facts)
        return lines

    def _rows(
        self, entity: core.Entity, rows: Sequence[Record], reads: frozenset[tuple[str, str]] | None, facts: Facts
    ) -> list[str]:
        head = f"{self.spell.word('SET')} {self.spell.named(entity.name)}"
        if not rows:
            return [f"    {head} 0{entity.counted_in}:"]
        groups: list[tuple[list[str], int]] = []
        for at, row in enumerate(rows, 1):
            cells = self._cells(entity, row, reads, facts, number=at)
            if groups and groups[-1][0] == cells:
                groups[-1] = (cells, groups[-1][1] + 1)
            else:
                groups.append((cells, 1))
        lines: list[str] = []
        for cells, count in groups:
            lines += self._wrapped(f"{head} {self._glued(Fraction(count), entity.counted_in)}:", cells)
        return lines

    def _cells(
        self,
        entity: core.Entity,
        row: Record,
        reads: frozenset[tuple[str, str]] | None,
        facts: Facts,
        *,
        number: int = 0,
        dotted: bool = False,
    ) -> list[str]:
        cells: list[str] = []
        owner = self.program.entities[entity.owner] if entity.owner is not None else None
        if owner is not None and not owner.singleton and row.parent is not None:
            owners = facts.tables.get(owner.name, ())
            if len(owners) != 1 or owners[0].key != row.parent:
                cells.append(f"{self.spell.named(owner.name)} = {self._key(owner, row.parent)}")
        for field in entity.fields:
            cell = row.cells.get(field.name)
            if not isinstance(cell, Known) or cell.by_default:
                continue
            if field.key and number and cell.value == str(number):
                continue
            if not field.key and reads is not None and (entity.name, field.name) not in reads:
                continue
            name = self.spell.named(field.name)
            target = f"{self.spell.named(entity.name)}.{name}" if dotted else name
            cells.append(f"{target} = {self.value(cell.value, field.type)}")
        return cells

    def _wrapped(self, head: str, items: Sequence[str]) -> list[str]:
        """Items after a head, continued on deeper lines where they are long."""
        if not items:
            return [f"    {head}"] if head.endswith(":") else []
        # 「」 only where the line needs them, as the formatter does
        last = len(items) - 1
        pieces = [(0, head), *((0, item + ("," if at < last else "")) for at, item in enumerate(items))]
        items = [text.removesuffix(",") for _, text in freed(pieces, "example_line", self.program.language)[1:]]
        lines, line = [], f"    {head} {items[0]}"
        for item in items[1:]:
            if display_width(line) + display_width(item) + 3 > WIDTH:
                lines.append(line + ",")
                line = f"            {item}"
            else:
                line = f"{line}, {item}"
        return [*lines, line]


def _plain(number: Fraction) -> Exact:
    return number if number.denominator != 1 else number.numerator


def _unit(unit: Unit) -> str:
    above = [name for name, power in unit.powers if power == 1]
    below = [name for name, power in unit.powers if power == -1]
    if len(above) != 1 or len(below) > 1 or len(above) + len(below) != len(unit.powers):
        raise Unwritable(str(unit))
    return above[0] + (f"/{below[0]}" if below else "")


def _depth(program: core.Program, entity: core.Entity) -> int:
    depth, owner = 0, entity.owner
    while owner is not None:
        depth, owner = depth + 1, program.entities[owner].owner
    return depth
