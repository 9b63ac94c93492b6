"""Owns what flipping one reading changes: per row the money and the verdicts that differ, and what that sums to.

Pure computation: every alternative is a run of the evaluator on the same facts with that one reading changed. Nothing is
worded here, and nothing is guessed: where a row has no amount before or after, there is a change of status and no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from fractions import Fraction

from attrs import evolve, frozen

from policydsl.core.facts import Facts, Missing, Record
from policydsl.core.program import Program, Reading, ReadingOption, Rule
from policydsl.core.types import Bool, Number, strip
from policydsl.core.values import Blocked, Cause, Exact, Lack, Outcome, exact, status_of
from policydsl.explain.book import Book
from policydsl.explain.desk import role_of
from policydsl.explain.terms import Address, Name, Shown
from policydsl.interpret.trace import Trace

Flip = Callable[[str, str, Facts], Trace]
"""Evaluates facts under the readings of a run but one: asked with that reading and its other alternative."""


@frozen
class Change:
    """A result that differs. `difference` is after − before, where both are numbers.

    `leaf`: no other change lies below it, it is where the difference arises; `top`: none rests on it.
    """

    at: Address
    name: Name
    before: Shown
    after: Shown
    difference: Shown | None
    leaf: bool
    top: bool


@frozen
class Below:
    """One verdict or amount that changes in rows that belong to a row: of `rows` many, in the same way."""

    entity: Name
    counted_in: str
    name: Name
    before: Shown
    after: Shown
    rows: int


@frozen
class RowEffect:
    """What changes in one row: money, what rests on most first; conditions and tasks; names of other results that differ.

    `shift`: by how much the row adds to, or takes from, what is computed; an amount that is not there counts nothing.
    `below`: verdicts and amounts of rows that belong to it.
    """

    entity: Name
    key: str
    money: tuple[Change, ...]
    verdicts: tuple[Change, ...]
    others: tuple[Name, ...]
    shift: Exact = 0
    below: tuple[Below, ...] = ()


@frozen
class Subtotal:
    """The sum of one result over the rows that have it: `computed` of `rows`. A total only where all have."""

    value: Shown
    computed: int
    rows: int


@frozen
class Alternative:
    """One alternative that is not in force, and what it would change. `totals` are rows of singletons.

    `overturned`: decisions already taken that its amounts no longer allow; they are left out of the comparison, because a
    decision that breaks its bounds makes everything that it rests on invalid. `wanting`: the facts that nobody supplied, where the
    alternative only takes results away for want of them; it cannot be compared then.
    """

    option: ReadingOption
    rows: tuple[RowEffect, ...]
    totals: tuple[RowEffect, ...]
    after: Subtotal | None
    overturned: tuple[Address, ...] = ()
    wanting: tuple[Cause, ...] = ()

    @property
    def size(self) -> tuple[Exact, int, int, int]:
        """How much it changes, to sort by: money moved over all rows, rows whose status changes, verdicts, anything else."""
        if self.wanting:
            return 0, 0, 0, 0
        moved = sum((abs(Fraction(row.shift)) for row in self.rows), Fraction(0))
        both = (*self.rows, *self.totals)
        changes = [change for row in both for change in row.money]
        turned = sum(status_of(_given(item.before)) != status_of(_given(item.after)) for item in changes)
        verdicts = sum(len(row.verdicts) + len(row.below) for row in both)
        return exact(moved), turned + len(changes), verdicts, len(both)

    @property
    def idle(self) -> bool:
        """Whether no amount and no verdict changes, as far as can be said."""
        if self.wanting:
            return True
        return not any(row.money or row.verdicts or row.below for row in (*self.rows, *self.totals))


@frozen
class Effects:
    """One reading: the alternative in force, and the others with what each would change, the greatest effect first."""

    reading: Reading
    in_force: ReadingOption
    alternatives: tuple[Alternative, ...]

    @property
    def idle(self) -> bool:
        """Whether it changes nothing on these facts, whichever alternative is taken."""
        return all(item.idle for item in self.alternatives)


@frozen
class Comparison:
    """All readings, those with the greatest effect first. `leading` is the amount of the main entity that rests on most.

    `blocked`: rows that have no such amount now; what a reading would do to them is not known in full.
    """

    program: Program
    sources: tuple[str, ...]
    keys: tuple[str, ...]
    leading: Rule | None
    now: Subtotal | None
    blocked: tuple[str, ...]
    readings: tuple[Effects, ...]


def compare(trace: Trace, flip: Flip, keys: Sequence[str] | None = None) -> Comparison:
    """Flip every reading of the policy, one at a time. `keys`: only these rows of the main entity."""
    program, book = trace.program, Book(trace)
    main = program.header.main
    known = trace.keys.get(main, ())
    wanted = tuple(known if keys is None else keys)
    leading = _leading(program, book)
    found = []
    for reading in program.readings.values():
        in_force = trace.readings.get(reading.name, reading.adopted)
        own = next(option for option in reading.options if option.name == in_force)
        others = []
        for option in reading.options:
            if option.name != in_force:
                after, overturned = _flipped(trace, flip, reading.name, option.name, book)
                rows, totals = _effects(book, after, wanted, leading)
                wanting = _wanting(after, (*rows, *totals))
                others.append(Alternative(option, rows, totals, _subtotal(after, leading, wanted), overturned, wanting))
        ordered = tuple(sorted(others, key=lambda item: item.size, reverse=True))
        found.append(Effects(reading, own, ordered))
    found.sort(key=lambda item: max((other.size for other in item.alternatives), default=(0, 0, 0, 0)), reverse=True)
    blocked = tuple(
        key
        for key in wanted
        if leading is not None and isinstance(trace.steps[main, key, leading.name].outcome, Blocked)
    )
    now = _subtotal(trace, leading, wanted)
    return Comparison(program, trace.facts.sources, wanted, leading, now, blocked, tuple(found))


def _wanting(after: Trace, rows: Sequence[RowEffect]) -> tuple[Cause, ...]:
    """The facts that are missing, where all that changes is that results become unknown for want of them."""
    changes = [change for row in rows for change in (*row.money, *row.verdicts)]
    if not changes or any(status_of(_given(item.after)) != "unknown" for item in changes):
        return ()
    found = dict.fromkeys(
        cause
        for item in changes
        if isinstance(blocked := item.after.outcome, Blocked)
        for cause in blocked.causes
        if cause.lack is Lack.MISSING
    )
    return tuple(found)


def _flipped(trace: Trace, flip: Flip, reading: str, option: str, book: Book) -> tuple[Trace, tuple[Address, ...]]:
    """The run under another alternative, without the decisions that it overturns."""
    after = flip(reading, option, trace.facts)
    before = {(item.rule.id, item.key) for item in trace.violations}
    overturned = {
        cell: None
        for item in after.violations
        if (item.rule.id, item.key) not in before
        for cell in item.cells
        if _is_decision(book, cell)
    }
    if not overturned:
        return after, ()
    return flip(reading, option, _without(trace.facts, overturned)), tuple(Address(*cell) for cell in overturned)


def _is_decision(book: Book, cell: tuple[str, str, str]) -> bool:
    """Whether a cell holds an office's decision; a judgement of fact is no such thing."""
    declared = book.fields.get((cell[0], cell[2]))
    return declared is not None and declared.decision is not None and not declared.decision.judgement


def _without(facts: Facts, cells: Collection[tuple[str, str, str]]) -> Facts:
    """The facts with these cells blank."""

    def blanked(entity: str, record: Record) -> Record:
        gone = {name: Missing() for name in record.cells if (entity, record.key, name) in cells}
        return evolve(record, cells={**record.cells, **gone}) if gone else record

    tables = {entity: tuple(blanked(entity, record) for record in rows) for entity, rows in facts.tables.items()}
    return evolve(facts, tables=tables)


def is_money(rule: Rule, currency: str) -> bool:
    """Whether the values of a rule are amounts of money."""
    inner = strip(rule.type)
    return isinstance(inner, Number) and str(inner.unit) == currency


def _leading(program: Program, book: Book) -> Rule | None:
    """The amount of the main entity that rests on most rules: what the others are for. One that rests on the sums of all
    rows (a budget shared out) says more of the others than of its row, and is none."""
    money = [rule for rule in program.rules_of(program.header.main) if is_money(rule, program.header.currency)]
    own = [rule for rule in money if not book.shared(rule.id)]
    return max(own or money, key=lambda rule: book.reach[rule.id], default=None)


def _effects(
    book: Book, after: Trace, keys: tuple[str, ...], leading: Rule | None
) -> tuple[tuple[RowEffect, ...], tuple[RowEffect, ...]]:
    program = book.trace.program
    main = program.header.main
    rows = [(main, key) for key in keys]
    sole = [(entity.name, "") for entity in program.entities.values() if entity.singleton and entity.name != main]
    found = [[_row(book, after, *at, leading) for at in group] for group in (rows, sole)]
    found[0] = [evolve(row, below=_below(book, after, main, row.key)) for row in found[0]]
    kept = [tuple(row for row in group if row.money or row.verdicts or row.others or row.below) for group in found]
    return kept[0], kept[1]


def _row(book: Book, after: Trace, entity: str, key: str, leading: Rule | None) -> RowEffect:
    program = book.trace.program
    changed = list(_changed(book, after, entity, key))
    names = {rule.name for rule, _ in changed}
    below = {rule.name: book.below(rule.id) for rule, _ in changed}
    money, verdicts = list[tuple[int, Change]](), list[tuple[int, Change]]()
    others = []
    for rule, (before, then) in changed:
        name = Name(rule.name, rule.alias)
        if not (is_money(rule, program.header.currency) or isinstance(strip(rule.type), Bool)):
            others.append(name)
            continue
        shown = Shown(before, rule.type, rule.measure, role_of(rule))
        now = Shown(then, rule.type, rule.measure, role_of(rule))
        leaf = not any((entity, other) in below[rule.name] for other in names if other != rule.name)
        top = not any((entity, rule.name) in below[other] for other in names if other != rule.name)
        change = Change(Address(entity, key, rule.name), name, shown, now, _difference(shown, now), leaf, top)
        (money if is_money(rule, program.header.currency) else verdicts).append((book.reach[rule.id], change))
    # stable: of two that rest on as many, the first written stands first
    money.sort(key=lambda item: -item[0])
    return RowEffect(
        book.entity_name(entity),
        key,
        tuple(change for _, change in money),
        tuple(change for _, change in verdicts),
        tuple(others),
        _shift([change for _, change in money], leading, book, entity, key),
    )


def _below(book: Book, after: Trace, main: str, key: str) -> tuple[Below, ...]:
    """What changes in the rows that belong to a row, those that change in the same way taken together."""
    program = book.trace.program
    found: dict[tuple[str, str, str, str], Below] = {}
    for entity in program.entities.values():
        if entity.owner != main:
            continue
        rules = [
            rule
            for rule in program.rules_of(entity.name)
            if is_money(rule, program.header.currency) or isinstance(strip(rule.type), Bool)
        ]
        for record in book.trace.facts.tables.get(entity.name, ()) if rules else ():
            if record.parent != key:
                continue
            for rule in rules:
                one = book.trace.steps.get((entity.name, record.key, rule.name))
                two = after.steps.get((entity.name, record.key, rule.name))
                if one is None or two is None or not _differ(one.outcome, two.outcome):
                    continue
                before = Shown(one.outcome, rule.type, rule.measure, role_of(rule))
                then = Shown(two.outcome, rule.type, rule.measure, role_of(rule))
                at = (entity.name, rule.name, _mark(one.outcome), _mark(two.outcome))
                known = found.get(at)
                if known is None:
                    name = Name(rule.name, rule.alias)
                    found[at] = Below(book.entity_name(entity.name), entity.counted_in, name, before, then, 1)
                else:
                    found[at] = evolve(known, rows=known.rows + 1)
    return tuple(found.values())


def _mark(outcome: Outcome) -> str:
    """What outcomes that are told in the same way have in common."""
    return status_of(outcome) if isinstance(outcome, Blocked) else str(outcome)


def _shift(money: list[Change], leading: Rule | None, book: Book, entity: str, key: str) -> Exact:
    """The change of the leading amount; of the one that rests on most where the leading one is not computed."""
    if not money:
        return 0
    first = money[0]
    if leading is not None and leading.entity == entity and first.at.name != leading.name:
        step = book.trace.steps.get((entity, key, leading.name))
        if step is not None and not isinstance(step.outcome, Blocked):
            return 0
    return exact(_amount(first.after.outcome) - _amount(first.before.outcome))


def _changed(book: Book, after: Trace, entity: str, key: str) -> Iterator[tuple[Rule, tuple[Outcome, Outcome]]]:
    for rule in book.trace.program.rules_of(entity):
        one, two = book.trace.steps.get((entity, key, rule.name)), after.steps.get((entity, key, rule.name))
        if one is None or two is None:
            continue
        if _differ(one.outcome, two.outcome):
            yield rule, (one.outcome, two.outcome)


def _differ(one: Outcome, two: Outcome) -> bool:
    """Whether two outcomes differ for a reader: blocked both times for the same status is no change to act on."""
    return status_of(one) != status_of(two) or (one != two and not isinstance(one, Blocked))


def _difference(before: Shown, after: Shown) -> Shown | None:
    one, two = before.outcome, after.outcome
    if isinstance(one, bool) or isinstance(two, bool):
        return None
    if not isinstance(one, int | Fraction) or not isinstance(two, int | Fraction):
        return None
    return Shown(exact(Fraction(two) - one), before.type, before.measure)


def _subtotal(trace: Trace, rule: Rule | None, keys: tuple[str, ...]) -> Subtotal | None:
    if rule is None:
        return None
    outcomes = [trace.steps[rule.entity, key, rule.name].outcome for key in keys]
    values = [Fraction(item) for item in outcomes if isinstance(item, int | Fraction) and not isinstance(item, bool)]
    return Subtotal(Shown(exact(sum(values, Fraction(0))), rule.type, rule.measure), len(values), len(keys))


def _amount(outcome: Outcome | None) -> Fraction:
    return Fraction(outcome) if isinstance(outcome, int | Fraction) and not isinstance(outcome, bool) else Fraction(0)


def _given(shown: Shown) -> Outcome:
    assert shown.outcome is not None
    return shown.outcome
