"""Owns 分摊 and 压减: a whole shared out by weight, claims scaled to a budget. Exact; the parts always sum to the whole."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from attrs import define, frozen

from policydsl.core.program import Share
from policydsl.core.values import Blocked, Exact, Lack, Outcome, exact
from policydsl.interpret.arithmetic import round_to
from policydsl.interpret.budget import fits
from policydsl.interpret.lack import Asker, Frame
from policydsl.interpret.rows import Run
from policydsl.interpret.siblings import Among, Column, Group, Reasons, naming
from policydsl.interpret.staged import Plain, Staged, new
from policydsl.interpret.strict import budget
from policydsl.interpret.trace import Portioning, Step, Unshared


@define
class Claims:
    """The totals and weights of a group on their way, then what each row gets."""

    totals: Column
    weights: Column
    parts: Blocked | dict[str, Portioning] | None = None


@frozen
class Sharing:
    """One 分摊 or 压减, ready to be worked out for any group. `common`: the whole is the same for all rows by how it is written."""

    node: Share
    total: Plain
    weight: Plain
    common: bool
    asker: Asker

    def portions(self, group: Group, run: Run) -> Blocked | dict[str, Portioning]:
        """What each row of a group gets."""
        claims: Claims | None = group.work
        if claims is None:
            rows = [sibling.row for sibling in group.rows]
            totals = Column(rows[:1] if self.common else rows, self.total, run)
            claims = group.work = Claims(totals, Column(rows, self.weight, run))
        if claims.parts is None:
            claims.parts = self._parts(group, claims, run)
        return claims.parts

    def _parts(self, group: Group, claims: Claims, run: Run) -> Blocked | dict[str, Portioning]:
        totals, weights = claims.totals.whole(), claims.weights.whole()
        reasons = Reasons()
        for place, sibling in enumerate(group.rows):
            frame = (sibling.row, run)
            if isinstance(sibling.held, Blocked):
                reasons.add(sibling.held)
            blocked = self.asker.strict(frame, (*totals[place : place + 1], weights[place]))
            if blocked is not None:
                reasons.add(blocked)
        if reasons.blocked is not None:
            return reasons.blocked
        # Reasons that concern the whole group name its first row, whoever asks.
        frame = (group.rows[0].row, run)
        keys = [sibling.row.key for sibling in group.rows]
        return self._fault(keys, totals, weights, frame) or self._shared(group, totals[0], weights, frame)

    def _fault(self, keys: list[str], totals: list[Any], weights: list[Any], frame: Frame) -> Blocked | None:
        """What the rows contradict each other in."""
        say = self.asker.say
        if any(total != totals[0] for total in totals):
            other = next(place for place, total in enumerate(totals) if total != totals[0])
            detail = say(
                f"「{keys[0]}」和「{keys[other]}」要分的总额不同",
                f"the totals of 「{keys[0]}」 and 「{keys[other]}」 differ",
            )
            return self.asker.lack(frame, Lack.CONFLICT, detail)
        negative = [key for key, weight in zip(keys, weights, strict=True) if weight < 0]
        if negative:
            names = naming(self.asker, negative, len(negative))
            detail = say(f"{names}的权重或申请额小于零", f"the weight or claim of {names} is below zero")
            return self.asker.lack(frame, Lack.UNDEFINED, detail)
        if self.node.kind == "scale" and totals[0] < 0:
            detail = say("可用的总额小于零", "the budget is below zero")
            return self.asker.lack(frame, Lack.UNDEFINED, detail)
        return None

    def _shared(
        self, group: Group, total: Exact, weights: list[Exact], frame: Frame
    ) -> Blocked | dict[str, Portioning]:
        whole: Exact = 0
        for weight in weights:
            whole = exact(whole + weight)
            if not fits(whole):
                raise budget(self.asker, frame)
        entity, of, common = self.node.among.entity, len(group.rows), group.keys
        keys = [sibling.row.key for sibling in group.rows]
        if self.node.kind == "scale" and whole <= total:
            return {
                key: Portioning(entity, of, total, weight, whole, weight, weight, 0, True, common)
                for key, weight in zip(keys, weights, strict=True)
            }
        if whole == 0:
            if total != 0:
                detail = self.asker.say("没有可以分给的对象\uff0c或权重全为零", "there is nobody to share with")
                return self.asker.lack(frame, Lack.UNDEFINED, detail)
            return {key: Portioning(entity, of, 0, 0, 0, 0, 0, 0, False, common) for key in keys}
        parts = [exact(Fraction(total * weight) / whole) for weight in weights]
        if not all(map(fits, parts)):
            raise budget(self.asker, frame)
        place = self.node.place
        rounded = parts if place is None else [round_to(part, place, "down") for part in parts]
        taker, rest = -1, 0 if place is None else exact(total - sum(rounded))
        if rest:
            taker = self._taker(weights)
        return {
            key: Portioning(entity, of, total, weight, whole, part, down, rest if at == taker else 0, False, common)
            for at, (key, weight, part, down) in enumerate(zip(keys, weights, parts, rounded, strict=True))
        }

    def _taker(self, weights: list[Exact]) -> int:
        """The row that the remainder goes to."""
        match self.node.remainder:
            case "first":
                return 0
            case "last":
                return len(weights) - 1
            case "largest":
                # the largest weight has the largest part, of a negative whole too
                return max(range(len(weights)), key=weights.__getitem__)


def share(node: Share, among: Among, shown: Staged, sharing: Sharing) -> Staged:
    """分摊, 压减: what this row gets. `shown` gives the step of the whole, seen from this row."""

    def compute(frame: Frame) -> tuple[Outcome, Portioning | None]:
        row, run = frame[-2:]
        stand = among.stand(row, run)
        if stand.held is False:
            return 0, None
        if stand.blocked is not None:
            return stand.blocked, None
        portions = sharing.portions(stand.group, run)
        if isinstance(portions, Blocked):
            return portions, None
        mine = portions[row.key]
        return exact(mine.rounded + mine.remainder), mine

    def traced(frame: Frame) -> Step:
        step = shown.traced(frame)
        outcome, note = compute(frame)
        return new(Step, (node, outcome, (step,), unshared(frame, step) if note is None else note))

    def unshared(frame: Frame, step: Step) -> Unshared | None:
        """What nobody shares: every row is left out for certain, and there is something to be shared out."""
        total = step.outcome
        if node.kind != "split" or node.among.where is None or not isinstance(total, int | Fraction) or total == 0:
            return None
        stand = among.stand(*frame[-2:])
        if stand.held is not False or stand.blocked is not None or stand.group.rows:
            return None
        return Unshared(node.among.entity, stand.group.first, total)

    return Staged(traced, lambda frame: compute(frame)[0])
