"""Owns consolidation: the text of a notice in force on a day, as it was known on another, with who put each rule there.

Syntax → syntax: what comes out is one written tree whose nodes keep the places of their own files; engines know no versions.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Literal

from attrs import define, evolve, field, frozen

from policydsl.amend.carry import Amending
from policydsl.amend.corpus import Corpus, Notice, Order
from policydsl.amend.rulings import Act, Passed, Ruling, Rulings, Why
from policydsl.amend.slots import RULING, SHARED, Slot, every, written
from policydsl.diagnostics.model import Diagnostic
from policydsl.syntax import tree
from policydsl.syntax.walk import inside, names_in

Standing = Literal["in-force", "not-yet", "ended", "not-known"]
_DEEP = 40
"""How far names are followed from notice to notice."""


@frozen
class NoSuchNotice(LookupError):
    """No notice, or no single one, to consolidate: `id` is what was asked for (None: the only one), `known` what there is."""

    id: str | None
    known: tuple[str, ...]

    def __str__(self) -> str:
        listed = "、".join(self.known) or "—"
        if self.id is None:
            return f"要写明是哪一份通知:{listed}。 Say which notice: {listed}."
        return f"没有编号为「{self.id}」的通知,有:{listed}。 No notice {self.id}; there are: {listed}."


@define(eq=False)
class Law:
    """A notice as it is in force on a day. `file` is its consolidated text, `rulings` how each rule came to be.

    `standing` says whether it is in force at all, `ended` what ended it. `findings` are those of its amendments.
    """

    notice: Notice
    on: date
    known: date | None
    standing: Standing
    ended: Act | None
    slots: list[Slot] = field(repr=False)
    findings: tuple[Diagnostic, ...] = ()
    amended_by: tuple[str, ...] = ()
    passed: tuple[Passed, ...] = ()
    mark: tuple[tuple[str, int], ...] = ()
    """Which lines made it: equal marks of one notice are equal texts."""
    unread_lines: tuple[Diagnostic, ...] = ()
    """What could not be read of the 修订 that speak of it."""

    @cached_property
    def file(self) -> tree.File:
        """The text in force. Examples and 修订 are left out: they speak of other texts."""
        self.notice.outline.whole()
        kept = [slot for slot in self.slots if slot.word not in ("EXAMPLE", "AMEND")]
        outline = self.notice.outline
        return tree.File(outline.source, outline.language, written(kept))

    @property
    def unread(self) -> tuple[Diagnostic, ...]:
        """What could not be read of the files that it is made of, as far as they have been read."""
        outlines = {id(slot.notice.outline): slot.notice.outline for slot in every(self.slots)}
        found = [finding for outline in outlines.values() for finding in outline.findings]
        return (*found, *(finding for finding in self.unread_lines if finding not in found))

    @cached_property
    def rulings(self) -> Rulings:
        """How each declaration came to be what it is, those no longer in force among them."""
        of: dict[tuple[str, str], Ruling] = {}
        mentions: list[tuple[tuple[str, str], set[str]]] = []
        for slot, lent in _with_cites(self.slots, None):
            if slot.word in ("POLICY", "CLAUSE", "EXAMPLE", "AMEND", "ON", "IMPORT", ""):
                continue
            node = slot.read()
            cite = getattr(node, "cite", None) or lent
            original = slot.entry is not None and slot.node is not None and slot.notice.outline.read(slot.entry)
            if original:
                cite = getattr(original, "cite", None) or lent
            ruling = slot.ruling(cite.text if isinstance(cite, tree.Citation) else "")
            old = of.get(slot.at)
            if old is None or old.gone or slot.word in RULING:
                of[slot.at] = ruling
            if slot.word in RULING and not slot.gone and node is not None:
                mentions.append((slot.at, names_in(node)))
        changed = {at[1]: at for at, item in of.items() if item.word in SHARED and (item.acts or item.passed)}
        shared = {
            at: tuple(changed[name] for name in sorted(names & changed.keys()))
            for at, names in mentions
            if names & changed.keys()
        }
        return Rulings(self.notice.id, self.notice.title, self.on, self.known, of, shared, self.amended_by)


def _with_cites(slots: list[Slot], lent: tree.Citation | None) -> Iterator[tuple[Slot, tree.Citation | None]]:
    for slot in slots:
        yield slot, lent
        node = slot.read() if slot.word in ("PART", "ON") else None
        own = node.cite if isinstance(node, tree.Part | tree.On) else None
        yield from _with_cites(slot.body, own or lent)


# ---------------------------------------------------------------- asking


def consolidate(corpus: Corpus, on: date, known: date | None = None, of: str | None = None) -> Law:
    """The law of a day: a notice of the corpus with everything that other notices had done to it by then.

    `on` chooses the law; `known` leaves out what was issued after that day (None: nothing is left out). `of` is the 编号 of
    the notice; without it there must be one only that is in force and does more than amend others. Raises NoSuchNotice.
    """
    if of is None:
        found = [notice.id for notice in in_force(corpus, on, known) if not notice.only_amends]
        if len(found) != 1:
            raise NoSuchNotice(None, tuple(found or corpus.notices))
        of = found[0]
    if of not in corpus.notices:
        raise NoSuchNotice(of, tuple(corpus.notices))
    return Consolidator(corpus, on, known).law(of)


def alternatives(
    corpus: Corpus, on: date, known: date | None, of: str
) -> tuple[tuple[Law, tree.Reference | None], ...]:
    """The laws among which the better one counts for a case of a day (既往 从优), with the rule that is compared.

    The first is the old law (no rule); each further one takes in one more amendment of a later day that says 从优. One only
    where no such amendment is there.
    """
    found: list[tuple[Law, tree.Reference | None]] = [(Consolidator(corpus, on, known).law(of), None)]
    later: dict[int, Order] = {}
    for order in corpus.against(of):
        if order.past == "BETTER_LAW" and order.since is not None and on < order.since:
            issued = order.notice.published
            if known is None or (order.since <= known and (issued is None or issued <= known)):
                later.setdefault(id(order.amendment), order)
    favoured: frozenset[int] = frozenset()
    for order in sorted(later.values(), key=_when):
        favoured |= {id(order.amendment)}
        found.append((Consolidator(corpus, on, known, favoured).law(of), order.past_by))
    return tuple(found)


def in_force(corpus: Corpus, on: date, known: date | None = None) -> tuple[Notice, ...]:
    """The notices that are in force on a day, as they were known on another."""
    maker = Consolidator(corpus, on, known)
    return tuple(notice for notice in corpus.notices.values() if maker.standing(notice)[0] == "in-force")


def laws(corpus: Corpus, on: date, known: date | None = None) -> Iterator[Law]:
    """The law of every notice in force, one after the other."""
    maker = Consolidator(corpus, on, known)
    for notice in corpus.notices.values():
        if maker.standing(notice)[0] == "in-force":
            yield maker.law(notice.id)


def corpus_findings(corpus: Corpus) -> tuple[Diagnostic, ...]:
    """Everything that is wrong with what the notices of a corpus do to one another, on any day."""
    makers = {date.max: Consolidator(corpus, date.max, None)}
    found = list(corpus.findings)
    for id_ in corpus.notices:
        if corpus.amenders(id_):
            # two that count for a time meet, if they do, on the last day of the one that ends first
            ends = {order.until for order in corpus.against(id_) if order.until is not None}
            for day in (*sorted(ends - {date.max}), date.max):
                law = makers.setdefault(day, Consolidator(corpus, day, None)).law(id_)
                found += [item for item in (*law.findings, *law.unread) if item not in found]
    return tuple(found)


# ---------------------------------------------------------------- making


def _when(order: Order) -> tuple[date, date, str, int]:
    since = order.since or date.min
    return (since, order.notice.published or since, order.notice.id, order.line.span.start)


@define(eq=False)
class Consolidator:
    """Makes the laws of one day. `favoured`: the 修订 (by identity) that count before their day, for 从优."""

    corpus: Corpus
    on: date
    known: date | None
    favoured: frozenset[int] = frozenset()
    _laws: dict[tuple[str, str], Law] = field(factory=dict)
    _ends: dict[str, Act | None] = field(factory=dict)

    def standing(self, notice: Notice) -> tuple[Standing, Act | None]:
        """Whether a notice is in force on the day, and what ended it, if something did."""
        if self.known is not None and notice.published is not None and notice.published > self.known:
            return "not-known", None
        if notice.day is not None and notice.day > self.on:
            return "not-yet", None
        if notice.until is not None and notice.until < self.on:
            return "ended", None
        end = self._end(notice)
        return ("ended", end) if end is not None else ("in-force", None)

    def _end(self, notice: Notice) -> Act | None:
        """What ended a notice as a whole by the day: its last 替代 or 废止 without anything kept, unless 恢复 came after."""
        # those that amend come first; without recursion, for chains may be long
        stack = [(notice.id, False)]
        while stack:
            id_, opened = stack.pop()
            if id_ in self._ends:
                continue
            if opened:
                self._ends[id_] = self._ended(self.corpus.notices[id_])
            else:
                stack.append((id_, True))
                stack.extend((item.id, False) for item in self.corpus.amenders(id_))
        return self._ends[notice.id]

    def _ended(self, notice: Notice) -> Act | None:
        wholes = self.corpus.ending(notice.id)
        if not wholes:
            return None
        draft = Amending.of(notice)
        for order in sorted(wholes, key=_when):
            if self.why_not(order) is None:
                draft.carry_out(order)
        return draft.ended

    def why_not(self, order: Order) -> Why | None:
        """Why a line does not count; None where it does."""
        notice, since = order.notice, order.since
        assert since is not None
        if self.known is not None and notice.published is not None and notice.published > self.known:
            return "not-known"
        end = self._ends.get(notice.id)
        if (notice.until is not None and notice.until < since) or (end is not None and end.since <= since):
            return "lapsed"
        if order.until is not None and order.until < self.on:
            return "expired"
        if since <= self.on:
            return None
        begun = self.known is None or since <= self.known
        if order.past == "NEW_LAW" and begun:
            return None
        if order.past == "BETTER_LAW" and id(order.amendment) in self.favoured:
            return None
        return "old-law" if order.past in ("OLD_LAW", "BETTER_LAW") and begun else "not-yet"

    def law(self, id_: str, without: str = "", depth: int = 0) -> Law:
        """The law of a notice; `without` the amendments of one other notice."""
        if (id_, without) not in self._laws:
            self._laws[id_, without] = self._make(self.corpus.notices[id_], without, depth)
        return self._laws[id_, without]

    def _make(self, notice: Notice, without: str, depth: int) -> Law:
        standing, end = self.standing(notice)
        draft = Amending.of(notice)
        orders = [order for order in self.corpus.against(notice.id) if order.notice.id != without]
        for order in orders:
            if order.since is None:
                draft.report("amend-no-day", order, order.line.span)
            elif order.retroactive and not _keeps(order):
                issued = order.notice.published
                draft.report("amend-retroactive", order, order.line.span, since=order.since, issued=issued)
        kept_last = sorted((order for order in orders if order.since is not None), key=_when)
        for order in kept_last:
            self._end(order.notice)
            why = self.why_not(order)
            if why is not None:
                if not _keeps(order):
                    draft.pass_over(order, why)
                continue
            before, done = len(draft.findings), len(draft.done)
            draft.carry_out(order)
            if len(draft.findings) == before and not _did(draft, order, done):
                by = next((other.notice.id for other in draft.done if order.notice.id in other.prevails), "")
                draft.pass_over(order, "outdone", by)
        if depth < _DEEP:
            self._take_over(draft, depth)
            self._borrow(draft, depth)
        deeds = [order for order in draft.done if not _keeps(order)]
        return Law(
            notice,
            self.on,
            self.known,
            standing,
            end or draft.ended,
            draft.slots,
            tuple(draft.findings),
            tuple(dict.fromkeys(order.notice.id for order in deeds)),
            tuple(draft.passed),
            tuple((order.notice.id, order.line.span.start) for order in draft.done),
            self.corpus.unread(notice.id),
        )

    def _take_over(self, draft: Amending, depth: int) -> None:
        """What the notice itself takes into its text from others (并入)."""
        for entry in draft.notice.outline.entries:
            if entry.word != "AMEND" or entry.name not in self.corpus.notices:
                continue
            for order in self.corpus.orders(draft.notice, entry):
                line = order.line
                if not isinstance(line, tree.Naming) or line.word != "MERGE" or order.since is None:
                    continue
                if self.why_not(order) is not None:
                    continue
                other = self.law(entry.name, draft.notice.id, depth + 1)
                names = {name.text for ref in line.targets for name in ref.path[-1:]}
                taken = [_copied(slot) for slot in every(other.slots) if slot.name in names and not slot.gone]
                for slot in taken:
                    slot.acts.append(draft.act(order, "MERGE", slot.name))
                draft.slots += taken
                draft.enter(taken, None)

    def _borrow(self, draft: Amending, depth: int) -> None:
        """Names that amended lines use and the notice has not: taken from the notice that the line stands in, as by 引用."""
        lines = [order for order in draft.done if not isinstance(order.line, tree.Naming | tree.Whole)]
        if not lines:
            return
        known = {name for slot in every(draft.slots) for name in (slot.name, slot.alias)} - {""}
        have_units = set(draft.notice.units)
        for order in lines:
            waiting: list[tree.Written] = [order.line]
            while waiting:
                node = waiting.pop()
                # the notice is made out only where it has something that is wanted
                wanted = names_in(node) & order.notice.shared - known
                measured = _measured(node) & order.notice.units - have_units
                if not wanted and not measured:
                    continue
                other = self.law(order.notice.id, draft.notice.id, depth + 1)
                for slot in every(other.slots):
                    if slot.word not in SHARED or slot.gone:
                        continue
                    if slot.word == "UNITS":
                        lent = slot.read()
                        if not isinstance(lent, tree.Units):
                            continue
                        missing = tuple(item for item in lent.items if item.name.text in measured)
                        if missing:
                            have_units |= {item.name.text for item in missing}
                            draft.slots.append(
                                Slot(slot.notice, None, "UNITS", "", "", "", node=evolve(lent, items=missing))
                            )
                    elif slot.name in wanted or slot.alias in wanted:
                        taken = _copied(slot)
                        taken.acts.append(draft.act(order, "BORROWED", slot.name))
                        draft.slots.append(taken)
                        draft.enter([taken], None)
                        known |= {slot.name, slot.alias} - {""}
                        read = slot.read()
                        waiting += [read] if read is not None else []


def _keeps(order: Order) -> bool:
    return isinstance(order.line, tree.Naming) and order.line.word == "KEEP"


def _did(draft: Amending, order: Order, before: int) -> bool:
    """Whether a line that raised nothing left its mark: one that another notice goes before does not."""
    acts = [act for slot in every(draft.slots) for act in slot.acts if act.span is order.line.span]
    return bool(acts) or isinstance(order.line, tree.Whole)


def _copied(slot: Slot) -> Slot:
    return Slot(
        slot.notice,
        slot.entry,
        slot.word,
        slot.name,
        slot.alias,
        slot.on,
        [_copied(inner) for inner in slot.body],
        slot.node,
        list(slot.acts),
        list(slot.passed),
        slot.gone,
    )


def _measured(node: object) -> set[str]:
    """The words that may be units in the quantities of a node."""
    found: set[str] = set()
    for item in inside(node):
        if isinstance(item, tree.Quantity):
            for part in item.unit.split("/"):
                found.add(part.lstrip("亿万千百%‰"))
    return found - {""}
