"""Owns where two declarations of the same thing differ, kind by kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from attrs import evolve

from policydsl.compare.expressions import Pair
from policydsl.compare.grids import grid_details
from policydsl.compare.inventory import Thing
from policydsl.compare.model import Detail, Weight
from policydsl.compare.pairing import paired
from policydsl.source import Source, Span
from policydsl.syntax import tree

AT = Span(Source("", ""), 0, 0)


def details(pair: Pair, old: tree.Declaration, new: tree.Declaration) -> list[Detail]:
    """Every point on which two declarations of one kind differ; a single one that shows both where no smaller can be told."""
    found = list(_details(pair, old, new))
    if not found and isinstance(new, _IN_ORDER) and not pair.same(_plain(old), _plain(new)):
        found.append(Detail("example" if isinstance(new, tree.Example) else "whole", {"before": old, "after": new}))
    return found


_IN_ORDER = (
    tree.Rule,
    tree.Parameter,
    tree.Formula,
    tree.Constraint,
    tree.Applies,
    tree.Calendar,
    tree.Example,
    tree.Always,
    tree.Monotone,
    tree.Whenever,
    tree.Steady,
    tree.Unrelated,
    tree.Divided,
    tree.SharedOut,
)
"""Declarations in which the order of lines may matter; what the others hold is told thing by thing, in no order."""


def _plain(node: tree.Declaration) -> tree.Declaration:
    """A declaration without its name, alias and citation: those are told apart."""
    blank = {"name": tree.Name("", span=AT), "alias": None, "cite": None}
    return evolve(node, **{name: value for name, value in blank.items() if hasattr(node, name)})  # type: ignore[arg-type]


def _details(pair: Pair, old: tree.Declaration, new: tree.Declaration) -> Iterator[Detail]:
    match old, new:
        case tree.Policy(), tree.Policy():
            yield from _policy(pair, old, new)
        case tree.Roll(), tree.Roll():
            yield from _members(pair, "member", old.members, new.members)
        case tree.Units(), tree.Units():
            yield from _members(pair, "unit", old.items, new.items)
        case tree.Clause(), tree.Clause():
            if old.text != new.text or old.makes_rules != new.makes_rules:
                yield Detail("clause", {"before": old.text, "after": new.text}, "wording")
        case tree.Entity(), tree.Entity():
            yield from _entity(pair, old, new)
        case tree.Table(), tree.Table():
            if old.hit != new.hit:
                yield Detail("hit", {"before": old.hit or "HIT_UNIQUE", "after": new.hit or "HIT_UNIQUE"})
            if not pair.same(old.keys, new.keys):
                yield Detail("keys", {"before": old.keys, "after": new.keys})
            if not pair.same(old.across, new.across):
                yield Detail("keys", {"before": old.across, "after": new.across})
            if old.rest_same != new.rest_same:
                yield Detail("rest", {"before": _rest(old), "after": _rest(new)})
            yield from grid_details(pair, old, new)
        case tree.Rule(), tree.Rule():
            yield from _valued(pair, old, new)
        case tree.Parameter(), tree.Parameter():
            yield from _valued(pair, old, new)
        case tree.Formula(), tree.Formula():
            if not pair.same(old.parameters, new.parameters):
                yield Detail("whole", {"before": old, "after": new})
                return
            yield from pair.expressions(old.value, new.value)
            yield from pair.rows(old.after, new.after)
        case tree.Conditions(), tree.Conditions():
            if old.word != new.word:
                yield Detail("called", {"before": old.word, "after": new.word}, "wording")
            yield from _items(pair, old, new, ())
        case tree.Task(), tree.Task():
            yield from pair.expressions(old.condition, new.condition)
            yield from _task(pair, old, new)
        case tree.Constraint(), tree.Constraint():
            yield from pair.expressions(old.condition, new.condition)
            if old.remark != new.remark:
                yield Detail("remark", {"before": old.remark, "after": new.remark}, "wording")
        case tree.Reading(), tree.Reading():
            yield from _reading(pair, old, new)
        case tree.Decision(), tree.Decision():
            if not pair.same(old.type, new.type):
                yield Detail("type", {"before": old.type, "after": new.type})
            yield from _attributes(pair, old.attributes, new.attributes)
        case tree.Calendar(), tree.Calendar():
            yield from _calendar(old, new)
        case tree.Applies(), tree.Applies():
            yield from pair.expressions(old.when, new.when)
            if old.reason != new.reason:
                yield Detail("remark", {"before": old.reason, "after": new.reason}, "wording")
        case tree.Always(), tree.Always():
            yield from pair.expressions(old.condition, new.condition)
        case tree.Whenever(), tree.Whenever():
            yield from pair.expressions(old.condition, new.condition)
            yield from pair.expressions(old.then, new.then)
        case tree.Register(), tree.Register():
            for one, two in paired(old.lines, new.lines, [lambda line: line.word], [lambda line: line.word]):
                line = two or one
                if line is not None and (one is None or two is None or not pair.same(one, two)):
                    told: Weight = "wording" if line.word == "SOURCE" else "substance"
                    yield Detail("register-line", {"word": line.word, "before": one, "after": two}, told)
        case tree.Erratum(), tree.Erratum():
            if old.meant != new.meant:
                yield Detail("meant", {"before": old.meant, "after": new.meant}, "wording")
            if old.reason != new.reason:
                yield Detail("reason", {"before": old.reason, "after": new.reason}, "wording")
        case tree.Amendment(), tree.Amendment():
            if old.since != new.since:
                yield Detail("first-day", {"before": old.since, "after": new.since})
            if old.until != new.until:
                yield Detail("last-day", {"before": old.until, "after": new.until})
            if not pair.same(old.lines, new.lines):
                yield Detail("lines", {"before": old, "after": new})


def cited(pair: Pair, old: Thing, new: Thing) -> list[Detail]:
    """Where two declarations cite other clauses, be it by themselves or by the part that they stand in."""
    one, two = getattr(old.node, "cite", None), getattr(new.node, "cite", None)
    if pair.same(one, two) if one is not None and two is not None else old.clause == new.clause:
        return []
    return [Detail("cited", {"before": old.clause, "after": new.clause}, "wording")]


def _rest(table: tree.Table) -> str:
    return "REST_SAME" if table.rest_same else ""


def _valued(pair: Pair, old: tree.Rule | tree.Parameter, new: tree.Rule | tree.Parameter) -> Iterator[Detail]:
    if not pair.same(old.unit, new.unit):
        yield Detail("shown-in", {"before": old.unit, "after": new.unit})
    yield from pair.expressions(old.value, new.value)
    yield from pair.rows(old.after, new.after)


# ---------------------------------------------------------------- what the notice says of itself, lists

_IDENTITY = {"H_ID", "H_PUBLISHED", "H_ISSUER", "H_BASED"}
"""What any new notice says differently."""


def _policy(pair: Pair, old: tree.Policy, new: tree.Policy) -> Iterator[Detail]:
    if old.title != new.title:
        yield Detail("title", {"before": old.title, "after": new.title}, "wording")
    pairs = paired(old.lines, new.lines, [pair.old.of, lambda line: line.word], [pair.new.of, lambda line: line.word])
    for one, two in pairs:
        word = (two or one).word  # type: ignore[union-attr]
        weight: Weight = "wording" if word in _IDENTITY else "substance"
        if one is None or two is None or not pair.same(one, two):
            yield Detail("header", {"word": word, "before": one, "after": two}, weight)


def _members(pair: Pair, what: str, old: Sequence[tree.Item], new: Sequence[tree.Item]) -> Iterator[Detail]:
    for one, two in paired(old, new, [lambda item: pair.old.of(item.name)], [lambda item: pair.new.of(item.name)]):
        if two is None:
            assert one is not None
            yield Detail(f"{what}-removed", {"name": one.name})
        elif one is None:
            yield Detail(f"{what}-added", {"name": two.name})


def _calendar(old: tree.Calendar, new: tree.Calendar) -> Iterator[Detail]:
    if (old.first, old.last) != (new.first, new.last):
        yield Detail("covers", {"before": (old.first, old.last), "after": (new.first, new.last)})
    for what, one, two in (("holiday", old.holidays, new.holidays), ("make-up", old.make_up, new.make_up)):
        gone, come = sorted(set(one) - set(two)), sorted(set(two) - set(one))
        if gone:
            yield Detail(f"{what}-removed", {"days": tuple(gone)})
        if come:
            yield Detail(f"{what}-added", {"days": tuple(come)})


# ---------------------------------------------------------------- facts


def _entity(pair: Pair, old: tree.Entity, new: tree.Entity) -> Iterator[Detail]:
    marks = [tuple(mark for mark in entity.marks if not mark.text.isascii()) for entity in (old, new)]
    if not pair.same(*marks):
        yield Detail("counted-in", {"before": marks[0], "after": marks[1]})
    if not pair.same(old.owner, new.owner):
        yield Detail("owner", {"before": old.owner, "after": new.owner})
    if (old.singleton, old.at_most_one) != (new.singleton, new.at_most_one):
        yield Detail("how-many", {"before": _how_many(old), "after": _how_many(new)})
    yield from _fields(pair, old.fields, new.fields, None)
    whens = paired(
        old.variants, new.variants, [lambda item: pair.old.of(item.when)], [lambda item: pair.new.of(item.when)]
    )
    for one, two in whens:
        variant = two or one
        assert variant is not None
        yield from _fields(pair, one.fields if one else (), two.fields if two else (), variant.when)


def _how_many(entity: tree.Entity) -> str:
    return "SINGLETON" if entity.singleton else "AT_MOST_ONE" if entity.at_most_one else ""


def _fields(
    pair: Pair, old: Sequence[tree.FieldLine], new: Sequence[tree.FieldLine], when: tree.Expr | None
) -> Iterator[Detail]:
    for one, two in paired(old, new, [lambda line: pair.old.of(line.name)], [lambda line: pair.new.of(line.name)]):
        if two is None:
            assert one is not None
            yield Detail("field-removed", {"name": one.name, "when": when})
        elif one is None:
            yield Detail("field-added", {"name": two.name, "type": two.type, "when": when})
        else:
            inner = [] if pair.same(one.type, two.type) else [Detail("type", {"before": one.type, "after": two.type})]
            inner += _attributes(pair, one.attributes, two.attributes)
            if not pair.same(one.cite, two.cite):
                inner.append(Detail("cited", {"before": one.cite, "after": two.cite}, "wording"))
            yield from (Detail("field", {"name": two.name, "inner": item}, item.weight) for item in inner)


_TOLD = {"SOURCE", "REMARK"}
"""Marks that tell and do not bind."""


def _attributes(pair: Pair, old: Sequence[tree.Attribute], new: Sequence[tree.Attribute]) -> list[Detail]:
    found = []
    for one, two in paired(old, new, [pair.old.of, lambda item: item.word], [pair.new.of, lambda item: item.word]):
        if one is not None and two is not None and pair.same(one, two):
            continue
        word = (two or one).word  # type: ignore[union-attr]
        found.append(
            Detail("mark", {"word": word, "before": one, "after": two}, "wording" if word in _TOLD else "substance")
        )
    return found


# ---------------------------------------------------------------- conditions, tasks, readings

_Group = tree.Conditions | tree.ItemLine


def _items(pair: Pair, old: _Group, new: _Group, path: tuple[tree.Name, ...]) -> Iterator[Detail]:
    if (old.mode, old.least) != (new.mode, new.least):
        yield Detail("mode", {"path": path, "before": (old.mode, old.least), "after": (new.mode, new.least)})
    for one, two in paired(
        old.items, new.items, [lambda item: pair.old.of(item.name)], [lambda item: pair.new.of(item.name)]
    ):
        if two is None:
            yield Detail("item-removed", {"path": path, "item": one})
        elif one is None:
            yield Detail("item-added", {"path": path, "item": two})
        elif bool(one.items) != bool(two.items):
            yield Detail("item", {"name": two.name, "inner": Detail("item-rewritten", {"before": one, "after": two})})
        else:
            inner = pair.expressions(one.value, two.value)
            yield from (Detail("item", {"name": two.name, "inner": item}) for item in inner)
            yield from _items(pair, one, two, (*path, two.name))
            if not pair.same(one.cite, two.cite):
                cited = Detail("cited", {"before": one.cite, "after": two.cite}, "wording")
                yield Detail("item", {"name": two.name, "inner": cited}, "wording")


def _task(pair: Pair, old: tree.Task, new: tree.Task) -> Iterator[Detail]:
    gone, come = _evidence(pair.old.of, old), _evidence(pair.new.of, new)
    yield from (Detail("evidence-removed", {"name": name}) for key, name in gone.items() if key not in come)
    yield from (Detail("evidence-added", {"name": name}) for key, name in come.items() if key not in gone)
    for what, cls in (("due", tree.DueLine), ("charge", tree.ChargeLine)):
        one, two = _only(old.lines, cls), _only(new.lines, cls)
        if one is None or two is None:
            if one is not two:
                yield Detail(what, {"before": one, "after": two})
        elif not pair.same(evolve(one, cite=None), evolve(two, cite=None)):
            yield Detail(what, {"before": one, "after": two})
        elif not pair.same(one.cite, two.cite):
            yield Detail("cited", {"before": one.cite, "after": two.cite}, "wording")
    said = [tuple(line.text for line in node.lines if isinstance(line, tree.Remark)) for node in (old, new)]
    if said[0] != said[1]:
        yield Detail("remark", {"before": "; ".join(said[0]), "after": "; ".join(said[1])}, "wording")
    cites = [
        tuple(form(line.cite) for line in node.lines if isinstance(line, tree.EvidenceLine))
        for node, form in ((old, pair.old.of), (new, pair.new.of))
    ]
    if cites[0] != cites[1] and gone.keys() == come.keys():
        lines = [
            next((line.cite for line in node.lines if isinstance(line, tree.EvidenceLine)), None) for node in (old, new)
        ]
        yield Detail("cited", {"before": lines[0], "after": lines[1]}, "wording")


def _evidence(form: Callable[[object], object], task: tree.Task) -> dict[object, tree.Name]:
    return {form(item): item for line in task.lines if isinstance(line, tree.EvidenceLine) for item in line.items}


def _only(
    lines: Iterable[tree.TaskLine], cls: type[tree.DueLine] | type[tree.ChargeLine]
) -> tree.DueLine | tree.ChargeLine | None:
    return next((line for line in lines if isinstance(line, cls)), None)


def _reading(pair: Pair, old: tree.Reading, new: tree.Reading) -> Iterator[Detail]:
    one, two = _adopted(old), _adopted(new)
    if one is not None and two is not None and not pair.same(one.name, two.name):
        yield Detail("adopted", {"before": one.name, "after": two.name, "reason": two.reason})
    for before, after in paired(
        old.options, new.options, [lambda item: pair.old.of(item.name)], [lambda item: pair.new.of(item.name)]
    ):
        if after is None:
            assert before is not None
            yield Detail("option-removed", {"option": before})
        elif before is None:
            yield Detail("option-added", {"option": after})
        else:
            for item in pair.expressions(before.value, after.value):
                yield Detail("option", {"name": after.name, "inner": item})
            if before.reason != after.reason:
                reason = Detail("reason", {"before": before.reason, "after": after.reason}, "wording")
                yield Detail("option", {"name": after.name, "inner": reason}, "wording")
            if not pair.same(before.cite, after.cite):
                cited = Detail("cited", {"before": before.cite, "after": after.cite}, "wording")
                yield Detail("option", {"name": after.name, "inner": cited}, "wording")


def _adopted(reading: tree.Reading) -> tree.ReadingLine | None:
    return next((line for line in reading.options if line.adopted), None)
