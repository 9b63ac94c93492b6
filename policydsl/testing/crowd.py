"""Owns rows made to order: new children, as many that count as a fold asks for, sums and means brought to a value."""

from __future__ import annotations

from abc import ABC, abstractmethod
from fractions import Fraction

from policydsl.core import program as core
from policydsl.core.values import Outcome, exact
from policydsl.testing.domain import Domain
from policydsl.testing.draft import Draft, Row, Spot
from policydsl.testing.inverse import numeric
from policydsl.testing.leaves import filled, key_name

MOST_ROWS = 400
"""Rows that a count may be brought to."""


class Crowd(ABC):
    """What an aim does with the rows under a row. `make` and `assign` are the aim's own."""

    draft: Draft
    domain: Domain

    @abstractmethod
    def make(self, spot: Spot, node: core.Expr, wanted: bool) -> bool:
        """Bring a condition to be true, or false."""

    @abstractmethod
    def assign(self, spot: Spot, node: core.Expr, value: Outcome) -> bool:
        """Bring an expression to a value."""

    def rows(self, spot: Spot, rows: core.Rows) -> list[Row]:
        if isinstance(rows, core.AllRows):
            return list(self.draft.rows.get(rows.entity, ()))
        owner = self.draft.row_of(spot, rows.of)
        return [] if owner is None else self.draft.children(rows.entity, owner)

    def new_row(self, spot: Spot, rows: core.Rows) -> Row | None:
        """One more row among those, filled in."""
        entity = self.draft.program.entities[rows.entity]
        owner = self.draft.row_of(spot, rows.of) if isinstance(rows, core.Children) else None
        if isinstance(rows, core.AllRows) and entity.owner is not None:
            owners = self.draft.rows.get(entity.owner, ())
            owner = owners[0] if owners else None
        if entity.owner is not None and owner is None:
            return None
        if entity.at_most_one and owner is not None and self.draft.children(entity.name, owner):
            return None
        return self.draft.add(entity, filled(self.domain, entity), owner)

    def fold(self, spot: Spot, node: core.Aggregate, value: Outcome) -> bool:
        if not numeric(value):
            return False
        assert isinstance(value, int | Fraction)
        rows = self.rows(spot, node.rows)
        if node.fold in ("count", "distinct"):
            return isinstance(value, int) and 0 <= value <= MOST_ROWS and self._count(spot, node, rows, value)
        if node.body is None:
            return False
        taken = [row for row in rows if node.where is None or self.draft.value(spot.inside(row), node.where) is True]
        if not taken:
            added = self.new_row(spot, node.rows)
            if added is None or (node.where is not None and not self.make(spot.inside(added), node.where, True)):
                return False
            taken = [added]
        now = self.draft.value(spot, node)
        last = self.draft.value(spot.inside(taken[-1]), node.body)
        if not numeric(now) or not numeric(last):
            return False
        assert isinstance(now, int | Fraction) and isinstance(last, int | Fraction)
        if node.fold == "sum":
            wanted = exact(last + value - now)
        elif node.fold == "mean":
            wanted = exact(last + (value - now) * len(taken))
        else:
            return all(self.assign(spot.inside(row), node.body, value) for row in taken)
        return self.assign(spot.inside(taken[-1]), node.body, wanted)

    def _count(self, spot: Spot, node: core.Aggregate, rows: list[Row], wanted: int) -> bool:
        """Add rows like one that counts, or turn rows that count into such as do not."""
        now = self.draft.value(spot, node)
        model = next(
            (row for row in rows if node.where is None or self.draft.value(spot.inside(row), node.where) is True), None
        )
        for _ in range(MOST_ROWS + 2):
            if not isinstance(now, int) or isinstance(now, bool):
                return False
            if now == wanted:
                return True
            if now < wanted:
                added = self.new_row(spot, node.rows)
                if added is None:
                    return False
                inner = spot.inside(added)
                if model is not None and node.fold == "count":
                    self.like(added, model)
                    if wanted - now > 1 and not self._grandchildren(added):
                        # the rest are the same; one evaluation at the end tells
                        for _ in range(wanted - now - 1):
                            more = self.new_row(spot, node.rows)
                            if more is not None:
                                self.like(more, model)
                elif node.where is not None and not self.make(inner, node.where, True):
                    self.draft.remove(added)
                    return False
                else:
                    model = added
                    if node.fold == "distinct" and node.body is not None:
                        self.assign(inner, node.body, f"{added.number}")
            else:
                counted = [
                    row for row in rows if node.where is None or self.draft.value(spot.inside(row), node.where) is True
                ]
                for row in counted[wanted:] if node.fold == "count" else counted[-1:]:
                    self.draft.remove(row)
            rows = self.rows(spot, node.rows)
            after = self.draft.value(spot, node)
            if after == now:
                return False
            now = after
        return False

    def _grandchildren(self, row: Row) -> list[core.Entity]:
        return [item for item in self.draft.program.entities.values() if item.owner == row.entity.name]

    def like(self, row: Row, model: Row) -> None:
        """Make a row like another, its children included; keys stay its own."""
        for field in row.entity.fields:
            if not field.key and field.name in model.cells:
                row.cells[field.name] = model.cells[field.name]
        for entity in self._grandchildren(row):
            for child in self.draft.children(entity.name, model):
                cells = {name: cell for name, cell in child.cells.items() if name != key_name(entity)}
                self.draft.add(entity, cells, row)
        self.draft.touched()
