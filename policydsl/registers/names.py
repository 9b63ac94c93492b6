"""Owns when two spellings of a firm's name are one: brackets, width, blanks and case do not matter, company forms do."""

from __future__ import annotations

import unicodedata

_GONE = dict.fromkeys(
    map(ord, " \t\r\n\v\f\u3000\u00a0\u2002\u2003\u2009\u200b\u200c\u200d\u2060\ufeff\u202f\"'“”‘’「」")
)
_ONE = (
    {ord(sign): "(" for sign in "[{〔【〈《"}
    | {ord(sign): ")" for sign in "]}〕】〉》"}
    | {ord("・"): "·", ord("•"): "·"}
)
_WIDE = {0xFF01 + at: chr(0x21 + at) for at in range(94)}
_FOLD = {
    **_GONE,
    **_ONE,
    **{code: {"[": "(", "{": "(", "]": ")", "}": ")"}.get(sign, sign) for code, sign in _WIDE.items()},
}
_FOLD |= {0xFF02: None, 0xFF07: None}


def folded(name: str) -> str:
    """What spellings of one name have in common. 有限公司 and 有限责任公司 stay two names: forms of companies are not merged."""
    text = name.translate(_FOLD)
    # composed once for letters with marks; signs such as ① keep their own meaning
    return text.casefold() if text.isascii() else unicodedata.normalize("NFC", text).casefold()
