"""Owns which phrases belong to which language."""

from __future__ import annotations

from policydsl.diagnostics.model import Language
from policydsl.explain.catalog import Catalog


def catalog_of(lang: Language) -> Catalog:
    """The phrases of a language; only those of the language asked for are loaded."""
    if lang == "zh":
        from policydsl.explain.zh import CATALOG as chinese

        return chinese
    from policydsl.explain.en import CATALOG as english

    return english
