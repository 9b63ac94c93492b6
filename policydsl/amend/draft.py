"""Owns a notice while it is being amended: what stands in it by name, which places were touched by whom, and what is said about that."""

from __future__ import annotations

from typing import Any, Self

from attrs import define, field

from policydsl.amend.corpus import Notice, Order
from policydsl.amend.rulings import Act, Deed, Passed
from policydsl.amend.slots import RULING, Slot, every, slots_of
from policydsl.diagnostics.model import Diagnostic, Label
from policydsl.source import Span
from policydsl.syntax import tree

Path = tuple[object, ...]


@define(eq=False)
class Draft:
    """A notice while it is being amended. `ended` is what ended it as a whole, if anything did."""

    notice: Notice
    slots: list[Slot]
    findings: list[Diagnostic] = field(factory=list)
    ended: Act | None = None
    done: list[Order] = field(factory=list)
    passed: list[Passed] = field(factory=list)
    _named: dict[str, list[Slot]] = field(factory=dict)
    _within: dict[int, Slot] = field(factory=dict)
    _touched: dict[Path, list[tuple[Order, Deed]]] = field(factory=dict)
    _under: dict[Path, list[tuple[Order, Deed]]] = field(factory=dict)
    _dropped: dict[tuple[int, Path], tuple[Any, Any]] = field(factory=dict)

    @classmethod
    def of(cls, notice: Notice) -> Self:
        """A notice as it was issued."""
        draft = cls(notice, slots_of(notice))
        draft.enter(draft.slots, None)
        return draft

    def enter(self, slots: list[Slot], holder: Slot | None) -> None:
        """Make slots findable by their names."""
        for slot in slots:
            for name in {slot.name, slot.alias} - {""}:
                if slot.word not in ("POLICY", "CLAUSE", "EXAMPLE", "ON", "UNITS", "AMEND", ""):
                    self._named.setdefault(name, []).append(slot)
            if holder is not None:
                self._within[id(slot)] = holder
            self.enter(slot.body, slot)

    # ------------------------------------------------------------ saying

    def report(self, code: str, order: Order, span: Span, labels: tuple[Label, ...] = (), **data: object) -> None:
        """Note what is wrong with a line."""
        finding = Diagnostic(code, span, data, labels, order.notice.language)
        self.findings.append(finding)

    def label(self, order: Order, span: Span | None, zh: str, en: str) -> tuple[Label, ...]:
        """A second place, in the language of the file that amends."""
        return (Label(span, zh if order.notice.language == "zh" else en),) if span is not None else ()

    def act(
        self,
        order: Order,
        deed: Deed,
        address: str,
        before: str = "",
        after: str = "",
        own: tree.Citation | None = None,
    ) -> Act:
        """What an order does, as it is told; `own` is the citation of the very declaration that it puts there."""
        cite = own or order.cite
        assert order.since is not None
        return Act(
            order.notice.id,
            order.notice.title,
            cite.text if cite is not None else "",
            deed,
            address,
            order.since,
            before,
            after,
            order.line.span,
            order.retroactive,
        )

    # ------------------------------------------------------------ finding

    def find(self, order: Order, ref: tree.Reference, gone: bool = False) -> tuple[Slot, tuple[str, ...]] | None:
        """The slot that an address names, and the names behind it; a finding where there is none. `gone`: one no longer in force."""
        names = tuple(name.text for name in ref.path)
        known = self._named.get(names[0], [])
        live = [slot for slot in known if slot.gone is gone]
        if len(names) > 1 and ref.keys is None:
            for holder in live if not gone else known:
                inner = self._inner(holder, names[1], gone)
                if inner is not None:
                    return inner, names[2:]
        picked = [slot for slot in live if slot.word != "PART"] or live
        if len(picked) > 1:
            picked = [slot for slot in picked if not slot.on] or picked
        if len(picked) == 1:
            return picked[0], names[1:]
        if len(picked) > 1:
            places = tuple(Label(slot.span, slot.on or self.notice.main) for slot in picked)
            whose = "、".join(f"{slot.on or self.notice.main}.{slot.name}" for slot in picked)
            self.report("amend-ambiguous", order, ref.span, places, name=names[0], which=whose)
        elif gone and known:
            labels = self.label(order, known[0].span, "这里现在有效", "in force here")
            self.report("amend-not-repealed", order, ref.span, labels, name=".".join(names))
        elif known:
            self._gone(order, ref, known[-1])
        else:
            from difflib import get_close_matches

            close = next(iter(get_close_matches(names[0], list(self._named), 1, 0.5)), None)
            labels = self.label(order, self.notice.head_span(), "被修订的通知", "the notice that is amended")
            self.report("amend-unknown-target", order, ref.span, labels, name=".".join(names), close=close)
        return None

    def _inner(self, holder: Slot, name: str, gone: bool) -> Slot | None:
        if holder.word == "PART":
            found = [slot for slot in every(holder.body) if name in (slot.name, slot.alias) and slot.gone is gone]
        elif holder.word == "ENTITY":
            on = "" if holder.name == self.notice.main else holder.name
            found = [
                slot
                for slot in self._named.get(name, [])
                if slot.word in RULING and slot.on == on and slot.gone is gone
            ]
        else:
            found = []
        return found[0] if found else None

    def _gone(self, order: Order, ref: tree.Reference, slot: Slot) -> None:
        last = next((act for act in reversed(slot.acts) if act.deed in ("REPEAL", "MERGE", "SUPERSEDE")), None)
        labels = self.label(order, slot.span, "原来在这里", "it stood here")
        if last is not None:
            zh, en = f"{last.notice} 自 {last.since} 起废止", f"repealed by {last.notice} from {last.since}"
            labels += self.label(order, last.span, zh, en)
        by, since = (last.notice, last.since) if last is not None else ("", "")
        self.report("amend-gone", order, ref.span, labels, name=ref.span.text, by=by, since=since)

    def path(self, slot: Slot, ref: tree.Reference | None, rest: tuple[str, ...]) -> Path:
        """Where a place stands among all: what holds it comes first."""
        chain: list[object] = [id(slot)]
        holder = self._within.get(id(slot))
        while holder is not None:
            chain.append(id(holder))
            holder = self._within.get(id(holder))
        keys = tuple(" ".join(key.span.text.split()) for key in (ref.keys or ()) if ref is not None) if ref else ()
        return (*reversed(chain), *((keys,) if keys else ()), *rest)

    def touch(self, order: Order, path: Path, deed: Deed, span: Span, agreed: bool = False) -> bool:
        """Whether an order may act on a place that other notices may have acted on; a finding where two claim it.

        `agreed`: it says what the other made of it (由), and so knows of it.
        """
        related = [item for length in range(1, len(path)) for item in self._touched.get(path[:length], ())]
        same_place = self._touched.get(path, [])
        for other, did in (*related, *same_place, *self._under.get(path, ())):
            if other.notice is order.notice:
                twice = (other, did) in same_place and other.since == order.since and other is not order
                if twice and not (did == deed == "KEEP") and deed != "ADD":
                    self._clash(order, other, span)
                    return False
                continue
            if "KEEP" in (did, deed) or "ADD" in (did, deed) or deed == "RESTORE":
                continue
            if agreed or other.notice.id in order.prevails:
                continue
            if order.notice.id in other.prevails:
                return False
            self._clash(order, other, span)
            return False
        if deed == "RESTORE":
            # what was done to it and undone again claims it no more
            undone = [item[0] for item in self._touched.pop(path, [])]
            for length in range(1, len(path)):
                held = self._under.get(path[:length], [])
                held[:] = [item for item in held if item[0] not in undone]
        self._touched.setdefault(path, []).append((order, deed))
        for length in range(1, len(path)):
            self._under.setdefault(path[:length], []).append((order, deed))
        return True

    def _clash(self, order: Order, other: Order, span: Span) -> None:
        labels = self.label(
            order, other.line.span, f"{other.notice.id} 在这里也改了", f"{other.notice.id} changes it here"
        )
        self.report("amend-conflict", order, span, labels, name=span.text, by=other.notice.id)
