"""Owns a text in force on a terminal: the notice of each declaration in a margin, what it took the place of below it."""

from __future__ import annotations

from collections.abc import Iterator

from policydsl.amend.consolidate import Law
from policydsl.amend.listing import Item, items_of
from policydsl.explain.teller import Teller
from policydsl.explain.versions import act_line, passed_line
from policydsl.source import display_width

_DIM, _BOLD, _OFF = "\x1b[2m", "\x1b[1m", "\x1b[0m"
_MARGIN = 20
INDENT = 4


def law_text(law: Law, teller: Teller, *, colour: bool = False) -> Iterator[str]:
    """The lines of a text in force, those of one declaration at a time; texts stand as they are written, however long."""
    dim, bold, off = (_DIM, _BOLD, _OFF) if colour else ("", "", "")
    yield f"{bold}{law.notice.title}{off}"
    yield from heading(law, teller)
    yield ""
    for item in items_of(law):
        yield from _item(item, teller, (dim, bold, off))
    yield ""


def heading(law: Law, teller: Teller) -> Iterator[str]:
    """What is said of the text as a whole: number, days, who amended it."""
    catalog, notice = teller.catalog, law.notice
    text = catalog.law_text.format(notice=notice.id, on=teller.figures.day(law.on))
    if law.amended_by:
        text += catalog.law_amended.format(notices=catalog.list_mark.join(law.amended_by))
    if law.known is not None:
        text += catalog.law_known.format(known=teller.figures.day(law.known))
    yield text


def notes(item: Item, teller: Teller) -> Iterator[str]:
    """What is told of one declaration: what was done to it, and what was passed over."""
    for act in item.acts:
        yield act_line(act, teller, False)
    for passed in item.passed:
        yield passed_line(passed, teller)


def _item(item: Item, teller: Teller, tints: tuple[str, str, str]) -> Iterator[str]:
    dim, bold, off = tints
    pad = " " * (INDENT * item.depth)
    changed = bool(item.acts)
    mark = (
        "\N{BLACK RIGHT-POINTING SMALL TRIANGLE}"
        if changed and not item.gone
        else "\N{MULTIPLICATION SIGN}"
        if item.gone
        else " "
    )
    for at, line in enumerate(item.lines):
        tag = _fit(item.notice) if at == 0 else " " * _MARGIN
        body = f"{dim}{pad}{line}{off}" if item.gone else f"{pad}{line}"
        yield f"{dim}{tag}{off} {bold}{mark if at == 0 else ' '}{off} {body}".rstrip()
    for note in notes(item, teller):
        yield f"{' ' * _MARGIN}   {pad}{dim}\N{BOX DRAWINGS LIGHT UP AND RIGHT} {note}{off}"


def _fit(text: str) -> str:
    while display_width(text) > _MARGIN:
        text = text[:-2] + "\N{HORIZONTAL ELLIPSIS}"
    return text + " " * (_MARGIN - display_width(text))
