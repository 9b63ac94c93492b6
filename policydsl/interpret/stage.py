"""Owns staging: every expression of a program becomes a pair of closures once, so that each case only calls them.

A frame is a tuple: the scopes innermost first, the row of the rule last of them, then the `Run`.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from copy import copy
from datetime import date
from typing import assert_never

from attrs import define, evolve, field

from policydsl.core.program import (
    Aggregate,
    AllRows,
    Apply,
    Bands,
    Brackets,
    Choose,
    Compare,
    Const,
    Every,
    Expr,
    FieldRead,
    Has,
    Here,
    IfInapplicable,
    Inapplicable,
    Increment,
    Keyed,
    Let,
    Limit,
    Local,
    Lookup,
    Not,
    OnDay,
    OneOf,
    OrderKey,
    Pending,
    Pick,
    Previous,
    Program,
    Rank,
    Round,
    Rule,
    RuleRead,
    Running,
    Share,
    Siblings,
    Some,
    Switch,
    Table,
    UnmetTasks,
    Within,
)
from policydsl.core.values import Lack, NotApplicable, Outcome
from policydsl.core.walk import everything, order_parts
from policydsl.interpret import across, amounts, choice, ends, logic, ranking, reads, running, sharing
from policydsl.interpret.climb import climb
from policydsl.interpret.folds import Prelude, asked
from policydsl.interpret.lack import Asker, Frame
from policydsl.interpret.rows import ReadyRule
from policydsl.interpret.scopes import Scopes
from policydsl.interpret.siblings import Among, sort_key
from policydsl.interpret.staged import Plain, Staged, fixed, new
from policydsl.interpret.strict import Binary, binary, comparison, operation
from policydsl.interpret.trace import Step

Work = Generator[Expr, Staged, Staged]
"""Yields the parts that it needs staged and is sent their closures, so that the depth of a formula is no matter."""


@define
class Around:
    """An aggregate being staged: how many scopes are open outside of it, and what it computes once for all its rows."""

    level: int
    prelude: list[Prelude] = field(factory=list)


class Stager:
    """Makes the rules of a program ready under given readings."""

    def __init__(self, program: Program, readings: Mapping[str, str], on: date | None = None) -> None:
        self.program = program
        self.on = on
        self.readings = readings
        self.slots = {rule.id: slot for slot, rule in enumerate(program.rules)}
        self.boxes = 0
        # of each rule met, by what it is: itself, the readings that it is written by, whether it goes by the day
        self._switched: dict[int, tuple[Rule, frozenset[str], bool]] = {}
        self._scopes = Scopes()
        self._beyond_owner = Scopes(owners=False)
        self._matchers = {name: choice.RowMatcher(table) for name, table in program.tables.items()}

    def under(self, readings: Mapping[str, str], on: date | None) -> Stager:
        """The same under other readings and on another day."""
        other = copy(self)
        other.readings, other.on = readings, on
        return other

    def turns(self, rule: Rule, readings: Collection[str], day: bool) -> bool:
        """Whether one of these readings, or the day of the run, has a say in a rule itself, cells of its tables included."""
        if id(rule) not in self._switched:
            self._switched[id(rule)] = (rule, *_switches(self.program, rule))
        _, switches, dated = self._switched[id(rule)]
        return (day and dated) or not switches.isdisjoint(readings)

    def with_tables(self, tables: Iterable[Table]) -> Stager:
        """What makes rules ready that look up other tables in the place of those of their names."""
        changed = {table.name: table for table in tables}
        if not changed:
            return self
        other = copy(self)
        other.program = evolve(self.program, tables={**self.program.tables, **changed})
        other._switched = {}
        other._matchers = self._matchers | {name: choice.RowMatcher(table) for name, table in changed.items()}
        return other

    def rule(self, rule: Rule) -> ReadyRule:
        """A rule made ready."""
        staged = Body(self, Asker(self.program, rule)).stage(rule.body)
        many = staged.across if rule.kind == "constraint" and staged.across is not None and staged.across.many else None
        return ReadyRule(rule, staged.traced, staged.plain, many and many.get)

    def matcher(self, table: str) -> choice.RowMatcher:
        """What finds the row of a table."""
        return self._matchers[table]

    def box(self) -> int:
        """A fresh place among the boxes of a run."""
        self.boxes += 1
        return self.boxes - 1

    def sees(self, expr: Expr, depth: int) -> bool:
        """Whether an expression reads one of the `depth` innermost scopes."""
        return any(found < depth for found in self._scopes.reach(expr))

    def same_for_siblings(self, expr: Expr, owned: bool) -> bool:
        """Whether an expression about a row looks at nothing that differs between its siblings: at most at their owner."""
        return not (self._beyond_owner if owned else self._scopes).reach(expr)


def _switches(program: Program, rule: Rule) -> tuple[frozenset[str], bool]:
    """The readings in a rule and in the cells that it looks up, and whether the day of the run stands there."""
    readings: set[str] = set()
    dated, tables, waiting = False, set[str](), [rule.body]
    while waiting:
        for node in everything(waiting.pop()):
            if isinstance(node, Switch):
                readings.add(node.reading)
            elif isinstance(node, OnDay):
                dated = True
            elif isinstance(node, Lookup) and node.table not in tables:
                tables.add(node.table)
                waiting += [cell for row in program.tables[node.table].rows for cell in row.cells.values()]
    return frozenset(readings), dated


class Body:
    """Stages one expression of one rule."""

    def __init__(self, stager: Stager, asker: Asker) -> None:
        self._stager = stager
        self._asker = asker
        self._level = 1
        self._around: list[Around] = []
        self._lets: list[Let] = []

    def stage(self, node: Expr) -> Staged:
        """The closures of an expression."""
        return climb(self._enter, node)

    def _enter(self, node: Expr) -> Work:
        """Inside an aggregate, what does not change from row to row is computed once, before its rows."""
        if not self._around or isinstance(node, Const | Local):
            return (yield from self._stage(node))
        for index, around in enumerate(self._around):
            opened = self._level - around.level
            if self._stager.sees(node, opened):
                continue
            inner, self._around = self._around, self._around[:index]
            staged = yield from self._stage(node)
            self._around = inner
            box = self._stager.box()
            around.prelude.append(Prelude(box, staged.plain, (None,) * opened))

            def unboxed(frame: Frame, box: int = box) -> Outcome:
                outcome: Outcome = frame[-1].boxes[box]
                return outcome

            return Staged(staged.traced, unboxed, across.boxed(box))
        return (yield from self._stage(node))

    def _stage(self, node: Expr) -> Work:
        asker = self._asker
        match node:
            case Const(value=value):
                return fixed(node, value)
            case Inapplicable(reason=reason):
                return fixed(node, NotApplicable(reason))
            case FieldRead():
                return reads.field_read(node, asker, self._key)
            case RuleRead():
                return reads.rule_read(node, self._stager.slots[node.entity, node.name], asker, self._key)
            case Local():
                return _local(node)
            case Let():
                return (yield from self._let(node))
            case Apply():
                return (yield from self._apply(node))
            case Compare():
                left, right, combine = (yield node.left), (yield node.right), comparison(asker, node.op)
                pair = _pair(node, left, right, combine)
                return pair._replace(
                    plain=reads.quick_comparison(node, pair.plain, right.plain),
                    across=across.compare(node, left.across, right.across),
                )
            case Every():
                return logic.every(node, (yield from _all(node.parts)), asker)
            case Some():
                return logic.some(node, (yield from _all(node.parts)), asker)
            case Not():
                return logic.negation(node, (yield node.part), asker)
            case Within():
                return (yield from self._within(node))
            case OneOf():
                item, options = (yield node.item), (yield from _all(node.options))
                return logic.one_of(node, item, options, comparison(asker, "eq"))
            case Choose():
                return (yield from self._choose(node))
            case Bands():
                return (yield from self._bands(node))
            case Brackets():
                return (yield from self._brackets(node))
            case Increment():
                return (yield from self._increment(node))
            case Limit():
                return (yield from self._limit(node))
            case Pick():
                return amounts.pick(node, (yield from _all([option.value for option in node.options])), asker)
            case Round():
                return amounts.rounded(node, (yield node.body), asker)
            case Lookup():
                return (yield from self._lookup(node))
            case Aggregate():
                return (yield from self._aggregate(node))
            case Running():
                among, inside = self._among(node.among)
                return running.running(node, among, inside.plain(node.body), inside.ordering(node.order), asker)
            case Previous():
                among, inside = self._among(node.among)
                body, ordering = inside.plain(node.body), inside.ordering(node.order)
                return running.previous(node, among, body, ordering, (yield node.first), asker)
            case Rank():
                among, inside = self._among(node.among)
                keys = [(inside.plain(key.value), sort_key(asker, key.value.type)) for key in node.keys]
                return ranking.rank(node, among, keys, asker)
            case Share():
                return (yield from self._share(node))
            case Switch():
                return (yield from self._switch(node))
            case OnDay():
                return self._on_day(node)
            case Pending():
                return self._pending(node)
            case IfInapplicable():
                return choice.if_inapplicable(node, (yield node.body), (yield node.instead))
            case Has():
                return logic.has(node, (yield node.body))
            case UnmetTasks():
                return logic.unmet(node, (yield from _all([option.value for option in node.parts])), asker)
            case _:
                assert_never(node)

    def plain(self, node: Expr) -> Plain:
        """The outcome of an expression, without its steps."""
        return self.stage(node).plain

    def ordering(self, order: tuple[OrderKey, ...]) -> running.Ordering:
        """How rows are put in order; by their table where nothing else is said."""
        return self._ordering(order, [self.plain(key.value) for key in order])

    def _ordering(self, order: tuple[OrderKey, ...], values: Sequence[Plain]) -> running.Ordering:
        sorts = [sort_key(self._asker, key.value.type, key.descending) for key in order]
        return running.Ordering(tuple(zip(values, sorts, strict=True)), self._asker)

    def _key(self, ref: Keyed) -> Plain:
        return self.stage(ref.key).plain

    # ------------------------------------------------------------ siblings

    def _among(self, node: Siblings) -> tuple[Among, Body]:
        """How the siblings of this rule's row are reached, and what stages an expression that sees one of them alone."""
        inside = Body(self._stager, self._asker)
        where = inside.plain(node.where) if node.where is not None else None
        group = tuple([inside.plain(key) for key in node.group])
        finder = lambda rows: reads.rows_finder(rows, self._asker, inside._key)  # noqa: E731
        return Among(node, self._asker, finder, where, group), inside

    def _share(self, node: Share) -> Work:
        among, inside = self._among(node.among)
        # The whole as each sibling sees it, with the local names that stand around it here.
        whole = node.total
        for let in reversed(self._lets):
            whole = Let(let.name, let.value, whole, type=whole.type)
        common = self._stager.same_for_siblings(whole, node.among.owned)
        ready = sharing.Sharing(node, inside.plain(whole), inside.plain(node.weight), common, self._asker)
        return sharing.share(node, among, (yield node.total), ready)

    # ------------------------------------------------------------ scopes

    def _let(self, node: Let) -> Work:
        value = yield node.value
        self._level += 1
        self._lets.append(node)
        body = yield node.body
        self._lets.pop()
        self._level -= 1
        value_step, body_step, value_plain, body_plain = value.traced, body.traced, value.plain, body.plain

        def traced(frame: Frame) -> Step:
            named = value_step(frame)
            step = body_step((named[1], *frame))
            return new(Step, (node, step[1], (named, step), None))

        return Staged(traced, lambda frame: body_plain((value_plain(frame), *frame)))

    def _rows_scope(self, *parts: Expr | None) -> Generator[Expr, Staged, tuple[list[Prelude], list[Staged | None]]]:
        """What an aggregate computes once before its rows, and what it asks of each row."""
        around = Around(self._level)
        self._around.append(around)
        self._level += 1
        staged = []
        for part in parts:
            staged.append((yield from _maybe(part)))
        self._level -= 1
        self._around.pop()
        return around.prelude, staged

    def _aggregate(self, node: Aggregate) -> Work:
        find = reads.rows_finder(node.rows, self._asker, self._key)
        prelude, (where, body, *order) = yield from self._rows_scope(node.where, node.body, *order_parts(node.order))
        empty = yield from _maybe(node.empty)
        if node.fold in ("first", "last"):
            assert body is not None
            ordering = self._ordering(node.order, [key.plain for key in order if key is not None])
            return ends.end(node, find, prelude, where and where.plain, body.plain, ordering, empty, self._asker)
        return amounts.aggregate(node, find, prelude, asked(where, body), empty, self._asker)

    def _within(self, node: Within) -> Work:
        find = reads.rows_finder(node.rows, self._asker, self._key)
        asks = yield node.item
        item = Prelude(self._stager.box(), asks.plain, ())
        prelude, (where, column) = yield from self._rows_scope(node.where, node.column)
        assert column is not None
        once = self._stager.box() if _same_for_all(node) else None
        equal = comparison(self._asker, "eq")
        return logic.within(node, item, find, prelude, asked(where, column), equal, once, asks.across)

    # ------------------------------------------------------------ operations and choices

    def _apply(self, node: Apply) -> Work:
        parts = yield from _all(node.args)
        if len(parts) == 2:
            return _pair(node, parts[0], parts[1], binary(self._asker, node.op))
        compute = operation(self._asker, node.op)

        def traced(frame: Frame) -> Step:
            steps = tuple([part.traced(frame) for part in parts])
            return new(Step, (node, compute(frame, [step[1] for step in steps]), steps, None))

        return Staged(traced, lambda frame: compute(frame, [part.plain(frame) for part in parts]))

    def _choose(self, node: Choose) -> Work:
        whens = yield from _all([case.when for case in node.cases])
        values = yield from _all([case.value for case in node.cases])
        return choice.choose(node, whens, values, (yield from _maybe(node.otherwise)), self._asker)

    def _bands(self, node: Bands) -> Work:
        bounds = yield from _all([row.bound for row in node.rows])
        values = yield from _all([row.value for row in node.rows])
        return choice.bands(node, (yield node.measure), bounds, values, (yield node.otherwise), self._asker)

    def _brackets(self, node: Brackets) -> Work:
        slices = []
        for item in node.slices:
            slices.append(((yield item.start), (yield from _maybe(item.end)), (yield item.rate)))
        return amounts.progressive(node, (yield node.measure), slices, self._asker)

    def _increment(self, node: Increment) -> Work:
        measure, start = (yield node.measure), (yield node.start)
        sizes = yield from _all([step.size for step in node.steps])
        awards = yield from _all([step.award for step in node.steps])
        at_start, most = (yield from _maybe(node.at_start)), (yield from _maybe(node.most_steps))
        routes = list(zip(sizes, awards, strict=True))
        return amounts.increment(node, measure, start, routes, at_start, most, self._asker)

    def _limit(self, node: Limit) -> Work:
        bounds = []
        for bound in node.bounds:
            bounds.append(((yield from _maybe(bound.when)), (yield bound.limit)))
        return amounts.limited(node, (yield node.body), bounds, self._asker)

    def _lookup(self, node: Lookup) -> Work:
        inside = Body(self._stager, self._asker)
        cells = [inside.stage(row.cells[node.column]) for row in self._stager.program.tables[node.table].rows]
        keys = yield from _all(node.keys)
        return choice.lookup(node, keys, self._stager.matcher(node.table), cells, self._asker)

    def _switch(self, node: Switch) -> Work:
        name = self._stager.readings[node.reading]
        chosen = next((option.value for option in node.options if option.label == name), None)
        return choice.adopted(node, name, (yield from _maybe(chosen)))

    def _on_day(self, node: OnDay) -> Staged:
        if self._stager.on is not None:
            return fixed(node, self._stager.on)
        asker = self._asker

        def plain(frame: Frame) -> Outcome:
            detail = asker.say("没有说明按哪一天\uff0c请用 --on 给出", "no day is given to go by; say it with --on")
            return asker.lack(frame, Lack.MISSING, detail)

        return Staged(lambda frame: new(Step, (node, plain(frame), (), None)), plain)

    def _pending(self, node: Pending) -> Staged:
        asker = self._asker

        def plain(frame: Frame) -> Outcome:
            return asker.lack(frame, Lack.DECISION, node.reason)

        return Staged(lambda frame: new(Step, (node, plain(frame), (), None)), plain)


def _all(parts: Sequence[Expr]) -> Generator[Expr, Staged, list[Staged]]:
    staged = []
    for part in parts:
        staged.append((yield part))
    return staged


def _maybe(part: Expr | None) -> Generator[Expr, Staged, Staged | None]:
    return None if part is None else (yield part)


def _same_for_all(node: Within) -> bool:
    """Whether what is searched does not depend on the row that asks: a column of every row, without a filter."""
    column = node.column
    own = isinstance(column, FieldRead | RuleRead) and column.row == Here()
    return isinstance(node.rows, AllRows) and node.where is None and own


def _pair(node: Apply | Compare, left: Staged, right: Staged, combine: Binary) -> Staged:
    left_step, right_step, left_plain, right_plain = left.traced, right.traced, left.plain, right.plain

    def traced(frame: Frame) -> Step:
        one, two = left_step(frame), right_step(frame)
        return new(Step, (node, combine(frame, one[1], two[1]), (one, two), None))

    return Staged(traced, lambda frame: combine(frame, left_plain(frame), right_plain(frame)))


def _local(node: Local) -> Staged:
    depth = node.depth

    def plain(frame: Frame) -> Outcome:
        outcome: Outcome = frame[depth]
        return outcome

    return Staged(lambda frame: new(Step, (node, frame[depth], (), None)), plain)
