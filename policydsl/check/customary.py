"""Owns the measure that a rule about time is shown in where its author wrote none: years of service in years, pay by the week by the week.

Only measures of time with another size than that of their base unit (年, 周, 元/周) are handed on, and only to what has the same unit: a rule in months
stays in months. The value is not touched.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

from attrs import evolve

from policydsl.core import program as core
from policydsl.core.types import Number, strip
from policydsl.core.units import Measure, Unit, base
from policydsl.diagnostics.model import Language

_MONTH, _DAY = "月", "天"
_YEARS: Mapping[Language, str] = {"zh": "年", "en": "years"}
_SAME = {"add", "sub", "neg", "max", "min", "abs", "mean", "sum"}


def customary(
    ordered: Sequence[core.Rule],
    entities: Mapping[str, core.Entity],
    said: Collection[tuple[str, str]],
    lang: Language,
) -> tuple[core.Rule, ...]:
    """The rules, in the order in which they read one another, with the measures of time that they are customarily shown in.

    `said` are those whose author says how they are shown.
    """
    known: dict[tuple[str, str], Measure | None] = {}
    fields = {(name, field.name): field.measure for name, entity in entities.items() for field in entity.fields}
    found = []
    for rule in ordered:
        if rule.id not in said and _unit(rule.body) is not None:
            rule = evolve(rule, measure=_Seen(fields, known, lang).of(rule.body) or rule.measure)
        known[rule.id] = rule.measure
        found.append(rule)
    return tuple(found)


def _unit(node: core.Expr) -> Unit | None:
    type_ = strip(node.type)
    return type_.unit if isinstance(type_, Number) and not type_.unit.plain else None


class _Seen:
    """What the facts and rules that an expression reads are shown in."""

    def __init__(
        self,
        fields: Mapping[tuple[str, str], Measure | None],
        rules: Mapping[tuple[str, str], Measure | None],
        lang: Language,
    ) -> None:
        self._fields, self._rules = fields, rules
        self._years = Measure(base(_MONTH), _YEARS[lang], Fraction(12))

    def of(self, node: core.Expr) -> Measure | None:
        """The one measure that everything of the unit of a node is shown in, if there is one."""
        found = {measure for measure in self._parts(node, _unit(node)) if measure is not None}
        return found.pop() if len(found) == 1 else None

    def _parts(self, node: core.Expr, unit: Unit | None) -> list[Measure | None]:
        if unit is None or _unit(node) != unit:
            return []
        match node:
            case core.FieldRead(entity=entity, name=name):
                return [_sized(self._fields.get((entity, name)))]
            case core.RuleRead(entity=entity, name=name):
                return [_sized(self._rules.get((entity, name)))]
            case core.Apply(op="years_between"):
                return [self._years]
            case core.Apply(op=op, args=args) if op in _SAME or op in ("mul", "div"):
                return self._all(args, unit)
            case core.Pick(options=options):
                return self._all([item.value for item in options], unit)
            case core.Limit(body=body) | core.Round(body=body) | core.Let(body=body):
                return self._parts(body, unit)
            case core.IfInapplicable(body=body, instead=instead):
                return self._all([body, instead], unit)
            case core.Choose(cases=cases, otherwise=otherwise):
                values = [case.value for case in cases]
                return self._all([*values, otherwise] if otherwise is not None else values, unit)
            case core.Aggregate(fold="sum" | "max" | "min" | "mean" | "first" | "last", body=body) if body is not None:
                return self._parts(body, unit)
            case _:
                return []

    def _all(self, nodes: Sequence[core.Expr], unit: Unit) -> list[Measure | None]:
        return [measure for node in nodes for measure in self._parts(node, unit)]


def _sized(measure: Measure | None) -> Measure | None:
    if measure is None or measure.size == 1:
        return None
    return measure if {name for name, _ in measure.unit.powers} & {_MONTH, _DAY} else None
