"""Owns how words, names and literals are spelt in one of the two languages. Knows nothing of lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from fractions import Fraction

from attrs import frozen

from policydsl.diagnostics.model import Language
from policydsl.syntax import tree
from policydsl.syntax.keywords import BY_ID, TYPE_WORDS
from policydsl.syntax.literals import SIGNS, read_quantity
from policydsl.syntax.quoting import doubtful, never_bare

_QUANTITY = re.compile(
    r"((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:(?<=\d)/(?=\d)\d+)?)"
    r"(?:[%‰](?:/[^\W\d]+)?|/[^\W\d]+|[A-Za-z]+[23]?(?![^\W\d])(?:/[^\W\d]+)?|[^\W\d]+(?:/[^\W\d]+)?)?"
)
"""What is one token with its unit: QUANTITY of `grammar.lark`."""


@frozen
class Spelling:
    """The spelling of one language; `written` is the language that the tree was written in."""

    language: Language
    written: Language

    def word(self, id_: str) -> str:
        """A keyword; a sign is its own spelling."""
        return BY_ID[id_].spelling(self.language) if id_ in BY_ID else id_

    @property
    def comma(self) -> str:
        """What stands between the items of a list."""
        return "、" if self.language == "zh" else ", "

    # ------------------------------------------------------------ names

    def name(self, name: tree.Name) -> str:
        """A name, in 「」 where it may need them; `quoting.freed` takes them off again where the line shows that it does not."""
        return self.named(name.text)

    def named(self, text: str) -> str:
        """The name `text` likewise."""
        return f"「{text}」" if never_bare(text, self.language) or doubtful(text, self.language) else text

    def label(self, label: tree.Label) -> str:
        """What a row of a choice stands for."""
        if isinstance(label, tree.Name):
            return self.name(label)
        return self.quantity(label) if isinstance(label, tree.Quantity) else self.word(label.word)

    def title(self, name: tree.Name) -> str:
        """What an example is called: a name, or any text in quotes."""
        text = name.text
        quotable = never_bare(text, self.language) and "“" not in text and "”" not in text
        return self.text(text) if quotable else self.name(name)

    def names(self, names: Iterable[tree.Name]) -> str:
        """A list of names."""
        return self.comma.join(self.name(name) for name in names)

    def heading(self, name: tree.Name) -> str:
        """A name at the head of a column, where nothing is a keyword."""
        return f"「{name.text}」" if never_bare(name.text, self.language) else name.text

    def alias(self, name: tree.Name, alias: tree.Name | None) -> str:
        """A declared name with its alias."""
        return f"{self.name(name)} ({self.name(alias)})" if alias else self.name(name)

    def unit(self, unit: tree.UnitName) -> str:
        """元, 元/家."""
        return self.name(unit.above) + (f"/{self.name(unit.below)}" if unit.below else "")

    def type(self, unit: tree.UnitName) -> str:
        """The type of a field: a built-in type has a word in each language."""
        if unit.below is None and self.language != self.written:
            words = dict(TYPE_WORDS) if self.written == "zh" else {en: zh for zh, en in TYPE_WORDS}
            if unit.above.text in words:
                return self.named(words[unit.above.text])
        return self.unit(unit)

    def person(self, who: str) -> str:
        """An office: a name, or in quotes where it cannot be a bare name."""
        return self.text(who) if never_bare(who, self.language) or doubtful(who, self.language) else who

    # ------------------------------------------------------------ literals

    def text(self, text: str) -> str:
        """A quoted text; the plain sign only where the text holds the other."""
        return f'"{text}"' if "“" in text or "”" in text else f"“{text}”"

    def day(self, day: date) -> str:
        """2025年8月31日, 2025-08-31."""
        return f"{day.year}年{day.month}月{day.day}日" if self.language == "zh" else day.isoformat()

    def time(self, time: datetime) -> str:
        """2025年8月31日18时, 2025-08-31T18:00."""
        if self.language == "en" or time.second:
            return time.isoformat(timespec="seconds" if time.second else "minutes")
        return f"{self.day(time)}{time.hour}时" + (f"{time.minute}分" if time.minute else "")

    def quantity(self, quantity: tree.Quantity) -> str:
        """Digits as written, with their unit; a unit that cannot be glued to them stands apart."""
        digits = quantity.digits
        if not digits or read_quantity(digits)[0] != quantity.number:
            digits = _digits(quantity.number)
        unit = quantity.unit
        if unit[:1] in SIGNS and unit:
            return unit[0] + digits + unit[1:]
        apart = self.language == "en" and re.match("[A-Za-z]{2}", unit) and unit != "pp"
        if _is_token(digits, unit) and not apart:
            return digits + unit
        above, slash, below = unit.partition("/")
        if above and (below or not slash):
            return f"{digits} {self.named(above)}" + (f"/{self.named(below)}" if slash else "")
        return digits + unit

    def place(self, place: tree.Quantity) -> str:
        """What is rounded to: one of a unit is the unit alone where it was written so."""
        if not place.digits and place.number == 1 and place.unit:
            return self.named(place.unit)
        return self.quantity(place)

    def citation(self, cite: tree.Citation | None) -> str:
        """依据 …, with the two blanks that stand before it; empty where there is none."""
        if cite is None:
            return ""
        clauses = (f"{id_} {self.text(phrase)}" if phrase else id_ for id_, phrase in cite.clauses)
        return f"  {self.word('CITED')} {self.comma.join(clauses)}"

    def included(self, inclusive: bool | None) -> str:
        """(含), (不含), glued to the bound in Chinese."""
        if inclusive is None:
            return ""
        word = self.word("INCLUSIVE" if inclusive else "EXCLUSIVE")
        return word if self.language == "zh" else f" {word}"


def _is_token(digits: str, unit: str) -> bool:
    """Whether a unit can be glued to its digits; one that begins with a digit would run into them."""
    token = _QUANTITY.fullmatch(digits + unit)
    return token is not None and token[1] == digits


def _digits(number: Fraction) -> str:
    """A number as a decimal where it has a finite one, else as a fraction."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{number.numerator}/{number.denominator}"
    places = 0
    while (number * 10**places).denominator != 1:
        places += 1
    whole, part = divmod(int(abs(number) * 10**places), 10**places)
    sign = "-" if number < 0 else ""
    return f"{sign}{whole}.{part:0{places}d}" if places else f"{sign}{whole}"
