"""Owns solving backwards: facts changed until a condition holds, a measure has a value, or a place of a rule is reached.

It is a search with the interpreter as the judge: what it claims to have reached it has evaluated. Where it does not get
there it says so, and the facts are left as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor

from policydsl.core import program as core
from policydsl.core.facts import Known
from policydsl.core.types import Member, Number, strip
from policydsl.core.values import NONE, Blocked, Outcome, Value, exact
from policydsl.testing.domain import Chooser, Domain
from policydsl.testing.draft import Draft, Named, Row, Spot
from policydsl.testing.edges import Edges
from policydsl.testing.inverse import inverse, numeric

MOST_EFFORT = 600
"""Expressions looked at before an aim is given up."""
_FLIPPED: dict[core.Comparator, core.Comparator] = {
    "ge": "lt",
    "gt": "le",
    "le": "gt",
    "lt": "ge",
    "eq": "ne",
    "ne": "eq",
}
_ROUND = (20, 100, 1_000)


class Aim(Edges):
    """One attempt to bring a draft somewhere."""

    def __init__(self, draft: Draft, domain: Domain, choose: Chooser) -> None:
        self.draft = draft
        self.domain = domain
        self.choose = choose
        self._effort = 0
        self._near = 0

    # ------------------------------------------------------------ conditions

    def make(self, spot: Spot, node: core.Expr, wanted: bool) -> bool:
        """Bring a condition to be true, or false."""
        if self.draft.value(spot, node) is wanted:
            return True
        self._effort += 1
        if self._effort > MOST_EFFORT:
            return False
        self._make(spot, node, wanted)
        return self.draft.value(spot, node) is wanted

    def _make(self, spot: Spot, node: core.Expr, wanted: bool) -> None:
        match node:
            case core.FieldRead() | core.RuleRead() | core.Let() | core.Local() | core.Choose() | core.Switch():
                self.assign(spot, node, wanted)
            case core.Not(part=part):
                self.make(spot, part, not wanted)
            case core.Every(parts=parts):
                self._parts(spot, parts, wanted, len(parts) if wanted else 1)
            case core.Some(parts=parts, at_least=least):
                self._parts(spot, parts, wanted, least if wanted else len(parts) - least + 1)
            case core.Compare():
                self._meet(spot, node, wanted)
            case core.OneOf(item=item, options=options):
                if wanted:
                    any(self.equal(spot, item, option) for option in self._from_some(options))
                else:
                    self._differ(spot, item)
            case core.Has(body=body):
                if not wanted:
                    self.assign(spot, body, NONE)
                else:
                    self._differ(spot, body)
            case core.Within():
                self._within(spot, node, wanted)
            case core.Aggregate(fold="any" | "all"):
                self._exists(spot, node, wanted)
            case core.IfInapplicable(body=body, instead=instead):
                self.make(spot, body, wanted) or self.make(spot, instead, wanted)
            case _:
                return

    def _parts(self, spot: Spot, parts: Sequence[core.Expr], wanted: bool, needed: int) -> None:
        held = sum(self.draft.value(spot, part) is wanted for part in parts)
        for part in self._from_some(parts) if needed < len(parts) else parts:
            if held >= needed:
                return
            if self.draft.value(spot, part) is not wanted:
                held += self.make(spot, part, wanted)

    def _from_some(self, options: Sequence[core.Expr]) -> list[core.Expr]:
        """The options, beginning with one of choice."""
        first = self.choose.upto(len(options) - 1) if len(options) > 1 else 0
        return [*options[first:], *options[:first]]

    def _meet(self, spot: Spot, node: core.Compare, wanted: bool) -> None:
        op = node.op if wanted else _FLIPPED[node.op]
        left, right = self.draft.value(spot, node.left), self.draft.value(spot, node.right)
        for side, other in ((node.left, right), (node.right, left)):
            if isinstance(other, Blocked):
                self.supply(spot, node.right if side is node.left else node.left)
        if op == "eq":
            self.equal(spot, node.left, node.right)
            return
        if op == "ne":
            self._differ(spot, node.left) or self._differ(spot, node.right)
            return
        self.edge(spot, node.left, node.right, {"ge": 0, "le": 0, "gt": 1, "lt": -1}[op])

    def equal(self, spot: Spot, left: core.Expr, right: core.Expr) -> bool:
        """Bring two expressions to one value."""
        # a fact is the easier one to give a value to
        pairs = [(left, right), (right, left)]
        for one, other in reversed(pairs) if isinstance(right, core.FieldRead) else pairs:
            value = self.draft.value(spot, other)
            if not isinstance(value, Blocked) and self.assign(spot, one, value):
                return True
        return False

    def _differ(self, spot: Spot, node: core.Expr) -> bool:
        """Give an expression another value than it has."""
        now = self.draft.value(spot, node)
        for other in self._others(spot, node):
            if other != now and self.assign(spot, node, other) and self.draft.value(spot, node) != now:
                return True
        return False

    def _others(self, spot: Spot, node: core.Expr) -> list[Value]:
        type_ = strip(node.type)
        if isinstance(type_, Member) and type_.roll in self.draft.program.readings:
            return [option.name for option in self.draft.program.readings[type_.roll].options]
        read = self.leaves(spot, node)
        if not read:
            return []
        row, field = read[0]
        return list(self.domain.values(row.entity, field))

    def _within(self, spot: Spot, node: core.Within, wanted: bool) -> None:
        if not wanted:
            self._differ(spot, node.item)
            return
        rows = self.rows(spot, node.rows)
        for row in rows:
            inner = spot.inside(row)
            value = self.draft.value(inner, node.column)
            if not isinstance(value, Blocked) and self.assign(spot, node.item, value):
                return
        value = self.draft.value(spot, node.item)
        added = self.new_row(spot, node.rows)
        if added is not None and not isinstance(value, Blocked):
            self.assign(spot.inside(added), node.column, value)

    def _exists(self, spot: Spot, node: core.Aggregate, wanted: bool) -> None:
        condition = node.body
        if condition is None:
            return
        one = (node.fold == "any") is wanted  # one row decides; else all rows have to agree
        rows = self.rows(spot, node.rows)
        if one and not rows:
            added = self.new_row(spot, node.rows)
            rows = [added] if added is not None else []
        for row in rows:
            inner = spot.inside(row)
            if one and node.where is not None and not self.make(inner, node.where, True):
                continue
            if self.make(inner, condition, wanted) and one:
                return

    # ------------------------------------------------------------ values

    def assign(self, spot: Spot, node: core.Expr, value: Outcome) -> bool:
        """Bring an expression to a value, exactly (or, while only near is asked for, as near as facts allow)."""
        if self.draft.value(spot, node) == value:
            return True
        self._effort += 1
        if self._effort > MOST_EFFORT or isinstance(value, Blocked):
            return False
        done = self._assign(spot, node, value)
        return done and (bool(self._near) or self.draft.value(spot, node) == value)

    def _assign(self, spot: Spot, node: core.Expr, value: Value) -> bool:
        match node:
            case core.FieldRead(row=ref, name=name):
                row = self.draft.row_of(spot, ref)
                return row is not None and self._put(row, name, value)
            case core.RuleRead(row=ref, entity=entity, name=name):
                row = self.draft.row_of(spot, ref)
                if name in self.draft.program.readings and isinstance(value, str):
                    return self.adopt(name, value)
                rule = self.draft.program.rule_index[entity, name]
                return row is not None and self.assign(Spot(rule, (row,)), rule.body, value)
            case core.Let(body=body):
                return self.assign(spot.inside(Named(node, spot.scopes)), body, value)
            case core.Local(depth=depth):
                scope = spot.scopes[depth]
                return isinstance(scope, Named) and self.assign(Spot(spot.rule, scope.outer), scope.let.value, value)
            case core.Apply():
                return self._invert(spot, node, value)
            case core.Choose():
                return self._choice(spot, node, value)
            case core.Switch(reading=reading, options=options):
                adopted = self.draft.ground.adopted[reading]
                chosen = next((option.value for option in options if option.label == adopted), None)
                if chosen is None or isinstance(chosen, core.Const):
                    return isinstance(value, str) and self.adopt(reading, value)
                return self.assign(spot, chosen, value)
            case core.Bands(rows=rows, otherwise=otherwise):
                for index, band in enumerate((*rows, None)):
                    if self.draft.value(spot, otherwise if band is None else band.value) == value:
                        return self.band(spot, node, index if band is not None else -1)
                return False
            case core.Limit(body=body):
                return self.assign(spot, body, value)
            case core.Round(body=body):
                return self.assign(spot, body, value) or self._about(spot, node, body, value)
            case core.Pick(options=options):
                return any(self.assign(spot, option.value, value) for option in options)
            case core.IfInapplicable(body=body, instead=instead):
                return self.assign(spot, body, value) or self.assign(spot, instead, value)
            case core.Lookup():
                return self._cell(spot, node, value)
            case core.Aggregate():
                return self.fold(spot, node, value)
            case core.Increment(measure=measure, start=start, steps=steps):
                return numeric(value) and self._steps(spot, node, measure, start, steps, value)
            case core.Every() | core.Some() | core.Not() | core.Compare() | core.OneOf() | core.Has() | core.Within():
                return isinstance(value, bool) and self.make(spot, node, value)
            case _:
                return False

    def _put(self, row: Row, name: str, value: Value) -> bool:
        field = next(item for item in row.entity.fields if item.name == name)
        if self._near and isinstance(value, int | Fraction) and not isinstance(value, bool):
            grain = self.domain.grain(field)
            steps = floor(value / grain) if self._near < 0 else ceil(value / grain)
            value = exact(max(steps, 0) * grain)
        if not self.domain.admits(field, value):
            return False
        if field.key and any(
            other is not row and other.key == str(value) for other in self.draft.rows.get(row.entity.name, ())
        ):
            return False
        self.draft.put(row, name, value)
        return True

    def _about(self, spot: Spot, node: core.Round, body: core.Expr, value: Value) -> bool:
        """Bring what is rounded as near as facts allow, until it rounds to the value."""
        if self._near:
            return False
        for side in (-1, 1):
            mark = self.draft.marked()
            self._near = side
            self.assign(spot, body, value)
            self._near = 0
            if self.draft.value(spot, node) == value:
                return True
            self.draft.restore(mark)
        return False

    def adopt(self, reading: str, option: str) -> bool:
        """Adopt an alternative of a reading."""
        found = self.draft.program.readings[reading]
        if option not in [item.name for item in found.options]:
            return False
        if not self.draft.free_readings:
            return option == self.draft.ground.adopted[reading]
        self.draft.readings.pop(reading, None)
        if option != found.adopted:
            self.draft.readings[reading] = option
        self.draft.touched()
        return True

    def _invert(self, spot: Spot, node: core.Apply, value: Value) -> bool:
        args = node.args
        for at, arg in enumerate(args):
            if not self.leaves(spot, arg):
                continue
            others = [self.draft.value(spot, other) for other in args]
            wanted = inverse(node.op, at, others, value)
            if wanted is None:
                continue
            if self.assign(spot, arg, wanted):
                return True
            if self._near or len(args) != 2 or node.op not in ("mul", "div"):
                continue
            # no whole number does it: the other operand is brought to a rounder one
            for size in _ROUND:
                mark = self.draft.marked()
                if self._rounder(spot, args[1 - at], size):
                    again = inverse(node.op, at, [self.draft.value(spot, other) for other in args], value)
                    if again is not None and self.assign(spot, arg, again):
                        return True
                self.draft.restore(mark)
        return False

    def _rounder(self, spot: Spot, node: core.Expr, size: int) -> bool:
        for row, field in self.leaves(spot, node):
            cell = self.draft.cell(row, field.name)
            if isinstance(strip(field.type), Number) and isinstance(cell, Known) and numeric(cell.value):
                unit = field.measure.size if field.measure is not None else Fraction(1)
                assert isinstance(cell.value, int | Fraction)
                return self._put(row, field.name, exact(max(1, ceil(cell.value / (unit * size))) * unit * size))
        return False

    def _choice(self, spot: Spot, node: core.Choose, value: Outcome) -> bool:
        order = list(range(len(node.cases))) + ([-1] if node.otherwise is not None else [])
        now = next((at for at, case in enumerate(node.cases) if self.draft.value(spot, case.when) is True), -1)
        order.sort(key=lambda at: at != now)
        for at in order:
            body: core.Expr | None = node.cases[at].value if at >= 0 else node.otherwise
            assert body is not None
            mark = self.draft.marked()
            if self.case(spot, node, at) and self.assign(spot, body, value) and self.case(spot, node, at):
                return True
            self.draft.restore(mark)
        return False

    def _cell(self, spot: Spot, node: core.Lookup, value: Outcome) -> bool:
        for at, row in enumerate(self.draft.program.tables[node.table].rows):
            cell = row.cells[node.column]
            if isinstance(cell, core.Const) and cell.value == value and self.table_row(spot, node, at):
                return True
        return False

    def _steps(
        self,
        spot: Spot,
        node: core.Increment,
        measure: core.Expr,
        start: core.Expr,
        steps: Sequence[core.Step],
        value: Value,
    ) -> bool:
        for step in steps:
            award, size = self.draft.value(spot, step.award), self.draft.value(spot, step.size)
            base = self.draft.value(spot, start)
            if numeric(award) and numeric(size) and numeric(base) and award:
                assert isinstance(award, int | Fraction) and isinstance(size, int | Fraction)
                assert isinstance(base, int | Fraction) and isinstance(value, int | Fraction)
                if self.assign(spot, measure, exact(base + Fraction(value) / award * size)):
                    return True
        return False
