"""Owns which notices of a folder came after a receipt and speak of its policy: they amend it, stand on it, or are it anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Literal

from attrs import frozen

from policydsl.amend.corpus import load_corpus
from policydsl.receipts.model import Receipt
from policydsl.source import Source
from policydsl.syntax.outline import Outline

How = Literal["amends", "stands-on", "again"]


@frozen
class Newer:
    """A notice of the folder that the run did not know, and how it speaks of the recorded policy. `since`: from when it counts."""

    id: str
    title: str
    file: str
    how: How
    since: date | None


def newer_notices(receipt: Receipt, folder: Path) -> Iterator[Newer]:
    """Notices of the folder that are no file of the receipt and amend its policy, stand on it, or bear its 编号."""
    corpus = load_corpus(folder)
    known = {item.text for item in receipt.files if item.text is not None}
    names = {item.name.rpartition("/")[2] for item in receipt.files if item.role != "facts"}
    ids = _ids(receipt)
    own = next(iter(ids), "")
    for notice in corpus.notices.values():
        source = notice.outline.source
        if source.text in known or (Path(source.name).name in names and notice.id in ids):
            continue
        words = {entry.name for entry in notice.outline.entries if entry.word == "AMEND"}
        based = notice.outline.head().get("H_BASED", "").strip('“”"').rpartition("/")[2]
        how: How | None = None
        if words & set(ids):
            how = "amends"
        elif based and based in names:
            how = "stands-on"
        elif own and notice.id == own:
            how = "again"
        if how is not None and not _before(notice.published, receipt):
            yield Newer(notice.id, notice.title, source.name, how, notice.day)


def _before(published: date | None, receipt: Receipt) -> bool:
    """Whether a notice was known on the day of the law that the run asked for, and so is not newer."""
    return published is not None and receipt.known is not None and published <= receipt.known


def _ids(receipt: Receipt) -> list[str]:
    """The 编号 of the recorded policies, that of the one that ruled first."""
    found = []
    for item in sorted(receipt.files, key=lambda item: item.role != "policy"):
        if item.text is not None:
            found.append(Outline(Source(item.name, item.text)).head().get("H_ID", "").strip('“”"'))
    return [id_ for id_ in found if id_]
