"""Owns what two policies give on the same cases: per row what it gains or loses and where the difference arises, and the total.

Pure computation on two traces. Where a row has no amount before or after, there is a change of status and no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property

from attrs import frozen

from policydsl.compare.causes import Causes
from policydsl.compare.flow import Flow
from policydsl.compare.model import Change, Differences
from policydsl.core.program import Rule
from policydsl.core.types import Bool, Number, strip
from policydsl.core.values import Blocked, Exact, Outcome, exact, status_of
from policydsl.explain.book import Book, role_of
from policydsl.explain.names import Name, Shown
from policydsl.interpret.trace import Trace


@frozen
class Moved:
    """A result before and after; None where only one of the policies has it. `difference` where both are numbers."""

    name: Name
    before: Shown | None
    after: Shown | None
    difference: Exact | None


@frozen
class Source:
    """A result at which a difference arises, and the changes of the policy that it rests on. `before_rule`, `after_rule`: what it
    is called in the two policies."""

    moved: Moved
    changes: tuple[Change, ...]
    before_rule: str
    after_rule: str


@frozen
class Part:
    """An amount or a verdict that differs, and where the difference arises. `adds`: an amount under which no other that differs
    lies, so that these together make up what the row gains; else one that rests on such."""

    moved: Moved
    sources: tuple[Source, ...]
    adds: bool = True


@frozen
class RowEffect:
    """One row of the main entity. `leading`: the amount that the others are for; `gain`: by how much the row's money changes, None
    where that cannot be said yet; `counted`: the amount by which that is said; `money` and `verdicts`: other results that differ.

    `there`: in which of the two there is such a row.
    """

    key: str
    leading: Moved
    gain: Exact | None
    counted: Moved | None
    money: tuple[Part, ...]
    verdicts: tuple[Part, ...]
    there: tuple[bool, bool]

    @property
    def idle(self) -> bool:
        """Whether no amount and no verdict of it differs."""
        return not (self.money or self.verdicts) and all(self.there)


@frozen
class Total:
    """The leading amount over all rows that have it: `computed` of `rows`, and which these are."""

    value: Exact
    computed: int
    rows: int
    keys: frozenset[str]


@frozen
class Effects:
    """What the new policy changes on these cases. `gain`: the sum of what is known to be gained and lost; `open_rows`: rows of
    which the gain cannot be said; `totals`: results of the singletons that differ, with their owner."""

    old: Trace
    new: Trace
    leading: tuple[Rule, Rule]
    rows: tuple[RowEffect, ...]
    before: Total
    after: Total
    gain: Exact
    open_rows: tuple[str, ...]
    totals: tuple[tuple[Name, Moved], ...]


def turned(moved: Moved) -> bool:
    """Whether a result has an outcome of another kind than before, or is there in one of the two only."""
    if moved.before is None or moved.after is None:
        return (moved.before is None) != (moved.after is None)
    one, two = moved.before.outcome, moved.after.outcome
    assert one is not None and two is not None
    return status_of(one) != status_of(two)


def effects(found: Differences, old: Trace, new: Trace) -> Effects | None:
    """The effects of the differences on the cases of two traces. None where one of the policies pays no money."""
    books = Book(old), Book(new)
    pair = _Matched(books, found)
    leading = pair.leading()
    if leading is None:
        return None
    keys = dict.fromkeys((*old.keys.get(leading[0].entity, ()), *new.keys.get(leading[1].entity, ())))
    causes = Causes(found)
    rows = tuple(pair.row(key, leading, causes) for key in keys)
    return Effects(
        old,
        new,
        leading,
        rows,
        _total(old, leading[0]),
        _total(new, leading[1]),
        exact(sum((Fraction(row.gain) for row in rows if row.gain is not None), Fraction(0))),
        tuple(row.key for row in rows if row.gain is None),
        tuple(pair.totals()),
    )


def _total(trace: Trace, rule: Rule) -> Total:
    keys = trace.keys.get(rule.entity, ())
    found = {key: _number(trace.steps[rule.entity, key, rule.name].outcome) for key in keys}
    values = {key: Fraction(number) for key, number in found.items() if number is not None}
    return Total(exact(sum(values.values(), Fraction(0))), len(values), len(keys), frozenset(values))


def _number(outcome: Outcome | None) -> Exact | None:
    return outcome if isinstance(outcome, int | Fraction) and not isinstance(outcome, bool) else None


_Differing = tuple[Rule, Rule, Moved]
"""The old rule, the new rule, their outcomes."""


@frozen(slots=False)
class _Matched:
    """Two traces whose rules are matched by name, through renamings."""

    books: tuple[Book, Book]
    found: Differences

    @cached_property
    def flow(self) -> Flow:
        """How differences get from result to result."""
        return Flow((self.books[0].trace.program, self.books[1].trace.program), self.names)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """New names of renamed rules by their old names."""
        return {change.was: change.name for change in self.found.changes if change.was}

    def leading(self) -> tuple[Rule, Rule] | None:
        """The amount of the main entity that rests on most in the new policy and has a partner in the old one; else each one's own."""
        mine = [self._money(book) for book in self.books]
        if not mine[0] or not mine[1]:
            return None
        old = {self.names.get(rule.name, rule.name): rule for rule in mine[0]}
        shared = [(old[rule.name], rule) for rule in mine[1] if rule.name in old]
        for pair in shared:
            # an amount that no row has yet tells nobody anything
            if any(_total(book.trace, rule).computed for book, rule in zip(self.books, pair, strict=True)):
                return pair
        if shared:
            return shared[0]
        return mine[0][0], mine[1][0]

    def _money(self, book: Book) -> list[Rule]:
        program = book.trace.program
        rules = [rule for rule in program.rules_of(program.header.main) if _is_money(rule, program.header.currency)]
        return sorted(rules, key=lambda rule: -book.reach[rule.id])

    # ------------------------------------------------------------ rows

    def row(self, key: str, leading: tuple[Rule, Rule], causes: Causes) -> RowEffect:
        """What differs in one row."""
        mains = leading[0].entity, leading[1].entity
        there = tuple(key in book.trace.keys.get(main, ()) for book, main in zip(self.books, mains, strict=True))
        differing = {two.name: (one, two, moved) for one, two, moved in self._differing(mains, key)}
        pairs = {name: (one, two) for name, (one, two, _) in differing.items()}
        under = {name: self.flow.under(one, two, pairs) for name, (one, two) in pairs.items()}
        # a difference under which no other lies arises there
        sources = {
            name: Source(moved, causes.of(self.books, one, two), one.name, two.name)
            for name, (one, two, moved) in differing.items()
            if not under[name]
        }

        def part(name: str, adds: bool = True) -> Part:
            behind = tuple(source for at, source in sources.items() if at == name or at in under[name])
            return Part(differing[name][2], behind, adds)

        first = self._moved(*leading, key)
        money = [name for name, (one, two) in pairs.items() if two.output and self._pays(one, two)]
        # what rests on most stands first
        money.sort(key=lambda name: -max(self._reach(0, pairs[name][0]), self._reach(1, pairs[name][1])))
        judged = [name for name, (_, two) in pairs.items() if two.output and isinstance(strip(two.type), Bool)]
        counted = _counted(first, [differing[name][2] for name in money])
        total = counted.name.text if counted is not None else ""

        def adds(name: str) -> bool:
            """Whether a difference comes into what is counted, or is none that could be added up."""
            return total not in under or name in (total, *under[total]) or differing[name][2].difference is None

        return RowEffect(
            key,
            first,
            (counted.difference if counted is not None else None) if money or turned(first) else 0,
            counted,
            tuple(part(name, not under[name] & set(money) and adds(name)) for name in money),
            tuple(part(name) for name in judged),
            (there[0], there[1]),
        )

    def _differing(self, mains: tuple[str, str], key: str) -> Iterator[_Differing]:
        old = {self.names.get(rule.name, rule.name): rule for rule in _rules(self.books[0], mains[0])}
        for rule in _rules(self.books[1], mains[1]):
            one = old.pop(rule.name, None)
            moved = self._moved(one, rule, key)
            if one is not None and _differs(moved):
                yield one, rule, moved

    def _moved(self, old: Rule | None, new: Rule | None, key: str) -> Moved:
        one, two = self._shown(0, old, key), self._shown(1, new, key)
        rule = new or old
        assert rule is not None
        before = _number(one.outcome) if one is not None else None
        after = _number(two.outcome) if two is not None else None
        difference = exact(Fraction(after) - before) if before is not None and after is not None else None
        return Moved(Name(rule.name, rule.alias), one, two, difference)

    def _shown(self, side: int, rule: Rule | None, key: str) -> Shown | None:
        step = self.books[side].step(rule.entity, key, rule.name) if rule is not None else None
        if rule is None or step is None:
            return None
        return Shown(step.outcome, rule.type, rule.measure, role_of(rule))

    def _pays(self, *rules: Rule | None) -> bool:
        currency = self.books[1].trace.program.header.currency
        return any(rule is not None and _is_money(rule, currency) for rule in rules)

    def _reach(self, side: int, rule: Rule | None) -> int:
        return self.books[side].reach.get(rule.id, 0) if rule is not None else 0

    def totals(self) -> Iterator[tuple[Name, Moved]]:
        """Results of singletons that differ."""
        programs = self.books[0].trace.program, self.books[1].trace.program
        for entity in programs[1].entities.values():
            if entity.singleton and entity.name in programs[0].entities and entity.name != programs[1].header.main:
                for _, two, moved in self._differing((entity.name, entity.name), ""):
                    if two.output:
                        yield Name(entity.name, entity.alias), moved


def _rules(book: Book, entity: str) -> list[Rule]:
    """The rules of an entity, those that results do not list too, but no constraints."""
    kept = ("rule", "task", "condition", "reading", "local")
    return [rule for rule in book.trace.program.written_order if rule.entity == entity and rule.kind in kept]


def _differs(moved: Moved) -> bool:
    if moved.before is None or moved.after is None:
        return moved.before is not moved.after
    one, two = moved.before.outcome, moved.after.outcome
    assert one is not None and two is not None
    if status_of(one) != status_of(two):
        return True
    # blocked both times for the same status is no change that a reader could act on
    return one != two and not isinstance(one, Blocked)


def _is_money(rule: Rule, currency: str) -> bool:
    inner = strip(rule.type)
    return isinstance(inner, Number) and str(inner.unit) == currency


def _counted(leading: Moved, money: Sequence[Moved]) -> Moved | None:
    """The amount by which a row's gain is counted: the leading one, else what rests on most and is known both times."""
    if leading.difference is not None:
        return leading
    if turned(leading):
        return None
    return next((moved for moved in money if moved.difference is not None), None)
