"""Owns advice: what is declared and never used, what cites nothing, quotations longer than they should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policydsl.syntax import tree

if TYPE_CHECKING:
    from policydsl.check.infer import Checker

MAX_QUOTED = 30
"""Characters of the notice that may be quoted to locate a clause."""


def look(checker: Checker, file: tree.File) -> None:
    """Add the advice on a whole policy to its findings."""
    scope = checker.scope
    for item in scope.entities.values():
        for draft in item.drafts.values():
            if draft.node.cite is None and not draft.lent and draft.kind != "property":
                scope.report("rule-without-citation", draft.node.name.span, name=draft.name)
            if draft.kind == "reading" and draft.id not in checker.used:
                scope.report("unused-rule", draft.node.name.span, name=draft.name)
        for field in item.fields.values():
            # a field with a 说明 is kept for its reader (a firm beside its code), and the drafter says so
            unused = (item.name, field.name) not in checker.used and field.name not in item.bounds
            informative = field.key or field.note or field.decision is not None or _names_table_key(checker, field.name)
            if unused and not informative and field.span is not None:
                scope.report("unused-field", field.span, name=field.name)
    for name, (written, _) in scope.tables.items():
        if ("", name) not in checker.used:
            scope.report("unused-table", written.name.span, name=name)
    for cite in scope.citations:
        for _, quoted in cite.clauses:
            if len(quoted) > MAX_QUOTED:
                scope.report("quoted-too-long", cite.span, length=len(quoted), most=MAX_QUOTED)


def _names_table_key(checker: Checker, name: str) -> bool:
    return any(name == key.text for written, _ in checker.scope.tables.values() for key in written.keys)
