"""Owns conditions taken column by column: what a filter or a constraint says of many rows at once, where every cell that it reads
has a value.

A filter of an aggregate is mostly a comparison of a field with something that is the same for all the rows. Over a few hundred rows
that is one pass of the comparison over a column instead of some closure calls for each row. Where a cell is blank or unreadable
nothing is said here (None), and each row is looked at for itself: the outcome is the same either way.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any, Final, NamedTuple

from policydsl.core.program import Compare, Expr, FieldRead, Here
from policydsl.core.types import BOOL
from policydsl.interpret.lack import FIT, Frame
from policydsl.interpret.strict import RELATIONS
from policydsl.interpret.tables import Group

FEWEST: Final = 8
"""Rows below which looking at each for itself costs no more."""


class Across(NamedTuple):
    """What an expression gives for the rows of a group: a sequence of values along the rows (`many`), or one value for all.

    `get` gives None where not all of them are values to compute with.
    """

    many: bool
    get: Callable[[Group, Frame], Any]


def constant(value: Any) -> Across | None:
    """A value that is written down."""
    return Across(False, lambda group, frame: value) if type(value) in FIT else None


def boxed(box: int) -> Across:
    """What an aggregate computed once before its rows."""

    def get(_: Group, frame: Frame) -> Any:
        value = frame[-1].boxes[box]
        return value if type(value) in FIT else None

    return Across(False, get)


def field(node: FieldRead) -> Across | None:
    """A fact of each row."""
    if node.row != Here():
        return None
    name, truth = node.name, node.type == BOOL

    def get(group: Group, _: Frame) -> Sequence[Any] | None:
        column = group.column(name)
        # a column of 是 and 否 is one of conditions only if nothing else stands in it
        return None if column is None or (truth and not _BOTH.issuperset(map(type, column))) else column

    return Across(True, get)


_BOTH: Final = frozenset((bool,))


def compare(node: Compare, left: Across | None, right: Across | None) -> Across | None:
    """A comparison of which at least one side differs from row to row."""
    if left is None or right is None or not (left.many or right.many):
        return None
    relation, one, two = RELATIONS[node.op], left.get, right.get
    many_left, many_right = left.many, right.many

    def get(group: Group, frame: Frame) -> list[bool] | None:
        first, second = one(group, frame), two(group, frame)
        if first is None or second is None:
            return None
        return list(map(relation, first if many_left else repeat(first), second if many_right else repeat(second)))

    return Across(True, get)


def every(parts: Sequence[Across | None]) -> Across | None:
    """且."""
    return _joined(operator.and_, parts)


def some(parts: Sequence[Across | None], at_least: int) -> Across | None:
    """或; not where several are asked for."""
    return _joined(operator.or_, parts) if at_least == 1 else None


def _joined(join: Callable[[bool, bool], bool], parts: Sequence[Across | None]) -> Across | None:
    sure = [part for part in parts if part is not None and part.many]
    if len(sure) != len(parts) or not sure:
        return None
    first, *others = [part.get for part in sure]

    def get(group: Group, frame: Frame) -> Sequence[bool] | None:
        found: Sequence[bool] | None = first(group, frame)
        for other in others:
            more = other(group, frame)
            if found is None or more is None:
                return None
            found = list(map(join, found, more))
        return found

    return Across(True, get)


def negation(part: Across | None) -> Across | None:
    """非."""
    if part is None or not part.many:
        return None
    inner = part.get

    def get(group: Group, frame: Frame) -> list[bool] | None:
        found = inner(group, frame)
        return None if found is None else list(map(operator.not_, found))

    return Across(True, get)


def one_of(item: Across | None, options: Sequence[Across | None]) -> Across | None:
    """在 甲、乙, of options that are the same for all rows."""
    same = [option for option in options if option is not None and not option.many]
    if item is None or not item.many or len(same) != len(options):
        return None
    given, choices = item.get, [option.get for option in same]

    def get(group: Group, frame: Frame) -> list[bool] | None:
        values, known = given(group, frame), [choice(group, frame) for choice in choices]
        if values is None or None in known:
            return None
        return list(map(frozenset(known).__contains__, values))

    return Across(True, get)


def member(item: Across | None, known: Callable[[Frame], frozenset[Any] | None]) -> Across | None:
    """在 (rows), of rows that are the same for all that ask; `known` gives None where it is open what they hold."""
    if item is None or not item.many:
        return None
    given = item.get

    def get(group: Group, frame: Frame) -> list[bool] | None:
        values = given(group, frame)
        held = None if values is None else known(frame)
        return None if held is None else list(map(held.__contains__, values))

    return Across(True, get)


def filtering(node: Expr | None, part: Across | None) -> bool:
    """Whether a filter or a body can be taken column by column, if there is one."""
    return node is None or (part is not None and part.many)
