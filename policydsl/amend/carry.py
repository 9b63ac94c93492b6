"""Owns carrying out the lines of 修订 on the slots of one notice, one after the other, and saying what is wrong with them."""

from __future__ import annotations

from typing import Any

from attrs import define, evolve

from policydsl.amend.blocks import extended
from policydsl.amend.corpus import Order
from policydsl.amend.draft import Draft, Path
from policydsl.amend.figures import folded, same
from policydsl.amend.rulings import Act, Deed, Passed, Why
from policydsl.amend.slots import RULING, SHARED, Slot, every, slots_from
from policydsl.amend.spots import Refusal, said, spot
from policydsl.source import Span
from policydsl.syntax import tree
from policydsl.syntax.door import MAX_NESTING
from policydsl.syntax.walk import inside, mapped, parts_of

OLD = frozenset({"原值", "old_value"})
"""What stands for the value that an amendment takes the place of."""


@define(eq=False)
class Amending(Draft):
    """A notice on which lines of 修订 are carried out, one after the other."""

    def carry_out(self, order: Order) -> None:
        """Do what a line says, or note why not."""
        before = len(self.findings)
        try:
            match order.line:
                case tree.Naming():
                    for ref in order.line.targets:
                        self._named_deed(order, order.line.word, ref)
                case tree.Whole():
                    self._whole(order, order.line.word)
                case tree.Changing():
                    self._change(order, order.line)
                case tree.Putting():
                    self._put(order, order.line)
                case tree.Extending():
                    self._extend(order, order.line)
        except Refusal as refusal:
            labels = self.label(order, refusal.span, "被修订的在这里", "what is amended stands here")
            self.report(refusal.code, order, order.line.span, labels, **refusal.data)
        if len(self.findings) == before:
            self.done.append(order)

    def pass_over(self, order: Order, why: Why, by: str = "") -> None:
        """Note that a line does not count on the day."""
        for ref in _addresses(order.line):
            act = self.act(order, _deed(order.line), ref.span.text if ref is not None else "", "", _after(order))
            passed = Passed(act, why, by, order.until if why == "expired" else None)
            slot = self._quietly(ref) if ref is not None else None
            if slot is not None:
                slot.passed.append(passed)
            self.passed.append(passed)

    def _quietly(self, ref: tree.Reference) -> Slot | None:
        names = [name.text for name in ref.path]
        known = self._named.get(names[0], [])
        for holder in known if len(names) > 1 else ():
            for gone in (False, True):
                inner = self._inner(holder, names[1], gone)
                if inner is not None:
                    return inner
        return known[0] if known else None

    def _named_deed(self, order: Order, deed: Deed, ref: tree.Reference) -> None:
        whole_gone = deed == "RESTORE" and not ref.keys
        if deed == "RESTORE" and not self._is_gone(ref):
            whole_gone = False
        found = self.find(order, ref, whole_gone)
        if found is None:
            return
        slot, rest = found
        path = self.path(slot, ref, rest)
        if not self.touch(order, path, deed, ref.span):
            return
        if deed == "RESTORE":
            self._restore(order, ref, slot, path)
        elif deed == "KEEP":
            if ref.keys or rest:
                spot(_read(slot), ref.keys, rest, self.notice.language)
            slot.acts.append(self.act(order, deed, ref.span.text))
        elif ref.keys or rest:
            node = _read(slot)
            place = spot(node, ref.keys, rest, self.notice.language)
            if place.drop is None:
                raise Refusal("amend-block", {"name": ref.span.text}, place.span)
            less = place.drop()
            self._dropped[id(slot), path] = (node, less)
            self._became(order, slot, less, self.act(order, deed, ref.span.text, place.text))
        else:
            self._repeal(slot, self.act(order, deed, ref.span.text, _text(slot)), self._kept(order))

    def _is_gone(self, ref: tree.Reference) -> bool:
        names = [name.text for name in ref.path]
        known = self._named.get(names[0], [])
        inner = any(self._inner(slot, names[1], True) for slot in known) if len(names) > 1 else False
        return inner or any(slot.gone for slot in known)

    def _kept(self, order: Order, words: tuple[str, ...] = ("KEEP", "MERGE")) -> list[Slot]:
        """What the same 修订 keeps of what it repeals, or takes over by itself."""
        found = []
        for line in order.amendment.lines:
            if isinstance(line, tree.Naming) and line.word in words:
                found += [slot for slot in (self._quietly(ref) for ref in line.targets) if slot is not None]
        return found

    def _repeal(self, slot: Slot, act: Act, kept: list[Slot]) -> None:
        spared = [one for one in every([slot]) if any(one is item for item in kept)]
        spared = [inner for one in spared for inner in every([one])]
        # what holds others comes after them
        for one in reversed(list(every([slot]))):
            # what is kept may need the tables and figures beside it
            if any(one is item for item in spared) or (kept and one.word in SHARED):
                continue
            holds = any(not inner.gone for inner in every(one.body))
            if not one.gone and not holds:
                one.gone = True
                one.acts.append(act)

    def _restore(self, order: Order, ref: tree.Reference, slot: Slot, path: Path) -> None:
        act = self.act(order, "RESTORE", ref.span.text, "", _text(slot))
        if slot.gone:
            last = slot.acts[-1] if slot.acts else None
            for one in every([slot]):
                if one.gone and (one is slot or (one.acts and one.acts[-1] is last)):
                    one.gone = False
                    one.acts.append(act)
            holder = self._within.get(id(slot))
            while holder is not None:
                holder.gone = False
                holder = self._within.get(id(holder))
            return
        whole, less = self._dropped.get((id(slot), path), (None, None))
        if whole is None or slot.node is None or not _alike(slot.node, less):
            labels = self.label(order, slot.span, "这里现在有效", "in force here")
            self.report("amend-not-repealed", order, ref.span, labels, name=ref.span.text)
            return
        self._became(order, slot, whole, act)

    def _whole(self, order: Order, deed: Deed) -> None:
        act = self.act(order, deed, self.notice.id)
        if deed != "RESTORE" and self.ended is not None:
            labels = self.label(order, self.ended.span, "在这里已经废止", "repealed here already")
            data = {"name": self.notice.id, "by": self.ended.notice, "since": self.ended.since}
            self.report("amend-gone", order, order.line.span, labels, **data)
            return
        if not self.touch(order, (), deed, order.line.span):
            return
        if deed == "RESTORE":
            if self.ended is None:
                labels = self.label(order, self.notice.head_span(), "它现在有效", "it is in force")
                self.report("amend-not-repealed", order, order.line.span, labels, name=self.notice.id)
            self.ended = None
            return
        kept = self._kept(order)
        if not self._kept(order, ("KEEP",)):
            self.ended = act
            return
        for slot in self.slots:
            for one in every([slot]):
                if one.word in RULING or one.word == "PART":
                    self._repeal(one, act, kept)

    def _change(self, order: Order, line: tree.Changing) -> None:
        found = self.find(order, line.target)
        if found is None:
            return
        slot, rest = found
        node, lang = _read(slot), self.notice.language
        place = spot(node, line.target.keys, rest, lang, order.since)
        agreed = line.was is not None and place.value is not None and same(line.was, place.value)
        if not self.touch(order, self.path(slot, line.target, rest), "AMENDED", line.target.span, agreed):
            return
        if place.put is None:
            raise Refusal("amend-block", {"name": line.target.span.text}, place.span)
        if line.was is not None and not agreed:
            labels = self.label(order, place.span, "现在是这样", "it says this now")
            old = said(line.was, order.notice.language)
            self.report("amend-old-value", order, line.was.span, labels, said=old, found=place.text)
            return
        value = line.value
        if any(_is_old(item) for item in inside(value)):
            old_value = place.value
            if old_value is None or any(isinstance(item, tree.Block) for item in inside(old_value)):
                raise Refusal("amend-relative", {"name": line.target.span.text}, place.span)
            held = tree.Group(old_value, span=old_value.span) if isinstance(old_value, tree.Binary) else old_value
            value = folded(mapped(value, lambda item: held if _is_old(item) else item))
            if _depth(value) > MAX_NESTING:
                # 原值 upon 原值: everything after this walks the tree by recursion
                raise Refusal("too-nested", {"most": MAX_NESTING}, place.span)
        act = self.act(order, "AMENDED", line.target.span.text, place.text, said(value, lang))
        self._became(order, slot, place.put(value), act)

    def _extend(self, order: Order, line: tree.Extending) -> None:
        found = self.find(order, line.target)
        if found is None:
            return
        slot, rest = found
        deed: Deed = line.word
        if not self.touch(order, self.path(slot, line.target, rest), deed, line.target.span):
            return
        after = ";".join(" ".join(item.span.text.split()) for item in line.lines)
        if line.grid is not None:
            after = ";".join(" ".join(span.text.split()) for span in line.grid.row_spans)
        before = ""
        if deed == "AMENDED":
            before = spot(_read(slot), line.target.keys, rest, self.notice.language).text
            task = slot.read()
            if isinstance(task, tree.Task) and not rest:
                kinds = {type(item) for item in line.lines}
                before = ";".join(" ".join(item.span.text.split()) for item in task.lines if type(item) in kinds)
        node = extended(_read(slot), qualified(line, order), rest, self.notice.language)
        self._became(order, slot, node, self.act(order, deed, line.target.span.text, before, after))

    def _put(self, order: Order, line: tree.Putting) -> None:
        lent = order.cite
        for slot in slots_from(order.notice, line.body, "", self.notice.main):
            self._put_slot(order, line.word, slot, self.slots, None, lent)

    def _put_slot(
        self, order: Order, deed: Deed, slot: Slot, into: list[Slot], holder: Slot | None, lent: tree.Citation | None
    ) -> None:
        node = slot.node
        assert node is not None
        if slot.word in ("PART", "ON"):
            known = [one for one in self._named.get(slot.name, []) if one.word == "PART" and not one.gone]
            if slot.word == "PART" and known:
                into, holder = known[0].body, known[0]
            elif deed == "ADD":
                shell = evolve(slot, body=[], node=qualified(node, order, lent if slot.word == "PART" else None))
                into.append(shell)
                self.enter([shell], holder)
                shell.acts.append(self.act(order, deed, slot.name))
                into, holder = shell.body, shell
            if isinstance(node, tree.Part) and node.cite is not None:
                lent = node.cite
            for inner in slot.body:
                self._put_slot(order, deed, inner, into, holder, lent)
            return
        old = next(
            (
                one
                for one in self._named.get(slot.name, [])
                if one.word == slot.word and one.on == slot.on and not one.gone
            ),
            None,
        )
        made = qualified(node, order, lent)
        if old is not None and slot.word in ("ENTITY", "ROLL"):
            merged = _merged(_read(old), made, deed)
            if self.touch(order, (*self.path(old, None, ()), slot.name, order.line.span.start), deed, node.span):
                self._became(
                    order, old, merged, self.act(order, deed, slot.name, "", _short(node), _own(node)), cited=False
                )
            return
        if deed == "AMENDED":
            if old is None:
                ref = tree.Reference((tree.Name(slot.name, span=_name_span(node)),), span=_name_span(node))
                if self.find(order, ref) is not None:
                    raise Refusal("amend-unknown-target", {"name": slot.name, "close": None})
                return
            if self.touch(order, self.path(old, None, ()), deed, _name_span(node)):
                act = self.act(order, deed, slot.name, _text(old), _short(node), _own(node))
                self._became(order, old, made, act, cited=False)
                for name in {slot.alias} - {""}:
                    self._named.setdefault(name, []).append(old)
            return
        if old is not None and slot.word not in ("UNITS", "EXAMPLE", "CLAUSE"):
            labels = self.label(order, old.span, "已经有了", "it stands here already")
            self.report("amend-exists", order, _name_span(node), labels, name=slot.name)
            return
        added = evolve(slot, node=made)
        wrapped = [added]
        if slot.on and (holder is None or holder.word != "ON"):
            entity = tree.Name(slot.on, span=node.span)
            shell = Slot(order.notice, None, "ON", slot.on, "", "", [added], tree.On(entity, (), span=node.span))
            wrapped = [shell]
        into.extend(wrapped)
        self.enter(wrapped, holder)
        added.acts.append(self.act(order, deed, slot.name, "", _short(node), _own(node)))
        self.touch(order, self.path(added, None, ()), "ADD", _name_span(node))

    def _became(self, order: Order, slot: Slot, node: Any, act: Act, cited: bool = True) -> None:
        if cited and hasattr(node, "cite"):
            node = evolve(node, cite=_joined(node.cite or self.lent(slot), order))
        slot.node = node
        slot.acts.append(act)

    def lent(self, slot: Slot) -> tree.Citation | None:
        """The citation that the part around a slot lends it."""
        holder = self._within.get(id(slot))
        while holder is not None:
            node = holder.read()
            if isinstance(node, tree.Part) and node.cite is not None:
                return node.cite
            holder = self._within.get(id(holder))
        return None


def _read(slot: Slot) -> tree.Declaration:
    node = slot.read()
    if node is None:
        raise Refusal("amend-unreadable", {"name": slot.name}, slot.span)
    return node


def _alike(one: Any, other: Any) -> bool:
    """Whether two declarations say the same, whatever they cite."""
    return bool(_uncited(one) == _uncited(other))


def _uncited(node: Any) -> Any:
    return evolve(node, cite=None) if hasattr(node, "cite") else node


def _depth(node: object) -> int:
    """How deep an expression is nested."""
    depth, layer = 0, [node]
    while layer:
        depth += 1
        layer = [kid for item in layer for kid in parts_of(item)]
    return depth


def _is_old(item: object) -> bool:
    return isinstance(item, tree.Reference) and len(item.path) == 1 and item.path[0].text in OLD and not item.keys


def _text(slot: Slot) -> str:
    if slot.word == "PART":
        return ""
    node = slot.read()
    return spot(node, None, (), slot.notice.language).text if node is not None else ""


def _short(node: tree.Declaration) -> str:
    """What a declaration says, on one line: the value of a rule, the names of fields and members."""
    match node:
        case tree.Entity():
            return "、".join(line.name.text for line in node.fields)
        case tree.Roll():
            return "、".join(item.name.text for item in node.members)
        case tree.Table() | tree.Decision() | tree.Units() | tree.Calendar() | tree.Conditions():
            return " ".join(node.span.text.split())
        case tree.Monotone() | tree.Whenever() | tree.Steady() | tree.Unrelated() | tree.Divided() | tree.SharedOut():
            return " ".join(node.span.text.split())
        case _:
            return spot(node, None, (), "zh").text


def _own(node: tree.Declaration) -> tree.Citation | None:
    cite = getattr(node, "cite", None)
    return cite if isinstance(cite, tree.Citation) else None


def _name_span(node: tree.Declaration) -> Span:
    name = getattr(node, "name", None)
    return name.span if isinstance(name, tree.Name) else node.span


def _merged(base: Any, other: Any, deed: Deed) -> Any:
    """An entity with more fields or changed ones, a 名录 with more members."""
    if isinstance(base, tree.Roll):
        known = {item.name.text for item in base.members}
        members = (item for item in other.members if item.name.text not in known)
        return evolve(base, members=(*base.members, *members))
    mine = {line.name.text: line for line in other.fields}
    if deed == "ADD":
        twice = next((line for line in base.fields if line.name.text in mine), None)
        if twice is not None:
            raise Refusal("amend-exists", {"name": f"{base.name.text}.{twice.name.text}"}, twice.span)
    names = {line.name.text for line in base.fields}
    fields = tuple(mine.get(line.name.text, line) for line in base.fields)
    added = tuple(line for line in other.fields if line.name.text not in names)
    return evolve(base, fields=(*fields, *added), variants=(*base.variants, *other.variants))


def _joined(cite: tree.Citation | None, order: Order) -> tree.Citation | None:
    """A citation with that of the amending line behind it."""
    own = order.cite
    if own is None:
        return cite
    before = cite.clauses if cite is not None else ()
    clauses = ((f"{order.notice.id} {id_}", quoted) for id_, quoted in own.clauses)
    return tree.Citation(tuple(dict.fromkeys((*before, *clauses))), span=own.span)


def qualified(node: Any, order: Order, lent: tree.Citation | None = None) -> Any:
    """A node of the amending notice, its citations named by that notice; `lent` stands where it cites nothing."""

    def change(item: Any) -> Any:
        if isinstance(item, tree.Citation):
            return evolve(item, clauses=tuple((f"{order.notice.id} {id_}", quoted) for id_, quoted in item.clauses))
        return item

    if lent is not None and getattr(node, "cite", lent) is None:
        node = evolve(node, cite=lent)
    return mapped(node, change)


def _addresses(line: Any) -> tuple[tree.Reference | None, ...]:
    match line:
        case tree.Naming():
            return line.targets
        case tree.Changing() | tree.Extending():
            return (line.target,)
        case tree.Putting():
            names = [getattr(item, "name", None) for item in line.body]
            return tuple(tree.Reference((name,), span=name.span) for name in names if isinstance(name, tree.Name))
        case _:
            return (None,)


def _deed(line: Any) -> Deed:
    return "AMENDED" if isinstance(line, tree.Changing) else line.word


def _after(order: Order) -> str:
    return said(order.line.value, order.notice.language) if isinstance(order.line, tree.Changing) else ""
