"""Owns which files of a corpus a notice's text on a day is made of: the notice, what amends it, and what any of these take names from."""

from __future__ import annotations

from attrs import frozen

from policydsl.amend.consolidate import Law
from policydsl.amend.corpus import Corpus, Notice
from policydsl.amend.imports import gather
from policydsl.source import Source


@frozen
class Involved:
    """The file of the notice, and the others."""

    policy: Source
    others: tuple[Source, ...]


def involved(corpus: Corpus, law: Law) -> Involved:
    """The files that a law is made of. Those that amend the notice later are among them: that they did not count yet is to be seen."""
    found: dict[str, Source] = {}
    stack: list[Notice] = [law.notice]
    while stack:
        notice = stack.pop()
        if notice.file not in found:
            found[notice.file] = notice.outline.source
            stack += corpus.amenders(notice.id)

    def load(by: str, name: str) -> Source | None:
        source = corpus.load(by, name)
        if source is not None:
            found.setdefault(source.name, source)
        return source

    gather(law.file, load)
    policy = found.pop(law.notice.file)
    return Involved(policy, tuple(found.values()))
