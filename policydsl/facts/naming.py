"""Owns how names in files stand for names of the policy: sheets for entities, headers for fields, near misses for both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from zlib import crc32

from attrs import frozen

from policydsl.core.program import Entity, Program
from policydsl.facts.grid import fold, narrow

DECISIONS = ("裁量", "decisions")
GUIDE = ("填写说明", "名录选项", "Guide", "Lists")
"""Sheets of our own template that hold no facts, in Chinese and in English."""

_NUMBERED = re.compile(r"\s*\d{1,4}\s*[.、_\-:)]?\s*(\D.*)", re.DOTALL)
_BRACKET = re.compile(r"(.*\S)\s*[(\[〔【]([^()\[\]〔〕【】]*)[)\]〕】]\s*", re.DOTALL)
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


@frozen
class Header:
    """A header cell taken apart: the name, and what stands in the bracket after it."""

    name: str
    bracket: str = ""


def take_apart(text: str) -> Header:
    """The name and the bracket of a header such as `基础额度(万元)`."""
    found = _BRACKET.fullmatch(narrow(text).rstrip("*").strip())
    return Header(found[1], found[2].strip()) if found else Header(text)


class Names:
    """Spellings and what they stand for. An exact spelling wins; else neither width, case nor blanks matter.

    Loosely taken, a spelling of two names stands for neither.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._exact: dict[str, str] = {}
        self._loose: dict[str, str | None] = {}
        for spelling, name in pairs:
            if not spelling:
                continue
            self._exact.setdefault(spelling, name)
            key = fold(spelling)
            if self._loose.setdefault(key, name) != name:
                self._loose[key] = None

    def find(self, text: str) -> str | None:
        """The name that `text` stands for."""
        return self._exact.get(text) or self._loose.get(fold(text))


def near(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` is most likely a slip for, if any comes close."""
    from difflib import get_close_matches

    close = get_close_matches(name[:80], list(known)[:2000], n=1, cutoff=0.6)
    return close[0] if close else None


def sheet_titles(program: Program) -> dict[str, str]:
    """The title of each entity's sheet in a workbook: its name where a spreadsheet allows that, else a safe stand-in.

    Titles are unique whatever their case. The same program always gives the same titles, so that reading finds them again.
    """
    titles: dict[str, str] = {}
    taken = {fold(title) for title in (*GUIDE, *DECISIONS, "History")}
    for name in program.entities:
        title = _FORBIDDEN.sub("_", name).strip("' ") or "_"
        if title != name or _units(title) > 31 or fold(title) in taken:
            mark = f"{crc32(name.encode()):08x}"
            while _units(title) > 22:
                title = title[:-1]
            title = f"{title}~{mark}"
        taken.add(fold(title))
        titles[name] = title
    return titles


def _units(text: str) -> int:
    """Length as spreadsheets count it, in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@frozen
class Tables:
    """Which entity each table of a file is about, decided for all names of the file together."""

    entities: Mapping[str, str | None]
    decisions: frozenset[str]

    @staticmethod
    def of(names: Sequence[str], program: Program) -> Tables:
        """Resolve the names of one file's tables. A number in front is dropped only where no other table has the name."""
        titles = sheet_titles(program)
        known = Names(
            [
                *((name, name) for name in program.entities),
                *((entity.alias, entity.name) for entity in program.entities.values()),
                *((title, name) for name, title in titles.items()),
                *((f"{entity.name}({entity.counted_in})", entity.name) for entity in program.entities.values()),
            ]
        )
        exact = {name: known.find(name) for name in names}
        for name, entity in exact.items():
            # Where an entity's stand-in is there, a sheet of our own that bears its name is not meant.
            if entity and entity == name and titles[entity] != name and titles[entity] in exact:
                exact[name] = None
        decisions = {name for name in names if exact[name] is None and fold(name) in DECISIONS}
        wanted: dict[str, list[str]] = {}
        for name in names:
            numbered = _NUMBERED.fullmatch(narrow(name))
            if exact[name] is not None or name in decisions or not numbered:
                continue
            bare = known.find(numbered[1])
            if fold(numbered[1]) in DECISIONS:
                decisions.add(name)
            elif bare:
                wanted.setdefault(bare, []).append(name)
        taken = set(exact.values())
        for entity, claims in wanted.items():
            if entity not in taken and len(claims) == 1:
                exact[claims[0]] = entity
        return Tables(exact, frozenset(decisions))


def without_number(name: str) -> str:
    """The name of a table without the number in front of it: `12四上库` is 四上库."""
    numbered = _NUMBERED.fullmatch(narrow(name))
    return numbered[1] if numbered else name


def known_names(program: Program) -> list[str]:
    """The names that tables may have, for messages."""
    return [*(entity_label(entity) for entity in program.entities.values()), *program.registers]


def entity_label(entity: Entity) -> str:
    """An entity's name with its alias."""
    return f"{entity.name}({entity.alias})" if entity.alias else entity.name
