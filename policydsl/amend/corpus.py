"""Owns a corpus: the notices of a folder, by their 编号, and which of them says something about which other.

A file is outlined when the corpus is made and read only where something asks for it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from attrs import define, field, frozen

from policydsl.diagnostics.model import Diagnostic, Label, Language, Place
from policydsl.source import Source, Span, decoded
from policydsl.syntax import tree
from policydsl.syntax.outline import Entry, Outline, day_in
from policydsl.syntax.parse import MAX_SIZE

MAX_NOTICES = 20_000
"""Files that a corpus may have."""

_WHOLE = re.compile(
    r"^[ \t\u3000\u00a0]+(?:替代|废止|恢复|supersede|repeal|restore)[ \t\u3000\u00a0]*(?:自|依据|from|per|#|\uff03|$)",
    re.MULTILINE,
)

_SHARED = frozenset({"ROLL", "TABLE", "PARAMETER", "FORMULA", "CALENDAR"})

Past = str
"""What 既往 says, by keyword id; empty where nothing is said."""


@frozen(eq=False, slots=False)
class Notice:
    """A notice of the corpus, as its head says: days are None where they are not said. `file` is the name of its file."""

    id: str
    title: str
    issuer: str
    published: date | None
    since: date | None
    until: date | None
    main: str
    outline: Outline = field(repr=False)

    @property
    def file(self) -> str:
        """The name of its file."""
        return self.outline.source.name

    @property
    def language(self) -> Language:
        """The language of its file."""
        return self.outline.language

    @property
    def day(self) -> date | None:
        """The day from which what it says counts where it names no other."""
        return self.since or self.published

    @property
    def only_amends(self) -> bool:
        """Whether it makes no rules of its own: it has 修订 and nothing that computes."""
        words = {entry.word for entry in self.outline.entries}
        return "AMEND" in words and not words & {
            "RULE",
            "TASK",
            "PART",
            "ON",
            "ENTITY",
            "TABLE",
            "CONDITIONS",
            "MATERIALS",
        }

    @cached_property
    def shared(self) -> frozenset[str]:
        """The names and aliases of its tables, figures, lists and the like, which other notices may use."""
        found: set[str] = set()
        stack = list(self.outline.entries)
        while stack:
            entry = stack.pop()
            stack += entry.body
            if entry.word in _SHARED:
                found |= {entry.name, entry.alias}
        return frozenset(found - {""})

    @cached_property
    def units(self) -> frozenset[str]:
        """The units that it declares, with their aliases."""
        found: set[str] = set()
        for entry in self.outline.entries:
            node = self.outline.read(entry) if entry.word == "UNITS" else None
            if isinstance(node, tree.Units):
                found |= {name.text for item in node.items for name in (item.name, item.alias) if name is not None}
        return frozenset(found)

    def head_span(self) -> Span:
        """The line of its 政策, else the beginning of the file."""
        found = next((entry for entry in self.outline.entries if entry.word == "POLICY"), None)
        return self.outline.span(found) if found is not None else Span(self.outline.source, 0, 0)


@frozen(eq=False)
class Order:
    """A line of 修订 that does something, with the notice that says it, the day from which it counts (None: not known)
    and the last day on which it does (None: no end)."""

    notice: Notice
    amendment: tree.Amendment
    line: tree.Naming | tree.Whole | tree.Changing | tree.Putting | tree.Extending
    since: date | None
    until: date | None
    past: Past
    past_by: tree.Reference | None
    prevails: frozenset[str]

    @property
    def retroactive(self) -> bool:
        """Whether it counts from a day before its notice was issued."""
        return self.since is not None and self.notice.published is not None and self.since < self.notice.published

    @property
    def cite(self) -> tree.Citation | None:
        """The clause that it rests on."""
        return self.line.cite or self.amendment.cite


@define(eq=False)
class Corpus:
    """Notices by 编号. `findings` is what is wrong with the corpus as such: an id used twice, notices that amend in a circle."""

    notices: Mapping[str, Notice]
    sources: tuple[Source, ...]
    findings: tuple[Diagnostic, ...]
    _against: dict[str, list[tuple[Notice, Entry]]] = field(factory=dict, repr=False)
    _orders: dict[tuple[str, int], tuple[Order, ...]] = field(factory=dict, repr=False)

    def load(self, by: str, name: str) -> Source | None:
        """A file of the corpus that another names, by its path beside that one; None where there is none."""
        wanted = os.path.normpath(os.path.join(os.path.dirname(by), name.replace("\\", "/")))
        return self._by_path.get(wanted)

    @cached_property
    def _by_path(self) -> dict[str, Source]:
        return {os.path.normpath(source.name): source for source in self.sources}

    def against(self, id_: str) -> tuple[Order, ...]:
        """Every line that other notices say about one, in no order."""
        return tuple(order for notice, entry in self._against.get(id_, ()) for order in self.orders(notice, entry))

    def ending(self, id_: str) -> tuple[Order, ...]:
        """The lines that speak of a notice as a whole: 替代, 废止, 恢复. Other lines are not read for it."""
        found = [
            order
            for notice, entry in self._against.get(id_, ())
            if _WHOLE.search(notice.outline.source.text, entry.start, entry.end)
            for order in self.orders(notice, entry)
        ]
        return tuple(order for order in found if isinstance(order.line, tree.Whole))

    def amenders(self, id_: str) -> tuple[Notice, ...]:
        """The notices that say something about one."""
        return tuple(dict.fromkeys(notice for notice, _ in self._against.get(id_, ())))

    def amendments(self) -> Iterator[tuple[Notice, Entry]]:
        """Every 修订 of the corpus, with the notice that says it."""
        for found in self._against.values():
            yield from found

    def orders(self, notice: Notice, entry: Entry) -> tuple[Order, ...]:
        """The lines of one 修订, each once."""
        at = (notice.file, entry.start)
        if at not in self._orders:
            node = notice.outline.read(entry)
            self._orders[at] = tuple(_orders(notice, node)) if isinstance(node, tree.Amendment) else ()
        return self._orders[at]

    def unread(self, id_: str) -> tuple[Diagnostic, ...]:
        """What could not be read of the 修订 that speak of a notice, once its orders have been asked for."""
        return tuple(
            finding
            for notice, entry in self._against.get(id_, ())
            for finding in notice.outline.findings
            if isinstance(finding.where, Span) and entry.start <= finding.where.start < entry.end
        )

    def days(self) -> list[date]:
        """Every day from which some amendment counts, or counts no more, in order."""
        found: set[date] = set()
        for notice, entry in self.amendments():
            for order in self.orders(notice, entry):
                found |= {order.since} if order.since is not None else set()
                found |= {order.until + timedelta(days=1)} if order.until not in (None, date.max) else set()
        return sorted(found)


def _orders(notice: Notice, node: tree.Amendment) -> Iterator[Order]:
    past = next((line for line in node.lines if isinstance(line, tree.Past)), None)
    prevails = frozenset(id_ for line in node.lines if isinstance(line, tree.Prevailing) for id_ in line.notices)
    word, by = (past.word, past.by) if past is not None else ("", None)
    for line in node.lines:
        if not isinstance(line, tree.Past | tree.Prevailing | tree.Example):
            since, until = line.since or node.since or notice.day, line.until or node.until
            if until is None and isinstance(line, tree.Changing | tree.Putting | tree.Extending):
                # what a notice in force for a time changes, it changes for that time; what it repeals stays repealed
                until = notice.until
            yield Order(notice, node, line, since, until, word, by, prevails)


def load_corpus(*paths: str | os.PathLike[str]) -> Corpus:
    """The corpus of the .pol files in folders, or of files. What cannot be read is a finding; the others still count."""
    sources: list[Source] = []
    findings: list[Diagnostic] = []
    names: list[Path] = []
    for path in map(Path, paths):
        inside = sorted(item for item in path.rglob("*.pol") if item.is_file()) if os.path.isdir(path) else [path]
        if not inside:
            findings.append(Diagnostic("policy-is-folder", Place(str(path)), {"name": str(path)}))
        names += inside
    for name in list(dict.fromkeys(names))[:MAX_NOTICES]:
        code = ""
        text: str | None = None
        try:
            if name.stat().st_size > 4 * MAX_SIZE:
                code = "file-too-large"
            else:
                text = decoded(name.read_bytes())
                code = "" if text is not None else "policy-not-text"
        except FileNotFoundError:
            code = "policy-not-found"
        except (OSError, ValueError):
            code = "policy-unreadable"
        if text is None:
            data = {"name": str(name), "most": MAX_SIZE, "reason": "OSError"}
            findings.append(Diagnostic(code, Place(str(name)), data))
        else:
            sources.append(Source(str(name), text))
    return corpus_of(sources, findings)


def corpus_of(sources: Iterable[Source], findings: Iterable[Diagnostic] = ()) -> Corpus:
    """The corpus of sources. A file without 编号 is none of its notices: it may be one that others take names from (引用)."""
    found = list(findings)
    kept = tuple(sources)
    notices: dict[str, Notice] = {}
    for source in kept:
        notice = _notice(Outline(source))
        if not notice.id:
            continue
        other = notices.get(notice.id)
        if other is not None:
            zh = notice.language == "zh"
            label = Label(other.head_span(), "这个编号已经有了" if zh else "the id stands here already")
            known: dict[str, object] = {"id": notice.id}
            found.append(Diagnostic("corpus-id-twice", notice.head_span(), known, (label,), notice.language))
            continue
        notices[notice.id] = notice
    against: dict[str, list[tuple[Notice, Entry]]] = {}
    for notice in notices.values():
        for entry in notice.outline.entries:
            if entry.word != "AMEND":
                continue
            if entry.name not in notices:
                data: dict[str, object] = {"id": entry.name, "close": _close(entry.name, notices)}
                span = notice.outline.span(entry)
                found.append(Diagnostic("amend-unknown-notice", span, data, language=notice.language))
            else:
                against.setdefault(entry.name, []).append((notice, entry))
    for circle in _circles(against):
        found.append(_circle(circle, notices, against))
        for id_ in circle:
            against[id_] = [item for item in against[id_] if item[0].id not in circle]
    return Corpus(notices, kept, tuple(found), against)


def _notice(outline: Outline) -> Notice:
    head = outline.head()
    force = head.get("H_FORCE", "")
    since, until = day_in(force), None
    for word in ("至", " to "):
        if word in force:
            until = day_in(force.split(word, 1)[1])
    entities = [entry.name for entry in outline.entries if entry.word == "ENTITY"]
    return Notice(
        _plain(head.get("H_ID", "")),
        head.get("TITLE", ""),
        _plain(head.get("H_ISSUER", "")),
        day_in(head.get("H_DATE", "")),
        since,
        until,
        head.get("H_MAIN", entities[0] if len(entities) == 1 else "").strip("「」"),
        outline,
    )


def _plain(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] in '“"' and text[-1] in '”"' else text


def _close(id_: str, notices: Mapping[str, Notice]) -> str | None:
    from difflib import get_close_matches

    return next(iter(get_close_matches(id_, list(notices), 1, 0.6)), None)


def _circles(against: Mapping[str, list[tuple[Notice, Entry]]]) -> Iterator[tuple[str, ...]]:
    """Notices that amend one another in a circle, one circle after the other."""
    graph = {id_: {notice.id for notice, _ in items} for id_, items in against.items()}
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circle = tuple(dict.fromkeys(error.args[1]))
            yield circle
            for id_ in circle:
                graph[id_] = graph[id_] - set(circle)
            continue
        return


def _circle(
    circle: tuple[str, ...], notices: Mapping[str, Notice], against: Mapping[str, list[tuple[Notice, Entry]]]
) -> Diagnostic:
    places = [
        (notice, notice.outline.span(entry)) for id_ in circle for notice, entry in against[id_] if notice.id in circle
    ]
    first, *others = places
    zh = first[0].language == "zh"
    labels = tuple(
        Label(span, f"{notice.id} 在这里修订" if zh else f"{notice.id} amends here") for notice, span in others
    )
    path = " → ".join(dict.fromkeys([*(notice.id for notice, _ in places)]))
    return Diagnostic("amend-circle", first[1], {"path": path}, labels, first[0].language)
