"""Owns the siblings of a row: found once per owner and run, filtered and grouped once, however many rows ask.

Work goes on where it was interrupted (a rule below may have to be computed first), so that no row is ever met twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from policydsl.core.facts import Record
from policydsl.core.operators import opposite
from policydsl.core.program import AllRows, Children, Here, Owner, Rows, Siblings
from policydsl.core.types import Member, Type, strip
from policydsl.core.values import NONE, Blocked, Cause, Lack, NotApplicable, Outcome
from policydsl.interpret.folds import Found
from policydsl.interpret.lack import Asker, Frame, join
from policydsl.interpret.rows import Run
from policydsl.interpret.staged import Plain

MOST: Final = 100
"""Reasons that one outcome names where many rows block many others; beyond them, one of each further kind."""

NAMED: Final = 5
"""Rows that a message names; the others are counted."""

Held = bool | Blocked
"""Whether a row is among the siblings: it is, it is not, or that is open and why."""


Keys = tuple[Outcome, ...]
"""What the rows of a group have in common, key by key; a row of which a key is not known has it blocked."""


class Reasons:
    """Reasons met one after another and shared by all the rows that they block, so that n rows never hold n × n of them."""

    __slots__ = ("_causes", "_kinds", "blocked")

    def __init__(self) -> None:
        self._causes: dict[Cause, None] = {}
        self._kinds: set[Lack] = set()
        self.blocked: Blocked | None = None

    def add(self, blocked: Blocked) -> None:
        """Adds the reasons of an outcome, each once."""
        known = len(self._causes)
        for cause in blocked.causes:
            if len(self._causes) < MOST or cause.lack not in self._kinds:
                self._causes[cause] = None
                self._kinds.add(cause.lack)
        if len(self._causes) > known:
            self.blocked = Blocked(tuple(self._causes))


def few(outcome: Outcome) -> Outcome:
    """An outcome that may be handed on from row to row, with no more reasons than one outcome names."""
    if not isinstance(outcome, Blocked) or len(outcome.causes) <= MOST:
        return outcome
    reasons = Reasons()
    reasons.add(outcome)
    return reasons.blocked or outcome


class Column:
    """What an expression gives for rows, one after the other."""

    __slots__ = ("_compute", "_run", "rows", "values")

    def __init__(self, rows: Sequence[Record], compute: Callable[[Frame], Any], run: Run) -> None:
        self.rows = rows
        self.values: list[Any] = []
        self._compute = compute
        self._run = run

    def whole(self) -> list[Any]:
        """The outcomes for all the rows."""
        values, compute, run = self.values, self._compute, self._run
        for index in range(len(values), len(self.rows)):
            values.append(compute((self.rows[index], run)))
        return values


class Sibling(NamedTuple):
    """A row that is, or may be, among the siblings, with its place in the table."""

    at: int
    row: Record
    held: Held


class Group:
    """The siblings of one group in the order of their table, with what they have in common; `work` is what a node makes of them.
    `first`: the key of its first row, whether that is one of the siblings or left out."""

    __slots__ = ("first", "keys", "rows", "work")

    def __init__(self, keys: Keys = (), first: str = "") -> None:
        self.keys = keys
        self.first = first
        self.rows: list[Sibling] = []
        self.work: Any = None


class Stand(NamedTuple):
    """A row among its siblings: its place in the table, whether it is one of them, its group. `blocked`: why no group is certain."""

    at: int
    held: Held
    group: Group
    blocked: Blocked | None


class Lineup:
    """All rows with one owner, split into groups."""

    def __init__(self, found: Found, where: Plain | None, group: Sequence[Plain], run: Run) -> None:
        self._rows = found.rows
        self._where = where
        self._run = run
        self._held = Column(found.rows, where, run) if where is not None else None
        self._groups = [Column(found.rows, key, run) for key in group]
        self._lacking = found.lacking
        self._stands: dict[str, Stand] | None = None

    def stand(self, row: Record) -> Stand:
        """How a row stands."""
        if self._stands is None:
            self._stands = self._split()
        found = self._stands.get(row.key)
        if found is not None:
            return found
        # its owner has no row, so that nobody knows its siblings; whether it is itself left out is known all the same
        held = self._where((row, self._run)) if self._where is not None else True
        return Stand(0, held if isinstance(held, Blocked) else held is True, Group(), self._lacking)

    def _split(self) -> dict[str, Stand]:
        rows = self._rows
        helds: Sequence[Outcome] = self._held.whole() if self._held is not None else [True] * len(rows)
        columns: list[list[Outcome]] = [column.whole() for column in self._groups]
        groups: dict[Keys, Group] = {}
        placed: list[tuple[Held, Group, Blocked | None]] = []
        strays = Strays(self._lacking)
        for index, (row, outcome) in enumerate(zip(rows, helds, strict=True)):
            held: Held = outcome if isinstance(outcome, Blocked) else outcome is True
            keys = tuple([_key(column[index]) for column in columns])
            unknown = [key for key in keys if isinstance(key, Blocked)]
            if unknown:
                own = join(unknown)
                placed.append((held, Group(keys), own))
                if held is not False:
                    strays.add(keys, own)
                continue
            group = groups.get(keys)
            if group is None:
                group = groups[keys] = Group(keys, row.key)
            if held is not False:
                group.rows.append(Sibling(index, row, held))
            placed.append((held, group, None))
        open_ = {keys: strays.of(keys) for keys in groups}
        return {
            row.key: Stand(index, held, group, own or open_[group.keys])
            for index, (row, (held, group, own)) in enumerate(zip(rows, placed, strict=True))
        }


class Strays:
    """Rows of which a key of the group is not known: each may be of every group that agrees with the keys that are known."""

    def __init__(self, lacking: Blocked | None) -> None:
        self._lacking = lacking
        self._met: dict[tuple[int, ...], dict[Keys, Reasons]] = {}

    def add(self, keys: Keys, why: Blocked) -> None:
        """One more such row, and why it is one."""
        known = tuple([at for at, key in enumerate(keys) if not isinstance(key, Blocked)])
        alike = self._met.setdefault(known, {})
        alike.setdefault(tuple([keys[at] for at in known]), Reasons()).add(why)

    def of(self, keys: Keys) -> Blocked | None:
        """Why it is open which rows a group has."""
        reasons = Reasons()
        if self._lacking is not None:
            reasons.add(self._lacking)
        for known, rows in self._met.items():
            found = rows.get(tuple([keys[at] for at in known]))
            if found is not None and found.blocked is not None:
                reasons.add(found.blocked)
        return reasons.blocked


def _key(outcome: Outcome) -> Outcome:
    """A key of a group; rows that have none are alike in it."""
    return NONE if isinstance(outcome, NotApplicable) else outcome


class Among:
    """How the siblings of a row are reached, for one node of one rule."""

    def __init__(
        self,
        node: Siblings,
        asker: Asker,
        finder: Callable[[Rows], Callable[[Frame], Found]],
        where: Plain | None,
        group: Sequence[Plain],
    ) -> None:
        entities = asker.program.entities
        owner = entities[node.entity].owner if node.owned else None
        self._by_owner = owner is not None and not entities[owner].singleton
        self._find = finder(Children(Owner(Here(0), owner), node.entity) if owner is not None else AllRows(node.entity))
        self._where = where
        self._group = group

    def stand(self, row: Record, run: Run) -> Stand:
        """How a row stands among its siblings."""
        at = (self, row.parent if self._by_owner else "")
        lineup: Lineup | None = run.lineups.get(at)
        if lineup is None:
            lineup = Lineup(self._find((row, run)), self._where, self._group, run)
            run.lineups[at] = lineup
        return lineup.stand(row)


def sort_key(asker: Asker, type_: Type, descending: bool = False) -> Callable[[Any], Any]:
    """What a value of a type is ordered by: itself, or a member's place in its 名录; its opposite where the highest comes first."""
    type_ = strip(type_)
    if not isinstance(type_, Member):
        return opposite if descending else lambda value: value
    places = {member: index for index, member in enumerate(asker.program.rolls[type_.roll].members)}
    if descending:
        return lambda value: -places.get(value, len(places))
    return lambda value: places.get(value, len(places))


def naming(asker: Asker, keys: Sequence[str], count: int) -> str:
    """`count` rows in a message: some of them by their keys, and how many there are."""
    shown = keys[:NAMED]
    names = "、".join(f"「{key}」" for key in shown)
    return names if count <= len(shown) else names + asker.say(f"等 {count} 行", f" and {count - len(shown)} more")
