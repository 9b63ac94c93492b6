"""Owns how people write out of habit (a notice's own words, Excel, other languages) and how the language has it instead.

A habit is a pattern and what takes its place. Whether a line that was refused was written so is not guessed: its habits are put
right one after the other, the one that gets the parser furthest first, and only a line that parses in the end is a mend.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from attrs import frozen

from policydsl.diagnostics.model import Language

MOST_STEPS = 6
"""Habits that one line may show."""
MOST_LINE = 300
"""Characters of a line that is tried; each try parses it anew."""


@frozen
class Habit:
    """What is written and what takes its place; `lines`: the kinds of line where it is looked for (none: every kind)."""

    pattern: re.Pattern[str]
    into: str
    lines: tuple[str, ...] = ()


@frozen
class Mended:
    """The stretch of a line that changes, and what it becomes."""

    start: int
    end: int
    text: str


def mended(line: str, symbol: str, language: Language, left: Callable[[str], int]) -> Mended | None:
    """The line put right. `left`: how many characters of a line the parser does not get through, below zero for none."""
    if len(line) > MOST_LINE:
        return None
    text, rest = line, left(line)
    for _ in range(MOST_STEPS):
        tried = []
        for habit in _habits(language):
            if habit.lines and symbol not in habit.lines:
                continue
            other = _MARKED.sub(_plain, habit.pattern.sub(habit.into, text))
            if other != text:
                tried.append((left(other), other))
        if not tried:
            return None
        # of those that get equally far the one that stands first
        best, other = min(tried, key=lambda one: one[0])
        if best >= rest:
            return None
        rest, text = best, other
        if rest < 0:
            return _stretch(line, text)
    return None


_MARKED = re.compile("‹(.+?)›")
"""What a habit marks to be put otherwise than it stands: a figure in words (至少 ‹三›项), a word in capitals (‹AND›)."""
_DIGITS = {word: str(at) for at, word in enumerate("一二三四五六七八九十", 1)} | {"两": "2"}
_DIGITS |= {word: str(at) for at, word in enumerate(("one", "two", "three", "four", "five", "six"), 1)}


def _plain(found: re.Match[str]) -> str:
    return _DIGITS.get(found[1], found[1].lower())


def _stretch(old: str, new: str) -> Mended:
    """What differs between two lines, in whole words."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    while start > 0 and not old[start - 1].isspace():
        start -= 1
    while end > 0 and not old[len(old) - end].isspace():
        end -= 1
    if not new[start : len(new) - end].strip():
        # what only goes is shown with the word before it
        start = len(old[:start].rstrip())
        while start > 0 and not old[start - 1].isspace():
            start -= 1
    return Mended(start, len(old) - end, " ".join(new[start : len(new) - end].split()))


@cache
def _habits(language: Language) -> tuple[Habit, ...]:
    if language == "zh":
        from policydsl.syntax.habits_zh import HABITS
    else:
        from policydsl.syntax.habits_en import HABITS
    return tuple(Habit(re.compile(row[0]), row[1], row[2:]) for row in HABITS)
