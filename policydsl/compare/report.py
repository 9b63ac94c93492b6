"""Owns a whole comparison in words: what changed, and what that does on cases, with its headings."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from policydsl.compare.apart import Alone
from policydsl.compare.effects import Effects
from policydsl.compare.effects_told import EffectsTold, tell_effects
from policydsl.compare.model import Differences
from policydsl.compare.told import DifferencesTold, tell
from policydsl.diagnostics.model import Language
from policydsl.explain.catalog import WIDE

_ZH = {
    "title": "新旧政策对比",
    "old": "旧",
    "new": "新",
    "facts": "事实",
    "changes": "改了什么",
    "wording": "只改文字、依据、名称的",
    "examples": "算例和性质",
    "written-before": "原文",
    "written-after": "新文",
    "why": "为什么",
    "printed": "由 policydsl 生成。金额按两份政策各自重算后相减,一分不差。",
}
_EN = {
    "title": "Two policies compared",
    "old": "Old",
    "new": "New",
    "facts": "Facts",
    "changes": "What changed",
    "wording": "Wording, citations and names only",
    "examples": "Examples and properties",
    "written-before": "as it was",
    "written-after": "as it is",
    "why": "Why",
    "printed": "Made by policydsl. Amounts are worked out anew under each policy and subtracted exactly.",
}
LABELS: Mapping[Language, Mapping[str, str]] = {
    "zh": {name: text.translate(WIDE) for name, text in _ZH.items()},
    "en": _EN,
}


@frozen
class ComparisonTold:
    """Everything that a report of a comparison says; `effects` None where no cases were given, or none pay money."""

    lang: Language
    labels: Mapping[str, str]
    differences: DifferencesTold
    effects: EffectsTold | None


def told(
    found: Differences,
    effects: Effects | None,
    lang: Language,
    alone: tuple[Alone, ...] = (),
    names: tuple[str, str] | None = None,
) -> ComparisonTold:
    """The comparison in words; `alone` what each change is worth by itself, `names` what to call the two."""
    return ComparisonTold(
        lang,
        LABELS[lang],
        tell(found, lang, names),
        tell_effects(effects, found, lang, alone) if effects is not None else None,
    )
