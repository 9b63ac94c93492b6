"""Owns what a question about money names: the row, the rule, the fact that changes and the values it takes."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from fractions import Fraction

from attrs import frozen

from policydsl.core import program as core
from policydsl.core.facts import Facts, Known
from policydsl.core.types import Number, strip
from policydsl.core.values import Exact, exact
from policydsl.facts.cell import Column, Reading
from policydsl.facts.quantity import Units

Address = tuple[str, str, str]


class Ask(ValueError):
    """A question that cannot be answered as it was put; the message says why, in Chinese and English."""


def ask(zh: str, en: str) -> Ask:
    """The error in both languages."""
    return Ask(f"{zh}。 {en}.")


def close(name: str, known: Iterable[str]) -> str:
    """Names like one that is not known, for a message."""
    names = list(known)
    return "、".join(get_close_matches(name, names, 3, 0.4) or names[:12]) or "无"


@frozen
class Fact:
    """A fact that changes: its address, its field, what it is now (None: not known)."""

    entity: str
    key: str
    field: core.Field
    now: Exact | None

    @property
    def at(self) -> Address:
        """Entity, key, name."""
        return (self.entity, self.key, self.field.name)

    @property
    def whole(self) -> bool:
        """Whether it is a count."""
        type_ = strip(self.field.type)
        return isinstance(type_, Number) and type_.whole and not self.field.fractional

    @property
    def unit(self) -> Fraction:
        """The size of one of what the field is written in."""
        return self.field.measure.size if self.field.measure is not None else Fraction(1)


class Names:
    """Finds rows, rules and facts by what people call them."""

    def __init__(self, program: core.Program, facts: Facts) -> None:
        self.program = program
        self.facts = facts
        self._units = Units(program)
        self._rows = {(name, row.key): row for name, rows in facts.tables.items() for row in rows}
        self._entities = dict(program.entities) | {item.alias: item for item in program.entities.values() if item.alias}

    def row(self, key: str) -> tuple[str, str]:
        """The entity and key of a row: the main entity first."""
        program = self.program
        names = [program.header.main, *(name for name in program.entities if name != program.header.main)]
        for name in names:
            if name in self.facts.tables and any(row.key == key for row in self.facts.tables[name]):
                return name, key
        main = program.header.main
        roll = {member: whole for item in program.rolls.values() for whole, member in _aliases(item)}
        if key in roll and any(row.key == roll[key] for row in self.facts.tables.get(main, ())):
            return main, roll[key]
        known = [row.key for row in self.facts.tables.get(main, ())]
        raise ask(
            f"没有主键为「{key}」的行\uff0c有\uff1a{close(key, known)}",
            f"No row has the key 「{key}」; there are {close(key, known)}",
        )

    def _split(self, text: str, entity: str) -> tuple[core.Entity, str]:
        owner, dot, name = text.partition(".")
        if dot and owner in self._entities:
            return self._entities[owner], name
        return self.program.entities[entity], text

    def rule(self, text: str, entity: str, key: str) -> Address:
        """A rule of the row, or of a singleton (`全市.测算总额`)."""
        owner, name = self._split(text.strip(), entity)
        rules = [rule for rule in self.program.rules if rule.entity == owner.name and rule.kind != "constraint"]
        found = next((rule for rule in rules if name in (rule.name, rule.alias) and name), None)
        if found is None:
            shown = close(name, [rule.name for rule in rules if rule.output])
            raise ask(
                f"「{owner.name}」没有规则「{name}」\uff0c有\uff1a{shown}",
                f"「{owner.name}」 has no rule 「{name}」; there are {shown}",
            )
        return owner.name, self._key(owner, entity, key), found.name

    def _key(self, owner: core.Entity, entity: str, key: str) -> str:
        """The key of the row of `owner` that is meant when `entity`'s row `key` is asked about: its own, or one that it belongs to."""
        if owner.singleton:
            return ""
        at, name = key, entity
        while name != owner.name:
            above, row = self.program.entities[name].owner, self._rows.get((name, at))
            if above is None or row is None or row.parent is None:
                raise ask(
                    f"「{owner.name}」不止一行\uff0c只能问「{entity}」自己的、它所属的或只有一行的对象的",
                    f"「{owner.name}」 has many rows; ask of 「{entity}」 itself, of what it belongs to, "
                    "or of an entity that has one row",
                )
            name, at = above, row.parent
        return at

    def under(self, owner: core.Entity, entity: str, key: str) -> list[str]:
        """The keys of the rows of `owner` meant by a row `key` of `entity` ("" for every row): itself, or what belongs to it."""
        if owner.singleton:
            return [""]
        keys = [row.key for row in self.facts.tables.get(owner.name, ())]
        if not key:
            return keys
        return [each for each in keys if self.above(owner.name, each, entity) == key]

    def above(self, name: str, key: str, entity: str) -> str | None:
        """The key of the row of `entity` that a row is or belongs to; None where it belongs to none."""
        at: str | None = key
        while name != entity:
            above, row = self.program.entities[name].owner, self._rows.get((name, at or ""))
            if above is None or row is None:
                return None
            name, at = above, row.parent
        return at

    def field(self, text: str, entity: str) -> tuple[core.Entity, core.Field]:
        """A fact of an entity that is a number."""
        owner, name = self._split(text.strip(), entity)
        found = next((item for item in owner.fields if name in (item.name, item.alias) and name), None)
        numbers = [item.name for item in owner.fields if isinstance(strip(item.type), Number)]
        if found is None or found.name not in numbers:
            shown = close(name, numbers)
            raise ask(
                f"「{owner.name}」没有叫「{name}」的数\uff0c有\uff1a{shown}",
                f"「{owner.name}」 has no number 「{name}」; there are {shown}",
            )
        return owner, found

    def fact(self, text: str, entity: str, key: str) -> Fact:
        """A fact of the row, or of a singleton (`全市.预算额度`)."""
        owner, found = self.field(text, entity)
        own = self._key(owner, entity, key)
        return Fact(owner.name, own, found, self.now(owner.name, own, found))

    def now(self, entity: str, key: str, field: core.Field) -> Exact | None:
        """What a fact is."""
        singleton = self.program.entities[entity].singleton
        for row in self.facts.tables.get(entity, ()):
            if singleton or row.key == key:
                cell = row.cells.get(field.name)
                if isinstance(cell, Known) and type(cell.value) in (int, Fraction):
                    return cell.value  # type: ignore[return-value]
        return None

    def number(self, text: str, field: core.Field) -> Exact:
        """A number as people write it in facts, with or without its unit."""
        found = Reading(Column(field), self.program, self._units).one(text.strip())
        if type(found) not in (int, Fraction):
            unit = field.measure.text if field.measure is not None else ""
            raise ask(
                f"「{text.strip()}」不是「{field.name}」的数\uff08单位\uff1a{unit or '无'}\uff09",
                f"「{text.strip()}」 is no number for 「{field.name}」 (unit: {unit or 'none'})",
            )
        return found  # type: ignore[return-value]

    def amount(self, text: str, rule: core.Rule) -> Exact:
        """A number in the unit of a rule."""
        field = core.Field(rule.name, strip(rule.type), measure=rule.measure, fractional=True)
        if not isinstance(field.type, Number):
            raise ask(f"「{rule.name}」不是数", f"「{rule.name}」 is no number")
        return self.number(text, field)

    def span(self, text: str, fact: Fact) -> tuple[Exact, Exact, Exact | None]:
        """`from..to[:step]` of a fact."""
        low, dots, rest = text.partition("..")
        high, colon, step = rest.partition(":")
        if not dots:
            raise ask(
                f"范围应写成 起..止[:步长]\uff0c而不是「{text}」", f"Write a range as FROM..TO[:STEP], not 「{text}」"
            )
        first, last = self.number(low, fact.field), self.number(high, fact.field)
        if last < first:
            raise ask(f"范围「{text}」的止小于起", f"The range 「{text}」 ends before it begins")
        width = self.number(step, fact.field) if colon else None
        if width is not None and width <= 0:
            raise ask(f"步长「{step}」应大于零", f"The step 「{step}」 has to be above zero")
        return first, last, width


def _aliases(roll: core.Roll) -> Iterable[tuple[str, str]]:
    return ((whole, alias) for alias, whole in roll.aliases.items()) if roll.aliases else ()


def around(fact: Fact) -> tuple[Exact, Exact]:
    """A range about what a fact is now, where nobody says one."""
    if fact.now is None:
        raise ask(
            f"「{fact.field.name}」没有报来\uff0c请写明范围\uff1a{fact.field.name}=起..止",
            f"「{fact.field.name}」 is not given; say the range: NAME=FROM..TO",
        )
    half = Fraction(fact.now) / 2
    low, high = half, Fraction(fact.now) + half
    if fact.whole:
        return int(low // 1), max(int(-(-high // 1)), int(low // 1) + 20)
    return exact(low), exact(high if high > low else low + 20 * fact.unit)
