"""Owns the shape of a code: what a kind of finding is called, how grave it is, and its words in Chinese and English."""

from __future__ import annotations

from attrs import frozen

from policydsl.diagnostics.model import Weight


@frozen
class Code:
    """The wording of one kind of finding.

    Templates take `{name}` from the finding's data. A line of help is left out where something it names is not known.
    """

    code: str
    weight: Weight
    title_zh: str
    title_en: str
    zh: str
    en: str
    help_zh: str = ""
    help_en: str = ""
