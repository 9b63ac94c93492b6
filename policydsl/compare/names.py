"""Owns what a name of one file is called when it is held against another: aliases count as the names they stand for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from policydsl.syntax import tree


@frozen
class Names:
    """The declared names of a file by alias. `renamed`: names of this file and what the other file calls the same thing."""

    by_alias: Mapping[str, str]
    renamed: Mapping[str, str]

    def main(self, text: str) -> str:
        """The declared name that `text` stands for, as the other file has it."""
        name = self.by_alias.get(text, text)
        return self.renamed.get(name, name)


def names_of(file: tree.File, renamed: Mapping[str, str] | None = None) -> Names:
    """The names of a file. An alias that stands for several names, or is itself a name, is left as it is written."""
    found: dict[str, set[str]] = {}
    names = set()
    for name, alias in _declared(file.body):
        names.add(name.text)
        if alias is not None:
            found.setdefault(alias.text, set()).add(name.text)
    single = {alias: next(iter(whole)) for alias, whole in found.items() if len(whole) == 1 and alias not in names}
    return Names(single, dict(renamed or {}))


def aliases_of(file: tree.File) -> Mapping[str, str]:
    """Alias by declared name, where a name has one only."""
    found: dict[str, set[str]] = {}
    for name, alias in _declared(file.body):
        if alias is not None:
            found.setdefault(name.text, set()).add(alias.text)
    return {name: next(iter(whole)) for name, whole in found.items() if len(whole) == 1}


def _declared(body: Iterable[tree.Declaration]) -> Iterator[tuple[tree.Name, tree.Name | None]]:
    for node in body:
        match node:
            case tree.Part():
                yield from _declared(node.body)
            case tree.On():
                yield from _declared(node.body)
            case tree.Roll():
                yield node.name, node.alias
                yield from ((item.name, item.alias) for item in node.members)
            case tree.Units():
                yield from ((item.name, item.alias) for item in node.items)
            case tree.Entity():
                # 对象 区 (个, district): of two marks the last is the alias
                yield node.name, alias_of_entity(node)
                for line in (*node.fields, *(line for variant in node.variants for line in variant.fields)):
                    yield line.name, line.alias
            case tree.Conditions():
                yield node.name, node.alias
                yield from _items(node.items)
            case (
                tree.Table()
                | tree.Rule()
                | tree.Parameter()
                | tree.Task()
                | tree.Reading()
                | tree.Decision()
                | tree.Register()
            ):
                yield node.name, node.alias
            case tree.Formula() | tree.Calendar() | tree.Constraint():
                yield node.name, None


def _items(items: Iterable[tree.ItemLine]) -> Iterator[tuple[tree.Name, tree.Name | None]]:
    for item in items:
        yield item.name, item.alias
        yield from _items(item.items)


def alias_of_entity(node: tree.Entity) -> tree.Name | None:
    """The ASCII mark of an entity; the other one is the unit that its rows are counted in."""
    return next((mark for mark in node.marks if mark.text.isascii()), None)
