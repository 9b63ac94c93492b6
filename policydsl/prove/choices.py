"""Owns choices as formulas: 若 and exceptions, bands, rows of tables; each notes when it counts and where it breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import z3
from attrs import evolve

from policydsl.core import program as core
from policydsl.core.program import Expr
from policydsl.core.walk import everything
from policydsl.prove import numbers
from policydsl.prove.numbers import Num
from policydsl.prove.outcomes import NO, YES, Scope, Sym, either, equal

if TYPE_CHECKING:
    from policydsl.prove.encode import Encoder


def choose(encoder: Encoder, node: core.Choose, scopes: Scope) -> Sym:
    first = node.hit == "first"
    whens = []
    decided: Any = YES
    for case in node.cases:
        when = encoder.under(decided, case.when, scopes)
        whens.append(when)
        if first:
            decided = z3.simplify(z3.And(decided, when.fit, z3.Not(when.term)))
    holds = [z3.simplify(z3.And(when.fit, when.term)) for when in whens]
    fails = [z3.simplify(z3.And(when.fit, z3.Not(when.term))) for when in whens]
    values = []
    before: Any = YES
    for at, case in enumerate(node.cases):
        alone = z3.simplify(z3.And(before, holds[at]) if first else holds[at])
        values.append(encoder.under(alone, case.value, scopes))
        if not by_reading(encoder, case.when):
            encoder.branch("case", case.label, at, case.span or case.value.span, alone)
        before = z3.And(before, fails[at])
    before = z3.simplify(before)
    if node.otherwise is not None:
        rest = encoder.under(before, node.otherwise, scopes)
        if not any(by_reading(encoder, case.when) for case in node.cases):
            encoder.branch("otherwise", "", len(node.cases), node.otherwise.span, before, node.form != "if")
    else:
        rest = Sym(encoder.blank(node), waits=YES if node.form == "dated" else NO)
        if node.form != "dated":
            rest = encoder.hazard("gap", node, before, rest)
    result = rest
    for at in reversed(range(len(values))):
        result = encoder.chosen(holds[at], values[at], result)
        if first:
            blocked = z3.Not(whens[at].fit)
            open_ = Sym(
                result.term,
                NO,
                z3.And(blocked, whens[at].waits),
                z3.And(blocked, z3.Or(whens[at].broken, whens[at].none)),
            )
            result = encoder.chosen(blocked, open_, result)
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
    return encoder.hazard("clash", node, clash, result)


def by_reading(encoder: Encoder, when: Expr) -> bool:
    """Whether a reading decides a condition, not the facts."""
    for node in everything(when):
        if isinstance(node, core.Switch):
            return True
        if isinstance(node, core.RuleRead) and encoder.program.rule_index[node.entity, node.name].kind == "reading":
            return True
    return all(isinstance(node, core.Compare | core.Const | core.Local | core.OneOf) for node in everything(when))


def bands(encoder: Encoder, node: core.Bands, scopes: Scope) -> Sym:
    measure = encoder.of(node.measure, scopes)
    bounds = [encoder.of(row.bound, scopes) for row in node.rows]
    if not isinstance(measure.term, Num):
        return encoder.free(node, scopes)
    lower = node.side == "lower"
    reached = []
    for row, bound in zip(node.rows, bounds, strict=True):
        op = ("ge" if row.inclusive else "gt") if lower else ("le" if row.inclusive else "lt")
        reached.append(z3.simplify(numbers.compared(op, measure.term, bound.term)))
    needed = encoder.strict((measure, *bounds), None)
    order = list(reversed(range(len(reached)))) if lower else list(range(len(reached)))
    before: Any = needed.fit
    values: dict[int, Sym] = {}
    for at in order:
        alone = z3.simplify(z3.And(before, reached[at]))
        values[at] = encoder.under(alone, node.rows[at].value, scopes)
        encoder.branch("band", "", at, node.rows[at].span, alone)
        before = z3.And(before, z3.Not(reached[at]))
    result = encoder.under(z3.simplify(before), node.otherwise, scopes)
    if node.otherwise.span is not None and not isinstance(node.otherwise, core.Pending):
        encoder.branch("otherwise", "", len(node.rows), node.otherwise.span, z3.simplify(before), True)
    for at in reversed(order):
        result = encoder.chosen(reached[at], values[at], result)
    wrong = []
    for at in range(len(bounds) - 1):
        one, then = node.rows[at].inclusive, node.rows[at + 1].inclusive
        narrower = (one and not then) if lower else (then and not one)
        wrong.append(numbers.compared("gt" if narrower else "ge", bounds[at].term, bounds[at + 1].term))
    result = encoder.joined(needed, result)
    return encoder.hazard("order", node, z3.And(needed.fit, either(wrong)), result)


def lookup(encoder: Encoder, node: core.Lookup, scopes: Scope) -> Sym:
    table = encoder.program.tables[node.table]
    keys = [encoder.of(key, scopes) for key in node.keys]
    needed = encoder.strict(keys, None)
    rows = sorted(enumerate(table.rows), key=lambda item: item[1].otherwise)
    matches = []
    for _, row in rows:
        parts = [accepts(encoder, one, key) for one, key in zip(row.keys, keys, strict=True)]
        matches.append(z3.simplify(z3.And(parts) if parts else YES))
    values, before = [], needed.fit
    for (at, row), match in zip(rows, matches, strict=True):
        alone = z3.simplify(z3.And(before, match))
        values.append(encoder.under(alone, row.cells[node.column], (encoder._root[-1],)))
        encoder.branch("row", table.name, at, row.span, alone)
        before = z3.And(before, z3.Not(match))
    result = Sym(encoder.blank(node))
    for match, value in reversed(list(zip(matches, values, strict=True))):
        result = encoder.chosen(match, value, result)
    result = encoder.joined(needed, result)
    return encoder.hazard("gap", node, before, result)


def accepts(encoder: Encoder, keys: Any, key: Sym) -> Any:
    if keys is None:
        return YES
    met = []
    for one in keys:
        if isinstance(one, core.Interval):
            parts = []
            for end, closed, op in ((one.low, one.low_closed, "g"), (one.high, one.high_closed, "l")):
                if end is not None:
                    term = encoder.symbols.literal(end, numbers.constant)
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
            term = encoder.symbols.literal(one, numbers.constant)
            met.append(numbers.compared("eq", key.term, term) if isinstance(term, Num) else key.term == term)
    return z3.Or(met)
