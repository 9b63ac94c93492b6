"""Owns the repeating of a run from its receipt: the same again, or exactly what differs and why.

The run is repeated twice where it has to be. From the receipt itself (its texts, its facts), which shows whether this engine comes to
the same; and from the files as they are today, which shows what their changes do.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, cast

from attrs import field, frozen

from policydsl import __version__
from policydsl.amend.consolidate import NoSuchNotice, consolidate
from policydsl.amend.corpus import corpus_of
from policydsl.amend.imports import Load
from policydsl.compare.differences import differences
from policydsl.compare.model import Differences
from policydsl.core.facts import Facts
from policydsl.core.program import Program
from policydsl.diagnostics.model import Diagnostic
from policydsl.facts.read import read
from policydsl.interpret.budget import ResourceError
from policydsl.interpret.evaluate import Evaluator, UnknownReading
from policydsl.interpret.tables import DuplicateRow
from policydsl.interpret.trace import Trace
from policydsl.pipeline import Result, check_law, check_source
from policydsl.receipts.canonical import Plain, canonical_json, canonical_policy, digest, engine_digest
from policydsl.receipts.located import Located, Places
from policydsl.receipts.model import Receipt
from policydsl.receipts.notices import Newer, newer_notices
from policydsl.receipts.plain import NotSuchAValue, facts_from, facts_plain, results_plain, violations_plain
from policydsl.registers.fill import counted
from policydsl.source import Source

Failure = Literal["policy", "facts", "reading", "resources"]


@frozen
class Differing:
    """A result that differs: what the receipt says and what came out now, as plain data; None where there is no such result."""

    entity: str
    key: str
    name: str
    before: Plain
    after: Plain


@frozen
class CellDiffering:
    """A fact that differs; None for both where only its row is there on one side."""

    entity: str
    key: str
    name: str
    before: Plain
    after: Plain
    rows: Literal["", "added", "removed"] = ""


@frozen
class Repeated:
    """One repetition: what differs from the recorded results, or why there are none (`failure`, with findings)."""

    differing: tuple[Differing, ...] = ()
    violations: bool = False
    failure: Failure | None = None
    findings: tuple[Diagnostic, ...] = ()

    @property
    def same(self) -> bool:
        """Whether it came to the very same results."""
        return self.failure is None and not self.differing and not self.violations


@frozen
class Replay:
    """Everything that came of repeating a run.

    `whole`: the receipt's digest is that of what it says. `signed`: None where no signature was checked. `forged`: recorded texts that
    are not what the digests beside them say. `from_receipt`: repeated from the receipt itself, `today` from the files, where these are
    not all there None. `engine`: (recorded, this) where they differ. `policy`: how the text differs. `newer`: notices that came after.
    """

    receipt: Receipt
    whole: bool
    signed: bool | None
    forged: tuple[str, ...]
    files: tuple[Located, ...]
    engine: tuple[str, str] | None
    from_receipt: Repeated
    today: Repeated | None
    policy: Differences | None
    cells: tuple[CellDiffering, ...] = ()
    newer: tuple[Newer, ...] = ()
    language: Literal["zh", "en"] = field(default="zh")

    @property
    def identical(self) -> bool:
        """Whether the decision is repeated: a whole receipt, files that say the same, the same results byte for byte."""
        return (
            self.whole
            and self.signed is not False
            and not self.forged
            and all(item.state in ("same", "form", "gone") for item in self.files)
            and self.from_receipt.same
            and (self.today is None or self.today.same)
            and not self.newer
        )


def replay(
    receipt: Receipt,
    folder: str | os.PathLike[str],
    *,
    corpus: str | os.PathLike[str] | None = None,
    facts: Sequence[str | os.PathLike[str]] = (),
    signed: bool | None = None,
) -> Replay:
    """Repeat the run of a receipt that stands in `folder`.

    `corpus`: a folder of policies in which to look for the policy files, and for notices that came after. `facts`: where the facts
    files are today. `signed`: what checking the signature gave.
    """
    places = Places(Path(folder), Path(corpus) if corpus is not None else None, tuple(map(Path, facts)))
    files = tuple(places.locate(item) for item in receipt.files)
    recorded = _recorded(receipt)
    first = _from_receipt(receipt, recorded)
    changed = [item for item in files if item.state not in ("same", "gone")]
    gone = any(item.state == "gone" for item in files)
    policy, today, cells = None, None, tuple[CellDiffering, ...]()
    whole_run = not gone or any(item.state == "changed" for item in files)
    if whole_run:
        result = _today(receipt, files)
        if (
            any(item.record.role != "facts" for item in changed)
            and result.whole is not None
            and recorded.whole is not None
        ):
            policy = differences(recorded.whole, result.whole)
        today, cells = _repeated_today(receipt, result, files)
    engine = (receipt.engine_digest, engine_digest())
    return Replay(
        receipt,
        receipt.whole,
        signed,
        tuple(_forged(receipt)),
        files,
        (f"{receipt.engine} {engine[0][:12]}", f"{__version__} {engine[1][:12]}") if engine[0] != engine[1] else None,
        first,
        today,
        policy if policy is not None and policy.changes else None,
        cells,
        tuple(newer_notices(receipt, Path(corpus))) if corpus is not None else (),
        receipt.language,
    )


def _forged(receipt: Receipt) -> Iterator[str]:
    """Texts that the receipt holds and that are not those whose digests it states."""
    for item in receipt.files:
        if item.text is not None:
            text = canonical_policy(Source(item.name, item.text)).encode("utf-8", "surrogatepass")
            if not digest(text).agrees(item.canonical):
                yield item.name


# ---------------------------------------------------------------- from the receipt itself


def _loading(sources: dict[str, Source]) -> Load:
    def load(by: str, name: str) -> Source | None:
        return sources.get(os.path.normpath(os.path.join(os.path.dirname(by), name.replace("\\", "/"))))

    return load


def _recorded(receipt: Receipt) -> Result:
    """The recorded policy, checked anew."""
    sources = {
        os.path.normpath(item.name): Source(item.name, item.text) for item in receipt.files if item.text is not None
    }
    main = next(item for item in receipt.files if item.role == "policy")
    return _checked(receipt, sources, Source(main.name, main.text or ""))


def _checked(receipt: Receipt, sources: dict[str, Source], main: Source) -> Result:
    """The policy of some texts: a file with what it stands on, or the text of a notice on the day of the run's law."""
    if not receipt.of:
        return check_source(main, _loading(sources))
    corpus = corpus_of(sources.values())
    try:
        law = consolidate(corpus, receipt.law or date.max, receipt.known, receipt.of)
    except NoSuchNotice:
        return Result(main, (*corpus.findings,))
    return check_law(corpus, law)


def _from_receipt(receipt: Receipt, recorded: Result) -> Repeated:
    if recorded.program is None:
        return Repeated(failure="policy", findings=recorded.errors)
    try:
        facts = facts_from(recorded.program, receipt.facts)
    except NotSuchAValue:
        return Repeated(failure="facts")
    return _run(receipt, recorded.program, facts)


def _run(receipt: Receipt, program: Program, facts: Facts) -> Repeated:
    try:
        trace = Evaluator(program, receipt.asked, receipt.on).run(facts)
    except UnknownReading:
        return Repeated(failure="reading")
    except DuplicateRow:
        return Repeated(failure="facts")
    except ResourceError:
        return Repeated(failure="resources")
    return _held(receipt, trace)


def _held(receipt: Receipt, trace: Trace) -> Repeated:
    """The results of a trace against the recorded ones, byte for byte in canonical form."""
    now, violations = results_plain(trace), violations_plain(trace)
    if canonical_json(now) == canonical_json(receipt.results) and violations == receipt.violations:
        return Repeated()
    return Repeated(tuple(_differing(receipt.results, now)), violations != receipt.violations)


def _differing(before: dict[str, Plain], after: dict[str, Plain]) -> Iterator[Differing]:
    for entity in dict.fromkeys((*before, *after)):
        one, two = _object(before.get(entity)), _object(after.get(entity))
        for key in dict.fromkeys((*one, *two)):
            old, new = _object(one.get(key)), _object(two.get(key))
            for name in dict.fromkeys((*old, *new)):
                if old.get(name) != new.get(name):
                    yield Differing(entity, key, name, old.get(name), new.get(name))


def _object(plain: Plain) -> dict[str, Plain]:
    return plain if isinstance(plain, dict) else {}


# ---------------------------------------------------------------- from the files as they are


def _today(receipt: Receipt, files: Sequence[Located]) -> Result:
    """The policy of today; where a file of it is gone, the recorded text of that file stands in."""
    sources: dict[str, Source] = {}
    main: Source | None = None
    for item in files:
        if item.record.role == "facts":
            continue
        source = item.source if item.source is not None else Source(item.record.name, item.record.text or "")
        # under the recorded name, by which the others find it
        sources[os.path.normpath(item.record.name)] = Source(item.record.name, source.text)
        if item.record.role == "policy":
            main = sources[os.path.normpath(item.record.name)]
    assert main is not None
    return _checked(receipt, sources, main)


def _repeated_today(
    receipt: Receipt, result: Result, files: Sequence[Located]
) -> tuple[Repeated, tuple[CellDiffering, ...]]:
    if result.program is None:
        return Repeated(failure="policy", findings=result.errors), ()
    paths = [item.path for item in files if item.record.role == "facts" and item.path is not None]
    if len(paths) < sum(item.record.role == "facts" for item in files):
        # a facts file is gone: the recorded facts stand in for all of them
        try:
            return _run(receipt, result.program, facts_from(result.program, receipt.facts)), ()
        except NotSuchAValue:
            return Repeated(failure="facts"), ()
    facts, findings = read(result.program, paths)
    facts, more = counted(result.program, facts)
    if not facts.tables and receipt.facts:
        return Repeated(failure="facts", findings=(*findings, *more)), ()
    return _run(receipt, result.program, facts), tuple(_cells(receipt.facts, facts_plain(result.program, facts)))


def _cells(before: dict[str, Plain], after: dict[str, Plain]) -> Iterator[CellDiffering]:
    for entity in dict.fromkeys((*before, *after)):
        one, two = _rows(before.get(entity)), _rows(after.get(entity))
        for key in dict.fromkeys((*one, *two)):
            old, new = one.get(key), two.get(key)
            if old is None or new is None:
                yield CellDiffering(entity, key, "", None, None, "added" if old is None else "removed")
                continue
            for name in dict.fromkeys((*old, *new)):
                if old.get(name) != new.get(name):
                    yield CellDiffering(entity, key, name, old.get(name), new.get(name))


def _rows(table: Plain) -> dict[str, dict[str, Plain]]:
    match table:
        case {"columns": list() as columns, "rows": list() as rows}:
            found: dict[str, dict[str, Plain]] = {}
            for row in rows:
                match row:
                    case [str() as key, parent, list() as cells] if all(isinstance(column, str) for column in columns):
                        pairs = dict(zip(cast("list[str]", columns), cells, strict=False))
                        found[key] = {**pairs, "": parent}
            return found
        case _:
            return {}
