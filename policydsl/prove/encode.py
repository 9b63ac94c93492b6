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
from attrs import evolve

from policydsl.core import program as core
from policydsl.core.program import Expr, Program
from policydsl.core.types import Bool, Date, Moment, Number, strip
from policydsl.core.units import Unit
from policydsl.core.values import NONE, NotApplicable
from policydsl.core.walk import everything
from policydsl.prove import amounts, choices, numbers
from policydsl.prove.hanging import below, entity_over, named_outside, structure
from policydsl.prove.numbers import Floors, Num
from policydsl.prove.outcomes import NO, YES, Branch, Hazard, Scope, Sym, either
from policydsl.prove.symbols import Free, Path, Symbols

COUNT = Number(Unit(), whole=True)


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
                return choices.choose(self, node, scopes)
            case core.Bands():
                return choices.bands(self, node, scopes)
            case core.Brackets():
                return amounts.brackets(self, node, scopes)
            case core.Increment():
                return amounts.increment(self, node, scopes)
            case core.Limit():
                return amounts.limit(self, node, scopes)
            case core.Pick(kind=kind, options=options):
                parts_ = [self.of(choice.value, scopes) for choice in options]
                if not all(isinstance(part.term, Num) for part in parts_):
                    return self.free(node, scopes)
                best = parts_[0].term
                word = "ge" if kind == "max" else "le"
                for rival in parts_[1:]:
                    best = numbers.chosen(numbers.compared(word, best, rival.term), best, rival.term)
                return self.strict(parts_, best)
            case core.Round(mode=mode, place=place, body=body):
                inner = self.of(body, scopes)
                return self.strict((inner,), amounts.rounded(self, mode, place, inner.term))
            case core.Lookup():
                return choices.lookup(self, node, scopes)
            case core.Switch(reading=reading, options=options):
                adopted = self.readings.get(reading)
                if adopted is None:
                    return self.switched(node, scopes)
                return next(self.of(choice.value, scopes) for choice in options if choice.label == adopted)
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

    def joined(self, needed: Sym, result: Sym) -> Sym:
        """A result that also needs other things."""
        fit = needed.fit
        return Sym(
            result.term,
            z3.simplify(z3.And(fit, result.none)),
            z3.simplify(z3.Or(needed.waits, z3.And(fit, result.waits))),
            z3.simplify(z3.Or(needed.broken, z3.And(fit, result.broken))),
        )

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
        return named_outside(node, inside)
