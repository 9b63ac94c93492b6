"""Owns when two written things say the same: their normal forms are equal.

Formatting, remarks, aliases, the language of keywords, brackets that change nothing, the width of a unit (35万元, 350000元), one of
several words for a comparator and the order of things of which none comes first do not count.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import Any

import attrs
from attrs import define, field

from policydsl.check.measures import Measures
from policydsl.compare.names import Names
from policydsl.syntax import tree
from policydsl.syntax.keywords import RELATIONS, TYPE_WORDS

_TYPES = {en: zh for zh, en in TYPE_WORDS}
_INCLUSIVE = ("ge", "le", "eq")


@define
class Forms:
    """The normal forms of one file's nodes. Each is worked out once."""

    names: Names
    measures: Measures
    _known: dict[int, tuple[object, Hashable]] = field(factory=dict)

    def of(self, node: object) -> Hashable:
        """The normal form of a node: equal for nodes that say the same."""
        if not isinstance(node, tree.Written):
            return self._form(node)
        known = self._known.get(id(node))
        if known is None:
            # the node is kept with its form, so that its id is not given to another
            known = self._known[id(node)] = (node, self._form(node))
        return known[1]

    def _form(self, node: object) -> Hashable:
        match node:
            case tree.Name(text=text):
                return self.names.main(text)
            case tree.Group(inner=inner):
                return self.of(inner)
            case tree.Quantity(number=number, unit=unit):
                measure = self.measures.parse(unit)
                return (
                    ("quantity", number, unit) if measure is None else ("quantity", number * measure.size, measure.unit)
                )
            case tree.UnitName():
                return self._unit(node)
            case tree.Comparison(word=word, left=left, right=right):
                return ("comparison", RELATIONS.get(word, word), self.of(left), self.of(right))
            case tree.Portion(word=word, measure=measure_, limit=limit):
                return ("portion", RELATIONS.get(word, word), self.of(measure_), self.of(limit))
            case tree.Logic(op=op):
                return ("logic", op, frozenset(self.of(part) for part in flat(node)))
            case tree.Among(item=item, options=tuple() as options):
                return ("among", self.of(item), frozenset(self.of(option) for option in options))
            case tree.Binary(op="of", left=left, right=right):
                return ("Binary", "mul", self.of(left), self.of(right))
            case tree.Edge():
                return self._edge(node)
            case tree.ChoiceRow(labels=labels, value=value, cite=cite):
                return ("choice", frozenset(self.of(label) for label in labels), self.of(value), self.of(cite))
            case tree.Cell(kind="values", values=values):
                return ("values", frozenset(self.of(value) for value in values))
            case tree.Table(across=tree.Name(), grid=grid):
                return self._written(node, grid=self._under(grid, node.crossed))
            case tree.GridRow(grid=grid):
                return self._written(node, grid=self._under(grid, range(1, len(grid.head))))
            case tree.Block(kind="BY", subject=subject, rows=rows):
                return ("BY", self.of(subject), frozenset(self.of(row) for row in rows))
            case tuple() | list():
                return tuple(self.of(item) for item in node)
            case _ if attrs.has(type(node)):
                return self._written(node)
            case _:
                assert isinstance(node, Hashable)
                return node

    def _written(self, node: Any, **instead: Hashable) -> Hashable:
        """The form of a node field by field, with other forms for some of them."""
        names = _fields(type(node))
        forms = (instead[name] if name in instead else self.of(getattr(node, name)) for name in names)
        return (type(node).__name__, *forms)

    def _under(self, grid: tree.Grid, crossed: Collection[int]) -> Hashable:
        """A grid without the text at the head of columns that have a cell there: that says the same in other words."""
        head = tuple("" if at in crossed else self.of(name) for at, name in enumerate(grid.head))
        return self._written(grid, head=head)

    def _unit(self, node: tree.UnitName) -> Hashable:
        text = node.text
        if node.below is None and (text in _TYPES or text in _TYPES.values()):
            return ("type", _TYPES.get(text, text))
        measure = self.measures.parse(text)
        if measure is not None:
            return ("unit", measure.unit, measure.size)
        return ("type", self.names.main(node.above.text), self.of(node.below))

    def _edge(self, edge: tree.Edge) -> Hashable:
        if edge.word == "TO":
            return ("to", edge.inclusive, self.of(edge.bound))
        if edge.word.startswith("POST_"):
            relation = "ge" if edge.word == "POST_GE" else "le"
            closed = edge.inclusive is not False
        else:
            relation = RELATIONS.get(edge.word, edge.word)
            closed = relation in _INCLUSIVE
        low = {"ge": "low", "gt": "low", "le": "high", "lt": "high"}.get(relation, relation)
        return ("edge", low, closed, self.of(edge.bound))


def flat(node: tree.Logic) -> list[tree.Expr]:
    """The parts of 且 or 或, those of the same word inside them taken out."""
    found: list[tree.Expr] = []
    for part in node.parts:
        inner = bare(part)
        found += flat(inner) if isinstance(inner, tree.Logic) and inner.op == node.op else [inner]
    return found


def bare(node: tree.Expr) -> tree.Expr:
    """An expression without the brackets around it."""
    while isinstance(node, tree.Group):
        node = node.inner
    return node


_FIELDS: dict[type, tuple[str, ...]] = {}


def _fields(cls: Any) -> tuple[str, ...]:
    if cls not in _FIELDS:
        _FIELDS[cls] = tuple(item.name for item in attrs.fields(cls) if item.eq)
    return _FIELDS[cls]


def measures_of(file: tree.File) -> Measures:
    """The units that a file knows."""
    measures = Measures()
    for node in file.body:
        if isinstance(node, tree.Policy):
            for line in node.lines:
                if line.word == "H_CURRENCY":
                    measures.currency = line.value.text if isinstance(line.value, tree.Name) else str(line.value)
        elif isinstance(node, tree.Units):
            for item in node.items:
                measures.declare(item.name.text, item.alias.text if item.alias else None)
    return measures


def forms_of(file: tree.File, names: Names, renamed: Mapping[str, str] | None = None) -> Forms:
    """What gives the normal forms of a file's nodes."""
    return Forms(Names(names.by_alias, renamed) if renamed else names, measures_of(file))
