"""Owns the types of values. A number's type is its unit; everything else is a kind of its own."""

from __future__ import annotations

from attrs import frozen

from policydsl.core.units import PLAIN, Unit


@frozen
class Number:
    """An exact rational in a unit. `whole`: known to be an integer."""

    unit: Unit = PLAIN
    whole: bool = False


@frozen
class Bool:
    """真 or 假."""


@frozen
class Text:
    """Free text: compared, shown, never computed with."""


@frozen
class Member:
    """One member of the 名录 `roll`."""

    roll: str


@frozen
class Date:
    """A calendar day."""


@frozen
class Moment:
    """A second of a calendar day, in the policy's time zone."""


@frozen
class Reference:
    """The key of a row of `entity`."""

    entity: str


@frozen
class Optional:
    """A value of `of`, or none (或无), or not applicable (不适用)."""

    of: Type


@frozen
class ListOf:
    """Values of `of`, in order."""

    of: Type


@frozen
class Never:
    """The type of what never yields a value by itself: 待裁量."""


Type = Number | Bool | Text | Member | Date | Moment | Reference | Optional | ListOf | Never

BOOL, TEXT, DATE, MOMENT, NEVER = Bool(), Text(), Date(), Moment(), Never()
RATIO = Number(PLAIN)


def strip(type_: Type) -> Type:
    """`type_` without the possibility of none."""
    return type_.of if isinstance(type_, Optional) else type_
