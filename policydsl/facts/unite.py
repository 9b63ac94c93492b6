"""Owns bringing the tables of all files together: keys, owners, references, and what stands twice. Tables → records by entity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain

from attrs import define

from policydsl.core.facts import Bad, Cell, Known, Missing, Record
from policydsl.core.program import Entity, Program
from policydsl.core.types import ListOf as ListType
from policydsl.core.types import Member, Reference, strip
from policydsl.diagnostics.model import Place
from policydsl.facts.cell import key_text
from policydsl.facts.findings import Findings, Problem, cut, listing
from policydsl.facts.naming import Names, near
from policydsl.facts.table import Filled, RowCells, Table

_MOST_GUESSES = 50


@define
class Draft:
    """A row that is to become a record."""

    table: Table
    row: int
    key: str
    parent: str | None = None

    @property
    def place(self) -> Place:
        """Where the row stands."""
        return self.table.place(self.row)


class Keys:
    """The keys that the rows of one entity have, to be found by any spelling of them."""

    def __init__(self, keys: Sequence[str]) -> None:
        self.order = keys
        self._known = frozenset(keys)

    def find(self, text: str) -> str | None:
        """The key that `text` is a spelling of."""
        return text if text in self._known else self._names.find(text)

    @cached_property
    def _names(self) -> Names:
        return Names((key, key) for key in self.order)


def unite(tables: Mapping[str, Sequence[Table]], program: Program, findings: Findings) -> dict[str, tuple[Record, ...]]:
    """The records of every entity that was supplied, in the order in which their rows stand."""
    drafts = {name: _keyed(program.entities[name], group, findings) for name, group in tables.items()}
    keys = {name: Keys(list(dict.fromkeys(draft.key for draft in rows))) for name, rows in drafts.items()}
    for name, group in tables.items():
        _check_references(group, keys, findings)
        _own(program.entities[name], program, group, drafts[name], keys, findings)
    return {name: tuple(_records(program.entities[name], rows, findings)) for name, rows in drafts.items()}


# ---------------------------------------------------------------- keys


def _keyed(entity: Entity, tables: Sequence[Table], findings: Findings) -> list[Draft]:
    drafts: list[Draft] = []
    unreadable = set[str]()
    field = entity.key_field
    for table in tables:
        filled = table.columns[field.name] if field and not entity.singleton else None
        for row in range(len(table.rows)):
            if entity.singleton:
                key = ""
            elif filled is None:
                key = str(len(drafts) + 1)
            else:
                key = _key(table, row, filled, findings)
                if isinstance(filled.values[row] if filled.column is not None else None, Problem):
                    # two codes that a spreadsheet spoilt alike were not one code
                    key = _NO_KEY if key in unreadable else key
                    unreadable.add(key)
            drafts.append(Draft(table, row, key))
    _distinct(drafts)
    return drafts


def _key(table: Table, row: int, filled: Filled, findings: Findings) -> str:
    value = filled.values[row] if filled.column is not None else None
    if isinstance(value, Problem):
        return table.raw(row, filled) or "?"
    if value is not None:
        return key_text(value)
    findings.add("facts-key-blank", table.place(row, filled), field=filled.field.name, entity=table.entity.name)
    return _NO_KEY


_NO_KEY = "\x00"


def _distinct(drafts: list[Draft]) -> None:
    """Rows whose key nobody wrote are told apart by where they stand: they are not one row."""
    taken = {draft.key for draft in drafts}
    for draft in drafts:
        if draft.key == _NO_KEY:
            number = draft.table.rows[draft.row] + (0 if draft.table.grid.listed else 1)
            name = f"第{number}行" if draft.table.language == "zh" else f"row {number}"
            while name in taken:
                name += "′"
            taken.add(name)
            draft.key = name


# ---------------------------------------------------------------- owners


def _own(
    entity: Entity,
    program: Program,
    tables: Sequence[Table],
    drafts: Sequence[Draft],
    keys: Mapping[str, Keys],
    findings: Findings,
) -> None:
    """Give every row the key of the row it belongs to."""
    owner = program.entities.get(entity.owner or "")
    if owner is None:
        return
    supplied = keys.get(owner.name)
    for table in tables:
        told = owner.singleton or (table.owner is not None and table.owner.column is not None)
        if not told and table.rows and (supplied is None or len(supplied.order) != 1):
            findings.add("facts-owner-column", table.grid.whole, name=table.grid.name, owner=owner.name)
    guesses = _MOST_GUESSES
    for draft in drafts:
        filled = draft.table.owner
        if owner.singleton:
            draft.parent = ""
            continue
        if filled is None or filled.column is None:
            draft.parent = supplied.order[0] if supplied and len(supplied.order) == 1 else None
            continue
        value = filled.values[draft.row]
        if value is None:
            findings.add("facts-owner-blank", draft.table.place(draft.row, filled), owner=owner.name)
        elif not isinstance(value, Problem):
            text = key_text(value)
            draft.parent = supplied.find(text) if supplied else text
            if draft.parent is None and is_complete(owner):
                draft.parent = text
            elif draft.parent is None and supplied:
                guesses -= 1
                guess = near(text, supplied.order) if guesses >= 0 else None
                known = listing(supplied.order)
                where = draft.table.place(draft.row, filled)
                findings.add("facts-owner-unknown", where, guess, raw=cut(text), owner=owner.name, known=known)


def is_complete(entity: Entity) -> bool:
    """Whether any member is a row, supplied or not (齐全): the row that is missing is said once, not at every child."""
    field = entity.key_field
    return field is not None and field.complete and isinstance(strip(field.type), Member)


# ---------------------------------------------------------------- references


def _check_references(tables: Sequence[Table], keys: Mapping[str, Keys], findings: Findings) -> None:
    """Cells that name a row of another table must name one that is there."""
    for table in tables:
        for filled in table.columns.values():
            type_ = strip(filled.field.type)
            inner = strip(type_.of) if isinstance(type_, ListType) else type_
            if isinstance(inner, Reference) and inner.entity in keys:
                _check_column(table, filled, inner.entity, keys[inner.entity], findings)


def _check_column(table: Table, filled: Filled, entity: str, keys: Keys, findings: Findings) -> None:
    guesses = _MOST_GUESSES
    for row, value in enumerate(filled.values):
        parts = value if isinstance(value, tuple) else (value,)
        found = tuple(keys.find(part) if isinstance(part, str) else part for part in parts)
        unknown = [part for part, key in zip(parts, found, strict=True) if isinstance(part, str) and key is None]
        if unknown:
            raw = str(unknown[0])
            guesses -= 1
            guess = near(raw, keys.order) if guesses >= 0 else None
            data = {"raw": cut(raw), "entity": entity, "known": listing(keys.order)}
            filled.values[row] = Problem("facts-reference-unknown", data, guess)
            findings.add("facts-reference-unknown", table.place(row, filled), guess, **data)
        else:
            filled.values[row] = found if isinstance(value, tuple) else found[0]  # type: ignore[assignment]


# ---------------------------------------------------------------- records


def _records(entity: Entity, drafts: Sequence[Draft], findings: Findings) -> Iterator[Record]:
    groups: dict[str, list[Draft]] = {}
    for draft in drafts:
        groups.setdefault(draft.key, []).append(draft)
    if entity.at_most_one and not entity.singleton:
        groups = _one_per_owner(entity, list(chain.from_iterable(groups.values())), findings)
    for key, group in groups.items():
        first = group[0]
        if len(group) == 1:
            yield Record(key, RowCells(first.table, first.row), first.parent, first.place)
            continue
        if len({draft.key for draft in group}) == 1:
            code = "facts-singleton" if entity.singleton else "facts-key-twice"
            for other in group[1:]:
                findings.add(code, other.place, entity=entity.name, key=key, first=_at(first.place, other.place))
        parents = {draft.parent for draft in group}
        yield Record(key, _merged(group, findings), first.parent if len(parents) == 1 else None, first.place)


def _one_per_owner(entity: Entity, drafts: Sequence[Draft], findings: Findings) -> dict[str, list[Draft]]:
    """Rows of one owner become one row; the key of the first stands for it."""
    heads: dict[str | None, Draft] = {}
    groups: dict[str, list[Draft]] = {}
    for draft in drafts:
        head = heads.setdefault(draft.parent, draft) if draft.parent is not None else draft
        if head is not draft and head.key != draft.key:
            first = _at(head.place, draft.place)
            owner = draft.parent or entity.owner
            findings.add("facts-at-most-one", draft.place, entity=entity.name, owner=owner, first=first)
        groups.setdefault(head.key, []).append(draft)
    return groups


def _merged(group: Sequence[Draft], findings: Findings) -> dict[str, Cell]:
    """Cells of rows that claim to be one: where they differ, neither counts."""
    rows = [RowCells(draft.table, draft.row) for draft in group]
    return {name: joined([row[name] for row in rows], name, findings) for name in rows[0]}


def joined(cells: Sequence[Cell], name: str, findings: Findings) -> Cell:
    """The cell that several cells for one field come to: their value where they agree, else a bad one."""
    first = cells[0]
    for other in cells[1:]:
        if isinstance(first, Bad):
            return first
        if isinstance(other, Bad):
            return other
        if isinstance(first, Missing) and isinstance(other, Missing):
            continue
        if isinstance(first, Known) and isinstance(other, Known) and first.value == other.value:
            continue
        raws = [cell.raw if isinstance(cell, Known) else "" for cell in (other, first)]
        data = {"raw": cut(raws[0]), "other": cut(raws[1]), "field": name, "first": _at(first.origin, other.origin)}
        return Bad(Problem("facts-conflict", data).text(findings.language), other.origin, raws[0])
    return first


def _at(first: Place | None, other: Place | None) -> str:
    """Where the first of two stands, said as short as the second allows."""
    if first is None:
        return "?"
    if other and first.file == other.file:
        return first.cell if first.sheet == other.sheet and first.cell else f"{first.sheet}!{first.cell}"
    return str(first)
