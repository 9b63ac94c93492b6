"""Owns the comparison of two written policies: which declaration became which, and how they differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from policydsl.compare.declarations import cited, details
from policydsl.compare.expressions import Pair
from policydsl.compare.inventory import Thing, group_of, things
from policydsl.compare.model import Change, Differences
from policydsl.compare.names import Names, names_of
from policydsl.compare.pairing import paired
from policydsl.compare.same import Forms, measures_of
from policydsl.syntax import tree


def differences(old: tree.File, new: tree.File) -> Differences:
    """What a drafter would call changed between two policies.

    Both are whole trees, with what they stand on. Formatting, remarks, aliases, the language of keywords and the order of
    declarations are no change. A declaration whose alias or whose whole content is that of one that is gone has been renamed; that
    everything else calls it by its new name is then no change.
    """
    before, after = list(things(old)), list(things(new))
    pairs = _pairs(old, new, before, after)
    renamed = {
        one.name: two.name
        for one, two in pairs
        if one is not None
        and two is not None
        and one.name != two.name
        and one.kind not in ("example", "clause", "policy")
    }
    pair = Pair(_forms(old, renamed), _forms(new, {}))
    changes = []
    for one, two in pairs:
        change = _change(pair, one, two)
        if change is not None:
            changes.append(change)
    return Differences(old, new, tuple(changes))


def _forms(file: tree.File, renamed: Mapping[str, str]) -> Forms:
    return Forms(Names(names_of(file).by_alias, renamed), measures_of(file))


def _pairs(
    old: tree.File, new: tree.File, before: list[Thing], after: list[Thing]
) -> list[tuple[Thing | None, Thing | None]]:
    one, two = names_of(old), names_of(new)
    forms = _forms(old, {}), _forms(new, {})

    def name(names: Names, main: str) -> Callable[[Thing], object]:
        return lambda thing: (group_of(thing.kind), _owner(names, thing, main), thing.name)

    def alias(names: Names, main: str) -> Callable[[Thing], object]:
        return lambda thing: (thing.kind, _owner(names, thing, main), thing.alias) if thing.alias else None

    def content(form: Forms, names: Names, main: str) -> Callable[[Thing], object]:
        return lambda thing: (thing.kind, _owner(names, thing, main), _content(form, thing))

    mains = _main(old), _main(new)
    return paired(
        before,
        after,
        [name(one, mains[0]), alias(one, mains[0]), content(forms[0], one, mains[0])],
        [name(two, mains[1]), alias(two, mains[1]), content(forms[1], two, mains[1])],
    )


def _owner(names: Names, thing: Thing, main: str) -> str:
    owner = names.main(thing.owner)
    return "" if owner == main else owner


def _main(file: tree.File) -> str:
    for node in file.body:
        if isinstance(node, tree.Policy):
            for line in node.lines:
                if line.word == "H_MAIN" and isinstance(line.value, tree.Name):
                    return names_of(file).main(line.value.text)
    return ""


def _content(form: Forms, thing: Thing) -> object:
    """What a declaration says, whatever it is called. A clause, and what says almost nothing, is known by its name alone."""
    node = thing.node
    match node:
        case tree.Rule() | tree.Parameter() if isinstance(
            node.value, tree.Block | tree.Binary | tree.If | tree.Function | tree.Comparison
        ):
            return (form.of(node.value), form.of(node.after))
        case tree.Task():
            return (form.of(node.condition), form.of(node.lines))
        case tree.Reading():
            return form.of(node.options)
        case tree.Table():
            return form.of(node.grid)
        case tree.Constraint():
            return form.of(node.condition)
        case tree.Example():
            return form.of(node.lines)
        case tree.Conditions():
            return form.of(node.items)
        case _:
            return thing.name, thing.kind, id(node)


def _change(pair: Pair, one: Thing | None, two: Thing | None) -> Change | None:
    thing = two or one
    assert thing is not None
    was = one.name if one is not None and two is not None and one.name != two.name else ""

    def change(fate: str, found: tuple = ()) -> Change:  # type: ignore[type-arg]
        return Change(
            thing.kind,
            fate,  # type: ignore[arg-type]
            thing.owner,
            thing.name,
            thing.alias,
            was,
            thing.clause,
            one.node if one is not None else None,
            two.node if two is not None else None,
            found,
        )

    if one is None:
        return change("added")
    if two is None:
        return change("removed")
    if one.kind != two.kind:
        return change("replaced")
    found = (*details(pair, one.node, two.node), *cited(pair, one, two))
    if found:
        return change("changed", found)
    return change("renamed") if was else None
