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
from policydsl.syntax import tree
from policydsl.syntax.parse import parse

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
    own = _id_of(receipt)
    for notice in corpus.notices.values():
        source = notice.outline.source
        if source.text in known or (Path(source.name).name in names and notice.id == own):
            continue
        words = {entry.name for entry in notice.outline.entries if entry.word == "AMEND"}
        based = notice.outline.head().get("H_BASED", "").strip('“”"').rpartition("/")[2]
        how: How | None = None
        if own and own in words:
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


def _id_of(receipt: Receipt) -> str:
    main = next(item for item in receipt.files if item.role == "policy")
    file, _ = parse(Source(main.name, main.text or ""))
    for node in file.body:
        if isinstance(node, tree.Policy):
            for line in node.lines:
                if line.word == "H_ID" and isinstance(line.value, str):
                    return line.value
    return ""
