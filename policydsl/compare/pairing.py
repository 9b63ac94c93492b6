"""Owns which of the old items became which of the new ones: by one mark after another, each item once, the rest alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Mark = Callable[[Item], object]


def paired(
    old: Sequence[Item], new: Sequence[Item], old_marks: Sequence[Mark[Item]], new_marks: Sequence[Mark[Item]]
) -> list[tuple[Item | None, Item | None]]:
    """Pairs in the order of `new`, items without a partner where they stand.

    The n-th mark of an old and of a new item being equal (and not None) makes them partners, where the marks before found none;
    of several with the same mark the first still free is taken.
    """
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for old_mark, new_mark in zip(old_marks, new_marks, strict=True):
        free: dict[object, list[int]] = {}
        for at, item in enumerate(old):
            if at not in taken:
                free.setdefault(old_mark(item), []).append(at)
        for there, item in enumerate(new):
            if there in partner:
                continue
            mark = new_mark(item)
            waiting = free.get(mark) if mark is not None else None
            if waiting:
                at = waiting.pop(0)
                partner[there] = at
                taken.add(at)
    return _in_order(old, new, partner, taken)


def _in_order(
    old: Sequence[Item], new: Sequence[Item], partner: dict[int, int], taken: set[int]
) -> list[tuple[Item | None, Item | None]]:
    found: list[tuple[Item | None, Item | None]] = []
    said: set[int] = set()

    def gone_before(limit: int) -> None:
        """What is gone and stood before `limit`, told before what follows it."""
        for at in range(limit):
            if at not in taken and at not in said:
                said.add(at)
                found.append((old[at], None))

    for there, item in enumerate(new):
        at = partner.get(there)
        if at is None:
            found.append((None, item))
        else:
            gone_before(at)
            found.append((old[at], item))
    gone_before(len(old))
    return found
