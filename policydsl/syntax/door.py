"""Owns parsing one logical line: its tree, or one diagnostic. Why a line was refused is said by `refusals`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from policydsl.diagnostics.model import Diagnostic, Language
from policydsl.source import Source, Span
from policydsl.syntax.automaton import Refused
from policydsl.syntax.tables import automaton, words_of
from policydsl.syntax.twig import Tree

if TYPE_CHECKING:
    from policydsl.syntax.refusals import Refusals

MAX_NESTING = 60
"""Brackets within brackets and 若 within 若 that an expression may have."""

MAX_CHAIN = 160
"""Terms that a sum or product may have, and levels that a line may be nested in all."""

_BRACKET = re.compile(r"[()]")
_SIGNS = re.compile(r"(?:[−\-]\s*){2,}")


class Door:
    """Parses lines of one file. `findings` collects what could not be parsed."""

    def __init__(self, source: Source, text: str, language: Language) -> None:
        self.source = source
        self.text = text
        self.language = language
        self.findings: list[Diagnostic] = []
        self.automaton = automaton()
        self._words = words_of(language)
        self._refusals: Refusals | None = None

    def parse(self, start: int, end: int, symbol: str) -> Tree | None:
        """The tree of the text from `start` to `end` as `symbol`; None after a finding."""
        if end - start > MAX_NESTING and _nesting(self.text, start, end) > MAX_NESTING:
            self.report("too-nested", start, min(end, start + 40), most=MAX_NESTING)
            return None
        try:
            twig = self.run(self.text, start, end, symbol)
        except Refused as error:
            if self._refusals is None:
                # what is only wanted of a line that was refused need not be made ready for files without one
                from policydsl.syntax.refusals import Refusals

                self._refusals = Refusals(self)
            self._refusals.explain(error, start, end, symbol)
            return None
        # everything after this walks the tree by recursion
        if end - start > MAX_CHAIN and _is_deep(twig):
            self.report("too-nested", start, min(end, start + 40), most=MAX_CHAIN)
            return None
        return twig

    def run(self, text: str, start: int, end: int, symbol: str) -> Tree:
        """The tree of a stretch of any text. Raises Refused where the grammar has none."""
        stack: list[int] = []
        return self.automaton.run(symbol, self._words.tokens(text, start, end, stack), stack, end)

    def report(self, code: str, start: int, end: int, mend: str | None = None, **data: object) -> None:
        """Note a finding at a stretch of the file, with what to write instead where that is known."""
        span = Span(self.source, start, max(end, start + 1))
        self.findings.append(Diagnostic(code, span, data, language=self.language, mend=mend))


def _is_deep(twig: Tree) -> bool:
    """Whether a tree is deeper than its readers can follow: a sum of many terms leans to the left, one level for each."""
    layer = [twig]
    for _ in range(MAX_CHAIN):
        layer = [kid for item in layer for kid in item.children if isinstance(kid, Tree)]
        if not layer:
            return False
    return True


def _nesting(text: str, start: int, end: int) -> int:
    depth = most = 0
    for match in _BRACKET.finditer(text, start, end) if text.count("(", start, end) > MAX_NESTING else ():
        if match.group() == "(":
            depth += 1
            most = max(most, depth)
        else:
            depth = max(0, depth - 1)
    chained = text.count("若", start, end) + text.count("if ", start, end) + text.count("非 ", start, end)
    # days have such signs too, but one by one
    signs = max((sum(map(run.group().count, "−-")) for run in _SIGNS.finditer(text, start, end)), default=0)
    return max(most, chained, signs)
