"""Owns the words around counts from registers: titles, heads, and what to do with the lists, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from policydsl.core.program import Program
from policydsl.diagnostics.model import Language
from policydsl.explain.catalog import WIDE
from policydsl.registers.lists import Listing, listings
from policydsl.registers.tally import Matching, Tally


@frozen
class _Words:
    counts: str
    about: str
    total: str
    sure: str
    by_name: str
    all: str
    none: str
    lists: str
    rows: str
    cross: str
    notes: tuple[str, ...]


WORDS: Mapping[Language, _Words] = {
    "zh": _Words(
        "家数",
        "说明",
        "合计",
        "计入",
        "仅名称相同",
        "都确认则为",
        "没有可以由名册核对的数据项:请给上名册({registers})。",
        "名单",
        "{count} 行",
        " ∩ ",
        (
            "「计入」是代码对上的企业,一家只算一次;专利按企业计,不按件计。",
            "「仅名称相同」没有计入。确认是同一家的,在名单里补上代码;或者把这几行放进更名对照,写明名单上的名称和代码,再算一次。",
            "归属取名单自己的;名单没有写的,取对上的那个名册的。",
            "代码不合 GB 32100-2015 校验的照样核对,列在「可疑」里。",
        ),
    ),
    "en": _Words(
        "counts",
        "about",
        "total",
        "counted",
        "by name only",
        "if confirmed",
        "Nothing can be counted from registers: give the registers ({registers}).",
        "lists",
        "{count} rows",
        " ∩ ",
        (
            "Counted: firms matched by code, each once; patents count by firm.",
            "Those by name only are not counted. Confirm a firm by filling in its code, or in the list of former names.",
            "A firm belongs where its list says, else where the register says in which it was found.",
            "Codes that fail the check of GB 32100-2015 are matched all the same and listed as doubtful.",
        ),
    ),
}


@frozen
class RegistersTold:
    """Counts and lists, ready to be laid out. A column of `counts` for each fact: its name, the registers, the tally."""

    program: Program
    lang: Language
    facts: tuple[tuple[str, str, Tally], ...]
    lists: tuple[Listing, ...] = field(repr=False)

    @property
    def words(self) -> _Words:
        """The words of its language."""
        return WORDS[self.lang]

    @property
    def nothing(self) -> str:
        """What is said where nothing was counted."""
        return self.said(self.words.none).format(registers="、".join(self.program.registers) or "—")

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of the counts."""
        return tuple(map(self.said, self.words.notes))

    def said(self, text: str) -> str:
        """A sentence with the punctuation of its language."""
        return text.translate(WIDE) if self.lang == "zh" else text


def tell_registers(program: Program, matching: Matching, lang: Language | None = None) -> RegistersTold:
    """Counts and lists in words, by default in the language of the policy."""
    language = lang or program.language
    cross = WORDS[language].cross
    facts = tuple(
        (tally.fact, cross.join(item.register.name for item in tally.ledgers), tally) for tally in matching.tallies
    )
    return RegistersTold(program, language, facts, listings(matching, language))
