"""Owns a text in force as one self-contained page: no script, nothing fetched, everything escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from policydsl.amend.consolidate import Law
from policydsl.amend.listing import Item, items_of
from policydsl.explain.teller import Teller
from policydsl.reports.law_text import heading, notes

_STYLE = """
:root{color-scheme:light dark;--dim:#666;--line:#ddd;--new:#1f6f43;--gone:#a33;--back:#fff;--ink:#1b1b1b}
@media(prefers-color-scheme:dark){:root{--dim:#999;--line:#444;--new:#7ccf9f;--gone:#e58a8a;--back:#1a1a1a;--ink:#e6e6e6}}
body{margin:2rem auto;max-width:64rem;padding:0 1rem;background:var(--back);color:var(--ink);
font-family:"Source Han Serif SC","Noto Serif CJK SC","Songti SC",SimSun,serif;line-height:1.6}
h1{font-size:1.4rem;margin-bottom:.2rem} .about{color:var(--dim);margin-top:0}
article{display:grid;grid-template-columns:11rem 1fr;gap:.2rem 1rem;border-top:1px solid var(--line);padding:.35rem 0}
article>.by{color:var(--dim);font-size:.85rem;overflow-wrap:anywhere}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font:.92rem/1.55 "Sarasa Mono SC","Noto Sans Mono CJK SC",Consolas,monospace}
.changed>.by{color:var(--new);font-weight:bold} .gone pre{text-decoration:line-through;color:var(--dim)} .gone>.by{color:var(--gone)}
ul{grid-column:2;margin:.1rem 0 .3rem;padding-left:1.2rem;font-size:.88rem;color:var(--dim)}
@media print{body{margin:0;max-width:none} article{break-inside:avoid}}
@media(max-width:40rem){article{grid-template-columns:1fr} ul{grid-column:1}}
"""


def law_page(laws: Iterable[tuple[Law, Teller]], lang: str) -> str:
    """The texts in force, one below the other."""
    return "\n".join(_page(list(laws), lang)) + "\n"


def _page(laws: list[tuple[Law, Teller]], lang: str) -> Iterator[str]:
    title = laws[0][0].notice.title if len(laws) == 1 else ("有效的文本" if lang == "zh" else "Texts in force")
    yield f'<!doctype html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
    yield f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
    for law, teller in laws:
        yield f'<section id="{escape(law.notice.id)}"><h1>{escape(law.notice.title)}</h1>'
        yield from (f'<p class="about">{escape(line)}</p>' for line in heading(law, teller))
        for item in items_of(law):
            yield from _item(item, teller)
        yield "</section>"
    yield "</body></html>"


def _item(item: Item, teller: Teller) -> Iterator[str]:
    kind = "gone" if item.gone else "changed" if item.acts else "as-issued"
    pad = " " * (4 * item.depth)
    body = "\n".join(pad + line for line in item.lines)
    yield f'<article class="{kind}"><div class="by">{escape(item.notice)}</div><pre>{escape(body)}</pre>'
    told = list(notes(item, teller))
    if told:
        yield "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in told) + "</ul>"
    yield "</article>"
