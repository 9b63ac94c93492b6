"""Owns the making of one case: rows filled in, one goal reached, constraints kept, facts left out where that is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from attrs import frozen

from policydsl.core import program as core
from policydsl.core.facts import Facts, Known, Missing
from policydsl.core.types import Reference, Text, strip
from policydsl.core.values import Blocked
from policydsl.core.walk import everything
from policydsl.testing.aim import Aim
from policydsl.testing.crowd import MOST_ROWS
from policydsl.testing.domain import Chooser, Domain
from policydsl.testing.draft import Draft, Grounds, Named, Row, Spot, depth
from policydsl.testing.leaves import filled
from policydsl.testing.places import Goal, Needs, Turn

MOST_REPAIRS = 6


@frozen(eq=False, repr=False)
class Workshop:
    """What is made once for the cases of one program: what the wanted rules rest on, and the goals in reach."""

    program: core.Program
    wanted: tuple[core.Rule, ...]
    needs: Needs
    goals: tuple[Goal, ...]
    grounds: Grounds
    domain: Domain
    constraints: tuple[core.Rule, ...]
    whole: bool
    readings: bool
    kinds: tuple[tuple[str, core.Rule, tuple[str, ...]], ...] = ()
    """By entity, what tells whether a row is of a kind, and the facts that are asked of no other row."""

    def __repr__(self) -> str:
        # hypothesis shows what a strategy is made of, and a program is long
        return f"<{self.program.header.title}>"

    def draft(
        self,
        choose: Chooser,
        *,
        rows: int = 1,
        goals: Sequence[Goal] = (),
        on: date | None = None,
        mend: bool = True,
        crowd: str = "",
    ) -> Draft:
        """Facts with so many main rows, brought to the goals, one after the other; no constraint is broken where `mend` is asked.

        Of the entity `crowd` every owner gets two rows or three.
        """
        draft = Draft(self.grounds, on if on is not None else self._day(choose), self.readings)
        if self.readings:
            self._adopt(draft, choose)
        self.fill(draft, choose, rows)
        if crowd:
            self._crowd(draft, choose, self.program.entities[crowd])
        for goal in goals:
            self.reach(draft, choose, goal)
        if mend:
            self.mend(draft, choose)
        mark = draft.marked()
        draft.number()
        if mend and self._broken(draft):
            # a key that is a mere number may be one that another table names
            draft.restore(mark)
        return draft

    def draft_from(self, facts: Facts, readings: Mapping[str, str], on: date | None) -> Draft:
        """Facts to be changed, as they are."""
        draft = Draft(self.grounds, on, self.readings)
        draft.readings = dict(readings)
        draft.take(facts)
        return draft

    def _adopt(self, draft: Draft, choose: Chooser) -> None:
        """Now and then another reading than the adopted one."""
        names = [name for rule in self.needs.rules if rule.kind == "reading" for name in (rule.name,)]
        if names and choose.upto(3) == 3:
            reading = self.program.readings[choose.pick(names)]
            option = choose.pick(reading.options)
            if not option.adopted:
                draft.readings[reading.name] = option.name

    def _day(self, choose: Chooser) -> date | None:
        if not any(isinstance(node, core.OnDay) for rule in self.needs.rules for node in everything(rule.body)):
            return None
        return choose.pick(self.domain.days)

    def fill(self, draft: Draft, choose: Chooser, count: int) -> None:
        """Rows with readable values: so many of the main entity, some of the others."""
        entities = [item for item in self.program.entities.values() if item.name in self.needs.entities or self.whole]
        entities.sort(key=lambda item: depth(self.program, item))
        for entity in entities:
            main = entity.name == self.program.header.main
            if entity.singleton:
                owners: Sequence[Row | None] = [None]
            elif entity.owner is None:
                owners = [None] * (count if main else choose.upto(2))
            else:
                draft.rows.setdefault(entity.name, [])
                parents = draft.rows.get(entity.owner, ())
                owners = [parent for parent in parents for _ in range(choose.upto(1 if entity.at_most_one else 2))]
            draft.rows.setdefault(entity.name, [])
            used: set[object] = set()
            for owner in owners:
                self._row(draft, choose, entity, owner, used)

    def _crowd(self, draft: Draft, choose: Chooser, entity: core.Entity) -> None:
        """Two or three rows of an entity for each owner."""
        above = self.program.entities[entity.owner] if entity.owner is not None else None
        if above is not None and not above.singleton:
            self._some(draft, above)
        owners: Sequence[Row | None] = [None]
        if above is not None:
            owners = [draft.sole(above.name)] if above.singleton else list(draft.rows.get(above.name, ()))
        key = entity.key_field
        for owner in owners:
            there = [row for row in draft.rows.get(entity.name, ()) if row.parent is owner]
            used = {row.cells[key.name].value for row in there if key is not None and key.name in row.cells}  # type: ignore[union-attr]
            for _ in range(2 + choose.upto(1) - len(there)):
                self._row(draft, choose, entity, owner, used)

    def _row(self, draft: Draft, choose: Chooser, entity: core.Entity, owner: Row | None, used: set[object]) -> None:
        row = Row(entity, 0, {}, owner)
        for item in entity.fields:
            if item.key and isinstance(item.type, Text):
                continue
            if not self.whole and not self.needs.reads(entity.name, item.name) and not item.key:
                if item.default is not None:
                    row.cells[item.name] = Known(item.default, by_default=item.default_clause or "未填按")
                continue
            type_ = strip(item.type)
            values = self.domain.values(entity, item)
            if isinstance(type_, Reference):
                values = tuple(other.key for other in draft.rows.get(type_.entity, ())) or values
            if item.key:
                values = tuple(value for value in values if value not in used)
                if not values:
                    return
            if values:
                value = choose.pick(values)
                row.cells[item.name] = Known(value)
                if item.key:
                    used.add(value)
        draft.add(entity, row.cells, owner)

    # ------------------------------------------------------------ goals

    def reach(self, draft: Draft, choose: Chooser, goal: Goal) -> bool:
        """Bring a draft to a goal; False where it could not be brought there (facts stay as they are then)."""
        rule = goal.rule
        row = self.subject(draft, rule)
        if row is None:
            return False
        mark = draft.marked()
        aim = Aim(draft, self.domain, choose)
        # a second round, because what is done for the goal may undo the way to it
        for _ in range(2):
            spot = self._walk(aim, Spot(rule, (row,)), goal.place.turns)
            if spot is None:
                draft.restore(mark)
                return False
            self._do(aim, spot, goal)
        self._quota(aim, row, goal)
        return True

    def _quota(self, aim: Aim, row: Row, goal: Goal) -> None:
        """Where the goal is a row of a count that is held against a quota: as many such rows as the quota asks for."""
        spot = Spot(goal.rule, (row,))
        for (outer, _, _), (node, slot, _) in zip(goal.place.turns, goal.place.turns[1:], strict=False):
            if isinstance(outer, core.Let):
                spot = spot.inside(Named(outer, spot.scopes))
            if slot != "rows" or not isinstance(node, core.Aggregate) or not isinstance(outer, core.Compare):
                continue
            quota = aim.draft.value(spot, outer.right if node is outer.left else outer.left)
            rows = aim.rows(spot, node.rows)
            if not isinstance(quota, int) or isinstance(quota, bool) or not rows or quota > MOST_ROWS:
                return
            way = aim.choose.upto(2)
            if way == 1:
                aim.edge(spot, outer.left, outer.right, aim.choose.upto(2) - 1)
                return
            # all alike, or all but one of another kind left as they are
            for other in rows[1:] if way == 0 else ():
                aim.draft.remove(other)
            while len(aim.rows(spot, node.rows)) < quota + (way == 2):
                more = aim.new_row(spot, node.rows)
                if more is None:
                    return
                aim.like(more, rows[0])
            return

    def subject(self, draft: Draft, rule: core.Rule) -> Row | None:
        """The row of a rule's entity that a goal is reached for; one is added, with its owners, where there is none."""
        return self._some(draft, self.program.entities[rule.entity])

    def _some(self, draft: Draft, entity: core.Entity) -> Row | None:
        if entity.singleton:
            return draft.sole(entity.name)
        rows = draft.rows.get(entity.name, ())
        if rows:
            return rows[0]
        owner = self._some(draft, self.program.entities[entity.owner]) if entity.owner is not None else None
        return draft.add(entity, filled(self.domain, entity), owner)

    def _walk(self, aim: Aim, spot: Spot, turns: Sequence[Turn]) -> Spot | None:
        for node, slot, at in turns:
            match node, slot:
                case core.Let(), "let":
                    spot = spot.inside(Named(node, spot.scopes))
                case _, "sibling":
                    here = next((scope for scope in spot.scopes if isinstance(scope, Row)), None)
                    if here is None:
                        return None
                    spot = Spot(spot.rule, (here,))
                case core.Choose(), "case":
                    if not aim.case(spot, node, at):
                        return None
                case core.Choose(), "when":
                    for rival in node.cases[:at] if node.hit == "first" else ():
                        aim.make(spot, rival.when, False)
                case ((core.Every() | core.Some()), "among"):
                    # the others leave it open, so that this part decides
                    for other, part in enumerate(node.parts):
                        if other != at:
                            aim.make(spot, part, isinstance(node, core.Every))
                case core.Bands(), "band":
                    if not aim.band(spot, node, at):
                        return None
                case core.Switch(), "switch":
                    if not aim.adopt(node.reading, node.options[at].label):
                        return None
                case core.Lookup(), "cell":
                    if not aim.table_row(spot, node, at):
                        return None
                case ((core.Aggregate() | core.Within()), "rows"):
                    inner = self._row_inside(aim, spot, node, at)
                    if inner is None:
                        return None
                    spot = inner
                case _:
                    continue
        return spot

    def _row_inside(self, aim: Aim, spot: Spot, node: core.Aggregate | core.Within, at: int) -> Spot | None:
        rows = aim.rows(spot, node.rows)
        row = rows[0] if rows else aim.new_row(spot, node.rows)
        if row is None:
            return None
        inner = spot.inside(row)
        if at == 1 and node.where is not None and not aim.make(inner, node.where, True):
            return None
        return inner

    def _do(self, aim: Aim, spot: Spot, goal: Goal) -> None:
        node = goal.place.node
        match goal.kind, node:
            case "edge", _:
                assert goal.left is not None and goal.right is not None
                aim.edge(spot, goal.left, goal.right, goal.side)
            case "step", core.Increment():
                step = node.steps[goal.index // 10]
                threshold = _after(node, step, goal.index % 10)
                aim.edge(spot, node.measure, threshold, goal.side)
            case "choice", core.Choose():
                aim.case(spot, node, goal.index)
            case "choice", core.Bands():
                aim.band(spot, node, goal.index)
            case "row", core.Lookup() if goal.key is not None:
                for key, wanted in zip(node.keys, self.program.tables[node.table].rows[goal.index].keys, strict=True):
                    if wanted is not None and goal.key in wanted:
                        aim.assign(spot, key, goal.key)
            case "row", core.Lookup():
                aim.table_row(spot, node, goal.index)
            case "reading", core.Switch():
                aim.adopt(node.reading, node.options[goal.index].label)
            case "truth", (core.Every() | core.Some()) if goal.index >= 0:
                odd = isinstance(node, core.Some)
                for _ in range(2):
                    for at, part in enumerate(node.parts):
                        if at != goal.index:
                            aim.make(spot, part, not odd)
                    aim.make(spot, node.parts[goal.index], odd)
            case "truth", _:
                aim.make(spot, node, bool(goal.side))
            case _:
                return

    # ------------------------------------------------------------ constraints

    def mend(self, draft: Draft, choose: Chooser) -> None:
        """Bring every broken constraint to hold; where that fails, leave blank a fact that it reads."""
        for round_ in range(MOST_REPAIRS):
            broken = self._broken(draft)
            if not broken:
                return
            for rule, row in broken:
                spot = Spot(rule, (row,))
                aim = Aim(draft, self.domain, choose)
                if round_ < MOST_REPAIRS // 2 and aim.make(spot, rule.body, True):
                    continue
                self._blank(draft, aim, spot, rule)
        for _ in range(MOST_REPAIRS * 2):
            broken = self._broken(draft)
            for rule, row in broken:
                # what was left blank for one may have mended the next
                if draft.outcome(rule, row) is False:
                    self._blank(draft, Aim(draft, self.domain, choose), Spot(rule, (row,)), rule)
            if not broken:
                return

    def _broken(self, draft: Draft) -> list[tuple[core.Rule, Row]]:
        found = []
        for rule in self.constraints:
            entity = self.program.entities[rule.entity]
            for row in [draft.sole(entity.name)] if entity.singleton else list(draft.rows.get(entity.name, ())):
                if draft.outcome(rule, row) is False:
                    found.append((rule, row))
        return found

    def _blank(self, draft: Draft, aim: Aim, spot: Spot, rule: core.Rule) -> None:
        """Leave blank what a broken constraint reads, until nothing can be said against the facts any more."""
        subject = spot.scopes[-1]
        assert isinstance(subject, Row)
        folds = [node for node in everything(rule.body) if isinstance(node, core.Aggregate | core.Within)]
        cells = list(aim.leaves(spot, rule.body))
        for fold in folds:
            for row in aim.rows(spot, fold.rows):
                for part in (fold.where, fold.body if isinstance(fold, core.Aggregate) else fold.column):
                    cells += list(aim.leaves(spot.inside(row), part)) if part is not None else []
        for row, item in cells:
            if not item.key and isinstance(draft.cell(row, item.name), Known):
                draft.put(row, item.name, None)
                if draft.outcome(rule, subject) is not False:
                    return
        for fold in folds:
            for row in list(draft.rows.get(fold.rows.entity, ())):
                draft.remove(row)
            draft.rows.pop(fold.rows.entity, None)
            draft.touched()
            if draft.outcome(rule, subject) is not False:
                return

    # ------------------------------------------------------------ kinds of rows

    def by_kind(self, draft: Draft) -> None:
        """Leave blank what is asked of rows of another kind. No rule reads it, so that nothing else changes."""
        wrong = [
            (row, field)
            for entity, kind, fields in self.kinds
            for row in draft.rows.get(entity, ())
            if draft.outcome(kind, row) is False
            for field in fields
            if field in row.cells
        ]
        for row, field in wrong:
            row.cells[field] = Missing()
        if wrong:
            draft.touched()

    # ------------------------------------------------------------ what is missing

    def leave_out(self, draft: Draft, choose: Chooser, most: int) -> None:
        """Leave some facts blank, as if nobody had supplied them."""
        cells = [
            (row, item)
            for rows in draft.rows.values()
            for row in rows
            for item in row.entity.fields
            if not item.key and item.default is None and isinstance(draft.cell(row, item.name), Known)
        ]
        for _ in range(choose.upto(most)):
            if cells:
                row, item = choose.pick(cells)
                draft.put(row, item.name, None)

    def blocked(self, draft: Draft) -> bool:
        """Whether a wanted rule of some row has no value."""
        return any(
            isinstance(draft.outcome(rule, row), Blocked)
            for rule in self.wanted
            for row in (
                [draft.sole(rule.entity)]
                if self.program.entities[rule.entity].singleton
                else draft.rows.get(rule.entity, ())
            )
        )


def _after(node: core.Increment, step: core.Step, count: int) -> core.Expr:
    """The measure at which so many steps are full."""
    times = core.Apply("mul", (step.size, core.Const(count, type=step.size.type)), type=step.size.type)
    return core.Apply("add", (node.start, times), type=node.start.type)
