"""Owns the check of registers of firms (名册) and of the facts that are counted from them (计自)."""

from __future__ import annotations

from difflib import get_close_matches

from policydsl.check.scope import Scope
from policydsl.core import program as core
from policydsl.core.types import Number, strip
from policydsl.syntax import tree


def registers(scope: Scope) -> dict[str, core.Register]:
    """The registers of a policy by name. What they lack, and what is counted from none, is reported."""
    aliases = {node.alias.text: name for name, node in scope.registers.items() if node.alias}
    found = {name: _register(scope, node) for name, node in scope.registers.items()}
    for item in scope.entities.values():
        lines = [*item.node.fields, *(line for variant in item.node.variants for line in variant.fields)]
        for line in lines:
            for mark in line.attributes:
                if mark.word == "COUNTED":
                    _counted(scope, line, mark, found, aliases, item.node.singleton)
    return found


def _register(scope: Scope, node: tree.Register) -> core.Register:
    heads: dict[str, tuple[str, ...]] = {}
    for line in node.lines:
        heads[line.word] = heads.get(line.word, ()) + tuple(name.text for name in line.columns)
    if not heads.get("COL_CODE") and not heads.get("COL_NAME"):
        scope.report("register-columns", node.name.span, name=node.name.text)
    if node.cite:
        scope.citations.append(node.cite)
    return core.Register(
        node.name.text,
        node.alias.text if node.alias else "",
        heads.get("COL_CODE", ()),
        heads.get("COL_NAME", ()),
        heads.get("COL_FORMER", ()),
        heads.get("COL_PLACE", ()),
        next((line.text for line in node.lines if line.word == "SOURCE"), ""),
        node.cite.text if node.cite else "",
        span=node.name.span,
    )


def _counted(
    scope: Scope,
    line: tree.FieldLine,
    mark: tree.Attribute,
    known: dict[str, core.Register],
    aliases: dict[str, str],
    whole: bool,
) -> None:
    found = scope.type_of(line.type)
    type_ = strip(found[0]) if found else None
    if not isinstance(type_, Number) or not type_.whole:
        scope.report("counted-not-number", line.type.span, name=line.name.text)
    used = []
    for name in mark.names:
        register = known.get(aliases.get(name.text, name.text))
        if register is None:
            close = get_close_matches(name.text, [*known, *aliases], 1, 0.4)
            scope.report("unknown-register", name.span, name=name.text, close=close[0] if close else "")
        elif register.formers:
            scope.report("counted-former-names", name.span, name=name.text)
        else:
            used.append(register)
    if used and len(used) == len(mark.names) and not whole and not any(item.places for item in used):
        scope.report("register-place", mark.span, name=line.name.text, registers=scope.words("、", ", ").join(known))
