"""Owns the turns and edges of an aim: a choice brought to a case, a measure into a band or row, two values together or just apart."""

from __future__ import annotations

from policydsl.core import program as core
from policydsl.core.facts import Known
from policydsl.core.values import Absent, Blocked, NotApplicable, exact
from policydsl.testing.crowd import Crowd
from policydsl.testing.draft import Row, Spot
from policydsl.testing.inverse import inside_of, matches, moved, numeric
from policydsl.testing.leaves import leaves_of


class Edges(Crowd):
    """What an aim does with choices and bounds. `make` and `assign` are the aim's own; while `_near` is not 0, as near as facts
    allow on that side is near enough."""

    _near: int = 0

    # ------------------------------------------------------------ choices

    def case(self, spot: Spot, node: core.Choose, at: int) -> bool:
        """Bring a choice to its case `at` (-1: otherwise)."""
        rivals = node.cases if at < 0 or node.hit != "first" else node.cases[:at]
        for _ in range(2):
            if at >= 0 and not self.make(spot, node.cases[at].when, True):
                return False
            for index, rival in enumerate(rivals):
                if index != at:
                    self.make(spot, rival.when, False)
        held = all(self.draft.value(spot, rival.when) is False for i, rival in enumerate(rivals) if i != at)
        return held and (at < 0 or self.draft.value(spot, node.cases[at].when) is True)

    def band(self, spot: Spot, node: core.Bands, at: int) -> bool:
        """Bring the measure of bands into the row `at` (-1: otherwise)."""
        lower = node.side == "lower"
        if at < 0:
            row = node.rows[0] if lower else node.rows[-1]
            out = (-1 if row.inclusive else 0) if lower else (1 if row.inclusive else 0)
            return self.edge(spot, node.measure, row.bound, out)
        row = node.rows[at]
        into = (0 if row.inclusive else 1) if lower else (0 if row.inclusive else -1)
        return self.edge(spot, node.measure, row.bound, into)

    def table_row(self, spot: Spot, node: core.Lookup, at: int) -> bool:
        """Bring the keys of a lookup to a row of its table."""
        row = self.draft.program.tables[node.table].rows[at]
        for key, wanted in zip(node.keys, row.keys, strict=True):
            if wanted is None:
                continue
            now = self.draft.value(spot, key)
            if any(matches(item, now) for item in wanted):
                continue
            if not any(self.assign(spot, key, inside_of(item)) for item in wanted):
                return False
        return True

    # ------------------------------------------------------------ edges

    def edge(self, spot: Spot, left: core.Expr, right: core.Expr, side: int) -> bool:
        """Bring `left` to the value of `right` (side 0), or as little as facts allow below (-1) or above (1) it."""
        limit = self.draft.value(spot, right)
        if isinstance(limit, Blocked):
            self.supply(spot, right)
            limit = self.draft.value(spot, right)
        if isinstance(self.draft.value(spot, left), Blocked):
            self.supply(spot, left)
        if isinstance(limit, Blocked | Absent | NotApplicable | bool | str | tuple):
            return False
        at = self.assign(spot, left, limit)
        if not at:
            now = self.draft.value(spot, left)
            at = not isinstance(now, Blocked) and self.assign(spot, right, now)
        if at and side == 0:
            return True
        if not at:
            self._near = side or 1
            self.assign(spot, left, limit)
            self._near = 0
        return self._nudge(spot, left, right, side) or self._nudge(spot, right, left, -side)

    def _side(self, spot: Spot, left: core.Expr, right: core.Expr) -> int | None:
        one, two = self.draft.value(spot, left), self.draft.value(spot, right)
        if isinstance(one, Blocked) or isinstance(two, Blocked):
            return None
        try:
            return (one > two) - (one < two)  # type: ignore[operator]
        except TypeError:
            return None

    def _nudge(self, spot: Spot, left: core.Expr, right: core.Expr, side: int) -> bool:
        """Move one fact by as little as possible until `left` is on that side of `right`."""
        if self._side(spot, left, right) == side:
            return True
        if isinstance(left, core.Aggregate) or self._through_fold(spot, left):
            now = self.draft.value(spot, left)
            if numeric(now) and self.assign(spot, left, exact(now + side)):  # type: ignore[operator]
                return self._side(spot, left, right) == side
        for row, field in self.leaves(spot, left):
            cell = self.draft.cell(row, field.name)
            if not isinstance(cell, Known):
                continue
            for step in (1, -1):
                other = moved(cell.value, step, self.domain.grain(field))
                if other is None or not self.domain.admits(field, other):
                    continue
                self.draft.put(row, field.name, other)
                if self._side(spot, left, right) == side:
                    return True
                self.draft.put(row, field.name, cell.value)
        return False

    def _through_fold(self, spot: Spot, node: core.Expr) -> bool:
        if isinstance(node, core.RuleRead) and node.name not in self.draft.program.readings:
            return isinstance(self.draft.program.rule_index[node.entity, node.name].body, core.Aggregate)
        return False

    # ------------------------------------------------------------ facts below an expression

    def supply(self, spot: Spot, node: core.Expr) -> None:
        """Fill in the facts that an expression waits for."""
        for row, field in self.leaves(spot, node):
            if not isinstance(self.draft.cell(row, field.name), Known) and not field.key:
                values = self.domain.values(row.entity, field)
                if values:
                    self.draft.put(row, field.name, values[0])

    def leaves(self, spot: Spot, node: core.Expr) -> list[tuple[Row, core.Field]]:
        """The facts that an expression reads, of rows that are there: (row, field)."""
        return leaves_of(self.draft, spot, node, set(), 0)
