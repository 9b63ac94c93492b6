"""Owns what stands in a packed row where there is no value to compute with: any use of it ends the quick way.

Compiled code has no test for what is missing. A gap refuses every operation by raising `Open`; the rule that met it is left
to the reference, which says why there is no value, or that there is one all the same.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

from policydsl.core.values import NONE, Absent, NotApplicable


class Open(Exception):
    """The quick way ends here: something has no value, or the rules for exceptions would apply."""


def _refuse(*_: object) -> NoReturn:
    raise Open


class Gap:
    """No value. Refuses whatever is asked of it."""

    __slots__ = ()

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __neg__ = __abs__ = _refuse
    __floordiv__ = __rfloordiv__ = __truediv__ = __rtruediv__ = __mod__ = __rmod__ = __divmod__ = __rdivmod__ = _refuse
    __bool__ = __hash__ = __len__ = __iter__ = __contains__ = __getitem__ = __getattr__ = __call__ = _refuse


class Void(Gap):
    """None or not applicable: an outcome, but nothing to compute with. `value` is what the outcome is."""

    __slots__ = ("value",)

    def __init__(self, value: Absent | NotApplicable) -> None:
        self.value = value


class VoidRow:
    """The row that a child which may be absent does not have: all that is read of it is none."""

    __slots__ = ()

    def __getitem__(self, _: int) -> Void:
        return VOID


HOLE: Final = Gap()
VOID: Final = Void(NONE)
VOID_ROW: Final = VoidRow()


def sure(value: Any) -> Any:
    """The value. Raises Open where there is none to compute with."""
    kind = type(value)
    if kind is Gap or kind is Void:
        raise Open
    return value


def present(value: Any) -> bool:
    """Whether an optional value is there. Raises Open where that is not known."""
    kind = type(value)
    if kind is Gap:
        raise Open
    return kind is not Void


def only(rows: Any) -> Any:
    """The row of a child that may be absent."""
    if len(rows) == 1:
        return rows[0]
    if rows:
        raise Open
    return VOID_ROW
