"""Owns the walk: an expression, the scopes around it, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from attrs import frozen

from policydsl.core import program as core
from policydsl.core.facts import Facts, Record
from policydsl.core.operators import OPERATIONS, Undefined
from policydsl.core.program import Expr, Program, Rule
from policydsl.core.values import NONE, Blocked, Lack, NotApplicable, Outcome, exact
from tests.second import rows_apart
from tests.second.scene import Address, Asker, Open, Scene, days, empty, plain, rounded, same, together

Scopes = tuple[Any, ...]
"""What is in scope, innermost first: a `Record`, or a `Named` value."""


@frozen
class Named:
    """The value that a `Let` named."""

    outcome: Outcome


class Walk:
    """One pass over given facts under given readings."""

    def __init__(self, program: Program, scene: Scene, readings: Mapping[str, str], on: date | None) -> None:
        self.program, self.scene, self.readings, self.on = program, scene, readings, on
        self.found: dict[Address, Outcome] = {}
        self.read: dict[Address, set[Address]] = {}
        self.reading_now: list[set[Address]] = []

    # ------------------------------------------------------------ rules and facts

    def rule(self, rule: Rule, row: Record) -> Outcome:
        """What a rule gives for a row, and which cells it looked at."""
        at = (rule.entity, row.key, rule.name)
        if at not in self.found:
            self.reading_now.append(set())
            self.found[at] = self.of(rule.body, (row,), Asker(rule, row))
            self.read[at] = self.reading_now.pop()
        if self.reading_now:
            self.reading_now[-1] |= self.read[at]
        return self.found[at]

    def fact(self, row: Record, entity: str, name: str) -> Outcome:
        if self.reading_now:
            self.reading_now[-1].add((entity, row.key, name))
        return self.scene.cell(row, entity, name)

    def target(self, ref: core.RowRef, scopes: Scopes, asker: Asker) -> Record | Outcome:
        """The row that is meant; NONE where a child that may be absent is absent."""
        match ref:
            case core.Here(depth=depth):
                found: Record = scopes[depth]
                return found
            case core.Sole(entity=entity):
                return self.scene.sole(entity)
            case core.Owner(of=of, entity=entity):
                below = self.target(of, scopes, asker)
                if not isinstance(below, Record):
                    return below
                if self.program.entities[entity].singleton:
                    return self.scene.sole(entity)
                if below.parent is None:
                    return self.scene.no_row(entity, "")
                return self.scene.row(entity, below.parent) or self.scene.no_row(entity, below.parent)
            case core.Keyed(entity=entity, key=key):
                value = self.of(key, scopes, asker)
                if not plain(value):
                    return value if isinstance(value, Blocked) else NONE
                text = key_text(value)
                return self.scene.row(entity, text) or self.scene.no_row(entity, text)
            case core.OnlyChild(of=of, entity=entity):
                above = self.target(of, scopes, asker)
                if not isinstance(above, Record):
                    return above
                if entity not in self.scene.tables:
                    return self.scene.no_child(entity, above.key)
                mine, strays = self.scene.owned(entity, above.key), self.scene.owned(entity, None)
                if strays and not mine:
                    return together([self.scene.no_owner(entity, row.key) for row in strays])
                return next(iter(mine), NONE)
        raise AssertionError(ref)

    def gathered(self, rows: core.Rows, scopes: Scopes, asker: Asker) -> tuple[list[Record], list[Blocked], bool]:
        """The rows of an aggregate, the reasons for rows that should be there and are not, and whether any number may be."""
        entity = rows.entity
        if isinstance(rows, core.Children):
            above = self.target(rows.of, scopes, asker)
            if isinstance(above, Blocked):
                return [], [above], True
            if not isinstance(above, Record):
                return [], [], False
            if entity not in self.scene.tables:
                return [], [self.scene.no_child(entity, above.key)], True
            own, strays = self.scene.owned(entity, above.key), self.scene.owned(entity, None)
            return own, [self.scene.no_owner(entity, row.key) for row in strays], False
        if entity not in self.scene.tables and not self.program.entities[entity].singleton:
            return [], [self.scene.no_child(entity, "")], True
        absent = self.scene.absent_members(entity)
        if absent:
            return list(self.scene.rows(entity)), [self.scene.no_row(entity, key) for key in absent], False
        return list(self.scene.rows(entity)), [], False

    # ------------------------------------------------------------ expressions

    def all_of(self, nodes: Sequence[Expr], scopes: Scopes, asker: Asker) -> list[Outcome] | Blocked:
        """The values of all, or why there are not all of them."""
        return values([self.of(node, scopes, asker) for node in nodes], asker)

    def of(self, node: Expr, scopes: Scopes, asker: Asker) -> Outcome:
        """What an expression gives."""
        match node:
            case core.Const(value=value):
                return value
            case core.FieldRead(row=ref, entity=entity, name=name):
                row = self.target(ref, scopes, asker)
                return self.fact(row, entity, name) if isinstance(row, Record) else row
            case core.RuleRead(row=ref, entity=entity, name=name):
                row = self.target(ref, scopes, asker)
                if not isinstance(row, Record):
                    return row
                return self.rule(self.program.rule_index[entity, name], row)
            case core.Local(depth=depth):
                return scopes[depth].outcome  # type: ignore[no-any-return]
            case core.Let(value=value, body=body):
                return self.of(body, (Named(self.of(value, scopes, asker)), *scopes), asker)
            case core.OnDay():
                return self.on if self.on is not None else Blocked(asker.says(Lack.MISSING).causes)
            case core.Pending(reason=reason):
                return asker.says(Lack.DECISION, reason)
            case core.Inapplicable(reason=reason):
                return NotApplicable(reason)
            case core.Apply(op=op, args=args):
                got = self.all_of(args, scopes, asker)
                if isinstance(got, Blocked):
                    return got
                try:
                    return OPERATIONS[op].apply(*got)
                except Undefined as error:
                    return asker.says(Lack.UNDEFINED, str(error))
            case core.Compare(op=op, left=left, right=right):
                return compared(op, self.of(left, scopes, asker), self.of(right, scopes, asker), asker)
            case core.Every(parts=parts):
                return every([self.of(part, scopes, asker) for part in parts], asker)
            case core.Some(parts=parts, at_least=wanted):
                got_parts = [self.of(part, scopes, asker) for part in parts]
                sure = sum(part is True for part in got_parts)
                possible = sum(part is not False for part in got_parts)
                if sure >= wanted or possible < wanted:
                    return sure >= wanted
                return undecided(got_parts, asker)
            case core.Not(part=part):
                outcome = self.of(part, scopes, asker)
                return (not outcome) if isinstance(outcome, bool) else undecided([outcome], asker)
            case core.OneOf(item=item, options=options):
                one = self.of(item, scopes, asker)
                answers = [compared("eq", one, self.of(option, scopes, asker), asker) for option in options]
                return True if True in answers else undecided(answers, asker) if blocked(answers) else False
            case core.Within():
                return self.within(node, scopes, asker)
            case core.Choose():
                return self.choose(node, scopes, asker)
            case core.Bands():
                return self.bands(node, scopes, asker)
            case core.Brackets():
                return self.brackets(node, scopes, asker)
            case core.Increment():
                return self.increment(node, scopes, asker)
            case core.Limit(body=body, bounds=bounds):
                return self.limit(self.of(body, scopes, asker), bounds, scopes, asker)
            case core.Pick(kind=kind, options=choices):
                got = self.all_of([choice.value for choice in choices], scopes, asker)
                return got if isinstance(got, Blocked) else (max if kind == "max" else min)(got)  # type: ignore[type-var]
            case core.Round(mode=mode, place=place, body=body):
                got = self.all_of((body,), scopes, asker)
                return got if isinstance(got, Blocked) else exact(rounded(mode, place, number(got[0])))
            case core.Lookup(table=table, keys=keys, column=column):
                return self.lookup(self.program.tables[table], keys, column, scopes, asker)
            case core.Switch(reading=reading, options=choices):
                adopted = self.readings.get(reading, self.program.readings[reading].adopted)
                return next(self.of(choice.value, scopes, asker) for choice in choices if choice.label == adopted)
            case core.IfInapplicable(body=body, instead=instead):
                outcome = self.of(body, scopes, asker)
                return self.of(instead, scopes, asker) if empty(outcome) else outcome
            case core.Has(body=body):
                outcome = self.of(body, scopes, asker)
                return Blocked(outcome.causes) if isinstance(outcome, Blocked) else not empty(outcome)
            case core.UnmetTasks(parts=choices):
                got = self.all_of([choice.value for choice in choices], scopes, asker)
                if isinstance(got, Blocked):
                    return got
                return tuple(choice.label for choice, met in zip(choices, got, strict=True) if met is False)
            case core.Aggregate():
                return self.aggregate(node, scopes, asker)
            case core.Running() | core.Previous() | core.Rank() | core.Share():
                return rows_apart.outcome(self, node, scopes, asker)
        raise AssertionError(node)

    def choose(self, node: core.Choose, scopes: Scopes, asker: Asker) -> Outcome:
        lack = Lack.NOT_IN_FORCE if node.form == "dated" else Lack.CONFLICT
        if node.hit == "first":
            for case in node.cases:
                holds = self.of(case.when, scopes, asker)
                if holds is True:
                    return self.of(case.value, scopes, asker)
                if holds is not False:
                    return undecided([holds], asker)
            return asker.says(lack) if node.otherwise is None else self.of(node.otherwise, scopes, asker)
        answers = [self.of(case.when, scopes, asker) for case in node.cases]
        hits = [case for case, answer in zip(node.cases, answers, strict=True) if answer is True]
        if node.hit == "unique" and len(hits) > 1:
            return asker.says(Lack.CONFLICT)
        if node.hit == "agree" and len(hits) > 1:
            outcomes = [self.of(case.value, scopes, asker) for case in hits]
            known = [outcome for outcome in outcomes if not isinstance(outcome, Blocked)]
            if any(not same(known[0], other) for other in known[1:]):
                return asker.says(Lack.CONFLICT)
            if blocked(outcomes) or any(not isinstance(answer, bool) for answer in answers):
                return undecided([*outcomes_blocked(outcomes), *answers], asker)
            return known[0]
        if any(not isinstance(answer, bool) for answer in answers):
            return undecided(answers, asker)
        if hits:
            return self.of(hits[0].value, scopes, asker)
        return asker.says(lack) if node.otherwise is None else self.of(node.otherwise, scopes, asker)

    def bands(self, node: core.Bands, scopes: Scopes, asker: Asker) -> Outcome:
        got = self.all_of((node.measure, *(row.bound for row in node.rows)), scopes, asker)
        if isinstance(got, Blocked):
            return got
        measure, *bounds = [number(value) for value in got]
        if not ascending(bounds, [row.inclusive for row in node.rows], node.side):
            return asker.says(Lack.CONFLICT)
        pairs = list(zip(node.rows, bounds, strict=True))
        if node.side == "lower":
            reached = [row for row, bound in pairs if measure > bound or (row.inclusive and measure == bound)]
            return self.of(reached[-1].value if reached else node.otherwise, scopes, asker)
        within = [row for row, bound in pairs if measure < bound or (row.inclusive and measure == bound)]
        return self.of(within[0].value if within else node.otherwise, scopes, asker)

    def brackets(self, node: core.Brackets, scopes: Scopes, asker: Asker) -> Outcome:
        parts = [self.of(node.measure, scopes, asker)]
        for piece in node.slices:
            parts += [self.of(piece.start, scopes, asker), self.of(piece.rate, scopes, asker)]
            if piece.end is not None:
                parts.append(self.of(piece.end, scopes, asker))
        got = values(parts, asker)
        if isinstance(got, Blocked):
            return got
        measure, total = number(got[0]), Fraction(0)
        for piece in node.slices:
            start = number(self.of(piece.start, scopes, asker))
            end = None if piece.end is None else number(self.of(piece.end, scopes, asker))
            if end is not None and end < start:
                return asker.says(Lack.CONFLICT)
            top = measure if end is None else min(measure, end)
            total += max(Fraction(0), Fraction(top - start)) * number(self.of(piece.rate, scopes, asker))
        return exact(total)

    def increment(self, node: core.Increment, scopes: Scopes, asker: Asker) -> Outcome:
        extras = [extra for extra in (node.at_start, node.most_steps) if extra is not None]
        needed = [node.measure, node.start, *extras]
        for step in node.steps:
            needed += [step.size, step.award]
        got = self.all_of(needed, scopes, asker)
        if isinstance(got, Blocked):
            return got
        measure, start = number(got[0]), number(got[1])
        routes = []
        for step in node.steps:
            size, award = number(self.of(step.size, scopes, asker)), number(self.of(step.award, scopes, asker))
            if size <= 0:
                return asker.says(Lack.UNDEFINED)
            share = Fraction(measure - start) / size
            steps = -(-share.numerator // share.denominator) if node.started else share.numerator // share.denominator
            most = steps if node.most_steps is None else number(self.of(node.most_steps, scopes, asker)) // 1
            routes.append(max(0, min(steps, most)) * award)
        total = {"max": max, "min": min, "sum": sum}[node.join](routes)  # type: ignore[operator]
        if node.at_start is not None and measure >= start:
            total += number(self.of(node.at_start, scopes, asker))
        return exact(total)

    def limit(self, body: Outcome, bounds: Sequence[core.Bound], scopes: Scopes, asker: Asker) -> Outcome:
        met: list[Outcome] = [body]
        limits: list[tuple[str, Outcome]] = []
        for bound in bounds:
            holds = True if bound.when is None else self.of(bound.when, scopes, asker)
            if holds is False:
                continue
            limit = self.of(bound.limit, scopes, asker) if holds is True else holds
            met.append(limit)
            limits.append((bound.kind, limit))
        got = values(met, asker)
        if isinstance(got, Blocked):
            return got
        amount = got[0]
        for kind, limit in limits:
            amount = min(amount, limit) if kind == "cap" else max(amount, limit)  # type: ignore[type-var]
        return amount

    def lookup(self, table: core.Table, keys: Sequence[Expr], column: str, scopes: Scopes, asker: Asker) -> Outcome:
        got = self.all_of(keys, scopes, asker)
        if isinstance(got, Blocked):
            return got
        for last in (False, True):
            for row in table.rows:
                if row.otherwise is last and all(accepts(one, key) for one, key in zip(row.keys, got, strict=True)):
                    return self.of(row.cells[column], (asker.row,), asker)
        return asker.says(Lack.CONFLICT)

    def met(
        self, node: core.Within | core.Aggregate, scopes: Scopes, asker: Asker
    ) -> tuple[list[tuple[Record, Outcome]], list[Blocked], bool]:
        """The rows that count or may count, with what their filter says; a filter without an answer leaves its row out."""
        rows, lacking, endless = self.gathered(node.rows, scopes, asker)
        met = [(row, True if node.where is None else self.of(node.where, (row, *scopes), asker)) for row in rows]
        return [(row, counts) for row, counts in met if counts is True or isinstance(counts, Blocked)], lacking, endless

    def within(self, node: core.Within, scopes: Scopes, asker: Asker) -> Outcome:
        item = self.of(node.item, scopes, asker)
        met, lacking, _ = self.met(node, scopes, asker)
        answers: list[Outcome] = list(lacking)
        for row, counts in met:
            value = self.of(node.column, (row, *scopes), asker)
            answer = False if empty(value) and counts is True else compared("eq", item, value, asker)
            if answer is not False:
                answers.append(answer if counts is True else counts)
        if True in answers:
            return True
        return undecided(answers, asker) if blocked(answers) else False

    # ------------------------------------------------------------ aggregates

    def aggregate(self, node: core.Aggregate, scopes: Scopes, asker: Asker) -> Outcome:
        met, lacking, endless = self.met(node, scopes, asker)
        if node.fold in ("first", "last"):
            return self.end(node, met, lacking, scopes, asker)
        taken: list[Any] = []
        whys: list[Blocked] = []
        for row, counts in met:
            value = None if node.body is None else self.of(node.body, (row, *scopes), asker)
            if isinstance(counts, Blocked):
                if node.fold in ("any", "all") and value is (node.fold == "all"):
                    continue
                whys.append(counts)
            elif isinstance(value, Blocked):
                whys.append(value)
            elif node.body is None or not empty(value):  # type: ignore[arg-type]
                taken.append(value)
        unsure = len(whys) + sum(len(item.causes) for item in lacking)
        whys += lacking
        if node.fold in ("any", "all"):
            decides = node.fold == "any"
            return decides if decides in taken else together(whys) if whys else not decides
        if node.fold in ("count", "distinct"):
            sure = len(taken) if node.fold == "count" else len(distinct(taken))
            return Open(together(whys).causes, sure, None if endless else sure + unsure) if whys else sure
        return together(whys) if whys else self.folded(node, taken, scopes, asker)

    def folded(self, node: core.Aggregate, taken: list[Any], scopes: Scopes, asker: Asker) -> Outcome:
        match node.fold:
            case "sum":
                return exact(sum(taken, Fraction(0)))
            case "list":
                return tuple(taken)
        if not taken:
            return asker.says(Lack.UNDEFINED) if node.empty is None else self.of(node.empty, scopes, asker)
        if node.fold == "mean":
            return exact(Fraction(sum(taken, Fraction(0)), len(taken)))
        return max(taken) if node.fold == "max" else min(taken)  # type: ignore[no-any-return]

    def end(
        self,
        node: core.Aggregate,
        met: list[tuple[Record, Outcome]],
        lacking: list[Blocked],
        scopes: Scopes,
        asker: Asker,
    ) -> Outcome:
        assert node.body is not None
        ranks: list[tuple[Any, Outcome, Outcome]] = []
        whys: list[Outcome] = list(lacking)
        order: rows_apart.Places = {row.key: (place, None) for place, (row, _) in enumerate(met)}
        if node.order:
            found_order = rows_apart.places(self, node.order, [(row, (row, *scopes)) for row, _ in met], asker)
            if isinstance(found_order, Blocked):
                return together([*lacking, found_order])
            order = found_order
        for row, counts in met:
            inner = (row, *scopes)
            key = order[row.key][0]
            if counts is not True:
                ranks.append((key, counts, None))
                continue
            value = self.of(node.body, inner, asker)
            if not empty(value):
                ranks.append((key, True, value))
        if blocked(whys):
            return together(whys)
        # an open row matters only where it could stand at the end looked for
        further = (lambda one, other: one < other) if node.fold == "first" else (lambda one, other: one > other)
        sure = [key for key, counts, _ in ranks if counts is True]
        if not sure:
            open_rows = [counts for _, counts, _ in ranks]
            if open_rows:
                return together(open_rows)
            return asker.says(Lack.UNDEFINED) if node.empty is None else self.of(node.empty, scopes, asker)
        best = (min if node.fold == "first" else max)(sure)
        found = [counts for key, counts, _ in ranks if counts is not True and not further(best, key)]
        at_end = [value for key, counts, value in ranks if counts is True and key == best]
        unsure = next((why for place, why in order.values() if place == best and why is not None), None)
        found += outcomes_blocked(at_end)
        known = [value for value in at_end if not isinstance(value, Blocked)]
        if any(not same(known[0], other) for other in known[1:]):
            found.append(asker.says(Lack.CONFLICT) if unsure is None else unsure)
        return together(found) if found else at_end[0]


# ---------------------------------------------------------------- on outcomes


def key_text(value: Any) -> str:
    """The text that a value has as a key."""
    return value.isoformat() if isinstance(value, date) else str(value)


def number(value: Any) -> int | Fraction:
    """The same, for the eyes of the type checker."""
    return value  # type: ignore[no-any-return]


def distinct(taken: Sequence[Any]) -> list[Any]:
    """The same values, each once."""
    kept: list[Any] = []
    for value in taken:
        if not any(same(value, other) for other in kept):
            kept.append(value)
    return kept


def blocked(outcomes: Sequence[Outcome]) -> bool:
    """Whether one of them is blocked."""
    return any(isinstance(outcome, Blocked) for outcome in outcomes)


def outcomes_blocked(outcomes: Sequence[Outcome]) -> Iterator[Outcome]:
    """Those that are."""
    return (outcome for outcome in outcomes if isinstance(outcome, Blocked))


def undecided(outcomes: Sequence[Outcome], asker: Asker) -> Blocked:
    """Why something is not decided: the reasons of what is blocked, and that none is no answer."""
    return together([asker.says(Lack.UNDEFINED) if empty(outcome) else outcome for outcome in outcomes])


def values(outcomes: Sequence[Outcome], asker: Asker) -> list[Outcome] | Blocked:
    """All the values, or why there are not all of them."""
    return list(outcomes) if all(plain(outcome) for outcome in outcomes) else undecided(outcomes, asker)


def every(parts: Sequence[Outcome], asker: Asker) -> Outcome:
    """且 in three values."""
    if any(part is False for part in parts):
        return False
    return True if all(part is True for part in parts) else undecided(parts, asker)


TESTS = {
    "ge": lambda left, right: left >= right,
    "gt": lambda left, right: left > right,
    "le": lambda left, right: left <= right,
    "lt": lambda left, right: left < right,
}


def compared(op: str, left: Outcome, right: Outcome, asker: Asker) -> Outcome:
    """A comparison; what is sure of an open count whatever it turns out to be is said."""
    if isinstance(left, Open) or isinstance(right, Open):
        sure = ranged(op, left, right)
        if sure is not None:
            return sure
    got = values([left, right], asker)
    if isinstance(got, Blocked):
        return got
    one, other = got
    if isinstance(one, date) and isinstance(other, date):
        one, other = days(one, other)
    if op in ("eq", "ne"):
        return same(one, other) is (op == "eq")
    return bool(TESTS[op](one, other))  # type: ignore[no-untyped-call]


def ranged(op: str, left: Outcome, right: Outcome) -> bool | None:
    """The answer that holds for all counts in the ranges, or None."""
    sides = []
    for side in (left, right):
        if isinstance(side, Open):
            sides.append((Fraction(side.low), None if side.high is None else Fraction(side.high)))
        elif isinstance(side, int | Fraction) and not isinstance(side, bool):
            sides.append((Fraction(side), Fraction(side)))
        else:
            return None
    (low, high), (floor, top) = sides
    above = top is not None and low > top
    below = high is not None and high < floor
    reaches = top is not None and low >= top
    within = high is not None and high <= floor
    fixed = low == high == floor == top
    yes = {"ge": reaches, "gt": above, "le": within, "lt": below, "eq": fixed, "ne": above or below}[op]
    no = {"ge": below, "gt": within, "le": above, "lt": reaches, "eq": above or below, "ne": fixed}[op]
    return True if yes else False if no else None


def ascending(bounds: Sequence[int | Fraction], inclusive: Sequence[bool], side: str) -> bool:
    """Whether bounds stand in order; of two equal ones the narrower must be the one that can still be reached."""
    for index in range(len(bounds) - 1):
        low, high = bounds[index], bounds[index + 1]
        first, then = inclusive[index], inclusive[index + 1]
        narrower = (first and not then) if side == "lower" else (then and not first)
        if high < low or (high == low and not narrower):
            return False
    return True


def accepts(keys: Sequence[Any] | None, value: Outcome) -> bool:
    """Whether a row of a table takes a key."""
    if keys is None:
        return True
    for key in keys:
        if isinstance(key, core.Interval):
            low, high = key.low, key.high
            above = low is None or value > low or (key.low_closed and value == low)  # type: ignore[operator]
            below = high is None or value < high or (key.high_closed and value == high)  # type: ignore[operator]
            if above and below:
                return True
        elif same(key, value):
            return True
    return False


# ---------------------------------------------------------------- the whole


def evaluate(
    program: Program, facts: Facts, readings: Mapping[str, str] | None = None, on: date | None = None
) -> dict[Address, Outcome]:
    """The outcome of every rule of every row, by (entity, key, rule)."""
    first = Walk(program, Scene(program, facts), readings or {}, on)
    everything(first)
    spoiled: dict[Address, None] = {}
    for rule in program.rules:
        if rule.kind != "constraint":
            continue
        for row in first.scene.rows(rule.entity):
            at = (rule.entity, row.key, rule.name)
            if first.found[at] is False:
                for cell in sorted(first.read[at]):
                    # a blank contradicts nothing
                    if first.scene.holds(cell) and (not rule.blames or cell == (rule.entity, row.key, rule.blames)):
                        spoiled[cell] = None
    if not spoiled:
        return dict(first.found)
    second = Walk(program, Scene(program, facts, spoiled), readings or {}, on)
    for rule in program.rules:
        if rule.kind == "constraint":
            for at, outcome in first.found.items():
                if (at[0], at[2]) == rule.id:
                    second.found[at] = outcome
                    second.read[at] = first.read[at]
    everything(second)
    return dict(second.found)


def everything(walk: Walk) -> None:
    """Every rule of every row."""
    for rule in walk.program.rules:
        for row in walk.scene.rows(rule.entity):
            walk.rule(rule, row)
