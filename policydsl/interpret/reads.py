"""Owns how rows and their cells are reached: from a frame to a row, to the rows of an aggregate, to a fact, to another rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, assert_never

from attrs import frozen

from policydsl.core.facts import Bad, Cell, Known, Missing, Record
from policydsl.core.program import (
    AllRows,
    Children,
    Compare,
    Const,
    Field,
    FieldRead,
    Here,
    Keyed,
    OnlyChild,
    Owner,
    Program,
    RowRef,
    Rows,
    RuleRead,
    Sole,
)
from policydsl.core.values import NONE, Blocked, Cause, Lack, Outcome, Value, decimal_text
from policydsl.interpret import across
from policydsl.interpret.folds import Found
from policydsl.interpret.lack import FIT, Asker, Frame
from policydsl.interpret.rows import BLANK, UNKNOWN, Run, missing_row, roll_of
from policydsl.interpret.staged import Plain, Staged, new
from policydsl.interpret.strict import RELATIONS
from policydsl.interpret.trace import Step

Finder = Callable[[Frame], Record | Blocked | None]
"""From a frame to a row; None where a child that may be absent (至多一条) is absent."""


@frozen
class Spoilt:
    """A cell that a false constraint read, for the second pass: what it held, and why nobody may compute with it."""

    cell: Cell
    causes: tuple[Cause, ...]


def key_text(value: Value) -> str:
    """The text that a value has as the key of a row."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return decimal_text(value)
    return str(value)


# ---------------------------------------------------------------- rows


def row_finder(ref: RowRef, asker: Asker, plain: Callable[[Keyed], Plain]) -> Finder:
    """How to reach a row. `plain` makes the key of a `Keyed` row ready."""
    program = asker.program
    match ref:
        case Here(depth=depth):

            def here(frame: Frame) -> Record:
                row: Record = frame[depth]
                return row

            return here
        case Owner(of=of, entity=entity):
            base = row_finder(of, asker, plain)
            singleton = program.entities[entity].singleton

            def owner(frame: Frame) -> Record | Blocked | None:
                row = base(frame)
                if type(row) is not Record:
                    return row
                run: Run = frame[-1]
                if singleton:
                    return run.sole(entity)
                found = run.index(entity).get(row.parent) if row.parent is not None else None
                return missing_row(program, entity, row.parent or "") if found is None else found

            return owner
        case Sole(entity=entity):

            def sole(frame: Frame) -> Record:
                run: Run = frame[-1]
                return run.sole(entity)

            return sole
        case Keyed(entity=entity):
            key = plain(ref)

            def keyed(frame: Frame) -> Record | Blocked | None:
                value = key(frame)
                blocked = asker.strict(frame, (value,))
                if blocked is not None or isinstance(value, Blocked):
                    return blocked
                run: Run = frame[-1]
                text = key_text(value)
                found = run.index(entity).get(text)
                return missing_row(program, entity, text) if found is None else found

            return keyed
        case OnlyChild(of=of, entity=entity):
            base = row_finder(of, asker, plain)

            def only_child(frame: Frame) -> Record | Blocked | None:
                row = base(frame)
                if type(row) is not Record:
                    return row
                run: Run = frame[-1]
                if entity not in run.tables.rows:
                    return missing_row(program, entity, row.key)
                found = run.tables.children(entity, row.key).rows
                if not found and run.tables.astray(entity):
                    return strays(program, entity, run.tables.astray(entity))
                if len(found) < 2:
                    return found[0] if found else None
                detail = asker.say(
                    f"至多一条\uff0c却有 {len(found)} 条", f"at most one row is allowed, there are {len(found)}"
                )
                return Blocked((Cause(Lack.CONFLICT, entity, row.key, entity, detail),))

            return only_child
        case _:
            assert_never(ref)


def strays(program: Program, entity: str, keys: Sequence[str]) -> Blocked:
    """Blocked because some rows do not say whose they are, and may be anybody's."""
    owner = program.entities[entity].owner or entity
    return Blocked(tuple([Cause(Lack.MISSING, entity, key, owner) for key in keys]))


def rows_finder(rows: Rows, asker: Asker, plain: Callable[[Keyed], Plain]) -> Callable[[Frame], Found]:
    """How to reach the rows that an aggregate runs over."""
    entity = rows.entity
    declared = asker.program.entities[entity]
    key_name = declared.key_field.name if declared.key_field else entity
    roll = roll_of(asker.program, declared)
    nothing = Found(())
    lacks: dict[tuple[str, ...], Blocked] = {}
    astray: dict[tuple[str, ...], Blocked] = {}

    def none_supplied(owner: str) -> Found:
        return Found((), Blocked((Cause(Lack.MISSING, entity, owner, entity),)))

    def every(frame: Frame) -> Found:
        run: Run = frame[-1]
        if entity not in run.tables.rows and not declared.singleton:
            return none_supplied("")
        if declared.singleton:
            return Found(run.rows(entity))
        group = run.tables.all(entity)
        supplied = group.rows
        if not roll:
            return Found(supplied, None, (), None if run.tables.watched else group)
        index = run.index(entity)
        absent = tuple([member for member in roll if member not in index])
        if not absent:
            return Found(supplied)
        if absent not in lacks:
            # One city's rules ask for the same absent districts again and again; what is kept is only the last answer.
            lacks.clear()
            lacks[absent] = Blocked(tuple([Cause(Lack.MISSING, entity, key, key_name) for key in absent]))
        return Found(supplied, lacks[absent], absent)

    match rows:
        case AllRows():
            return every
        case Children(of=of):
            base = row_finder(of, asker, plain)
            if isinstance(of, Sole) and declared.owner is None:
                return every
            everything_under = declared.owner is not None and asker.program.entities[declared.owner].singleton

            def children(frame: Frame) -> Found:
                row = base(frame)
                if row is None:
                    return nothing
                if isinstance(row, Blocked):
                    return Found((), row)
                run: Run = frame[-1]
                if entity not in run.tables.rows:
                    return none_supplied(row.key)
                group = run.tables.children(entity, row.key)
                lost = run.tables.astray(entity)
                if lost:
                    if lost not in astray:
                        astray.clear()
                        astray[lost] = strays(asker.program, entity, lost)
                    return Found(group.rows, astray[lost], lost)
                return Found(group.rows, None, (), None if run.tables.watched else group)

            return every if everything_under else children
        case _:
            assert_never(rows)


# ---------------------------------------------------------------- facts


def lacking(asker: Asker, entity: str, name: str) -> Callable[[str, Cell | Spoilt | None], tuple[Outcome, Cell]]:
    """Why a cell has no value to compute with, and the cell to show."""
    declared: Field | None = next((item for item in asker.program.entities[entity].fields if item.name == name), None)
    decision = declared.decision if declared else None
    clause = asker.rule.clause or (declared.clause if declared else "")

    def explain(key: str, cell: Cell | Spoilt | None) -> tuple[Outcome, Cell]:
        if cell is None:
            cell = BLANK
        match cell:
            case Known(value=value):
                return value, cell
            case Missing(origin=origin):
                lack = Lack.MISSING if decision is None else Lack.DECISION
                office = decision.office if decision else ""
                return Blocked((Cause(lack, entity, key, name, office, origin, clause),)), cell
            case Bad(problem=problem, origin=origin):
                return Blocked((Cause(Lack.UNREADABLE, entity, key, name, problem, origin, clause),)), cell
            case Spoilt(cell=held, causes=causes):
                return Blocked(causes), held
            case _:
                assert_never(cell)

    return explain


def _nowhere(entity: str, row: Blocked | None) -> tuple[Outcome, tuple[str, str]]:
    """What is read of a row that is not there, and the address to show."""
    if row is None:
        return NONE, (entity, "")
    first = row.causes[0]
    return row, (entity, first.key if first.entity == entity else "")


def field_read(node: FieldRead, asker: Asker, plain: Callable[[Keyed], Plain]) -> Staged:
    """A fact of a row."""
    entity, name = node.entity, node.name
    explain = lacking(asker, entity, name)
    find = row_finder(node.row, asker, plain)

    if isinstance(node.row, Here):
        depth = node.row.depth

        def traced_here(frame: Frame) -> Step:
            row: Record = frame[depth]
            try:
                cell: Cell | None = row.cells[name]
            except KeyError:
                cell = None
            if type(cell) is Known:
                return new(Step, (node, cell.value, (), (entity, row.key, cell)))
            outcome, shown = explain(row.key, cell)
            return new(Step, (node, outcome, (), (entity, row.key, shown)))

        def plain_here(frame: Frame) -> Outcome:
            row: Record = frame[depth]
            try:
                cell: Cell | None = row.cells[name]
            except KeyError:
                cell = None
            return cell.value if type(cell) is Known else explain(row.key, cell)[0]

        return Staged(traced_here, plain_here, across.field(node))

    def traced(frame: Frame) -> Step:
        row = find(frame)
        if type(row) is Record:
            outcome, shown = explain(row.key, row.cells.get(name))
            return new(Step, (node, outcome, (), (entity, row.key, shown)))
        outcome, address = _nowhere(entity, row)  # type: ignore[arg-type]
        return new(Step, (node, outcome, (), (*address, None)))

    def plain_elsewhere(frame: Frame) -> Outcome:
        row = find(frame)
        if type(row) is Record:
            return explain(row.key, row.cells.get(name))[0]
        return NONE if row is None else row  # type: ignore[return-value]

    return Staged(traced, plain_elsewhere)


def quick_comparison(node: Compare, plain: Plain, right: Plain) -> Plain:
    """`plain`, quicker where a fact of a row in scope is compared: most filters of an aggregate do just that, for every row."""
    if not isinstance(node.left, FieldRead) or not isinstance(node.left.row, Here):
        return plain
    depth, name, relation = node.left.row.depth, node.left.name, RELATIONS[node.op]
    if isinstance(node.right, Const) and type(node.right.value) in FIT:
        value: Any = node.right.value

        def with_constant(frame: Frame) -> Outcome:
            try:
                cell = frame[depth].cells[name]
            except KeyError:
                return plain(frame)
            if type(cell) is Known and type(cell.value) in FIT:
                return relation(cell.value, value)
            return plain(frame)

        return with_constant

    def quick(frame: Frame) -> Outcome:
        try:
            cell = frame[depth].cells[name]
        except KeyError:
            return plain(frame)
        if type(cell) is Known and type(cell.value) in FIT:
            other = right(frame)
            if type(other) in FIT:
                return relation(cell.value, other)
        return plain(frame)

    return quick


# ---------------------------------------------------------------- other rules


def rule_read(node: RuleRead, slot: int, asker: Asker, plain: Callable[[Keyed], Plain]) -> Staged:
    """The outcome of another rule, computed now if it has not been yet."""
    entity = node.entity
    find = row_finder(node.row, asker, plain)

    def outcome_of(frame: Frame, row: Record) -> Outcome:
        run: Run = frame[-1]
        outcome = run.memo[slot].get(row.key, UNKNOWN)
        return run.force(slot, row) if outcome is UNKNOWN else outcome

    if isinstance(node.row, Here):
        depth = node.row.depth

        def traced_here(frame: Frame) -> Step:
            row: Record = frame[depth]
            key = row.key
            outcome = frame[-1].memo[slot].get(key, UNKNOWN)
            if outcome is UNKNOWN:
                outcome = frame[-1].force(slot, row)
            return new(Step, (node, outcome, (), (entity, key)))

        return Staged(traced_here, lambda frame: outcome_of(frame, frame[depth]))

    def traced(frame: Frame) -> Step:
        row = find(frame)
        if type(row) is Record:
            return new(Step, (node, outcome_of(frame, row), (), (entity, row.key)))
        outcome, address = _nowhere(entity, row)  # type: ignore[arg-type]
        return new(Step, (node, outcome, (), address))

    def plain_read(frame: Frame) -> Outcome:
        row = find(frame)
        if type(row) is Record:
            return outcome_of(frame, row)
        return NONE if row is None else row  # type: ignore[return-value]

    return Staged(traced, plain_read)
