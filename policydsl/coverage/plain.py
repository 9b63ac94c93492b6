"""Owns the plain form of a notice's signs, one character for one, so that places in the text stay true."""

from __future__ import annotations

MAX_TEXT = 2_000_000
"""Characters of a notice that are looked at."""

_FULL = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SAME = {
    "\u3000": " ",
    "\u00a0": " ",
    "\u2002": " ",
    "\u2003": " ",
    "\u2009": " ",
    "\u3002": "\u3002",
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": "'",
    "’": "'",
    "\u2236": ":",
    "\ufe55": ":",
    "〔": "[",
    "〕": "]",
    "【": "[",
    "】": "]",
    "−": "-",
    "–": "-",
    "—": "-",
    "〇": "零",
    "㎡": "㎡",
}
_TABLE = _FULL | {ord(sign): same for sign, same in _SAME.items()}


def plain(text: str) -> str:
    """`text` with full-width signs and digits, spaces and quotes in one form; never NFKC, which would turn ① into 1."""
    return text.translate(_TABLE)


def dense(text: str) -> str:
    """`plain` without any space and without quotes: what two writings of one phrase have in common."""
    return "".join(sign for sign in plain(text) if not sign.isspace() and sign not in "\"'")
