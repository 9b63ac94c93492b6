"""Owns what there is in a policy, thing by thing: every declaration under a key that its place in the file does not change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, assert_never

from attrs import frozen

from policydsl.syntax import tree

Kind = Literal[
    "policy",
    "roll",
    "units",
    "clause",
    "entity",
    "table",
    "rule",
    "task",
    "constraint",
    "reading",
    "decision",
    "example",
    "parameter",
    "formula",
    "conditions",
    "applies",
    "calendar",
    "import",
    "erratum",
    "property",
    "register",
    "amendment",
]

GROUPS: dict[str, tuple[Kind, ...]] = {
    "value": ("rule", "task", "reading", "decision", "parameter", "formula", "conditions"),
}
"""Kinds that share their names: one may take the place of another (a rule becomes a reading)."""

Key = tuple[str, str, str, int]
"""Group of kinds, whose rows, name, number among those of the same key."""


@frozen
class Thing:
    """One declaration. `owner`: the entity whose rows it is about, as written; empty for the main one. `clause`: what it cites,
    or what the part around it lends."""

    kind: Kind
    owner: str
    name: str
    alias: str
    node: tree.Declaration
    clause: str


def things(file: tree.File) -> Iterator[Thing]:
    """Every declaration of a file in the order in which it is written, those in parts included."""
    yield from _things(file.body, "", "", "")


def _things(body: Iterable[tree.Declaration], owner: str, part: str, lent: str) -> Iterator[Thing]:
    for node in body:
        match node:
            case tree.Part():
                yield from _things(node.body, owner, node.name.text, _cited(node.cite) or lent)
            case tree.On():
                yield from _things(node.body, node.entity.text, part, lent)
            case _:
                kind, name, alias = _named(node)
                cite = getattr(node, "cite", None)
                yield Thing(
                    kind,
                    owner if kind != "applies" else part or owner,
                    name,
                    alias,
                    node,
                    node.id if isinstance(node, tree.Clause) else _cited(cite) or lent,
                )


def _cited(cite: tree.Citation | None) -> str:
    return cite.text if cite is not None else ""


def _named(
    node: tree.Policy
    | tree.Roll
    | tree.Units
    | tree.Clause
    | tree.Entity
    | tree.Table
    | tree.Rule
    | tree.Task
    | tree.Constraint
    | tree.Reading
    | tree.Decision
    | tree.Example
    | tree.Parameter
    | tree.Formula
    | tree.Conditions
    | tree.Applies
    | tree.Calendar
    | tree.Import
    | tree.Erratum
    | tree.Always
    | tree.Monotone
    | tree.Whenever
    | tree.Steady
    | tree.Unrelated
    | tree.Divided
    | tree.SharedOut
    | tree.Amendment
    | tree.Register,
) -> tuple[Kind, str, str]:
    match node:
        case tree.Policy():
            return "policy", "", ""
        case tree.Units():
            return "units", "", ""
        case tree.Roll():
            return "roll", node.name.text, _text(node.alias)
        case tree.Clause():
            return "clause", node.id, ""
        case tree.Entity():
            return "entity", node.name.text, next((mark.text for mark in node.marks if mark.text.isascii()), "")
        case tree.Table():
            since = f" {node.since.isoformat()}" if node.since is not None else ""
            return "table", node.name.text + since, _text(node.alias)
        case tree.Rule():
            return "rule", node.name.text, _text(node.alias)
        case tree.Task():
            return "task", node.name.text, _text(node.alias)
        case tree.Reading():
            return "reading", node.name.text, _text(node.alias)
        case tree.Decision():
            return "decision", node.name.text, _text(node.alias)
        case tree.Parameter():
            return "parameter", node.name.text, _text(node.alias)
        case tree.Conditions():
            return "conditions", node.name.text, _text(node.alias)
        case tree.Register():
            return "register", node.name.text, _text(node.alias)
        case tree.Constraint():
            return "constraint", node.name.text, ""
        case tree.Formula():
            return "formula", node.name.text, ""
        case tree.Calendar():
            return "calendar", node.name.text, ""
        case tree.Example():
            return "example", node.name.text, ""
        case tree.Applies():
            return "applies", "", ""
        case tree.Import():
            return "import", node.path, ""
        case tree.Erratum():
            return "erratum", f"{node.clause} {node.printed}", ""
        case tree.Amendment():
            return "amendment", node.id, ""
        case (
            tree.Always()
            | tree.Whenever()
            | tree.Monotone()
            | tree.Steady()
            | tree.Unrelated()
            | tree.Divided()
            | tree.SharedOut()
        ):
            return "property", node.name.text, ""
        case _:
            assert_never(node)


def _text(name: tree.Name | None) -> str:
    return name.text if name is not None else ""


def group_of(kind: Kind) -> str:
    """The kinds among which a name is looked for."""
    return next((group for group, kinds in GROUPS.items() if kind in kinds), kind)
