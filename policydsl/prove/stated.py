"""Owns the questions that 性质 of every form come to: what the worlds of a property are as formulas, and what confirms a case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import z3
from attrs import evolve

from policydsl.core import program as core
from policydsl.core.facts import Facts
from policydsl.core.program import Program, Property
from policydsl.core.types import strip
from policydsl.core.values import NONE, Exact, exact
from policydsl.core.walk import parts
from policydsl.interpret.against import broken
from policydsl.interpret.changed import Way, dealt, renamed, with_cell
from policydsl.interpret.reads import key_text
from policydsl.prove.case import value_of
from policydsl.prove.encode import Encoder
from policydsl.prove.hanging import entity_over
from policydsl.prove.numbers import Floors, Num, compared, constant, minus, plus
from policydsl.prove.outcomes import Sym, equal
from policydsl.prove.solve import Search, relevant, symbols_in, term_of
from policydsl.prove.symbols import Cell, Path, Symbols
from policydsl.prove.verdict import Counterexample, Verdict

if TYPE_CHECKING:
    from policydsl.prove.ask import Prover

WAYS: tuple[Way, ...] = ("half", "one", "none")


def ask(prover: Prover, item: Property) -> Verdict:
    """The answer to whether a property holds on all facts."""
    match item.form:
        case "monotone" | "steady":
            return _moved(prover, item)
        case "unrelated":
            return _unrelated(prover, item)
        case "order":
            return _order(prover, item)
        case "divided":
            return _divided(prover, item)
    return _claim(prover, item)


# ---------------------------------------------------------------- conditions


def _claim(prover: Prover, item: Property) -> Verdict:
    """That the rule of the property is never false."""
    encoder = prover.encoder(item.entity)
    rule = prover.program.rule_index[item.entity, item.name]
    said = encoder.rule(rule, prover.path(item.entity))

    def confirm(facts: Facts, key: str, _model: Any) -> Counterexample | None:
        outcome = prover.outcome(facts, item.entity, key, item.name)
        return Counterexample(facts, key, rule.id, outcome) if outcome is False else None

    if item.form == "parts" and shared_out(prover.program, rule.body):
        return Verdict("property", item.name, "proved", item.span)
    wrong = [said.fit, z3.Not(said.term)]
    verdict = prover.decide("property", item.name, item.span, encoder, item.entity, wrong, confirm)
    if verdict.answer == "proved" and item.form == "whenever" and _vacuous(prover, item, encoder, rule.body):
        return evolve(verdict, why="vacuous")
    return verdict


def shared_out(program: Program, body: core.Expr) -> bool:
    """Whether a sum over rows is of what 分摊 or 压减 gives them, and is held against the very total that they share: what is split
    is given out whole, and what is scaled never exceeds it, for any number of rows."""
    held = body.parts[-1] if isinstance(body, core.Some) else None
    if not isinstance(held, core.Compare) or not isinstance(held.left, core.Aggregate):
        return False
    part, rows = held.left.body, held.left.rows
    if not isinstance(part, core.RuleRead) or part.row != core.Here(0) or part.entity != rows.entity:
        return False
    share = program.rule_index[part.entity, part.name].body
    if not isinstance(share, core.Share) or share.among.entity != rows.entity or share.among.group:
        return False
    together = isinstance(rows, core.AllRows) or program.entities[rows.entity].owner is None
    if share.among.owned == together or (share.kind == "scale" and held.op != "le"):
        return False
    # the total is one fact or rule, seen from the rows and from their owner
    one, two = share.total, held.right
    if not isinstance(one, core.FieldRead | core.RuleRead) or type(one) is not type(two):
        return False
    assert isinstance(two, core.FieldRead | core.RuleRead)
    above = program.entities[rows.entity].owner
    same = (one.entity, one.name) == (two.entity, two.name)
    return same and (program.entities[one.entity].singleton or (share.among.owned and one.entity == above))


def _vacuous(prover: Prover, item: Property, encoder: Encoder, body: core.Expr) -> bool:
    """Whether the condition of 凡 … 则 … never holds."""
    asked = body.parts[0] if isinstance(body, core.Some) else None
    if not isinstance(asked, core.Not):
        return False
    said = encoder.of(asked.part, (prover.path(item.entity),))
    met = [said.fit, said.term]
    known = [*prover.constraints(encoder, item.entity), *encoder.floors.facts, *encoder.symbols.limits]
    return Search([*met, *relevant(met, known)], prover.seconds).look() == "none"


# ---------------------------------------------------------------- worlds


class Worlds:
    """A policy several times over the same symbols, apart from what `moved` names. The first world is the facts as they are."""

    def __init__(self, prover: Prover, item: Property, count: int, everywhere: bool = False) -> None:
        program = prover.program
        self.prover, self.item = prover, item
        self.symbols, self.path = Symbols(), prover.path(item.entity)
        floors = Floors()
        moved = item.about or ((item.entity, item.fact),)
        result = program.rule_index[item.result]
        where = self.path if item.result[0] == item.entity else Path(item.result[0], ("*",))
        self.names = [f" {number + 1}" for number in range(count)]
        self.encoders = [
            Encoder(program, self.symbols, prover.evaluator.readings, floors, moved, world, everywhere=everywhere)
            for world in self.names
        ]
        self.outcomes: list[Sym] = [encoder.rule(result, where) for encoder in self.encoders]

    @property
    def numbers(self) -> bool:
        """Whether the outcomes are numbers as formulas."""
        return all(isinstance(one.term, Num) for one in self.outcomes)

    def cells(self, fact: str) -> list[Cell]:
        """A fact of the row that is asked about, in each world."""
        return [self.symbols.cell(self.prover.program, self.path, fact, world) for world in self.names]

    def premises(self) -> list[Any]:
        """That no constraint is false in any world."""
        return [one for encoder in self.encoders for one in self.prover.constraints(encoder, self.item.entity)]

    def open(self) -> Verdict:
        """That formulas cannot say it."""
        return Verdict("property", self.item.name, "undecided", self.item.span, "beyond")

    def decide(self, wrong: Sequence[Any], confirm: Any, terms: Sequence[Any] = ()) -> Verdict:
        """The answer to whether `wrong` can hold; its last formula says what is at stake."""
        item = self.item
        return self.prover.decide(
            "property",
            item.name,
            item.span,
            self.encoders[0],
            item.entity,
            wrong,
            confirm,
            self.premises(),
            terms,
            symbols_in(wrong[-1:]),
        )


def _moved(prover: Prover, item: Property) -> Verdict:
    """A number fact with a lower and a higher value."""
    worlds = Worlds(prover, item, 2)
    cells = worlds.cells(item.fact)
    less, more = cells[0].term, cells[1].term
    if not worlds.numbers or not isinstance(less, Num):
        return worlds.open()
    first, second = worlds.outcomes if item.rises else reversed(worlds.outcomes)
    change = minus(second.term, first.term)
    if item.form == "steady":
        apart = compared("eq", more, plus(less, constant(item.step)))
        over = z3.Or(compared("gt", change, constant(item.most)), compared("lt", change, constant(-item.most)))
        terms = [less.top]
    else:
        apart = compared("lt", less, more)
        over = compared("lt" if item.forbidden == "falls" else "gt", change, constant(0))
        terms = [more.top - less.top, less.top]
    wrong = [
        apart,
        *(z3.Not(cell.absent) for cell in cells if cell.absent is not False),
        first.fit,
        second.fit,
        # what both sides have in common drops out
        z3.simplify(over, som=True),
    ]

    def confirm(facts: Facts, key: str, model: Any) -> Counterexample | None:
        values = [_number(model, cell.term.top) for cell in cells]
        if item.form == "steady":
            values[1] = exact(values[0] + item.step)
        low, high = (with_cell(facts, item.entity, key, item.fact, value) for value in values)
        before, after = (low, high) if item.rises else (high, low)
        of = key if item.result[0] == item.entity else ""
        one, two = (prover.outcome(given, item.result[0], of, item.result[1]) for given in (before, after))
        return Counterexample(before, of, item.result, one, after, two) if broken(item, (one, two)) else None

    return worlds.decide(wrong, confirm, terms)


def _unrelated(prover: Prover, item: Property) -> Verdict:
    """A fact with any two values; of other rows each with any values."""
    ((entity, fact),) = item.about
    own = entity == item.entity
    worlds = Worlds(prover, item, 2, everywhere=not own)
    first, second = worlds.outcomes
    if first.term is None or second.term is None:
        return worlds.open()
    settled = [z3.Not(condition) for one in (first, second) for condition in (one.waits, one.broken)]
    differ = z3.Or(
        z3.Xor(first.none, second.none),
        z3.And(z3.Not(first.none), z3.Not(second.none), z3.Not(equal(first, second))),
    )
    field = next(one for one in prover.program.entities[entity].fields if one.name == fact)

    def confirm(facts: Facts, key: str, model: Any) -> Counterexample | None:
        if not own:
            return None
        cells = worlds.cells(fact)
        one, two = (
            NONE
            if cell.absent is not False and z3.is_true(model.eval(cell.absent, model_completion=True))
            else value_of(worlds.symbols, model, strip(cell.type), term_of(cell))
            for cell in cells
        )
        before, after = with_cell(facts, entity, key, fact, one), with_cell(facts, entity, key, fact, two)
        then = key
        if field.key:
            before, then = facts, key_text(two)
            after = renamed(prover.program, facts, entity, key, fact, two)
        of, also = (key, then) if item.result[0] == item.entity else ("", "")
        outcomes = (
            prover.outcome(before, item.result[0], of, item.result[1]),
            prover.outcome(after, item.result[0], also, item.result[1]),
        )
        if not broken(item, outcomes):
            return None
        name = also if field.key else None
        return Counterexample(before, of, item.result, outcomes[0], after, outcomes[1], renamed=name)

    return worlds.decide([*settled, z3.simplify(differ)], confirm)


def _order(prover: Prover, item: Property) -> Verdict:
    """That nothing below the rule looks at the order in which the rows of an entity stand: so it holds for any number of rows."""
    ((entity, _),) = item.about
    told = tuple(dict.fromkeys(ordered_over(prover.program, prover.program.rule_index[item.result], entity)))
    if not told:
        return Verdict("property", item.name, "proved", item.span)
    return Verdict("property", item.name, "undecided", item.span, "beyond", told[:5])


def ordered_over(program: Program, rule: core.Rule, entity: str) -> Iterator[str]:
    """What below a rule may come out differently where the rows of an entity stand in another order, as it was written."""
    stack: list[core.Expr] = [rule.body]
    met: set[tuple[str, str]] = set()
    while stack:
        node = stack.pop()
        stack.extend(parts(node))
        if isinstance(node, core.RuleRead) and (node.entity, node.name) not in met:
            met.add((node.entity, node.name))
            stack.append(program.rule_index[node.entity, node.name].body)
        elif isinstance(node, core.Lookup) and (node.table, node.column) not in met:
            met.add((node.table, node.column))
            stack.extend(row.cells[node.column] for row in program.tables[node.table].rows)
        if entity_over(node) == entity and _by_place(node):
            yield " ".join(node.span.text.split()) if node.span is not None else type(node).__name__


def _by_place(node: core.Expr) -> bool:
    """Whether a node looks at where a row stands in its table."""
    match node:
        case core.Aggregate(fold=fold, order=order):
            return fold == "list" or (fold in ("first", "last") and not order)
        case core.Running(order=order) | core.Previous(order=order):
            return not order
        case core.Share(place=place):
            return place is not None
    return False


def _divided(prover: Prover, item: Property) -> Verdict:
    """A whole and two parts of it: numbers that add up, folds over rows of which counts and sums add up."""
    program = prover.program
    rows = [entity for entity, fact in item.about if not fact]
    worlds = Worlds(prover, item, 3)
    whole, one, two = worlds.outcomes
    if not worlds.numbers or any(program.entities[entity].at_most_one for entity in rows):
        return worlds.open()
    premises, absent = [], []
    split = [worlds.cells(fact) for _, fact in item.about if fact]
    for cells in split:
        all_of_it, first, second = (cell.term for cell in cells)
        premises.append(compared("eq", all_of_it, plus(first, second)))
        premises += [compared("ge", part, constant(0)) for part in (first, second)]
        absent += [z3.Not(cell.absent) for cell in cells if cell.absent is not False]
    premises += _added_up(worlds, rows)
    differ = compared("ne", plus(one.term, two.term), whole.term)
    wrong = [*premises, *absent, whole.fit, one.fit, two.fit, z3.simplify(differ, som=True)]

    def confirm(facts: Facts, key: str, model: Any) -> Counterexample | None:
        of = key if item.result[0] == item.entity else ""
        worlds_of = facts
        shares = [[_number(model, cell.term.top) for cell in cells[1:]] for cells in split]
        for cells, values in zip(split, shares, strict=True):
            worlds_of = with_cell(worlds_of, item.entity, key, cells[0].name, exact(Fraction(sum(values))))
        for way in WAYS if rows else WAYS[:1]:
            given = [worlds_of]
            for part in (0, 1):
                some = worlds_of
                for cells, values in zip(split, shares, strict=True):
                    some = with_cell(some, item.entity, key, cells[0].name, values[part])
                for entity in rows:
                    some = dealt(program, some, entity, item.entity, key, way, part)
                given.append(some)
            outcomes = [prover.outcome(each, item.result[0], of, item.result[1]) for each in given]
            if broken(item, outcomes):
                return Counterexample(
                    given[0], of, item.result, outcomes[0], given[1], outcomes[1], last=(given[2], outcomes[2])
                )
        return None

    terms = [term_of(cell) for cells in split for cell in cells[1:]]
    return worlds.decide(wrong, confirm, terms)


def _added_up(worlds: Worlds, rows: Sequence[str]) -> list[Any]:
    """Of counts and sums over the rows that are dealt out: that those of the parts make that of the whole."""
    said = []
    program = worlds.prover.program
    lists = [encoder.aggregates for encoder in worlds.encoders]
    if len({len(one) for one in lists}) != 1:
        return []
    inner = worlds.encoders[0]
    for (node, scopes, _, whole), (again, _, _, one), (last, _, _, two) in zip(*lists, strict=True):
        if node is not again or node is not last or node.fold not in ("count", "sum") or node.rows.entity not in rows:
            continue
        if isinstance(node.rows, core.Children):
            above = inner.row(node.rows.of, scopes)[0]
            mine = above == worlds.path
        else:
            mine = program.entities[worlds.item.entity].singleton
        # what each row gives must not hang on what the other rows are
        if mine and not any(inner.moves(part, 1) for part in (node.where, node.body) if part is not None):
            said.append(compared("eq", plus(one, two), whole))
    return said


def _number(model: Any, term: Any) -> Exact:
    found = model.eval(term, model_completion=True)
    if z3.is_int_value(found):
        return int(found.as_long())
    return exact(Fraction(found.numerator_as_long(), found.denominator_as_long()))
