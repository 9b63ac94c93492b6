"""Owns one register as it is matched: its rows from all files, firms found by code and by name, and what is doubtful in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import define, field, frozen

from policydsl.core.facts import Roster
from policydsl.core.program import Register
from policydsl.diagnostics.model import Place
from policydsl.registers.codes import plain, valid
from policydsl.registers.names import folded

MOST_NAMES = 20
"""Names that one chain of changes of name is followed through."""


@define
class Renames:
    """What lists of former names say: which names are of one firm, and the code of a name."""

    code_of: dict[str, str] = field(factory=dict)
    _linked: dict[str, set[str]] = field(factory=dict)

    @staticmethod
    def of(rosters: Iterable[Roster]) -> Renames:
        """The changes of name that some lists say."""
        made = Renames()
        for listed in rosters:
            for former, name, code in zip(listed.formers, listed.names, listed.codes, strict=True):
                made.add(folded(former), folded(name), plain(code))
        return made

    def add(self, former: str, name: str, code: str) -> None:
        """One row: a folded name of before, that of now, the firm's code; any may be blank."""
        if former and name and former != name:
            self._linked.setdefault(former, set()).add(name)
            self._linked.setdefault(name, set()).add(former)
        for each in (former, name):
            if each and code:
                self.code_of.setdefault(each, code)

    def others(self, name: str) -> Iterator[str]:
        """The other names, nearest first, that a firm of this folded name has or had."""
        seen, ahead = {name}, [name]
        while ahead and len(seen) < MOST_NAMES:
            for other in sorted(self._linked.get(ahead.pop(0), ())):
                if other not in seen:
                    seen.add(other)
                    ahead.append(other)
                    yield other


@frozen(eq=False)
class Firm:
    """A firm of a register: its code (`""` if none is known) and the rows that are it."""

    code: str
    rows: tuple[int, ...]


@define(eq=False)
class Ledger:
    """A register. Lists run alongside by row; `codes` are those written, or of the list of former names where none is.

    `lent`: rows whose code the list of former names gives. `unusable`: rows with neither code nor name. `invalid`: the first row
    of each code that fails its check.
    """

    register: Register
    rosters: tuple[Roster, ...]
    codes: list[str] = field(factory=list, repr=False)
    names: list[str] = field(factory=list, repr=False)
    folds: list[str] = field(factory=list, repr=False)
    places: list[str] = field(factory=list, repr=False)
    lent: set[int] = field(factory=set, repr=False)
    unusable: list[int] = field(factory=list, repr=False)
    invalid: list[int] = field(factory=list, repr=False)
    by_code: dict[str, int] = field(factory=dict, repr=False)
    by_name: dict[str, int] = field(factory=dict, repr=False)
    names_of: dict[str, dict[str, int]] = field(factory=dict, repr=False)
    codes_of: dict[str, dict[str, int]] = field(factory=dict, repr=False)
    _starts: list[int] = field(factory=list, repr=False)

    @staticmethod
    def of(register: Register, rosters: Sequence[Roster], renames: Renames) -> Ledger:
        """The register that some tables make up."""
        ledger = Ledger(register, tuple(rosters))
        for listed in rosters:
            ledger._starts.append(len(ledger.codes))
            for code, name, place in zip(listed.codes, listed.names, listed.places, strict=True):
                ledger._add(plain(code), name, place, renames)
        return ledger

    def _add(self, code: str, name: str, place: str, renames: Renames) -> None:
        row, fold = len(self.codes), folded(name)
        if not code and fold in renames.code_of:
            code = renames.code_of[fold]
            self.lent.add(row)
        self.codes.append(code)
        self.names.append(name)
        self.folds.append(fold)
        self.places.append(place)
        if not code and not fold:
            self.unusable.append(row)
            return
        if code:
            first = self.by_code.setdefault(code, row)
            if first == row:
                if not valid(code):
                    self.invalid.append(row)
            elif fold and fold != self.folds[first]:
                self._another(self.names_of, code, self.folds[first], first, fold, row)
        if fold:
            first = self.by_name.setdefault(fold, row)
            if first != row and code and code != self.codes[first]:
                if self.codes[first]:
                    self._another(self.codes_of, fold, self.codes[first], first, code, row)
                else:
                    # a row with a code says more than one without
                    self.by_name[fold] = row

    @staticmethod
    def _another(into: dict[str, dict[str, int]], at: str, one: str, first: int, other: str, row: int) -> None:
        found = into.setdefault(at, {one: first} if one else {})
        found.setdefault(other, row)

    def doubled_codes(self) -> dict[str, dict[str, int]]:
        """Codes with several names: the first row of each name."""
        return {code: rows for code, rows in self.names_of.items() if len(rows) > 1}

    def doubled_names(self) -> dict[str, dict[str, int]]:
        """Names with several codes: the first row of each code."""
        return {name: rows for name, rows in self.codes_of.items() if len(rows) > 1}

    def place(self, row: int) -> Place:
        """Where a row stands."""
        at = max(index for index, start in enumerate(self._starts) if start <= row)
        return self.rosters[at].place(row - self._starts[at])

    def firms(self) -> list[Firm]:
        """The firms of the register in the order in which they first stand. A code is one firm, whatever its names; a row
        without a code is the firm of that name, where the name has no more than one code."""
        rows: dict[str, list[int]] = {}
        for row, (code, fold) in enumerate(zip(self.codes, self.folds, strict=True)):
            if code:
                rows.setdefault(code, []).append(row)
            elif fold:
                known = self.codes[self.by_name[fold]] if fold not in self.codes_of else ""
                rows.setdefault(known or f" {fold}", []).append(row)
        return [Firm("" if key.startswith(" ") else key, tuple(found)) for key, found in rows.items()]
