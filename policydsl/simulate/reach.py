"""Owns what a rule can come to while one fact lies anywhere in a range: bounds that no value of the fact can leave.

Every expression that the fact can move is worked out on ranges: from the least and the greatest of its parts come a least and a
greatest of its own. Everything else is left to the reference. The bounds are sure and not always tight: what has no bound here
(ranking, sharing, running sums, lists) has none at all. A range of one value gives just that value wherever it has bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from policydsl.core import program as core
from policydsl.core.facts import Facts, Record
from policydsl.core.operators import OPERATIONS, Undefined
from policydsl.core.values import Absent, Blocked, Exact, NotApplicable, Outcome
from policydsl.core.walk import everything, row_parts, rows_parts
from policydsl.interpret import reads
from policydsl.interpret.arithmetic import round_to, whole_steps
from policydsl.interpret.lack import Asker, CountRange, Frame
from policydsl.interpret.rows import Run
from policydsl.interpret.scopes import Scopes
from policydsl.interpret.stage import Body, Stager
from policydsl.interpret.staged import Plain
from policydsl.interpret.tables import Tables
from policydsl.simulate import spans
from policydsl.simulate.spans import ANY, NEVER, Span, both, can_fail, can_hold, hull, point

Address = tuple[str, str, str]


class Reach:
    """One program on facts of which one (`fact`: entity, key, name) lies in a range; `moved` are the rules that it can move."""

    def __init__(
        self, program: core.Program, readings: Mapping[str, str], on: Any, facts: Facts, fact: Address, moved: set[Any]
    ) -> None:
        self._program, self._fact, self._moved = program, fact, moved
        self._stager = Stager(program, readings, on)
        rules = tuple([self._stager.rule(rule) for rule in program.rules])
        self._run = Run(program, rules, self._stager.boxes, Tables(facts.tables), traced=False)
        self._scopes = Scopes()
        self._plains: dict[tuple[int, tuple[str, str]], Plain] = {}
        self._moves: dict[int, bool] = {}
        self._fixed: dict[tuple[tuple[str, str], str], Span] = {}
        self._now: dict[tuple[tuple[str, str], str], Span] = {}
        self._range = ANY
        self._looked = False
        self._asker = Asker(program, program.rules[0])

    def bounds(self, target: Address, low: Exact, high: Exact) -> Span:
        """What the target can come to while the fact lies from `low` to `high`, both included."""
        self._range = Span(low, high)
        self._now = {}
        entity, key, name = target
        try:
            return self._of_rule(self._program.rule_index[entity, name], self._run.index(entity)[key])
        except RecursionError:
            return ANY

    # ------------------------------------------------------------ rules and what does not move

    def _of_rule(self, rule: core.Rule, row: Record) -> Span:
        """What a rule can say of a row. What turns out not to look at the fact is kept for good."""
        at = rule.id, row.key
        kept = self._fixed.get(at)
        if kept is not None:
            return kept
        found = self._now.get(at)
        if found is not None:
            self._looked = True
            return found
        looked, asker = self._looked, self._asker
        self._looked, self._asker = False, Asker(self._program, rule)
        found = self._of(rule.body, (row, self._run))
        (self._now if self._looked else self._fixed)[at] = found
        self._looked, self._asker = looked or self._looked, asker
        return found

    def _moving(self, node: core.Expr, frame: Frame) -> bool:
        """Whether the fact can have a say in an expression."""
        known = self._moves.get(id(node))
        if known is None:
            known = self._moves[id(node)] = any(self._touched(inner) for inner in everything(node))
        return known or any(type(frame[depth]) is Span for depth in self._scopes.reach(node))

    def _touched(self, node: core.Expr) -> bool:
        match node:
            case core.FieldRead(entity=entity, name=name):
                return (entity, name) == (self._fact[0], self._fact[2])
            case core.RuleRead(entity=entity, name=name):
                return (entity, name) in self._moved
            case core.Lookup(table=table, column=column):
                cells = [row.cells[column] for row in self._program.tables[table].rows]
                return any(self._touched(inner) for cell in cells for inner in everything(cell))
        return False

    def _plain(self, node: core.Expr, frame: Frame) -> Outcome:
        """What the reference says of an expression that does not move."""
        at = id(node), self._asker.rule.id
        plain = self._plains.get(at)
        if plain is None:
            plain = self._plains[at] = Body(self._stager, self._asker).plain(node)
            self._run.boxes.extend([None] * (self._stager.boxes - len(self._run.boxes)))
        return plain(frame)

    def _key(self, ref: core.Keyed) -> Plain:
        return lambda frame: self._plain(ref.key, frame)

    # ------------------------------------------------------------ expressions

    def _of(self, node: core.Expr, frame: Frame) -> Span:
        if not self._moving(node, frame):
            return lifted(self._plain(node, frame))
        match node:
            case core.FieldRead() | core.RuleRead():
                return self._read(node, frame)
            case core.Local(depth=depth):
                self._looked = True
                found: Span = frame[depth]
                return found
            case core.Let(value=value, body=body):
                named = self._of(value, frame) if self._moving(value, frame) else self._plain(value, frame)
                return self._of(body, (named, *frame))
            case core.Apply(op=op, args=args):
                return self._apply(op, [self._of(arg, frame) for arg in args])
            case core.Compare(op=op, left=left, right=right):
                return spans.compared(op, self._of(left, frame), self._of(right, frame))
            case core.Every(parts=parts):
                return spans.at_least([self._of(part, frame) for part in parts], len(parts))
            case core.Some(parts=parts, at_least=wanted):
                return spans.at_least([self._of(part, frame) for part in parts], wanted)
            case core.Not(part=part):
                inner = self._of(part, frame)
                return both(can_fail(inner), can_hold(inner))
            case core.OneOf(item=item, options=options):
                one = self._of(item, frame)
                return spans.at_least([spans.compared("eq", one, self._of(choice, frame)) for choice in options], 1)
            case core.Choose():
                return self._choose(node, frame)
            case core.Bands():
                return self._bands(node, frame)
            case core.Brackets():
                return self._brackets(node, frame)
            case core.Increment():
                return self._increment(node, frame)
            case core.Limit():
                return self._limit(node, frame)
            case core.Pick(kind=kind, options=choices):
                return spans.best(kind, [self._of(choice.value, frame) for choice in choices])
            case core.Round(mode=mode, place=place, body=body):
                return spans.rising(self._of(body, frame), lambda value: round_to(value, place, mode))
            case core.Lookup():
                return self._lookup(node, frame)
            case core.Aggregate():
                return self._aggregate(node, frame)
            case core.Switch(reading=reading, options=choices):
                adopted = self._stager.readings[reading]
                return next(self._of(choice.value, frame) for choice in choices if choice.label == adopted)
            case core.IfInapplicable(body=body, instead=instead):
                inner = self._of(body, frame)
                return hull([inner, self._of(instead, frame)]) if inner.absent else inner
            case core.Has(body=body):
                inner = self._of(body, frame)
                return both(inner.some, inner.absent)
        return self._anything()

    def _anything(self) -> Span:
        self._looked = True
        return ANY

    def _read(self, node: core.FieldRead | core.RuleRead, frame: Frame) -> Span:
        if any(self._moving(part, frame) for part in row_parts(node.row)):
            return self._anything()
        row = reads.row_finder(node.row, self._asker, self._key)(frame)
        if row is None:
            return Span(None, None, some=False, absent=True)
        if not isinstance(row, Record):
            return NEVER
        if isinstance(node, core.RuleRead):
            return self._of_rule(self._program.rule_index[node.entity, node.name], row)
        if (node.entity, row.key, node.name) == self._fact:
            self._looked = True
            return self._range
        return lifted(self._plain(node, frame))

    def _apply(self, op: str, parts: Sequence[Span]) -> Span:
        if any(not part.some for part in parts):
            return NEVER
        if all(part.one for part in parts):
            try:
                return point(OPERATIONS[op].apply(*(part.low for part in parts)))
            except Undefined:
                return NEVER
        arithmetic = spans.ARITHMETIC.get(op)
        return arithmetic(*parts) if arithmetic is not None else self._anything()

    # ------------------------------------------------------------ choices

    def _choose(self, node: core.Choose, frame: Frame) -> Span:
        found, rest = [], True
        for case in node.cases:
            when = self._of(case.when, frame)
            if can_hold(when):
                found.append(self._of(case.value, frame))
            if not can_fail(when):
                rest = False
                if node.hit == "first":
                    break
        if rest and node.otherwise is not None:
            found.append(self._of(node.otherwise, frame))
        return hull(found)

    def _bands(self, node: core.Bands, frame: Frame) -> Span:
        measure, bounds = self._of(node.measure, frame), [self._of(row.bound, frame) for row in node.rows]
        if not all(part.some for part in (measure, *bounds)):
            return NEVER
        words: tuple[core.Comparator, core.Comparator] = ("ge", "gt") if node.side == "lower" else ("le", "lt")
        met = [
            spans.compared(words[0] if row.inclusive else words[1], measure, bound)
            for row, bound in zip(node.rows, bounds, strict=True)
        ]
        # the rows that come before this one when the band is looked for: from the last up, from the first down
        order = list(range(len(met)))
        if node.side == "lower":
            order.reverse()
        found = []
        for at in order:
            if can_hold(met[at]):
                found.append(self._of(node.rows[at].value, frame))
            if not can_fail(met[at]):
                return hull(found)
        return hull([*found, self._of(node.otherwise, frame)])

    def _lookup(self, node: core.Lookup, frame: Frame) -> Span:
        keys = [self._of(key, frame) for key in node.keys]
        if not all(key.some for key in keys):
            return NEVER
        rows = self._program.tables[node.table].rows
        if all(key.one for key in keys):
            index = self._stager.matcher(node.table)([key.low for key in keys])
            return self._of(rows[index].cells[node.column], frame[-2:]) if index >= 0 else NEVER
        fitting = [row for row in rows if row.otherwise or all(map(_may_match, row.keys, keys))]
        return hull([self._of(row.cells[node.column], frame[-2:]) for row in fitting])

    # ------------------------------------------------------------ amounts

    def _brackets(self, node: core.Brackets, frame: Frame) -> Span:
        measure, total = self._of(node.measure, frame), point(0)
        if not measure.some:
            return NEVER
        for piece in node.slices:
            start, rate = self._of(piece.start, frame), self._of(piece.rate, frame)
            end = self._of(piece.end, frame) if piece.end is not None else None
            if not start.some or not rate.some or (end is not None and not end.some):
                return NEVER
            upto = measure if end is None else spans.best("min", [measure, end])
            part = spans.best("max", [spans.ARITHMETIC["sub"](upto, start), point(0)])
            total = spans.ARITHMETIC["add"](total, spans.ARITHMETIC["mul"](part, rate))
        return total

    def _increment(self, node: core.Increment, frame: Frame) -> Span:
        measure, start = self._of(node.measure, frame), self._of(node.start, frame)
        most = self._of(node.most_steps, frame) if node.most_steps is not None else None
        extra = self._of(node.at_start, frame) if node.at_start is not None else point(0)
        needed, amounts = [measure, start, extra, *((most,) if most is not None else ())], []
        for step in node.steps:
            size, award = self._of(step.size, frame), self._of(step.award, frame)
            needed += [size, award]
            if not all(part.some for part in needed):
                return NEVER
            count = _steps(measure, start, size, node.started)
            if most is not None:
                whole = spans.rising(most, lambda value: max(0, int(value // 1)))
                count = spans.best("min", [count, whole])
            amounts.append(spans.ARITHMETIC["mul"](count, award))
        if node.join == "sum":
            given = point(0)
            for amount in amounts:
                given = spans.ARITHMETIC["add"](given, amount)
        else:
            given = spans.best(node.join, amounts)
        reached, more = spans.compared("ge", measure, start), spans.ARITHMETIC["add"](given, extra)
        return hull([*((more,) if can_hold(reached) else ()), *((given,) if can_fail(reached) else ())])

    def _limit(self, node: core.Limit, frame: Frame) -> Span:
        value = self._of(node.body, frame)
        for bound in node.bounds:
            when = self._of(bound.when, frame) if bound.when is not None else point(True)
            found = [value] if can_fail(when) else []
            if can_hold(when):
                found.append(spans.best("min" if bound.kind == "cap" else "max", [value, self._of(bound.limit, frame)]))
            value = hull(found)
        return value

    # ------------------------------------------------------------ folds

    def _aggregate(self, node: core.Aggregate, frame: Frame) -> Span:
        if node.fold in ("distinct", "list", "first", "last"):
            return self._anything()
        if any(self._moving(part, frame) for part in rows_parts(node.rows)):
            return self._anything()
        found = reads.rows_finder(node.rows, self._asker, self._key)(frame)
        met = [self._met(node, (row, *frame)) for row in found.rows]
        lacking = found.lacking is not None
        match node.fold:
            case "count":
                most = sum(can_hold(when) or not (when.some or when.absent) for when, _ in met) + len(found.absent)
                least = sum(can_hold(when) and not can_fail(when) and not when.absent for when, _ in met)
                return Span(least, None if lacking and not found.absent else most)
            case "any":
                return both(
                    any(can_hold(when) and can_hold(body) for when, body in met),
                    not lacking and all(_passed(when) or can_fail(body) or body.absent for when, body in met),
                )
            case "all":
                return both(
                    not lacking and all(_passed(when) or can_hold(body) or body.absent for when, body in met),
                    any(can_hold(when) and can_fail(body) for when, body in met),
                )
        if lacking:
            return NEVER
        if node.fold == "sum":
            total = point(0)
            for when, body in met:
                kept = [body] if can_hold(when) and body.some else []
                spared = [point(0)] if _passed(when) or (can_hold(when) and body.absent) else []
                total = spans.ARITHMETIC["add"](total, hull([*kept, *spared]))
            return total
        taken = [(when, body) for when, body in met if can_hold(when) and body.some]
        sure = [body for when, body in taken if not can_fail(when) and not when.absent and not body.absent]
        some = hull([body for _, body in taken])
        if not sure:
            return hull([some, self._of(node.empty, frame)]) if node.empty is not None else some
        if node.fold == "mean":
            return some
        edge = spans.best(node.fold, sure)
        return Span(edge.low, some.high) if node.fold == "max" else Span(some.low, edge.high)

    def _met(self, node: core.Aggregate, frame: Frame) -> tuple[Span, Span]:
        """Whether a row counts, and what of it."""
        when = self._of(node.where, frame) if node.where is not None else point(True)
        return when, self._of(node.body, frame) if node.body is not None else point(True)


def lifted(outcome: Outcome) -> Span:
    """What is known, as a range."""
    if isinstance(outcome, CountRange):
        return Span(outcome.low, None if isinstance(outcome.high, float) else outcome.high)
    if isinstance(outcome, Blocked):
        return NEVER
    if isinstance(outcome, Absent | NotApplicable):
        return Span(None, None, some=False, absent=True)
    return point(outcome)


def _passed(when: Span) -> bool:
    """Whether a filter may pass a row over."""
    return can_fail(when) or when.absent


def _may_match(accepted: Sequence[Any] | None, key: Span) -> bool:
    if accepted is None:
        return True
    return any(
        spans.overlap(key, choice.low, choice.high)
        if isinstance(choice, core.Interval)
        else spans.overlap(key, choice, choice)
        for choice in accepted
    )


def _steps(measure: Span, start: Span, size: Span, started: bool) -> Span:
    """How many steps there can be beyond the start."""
    if size.one and size.low <= 0:
        return NEVER
    if size.low is None or size.low <= 0:
        return Span(0, None)
    open_low = measure.low is None or start.high is None or size.high is None
    open_high = measure.high is None or start.low is None
    return Span(
        0 if open_low else whole_steps(measure.low, start.high, size.high, started),
        None if open_high else whole_steps(measure.high, start.low, size.low, started),
    )
