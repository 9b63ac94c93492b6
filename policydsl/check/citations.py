"""Owns who cites the notice: every declaration with its clauses, and the figures and texts that it is written with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from attrs import fields, frozen

from policydsl.check.scope import Scope
from policydsl.core import program as core
from policydsl.core.types import DATE, MOMENT, Number
from policydsl.core.values import exact
from policydsl.syntax import tree

_PARTS: dict[type, tuple[str, ...]] = {}
"""The attributes of each written node that may hold other nodes or texts; found once per class."""
_SILENT = frozenset({"span", "row_spans", "digits", "raw", "word", "op", "kind", "id"})


@frozen
class Gathered:
    """What stands inside some written nodes."""

    cites: tuple[tree.Citation, ...]
    literals: tuple[core.Const, ...]
    words: tuple[str, ...]


def citers(scope: Scope, file: tree.File) -> tuple[core.Citer, ...]:
    """All declarations that can cite, in the order in which they are written. One that cites nothing is among them."""
    return tuple(_declared(scope, file.body, None, scope.main))


def _declared(
    scope: Scope, body: tuple[tree.Declaration, ...], lent: tree.Citation | None, entity: str
) -> Iterator[core.Citer]:
    for node in body:
        match node:
            case tree.Part():
                applies = tuple(inner for inner in node.body if isinstance(inner, tree.Applies))
                inside = [inner for inner in node.body if not isinstance(inner, tree.Clause | tree.Applies)]
                parts = sum(isinstance(inner, tree.Part) for inner in inside)
                own = (node.cite,) if node.cite else ()
                yield _citer(scope, "part", "", node.name, (*own, *applies), None, (len(inside), parts))
                yield from _declared(scope, node.body, node.cite or lent, entity)
            case tree.On():
                found = scope.entity(node.entity.text)
                yield from _declared(scope, node.body, node.cite or lent, found.name if found else node.entity.text)
            case tree.Entity():
                own = (node.cite,) if node.cite else ()
                yield _citer(scope, "entity", node.name.text, node.name, own)
                lines = (*node.fields, *(line for variant in node.variants for line in variant.fields))
                for line in lines:
                    yield _citer(scope, "field", node.name.text, line.name, (line,))
            case tree.Conditions():
                yield from _items(scope, node, lent, entity)
            case tree.Rule():
                yield _citer(scope, "rule", entity, node.name, (node,), lent)
            case tree.Task():
                evidence = tuple(len(line.items) for line in node.lines if isinstance(line, tree.EvidenceLine))
                yield _citer(scope, "task", entity, node.name, (node,), lent, evidence)
            case tree.Constraint():
                yield _citer(scope, "constraint", entity, node.name, (node,), lent)
            case tree.Reading():
                yield _citer(scope, "reading", entity, node.name, (node,), lent)
            case tree.Decision():
                yield _citer(scope, "decision", entity, node.name, (node,), lent)
            case tree.Table():
                yield _citer(scope, "table", "", node.name, (node,), lent, _sizes(node))
            case tree.Parameter():
                yield _citer(scope, "parameter", "", node.name, (node,), lent)
            case tree.Formula():
                yield _citer(scope, "formula", "", node.name, (node,), lent)
            case tree.Register():
                yield _citer(scope, "register", "", node.name, (node,), lent)
            case tree.Calendar():
                yield _citer(scope, "calendar", "", node.name, (node,), lent)
            case tree.Amendment():
                for item in node.lines:
                    if not isinstance(item, tree.Example):
                        named = tree.Name(node.id, span=item.span)
                        yield _citer(scope, "amendment", "", named, (item,), node.cite)
            case _:
                pass


def _items(
    scope: Scope, node: tree.Conditions | tree.ItemLine, lent: tree.Citation | None, entity: str
) -> Iterator[core.Citer]:
    """A list of conditions and each of its items; an item without a citation stands under that of its list."""
    inside = (node.cite,) if node.cite else ()
    own = (node.value,) if isinstance(node, tree.ItemLine) and node.value is not None else ()
    yield _citer(scope, "condition", entity, node.name, (*inside, *own), lent, (len(node.items),))
    for item in node.items:
        yield from _items(scope, item, node.cite or lent, entity)


def _sizes(node: tree.Table) -> tuple[int, ...]:
    """How many rows a table has, and how many keys each row and all rows name."""
    keys = [at for at, name in enumerate(node.grid.head) if name.text in {key.text for key in node.keys}]
    named = [len(row[at].values) for row in node.grid.rows for at in keys if at < len(row)]
    return tuple(dict.fromkeys((len(node.grid.rows), *named, sum(named))))


def _citer(
    scope: Scope,
    kind: core.CiterKind,
    entity: str,
    name: tree.Name,
    inside: tuple[tree.Written, ...],
    lent: tree.Citation | None = None,
    lists: tuple[int, ...] = (),
) -> core.Citer:
    found = _gather(scope, inside)
    cites = [core.Citation(id_, quoted, span=cite.span) for cite in found.cites for id_, quoted in cite.clauses]
    owns = any(getattr(node, "cite", None) is not None or isinstance(node, tree.Citation) for node in inside)
    if lent is not None and not owns:
        cites += [core.Citation(id_, quoted, True, span=lent.span) for id_, quoted in lent.clauses]
    words = (name.text, *(text for text in found.words if text != name.text))
    counts = tuple(number for number in lists if number > 1)
    return core.Citer(kind, entity, name.text, tuple(cites), found.literals, words, counts, span=name.span)


def _gather(scope: Scope, roots: tuple[tree.Written, ...]) -> Gathered:
    cites: list[tree.Citation] = []
    literals: list[core.Const] = []
    words: list[str] = []
    stack: list[object] = list(reversed(roots))
    while stack:
        node = stack.pop()
        match node:
            case tuple():
                stack.extend(reversed(node))
            case str():
                words.append(node)
            case tree.Name():
                words.append(node.text)
            case tree.Citation():
                cites.append(node)
            case tree.Quantity():
                measure = scope.measures.parse(node.unit)
                if measure is not None:
                    value, type_ = exact(measure.of(node.number)), Number(measure.unit)
                    literals.append(core.Const(value, node.digits + node.unit, type=type_, span=node.span))
            case tree.Day():
                literals.append(core.Const(node.value, node.value.isoformat(), type=DATE, span=node.span))
            case tree.Time():
                literals.append(core.Const(node.value, node.value.isoformat(), type=MOMENT, span=node.span))
            case tree.DueLine():
                type_of_day = MOMENT if isinstance(node.due, datetime) else DATE
                literals.append(core.Const(node.due, node.due.isoformat(), type=type_of_day, span=node.span))
                stack.append(node.cite)
            case _ if hasattr(type(node), "__attrs_attrs__"):
                stack.extend(getattr(node, name) for name in reversed(_parts(type(node))))
            case _:
                pass
    return Gathered(tuple(cites), tuple(literals), tuple(dict.fromkeys(words)))


def _parts(class_: type) -> tuple[str, ...]:
    found = _PARTS.get(class_)
    if found is None:
        found = _PARTS[class_] = tuple(item.name for item in fields(class_) if item.name not in _SILENT)
    return found
