"""Owns the findings of one reading: collected in order, worded where a bad cell has to carry its own reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import field, frozen

from policydsl.diagnostics.model import Diagnostic, Language, Place
from policydsl.diagnostics.wording import message
from policydsl.source import Span

MOST_LISTED = 20


@frozen
class Problem:
    """Why a cell has no value: a code, its data, and the text to put there if one is known."""

    code: str
    data: Mapping[str, object] = field(factory=dict)
    mend: str | None = None

    def text(self, language: Language) -> str:
        """The sentence that a bad cell carries."""
        return message(Diagnostic(self.code, None, self.data, language=language))


class Rejected(Exception):
    """A file that cannot be read at all; raised inside this room and turned into one finding at its door."""

    def __init__(self, code: str, **data: object) -> None:
        super().__init__(code)
        self.code = code
        self.data = data


@frozen
class Findings:
    """Findings in the order in which they were met, in the language of the policy."""

    language: Language
    list: list[Diagnostic] = field(factory=list)

    def add(self, code: str, where: Place | Span | None, mend: str | None = None, **data: object) -> None:
        """Add one finding."""
        self.list.append(Diagnostic(code, where, data, language=self.language, mend=mend))

    def problem(self, problem: Problem, where: Place) -> None:
        """Add the finding of a bad cell."""
        self.list.append(Diagnostic(problem.code, where, problem.data, language=self.language, mend=problem.mend))


def listing(names: Iterable[str]) -> str:
    """Names for a message, at most twenty of them."""
    items = list(names)
    text = "、".join(items[:MOST_LISTED])
    return f"{text} …({len(items)})" if len(items) > MOST_LISTED else text


def cut(text: str, most: int = 60) -> str:
    """A cell's text short enough for a message, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
