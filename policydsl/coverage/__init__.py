"""Owns coverage: which clauses of a notice a policy answers to, and what of the notice's own text nobody accounts for."""

from policydsl.coverage.cover import Cited, ClauseCover, Coverage, cover
from policydsl.coverage.held import BadPhrase, BadPlace, HeldFigure, TextCover

__all__ = ["BadPhrase", "BadPlace", "Cited", "ClauseCover", "Coverage", "HeldFigure", "TextCover", "cover"]
