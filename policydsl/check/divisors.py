"""Owns the proof that a divisor is never zero: by the bounds of facts, by guards on the way to the division, through rules and tables.

A small sign analysis: each expression is known to be positive, not negative, not zero, or nothing is known.
"""

from __future__ import annotations

from fractions import Fraction

from attrs import define, field

from policydsl.check.scope import Scope
from policydsl.core import program as core
from policydsl.core.types import Number, strip
from policydsl.core.units import nothing
from policydsl.core.walk import parts
from policydsl.source import Span

NOTHING, NOT_NEGATIVE, NOT_ZERO, POSITIVE, NEGATIVE = 0, 1, 2, 3, 4


def unsafe_divisors(scope: Scope, rules: dict[tuple[str, str], core.Rule], tables: dict[str, core.Table]) -> None:
    """Report every division whose divisor may be zero."""
    judge = _Judge(scope, rules, tables)
    doubtful: list[tuple[core.Rule, core.Apply]] = []
    for rule in rules.values():
        for division in judge.divisions(rule.body, ()):
            doubtful.append((rule, division))
    for rule, division in doubtful:
        if judge.guarded_by_readers(rule, division):
            continue
        divisor = division.args[1]
        where = divisor.span or division.span
        assert isinstance(where, Span)
        type_ = strip(divisor.type)
        zero = nothing(type_.unit, scope.language) if isinstance(type_, Number) else "0"
        asked = _asked(scope, rule, division, where.text, zero)
        scope.report("divisor-may-be-zero", where, divisor=where.text, rule=rule.name, zero=zero, asked=asked)


def _asked(scope: Scope, rule: core.Rule, division: core.Apply, divisor: str, zero: str) -> str:
    """The division behind the question whether its divisor is more than nothing, to be put in its place."""
    if division.span is None:
        return ""
    whole = " ".join(division.span.text.split())
    text = scope.words(
        f"若 {divisor} 大于 {zero} 则 {whole} 否则 待裁量 “基数为零”",
        f"if {divisor} over {zero} then {whole} else pending “base is zero”",
    )
    return text if division is rule.body else f"({text})"


Guards = tuple[tuple[core.Expr, bool], ...]


@define
class _Judge:
    scope: Scope
    rules: dict[tuple[str, str], core.Rule]
    tables: dict[str, core.Table]
    signs: dict[tuple[str, str], int] = field(factory=dict)
    busy: set[tuple[str, str]] = field(factory=set)
    readers: dict[tuple[str, str], list[tuple[core.Rule, Guards, core.RuleRead]]] | None = None

    def divisions(self, node: core.Expr, guards: Guards) -> list[core.Apply]:
        """The divisions inside `node` that nothing on the way makes safe."""
        found: list[core.Apply] = []
        for inner, known in _guarded(node, guards):
            if isinstance(inner, core.Apply) and inner.op == "div" and not self.not_zero(inner.args[1], known):
                found.append(inner)
        return found

    def not_zero(self, node: core.Expr, guards: Guards) -> bool:
        return self.sign(node, guards) in (POSITIVE, NOT_ZERO, NEGATIVE)

    def guarded_by_readers(self, rule: core.Rule, division: core.Apply) -> bool:
        """Whether every use of the rule stands under a guard that excludes a zero divisor."""
        if self.readers is None:
            self.readers = {}
            for other in self.rules.values():
                for node, guards in _guarded(other.body, ()):
                    if isinstance(node, core.RuleRead):
                        self.readers.setdefault((node.entity, node.name), []).append((other, guards, node))
        uses = self.readers.get(rule.id, [])
        if not uses or rule.id in self.busy:
            return False
        self.busy.add(rule.id)
        try:
            for other, guards, read in uses:
                if not isinstance(read.row, core.Here) or other.entity != rule.entity:
                    return False
                if self.not_zero(division.args[1], guards):
                    continue
                if not self.guarded_by_readers(other, division):
                    return False
        finally:
            self.busy.discard(rule.id)
        return True

    def sign(self, node: core.Expr, guards: Guards) -> int:
        """What is known of the sign of a number."""
        known = self._by_guards(node, guards)
        if known in (POSITIVE, NEGATIVE):
            return known
        derived = self._derived(node, guards)
        if (known == NOT_NEGATIVE and derived == NOT_ZERO) or (known == NOT_ZERO and derived == NOT_NEGATIVE):
            return POSITIVE
        return derived if derived != NOTHING else known

    def _by_guards(self, node: core.Expr, guards: Guards) -> int:
        best = NOTHING
        for condition, holds in guards:
            if not isinstance(condition, core.Compare):
                continue
            for subject, other, op in (
                (condition.left, condition.right, condition.op),
                (condition.right, condition.left, _turned(condition.op)),
            ):
                if subject != node:
                    continue
                found = _from_relation(op if holds else _denied(op), self._least(other))
                if found in (POSITIVE, NEGATIVE):
                    return found
                if (found == NOT_ZERO and best == NOT_NEGATIVE) or (found == NOT_NEGATIVE and best == NOT_ZERO):
                    return POSITIVE
                best = found or best
        return best

    def _least(self, node: core.Expr) -> Fraction | None:
        """The value of a literal; 0 stands for anything known to be not negative."""
        if isinstance(node, core.Const) and isinstance(node.value, int | Fraction) and not isinstance(node.value, bool):
            return Fraction(node.value)
        sign = self._derived(node, ()) if not isinstance(node, core.FieldRead) else NOTHING
        return Fraction(1) if sign == POSITIVE else Fraction(0) if sign == NOT_NEGATIVE else None

    def _derived(self, node: core.Expr, guards: Guards) -> int:
        match node:
            case core.Const(value=value):
                if isinstance(value, int | Fraction):
                    return POSITIVE if value > 0 else NEGATIVE if value < 0 else NOT_NEGATIVE
                return NOTHING
            case core.FieldRead():
                return self._field(node)
            case core.RuleRead():
                return self._rule((node.entity, node.name))
            case core.Apply() if (figure := _figure(node)) is not None:
                return POSITIVE if figure > 0 else NEGATIVE if figure < 0 else NOT_NEGATIVE
            case core.Apply(op="mul", args=(left, right)):
                return _product(self.sign(left, guards), self.sign(right, guards))
            case core.Apply(op="div", args=(left, right)):
                return _product(self.sign(left, guards), self.sign(right, guards))
            case core.Apply(op="add", args=(left, right)):
                a, b = self.sign(left, guards), self.sign(right, guards)
                if POSITIVE in (a, b) and {a, b} <= {POSITIVE, NOT_NEGATIVE}:
                    return POSITIVE
                return NOT_NEGATIVE if {a, b} <= {POSITIVE, NOT_NEGATIVE} else NOTHING
            case core.Apply(op="abs", args=(inner,)):
                return POSITIVE if self.sign(inner, guards) in (POSITIVE, NEGATIVE, NOT_ZERO) else NOT_NEGATIVE
            case core.Apply(op="neg", args=(inner,)):
                return {POSITIVE: NEGATIVE, NEGATIVE: POSITIVE, NOT_ZERO: NOT_ZERO}.get(
                    self.sign(inner, guards), NOTHING
                )
            case core.Let(value=value_of, body=core.Local(depth=0)):
                return self.sign(value_of, guards)
            case core.IfInapplicable(body=body, instead=instead):
                return _all([self.sign(body, guards), self.sign(instead, guards)])
            case core.Choose(cases=cases, otherwise=otherwise):
                found, passed = [], guards
                for case in cases:
                    if not isinstance(case.value, core.Pending | core.Inapplicable):
                        found.append(self.sign(case.value, (*passed, (case.when, True))))
                    passed = (*passed, (case.when, False))
                if otherwise is not None and not isinstance(otherwise, core.Pending | core.Inapplicable):
                    found.append(self.sign(otherwise, passed))
                return _all(found)
            case core.Bands(rows=rows, otherwise=otherwise):
                values = [band.value for band in rows] + [otherwise]
                return _all(
                    [self.sign(v, guards) for v in values if not isinstance(v, core.Pending | core.Inapplicable)]
                )
            case core.Pick(kind=kind, options=options):
                found = [self.sign(option.value, guards) for option in options]
                if kind == "max" and POSITIVE in found:
                    return POSITIVE
                return _all(found)
            case core.Limit(body=body, bounds=bounds):
                sign = self.sign(body, guards)
                for bound in bounds:
                    limit = self.sign(bound.limit, guards)
                    if bound.kind == "floor" and bound.when is None and limit == POSITIVE:
                        sign = POSITIVE
                    elif bound.kind == "cap" and sign != _all([sign, limit]):
                        sign = _all([sign, limit])
                return sign
            case core.Switch(options=options):
                return _all([self.sign(option.value, guards) for option in options])
            case core.Lookup(table=table, column=column):
                cells = [row.cells[column] for row in self.tables[table].rows]
                return _all([self.sign(cell, ()) for cell in cells if isinstance(cell, core.Const)] or [NOTHING])
            case core.Increment() | core.Brackets() | core.Aggregate(fold="count" | "distinct"):
                return NOT_NEGATIVE
            case core.Aggregate(fold="sum", body=body) if body is not None:
                return NOT_NEGATIVE if self.sign(body, ()) in (POSITIVE, NOT_NEGATIVE) else NOTHING
            case core.Round(mode="up", body=body):
                return self.sign(body, guards)
            case core.Round(body=body):
                return NOT_NEGATIVE if self.sign(body, guards) in (POSITIVE, NOT_NEGATIVE) else NOTHING
            case _:
                return NOTHING

    def _field(self, node: core.FieldRead) -> int:
        item = self.scope.entities.get(node.entity)
        if item is None:
            return NOTHING
        type_ = strip(item.fields[node.name].type)
        best = (
            NOT_NEGATIVE
            if isinstance(type_, Number) and type_.whole and self.scope.measures.counts(type_.unit)
            else NOTHING
        )
        for rule in self.rules.values():
            if rule.entity != node.entity or rule.kind != "constraint" or not isinstance(rule.body, core.Compare):
                continue
            body = rule.body
            if (
                isinstance(body.left, core.FieldRead)
                and body.left.name == node.name
                and isinstance(body.left.row, core.Here)
            ):
                found = _from_relation(body.op, self._least(body.right))
                if found in (POSITIVE, NEGATIVE):
                    return found
                if {found, best} == {NOT_ZERO, NOT_NEGATIVE}:
                    return POSITIVE
                best = found or best
        return best

    def _rule(self, id_: tuple[str, str]) -> int:
        if id_ in self.signs:
            return self.signs[id_]
        rule = self.rules.get(id_)
        if rule is None or id_ in self.busy or len(self.busy) > 200:
            return NOTHING
        self.busy.add(id_)
        try:
            found = self.sign(rule.body, ())
        finally:
            self.busy.discard(id_)
        self.signs[id_] = found
        return found


def _figure(node: core.Expr) -> Fraction | None:
    """The number that an expression of figures alone comes to, like 1 − 10%; None for any other, and for a division by zero."""
    match node:
        case core.Const(value=value) if isinstance(value, int | Fraction) and not isinstance(value, bool):
            return Fraction(value)
        case core.Apply(op="neg", args=(inner,)):
            found = _figure(inner)
            return -found if found is not None else None
        case core.Apply(op="add" | "sub" | "mul" | "div", args=(left, right)):
            a, b = _figure(left), _figure(right)
            if a is None or b is None or (node.op == "div" and b == 0):
                return None
            return {"add": a + b, "sub": a - b, "mul": a * b}[node.op] if node.op != "div" else a / b
    return None


def _guarded(node: core.Expr, guards: Guards) -> list[tuple[core.Expr, Guards]]:
    """Every expression inside `node` with the conditions known to hold or not hold where it is needed."""
    found: list[tuple[core.Expr, Guards]] = []
    stack: list[tuple[core.Expr, Guards]] = [(node, guards)]
    while stack:
        current, known = stack.pop()
        found.append((current, known))
        match current:
            case core.Choose(hit="first", cases=cases, otherwise=otherwise):
                passed = known
                for case in cases:
                    stack.append((case.when, passed))
                    stack.append((case.value, (*passed, *_facts(case.when, True))))
                    passed = (*passed, *_facts(case.when, False))
                if otherwise is not None:
                    stack.append((otherwise, passed))
            case core.Choose(cases=cases, otherwise=otherwise):
                for case in cases:
                    stack.append((case.when, known))
                    stack.append((case.value, (*known, *_facts(case.when, True))))
                if otherwise is not None:
                    stack.append((otherwise, known))
            case core.Every(parts=inner):
                passed = known
                for part in inner:
                    stack.append((part, passed))
                    passed = (*passed, *_facts(part, True))
            case core.Aggregate(where=where, body=body) if where is not None and body is not None:
                stack += [(part, known) for part in parts(current) if part is not body]
                stack.append((body, (*known, *_facts(where, True))))
            case _:
                stack += [(part, known) for part in parts(current)]
    return found


def _facts(condition: core.Expr, holds: bool) -> Guards:
    match condition:
        case core.Every(parts=inner) if holds:
            return tuple(fact for part in inner for fact in _facts(part, True))
        case core.Some(parts=inner, at_least=1) if not holds:
            return tuple(fact for part in inner for fact in _facts(part, False))
        case core.Not(part=part):
            return _facts(part, not holds)
        case _:
            return ((condition, holds),)


def _turned(op: str) -> str:
    return {"ge": "le", "gt": "lt", "le": "ge", "lt": "gt"}.get(op, op)


def _denied(op: str) -> str:
    return {"ge": "lt", "gt": "le", "le": "gt", "lt": "ge", "eq": "ne", "ne": "eq"}[op]


def _from_relation(op: str, limit: Fraction | None) -> int:
    if limit is None:
        return NOTHING
    match op:
        case "gt":
            return POSITIVE if limit >= 0 else NOTHING
        case "ge":
            return POSITIVE if limit > 0 else NOT_NEGATIVE if limit == 0 else NOTHING
        case "lt":
            return NEGATIVE if limit <= 0 else NOTHING
        case "le":
            return NEGATIVE if limit < 0 else NOTHING
        case "eq":
            return POSITIVE if limit > 0 else NEGATIVE if limit < 0 else NOTHING
        case "ne":
            return NOT_ZERO if limit == 0 else NOTHING
    return NOTHING


def _product(a: int, b: int) -> int:
    if a == POSITIVE:
        return b
    if b == POSITIVE:
        return a
    if a == NEGATIVE and b == NEGATIVE:
        return POSITIVE
    if a == NOT_NEGATIVE and b == NOT_NEGATIVE:
        return NOT_NEGATIVE
    if a in (NOT_ZERO, NEGATIVE) and b in (NOT_ZERO, NEGATIVE):
        return NOT_ZERO
    return NOTHING


def _all(signs: list[int]) -> int:
    if not signs:
        return NOTHING
    if all(sign == POSITIVE for sign in signs):
        return POSITIVE
    if all(sign == NEGATIVE for sign in signs):
        return NEGATIVE
    if all(sign in (POSITIVE, NOT_NEGATIVE) for sign in signs):
        return NOT_NEGATIVE
    if all(sign in (POSITIVE, NEGATIVE, NOT_ZERO) for sign in signs):
        return NOT_ZERO
    return NOTHING
