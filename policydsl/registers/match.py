"""Owns who of one register stands in others: by code, else by name, else by a former name; and where each firm belongs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum

from attrs import frozen

from policydsl.registers.ledger import Firm, Ledger, Renames


class Way(Enum):
    """How a firm was found in another register. Only `CODE` counts by itself; the others ask a person to confirm."""

    CODE = "code"
    NAME = "name"
    FORMER = "former"


@frozen
class Found:
    """The row in which a firm stands in another register. `codes_differ`: the name is the same, but both have a code."""

    row: int
    way: Way
    codes_differ: bool = False


@frozen(eq=False)
class Verdict:
    """One firm of the first register: where it stands in the others (None: in none), and the row it is counted in.

    `key` is the key of that row, None where it is assigned to none; `places` are all the keys, or texts that are none, that the
    registers assign it to.
    """

    firm: Firm
    found: tuple[Found | None, ...]
    key: str | None
    places: tuple[str, ...]

    @property
    def matched(self) -> bool:
        """Whether it stands in all of them, in whatever way."""
        return None not in self.found

    @property
    def sure(self) -> bool:
        """Whether it stands in all of them by its code."""
        return all(item is not None and item.way is Way.CODE for item in self.found)

    @property
    def torn(self) -> bool:
        """Whether the registers disagree on where it belongs."""
        return len(self.places) > 1


def find(firm: Firm, base: Ledger, other: Ledger, renames: Renames) -> Found | None:
    """Where a firm of `base` stands in `other`."""
    if firm.code and firm.code in other.by_code:
        return Found(other.by_code[firm.code], Way.CODE)
    folds = dict.fromkeys(base.folds[row] for row in firm.rows if base.folds[row])
    for fold in folds:
        row = other.by_name.get(fold)
        if row is not None:
            return Found(row, Way.NAME, bool(firm.code and other.codes[row]))
    for fold in folds:
        for name in renames.others(fold):
            row = other.by_name.get(name)
            if row is not None:
                return Found(row, Way.FORMER, bool(firm.code and other.codes[row]))
    return None


def verdicts(
    base: Ledger,
    others: Sequence[Ledger],
    renames: Renames,
    keys: Mapping[str, str] | None,
    step: Callable[[int, int], None] | None = None,
) -> list[Verdict]:
    """The verdict on every firm of `base`. `keys` gives the key for each spelling of a place; None counts all in one row.

    Calls `step` with the firms done and all of them, now and then.
    """
    firms = base.firms()
    made = []
    for number, firm in enumerate(firms, 1):
        found = tuple(find(firm, base, other, renames) for other in others)
        key, places = ("", ()) if keys is None else _place(firm, base, others, found, keys)
        made.append(Verdict(firm, found, key, places))
        if step is not None and number % 500 == 0:
            step(number, len(firms))
    if step is not None:
        step(len(firms), len(firms))
    return made


def _place(
    firm: Firm, base: Ledger, others: Sequence[Ledger], found: Sequence[Found | None], keys: Mapping[str, str]
) -> tuple[str | None, tuple[str, ...]]:
    """The row that a firm is counted in: as the first register says that says anything, in the order of `计自`."""
    said = [base.places[row] for row in firm.rows]
    said += [other.places[item.row] for other, item in zip(others, found, strict=True) if item is not None]
    places = tuple(dict.fromkeys(keys.get(text, text) for text in said if text))
    known = frozenset(keys.values())
    return (places[0] if places and places[0] in known else None), places
