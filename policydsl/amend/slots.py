"""Owns a notice as an amendment meets it: its declarations, each in its slot, found by name or alias, read when asked for."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, evolve, field

from policydsl.amend.corpus import Notice
from policydsl.amend.rulings import Act, Passed, Ruling
from policydsl.source import Span
from policydsl.syntax import tree
from policydsl.syntax.outline import Entry

_WORDS: dict[type, str] = {
    tree.Policy: "POLICY",
    tree.Roll: "ROLL",
    tree.Units: "UNITS",
    tree.Clause: "CLAUSE",
    tree.Entity: "ENTITY",
    tree.Part: "PART",
    tree.On: "ON",
    tree.Table: "TABLE",
    tree.Rule: "RULE",
    tree.Task: "TASK",
    tree.Constraint: "CONSTRAINT",
    tree.Reading: "READING",
    tree.Decision: "DECISION",
    tree.Example: "EXAMPLE",
    tree.Parameter: "PARAMETER",
    tree.Formula: "FORMULA",
    tree.Calendar: "CALENDAR",
    tree.Import: "IMPORT",
    tree.Always: "PROPERTY",
    tree.Monotone: "PROPERTY",
    tree.Whenever: "PROPERTY",
    tree.Steady: "PROPERTY",
    tree.Unrelated: "PROPERTY",
    tree.Divided: "PROPERTY",
    tree.SharedOut: "PROPERTY",
    tree.Amendment: "AMEND",
    tree.Register: "REGISTER",
}
SHARED = frozenset({"ROLL", "UNITS", "TABLE", "PARAMETER", "FORMULA", "CALENDAR"})
"""Words of what belongs to no entity and may be used by several notices."""

RULING = frozenset({"RULE", "TASK", "CONSTRAINT", "READING", "DECISION", "CONDITIONS", "MATERIALS", "PROPERTY"})
"""Words of what belongs to an entity and has an outcome."""


@define(eq=False)
class Slot:
    """A declaration of a notice: whose it is (`on`: an entity other than the main one), what it is now, what was done to it.

    `node` is None as long as it is what its file says. `notice` wrote it.
    """

    notice: Notice
    entry: Entry | None
    word: str
    name: str
    alias: str
    on: str
    body: list[Slot] = field(factory=list)
    node: tree.Declaration | None = None
    acts: list[Act] = field(factory=list)
    passed: list[Passed] = field(factory=list)
    gone: bool = False

    def read(self) -> tree.Declaration | None:
        """The declaration; of a 部分 or 针对 without its body. None where it cannot be read."""
        if self.node is not None:
            return self.node
        return self.notice.outline.read(self.entry) if self.entry is not None else None

    @property
    def span(self) -> Span:
        """Where its first line stands."""
        if self.node is None and self.entry is not None:
            return self.notice.outline.span(self.entry)
        assert self.node is not None
        return self.node.span

    @property
    def at(self) -> tuple[str, str]:
        """(entity, name); "" for what belongs to no entity."""
        return ("" if self.word not in RULING else self.on or self.notice.main, self.name)

    def ruling(self, clause: str) -> Ruling:
        """What is known of how it came to be what it is."""
        return Ruling(
            self.word,
            self.name,
            self.notice.id,
            self.notice.title,
            clause,
            tuple(self.acts),
            tuple(self.passed),
            self.gone,
        )


def word_of(node: tree.Declaration) -> str:
    """The keyword id of a declaration."""
    return node.word if isinstance(node, tree.Conditions) else _WORDS.get(type(node), "")


def slots_of(notice: Notice) -> list[Slot]:
    """The slots of a notice as it was issued."""
    return _slots(notice, notice.outline.entries, "")


def _slots(notice: Notice, entries: tuple[Entry, ...] | list[Entry], on: str) -> list[Slot]:
    found = []
    for entry in entries:
        slot = Slot(notice, entry, entry.word, entry.name, entry.alias, on)
        inner = on if entry.word != "ON" else "" if entry.name == notice.main else entry.name
        slot.body = _slots(notice, entry.body, inner)
        found.append(slot)
    return found


def slots_from(notice: Notice, body: tuple[tree.Declaration, ...], on: str, main: str) -> list[Slot]:
    """The slots of declarations that a block of 修订 holds."""
    found = []
    for node in body:
        name = getattr(node, "name", None)
        alias = getattr(node, "alias", None)
        text = name.text if isinstance(name, tree.Name) else node.entity.text if isinstance(node, tree.On) else ""
        slot = Slot(
            notice, None, word_of(node), text, alias.text if isinstance(alias, tree.Name) else "", on, node=node
        )
        if isinstance(node, tree.Part | tree.On):
            inner = on if isinstance(node, tree.Part) else "" if text == main else text
            slot.body = slots_from(notice, node.body, inner, main)
            slot.node = evolve(node, body=())
        found.append(slot)
    return found


def every(slots: list[Slot]) -> Iterator[Slot]:
    """The slots and those within them, in order."""
    for slot in slots:
        yield slot
        yield from every(slot.body)


def written(slots: list[Slot]) -> tuple[tree.Declaration, ...]:
    """The declarations that are in force."""
    found: list[tree.Declaration] = []
    for slot in slots:
        if slot.gone:
            continue
        node = slot.read()
        if isinstance(node, tree.Part | tree.On):
            found.append(evolve(node, body=written(slot.body)))
        elif node is not None:
            found.append(node)
    return tuple(found)
