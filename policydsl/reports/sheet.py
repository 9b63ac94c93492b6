"""Owns what every HTML page has: one file, complete in itself, without a script, that fetches nothing; its words escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from importlib.resources import files

from policydsl.diagnostics.model import Language
from policydsl.reports.wrap import clean

LANGUAGE: dict[Language, str] = {"zh": "zh-CN", "en": "en"}


def text(words: str) -> str:
    """Words as page text."""
    return escape(clean(words), quote=True)


def sheet(title: str, body: Iterable[str], lang: Language, styles: Iterable[str] = ("page.css",)) -> str:
    """A page with a title, the lines of its body, and the style sheets of this folder that it needs."""
    folder = files("policydsl.reports")
    style = "".join(folder.joinpath(name).read_text("utf-8") for name in styles)
    lines = "\n".join(body)
    return f"""<!DOCTYPE html>
<html lang="{LANGUAGE[lang]}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{text(title)}</title>
<style>
{style}</style>
</head>
<body>
<div class="sheet">
{lines}
</div>
</body>
</html>
"""
