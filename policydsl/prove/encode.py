"""Owns what a rule says as a formula: its value, and the conditions under which it has none.

All facts are taken as supplied and all decisions as taken. What the formulas do not carry (dates by months, lists, rows among
their siblings, what aggregates fold) becomes a free symbol, the same for the same expression: what is proved with it holds, and
a case found with it is shown only after the interpreter has confirmed it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any

import z3
from attrs import evolve, frozen

from policydsl.core import program as core
from policydsl.core.program import Expr, Program
from policydsl.core.types import Bool, Date, Moment, Number, strip
from policydsl.core.units import Unit
from policydsl.core.values import NONE, NotApplicable
from policydsl.core.walk import everything, parts
from policydsl.prove import numbers
from policydsl.prove.numbers import Floors, Num
from policydsl.prove.symbols import Free, Path, Symbols

NO, YES = z3.BoolVal(False), z3.BoolVal(True)
COUNT = Number(Unit(), whole=True)


@frozen(eq=False)
class Sym:
    """An outcome as formulas. At most where none of the conditions holds is `term` its value.

    `none`: none or not applicable. `waits`: no value for a reason that lies elsewhere or with people. `broken`: no value for a
    reason that lies in the rule itself (a gap, a clash, a division by zero).
    """

    term: Any
    none: Any = NO
    waits: Any = NO
    broken: Any = NO

    @property
    def fit(self) -> Any:
        """That there is a value to compute with."""
        return z3.And(z3.Not(self.none), z3.Not(self.waits), z3.Not(self.broken))

    @property
    def never(self) -> bool:
        """Whether there is no value whatever the facts are."""
        return any(z3.is_true(condition) for condition in (self.none, self.waits, self.broken))


@frozen(eq=False)
class Hazard:
    """A place that may break a rule: "gap", "clash", "zero", "order", "step"; `when` it does."""

    kind: str
    rule: core.Rule
    node: Expr
    when: Any


@frozen(eq=False)
class Branch:
    """A row, band, case or cap of a rule, and when it is the one that counts. `spare`: a 否则 that has to be written, needed or not."""

    kind: str
    rule: core.Rule
    label: str
    at: int
    span: Any
    when: Any
    spare: bool = False


Scope = tuple[Any, ...]


class Encoder:
    """One program over given symbols. `moved`: facts of which there are several values, told apart by `world`, of the row that is
    asked about or (`everywhere`) of every row; an entity with the field "" stands for its rows, of which there are several sets.

    A reading of which `readings` says nothing may be any of its alternatives. Rules that are `shut` are not looked into: what they
    give may be anything, the same wherever it is read.
    """

    def __init__(
        self,
        program: Program,
        symbols: Symbols,
        readings: Mapping[str, str],
        floors: Floors,
        moved: Collection[tuple[str, str]] = (),
        world: str = "",
        shut: Collection[tuple[str, str]] = (),
        everywhere: bool = False,
    ) -> None:
        self.shut = shut
        self.program, self.symbols, self.readings, self.floors = program, symbols, readings, floors
        self.moved, self.world, self.everywhere = frozenset(moved), world, everywhere
        self._dealt = frozenset(
            name for name in program.entities if any(not fact and below(program, name, of) for of, fact in self.moved)
        )
        self.hazards: list[Hazard] = []
        self.branches: list[Branch] = []
        self.aggregates: list[tuple[core.Aggregate, Scope, core.Rule, Any]] = []
        self._rules: dict[tuple[tuple[str, str], Path], Sym] = {}
        self._rule: list[core.Rule] = []
        self._root: list[Path] = []
        self._path: list[Any] = []
        self._moves: dict[tuple[str, str], bool] = {}

    # ------------------------------------------------------------ rules and rows

    def rule(self, rule: core.Rule, path: Path) -> Sym:
        """What a rule says of a row."""
        key = (rule.id, path)
        if key not in self._rules:
            kept, self._path = self._path, []
            self._rule.append(rule)
            self._root.append(path)
            self._rules[key] = self.of(rule.body, (path,))
            self._rule.pop()
            self._root.pop()
            self._path = kept
        return self._rules[key]

    def row(self, ref: core.RowRef, scopes: Scope) -> tuple[Path | None, Any, Any]:
        """The row meant, when it is not there though it may be, and when it is not known."""
        match ref:
            case core.Here(depth=depth):
                return scopes[depth], NO, NO
            case core.Sole(entity=entity):
                return Path(entity, ("*",)), NO, NO
            case core.Owner(of=of, entity=entity):
                below, absent, open_ = self.row(of, scopes)
                if self.program.entities[entity].singleton:
                    return Path(entity, ("*",)), absent, open_
                if below is not None and below.steps and below.steps[-1].startswith(">"):
                    # the owner of a child reached from its owner
                    return Path(entity, below.steps[:-1]), absent, open_
                return (None if below is None else Path(entity, (*below.steps, f"<{below.entity}"))), absent, open_
            case core.OnlyChild(of=of, entity=entity):
                above, absent, open_ = self.row(of, scopes)
                if above is None:
                    return None, absent, open_
                there = z3.Bool(f"{above} has {entity}")
                return Path(entity, (*above.steps, f">{above.entity}")), z3.Or(absent, z3.Not(there)), open_
            case core.Keyed(entity=entity, key=key):
                value = self.of(key, scopes)
                said = value.term.sexpr() if hasattr(value.term, "sexpr") else str(value.term)
                return Path(entity, (f"[{said}]",)), value.none, z3.Or(value.waits, value.broken)
        raise AssertionError(ref)

    # ------------------------------------------------------------ expressions

    def of(self, node: Expr, scopes: Scope) -> Sym:
        """What an expression says."""
        number = numbers.constant
        match node:
            case core.Const(value=value):
                if value is NONE or isinstance(value, NotApplicable):
                    return Sym(self.blank(node), none=YES)
                term = self.symbols.literal(value, number)
                return Sym(term) if term is not None else self.free(node, scopes)
            case core.FieldRead(row=ref, entity=entity, name=name):
                path, absent, open_ = self.row(ref, scopes)
                if path is None:
                    return self.free(node, scopes)
                own = self.everywhere or path.steps in ((), ("*",))
                world = self.world if (entity, name) in self.moved and own else ""
                cell = self.symbols.cell(self.program, path, name, world)
                if cell.term is None:
                    return self.free(node, scopes)
                return Sym(cell.term, none=z3.simplify(z3.Or(absent, cell.absent)), waits=open_)
            case core.RuleRead(row=ref, entity=entity, name=name):
                path, absent, open_ = self.row(ref, scopes)
                if path is None:
                    return self.free(node, scopes)
                read = self.closed(node, path) if (entity, name) in self.shut else None
                if read is None:
                    read = self.rule(self.program.rule_index[entity, name], path)
                waits = z3.Or(open_, read.waits, read.broken)
                return Sym(read.term, z3.simplify(z3.Or(absent, read.none)), z3.simplify(waits), NO)
            case core.Local(depth=depth):
                found: Sym = scopes[depth]
                return found
            case core.Let(value=value, body=body):
                return self.of(body, (self.of(value, scopes), *scopes))
            case core.OnDay():
                return self.free(node, scopes)
            case core.Pending():
                return Sym(self.blank(node), waits=YES)
            case core.Inapplicable():
                return Sym(self.blank(node), none=YES)
            case core.Apply():
                return self.apply(node, scopes)
            case core.Compare(op=op, left=left, right=right):
                one, other = self.of(left, scopes), self.of(right, scopes)
                return self.strict((one, other), self.compared(op, left, right, one, other))
            case core.Every(parts=parts):
                return self.counted([self.of(part, scopes) for part in parts], len(parts))
            case core.Some(parts=parts, at_least=wanted):
                return self.counted([self.of(part, scopes) for part in parts], wanted)
            case core.Not(part=part):
                inner = self.of(part, scopes)
                return self.strict((inner,), z3.Not(inner.term))
            case core.OneOf(item=item, options=options):
                one = self.of(item, scopes)
                each = []
                for choice in options:
                    said = self.of(choice, scopes)
                    each.append(self.strict((one, said), self.compared("eq", item, choice, one, said)))
                return self.counted(each, 1)
            case core.Choose():
                return self.choose(node, scopes)
            case core.Bands():
                return self.bands(node, scopes)
            case core.Brackets():
                return self.brackets(node, scopes)
            case core.Increment():
                return self.increment(node, scopes)
            case core.Limit():
                return self.limit(node, scopes)
            case core.Pick(kind=kind, options=choices):
                parts_ = [self.of(choice.value, scopes) for choice in choices]
                if not all(isinstance(part.term, Num) for part in parts_):
                    return self.free(node, scopes)
                best = parts_[0].term
                word = "ge" if kind == "max" else "le"
                for rival in parts_[1:]:
                    best = numbers.chosen(numbers.compared(word, best, rival.term), best, rival.term)
                return self.strict(parts_, best)
            case core.Round(mode=mode, place=place, body=body):
                inner = self.of(body, scopes)
                return self.strict((inner,), self.rounded(mode, place, inner.term))
            case core.Lookup():
                return self.lookup(node, scopes)
            case core.Switch(reading=reading, options=choices):
                adopted = self.readings.get(reading)
                if adopted is None:
                    return self.switched(node, scopes)
                return next(self.of(choice.value, scopes) for choice in choices if choice.label == adopted)
            case core.IfInapplicable(body=body, instead=instead):
                inner, other = self.of(body, scopes), self.of(instead, scopes)
                return self.chosen(inner.none, other, evolve(inner, none=NO))
            case core.Has(body=body):
                inner = self.of(body, scopes)
                return Sym(z3.Not(inner.none), NO, inner.waits, inner.broken)
            case core.Aggregate(rows=rows, where=where, empty=empty) if empty is not None:
                count = self.of(core.Aggregate("count", rows, where, type=COUNT, span=node.span), scopes)
                rest = self.of(evolve(node, empty=None), scopes)
                return self.joined(count, self.chosen(count.term.top == 0, self.of(empty, scopes), rest))
        return self.free(node, scopes)

    def closed(self, node: core.RuleRead, path: Path) -> Sym | None:
        """What a rule that is not looked into gives of a row; None where formulas do not carry its type."""
        found = self.symbols.outcome(self.program, path, self.program.rule_index[node.entity, node.name])
        return None if found.term is None else Sym(found.term, found.absent, found.open)

    def switched(self, node: core.Switch, scopes: Scope) -> Sym:
        """What a reading gives that may be any of its alternatives."""
        chosen = self.symbols.reading(self.program, node.reading)
        result: Sym | None = None
        for at, option in enumerate(self.program.readings[node.reading].options):
            value = next(self.of(choice.value, scopes) for choice in node.options if choice.label == option.name)
            result = value if result is None else self.chosen(chosen == at, value, result)
        assert result is not None
        return result

    def blank(self, node: Expr) -> Any:
        """A term of the node's type for where there is no value."""
        match strip(node.type):
            case Bool():
                return NO
            case Number():
                return numbers.constant(0)
        return z3.IntVal(0)

    def strict(self, parts: Any, term: Any) -> Sym:
        """An operation on all the parts: none of an operand is no operand."""
        return Sym(
            term,
            NO,
            either([part.waits for part in parts]),
            either([*(part.none for part in parts), *(part.broken for part in parts)]),
        )

    def counted(self, parts: list[Sym], wanted: int) -> Sym:
        """At least `wanted` of the conditions, in three values."""
        sure = [z3.And(part.fit, part.term) for part in parts]
        possible = [z3.Or(z3.Not(part.fit), part.term) for part in parts]
        if wanted == 1:
            yes, can = z3.Or(sure), z3.Or(possible)
        elif wanted == len(parts):
            yes, can = z3.And(sure), z3.And(possible)
        else:
            yes, can = z3.AtLeast(*sure, wanted), z3.AtLeast(*possible, wanted)
        yes = z3.simplify(yes)
        open_ = z3.simplify(z3.And(can, z3.Not(yes)))
        waits = z3.And(open_, either([part.waits for part in parts]))
        broken = z3.And(open_, either([*(part.none for part in parts), *(part.broken for part in parts)]))
        return Sym(yes, NO, z3.simplify(waits), z3.simplify(broken))

    def chosen(self, condition: Any, one: Sym, other: Sym) -> Sym:
        """One of two outcomes."""
        condition = z3.simplify(condition)
        if z3.is_true(condition):
            return one
        if z3.is_false(condition):
            return other
        if one.never or other.never or one.term is None or other.term is None:
            # a side without any value has no say in what the value is
            term: Any = other.term if one.never or one.term is None else one.term
        elif isinstance(one.term, Num) and isinstance(other.term, Num):
            term = numbers.chosen(condition, one.term, other.term)
        else:
            term = z3.If(condition, one.term, other.term)
        picked = [
            z3.simplify(z3.If(condition, getattr(one, name), getattr(other, name)))
            for name in ("none", "waits", "broken")
        ]
        return Sym(term, *picked)

    def compared(self, op: str, left: Expr, right: Expr, one: Sym, other: Sym) -> Any:
        first, second = one.term, other.term
        if isinstance(first, Num):
            return numbers.compared(op, first, second)
        types = (strip(left.type), strip(right.type))
        if isinstance(types[0], Moment) != isinstance(types[1], Moment):
            day = Fraction(719163)
            if isinstance(types[0], Moment):
                first = first / 86400 + int(day)
            else:
                second = second / 86400 + int(day)
        if op in ("eq", "ne"):
            return (first == second) if op == "eq" else (first != second)
        return {"ge": first >= second, "gt": first > second, "le": first <= second, "lt": first < second}[op]

    def apply(self, node: core.Apply, scopes: Scope) -> Sym:
        parts = [self.of(arg, scopes) for arg in node.args]
        terms = [part.term for part in parts]
        if node.op in ("days_between", "add_days", "sub_days") and all(
            isinstance(strip(arg.type), Date | Number) for arg in node.args
        ):
            if node.op == "days_between":
                return self.strict(parts, Num(terms[1] - terms[0]))
            if terms[1].bottom == 1 and z3.is_int(terms[1].top):
                shift = terms[1].top
                return self.strict(parts, terms[0] + shift if node.op == "add_days" else terms[0] - shift)
        if not terms or not all(isinstance(term, Num) for term in terms):
            return self.free(node, scopes)
        zero = numbers.constant(0)
        match node.op:
            case "add":
                return self.strict(parts, numbers.plus(terms[0], terms[1]))
            case "sub":
                return self.strict(parts, numbers.minus(terms[0], terms[1]))
            case "mul":
                return self.strict(parts, numbers.product(terms[0], terms[1]))
            case "div":
                result = self.strict(parts, numbers.quotient(terms[0], terms[1]))
                return self.hazard("zero", node, z3.And(parts[1].fit, terms[1].top == 0), result)
            case "neg":
                return self.strict(parts, numbers.minus(zero, terms[0]))
            case "abs":
                below = numbers.compared("lt", terms[0], zero)
                return self.strict(parts, numbers.chosen(below, numbers.minus(zero, terms[0]), terms[0]))
            case "excess" | "shortfall":
                one, other = terms if node.op == "excess" else reversed(terms)
                rest = numbers.minus(one, other)
                return self.strict(parts, numbers.chosen(numbers.compared("gt", rest, zero), rest, zero))
        return self.free(node, scopes)

    def hazard(self, kind: str, node: Expr, when: Any, result: Sym) -> Sym:
        """Notes that a place may break the rule."""
        when = z3.simplify(when)
        if z3.is_false(when):
            return result
        if self._rule:
            self.hazards.append(Hazard(kind, self._rule[-1], node, z3.And(*self._path, when)))
        return evolve(result, broken=z3.simplify(z3.Or(result.broken, when)))

    def branch(self, kind: str, label: str, at: int, span: Any, when: Any, spare: bool = False) -> None:
        """Notes a row or band and when it counts."""
        if self._rule:
            self.branches.append(Branch(kind, self._rule[-1], label, at, span, z3.And(*self._path, when), spare))

    def under(self, condition: Any, node: Expr, scopes: Scope) -> Sym:
        """An expression where a condition holds."""
        self._path.append(condition)
        found = self.of(node, scopes)
        self._path.pop()
        return found

    # ------------------------------------------------------------ choices

    def choose(self, node: core.Choose, scopes: Scope) -> Sym:
        first = node.hit == "first"
        whens = []
        decided: Any = YES
        for case in node.cases:
            when = self.under(decided, case.when, scopes)
            whens.append(when)
            if first:
                decided = z3.simplify(z3.And(decided, when.fit, z3.Not(when.term)))
        holds = [z3.simplify(z3.And(when.fit, when.term)) for when in whens]
        fails = [z3.simplify(z3.And(when.fit, z3.Not(when.term))) for when in whens]
        values = []
        before: Any = YES
        for at, case in enumerate(node.cases):
            alone = z3.simplify(z3.And(before, holds[at]) if first else holds[at])
            values.append(self.under(alone, case.value, scopes))
            if not self.by_reading(case.when):
                self.branch("case", case.label, at, case.span or case.value.span, alone)
            before = z3.And(before, fails[at])
        before = z3.simplify(before)
        if node.otherwise is not None:
            rest = self.under(before, node.otherwise, scopes)
            if not any(self.by_reading(case.when) for case in node.cases):
                self.branch("otherwise", "", len(node.cases), node.otherwise.span, before, node.form != "if")
        else:
            rest = Sym(self.blank(node), waits=YES if node.form == "dated" else NO)
            if node.form != "dated":
                rest = self.hazard("gap", node, before, rest)
        result = rest
        for at in reversed(range(len(values))):
            result = self.chosen(holds[at], values[at], result)
            if first:
                blocked = z3.Not(whens[at].fit)
                open_ = Sym(
                    result.term,
                    NO,
                    z3.And(blocked, whens[at].waits),
                    z3.And(blocked, z3.Or(whens[at].broken, whens[at].none)),
                )
                result = self.chosen(blocked, open_, result)
        if first:
            return result
        clashes = []
        for at in range(len(values)):
            for other in range(at):
                both = z3.And(holds[at], holds[other])
                if node.hit == "agree":
                    both = z3.And(both, values[at].fit, values[other].fit, z3.Not(equal(values[at], values[other])))
                clashes.append(both)
        clash = z3.simplify(either(clashes))
        undecided = either([z3.Not(when.fit) for when in whens])
        result = evolve(result, waits=z3.simplify(z3.Or(result.waits, undecided)))
        return self.hazard("clash", node, clash, result)

    def by_reading(self, when: Expr) -> bool:
        """Whether a reading decides a condition, not the facts."""
        for node in everything(when):
            if isinstance(node, core.Switch):
                return True
            if isinstance(node, core.RuleRead) and self.program.rule_index[node.entity, node.name].kind == "reading":
                return True
        return all(isinstance(node, core.Compare | core.Const | core.Local | core.OneOf) for node in everything(when))

    def bands(self, node: core.Bands, scopes: Scope) -> Sym:
        measure = self.of(node.measure, scopes)
        bounds = [self.of(row.bound, scopes) for row in node.rows]
        if not isinstance(measure.term, Num):
            return self.free(node, scopes)
        lower = node.side == "lower"
        reached = []
        for row, bound in zip(node.rows, bounds, strict=True):
            op = ("ge" if row.inclusive else "gt") if lower else ("le" if row.inclusive else "lt")
            reached.append(z3.simplify(numbers.compared(op, measure.term, bound.term)))
        needed = self.strict((measure, *bounds), None)
        order = list(reversed(range(len(reached)))) if lower else list(range(len(reached)))
        before: Any = needed.fit
        values: dict[int, Sym] = {}
        for at in order:
            alone = z3.simplify(z3.And(before, reached[at]))
            values[at] = self.under(alone, node.rows[at].value, scopes)
            self.branch("band", "", at, node.rows[at].span, alone)
            before = z3.And(before, z3.Not(reached[at]))
        result = self.under(z3.simplify(before), node.otherwise, scopes)
        if node.otherwise.span is not None and not isinstance(node.otherwise, core.Pending):
            self.branch("otherwise", "", len(node.rows), node.otherwise.span, z3.simplify(before), True)
        for at in reversed(order):
            result = self.chosen(reached[at], values[at], result)
        wrong = []
        for at in range(len(bounds) - 1):
            one, then = node.rows[at].inclusive, node.rows[at + 1].inclusive
            narrower = (one and not then) if lower else (then and not one)
            wrong.append(numbers.compared("gt" if narrower else "ge", bounds[at].term, bounds[at + 1].term))
        result = self.joined(needed, result)
        return self.hazard("order", node, z3.And(needed.fit, either(wrong)), result)

    def joined(self, needed: Sym, result: Sym) -> Sym:
        """A result that also needs other things."""
        fit = needed.fit
        return Sym(
            result.term,
            z3.simplify(z3.And(fit, result.none)),
            z3.simplify(z3.Or(needed.waits, z3.And(fit, result.waits))),
            z3.simplify(z3.Or(needed.broken, z3.And(fit, result.broken))),
        )

    def lookup(self, node: core.Lookup, scopes: Scope) -> Sym:
        table = self.program.tables[node.table]
        keys = [self.of(key, scopes) for key in node.keys]
        needed = self.strict(keys, None)
        rows = sorted(enumerate(table.rows), key=lambda item: item[1].otherwise)
        matches = []
        for _, row in rows:
            parts = [self.accepts(one, key) for one, key in zip(row.keys, keys, strict=True)]
            matches.append(z3.simplify(z3.And(parts) if parts else YES))
        values, before = [], needed.fit
        for (at, row), match in zip(rows, matches, strict=True):
            alone = z3.simplify(z3.And(before, match))
            values.append(self.under(alone, row.cells[node.column], (self._root[-1],)))
            self.branch("row", table.name, at, row.span, alone)
            before = z3.And(before, z3.Not(match))
        result = Sym(self.blank(node))
        for match, value in reversed(list(zip(matches, values, strict=True))):
            result = self.chosen(match, value, result)
        result = self.joined(needed, result)
        return self.hazard("gap", node, before, result)

    def accepts(self, keys: Any, key: Sym) -> Any:
        if keys is None:
            return YES
        met = []
        for one in keys:
            if isinstance(one, core.Interval):
                parts = []
                for end, closed, op in ((one.low, one.low_closed, "g"), (one.high, one.high_closed, "l")):
                    if end is not None:
                        term = self.symbols.literal(end, numbers.constant)
                        word = op + ("e" if closed else "t")
                        if isinstance(term, Num):
                            parts.append(numbers.compared(word, key.term, term))
                        else:
                            parts.append(
                                {
                                    "ge": key.term >= term,
                                    "gt": key.term > term,
                                    "le": key.term <= term,
                                    "lt": key.term < term,
                                }[word]
                            )
                met.append(z3.And(parts) if parts else YES)
            else:
                term = self.symbols.literal(one, numbers.constant)
                met.append(numbers.compared("eq", key.term, term) if isinstance(term, Num) else key.term == term)
        return z3.Or(met)

    # ------------------------------------------------------------ amounts

    def brackets(self, node: core.Brackets, scopes: Scope) -> Sym:
        measure = self.of(node.measure, scopes)
        parts = [measure]
        total, zero = numbers.constant(0), numbers.constant(0)
        wrong = []
        for piece in node.slices:
            start, rate = self.of(piece.start, scopes), self.of(piece.rate, scopes)
            parts += [start, rate]
            top = measure.term
            if piece.end is not None:
                end = self.of(piece.end, scopes)
                parts.append(end)
                top = numbers.chosen(numbers.compared("le", top, end.term), top, end.term)
                wrong.append(numbers.compared("lt", end.term, start.term))
            part = numbers.minus(top, start.term)
            part = numbers.chosen(numbers.compared("gt", part, zero), part, zero)
            total = numbers.plus(total, numbers.product(part, rate.term))
        result = self.strict(parts, total)
        return self.hazard("order", node, z3.And(result.fit, either(wrong)), result)

    def increment(self, node: core.Increment, scopes: Scope) -> Sym:
        measure, start = self.of(node.measure, scopes), self.of(node.start, scopes)
        parts, routes, wrong = [measure, start], [], []
        beyond, zero = numbers.minus(measure.term, start.term), numbers.constant(0)
        most = None if node.most_steps is None else self.of(node.most_steps, scopes)
        for step in node.steps:
            size, award = self.of(step.size, scopes), self.of(step.award, scopes)
            parts += [size, award]
            # the divisor is taken as positive; where it is not, the rule has no value
            share = Num(
                numbers.times(beyond.top, size.term.bottom), _divisor(numbers.times(beyond.bottom, size.term.top))
            )
            if node.started:
                whole = -self.floors.floor(Num(-share.top, share.bottom))
            else:
                whole = self.floors.floor(share)
            steps = z3.If(whole > 0, whole, 0)
            if most is not None:
                least = self.floors.floor(most.term)
                steps = z3.If(steps <= least, steps, z3.If(least > 0, least, 0))
            routes.append(numbers.product(Num(steps), award.term))
            wrong.append(numbers.compared("le", size.term, zero))
        if most is not None:
            parts.append(most)
        total = routes[0]
        for route in routes[1:]:
            if node.join == "sum":
                total = numbers.plus(total, route)
            else:
                total = numbers.chosen(
                    numbers.compared("ge" if node.join == "max" else "le", total, route), total, route
                )
        if node.at_start is not None:
            first = self.of(node.at_start, scopes)
            parts.append(first)
            reached = numbers.compared("ge", measure.term, start.term)
            total = numbers.plus(total, numbers.chosen(reached, first.term, zero))
        result = self.strict(parts, total)
        return self.hazard("step", node, z3.And(result.fit, either(wrong)), result)

    def limit(self, node: core.Limit, scopes: Scope) -> Sym:
        body = self.of(node.body, scopes)
        if not isinstance(body.term, Num):
            return self.free(node, scopes)
        amount, parts = body.term, [body]
        for bound in node.bounds:
            when = Sym(YES) if bound.when is None else self.of(bound.when, scopes)
            holds = z3.simplify(z3.And(when.fit, when.term))
            limit = self.under(holds, bound.limit, scopes)
            over = numbers.compared("gt" if bound.kind == "cap" else "lt", amount, limit.term)
            amount = numbers.chosen(z3.simplify(z3.And(holds, over)), limit.term, amount)
            self.branch(bound.kind, "", len(parts), bound.span, z3.And(holds, over))
            parts.append(
                Sym(
                    None,
                    z3.And(when.fit, when.term, limit.none),
                    z3.Or(when.waits, z3.And(holds, limit.waits)),
                    z3.Or(when.broken, when.none, z3.And(holds, limit.broken)),
                )
            )
        return self.strict(parts, amount)

    def rounded(self, mode: str, place: Fraction, amount: Num) -> Num:
        size = numbers.product(amount, numbers.constant(1 / place))
        below = numbers.compared("lt", size, numbers.constant(0))
        size = numbers.chosen(below, numbers.minus(numbers.constant(0), size), size)
        half = numbers.constant(Fraction(1, 2))
        if mode == "down":
            whole = self.floors.floor(size)
        elif mode == "up":
            whole = -self.floors.floor(numbers.minus(numbers.constant(0), size))
        else:
            whole = self.floors.floor(numbers.plus(size, half))
            if mode == "half-even":
                exactly = numbers.compared("eq", numbers.plus(size, half), Num(whole))
                whole = z3.If(z3.And(exactly, whole % 2 == 1), whole - 1, whole)
        return numbers.product(Num(z3.If(below, -whole, whole)), numbers.constant(place))

    # ------------------------------------------------------------ what formulas do not carry

    def free(self, node: Expr, scopes: Scope) -> Sym:
        """A symbol that stands for the expression: free, but the same for the same expression over the same rows."""
        deep = self.deep(node)
        outer = tuple(scope if isinstance(scope, Path) else str(scope.term) for scope in scopes)
        world = self.world if self.moves(node) else ""
        key = (type(node).__name__, structure(node), deep, outer, world)
        if key not in self.symbols.frees:
            said = f"{type(node).__name__} {len(self.symbols.frees)}"
            term = self.symbols.fresh(self.program, strip(node.type), said)
            if term is None:
                term = z3.Int(said)
            if isinstance(node, core.Aggregate) and node.fold in ("count", "distinct"):
                term = Num(z3.Int(said))
                self.symbols.limits.append(term.top >= 0)
            written = " ".join(node.span.text.split()) if node.span is not None else type(node).__name__
            self.symbols.frees[key] = Free(term, z3.Bool(f"{said} open"), z3.Bool(f"{said} absent"), written)
        free = self.symbols.frees[key]
        term, open_, absent = free.term, free.open, free.absent
        if isinstance(node, core.Aggregate):
            self.aggregates.append((node, scopes, self._rule[-1], term))
        certain = isinstance(node, core.Aggregate) and not deep
        return Sym(term, NO if isinstance(node, core.Aggregate) else absent, NO if certain else open_)

    def deep(self, node: Expr) -> tuple[str, ...]:
        """The rules and tables that an expression reads, with what they say."""
        met: dict[str, str] = {}
        stack = [node]
        while stack:
            for one in everything(stack.pop()):
                if isinstance(one, core.RuleRead):
                    name = f"{one.entity}.{one.name}"
                    if name not in met:
                        body = self.program.rule_index[one.entity, one.name].body
                        met[name] = structure(body)
                        stack.append(body)
                elif isinstance(one, core.Lookup) and one.table not in met:
                    rows = self.program.tables[one.table].rows
                    met[one.table] = " ".join(
                        f"{row.keys}{row.otherwise}{[(name, structure(cell)) for name, cell in row.cells.items()]}"
                        for row in rows
                    )
                elif isinstance(one, core.Switch):
                    met[f"{one.reading}="] = self.readings.get(one.reading, "")
        return tuple(sorted(f"{name}: {said}" for name, said in met.items()))

    def moves(self, node: Expr, inside: int = 0) -> bool:
        """Whether what a property changes could have a say in an expression, which stands `inside` so many scopes of its own."""
        if not self.moved:
            return False
        stack, met = [node], set()
        while stack:
            for one in everything(stack.pop()):
                if isinstance(one, core.FieldRead) and (one.entity, one.name) in self.moved:
                    return True
                if self._dealt and entity_over(one) in self._dealt:
                    return True
                if isinstance(one, core.RuleRead) and (one.entity, one.name) not in met:
                    met.add((one.entity, one.name))
                    stack.append(self.program.rule_index[one.entity, one.name].body)
        return _named_outside(node, inside)


def _named_outside(node: Expr, depth: int) -> bool:
    """Whether an expression uses a named value from outside it; what that hangs on is not looked into."""
    match node:
        case core.Local(depth=at):
            return at >= depth
        case core.Let(value=value, body=body):
            return _named_outside(value, depth) or _named_outside(body, depth + 1)
        case core.Aggregate() | core.Within():
            seen = (
                (node.where, node.body, node.order) if isinstance(node, core.Aggregate) else (node.where, node.column)
            )
            within = [one for one in seen if one is not None]
            rest = [one for one in parts(node) if not any(one is other for other in within)]
            return any(_named_outside(one, depth + 1) for one in within) or any(
                _named_outside(one, depth) for one in rest
            )
        case core.Running() | core.Previous() | core.Rank() | core.Share():
            return any(isinstance(one, core.Local) for one in everything(node))
    return any(_named_outside(one, depth) for one in parts(node))


def entity_over(node: Expr) -> str:
    """The entity over whose rows a node runs, empty where it runs over none."""
    if isinstance(node, core.Aggregate | core.Within):
        return node.rows.entity
    return node.among.entity if isinstance(node, core.Running | core.Previous | core.Rank | core.Share) else ""


def below(program: Program, entity: str, above: str) -> bool:
    """Whether rows of an entity are those of another, or belong to them."""
    at: str | None = entity
    while at is not None and at != above:
        at = program.entities[at].owner
    return at == above


def _divisor(term: Any) -> Any:
    value = numbers.known(term)
    return value if isinstance(value, int) and value > 0 else term


def either(conditions: list[Any]) -> Any:
    """Any of the conditions."""
    return z3.simplify(z3.Or(conditions)) if conditions else NO


def equal(one: Sym, other: Sym) -> Any:
    """That two values are the same."""
    if isinstance(one.term, Num) and isinstance(other.term, Num):
        return numbers.compared("eq", one.term, other.term)
    if isinstance(one.term, Num) or isinstance(other.term, Num) or one.term.sort() != other.term.sort():
        return NO
    return one.term == other.term


def structure(node: Any) -> str:
    """An expression as text by its parts, without the places where they were written."""
    if isinstance(node, tuple):
        return "(" + ",".join(structure(item) for item in node) + ")"
    if isinstance(node, core.Pick):
        # the names of alternatives are for the reader
        return f"Pick({node.kind},{','.join(structure(option.value) for option in node.options)})"
    if hasattr(node, "__attrs_attrs__") and type(node).__module__ == core.__name__:
        fields = [item.name for item in node.__attrs_attrs__ if item.eq and item.name != "type"]
        inner = ",".join(f"{name}={structure(getattr(node, name))}" for name in fields)
        return f"{type(node).__name__}({inner})"
    return repr(node)
