"""Owns coverage as one printable HTML page: complete in itself, opened from a file, without a script."""

from __future__ import annotations

from collections.abc import Iterator

from policydsl.reports.coverage_told import Block, CoverageTold
from policydsl.reports.sheet import sheet, text

SHORT = 14
"""Characters up to which a column is not broken."""
ONE_LINE = ' style="white-space:nowrap"'


def coverage_page(told: CoverageTold) -> str:
    """The whole page. Everything from a policy or its notice is escaped."""
    return sheet(told.title, _body(told), told.lang)


def _body(told: CoverageTold) -> Iterator[str]:
    yield f'<header><h1>{text(told.title)}</h1><dl class="about">'
    yield from (f"<dt>{text(label)}</dt><dd>{text(words)}</dd>" for label, words in told.about)
    yield "</dl></header><main>"
    for number, block in enumerate(told.blocks):
        yield from _block(block, number)
    yield "</main>"


def _block(block: Block, number: int) -> Iterator[str]:
    yield f'<section aria-labelledby="b{number}"><h2 id="b{number}">{text(block.title)}</h2>'
    if not block.lines:
        yield f'<p class="next">{text(block.nothing)}</p></section>'
        return
    yield '<div class="scroll"><table><thead><tr>'
    yield "".join(f'<th scope="col">{text(head)}</th>' for head in block.heads)
    yield "</tr></thead><tbody>"
    # a number or a state is read at a glance only where it stands on one line
    short = [max(len(line.cells[at]) for line in block.lines) <= SHORT for at in range(len(block.heads))]
    for line in block.lines:
        cells = [
            f"<{tag}{ONE_LINE if short[at] else ''}>{text(words)}</{tag.split()[0]}>"
            for at, (words, tag) in enumerate(zip(line.cells, ('th scope="row"', *["td"] * 9), strict=False))
        ]
        lead = ' class="lead"' if line.bad and number else ""
        yield f"<tr{lead}>" + "".join(cells) + "</tr>"
    yield "</tbody></table></div></section>"
