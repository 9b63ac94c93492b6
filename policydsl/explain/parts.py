"""Owns terms for facts and rules that were read, and for measures, which are shown with their arithmetic."""

from __future__ import annotations

from policydsl.core import program as core
from policydsl.core.types import Bool, strip
from policydsl.explain.book import role_of
from policydsl.explain.desk import Desk, step_of
from policydsl.explain.names import Address, Role, Shown
from policydsl.explain.sketch import sketch
from policydsl.explain.terms import FactTerm, RuleTerm, SumTerm, Term
from policydsl.interpret.trace import Step


def fact_term(step: Step, node: core.FieldRead, desk: Desk) -> Term:
    entity, key = (step.note[0], step.note[1]) if isinstance(step.note, tuple) else (node.entity, "")
    declared = desk.book.fields.get((node.entity, node.name))
    shown = Shown(step.outcome, node.type, declared.measure if declared else None)
    return FactTerm(
        Address(entity, key or "", node.name),
        desk.book.fact_name(node.entity, node.name),
        shown,
        (entity, key) != (desk.entity, desk.key) and not desk.book.singleton(entity),
    )


def rule_term(step: Step, node: core.RuleRead, desk: Desk, detail: Term | None = None) -> RuleTerm:
    entity, key = (step.note[0], step.note[1]) if isinstance(step.note, tuple) else (node.entity, "")
    rule = desk.book.rule(node.entity, node.name)
    role: Role = "plain"
    if rule is not None and isinstance(strip(node.type), Bool):
        role = role_of(rule)
    return RuleTerm(
        Address(entity, key or "", node.name),
        desk.book.rule_name(node.entity, node.name),
        Shown(step.outcome, node.type, rule.measure if rule else None, role),
        detail,
        (entity, key) != (desk.entity, desk.key) and not desk.book.singleton(entity),
    )


def measure_of(step: Step, expr: core.Expr, desk: Desk) -> Term:
    """The term of a measure; a rule that is plain arithmetic is shown with its operands."""
    found = step_of(step, expr)
    if found is None:
        return sketch(expr, desk.stand)
    if not isinstance(found.node, core.RuleRead) or not isinstance(found.note, tuple):
        return desk.tell(found)
    entity, key = found.note[0], found.note[1]
    own = desk.book.step(entity, key, found.node.name)
    detail = None
    if own is not None and isinstance(own.body.node, core.Apply) and (entity, key) == (desk.entity, desk.key):
        aside = desk.aside()
        detail = aside.tell(own.body)
        if aside.said or _leaves(detail) > 4:
            detail = None
    return rule_term(found, found.node, desk, detail)


def _leaves(term: Term) -> int:
    return sum(_leaves(arg) for arg in term.args) if isinstance(term, SumTerm) else 1
