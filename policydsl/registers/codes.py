"""Owns the unified social credit code of GB 32100-2015: its form and its check sign. It warns and never rejects."""

from __future__ import annotations

import re

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 signs of a code: digits and letters without I O S V Z."""

_FORM = re.compile(f"[{ALPHABET}]{{18}}")
_VALUE = {sign: value for value, sign in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def plain(code: str) -> str:
    """A code without blanks and hyphens, in capitals: what two ways of writing it have in common."""
    if code.isalnum() and code.isupper():
        return code
    return "".join(code.replace("-", "").split()).upper()


def valid(code: str) -> bool:
    """Whether a code has eighteen signs of the alphabet and the last is the check sign of the others.

    Codes of the pilot years may fail and yet be in force.
    """
    if not _FORM.fullmatch(code):
        return False
    total = sum(_VALUE[sign] * weight for sign, weight in zip(code, _WEIGHTS, strict=False))
    return (31 - total % 31) % 31 == _VALUE[code[17]]
