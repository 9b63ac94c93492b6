"""Owns facts in the making: rows that can be changed one cell at a time, with any expression of the policy evaluated on them.

A `Spot` is where an expression stands: its rule and the scopes around it, innermost first. Evaluation is the interpreter's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from attrs import frozen

from policydsl.core import program as core
from policydsl.core.facts import Cell, Facts, Known, Missing, Record
from policydsl.core.types import Text
from policydsl.core.values import Blocked, Outcome, Value
from policydsl.interpret.lack import Asker, Frame
from policydsl.interpret.reads import key_text
from policydsl.interpret.rows import ReadyRule, Run
from policydsl.interpret.stage import Body, Stager
from policydsl.interpret.staged import Plain
from policydsl.interpret.tables import Tables


class Row:
    """One row in the making. Its key is the text of its key field, or its number where the entity has none."""

    __slots__ = ("cells", "entity", "number", "parent")

    def __init__(self, entity: core.Entity, number: int, cells: dict[str, Cell], parent: Row | None) -> None:
        self.entity = entity
        self.number = number
        self.cells = cells
        self.parent = parent

    @property
    def key(self) -> str:
        """As facts files and examples key the row."""
        if self.entity.singleton:
            return ""
        field = self.entity.key_field
        cell = self.cells.get(field.name) if field is not None else None
        return key_text(cell.value) if isinstance(cell, Known) else str(self.number)

    def record(self) -> Record:
        """The row as engines take it."""
        return Record(self.key, dict(self.cells), None if self.parent is None else self.parent.key)


@frozen(eq=False)
class Named:
    """The scope that a `Let` opens: its value, as seen from outside it."""

    let: core.Let
    outer: tuple[Scope, ...]


Scope = Row | Named


@frozen(eq=False)
class Spot:
    """A place in a rule: the rule, and the scopes open there, innermost first, the row of the rule last."""

    rule: core.Rule
    scopes: tuple[Scope, ...]

    def inside(self, scope: Scope) -> Spot:
        """The place with one more scope open."""
        return Spot(self.rule, (scope, *self.scopes))


class Ground:
    """A program made ready under some readings and a day, for evaluating any of its expressions."""

    def __init__(self, program: core.Program, readings: Mapping[str, str], on: date | None) -> None:
        adopted = {name: reading.adopted for name, reading in program.readings.items()}
        self.program = program
        self.adopted = adopted | dict(readings)
        self._stager = Stager(program, self.adopted, on)
        self.rules: tuple[ReadyRule, ...] = tuple([self._stager.rule(rule) for rule in program.rules])
        self._plains: dict[int, tuple[core.Expr, Plain]] = {}

    def run(self, tables: Mapping[str, tuple[Record, ...]]) -> Run:
        """A fresh run on facts; rules are computed as they are asked for."""
        return Run(self.program, self.rules, self._stager.boxes, Tables(tables), traced=False)

    def plain(self, rule: core.Rule, node: core.Expr) -> Plain:
        """What computes an expression of a rule."""
        known = self._plains.get(id(node))
        if known is None:
            known = (node, Body(self._stager, Asker(self.program, rule)).plain(node))
            self._plains[id(node)] = known
        return known[1]

    def boxes_for(self, run: Run) -> None:
        """Give a run a place for whatever was made ready after it began."""
        run.boxes.extend([None] * (self._stager.boxes - len(run.boxes)))


class Grounds:
    """The grounds of one program, made once for each set of readings and day."""

    def __init__(self, program: core.Program) -> None:
        self.program = program
        self._made: dict[tuple[tuple[tuple[str, str], ...], date | None], Ground] = {}

    def under(self, readings: Mapping[str, str], on: date | None) -> Ground:
        """The ground under readings and a day."""
        setting = (tuple(sorted(readings.items())), on)
        if setting not in self._made:
            self._made[setting] = Ground(self.program, readings, on)
        return self._made[setting]


class Draft:
    """Facts in the making, with the readings and the day that they are meant for."""

    def __init__(self, grounds: Grounds, on: date | None = None, free_readings: bool = False) -> None:
        self.free_readings = free_readings  # whether a reading may be adopted to get somewhere
        self.program = grounds.program
        self.rows: dict[str, list[Row]] = {}
        self.readings: dict[str, str] = {}
        self.on = on
        self._grounds = grounds
        self._run: Run | None = None
        self._counter: dict[str, int] = {}

    # ------------------------------------------------------------ rows

    def add(self, entity: core.Entity, cells: dict[str, Cell], parent: Row | None) -> Row:
        """A new row at the end of its table. A text key that is not given is its number."""
        number = self._counter[entity.name] = self._counter.get(entity.name, 0) + 1
        field = entity.key_field
        if field is not None and field.name not in cells and isinstance(field.type, Text):
            cells[field.name] = Known(str(number), raw=str(number))
        row = Row(entity, number, cells, parent)
        self.rows.setdefault(entity.name, []).append(row)
        self.touched()
        return row

    def take(self, facts: Facts) -> None:
        """Put in the rows of facts."""
        entities = sorted(self.program.entities.values(), key=lambda item: depth(self.program, item))
        made: dict[tuple[str, str], Row] = {}
        for entity in entities:
            if entity.name not in facts.tables:
                continue
            self.rows.setdefault(entity.name, [])
            for record in facts.tables[entity.name]:
                owner = None if record.parent is None else made.get((entity.owner or "", record.parent))
                made[entity.name, record.key] = self.add(entity, dict(record.cells), owner)

    def remove(self, row: Row) -> None:
        """Take a row away, with all that belong to it."""
        for entity in self.program.entities.values():
            if entity.owner == row.entity.name:
                for child in self.children(entity.name, row):
                    self.remove(child)
        self.rows[row.entity.name].remove(row)
        self.touched()

    def children(self, entity: str, owner: Row) -> list[Row]:
        """The rows of an entity that belong to a row."""
        return [row for row in self.rows.get(entity, ()) if row.parent is owner]

    def row_of(self, spot: Spot, ref: core.RowRef) -> Row | None:
        """The row that a reference means at a place; None where it is not there."""
        match ref:
            case core.Here(depth=depth):
                scope = spot.scopes[depth]
                return scope if isinstance(scope, Row) else None
            case core.Owner(of=of, entity=entity):
                if self.program.entities[entity].singleton:
                    return self.sole(entity)
                row = self.row_of(spot, of)
                return row.parent if row is not None else None
            case core.Sole(entity=entity):
                return self.sole(entity)
            case core.Keyed(entity=entity, key=key):
                value = self.value(spot, key)
                text = None if isinstance(value, Blocked) else str(value)
                return next((row for row in self.rows.get(entity, ()) if row.key == text), None)
            case core.OnlyChild(of=of, entity=entity):
                row = self.row_of(spot, of)
                found = self.children(entity, row) if row is not None else []
                return found[0] if len(found) == 1 else None

    def sole(self, entity: str) -> Row:
        """The row of a singleton."""
        rows = self.rows.get(entity)
        return rows[0] if rows else self.add(self.program.entities[entity], {}, None)

    # ------------------------------------------------------------ cells

    def cell(self, row: Row, name: str) -> Cell:
        """A cell; missing where nothing was put in."""
        return row.cells.get(name, Missing())

    def put(self, row: Row, name: str, value: Value | None) -> None:
        """Put a value into a cell, None to leave it blank."""
        row.cells[name] = Missing() if value is None else Known(value)
        self.touched()

    def touched(self) -> None:
        """Facts, readings or the day have changed."""
        self._run = None

    def marked(self) -> list[object]:
        """All that can change, to be put back by `restore`."""
        rows = {name: [(row, dict(row.cells), row.parent) for row in rows] for name, rows in self.rows.items()}
        return [rows, dict(self.readings), self.on]

    def restore(self, mark: list[object]) -> None:
        """Put back what `marked` gave."""
        rows, readings, on = mark
        assert isinstance(rows, dict) and isinstance(readings, dict)
        self.rows = {}
        for name, kept in rows.items():
            self.rows[name] = [row for row, _, _ in kept]
            for row, cells, parent in kept:
                row.cells, row.parent = dict(cells), parent
        self.readings = dict(readings)
        self.on = on if isinstance(on, date) else None
        self.touched()

    # ------------------------------------------------------------ evaluation

    @property
    def ground(self) -> Ground:
        """The program under the readings and the day of this draft."""
        return self._grounds.under(self.readings, self.on)

    def run(self) -> Run:
        """The run on the facts as they are now."""
        if self._run is None:
            self._run = self.ground.run(self.tables())
        return self._run

    def value(self, spot: Spot, node: core.Expr) -> Outcome:
        """The outcome of an expression at a place."""
        plain = self.ground.plain(spot.rule, node)
        run = self.run()
        self.ground.boxes_for(run)
        outcome: Outcome = plain(self._frame(spot.scopes, spot.rule, run))
        return outcome

    def outcome(self, rule: core.Rule, row: Row) -> Outcome:
        """The outcome of a rule for a row."""
        return self.value(Spot(rule, (row,)), rule.body)

    def _frame(self, scopes: tuple[Scope, ...], rule: core.Rule, run: Run) -> Frame:
        frame: list[object] = []
        for scope in scopes:
            if isinstance(scope, Row):
                frame.append(scope.record())
            else:
                plain = self.ground.plain(rule, scope.let.value)
                self.ground.boxes_for(run)
                frame.append(plain(self._frame(scope.outer, rule, run)))
        return (*frame, run)

    def tables(self) -> dict[str, tuple[Record, ...]]:
        """The rows as engines take them."""
        return {name: tuple([row.record() for row in rows]) for name, rows in self.rows.items()}

    def facts(self) -> Facts:
        """The facts as they are now."""
        return Facts(self.tables())

    def number(self) -> None:
        """Number the rows of every table as they stand, keys that are mere numbers included."""
        for rows in self.rows.values():
            taken = {row.key for row in rows}
            for at, row in enumerate(rows, 1):
                field = row.entity.key_field
                counted = field is not None and row.cells.get(field.name) == Known(str(row.number))
                if field is None or (counted and (str(at) not in taken or at == row.number)):
                    if field is not None:
                        taken.discard(str(row.number))
                        taken.add(str(at))
                        row.cells[field.name] = Known(str(at), raw=str(at))
                    row.number = at
        self.touched()


def depth(program: core.Program, entity: core.Entity) -> int:
    """How many owners stand above an entity."""
    above, owner = 0, entity.owner
    while owner is not None:
        above, owner = above + 1, program.entities[owner].owner
    return above
