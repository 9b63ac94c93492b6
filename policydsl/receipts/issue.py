"""Owns the making of a receipt from a run: what was read, by which engine, under which readings and days, and what came out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path, PurePath

from attrs import frozen

from policydsl import __version__
from policydsl.core.facts import Facts
from policydsl.interpret.trace import Trace
from policydsl.receipts.canonical import Plain, canonical_json, canonical_policy, digest, engine_digest
from policydsl.receipts.model import SIGNED, VERSION, FileRecord, Role
from policydsl.receipts.plain import decisions_plain, facts_plain, file_facts, results_plain, violations_plain
from policydsl.receipts.signing import signed
from policydsl.source import Source, decoded


class ChangedMeanwhile(OSError):
    """A file that is no longer what was read a moment ago; `name` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@frozen
class Run:
    """A run to make a receipt of: the policy and what it stands on as they were read, the trace, and what the call asked for. Of a
    notice of a corpus, `of` is its 编号 and `law` the day whose text it is; what amends it is among the others."""

    policy: Source
    others: tuple[Source, ...]
    trace: Trace
    asked: Mapping[str, str]
    on: date | None = None
    known: date | None = None
    of: str = ""
    law: date | None = None


def receipt_data(run: Run, beside: str | os.PathLike[str], key_file: str | None = None) -> dict[str, Plain]:
    """The receipt as plain data. `beside`: the folder that it will stand in, from which files are named.

    Raises ChangedMeanwhile where a file changed after it was read, OSError where it is gone, CannotSign for a bad key.
    """
    trace, folder = run.trace, Path(beside)
    program = trace.program
    header = program.header
    _unchanged(run)
    roles: list[tuple[Source, Role]] = [(run.policy, "policy"), *((source, "stands-on") for source in run.others)]
    files = [_policy(source, role, folder) for source, role in roles]
    files += [_facts(trace.facts, name, folder) for name in _sources(trace.facts)]
    aliases = {reading.alias: reading.name for reading in program.readings.values() if reading.alias}
    asked = {aliases.get(name, name) for name in run.asked}
    data: dict[str, Plain] = {
        "receipt": VERSION,
        "made": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "engine": {"name": "policydsl", "version": __version__, "sha256": engine_digest()},
        "policy": {
            "title": header.title,
            "id": header.id,
            "issuer": header.issuer,
            "published": header.published.isoformat() if header.published is not None else None,
            "language": program.language,
        },
        "run": {
            "on": run.on.isoformat() if run.on is not None else None,
            "known": run.known.isoformat() if run.known is not None else None,
            "of": run.of,
            "law": run.law.isoformat() if run.law is not None else None,
            "readings": {
                name: {"alternative": alternative, "asked": name in asked}
                for name, alternative in trace.readings.items()
            },
        },
        "files": [item.plain() for item in files],
        "decisions": decisions_plain(program, trace.facts),
        "facts": facts_plain(program, trace.facts),
        "results": results_plain(trace),
        "violations": violations_plain(trace),
    }
    body = canonical_json(data)
    signature: dict[str, Plain] = {}
    if key_file is not None:
        public, value = signed(body, key_file)
        signature = {"signature": {"algorithm": SIGNED, "public_key": public, "value": value}}
    return {**data, "digest": digest(body).plain(), **signature}


def _unchanged(run: Run) -> None:
    """Raises ChangedMeanwhile where a file is not what the program was made of."""
    texts = {source.name: source.text for source in (run.policy, *run.others)}
    for rule in run.trace.program.rules:
        if rule.span is not None and texts.get(rule.span.source.name, rule.span.source.text) != rule.span.source.text:
            raise ChangedMeanwhile(rule.span.source.name)


def _policy(source: Source, role: Role, folder: Path) -> FileRecord:
    raw = Path(source.name).read_bytes()
    if decoded(raw) != source.text:
        raise ChangedMeanwhile(source.name)
    canonical = digest(canonical_policy(source).encode("utf-8", "surrogatepass"))
    return FileRecord(role, name_beside(source.name, folder), len(raw), digest(raw), canonical, source.text)


def _facts(facts: Facts, name: str, folder: Path) -> FileRecord:
    raw = Path(name).read_bytes()
    canonical = digest(canonical_json(file_facts(facts, name)))
    return FileRecord("facts", name_beside(name, folder), len(raw), digest(raw), canonical)


def _sources(facts: Facts) -> Sequence[str]:
    """The files that facts were read from, each once."""
    return tuple(dict.fromkeys(facts.sources))


def name_beside(name: str, folder: Path) -> str:
    """A file's name as seen from a folder, with plain slashes; its whole path where the two have nothing in common."""
    try:
        return PurePath(os.path.relpath(name, folder)).as_posix()
    except ValueError:
        return Path(name).absolute().as_posix()
