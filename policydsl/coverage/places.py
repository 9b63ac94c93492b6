"""Owns clause ids as places: 七(二)2(1)b is read as 七 › (二) › 2 › (1) › b, and two places are of one line or they are not."""

from __future__ import annotations

import re

from policydsl.coverage.plain import plain

Place = tuple[str, ...]
"""The steps from the notice down to a place, as they are printed, brackets included."""

LAST = "¶末"
_STEP = re.compile(
    r"\([^()]{1,12}\)"
    r"|¶[^\s(¶a-z]+"
    r"|第[零一二三四五六七八九十百千\d]+[编章节条款项目]"
    r"|[零一二三四五六七八九十百千]+(?![^\W\d_])"
    r"|\d+(?:\.\d+)*"
    r"|[①-⑳]"
    r"|[a-z](?![a-z])"
    r"|[^\W\d_]+?(?=\d|$|[(¶a-z.\s])"
    r"|[^\s]"
)
_LETTER = re.compile(r"[a-z]")


def place(id_: str) -> Place:
    """The steps of a clause id; what is no step of any known kind counts sign by sign."""
    return tuple(_STEP.findall("".join(plain(id_).split())))


def shown(steps: Place) -> str:
    """A place as it is cited."""
    return "".join(steps)


def of_one_line(a: Place, b: Place) -> bool:
    """Whether one place lies within the other, or they are the same."""
    length = min(len(a), len(b))
    return a[:length] == b[:length]


def without_letter(steps: Place) -> Place:
    """The place that the notice numbers: letters are the drafter's own marks within it, and so are ¶ marks that count nothing."""
    while steps and (_LETTER.fullmatch(steps[-1]) or _own_mark(steps[-1])):
        steps = steps[:-1]
    return steps


def _own_mark(step: str) -> bool:
    return step.startswith("¶") and step != LAST and not step[1:].isdigit()
