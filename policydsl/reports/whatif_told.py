"""Owns the words and figures of sweeps, searches and simulations, for every form they are written in."""

from __future__ import annotations

from fractions import Fraction

from policydsl.core.program import Field, Program, Rule
from policydsl.core.values import Blocked, Exact, Outcome, decimal_text, exact, status_of
from policydsl.diagnostics.model import Language
from policydsl.explain.book import role_of
from policydsl.explain.figures import Figures
from policydsl.simulate.target import Address

BLOCKS = "▁▂▃▄▅▆▇█"


class Told:
    """Figures of one program."""

    def __init__(self, program: Program, lang: Language) -> None:
        self.zh = lang == "zh"
        self.figures = Figures(lang, program.units, program.header.currency)

    def say(self, zh: str, en: str) -> str:
        """The wording of the language."""
        return zh if self.zh else en

    def amount(self, value: Outcome | Fraction, rule: Rule) -> str:
        """What a rule gives."""
        if isinstance(value, Fraction):
            value = exact(value)
        return self.figures.outcome(value, rule.type, rule.measure, role_of(rule), exactly=False)

    def fact(self, value: Exact | None, field: Field) -> str:
        """A fact."""
        if value is None:
            return self.say("未报", "not given")
        return self.figures.outcome(value, field.type, field.measure, "plain", exactly=False)

    def where(self, at: Address) -> str:
        """A rule or fact of a row."""
        return f"{at[1]}·{at[2]}" if at[1] else f"{at[0]}·{at[2]}"

    def share(self, part: Fraction) -> str:
        """A part of the draws."""
        return f"{float(part) * 100:.1f}%"


def plain(value: Outcome | None) -> str | bool | None:
    """An outcome as data: an exact number as text, what has no value by its status."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Blocked):
        return status_of(value)
    return decimal_text(value) if isinstance(value, int | Fraction) else str(value)


def bar(value: float, most: float, width: int) -> str:
    """A horizontal bar of block characters."""
    eighths = round(value / most * width * 8) if most > 0 else 0
    whole, rest = divmod(eighths, 8)
    return "█" * whole + (" ▏▎▍▌▋▊▉"[rest] if rest else "")
