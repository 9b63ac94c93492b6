"""Owns the passes from sources to a program, in one screen: read, parse, check."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from policydsl.amend.imports import Load, gather
from policydsl.check.assemble import check
from policydsl.core.program import Program
from policydsl.diagnostics.model import Diagnostic, Label, Place, Weight
from policydsl.diagnostics.wording import weight_of
from policydsl.source import Source, decoded
from policydsl.syntax.broken import broken_parts
from policydsl.syntax.parse import MAX_SIZE, parse
from policydsl.syntax.tree import File

if TYPE_CHECKING:
    from policydsl.amend.consolidate import Law
    from policydsl.amend.corpus import Corpus
    from policydsl.amend.rulings import Act


@frozen
class Result:
    """What became of one policy: its tree and program as far as they go, and everything found.

    `program` is None where an error makes it unfit to run. `file` is what the source says by itself, `whole` with what it stands on.
    """

    source: Source
    findings: tuple[Diagnostic, ...]
    file: File | None = None
    program: Program | None = None
    whole: File | None = None

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The findings that are errors."""
        return tuple(finding for finding in self.findings if weight_of(finding) is Weight.ERROR)


def check_source(source: Source, load: Load | None = None) -> Result:
    """Parse and check one policy. `load` reads the files that it names; without it there are none.

    Never raises for anything that the text says.
    """
    with undisturbed():
        return _checked(source, load)


@contextmanager
def undisturbed() -> Iterator[None]:
    """No search for rubbish meanwhile: a tree only grows, and looking through it again and again is a third of the time."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _checked(source: Source, load: Load | None) -> Result:
    written, findings = parse(source)
    file, missing = gather(written, load or _nothing)
    findings += missing
    if any(weight_of(finding) is Weight.ERROR for finding in findings) and not file.body:
        return Result(source, tuple(findings), written, None, file)
    program, meant = check(file)
    # a line that could not be read leaves names unknown; saying so again for each use would bury the one mistake
    broken_text = broken_parts(source, findings)
    told = [finding for finding in meant if not broken_text.echoes(finding)]
    # what a rule that is at fault would have used is not known either
    at_fault = broken_parts(source, [finding for finding in told if weight_of(finding) is Weight.ERROR])
    everything = [*findings, *(finding for finding in told if not at_fault.unread(finding))]
    everything.sort(key=lambda finding: getattr(finding.where, "start", 0))
    broken = any(weight_of(finding) is Weight.ERROR for finding in everything)
    return Result(source, tuple(everything), written, None if broken else program, file)


def check_law(corpus: Corpus, law: Law) -> Result:
    """Check the text of a notice in force on a day. Findings are those of its files, of what was done to it and of what that means."""
    written = law.file
    file, missing = gather(written, corpus.load)
    program, meant = check(file)
    gone = {ruling.name: ruling.acts[-1] for ruling in law.rulings.of.values() if ruling.gone and ruling.acts}
    told = [_with_reason(finding, gone) for finding in meant]
    broken_text = [finding for finding in law.unread if weight_of(finding) is Weight.ERROR]
    if broken_text:
        # what could not be read leaves names unknown
        told = []
    everything = [*law.unread, *law.findings, *missing, *told]
    broken = any(weight_of(finding) is Weight.ERROR for finding in everything)
    return Result(law.notice.outline.source, tuple(everything), written, None if broken else program, file)


def _with_reason(finding: Diagnostic, gone: Mapping[str, Act]) -> Diagnostic:
    """A finding on a name that is no more, with the place where it was repealed."""
    act = gone.get(str(finding.data.get("name", "")))
    if act is None or act.span is None or not finding.code.startswith(("unknown-", "name-", "tasks-")):
        return finding
    zh = finding.language == "zh"
    text = f"自 {act.since} 起,{act.notice} 在这里废止" if zh else f"{act.notice} repeals it here from {act.since}"
    return evolve(finding, labels=(*finding.labels, Label(act.span, text)))


def _nothing(_by: str, _name: str) -> Source | None:
    return None


def _beside(by: str, name: str) -> Source | None:
    """A file named by another, looked for from that one's folder."""
    path = Path(os.path.normpath(Path(by).parent / name.replace("\\", "/")))
    try:
        if not path.is_file() or path.stat().st_size > 4 * MAX_SIZE:
            return None
        text = decoded(path.read_bytes())
    except (OSError, ValueError):
        return None
    return Source(str(path), text) if text is not None else None


def check_path(path: str | os.PathLike[str]) -> Result:
    """Read, parse and check a policy file. What cannot be read is a finding, not an exception."""
    name = os.fspath(path)
    empty = Source(name, "")

    def refuse(code: str, **data: object) -> Result:
        return Result(empty, (Diagnostic(code, Place(name), data),))

    try:
        if Path(name).is_dir():
            return refuse("policy-is-folder", name=name)
        if Path(name).stat().st_size > 4 * MAX_SIZE:
            return refuse("file-too-large", most=MAX_SIZE)
        raw = Path(name).read_bytes()
    except FileNotFoundError:
        return refuse("policy-not-found", name=name)
    except (OSError, ValueError) as error:
        return refuse("policy-unreadable", name=name, reason=str(error.__class__.__name__))
    text = decoded(raw)
    if text is None:
        return refuse("policy-not-text", name=name)
    return check_source(Source(name, text), _beside)


def sources_of(path: str | os.PathLike[str]) -> tuple[Source, ...]:
    """A policy file and the files that it stands on, as they are; empty where it cannot be read."""
    name = os.fspath(path)
    first = _beside(name, Path(name).name)
    if first is None:
        return ()
    found = {name: Source(name, first.text)}

    def beside(by: str, other: str) -> Source | None:
        source = _beside(by, other)
        if source is not None:
            found.setdefault(source.name, source)
        return source

    gather(parse(found[name])[0], beside)
    return tuple(found.values())
