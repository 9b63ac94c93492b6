"""Owns the chart of gains and losses: a bar per row from a common middle, as SVG that stands in a page by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from attrs import frozen

from policydsl.core.values import Exact
from policydsl.reports.sheet import text
from policydsl.source import display_width

MOST_BARS = 60
"""Rows that a chart shows; more would not be read."""

_WIDTH, _STEP, _BAR, _TOP = 880, 30, 18, 8
_CELL = 7.6
"""Width of a terminal cell in the chart's letters, a little more than they need."""


@frozen
class Bar:
    """A row: its name, its gain, and that as text."""

    name: str
    size: Exact
    text: str


def gains_chart(bars: Sequence[Bar], title: str) -> str:
    """The chart, what gains most first. Every name is escaped; colours are classes of the page and differ in lightness too, so that
    they can be told apart in print and by those who see few colours."""
    shown = sorted(bars, key=lambda bar: -Fraction(bar.size))[:MOST_BARS]
    return "\n".join(_lines(shown, title)) if shown else ""


def _lines(bars: Sequence[Bar], title: str) -> Iterator[str]:
    names = max(display_width(bar.name) for bar in bars) * _CELL + 14
    texts = max(display_width(bar.text) for bar in bars) * _CELL + 12
    names = min(names, _WIDTH * 0.35)
    left, right = names + texts, _WIDTH - texts
    most = max((abs(Fraction(bar.size)) for bar in bars), default=Fraction(1)) or Fraction(1)
    lowest = max((-Fraction(bar.size) for bar in bars if bar.size < 0), default=Fraction(0))
    highest = max((Fraction(bar.size) for bar in bars if bar.size > 0), default=Fraction(0))
    if not lowest:
        left = names
    spread = (lowest + highest) or most
    scale = (right - left) / float(spread)
    middle = left + float(lowest) * scale
    height = _TOP * 2 + _STEP * len(bars)
    yield (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{text(title)}" '
        'xmlns="http://www.w3.org/2000/svg">'
    )
    yield f"<title>{text(title)}</title>"
    for at, bar in enumerate(bars):
        y = _TOP + at * _STEP
        base = y + _STEP * 0.66
        wide = float(abs(Fraction(bar.size))) * scale
        yield f'<text class="bar-name" x="0" y="{base:.1f}">{text(bar.name)}</text>'
        top = y + (_STEP - _BAR) / 2
        if bar.size > 0:
            yield f'<rect class="gain" x="{middle:.1f}" y="{top:.1f}" width="{max(wide, 1):.1f}" height="{_BAR}"/>'
            yield f'<text class="bar-size" x="{middle + wide + 6:.1f}" y="{base:.1f}">{text(bar.text)}</text>'
        elif bar.size < 0:
            start = middle - wide
            yield f'<rect class="loss" x="{start:.1f}" y="{top:.1f}" width="{max(wide, 1):.1f}" height="{_BAR}"/>'
            yield f'<text class="bar-size end" x="{start - 6:.1f}" y="{base:.1f}">{text(bar.text)}</text>'
        else:
            yield f'<text class="bar-size none" x="{middle + 6:.1f}" y="{base:.1f}">{text(bar.text)}</text>'
    yield f'<line class="axis" x1="{middle:.1f}" x2="{middle:.1f}" y1="{_TOP / 2}" y2="{height - _TOP / 2}"/>'
    yield "</svg>"
