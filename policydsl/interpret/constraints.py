"""Owns what a false constraint does: which cells it read, and the rows in which nobody may compute with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve

from policydsl.core.facts import Cell, Known, Record
from policydsl.core.program import FieldRead, Rule, Within
from policydsl.core.values import Cause, Lack, Value
from policydsl.core.walk import everything
from policydsl.interpret.reads import Spoilt
from policydsl.interpret.rows import Run
from policydsl.interpret.tables import Tables
from policydsl.interpret.trace import RuleStep, Violation

Address = tuple[str, str, str]


class Watched(Mapping[str, Cell]):
    """The cells of a row that tell which of them are looked at."""

    def __init__(self, cells: Mapping[str, Cell], entity: str, key: str, read: dict[Address, None]) -> None:
        self._cells = cells
        self._entity = entity
        self._key = key
        self._read = read

    def __getitem__(self, name: str) -> Cell:
        cell = self._cells[name]
        self._read[self._entity, self._key, name] = None
        return cell

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)


def violations(
    broken: Sequence[tuple[int, RuleStep]],
    tables: Mapping[str, tuple[Record, ...]],
    start: Callable[[Tables], Run],
) -> list[Violation]:
    """The false constraints (slot and step of each), with the facts that each one read, through whatever rules and rows.

    Each is computed once more, by a run of its own over rows that watch their cells. A blank that it read is no part of the
    contradiction.
    """
    read: dict[Address, None] = {}
    watched = {
        entity: tuple(evolve(row, cells=Watched(row.cells, entity, row.key, read)) for row in rows)
        for entity, rows in tables.items()
    }
    tables_watched = Tables(watched, watched=True)
    known = {
        (entity, row.key, name): cell.value
        for entity, rows in tables.items()
        for row in rows
        for name, cell in row.cells.items()
        if isinstance(cell, Known)
    }
    found = []
    for slot, step in broken:
        read.clear()
        run = start(tables_watched)
        run.demand(slot, run.index(step.rule.entity)[step.key])
        rule = step.rule
        blamed = (rule.entity, step.key, rule.blames)
        # what is out of its bound is to blame, not what the bound was computed from
        cells = [blamed] if rule.blames else _concerned(rule, list(read), known)
        found.append(Violation(rule, step.key, step.body, tuple(address for address in cells if address in known)))
    return found


def _concerned(rule: Rule, read: list[Address], known: Mapping[Address, Value]) -> list[Address]:
    """The cells read, less those that were only searched through (在) and are not what was found there.

    That a code stands in no register is no fault of the register's other rows.
    """
    searched = {
        (node.rows.entity, node.column.name)
        for node in everything(rule.body)
        if isinstance(node, Within) and isinstance(node.column, FieldRead)
    }
    if not searched:
        return read
    asked = [at for at in read if (at[0], at[2]) not in searched]
    values = {known[at] for at in asked if at in known}
    return [at for at in read if (at[0], at[2]) not in searched or known.get(at) in values]


def spoil(tables: Mapping[str, tuple[Record, ...]], found: Sequence[Violation]) -> Mapping[str, tuple[Record, ...]]:
    """The same tables with each cell that a false constraint read marked, and why."""
    causes: dict[Address, dict[Cause, None]] = {}
    for violation in found:
        rule = violation.rule
        for entity, key, name in violation.cells:
            cause = Cause(Lack.VIOLATED, entity, key, name, rule.message or rule.name, clause=rule.clause)
            causes.setdefault((entity, key, name), {})[cause] = None
    touched: dict[str, dict[str, list[str]]] = {}
    for entity, key, name in causes:
        touched.setdefault(entity, {}).setdefault(key, []).append(name)
    return {
        entity: tuple(_mark(entity, row, touched[entity].get(row.key, ()), causes) for row in rows)
        if entity in touched
        else rows
        for entity, rows in tables.items()
    }


def _mark(entity: str, row: Record, names: Sequence[str], causes: Mapping[Address, Mapping[Cause, None]]) -> Record:
    if not names:
        return row
    cells: dict[str, Any] = dict(row.cells)
    for name in names:
        cell = cells[name]
        cells[name] = Spoilt(cell, tuple(evolve(cause, origin=cell.origin) for cause in causes[entity, row.key, name]))
    return evolve(row, cells=cells)
