"""Owns what each form of 性质 holds against each other: the facts as they are and changed in the way that the form speaks of.

A `World` is facts made from those of a case; a `Change` a few worlds, of whose outcomes the form says whether they go together.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Protocol

from attrs import evolve, field, frozen

from policydsl.core.facts import Facts, Known, Record
from policydsl.core.program import Field, Program, Property
from policydsl.core.types import Number, Reference, strip
from policydsl.core.values import Exact, Outcome, Value, exact
from policydsl.interpret.against import amount
from policydsl.interpret.changed import Way, dealt, renamed, rows_of, with_cell
from policydsl.interpret.reads import key_text
from policydsl.testing.domain import Domain

MOST_ROWS = 3
"""Rows of an entity for which changes are tried in one case."""
WAYS: tuple[Way, ...] = ("none", "one", "half")
OTHERS = 3
"""Other values that a fact without a say is given in one case."""


@frozen(eq=False)
class World:
    """Facts of a change: `make` makes them of those of the case, `key` is the row whose outcome counts there. `token` tells
    the worlds of one case apart."""

    token: Hashable
    key: str
    make: Callable[[Facts], Facts]


@frozen(eq=False)
class Change:
    """One trial of a property: worlds, and of a fact with two values what they are. `nearer` gives smaller changes of the kind."""

    key: str
    worlds: tuple[World, ...]
    values: tuple[Outcome, Outcome] | None = None
    nearer: Callable[[], Sequence[Change]] = field(default=lambda: ())


class Form(Protocol):
    """A form of 性质. `titles` name its worlds, in Chinese and English."""

    titles: Mapping[str, tuple[str, ...]]

    def changes(self, facts: Facts, steps: Sequence[int]) -> Iterator[Change]:
        """What to try on facts; `steps` are by how many units a fact moves."""
        ...


def form_of(program: Program, item: Property) -> Form:
    """The form of a property."""
    match item.form:
        case "monotone" | "steady":
            return Moves(program, item)
        case "unrelated":
            return Unrelated(program, item)
        case "order":
            return Order(program, item)
        case "divided":
            return Divided(program, item)
    return Claims(program, item)


class Claims:
    """恒有, 凡 … 则 …, 之和: one world, in which a condition is not false."""

    titles: Mapping[str, tuple[str, ...]] = {"zh": ("",), "en": ("",)}

    def __init__(self, program: Program, item: Property) -> None:
        self._program = program
        self._item = item

    def changes(self, facts: Facts, steps: Sequence[int]) -> Iterator[Change]:
        """The facts as they are, for each row."""
        for key in rows_of(self._program, facts, self._item.entity):
            yield Change(key, (World("", key, _same),))


class Moves:
    """增加 … 不减 and 每增 … 变动 不超过: a number fact of a row with two values."""

    titles: Mapping[str, tuple[str, ...]] = {"zh": ("之前", "之后"), "en": (" before", " after")}

    def __init__(self, program: Program, item: Property) -> None:
        self._item = item
        self._field = next(one for one in program.entities[item.entity].fields if one.name == item.fact)
        self._admits = Domain(program).admits
        self.unit = Fraction(item.step) if item.form == "steady" else _unit(self._field)

    def changes(self, facts: Facts, steps: Sequence[int]) -> Iterator[Change]:
        """The fact of each row moved on by one step after the other."""
        item = self._item
        for record in facts.tables.get(item.entity, ()):
            cell = record.cells.get(item.fact)
            if not isinstance(cell, Known) or not amount(cell.value):
                continue
            start = cell.value
            ends = (-1, 0, 1, 2) if item.form == "steady" else (0, *steps)
            values = [exact(start + step * self.unit) for step in ends]
            values = [value for value in values if value == start or self._admits(self._field, value)]
            for low, high in zip(values, values[1:], strict=False):
                yield self._change(record.key, low, high)

    def _change(self, key: str, low: Exact, high: Exact) -> Change:
        of = key if self._item.result[0] == self._item.entity else ""

        def world(value: Exact) -> World:
            return World(
                (key, value), of, lambda facts: with_cell(facts, self._item.entity, key, self._item.fact, value)
            )

        ends = (low, high) if self._item.rises else (high, low)
        return Change(key, (world(ends[0]), world(ends[1])), ends, lambda: self._nearer(key, low, high))

    def _nearer(self, key: str, low: Exact, high: Exact) -> Sequence[Change]:
        """The same between values half as far apart, where there are values between."""
        if self._item.form == "steady" or high - low <= self.unit:
            return ()
        middle = exact(low + (high - low) / self.unit // 2 * self.unit)
        return self._change(key, low, middle), self._change(key, middle, high)


class Unrelated:
    """与 … 无关: a fact with one value and with others; a key with another name, and whatever names it likewise."""

    titles: Mapping[str, tuple[str, ...]] = {"zh": (",之一", ",之二"), "en": (", one", ", the other")}

    def __init__(self, program: Program, item: Property) -> None:
        self._program, self._item = program, item
        ((entity, name),) = item.about
        self._entity = program.entities[entity]
        self._field = next(one for one in self._entity.fields if one.name == name)
        self._domain = Domain(program)
        self._turn = 0

    def changes(self, facts: Facts, steps: Sequence[int]) -> Iterator[Change]:
        """The fact of one row after the other with other values."""
        item, own = self._item, self._entity.name == self._item.entity
        single = self._program.entities[item.result[0]].singleton
        for record in facts.tables.get(self._entity.name, ())[:MOST_ROWS]:
            cell = record.cells.get(self._field.name)
            values = self._values(facts, record)
            if isinstance(cell, Known):
                first: Value = cell.value
            elif values:
                first, values = values[0], values[1:]
            else:
                continue
            for key in ("",) if single else (record.key,) if own else rows_of(self._program, facts, item.entity):
                for other in values[:OTHERS]:
                    worlds = tuple(self._world(record.key, key, value, own and not single) for value in (first, other))
                    yield Change(key, worlds, (first, other))

    def _values(self, facts: Facts, record: Record) -> list[Value]:
        type_ = strip(self._field.type)
        cell = record.cells.get(self._field.name)
        now = cell.value if isinstance(cell, Known) else None
        found: list[Value] = list(self._domain.values(self._entity, self._field))
        if isinstance(type_, Reference):
            found = [row.key for row in facts.tables.get(type_.entity, ())]
        if isinstance(type_, Number) and amount(now):
            unit = _unit(self._field)
            near = [exact(now + step * unit) for step in (1, -1)]
            found = [*(value for value in near if self._domain.admits(self._field, value)), *found]
        taken = {row.key for row in facts.tables.get(self._entity.name, ())} if self._field.key else set()
        found = [value for value in found if value != now and key_text(value) not in taken]
        # over many cases every value is tried
        self._turn += 1
        at = self._turn % len(found) if found else 0
        return found[at:] + found[:at]

    def _world(self, row: str, key: str, value: Value, own: bool) -> World:
        entity, name = self._entity.name, self._field.name
        if not self._field.key:
            return World((row, value), key, lambda facts: with_cell(facts, entity, row, name, value))
        new = key_text(value)
        return World(
            (row, value), new if own else key, lambda facts: renamed(self._program, facts, entity, row, name, value)
        )


class Order:
    """行序 无关: the rows of an entity as they stand, and in another order."""

    titles: Mapping[str, tuple[str, ...]] = {
        "zh": (",原来的行序", ",换了行序"),
        "en": (", as they stand", ", in another order"),
    }

    def __init__(self, program: Program, item: Property) -> None:
        self._program, self._item = program, item
        ((self._entity, _),) = item.about

    def changes(self, facts: Facts, steps: Sequence[int]) -> Iterator[Change]:
        """The rows reversed, moved on by one, and the first two changed over."""
        count = len(facts.tables.get(self._entity, ()))
        orders: dict[str, Callable[[tuple[Record, ...]], tuple[Record, ...]]] = {
            "swapped": lambda rows: (*rows[1:2], *rows[:1], *rows[2:])
        }
        if count > 2:
            orders["reversed"] = lambda rows: rows[::-1]
            orders["moved on"] = lambda rows: (*rows[1:], *rows[:1])
        for name, put in orders.items() if count > 1 else ():
            for key in rows_of(self._program, facts, self._item.result[0]):
                yield Change(key, (World("", key, _same), World(name, key, partial(self._put, put))))

    def _put(self, put: Callable[[tuple[Record, ...]], tuple[Record, ...]], facts: Facts) -> Facts:
        rows = tuple(facts.tables.get(self._entity, ()))
        return evolve(facts, tables={**facts.tables, self._entity: put(rows)})


class Divided:
    """拆分 … 合计不变: the whole, and two parts of it; numbers are split in two, rows dealt out."""

    titles: Mapping[str, tuple[str, ...]] = {
        "zh": (",合在一起", ",第一份", ",第二份"),
        "en": (", together", ", first part", ", second part"),
    }

    def __init__(self, program: Program, item: Property) -> None:
        self._program, self._item = program, item
        self._facts = [name for _, name in item.about if name]
        self._rows = [entity for entity, name in item.about if not name]
        self._units = {one.name: _unit(one) for one in program.entities[item.entity].fields if one.name in self._facts}

    def changes(self, facts: Facts, steps: Sequence[int]) -> Iterator[Change]:
        """Nothing, one, and half of everything apart from the rest."""
        for key in rows_of(self._program, facts, self._item.entity)[:MOST_ROWS]:
            if not self._whole(facts, key):
                continue
            of = key if self._item.result[0] == self._item.entity else ""
            for way in WAYS:
                parts = tuple(
                    World((key, way, at), of, lambda facts, key=key, way=way, at=at: self._part(facts, key, way, at))  # type: ignore[misc]
                    for at in (0, 1)
                )
                yield Change(key, (World("", of, _same), *parts))

    def _whole(self, facts: Facts, key: str) -> bool:
        """Whether all that is to be split is there."""
        row = next((one for one in facts.tables.get(self._item.entity, ()) if one.key == key), None)
        cells = [None if row is None else row.cells.get(name) for name in self._facts]
        known = all(isinstance(cell, Known) and amount(cell.value) for cell in cells)
        return known and all(name in facts.tables for name in self._rows)

    def _part(self, facts: Facts, key: str, way: Way, at: int) -> Facts:
        for name in self._facts:
            row = next((one for one in facts.tables.get(self._item.entity, ()) if one.key == key), None)
            cell = None if row is None else row.cells.get(name)
            if not isinstance(cell, Known) or not amount(cell.value):
                return Facts({})
            unit, whole = self._units[name], Fraction(cell.value)
            apart = {"none": Fraction(0), "one": min(unit, whole), "half": whole / 2 // unit * unit}[way]
            value = exact(apart if at == 0 else whole - apart)
            facts = with_cell(facts, self._item.entity, key, name, value)
        for entity in self._rows:
            facts = dealt(self._program, facts, entity, self._item.entity, key, way, at)
        return facts


def _unit(item: Field) -> Fraction:
    """By what a fact is moved at least: one of its unit, a percentage point of a ratio."""
    size = item.measure.size if item.measure is not None else Fraction(1)
    return size / 100 if isinstance(strip(item.type), Number) and item.measure is None else size


def _same(facts: Facts) -> Facts:
    return facts
