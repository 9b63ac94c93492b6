"""Owns the notice's own structure: its lines as numbered places, paragraphs without a number as ¶n, and the fragments of each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from attrs import evolve, field, frozen

from policydsl.coverage.places import LAST, Place
from policydsl.coverage.plain import MAX_TEXT, plain

ADDRESSEE, PREAMBLE, TITLE, SIGNED, ANNEX = "主送", "序", "题", "落款", "附件"

_CHINESE = "[零一二三四五六七八九十百]{1,5}"
_LEVELS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, re.compile(rf"(第{_CHINESE}[编章])(?=\s|$)()")),
    (2, re.compile(rf"(第{_CHINESE}节)(?=\s|$)()")),
    (3, re.compile(rf"(第(?:{_CHINESE}|\d{{1,4}})条)()[\s:]*")),
    (4, re.compile(rf"({_CHINESE})()、")),
    (5, re.compile(rf"(\({_CHINESE}\))()")),
    (6, re.compile(r"(\d{1,3})()[.、](?:(?!\d)|(?=\d{4}年))")),
    (7, re.compile(r"(\(\d{1,3}\))()")),
    (8, re.compile(r"([①-⑳])()")),
)
_ENDS = re.compile(r"[,;:!?。;]|(?<!\d)\.(?!\d)")
_DAY = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日")
_SENTENCE = re.compile(r"[,;。:]")


@frozen
class Paragraph:
    """One line of the notice. `at` is where it stands, `also` other ways to cite it; `text` its words without the number,
    `line` its line from 1, `numbered` whether it has a number of its own."""

    at: Place
    text: str
    line: int
    numbered: bool
    also: tuple[Place, ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        """All ways to cite it."""
        return (self.at, *self.also)

    def fragment(self, offset: int, most: int = 24) -> str:
        """The words between punctuation around an offset of `text`; of a long stretch, `most` signs around it."""
        ends = [0, *(match.end() for match in _ENDS.finditer(plain(self.text))), len(self.text)]
        start = max((end for end in ends if end <= offset), default=0)
        stop = min((end for end in ends if end > offset), default=len(self.text))
        if stop - start > most:
            start = max(start, offset - most // 2)
            stop = min(stop, start + most)
        return self.text[start:stop].strip()


@frozen(slots=False)
class Notice:
    """A notice as numbered paragraphs, in order. `cut` where it was longer than is looked at."""

    paragraphs: tuple[Paragraph, ...]
    cut: bool = False
    known: frozenset[Place] = field(factory=frozenset)

    def has(self, steps: Place) -> bool:
        """Whether the notice has such a place, with text of its own or only as a heading."""
        return steps in self.known

    def within(self, steps: Place) -> tuple[Paragraph, ...]:
        """The paragraphs at a place and below it."""
        size = len(steps)
        return tuple(item for item in self.paragraphs if any(path[:size] == steps for path in item.places))


def read_notice(text: str) -> Notice:
    """The structure of a notice given as text, a paragraph a line.

    Levels are known by their numbers: 第一章, 第一条, 一、 (一) 1. (1) ①. A number that restarts a shallower level ends the deeper ones.
    What stands before the first number is its title, its addressee (主送) and preamble (序); after the last one, its signature.
    """
    paragraphs = list(_signed(_numbered(text[:MAX_TEXT])))
    last: dict[Place, int] = {}
    for index, item in enumerate(paragraphs):
        for depth in range(1, len(item.at)):
            last[item.at[:depth]] = index
    for above, index in last.items():
        item = paragraphs[index]
        if not item.numbered and item.at[-1].startswith("¶"):
            paragraphs[index] = evolve(item, also=(*item.also, (*above, LAST)))
    known = {path[:depth] for item in paragraphs for path in item.places for depth in range(1, len(path) + 1)}
    return Notice(tuple(paragraphs), len(text) > MAX_TEXT, frozenset(known))


def _numbered(text: str) -> Iterator[Paragraph]:
    open_: list[tuple[int, str]] = []
    count: Counter[Place] = Counter()
    for number, raw in enumerate(text.splitlines(), 1):
        words = raw.strip("\ufeff \t\u3000\u00a0")
        if not words:
            continue
        clear = plain(words)
        level, label, start = _level(clear)
        if not level:
            above = tuple(step for _, step in open_)
            yield _unnumbered(above, words, clear, number, count)
            continue
        while open_ and open_[-1][0] >= level:
            open_.pop()
        # articles are numbered through all chapters and are cited without them
        if label.endswith("条"):
            open_.clear()
        open_.append((level, label))
        yield Paragraph(tuple(step for _, step in open_), words[start:].strip(), number, True)


def _level(clear: str) -> tuple[int, str, int]:
    """Depth and label of the number that a line begins with, and where its words begin; depth 0 for none."""
    for level, pattern in _LEVELS:
        match = pattern.match(clear)
        if match is not None:
            return level, match[1], match.end()
    return 0, "", 0


def _unnumbered(above: Place, words: str, clear: str, line: int, count: Counter[Place]) -> Paragraph:
    if not above:
        if clear.endswith(":") and len(clear) <= 60 and (ADDRESSEE,) not in count:
            count[ADDRESSEE,] += 1
            return Paragraph((ADDRESSEE,), words, line, False)
        if not count[PREAMBLE,] and not _SENTENCE.search(clear) and (ADDRESSEE,) not in count:
            return Paragraph((TITLE,), words, line, False)
        above = (PREAMBLE,)
    if clear.startswith(ANNEX) and clear[2:3] in (":", "1", "", " "):
        return Paragraph((ANNEX,), words, line, False)
    count[above] += 1
    return Paragraph((*above, f"¶{count[above]}"), words, line, False)


def _signed(paragraphs: Iterator[Paragraph]) -> list[Paragraph]:
    """A date alone at the end, and the name above it, are the signature."""
    found = list(paragraphs)
    if found and not found[-1].numbered and _DAY.fullmatch(plain(found[-1].text).replace(" ", "")):
        found[-1] = evolve(found[-1], at=(SIGNED,))
        if len(found) > 1 and not found[-2].numbered and not _SENTENCE.search(plain(found[-2].text)):
            found[-2] = evolve(found[-2], at=(SIGNED,))
    return found
