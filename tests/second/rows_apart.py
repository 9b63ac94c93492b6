"""Owns rows among their siblings: sums so far, the row before, places, shares. n² and worse, on purpose."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from policydsl.core import program as core
from policydsl.core.facts import Record
from policydsl.core.program import Expr, Program, Rule
from policydsl.core.types import Member, strip
from policydsl.core.values import Blocked, Lack, NotApplicable, Outcome, exact
from tests.second.scene import Asker, empty, plain, rounded, same, together

if TYPE_CHECKING:
    from tests.second.walk import Scopes, Walk


def sortable(program: Program, node: Expr, value: Any) -> Any:
    """What a value is ordered by: a member by its place in its 名录."""
    kind = strip(node.type)
    return program.rolls[kind.roll].members.index(value) if isinstance(kind, Member) else value


def places(
    walk: Walk, order: tuple[core.OrderKey, ...], rows: list[tuple[Record, Scopes]], asker: Asker
) -> Places | Blocked:
    """The place of each row in an order, the least first; rows that nothing tells apart have one place, and those of which a key
    that would tell them apart is not known have it with why. Blocked where the first key of a row is not known."""
    found: dict[str, tuple[int, Blocked | None]] = {}
    first = [walk.of(order[0].value, scopes, asker) for _, scopes in rows]
    if not all(plain(value) for value in first):
        return together([no_answer(value, asker) for value in first if not plain(value)])

    def put(alike: list[tuple[Record, Scopes]], at: int, place: int) -> None:
        if at == len(order) or (at and len(alike) == 1):
            found.update({one.key: (place, None) for one, _ in alike})
            return
        key = order[at]
        values = {one.key: walk.of(key.value, scopes, asker) for one, scopes in alike}
        whys = [no_answer(value, asker) for value in values.values() if not plain(value)]
        if whys:
            found.update({one.key: (place, together(whys)) for one, _ in alike})
            return
        ranks = {name: sortable(walk.program, key.value, value) for name, value in values.items()}
        for rank in set(ranks.values()):
            before = sum(other > rank if key.descending else other < rank for other in ranks.values())
            put([one for one in alike if ranks[one[0].key] == rank], at + 1, place + before)

    put(rows, 0, 0)
    return found


Places = dict[str, tuple[int, Blocked | None]]
"""The number of rows before each row, by key, and why it is not known which of those with the same number comes first."""


def no_answer(outcome: Outcome, asker: Asker) -> Blocked:
    """Why something is not known."""
    return asker.says(Lack.UNDEFINED) if empty(outcome) else together([outcome])


class Family:
    """A row with its siblings: the sure ones and the ones that may be (with why), in the order of their table.

    `unknown`: why it is not certain who the siblings are; nothing further is asked then.
    """

    def __init__(self, walk: Walk, among: core.Siblings, row: Record, asker: Asker) -> None:
        program = walk.program
        owner = program.entities[among.entity].owner if among.owned else None
        by_owner = owner is not None and not program.entities[owner].singleton
        kin = [one for one in walk.scene.rows(among.entity) if not by_owner or one.parent == row.parent]
        lacking = (
            [walk.scene.no_owner(among.entity, one.key) for one in walk.scene.owned(among.entity, None)]
            if by_owner
            else [walk.scene.no_row(among.entity, key) for key in walk.scene.absent_members(among.entity)]
        )
        self.member: Outcome = self.counts(walk, among, row, asker.rule)
        self.sure: list[Record] = []
        self.maybe: list[tuple[Record, Blocked]] = []
        mine = self.group(walk, among, row, asker.rule)
        whys: list[Blocked] = list(lacking)
        for one in kin:
            counts, keys = self.counts(walk, among, one, asker.rule), self.group(walk, among, one, asker.rule)
            if counts is False or any(
                not isinstance(key, Blocked) and not isinstance(own, Blocked) and not same(key, own)
                for key, own in zip(keys, mine, strict=True)
            ):
                continue
            if any(isinstance(key, Blocked) for key in keys):
                whys += [key for key in keys if isinstance(key, Blocked)]
            elif isinstance(counts, Blocked):
                self.maybe.append((one, counts))
            else:
                self.sure.append(one)
        own_whys = [key for key in mine if isinstance(key, Blocked)]
        self.unknown = together(own_whys) if own_whys else together(whys) if whys else None
        if by_owner and owner is not None and (row.parent is None or walk.scene.row(owner, row.parent) is None):
            self.unknown = walk.scene.no_row(owner, row.parent or "")

    @staticmethod
    def counts(walk: Walk, among: core.Siblings, row: Record, rule: Rule) -> Outcome:
        """Whether a row is one of those among whom others stand; a filter without an answer leaves it out."""
        if among.where is None:
            return True
        found = walk.of(among.where, (row,), Asker(rule, row))
        return found if found is True or isinstance(found, Blocked) else False

    @staticmethod
    def group(walk: Walk, among: core.Siblings, row: Record, rule: Rule) -> list[Outcome]:
        """The keys of the group of a row; rows without one are alike in it."""
        found = [walk.of(key, (row,), Asker(rule, row)) for key in among.group]
        return [NotApplicable("") if empty(key) else key for key in found]


def outcome(
    walk: Walk, node: core.Running | core.Previous | core.Rank | core.Share, scopes: Scopes, asker: Asker
) -> Outcome:
    """What the node gives for the row in scope."""
    row: Record = next(scope for scope in scopes if isinstance(scope, Record))
    family = Family(walk, node.among, row, asker)
    match node:
        case core.Running():
            return running(walk, node, family, row, asker)
        case core.Previous():
            return previous(walk, node, family, row, scopes, asker)
        case core.Rank():
            return place(walk, node, family, row, asker)
        case core.Share():
            return share(walk, node, family, row, asker)


def ordered(
    walk: Walk, node: core.Running | core.Previous, family: Family, row: Record, asker: Asker
) -> tuple[int, Places] | Blocked:
    """The place of this row, and of all rows that are or may be siblings; blocked where this row's is not certain."""
    everyone = [*family.sure, *(one for one, _ in family.maybe)]
    if family.unknown is not None:
        return family.unknown
    all_rows = [*everyone, *([] if row in everyone else [row])]
    if not node.order:
        table = [one.key for one in walk.scene.rows(node.among.entity)]
        return table.index(row.key), {one.key: (table.index(one.key), None) for one in all_rows}
    found = places(walk, node.order, [(one, (one,)) for one in all_rows], asker)
    if isinstance(found, Blocked):
        return found
    mine, why = found[row.key]
    return why if why is not None else (mine, found)


def running(walk: Walk, node: core.Running, family: Family, row: Record, asker: Asker) -> Outcome:
    found = ordered(walk, node, family, row, asker)
    if isinstance(found, Blocked):
        return found
    mine, keys = found
    tied = [one for one in family.sure if keys[one.key][0] == mine and one is not row]
    if tied:
        return asker.says(Lack.CONFLICT)
    whys: list[Blocked] = [why for one, why in family.maybe if keys[one.key][0] == mine and one is not row]
    total = Fraction(0)
    for one in family.sure:
        if keys[one.key][0] < mine or (one is row and node.inclusive):
            value = walk.of(node.body, (one,), asker)
            if empty(value):
                continue
            if isinstance(value, Blocked):
                whys.append(value)
            else:
                total += value  # type: ignore[operator]
    for one, why in family.maybe:
        if keys[one.key][0] < mine or (one is row and node.inclusive):
            whys.append(why)
    return together(whys) if whys else exact(total)


def previous(walk: Walk, node: core.Previous, family: Family, row: Record, scopes: Scopes, asker: Asker) -> Outcome:
    found = ordered(walk, node, family, row, asker)
    if isinstance(found, Blocked):
        return found
    mine, keys = found
    if any(keys[one.key][0] == mine and one is not row for one in family.sure):
        return asker.says(Lack.CONFLICT)
    before = sorted((one for one in family.sure if keys[one.key][0] < mine), key=lambda one: keys[one.key][0])
    floor = keys[before[-1].key][0] if before else None
    whys = [
        why
        for one, why in family.maybe
        if one is not row and keys[one.key][0] <= mine and (floor is None or keys[one.key][0] >= floor)
    ]
    if whys:
        return together(whys)
    if not before:
        return walk.of(node.first, scopes, asker)
    if sum(keys[one.key][0] == floor for one in before) > 1:
        unsure = keys[before[-1].key][1]
        return asker.says(Lack.CONFLICT) if unsure is None else unsure
    return walk.of(node.body, (before[-1],), asker)


def place(walk: Walk, node: core.Rank, family: Family, row: Record, asker: Asker) -> Outcome:
    if family.member is False:
        return NotApplicable("")
    if family.unknown is not None:
        return family.unknown

    def keys_of(one: Record) -> list[Any]:
        return [walk.of(key.value, (one,), asker) for key in node.keys]

    def stands(one: Record) -> Any:
        """-1 before this row, 0 with it, 1 behind it; blocked where that is open."""
        for key, theirs, own in zip(node.keys, keys_of(one), mine, strict=True):
            if not plain(theirs) or not plain(own):
                return together([no_answer(item, asker) for item in (theirs, own) if not plain(item)])
            left = sortable(walk.program, key.value, theirs)
            right = sortable(walk.program, key.value, own)
            if left != right:
                return -1 if (left > right) is key.descending else 1
        return 0

    mine = keys_of(row)
    ahead: list[Record] = []
    level: list[Record] = []
    whys: list[Blocked] = [family.member] if isinstance(family.member, Blocked) else []
    open_rows = {one.key: why for one, why in family.maybe}
    for one in [*family.sure, *(item for item, _ in family.maybe)]:
        if one is row:
            continue
        where = stands(one)
        if where == 1:
            continue
        why = open_rows.get(one.key)
        if isinstance(where, Blocked):
            # where this row is known further than the other, the other may stand before it or not stand there at all
            further = sum(plain(value) for value in mine) > sum(plain(value) for value in keys_of(one))
            whys.append(together([why, where]) if why is not None and further else where)
        elif why is not None:
            # without gaps, a row with the very keys of one that counts takes no place of its own
            takes_none = node.ties == "dense" and any(
                all(plain(left) and same(left, right) for left, right in zip(keys_of(other), keys_of(one), strict=True))
                for other in family.sure
            )
            if (where == -1 and not takes_none) or node.ties == "pending":
                whys.append(why)
        elif where == -1:
            ahead.append(one)
        else:
            level.append(one)
    if whys:
        return together(whys)
    if node.ties == "dense":
        kept: list[list[Any]] = []
        for theirs in map(keys_of, ahead):
            alike: list[Any] = [one_like(theirs, others, asker) for others in kept]
            unsure = [item for item in alike if isinstance(item, Blocked)]
            if unsure and True not in alike:
                return together(unsure)
            if True not in alike:
                kept.append(theirs)
        return 1 + len(kept)
    if level and node.ties == "pending":
        return asker.says(Lack.DECISION)
    return 1 + len(ahead)


def one_like(left: list[Any], right: list[Any], asker: Asker) -> Any:
    """Whether two rows have the same keys; blocked where a key that is not known decides it."""
    for one, other in zip(left, right, strict=True):
        if not plain(one) or not plain(other):
            return together([no_answer(item, asker) for item in (one, other) if not plain(item)])
        if not same(one, other):
            return False
    return True


def share(walk: Walk, node: core.Share, family: Family, row: Record, asker: Asker) -> Outcome:
    if family.member is False:
        return 0
    if family.unknown is not None:
        return family.unknown
    everyone = [*family.sure, *(one for one, _ in family.maybe)]
    totals = [walk.of(node.total, (one,), Asker(asker.rule, one)) for one in everyone]
    weights = [walk.of(node.weight, (one,), Asker(asker.rule, one)) for one in everyone]
    whys = [why for _, why in family.maybe]
    for one, *needed in zip(everyone, totals, weights, strict=True):
        whys += [no_answer(value, Asker(asker.rule, one)) for value in needed if not plain(value)]
    if whys:
        return together(whys)
    whole = Asker(asker.rule, family.sure[0])
    amounts: list[Any] = list(weights)
    total: Any = totals[0]
    if any(other != total for other in totals):
        return whole.says(Lack.CONFLICT)
    if any(weight < 0 for weight in amounts) or (node.kind == "scale" and total < 0):
        return whole.says(Lack.UNDEFINED)
    if node.kind == "scale" and sum(amounts) <= total:
        return amounts[family.sure.index(row)]  # type: ignore[no-any-return]
    if sum(amounts) == 0:
        return 0 if total == 0 else whole.says(Lack.UNDEFINED)
    exact_parts = [Fraction(total) * weight / sum(amounts) for weight in amounts]
    parts = exact_parts
    if node.place is not None:
        parts = [rounded("down", node.place, part) for part in exact_parts]
        at = {"first": 0, "last": len(parts) - 1, "largest": amounts.index(max(amounts))}[node.remainder]
        parts[at] += total - sum(parts)
    return exact(parts[family.sure.index(row)])
