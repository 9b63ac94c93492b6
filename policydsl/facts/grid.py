"""Owns a raw table: what stands in which cell of one sheet, file or list, before any of it means anything.

A raw cell is what the file holds: str, int, float, bool, date, datetime, time, timedelta, None or `""` where blank, and the
four classes below for what plain Python values cannot say. JSON and YAML may also nest lists and dicts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from attrs import field, frozen

from policydsl.diagnostics.model import Place

MAX_FILE = 200 * 2**20
MAX_INFLATED = 2**30
MAX_ROWS = 1_048_576
MAX_COLUMNS = 1_000
MAX_AREA = 20_000_000
"""Rows × columns of one sheet: a spreadsheet is held whole, blank cells too."""
MAX_DEPTH = 20
MAX_TEXT = 100_000


@frozen
class Fault:
    """A cell without a value: `code` is the finding it makes, `text` the error shown in the cell or its formula."""

    code: str
    text: str


class Percent(float):
    """A number that the spreadsheet shows as a percentage: 0.85 shown as 85%."""


class Numeral(str):
    """A number literal of a JSON file, digit for digit."""


class Verbatim(str):
    """Text that was quoted on purpose: never a number in disguise."""


@frozen(eq=False)
class Grid:
    """One table as it stands in a file.

    `name` is what may name its entity (sheet, stem of a .csv, name in JSON); `sheet` is what places show. A `listed` grid comes
    from JSON or YAML: its first row holds the names, its cells are addressed `#2.名称`, counted from 1.
    """

    file: str
    name: str
    rows: Sequence[Sequence[object]] = field(repr=False)
    sheet: str = ""
    listed: bool = False
    single: bool = False
    hidden: bool = False
    merged: tuple[tuple[int, int, int, int], ...] = ()

    def place(self, row: int, column: int | None = None) -> Place:
        """The place of a cell, or of a whole row, counted from 0."""
        if self.listed:
            label = "" if column is None else f".{self.rows[0][column]}"
            return Place(self.file, self.sheet, f"#{row}{label}" if row else label[1:])
        return Place(self.file, self.sheet, str(row + 1) if column is None else f"{letters(column)}{row + 1}")

    @property
    def whole(self) -> Place:
        """The place of the table itself."""
        return Place(self.file, self.sheet)

    def cell(self, row: int, column: int) -> object:
        """The raw cell, None beyond the end of its row."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else None


@lru_cache(maxsize=2048)
def letters(column: int) -> str:
    """The letters of a column counted from 0: 0 is A, 26 is AA."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def column_number(text: str) -> int:
    """The number of a column from 0, by its letters."""
    number = 0
    for char in text:
        number = number * 26 + ord(char) - 64
    return number - 1


def area(cells: tuple[int, int, int, int]) -> str:
    """A range as it is written in a spreadsheet, from its first and last row and column counted from 0."""
    top, left, bottom, right = cells
    return f"{letters(left)}{top + 1}:{letters(right)}{bottom + 1}"


def shown(raw: object) -> str:
    """A raw cell as its reader would see it, without padding; `""` where blank."""
    match raw:
        case None:
            return ""
        case str():
            return raw.strip(BLANKS)
        case bool():
            return "TRUE" if raw else "FALSE"
        case Percent():
            return f"{plain(Decimal(repr(float(raw))) * 100)}%"
        case float():
            return plain(Decimal(repr(raw))) if abs(raw) < 1e15 else f"{raw:.15g}".replace("e", "E")
        case datetime():
            return raw.isoformat(" ")
        case date() | time():
            return raw.isoformat()
        case timedelta():
            return str(raw)
        case Fault():
            return raw.text
        case list():
            return "、".join(shown(item) for item in raw[:20] if not isinstance(item, list | Mapping))
        case Mapping():
            return "{…}"
        case _:
            return str(raw)


def plain(number: Decimal) -> str:
    """A decimal without exponent and without trailing zeros."""
    if not number.is_finite():
        return str(number)
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if text not in {"-0", ""} else "0"


BLANKS = " \t\r\n\v\f\u3000\u00a0\u2002\u2003\u2009\u200b\u200c\u200d\u2060\ufeff\u202f"
"""Characters that fill a cell without saying anything."""

_WIDE = {0xFF01 + i: chr(0x21 + i) for i in range(94)} | {0x3000: " ", 0xA0: " ", 0x2212: "-", 0x202F: " ", 0xFFE5: "¥"}
_GONE = dict.fromkeys(map(ord, BLANKS))


def narrow(text: str) -> str:
    """The text with full-width letters, digits and punctuation made plain, one for one, and without padding."""
    if text.isascii():
        return text.strip(BLANKS)
    return text.translate(_WIDE).strip(BLANKS)


def fold(text: str) -> str:
    """What two spellings of one name have in common: neither width, case nor blanks matter."""
    return text.translate(_WIDE).translate(_GONE).casefold()


def is_blank(raw: object) -> bool:
    """Whether a raw cell holds nothing."""
    return raw is None or (isinstance(raw, str) and not raw.strip(BLANKS))
