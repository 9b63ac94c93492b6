"""Owns a law as a list of what stands in it: each declaration's text, the notice whose words it is, what it took the place of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import dedent

from attrs import frozen

from policydsl.amend.consolidate import Law
from policydsl.amend.rulings import Act, Passed
from policydsl.amend.slots import Slot
from policydsl.syntax.format import format_declaration

_COMMENT = re.compile(r"^\s*[#\uff03]|^\s*$")


@frozen
class Item:
    """A declaration of a text in force. `lines` are as written, `depth` how many parts it stands in.

    `notice` is the one whose words they are, `first` the one that wrote it first. `gone`: it stands there no more.
    """

    word: str
    name: str
    lines: tuple[str, ...]
    depth: int
    notice: str
    first: str
    acts: tuple[Act, ...] = ()
    passed: tuple[Passed, ...] = ()
    gone: bool = False


def items_of(law: Law) -> Iterator[Item]:
    """What stands in a law, in order; what was repealed stands there as gone. What nothing was done to is not read for it."""
    yield from _items(law, law.slots, 0, None)


def _items(law: Law, slots: list[Slot], depth: int, around: Act | None) -> Iterator[Item]:
    for slot in slots:
        if slot.word in ("EXAMPLE", "AMEND", ""):
            continue
        if slot.gone:
            act = slot.acts[-1] if slot.acts else None
            # what went with its part is told with that
            if act is None or act is not around:
                yield _item(law, slot, (_first_line(slot),), depth)
            yield from _items(law, slot.body, depth + 1, act)
            continue
        yield _item(law, slot, _lines(slot), depth)
        yield from _items(law, slot.body, depth + 1, None)


def _item(law: Law, slot: Slot, lines: tuple[str, ...], depth: int) -> Item:
    ruling = slot.ruling("")
    return Item(slot.word, slot.name, lines, depth, ruling.by, slot.notice.id, ruling.acts, ruling.passed, slot.gone)


def _first_line(slot: Slot) -> str:
    return " ".join(slot.span.text.split())


def _lines(slot: Slot) -> tuple[str, ...]:
    if slot.node is not None:
        return tuple(format_declaration(slot.node, slot.notice.language).splitlines())
    assert slot.entry is not None
    outline = slot.notice.outline
    if slot.word in ("PART", "ON"):
        return (_first_line(slot),)
    text = outline.source.text[slot.entry.start : slot.entry.end]
    lines = dedent(text.expandtabs(4)).splitlines()
    while lines and _COMMENT.match(lines[-1]):
        lines.pop()
    return tuple(line.rstrip() for line in lines)
