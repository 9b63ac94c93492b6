"""Owns the facts as symbols: a row is a path from the row that a question is about, a cell a constant of the solver."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import z3
from attrs import frozen

from policydsl.core.program import Program, Rule
from policydsl.core.types import Bool, Date, Member, Moment, Number, Optional, Reference, Text, Type, strip
from policydsl.core.values import NONE, Value
from policydsl.prove.numbers import Num

EPOCH = datetime(1970, 1, 1)
FIRST, LAST = date(1990, 1, 1).toordinal(), date(2100, 12, 31).toordinal()


@frozen
class Path:
    """A row: the one that a question is about (no steps), its owner, the one row of a singleton, the only child of a row."""

    entity: str
    steps: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ".".join((*self.steps, self.entity))


@frozen(eq=False)
class Cell:
    """A fact as symbols: its value and, where it may be, whether it is none."""

    path: Path
    name: str
    type: Type
    term: Any
    absent: Any
    world: str = ""


@frozen(eq=False)
class Free:
    """A symbol for what formulas do not carry, and the expression as it was written."""

    term: Any
    open: Any
    absent: Any
    written: str


class Symbols:
    """All facts that a set of questions looks at, each once; and texts as numbers."""

    def __init__(self) -> None:
        self.cells: dict[tuple[Path, str, str], Cell] = {}
        self.limits: list[Any] = []
        self._texts: dict[str, int] = {}
        self.frees: dict[Any, Free] = {}
        self.outcomes: dict[tuple[Path, tuple[str, str]], Free] = {}
        self.readings: dict[str, Any] = {}

    def text(self, value: str) -> int:
        """The number that stands for a text."""
        return self._texts.setdefault(value, len(self._texts))

    def spelled(self, number: int) -> str:
        """The text that a number stands for; one of its own for a text that nobody wrote."""
        return next((text for text, one in self._texts.items() if one == number), f"T{number}")

    def cell(self, program: Program, path: Path, name: str, world: str = "") -> Cell:
        """The symbols of a fact. `world` tells two values of the fact that a property moves apart."""
        key = (path, name, world)
        if key not in self.cells:
            field = next(item for item in program.entities[path.entity].fields if item.name == name)
            said = f"{path}.{name}{world}"
            term = self.fresh(program, strip(field.type), said)
            absent = z3.Bool(f"{said} absent") if isinstance(field.type, Optional) else False
            self.cells[key] = Cell(path, name, field.type, term, absent, world)
        return self.cells[key]

    def outcome(self, program: Program, path: Path, rule: Rule) -> Free:
        """The symbols of what a rule gives of a row, where it is not looked into."""
        key = (path, rule.id)
        if key not in self.outcomes:
            said = f"{path} {rule.name} given"
            term = self.fresh(program, strip(rule.type), said)
            self.outcomes[key] = Free(term, z3.Bool(f"{said} open"), z3.Bool(f"{said} absent"), rule.name)
        return self.outcomes[key]

    def reading(self, program: Program, name: str) -> Any:
        """Which alternative of a reading is adopted, as the number of it in the order in which they are written."""
        if name not in self.readings:
            chosen = z3.Int(f"{name} adopted")
            self.readings[name] = chosen
            self.limits.append(z3.And(chosen >= 0, chosen < len(program.readings[name].options)))
        return self.readings[name]

    def fresh(self, program: Program, type_: Type, said: str) -> Any:
        """A new symbol of a type, or None for a type that formulas do not carry; what limits it is noted."""
        match type_:
            case Bool():
                return z3.Bool(said)
            case Number(whole=whole):
                return Num(z3.Int(said) if whole else z3.Real(said))
            case Date():
                day = z3.Int(said)
                self.limits.append(z3.And(day >= FIRST, day <= LAST))
                return day
            case Moment():
                moment = z3.Int(said)
                self.limits.append(
                    z3.And(moment >= seconds(datetime(1990, 1, 1)), moment <= seconds(datetime(2100, 1, 1)))
                )
                return moment
            case Member(roll=roll):
                member = z3.Int(said)
                self.limits.append(z3.Or([member == self.text(one) for one in program.rolls[roll].members]))
                return member
            case Text() | Reference():
                text = z3.Int(said)
                self.limits.append(text >= 0)
                return text
        return None

    def literal(self, value: Value, number: Any) -> Any:
        """A written value as a term; `number` makes one of a number."""
        if isinstance(value, bool):
            return z3.BoolVal(value)
        if isinstance(value, datetime):
            return z3.IntVal(seconds(value))
        if isinstance(value, date):
            return z3.IntVal(value.toordinal())
        if isinstance(value, str):
            return z3.IntVal(self.text(value))
        return None if isinstance(value, tuple) or value is NONE else number(value)


def seconds(moment: datetime) -> int:
    """A moment as a number."""
    return int((moment - EPOCH).total_seconds())
