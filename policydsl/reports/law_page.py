"""Owns a text in force as one self-contained page: no script, nothing fetched, everything escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from policydsl.amend.consolidate import Law
from policydsl.amend.listing import Item, items_of
from policydsl.diagnostics.model import Language
from policydsl.explain.teller import Teller
from policydsl.reports.law_text import heading, notes
from policydsl.reports.sheet import sheet, text


def law_page(laws: Iterable[tuple[Law, Teller]], lang: Language) -> str:
    """The texts in force, one below the other."""
    shown = list(laws)
    title = shown[0][0].notice.title if len(shown) == 1 else ("有效的文本" if lang == "zh" else "Texts in force")
    return sheet(title, _body(shown), lang, ("page.css", "law.css"))


def _body(laws: list[tuple[Law, Teller]]) -> Iterator[str]:
    for law, teller in laws:
        yield f'<section id="{text(law.notice.id)}"><h1>{text(law.notice.title)}</h1>'
        yield from (f'<p class="about">{text(line)}</p>' for line in heading(law, teller))
        for item in items_of(law):
            yield from _item(item, teller)
        yield "</section>"


def _item(item: Item, teller: Teller) -> Iterator[str]:
    kind = "gone" if item.gone else "changed" if item.acts else "as-issued"
    pad = " " * (4 * item.depth)
    body = "\n".join(pad + line for line in item.lines)
    yield f'<article class="{kind}"><div class="by">{text(item.notice)}</div><pre>{escape(body)}</pre>'
    told = list(notes(item, teller))
    if told:
        yield "<ul>" + "".join(f"<li>{text(line)}</li>" for line in told) + "</ul>"
    yield "</article>"
