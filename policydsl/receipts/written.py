"""Owns how a receipt looks as a file: JSON that a person can look through, a row of facts or results on a line."""

from __future__ import annotations

import json
from collections.abc import Mapping

from policydsl.receipts.canonical import Plain

_OPEN = 4
"""How deep objects and lists are opened onto lines of their own."""


def written(data: Mapping[str, Plain]) -> str:
    """Plain data as text, always the same for the same data."""
    return _lines(dict(data), 0) + "\n"


def _lines(value: Plain, depth: int) -> str:
    pad, inner = "  " * depth, "  " * (depth + 1)
    if depth < _OPEN and isinstance(value, dict) and value:
        items = (f"{inner}{_flat(key)}: {_lines(item, depth + 1)}" for key, item in value.items())
        return "{\n" + ",\n".join(items) + f"\n{pad}}}"
    if depth < _OPEN and isinstance(value, list) and any(isinstance(item, list | dict) for item in value):
        return "[\n" + ",\n".join(f"{inner}{_lines(item, depth + 1)}" for item in value) + f"\n{pad}]"
    return _flat(value)


def _flat(value: Plain) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "), allow_nan=False)
